package golang

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// mode says how a call is made.
type mode struct {
	async    bool // go statement
	deferred bool
}

// expr reads an expression for what it calls, reads and makes.
func (b *body) expr(e ast.Expr) {
	if b.statementText(e) {
		return
	}
	switch e := e.(type) {
	case nil:
	case *ast.CallExpr:
		b.call(e, unit.Used, mode{})
	case *ast.FuncLit:
		b.closure(e, nil)
	case *ast.Ident, *ast.SelectorExpr:
		b.read(e)
	case *ast.CompositeLit:
		b.composite(e, false)
	case *ast.UnaryExpr:
		b.takesFileEvents(e)
		b.keep(e.X)
	default:
		b.subexprs(e)
	}
}

// subexprs reads the parts of an expression.
func (b *body) subexprs(e ast.Expr) {
	switch e := e.(type) {
	case *ast.ParenExpr:
		b.expr(e.X)
	case *ast.StarExpr:
		b.expr(e.X)
	case *ast.UnaryExpr:
		b.takesFileEvents(e)
		b.expr(e.X)
	case *ast.BinaryExpr:
		b.expr(e.X)
		b.expr(e.Y)
	case *ast.IndexExpr:
		b.expr(e.X)
		b.expr(e.Index)
	case *ast.SliceExpr:
		for _, p := range []ast.Expr{e.X, e.Low, e.High, e.Max} {
			b.optionalExpr(p)
		}
	case *ast.TypeAssertExpr:
		b.expr(e.X)
	case *ast.KeyValueExpr:
		b.expr(e.Value)
	case *ast.CallExpr, *ast.SelectorExpr:
		b.expr(e)
	}
}

// read notes that a place is looked at, and functions that are named without
// being called.
func (b *body) read(e ast.Expr) {
	if f := b.funcRef(e); f != nil {
		b.reference(f, e)
		b.unlocksLater(e)
		return
	}
	if sel, ok := e.(*ast.SelectorExpr); ok {
		if _, field := b.x.Info.Selections[sel]; field {
			b.expr(sel.X)
		}
	}
	if t := b.typeOf(e); t == nil {
		return
	}
	b.record(e, unit.Read, "", nil)
}

// reference notes a function value that is stored or handed on: who runs it is
// for linking to find out.
func (b *body) reference(f *types.Func, e ast.Expr) {
	b.fn.Calls = append(b.fn.Calls, unit.Call{
		Callee: funcID(f), Name: f.Name(), Result: unit.Used, Reference: true,
		External: b.x.isExternal(f), Location: b.x.location(e.Pos(), e.End()),
	})
}

// keep reads an expression whose value gets a place of its own: its address is
// taken, or it is assigned or returned.
func (b *body) keep(e ast.Expr) {
	if lit, ok := ast.Unparen(e).(*ast.CompositeLit); ok {
		b.composite(lit, true)
		return
	}
	b.expr(e)
}

// composite reads a literal; a struct literal makes an instance and gives its
// fields their first values.
func (b *body) composite(e *ast.CompositeLit, kept bool) {
	t := b.typeOf(e)
	st, isStruct := structOf(t)
	named := namedOf(t)
	if isStruct || len(e.Elts) == 0 {
		b.alloc(t, e.Pos(), e.Lbrace, kept)
	}
	for i, elt := range e.Elts {
		v := elt
		field := ""
		if kv, ok := elt.(*ast.KeyValueExpr); ok {
			v = kv.Value
			if id, ok := kv.Key.(*ast.Ident); ok && isStruct {
				field = id.Name
			} else {
				b.expr(kv.Key)
			}
		} else if isStruct && i < st.NumFields() {
			field = st.Field(i).Name()
		}
		if lit, ok := ast.Unparen(v).(*ast.FuncLit); ok {
			b.closure(lit, b.storedRole(named, field))
		} else {
			b.storedFunc(v, named, field)
			b.expr(v)
		}
		if field != "" && named != nil {
			b.fieldInit(typeID(named)+"."+field, v)
		}
	}
}

func (b *body) fieldInit(id string, v ast.Expr) {
	val := b.value(v, 0)
	b.fn.Accesses = append(b.fn.Accesses, unit.Access{
		Place: unit.Place{Root: unit.RootLocal, Path: []string{id}}, Kind: unit.Init, Op: ":",
		Value: &val, Location: b.x.location(v.Pos(), v.End()),
	})
}

