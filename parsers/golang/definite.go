package golang

import (
	"go/ast"
	"go/token"
	"go/types"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// declare notes the statements among which a local is declared.
func (s *bindings) declare(id *ast.Ident, stack []ast.Node) {
	v, ok := s.x.Info.Defs[id].(*types.Var)
	if !ok {
		return
	}
	for i := len(stack) - 1; i >= 0; i-- {
		switch n := stack[i].(type) {
		case *ast.BlockStmt:
			s.blocks[v] = n.List
			return
		case *ast.CaseClause:
			s.blocks[v] = n.Body
			return
		case *ast.CommClause:
			s.blocks[v] = n.Body
			return
		}
	}
}

// fieldOf is the field of a local that an expression names, "" if it names anything
// else.
func fieldOf(e ast.Expr) string {
	if sel, ok := ast.Unparen(e).(*ast.SelectorExpr); ok {
		if _, ok := ast.Unparen(sel.X).(*ast.Ident); ok {
			return sel.Sel.Name
		}
	}
	return ""
}

// always tells whether a local, or a field of it, is set on every way through the
// statements among which it is declared. Loops are taken not to be entered, and a
// closure not to be called.
func (s *bindings) always(v *types.Var, field string) bool {
	sets := func(e ast.Expr) bool {
		if field != fieldOf(e) {
			return false
		}
		id, ok := rootOf(e).(*ast.Ident)
		return ok && s.x.Info.ObjectOf(id) == v
	}
	return covers(s.blocks[v], func(n ast.Stmt) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for _, l := range n.Lhs {
				if sets(l) {
					return true
				}
			}
		case *ast.DeclStmt:
			g, ok := n.Decl.(*ast.GenDecl)
			if !ok {
				return false
			}
			for _, spec := range g.Specs {
				if vs, ok := spec.(*ast.ValueSpec); ok && len(vs.Values) > 0 {
					for _, name := range vs.Names {
						if sets(name) {
							return true
						}
					}
				}
			}
		}
		return false
	})
}

// covers tells whether each way through statements meets one that sets something, or
// ends.
func covers(list []ast.Stmt, sets func(ast.Stmt) bool) bool {
	for _, n := range list {
		if sets(n) || leavesBlock(n) {
			return true
		}
		switch n := n.(type) {
		case *ast.BlockStmt:
			if covers(n.List, sets) {
				return true
			}
		case *ast.IfStmt:
			if n.Else != nil && covers(n.Body.List, sets) && covers([]ast.Stmt{n.Else}, sets) {
				return true
			}
		case *ast.SwitchStmt:
			if clauses(n.Body, sets) {
				return true
			}
		case *ast.TypeSwitchStmt:
			if clauses(n.Body, sets) {
				return true
			}
		}
	}
	return false
}

// clauses tells whether a switch has a default, and each of its clauses is covered.
func clauses(body *ast.BlockStmt, sets func(ast.Stmt) bool) bool {
	def := false
	for _, c := range body.List {
		clause, ok := c.(*ast.CaseClause)
		if !ok || !covers(clause.Body, sets) {
			return false
		}
		def = def || clause.List == nil
	}
	return def
}

// leavesBlock tells a statement behind which nothing more of its block runs.
func leavesBlock(n ast.Stmt) bool {
	switch n := n.(type) {
	case *ast.ReturnStmt:
		return true
	case *ast.BranchStmt:
		return n.Tok == token.CONTINUE || n.Tok == token.GOTO
	case *ast.ExprStmt:
		c, ok := n.X.(*ast.CallExpr)
		if !ok {
			return false
		}
		switch fun := ast.Unparen(c.Fun).(type) {
		case *ast.Ident:
			return fun.Name == "panic"
		case *ast.SelectorExpr:
			return fun.Sel.Name == "Exit" || len(fun.Sel.Name) >= 5 && fun.Sel.Name[:5] == "Fatal"
		}
	}
	return false
}

// open tells a local of an interface that may be nil still where it is used: it is
// declared without a value and not set on every way.
func (s *bindings) open(v *types.Var) bool {
	if i, ok := v.Type().Underlying().(*types.Interface); !ok || i.NumMethods() == 0 || types.Identical(v.Type(), types.Universe.Lookup("error").Type()) {
		return false
	}
	return len(s.blocks[v]) > 0 && !s.always(v, "")
}

// either is a value that may also be nil, since it is not set on every way.
func either(v unit.Value) unit.Value {
	out := unit.Value{Kind: unit.Compound, Callee: unit.Branches, Type: v.Type, Field: v.Field, Parts: []unit.Value{v, {Kind: unit.Nil}}}
	return out
}
