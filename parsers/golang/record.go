package golang

import (
	"go/ast"
	"go/types"
	"path"
	"sort"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// record writes down what the functions of a package do, from their SSA form. A
// package whose form cannot be built, because it does not type-check, has no
// records; the rest of its unit stands.
func (x *extractor) record() {
	pkg := x.ssaPackage()
	if pkg == nil {
		return
	}
	r := &recorder{x: x, pkg: pkg, done: map[*ssa.Function]bool{}, captured: x.capturedAt(), loggers: map[types.Type]bool{}, fitted: map[fitted]bool{}}
	for _, fn := range r.declared() {
		r.add(fn)
	}
	for len(r.todo) > 0 {
		fn := r.todo[0]
		r.todo = r.todo[1:]
		r.function(fn)
	}
	r.methodSets()
	x.sortFits()
	sort.SliceStable(x.unit.Records, func(i, j int) bool { return x.unit.Records[i].Function < x.unit.Records[j].Function })
}

// capturedAt finds the holders of captured variables by where they are declared.
func (x *extractor) capturedAt() map[unit.Location]string {
	out := map[unit.Location]string{}
	for i := range x.unit.Holders {
		if h := &x.unit.Holders[i]; h.Kind == unit.Captured {
			out[unit.Location{File: h.Location.File, Line: h.Location.Line, Column: h.Location.Column}] = h.ID
		}
	}
	return out
}

// recorder writes the records of one package.
type recorder struct {
	x        *extractor
	pkg      *ssa.Package
	done     map[*ssa.Function]bool
	todo     []*ssa.Function
	captured map[unit.Location]string
	loggers  map[types.Type]bool // of types outside the checkout, see foreignLogger
	fitted   map[fitted]bool
}

// declared lists the functions of the package in the order of their names.
func (r *recorder) declared() []*ssa.Function {
	var out []*ssa.Function
	prog := r.pkg.Prog
	for _, name := range sortedMembers(r.pkg) {
		switch m := r.pkg.Members[name].(type) {
		case *ssa.Function:
			out = append(out, m)
		case *ssa.Type:
			named, ok := m.Type().(*types.Named)
			if !ok {
				continue
			}
			for i := 0; i < named.NumMethods(); i++ {
				if fn := prog.FuncValue(named.Method(i)); fn != nil {
					out = append(out, fn)
				}
			}
		}
	}
	return out
}

func sortedMembers(p *ssa.Package) []string {
	names := make([]string, 0, len(p.Members))
	for n := range p.Members {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}

func (r *recorder) add(fn *ssa.Function) {
	if !r.done[fn] {
		r.done[fn] = true
		r.todo = append(r.todo, fn)
	}
}

// functionID is the ID under which a function of the checkout is known, and
// false for one that lies outside.
func (r *recorder) functionID(fn *ssa.Function) (string, bool) {
	if origin := fn.Origin(); origin != nil {
		fn = origin
	}
	switch s := fn.Syntax().(type) {
	case *ast.FuncLit:
		if id, ok := r.x.closures[s]; ok {
			return id, true
		}
		return "~" + fn.String(), true
	case *ast.FuncDecl:
		if obj, ok := fn.Object().(*types.Func); ok {
			id := funcID(obj)
			if obj.Name() == "init" && s.Recv == nil {
				at := r.x.location(s.Name.Pos(), s.Name.End())
				id += "@" + path.Base(at.File) + ":" + itoa(at.Line)
			}
			return id, !r.x.isExternal(obj)
		}
	}
	if fn.Synthetic == "package initializer" {
		if fn.Pkg == r.pkg {
			return r.x.Types.Path() + ".<vars>", true
		}
		return "", false
	}
	if obj, ok := fn.Object().(*types.Func); ok && !isWrapper(fn) {
		return funcID(obj), !r.x.isExternal(obj)
	}
	return "~" + fn.String(), true
}

// isWrapper tells a function that nobody wrote and that only calls on.
func isWrapper(fn *ssa.Function) bool {
	return strings.HasPrefix(fn.Synthetic, "bound") || strings.HasPrefix(fn.Synthetic, "thunk") || strings.HasPrefix(fn.Synthetic, "wrapper")
}

// function records one function, with the closures in it.
func (r *recorder) function(fn *ssa.Function) {
	if fn.Origin() != nil {
		r.add(fn.Origin())
		return
	}
	if fn.Pkg != nil && fn.Pkg != r.pkg {
		return // its own package writes it
	}
	id, own := r.functionID(fn)
	if !own || fn.Blocks == nil {
		return
	}
	w := &writer{r: r, fn: fn, slots: map[ssa.Value]unit.Slot{}, results: map[ssa.Value][]unit.Slot{}}
	w.out.Function, w.out.Wrapper, w.out.Slots = id, isWrapper(fn), 1
	for _, p := range fn.Params {
		w.out.Params = append(w.out.Params, w.slot(p))
	}
	for _, v := range fn.FreeVars {
		w.out.Captures = append(w.out.Captures, w.slot(v))
	}
	if problem := w.body(); problem {
		return
	}
	w.out.Ends = endsProcess(fn)
	r.x.unit.Records = append(r.x.unit.Records, w.out)
	for _, c := range fn.AnonFuncs {
		r.add(c)
	}
}

// methodSets writes down the methods of the types that the package declares.
func (r *recorder) methodSets() {
	for _, name := range sortedMembers(r.pkg) {
		m, ok := r.pkg.Members[name].(*ssa.Type)
		if !ok {
			continue
		}
		named, ok := m.Type().(*types.Named)
		if !ok || types.IsInterface(named) {
			continue
		}
		if set := methodSet(r.x, named); len(set.Methods) > 0 {
			r.x.unit.Methods = append(r.x.unit.Methods, set)
		}
	}
}

func methodSet(x *extractor, named *types.Named) unit.MethodSet {
	set := unit.MethodSet{Type: typeID(named)}
	all := types.NewMethodSet(types.NewPointer(named))
	for i := 0; i < all.Len(); i++ {
		sel := all.At(i)
		f, ok := sel.Obj().(*types.Func)
		if !ok {
			continue
		}
		m := unit.Method{Name: f.Name(), Path: embeddedPath(sel)}
		if sig, ok := f.Type().(*types.Signature); ok && sig.Recv() != nil && !types.IsInterface(sig.Recv().Type()) {
			m.Function = funcID(f)
		}
		set.Methods = append(set.Methods, m)
	}
	return set
}

// embeddedPath are the fields between a type and the one that declares a method.
func embeddedPath(sel *types.Selection) []unit.EmbeddedField {
	var out []unit.EmbeddedField
	t := sel.Recv()
	index := sel.Index()
	for _, i := range index[:len(index)-1] {
		st, ok := structOf(t)
		if !ok {
			return out
		}
		f := st.Field(i)
		owner := ""
		if n := namedOf(t); n != nil {
			owner = typeID(n)
		}
		out = append(out, unit.EmbeddedField{Field: owner + "." + f.Name(), Indirect: isReference(f.Type())})
		t = f.Type()
	}
	return out
}
