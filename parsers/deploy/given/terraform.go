package given

import (
	"maps"
	"path"
	"slices"
	"sort"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/tryfunc"
	"github.com/hashicorp/hcl/v2/ext/typeexpr"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"

	"github.com/stateaudit/stateaudit/internal/unit"
	"github.com/stateaudit/stateaudit/parsers/deploy/tree"
)

// module is a folder of Terraform.
type module struct {
	variables map[string]variable
	locals    map[string]expression
	given     map[string]expression // by files of values
	calls     []moduleCall
}

type variable struct {
	fallback expression // no Expr: there is none
	kind     hcl.Expression
}

type expression struct {
	hcl.Expression
	file string
}

func (e expression) reason(text string, v cty.Value) unit.Reason {
	r := e.Range()
	if short, err := convert.Convert(v, cty.String); err == nil && short.IsKnown() && !short.IsNull() && len(short.AsString()) < 60 {
		text += " is " + short.AsString()
	}
	return unit.Reason{Text: text, Location: unit.Location{File: e.file, Line: r.Start.Line, Column: r.Start.Column, EndLine: r.End.Line, EndColumn: r.End.Column}}
}

type moduleCall struct {
	source string // the folder
	name   string
	args   map[string]expression
}

// instance is a module with what it is given in one place.
type instance struct {
	variables map[string]cty.Value
	locals    map[string]cty.Value
	reasons   map[string][]unit.Reason // by "var.x" and "local.x"
}

// maxInstances bounds how many calls of a module are looked at.
const maxInstances = 8

func newModule() *module {
	return &module{variables: map[string]variable{}, locals: map[string]expression{}, given: map[string]expression{}}
}

// add reads what a file declares.
func (m *module) add(file string, content []byte) {
	if tree.NestedTooDeeply(string(content)) > 0 {
		return // reading the file as a deployment file tells
	}
	parsed, _ := hclsyntax.ParseConfig(content, file, hcl.Pos{Line: 1, Column: 1})
	if parsed == nil {
		return
	}
	body, ok := parsed.Body.(*hclsyntax.Body)
	if !ok {
		return
	}
	if strings.HasSuffix(file, ".tfvars") {
		for name, a := range body.Attributes {
			m.given[name] = expression{a.Expr, file}
		}
		return
	}
	for _, b := range body.Blocks {
		switch {
		case b.Type == "variable" && len(b.Labels) == 1:
			v := variable{}
			if a, ok := b.Body.Attributes["default"]; ok {
				v.fallback = expression{a.Expr, file}
			}
			if a, ok := b.Body.Attributes["type"]; ok {
				v.kind = a.Expr
			}
			m.variables[b.Labels[0]] = v
		case b.Type == "locals":
			for name, a := range b.Body.Attributes {
				m.locals[name] = expression{a.Expr, file}
			}
		case b.Type == "module" && len(b.Labels) == 1:
			m.call(file, b)
		}
	}
}

// call notes a call of a module that lies in the checkout.
func (m *module) call(file string, b *hclsyntax.Block) {
	c := moduleCall{name: b.Labels[0], args: map[string]expression{}}
	for name, a := range b.Body.Attributes {
		if name != "source" {
			c.args[name] = expression{a.Expr, file}
			continue
		}
		if v, diags := a.Expr.Value(nil); !diags.HasErrors() && v.Type() == cty.String && v.IsKnown() && !v.IsNull() && strings.HasPrefix(v.AsString(), ".") {
			c.source = path.Join(path.Dir(file), v.AsString())
		}
	}
	if c.source != "" {
		m.calls = append(m.calls, c)
	}
}

// Terraform lists the scopes of a file: one for each place that its module is
// called from, or one with the defaults alone.
func (s *Set) Terraform(file string) []*tree.Scope {
	var out []*tree.Scope
	if s == nil {
		return nil
	}
	for _, i := range s.instances[path.Dir(file)] {
		out = append(out, i.scope())
	}
	return out
}

// instantiate gives every module its instances, callers before the called.
func (s *Set) instantiate() {
	called := map[string]bool{}
	for _, m := range s.modules {
		for _, c := range m.calls {
			called[c.source] = true
		}
	}
	dirs := make([]string, 0, len(s.modules))
	for dir := range s.modules {
		dirs = append(dirs, dir)
	}
	sort.Strings(dirs)
	for _, dir := range dirs {
		if !called[dir] {
			s.instance(dir, nil, 0)
		}
	}
	for _, dir := range dirs {
		if len(s.instances[dir]) == 0 {
			s.instance(dir, nil, 0) // called in a circle only
		}
	}
}

// argument is a value that a module is called with.
type argument struct {
	value cty.Value
	why   []unit.Reason
}

