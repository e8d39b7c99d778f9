package golang

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/scanner"
	"go/token"
	"go/types"
	"io/fs"
	"os"
	"runtime"
	"strings"
	"sync"

	"golang.org/x/tools/go/packages"

	"github.com/stateaudit/stateaudit/internal/frontend"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// listMode is what is asked of the go command. Types are checked here and not by go/packages,
// which would note the type of every expression of every dependency as well.
const listMode = packages.NeedName | packages.NeedFiles | packages.NeedCompiledGoFiles |
	packages.NeedImports | packages.NeedDeps | packages.NeedModule | packages.NeedTypesSizes

// checker parses and type-checks packages, what they import before them, side by side.
type checker struct {
	ctx     context.Context
	fset    *token.FileSet
	overlay map[string][]byte
	parse   parseFunc
	fileOf  func(*packages.Package) string // for messages about all of a package
	asked   map[*packages.Package]bool     // of these the syntax and the types of all expressions are kept
	gate    chan struct{}

	mu   sync.Mutex
	bugs []unit.Problem // of packages at which the parser or the type checker gave up
}

// check fills in the types of the packages and of all that they import.
func (c *checker) check(pkgs []*packages.Package) error {
	c.ask(pkgs)
	var order []*packages.Package // imported ones first
	packages.Visit(pkgs, nil, func(p *packages.Package) { order = append(order, p) })
	done := map[*packages.Package]chan struct{}{}
	for _, p := range order {
		done[p] = make(chan struct{})
	}
	var all sync.WaitGroup
	for _, p := range order {
		all.Go(func() {
			defer close(done[p])
			for _, imported := range p.Imports {
				<-done[imported]
			}
			if bug := frontend.Guard(c.fileOf(p), "types of package "+p.PkgPath, func() { c.one(p) }); bug != nil {
				c.mu.Lock()
				defer c.mu.Unlock()
				c.bugs = append(c.bugs, *bug)
			}
		})
	}
	all.Wait()
	return c.ctx.Err()
}

// ask says of which packages all is to be known.
func (c *checker) ask(pkgs []*packages.Package) {
	c.gate = make(chan struct{}, runtime.GOMAXPROCS(0))
	c.asked = map[*packages.Package]bool{}
	for _, p := range pkgs {
		c.asked[p] = true
	}
}

// one checks a package whose imports are checked.
func (c *checker) one(p *packages.Package) {
	p.Fset = c.fset
	if p.PkgPath == "unsafe" {
		p.Types = types.Unsafe
		return
	}
	// By the name that the go command gives it: package clauses may differ.
	p.Types = types.NewPackage(p.PkgPath, p.Name)
	if c.ctx.Err() != nil {
		return
	}
	c.gate <- struct{}{}
	defer func() { <-c.gate }()
	var files []*ast.File
	for _, name := range p.CompiledGoFiles {
		f, err := c.file(name)
		if f != nil {
			files = append(files, f)
		}
		if err != nil {
			p.Errors = append(p.Errors, asErrors(err)...)
		}
	}
	var info *types.Info
	if c.asked[p] {
		info = newInfo()
		p.Syntax, p.TypesInfo = files, info
	}
	conf := &types.Config{
		Importer: importsOf(p),
		Error:    func(err error) { p.Errors = append(p.Errors, asErrors(err)...) },
		Sizes:    p.TypesSizes,
	}
	if p.Module != nil && p.Module.GoVersion != "" {
		conf.GoVersion = "go" + p.Module.GoVersion
	}
	before := len(p.Errors)
	if err := types.NewChecker(conf, c.fset, p.Types, info).Files(files); err != nil && len(p.Errors) == before {
		p.Errors = append(p.Errors, asErrors(err)...)
	}
}

func (c *checker) file(name string) (*ast.File, error) {
	src, known := c.overlay[name]
	if !known {
		var err error
		if src, err = os.ReadFile(name); err != nil {
			return nil, err
		}
	}
	return c.parse(c.fset, name, src)
}

func newInfo() *types.Info {
	return &types.Info{
		Types:        map[ast.Expr]types.TypeAndValue{},
		Defs:         map[*ast.Ident]types.Object{},
		Uses:         map[*ast.Ident]types.Object{},
		Implicits:    map[ast.Node]types.Object{},
		Instances:    map[*ast.Ident]types.Instance{},
		Scopes:       map[ast.Node]*types.Scope{},
		Selections:   map[*ast.SelectorExpr]*types.Selection{},
		FileVersions: map[*ast.File]string{},
	}
}

// importer finds imported packages by what files write.
type importer func(path string) (*types.Package, error)

func (i importer) Import(path string) (*types.Package, error) { return i(path) }

func importsOf(p *packages.Package) importer {
	return func(path string) (*types.Package, error) {
		if path == "unsafe" {
			return types.Unsafe, nil
		}
		if imported := p.Imports[path]; imported != nil && imported.Types != nil && imported.Types.Complete() {
			return imported.Types, nil
		}
		return nil, fmt.Errorf("no package %s", path)
	}
}

// asErrors tells an error of the parser or the type checker with its place.
func asErrors(err error) []packages.Error {
	var list scanner.ErrorList
	var typed types.Error
	var path *fs.PathError
	switch {
	case errors.As(err, &list):
		var out []packages.Error
		for _, e := range list {
			out = append(out, packages.Error{Pos: e.Pos.String(), Msg: e.Msg, Kind: packages.ParseError})
		}
		return out
	case errors.As(err, &typed):
		return []packages.Error{{Pos: typed.Fset.Position(typed.Pos).String(), Msg: typed.Msg, Kind: packages.TypeError}}
	case errors.As(err, &path):
		return []packages.Error{{Pos: path.Path + ":1", Msg: path.Err.Error(), Kind: packages.ParseError}}
	}
	return []packages.Error{{Pos: "-", Msg: strings.TrimSpace(err.Error())}}
}
