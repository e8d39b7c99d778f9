package python

import (
	"slices"
	"strconv"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// Words among a function's Attrs until it is resolved: the type of a parameter and of
// the result.
const (
	attrParam    = "param:"
	attrResult   = "result:"
	attrInjected = "injected:" // a parameter that a framework fills with what a function hands out
	attrWhen     = "when:"     // what is tested around a return, by its number
	attrProperty = "property"
	attrSetter   = "setter"
	attrClass    = "classmethod"
	attrStatic   = "staticmethod"
	attrAsync    = "async"
	attrDefault  = "default:" // a parameter with a mutable default
)

// decorates marks, until it is resolved, the call by which something is decorated.
const decorates = "@"

// decorated reads a function or class with its decorators.
func (f *file) decorated(s *scope, n *node) {
	definition := n.Child("definition")
	var decorators []*node
	for _, kid := range n.Kids {
		if kid.Kind == "decorator" && len(kid.Kids) > 0 {
			decorators = append(decorators, kid.Kids[0])
		}
	}
	if definition.Is("class_definition") {
		f.classDefinition(s, definition, decorators)
		return
	}
	f.function(s, definition, decorators)
}

// function declares a function; its body is one of its own.
func (f *file) function(s *scope, n *node, decorators []*node) {
	name := f.text(n.Child("name"))
	fn := &unit.Function{Name: name, Location: f.region(n.Start, n.End)}
	fn.Location.Line, fn.Location.Column = f.at(n.Child("name")).Line, f.at(n.Child("name")).Column
	fn.ID = f.idIn(s, name)
	fn.Symbol = f.symbol(fn.ID)
	inner := &scope{fn: fn, outer: s.function(), locals: map[string]*local{}, names: map[string]bool{}, global: map[string]bool{}, owner: s.owner}
	method := s.class != ""
	if method {
		fn.Owner, inner.owner = s.class, s.class
	} else if !s.top() && s.names != nil {
		fn.Outer, fn.Owner = s.fn.ID, s.owner
	}
	if strings.HasPrefix(f.text(n), "async") {
		fn.Attrs = append(fn.Attrs, attrAsync)
	}
	kind := f.methodKind(fn, decorators)
	f.addFunction(fn)
	place := rooted(fn.ID)
	if s.top() {
		f.names[name] = true
	} else {
		s.locals[name] = &local{value: unit.Value{Kind: unit.Func, Callee: fn.ID, Text: name, Place: place}, at: n}
	}
	f.decorators(s, fn.ID, decorators)
	inner.manager = slices.ContainsFunc(decorators, func(d *node) bool { return strings.HasSuffix(f.text(d), "contextmanager") })
	f.bind(n.Child("body").List(), inner.names, inner.global)
	for g := range inner.global {
		delete(inner.names, g)
	}
	if method && kind != attrStatic {
		f.self(inner, n.Child("parameters"), kind == attrClass || name == "__new__" || name == "__init_subclass__" || name == "__class_getitem__")
	}
	f.parameters(inner, n.Child("parameters"), s, method && kind != attrStatic)
	if t := f.annotation(s, n.Child("return_type")); t != "" {
		fn.Attrs = append(fn.Attrs, attrResult+t)
	}
	inner.init = method && (name == "__init__" || name == "__post_init__")
	if body := n.Child("body"); body != nil {
		f.statements(inner, body.Kids)
		f.filledWithNothing(fn)
	}
	if len(fn.Returns) > 0 && !slices.ContainsFunc(fn.Returns, func(v unit.Value) bool { return v.Type != "bool" || v.Kind == unit.PlaceValue }) {
		fn.Attrs = append(fn.Attrs, unit.BoolOnly)
	}
}

// idIn is the ID of what a scope declares under a name.
func (f *file) idIn(s *scope, name string) string {
	switch {
	case s.class != "":
		return s.class + "." + name
	case s.names != nil:
		return s.fn.ID + locals + name
	}
	return f.module + "." + name
}

// methodKind reads the decorators of the language.
func (f *file) methodKind(fn *unit.Function, decorators []*node) string {
	kind := ""
	for _, d := range decorators {
		text := f.text(d)
		switch {
		case text == "staticmethod":
			kind = attrStatic
		case text == "classmethod":
			kind = attrClass
		case strings.HasSuffix(text, ".setter"):
			fn.Attrs = append(fn.Attrs, attrSetter)
		case text == "property", strings.HasSuffix(text, "cached_property"), strings.HasSuffix(text, "classproperty"), strings.HasSuffix(text, "hybrid_property"), strings.HasSuffix(text, "lazyproperty"):
			fn.Attrs = append(fn.Attrs, attrProperty)
		}
	}
	if kind != "" {
		fn.Attrs = append(fn.Attrs, kind)
	}
	return kind
}

// self gives the first parameter of a method its meaning.
func (f *file) self(s *scope, list *node, class bool) {
	for _, p := range list.List() {
		if p.Kind == "comment" {
			continue
		}
		name := p
		if !p.Is("identifier") && len(p.Kids) > 0 {
			name = p.Kids[0]
		}
		place := &unit.Place{Root: unit.RootReceiver}
		if class {
			place = rooted(s.owner)
		}
		s.locals[f.text(name)] = &local{value: unit.Value{Kind: unit.PlaceValue, Place: place}, at: p}
		return
	}
}

// parameters declares parameters, numbered from 0 without the receiver. A mutable
// default is an object that all calls share.
func (f *file) parameters(s *scope, list *node, outside *scope, method bool) {
	index := 0
	for _, p := range list.List() {
		if p.Is("comment", "keyword_separator", "positional_separator") {
			continue
		}
		if method {
			method = false
			continue
		}
		name, typ, value := p, p.Child("type"), p.Child("value")
		if n := p.Child("name"); n != nil {
			name = n
		} else if p.Is("typed_parameter", "list_splat_pattern", "dictionary_splat_pattern") && len(p.Kids) > 0 {
			name = p.Kids[0]
		}
		text := strings.TrimLeft(f.text(name), "*")
		place := &unit.Place{Root: unit.RootParam, Name: strconv.Itoa(index)}
		if strings.HasPrefix(f.text(p), "*") {
			text = f.text(p)[:len(f.text(p))-len(strings.TrimLeft(f.text(p), "*"))] + text
			place = nil
		}
		s.fn.Params = append(s.fn.Params, text)
		v := unit.Value{Kind: unit.PlaceValue, Text: text, Place: place}
		if t := f.annotation(outside, typ); t != "" {
			s.fn.Attrs = append(s.fn.Attrs, attrParam+strconv.Itoa(index)+"="+t)
		}
		if by := f.injectedBy(outside, value); by != "" {
			s.fn.Attrs = append(s.fn.Attrs, attrInjected+strconv.Itoa(index)+"="+by)
		}
		if value != nil {
			if d := f.eval(outside, value, unit.Used); d.Kind == unit.Collection && isCollection(d.Type) {
				v.Place = f.sharedDefault(s, p, text, d)
			}
		}
		s.locals[strings.TrimLeft(text, "*")] = &local{value: v, at: p}
		index++
	}
}

// injectedBy is the function whose result a framework passes for a parameter, by its ID or
// as a name in the space of imports: x=Depends(get_x).
func (f *file) injectedBy(s *scope, value *node) string {
	if !value.Is("call") {
		return ""
	}
	switch name := f.nameOf(value.Child("function")); name {
	case "Depends", "Security", "Provide":
	default:
		return ""
	}
	for _, arg := range value.Child("arguments").List() {
		if p := f.place(s, arg); p != nil && p.Root == unit.RootHolder {
			return p.Name + strings.Join(p.Path, "")
		}
	}
	return ""
}

// sharedDefault is the holder that a mutable default is.
func (f *file) sharedDefault(s *scope, at *node, name string, v unit.Value) *unit.Place {
	id := s.fn.ID + "=" + name
	f.declare(unit.Holder{
		ID: id, Symbol: s.fn.Symbol + "." + name, Name: name, Kind: unit.ClassVar, Owner: s.fn.ID, Type: v.Type, Value: v, Location: f.at(at),
		Comment: "default of a parameter",
	})
	s.fn.Attrs = append(s.fn.Attrs, attrDefault+name)
	return rooted(id)
}

// decorators records what decorates a function or class: calls, made where it is
// declared, of which it is the first argument.
func (f *file) decorators(s *scope, id string, list []*node) {
	for _, d := range list {
		c := unit.Call{AsNote: decorates + id, Location: f.at(d), Result: unit.Used}
		function := d
		if d.Is("call") {
			function = d.Child("function")
			c.Args = f.arguments(s, d)
		}
		c.Name = f.nameOf(function)
		place := f.place(s, function)
		if place == nil {
			continue
		}
		c.Receiver = &unit.Value{Kind: unit.PlaceValue, Place: place, Text: f.short(d)}
		s.fn.Calls = append(s.fn.Calls, c)
	}
}

// classDefinition declares a class; its body runs where it stands.
func (f *file) classDefinition(s *scope, n *node, decorators []*node) {
	name := f.text(n.Child("name"))
	id := f.idIn(s, name)
	t := unit.Type{ID: id, Name: name, Kind: "class", Location: f.at(n.Child("name"))}
	for _, super := range n.Child("superclasses").List() {
		how := ""
		if super.Is("keyword_argument") {
			if f.text(super.Child("name")) != "metaclass" {
				continue
			}
			how, super = "metaclass ", super.Child("value")
		}
		if super.Is("subscript") {
			super = super.Child("value")
		}
		if p := f.place(s, super); p != nil && p.Root == unit.RootHolder {
			t.Supers = append(t.Supers, how+p.Name+strings.Join(p.Path, ""))
		}
		f.eval(s, super, unit.Used)
	}
	if slices.ContainsFunc(decorators, func(d *node) bool {
		text, _, _ := strings.Cut(f.text(d), "(")
		return text[strings.LastIndexByte(text, '.')+1:] == "as_declarative"
	}) {
		t.Supers = append(t.Supers, ">sqlalchemy.orm.DeclarativeBase") // what the decorator makes of it
	}
	f.addType(t)
	if !s.top() {
		s.locals[name] = &local{value: unit.Value{Kind: unit.PlaceValue, Place: rooted(id)}, at: n}
	}
	f.decorators(s, id, decorators)
	inner := *s
	inner.outer, inner.class, inner.owner, inner.locals, inner.names, inner.global = s, id, id, map[string]*local{}, map[string]bool{}, nil
	inner.data = f.dataClass(decorators)
	f.statements(&inner, n.Child("body").List())
}

// dataClass tells a class of which the variables in its body are those of its objects.
func (f *file) dataClass(decorators []*node) bool {
	for _, d := range decorators {
		text, _, _ := strings.Cut(f.text(d), "(")
		switch text[strings.LastIndexByte(text, '.')+1:] {
		case "dataclass", "define", "frozen", "attrs", "s":
			return true
		}
	}
	return false
}