// call reads a call: its arguments, what it changes, and who it leads to.
func (b *body) call(c *ast.CallExpr, use unit.Use, m mode) {
	if b.isConversion(c) {
		if t := b.typeOf(c); t != nil {
			if basic, ok := t.Underlying().(*types.Basic); ok && basic.Info()&types.IsString != 0 {
				b.alloc(t, c.Pos(), c.End(), false) // a name with methods: autocert.DirCache("certs")
			}
		}
		for _, a := range c.Args {
			b.expr(a)
		}
		return
	}
	if b.builtin(c) || b.locking(c) {
		return
	}
	f := b.calleeFunc(c)
	call := unit.Call{
		Result: use, Async: m.async, Deferred: m.deferred, Tx: b.inTx(m), Loop: b.loop, Timed: b.timed, Failed: b.failed,
		Guards: slices.Clone(b.guards), Location: b.x.location(c.Pos(), c.End()),
	}
	switch {
	case f != nil:
		call.Callee, call.Name, call.External = funcID(f), f.Name(), b.x.isExternal(f)
		if call.External {
			b.x.foreign[f.Origin()] = true
			call.When = b.when
			call.Schedules = foreignPart(f).role == unit.Scheduler
			if f.Pkg() != nil && f.Pkg().Path() == "os/signal" {
				b.attr("waits-for-signal")
			}
			if call.Callee == "time.Timer.Reset" {
				b.attr(unit.Rearms)
			}
			if waitsForGroup(call.Callee) {
				b.attr(unit.WaitsForGroup)
			}
		}
		b.receiver(c, f, &call)
	default:
		b.dynamic(c, &call)
	}
	b.arguments(c, f, &call)
	b.transaction(c, f, &call)
	if call.Tx {
		b.statementsInTx(c)
	}
	b.fn.Calls = append(b.fn.Calls, call)
	if m.async && call.Callee == "" {
		b.attr("go")
	}
}

// receiver reads what a method is called on and notes the call as an access of
// it.
func (b *body) receiver(c *ast.CallExpr, f *types.Func, call *unit.Call) {
	sel, ok := ast.Unparen(c.Fun).(*ast.SelectorExpr)
	if !ok {
		return
	}
	if _, isMethod := b.x.Info.Selections[sel]; !isMethod {
		return
	}
	v := b.value(sel.X, 0)
	call.Receiver = &v
	b.expr(sel.X)
	a := unit.Access{Kind: unit.Invoke, Method: funcID(f), Op: f.Name(), Ensure: call.Deferred, Location: b.x.location(c.Pos(), c.End())}
	if len(c.Args) > 0 {
		key := b.value(c.Args[0], 0)
		a.Key = &key
		put := b.value(b.put(c.Args), 0)
		a.Value = &put
	}
	for _, p := range b.embedded(sel, b.places(sel.X, 0)) {
		a.Place = p
		b.access(a)
	}
}

// put is the argument that a method of a container keeps under its first: the last that
// does not say for how long, or how.
func (b *body) put(args []ast.Expr) ast.Expr {
	for i := len(args) - 1; i > 0; i-- {
		t := b.typeOf(args[i])
		if t == nil {
			return args[i]
		}
		if _, option := t.Underlying().(*types.Signature); !option && typeString(t) != "time.Duration" && typeString(t) != "time.Time" {
			return args[i]
		}
	}
	return args[0]
}

// embedded adds the embedded fields through which a method is promoted.
func (b *body) embedded(sel *ast.SelectorExpr, ps []unit.Place) []unit.Place {
	s := b.x.Info.Selections[sel]
	if s == nil || len(s.Index()) < 2 {
		return ps
	}
	for _, id := range b.x.promotedPath(s) {
		ps = step(ps, id)
	}
	return ps
}

// promotedPath lists the embedded fields of the checkout's types on the way to a
// promoted method. What a library embeds belongs to its object.
func (x *extractor) promotedPath(s *types.Selection) []string {
	var out []string
	t := s.Recv()
	for _, i := range s.Index()[:len(s.Index())-1] {
		st, ok := structOf(t)
		if !ok || i >= st.NumFields() || promotedInside(x, t, i) {
			break
		}
		owner := ""
		if n := namedOf(t); n != nil {
			owner = typeID(n)
		}
		out = append(out, owner+"."+st.Field(i).Name())
		t = st.Field(i).Type()
	}
	return out
}

// promotedInside tells an embedded field of a struct that the checkout does not declare.
func promotedInside(x *extractor, t types.Type, field int) bool {
	st, ok := structOf(t)
	named := namedOf(t)
	return ok && named != nil && field < st.NumFields() && st.Field(field).Embedded() &&
		named.Obj().Pkg() != nil && !x.local(named.Obj().Pkg().Path())
}

// dynamic handles calls of function values: a parameter, a field, a closure.
func (b *body) dynamic(c *ast.CallExpr, call *unit.Call) {
	if lit := b.literalOf(c.Fun); lit != nil {
		b.releasesIn(lit)
	}
	if lit, ok := ast.Unparen(c.Fun).(*ast.FuncLit); ok {
		call.Callee = b.closure(lit, b.literalPart(mode{async: call.Async, deferred: call.Deferred}))
		call.Name = "func literal"
		return
	}
	v := b.value(c.Fun, 0)
	call.Receiver = &v
	call.Name = "()"
	if v.Kind == unit.Func {
		call.Callee, call.Receiver = v.Callee, nil
	}
	b.expr(c.Fun)
}

