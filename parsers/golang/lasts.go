package golang

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
)

// lasts tells a loop that goes on until its process is told to stop: its condition is none,
// or always holds, or is that a context has not been cancelled. One that asks its context
// before it runs anew what it was handed keeps that running, and is nothing by itself.
func (b *body) lasts(s *ast.ForStmt) bool {
	cond := s.Cond
	if cond == nil {
		return true
	}
	if v := b.x.Info.Types[cond].Value; v != nil {
		return v.Kind() == constant.Bool && constant.BoolVal(v)
	}
	asked, ok := ast.Unparen(cond).(*ast.BinaryExpr)
	if !ok || asked.Op != token.EQL {
		return false
	}
	lives := b.isNil(asked.Y) && b.lives(asked.X) || b.isNil(asked.X) && b.lives(asked.Y)
	return lives && !b.runsHanded(s.Body)
}

// runsHanded tells a body that calls what a variable holds.
func (b *body) runsHanded(body *ast.BlockStmt) bool {
	found := false
	ast.Inspect(body, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			if id, ok := ast.Unparen(call.Fun).(*ast.Ident); ok {
				_, variable := b.x.Info.Uses[id].(*types.Var)
				found = found || variable
			}
		}
		return !found
	})
	return found
}

// lives tells a call of Err of a context that has no time of its own: one that has ends by itself.
func (b *body) lives(e ast.Expr) bool {
	call, ok := ast.Unparen(e).(*ast.CallExpr)
	if !ok {
		return false
	}
	f := b.calleeFunc(call)
	if f == nil || f.FullName() != "(context.Context).Err" {
		return false
	}
	sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok {
		return false
	}
	id, ok := ast.Unparen(sel.X).(*ast.Ident)
	return !ok || !b.timedContext(b.x.Info.Uses[id])
}

// timedContext tells a variable that is somewhere given a context with a time.
func (b *body) timedContext(v types.Object) bool {
	if v == nil {
		return false
	}
	found := false
	for _, f := range b.x.Files {
		if v.Pos() < f.FileStart || v.Pos() > f.FileEnd {
			continue
		}
		ast.Inspect(f, func(n ast.Node) bool {
			s, ok := n.(*ast.AssignStmt)
			if !ok || len(s.Rhs) != 1 {
				return !found
			}
			id, ok := s.Lhs[0].(*ast.Ident)
			call, called := ast.Unparen(s.Rhs[0]).(*ast.CallExpr)
			if ok && called && b.x.Info.ObjectOf(id) == v && givesTime(b.calleeFunc(call)) {
				found = true
			}
			return !found
		})
	}
	return found
}

func givesTime(f *types.Func) bool {
	if f == nil {
		return false
	}
	switch f.FullName() {
	case "context.WithTimeout", "context.WithTimeoutCause", "context.WithDeadline", "context.WithDeadlineCause":
		return true
	}
	return false
}
