package audit

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
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
	limiter := result.RateLimiter
	at := func(rule, file string, of result.Category, group *result.Group) result.Finding {
		return result.Finding{Rule: rule, Level: result.Warning, Category: of, Group: group, Location: unit.Location{File: file}}
	}
	paths := func(patterns ...string) (out []config.Glob) {
		for _, p := range patterns {
			out = append(out, config.Glob{Pattern: p})
		}
		return out
	}
	level := func(level string, s config.Selector) config.Level { return config.Level{Selector: s, Level: level} }
	c := &config.Config{
		Exclude: paths("gen/**"),
		Levels: []config.Level{
			level("off", config.Selector{Rules: []string{"a"}}),
			level("error", config.Selector{Rules: []string{"b"}}),
			level("note", config.Selector{Paths: paths("app/jobs"), Rules: []string{"a", "b"}}),
			level("error", config.Selector{Categories: []string{"lock"}}),
			level("off", config.Selector{Groups: []string{"rate-limiter"}, Paths: paths("*_old.rb")}),
		},
		Omit: []config.Selector{{Paths: paths("app/admin/**"), Rules: []string{"c"}}},
	}
	var got []string
	for _, f := range grade([]result.Finding{
		at("a", "x.rb", result.Cache, nil), at("a", "app/jobs/x/y.rb", result.Cache, nil), at("b", "x.rb", result.Cache, nil), at("b", "app/jobs2/x.rb", result.Cache, nil),
		at("b", "app/jobs/x.rb", result.Lock, nil), at("c", "x.rb", result.Counter, &limiter), at("c", "app/x_old.rb", result.Counter, &limiter),
		at("c", "app/x_old.rb", result.Counter, nil), at("c", "app/admin/x.rb", result.Counter, nil), at("c", "gen/x/y.go", result.Counter, nil),
	}, Options{Config: c}) {
		if len(f.ID) != 32 {
			t.Errorf("%+v: no fingerprint", f)
		}
		got = append(got, f.Rule+" "+f.Location.File+" "+string(f.Level))
	}
	want := []string{
		"a app/jobs/x/y.rb note", "b x.rb error", "b app/jobs2/x.rb error", "b app/jobs/x.rb error", "c x.rb warning", "c app/x_old.rb warning",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
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

// TestEveryStepThatPanicsIsAProblem asks the rules of nothing, which most of them
// take badly: each of these is told as a bug, and none keeps the others from being asked.
func TestEveryStepThatPanicsIsAProblem(t *testing.T) {
	g := &guard{}
	if found := (&study{}).findings(g); len(found) != 0 {
		t.Errorf("%d findings of nothing", len(found))
	}
	failed := map[string]bool{}
	for _, p := range g.problems {
		if p.Kind != unit.Bug {
			t.Errorf("%q is no bug", p.Message)
		}
		failed[p.Message[:strings.Index(p.Message, " panicked")]] = true
	}
	for _, rule := range []string{"in-process-cache", "in-process-worker", "blocking-side-effect"} {
		if !failed["bug in stateaudit: the rule "+rule] {
			t.Errorf("the panic of %s is not told: %v", rule, g.problems)
		}
	}
}
