// Package golang is the Go front end: it turns packages into units.
//
// Packages are found with go/packages and checked here (checker), and each is
// extracted on its own (extractor), so that the same code can serve one package at a
// time under go vet. Types of dependencies come from their source without function
// bodies, which are not even parsed (skim): a cold machine has no build cache, and
// compiling export data for a 650-package program takes over a minute where this
// takes seconds.
//
// Nothing of the audited tree runs: cgo is off, no toolchain is fetched or
// switched to, and flags and work modes of the environment that name programs
// (-toolexec, drivers) are dropped.
package golang

import (
	"cmp"
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/tools/go/packages"
	"golang.org/x/tools/go/ssa"

	"github.com/stateaudit/stateaudit/internal/frontend"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// FrontEnd returns the Go front end.
func FrontEnd() frontend.FrontEnd {
	return frontend.FrontEnd{
		Language: unit.Go,
		Match:    func(p string) bool { return strings.HasSuffix(p, ".go") || path.Base(p) == "go.mod" },
		Load:     Load,
		Outside:  Outside,
		Resolve:  Resolve,
	}
}

// Load reads every module below the root and returns a unit for each of its
// packages, sorted by path, and what could not be read.
func Load(ctx context.Context, in frontend.Input) ([]*unit.Unit, []unit.Problem) {
	l := &loader{input: in, root: in.Root, files: in.Files, refused: in.Refused, offline: in.Offline, seen: map[string]bool{}, paths: map[string]bool{}}
	l.count = newCounter(in.Progress)
	if in.Kept != nil {
		l.settings, _ = goSettings(ctx, in) // without them nothing is kept
	}
	mods := modulesOf(in)
	for _, m := range mods {
		if p := modulePath(m.gomod); p != "" && !m.invented && inside(in.Root, m.gomod) {
			l.modules = append(l.modules, p)
		}
	}
	for _, m := range mods {
		before := len(l.problems)
		l.module(ctx, m)
		l.explain(m, before)
	}
	sort.Slice(l.units, func(i, j int) bool { return l.units[i].Path+l.units[i].Name < l.units[j].Path+l.units[j].Name })
	return l.units, l.problems
}

type loader struct {
	input    frontend.Input
	root     string
	files    []string // of the checkout, relative
	refused  []string // must not be opened
	offline  bool
	seen     map[string]bool // import paths done
	paths    map[string]bool // import paths of packages of the checkout
	modules  []string        // module paths of the checkout
	units    []*unit.Unit
	problems []unit.Problem
	foreign  *Foreign                         // of the module being read
	settings map[string]string                // of the go command, if units are kept
	keeper   *keeper                          // of the module being read; nil if nothing is kept of it
	recalled map[*packages.Package]*unit.Unit // units that were kept
	onlyKept bool                             // nothing is to be read that was not
	suffered map[string]bool                  // packages of it that have errors if their imports are read without cgo
	shown    map[string]bool                  // packages of the module being read that serve nobody, by path
	lookOnce sync.Once
	tree     []byte // see looked
	count    *counter
}

// module loads one module and extracts its packages.
func (l *loader) module(ctx context.Context, m module) {
	if f := l.refusedModule(m); f != "" {
		l.problem(f, 0, "not a regular file of the checkout, so the module was not read")
		return
	}
	pkgs, refused, err := l.readable(ctx, m)
	if err != nil {
		l.problem(path.Join(m.rel, "go.mod"), 1, goMessage(firstLines(err.Error(), 2)))
		return
	}
	for _, p := range pkgs {
		l.paths[p.PkgPath] = true
	}
	lacks := newAbsences(m.gomod, refused)
	l.extract(pkgs, lacks)
	for _, p := range lacks.problems() {
		p.File = path.Join(m.rel, "go.mod")
		p.Message = l.relative(p.Message)
		l.problems = append(l.problems, p)
	}
}

// readable loads a module as it is or, if the go command refuses that, with a
// go.mod of its own: one that asks for no newer Go, and then one that requires
// nothing. Of the latter it returns why the real one was refused.
func (l *loader) readable(ctx context.Context, m module) (pkgs []*packages.Package, refused string, err error) {
	pkgs, err = l.load(ctx, m, nil)
	if err == nil && !allBroken(pkgs) || ctx.Err() != nil {
		return pkgs, "", err
	}
	if flags, cleanup := lowerGoVersion(m); flags != nil {
		defer cleanup()
		lowered, err2 := l.load(ctx, m, flags)
		if err2 == nil && !allBroken(lowered) {
			return lowered, "", nil
		}
		err = cmp.Or(err2, err)
	}
	if err == nil {
		return pkgs, "", nil // there is nothing to read
	}
	if flags, cleanup := bareModule(l.root, m); flags != nil {
		defer cleanup()
		if bare, err2 := l.load(ctx, m, flags); err2 == nil && !allBroken(bare) {
			return bare, goMessage(firstLines(err.Error(), 2)), nil
		}
	}
	return nil, "", err
}

// local tells the packages of the checkout. Modules are loaded one after the
// other, so a package of a later module looks foreign to an earlier one unless
// it lies below a known module path.
func (l *loader) local(importPath string) bool {
	return l.paths[importPath] || l.belowModule(importPath)
}

// belowModule tells a path that lies below that of a module of the checkout.
func (l *loader) belowModule(importPath string) bool {
	for _, m := range l.modules {
		if importPath == m || strings.HasPrefix(importPath, m+"/") {
			return true
		}
	}
	return false
}

// allBroken tells whether the go command described no package at all.
func allBroken(pkgs []*packages.Package) bool {
	for _, p := range pkgs {
		if len(p.GoFiles) > 0 {
			return false
		}
	}
	return true
}

// load reads the packages of a module with their types. If some are hidden by cgo
// being off and are needed, it reads all of them again with what they declare.
func (l *loader) load(ctx context.Context, m module, flags []string) ([]*packages.Package, error) {
	l.suffered = nil
	pkgs, err := l.loadOnce(ctx, m, flags, nil)
	if err != nil || l.recalled != nil && l.keeper.needsC {
		return pkgs, err
	}
	hidden := l.hiddenByC(pkgs)
	if len(hidden) == 0 && !suffersFromC(pkgs) {
		return pkgs, nil
	}
	cgo := withCgo(l.root, pkgs, hidden)
	if cgo == nil {
		return pkgs, nil
	}
	l.suffered = map[string]bool{}
	for _, p := range pkgs {
		l.suffered[p.PkgPath] = len(p.Errors) > 0
	}
	again, err := l.loadOnce(ctx, m, flags, cgo)
	if err != nil {
		return pkgs, nil // what was read without it stands
	}
	for _, p := range again {
		p.Errors = slices.DeleteFunc(p.Errors, undefinedC)
	}
	return again, nil
}

// hiddenByC lists the files that import "C" in folders of which the go command
// sees no package while cgo is off.
func (l *loader) hiddenByC(pkgs []*packages.Package) []string {
	known := map[string]bool{}
	for _, p := range pkgs {
		for _, f := range append(p.GoFiles, p.IgnoredFiles...) {
			known[filepath.Dir(f)] = true
		}
	}
	var out []string
	for _, f := range l.files {
		abs := filepath.Join(l.root, filepath.FromSlash(f))
		if strings.HasSuffix(f, ".go") && !isFixture(f) && !known[filepath.Dir(abs)] && importsC(abs) {
			out = append(out, abs)
		}
	}
	return out
}

func (l *loader) loadOnce(ctx context.Context, m module, flags []string, cgo *cgoFiles) ([]*packages.Package, error) {
	fset := token.NewFileSet()
	l.foreign = NewForeign(fset)
	cfg := &packages.Config{
		Context:    ctx,
		Mode:       listMode,
		Dir:        m.dir,
		Env:        environment(l.offline, flags != nil),
		BuildFlags: append([]string{"-mod=mod"}, flags...),
	}
	cfg.Overlay = l.withoutRefused(cgo)
	maps.Copy(cfg.Overlay, m.overlay())
	if fileExists(filepath.Join(filepath.Dir(m.gomod), "vendor", "modules.txt")) {
		cfg.BuildFlags = append([]string{"-mod=vendor"}, flags...) // the last -mod counts
	} else if flags == nil {
		cfg.BuildFlags = []string{"-mod=readonly"}
	}
	pkgs, err := l.list(m, cfg)
	if err != nil {
		return pkgs, err
	}
	l.shown = l.shownOf(pkgs)
	packages.Visit(pkgs, nil, func(p *packages.Package) {
		p.IgnoredFiles = slices.DeleteFunc(p.IgnoredFiles, l.mustNotOpen)
	})
	if cgo == nil {
		if again := l.stillWithC(ctx, m, flags, pkgs); again != nil {
			return again, nil
		}
	}
	c := &checker{ctx: ctx, fset: fset, overlay: cfg.Overlay, parse: l.count.loading(parseFile(l.root, cgo, l.foreign)), fileOf: l.packageFile}
	if l.asKept(m, c, pkgs, cgo) {
		return pkgs, nil
	}
	if l.onlyKept {
		return nil, errNotKept
	}
	err = c.check(pkgs)
	for _, bug := range c.bugs {
		if !slices.Contains(l.problems, bug) { // what is read again fails again
			l.problems = append(l.problems, bug)
		}
	}
	return pkgs, err
}

// withoutRefused is the overlay that keeps the go command from opening what must
// not be: links out of the checkout would be followed, and a pipe waits for ever.
func (l *loader) withoutRefused(cgo *cgoFiles) map[string][]byte {
	overlay := map[string][]byte{}
	if cgo != nil {
		maps.Copy(overlay, cgo.overlay)
	}
	for _, f := range l.refused {
		if strings.HasSuffix(f, ".go") {
			overlay[filepath.Join(l.root, filepath.FromSlash(f))] = leftOut()
		}
	}
	return overlay
}

func (l *loader) mustNotOpen(name string) bool {
	rel, err := filepath.Rel(l.root, name)
	return err == nil && slices.Contains(l.refused, filepath.ToSlash(rel))
}

// environment is the process's own with everything taken out that could make
// the go command run a program chosen by the checkout, or fetch a toolchain.
func environment(offline, alone bool) []string {
	var env []string
	for _, kv := range os.Environ() {
		name, _, _ := strings.Cut(kv, "=")
		switch name {
		case "GOFLAGS", "GOPACKAGESDRIVER", "CGO_ENABLED", "GOTOOLCHAIN", "GO111MODULE", "GOWORK":
			continue
		}
		env = append(env, kv)
	}
	env = append(env, "CGO_ENABLED=0", "GOTOOLCHAIN=local", "GOFLAGS=", "GOPACKAGESDRIVER=off", "GO111MODULE=on")
	if alone {
		env = append(env, "GOWORK=off")
	}
	if offline {
		env = append(env, "GOPROXY=off")
	}
	return env
}

// parseFile parses files of the checkout whole and all others without what functions
// do; where they stood is remembered.
func parseFile(root string, cgo *cgoFiles, foreign *Foreign) parseFunc {
	return func(fset *token.FileSet, name string, src []byte) (*ast.File, error) {
		if inside(root, name) {
			return parser.ParseFile(fset, name, src, parser.ParseComments|parser.SkipObjectResolution)
		}
		f, err := parser.ParseFile(fset, name, skim(src), parser.SkipObjectResolution)
		cgo.complete(fset, name, f)
		if f != nil {
			foreign.noteBodies(f)
			foreign.noteAsked(name, src, f)
			dropBodies(f)
		}
		return f, err
	}
}

// dropBodies takes out of a file what says nothing of the types that it declares: what
// functions do, and what tables hold, which in some dependencies is most of the text.
func dropBodies(f *ast.File) {
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			d.Body = nil
		case *ast.GenDecl:
			if d.Tok == token.VAR {
				ast.Inspect(d, dropContent)
			}
		}
	}
}

