package golangci

import (
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/checker"
	"golang.org/x/tools/go/packages"

	"github.com/stateaudit/stateaudit/internal/testtree"
)

// issues runs the plugin over a module as golangci-lint does, and returns its
// diagnostics by "file:line".
func issues(t *testing.T, raw any, files map[string]string) map[string][]analysis.Diagnostic {
	t.Helper()
	dir := t.TempDir()
	testtree.Write(t, dir, files)
	p, err := New(raw)
	if err != nil {
		t.Fatal(err)
	}
	chosen, err := p.BuildAnalyzers()
	if err != nil {
		t.Fatal(err)
	}
	pkgs, err := packages.Load(&packages.Config{Mode: packages.LoadAllSyntax | packages.NeedModule, Dir: dir}, "./...")
	if err != nil {
		t.Fatal(err)
	}
	graph, err := checker.Analyze(chosen, pkgs, nil)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string][]analysis.Diagnostic{}
	for _, root := range graph.Roots {
		if root.Err != nil {
			t.Fatal(root.Err)
		}
		for _, d := range root.Diagnostics {
			at := root.Package.Fset.Position(d.Pos)
			key := filepath.Base(at.Filename)
			found[key] = append(found[key], d)
		}
	}
	return found
}

func module() map[string]string {
	return map[string]string{
		"go.mod": "module example.org/x\n\ngo 1.24\n",
		"main.go": `package main

import (
	"net/http"

	"example.org/x/hits"
)

func main() {
	http.HandleFunc("/", serve)
	http.ListenAndServe(":80", nil)
}

func serve(http.ResponseWriter, *http.Request) { hits.Quiet["a"]++; hits.Told["a"]++; hits.Too["a"]++ }
`,
		"hits/hits.go": `package hits

var Quiet = map[string]int{} //nolint:stateaudit

var Told, Too = map[string]int{}, map[string]int{}
`,
	}
}

// TestVerdictsAlone: no related places, one issue a line that says all, and a
// nolint comment at the declaration holds wherever the finding is told.
func TestVerdictsAlone(t *testing.T) {
	found := issues(t, nil, module())
	if len(found) != 1 || len(found["main.go"]) != 1 {
		t.Fatalf("found %+v", found)
	}
	d := found["main.go"][0]
	if len(d.Related) > 0 {
		t.Errorf("related: %+v", d.Related)
	}
	for _, want := range []string{"`hits.Told`", "`hits.Too`", "And on the same line: warning: mutable-singleton"} {
		if !strings.Contains(d.Message, want) {
			t.Errorf("%q is not in %q", want, d.Message)
		}
	}
	if strings.Contains(d.Message, "hits.Quiet") {
		t.Errorf("the comment at the declaration does not hold: %q", d.Message)
	}
}

func TestRulesAreChosen(t *testing.T) {
	if found := issues(t, map[string]any{"rules": []string{"in-process-lock"}}, module()); len(found) > 0 {
		t.Errorf("found %+v", found)
	}
	p, err := New(map[string]any{"rules": []string{"nonsense"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.BuildAnalyzers(); err == nil || !strings.Contains(err.Error(), "nonsense") {
		t.Errorf("%v", err)
	}
}
