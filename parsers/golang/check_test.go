package golang

import (
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"
)

// A bug that one package shows is told, and takes no other one away.
func TestOneBadPackageOfMany(t *testing.T) {
	texts := map[string]string{
		"bad.go":  "package bad\n\nvar A int\n",
		"good.go": "package good\n\nconst B = 1\n",
		"main.go": "package main\n\nimport (\n\t\"bad\"\n\t\"good\"\n)\n\nvar c, d = bad.A, good.B\n",
	}
	bad := &packages.Package{PkgPath: "bad", Name: "bad", CompiledGoFiles: []string{"bad.go"}}
	good := &packages.Package{PkgPath: "good", Name: "good", CompiledGoFiles: []string{"good.go"}}
	main := &packages.Package{PkgPath: "main", Name: "main", CompiledGoFiles: []string{"main.go"}, Imports: map[string]*packages.Package{"bad": bad, "good": good}}
	c := &checker{
		ctx: context.Background(), fset: token.NewFileSet(), overlay: map[string][]byte{},
		parse: func(fset *token.FileSet, name string, src []byte) (*ast.File, error) {
			if name == "bad.go" {
				panic("out of order")
			}
			return parser.ParseFile(fset, name, src, parser.SkipObjectResolution)
		},
		fileOf: func(p *packages.Package) string { return p.CompiledGoFiles[0] },
	}
	for name, text := range texts {
		c.overlay[name] = []byte(text)
	}
	if err := c.check([]*packages.Package{main}); err != nil {
		t.Fatal(err)
	}
	if len(c.bugs) != 1 || c.bugs[0].File != "bad.go" || !strings.Contains(c.bugs[0].Message, "out of order") {
		t.Errorf("bugs: %v", c.bugs)
	}
	if main.Types.Scope().Lookup("d") == nil || len(main.Errors) != 1 || !strings.Contains(main.Errors[0].Msg, "could not import bad") {
		t.Errorf("what imports it has %v, and the errors %v", main.Types.Scope().Names(), main.Errors)
	}
}