// dropContent empties literals. An array whose length is that of its content keeps it.
func dropContent(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.CompositeLit:
		if array, ok := n.Type.(*ast.ArrayType); ok {
			if _, counted := array.Len.(*ast.Ellipsis); counted {
				return true
			}
		}
		n.Elts = nil
	case *ast.FuncLit:
		n.Body = &ast.BlockStmt{List: []ast.Stmt{&ast.ForStmt{Body: &ast.BlockStmt{}}}} // nothing is missing after a loop without end
	}
	return true
}

// inside tells whether a file is source of the checkout itself, not of a
// dependency kept in its vendor folder.
func inside(root, name string) bool {
	rel, err := filepath.Rel(root, name)
	if err != nil || strings.HasPrefix(rel, "..") {
		return false
	}
	return !strings.HasPrefix(rel, "vendor"+string(filepath.Separator)) &&
		!strings.Contains(rel, string(filepath.Separator)+"vendor"+string(filepath.Separator))
}

// extract turns the loaded packages into units.
func (l *loader) extract(pkgs []*packages.Package, lacks *absences) {
	var todo []*packages.Package
	for _, p := range pkgs {
		if l.seen[p.PkgPath] || l.recalled[p] == nil && (len(p.Syntax) == 0 || p.Types == nil) {
			l.packageProblems(p, lacks)
			continue
		}
		l.seen[p.PkgPath] = true
		todo = append(todo, p)
		l.packageProblems(p, lacks)
	}
	var units []*unit.Unit
	if l.recalled != nil {
		for _, p := range todo {
			units = append(units, l.recalled[p])
		}
	} else {
		units = l.read(todo)
		_ = frontend.Guard(".", "keeping packages", func() { l.keep(l.keeper, todo, units) }) // then they are read again the next time
	}
	for i, p := range todo {
		// IllTyped is no help: one error anywhere below, as in cgo parts of
		// the standard library, sets it for all importers.
		units[i].Incomplete = len(p.Errors) > 0 || len(units[i].Problems) > 0
	}
	Implement(units)
	l.units = append(l.units, units...)
}

