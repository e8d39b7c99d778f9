package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stateaudit/stateaudit/internal/cache"
	"github.com/stateaudit/stateaudit/internal/testtree"
)

// keeping runs the program with a cache in a folder.
func keeping(dir string, args ...string) (code int, stdout, stderr string) {
	var out, errs bytes.Buffer
	env := Env{
		Getenv:   func(string) string { return "" },
		Now:      func() time.Time { return time.Unix(0, 0) },
		Width:    func(io.Writer) int { return 0 },
		CacheDir: func() (string, error) { return dir, nil },
	}
	code = Run(context.Background(), args, strings.NewReader(""), &out, &errs, env)
	return code, out.String(), errs.String()
}

// kept tells how many answers a folder holds.
func kept(dir string) int {
	n, _ := cache.Open(dir, 0, time.Now).Size()
	return n
}

// edits changes a tree at random and can take back what it did.
type edits struct {
	t    *testing.T
	root string
	rand *rand.Rand
	undo []func()
}

func (e *edits) files() []string {
	var out []string
	err := filepath.WalkDir(e.root, func(name string, d os.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			out = append(out, name)
		}
		return err
	})
	if err != nil || len(out) == 0 {
		e.t.Fatal(err)
	}
	return out
}

func (e *edits) write(name string, content []byte) {
	before, err := os.ReadFile(name)
	there := err == nil
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		e.t.Fatal(err)
	}
	if err := os.WriteFile(name, content, 0o644); err != nil {
		e.t.Fatal(err)
	}
	e.undo = append(e.undo, func() {
		if there {
			_ = os.WriteFile(name, before, 0o644)
		} else {
			_ = os.Remove(name)
		}
	})
}

// step makes one change and says which.
func (e *edits) step() string {
	if len(e.undo) > 0 && e.rand.Intn(4) == 0 {
		last := len(e.undo) - 1
		e.undo[last]()
		e.undo = e.undo[:last]
		return "undo"
	}
	all := e.files()
	name := all[e.rand.Intn(len(all))]
	content, err := os.ReadFile(name)
	if err != nil {
		e.t.Fatal(err)
	}
	lines := strings.SplitAfter(string(content), "\n")
	at := e.rand.Intn(len(lines))
	switch e.rand.Intn(8) {
	case 0, 1:
		e.write(name, []byte(strings.Join(slices.Delete(lines, at, at+1), "")))
	case 2:
		e.write(name, []byte(strings.Join(slices.Insert(lines, at, lines[e.rand.Intn(len(lines))]), "")))
	case 3:
		to := filepath.Join(filepath.Dir(name), fmt.Sprintf("moved_%d%s", e.rand.Intn(5), filepath.Ext(name)))
		if _, err := os.Lstat(to); err == nil || os.Rename(name, to) != nil {
			return "nothing"
		}
		e.undo = append(e.undo, func() { _ = os.Rename(to, name) })
	case 4:
		if os.Remove(name) != nil {
			return "nothing"
		}
		e.undo = append(e.undo, func() { _ = os.WriteFile(name, content, 0o644) })
	case 5:
		name = filepath.Join(e.root, ".stateaudit.yaml")
		e.write(name, []byte(fmt.Sprintf("levels:\n  mutable-singleton: %s\n", []string{"note", "error", "off"}[e.rand.Intn(3)])))
	case 6:
		name = filepath.Join(e.root, "go.mod")
		e.write(name, []byte(fmt.Sprintf("module example.com/m%d\n\ngo 1.2%d\n", e.rand.Intn(2), e.rand.Intn(4))))
	default:
		name = filepath.Join(e.root, "k8s", fmt.Sprintf("web%d.yaml", e.rand.Intn(3)))
		e.write(name, []byte(fmt.Sprintf("apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  sessionAffinity: %s\n", []string{"None", "ClientIP"}[e.rand.Intn(2)])))
	}
	return name
}

