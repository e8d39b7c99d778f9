package golang

import (
	"go/ast"
	"go/constant"
	"go/types"
	"slices"
)

// refusesElse tells an if of which the branch does something where a place is empty, and
// after which nobody looks at what is there where it is not: the function has left the
// branch by then, or there is another one.
func (b *body) refusesElse(s *ast.IfStmt) bool {
	switch {
	case s.Else != nil:
		return !b.looksAt(s.Else, s.Cond)
	case !leaves(s.Body) || b.text == nil:
		return false
	}
	return !slices.ContainsFunc(b.text.List, func(next ast.Stmt) bool {
		return next.End() > s.End() && b.looksBehind(next, s)
	})
}

// looksBehind tells whether what stands behind an if looks at the place of its condition.
func (b *body) looksBehind(next ast.Stmt, s *ast.IfStmt) bool {
	found := false
	ast.Inspect(next, func(n ast.Node) bool {
		if n == nil || n.End() <= s.End() {
			return false
		}
		if e, ok := n.(ast.Expr); ok && n.Pos() > s.End() {
			found = found || b.looksAt(e, s.Cond)
			return false
		}
		return !found
	})
	return found
}

// looksAt tells whether code mentions the place that a condition asks about, or a variable
// that was set together with the one which the condition looks at.
func (b *body) looksAt(code ast.Node, cond ast.Expr) bool {
	asked, containers := b.asked(cond)
	found := false
	ast.Inspect(code, func(n ast.Node) bool {
		e, ok := n.(ast.Expr)
		if !ok || found {
			return !found
		}
		if c, ok := e.(*ast.CallExpr); ok && b.refuses(c) {
			return false // who has it is told, and nothing more
		}
		if id, ok := e.(*ast.Ident); ok {
			v, _ := b.x.Info.Uses[id].(*types.Var)
			for _, bind := range b.shared.values[v] {
				found = found || slices.Contains(asked, ast.Unparen(bind.expr))
			}
		}
		switch e := e.(type) {
		case *ast.IndexExpr:
			found = found || b.shares(containers, e.X)
		case *ast.SelectorExpr:
			found = found || b.shares(containers, e)
		}
		return !found
	})
	return found
}

// refuses tells a call that makes an error, or answers a request that it cannot be done.
func (b *body) refuses(c *ast.CallExpr) bool {
	if f := b.calleeFunc(c); f != nil && (funcID(f) == "fmt.Errorf" || funcID(f) == "errors.New") {
		return true
	}
	return slices.ContainsFunc(c.Args, func(a ast.Expr) bool {
		v := b.x.Info.Types[a].Value
		if v == nil || v.Kind() != constant.Int {
			return false
		}
		status, ok := constant.Int64Val(v)
		return ok && status >= 400 && status < 500
	})
}

// asked is what a condition looks at: the expressions by which its variables were set, and
// the texts of the places that it compares or looks up in.
func (b *body) asked(cond ast.Expr) (exprs []ast.Expr, places []string) {
	ast.Inspect(cond, func(n ast.Node) bool {
		switch e := n.(type) {
		case *ast.Ident:
			v, _ := b.x.Info.Uses[e].(*types.Var)
			for _, bind := range b.shared.values[v] {
				if x, ok := ast.Unparen(bind.expr).(*ast.IndexExpr); ok {
					exprs, places = append(exprs, x), append(places, b.placeTexts(x.X)...)
				} else if c, ok := ast.Unparen(bind.expr).(*ast.CallExpr); ok {
					exprs = append(exprs, c)
				}
			}
		case *ast.IndexExpr:
			places = append(places, b.placeTexts(e.X)...)
		case *ast.SelectorExpr:
			places = append(places, b.placeTexts(e)...)
		}
		return true
	})
	return exprs, places
}

func (b *body) shares(places []string, e ast.Expr) bool {
	return slices.ContainsFunc(b.placeTexts(e), func(text string) bool { return slices.Contains(places, text) })
}
