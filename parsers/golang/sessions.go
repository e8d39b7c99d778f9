package golang

import (
	"go/ast"
	"go/types"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// sessionValue notes s.Values[k] = v of a gorilla session: a map that is written
// without a call, on an object that the library hands out.
func (b *body) sessionValue(e *ast.IndexExpr, rhs ast.Expr) {
	sel, ok := ast.Unparen(e.X).(*ast.SelectorExpr)
	if !ok || sel.Sel.Name != "Values" || rhs == nil {
		return
	}
	t := b.typeOf(sel.X)
	if p, ok := t.(*types.Pointer); ok {
		t = p.Elem()
	}
	if t == nil || typeString(t) != "github.com/gorilla/sessions.Session" {
		return
	}
	b.fn.Sessions = append(b.fn.Sessions, unit.SessionUse{
		Store: "github.com/gorilla/sessions.Session.Values", Key: b.x.text(e.Index), Op: "=", Value: b.value(rhs, 0),
		Location: b.x.location(e.Pos(), e.End()),
	})
}
