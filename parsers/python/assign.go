package python

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// assignment reads x = y, x: T = y and x: T.
func (f *file) assignment(s *scope, n *node) unit.Value {
	right := n.Child("right")
	v := f.eval(s, right, unit.Used)
	if right == nil && s.class != "" && n.Child("left").Is("identifier") {
		v.Type = f.annotation(s, n.Child("type"))
		f.field(s, n.Child("left"), f.text(n.Child("left")), v)
		return v // of each object, not of the class
	}
	if typ := f.annotation(s, n.Child("type")); typ != "" && (v.Type == "" || v.Kind == unit.PlaceValue || v.Kind == unit.Result) {
		v.Type = typ
	}
	if right == nil && n.Child("type") != nil && s.class == "" {
		if target := n.Child("left"); target.Is("attribute") {
			f.declareField(s, target, v)
		}
		return v
	}
	if s.class != "" && n.Child("type") != nil && f.ofObjects(s, n, v) {
		f.field(s, n.Child("left"), f.text(n.Child("left")), v)
		f.elements(s.owner+"#"+f.text(n.Child("left")), listed.FindStringSubmatch(f.text(n.Child("type"))))
		return v
	}
	f.assign(s, n.Child("left"), v, right == nil)
	return v
}

// listed matches the annotation of a relationship that leads to many rows.
var listed = regexp.MustCompile(`(?i)\b(?:list|set|sequence|collection|dynamicmapped|writeonlymapped)\[\s*["']?([\w.]+)["']?\s*\]`)

// elements notes the class of the elements of a field, as its annotation names it.
func (f *file) elements(id string, annotation []string) {
	if at, ok := f.holders[id]; ok && annotation != nil && f.unit.Holders[at].Elem == "" && columnMaker(&f.unit.Holders[at]) != "" {
		f.unit.Holders[at].Elem = annotation[1]
	}
}

// ofObjects tells an annotated variable in the body of a class that is a default of its
// objects: what is no collection, and all of a class whose library may read it so.
func (f *file) ofObjects(s *scope, n *node, v unit.Value) bool {
	if !n.Child("left").Is("identifier") || strings.Contains(f.text(n.Child("type")), "ClassVar") {
		return false
	}
	i, ok := f.types[s.class]
	return v.Kind != unit.Collection || ok && len(f.unit.Types[i].Supers) > 0
}

// assign gives a value to a target.
func (f *file) assign(s *scope, target *node, v unit.Value, bare bool) {
	switch {
	case target == nil:
	case target.Kind == "identifier":
		f.assignName(s, target, v, bare)
	case target.Kind == "attribute":
		f.assignAttribute(s, target, v)
	case target.Kind == "subscript":
		f.assignElement(s, target, v)
	case target.Is("pattern_list", "tuple_pattern", "list_pattern", "tuple", "list", "expression_list"):
		for i, kid := range target.Kids {
			f.assign(s, kid, nth(v, i, len(target.Kids)), false)
		}
	case target.Is("list_splat_pattern", "parenthesized_expression"):
		f.assign(s, last(target.Kids), unit.Value{}, false)
	}
}

// nth is one of the values that are taken apart.
func nth(v unit.Value, i, of int) unit.Value {
	if v.Kind == unit.Collection && len(v.Parts) == of {
		return v.Parts[i]
	}
	if v.Place != nil {
		return unit.Value{Kind: unit.PlaceValue, Text: v.Text, Place: step(v.Place, "[]")}
	}
	return unit.Value{Kind: unit.Compound, Text: v.Text, Parts: parts(v)}
}

func (f *file) assignName(s *scope, target *node, v unit.Value, bare bool) {
	name := f.text(target)
	switch {
	case s.class != "":
		f.classVariable(s, target, name, v)
	case s.top():
		f.declare(f.moduleHolder(name, target, v))
		if !bare {
			f.write(s, target, v, rooted(f.module+"."+name))
		}
	case s.global[name]:
		f.assignOutside(s, target, name, v)
	default:
		s.set(name, v, target)
	}
}

