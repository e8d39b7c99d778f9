package golang

import (
	"go/ast"
	"go/token"
	"go/types"
)

// fill puts something of which only the type is known where an expression does not type-check, as
// long as what surrounds it says which type that is: an argument of a method that is known, a value
// that goes to a variable of a known type. The statement is read as it stands but for that value.
// What a module that cannot be had hands out, an id or a setting, is used all over a function, and
// without it the function would seem to do nothing.
//
// What the expression itself did is not read. want is the type that its place asks for, nil if
// there is none.
func (p *pruned) fill(at *ast.Expr, want types.Type) bool {
	if *at == nil || p.fits(*at) {
		return true
	}
	own := p.info.TypeOf(*at)
	if p.within(*at) {
		return true
	}
	switch {
	case isValue(own):
		p.put(at, types.Default(own))
	case isValue(want):
		p.put(at, types.Default(want))
	default:
		return false
	}
	return true
}

// isValue tells a type that something can be of.
func isValue(t types.Type) bool {
	if !valid(t) || t == types.Typ[types.UntypedNil] {
		return false
	}
	_, several := t.(*types.Tuple)
	return !several
}

// within fills what does not type-check inside an expression whose own type is known.
func (p *pruned) within(e ast.Expr) bool {
	own, known := p.info.Types[e]
	if !known || !own.IsVoid() && !valid(own.Type) {
		return false
	}
	switch e := e.(type) {
	case *ast.ParenExpr:
		return p.fill(&e.X, nil)
	case *ast.UnaryExpr:
		return p.fill(&e.X, nil)
	case *ast.StarExpr:
		return p.fill(&e.X, nil)
	case *ast.CallExpr:
		return p.call(e)
	case *ast.CompositeLit:
		return p.literal(e)
	case *ast.SelectorExpr:
		return p.receiver(e)
	case *ast.IndexExpr:
		return p.index(e)
	}
	return false
}

// receiver fills what a known field or method is selected from.
func (p *pruned) receiver(e *ast.SelectorExpr) bool {
	return p.info.Selections[e] != nil && valid(p.info.TypeOf(e)) && p.fill(&e.X, nil)
}

// index fills the key of an element, and what it is an element of.
func (p *pruned) index(e *ast.IndexExpr) bool {
	of := p.info.TypeOf(e.X)
	if !valid(of) || !p.fill(&e.X, nil) {
		return false
	}
	switch u := of.Underlying().(type) {
	case *types.Map:
		return p.fill(&e.Index, u.Key())
	case *types.Slice, *types.Array, *types.Pointer:
		return p.fill(&e.Index, types.Typ[types.Int])
	}
	return false
}

// call fills the arguments of a function that is known, and what its method is called on.
func (p *pruned) call(c *ast.CallExpr) bool {
	if id, ok := ast.Unparen(c.Fun).(*ast.Ident); ok {
		if b, ok := p.info.Uses[id].(*types.Builtin); ok {
			return p.builtin(b.Name(), c)
		}
	}
	if tv, known := p.info.Types[c.Fun]; known && tv.IsType() {
		return false
	}
	fun := p.info.TypeOf(c.Fun)
	if !valid(fun) || !p.fill(&c.Fun, nil) {
		return false
	}
	sig, ok := fun.Underlying().(*types.Signature)
	if !ok || len(c.Args) == 1 && sig.Params().Len() > 1 {
		return false
	}
	for i := range c.Args {
		want := parameter(sig, i, c.Ellipsis.IsValid())
		if want == nil || !p.fill(&c.Args[i], want) {
			return false
		}
	}
	return true
}

// parameter is the type that the argument at a position has to have.
func parameter(sig *types.Signature, i int, spread bool) types.Type {
	last := sig.Params().Len() - 1
	switch {
	case sig.Variadic() && i >= last:
		t := sig.Params().At(last).Type()
		if s, ok := t.Underlying().(*types.Slice); ok && !spread {
			return s.Elem()
		}
		return t
	case i <= last:
		return sig.Params().At(i).Type()
	}
	return nil
}

// builtin fills what is added to a list and the key of what is taken out of a map.
func (p *pruned) builtin(name string, c *ast.CallExpr) bool {
	if len(c.Args) == 0 || !valid(p.info.TypeOf(c.Args[0])) {
		return false
	}
	of := p.info.TypeOf(c.Args[0])
	var want types.Type
	switch u := of.Underlying().(type) {
	case *types.Slice:
		want = u.Elem()
		if c.Ellipsis.IsValid() {
			want = of
		}
	case *types.Map:
		want = u.Key()
	}
	if want == nil || name != "append" && name != "delete" || !p.fill(&c.Args[0], nil) {
		return false
	}
	for i := range c.Args[1:] {
		if !p.fill(&c.Args[i+1], want) {
			return false
		}
	}
	return true
}

