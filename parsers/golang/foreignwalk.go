package golang

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// stmt reads a statement for what it changes and calls. Function literals that
// are called, started, deferred or handed over are read where they stand, as if
// they ran; those that are returned or stored are for others to run.
func (r *foreignReader) stmt(n ast.Node) {
	switch n := n.(type) {
	case nil:
	case *ast.AssignStmt:
		r.assignment(n)
	case *ast.IncDecStmt:
		r.write(n.X, nil)
		r.parts(n.X)
	case *ast.SendStmt:
		r.change(r.refsOf(n.Chan), r.info.TypeOf(n.Chan), r.refsOf(n.Value))
		r.parts(n.Chan, n.Value)
	case *ast.GoStmt:
		async := r.async
		r.async = true
		if lit, ok := ast.Unparen(n.Call.Fun).(*ast.FuncLit); ok && endless(lit.Body) {
			r.body.loops = true
		}
		r.call(n.Call)
		r.async = async
	case *ast.ForStmt:
		r.body.endless = r.body.endless || n.Cond == nil && !r.async
		r.children(n)
	case *ast.RangeStmt:
		for _, l := range []ast.Expr{n.Key, n.Value} {
			if l != nil && n.Tok == token.ASSIGN {
				r.write(l, nil)
			}
		}
		r.children(n)
	case *ast.IfStmt:
		r.stmtOf(n.Init)
		r.stmt(n.Cond)
		had := len(r.lazy)
		r.lazy = append(r.lazy, emptyPlaces(n.Cond)...)
		r.stmt(n.Body)
		r.lazy = r.lazy[:had]
		r.stmtOf(n.Else)
	case *ast.BlockStmt:
		had := len(r.lazy)
		for _, s := range n.List {
			r.stmt(s)
			if i, ok := s.(*ast.IfStmt); ok && i.Else == nil && leaves(i.Body) {
				r.lazy = append(r.lazy, filledPlaces(i.Cond)...)
			}
		}
		r.lazy = r.lazy[:had]
	case *ast.ReturnStmt:
		r.parts(n.Results...)
	case *ast.CallExpr:
		r.call(n)
	case *ast.CompositeLit:
		for _, e := range n.Elts {
			if kv, ok := e.(*ast.KeyValueExpr); ok {
				e = kv.Value
			}
			r.parts(e)
		}
	case *ast.FuncLit:
		r.stmt(n.Body)
	default:
		r.children(n)
	}
}

func (r *foreignReader) stmtOf(s ast.Stmt) {
	if s != nil {
		r.stmt(s)
	}
}

// children reads what a node consists of.
func (r *foreignReader) children(n ast.Node) {
	ast.Inspect(n, func(c ast.Node) bool {
		if c == nil || c == n {
			return c != nil
		}
		r.stmt(c)
		return false
	})
}

// parts reads expressions whose value is kept: a literal among them runs
// elsewhere.
func (r *foreignReader) parts(list ...ast.Expr) {
	for _, e := range list {
		if _, ok := ast.Unparen(e).(*ast.FuncLit); !ok {
			r.stmt(e)
		}
	}
}

func (r *foreignReader) assignment(n *ast.AssignStmt) {
	for i, l := range n.Lhs {
		e := n.Rhs[0]
		if len(n.Rhs) == len(n.Lhs) {
			e = n.Rhs[i]
		}
		if n.Tok != token.DEFINE && !r.isLazy(l) {
			r.write(l, r.refsOf(e))
		}
		r.stmt(l)
	}
	for i, e := range n.Rhs {
		_, lit := ast.Unparen(e).(*ast.FuncLit)
		if _, local := ast.Unparen(n.Lhs[min(i, len(n.Lhs)-1)]).(*ast.Ident); lit && !local {
			continue
		}
		r.stmt(e)
	}
}

// isLazy tells a place that is filled only where it was found to be empty.
func (r *foreignReader) isLazy(l ast.Expr) bool {
	return len(r.lazy) > 0 && slices.Contains(r.lazy, types.ExprString(l))
}

// emptyPlaces lists the places that a condition finds empty.
func emptyPlaces(cond ast.Expr) []string {
	switch c := ast.Unparen(cond).(type) {
	case *ast.BinaryExpr:
		switch c.Op {
		case token.LAND:
			return append(emptyPlaces(c.X), emptyPlaces(c.Y)...)
		case token.EQL:
			if isZero(c.Y) {
				return []string{types.ExprString(lengthOf(c.X))}
			}
		}
	case *ast.UnaryExpr:
		if c.Op == token.NOT {
			return []string{types.ExprString(c.X)}
		}
	}
	return nil
}

// filledPlaces lists the places that a condition finds filled: what follows a
// return in that case fills them.
func filledPlaces(cond ast.Expr) []string {
	switch c := ast.Unparen(cond).(type) {
	case *ast.BinaryExpr:
		if (c.Op == token.NEQ || c.Op == token.GTR) && isZero(c.Y) {
			return []string{types.ExprString(lengthOf(c.X))}
		}
	case *ast.SelectorExpr:
		return []string{types.ExprString(c)}
	}
	return nil
}

func isZero(e ast.Expr) bool {
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		return e.Name == "nil" || e.Name == "false"
	case *ast.BasicLit:
		return e.Value == `""` || e.Value == "0"
	}
	return false
}

// write notes an assignment to an expression.
func (r *foreignReader) write(l ast.Expr, value refs) {
	to, typ := r.target(l)
	if x, ok := ast.Unparen(l).(*ast.IndexExpr); ok {
		value = value.with(r.refsOf(x.Index)...)
	}
	r.change(to, typ, value)
}