// assignOutside reads an assignment to what was declared global or nonlocal.
func (f *file) assignOutside(s *scope, target *node, name string, v unit.Value) {
	known, _ := f.lookup(s, name)
	if known.Place == nil {
		return
	}
	if known.Place.Name == f.module+"."+name {
		f.declare(f.moduleHolder(name, target, unit.Value{}))
	}
	f.write(s, target, v, known.Place)
}

func (f *file) moduleHolder(name string, target *node, v unit.Value) unit.Holder {
	id := f.module + "." + name
	return unit.Holder{
		ID: id, Symbol: f.symbol(id), Name: name, Kind: unit.ModuleVar, Owner: f.module,
		Type: v.Type, Value: f.kept(v), Location: f.at(target), Comment: f.comment(target),
	}
}

// kept is a value as a holder keeps it: settings are long.
func (f *file) kept(v unit.Value) unit.Value { return prune(v, valueDepth+1) }

// write records that a place gets another value.
func (f *file) write(s *scope, target *node, v unit.Value, place *unit.Place) {
	value := prune(v, valueDepth)
	a := unit.Access{Kind: unit.Write, Op: "=", Value: &value, Location: f.at(target), Reset: isEmptyValue(v)}
	if s.top() {
		a.Method = s.when
	}
	if s.init && place != nil && place.Root == unit.RootReceiver && len(place.Path) == 1 {
		a.Kind = unit.Init
	}
	f.access(s, a, place)
}

func (f *file) classVariable(s *scope, target *node, name string, v unit.Value) {
	if s.data && v.Kind != unit.Func {
		f.field(s, target, name, v)
		s.locals[name] = &local{value: v, at: target}
		return
	}
	id := s.class + "." + name
	h := unit.Holder{
		ID: id, Symbol: f.symbol(id), Name: name, Kind: unit.ClassVar, Owner: s.class,
		Type: v.Type, Value: f.kept(v), Location: f.at(target), Comment: f.comment(target),
	}
	if maker := makerOf(s.class); maker != "" {
		h.Kind, h.Owner = unit.Captured, maker // lasts as long as what the function around it leaves behind
	}
	f.declare(h)
	s.locals[name] = &local{value: unit.Value{Kind: unit.PlaceValue, Place: rooted(id)}, at: target}
}

// makerOf is the function that makes a class anew each time it is called, "" of a class that
// the loading of its module makes.
func makerOf(class string) string {
	return class[:max(0, strings.LastIndex(class, locals))]
}

func (f *file) assignAttribute(s *scope, target *node, v unit.Value) {
	f.chain(s, target.Child("object"))
	f.declareField(s, target, v)
	f.write(s, target, v, f.place(s, target))
}

// declareField declares what a method sets on self.
func (f *file) declareField(s *scope, target *node, v unit.Value) {
	object, name := target.Child("object"), f.text(target.Child("attribute"))
	p := f.place(s, object)
	if s.owner == "" || p == nil || p.Root != unit.RootReceiver || len(p.Path) > 0 {
		return
	}
	f.field(s, target, name, v)
}

// field declares an attribute of the instances of a class.
func (f *file) field(s *scope, at *node, name string, v unit.Value) {
	id := s.owner + "#" + name
	f.declare(unit.Holder{
		ID: id, Symbol: f.symbol(id), Name: name, Kind: unit.Field, Owner: s.owner,
		Type: v.Type, Value: f.kept(v), Location: f.at(at), Comment: f.comment(at),
	})
	if i, ok := f.types[s.owner]; ok && !has(f.unit.Types[i].Fields, id) {
		f.unit.Types[i].Fields = append(f.unit.Types[i].Fields, id)
	}
}

