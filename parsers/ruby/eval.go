package ruby

import (
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// evalDepth bounds the recursion of the walk; the syntax itself is bounded too.
const evalDepth = 1200

// statements walks a list of statements. All but the last are walked for what
// they do; use says what is done with the last one.
func (f *file) statements(s *scope, list []*node, use unit.Use) unit.Value {
	var last unit.Value
	at := s
	for i, n := range list {
		this := unit.Dropped
		if i == len(list)-1 {
			this = use
		}
		last = f.eval(at, n, this)
		if empty := f.emptyBehind(at, n); len(empty) > 0 {
			at = at.knowing(empty)
		}
		at = at.giving(f.givenBehind(at, n))
		if condition, truth := f.behind(n); condition != nil {
			at = f.inProduction(at, condition, truth)
		}
	}
	return last
}

// group walks the statements inside a node.
func (f *file) group(s *scope, n *node, use unit.Use) unit.Value {
	if n == nil {
		return unit.Value{Kind: unit.Nil}
	}
	return f.statements(s, n.Kids, use)
}

// returns walks the body of a function and records what it hands out.
func (f *file) returns(s *scope, list []*node) {
	f.handOut(s, f.statements(s, list, unit.Returned))
}

// handOut adds a value to those that a function returns.
func (f *file) handOut(s *scope, v unit.Value) {
	if v.Kind == unit.Compound && v.Callee == branches {
		for _, part := range v.Parts {
			f.handOut(s, part)
		}
		return
	}
	if v.Kind == unit.Unknown || len(s.fn.Returns) >= 8 {
		return
	}
	s.fn.Returns = append(s.fn.Returns, prune(v, 4))
}

// sameValue marks the value of a place of which the part is what was put there.
const sameValue = "="

// branches marks a compound value that is one of its parts.
const branches = unit.Branches

// oneOf is a value that is one of several.
func (f *file) oneOf(n *node, values ...unit.Value) unit.Value {
	v := f.compound(n, values...)
	v.Callee = branches
	return v
}

// eval walks an expression once, records what it does, and tells what it is.
func (f *file) eval(s *scope, n *node, use unit.Use) unit.Value {
	if n == nil {
		return unit.Value{}
	}
	if f.depth >= evalDepth {
		f.syntax.Cut = true
		return unit.Value{Text: f.short(n)}
	}
	f.depth++
	defer func() { f.depth-- }()
	if v, ok := f.evalLiteral(s, n); ok {
		return v
	}
	if v, ok := f.evalName(s, n); ok {
		return v
	}
	if v, ok := f.evalControl(s, n, use); ok {
		return v
	}
	return f.evalOther(s, n, use)
}

// evalLiteral knows the expressions that are their own value.
func (f *file) evalLiteral(s *scope, n *node) (unit.Value, bool) {
	switch n.Kind {
	case "integer":
		return f.literal(n, "Integer"), true
	case "float", "rational", "complex":
		return f.literal(n, "Float"), true
	case "true", "false":
		return f.literal(n, "Boolean"), true
	case "simple_symbol", "hash_key_symbol", "delimited_symbol", "bare_symbol":
		return f.withParts(s, n, f.literal(n, "Symbol")), true
	case "nil":
		return unit.Value{Kind: unit.Nil, Text: "nil"}, true
	case "string", "chained_string", "bare_string", "heredoc_beginning", "character":
		return f.withParts(s, n, f.literal(n, "String")), true
	case "regex":
		return f.withParts(s, n, f.literal(n, "Regexp")), true
	case "range":
		return f.withParts(s, n, f.literal(n, "Range")), true
	case "array", "string_array", "symbol_array", "right_assignment_list":
		return f.collection(s, n, "Array"), true
	case "hash":
		return f.collection(s, n, "Hash"), true
	case "file", "line", "encoding":
		return f.literal(n, "String"), true
	}
	return unit.Value{}, false
}

// withParts walks the interpolations of a literal. With any it is computed.
func (f *file) withParts(s *scope, n *node, v unit.Value) unit.Value {
	var computed []unit.Value
	for _, kid := range n.Kids {
		switch kid.Kind {
		case "string_content", "escape_sequence", "heredoc_content", "heredoc_end":
		case "interpolation":
			computed = append(computed, f.group(s, kid, unit.Used))
		default:
			computed = append(computed, f.eval(s, kid, unit.Used))
		}
	}
	if v.Parts = parts(computed...); hasComputed(v.Parts) {
		v.Kind = unit.Compound
	}
	return v
}

// hasComputed tells whether any of the values is not a literal.
func hasComputed(values []unit.Value) bool {
	for _, v := range values {
		if v.Kind != unit.Literal {
			return true
		}
	}
	return false
}

// collection is an array or hash literal.
func (f *file) collection(s *scope, n *node, class string) unit.Value {
	var values []unit.Value
	for _, kid := range n.Kids {
		if kid.Kind == "pair" {
			values = append(values, f.pair(s, kid))
			continue
		}
		values = append(values, f.eval(s, kid, unit.Used))
	}
	return unit.Value{Kind: unit.Collection, Type: class, Text: f.short(n), Parts: parts(values...)}
}

// pair is the value of a pair; its key is only walked. Callee is the key, so
// that named arguments can be found.
func (f *file) pair(s *scope, n *node) unit.Value {
	key, value := n.Child("key"), n.Child("value")
	name := f.symbolText(key)
	if name == "" {
		f.eval(s, key, unit.Used)
	}
	if value == nil {
		return unit.Value{Text: f.short(n)}
	}
	return unit.Value{Kind: unit.Compound, Type: "pair", Callee: name, Text: f.short(n), Parts: parts(f.eval(s, value, unit.Used))}
}

// evalName knows variables, constants and self.
func (f *file) evalName(s *scope, n *node) (unit.Value, bool) {
	switch n.Kind {
	case "instance_variable", "class_variable", "global_variable", "constant", "scope_resolution":
		return f.readPlace(s, n), true
	case "self":
		if place := s.selfPlace(); place != nil {
			return unit.Value{Kind: unit.PlaceValue, Text: "self", Place: place}, true
		}
		return unit.Value{Text: "self"}, true
	case "identifier":
		return f.identifier(s, n), true
	}
	return unit.Value{}, false
}

// identifier is a local or a method of self.
func (f *file) identifier(s *scope, n *node) unit.Value {
	name := f.text(n)
	l, at := s.find(name)
	if l == nil {
		return f.call(s, n, unit.Used)
	}
	place := l.place
	if at != s {
		place = f.captured(at, l)
	}
	if place != nil {
		f.access(s, n, place, change{kind: unit.Read})
		v := f.placeValue(n, place)
		v.Type = l.value.Type
		if l.value.Kind != unit.PlaceValue {
			v.Parts, v.Callee = parts(l.value), sameValue
		}
		return v
	}
	if l.value.Kind == unit.Func {
		return l.value
	}
	return unit.Value{
		Kind: unit.PlaceValue, Type: l.value.Type, Text: name,
		Place: &unit.Place{Root: unit.RootLocal, Name: l.value.Type}, Parts: parts(l.value),
	}
}

// evalOther knows assignments, calls, declarations and operators.
func (f *file) evalOther(s *scope, n *node, use unit.Use) unit.Value {
	switch n.Kind {
	case "assignment":
		return f.assignment(s, n)
	case "operator_assignment":
		return f.operatorAssignment(s, n)
	case "call", "super", "yield":
		return f.call(s, n, use)
	case "element_reference":
		return f.elementReference(s, n)
	case "binary":
		return f.binary(s, n)
	case "unary":
		return f.compound(n, f.eval(s, n.Child("operand"), unit.Checked))
	case "lambda":
		return f.lambda(s, n, n)
	case "method", "singleton_method", "class", "module", "singleton_class", "alias", "undef":
		return f.declaration(s, n)
	case "subshell":
		v := f.withParts(s, n, unit.Value{Text: f.short(n)})
		v.Kind, v.Callee = unit.Result, "Kernel.`"
		command := unit.Value{Kind: unit.Compound, Type: "String", Text: strings.Trim(v.Text, "`"), Parts: v.Parts}
		f.record(s, n, unit.Call{Callee: v.Callee, Name: "`", External: true, Args: parts(command), Result: unit.Used})
		return v
	case "splat_argument", "hash_splat_argument", "block_argument":
		return f.group(s, n, unit.Used)
	case "pair":
		return f.pair(s, n)
	}
	return f.group(s, n, use)
}

// binary is an operator with two operands.
func (f *file) binary(s *scope, n *node) unit.Value {
	left, right := n.Child("left"), n.Child("right")
	op := f.operator(left, right)
	switch op {
	case "<<":
		return f.appends(s, n, left, right)
	case "&&", "and":
		first := f.eval(s, left, unit.Checked)
		second := f.eval(s.knowing(f.emptyWhen(s, left, true)), right, unit.Used)
		return f.oneOf(n, second, first)
	case "||", "or":
		first := f.eval(s, left, unit.Used)
		second := f.eval(s.knowing(f.emptyWhen(s, left, false)), right, unit.Used)
		return f.oneOf(n, first, second)
	}
	v := f.compound(n, f.eval(s, left, unit.Used), f.eval(s, right, unit.Used))
	if op == "/" && (right.Is("string") || strings.HasPrefix(f.text(left), "Rails.root")) {
		v.Callee, v.Type = dividedPath, "Pathname"
	}
	return v
}

// dividedPath marks a path that is made with the operator /.
const dividedPath = "/"

// appends is x << y: a change of x, if x is a place.
func (f *file) appends(s *scope, n *node, left, right *node) unit.Value {
	value := prune(f.eval(s, right, unit.Used), valueDepth)
	if store, nested := f.sessionStore(s, left); nested {
		f.sessionWrite(s, n, store, "", "<<", true, value)
	}
	places := f.places(s, left)
	if len(places) == 0 {
		return f.compound(n, f.eval(s, left, unit.Used), value)
	}
	f.walkReceiver(s, left)
	for _, place := range places {
		f.discover(s, left, place)
		f.access(s, n, place, change{kind: unit.Modify, op: "<<", value: &value})
	}
	return f.placeValue(left, places[0])
}

// operator is the text between two operands.
func (f *file) operator(left, right *node) string {
	if left == nil || right == nil || left.End > right.Start {
		return ""
	}
	return strings.Trim(f.src[left.End:right.Start], " \t\r\n\\()")
}

// elementReference is x[k].
func (f *file) elementReference(s *scope, n *node) unit.Value {
	object := n.Child("object")
	if object == nil {
		return unit.Value{Text: f.short(n)}
	}
	args := f.evalAll(s, n.Kids[1:])
	place := f.place(s, n)
	if place == nil {
		f.sessionRead(s, n)
		receiver := f.eval(s, object, unit.Used)
		return unit.Value{Kind: unit.Result, Callee: ".[]", Text: f.short(n), Parts: parts(append([]unit.Value{receiver}, args...)...)}
	}
	f.sessionRead(s, n)
	f.walkReceiver(s, object)
	f.access(s, n, place, change{kind: unit.Read})
	f.indexCall(s, n, object, "[]", args)
	v := f.placeValue(n, place)
	v.Parts = parts(args...)
	return v
}

// indexCall records x[k] as a call too where x may be a class or instance
// that defines it.
func (f *file) indexCall(s *scope, n *node, object *node, name string, args []unit.Value) {
	if name == "[]=" && f.text(object) == "response.headers" {
		// what Rails has set_header for
		f.record(s, n, unit.Call{Name: "set_header", Receiver: f.receiverValue(s, object.Child("receiver")), Args: args, Result: unit.Dropped})
		return
	}
	if !object.Is("constant", "scope_resolution", "self") {
		return
	}
	receiver := f.receiverValue(s, object)
	f.record(s, n, unit.Call{Name: name, Receiver: receiver, Args: args, Result: unit.Used})
}

// evalAll walks arguments.
func (f *file) evalAll(s *scope, list []*node) []unit.Value {
	if len(list) == 0 {
		return nil
	}
	values := make([]unit.Value, 0, len(list))
	for _, n := range list {
		v := f.eval(s, n, unit.Used)
		if n.Kind != "block_argument" && len(values) < 2*valueParts {
			values = append(values, prune(v, 5))
		}
	}
	return values
}