func (r *foreignReader) change(to refs, typ types.Type, value refs) {
	if len(to) > 0 && typ != nil && len(r.body.changes) < maxFacts {
		r.body.changes = append(r.body.changes, foreignChange{to: to, typ: pointee(typ), value: value})
	}
}

func pointee(t types.Type) types.Type {
	if p, ok := types.Unalias(t).Underlying().(*types.Pointer); ok {
		return types.Unalias(p.Elem())
	}
	return types.Unalias(t)
}

// call reads a call: builtins change their first argument, the rest is noted.
func (r *foreignReader) call(c *ast.CallExpr) {
	n := r.calls[c]
	for len(r.body.calls) <= n {
		r.body.calls = append(r.body.calls, foreignCall{inner: true})
	}
	if tv, ok := r.info.Types[c.Fun]; ok && tv.IsType() {
		r.parts(c.Args...)
		return
	}
	if name := r.builtinName(c); name != "" {
		r.builtin(name, c)
		return
	}
	call := foreignCall{async: r.async}
	switch fun := ast.Unparen(c.Fun).(type) {
	case *ast.FuncLit:
		call.inner = true
		r.stmt(fun.Body)
	default:
		r.callee(c, &call)
	}
	once := call.fn != nil && call.fn.Pkg() != nil && call.fn.Pkg().Path() == "sync" && strings.HasPrefix(call.fn.Name(), "Do")
	for _, a := range c.Args {
		call.args = append(call.args, r.refsOf(a))
		t := r.info.TypeOf(a)
		call.shares = append(call.shares, t != nil && shares(t, 0))
		if _, ok := ast.Unparen(a).(*ast.FuncLit); !ok || !once {
			r.stmt(a)
		}
	}
	call.flags = call.fn != nil && call.fn.Name() == "OpenFile" && len(c.Args) > 1 && opensForWriting(c.Args[1])
	r.body.calls[n] = call
}

// opensForWriting tells flags that let a file be written; what is computed is
// taken to be so.
func opensForWriting(e ast.Expr) bool {
	text := types.ExprString(e)
	return !strings.HasSuffix(text, "O_RDONLY") && text != "0"
}

func (r *foreignReader) builtin(name string, c *ast.CallExpr) {
	if len(c.Args) > 0 && (name == "delete" || name == "clear" || name == "copy") {
		var value refs
		if len(c.Args) > 1 {
			value = r.refsOf(c.Args[1])
		}
		r.change(r.refsOf(c.Args[0]), r.info.TypeOf(c.Args[0]), value)
	}
	r.parts(c.Args...)
}

// callee finds what a call runs and what it is called on.
func (r *foreignReader) callee(c *ast.CallExpr, call *foreignCall) {
	fun := ast.Unparen(c.Fun)
	for {
		if x, ok := fun.(*ast.IndexExpr); ok {
			fun = ast.Unparen(x.X)
			continue
		}
		if x, ok := fun.(*ast.IndexListExpr); ok {
			fun = ast.Unparen(x.X)
			continue
		}
		break
	}
	switch fun := fun.(type) {
	case *ast.Ident:
		call.fn, _ = r.object(fun).(*types.Func)
		if call.fn == nil {
			call.value = r.refsOf(fun)
			call.inner = r.lits[r.object(fun)] && len(call.value) == 0
		}
	case *ast.SelectorExpr:
		call.fn, _ = r.info.Uses[fun.Sel].(*types.Func)
		s := r.info.Selections[fun]
		switch {
		case call.fn == nil:
			call.value = r.refsOf(fun)
		case s != nil && s.Kind() == types.MethodVal:
			call.recv = r.called(fun, s)
		}
		r.stmt(fun.X)
	default:
		call.value = r.refsOf(c.Fun)
		r.stmt(c.Fun)
	}
	if call.fn != nil {
		call.fn = call.fn.Origin()
	}
}

// called is what a method gets as its receiver: the address of what it is called
// on if it takes a pointer, and what was embedded on the way.
func (r *foreignReader) called(sel *ast.SelectorExpr, s *types.Selection) refs {
	recv := s.Obj().Type().(*types.Signature).Recv().Type()
	_, wants := types.Unalias(recv).(*types.Pointer)
	t := r.info.TypeOf(sel.X)
	if t == nil {
		return r.refsOf(sel.X)
	}
	_, isPointer := types.Unalias(t).Underlying().(*types.Pointer)
	out := r.refsOf(sel.X)
	switch {
	case wants && !isPointer:
		out = r.address(sel.X)
	case !wants && isPointer:
		out = out.load()
	}
	// An embedded pointer or interface is loaded; what is embedded by value lies in
	// the same memory.
	for _, i := range s.Index()[:len(s.Index())-1] {
		st, ok := structOf(t)
		if !ok || i >= st.NumFields() {
			break
		}
		t = st.Field(i).Type()
		switch types.Unalias(t).Underlying().(type) {
		case *types.Pointer, *types.Interface:
			out = out.load()
		}
	}
	return out
}

// endless tells a body that has a loop without end.
func endless(body *ast.BlockStmt) bool {
	found := false
	ast.Inspect(body, func(n ast.Node) bool {
		if f, ok := n.(*ast.ForStmt); ok && f.Cond == nil {
			found = true
		}
		_, lit := n.(*ast.FuncLit)
		return !lit && !found
	})
	return found
}