// arguments reads the arguments. Closures and functions among them get the role
// that the callee makes of them; places whose address leaves are changed there.
func (b *body) arguments(c *ast.CallExpr, f *types.Func, call *unit.Call) {
	for nth, a := range c.Args {
		if lit, ok := ast.Unparen(a).(*ast.FuncLit); ok {
			b.closure(lit, b.argumentRole(f, call))
		} else {
			b.argumentFunc(a, f, call)
			b.argumentJob(a, nth, f, call)
			b.expr(a)
		}
		call.Args = append(call.Args, b.value(a, 1))
		if call.External && f != nil {
			b.leaves(a, nth, f)
		}
	}
}

// leaves notes what a foreign function does with an argument. Its source decides;
// where that does not say, one that takes an address is taken to fill it.
func (b *body) leaves(a ast.Expr, nth int, f *types.Func) {
	u, isAddress := ast.Unparen(a).(*ast.UnaryExpr)
	addressed := isAddress && u.Op == token.AND
	if addressed {
		if _, lit := ast.Unparen(u.X).(*ast.CompositeLit); lit {
			return
		}
	}
	t := b.typeOf(a)
	if t == nil || !isReference(t) || !b.fillsArgument(f, nth, t, addressed) {
		return
	}
	for _, p := range b.places(a, 0) {
		b.access(unit.Access{Place: p, Kind: unit.Modify, Op: "&" + f.Name(), Method: funcID(f), Location: b.x.location(a.Pos(), a.End())})
	}
}

// fillsArgument tells whether a foreign function writes into what an argument leads to.
func (b *body) fillsArgument(f *types.Func, nth int, t types.Type, addressed bool) bool {
	if what, ok := b.x.learned(f, nth); ok && !what.Kept {
		switch what.Answer {
		case unit.Changed:
			return addressed || b.ownContent(t)
		case unit.Unchanged:
			return false
		}
	}
	return (addressed || fills(f)) && !readsOnly(f)
}

// ownContent tells a map, a slice, or an object of the checkout: what a library
// changes in an object of its own, its methods are asked about.
func (b *body) ownContent(t types.Type) bool {
	switch u := types.Unalias(t).Underlying().(type) {
	case *types.Map, *types.Slice:
		return true
	case *types.Pointer:
		n := namedOf(u)
		return n == nil || n.Obj().Pkg() != nil && b.x.local(n.Obj().Pkg().Path())
	}
	return false
}

// fills tells foreign functions that write through a pointer or map argument
// even when it is no address of a variable.
func fills(f *types.Func) bool {
	n := f.Name()
	for _, p := range []string{"Unmarshal", "Decode", "Scan", "Bind", "StructScan", "ReadInConfig", "MapTo", "Sort"} {
		if strings.HasPrefix(n, p) {
			return true
		}
	}
	return f.Pkg() != nil && (f.Pkg().Path() == "maps" && n == "Copy" || f.Pkg().Path() == "sort" && n != "Search")
}

// readsOnly tells foreign functions that take an address but do not write.
func readsOnly(f *types.Func) bool {
	n := f.Name()
	if f.Pkg() != nil && f.Pkg().Path() == "errors" {
		return true // it fills the caller's variable, not what the variable was before
	}
	for _, p := range []string{"Load", "Marshal", "Encode", "Print", "Fprint", "Sprint", "Log", "Equal", "DeepEqual", "Validate", "Compare", "Hash"} {
		if strings.HasPrefix(n, p) {
			return true
		}
	}
	return false
}

// builtin handles delete, clear, copy, append, close, make and new.
func (b *body) builtin(c *ast.CallExpr) bool {
	id, ok := ast.Unparen(c.Fun).(*ast.Ident)
	if !ok {
		return false
	}
	if _, ok := b.x.Info.Uses[id].(*types.Builtin); !ok {
		return false
	}
	if (id.Name == "new" || id.Name == "make") && len(c.Args) > 0 {
		b.alloc(b.typeOf(c.Args[0]), c.Pos(), c.End(), true)
		for _, a := range c.Args[1:] {
			b.expr(a)
		}
		return true
	}
	for _, a := range c.Args {
		b.expr(a)
	}
	switch id.Name {
	case "close":
		b.attr("closes-channel")
	case "delete", "clear":
		var key *unit.Value
		if len(c.Args) > 1 {
			k := b.value(c.Args[1], 0)
			key = &k
		}
		b.modify(c.Args[0], id.Name, nil, key)
	case "copy":
		b.modify(c.Args[0], id.Name, nil, nil)
	}
	return true
}

// calleeFunc is the declared function or method that a call names.
func (b *body) calleeFunc(c *ast.CallExpr) *types.Func {
	return b.funcRef(c.Fun)
}
