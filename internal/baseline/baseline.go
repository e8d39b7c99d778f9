// Package baseline keeps the findings that were there when a team began to use
// the tool, so that later audits report only what is new.
//
// The file is for people: each entry says what was found, where, and why it may
// stay. It is sorted by path, so that two branches which change different parts
// of it merge, and has no lines or counts that unrelated edits would change.
//
// An entry stands for one finding of its rule, symbol and path. Paths are
// relative to the folder of the file, so that it also serves audits of a part
// of the checkout. A finding whose declaration has moved is still the same one.
package baseline

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/stateaudit/stateaudit/internal/diff"
	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// FileName is the usual name of the file.
const FileName = ".stateaudit-baseline.yaml"

// version is that of the layout of the file.
const version = 1

// Entry is a finding that may stay.
type Entry struct {
	Rule        string `yaml:"rule"`
	Symbol      string `yaml:"symbol"`
	Path        string `yaml:"path"`
	Fingerprint string `yaml:"fingerprint"` // of rule, symbol and path
	Reason      string `yaml:"reason"`
}

// Baseline is a sorted list of entries.
type Baseline struct{ Entries []Entry }

// file is the layout of the file.
type file struct {
	Version  int     `yaml:"version"`
	Findings []Entry `yaml:"findings"`
}

// Parse reads a baseline. Errors name the file, and the line where one is to
// blame, as editors understand them.
func Parse(name string, content []byte) (*Baseline, error) {
	d := yaml.NewDecoder(bytes.NewReader(content))
	d.KnownFields(true)
	var f file
	if err := d.Decode(&f); err != nil {
		if errors.Is(err, io.EOF) {
			err = errors.New("the file is empty")
		}
		return nil, located(name, err)
	}
	if f.Version != version {
		return nil, fmt.Errorf("%s: version %d of the baseline is not known; this program reads version %d", name, f.Version, version)
	}
	for i, e := range f.Findings {
		if err := e.check(); err != nil {
			return nil, fmt.Errorf("%s: entry %d, %s at %s: %w", name, i+1, e.Rule, e.Path, err)
		}
	}
	b := &Baseline{Entries: f.Findings}
	b.sort()
	return b, nil
}

// located turns "yaml: line 3: text" into "name:3: text".
func located(name string, err error) error {
	text := strings.TrimPrefix(strings.Join(strings.Fields(err.Error()), " "), "yaml: ")
	text = strings.TrimPrefix(text, "unmarshal errors: ")
	if m := regexp.MustCompile(`^line (\d+): (.*)$`).FindStringSubmatch(text); m != nil {
		return fmt.Errorf("%s:%s: %s", name, m[1], m[2])
	}
	return fmt.Errorf("%s: %s", name, text)
}

func (e Entry) check() error {
	switch {
	case e.Rule == "" || e.Path == "":
		return errors.New("rule and path are needed")
	case !fs.ValidPath(e.Path):
		return errors.New("the path is not one below the folder of the file")
	case e.Fingerprint != result.Fingerprint(e.Rule, e.Symbol, e.Path):
		return errors.New("the fingerprint belongs to another rule, symbol or path; write the file anew with `stateaudit baseline`")
	}
	return nil
}

const header = `# Findings that stateaudit keeps out of its reports because they were known when
# this file was written. Commit it, say in "reason" why each may stay, and run
# "stateaudit baseline --prune" to drop what has been fixed.
`

// Format writes the file.
func (b *Baseline) Format() ([]byte, error) {
	var out bytes.Buffer
	out.WriteString(header)
	e := yaml.NewEncoder(&out)
	e.SetIndent(2)
	entries := b.Entries
	if entries == nil {
		entries = []Entry{}
	}
	err := errors.Join(e.Encode(file{Version: version, Findings: entries}), e.Close())
	return out.Bytes(), err
}

func (b *Baseline) sort() {
	slices.SortStableFunc(b.Entries, func(x, y Entry) int {
		return cmp.Or(cmp.Compare(x.Path, y.Path), cmp.Compare(x.Rule, y.Rule), cmp.Compare(x.Symbol, y.Symbol), cmp.Compare(x.Reason, y.Reason))
	})
}

