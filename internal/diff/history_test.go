package diff

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// commitAt commits a change at a time, and tags it.
func commitAt(t *testing.T, dir, date string, tags ...string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, "when"), []byte(date), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GIT_COMMITTER_DATE", date+"T12:00:00Z")
	git(t, dir, "", "add", "-A")
	git(t, dir, "", "commit", "-q", "-m", date)
	for _, tag := range tags {
		if name, annotated := strings.CutPrefix(tag, "+"); annotated {
			git(t, dir, "", "tag", "-m", "x", name)
		} else {
			git(t, dir, "", "tag", tag)
		}
	}
}

func names(all []Commit) string {
	var out []string
	for _, c := range all {
		out = append(out, c.Name+" "+c.At.Format("2006-01-02"))
	}
	return strings.Join(out, ", ")
}

func opened(t *testing.T, dir string) *Repository {
	t.Helper()
	r, err := Open(context.Background(), dir, true)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestReleasesAndMonths(t *testing.T) {
	t.Setenv("GIT_COMMITTER_DATE", "2024-01-01T12:00:00Z")
	dir := repository(t, map[string]string{"a": "a"})
	r := opened(t, dir)
	if _, _, err := r.Releases(t.Context()); !errors.Is(err, ErrNoReleases) {
		t.Errorf("without tags: %v", err)
	}
	git(t, dir, "", "tag", "deployed")
	if all, elsewhere, err := r.Releases(t.Context()); err != nil || elsewhere || names(all) != "deployed 2024-01-01" {
		t.Errorf("%s, %v: without versions any tag is a release", names(all), err)
	}
	commitAt(t, dir, "2024-01-20", "v1.0", "v1.0.0")
	commitAt(t, dir, "2024-02-10", "v1.1-rc1", "nightly")
	commitAt(t, dir, "2024-02-28", "+v1.1")
	git(t, dir, "", "checkout", "-q", "-b", "elsewhere")
	commitAt(t, dir, "2024-03-05", "v9.0")
	git(t, dir, "", "checkout", "-q", "-")
	commitAt(t, dir, "2024-05-01", "part/v2.0.1")
	git(t, dir, "", "tag", "v3.0-of-a-blob", git(t, dir, "", "rev-parse", "HEAD:a"))
	if all, elsewhere, err := r.Releases(t.Context()); err != nil || elsewhere || names(all) != "v1.0.0 2024-01-20, v1.1 2024-02-28, part/v2.0.1 2024-05-01" {
		t.Errorf("releases: %s, %v", names(all), err)
	}
	all, err := r.Months(t.Context())
	if err != nil || names(all) != "2024-01 2024-01-20, 2024-02 2024-02-28, 2024-05 2024-05-01" {
		t.Errorf("months: %s, %v", names(all), err)
	}
	for text, want := range map[string]string{"2024": "2024-01-01", "2024-02": "2024-02-01", "2024-02-07": "2024-02-07", "v1.1": "2024-02-28"} {
		if at, err := r.Since(t.Context(), text); err != nil || at.Format("2006-01-02") != want {
			t.Errorf("since %s: %v, %v", text, at, err)
		}
	}
	if _, err := r.Since(t.Context(), "nowhere"); !errors.Is(err, ErrUnknownRevision) {
		t.Errorf("since nowhere: %v", err)
	}
	if r.Shallow(t.Context()) {
		t.Error("the whole history is called shallow")
	}
	shallow := filepath.Join(t.TempDir(), "shallow")
	git(t, dir, "", "clone", "-q", "--depth", "2", "file://"+dir, shallow)
	r = opened(t, shallow)
	if all, err := r.Months(t.Context()); err != nil || len(all) != 2 || !r.Shallow(t.Context()) {
		t.Errorf("shallow: %s, %v", names(all), err)
	}
}

// TestReleasesOfBranches: none of the tags is part of the history of HEAD, and old
// versions are kept up.
func TestReleasesOfBranches(t *testing.T) {
	t.Setenv("GIT_COMMITTER_DATE", "2024-01-01T12:00:00Z")
	dir := repository(t, map[string]string{"a": "a"})
	for _, release := range []struct{ branch, date, tag string }{
		{"one", "2024-02-01", "1.9.0"}, {"two", "2024-03-01", "1.10.0"}, {"one", "2024-04-01", "1.9.1"}, {"two", "2024-05-01", "1.10.1"}, {"one", "2024-06-01", "extra/0.1"},
	} {
		if git(t, dir, "", "branch", "--list", release.branch) == "" {
			git(t, dir, "", "branch", release.branch)
		}
		git(t, dir, "", "checkout", "-q", release.branch)
		commitAt(t, dir, release.date, release.tag)
		git(t, dir, "", "checkout", "-q", "-")
	}
	all, elsewhere, err := opened(t, dir).Releases(t.Context())
	if want := "1.9.0 2024-02-01, 1.10.0 2024-03-01, 1.10.1 2024-05-01, extra/0.1 2024-06-01"; err != nil || !elsewhere || names(all) != want {
		t.Errorf("%s, %v, %v, want %s", names(all), elsewhere, err, want)
	}
}

// TestHistoryRunsNothing: the signature of a commit would be checked by a program that
// the repository names.
func TestHistoryRunsNothing(t *testing.T) {
	dir := repository(t, map[string]string{"a": "a"})
	ran := filepath.Join(t.TempDir(), "ran")
	text := git(t, dir, "", "cat-file", "commit", "HEAD")
	head, message, _ := strings.Cut(text, "\n\n")
	signed := head + "\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n x\n -----END PGP SIGNATURE-----\n\n" + message + "\n"
	git(t, dir, "", "reset", "-q", "--soft", git(t, dir, signed, "hash-object", "-t", "commit", "-w", "--stdin"))
	git(t, dir, "", "tag", "v1.0")
	trap := filepath.Join(t.TempDir(), "trap")
	if err := os.WriteFile(trap, []byte("#!/bin/sh\ntouch "+ran+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, s := range [][2]string{{"log.showSignature", "true"}, {"gpg.program", trap}, {"core.pager", trap}, {"core.fsmonitor", trap}, {"core.hooksPath", "."}} {
		git(t, dir, "", "config", s[0], s[1])
	}
	r := opened(t, dir)
	_, _, releases := r.Releases(t.Context())
	_, months := r.Months(t.Context())
	_, last := r.Head(t.Context())
	if err := errors.Join(releases, months, last); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(ran); err == nil {
		t.Error("something ran")
	}
	git(t, dir, "", "log")
	if _, err := os.Stat(ran); err != nil {
		t.Error("the trap does not work")
	}
}

// found makes findings of one rule: "file symbol", with "!" before what is suppressed.
func found(all ...string) *result.Result {
	r := &result.Result{}
	for _, text := range all {
		f := result.Finding{Rule: "r", Level: result.Warning, Domain: "d"}
		if rest, ok := strings.CutPrefix(text, "!"); ok {
			text, f.Suppressed = rest, &result.Suppression{Kind: result.Inline}
		}
		file, symbol, _ := strings.Cut(text, " ")
		f.Location, f.Symbol = unit.Location{File: file}, symbol
		r.Findings = append(r.Findings, f)
	}
	r.Domains = []result.Domain{{Name: "d", Files: len(all), Lines: 10 * len(all)}}
	return r
}

func TestTrace(t *testing.T) {
	h := Trace([]Audited{
		{Point: result.Point{Name: "0", Failure: "broken"}},
		{Point: result.Point{Name: "1"}, Result: found("a.go a", "b.go b", "!c.go c", "e.go e")},
		{Point: result.Point{Name: "2"}, Result: found("moved.go b", "b.go new", "c.go c", "!e.go e")},
		{Point: result.Point{Name: "3", Failure: "broken"}},
		{Point: result.Point{Name: "4"}, Result: found("a.go a", "moved.go b")},
	})
	var got []string
	for _, l := range h.Findings {
		text := l.Finding.Location.File + " " + l.Finding.Symbol + ":"
		for _, p := range l.Periods {
			text += " " + p.Came + "-" + p.Went
		}
		got = append(got, text)
	}
	slices.Sort(got)
	want := []string{"a.go a: 1-2 4-", "b.go new: 2-4", "c.go c: 2-4", "e.go e: 1-2", "moved.go b: 1-"}
	if !slices.Equal(got, want) {
		t.Errorf("findings %q\nwant %q", got, want)
	}
	var counts []string
	for _, p := range h.Points {
		counts = append(counts, fmt.Sprint(p.Name, " ", p.ByLevel["warning"], " +", p.Came, " -", p.Went))
	}
	if want := []string{"0 0 +0 -0", "1 3 +0 -0", "2 3 +2 -2", "3 0 +0 -0", "4 2 +1 -2"}; !slices.Equal(counts, want) {
		t.Errorf("counts %q\nwant %q", counts, want)
	}
	if len(h.Domains) != 1 || len(h.Domains[0].Sizes) != 3 || h.Domains[0].Sizes[1] != (result.Size{Point: "2", Files: 4, Lines: 40, Findings: 3}) {
		t.Errorf("domains %+v", h.Domains)
	}
}
