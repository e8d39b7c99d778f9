package golang

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/stateaudit/stateaudit/internal/frontend"
	"github.com/stateaudit/stateaudit/internal/testtree"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// loaded writes an archive into a folder and loads the part of it that is the
// checkout: all of it, or what lies below a folder.
func loaded(t *testing.T, archive, below string) (string, []*unit.Unit, []unit.Problem) {
	t.Helper()
	top := t.TempDir()
	root := filepath.Join(top, below)
	var files []string
	for _, f := range txtar.Parse([]byte(archive)).Files {
		name := testtree.Put(t, top, f.Name, string(f.Data))
		if rel, err := filepath.Rel(root, name); err == nil && filepath.IsLocal(rel) {
			files = append(files, filepath.ToSlash(rel))
		}
	}
	slices.Sort(files)
	units, problems := Load(context.Background(), frontend.Input{Root: root, Files: files, Offline: true})
	return root, units, problems
}

// holder finds a holder by name.
func holder(units []*unit.Unit, name string) *unit.Holder {
	for _, u := range units {
		for i := range u.Holders {
			if u.Holders[i].Name == name {
				return &u.Holders[i]
			}
		}
	}
	return nil
}

func TestMissingModuleIsToldOnce(t *testing.T) {
	_, units, problems := loaded(t, `
-- go.mod --
module example.com/shop

go 1.22

require (
	example.com/gone v1.2.3
	example.com/alsogone v0.1.0
)
-- a/a.go --
package a

import "example.com/gone/sub"

var Last sub.Thing

func Use() int { var z int = sub.New("x"); return z + Last.N + Last.M }
-- b/b.go --
package b

import "example.com/shop/a"

func Use() int { return a.Last.Thing.Other + a.Use() }
-- c/c.go --
package c

import _ "example.com/alsogone"

func broken( {
-- d/d.go --
package d

func wrong() int { return "x" }
`, "")
	var got []string
	for _, p := range problems {
		got = append(got, p.File+": "+p.Message)
	}
	for _, want := range []string{
		"go.mod: module example.com/gone@v1.2.3 could not be had (go.sum has no entry for it); 2 packages are read without its types",
		"go.mod: module example.com/alsogone@v0.1.0 could not be had (go.sum has no entry for it); 1 package is read without its types",
	} {
		if !slices.Contains(got, want) {
			t.Errorf("not told: %s\n%s", want, strings.Join(got, "\n"))
		}
	}
	for _, g := range got {
		switch {
		case strings.HasPrefix(g, "go.mod: "), strings.HasPrefix(g, "c/c.go: "): // its own mistake
		case strings.HasPrefix(g, "d/d.go: cannot use"): // lacks nothing, and is wrong
		default:
			t.Errorf("only follows from what is missing: %s", g)
		}
	}
	if !slices.ContainsFunc(got, func(g string) bool { return strings.HasPrefix(g, "c/c.go: ") }) || !slices.ContainsFunc(got, func(g string) bool { return strings.HasPrefix(g, "d/d.go: ") }) {
		t.Errorf("own mistakes are not told: %q", got)
	}
	if h := holder(units, "Last"); h == nil {
		t.Error("the package that lacks a module is not read")
	}
}

func TestManyMissingModulesAreOneThing(t *testing.T) {
	var require, imports strings.Builder
	for _, name := range []string{"aa", "bb", "cc", "dd", "ee"} {
		require.WriteString("require example.com/" + name + " v1.0.0\n")
		imports.WriteString("import _ \"example.com/" + name + "\"\n")
	}
	_, _, problems := loaded(t, "-- go.mod --\nmodule example.com/shop\n\ngo 1.22\n"+require.String()+"-- a.go --\npackage a\n\n"+imports.String(), "")
	if len(problems) != 1 || problems[0].Kind != unit.MissingModule || !strings.HasPrefix(problems[0].Message, "5 modules could not be had (") || !strings.HasSuffix(problems[0].Message, "example.com/aa@v1.0.0, example.com/bb@v1.0.0, example.com/cc@v1.0.0 and 2 more; 1 package is read without their types") {
		t.Errorf("%+v", problems)
	}
}

