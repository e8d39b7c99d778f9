package rank_test

import (
	"context"
	"encoding/json"
	"path"
	"slices"
	"testing"

	"github.com/stateaudit/stateaudit/internal/assess"
	"github.com/stateaudit/stateaudit/internal/catalog"
	"github.com/stateaudit/stateaudit/internal/checkout"
	"github.com/stateaudit/stateaudit/internal/domains"
	"github.com/stateaudit/stateaudit/internal/facts"
	"github.com/stateaudit/stateaudit/internal/frontend"
	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/rank"
	"github.com/stateaudit/stateaudit/internal/unit"
	"github.com/stateaudit/stateaudit/parsers"
)

// ranked ranks a folder the way that an audit would see it.
func ranked(t *testing.T, root string, traffic *rank.Traffic) *rank.Ranking {
	t.Helper()
	tree, err := checkout.Walk(root, checkout.Options{})
	if err != nil {
		t.Fatal(err)
	}
	f := facts.Collect(collected(t, tree))
	m, err := domains.Find(domains.Input{Files: tree.Files, Facts: f})
	if err != nil {
		t.Fatal(err)
	}
	return rank.Rank(rank.Input{Facts: f, Map: m, Traffic: traffic})
}

func collected(t *testing.T, tree *checkout.Tree) facts.Input {
	t.Helper()
	var units []*unit.Unit
	for _, fe := range parsers.All() {
		units = append(units, read(t, fe, tree)...)
	}
	prog := program.Link(units, catalog.New(nil))
	return facts.Input{Program: prog, Sources: assess.NewSources(prog), SQL: schemas(t, tree)}
}

func schemas(t *testing.T, tree *checkout.Tree) []facts.SQLFile {
	t.Helper()
	var out []facts.SQLFile
	for _, f := range tree.Files {
		if path.Ext(f) == ".sql" {
			content, problem := tree.Read(f)
			if problem != nil {
				t.Fatal(problem.Message)
			}
			out = append(out, facts.SQLFile{Path: f, Content: string(content)})
		}
	}
	return out
}

func read(t *testing.T, fe frontend.FrontEnd, tree *checkout.Tree) []*unit.Unit {
	t.Helper()
	files := slices.DeleteFunc(slices.Clone(tree.Files), func(f string) bool { return !fe.Match(f) })
	if len(files) == 0 {
		return nil
	}
	var units []*unit.Unit
	if fe.ParseFile == nil {
		units, _ = fe.Load(context.Background(), frontend.Input{Root: tree.Root, Files: files, Offline: true})
	} else {
		for _, file := range files {
			content, problem := tree.Read(file)
			if problem != nil {
				t.Fatal(problem.Message)
			}
			if u := fe.ParseFile(file, content); u != nil {
				units = append(units, u)
			}
		}
	}
	if fe.Resolve != nil {
		fe.Resolve(units)
	}
	return units
}

func position(t *testing.T, r *rank.Ranking, name string) int {
	t.Helper()
	for _, c := range r.Candidates {
		if c.Domain.Name == name {
			return c.Rank
		}
	}
	t.Fatalf("%s is no candidate", name)
	return 0
}

// show prints what a failure is to be read by.
func show(t *testing.T, r *rank.Ranking) {
	t.Helper()
	for _, c := range r.Candidates {
		t.Logf("%d %-14s clarity %.3f async %.3f coupling %.3f score %.4f ranks %d to %d, crossings %d, sharing %d",
			c.Rank, c.Domain.Name, c.Clarity, c.Viability, c.Coupling, c.Score, c.Best, c.Worst, len(c.Crossings), len(c.Sharing))
	}
}

// TestAtlas holds the ranks of the shop against those of the case study: what is only
// told comes out first, what money and access hang on comes late.
func TestAtlas(t *testing.T) {
	for root, c := range map[string]struct {
		first string
		late  []string
	}{
		"../../testdata/atlas":    {"notifications", []string{"billing", "auth"}},
		"../../testdata/atlas-go": {"notify", []string{"billing", "login"}},
	} {
		r := ranked(t, root, nil)
		show(t, r)
		if got := position(t, r, c.first); got != 1 {
			t.Errorf("%s: %s has rank %d, want 1", root, c.first, got)
		}
		for _, name := range c.late {
			if got := position(t, r, name); 2*got <= len(r.Candidates) {
				t.Errorf("%s: %s has rank %d of %d, want the lower half", root, name, got, len(r.Candidates))
			}
		}
	}
}

func TestSameEveryTime(t *testing.T) {
	encode := func() string {
		r := ranked(t, "../../testdata/atlas", nil)
		text, err := json.Marshal([]any{r.Candidates, r.Edges, r.Matrix})
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	if first, second := encode(), encode(); first != second {
		t.Errorf("two rankings differ:\n%s\n%s", first, second)
	}
}
