package checkout

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stateaudit/stateaudit/internal/testtree"
	"github.com/stateaudit/stateaudit/internal/unit"
)

func write(t *testing.T, root string, files ...string) {
	t.Helper()
	for _, f := range files {
		testtree.Put(t, root, f, f)
	}
}

func link(t *testing.T, target, name string) {
	t.Helper()
	if err := os.Symlink(target, name); err != nil {
		t.Skip("no symbolic links here:", err)
	}
}

func TestWalkSkipsAndSorts(t *testing.T) {
	root := t.TempDir()
	write(t, root, "b.go", "a/x.rb", ".git/config", "web/node_modules/x/y.js", "vendor/gen/big.go", "vendor/keep.go", "a/x.pb.go")
	link(t, "..", filepath.Join(root, "a", "loop"))
	link(t, "x.rb", filepath.Join(root, "a", "alias.rb"))
	link(t, "nowhere", filepath.Join(root, "dangling.go"))
	outside := t.TempDir()
	write(t, outside, "secret.go")
	link(t, filepath.Join(outside, "secret.go"), filepath.Join(root, "secret.go"))

	tree, err := Walk(root, Options{Exclude: []Glob{{Pattern: "vendor/gen/"}, {Pattern: "*.pb.go"}}})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"a/alias.rb", "a/x.rb", "b.go", "vendor/keep.go"}
	if !reflect.DeepEqual(tree.Files, want) {
		t.Errorf("files %q, want %q", tree.Files, want)
	}
	if len(tree.Problems) != 0 {
		t.Errorf("problems %v", tree.Problems)
	}
}

func TestExcludeFromAbove(t *testing.T) {
	root := t.TempDir()
	write(t, root, "legacy/a.go", "b.go", "c/d.go")
	tree, err := Walk(root, Options{Exclude: []Glob{{"app/legacy/**", "app"}, {"c", "app"}}})
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"b.go"}; !reflect.DeepEqual(tree.Files, want) {
		t.Errorf("files %q, want %q", tree.Files, want)
	}
}

func TestWalkUnreadableFolder(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root reads everything")
	}
	root := t.TempDir()
	write(t, root, "a.go", "closed/b.go")
	closed := filepath.Join(root, "closed")
	if err := os.Chmod(closed, 0); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Chmod(closed, 0o755) })
	tree, err := Walk(root, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(tree.Problems) != 1 || tree.Problems[0].File != "closed" || strings.Contains(tree.Problems[0].Message, root) {
		t.Errorf("problems %v", tree.Problems)
	}
	if !reflect.DeepEqual(tree.Files, []string{"a.go"}) {
		t.Errorf("files %q", tree.Files)
	}
}

func TestWalkRefusesRoots(t *testing.T) {
	root := t.TempDir()
	write(t, root, "a.go")
	if _, err := Walk(filepath.Join(root, "none"), Options{}); !errors.Is(err, ErrNotFound) {
		t.Errorf("missing root: %v", err)
	}
	if _, err := Walk(filepath.Join(root, "a.go"), Options{}); !errors.Is(err, ErrNotDir) {
		t.Errorf("file as root: %v", err)
	}
	if _, err := Walk(root, Options{Exclude: []Glob{{Pattern: "[a"}}}); err == nil {
		t.Error("malformed pattern accepted")
	}
}

func TestReadLimit(t *testing.T) {
	root := t.TempDir()
	write(t, root, "ok", "longer")
	tree, err := Walk(root, Options{MaxSize: 3})
	if err != nil {
		t.Fatal(err)
	}
	if b, p := tree.Read("ok"); p != nil || string(b) != "ok" {
		t.Errorf("ok: %q, %v", b, p)
	}
	if _, p := tree.Read("longer"); p == nil || p.Message != "file is larger than 3 bytes and was not read" {
		t.Errorf("longer: %v", p)
	}
	if _, p := tree.Read("gone"); p == nil || strings.Contains(p.Message, root) {
		t.Errorf("gone: %v", p)
	}
}

func TestMatch(t *testing.T) {
	for _, c := range []struct {
		pattern, path string
		want          bool
	}{
		{"vendor", "vendor", true},
		{"vendor", "a/vendor", true},
		{"vendor/", "vendor", true},
		{"a/**", "a/b/c.rb", true},
		{"**/gen/*.go", "x/y/gen/z.go", true},
		{"a/*.go", "a/b/c.go", false},
		{"*.go", "a/b/c.go", true},
	} {
		if got := match(c.pattern, c.path); got != c.want {
			t.Errorf("match(%q, %q) = %v", c.pattern, c.path, got)
		}
	}
}

// TestRefusedIsNeverOpened lists pipes and links that lead outside, and opens none
// of them, also if a file becomes one after the walk.
func TestRefusedIsNeverOpened(t *testing.T) {
	root, outside := t.TempDir(), filepath.Join(t.TempDir(), "secret")
	for _, name := range []string{outside, filepath.Join(root, "a.rb"), filepath.Join(root, "gone.rb")} {
		if err := os.WriteFile(name, []byte("x"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(outside, filepath.Join(root, "link.rb")); err != nil {
		t.Skip("this system has no symbolic links")
	}
	tree, err := Walk(root, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(tree.Files, []string{"a.rb", "gone.rb"}) || !slices.Equal(tree.Refused, []string{"link.rb"}) {
		t.Errorf("files %q, refused %q", tree.Files, tree.Refused)
	}
	if os.Remove(filepath.Join(root, "a.rb")) != nil || os.Mkdir(filepath.Join(root, "a.rb"), 0o755) != nil || os.Remove(filepath.Join(root, "gone.rb")) != nil {
		t.Fatal("the files could not be changed")
	}
	for _, name := range []string{"a.rb", "gone.rb"} {
		if _, problem := tree.Read(name); problem == nil || problem.Kind != unit.Unread {
			t.Errorf("%s: %v", name, problem)
		}
	}
}

// TestFixturesAreLeftOut holds that what tests are fed with and examples are no
// part of the application, in any format, and that they are counted.
func TestFixturesAreLeftOut(t *testing.T) {
	root := t.TempDir()
	write(t, root, "a.go", "testdata/k8s/all.yaml", "testdata/x.go", "spec/fixtures/s.rb", "integration/fixtures/node_modules/y.js", "integration/fixtures/z.tf",
		"examples/go.mod", "examples/fixtures/x.go", "app/views/examples/index.html.erb", "lib/example.rb", "docs/examples.md")
	tree, err := Walk(root, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"a.go", "app/views/examples/index.html.erb", "docs/examples.md", "lib/example.rb"}; !reflect.DeepEqual(tree.Files, want) {
		t.Errorf("files %q, want %q", tree.Files, want)
	}
	if want := []LeftOut{{"examples", 2}, {"integration/fixtures", 1}, {"spec/fixtures", 1}, {"testdata", 2}}; !reflect.DeepEqual(tree.LeftOut, want) {
		t.Errorf("left out %v, want %v", tree.LeftOut, want)
	}
	inner, err := Walk(filepath.Join(root, "examples"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"go.mod"}; !reflect.DeepEqual(inner.Files, want) || len(inner.LeftOut) != 1 {
		t.Errorf("a root that is one: files %q, left out %v", inner.Files, inner.LeftOut)
	}
}
