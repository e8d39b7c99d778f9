package ruby

import "github.com/stateaudit/stateaudit/internal/unit"

// assignment is x = y in all its forms.
func (f *file) assignment(s *scope, n *node) unit.Value {
	left, right := n.Child("left"), n.Child("right")
	if left == nil {
		return unit.Value{}
	}
	if left.Is("left_assignment_list", "destructured_left_assignment") {
		return f.multiple(s, left, right)
	}
	if left.Is("constant", "scope_resolution") {
		f.settingAssigned(s, n, left, right)
		return f.constantAssignment(s, n, left, right)
	}
	place := f.place(s, right)
	f.settingAssigned(s, n, left, right)
	value := f.eval(s, right, unit.Used)
	store, nested := f.sessionStore(s, right)
	value = f.assign(s, n, left, value, place, "=")
	if l := s.locals[f.text(left)]; l != nil && left.Is("identifier") && store != "" && !nested {
		l.session = store
	}
	return value
}

// multiple is a, b = x, y.
func (f *file) multiple(s *scope, left, right *node) unit.Value {
	value := f.eval(s, right, unit.Used)
	for i, target := range left.Kids {
		part, place := unit.Value{Kind: unit.Compound, Text: value.Text, Parts: parts(value)}, (*unit.Place)(nil)
		if right.Is("right_assignment_list", "array") && i < len(right.Kids) && i < len(value.Parts) {
			part, place = value.Parts[i], f.place(s, right.Kids[i])
		}
		switch target.Kind {
		case "destructured_left_assignment", "left_assignment_list":
			f.multiple(s, target, nil)
		case "splat_argument", "rest_assignment":
			for _, kid := range target.Kids {
				f.assign(s, kid, kid, part, nil, "=")
			}
		default:
			f.assign(s, target, target, part, place, "=")
		}
	}
	return value
}

// assign gives a target a value. place is the place that the value stands in.
func (f *file) assign(s *scope, n, left *node, value unit.Value, place *unit.Place, op string) unit.Value {
	if op == "=" && left.Kind == "identifier" {
		f.assignLocal(s, n, left, value, place)
		return value
	}
	if left.Kind == "element_reference" {
		return f.assignElement(s, n, left, value, op)
	}
	if left.Kind == "call" {
		return f.assignAttribute(s, n, left, value, op)
	}
	target := f.place(s, left)
	if target == nil {
		return value
	}
	f.declareVariable(s, left, target, value)
	f.access(s, n, target, s.write(target, value, op))
	return value
}

// declareVariable declares a variable where it is written. In a class body or
// at the top level that is its declaration.
func (f *file) declareVariable(s *scope, left *node, target *unit.Place, value unit.Value) {
	pruned := prune(value, valueDepth)
	declaration := s.atBoot() || s.init
	if !declaration && value.Kind == unit.Nil {
		pruned = unit.Value{}
	}
	f.discoverVariable(s, left, target, pruned, declaration)
}

// write is the change that an assignment makes.
func (s *scope) write(target *unit.Place, value unit.Value, op string) change {
	v := prune(value, valueDepth)
	c := change{kind: unit.Write, op: op, value: &v, lazy: op == "||="}
	if s.init && target.Root == unit.RootReceiver {
		c.kind = unit.Init
	}
	c.reset = op == "=" && isEmptyValue(&v)
	if len(target.Path) > 0 && target.Path[len(target.Path)-1] == unit.Element {
		c.kind, c.reset = unit.Modify, op == "=" && v.Kind == unit.Nil
		if op == "=" {
			c.op = "[]="
		}
	}
	return c
}

// assignLocal gives a local a value, or changes the local that a block keeps.
func (f *file) assignLocal(s *scope, n, left *node, value unit.Value, place *unit.Place) {
	name := f.text(left)
	l, at := s.find(name)
	if l != nil && at != s && l.place == nil {
		if target := f.captured(at, l); target != nil {
			f.access(s, n, target, s.write(target, value, "="))
		}
		return
	}
	if value.Kind == unit.New || value.Kind == unit.Collection || value.Kind == unit.Literal {
		place = nil // also where the name stood for another place outside of a block
	}
	s.set(name, value, place, left)
	if place != nil {
		for _, other := range f.places(s, n.Child("right")) {
			s.locals[name].add(other)
		}
	} else if right := n.Child("right"); right != nil {
		s.locals[name].elements = f.elements(s, right)
	}
}

