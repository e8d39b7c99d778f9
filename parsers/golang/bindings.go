package golang

import (
	"go/ast"
	"go/token"
	"go/types"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// bindings is what is known of the local variables of a declared function and
// of its closures. It is flow-insensitive: a local may be anything that is ever
// assigned to it. That errs towards seeing an alias too many, which is safe,
// since a finding needs a change through it while serving as well.
type bindings struct {
	x        *extractor
	fn       *unit.Function
	recv     *types.Var
	owner    map[*types.Var]ast.Node // the closure that declares it, nil for the function itself
	values   map[*types.Var][]binding
	captures map[*types.Var]string
	blocks   map[*types.Var][]ast.Stmt // in which it is declared
	closures int
	block    *ast.BlockStmt // of the declared function
}

// binding is one value assigned to a local.
type binding struct {
	expr ast.Expr
	elem bool // the local is an element of expr: range
	nth  int  // which result of a call
	fill bool // expr is a call that was given the local's address
	// field is the field of the local that is set, if expr is put into one.
	field string
}

func newBindings(x *extractor, fn *unit.Function) *bindings {
	return &bindings{x: x, fn: fn, owner: map[*types.Var]ast.Node{}, values: map[*types.Var][]binding{}, captures: map[*types.Var]string{}, blocks: map[*types.Var][]ast.Stmt{}}
}

// collect walks the whole function once, closures included; of package variables, each
// initialiser, where only closures have locals.
func (s *bindings) collect(block ast.Node) {
	var stack []ast.Node
	var closures []ast.Node
	ast.Inspect(block, func(n ast.Node) bool {
		if n == nil {
			if _, ok := stack[len(stack)-1].(*ast.FuncLit); ok {
				closures = closures[:len(closures)-1]
			}
			stack = stack[:len(stack)-1]
			return true
		}
		stack = append(stack, n)
		if f, ok := n.(*ast.FuncLit); ok {
			closures = append(closures, f)
		}
		var in ast.Node
		if len(closures) > 0 {
			in = closures[len(closures)-1]
		}
		s.node(n, in)
		if id, ok := n.(*ast.Ident); ok {
			s.declare(id, stack)
		}
		return true
	})
}

func (s *bindings) node(n, in ast.Node) {
	switch n := n.(type) {
	case *ast.Ident:
		if v, ok := s.x.Info.Defs[n].(*types.Var); ok {
			s.owner[v] = in
		}
	case *ast.AssignStmt:
		s.pairs(n.Lhs, n.Rhs)
	case *ast.ValueSpec:
		lhs := make([]ast.Expr, len(n.Names))
		for i, name := range n.Names {
			lhs[i] = name
		}
		s.pairs(lhs, n.Values)
	case *ast.RangeStmt:
		s.bind(n.Value, binding{expr: n.X, elem: true})
	case *ast.TypeSwitchStmt:
		s.typeSwitch(n)
	case *ast.CallExpr:
		for _, a := range n.Args {
			if u, ok := a.(*ast.UnaryExpr); ok && u.Op == token.AND {
				s.bind(u.X, binding{expr: n, fill: true})
			}
		}
	}
}

// typeSwitch binds the variable that each clause of a type switch declares.
func (s *bindings) typeSwitch(n *ast.TypeSwitchStmt) {
	a, ok := n.Assign.(*ast.AssignStmt)
	if !ok || len(a.Rhs) != 1 {
		return
	}
	for _, c := range n.Body.List {
		if v, ok := s.x.Info.Implicits[c].(*types.Var); ok {
			s.values[v] = append(s.values[v], binding{expr: a.Rhs[0]})
		}
	}
}

func (s *bindings) pairs(lhs, rhs []ast.Expr) {
	for i, l := range lhs {
		switch {
		case len(lhs) == len(rhs):
			s.bind(l, binding{expr: rhs[i]})
		case len(rhs) == 1:
			s.bind(l, binding{expr: rhs[0], nth: i})
		}
	}
}

func (s *bindings) bind(l ast.Expr, b binding) {
	if root := rootOf(l); root != l {
		b.field = fieldOf(l)
		l, b.fill = root, true // what is put into a local collection or object
	}
	id, ok := l.(*ast.Ident)
	if !ok || id.Name == "_" {
		return
	}
	if v, ok := s.x.Info.ObjectOf(id).(*types.Var); ok && !isPackageLevel(v) && len(s.values[v]) < 6 {
		s.values[v] = append(s.values[v], b)
	}
}

// rootOf is the variable that an element or field belongs to.
func rootOf(e ast.Expr) ast.Expr {
	for {
		switch x := e.(type) {
		case *ast.IndexExpr:
			e = x.X
		case *ast.SelectorExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		case *ast.ParenExpr:
			e = x.X
		default:
			return e
		}
	}
}

func isPackageLevel(v *types.Var) bool {
	return v.Pkg() != nil && v.Parent() == v.Pkg().Scope()
}

// isCaptured tells whether this body sees the variable of a function around it.
func (b *body) isCaptured(v *types.Var) bool {
	if b.node == nil || v.IsField() || isPackageLevel(v) {
		return false
	}
	owner, known := b.shared.owner[v]
	return known && owner != b.node && !encloses(b.node, v)
}

// encloses tells whether a variable is declared inside a closure, in a closure
// of its own that has been read as part of it.
func encloses(n ast.Node, v *types.Var) bool { return n.Pos() <= v.Pos() && v.Pos() < n.End() }

// ownerOf is the function or closure that declares a local.
func (b *body) ownerOf(v *types.Var) string {
	if lit, ok := b.shared.owner[v].(*ast.FuncLit); ok {
		return b.closureID(lit)
	}
	return b.shared.fn.ID
}

// captured returns the ID of the holder for a variable that a closure keeps,
// and declares it on first sight.
func (b *body) captured(v *types.Var) string {
	if id, ok := b.shared.captures[v]; ok {
		return id
	}
	s := b.shared
	id := s.fn.ID + "." + v.Name()
	for _, used := range s.captures {
		if used == id {
			id += "@" + itoa(b.x.Fset.Position(v.Pos()).Line)
			break
		}
	}
	s.captures[v] = id
	h := unit.Holder{
		ID: id, Symbol: s.fn.Symbol + "." + v.Name(), Name: v.Name(), Kind: unit.Captured, Owner: b.ownerOf(v),
		Type: typeString(v.Type()), Elem: elemString(v.Type()), Handle: b.x.handle(v.Type()), Test: s.fn.Test,
		Location: b.x.location(v.Pos(), v.Pos()+tokenLen(v.Name())),
	}
	if vals := s.values[v]; len(vals) > 0 && !vals[0].elem {
		h.Value = b.value(vals[0].expr, 0)
	}
	b.x.unit.Holders = append(b.x.unit.Holders, h)
	return id
}
