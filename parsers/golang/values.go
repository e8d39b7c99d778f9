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
	if depth > maxValueDepth {
		return v
	}
	if tv, ok := b.x.Info.Types[e]; ok {
		if tv.IsNil() {
			v.Kind = unit.Nil
			return v
		}
		if tv.Value != nil {
			v.Kind, v.Parts = unit.Literal, spelled(e, tv.Value)
			return v
		}
	}
	b.describe(&v, ast.Unparen(e), depth)
	return v
}

// spelled is the text of a constant that stands there by its name.
func spelled(e ast.Expr, value constant.Value) []unit.Value {
	if _, literal := ast.Unparen(e).(*ast.BasicLit); literal || value.Kind() != constant.String {
		return nil
	}
	return []unit.Value{{Kind: unit.Literal, Type: "string", Text: cut(strconv.Quote(constant.StringVal(value)), 80)}}
}

func (b *body) describe(v *unit.Value, e ast.Expr, depth int) {
	switch e := e.(type) {
	case *ast.CompositeLit:
		v.Kind = unit.Collection
		if _, ok := structOf(b.typeOf(e)); ok {
			v.Kind = unit.New
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
	case *ast.FuncLit:
		v.Kind = unit.Func
		v.Callee = b.closureID(e)
	default:
		b.placeValue(v, e, depth)
	}
}

func (b *body) parts(v *unit.Value, list []ast.Expr, depth int) {
	for _, p := range list {
		if len(v.Parts) == maxParts {
			return
		}
		if kv, ok := p.(*ast.KeyValueExpr); ok {
			p = kv.Value
		}
		v.Parts = append(v.Parts, b.value(p, depth+1))
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
	if sel, ok := ast.Unparen(c.Fun).(*ast.SelectorExpr); ok {
		if _, isMethod := b.x.Info.Selections[sel]; isMethod {
			b.parts(v, []ast.Expr{sel.X}, depth)
		}
	}
	b.parts(v, c.Args, depth)
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
	first := b.value(binds[0].expr, depth+1)
	v.Kind, v.Callee, v.Parts = first.Kind, first.Callee, first.Parts
	if binds[0].elem || binds[0].fill || slices.ContainsFunc(binds[1:], func(x binding) bool { return !x.fill }) {
		v.Kind, v.Callee, v.Parts = unit.Compound, "", []unit.Value{first}
	}
	for _, bind := range binds[1:] {
		v.Parts = append(v.Parts[:len(v.Parts):len(v.Parts)], b.value(bind.expr, depth+1))
	}
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
