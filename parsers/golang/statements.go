package golang

import (
	"go/ast"
	"go/constant"
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
		b.fn.Statements = append(b.fn.Statements, unit.Statement{Text: cut(text, maxStatement), Location: b.x.location(e.Pos(), e.End())})
	}
	return true
}

var sqlPattern = regexp.MustCompile(`(?is)^\s*(--[^\n]*\n\s*)*(select|insert\s+into|insert\s+or|insert\s+ignore|update|delete\s+from|replace\s+into|with|merge\s+into|truncate)\s.*|(?s:.*)\b(?-i:FROM|JOIN|INTO|UPDATE)\s+["\x60\[\w]`)

// likeSQL tells statements, and fragments with keywords in capitals, from prose.
func likeSQL(text string) bool {
	return len(text) >= 8 && sqlPattern.MatchString(text[:min(len(text), maxStatement)])
}