// Applied says what a baseline made of the findings of an audit.
type Applied struct {
	Known int     // findings that are in the baseline
	Gone  []Entry // entries that match nothing any more
}

// Apply marks the findings of a result that are in the baseline as suppressed.
// The audited root lies at prefix below the folder of the file, or is that folder
// if it is ""; entries elsewhere have no part in it. What a comment suppresses
// stays as it is, and needs no entry. Entries of code that could not be analysed
// this time are not gone.
func (b *Baseline) Apply(r *result.Result, prefix string) Applied {
	entries, _ := b.split(prefix)
	open := unsuppressed(r.Findings)
	m := diff.Match(identities(entries), diff.Of(open, prefix))
	for _, p := range slices.Concat(m.Same, m.Moved) {
		open[p.After].Suppressed = &result.Suppression{Kind: result.InBaseline, Reason: entries[p.Before].Reason}
	}
	i := 0
	for k := range r.Findings {
		if r.Findings[k].Suppressed == nil {
			r.Findings[k] = open[i]
			i++
		}
	}
	r.Summary = result.Summarise(r.Findings)
	a := Applied{Known: len(m.Same) + len(m.Moved)}
	for _, g := range m.Gone {
		if !unseen(entries[g].Path, prefix, r.Errors) {
			a.Gone = append(a.Gone, entries[g])
		}
	}
	return a
}

// Update makes the baseline that holds all findings: entries that still match
// keep their reasons, others go, and what is new gets the reason given. It
// returns how many are new and how many went. With prune, nothing is added.
func (b *Baseline) Update(r *result.Result, prefix, reason string, prune bool) (added, gone int) {
	entries, kept := b.split(prefix)
	ids := diff.Of(unsuppressed(r.Findings), prefix)
	m := diff.Match(identities(entries), ids)
	for _, p := range slices.Concat(m.Same, m.Moved) {
		kept = append(kept, entry(ids[p.After], entries[p.Before].Reason))
	}
	for _, g := range m.Gone {
		if unseen(entries[g].Path, prefix, r.Errors) {
			kept = append(kept, entries[g])
		} else {
			gone++
		}
	}
	if !prune {
		added = len(m.Added)
		for _, i := range m.Added {
			kept = append(kept, entry(ids[i], reason))
		}
	}
	b.Entries = kept
	b.sort()
	return added, gone
}

// unseen tells whether the code at a path could not be analysed: the file itself,
// its Go package, the module or tree that it belongs to.
func unseen(entry, prefix string, problems []unit.Problem) bool {
	return slices.ContainsFunc(problems, func(p unit.Problem) bool {
		file := path.Join(prefix, p.File)
		switch {
		case file == entry:
			return true
		case path.Ext(file) == ".go":
			return path.Ext(entry) == ".go" && path.Dir(file) == path.Dir(entry)
		case path.Base(file) == "go.mod":
			file = path.Dir(file)
		}
		return file == "." || strings.HasPrefix(entry, file+"/")
	})
}

// split separates the entries below a folder from the others.
func (b *Baseline) split(prefix string) (inside, outside []Entry) {
	for _, e := range b.Entries {
		if prefix == "" || strings.HasPrefix(e.Path, prefix+"/") {
			inside = append(inside, e)
		} else {
			outside = append(outside, e)
		}
	}
	return inside, outside
}

func entry(id diff.Identity, reason string) Entry {
	return Entry{Rule: id.Rule, Symbol: id.Symbol, Path: id.Path, Fingerprint: result.Fingerprint(id.Rule, id.Symbol, id.Path), Reason: reason}
}

func identities(entries []Entry) []diff.Identity {
	out := make([]diff.Identity, len(entries))
	for i, e := range entries {
		out[i] = diff.Identity{Rule: e.Rule, Symbol: e.Symbol, Path: e.Path}
	}
	return out
}

func unsuppressed(findings []result.Finding) []result.Finding {
	var open []result.Finding
	for _, f := range findings {
		if f.Suppressed == nil {
			open = append(open, f)
		}
	}
	return open
}
