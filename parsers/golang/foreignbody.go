package golang

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
)

// The roots that a value of a foreign function may stem from. Parameters are
// their numbers, results of its calls are counted down from firstCall.
const (
	fromReceiver = -1
	fromPackage  = -2 // a package variable
	firstCall    = -16
)

// ref says that a value leads to memory of a root.
type ref struct {
	root int
	// deep: not to the memory that the root itself points to, but to some that is
	// reached from there by loading.
	deep bool
	// hops is how many loads lead there first: the value points to memory of the
	// function's own, in which the root is kept.
	hops int8
	// copied: the value is a copy that shares no memory, a text or a number.
	copied bool
}

// refs are the roots of one value. They are few, and bounded.
type refs []ref

const (
	maxRefs  = 24
	maxSweep = 6 // rounds over the assignments of a body
	maxFacts = 400
	maxHops  = 3
)

func (r refs) with(more ...ref) refs {
	for _, m := range more {
		if len(r) < maxRefs && !slices.Contains(r, m) {
			r = append(r[:len(r):len(r)], m)
		}
	}
	return r
}

func (r refs) each(change func(*ref)) refs {
	out := make(refs, 0, len(r))
	for _, x := range r {
		change(&x)
		out = out.with(x)
	}
	return out
}

// load is what is found in the memory that a value points to.
func (r refs) load() refs {
	return r.each(func(x *ref) {
		if x.hops > 0 {
			x.hops--
		} else {
			x.deep = true
		}
	})
}

// stored is a pointer to fresh memory that holds the value.
func (r refs) stored() refs {
	return r.each(func(x *ref) { x.hops = min(x.hops+1, maxHops) })
}

// copies are the refs of a value that shares no memory with what it is made from.
func (r refs) copies() refs {
	return r.each(func(x *ref) { x.copied = true })
}

// through is what a callee's ref to one of its roots means where the root is given
// the value.
func (r refs) through(in ref) refs {
	out := r
	if in.deep {
		out = out.load()
	}
	return out.each(func(x *ref) {
		x.hops = min(x.hops+in.hops, maxHops)
		x.copied = x.copied || in.copied
	})
}

// foreignChange is a write through some value.
type foreignChange struct {
	to    refs
	typ   types.Type // of what is written into: the struct, map, slice or channel
	value refs       // what is put there, and under which key
}

// foreignCall is one call in a foreign function.
type foreignCall struct {
	fn     *types.Func // nil for a call of a function value
	value  refs        // the function value
	inner  bool        // a function literal of the body itself, which is read with it
	recv   refs
	args   []refs
	shares []bool // whether each argument leads to memory at all
	flags  bool   // opens a file for writing (os.OpenFile)
	async  bool
}

// foreignBody is what one function body does by itself.
type foreignBody struct {
	changes []foreignChange
	calls   []foreignCall
	returns refs
	endless bool // has a loop without end
	params  map[int]*paramUse
	loops   bool // starts a literal with such a loop as a goroutine
}

// foreignReader reduces a checked function to a foreignBody.
type foreignReader struct {
	info  *types.Info
	roots map[types.Object]int
	env   map[types.Object]refs
	lits  map[types.Object]bool // variables that hold a literal of the body
	calls map[*ast.CallExpr]int
	body  *foreignBody
	async bool
	lazy  []string // texts of places known to be empty here
}

func newForeignBody(f *types.Func, decl *ast.FuncDecl, info *types.Info) *foreignBody {
	r := &foreignReader{
		info: info, roots: map[types.Object]int{}, env: map[types.Object]refs{}, lits: map[types.Object]bool{},
		calls: map[*ast.CallExpr]int{}, body: &foreignBody{},
	}
	sig := f.Type().(*types.Signature)
	if sig.Recv() != nil {
		r.roots[sig.Recv()] = fromReceiver
	}
	for i := 0; i < sig.Params().Len(); i++ {
		r.roots[sig.Params().At(i)] = i
	}
	ast.Inspect(decl.Body, func(n ast.Node) bool {
		if c, ok := n.(*ast.CallExpr); ok {
			r.calls[c] = len(r.calls)
		}
		return true
	})
	r.settle(decl.Body)
	r.stmt(decl.Body)
	r.results(decl)
	r.body.params = r.uses(decl.Body)
	return r.body
}

// settle works out what the local variables lead to.
func (r *foreignReader) settle(body *ast.BlockStmt) {
	for range maxSweep {
		grew := false
		ast.Inspect(body, func(n ast.Node) bool {
			grew = r.binds(n) || grew
			return true
		})
		if !grew {
			return
		}
	}
}

