package golang_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stateaudit/stateaudit/internal/frontend"
	"github.com/stateaudit/stateaudit/internal/testtree"
	"github.com/stateaudit/stateaudit/parsers/golang"
)

// written makes a checkout in the folder shop of a new folder and returns what the
// front end gets of it.
func written(t *testing.T, files map[string]string) frontend.Input {
	t.Helper()
	dir := t.TempDir()
	in := frontend.Input{Root: filepath.Join(dir, "shop"), Offline: true}
	for name, content := range files {
		file := testtree.Put(t, dir, name, content)
		if rel, err := filepath.Rel(in.Root, file); err == nil && filepath.IsLocal(rel) {
			in.Files = append(in.Files, rel)
		}
	}
	return in
}

func outside(t *testing.T, in frontend.Input) (string, bool) {
	t.Helper()
	return golang.Outside(context.Background(), in)
}

// TestOutsideIsRefused: where something decides that is not seen, nothing is said.
func TestOutsideIsRefused(t *testing.T) {
	const mod, main = "module example.org/shop\n\ngo 1.24\n", "package main\n\nfunc main() {}\n"
	t.Setenv("GOWORK", "")
	for name, c := range map[string]struct {
		files  map[string]string
		online bool
		ok     bool
	}{
		"a module":                  {files: map[string]string{"shop/go.mod": mod, "shop/main.go": main}, ok: true},
		"no Go":                     {files: map[string]string{"README.md": ""}, ok: true},
		"a module above":            {files: map[string]string{"go.mod": mod, "shop/main.go": main}},
		"a workspace above":         {files: map[string]string{"go.work": "go 1.24\n\nuse ./shop\n", "shop/go.mod": mod, "shop/main.go": main}},
		"a workspace inside":        {files: map[string]string{"shop/go.work": "go 1.24\n\nuse (\n\t.\n\t./lib\n)\n", "shop/go.mod": mod, "shop/lib/go.mod": "module example.org/lib\n"}, ok: true},
		"a workspace leads outside": {files: map[string]string{"shop/go.work": "go 1.24\n\nuse (\n\t.\n\t../lib\n)\n", "shop/go.mod": mod, "lib/go.mod": "module example.org/lib\n"}},
		"a folder outside":          {files: map[string]string{"shop/go.mod": mod + "\nrequire example.org/lib v0.0.0\n\nreplace example.org/lib => ../lib\n", "lib/go.mod": "module example.org/lib\n"}},
		"a folder inside":           {files: map[string]string{"shop/go.mod": mod + "\nrequire example.org/lib v0.0.0\n\nreplace example.org/lib => ./lib\n", "shop/lib/go.mod": "module example.org/lib\n"}, ok: true},
		"a broken go.mod":           {files: map[string]string{"shop/go.mod": "modul example.org/shop\n", "shop/main.go": main}},
		"no module":                 {files: map[string]string{"shop/main.go": main}, ok: true},
		"no module and a network":   {files: map[string]string{"shop/main.go": main}, online: true},
	} {
		in := written(t, c.files)
		if err := os.MkdirAll(in.Root, 0o755); err != nil {
			t.Fatal(err)
		}
		in.Offline = !c.online
		if _, ok := outside(t, in); ok != c.ok {
			t.Errorf("%s: %v", name, ok)
		}
	}
}

// TestOutsideSeesLinks: a folder inside may be a link to one outside.
func TestOutsideSeesLinks(t *testing.T) {
	in := written(t, map[string]string{
		"shop/go.mod": "module example.org/shop\n\ngo 1.24\n\nrequire example.org/lib v0.0.0\n\nreplace example.org/lib => ./lib\n", "lib/go.mod": "module example.org/lib\n",
	})
	if err := os.Symlink(filepath.Join("..", "lib"), filepath.Join(in.Root, "lib")); err != nil {
		t.Skip(err)
	}
	if _, ok := outside(t, in); ok {
		t.Error("what the link leads to is read, and may change")
	}
}

// TestOutsideFollowsTheModuleCache: a module that comes, or comes anew, changes what
// is said, and so do settings of the go command.
func TestOutsideFollowsTheModuleCache(t *testing.T) {
	modules := t.TempDir()
	t.Setenv("GOMODCACHE", modules)
	in := written(t, map[string]string{
		"shop/go.mod": "module example.org/shop\n\ngo 1.24\n\nrequire example.org/Lib v0.1.0\n",
		"shop/go.sum": "example.org/deep v0.2.0 h1:x=\nexample.org/deep v0.2.0/go.mod h1:y=\n",
	})
	seen := map[string]string{}
	said := func(what string) {
		t.Helper()
		text, ok := outside(t, in)
		if again, _ := outside(t, in); !ok || again != text {
			t.Errorf("%s: %v, or not the same twice", what, ok)
		}
		if other, known := seen[text]; known {
			t.Errorf("%s: as with %s", what, other)
		}
		seen[text] = what
	}
	said("nothing")
	for _, folder := range []string{"example.org/!lib@v0.1.0", "example.org/deep@v0.2.0", "cache/download/example.org/deep/@v/v0.2.0.mod"} {
		if err := os.MkdirAll(filepath.Join(modules, folder), 0o755); err != nil {
			t.Fatal(err)
		}
		said(folder)
	}
	t.Setenv("GOOS", "plan9")
	said("another system")
	t.Setenv("GOPROXY", "https://proxy.example.org")
	in.Offline = false
	said("a network")
}