// TestWarmIsCold changes copies of fixtures at random, and takes changes back, and
// holds that whatever the cache knows, the answer is that of an audit without one.
func TestWarmIsCold(t *testing.T) {
	for name, c := range map[string]struct{ times, short int }{"atlas": {100, 20}, "small": {12, 4}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root, dir := t.TempDir(), t.TempDir()
			if name == "small" {
				smallModule(t, root)
			} else if err := os.CopyFS(root, os.DirFS(sample(name))); err != nil {
				t.Fatal(err)
			}
			times := c.times
			if testing.Short() {
				times = c.short
			}
			e := &edits{t: t, root: root, rand: rand.New(rand.NewSource(7))}
			answered := 0
			for i := range times {
				what := e.step()
				before := kept(dir)
				code, warm, _ := keeping(dir, "audit", "--offline", "-q", "--format", "json", root)
				coldCode, cold, _ := keeping(dir, "audit", "--no-cache", "--offline", "-q", "--format", "json", root)
				if code != coldCode || warm != cold {
					t.Fatalf("%d, %s: exit %d and %d\n%s\nwithout the cache:\n%s", i, what, code, coldCode, warm, cold)
				}
				if kept(dir) == before {
					answered++
				}
				if _, again, _ := keeping(dir, "audit", "--offline", "-q", "--format", "json", root); again != cold {
					t.Fatalf("%d, %s: what was kept is another answer:\n%s\n%s", i, what, again, cold)
				}
			}
			if answered == 0 || answered == times {
				t.Errorf("%d of %d trees were known before: the test tests little", answered, times)
			}
		})
	}
}

// smallModule is a Go module of two packages.
func smallModule(t *testing.T, root string) {
	t.Helper()
	testtree.Write(t, root, map[string]string{
		"go.mod":         "module example.com/m0\n\ngo 1.22\n",
		"main.go":        "package main\n\nimport (\n\t\"net/http\"\n\n\t\"example.com/m0/kept\"\n)\n\nvar hits = map[string]int{}\n\nfunc main() {\n\thttp.HandleFunc(\"/\", serve)\n\thttp.ListenAndServe(\":80\", nil)\n}\n\nfunc serve(w http.ResponseWriter, r *http.Request) {\n\thits[r.URL.Path]++\n\tkept.Note(r.URL.Path)\n}\n",
		"kept/kept.go":   "package kept\n\nvar seen = map[string]bool{}\n\n// Note notes.\nfunc Note(name string) {\n\tseen[name] = true\n}\n",
		"kept/other.go":  "package kept\n\nvar on bool\n\nfunc Switch() { on = !on }\n",
		"compose.yaml":   "services:\n  web:\n    image: app\n    deploy:\n      replicas: 2\n",
		"testdata/a.txt": "text\n",
	})
}

// TestEveryCommandIsAnswered holds that each command writes the same the second time,
// without an audit, and with other flags something of its own.
func TestEveryCommandIsAnswered(t *testing.T) {
	root, dir := t.TempDir(), t.TempDir()
	if err := os.CopyFS(root, os.DirFS(sample("atlas"))); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"audit", "--offline", root},
		{"audit", "--offline", "--details", "--notes", root},
		{"audit", "--offline", "--format", "sarif", root},
		{"audit", "--offline", "--format", "html", root},
		{"audit", "--offline", "--format", "json", "--only", "ruby", root},
		{"audit", "--offline", "--format", "compact", filepath.Join(root, "app", "services")},
		{"rank", "--offline", root},
		{"rank", "--offline", "--format", "json", root},
		{"rank", "--offline", "--order", "relief", root},
		{"rank", "--offline", "--merge", "billing,orders", root},
		{"plan", "--offline", "notifications", root},
		{"plan", "--offline", "--format", "json", "notifications", root},
		{"usecases", "--offline", root},
		{"usecases", "--offline", "--all", root},
		{"usecases", "--offline", "--json", "--domain", "billing", root},
		{"events", "--offline", root},
		{"events", "--offline", "--json", root},
		{"explain", "--offline", "notifications", root},
		{"explain", "--offline", "--all", "notifications", root},
	} {
		code, first, told := keeping(dir, args...)
		_, again, toldAgain := keeping(dir, args...)
		cold, without, toldWithout := keeping(dir, append(args, "--no-cache")...)
		if code != cold || first != without || again != without {
			t.Errorf("%q: exit %d and %d\n%s\nagain:\n%s\nwithout the cache:\n%s", args, code, cold, first, again, without)
		}
		if told != toldAgain || told != toldWithout {
			t.Errorf("%q tells %q, %q and %q", args, told, toldAgain, toldWithout)
		}
	}
	if _, _, told := keeping(dir, "audit", "--offline", "-v", root); !strings.Contains(told, "nothing has changed") {
		t.Errorf("it was not answered from the cache: %q", told)
	}
}

