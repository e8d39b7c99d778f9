package golang

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// send reads what is put into a channel.
func (b *body) send(s *ast.SendStmt) {
	v := b.value(s.Value, 0)
	a := unit.Access{Kind: unit.Modify, Op: "<-", Value: &v, Location: b.x.location(s.Chan.Pos(), s.Chan.End())}
	a.Answered, a.PutBack = b.answered(s), b.putsBack(s)
	for _, p := range b.places(s.Chan, 0) {
		a.Place = p
		b.access(a)
	}
}

// answered tells a message with which a local channel goes along, in a field or in what a
// function captures, and from which the sender takes before it goes on, whatever else holds:
// a call, written with channels.
func (b *body) answered(s *ast.SendStmt) bool {
	along := b.locals(s.Value)
	if len(along) == 0 || b.text == nil {
		return false
	}
	return slices.ContainsFunc(after(b.text, s), func(next ast.Stmt) bool { return b.takes(next, along) })
}

// after lists the statements that follow one in its block, and if it is a case of a select
// those that follow the select too.
func after(in *ast.BlockStmt, s ast.Stmt) []ast.Stmt {
	var out []ast.Stmt
	ast.Inspect(in, func(n ast.Node) bool {
		if n == nil || n.Pos() > s.Pos() || n.End() < s.End() {
			return false
		}
		switch n := n.(type) {
		case *ast.BlockStmt:
			out = follow(out, n.List, s)
		case *ast.CaseClause:
			out = follow(out, n.Body, s)
		case *ast.CommClause:
			if n.Comm == s {
				out = append(out, n.Body...)
			} else {
				out = follow(out, n.Body, s)
			}
		}
		return true
	})
	return out
}

// follow adds what comes behind the statement of a list in which another one stands. What
// was found further out stays only behind a select.
func follow(out, list []ast.Stmt, s ast.Stmt) []ast.Stmt {
	for i, at := range list {
		if at.Pos() <= s.Pos() && s.End() <= at.End() {
			switch at.(type) {
			case *ast.SelectStmt, *ast.SendStmt:
				return append(out, list[i+1:]...)
			case *ast.CommClause:
				return out
			}
			return nil
		}
	}
	return out
}

// takes tells a statement that receives from one of some channels on each way through it.
func (b *body) takes(s ast.Stmt, from map[types.Object]bool) bool {
	found := false
	look := func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit, *ast.GoStmt, *ast.DeferStmt, *ast.BlockStmt:
			return false
		case *ast.CommClause:
			if n.Comm != nil {
				found = found || b.takes(n.Comm, from)
			}
			return false
		case *ast.UnaryExpr:
			found = found || n.Op == token.ARROW && from[b.rootOf(n.X)]
		}
		return !found
	}
	if choice, ok := s.(*ast.SelectStmt); ok {
		for _, c := range choice.Body.List {
			look(c)
		}
		return found
	}
	ast.Inspect(s, look)
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

// putsBack tells a message that was taken out of the same channel just before, with nothing called
// and no way out in between.
func (b *body) putsBack(s *ast.SendStmt) bool {
	if from, ok := ast.Unparen(s.Value).(*ast.UnaryExpr); ok {
		return receivesFrom(from, s.Chan)
	}
	id, ok := ast.Unparen(s.Value).(*ast.Ident)
	if !ok || b.text == nil {
		return false
	}
	found := false
	ast.Inspect(b.text, func(n ast.Node) bool {
		if block, ok := n.(*ast.BlockStmt); ok {
			if at := slices.Index(block.List, ast.Stmt(s)); at >= 0 {
				found = b.takenBefore(block.List[:at], id, s.Chan)
			}
		}
		return !found
	})
	return found
}

// takenBefore tells whether the last statements of some take a variable out of a channel and do
// little else.
func (b *body) takenBefore(before []ast.Stmt, id *ast.Ident, channel ast.Expr) bool {
	for i := len(before) - 1; i >= 0; i-- {
		assign, ok := before[i].(*ast.AssignStmt)
		if !ok {
			return false
		}
		from, receives := ast.Unparen(assign.Rhs[0]).(*ast.UnaryExpr)
		to, named := assign.Lhs[0].(*ast.Ident)
		if receives && named && receivesFrom(from, channel) {
			return b.x.Info.ObjectOf(to) == b.x.Info.ObjectOf(id)
		}
		if calls(assign) {
			return false
		}
	}
	return false
}

func receivesFrom(e *ast.UnaryExpr, channel ast.Expr) bool {
	return e.Op == token.ARROW && types.ExprString(ast.Unparen(e.X)) == types.ExprString(ast.Unparen(channel))
}

func calls(s ast.Stmt) bool {
	found := false
	ast.Inspect(s, func(n ast.Node) bool {
		_, is := n.(*ast.CallExpr)
		found = found || is
		return !found
	})
	return found
}
