// Package golang is the Go front end: it turns packages into units.
//
// Packages are loaded with go/packages, types included, and each is extracted
// on its own (extractor), so that the same code can serve one package at a time
// under go vet. Types of dependencies come from their source without function
// bodies: a cold machine has no build cache, and compiling export data for a
// 650-package program takes over a minute where this takes seconds.
//
// Nothing of the audited tree runs: cgo is off, no toolchain is fetched or
// switched to, and flags and work modes of the environment that name programs
// (-toolexec, drivers) are dropped.
package golang

import (
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"sort"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/tools/go/packages"

	"github.com/stateaudit/stateaudit/internal/frontend"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// FrontEnd returns the Go front end.
func FrontEnd() frontend.FrontEnd {
	return frontend.FrontEnd{
		Language: unit.Go,
		Match:    func(p string) bool { return strings.HasSuffix(p, ".go") || path.Base(p) == "go.mod" },
		Load:     Load,
		Resolve:  Resolve,
	}
}

const loadMode = packages.NeedName | packages.NeedFiles | packages.NeedCompiledGoFiles |
	packages.NeedImports | packages.NeedDeps | packages.NeedTypes | packages.NeedSyntax |
	packages.NeedTypesInfo | packages.NeedModule

// Load reads every module below the root and returns a unit for each of its
// packages, sorted by path, and what could not be read.
func Load(ctx context.Context, in frontend.Input) ([]*unit.Unit, []unit.Problem) {
	l := &loader{root: in.Root, offline: in.Offline, seen: map[string]bool{}, paths: map[string]bool{}}
	l.count = newCounter(in.Progress)
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

// module is a go.mod and the folder it stands in.
type module struct {
	dir   string // absolute
	rel   string // relative to the root, slash-separated
	gomod string // absolute
	// invented tells that there is no such go.mod.
	invented bool
}

// modulesOf finds the modules of the checkout. If there is none, the root may be
// a folder of a module that begins above.
func modulesOf(in frontend.Input) []module {
	dirs := map[string]bool{}
	for _, f := range in.Files {
		if path.Base(f) == "go.mod" && !isFixture(f) {
			dirs[path.Dir(f)] = true
		}
	}
	var mods []module
	for d := range dirs {
		abs := filepath.Join(in.Root, filepath.FromSlash(d))
		mods = append(mods, module{dir: abs, rel: d, gomod: filepath.Join(abs, "go.mod")})
	}
	if gomod := above(in.Root); len(mods) == 0 && gomod != "" {
		mods = append(mods, module{dir: in.Root, rel: ".", gomod: gomod})
	}
	if m := orphans(in, mods); m != nil {
		mods = append(mods, *m)
	}
	sort.Slice(mods, func(i, j int) bool { return mods[i].rel < mods[j].rel })
	return mods
}

// above finds the go.mod that holds for a folder, as the go command does.
func above(dir string) string {
	for filepath.Dir(dir) != dir {
		dir = filepath.Dir(dir)
		if name := filepath.Join(dir, "go.mod"); fileExists(name) {
			return name
		}
	}
	return ""
}

// isFixture tells a path below a folder that the go tool leaves out as well.
func isFixture(p string) bool {
	for _, part := range strings.Split(path.Dir(p), "/") {
		if part == "testdata" || part == "vendor" || part == "node_modules" || (part != "." && strings.HasPrefix(part, "_")) {
			return true
		}
	}
	return false
}

// modulePath reads the module line of a go.mod.
func modulePath(gomod string) string {
	src, err := os.ReadFile(gomod)
	if err != nil {
		return ""
	}
	m := regexp.MustCompile(`(?m)^module\s+"?([^"\s]+)`).FindSubmatch(src)
	if m == nil {
		return ""
	}
	return string(m[1])
}

type loader struct {
	root     string
	offline  bool
	seen     map[string]bool // import paths done
	paths    map[string]bool // import paths of packages of the checkout
	modules  []string        // module paths of the checkout
	units    []*unit.Unit
	problems []unit.Problem
	count    *counter
}

// module loads one module and extracts its packages.
func (l *loader) module(ctx context.Context, m module) {
	pkgs, err := l.load(ctx, m, nil)
	if len(pkgs) == 0 || allBroken(pkgs) {
		if flags, cleanup := lowerGoVersion(m); flags != nil {
			defer cleanup()
			pkgs, err = l.load(ctx, m, flags)
		}
	}
	if err != nil {
		l.problem(path.Join(m.rel, "go.mod"), 1, firstLines(err.Error(), 2))
		return
	}
	for _, p := range pkgs {
		l.paths[p.PkgPath] = true
	}
	l.extract(pkgs)
}

// local tells the packages of the checkout. Modules are loaded one after the
// other, so a package of a later module looks foreign to an earlier one unless
// it lies below a known module path.
func (l *loader) local(importPath string) bool {
	if l.paths[importPath] {
		return true
	}
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

func (l *loader) load(ctx context.Context, m module, flags []string) ([]*packages.Package, error) {
	fset := token.NewFileSet()
	cfg := &packages.Config{
		Context:    ctx,
		Mode:       loadMode,
		Dir:        m.dir,
		Fset:       fset,
		Env:        environment(l.offline, flags != nil),
		BuildFlags: append([]string{"-mod=mod"}, flags...),
		ParseFile:  parseFile(l.root),
	}
	cfg.Overlay = m.overlay()
	cfg.ParseFile = l.count.loading(cfg.ParseFile)
	if fileExists(filepath.Join(filepath.Dir(m.gomod), "vendor", "modules.txt")) {
		cfg.BuildFlags = append([]string{"-mod=vendor"}, flags...)
	} else if flags == nil {
		cfg.BuildFlags = []string{"-mod=readonly"}
	}
	return packages.Load(cfg, "./...")
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

// parseFile parses files of the checkout whole and drops the function bodies of
// all others at once.
func parseFile(root string) func(*token.FileSet, string, []byte) (*ast.File, error) {
	gate := make(chan struct{}, runtime.GOMAXPROCS(0)+2)
	return func(fset *token.FileSet, name string, src []byte) (*ast.File, error) {
		gate <- struct{}{}
		defer func() { <-gate }()
		if inside(root, name) {
			return parser.ParseFile(fset, name, src, parser.ParseComments|parser.SkipObjectResolution)
		}
		f, err := parser.ParseFile(fset, name, src, parser.SkipObjectResolution)
		if f != nil {
			dropBodies(f)
		}
		return f, err
	}
}

func dropBodies(f *ast.File) {
	for _, d := range f.Decls {
		if fd, ok := d.(*ast.FuncDecl); ok {
			fd.Body = nil
		}
	}
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

// extract turns the loaded packages into units, in parallel.
func (l *loader) extract(pkgs []*packages.Package) {
	var todo []*packages.Package
	for _, p := range pkgs {
		if l.seen[p.PkgPath] || len(p.Syntax) == 0 || p.Types == nil {
			l.packageProblems(p)
			continue
		}
		l.seen[p.PkgPath] = true
		todo = append(todo, p)
		l.packageProblems(p)
	}
	units := make([]*unit.Unit, len(todo))
	var wg sync.WaitGroup
	gate := make(chan struct{}, runtime.GOMAXPROCS(0))
	for i, p := range todo {
		wg.Add(1)
		gate <- struct{}{}
		go func() {
			defer wg.Done()
			defer func() { <-gate }()
			defer l.count.one(len(todo))
			problem := frontend.Guard(l.packageFile(p), "package "+p.PkgPath, func() {
				units[i] = Extract(Source{Root: l.root, Fset: p.Fset, Files: p.Syntax, Types: p.Types, Info: p.TypesInfo, Local: l.local})
			})
			if problem != nil {
				units[i] = &unit.Unit{Language: unit.Go, Path: path.Dir(problem.File), Name: p.PkgPath, Problems: []unit.Problem{*problem}}
			}
			// IllTyped is no help: one error anywhere below, as in cgo parts of
			// the standard library, sets it for all importers.
			units[i].Incomplete = len(p.Errors) > 0 || problem != nil
		}()
	}
	wg.Wait()
	implementations(todo, units)
	l.units = append(l.units, units...)
}

// packageProblems notes up to three errors of a package: more would only repeat
// that a dependency is missing.
func (l *loader) packageProblems(p *packages.Package) {
	for i, e := range p.Errors {
		if i == 3 {
			l.problem(l.packageFile(p), 0, fmt.Sprintf("package %s: %d more errors", p.PkgPath, len(p.Errors)-3))
			return
		}
		file, line := l.position(e.Pos)
		if file == "" {
			file = l.packageFile(p)
		}
		l.problem(file, line, firstLines(e.Msg, 1))
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
	l.problems = append(l.problems, unit.Problem{File: file, Line: line, Message: strings.ReplaceAll(msg, l.root+string(filepath.Separator), "")})
}

// lowerGoVersion writes a copy of go.mod that asks for no newer Go than this
// one, since a checkout ahead of the user's toolchain can still be read. It
// returns the flag that makes the go command use the copy.
func lowerGoVersion(m module) ([]string, func()) {
	src, err := os.ReadFile(m.gomod)
	if err != nil {
		return nil, nil
	}
	lowered := regexp.MustCompile(`(?m)^go\s+\S+`).ReplaceAll(src, []byte("go "+ownGoVersion()))
	lowered = regexp.MustCompile(`(?m)^toolchain\s+.*$`).ReplaceAll(lowered, nil)
	dir, err := os.MkdirTemp("", "stateaudit-gomod")
	if err != nil {
		return nil, nil
	}
	cleanup := func() { os.RemoveAll(dir) }
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), lowered, 0o600); err != nil {
		cleanup()
		return nil, nil
	}
	if sum, err := os.ReadFile(filepath.Join(m.dir, "go.sum")); err == nil {
		if err := os.WriteFile(filepath.Join(dir, "go.sum"), sum, 0o600); err != nil {
			cleanup()
			return nil, nil
		}
	}
	return []string{"-modfile=" + filepath.Join(dir, "go.mod")}, cleanup
}

// ownGoVersion is the language version of the running toolchain, as go.mod
// writes it: 1.26.
func ownGoVersion() string {
	m := regexp.MustCompile(`go(\d+\.\d+)`).FindStringSubmatch(runtime.Version())
	if m == nil {
		return "1.24"
	}
	return m[1]
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
