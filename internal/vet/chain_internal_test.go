package vet

import (
	"bytes"
	"encoding/gob"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/checker"
	"golang.org/x/tools/go/packages"

	"github.com/stateaudit/stateaudit/internal/testtree"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// WriteChain writes a module of packages p0, p1, …, each with a counter in a map and
// functions that call those of the one before. A package of which serves is true has
// a handler; main, in cmd, has one that calls the last package.
func WriteChain(t testing.TB, length, functions int, serves func(int) bool) string {
	t.Helper()
	root := t.TempDir()
	testtree.Put(t, root, "go.mod", "module example.com/chain\n\ngo 1.22\n")
	for i := range length {
		testtree.Put(t, root, fmt.Sprintf("p%d/p.go", i), chainFile(i, functions, serves(i)))
	}
	testtree.Put(t, root, "cmd/main.go", fmt.Sprintf(`package main

import (
	"net/http"

	"example.com/chain/p%[1]d"
)

func main() {
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { p%[1]d.F0(r.URL.Path) })
	http.ListenAndServe(":80", nil)
}
`, length-1))
	return root
}

func chainFile(i, functions int, serves bool) string {
	var b strings.Builder
	fmt.Fprintf(&b, "package p%d\n\n", i)
	if serves {
		b.WriteString("import \"net/http\"\n")
	}
	if i > 0 {
		fmt.Fprintf(&b, "import \"example.com/chain/p%d\"\n", i-1)
	}
	b.WriteString("\nvar seen = map[string]int{}\n")
	for k := range functions {
		fmt.Fprintf(&b, "\nfunc F%d(key string) int {\n", k)
		if i > 0 {
			fmt.Fprintf(&b, "\tp%d.F%d(key)\n", i-1, k)
		}
		b.WriteString("\tseen[key]++\n\treturn seen[key]\n}\n")
	}
	if serves {
		fmt.Fprintf(&b, "\nfunc init() {\n\thttp.HandleFunc(\"/p%d\", func(w http.ResponseWriter, r *http.Request) { F0(r.URL.Path) })\n}\n", i)
	}
	return b.String()
}

// WriteModule writes files, given by their paths.
func WriteModule(t testing.TB, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	testtree.Write(t, root, files)
	return root
}

// factsOf runs the hidden analyzer over packages and gives their facts by path.
func factsOf(t *testing.T, root string, patterns ...string) map[string]*fact {
	t.Helper()
	pkgs, err := packages.Load(&packages.Config{Mode: packages.LoadAllSyntax | packages.NeedModule, Dir: root}, patterns...)
	if err != nil {
		t.Fatal(err)
	}
	graph, err := checker.Analyze([]*analysis.Analyzer{linker(nil, false)}, pkgs, nil)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]*fact{}
	for act := range graph.All() {
		if f := new(fact); act.PackageFact(act.Package.Types, f) {
			out[act.Package.PkgPath] = f
		}
		if act.Err != nil {
			t.Fatal(act.Err)
		}
	}
	return out
}

// size is how much is written for a fact.
func size(t *testing.T, f *fact) int {
	t.Helper()
	var b bytes.Buffer
	if err := gob.NewEncoder(&b).Encode(f); err != nil {
		t.Fatal(err)
	}
	return b.Len()
}

