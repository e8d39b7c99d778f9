package golang

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stateaudit/stateaudit/internal/frontend"
	"github.com/stateaudit/stateaudit/internal/testtree"
)

// memory keeps texts, and remembers what was put since it was last asked. When, if set, is
// told of each name that is asked for or put.
type memory struct {
	mu   sync.Mutex
	kept map[string][]byte
	put  map[string]bool
	when func(name string)
}

func newMemory() *memory { return &memory{kept: map[string][]byte{}, put: map[string]bool{}} }

func (m *memory) Get(name string) ([]byte, bool) {
	m.tell(name)
	m.mu.Lock()
	defer m.mu.Unlock()
	content, ok := m.kept[name]
	return content, ok
}

func (m *memory) tell(name string) {
	if m.when != nil {
		m.when(name)
	}
}

func (m *memory) Put(name string, content []byte) {
	m.tell(name)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.kept[name], m.put[name] = content, true
}

// read are the packages that were read since it was last asked.
func (m *memory) read() []string {
	var out []string
	for name := range m.put {
		if p, ok := strings.CutPrefix(name, "go package . shop/"); ok {
			out = append(out, p)
		}
	}
	clear(m.put)
	slices.Sort(out)
	return out
}

var keptFiles = map[string]string{
	"go.mod": "module shop\n\ngo 1.22\n",
	"main.go": `package main

import (
	"os"

	"shop/orders"
	"shop/web"
)

func main() { web.Serve(os.Stdin, orders.New()) }
`,
	"money/money.go": `package money

type Amount struct{ cents int }

func Of(cents int) Amount { return Amount{cents: cents} }

func (a Amount) Cents() int { return a.cents }

type Priced interface{ Price() Amount }

type number interface{ ~int | ~int64 }

type Number interface {
	number
	comparable
}

func Sum[N Number](list ...N) (all N) {
	for _, n := range list {
		all += n
	}
	return all
}
`,
	"orders/orders.go": `package orders

import (
	"os"
	"sort"
	"strconv"
	"sync"

	"shop/money"
)

type Order struct {
	ID    string
	Total money.Amount
}

func (o *Order) Price() money.Amount { return o.Total }

type Store struct {
	mu  sync.Mutex
	all map[string]*Order
}

func New() *Store { return &Store{all: map[string]*Order{}} }

func (s *Store) Put(o *Order) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all[o.ID] = o
	os.WriteFile("/var/orders/"+o.ID, []byte(strconv.FormatInt(money.Sum(int64(o.Total.Cents())), 10)), 0o600)
}

func (s *Store) Names() []string {
	var out []string
	for n := range s.all {
		out = append(out, n)
	}
	sort.Strings(out)
	return out
}
`,
	"web/web.go": `package web

import (
	"bufio"
	"io"
	"unsafe"

	"shop/money"
	"shop/orders"
)

var seen = map[string]int{}

func Serve(in io.Reader, s *orders.Store) {
	for lines := bufio.NewScanner(in); lines.Scan(); {
		id := lines.Text()
		seen[id]++
		go s.Put(&orders.Order{ID: id, Total: money.Of(int(unsafe.Sizeof(seen)))})
	}
	s.Names()
}
`,
}

