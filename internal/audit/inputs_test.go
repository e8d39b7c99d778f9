package audit

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stateaudit/stateaudit/internal/config"
	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// TestInputsFollowTheOptions: each option that decides gives other inputs, and where
// the tree lies does not.
func TestInputsFollowTheOptions(t *testing.T) {
	tree := func() string {
		root := t.TempDir()
		if err := os.WriteFile(filepath.Join(root, "a.rb"), []byte("A = 1\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		return root
	}
	root := tree()
	in := func(o Options) string {
		t.Helper()
		if o.Root == "" {
			o.Root = root
		}
		got, ok := InputsOf(context.Background(), o)
		if !ok {
			t.Fatalf("%+v: not told", o)
		}
		return got.Text
	}
	seen := map[string]int{}
	for i, o := range []Options{
		{}, {Offline: true}, {Only: []unit.Language{unit.Ruby}}, {About: []string{"a.rb"}}, {Config: &config.Config{Exclude: []config.Glob{{Pattern: "b"}}}},
		{Config: &config.Config{Levels: []config.Level{{Selector: config.Selector{Rules: []string{"shared-table"}}, Level: "off"}}}}, {Config: &config.Config{Weights: map[string]float64{"resultUsed": 1}}},
		{Config: &config.Config{Domains: []config.Domain{{Name: "a", Paths: []string{"a.rb"}}}}},
		{Config: &config.Config{File: filepath.Join(filepath.Dir(root), config.FileName)}},
	} {
		if before, known := seen[in(o)]; known {
			t.Errorf("%d: as %d", i, before)
		}
		seen[in(o)] = i
	}
	if in(Options{Root: tree()}) != in(Options{}) {
		t.Error("where the tree lies counts")
	}
}

// TestNotSaved: what another audit of the same inputs may answer otherwise.
func TestNotSaved(t *testing.T) {
	out := func(problem unit.Problem, read string) *Outcome {
		r := &result.Result{Errors: []unit.Problem{problem}}
		r.Complete()
		return &Outcome{Result: r, Read: []string{read}}
	}
	missing := unit.Problem{File: "part/go.mod", Message: "module example.org/x could not be had"}
	if _, ok := out(missing, "a.go").Save(false); ok {
		t.Error("the network may have it next time")
	}
	content, ok := out(missing, "a.go").Save(true)
	if !ok {
		t.Fatal("without a network it stays so")
	}
	if back, err := Restore(content); err != nil || len(back.Result.Errors) != 1 || back.Read[0] != "a.go" {
		t.Errorf("%+v, %v", back, err)
	}
	if _, ok := out(unit.Problem{File: "a.rb"}, "a.rb").Save(false); !ok {
		t.Error("the network decides nothing there")
	}
	if _, ok := out(unit.Problem{}, "a\xff.rb").Save(true); ok {
		t.Error("JSON would change the name")
	}
	for _, broken := range []string{"", "{}", "[]", "{\"Result\": 1}"} {
		if _, err := Restore([]byte(broken)); err == nil {
			t.Errorf("%q is an outcome", broken)
		}
	}
}
