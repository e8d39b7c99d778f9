package python

import (
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// call walks a call: what it is made on, its arguments, and itself. Until resolved
// the receiver of a call is the place of what is called.
func (f *file) call(s *scope, n *node, use unit.Use) unit.Value {
	function := n.Child("function")
	async := s.async
	if async {
		inner := *s
		inner.async = false
		s = &inner
	}
	object := unit.Value{}
	if function.Is("attribute") {
		object = f.chain(s, function.Child("object"))
	} else if !function.Is("identifier") {
		object = f.eval(s, function, unit.Used)
	}
	args := f.arguments(s, n)
	name := f.nameOf(function)
	if v, done := f.reflective(s, n, name, args); done {
		return v
	}
	place := f.place(s, function)
	if function.Is("identifier") {
		if v, _ := f.lookup(s, name); v.Kind == unit.Func {
			place = rooted(v.Callee)
		}
		if quiet(name) && !f.names[name] && place != nil && strings.HasPrefix(place.Name, ">builtins.") {
			return f.made(s, n, name, args, place)
		}
	}
	c := unit.Call{
		Name: name, Args: args, Result: use, Async: async, Deferred: s.ensure, Tx: s.tx, Loop: s.loop, Guards: s.guards, Empty: s.empty, Location: f.at(n),
	}
	if place != nil {
		c.Receiver = &unit.Value{Kind: unit.PlaceValue, Place: place, Text: f.short(f.objectOf(function))}
	} else {
		c.Receiver = &unit.Value{Kind: object.Kind, Type: object.Type, Text: f.short(f.objectOf(function))}
	}
	if writesPath(name) {
		c.Receiver.Parts = []unit.Value{prune(object, valueDepth)} // the path is what it is made from
	}
	s.fn.Calls = append(s.fn.Calls, c)
	f.invoke(s, n, function, args)
	v := unit.Value{Kind: unit.Result, Text: f.short(n), Place: f.callPlace(s, n), Parts: parts(args...)}
	if rewrites(name) {
		v.Parts = parts(append([]unit.Value{object}, args...)...)
	}
	return v
}

// rewrites tells the methods that hand out the text, the bytes or the path that they are
// called on in another form, or what is made from it.
func rewrites(name string) bool {
	switch name {
	case "encode", "decode", "hex", "strip", "lstrip", "rstrip", "lower", "upper",
		"resolve", "absolute", "expanduser", "joinpath", "with_suffix", "with_name", "with_stem", "as_posix":
		return true
	}
	return false
}

// writesPath tells the methods by which a path is written.
func writesPath(name string) bool {
	switch name {
	case "write_text", "write_bytes", "open", "symlink_to", "touch":
		return true
	}
	return false
}

// objectOf is what a method is called on.
func (f *file) objectOf(function *node) *node {
	if function.Is("attribute") {
		return function.Child("object")
	}
	return function
}

// nameOf is the last part of what is called.
func (f *file) nameOf(function *node) string {
	switch {
	case function.Is("identifier"):
		return f.text(function)
	case function.Is("attribute"):
		return f.text(function.Child("attribute"))
	}
	return ""
}

// spawns tells the functions that are handed a call which goes on beside the caller.
func spawns(name string) bool {
	switch name {
	case "create_task", "ensure_future", "run_coroutine_threadsafe", "create_background_task":
		return true
	}
	return false
}

// arguments walks what is passed; what has a keyword is a pair.
func (f *file) arguments(s *scope, n *node) []unit.Value {
	list := n.Child("arguments")
	if list == nil {
		return nil
	}
	if list.Is("generator_expression") {
		return []unit.Value{f.eval(s, list, unit.Used)}
	}
	inner := s
	if spawns(f.nameOf(n.Child("function"))) {
		copied := *s
		copied.async = true
		inner = &copied
	}
	var out []unit.Value
	for _, arg := range list.Kids {
		switch arg.Kind {
		case "comment":
		case "keyword_argument":
			v := f.eval(inner, arg.Child("value"), unit.Used)
			out = append(out, unit.Value{Kind: unit.Compound, Type: pair, Callee: f.text(arg.Child("name")), Text: f.short(arg), Parts: []unit.Value{prune(v, valueDepth-1)}})
		case "list_splat", "dictionary_splat":
			out = append(out, unit.Value{Kind: unit.Compound, Type: splat, Text: f.short(arg), Parts: parts(f.eval(inner, last(arg.Kids), unit.Used))})
		default:
			out = append(out, prune(f.eval(inner, arg, unit.Used), valueDepth))
		}
	}
	return out
}

// splat is the type of an argument that stands for several.
const splat = "splat"

// made is the value of a builtin: a collection, or a value worked out.
func (f *file) made(s *scope, n *node, name string, args []unit.Value, place *unit.Place) unit.Value {
	if typ := collection("builtins." + name); typ != "" {
		v := unit.Value{Kind: unit.Collection, Type: typ, Text: f.short(n), Parts: parts(args...)}
		if slices.ContainsFunc(args, func(arg unit.Value) bool { return name != "dict" || arg.Type != pair }) {
			v.Kind = unit.Compound
		}
		return v
	}
	if name == "object" {
		return unit.Value{Kind: unit.New, Type: "builtins.object", Text: f.short(n)}
	}
	typ := scalar("builtins." + name)
	switch name {
	case "len", "hash", "id", "ord":
		typ = "int"
	case "repr", "chr":
		typ = "str"
	case "sorted":
		typ = "list"
	}
	v := unit.Value{Kind: unit.Compound, Type: typ, Text: f.short(n), Parts: parts(args...)}
	if p := f.callPlace(s, n); p != nil && !strings.HasPrefix(p.Name, ">builtins.") {
		v.Kind, v.Place = unit.PlaceValue, p // getattr and its like
	}
	return v
}

// reflective reads the calls that set or take away an attribute by its name.
func (f *file) reflective(s *scope, n *node, name string, args []unit.Value) (unit.Value, bool) {
	list := n.Child("arguments")
	if list == nil || !n.Child("function").Is("identifier") || f.names[name] {
		return unit.Value{}, false
	}
	switch {
	case name == "setattr" && len(list.Kids) == 3:
		at := step(f.place(s, list.Kids[0]), "."+f.literalText(list.Kids[1]))
		if f.literalText(list.Kids[1]) == "" {
			if at = f.place(s, list.Kids[0]); at == nil || at.Root != unit.RootHolder {
				return unit.Value{}, true
			}
			at = step(at, ".*")
		}
		f.write(s, n, args[2], at)
		return unit.Value{}, true
	case name == "delattr" && len(list.Kids) == 2:
		f.write(s, n, unit.Value{Kind: unit.Nil, Text: "None"}, step(f.place(s, list.Kids[0]), "."+f.literalText(list.Kids[1])))
		return unit.Value{}, true
	}
	return unit.Value{}, false
}

// invoke records that a method of a place is called. What that does is known when
// the class of the place is.
func (f *file) invoke(s *scope, n, function *node, args []unit.Value) {
	if !function.Is("attribute") {
		return
	}
	object, name := function.Child("object"), f.text(function.Child("attribute"))
	place := f.place(s, object)
	if place == nil {
		if mutators[name] != "" && len(args) > 0 {
			f.filled(s, object, args[len(args)-1])
		}
		return
	}
	a := unit.Access{Kind: unit.Invoke, Method: name, Op: name, Location: f.at(n), Lazy: name == "setdefault"}
	if op := mutators[name]; op != "" {
		a.Op = op
	}
	if len(args) > 0 {
		value := args[len(args)-1]
		a.Value = &value
		if name != "append" && name != "extend" && name != "appendleft" {
			a.Key = &args[0]
		}
	}
	if name == "update" || name == "setdefault" || name == "pop" || name == "get" {
		f.sessionCall(s, n, object, name, args)
	}
	f.access(s, a, place)
}

// filled notes what a local collection gets: one that is put somewhere later is not empty.
func (f *file) filled(s *scope, object *node, v unit.Value) {
	if !object.Is("identifier") {
		return
	}
	l := s.locals[f.text(object)]
	if l == nil || l.value.Place != nil || l.value.Kind != unit.Collection || len(l.value.Parts) >= valueParts {
		return
	}
	filled := *l
	filled.value.Parts = append(slices.Clone(l.value.Parts), prune(v, valueDepth-1))
	s.locals[f.text(object)] = &filled
}

// sessionCall reads the methods of a session that put something in and take it out.
func (f *file) sessionCall(s *scope, n, object *node, name string, args []unit.Value) {
	switch {
	case (name == "get" || name == "pop") && len(args) > 0:
		key := strings.Trim(args[0].Text, `"'`)
		f.session(s, object, unit.SessionUse{Key: key, Read: true, Op: name, Location: f.at(n)})
		if name == "pop" {
			f.session(s, object, unit.SessionUse{Key: key, Op: name, Value: unit.Value{Kind: unit.Nil, Text: "None"}, Location: f.at(n)})
		}
	case name == "setdefault" && len(args) == 2:
		f.session(s, object, unit.SessionUse{Key: strings.Trim(args[0].Text, `"'`), Op: name, Value: args[1], Location: f.at(n)})
	case name == "update":
		for _, arg := range args {
			for _, part := range append([]unit.Value{arg}, arg.Parts...) {
				if part.Type == pair && len(part.Parts) > 0 {
					f.session(s, object, unit.SessionUse{Key: part.Callee, Op: name, Value: part.Parts[0], Location: f.at(n)})
				}
			}
		}
	}
}

// encode writes a place as the text of a lock that is held.
func encode(p unit.Place) string {
	return string(p.Root) + ":" + p.Name + strings.Repeat(">", min(1, len(p.Path))) + strings.Join(p.Path, ">")
}

// decode reads what encode wrote.
func decode(text string) unit.Place {
	root, rest, _ := strings.Cut(text, ":")
	at := strings.IndexByte(rest, '>')
	if strings.HasPrefix(rest, ">") { // a name in the space of imports
		if at = strings.IndexByte(rest[1:], '>'); at >= 0 {
			at++
		}
	}
	p := unit.Place{Root: unit.Root(root), Name: rest}
	if p.Root == unit.RootReceiver {
		return unit.Place{Root: p.Root, Path: split(strings.TrimPrefix(rest, ">"))}
	}
	if at >= 0 {
		p.Name, p.Path = rest[:at], split(rest[at+1:])
	}
	return p
}

func split(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(text, ">")
}