// loadedAs loads a tree and returns everything that came of it as a text.
func loadedAs(t *testing.T, in frontend.Input) string {
	t.Helper()
	err := filepath.WalkDir(in.Root, func(name string, d os.DirEntry, err error) error {
		if rel, _ := filepath.Rel(in.Root, name); err == nil && !d.IsDir() {
			in.Files = append(in.Files, filepath.ToSlash(rel))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	units, problems := Load(context.Background(), in)
	text, err := json.Marshal([]any{units, problems})
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestOnlyWhatChangedIsRead edits a program and looks which of its packages are read anew:
// the edited one, and those that see something else of it. What comes out is what comes
// out of reading everything.
func TestOnlyWhatChangedIsRead(t *testing.T) {
	root, store := t.TempDir(), newMemory()
	testtree.Write(t, root, keptFiles)
	kept := frontend.Input{Root: root, Offline: true, Kept: store}
	loadedAs(t, kept)
	if got := store.read(); len(got) != 3 { // and shop itself
		t.Fatalf("read %v at first", got)
	}
	listed := store.kept["go list ."]
	for _, step := range []struct {
		what, file, old, new string
		want                 string
	}{
		{"nothing", "web/web.go", "", "", "[]"},
		{"a body", "orders/orders.go", "sort.Strings(out)", "if len(out) > 1 {\n\t\tsort.Strings(out)\n\t}", "[orders]"},
		{"lines above a declaration", "money/money.go", "type Priced", "// Priced has a price.\ntype Priced", "[money]"},
		{"a field that others cannot name", "money/money.go", "struct{ cents int }", "struct{ cents int; currency string }", "[money orders web]"},
		{"a method that others call", "orders/orders.go", "func (s *Store) Put(o *Order) {", "func (s *Store) Put(o *Order) error {\n\tdefer func() {}()", ""},
		{"back", "orders/orders.go", "func (s *Store) Put(o *Order) error {\n\tdefer func() {}()", "func (s *Store) Put(o *Order) {", "[orders web]"},
		{"a variable of the package", "orders/orders.go", "func New()", "var last *Order\n\nfunc New()", "[orders]"},
		{"an exported function", "orders/orders.go", "func New()", "func Last() *Order { return last }\n\nfunc New()", "[orders web]"},
		{"a type set that others cannot name", "money/money.go", "~int | ~int64", "~int", ""},
		{"back again", "money/money.go", "interface{ ~int }", "interface{ ~int | ~int64 }", ""},
		{"a function of a library that nobody called", "web/web.go", "s.Names()", "bufio.NewReader(in).Reset(in)", ""},
	} {
		content, err := os.ReadFile(filepath.Join(root, step.file))
		if err != nil {
			t.Fatal(err)
		}
		edited := strings.Replace(string(content), step.old, step.new, 1)
		if edited == string(content) && step.old != "" {
			t.Fatalf("%s: nothing was edited", step.what)
		}
		testtree.Write(t, root, map[string]string{step.file: edited})
		if got, want := loadedAs(t, kept), loadedAs(t, frontend.Input{Root: root, Offline: true}); got != want {
			t.Errorf("%s: what was kept gives\n%s\nand everything read anew\n%s", step.what, got, want)
		}
		if got := fmt.Sprint(store.read()); step.want != "" && got != step.want {
			t.Errorf("%s: read %s, want %s", step.what, got, step.want)
		}
	}
	if string(listed) != string(store.kept["go list ."]) {
		t.Error("the go command was asked again though no import has changed")
	}
}

// TestKeptIsAsReadAnew makes random edits, renames and deletions, wrong ones among
// them, and loses or damages some of what is kept.
func TestKeptIsAsReadAnew(t *testing.T) {
	root, store, r := t.TempDir(), newMemory(), rand.New(rand.NewPCG(7, 7))
	testtree.Write(t, root, keptFiles)
	names := slices.Sorted(maps.Keys(keptFiles))
	n := 16
	if testing.Short() {
		n = 6
	}
	for i := range n {
		file := names[r.IntN(len(names))]
		if file == "go.mod" {
			file = "web/web.go"
		}
		content, _ := os.ReadFile(filepath.Join(root, file)) // it may have gone
		text, extra := string(content), ""
		if text == "" {
			text = keptFiles[file]
		}
		switch what := r.IntN(9); what {
		case 0:
			text += fmt.Sprintf("\nvar Extra%d = map[string]int{}\n\nfunc Count%d(k string) { Extra%d[k]++ }\n", i, i, i)
		case 1:
			text = strings.Replace(text, "\n\nfunc ", "\n\n// A remark.\nfunc ", 1)
		case 2:
			text = keptFiles[file]
		case 3:
			text += fmt.Sprintf("\nfunc broken%d() int { return missing }\n", i)
		case 4:
			extra = filepath.Dir(file) + fmt.Sprintf("/more%d.go", i)
		case 5:
			os.Remove(filepath.Join(root, file))
			text = ""
		case 6:
			for name := range store.kept {
				if r.IntN(3) == 0 {
					delete(store.kept, name)
				}
			}
		case 7:
			for name, kept := range store.kept {
				if r.IntN(3) == 0 {
					store.kept[name] = kept[:len(kept)/2]
				}
			}
		case 8:
			testtree.Write(t, root, map[string]string{"go.mod": fmt.Sprintf("module shop\n\ngo 1.%d\n", 21+r.IntN(3))})
		}
		if text != "" {
			testtree.Write(t, root, map[string]string{file: text})
		}
		if extra != "" {
			pkg, _, _ := strings.Cut(strings.TrimPrefix(text, "package "), "\n")
			testtree.Write(t, root, map[string]string{extra: fmt.Sprintf("package %s\n\nimport \"time\"\n\nvar started%d = time.Now()\n", pkg, i)})
		}
		if got, want := loadedAs(t, frontend.Input{Root: root, Offline: true, Kept: store}), loadedAs(t, frontend.Input{Root: root, Offline: true}); got != want {
			t.Fatalf("step %d: what was kept gives\n%s\nand everything read anew\n%s", i, got, want)
		}
	}
}

// TestKeptWithC reads a program anew of which a part needs what a dependency declares only
// with cgo.
func TestKeptWithC(t *testing.T) {
	root, store := t.TempDir(), newMemory()
	testtree.Write(t, root, map[string]string{
		"go.mod":                         "module shop\n\ngo 1.22\n\nrequire example.org/lite v1.0.0\n",
		"vendor/modules.txt":             "# example.org/lite v1.0.0\n## explicit; go 1.22\nexample.org/lite\n",
		"vendor/example.org/lite/doc.go": "package lite\n\nfunc Version() string { return \"1\" }\n",
		"vendor/example.org/lite/c.go":   "package lite\n\n// int x;\nimport \"C\"\n\ntype Conn struct{ open bool }\n\nfunc Open() *Conn { return &Conn{open: true} }\n",
		"db/db.go":                       "package db\n\nimport \"example.org/lite\"\n\nvar conn *lite.Conn\n\nfunc Get() *lite.Conn {\n\tif conn == nil {\n\t\tconn = lite.Open()\n\t}\n\treturn conn\n}\n",
		"web/web.go":                     "package web\n\nimport \"shop/db\"\n\nvar n int\n\nfunc Count() { n++; db.Get() }\n",
		"main.go":                        "package main\n\nimport \"shop/web\"\n\nfunc main() { web.Count() }\n",
	})
	for i, want := range []string{"[db web]", "[]", "[web]", "[]"} {
		if i == 2 {
			testtree.Write(t, root, map[string]string{"web/web.go": "package web\n\nimport \"shop/db\"\n\nvar n int\n\nfunc Count() { n += 2; db.Get() }\n"})
		}
		got, all := loadedAs(t, frontend.Input{Root: root, Offline: true, Kept: store}), loadedAs(t, frontend.Input{Root: root, Offline: true})
		if got != all {
			t.Errorf("step %d: what was kept gives\n%s\nand everything read anew\n%s", i, got, all)
		}
		if read := fmt.Sprint(store.read()); read != want {
			t.Errorf("step %d: read %s, want %s", i, read, want)
		}
		if strings.Contains(all, "undefined") {
			t.Fatalf("what is declared with cgo is not known:\n%s", all)
		}
	}
}

// TestInterruptedIsNotKept reads a changed program with a context that has ended: nothing of
// that may be taken for what the program is.
func TestInterruptedIsNotKept(t *testing.T) {
	root, store := t.TempDir(), newMemory()
	testtree.Write(t, root, keptFiles)
	in := frontend.Input{Root: root, Offline: true, Kept: store}
	loadedAs(t, in)
	store.read()
	testtree.Write(t, root, map[string]string{"orders/orders.go": keptFiles["orders/orders.go"] + "\nvar Last *Order\n"})
	ended, end := context.WithCancel(context.Background())
	end()
	in.Files = slices.Sorted(maps.Keys(keptFiles))
	Load(ended, in)
	if read := store.read(); len(read) > 0 {
		t.Errorf("%v were kept by a run that was interrupted", read)
	}
	in.Files = nil
	if got, want := loadedAs(t, in), loadedAs(t, frontend.Input{Root: root, Offline: true}); got != want {
		t.Errorf("after an interruption what was kept gives\n%s\nand everything read anew\n%s", got, want)
	}
}

// TestWhatChangesMeanwhile writes to files while they are read, behind the parser and before
// what was read is kept: once with nothing kept, and once with one package to read anew.
func TestWhatChangesMeanwhile(t *testing.T) {
	const file = "orders/orders.go"
	for _, step := range []struct{ what, when string }{
		{"everything is read", "go types . shop/orders"},
		{"one package is read", "go told . "},
	} {
		t.Run(step.what, func(t *testing.T) {
			root, store := t.TempDir(), newMemory()
			testtree.Write(t, root, keptFiles)
			in := frontend.Input{Root: root, Offline: true, Kept: store}
			if step.what == "one package is read" {
				loadedAs(t, in)
				testtree.Write(t, root, map[string]string{file: keptFiles[file] + "\nvar First *Order\n"})
			}
			var once sync.Once
			store.when = func(name string) {
				if name == step.when {
					once.Do(func() {
						testtree.Write(t, root, map[string]string{file: keptFiles[file] + "\nvar Last = map[string]*Order{}\n"})
					})
				}
			}
			loadedAs(t, in)
			store.when = nil
			if got, want := loadedAs(t, in), loadedAs(t, frontend.Input{Root: root, Offline: true}); got != want || !strings.Contains(want, "orders.Last") {
				t.Errorf("what was kept gives\n%s\nand everything read anew\n%s", got, want)
			}
		})
	}
}
