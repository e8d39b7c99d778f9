package golang

import (
	"bytes"
	"go/ast"
	"go/constant"
	"go/printer"
	"go/token"
	"go/types"
	"slices"
	"strconv"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

const (
	maxValueDepth = 4
	maxParts      = 12
)

// staticValue describes the initialiser of a package variable.
func (x *extractor) staticValue(e ast.Expr, depth int) unit.Value {
	fn := unit.Function{ID: x.Types.Path() + ".<vars>"}
	return newBody(x, &fn, nil, nil, nil).value(e, depth)
}

// value describes an expression.
func (b *body) value(e ast.Expr, depth int) unit.Value {
	v := unit.Value{Type: typeString(b.typeOf(e)), Text: b.x.text(e)}
	if tv, ok := b.x.Info.Types[e]; ok {
		if tv.IsNil() {
			v.Kind = unit.Nil
			return v
		}
		if tv.Value != nil {
			v.Kind, v.Parts, v.Locks = unit.Literal, spelled(e, tv.Value), locksRows(tv.Value)
			return v
		}
	}
	if lit, ok := ast.Unparen(e).(*ast.FuncLit); ok {
		v.Kind, v.Callee = unit.Func, b.closureID(lit)
	} else if depth <= maxValueDepth {
		b.describe(&v, ast.Unparen(e), depth)
	}
	return v
}

// spelled is the text of a constant that stands there by its name.
func spelled(e ast.Expr, value constant.Value) []unit.Value {
	if _, literal := ast.Unparen(e).(*ast.BasicLit); literal || value.Kind() != constant.String {
		return nil
	}
	return []unit.Value{{Kind: unit.Literal, Type: "string", Text: cut(strconv.Quote(constant.StringVal(value)), 80)}}
}

// locksRows tells a statement that locks the rows which it reads, also where that stands behind what
// is kept of its text.
func locksRows(value constant.Value) bool {
	return value.Kind() == constant.String && strings.Contains(strings.ToUpper(constant.StringVal(value)), "FOR UPDATE")
}

func (b *body) describe(v *unit.Value, e ast.Expr, depth int) {
	switch e := e.(type) {
	case *ast.CompositeLit:
		v.Kind = unit.Collection
		if s, ok := structOf(b.typeOf(e)); ok {
			v.Kind = unit.New
			if types.Unalias(b.typeOf(e)) == types.Type(s) && s.NumFields() == 0 {
				v.Kind = unit.Literal // struct{}{}, of which there is only one
			}
		}
		b.parts(v, e.Elts, depth)
	case *ast.UnaryExpr:
		if e.Op == token.AND {
			inner := b.value(e.X, depth)
			inner.Type = v.Type
			if _, literal := ast.Unparen(e.X).(*ast.CompositeLit); !literal {
				inner.Text = v.Text // an address is told by its sign
			}
			*v = inner
			return
		}
		v.Kind = unit.Compound
		b.parts(v, []ast.Expr{e.X}, depth)
	case *ast.BinaryExpr:
		v.Kind = unit.Compound
		b.parts(v, []ast.Expr{e.X, e.Y}, depth)
	case *ast.CallExpr:
		b.callValue(v, e, depth)
	default:
		b.placeValue(v, e, depth)
	}
}

func (b *body) parts(v *unit.Value, list []ast.Expr, depth int) {
	for _, p := range list {
		if len(v.Parts) == maxParts {
			return
		}
		field := ""
		if kv, ok := p.(*ast.KeyValueExpr); ok {
			if id, ok := kv.Key.(*ast.Ident); ok && v.Kind == unit.New {
				field = id.Name
			}
			p = kv.Value
		}
		part := b.value(p, depth+1)
		part.Field = field
		v.Parts = append(v.Parts, part)
	}
}

func (b *body) callValue(v *unit.Value, c *ast.CallExpr, depth int) {
	if b.isConversion(c) && len(c.Args) == 1 {
		inner := b.value(c.Args[0], depth+1)
		inner.Type = v.Type
		*v = inner
		return
	}
	if id, ok := ast.Unparen(c.Fun).(*ast.Ident); ok {
		if _, builtin := b.x.Info.Uses[id].(*types.Builtin); builtin {
			b.builtinValue(v, id.Name, c, depth)
			return
		}
	}
	v.Kind = unit.Result
	if f := b.calleeFunc(c); f != nil {
		v.Callee = funcID(f)
	} else {
		v.Callee = b.heldFunction(c.Fun, depth)
	}
	if v.Callee == "" || v.Callee == "&"+unit.Element {
		b.parts(v, []ast.Expr{collectionOf(c.Fun)}, depth) // what holds the function
	}
	if sel, ok := ast.Unparen(c.Fun).(*ast.SelectorExpr); ok {
		if _, isMethod := b.x.Info.Selections[sel]; isMethod {
			b.parts(v, []ast.Expr{sel.X}, depth)
		}
	}
	b.parts(v, c.Args, depth)
}

// collectionOf is the collection of which an expression is an element, or the
// expression itself.
func collectionOf(e ast.Expr) ast.Expr {
	if i, ok := ast.Unparen(e).(*ast.IndexExpr); ok {
		return i.X
	}
	return e
}

// heldFunction names a function value by where it is kept: & and the holder, or
// the number of the parameter.
func (b *body) heldFunction(fun ast.Expr, depth int) string {
	for _, p := range b.places(fun, depth+1) {
		switch n := len(p.Path); {
		case n > 0:
			return "&" + p.Path[n-1]
		case p.Root == unit.RootHolder:
			return "&" + p.Name
		case p.Root == unit.RootParam:
			return "&param:" + p.Name
		}
	}
	return ""
}

func (b *body) builtinValue(v *unit.Value, name string, c *ast.CallExpr, depth int) {
	switch name {
	case "make", "new":
		v.Kind, v.Text = unit.New, name
		t := b.typeOf(c) // nil where what is made comes from a module that could not be had
		if t == nil || name != "make" {
			return
		}
		if _, ok := t.Underlying().(*types.Chan); ok {
			v.Direct = len(c.Args) == 1 || isZero(c.Args[1])
		}
	default:
		v.Kind = unit.Compound
		b.parts(v, c.Args, depth)
	}
}

// placeValue describes a variable: by what was assigned to it if it is a local,
// by its place otherwise.
func (b *body) placeValue(v *unit.Value, e ast.Expr, depth int) {
	if f := b.funcRef(e); f != nil {
		v.Kind, v.Callee = unit.Func, funcID(f)
		return
	}
	ps := b.places(e, depth)
	if id, ok := e.(*ast.Ident); ok {
		if obj, ok := b.x.Info.ObjectOf(id).(*types.Var); ok && !isPackageLevel(obj) {
			b.localValue(v, obj, depth)
		}
	}
	if sel, ok := e.(*ast.SelectorExpr); ok && v.Kind == unit.Unknown {
		b.fieldValue(v, sel, depth)
	}
	if len(ps) > 0 && ps[0].Root != unit.RootLocal {
		p := ps[0]
		v.Place = &p
		if v.Kind == unit.Unknown {
			v.Kind = unit.PlaceValue
		}
	}
}

func (b *body) localValue(v *unit.Value, obj *types.Var, depth int) {
	binds := b.shared.values[obj]
	if len(binds) == 0 {
		return
	}
	first := b.bound(binds[0], obj, depth)
	v.Kind, v.Callee, v.Parts = first.Kind, first.Callee, first.Parts
	if first.Kind == unit.Literal && len(first.Parts) == 0 {
		v.Parts = []unit.Value{first} // whose text is that of the local
	}
	open := b.shared.open(obj)
	if open || binds[0].elem || binds[0].fill || slices.ContainsFunc(binds[1:], func(x binding) bool { return !x.fill }) {
		v.Kind, v.Callee, v.Parts = unit.Compound, "", []unit.Value{first}
		if !slices.ContainsFunc(binds, func(x binding) bool { return x.fill || x.elem }) {
			v.Callee = unit.Branches
		}
	}
	for _, bind := range binds[1:] {
		v.Parts = append(v.Parts[:len(v.Parts):len(v.Parts)], b.bound(bind, obj, depth))
	}
	if open {
		v.Parts = append(v.Parts, unit.Value{Kind: unit.Nil})
	}
}

// fieldValue describes a field of an object that the function makes itself, by what is
// put into it there.
func (b *body) fieldValue(v *unit.Value, sel *ast.SelectorExpr, depth int) {
	id, ok := ast.Unparen(sel.X).(*ast.Ident)
	if !ok {
		return
	}
	obj, ok := b.x.Info.ObjectOf(id).(*types.Var)
	if !ok || isPackageLevel(obj) || len(b.shared.values[obj]) == 0 {
		return
	}
	made := b.value(id, depth+1)
	if made.Kind == unit.Result && made.Callee != "" {
		v.Kind, v.Parts = unit.Compound, []unit.Value{made} // a part of what a call has handed out
		return
	}
	if made.Kind != unit.New {
		return
	}
	if given := made.Given(sel.Sel.Name); len(given) > 0 {
		v.Kind, v.Callee, v.Parts = unit.Compound, unit.Branches, given
	}
}

// bound is one of the values that a local, or a field of it, is given.
func (b *body) bound(bind binding, obj *types.Var, depth int) unit.Value {
	v := b.value(bind.expr, depth+1)
	if v.Field = bind.field; v.Field != "" && !b.shared.always(obj, v.Field) {
		return either(v)
	}
	return v
}

// funcRef is the function that an expression names without calling it.
func (b *body) funcRef(e ast.Expr) *types.Func {
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		f, _ := b.x.Info.Uses[e].(*types.Func)
		return f
	case *ast.SelectorExpr:
		f, _ := b.x.Info.Uses[e.Sel].(*types.Func)
		return f
	case *ast.IndexExpr:
		return b.funcRef(e.X)
	}
	return nil
}

// text is the source of an expression, cut short.
func (x *extractor) text(e ast.Expr) string {
	if _, ok := e.(*ast.FuncLit); ok {
		return "func literal"
	}
	if e.End()-e.Pos() > 400 {
		return ""
	}
	var buf bytes.Buffer
	if err := printer.Fprint(&buf, x.Fset, e); err != nil {
		return ""
	}
	return cut(buf.String(), 80)
}
