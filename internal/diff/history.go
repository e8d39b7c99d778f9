package diff

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/stateaudit/stateaudit/internal/result"
)

// Commit is a commit that has a name.
type Commit struct {
	Name, Hash string
	At         time.Time // when it was committed, UTC
}

// ErrNoReleases says that there are no tags.
var ErrNoReleases = errors.New("there are no tags of commits; if the clone was made without them, fetch them (git fetch --tags), or go by months (--every month)")

// Releases lists the commits of the tags that HEAD descends from, the oldest first. If
// there are none, releases are made on branches: then elsewhere is true, and those of
// all branches are listed, but not one of a version below another before it, since the
// branches of old versions are kept up beside.
//
// If there are tags that are called like a version, the others are no releases, and
// neither are those of previews. Of several at a commit the last by name counts.
func (r *Repository) Releases(ctx context.Context) (all []Commit, elsewhere bool, err error) {
	if all, err = r.tags(ctx, "--merged=HEAD"); err != nil || len(all) > 0 {
		return all, false, err
	}
	if all, err = r.tags(ctx); err == nil && len(all) == 0 {
		err = ErrNoReleases
	}
	highest := map[string][]int{}
	return slices.DeleteFunc(all, func(c Commit) bool {
		line, number := c.version()
		if slices.Compare(number, highest[line]) <= 0 && number != nil {
			return true
		}
		highest[line] = number
		return false
	}), true, err
}

// tags lists the commits of tags, the oldest first.
func (r *Repository) tags(ctx context.Context, which ...string) ([]Commit, error) {
	const format = "%(refname:strip=2)%00%(objecttype)%00%(objectname)%00%(committerdate:unix)%00%(*objecttype)%00%(*objectname)%00%(*committerdate:unix)"
	list, err := r.git(ctx, nil, slices.Concat([]string{"for-each-ref", "--format=" + format}, which, []string{"refs/tags"})...)
	if err != nil {
		return nil, err
	}
	var all []Commit
	for line := range strings.Lines(list) {
		words := strings.Split(strings.TrimSuffix(line, "\n"), "\x00")
		if len(words) != 7 {
			continue
		}
		of := words[1:4]
		if of[0] == "tag" { // the commit is what it leads to
			of = words[4:7]
		}
		if seconds, err := strconv.ParseInt(of[2], 10, 64); err == nil && of[0] == "commit" {
			all = append(all, Commit{words[0], of[1], time.Unix(seconds, 0).UTC()})
		}
	}
	if slices.ContainsFunc(all, Commit.released) {
		all = slices.DeleteFunc(all, func(c Commit) bool { return !c.released() })
	}
	slices.SortFunc(all, func(a, b Commit) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Hash, b.Hash), cmp.Compare(b.Name, a.Name))
	})
	return slices.CompactFunc(all, func(a, b Commit) bool { return a.Hash == b.Hash }), nil
}

// dotted is the number of a version in a name, and preview what may follow it before the
// real one.
var (
	dotted  = regexp.MustCompile(`[0-9]+(\.[0-9]+)+`)
	preview = regexp.MustCompile(`(?i)[0-9][-._]?(alpha|beta|pre|preview|rc|dev|snapshot|nightly)`)
)

func (c Commit) released() bool { return dotted.MatchString(c.Name) && !preview.MatchString(c.Name) }

// version divides a name into what stands before the number and the number, which is
// nil if there is none.
func (c Commit) version() (line string, parts []int) {
	at := dotted.FindStringIndex(c.Name)
	if at == nil {
		return c.Name, nil
	}
	for part := range strings.SplitSeq(c.Name[at[0]:at[1]], ".") {
		n, err := strconv.Atoi(part)
		if err != nil {
			return c.Name, nil
		}
		parts = append(parts, n)
	}
	return c.Name[:at[0]], parts
}

// Months lists the last commit of each month, the oldest first. Of merges the side is
// followed that they were made on.
func (r *Repository) Months(ctx context.Context) ([]Commit, error) {
	list, err := r.git(ctx, nil, "rev-list", "--first-parent", "--timestamp", "HEAD")
	if err != nil {
		return nil, err
	}
	last := map[string]Commit{}
	for line := range strings.Lines(list) {
		seconds, hash, _ := strings.Cut(strings.TrimSpace(line), " ")
		n, err := strconv.ParseInt(seconds, 10, 64)
		if err != nil {
			continue
		}
		at := time.Unix(n, 0).UTC()
		month := at.Format("2006-01")
		if _, known := last[month]; !known { // the newest comes first
			last[month] = Commit{month, hash, at}
		}
	}
	all := slices.Collect(maps.Values(last))
	slices.SortFunc(all, func(a, b Commit) int { return cmp.Compare(a.Name, b.Name) })
	return all, nil
}

