package golang

import (
	"go/ast"
	"go/token"
	"go/types"
	"sync"

	"golang.org/x/tools/go/ssa"
)

// ssaPackage builds the SSA form of the package, with everything that it imports
// as types alone. go/ssa gives up on code that does not type-check: then bodies that
// do not are left out as a whole.
func (x *extractor) ssaPackage() *ssa.Package {
	if x.SSA == nil {
		x.SSA = newProgram(x.Fset)
		x.SSA.imports(x.Types)
	}
	if x.Form == nil {
		x.Form = x.SSA.create(x.Types, x.nonTest(), x.Info)
	}
	if x.Form == nil || x.reads(x.Form) {
		return x.Form
	}
	alone := newProgram(x.Fset)
	alone.imports(x.Types)
	x.SSA = alone
	files, info := wellTyped(x.nonTest(), x.Info)
	if x.Form = alone.add(x.Types, files, info); x.Form == nil || !completes(x.Form) {
		x.Form = nil
	}
	return x.Form
}

// reads builds what type-checks of the functions of a package, and tells whether
// go/ssa came to an end of it.
func (x *extractor) reads(form *ssa.Package) bool {
	cut := prune(x.nonTest(), x.Info)
	defer cut.restore()
	return completes(form)
}

// completes builds a package; false if go/ssa gave it up.
func completes(form *ssa.Package) (built bool) {
	defer func() { built = recover() == nil }()
	form.Build()
	return
}

// program is the SSA form of several packages that are read side by side. What
// they import is known to it by types alone.
type program struct {
	program *ssa.Program
	mu      sync.Mutex
	seen    map[*types.Package]bool
}

func newProgram(fset *token.FileSet) *program {
	return &program{program: ssa.NewProgram(fset, ssa.BuilderMode(0)), seen: map[*types.Package]bool{}}
}

// create adds a package with its syntax, with what cannot be pruned left out; nil if it
// does not type-check well enough.
func (p *program) create(of *types.Package, files []*ast.File, info *types.Info) *ssa.Package {
	p.seen[of] = true
	files, info = without(files, info, func(fd *ast.FuncDecl) bool { return !prunable(fd, info) && !typed(fd, info) })
	return p.add(of, files, info)
}

func (p *program) add(of *types.Package, files []*ast.File, info *types.Info) (pkg *ssa.Package) {
	defer func() {
		if recover() != nil {
			pkg = nil
		}
	}()
	p.seen[of] = true
	return p.program.CreatePackage(of, files, info, true)
}

// wellTyped leaves out the bodies and initial values that do not type-check: go/ssa
// would give up the whole package for one of them.
func wellTyped(files []*ast.File, info *types.Info) ([]*ast.File, *types.Info) {
	return without(files, info, func(fd *ast.FuncDecl) bool { return !typed(fd, info) })
}

// without leaves out the bodies of some functions, and initial values that do not
// type-check.
func without(files []*ast.File, info *types.Info, bare func(*ast.FuncDecl) bool) ([]*ast.File, *types.Info) {
	out := make([]*ast.File, len(files))
	for i, f := range files {
		copied := *f
		copied.Decls = make([]ast.Decl, len(f.Decls))
		for k, d := range f.Decls {
			copied.Decls[k] = d
			if fd, ok := d.(*ast.FuncDecl); ok && fd.Body != nil && bare(fd) {
				external := *fd
				external.Body = nil
				copied.Decls[k] = &external
			}
		}
		out[i] = &copied
	}
	inits := make([]*types.Initializer, 0, len(info.InitOrder))
	for _, in := range info.InitOrder {
		if typed(in.Rhs, info) {
			inits = append(inits, in)
		}
	}
	if len(inits) == len(info.InitOrder) {
		return out, info
	}
	copied := *info
	copied.InitOrder = inits
	return out, &copied
}

// typed tells whether every expression below a node has a type.
func typed(n ast.Node, info *types.Info) bool {
	ok := true
	ast.Inspect(n, func(n ast.Node) bool {
		ok = ok && fits(n, info)
		return ok
	})
	return ok
}

// fits tells whether a node has a type, if it is of a kind that has one.
func fits(n ast.Node, info *types.Info) bool {
	switch e := n.(type) {
	case *ast.SelectorExpr:
		return valid(info.TypeOf(e)) || info.Uses[e.Sel] != nil
	case *ast.CallExpr:
		tv, known := info.Types[e]
		return known && (tv.IsVoid() || valid(tv.Type))
	case *ast.CompositeLit, *ast.IndexExpr, *ast.StarExpr, *ast.BinaryExpr, *ast.UnaryExpr, *ast.SliceExpr, *ast.FuncLit:
		return valid(info.TypeOf(e.(ast.Expr)))
	case *ast.Ident:
		switch o := info.ObjectOf(e).(type) {
		case nil, *types.PkgName, *types.Label, *types.Nil, *types.Builtin:
		default:
			return o.Name() == "_" || valid(o.Type())
		}
	}
	return true
}

// valid tells a type without anything that could not be found out, as far as its
// own parts go.
func valid(t types.Type) bool {
	if t == nil || t == types.Typ[types.Invalid] {
		return false
	}
	switch u := t.(type) {
	case *types.Pointer:
		return valid(u.Elem())
	case *types.Slice:
		return valid(u.Elem())
	case *types.Map:
		return valid(u.Key()) && valid(u.Elem())
	case *types.Chan:
		return valid(u.Elem())
	case *types.Signature:
		return valid(u.Params()) && valid(u.Results())
	case *types.Tuple:
		for i := 0; i < u.Len(); i++ {
			if !valid(u.At(i).Type()) {
				return false
			}
		}
	}
	return true
}

// imports makes everything known that a package imports, however far below.
func (p *program) imports(of *types.Package) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var walk func(of *types.Package)
	walk = func(of *types.Package) {
		for _, imported := range of.Imports() {
			if !p.seen[imported] {
				p.seen[imported] = true
				walk(imported)
				if p.program.Package(imported) == nil {
					p.program.CreatePackage(imported, nil, nil, true)
				}
			}
		}
	}
	walk(of)
}

// nonTest are the files of the package that its program is made of.
func (x *extractor) nonTest() []*ast.File {
	var out []*ast.File
	for _, f := range x.Files {
		if !x.files[f].Test || len(x.Files) == 1 || isTestPackage(x.Types.Path()) {
			out = append(out, f)
		}
	}
	return out
}