// cgoTree has a package of which all files import C, one with a stand-in for builds
// without cgo, and a dependency of the latter kind outside the checkout.
const cgoTree = `
-- shop/go.mod --
module example.com/shop

go 1.22

require example.com/dep v1.0.0

replace example.com/dep => ../dep
-- shop/main.go --
package main

import (
	"example.com/dep"
	"example.com/shop/all"
	"example.com/shop/some"
)

var (
	code  = dep.Code
	conn  dep.Conn
	seen  = all.Seen
	limit = some.Limit
)

func main() { conn.Open(code); all.Count(); _, _ = seen, limit }
-- shop/all/all.go --
package all

/*
#include <stdio.h>
typedef struct { int n; } thing;
*/
import "C"
import "sync"

var Seen = map[string]int{}

var last C.thing

var mu sync.Mutex

func Count() { mu.Lock(); Seen["x"]++; C.puts(nil); last.n = 1 }
-- shop/some/cgo.go --
//go:build cgo

package some

import (
	"C"
	"os"
)

var Limit = os.Getenv("LIMIT")
-- shop/some/stub.go --
//go:build !cgo

package some

var Stub = 1
-- dep/go.mod --
module example.com/dep

go 1.22
-- dep/dep.go --
package dep

type Code2 int
-- dep/cgo.go --
package dep

// #cgo CFLAGS: -DX
import "C"

import "unsafe"

type Conn struct{ db *C.int; p unsafe.Pointer }

func (c *Conn) Open(code int) error { return nil }

const Code = 5
-- dep/stub.go --
//go:build !cgo

package dep

type Conn struct{ stub bool }
`

