package golang

import (
	"go/ast"
	"go/token"
	"go/types"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// send reads what is put into a channel.
func (b *body) send(s *ast.SendStmt) {
	v := b.value(s.Value, 0)
	a := unit.Access{Kind: unit.Modify, Op: "<-", Value: &v, Location: b.x.location(s.Chan.Pos(), s.Chan.End())}
	a.Answered = b.answered(s)
	for _, p := range b.places(s.Chan, 0) {
		a.Place = p
		b.access(a)
	}
}

// answered tells a message with which a local channel goes along, in a field or in what a
// function captures, and from which the sender takes before it goes on: a call, written
// with channels.
func (b *body) answered(s *ast.SendStmt) bool {
	along := b.locals(s.Value)
	if len(along) == 0 || b.text == nil {
		return false
	}
	found := false
	ast.Inspect(b.text, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.UnaryExpr:
			if n.Op == token.ARROW && n.Pos() > s.End() {
				found = found || along[b.rootOf(n.X)]
			}
		}
		return !found
	})
	return found
}

// rootOf is the variable of which an expression is a field, or itself; nil for anything else.
func (b *body) rootOf(e ast.Expr) types.Object {
	for {
		switch x := ast.Unparen(e).(type) {
		case *ast.SelectorExpr:
			e = x.X
		case *ast.Ident:
			return b.x.Info.Uses[x]
		default:
			return nil
		}
	}
}

// locals are the variables of functions that an expression names.
func (b *body) locals(e ast.Expr) map[types.Object]bool {
	out := map[types.Object]bool{}
	ast.Inspect(e, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			v, ok := b.x.Info.Uses[id].(*types.Var)
			if ok && !v.IsField() && v.Pkg() == b.x.Types && v.Parent() != v.Pkg().Scope() && b.shared.recv != v {
				out[v] = true
			}
		}
		return true
	})
	return out
}
