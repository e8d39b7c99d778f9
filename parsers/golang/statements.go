package golang

import (
	"go/ast"
	"go/constant"
	"go/types"
	"regexp"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// maxStatement bounds the text of a statement that is kept, in bytes.
const maxStatement = 2000

// statementText notes a constant string that reads like SQL. It reports whether
// the expression is a constant string, in which nothing else is to be found.
func (b *body) statementText(e ast.Expr) bool {
	switch e.(type) {
	case *ast.BasicLit, *ast.Ident, *ast.SelectorExpr, *ast.BinaryExpr:
	default:
		return false
	}
	tv := b.x.Info.Types[e]
	if tv.Value == nil || tv.Value.Kind() != constant.String {
		return false
	}
	if text := constant.StringVal(tv.Value); likeSQL(text) {
		b.fn.Statements = append(b.fn.Statements, unit.Statement{
			Text: cut(text, maxStatement), Tx: b.inTx(mode{}), Location: b.x.location(e.Pos(), e.End()),
		})
	}
	return true
}

// statementsInTx marks the statements that stand in locals which a call inside a
// transaction is given: they may have been written before it began.
func (b *body) statementsInTx(c *ast.CallExpr) {
	for _, a := range c.Args {
		id, ok := ast.Unparen(a).(*ast.Ident)
		if !ok {
			continue
		}
		v, _ := b.x.Info.Uses[id].(*types.Var)
		for _, bind := range b.shared.values[v] {
			around := b.x.location(bind.expr.Pos(), bind.expr.End())
			for i := range b.fn.Statements {
				s := &b.fn.Statements[i]
				s.Tx = s.Tx || within(s.Location, around)
			}
		}
	}
}

func within(l, around unit.Location) bool {
	starts := l.Line > around.Line || l.Line == around.Line && l.Column >= around.Column
	ends := l.EndLine < around.EndLine || l.EndLine == around.EndLine && l.EndColumn <= around.EndColumn
	return l.File == around.File && starts && ends
}

var sqlPattern = regexp.MustCompile(`(?is)^\s*(--[^\n]*\n\s*)*(select|insert\s+into|insert\s+or|insert\s+ignore|update|delete\s+from|replace\s+into|with|merge\s+into|truncate)\s.*|(?s:.*)\b(?-i:FROM|JOIN|INTO|UPDATE)\s+["\x60\[\w]`)

// likeSQL tells statements, and fragments with keywords in capitals, from prose.
func likeSQL(text string) bool {
	return len(text) >= 8 && sqlPattern.MatchString(text[:min(len(text), maxStatement)])
}