// read extracts packages in parallel.
func (l *loader) read(todo []*packages.Package) []*unit.Unit {
	for _, p := range todo {
		// A file in which the parser gave up at once has no place.
		p.Syntax = slices.DeleteFunc(p.Syntax, func(f *ast.File) bool { return !f.Package.IsValid() })
	}
	units := make([]*unit.Unit, len(todo))
	forms := l.forms(todo)
	side(len(todo), func(i int) {
		p := todo[i]
		defer l.count.one(len(todo))
		problem := frontend.Guard(l.packageFile(p), "package "+p.PkgPath, func() {
			units[i] = Extract(Source{Root: l.root, Fset: p.Fset, Files: p.Syntax, Types: p.Types, Info: p.TypesInfo, Local: l.local, SSA: forms.program, Form: forms.of[p], Foreign: l.foreign, Shown: l.shown[p.PkgPath]})
		})
		if problem != nil {
			units[i] = &unit.Unit{Language: unit.Go, Path: path.Dir(problem.File), Name: p.PkgPath, Problems: []unit.Problem{*problem}}
		}
	})
	return units
}

// forms are the SSA packages of what is loaded together.
type forms struct {
	program *program
	of      map[*packages.Package]*ssa.Package
}

// forms creates the packages of the checkout first and then what they import: a
// package is created once.
func (l *loader) forms(pkgs []*packages.Package) forms {
	if len(pkgs) == 0 {
		return forms{}
	}
	f := forms{program: newProgram(pkgs[0].Fset), of: map[*packages.Package]*ssa.Package{}}
	for _, p := range pkgs {
		f.of[p] = f.program.create(p.Types, p.Syntax, p.TypesInfo)
	}
	for _, p := range pkgs {
		f.program.imports(p.Types)
	}
	return f
}

