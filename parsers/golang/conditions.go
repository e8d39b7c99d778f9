package golang

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// condition is what configuration must say for a test to hold; what tests anything else
// always holds, as far as configuration is concerned.
func (b *body) condition(e ast.Expr) unit.Condition {
	switch e := ast.Unparen(e).(type) {
	case *ast.UnaryExpr:
		if e.Op == token.NOT {
			return negated(b.condition(e.X))
		}
	case *ast.BinaryExpr:
		switch e.Op {
		case token.LAND:
			return b.condition(e.X).Also(b.condition(e.Y))
		case token.LOR:
			x, y := b.condition(e.X), b.condition(e.Y)
			if x.Op == unit.Always || y.Op == unit.Always {
				return unit.Condition{}
			}
			return unit.Condition{Op: unit.Or, Parts: []unit.Condition{x, y}}
		case token.EQL:
			return b.compared(e.X, e.Y)
		case token.NEQ:
			return negated(b.compared(e.X, e.Y))
		}
	case *ast.Ident:
		if name := b.environment(e); name != "" { // the ok of a look-up
			return atom(name + " is set")
		}
	}
	if setting := b.setting(e); setting != "" {
		return atom("`" + setting + "`")
	}
	return unit.Condition{}
}

// negated is the opposite of a condition. What nothing is known of stays that.
func negated(c unit.Condition) unit.Condition {
	if c.Op == unit.Always {
		return c
	}
	return c.Negated()
}

func atom(text string) unit.Condition { return unit.Condition{Op: unit.Atom, Text: text} }

// compared is what must hold for a setting to be equal to a constant.
func (b *body) compared(x, y ast.Expr) unit.Condition {
	value, ok := b.x.Info.Types[y]
	if !ok || value.Value == nil && !value.IsNil() {
		return unit.Condition{}
	}
	empty := value.IsNil() || value.Value != nil && value.Value.Kind() == constant.String && constant.StringVal(value.Value) == ""
	if name := b.environment(x); name != "" {
		if empty {
			return atom(name + " is set").Negated()
		}
		return atom(name + " is " + b.x.text(y))
	}
	setting := b.setting(x)
	switch {
	case setting == "":
		return unit.Condition{}
	case empty:
		return atom("`" + setting + "` is set").Negated()
	}
	return atom("`" + setting + "` is " + b.x.text(y))
}

// environment is the variable of the environment that an expression is the value of, or
// says that it is there.
func (b *body) environment(e ast.Expr) string {
	e = ast.Unparen(e)
	if id, ok := e.(*ast.Ident); ok {
		v, _ := b.x.Info.Uses[id].(*types.Var)
		if all := b.shared.values[v]; len(all) == 1 {
			e = ast.Unparen(all[0].expr)
		}
	}
	c, ok := e.(*ast.CallExpr)
	if !ok || len(c.Args) != 1 {
		return ""
	}
	f := b.calleeFunc(c)
	if f == nil || funcID(f) != "os.Getenv" && funcID(f) != "os.LookupEnv" {
		return ""
	}
	if v := b.x.Info.Types[c.Args[0]].Value; v != nil && v.Kind() == constant.String {
		return constant.StringVal(v)
	}
	return ""
}

// setting is the text of an expression that configuration decides: a field of a value
// whose name says that it is one, or what a reader of settings is asked by a name. Other
// fields are state of the program.
func (b *body) setting(e ast.Expr) string {
	switch e := ast.Unparen(e).(type) {
	case *ast.SelectorExpr:
		if b.x.Info.Types[e].IsValue() && configured(b.x.text(e)) {
			return b.x.text(e)
		}
	case *ast.StarExpr:
		return b.setting(e.X)
	case *ast.CallExpr:
		if text := b.x.text(e); configured(text) && len(e.Args) < 2 {
			return text
		}
	}
	return ""
}

// configured tells by its names an expression that reads configuration.
func configured(text string) bool {
	if len(text) > 60 {
		return false
	}
	for _, part := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return r == '.' || r == '(' || r == '_' }) {
		for _, word := range []string{"cfg", "config", "conf", "settings", "setting", "options", "opts", "flags", "viper", "koanf", "env"} {
			if part == word || strings.HasSuffix(part, word) && len(word) > 3 {
				return true
			}
		}
	}
	return false
}

// choosesOther tells a block that always leaves the statements behind it, and does so
// because it has done something else instead. One that hands back an error refuses to go
// on: what stands behind it is then no choice.
func (b *body) choosesOther(block *ast.BlockStmt) bool {
	if len(block.List) == 0 {
		return false
	}
	switch s := block.List[len(block.List)-1].(type) {
	case *ast.BranchStmt:
		return s.Tok == token.CONTINUE || s.Tok == token.BREAK
	case *ast.ReturnStmt:
		if len(s.Results) == 0 {
			return true
		}
		last := s.Results[len(s.Results)-1]
		t := b.typeOf(last)
		return t == nil || b.isNil(last) || !types.AssignableTo(t, universeError)
	}
	return false
}

// under reads statements where a condition holds besides those that hold already.
func (b *body) under(c unit.Condition, read func()) {
	before := b.when
	b.when = before.Also(c)
	read()
	b.when = before
}

// ways are the conditions of the clauses of a switch, in their order: each that its own
// values are met and those of no clause before.
func (b *body) ways(s *ast.SwitchStmt) []unit.Condition {
	out := make([]unit.Condition, len(s.Body.List))
	var others unit.Condition
	last := -1
	for i, clause := range s.Body.List {
		c, ok := clause.(*ast.CaseClause)
		if !ok || c.List == nil {
			last = i
			continue
		}
		var any unit.Condition
		for k, value := range c.List {
			one := unit.Condition{}
			if s.Tag != nil {
				one = b.compared(s.Tag, value)
			} else {
				one = b.condition(value)
			}
			switch {
			case one.Op == unit.Always:
				return make([]unit.Condition, len(s.Body.List))
			case k == 0:
				any = one
			default:
				any = unit.Condition{Op: unit.Or, Parts: []unit.Condition{any, one}}
			}
		}
		out[i] = any
		others = others.Also(any.Negated())
	}
	if last >= 0 {
		out[last] = others
	}
	return out
}