// TestDamagedAnswers: what is in the cache may be cut, replaced or from elsewhere.
func TestDamagedAnswers(t *testing.T) {
	root, dir := t.TempDir(), t.TempDir()
	smallModule(t, root)
	_, want, _ := keeping(dir, "audit", "--offline", "--format", "json", root)
	damage := func(what string, change func([]byte) []byte) {
		files, err := filepath.Glob(filepath.Join(dir, "*", "*.entry"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: nothing is kept: %v", what, err)
		}
		for _, f := range files {
			content, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(f, change(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if code, got, told := keeping(dir, "audit", "--offline", "--format", "json", root); code != exitOK || got != want || told != "" {
			t.Errorf("%s: exit %d, %q\n%s", what, code, told, got)
		}
	}
	damage("cut", func(b []byte) []byte { return b[:len(b)/2] })
	damage("empty", func([]byte) []byte { return nil })
	damage("another text", func([]byte) []byte { return []byte("{}") })
	damage("one bit", func(b []byte) []byte { b[len(b)-1] ^= 1; return b })
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(dir, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if code, got, told := keeping(dir, "audit", "--offline", "--format", "json", root); code != exitOK || got != want || told != "" {
		t.Errorf("no folder: exit %d, %q\n%s", code, told, got)
	}
}

// TestTwoAtOnce audits one tree several times at the same moment while it changes.
func TestTwoAtOnce(t *testing.T) {
	root, dir := t.TempDir(), t.TempDir()
	if err := os.CopyFS(root, os.DirFS(sample("atlas"))); err != nil {
		t.Fatal(err)
	}
	extra := filepath.Join(root, "app", "models", "extra.rb")
	states, want := []string{"class Extra\n  @@all = {}\n  def self.note(a) = @@all[a] = 1\nend\n", "class Extra\nend\n"}, map[string]bool{}
	for _, s := range states {
		if err := os.WriteFile(extra, []byte(s), 0o644); err != nil {
			t.Fatal(err)
		}
		_, out, _ := keeping(dir, "audit", "--no-cache", "--offline", "-q", "--format", "json", root)
		want[out] = true
	}
	stop := make(chan struct{})
	var changes, audits sync.WaitGroup
	changes.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
				next := extra + ".new"
				_ = os.WriteFile(next, []byte(states[i%2]), 0o644)
				_ = os.Rename(next, extra)
				time.Sleep(3 * time.Millisecond)
			}
		}
	})
	for range 4 {
		audits.Go(func() {
			for range 8 {
				keeping(dir, "audit", "--offline", "-q", "--format", "json", root)
			}
		})
	}
	audits.Wait()
	close(stop)
	changes.Wait()
	_ = os.Remove(extra + ".new")
	for _, s := range states {
		if err := os.WriteFile(extra, []byte(s), 0o644); err != nil {
			t.Fatal(err)
		}
		_, out, _ := keeping(dir, "audit", "--offline", "-q", "--format", "json", root)
		if _, cold, _ := keeping(dir, "audit", "--no-cache", "--offline", "-q", "--format", "json", root); out != cold || !want[out] {
			t.Errorf("a wrong answer was kept:\n%s\n%s", out, cold)
		}
	}
}

// TestCacheInTheTree: where a CI service wants it, the cache is no part of the tree.
func TestCacheInTheTree(t *testing.T) {
	root := t.TempDir()
	smallModule(t, root)
	dir := filepath.Join(root, ".cache", "stateaudit")
	_, want, _ := keeping("", "audit", "--no-cache", "--offline", "-q", "--format", "json", root)
	var counts []int // after each audit; the first one makes the folder
	for range 3 {
		if _, got, _ := keeping("", "audit", "--cache-dir", dir, "--offline", "-q", "--format", "json", root); got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
		counts = append(counts, kept(dir))
	}
	if counts[1] == 0 || counts[1] != counts[2] {
		t.Errorf("%v entries are kept after one, two and three audits of a tree", counts)
	}
	if code, out, _ := keeping(dir, "cache"); code != exitOK || !strings.Contains(out, fmt.Sprintf("%d entries", counts[2])) {
		t.Errorf("exit %d: %s", code, out)
	}
	if code, out, _ := keeping(dir, "cache", "clean"); code != exitOK || !strings.Contains(out, "freed") || kept(dir) != 0 {
		t.Errorf("exit %d: %s", code, out)
	}
	if _, got, _ := keeping(dir, "audit", "--offline", "-q", "--format", "json", root); got != want {
		t.Errorf("after cleaning:\n%s", got)
	}
}

// TestBuildsAreToldApart: what another build of the program has kept is not read.
func TestBuildsAreToldApart(t *testing.T) {
	if !strings.Contains(tool(), versionLine()) {
		t.Errorf("the version is not in %q", tool())
	}
	name, err := os.Executable()
	if err != nil {
		t.Skip(err)
	}
	info, err := os.Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(tool(), fmt.Sprint(info.ModTime().UnixNano())) {
		t.Errorf("a test binary has no version, and is not told from others: %q", tool())
	}
}