func (f *file) assignElement(s *scope, target *node, v unit.Value) {
	f.chain(s, target.Child("value"))
	key := f.eval(s, target.Child("subscript"), unit.Used)
	value := prune(v, valueDepth)
	place := f.place(s, target.Child("value"))
	if object := f.text(target.Child("value")); object == "globals()" {
		f.write(s, target, v, f.global(f.literalText(target.Child("subscript"))))
		return
	}
	f.session(s, target.Child("value"), unit.SessionUse{Key: f.keyText(target.Child("subscript")), Op: "[]=", Value: value, Location: f.at(target)})
	if place == nil {
		if text := f.literalText(target.Child("subscript")); text != "" {
			v = unit.Value{Kind: unit.Compound, Type: pair, Callee: text, Text: f.short(target), Parts: parts(v)}
		}
		f.filled(s, target.Child("value"), v)
	}
	a := unit.Access{Kind: unit.Modify, Op: "[]=", Value: &value, Key: &key, Location: f.at(target)}
	if s.top() {
		a.Method = s.when
	}
	f.access(s, a, place)
}

// keyText is how a key is told: the text of a plain string, else its source.
func (f *file) keyText(n *node) string {
	if text := f.literalText(n); text != "" {
		return text
	}
	return f.short(n)
}

// session notes what is put into a session and taken out.
func (f *file) session(s *scope, object *node, use unit.SessionUse) {
	if !f.isSession(s, object) {
		return
	}
	use.Store = "session"
	s.fn.Sessions = append(s.fn.Sessions, use)
}

// isSession tells the session of a request by what it is called, request.session or
// flask's session, and one that code opens by its key.
func (f *file) isSession(s *scope, object *node) bool {
	text := f.text(object)
	if text == "request.session" || strings.HasSuffix(text, ".request.session") {
		return true
	}
	place := f.place(s, object)
	switch {
	case place == nil:
		return false
	case place.Root == unit.RootParam && len(place.Path) == 1 && place.Path[0] == ".session":
		n := indexOf(place.Name)
		return n < len(s.fn.Params) && s.fn.Params[n] == "request"
	case place.Root == unit.RootReceiver:
		return len(place.Path) == 2 && place.Path[0] == ".request" && place.Path[1] == ".session"
	case place.Root != unit.RootHolder:
		return false
	}
	return place.Name == ">flask.session" && len(place.Path) == 0 || strings.Contains(place.Name, ".sessions.backends.") && strings.HasSuffix(place.Name, ".SessionStore") && len(place.Path) == 1 && place.Path[0] == "()"
}

// indexOf is the number of a parameter.
func indexOf(name string) int {
	n, _ := strconv.Atoi(name)
	return n
}

// augmented reads x += y.
func (f *file) augmented(s *scope, n *node) unit.Value {
	left, right := n.Child("left"), n.Child("right")
	v := f.eval(s, right, unit.Used)
	op := f.between(left, right)
	switch left.Kind {
	case "identifier":
		name := f.text(left)
		if !s.global[name] && !s.top() {
			if l := s.locals[name]; l == nil {
				return v
			}
			s.set(name, unit.Value{Kind: unit.Compound, Text: f.short(n), Parts: parts(v)}, left)
			return v
		}
		value := prune(v, valueDepth)
		if known, _ := f.lookup(s, name); known.Place != nil {
			if known.Place.Name == f.module+"."+name {
				f.declare(f.moduleHolder(name, left, unit.Value{}))
			}
			f.access(s, unit.Access{Kind: unit.Write, Op: op, Value: &value, Location: f.at(left)}, known.Place)
		}
	case "attribute":
		f.chain(s, left.Child("object"))
		value := prune(v, valueDepth)
		f.declareField(s, left, unit.Value{})
		f.access(s, unit.Access{Kind: unit.Write, Op: op, Value: &value, Location: f.at(left)}, f.place(s, left))
	case "subscript":
		f.chain(s, left.Child("value"))
		key := f.eval(s, left.Child("subscript"), unit.Used)
		value := prune(v, valueDepth)
		f.access(s, unit.Access{Kind: unit.Modify, Op: "[]" + op, Value: &value, Key: &key, Location: f.at(left)}, f.place(s, left.Child("value")))
	}
	return v
}

// bindValue gives the names of a for, a with or a walrus a value.
func (f *file) bindValue(s *scope, target *node, v unit.Value) {
	if target != nil {
		f.assign(s, target, v, false)
	}
}

