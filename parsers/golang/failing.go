package golang

import (
	"go/ast"
	"go/token"
	"go/types"
)

// failedIf tells a condition of which the outcome says that an error was had:
// err != nil where it holds, err == nil where it does not.
func (b *body) failedIf(cond ast.Expr, outcome bool) bool {
	switch c := ast.Unparen(cond).(type) {
	case *ast.UnaryExpr:
		return c.Op == token.NOT && b.failedIf(c.X, !outcome)
	case *ast.BinaryExpr:
		switch c.Op {
		case token.LAND, token.LOR:
			x, y := b.failedIf(c.X, outcome), b.failedIf(c.Y, outcome)
			if (c.Op == token.LAND) == outcome {
				return x || y // both are as they are said to be
			}
			return x && y
		case token.NEQ, token.EQL:
			return (c.Op == token.NEQ) == outcome && (b.isError(c.X) && b.isNil(c.Y) || b.isNil(c.X) && b.isError(c.Y))
		}
	}
	return false
}

func (b *body) isError(e ast.Expr) bool {
	t := b.typeOf(e)
	return t != nil && types.Identical(t, types.Universe.Lookup("error").Type())
}

func (b *body) isNil(e ast.Expr) bool { return b.x.Info.Types[e].IsNil() }
