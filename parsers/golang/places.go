package golang

import (
	"go/ast"
	"go/token"
	"go/types"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// maxDepth bounds how far an alias is followed, maxPlaces how many places an
// expression may denote. Real code needs two or three of each.
const (
	maxDepth  = 8
	maxPlaces = 4
)

func tokenLen(s string) token.Pos { return token.Pos(len(s)) }

// places lists what an expression may denote: where its value lives, not what
// it is. Empty if it is a value of its own.
func (b *body) places(e ast.Expr, depth int) []unit.Place {
	if depth > maxDepth {
		return nil
	}
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		return b.identPlaces(e, depth)
	case *ast.SelectorExpr:
		return b.selectorPlaces(e, depth)
	case *ast.IndexExpr:
		return step(b.places(e.X, depth+1), unit.Element)
	case *ast.StarExpr:
		return b.places(e.X, depth+1)
	case *ast.SliceExpr:
		return b.places(e.X, depth+1)
	case *ast.TypeAssertExpr:
		return b.places(e.X, depth+1)
	case *ast.UnaryExpr:
		switch e.Op {
		case token.AND:
			return b.places(e.X, depth+1)
		case token.ARROW:
			return step(b.places(e.X, depth+1), unit.Element)
		}
	case *ast.CallExpr:
		return b.callPlaces(e, depth)
	case *ast.CompositeLit:
		return []unit.Place{{Root: unit.RootLocal, Name: typeString(b.typeOf(e))}}
	}
	return nil
}

func step(ps []unit.Place, s string) []unit.Place {
	out := make([]unit.Place, 0, len(ps))
	for _, p := range ps {
		if len(p.Path) >= maxDepth {
			continue
		}
		path := make([]string, 0, len(p.Path)+1)
		path = append(append(path, p.Path...), s)
		out = append(out, unit.Place{Root: p.Root, Name: p.Name, Path: path})
	}
	return out
}

func (b *body) identPlaces(id *ast.Ident, depth int) []unit.Place {
	v, ok := b.x.Info.ObjectOf(id).(*types.Var)
	if !ok {
		return nil
	}
	if isPackageLevel(v) {
		return []unit.Place{{Root: unit.RootHolder, Name: objectID(v)}}
	}
	if v == b.shared.recv {
		return []unit.Place{{Root: unit.RootReceiver}}
	}
	if i, ok := b.params[v]; ok {
		return []unit.Place{{Root: unit.RootParam, Name: itoa(i)}}
	}
	out := b.aliases(v, depth)
	if b.isCaptured(v) {
		out = append(out, unit.Place{Root: unit.RootHolder, Name: b.captured(v)})
	}
	if len(out) == 0 {
		out = []unit.Place{{Root: unit.RootLocal, Name: typeString(v.Type())}}
	}
	return out
}

// aliases follows a local back to what was assigned to it, if a copy of such a
// value still shares its content.
func (b *body) aliases(v *types.Var, depth int) []unit.Place {
	var out []unit.Place
	for _, bind := range b.shared.values[v] {
		if bind.fill || !isReference(v.Type()) {
			continue
		}
		ps := b.places(bind.expr, depth+1)
		if bind.elem {
			ps = step(ps, unit.Element)
		}
		if c, ok := ast.Unparen(bind.expr).(*ast.CallExpr); ok && bind.nth > 0 && !b.isConversion(c) {
			continue // a second result is a flag or an error
		}
		out = append(out, ps...)
		if len(out) >= maxPlaces {
			return out[:maxPlaces]
		}
	}
	return out
}

func (b *body) selectorPlaces(e *ast.SelectorExpr, depth int) []unit.Place {
	if sel, ok := b.x.Info.Selections[e]; ok {
		if sel.Kind() != types.FieldVal {
			return nil
		}
		return b.fieldPlaces(e, sel, depth)
	}
	v, ok := b.x.Info.Uses[e.Sel].(*types.Var)
	if !ok || !isPackageLevel(v) {
		return nil
	}
	return []unit.Place{{Root: unit.RootHolder, Name: objectID(v)}}
}

// fieldPlaces walks the embedded fields that a selector leaves out.
func (b *body) fieldPlaces(e *ast.SelectorExpr, sel *types.Selection, depth int) []unit.Place {
	out := b.places(e.X, depth+1)
	if len(out) == 0 {
		out = []unit.Place{{Root: unit.RootUnknown}}
	}
	for _, id := range fieldPath(sel) {
		out = step(out, id)
	}
	return out
}

// fieldPath lists the IDs of the fields that a selection walks, embedded ones
// included.
func fieldPath(sel *types.Selection) []string {
	var out []string
	t := sel.Recv()
	for _, i := range sel.Index() {
		named := namedOf(t)
		st, ok := structOf(t)
		if !ok || i >= st.NumFields() {
			return out
		}
		f := st.Field(i)
		owner := ""
		if named != nil {
			owner = typeID(named)
		}
		out = append(out, owner+"."+f.Name())
		t = f.Type()
	}
	return out
}

func structOf(t types.Type) (*types.Struct, bool) {
	if t == nil { // of code that does not type-check
		return nil, false
	}
	t = types.Unalias(t)
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	st, ok := t.Underlying().(*types.Struct)
	return st, ok
}

// callPlaces follows a call to what it hands out.
func (b *body) callPlaces(c *ast.CallExpr, depth int) []unit.Place {
	if b.isConversion(c) && len(c.Args) == 1 {
		return b.places(c.Args[0], depth+1)
	}
	if id, ok := ast.Unparen(c.Fun).(*ast.Ident); ok {
		if _, builtin := b.x.Info.Uses[id].(*types.Builtin); builtin {
			if id.Name == "append" && len(c.Args) > 0 {
				return b.places(c.Args[0], depth+1)
			}
			return []unit.Place{{Root: unit.RootLocal, Name: typeString(b.typeOf(c))}}
		}
	}
	f := b.calleeFunc(c)
	if f == nil || !isReference(firstResult(f)) {
		return nil
	}
	if b.x.isExternal(f) {
		return b.handedOut(c, f, depth)
	}
	return []unit.Place{{Root: unit.RootResult, Name: funcID(f)}}
}

// handedOut treats the look-up methods of foreign containers (sync.Map.Load,
// lru.Get) as leading to an element of the container.
func (b *body) handedOut(c *ast.CallExpr, f *types.Func, depth int) []unit.Place {
	sel, ok := ast.Unparen(c.Fun).(*ast.SelectorExpr)
	if !ok || !lookUpMethods[f.Name()] {
		return nil
	}
	return step(b.places(sel.X, depth+1), unit.Element)
}

// lookUpMethods are the names under which containers hand out what they hold.
var lookUpMethods = map[string]bool{"Load": true, "LoadOrStore": true, "LoadAndDelete": true, "Get": true, "Peek": true, "Value": true, "GetIfPresent": true, "GetOrSet": true}

func firstResult(f *types.Func) types.Type {
	sig, ok := f.Type().(*types.Signature)
	if !ok || sig.Results().Len() == 0 {
		return nil
	}
	return sig.Results().At(0).Type()
}

func (b *body) isConversion(c *ast.CallExpr) bool {
	tv, ok := b.x.Info.Types[c.Fun]
	return ok && tv.IsType()
}

// isExternal tells whether a function belongs to a package outside the one
// module being read. Without module information the first path element decides.
func (x *extractor) isExternal(f *types.Func) bool {
	if f.Pkg() == nil {
		return true
	}
	return !x.local(f.Pkg().Path())
}
