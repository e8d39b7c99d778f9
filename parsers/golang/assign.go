package golang

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"github.com/stateaudit/stateaudit/internal/unit"
)

func (b *body) assign(s *ast.AssignStmt) {
	use := assignUse(b, s.Lhs)
	for _, r := range s.Rhs {
		if c, ok := ast.Unparen(r).(*ast.CallExpr); ok {
			b.call(c, use, mode{})
		} else {
			b.keep(r)
		}
	}
	if s.Tok == token.DEFINE && len(s.Lhs) == 1 {
		if _, ok := s.Lhs[0].(*ast.Ident); ok {
			return // a new local
		}
	}
	for i, l := range s.Lhs {
		var rhs ast.Expr
		switch {
		case i < len(s.Rhs) && len(s.Lhs) == len(s.Rhs):
			rhs = s.Rhs[i]
		case len(s.Rhs) == 1:
			rhs = s.Rhs[0]
		}
		b.write(l, s.Tok.String(), rhs)
	}
}

// assignUse grades what an assignment does with a call's result.
func assignUse(b *body, lhs []ast.Expr) unit.Use {
	use := unit.Dropped
	for _, l := range lhs {
		id, ok := l.(*ast.Ident)
		if !ok {
			return unit.Used
		}
		if id.Name == "_" {
			continue
		}
		if t := b.typeOf(id); t != nil && t.String() == "error" {
			use = unit.Checked
			continue
		}
		return unit.Used
	}
	return use
}

// write records what an assignment to l changes.
func (b *body) write(l ast.Expr, op string, rhs ast.Expr) {
	l = ast.Unparen(l)
	if id, ok := l.(*ast.Ident); ok {
		b.writeIdent(id, op, rhs)
		return
	}
	switch e := l.(type) {
	case *ast.IndexExpr:
		b.expr(e.Index)
		b.subexprs(e.X)
		var v *unit.Value
		if rhs != nil {
			w := b.value(rhs, 0)
			v = &w
		}
		key := b.value(e.Index, 0)
		b.modify(e.X, "[]"+op, v, &key)
		b.sessionValue(e, rhs)
	case *ast.StarExpr:
		b.record(e.X, unit.Write, "*"+op, rhs)
	case *ast.SelectorExpr:
		b.subexprs(e.X)
		if v, ok := b.x.Info.Uses[e.Sel].(*types.Var); ok && isPackageLevel(v) {
			b.variableOfLibrary(v, e)
		}
		b.record(e, unit.Write, b.appendOp(op, rhs), rhs)
	}
}

// variableOfLibrary declares the variable of a package outside the checkout that code of
// the checkout sets, where this package does first.
func (b *body) variableOfLibrary(v *types.Var, at *ast.SelectorExpr) {
	x, id := b.x, objectID(v)
	if b.fn.Test || x.local(v.Pkg().Path()) || x.set[id] {
		return
	}
	x.set[id] = true
	x.unit.Holders = append(x.unit.Holders, unit.Holder{
		ID: id, Symbol: v.Pkg().Name() + "." + v.Name(), Name: v.Name(), Kind: unit.Attribute, Owner: v.Pkg().Path(),
		Type: typeString(v.Type()), Elem: elemString(v.Type()), Plain: isPlain(v.Type(), 0), Location: x.location(at.Pos(), at.End()),
	})
}

// writeIdent handles package variables and variables of an enclosing function;
// a plain local is nobody's state.
func (b *body) writeIdent(id *ast.Ident, op string, rhs ast.Expr) {
	obj := b.x.Info.ObjectOf(id)
	v, ok := obj.(*types.Var)
	if !ok || id.Name == "_" {
		return
	}
	var p unit.Place
	switch {
	case isPackageLevel(v):
		p = unit.Place{Root: unit.RootHolder, Name: objectID(v)}
	case b.isCaptured(v):
		p = unit.Place{Root: unit.RootHolder, Name: b.captured(v)}
	default:
		return
	}
	b.recordAt([]unit.Place{p}, id, unit.Write, b.appendOp(op, rhs), rhs)
}

func (b *body) appendOp(op string, rhs ast.Expr) string {
	if c, ok := rhs.(*ast.CallExpr); ok {
		if id, ok := c.Fun.(*ast.Ident); ok && id.Name == "append" {
			return "append"
		}
	}
	return op
}

// record notes an access of everything that e may denote.
func (b *body) record(e ast.Expr, kind unit.AccessKind, op string, rhs ast.Expr) {
	b.recordAt(b.places(e, 0), e, kind, op, rhs)
}

func (b *body) recordAt(places []unit.Place, at ast.Expr, kind unit.AccessKind, op string, rhs ast.Expr) {
	a := unit.Access{Kind: kind, Op: op, Location: b.x.location(at.Pos(), at.End())}
	if rhs != nil {
		v := b.value(rhs, 0)
		a.Value = &v
		a.Reset = isEmpty(v) || cutToNothing(rhs)
	}
	for _, p := range places {
		a.Place = p
		b.access(a)
	}
}

// modify notes that the content of e changes in place.
func (b *body) modify(e ast.Expr, op string, v, key *unit.Value) {
	a := unit.Access{Kind: unit.Modify, Op: op, Value: v, Key: key, Location: b.x.location(e.Pos(), e.End())}
	a.Reset = op == "clear" || op == "delete" || (v != nil && isEmpty(*v))
	for _, p := range b.places(e, 0) {
		a.Place = p
		b.access(a)
	}
}

// access adds what holds at this point and keeps the access, unless it is of a
// place that no one else can see.
func (b *body) access(a unit.Access) {
	if a.Place.Root == unit.RootLocal && len(a.Place.Path) == 0 || a.Place.Root == unit.RootUnknown {
		return
	}
	if a.Kind == unit.Read {
		key := placeText(a.Place)
		if b.seen[key] {
			return
		}
		b.seen[key] = true
	}
	a.Guards = slices.Clone(b.guards)
	a.Lazy = a.Lazy || slices.Contains(b.lazy, placeText(a.Place)) || slices.Contains(b.guards, onceGuard)
	a.Refused = a.Lazy && slices.Contains(b.refuse, placeText(a.Place))
	if a.Lazy && a.Reset && a.Kind == unit.Write {
		a.Kind, a.Reset = unit.Init, false // an empty map in place of none
	}
	b.fn.Accesses = append(b.fn.Accesses, a)
}

// onceGuard stands among the guards for code that runs once in the life of the
// process.
const onceGuard = "once"

// cutToNothing tells a slice of which nothing is left but its room: rows[:0].
func cutToNothing(e ast.Expr) bool {
	s, ok := ast.Unparen(e).(*ast.SliceExpr)
	if !ok || s.Low != nil || s.High == nil {
		return false
	}
	high, ok := ast.Unparen(s.High).(*ast.BasicLit)
	return ok && high.Value == "0"
}

func isEmpty(v unit.Value) bool {
	return v.Kind == unit.Nil || v.Kind == unit.Collection && len(v.Parts) == 0 ||
		v.Kind == unit.New && len(v.Parts) == 0 && v.Text == "make"
}