// bindLocal gives the names of a comprehension a value.
func (f *file) bindLocal(s *scope, target *node, v unit.Value) {
	if target.Is("identifier") {
		if s.names == nil {
			return // at the top of a module nothing is told of them
		}
		s.locals[f.text(target)] = &local{value: v, at: target}
		return
	}
	for _, kid := range target.List() {
		f.bindLocal(s, kid, element(v))
	}
}

// annotation is the class that an annotation names, in the space of imports or by
// its ID; of Optional, Annotated and unions the first that is one.
func (f *file) annotation(s *scope, n *node) string {
	if n == nil {
		return ""
	}
	switch n.Kind {
	case "type", "parenthesized_expression":
		return f.annotation(s, last(n.Kids))
	case "string":
		return f.quoted(s, f.literalText(n))
	case "identifier", "attribute":
		switch text := f.text(n); text {
		case "dict", "list", "set", "int", "str", "bool", "float", "bytes", "tuple":
			return text
		case "Any", "object", "None":
			return ""
		}
		return f.typeName(s, n)
	case "generic_type", "subscript":
		return f.genericType(s, n)
	case "binary_operator", "union_type":
		for _, kid := range n.Kids {
			if t := f.annotation(s, kid); t != "" {
				return t
			}
		}
	}
	return ""
}

func (f *file) typeName(s *scope, n *node) string {
	p := f.place(s, n)
	if p == nil || p.Root != unit.RootHolder {
		return ""
	}
	return p.Name + strings.Join(p.Path, "")
}

// wrapper is what collectionNamed says of a type that only says something about another one.
const wrapper = "wrapper"

// collectionNamed tells the collections by what they are called in annotations.
func collectionNamed(name string) string {
	switch name {
	case "Dict", "dict", "DefaultDict", "OrderedDict", "MutableMapping", "Mapping":
		return "dict"
	case "List", "list", "Deque", "deque", "Sequence", "MutableSequence":
		return "list"
	case "Set", "set":
		return "set"
	case "Optional", "Annotated", "Final", "ClassVar", "Union", "Mapped", "DynamicMapped", "WriteOnlyMapped":
		return wrapper
	}
	return ""
}

// genericType reads Optional[X], Annotated[X, …], dict[str, X].
func (f *file) genericType(s *scope, n *node) string {
	name := f.text(n.Kids[0])
	switch collected := collectionNamed(name[strings.LastIndexByte(name, '.')+1:]); collected {
	case "dict", "list", "set":
		return collected
	case wrapper:
		inner := n.Kids[len(n.Kids)-1]
		if n.Kind == "subscript" {
			return f.annotation(s, n.Kids[1])
		}
		for _, kid := range inner.Kids {
			if t := f.annotation(s, kid); t != "" {
				return t
			}
		}
		return ""
	}
	return f.annotation(s, n.Kids[0])
}

// quoted is the class that a quoted annotation names, if it is a plain name.
func (f *file) quoted(s *scope, text string) string {
	for _, part := range strings.Split(text, " | ") {
		if part = strings.TrimSpace(part); part != text && part != "None" {
			return f.quoted(s, part)
		}
	}
	if head, inner, ok := strings.Cut(strings.TrimSuffix(text, "]"), "["); ok {
		switch collected := collectionNamed(head[strings.LastIndexByte(head, '.')+1:]); collected {
		case "":
			return f.quoted(s, head)
		case wrapper:
			return f.quoted(s, inner)
		default:
			return collected
		}
	}
	for _, r := range text {
		if r != '.' && r != '_' && (r < '0' || r > 'z' || r > '9' && r < 'A' || r > 'Z' && r < 'a') {
			return ""
		}
	}
	first, rest, _ := strings.Cut(text, ".")
	v, _ := f.lookup(s, first)
	if v.Place == nil || v.Place.Root != unit.RootHolder || text == "" {
		return ""
	}
	if rest != "" {
		rest = "." + rest
	}
	return v.Place.Name + rest
}
