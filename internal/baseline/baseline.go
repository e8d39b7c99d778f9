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

// Scope says which part of a baseline an audit is about.
type Scope struct {
	// Prefix is the path of the audited root below the folder of the file, "" if it
	// is that folder. Entries elsewhere have no part in the audit.
	Prefix string
	// Seen tells whether the audit was about the file that an entry names; nil if it
	// was about all of them. Entries of other files are neither gone nor dropped, and
	// findings in them are not added.
	Seen func(entry string) bool
}

func (s Scope) seen(entry string, problems []unit.Problem) bool {
	return (s.Seen == nil || s.Seen(entry)) && !unseen(entry, s.Prefix, problems)
}

// Apply marks the findings of a result that are in the baseline as suppressed. What
// a comment suppresses stays as it is, and needs no entry. Entries of code that
// could not be analysed this time are not gone.
func (b *Baseline) Apply(r *result.Result, scope Scope) Applied {
	entries, _ := b.split(scope.Prefix)
	open := unsuppressed(r.Findings)
	m := diff.Match(identities(entries), diff.Of(open, scope.Prefix))
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
		if scope.seen(entries[g].Path, r.Errors) {
			a.Gone = append(a.Gone, entries[g])
		}
	}
	return a
}

// NotReviewed is the reason of an entry that nobody has given one.
const NotReviewed = "not reviewed yet"

// Policy says how a baseline is brought up to date.
type Policy struct {
	Reason string // of what is new
	Prune  bool   // adds nothing
	// Force also drops entries of which somebody has written the reason.
	Force bool
}

// Changes says what an update has done.
type Changes struct {
	Added, Gone int
	// Reasoned are entries of findings that are gone and that stay for their reasons.
	Reasoned int
}

// Update makes the baseline that holds all findings: entries that still match
// keep their reasons, others go, and what is new gets the reason given.
func (b *Baseline) Update(r *result.Result, scope Scope, policy Policy) Changes {
	var c Changes
	entries, kept := b.split(scope.Prefix)
	ids := diff.Of(unsuppressed(r.Findings), scope.Prefix)
	m := diff.Match(identities(entries), ids)
	for _, p := range slices.Concat(m.Same, m.Moved) {
		kept = append(kept, entry(ids[p.After], entries[p.Before].Reason))
	}
	for _, g := range m.Gone {
		switch e := entries[g]; {
		case !scope.seen(e.Path, r.Errors):
			kept = append(kept, e)
		case e.reviewed() && !policy.Force:
			kept = append(kept, e)
			c.Reasoned++
		default:
			c.Gone++
		}
	}
	if !policy.Prune {
		for _, i := range m.Added {
			if scope.Seen == nil || scope.Seen(ids[i].Path) {
				kept = append(kept, entry(ids[i], policy.Reason))
				c.Added++
			}
		}
	}
	b.Entries = kept
	b.sort()
	return c
}

// Add puts findings of an audit whose root lies at a path below the folder of the file
// into the baseline, and touches nothing else.
func (b *Baseline) Add(findings []result.Finding, prefix, reason string) Changes {
	ids := diff.Of(findings, prefix)
	for _, id := range ids {
		b.Entries = append(b.Entries, entry(id, reason))
	}
	b.sort()
	return Changes{Added: len(ids)}
}

// reviewed tells whether somebody has said why a finding may stay.
func (e Entry) reviewed() bool { return e.Reason != "" && e.Reason != NotReviewed }

// Under is the baseline as seen from a folder below which it lies at some path.
func (b *Baseline) Under(folder string) *Baseline {
	return b.moved(func(file string) string { return path.Join(folder, file) })
}

// From undoes Under.
func (b *Baseline) From(folder string) *Baseline {
	if folder == "" {
		return b
	}
	return b.moved(func(file string) string { return strings.TrimPrefix(file, folder+"/") })
}

func (b *Baseline) moved(to func(file string) string) *Baseline {
	out := &Baseline{}
	for _, e := range b.Entries {
		out.Entries = append(out.Entries, entry(diff.Identity{Rule: e.Rule, Symbol: e.Symbol, Path: to(e.Path)}, e.Reason))
	}
	return out
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
