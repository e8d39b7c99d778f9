package rank_test

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stateaudit/stateaudit/internal/checkout"
	"github.com/stateaudit/stateaudit/internal/config"
	"github.com/stateaudit/stateaudit/internal/domains"
	"github.com/stateaudit/stateaudit/internal/facts"
	"github.com/stateaudit/stateaudit/internal/rank"
	"github.com/stateaudit/stateaudit/internal/ruletest"
)

// TestEvidence ranks small checkouts and compares every counted crossing and every
// shared resource. The comment `crossing: IN` or `crossing: IN OUT` at the end of a
// line names the class that the call has for the domain that is called, and for the
// one that calls if that is another; "none" is no crossing. A call without a
// comment must not be counted. The file shared.txt of a checkout lists who
// shares what: domain, class, name; endpoints.txt the ways in of each domain.
func TestEvidence(t *testing.T) {
	archives, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("no checkouts: %v", err)
	}
	for _, archive := range archives {
		t.Run(strings.TrimSuffix(filepath.Base(archive), ".txtar"), func(t *testing.T) {
			root := ruletest.Extract(t, archive)
			tree, err := checkout.Walk(root, checkout.Options{})
			if err != nil {
				t.Fatal(err)
			}
			f := facts.Collect(collected(t, tree))
			m, err := domains.Find(domains.Input{Files: tree.Files, Facts: f, Config: declared(t, root)})
			if err != nil {
				t.Fatal(err)
			}
			r := rank.Rank(rank.Input{Facts: f, Map: m})
			compare(t, "crossings", wantedCrossings(t, root, tree.Files), crossings(r))
			compare(t, "shared", listed(t, root, "shared.txt"), sharing(r))
			compare(t, "endpoints", listed(t, root, "endpoints.txt"), endpoints(r))
		})
	}
}

// declared makes a domain of every folder that domains.txt names.
func declared(t *testing.T, root string) *config.Config {
	c := &config.Config{}
	for _, folder := range listed(t, root, "domains.txt") {
		c.Domains = append(c.Domains, config.Domain{Name: folder[strings.LastIndexByte(folder, '/')+1:], Paths: []string{folder}})
	}
	return c
}

// listed are the lines of a list, which may be empty.
func listed(t *testing.T, root, name string) []string {
	t.Helper()
	return slices.DeleteFunc(lines(t, root, name), func(line string) bool { return line == "" })
}

func lines(t *testing.T, root, name string) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimRight(string(text), "\n"), "\n")
}

// wantedCrossings reads the comments of a checkout: "file:line in|out class".
func wantedCrossings(t *testing.T, root string, files []string) []string {
	t.Helper()
	comment := regexp.MustCompile(`crossing: (\w+)(?: (\w+))?`)
	var out []string
	for _, file := range files {
		for i, line := range lines(t, root, file) {
			found := comment.FindStringSubmatch(line)
			if found == nil {
				continue
			}
			for side, class := range map[string]string{"in": found[1], "out": cmp.Or(found[2], found[1])} {
				if class != "none" {
					out = append(out, fmt.Sprintf("%s:%d %s %s", file, i+1, side, class))
				}
			}
		}
	}
	return out
}

func crossings(r *rank.Ranking) []string {
	out := map[string]bool{}
	for _, c := range r.Candidates {
		for _, term := range c.Crossings {
			for _, p := range term.Places {
				if len(term.Others) == 0 {
					continue // an endpoint
				}
				side := "out"
				if term.In {
					side = "in"
				}
				out[fmt.Sprintf("%s:%d %s %s", p.Location.File, p.Location.Line, side, term.Class)] = true
			}
		}
	}
	return slices.Collect(maps.Keys(out))
}

func sharing(r *rank.Ranking) []string {
	var out []string
	for _, c := range r.Candidates {
		for _, term := range c.Sharing {
			out = append(out, fmt.Sprintf("%s %s %s", c.Domain.Name, term.Class, term.Name))
		}
	}
	return out
}

func endpoints(r *rank.Ranking) []string {
	var out []string
	for _, c := range r.Candidates {
		for _, e := range c.Endpoints {
			out = append(out, c.Domain.Name+" "+e.Title())
		}
	}
	return out
}

func compare(t *testing.T, what string, want, got []string) {
	t.Helper()
	for _, w := range want {
		if !slices.Contains(got, w) {
			t.Errorf("%s: %s is missing", what, w)
		}
	}
	for _, g := range got {
		if !slices.Contains(want, g) {
			t.Errorf("%s: %s is not wanted", what, g)
		}
	}
}