// packageProblems notes up to three errors of a package: more would only repeat the
// first. If it lacks a module, what its types seem to lack most likely follows from
// that, and only syntax errors are told.
func (l *loader) packageProblems(p *packages.Package, lacks *absences) {
	if len(p.GoFiles)+len(p.OtherFiles) == 0 && len(p.Errors) == 1 && strings.Contains(p.Errors[0].Msg, "build constraints exclude all Go files") {
		return // named one by one, a package for another system; "./..." passes it over
	}
	errors := slices.DeleteFunc(slices.Clone(p.Errors), func(e packages.Error) bool {
		return strings.HasPrefix(e.Msg, "package ; expected package") // follows from a file that could not be parsed
	})
	if lacks.reached(p) {
		errors = slices.DeleteFunc(slices.Clone(errors), func(e packages.Error) bool { return e.Kind != packages.ParseError })
	}
	for i, e := range errors {
		if i == 3 {
			l.problem(l.packageFile(p), 0, fmt.Sprintf("package %s: %d more errors", p.PkgPath, len(errors)-3))
			return
		}
		file, line := l.position(e.Pos)
		if file == "" {
			file = l.packageFile(p)
		}
		l.problem(file, line, goMessage(firstLines(e.Msg, 1)))
	}
}

func (l *loader) packageFile(p *packages.Package) string {
	for _, f := range append(p.GoFiles, p.OtherFiles...) {
		if rel, err := filepath.Rel(l.root, f); err == nil && !strings.HasPrefix(rel, "..") {
			return filepath.ToSlash(rel)
		}
	}
	return "go.mod"
}

// position splits "file:line:col" and makes the file relative to the root.
func (l *loader) position(pos string) (string, int) {
	m := regexp.MustCompile(`^(.+?):(\d+)(?::\d+)?$`).FindStringSubmatch(pos)
	if m == nil {
		return "", 0
	}
	rel, err := filepath.Rel(l.root, m[1])
	if err != nil || strings.HasPrefix(rel, "..") {
		return "", 0
	}
	line, _ := strconv.Atoi(m[2])
	return filepath.ToSlash(rel), line
}

func (l *loader) problem(file string, line int, msg string) {
	l.problems = append(l.problems, unit.Problem{File: file, Line: line, Message: l.relative(msg)})
}

// relative takes the place of the checkout out of a message.
func (l *loader) relative(msg string) string {
	msg = strings.ReplaceAll(msg, l.root+string(filepath.Separator), "")
	return strings.ReplaceAll(msg, l.root, ".")
}

func fileExists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

func firstLines(s string, n int) string {
	lines := strings.SplitN(strings.TrimSpace(s), "\n", n+1)
	if len(lines) > n {
		lines = lines[:n]
	}
	return strings.Join(lines, " ")
}
