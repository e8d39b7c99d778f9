package golang

import (
	"go/ast"
	"go/types"
)

// paramUse is what a function body does with one of its parameters, as far as its name
// shows.
type paramUse struct {
	ran      bool // called, or a method of it, before the function returns
	captured bool // named in a function literal that others run
	passed   []passing
}

// passing is an argument of a call.
type passing struct {
	fn  *types.Func // nil for a call of a function value
	nth int
}

// uses reads what becomes of the parameters. Literals that are called, started or
// deferred where they stand are part of the body.
func (r *foreignReader) uses(body *ast.BlockStmt) map[int]*paramUse {
	out := map[int]*paramUse{}
	var stack []ast.Node
	kept := 0
	ast.Inspect(body, func(n ast.Node) bool {
		if n == nil {
			if last := len(stack) - 1; r.keptLiteral(stack, last) {
				kept--
			}
			stack = stack[:len(stack)-1]
			return true
		}
		stack = append(stack, n)
		if r.keptLiteral(stack, len(stack)-1) {
			kept++
		}
		id, ok := n.(*ast.Ident)
		if !ok {
			return true
		}
		if nth, ok := r.roots[r.object(id)]; ok && nth >= 0 {
			if out[nth] == nil {
				out[nth] = &paramUse{}
			}
			if kept > 0 {
				out[nth].captured = true
			} else {
				r.use(out[nth], stack)
			}
		}
		return true
	})
	return out
}

// keptLiteral tells a function literal at a place of the stack that is not called
// right there.
func (r *foreignReader) keptLiteral(stack []ast.Node, at int) bool {
	lit, ok := stack[at].(*ast.FuncLit)
	if !ok {
		return false
	}
	if at == 0 {
		return true
	}
	c, ok := stack[at-1].(*ast.CallExpr)
	return !ok || c.Fun != lit
}

// use notes how the parameter at the top of the stack is used.
func (r *foreignReader) use(u *paramUse, stack []ast.Node) {
	at := len(stack) - 1
	above := func(n int) ast.Node {
		if at-n < 0 {
			return nil
		}
		return stack[at-n]
	}
	if sel, ok := above(1).(*ast.SelectorExpr); ok && sel.X == stack[at] {
		if c, ok := above(2).(*ast.CallExpr); ok && c.Fun == sel {
			u.ran = true
		}
		return
	}
	c, ok := above(1).(*ast.CallExpr)
	if !ok {
		return
	}
	if c.Fun == stack[at] {
		u.ran = true
		return
	}
	if tv, ok := r.info.Types[c.Fun]; ok && tv.IsType() || r.builtinName(c) != "" {
		return
	}
	var call foreignCall
	r.named(c, &call)
	for i, a := range c.Args {
		if a == stack[at] {
			u.passed = append(u.passed, passing{call.fn, i})
		}
	}
}

// named finds the declared function that a call runs.
func (r *foreignReader) named(c *ast.CallExpr, call *foreignCall) {
	fun := ast.Unparen(c.Fun)
	if x, ok := fun.(*ast.IndexExpr); ok {
		fun = ast.Unparen(x.X)
	}
	switch fun := fun.(type) {
	case *ast.Ident:
		call.fn, _ = r.object(fun).(*types.Func)
	case *ast.SelectorExpr:
		call.fn, _ = r.info.Uses[fun.Sel].(*types.Func)
	}
	if call.fn != nil {
		call.fn = call.fn.Origin()
	}
}

// HandsBack tells a parameter of a function outside the checkout that it does not call
// itself, and that what it returns holds: whoever uses that calls it.
func (fo *Foreign) HandsBack(f *types.Func, nth int) bool {
	return fo.whether(f, nth, func(a *answer) *map[int]bool { return &a.HandsBack }, func(f *types.Func, nth int) bool {
		return fo.handsBack(f, nth, maxForeignCalls)
	})
}

func (fo *Foreign) handsBack(f *types.Func, nth, calls int) bool {
	f = f.Origin()
	sig, ok := f.Type().(*types.Signature)
	if !ok || calls == 0 || f.Pkg() == nil || standard(f.Pkg()) || !holdsCode(sig.Results()) {
		return false
	}
	body := fo.bodyOf(f)
	if body == nil || body.params[nth] == nil || body.params[nth].ran {
		return false
	}
	u := body.params[nth]
	for _, p := range u.passed {
		if p.fn == nil {
			return false
		}
		at := p.nth
		if s := p.fn.Signature(); s.Variadic() {
			at = min(at, s.Params().Len()-1)
		}
		if !fo.handsBack(p.fn, at, calls-1) {
			return false
		}
	}
	if u.captured || len(u.passed) > 0 {
		return true
	}
	for _, r := range fo.summary(f, maxForeignCalls).returns {
		if r.root == nth && !r.copied {
			return true
		}
	}
	return false
}

// holdsCode tells results of which one may hold functions, or objects that have some.
func holdsCode(results *types.Tuple) bool {
	for v := range results.Variables() {
		if !types.Identical(v.Type(), universeError) && leadsOn(v.Type(), 0) {
			return true
		}
	}
	return false
}

// later tells the functions and objects that are called only when what a call of code
// outside hands back is used.
func (w *writer) later(f *types.Func, sig *types.Signature, method bool) []bool {
	if w.r.x.Foreign == nil {
		return nil
	}
	var out []bool
	for i := range sig.Params().Len() {
		t := types.Unalias(sig.Params().At(i).Type()).Underlying()
		if _, function := t.(*types.Signature); !function && len(interfaceMethods(sig.Params().At(i).Type())) == 0 {
			continue
		}
		if !w.r.x.Foreign.HandsBack(f, i) {
			continue
		}
		if out == nil {
			out = make([]bool, sig.Params().Len()+1)
		}
		at := i
		if method {
			at++
		}
		out[at] = true
	}
	return out
}
