package golang

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stateaudit/stateaudit/internal/frontend"
	"github.com/stateaudit/stateaudit/internal/testtree"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// loadedFiles reads some files as a checkout.
func loadedFiles(t *testing.T, files map[string]string, tell func(string, int, int)) ([]*unit.Unit, []unit.Problem) {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	in := frontend.Input{Root: dir, Offline: true, Progress: tell}
	for name, content := range files {
		testtree.Put(t, dir, name, content)
		in.Files = append(in.Files, name)
	}
	slices.Sort(in.Files)
	units, problems := Load(context.Background(), in)
	if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil && files["go.mod"] == "" {
		t.Error("a go.mod was written into the checkout")
	}
	return units, problems
}

func paths(units []*unit.Unit) []string {
	var out []string
	for _, u := range units {
		out = append(out, u.Path)
	}
	slices.Sort(out)
	return out
}

const serving = "package main\n\nimport \"net/http\"\n\nvar hits = map[string]int{}\n\nfunc main() {\n\thttp.HandleFunc(\"/\", func(w http.ResponseWriter, r *http.Request) { hits[r.URL.Path]++ })\n\thttp.ListenAndServe(\":80\", nil)\n}\n"

// TestNoModule reads Go files that no go.mod stands above: alone, in folders, and
// beside a module.
func TestNoModule(t *testing.T) {
	for name, c := range map[string]struct {
		files   map[string]string
		want    []string
		problem string
	}{
		"a script":        {map[string]string{"main.go": serving}, []string{"."}, ""},
		"folders":         {map[string]string{"cmd/a/main.go": serving, "lib/lib.go": "package lib\n\nvar N int\n"}, []string{"cmd/a", "lib"}, ""},
		"beside a module": {map[string]string{"tool.go": serving, "sub/go.mod": "module example.org/sub\n\ngo 1.24\n", "sub/a.go": "package sub\n"}, []string{".", "sub"}, ""},
		"of the time before modules": {map[string]string{
			"Gopkg.toml": "", "cmd/shop/main.go": "package main\n\nimport (\n\t\"net/http\"\n\n\t\"github.com/acme/shop/orders\"\n)\n\nfunc main() {\n\thttp.HandleFunc(\"/\", orders.Show)\n\thttp.ListenAndServe(\":80\", nil)\n}\n",
			"orders/orders.go": "package orders\n\nimport (\n\t\"net/http\"\n\n\t\"github.com/acme/shop/orders/lines\"\n)\n\nfunc Show(w http.ResponseWriter, r *http.Request) { lines.Seen[r.URL.Path]++ }\n", "orders/lines/lines.go": "package lines\n\nvar Seen = map[string]int{}\n",
		}, []string{"cmd/shop", "orders", "orders/lines"}, ""},
		"other modules": {map[string]string{"main.go": "package main\n\nimport \"example.org/missing\"\n\nvar X = missing.Y\n\nfunc main() {}\n"}, []string{"."}, "belong to no module"},
	} {
		t.Run(name, func(t *testing.T) {
			units, problems := loadedFiles(t, c.files, nil)
			if got := paths(units); !slices.Equal(got, c.want) {
				t.Errorf("read %q, want %q (%v)", got, c.want, problems)
			}
			told := slices.ContainsFunc(problems, func(p unit.Problem) bool { return c.problem != "" && strings.Contains(p.Message, c.problem) })
			if told != (c.problem != "") || c.problem == "" && len(problems) > 0 {
				t.Errorf("problems %v, want %q", problems, c.problem)
			}
		})
	}
}

// TestProgress moves during the whole load.
func TestProgress(t *testing.T) {
	var mu sync.Mutex
	most := map[string]int{}
	loadedFiles(t, map[string]string{"go.mod": "module example.org/x\n\ngo 1.24\n", "main.go": serving, "lib/lib.go": "package lib\n"}, func(stage string, done, _ int) {
		mu.Lock()
		defer mu.Unlock()
		most[stage] = max(most[stage], done)
	})
	if most["loading go packages"] < 20 || most["reading go packages"] != 2 {
		t.Errorf("%v", most)
	}
	if _, told := most["listing go packages"]; !told {
		t.Errorf("%v", most)
	}
}