// Head is the commit that the work tree was made of.
func (r *Repository) Head(ctx context.Context) (Commit, error) {
	return r.commitAt(ctx, "HEAD")
}

// commitAt finds a commit by a revision.
func (r *Repository) commitAt(ctx context.Context, revision string) (Commit, error) {
	hash, err := r.Commit(ctx, revision)
	if err != nil {
		return Commit{}, err
	}
	line, err := r.git(ctx, nil, "rev-list", "--no-walk", "--timestamp", hash)
	if err != nil {
		return Commit{}, err
	}
	seconds, _, _ := strings.Cut(line, " ")
	n, err := strconv.ParseInt(seconds, 10, 64)
	return Commit{revision, hash, time.Unix(n, 0).UTC()}, err
}

// Since is the time that a date (2024-05-31, 2024-05, 2024) begins at, or that of a
// revision.
func (r *Repository) Since(ctx context.Context, text string) (time.Time, error) {
	for _, layout := range []string{"2006-01-02", "2006-01", "2006"} {
		if at, err := time.Parse(layout, text); err == nil {
			return at, nil
		}
	}
	c, err := r.commitAt(ctx, text)
	return c.At, err
}

// Shallow tells whether the clone lacks the beginning of its history.
func (r *Repository) Shallow(ctx context.Context) bool {
	text, err := r.git(ctx, nil, "rev-parse", "--is-shallow-repository")
	return err == nil && text == "true"
}

// Audited is a revision with what was found in it; without a result it could not be
// audited, as its point then says.
type Audited struct {
	result.Point
	Result *result.Result
}

// Trace follows findings through revisions, the oldest first. A finding is the same in
// two of them as Match has it, and the same as one that was gone before and is called
// just like it. Revisions without a result are passed over.
func Trace(all []Audited) *result.History {
	h := &result.History{SchemaVersion: result.SchemaVersion}
	t := tracer{gone: map[Identity]*track{}}
	sizes := map[string][]result.Size{}
	for _, a := range all {
		if a.Result != nil {
			a.Came, a.Went = t.next(a.Name, a.Result.Findings)
			a.ByLevel, a.NotAnalysed = result.Summarise(a.Result.Findings).ByLevel, len(a.Result.Errors)
			if !t.begun {
				a.Came = 0 // nobody knows since when
			}
			t.begun = true
			for _, d := range a.Result.Domains {
				sizes[d.Name] = append(sizes[d.Name], result.Size{Point: a.Name, Files: d.Files, Lines: d.Lines, Findings: inDomain(a.Result.Findings, d.Name)})
			}
		}
		h.Points = append(h.Points, a.Point)
	}
	for _, one := range t.all {
		if len(one.Periods) > 0 {
			h.Findings = append(h.Findings, one.Lifetime)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(sizes)) {
		h.Domains = append(h.Domains, result.Growth{Name: name, Sizes: sizes[name]})
	}
	h.Complete()
	return h
}

func inDomain(findings []result.Finding, name string) int {
	n := 0
	for _, f := range findings {
		if f.Suppressed == nil && f.Domain == name {
			n++
		}
	}
	return n
}

// track is a finding over time.
type track struct {
	result.Lifetime
	open bool
}

// tracer goes from one revision to the next.
type tracer struct {
	begun  bool
	all    []*track
	before []result.Finding
	of     []*track // of the findings before
	gone   map[Identity]*track
}

// next takes the findings of the revision that follows, and counts those that came and
// went.
func (t *tracer) next(point string, findings []result.Finding) (came, went int) {
	was, is := Of(t.before, ""), Of(findings, "")
	m := Match(was, is)
	of := make([]*track, len(findings))
	for _, p := range slices.Concat(m.Same, m.Moved) {
		of[p.After] = t.of[p.Before]
	}
	for _, i := range m.Gone {
		one := t.of[i]
		went += one.set(point, false)
		t.gone[was[i]] = one
	}
	for _, i := range m.Added {
		one := t.gone[is[i]]
		delete(t.gone, is[i])
		if one == nil {
			one = &track{}
			t.all = append(t.all, one)
		}
		of[i] = one
	}
	for i, f := range findings {
		open := f.Suppressed == nil
		n := of[i].set(point, open)
		if open {
			of[i].Finding = f
			came += n
		} else {
			went += n
		}
	}
	t.before, t.of = findings, of
	return came, went
}

// set begins or ends a period, and returns 1 if that changes something.
func (t *track) set(point string, open bool) int {
	if t.open == open {
		return 0
	}
	t.open = open
	if open {
		t.Periods = append(t.Periods, result.Period{Came: point})
	} else {
		t.Periods[len(t.Periods)-1].Went = point
	}
	return 1
}