// binds notes what one statement puts into variables.
func (r *foreignReader) binds(n ast.Node) bool {
	grew := false
	switch n := n.(type) {
	case *ast.AssignStmt:
		for i, l := range n.Lhs {
			e := n.Rhs[0]
			if len(n.Rhs) == len(n.Lhs) {
				e = n.Rhs[i]
			}
			if _, ok := ast.Unparen(e).(*ast.FuncLit); ok {
				r.lits[r.object(l)] = true
			}
			grew = r.put(l, r.refsOf(e)) || grew
		}
	case *ast.ValueSpec:
		for i, id := range n.Names {
			if len(n.Values) > 0 {
				e := n.Values[min(i, len(n.Values)-1)]
				if _, ok := ast.Unparen(e).(*ast.FuncLit); ok {
					r.lits[r.object(id)] = true
				}
				grew = r.put(id, r.refsOf(e)) || grew
			}
		}
	case *ast.RangeStmt:
		for _, l := range []ast.Expr{n.Key, n.Value} {
			if l != nil {
				grew = r.put(l, r.refsOf(n.X).load()) || grew
			}
		}
	case *ast.TypeSwitchStmt:
		grew = r.typeSwitch(n)
	}
	return grew
}

// typeSwitch binds the variable of each case.
func (r *foreignReader) typeSwitch(s *ast.TypeSwitchStmt) bool {
	a, ok := s.Assign.(*ast.AssignStmt)
	if !ok {
		return false
	}
	grew := false
	from := r.refsOf(a.Rhs[0])
	for _, c := range s.Body.List {
		if obj := r.info.Implicits[c]; obj != nil {
			grew = r.bind(obj, from) || grew
		}
	}
	return grew
}

func (r *foreignReader) object(e ast.Expr) types.Object {
	id, ok := ast.Unparen(e).(*ast.Ident)
	if !ok {
		return nil
	}
	if o := r.info.Defs[id]; o != nil {
		return o
	}
	return r.info.Uses[id]
}

// put notes a value that is assigned to a variable, or into what a variable of
// the function's own holds.
func (r *foreignReader) put(l ast.Expr, v refs) bool {
	loads := false
	for {
		switch e := ast.Unparen(l).(type) {
		case *ast.Ident:
			if loads {
				v = v.stored()
			}
			return r.bind(r.object(e), v)
		case *ast.SelectorExpr:
			if s := r.info.Selections[e]; s == nil || s.Indirect() {
				loads = true
			}
			l = e.X
		case *ast.IndexExpr:
			loads = true
			l = e.X
		case *ast.StarExpr:
			loads = true
			l = e.X
		default:
			return false
		}
	}
}

func (r *foreignReader) bind(o types.Object, v refs) bool {
	if o == nil || len(v) == 0 {
		return false
	}
	if _, given := r.roots[o]; !given && isPackageLevelObject(o) {
		return false
	}
	have := r.env[o]
	grown := have.with(v...)
	r.env[o] = grown
	return len(grown) > len(have)
}

func isPackageLevelObject(o types.Object) bool {
	v, ok := o.(*types.Var)
	return ok && !v.IsField() && o.Pkg() != nil && o.Parent() == o.Pkg().Scope()
}

// refsOf lists what the value of an expression leads to.
func (r *foreignReader) refsOf(e ast.Expr) refs {
	out := r.leads(e)
	if len(out) > 0 && r.plain(e) {
		return out.copies()
	}
	return out
}

// plain tells expressions whose value shares no memory with anything.
func (r *foreignReader) plain(e ast.Expr) bool {
	t := r.info.TypeOf(e)
	if t == nil {
		return false
	}
	if _, tuple := t.(*types.Tuple); tuple {
		return false
	}
	return !shares(t, 0)
}

func (r *foreignReader) leads(e ast.Expr) refs {
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		return r.variable(r.object(e))
	case *ast.SelectorExpr:
		return r.selected(e)
	case *ast.IndexExpr:
		return r.indexed(e)
	case *ast.StarExpr:
		return r.refsOf(e.X).load()
	case *ast.UnaryExpr:
		switch e.Op {
		case token.AND:
			return r.address(e.X)
		case token.ARROW:
			return r.refsOf(e.X).load()
		}
		return r.refsOf(e.X)
	case *ast.BinaryExpr:
		return r.refsOf(e.X).with(r.refsOf(e.Y)...)
	case *ast.CallExpr:
		return r.result(e)
	case *ast.TypeAssertExpr:
		return r.refsOf(e.X)
	case *ast.SliceExpr:
		if r.isArray(e.X) {
			return r.address(e.X)
		}
		return r.refsOf(e.X)
	case *ast.CompositeLit:
		return r.literal(e)
	}
	return nil
}

func (r *foreignReader) variable(o types.Object) refs {
	if o == nil {
		return nil
	}
	if n, ok := r.roots[o]; ok {
		return refs{{root: n}}.with(r.env[o]...)
	}
	if isPackageLevelObject(o) {
		return refs{{root: fromPackage}}
	}
	return r.env[o]
}

func (r *foreignReader) selected(e *ast.SelectorExpr) refs {
	s := r.info.Selections[e]
	switch {
	case s == nil:
		return r.variable(r.info.Uses[e.Sel]) // of another package
	case s.Kind() != types.FieldVal:
		return nil
	case s.Indirect():
		return r.refsOf(e.X).load()
	}
	return r.refsOf(e.X)
}