// TestCgoIsReadAndNotRun takes a compiler that leaves a trace when it runs.
func TestCgoIsReadAndNotRun(t *testing.T) {
	trace := filepath.Join(t.TempDir(), "ran")
	compiler := filepath.Join(t.TempDir(), "cc")
	if err := os.WriteFile(compiler, []byte("#!/bin/sh\ntouch "+trace+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("CC", compiler)
	t.Setenv("CGO_ENABLED", "1")
	_, units, problems := loaded(t, cgoTree, "shop")
	for _, p := range problems {
		t.Errorf("%s:%d: %s", p.File, p.Line, p.Message)
	}
	for name, typ := range map[string]string{"Seen": "map[string]int", "seen": "map[string]int", "limit": "string", "code": "int", "mu": "sync.Mutex"} {
		if h := holder(units, name); h == nil || h.Type != typ {
			t.Errorf("%s: %+v, want the type %s", name, h, typ)
		}
	}
	if holder(units, "Stub") != nil {
		t.Error("what is built without cgo only is read beside what takes its place")
	}
	for _, u := range units {
		if u.Incomplete {
			t.Errorf("%s is incomplete", u.Name)
		}
	}
	if _, err := os.Stat(trace); err == nil {
		t.Error("the C compiler was run")
	}
}

// TestHostileModules loads modules that lead outside, lie or cannot be had. Each
// gives the package that is there, from inside the checkout only.
func TestHostileModules(t *testing.T) {
	const source = `
-- shop/a/a.go --
package a

import "example.com/other/secret"

var Seen = map[string]int{}

func Count() { Seen[secret.Value]++ }
-- other/go.mod --
module example.com/other

go 1.22
-- other/secret/secret.go --
package secret

var Value = "outside"

var Hidden = map[string]int{}
`
	for name, gomod := range map[string]string{
		"replace outside": "-- shop/go.mod --\nmodule example.com/shop\n\ngo 1.22\n\nrequire example.com/other v1.0.0\n\nreplace example.com/other => ../other\n",
		"replace /":       "-- shop/go.mod --\nmodule example.com/shop\n\ngo 1.22\n\nrequire example.com/other v1.0.0\n\nreplace example.com/other => /\n",
		"workspace":       "-- shop/go.mod --\nmodule example.com/shop\n\ngo 1.22\n-- shop/go.work --\ngo 1.22\n\nuse .\nuse ../other\n",
		"bad workspace":   "-- shop/go.mod --\nmodule example.com/shop\n\ngo 1.22\n-- shop/go.work --\ngo 1.22\n\nuse ../nowhere\n",
		"toolchain":       "-- shop/go.mod --\nmodule example.com/shop\n\ngo 1.99.0\n\ntoolchain go1.99.9-evil\n",
		"lying vendor":    "-- shop/go.mod --\nmodule example.com/shop\n\ngo 1.22\n\nrequire example.com/other v1.0.0\n-- shop/vendor/modules.txt --\n# example.com/third v9.9.9\n## explicit\nexample.com/third\n",
		"no such version": "-- shop/go.mod --\nmodule example.com/shop\n\ngo 1.22\n\nrequire example.com/other latest\n",
		"circle":          "-- shop/go.mod --\nmodule example.com/shop\n\ngo 1.22\n\nrequire example.com/shop v1.0.0\n\nreplace example.com/shop => ./\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root, units, problems := loaded(t, gomod+source, "shop")
			if holder(units, "Seen") == nil {
				t.Errorf("the package is not read: %+v", problems)
			}
			if holder(units, "Hidden") != nil {
				t.Error("a package outside the checkout is read as one of its own")
			}
			for _, u := range units {
				for _, f := range u.Files {
					if !filepath.IsLocal(f.Path) {
						t.Errorf("a file outside: %s", f.Path)
					}
				}
			}
			for _, p := range problems {
				if !filepath.IsLocal(p.File) || strings.Contains(p.Message, root) || strings.Contains(p.Message, os.TempDir()) {
					t.Errorf("a place of this machine: %+v", p)
				}
			}
		})
	}
}

// TestGoFlagsAreNotRead sets what would put other files in the place of the checkout's,
// build with other tags, or run a program for each package.
func TestGoFlagsAreNotRead(t *testing.T) {
	const source = `
-- shop/go.mod --
module example.com/shop

go 1.22
-- shop/a.go --
package shop

var Own = map[string]int{}

func Count() { Own["a"]++ }
-- shop/tagged.go --
//go:build tagged

package shop

var Tagged = map[string]int{}
`
	elsewhere := t.TempDir()
	ran := filepath.Join(elsewhere, "ran")
	tool := filepath.Join(elsewhere, "tool")
	if err := os.WriteFile(tool, []byte("#!/bin/sh\ntouch "+ran+"\nexit 1\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(elsewhere, "outside.go")
	if err := os.WriteFile(other, []byte("package shop\n\nvar Outside = map[string]int{}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	overlay := filepath.Join(elsewhere, "overlay.json")
	t.Setenv("GOFLAGS", "-overlay="+overlay+" -tags=tagged -toolexec="+tool)
	t.Setenv("GOPACKAGESDRIVER", tool)
	root, _, _ := loaded(t, source, "shop")
	text := `{"Replace": {"` + filepath.Join(root, "a.go") + `": "` + other + `"}}`
	if err := os.WriteFile(overlay, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	units, problems := Load(context.Background(), frontend.Input{Root: root, Files: []string{"a.go", "go.mod", "tagged.go"}, Offline: true})
	if holder(units, "Own") == nil || holder(units, "Outside") != nil || holder(units, "Tagged") != nil {
		t.Errorf("other files were read than the checkout's: %v", problems)
	}
	if _, err := os.Stat(ran); err == nil {
		t.Error("a program that the environment names was run")
	}
}
