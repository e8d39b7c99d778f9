package audit

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/stateaudit/stateaudit/internal/checkout"
	"github.com/stateaudit/stateaudit/internal/config"
	"github.com/stateaudit/stateaudit/internal/frontend"
	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/unit"
)

func tree(t *testing.T, files ...string) *checkout.Tree {
	t.Helper()
	root := t.TempDir()
	for _, f := range files {
		if err := os.WriteFile(filepath.Join(root, f), []byte(f), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	tree, err := checkout.Walk(root, checkout.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

// text is a front end for tests: a unit a file, and a panic on bad.txt.
func text() frontend.FrontEnd {
	return frontend.FrontEnd{
		Language: "text",
		Match:    func(path string) bool { return strings.HasSuffix(path, ".txt") },
		ParseFile: func(path string, _ []byte) *unit.Unit {
			if path == "bad.txt" {
				panic("bad file")
			}
			return &unit.Unit{Language: "text", Path: path, Files: []unit.File{{Path: path, Lines: 1}}}
		},
		Resolve: func(units []*unit.Unit) { units[0].Name = "resolved" },
	}
}

func TestParseKeepsOrderAndSurvivesPanics(t *testing.T) {
	tr := tree(t, "a.txt", "b.txt", "bad.txt", "c.txt", "d.md")
	for _, procs := range []int{1, 8} {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
		units, problems, err := parse(context.Background(), []frontend.FrontEnd{text()}, tr, Options{}.complete())
		if err != nil {
			t.Fatal(err)
		}
		var paths []string
		for _, u := range units {
			paths = append(paths, u.Path)
		}
		if want := []string{"a.txt", "b.txt", "c.txt"}; !reflect.DeepEqual(paths, want) {
			t.Errorf("%d: units %q, want %q", procs, paths, want)
		}
		if len(problems) != 1 || problems[0].File != "bad.txt" || !strings.Contains(problems[0].Message, "the parser panicked: bad file (internal/audit.") {
			t.Errorf("%d: problems %v", procs, problems)
		}
		if p := resolve([]frontend.FrontEnd{text()}, units); len(p) != 0 || units[0].Name != "resolved" {
			t.Errorf("resolve: %v, %q", p, units[0].Name)
		}
	}
}

func TestProgressCountsFiles(t *testing.T) {
	var mu sync.Mutex
	most := 0
	o := Options{Progress: func(_ string, done, _ int) {
		mu.Lock()
		defer mu.Unlock()
		most = max(most, done)
	}}
	if _, _, err := parse(context.Background(), []frontend.FrontEnd{text()}, tree(t, "a.txt", "b.txt"), o); err != nil {
		t.Fatal(err)
	}
	if most != 2 {
		t.Errorf("told of %d files", most)
	}
}

func TestNoSource(t *testing.T) {
	_, _, err := parse(context.Background(), []frontend.FrontEnd{text()}, tree(t, "d.md"), Options{Root: "x"}.complete())
	if !errors.Is(err, ErrNoSource) {
		t.Errorf("%v", err)
	}
}

// TestUnavailable refuses a checkout whose language this build cannot read, and
// tells of it beside one that it can.
func TestUnavailable(t *testing.T) {
	lacking := text()
	lacking.Unavailable = "no compiler"
	_, _, err := parse(context.Background(), []frontend.FrontEnd{lacking}, tree(t, "a.txt"), Options{Root: "x"}.complete())
	if err == nil || !strings.Contains(err.Error(), "1 file of text cannot be read: no compiler") {
		t.Errorf("%v", err)
	}
	other := text()
	other.Match = func(path string) bool { return path == "b.md" }
	units, problems, err := parse(context.Background(), []frontend.FrontEnd{lacking, other}, tree(t, "a.txt", "b.md"), Options{}.complete())
	if err != nil || len(units) != 1 || len(problems) != 1 || !strings.Contains(problems[0].Message, "no compiler") {
		t.Errorf("%v, %v, %v", units, problems, err)
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, _, err := parse(ctx, []frontend.FrontEnd{text()}, tree(t, "a.txt"), Options{}.complete()); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

func TestGrade(t *testing.T) {
	got := grade([]result.Finding{
		{Rule: "a", Level: result.Warning},
		{Rule: "b", Level: result.Warning},
		{Rule: "c", Level: result.Note},
	}, &config.Config{Levels: map[string]string{"a": "off", "b": "error"}})
	if len(got) != 2 || got[0].Level != result.Error || got[1].Level != result.Note || len(got[0].ID) != 32 {
		t.Errorf("%+v", got)
	}
}

func TestLanguages(t *testing.T) {
	got := languages([]*unit.Unit{
		{Language: unit.Go, Files: []unit.File{{Path: "a.go", Lines: 3}}},
		{Language: unit.Go, Files: []unit.File{{Path: "a.go", Lines: 3}, {Path: "a_test.go", Lines: 1}}, Incomplete: true},
	})
	want := map[string]result.LanguageStat{"go": {Files: 2, Packages: 2, Lines: 4, Incomplete: 1}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v", got)
	}
}