// What does not type-check for want of a module is left out by the statement, and the
// rest of its function is read.
func TestPruned(t *testing.T) {
	const code = `package main

import (
	"net/http"

	"example.com/missing/lib"
)

var hits = map[string]int{}

type answer struct{ text string }

func (a *answer) String() string { return a.text }

func count(w http.ResponseWriter, r *http.Request) (string, error) {
	client := lib.New(r)
	if client.Ready() {
		hits[r.URL.Path]++
	}
	for client.More() {
		hits["more"]++
	}
	func() { lib.Tell(); hits["told"]++ }()
	switch a := any(client).(type) {
	case *answer:
		hits[a.text]++
	}
	if err := lib.Send(client); err != nil {
		return "", err
	}
	return client.Name(), nil
}

func main() {
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { count(w, r) })
	http.ListenAndServe(":80", nil)
}
`
	units, _ := loadedFiles(t, map[string]string{"go.mod": "module example.com/pruned\n\ngo 1.24\n", "main.go": code}, nil)
	lines := map[int32]bool{}
	for _, u := range units {
		for _, r := range u.Records {
			for _, op := range r.Ops {
				if op.Kind == unit.OpStore || op.Kind == unit.OpTouch {
					lines[op.Line] = true
				}
			}
		}
	}
	for line, want := range map[int32]bool{18: true, 21: true, 23: true, 26: false} {
		if lines[line] != want {
			t.Errorf("a write in line %d: %v, want %v", line, lines[line], want)
		}
	}
}

// What is made of a type that nobody knows is something made, and the rest of its package is read.
func TestMadeOfUnknown(t *testing.T) {
	code := strings.Replace(serving, "import \"net/http\"", "import (\n\t\"net/http\"\n\n\t\"example.com/missing/lib\"\n)\n\nvar _ lib.X", 1)
	for i, made := range []string{"make(lib.Table)", "new(lib.Table)", "make(chan lib.Event)", "make(chan)"} {
		code += fmt.Sprintf("\nfunc f%d() any {\n\tx := %s\n\treturn x\n}\n", i, made)
	}
	units, _ := loadedFiles(t, map[string]string{"go.mod": "module example.com/made\n\ngo 1.24\n", "main.go": code}, nil)
	if len(units) != 1 || len(units[0].Holders) == 0 {
		t.Errorf("read %v without what it declares", paths(units))
	}
}

// What a module that cannot be had hands out is used all over a function. Where the types around it
// say what it would be the statement is read: as an argument, as an element, in a condition, in
// what is made, in a loop over it. What is called on it, or handed to it, stays unknown.
func TestFilled(t *testing.T) {
	code := `package main

import (
	"net/http"

	"example.com/missing/lib"
)

var (
	states = map[string]string{}
	last   string
	rows   []row
	feed   = make(chan string, 1)
)

type row struct{ id, name string }

func put(key, value string) bool { states[key] = value; return true }

func serve(w http.ResponseWriter, r *http.Request) {
	id := lib.UUID()
	states[id] = "new"
	last = lib.Name(r)
	rows = append(rows, row{id: id, name: lib.Name(r)})
	if !put(id.Text(), "x") {
		return
	}
	for _, x := range lib.Rows(r) {
		states[x.Name] = "seen"
	}
	switch lib.Kind(r) {
	case "a":
		states["kind"] = "a"
	}
	func() { feed <- id }()
	lib.Tell(put("y", "z"))
	id.Name = put
}

func main() {
	http.HandleFunc("/", serve)
	http.ListenAndServe(":80", nil)
}
`
	units, _ := loadedFiles(t, map[string]string{"go.mod": "module example.com/filled\n\ngo 1.24\n", "main.go": code}, nil)
	lines := map[int32]bool{}
	for _, u := range units {
		for _, r := range u.Records {
			for _, op := range r.Ops {
				if op.Kind == unit.OpStore || op.Kind == unit.OpTouch || op.Kind == unit.OpCall {
					lines[op.Line] = true
				}
				if op.Kind == unit.OpStore && strings.Contains(op.Name, "\"\"") {
					t.Errorf("a write in line %d under a key that nobody knows is one under %q", op.Line, op.Name)
				}
			}
		}
	}
	for line, want := range map[int32]bool{22: true, 23: true, 24: true, 25: true, 29: true, 33: true, 35: true, 36: false, 37: false} {
		if lines[line] != want {
			t.Errorf("line %d is read: %v, want %v", line, lines[line], want)
		}
	}
}