func (r *foreignReader) indexed(e *ast.IndexExpr) refs {
	if tv, ok := r.info.Types[e.X]; !ok || !tv.IsValue() {
		return nil
	}
	if r.isArray(e.X) {
		return r.refsOf(e.X)
	}
	return r.refsOf(e.X).load()
}

func (r *foreignReader) isArray(e ast.Expr) bool {
	t := r.info.TypeOf(e)
	if t == nil {
		return false
	}
	_, ok := types.Unalias(t).Underlying().(*types.Array)
	return ok
}

// address is a pointer to where an expression's value lives.
func (r *foreignReader) address(e ast.Expr) refs {
	switch e := ast.Unparen(e).(type) {
	case *ast.SelectorExpr:
		if s := r.info.Selections[e]; s != nil && !s.Indirect() {
			return r.address(e.X)
		} else if s != nil {
			return r.refsOf(e.X)
		}
		return r.variable(r.info.Uses[e.Sel])
	case *ast.IndexExpr:
		if r.isArray(e.X) {
			return r.address(e.X)
		}
		return r.refsOf(e.X)
	case *ast.StarExpr:
		return r.refsOf(e.X)
	case *ast.Ident:
		if isPackageLevelObject(r.object(e)) {
			return refs{{root: fromPackage}}
		}
	}
	return r.refsOf(e).stored()
}

func (r *foreignReader) literal(e *ast.CompositeLit) refs {
	var out refs
	for _, elt := range e.Elts {
		if kv, ok := elt.(*ast.KeyValueExpr); ok {
			elt = kv.Value
		}
		out = out.with(r.refsOf(elt)...)
	}
	if _, ok := structOf(r.info.TypeOf(e)); ok || r.info.TypeOf(e) == nil {
		return out
	}
	return out.stored()
}

// result is what a call hands out; builtins are known, the rest is settled when
// the callee is.
func (r *foreignReader) result(c *ast.CallExpr) refs {
	if tv, ok := r.info.Types[c.Fun]; ok && tv.IsType() {
		if len(c.Args) == 1 {
			return r.refsOf(c.Args[0])
		}
		return nil
	}
	if name := r.builtinName(c); name != "" {
		if len(c.Args) == 0 {
			return nil
		}
		switch name {
		case "append":
			out := r.refsOf(c.Args[0])
			for _, a := range c.Args[1:] {
				out = out.with(r.refsOf(a).stored()...)
			}
			return out
		case "min", "max":
			var out refs
			for _, a := range c.Args {
				out = out.with(r.refsOf(a)...)
			}
			return out
		case "Add", "Slice", "SliceData", "String", "StringData":
			return r.refsOf(c.Args[0])
		}
		return nil
	}
	if n, ok := r.calls[c]; ok {
		return refs{{root: firstCall - n}}
	}
	return nil
}

func (r *foreignReader) builtinName(c *ast.CallExpr) string {
	var id *ast.Ident
	switch f := ast.Unparen(c.Fun).(type) {
	case *ast.Ident:
		id = f
	case *ast.SelectorExpr:
		id = f.Sel // unsafe.Add
	default:
		return ""
	}
	if _, ok := r.info.Uses[id].(*types.Builtin); ok {
		return id.Name
	}
	return ""
}

// target is the memory that an assignment to an expression writes into.
func (r *foreignReader) target(e ast.Expr) (refs, types.Type) {
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		if o := r.object(e); o != nil && isPackageLevelObject(o) {
			return refs{{root: fromPackage}}, o.Type()
		}
	case *ast.SelectorExpr:
		s := r.info.Selections[e]
		if s == nil {
			return r.variable(r.info.Uses[e.Sel]), r.info.TypeOf(e)
		}
		if s.Indirect() {
			return r.refsOf(e.X), r.info.TypeOf(e.X)
		}
		return r.target(e.X)
	case *ast.IndexExpr:
		if r.isArray(e.X) {
			return r.target(e.X)
		}
		return r.refsOf(e.X), r.info.TypeOf(e.X)
	case *ast.StarExpr:
		return r.refsOf(e.X), r.info.TypeOf(e.X)
	}
	return nil, nil
}

// results notes what is returned, by name or by statement.
func (r *foreignReader) results(decl *ast.FuncDecl) {
	depth := 0
	var stack []bool
	ast.Inspect(decl.Body, func(n ast.Node) bool {
		if n == nil {
			if stack[len(stack)-1] {
				depth--
			}
			stack = stack[:len(stack)-1]
			return true
		}
		_, lit := n.(*ast.FuncLit)
		if lit {
			depth++
		}
		stack = append(stack, lit)
		if ret, ok := n.(*ast.ReturnStmt); ok && depth == 0 {
			for _, e := range ret.Results {
				r.body.returns = r.body.returns.with(r.refsOf(e)...)
			}
		}
		return true
	})
	if decl.Type.Results != nil {
		for _, f := range decl.Type.Results.List {
			for _, id := range f.Names {
				r.body.returns = r.body.returns.with(r.variable(r.info.Defs[id])...)
			}
		}
	}
}