// assignElement is x[k] = v.
func (f *file) assignElement(s *scope, n, left *node, value unit.Value, op string) unit.Value {
	object := left.Child("object")
	if object == nil {
		return value
	}
	keys := f.evalAll(s, left.Kids[1:])
	f.sessionElement(s, n, left, value, op)
	f.walkReceiver(s, object)
	for _, target := range f.elementTargets(s, left, object) {
		c := s.write(target, value, op)
		if len(keys) > 0 {
			c.key = &keys[0]
		}
		f.access(s, n, target, c)
	}
	f.indexCall(s, n, object, "[]=", append(keys, prune(value, 3)))
	return value
}

// elementTargets are the places that x[k] = v changes. A copy that shares its
// elements with another collection is changed alone.
func (f *file) elementTargets(s *scope, left, object *node) []*unit.Place {
	if id := f.keyed(object, left.Kids[1:]); id != "" {
		f.setsEnvironment(left, id)
		return []*unit.Place{holderPlace(id)}
	}
	var out []*unit.Place
	for _, place := range f.places(s, object) {
		if target := step(place, unit.Element); target != nil {
			out = append(out, target)
		}
	}
	return out
}

// assignAttribute is x.y = v: a call of y=, which is recorded, and a change of
// the attribute y, should it turn out to be one.
func (f *file) assignAttribute(s *scope, n, left *node, value unit.Value, op string) unit.Value {
	receiver := left.Child("receiver")
	name := f.text(left.Child("method"))
	if receiver == nil {
		return value
	}
	if key := f.configKey(s, left); key != "" {
		f.declareConfig(left, key, value)
	}
	rv := f.receiverValue(s, receiver)
	f.walkReceiver(s, receiver)
	for _, target := range f.attributeTargets(s, left, receiver, name) {
		f.access(s, n, target, s.write(target, value, op))
	}
	f.record(s, n, unit.Call{Name: name + "=", Receiver: rv, Args: []unit.Value{prune(value, 3)}, Result: unit.Dropped})
	return value
}

// attributeTargets are the places that x.y = v changes. What is set is an attribute also
// where reading it would be a question to a collection: bucket.count = 1.
func (f *file) attributeTargets(s *scope, left, receiver *node, name string) []*unit.Place {
	if !copies(name) && !handsOutElement(name) && !handsOutSelf(name) {
		return f.places(s, left)
	}
	var out []*unit.Place
	for _, place := range f.places(s, receiver) {
		if target := step(place, "."+name); target != nil {
			out = append(out, target)
		}
	}
	return out
}

// declareConfig declares what is hung on the application's configuration.
func (f *file) declareConfig(n *node, key string, value unit.Value) {
	if f.class.config && (value.Kind == unit.Literal || value.Kind == unit.Nil) {
		return
	}
	f.declare(unit.Holder{
		ID: "config." + key, Name: key, Kind: unit.AppConfig, Type: value.Type,
		Value: prune(value, valueDepth), Location: f.at(n), Comment: f.comment(n),
	}, true)
}

// operatorAssignment is x += y, x ||= y and their like.
func (f *file) operatorAssignment(s *scope, n *node) unit.Value {
	left, right := n.Child("left"), n.Child("right")
	if left == nil || right == nil {
		return f.group(s, n, unit.Used)
	}
	op := f.operator(left, right)
	if left.Is("constant", "scope_resolution") {
		f.settingAssigned(s, n, left, right)
		return f.constantAssignment(s, n, left, right)
	}
	inner := s
	if op == "||=" {
		inner = s.knowing(keyOf(f.place(s, left)))
	}
	value := f.eval(inner, right, unit.Used)
	if left.Kind == "identifier" {
		f.operateLocal(s, n, left, right, value, op)
		return value
	}
	at := s
	if l := s.locals[f.text(right)]; l != nil && right.Is("identifier") && (op == "|=" || op == "+=") {
		at = s.giving(passed{number: l.number}) // adds nothing if nothing was passed
	}
	f.assign(at, n, left, value, f.place(s, right), op)
	if target := f.place(s, left); target != nil {
		v := f.placeValue(left, target)
		v.Type, v.Parts = value.Type, parts(value)
		return v
	}
	return value
}

// operateLocal is x += y for a local.
func (f *file) operateLocal(s *scope, n, left, right *node, value unit.Value, op string) {
	name := f.text(left)
	l, at := s.find(name)
	if l == nil {
		s.set(name, value, f.place(s, right), left)
		return
	}
	if at != s {
		target := f.captured(at, l)
		f.access(s, n, target, s.write(target, value, op))
		return
	}
	if op != "||=" && op != "&&=" {
		value = f.compound(n, l.value, value)
	} else if l.place != nil {
		return
	}
	s.set(name, value, nil, left)
}