func (s *Set) instance(dir string, args map[string]argument, depth int) {
	m := s.modules[dir]
	if m == nil || depth > 6 || len(s.instances[dir]) >= maxInstances {
		return
	}
	i := &instance{variables: map[string]cty.Value{}, locals: map[string]cty.Value{}, reasons: map[string][]unit.Reason{}}
	for name, v := range m.variables {
		i.variable(name, v, m.given, args)
	}
	i.settle(m.locals)
	s.instances[dir] = append(s.instances[dir], i)
	context := i.scope()
	for _, c := range m.calls {
		given := map[string]argument{}
		for name, e := range c.args {
			v, diags := e.Value(context.Context)
			if diags.HasErrors() {
				v = cty.DynamicVal
			}
			given[name] = argument{v, append([]unit.Reason{e.reason("module "+c.name+", "+name, v)}, context.Because(e)...)}
		}
		s.instance(c.source, given, depth+1)
	}
}

// variable finds what a variable is: what the caller gives, or a file of values,
// or else its default. One without any of those is unknown.
func (i *instance) variable(name string, v variable, given map[string]expression, args map[string]argument) {
	out, why := cty.DynamicVal, []unit.Reason(nil)
	if v.fallback.Expression != nil {
		if d, diags := v.fallback.Value(nil); !diags.HasErrors() {
			out, why = d, []unit.Reason{v.fallback.reason("variable "+name, d)}
		}
	}
	if e, ok := given[name]; ok && args == nil {
		if d, diags := e.Value(nil); !diags.HasErrors() {
			out, why = d, []unit.Reason{e.reason("variable "+name, d)}
		}
	}
	if a, ok := args[name]; ok {
		out, why = a.value, a.why
	}
	i.variables[name] = typed(out, v.kind)
	i.reasons["var."+name] = why
}

// typed converts a value to the type of its variable, which may have defaults for
// what an object leaves out.
func typed(v cty.Value, kind hcl.Expression) cty.Value {
	if kind == nil || !v.IsWhollyKnown() || v.IsNull() {
		return v
	}
	want, defaults, diags := typeexpr.TypeConstraintWithDefaults(kind)
	if diags.HasErrors() {
		return v
	}
	if defaults != nil {
		v = defaults.Apply(v)
	}
	if converted, err := convert.Convert(v, want); err == nil {
		return converted
	}
	return v
}

// settle evaluates locals, which may be made of each other.
func (i *instance) settle(locals map[string]expression) {
	for name := range locals {
		i.locals[name] = cty.DynamicVal
	}
	for range 5 {
		scope := i.scope()
		changed := false
		for _, name := range slices.Sorted(maps.Keys(locals)) {
			e := locals[name]
			if i.locals[name] != cty.DynamicVal {
				continue
			}
			if v, diags := e.Value(scope.Context); !diags.HasErrors() && v != cty.DynamicVal {
				i.locals[name], changed = v, true
				i.reasons["local."+name] = append([]unit.Reason{e.reason("local "+name, v)}, scope.Because(e)...)
			}
		}
		if !changed {
			return
		}
	}
}

func (i *instance) scope() *tree.Scope {
	return &tree.Scope{
		Context: &hcl.EvalContext{
			Variables: map[string]cty.Value{"var": object(i.variables), "local": object(i.locals)},
			Functions: functions(),
		},
		Because: func(e hcl.Expression) []unit.Reason {
			var out []unit.Reason
			seen := map[string]bool{}
			for _, t := range e.Variables() {
				if len(t) < 2 {
					continue
				}
				attribute, ok := t[1].(hcl.TraverseAttr)
				if name := t.RootName() + "." + attribute.Name; ok && !seen[name] {
					seen[name] = true
					out = append(out, i.reasons[name]...)
				}
			}
			return out
		},
	}
}

func object(values map[string]cty.Value) cty.Value {
	if len(values) == 0 {
		return cty.EmptyObjectVal
	}
	copied := make(map[string]cty.Value, len(values))
	for k, v := range values {
		copied[k] = v
	}
	return cty.ObjectVal(copied)
}

// functions are those of Terraform's that choices are made with.
func functions() map[string]function.Function {
	return map[string]function.Function{
		"try": tryfunc.TryFunc, "can": tryfunc.CanFunc,
		"coalesce": stdlib.CoalesceFunc, "concat": stdlib.ConcatFunc, "contains": stdlib.ContainsFunc, "distinct": stdlib.DistinctFunc,
		"element": stdlib.ElementFunc, "flatten": stdlib.FlattenFunc, "format": stdlib.FormatFunc, "join": stdlib.JoinFunc,
		"keys": stdlib.KeysFunc, "length": stdlib.LengthFunc, "lookup": stdlib.LookupFunc, "lower": stdlib.LowerFunc,
		"max": stdlib.MaxFunc, "merge": stdlib.MergeFunc, "min": stdlib.MinFunc, "upper": stdlib.UpperFunc, "values": stdlib.ValuesFunc,
		"tobool": stdlib.MakeToFunc(cty.Bool), "tostring": stdlib.MakeToFunc(cty.String), "tonumber": stdlib.MakeToFunc(cty.Number),
		"tolist": stdlib.MakeToFunc(cty.List(cty.DynamicPseudoType)), "toset": stdlib.MakeToFunc(cty.Set(cty.DynamicPseudoType)), "tomap": stdlib.MakeToFunc(cty.Map(cty.DynamicPseudoType)),
	}
}