// TestCarried holds what each package of a chain hands on: itself and each one below
// it once, as that packed itself.
func TestCarried(t *testing.T) {
	const length = 30
	root := WriteChain(t, length, 10, func(int) bool { return false })
	facts := factsOf(t, root, "./p"+fmt.Sprint(length-1))
	again := factsOf(t, root, "./p"+fmt.Sprint(length-1))
	path := func(i int) string { return fmt.Sprintf("example.com/chain/p%d", i) }
	if len(facts) != length {
		t.Fatalf("%d facts of %d packages", len(facts), length)
	}
	first := size(t, facts[path(1)]) - size(t, facts[path(0)])
	for i := range length {
		f := facts[path(i)]
		if len(f.Packages) != i+1 {
			t.Errorf("p%d hands on %d packages, want %d", i, len(f.Packages), i+1)
		}
		if i > 0 {
			if more := size(t, f) - size(t, facts[path(i-1)]); more > first+first/4 {
				t.Errorf("p%d adds %d bytes to what it hands on, p1 %d", i, more, first)
			}
		}
		for _, p := range f.Packages {
			for _, own := range facts[p.Path].Packages {
				if own.Path == p.Path && !bytes.Equal(own.Unit, p.Unit) {
					t.Errorf("p%d changes what %s has packed", i, p.Path)
				}
			}
		}
		var a, b bytes.Buffer
		if err := gob.NewEncoder(&a).Encode(f); err != nil {
			t.Fatal(err)
		}
		if err := gob.NewEncoder(&b).Encode(again[path(i)]); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(a.Bytes(), b.Bytes()) {
			t.Errorf("p%d hands on other bytes the second time", i)
		}
	}
}

// TestNeed holds which packages below are read for the sake of one.
func TestNeed(t *testing.T) {
	root := t.TempDir()
	testtree.Put(t, root, "go.mod", "module example.com/x\n\ngo 1.22\n")
	testtree.Put(t, root, "base/base.go", "package base\n\ntype Sink struct{ n int }\n")
	testtree.Put(t, root, "logs/logs.go", "package logs\n\nimport \"example.com/x/base\"\n\ntype Log struct{ sink *base.Sink }\n\nfunc New() *Log { return &Log{new(base.Sink)} }\n\nfunc (l *Log) Print() {}\n")
	testtree.Put(t, root, "far/far.go", "package far\n")
	testtree.Put(t, root, "store/store.go", "package store\n\nvar rows = map[string]int{}\n\nvar Taken func()\n\nfunc Take(f func()) { Taken = f }\n\nfunc Put(key string) { rows[key]++ }\n")
	const imports = "import (\n\t_ \"example.com/x/far\"\n\t\"example.com/x/logs\"\n\t\"example.com/x/store\"\n)\n\nvar log = logs.New()\n\nfunc Save(key string) { log.Print(); store.Put(key) }\n"
	for name, more := range map[string]string{
		"quiet":   "",
		"calls":   "func init() { Save(\"a\") }\n",
		"methods": "type T struct{}\n\nfunc (T) Keep() { Save(\"a\") }\n\ntype keeper interface{ Keep() }\n\nvar k keeper = T{}\n\nfunc init() { k.Keep() }\n",
		"closure": "var hook = func() { Save(\"a\") }\n",
		"starts":  "func init() { go func() {}() }\n",
		"gives":   "func init() { store.Take(func() {}) }\n",
		"puts":    "func init() { store.Taken = func() {} }\n",
		"idle":    "func Start() { go Save(\"a\") }\n",
	} {
		testtree.Put(t, root, name+"/p.go", "package "+name+"\n\n"+imports+"\n"+more)
	}
	testtree.Put(t, root, "main/main.go", "package main\n\nimport (\n\t_ \"example.com/x/logs\"\n\t_ \"example.com/x/store\"\n)\n\nfunc main() {}\n")
	facts := factsOf(t, root, "./...")
	for name, want := range map[string]string{
		"quiet": "base logs", "idle": "base logs",
		"calls": "base logs store", "methods": "base logs store", "closure": "base logs store", "starts": "base far logs store", "gives": "base far logs store", "puts": "base far logs store", "main": "base logs store",
		"store": "",
	} {
		path := "example.com/x/" + name
		below := known{}
		var mine *packed
		for i := range facts[path].Packages {
			if p := &facts[path].Packages[i]; p.Path == path {
				mine = p
			} else {
				below[p.Path] = p
			}
		}
		own, err := unit.Decode(mine.Unit)
		if err != nil {
			t.Fatal(err)
		}
		got := strings.ReplaceAll(strings.Join(need(own, path, below), " "), "example.com/x/", "")
		if got != want {
			t.Errorf("%s needs %q, want %q", name, got, want)
		}
	}
}
