package golang

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
)

// turn notes what the main line of a program does again and again: in each turn of a loop that
// waits on channels. Where it waits for a signal, that starts things anew or ends them, and only
// what is done when time has passed is a turn.
func (b *body) turn(loop *ast.BlockStmt) {
	switch {
	case !slices.Contains(b.fn.Attrs, "waits-for-signal"):
		if waitsOnChannel(loop) {
			b.x.turns = append(b.x.turns, loop)
		}
	case b.waitsForTime(loop):
		b.x.turns = append(b.x.turns, loop)
	default:
		for _, s := range loop.List {
			if sel, ok := s.(*ast.SelectStmt); ok {
				b.timedClauses(sel)
			}
		}
	}
}

func (b *body) timedClauses(sel *ast.SelectStmt) {
	for _, c := range sel.Body.List {
		if c, ok := c.(*ast.CommClause); ok && b.ticks(c.Comm) {
			b.x.turns = append(b.x.turns, c)
		}
	}
}

// ticks tells a statement that takes from a channel of times.
func (b *body) ticks(s ast.Stmt) bool {
	var e ast.Expr
	switch s := s.(type) {
	case *ast.ExprStmt:
		e = s.X
	case *ast.AssignStmt:
		if len(s.Rhs) == 1 {
			e = s.Rhs[0]
		}
	}
	u, ok := ast.Unparen(e).(*ast.UnaryExpr)
	return ok && u.Op == token.ARROW && b.isTimes(u.X)
}

// isTimes tells a channel of times: of a ticker or a timer.
func (b *body) isTimes(e ast.Expr) bool {
	t := b.typeOf(e)
	if t == nil {
		return false
	}
	ch, ok := t.Underlying().(*types.Chan)
	return ok && typeString(ch.Elem()) == "time.Time"
}

// waitsForTime tells the body of a loop that is never left and lets time pass in each turn.
func (b *body) waitsForTime(loop *ast.BlockStmt) bool {
	w := &way{}
	ast.Walk(w, loop)
	return !w.leaves && slices.ContainsFunc(loop.List, func(s ast.Stmt) bool {
		if b.ticks(s) {
			return true
		}
		e, ok := s.(*ast.ExprStmt)
		if !ok {
			return false
		}
		c, ok := e.X.(*ast.CallExpr)
		if !ok {
			return false
		}
		f := b.calleeFunc(c)
		return f != nil && funcID(f) == "time.Sleep"
	})
}