// literal fills fields and elements of something that is made.
func (p *pruned) literal(c *ast.CompositeLit) bool {
	if c.Type != nil && !p.fits(c.Type) {
		return false
	}
	of := p.info.TypeOf(c).Underlying()
	if ptr, ok := of.(*types.Pointer); ok {
		of = ptr.Elem().Underlying()
	}
	for i := range c.Elts {
		value := &c.Elts[i]
		kv, keyed := (*value).(*ast.KeyValueExpr)
		if keyed {
			value = &kv.Value
		}
		var want types.Type
		switch u := of.(type) {
		case *types.Struct:
			if want = p.fieldOf(u, i, kv); want == nil {
				return false
			}
		case *types.Map:
			if want = u.Elem(); !keyed || !p.fill(&kv.Key, u.Key()) {
				return false
			}
		case *types.Slice:
			want = u.Elem()
		case *types.Array:
			want = u.Elem()
		default:
			return false
		}
		if !p.fill(value, want) {
			return false
		}
	}
	return true
}

// fieldOf is the type of a field of something made, by its name or its position.
func (p *pruned) fieldOf(s *types.Struct, i int, kv *ast.KeyValueExpr) types.Type {
	if kv == nil {
		if i < s.NumFields() {
			return s.Field(i).Type()
		}
		return nil
	}
	if id, ok := kv.Key.(*ast.Ident); ok {
		if f, ok := p.info.Uses[id].(*types.Var); ok && f.IsField() {
			return f.Type()
		}
	}
	return nil
}

// put puts a value of a type in place of an expression: what lies in something new of that type,
// so that nothing takes it for a constant.
func (p *pruned) put(at *ast.Expr, t types.Type) {
	p.learn()
	old := *at
	pos := old.Pos()
	name, typ := &ast.Ident{Name: "new", NamePos: pos}, &ast.Ident{Name: "_", NamePos: pos}
	made := &ast.CallExpr{Fun: name, Lparen: pos, Args: []ast.Expr{typ}, Rparen: pos}
	value := &ast.StarExpr{Star: pos, X: made}
	as := func(e ast.Expr, how types.TypeAndValue, t types.Type) {
		how.Type = t
		p.info.Types[e] = how
	}
	as(typ, p.modes.typ, t)
	as(made, p.modes.value, types.NewPointer(t))
	as(value, p.modes.variable, t)
	p.info.Uses[name] = types.Universe.Lookup("new")
	p.undo = append(p.undo, func() {
		*at = old
		delete(p.info.Types, typ)
		delete(p.info.Types, made)
		delete(p.info.Types, value)
		delete(p.info.Uses, name)
	})
	*at = value
}

// modes are what go/types says of a type, of a value and of a variable: a program cannot write
// that down, only be told it.
type modes struct{ typ, value, variable types.TypeAndValue }

func (p *pruned) learn() {
	if p.modes.typ.Type != nil {
		return
	}
	scratch, none := types.NewPackage("scratch", "scratch"), token.NewFileSet()
	scratch.Scope().Insert(types.NewVar(token.NoPos, scratch, "x", types.Typ[types.Int]))
	p.modes.typ, _ = types.Eval(none, scratch, token.NoPos, "int")
	p.modes.value, _ = types.Eval(none, scratch, token.NoPos, "+x")
	p.modes.variable, _ = types.Eval(none, scratch, token.NoPos, "x")
}

// statement fills what a statement hands on.
func (p *pruned) statement(s ast.Stmt) bool {
	switch s := s.(type) {
	case *ast.ExprStmt:
		return p.within(s.X)
	case *ast.GoStmt:
		return p.within(s.Call)
	case *ast.DeferStmt:
		return p.within(s.Call)
	case *ast.SendStmt:
		to, ok := p.info.TypeOf(s.Chan).(*types.Chan)
		return ok && p.fill(&s.Chan, nil) && p.fill(&s.Value, to.Elem())
	case *ast.AssignStmt:
		return p.assigned(s)
	}
	return false
}

// assigned fills what goes to places whose types are known. A new variable of a type that is not
// known stays unknown: it is filled where it is used.
func (p *pruned) assigned(s *ast.AssignStmt) bool {
	for i := range s.Lhs {
		if id, ok := s.Lhs[i].(*ast.Ident); ok && id.Name == "_" {
			continue
		}
		if ok := valid(p.info.TypeOf(s.Lhs[i])); !ok || !p.fits(s.Lhs[i]) && !p.within(s.Lhs[i]) {
			return false
		}
	}
	if len(s.Rhs) != len(s.Lhs) {
		return p.fits(s.Rhs[0]) || p.within(s.Rhs[0])
	}
	for i := range s.Rhs {
		if !p.fill(&s.Rhs[i], p.info.TypeOf(s.Lhs[i])) {
			return false
		}
	}
	return true
}

// rounds reads the body of a loop over what is not known: it runs for some things.
func (p *pruned) rounds(s *ast.RangeStmt) *ast.ForStmt {
	for _, e := range []ast.Expr{s.Key, s.Value} {
		if id, ok := e.(*ast.Ident); ok && p.info.Defs[id] != nil {
			p.lost[p.info.Defs[id]] = true
		}
	}
	loop := &ast.ForStmt{For: s.For, Cond: s.X, Body: s.Body}
	p.put(&loop.Cond, types.Typ[types.Bool])
	return loop
}
