package golang

import (
	"bytes"
	"cmp"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"
)

// Files that import "C" are left out while cgo is off, and cgo stays off: it runs
// the C compiler with flags that the audited tree chooses. What such files declare
// can be read all the same, if the import is taken away: names of C are then
// undefined and have no type, and everything else has its own.

// cgoFiles says how to read the packages that look different with cgo.
type cgoFiles struct {
	// overlay has files of the checkout in a form that is built without cgo.
	overlay map[string][]byte
	// added are the files of dependencies whose declarations a file is read with:
	// the go command allows no overlay for them.
	added map[string][]string
	// dropped are files of dependencies that are built without cgo only.
	dropped map[string]bool
}

// withCgo looks for packages that look different with cgo: those with files that
// import "C", and with files for builds without it. Hidden files are further ones of
// the checkout, of packages that have no others. Nil if there are none.
func withCgo(root string, pkgs []*packages.Package, hidden []string) *cgoFiles {
	with := build.Default
	with.CgoEnabled = true
	c := &cgoFiles{overlay: map[string][]byte{}, added: map[string][]string{}, dropped: map[string]bool{}}
	for _, name := range hidden {
		if content := withoutC(&with, name); content != nil {
			c.overlay[name] = content
		}
	}
	packages.Visit(pkgs, nil, func(p *packages.Package) {
		if p.Module == nil { // the standard library is complete without cgo
			return
		}
		own := len(p.GoFiles) > 0 && below(root, p.GoFiles[0]) || len(p.GoFiles) == 0 && len(p.IgnoredFiles) > 0 && below(root, p.IgnoredFiles[0])
		if own {
			c.overlayPackage(&with, p)
		} else {
			c.addTo(&with, p)
		}
	})
	if len(c.overlay)+len(c.added) == 0 {
		return nil
	}
	return c
}

// below tells whether a file lies in the checkout, vendored ones included.
func below(root, name string) bool {
	rel, err := filepath.Rel(root, name)
	return err == nil && filepath.IsLocal(rel)
}

// overlayPackage rewrites the files of a package of the checkout.
func (c *cgoFiles) overlayPackage(with *build.Context, p *packages.Package) {
	found := false
	for _, name := range p.IgnoredFiles {
		if content := withoutC(with, name); content != nil {
			c.overlay[name], found = content, true
		}
	}
	for _, name := range p.GoFiles {
		if found && !builtWith(with, name) {
			c.overlay[name] = leftOut()
		}
	}
}

// addTo gives the declarations that need cgo to the first file of a dependency.
func (c *cgoFiles) addTo(with *build.Context, p *packages.Package) {
	var more []string
	for _, name := range p.IgnoredFiles {
		if withoutC(with, name) != nil {
			more = append(more, name)
		}
	}
	if len(more) == 0 || len(p.GoFiles) == 0 {
		return
	}
	c.added[p.GoFiles[0]] = more
	for _, name := range p.GoFiles {
		c.dropped[name] = !builtWith(with, name)
	}
}

// leftOut is a file that no build takes.
func leftOut() []byte { return []byte("//go:build ignore\n\npackage ignored\n") }

func builtWith(with *build.Context, name string) bool {
	ok, err := with.MatchFile(filepath.Dir(name), filepath.Base(name))
	return ok || err != nil
}

// complete changes a parsed file of a dependency to what it is with cgo. Imports
// that come twice are errors there, which nobody reads.
func (c *cgoFiles) complete(fset *token.FileSet, name string, f *ast.File) {
	if c == nil || f == nil {
		return
	}
	if c.dropped[name] {
		f.Decls, f.Imports = nil, nil
	}
	for _, other := range c.added[name] {
		more, err := parser.ParseFile(fset, other, nil, parser.SkipObjectResolution)
		if err != nil {
			continue
		}
		for _, d := range more.Decls {
			if g, ok := d.(*ast.GenDecl); !ok || !onlyImportsC(g) {
				f.Decls = append(f.Decls, d)
			}
		}
		f.Imports = append(f.Imports, more.Imports...)
	}
	// The checker wants imports first.
	slices.SortStableFunc(f.Decls, func(a, b ast.Decl) int { return cmp.Compare(importLast(a), importLast(b)) })
}

func importLast(d ast.Decl) int {
	if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.IMPORT {
		return 0
	}
	return 1
}

// onlyImportsC takes the import of C out of a group, and tells whether nothing is
// left of it.
func onlyImportsC(g *ast.GenDecl) bool {
	if g.Tok != token.IMPORT {
		return false
	}
	g.Specs = slices.DeleteFunc(g.Specs, func(s ast.Spec) bool {
		i, ok := s.(*ast.ImportSpec)
		return ok && i.Path.Value == `"C"`
	})
	return len(g.Specs) == 0
}

// withoutC is a file that is built with cgo only, in a form that is built without
// it. The lines stay where they are. It is nil for all other files.
func withoutC(with *build.Context, name string) []byte {
	if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
		return nil
	}
	if ok, err := with.MatchFile(filepath.Dir(name), filepath.Base(name)); err != nil || !ok {
		return nil
	}
	src, err := os.ReadFile(name)
	if err != nil {
		return nil
	}
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, name, src, parser.ImportsOnly|parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil
	}
	out := blankConstraints(fset, f, src)
	for _, spec := range f.Imports {
		if spec.Path.Value != `"C"` {
			continue
		}
		from, to := fset.Position(spec.Pos()).Offset, fset.Position(spec.End()).Offset
		out = append(append(append([]byte{}, out[:from]...), `_ "unsafe"`...), out[to:]...)
		break
	}
	return out
}

// blankConstraints takes away the lines that say when a file is built.
func blankConstraints(fset *token.FileSet, f *ast.File, src []byte) []byte {
	out := bytes.Clone(src)
	for _, group := range f.Comments {
		if group.Pos() > f.Package {
			break
		}
		for _, c := range group.List {
			if strings.HasPrefix(c.Text, "//go:build ") || strings.HasPrefix(c.Text, "// +build ") {
				at := fset.Position(c.Pos()).Offset
				copy(out[at:], "//"+strings.Repeat(" ", len(c.Text)-2))
			}
		}
	}
	return out
}

// undefinedC tells the errors that only say that C is not read.
func undefinedC(e packages.Error) bool {
	return e.Kind == packages.TypeError && strings.HasPrefix(e.Msg, "undefined: C")
}

// suffersFromC tells whether any package of the checkout has files that import "C",
// or could not be typed because others have.
func suffersFromC(pkgs []*packages.Package) bool {
	for _, p := range pkgs {
		if len(p.Errors) > 0 || len(p.GoFiles) == 0 {
			return true
		}
		for _, name := range p.IgnoredFiles {
			if strings.HasSuffix(name, ".go") && importsC(name) {
				return true
			}
		}
	}
	return false
}

// importsC reads the imports of a file.
func importsC(name string) bool {
	f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly|parser.SkipObjectResolution)
	if err != nil || f == nil {
		return false
	}
	for _, spec := range f.Imports {
		if spec.Path.Value == `"C"` {
			return true
		}
	}
	return false
}
