package ruby

import (
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// send is a call as written.
type send struct {
	n        *node
	receiver *node
	name     string
	args     []*node
	block    *node // do_block or block
}

// sendOf reads a call: `x.y(z) { }`, `y`, `super`, `yield`.
func (f *file) sendOf(n *node) send {
	c := send{n: n, receiver: n.Child("receiver"), name: f.text(n.Child("method")), block: n.Child("block")}
	switch n.Kind {
	case "identifier":
		c.name = f.text(n)
	case "super", "yield":
		c.name = n.Kind
	}
	if c.name == "" && n.Kind == "call" {
		c.name = "call" // x.()
	}
	if n.Child("method").Is("super") {
		c.name = "super"
	}
	if args := n.Child("arguments"); args != nil {
		c.args = args.Kids
	} else if n.Kind == "yield" && len(n.Kids) > 0 {
		c.args = n.Kids[0].Kids
	}
	return f.sent(c)
}

// sent replaces `x.send(:y, z)` by `x.y(z)`.
func (f *file) sent(c send) send {
	switch c.name {
	case "send", "public_send", "__send__", "try", "try!":
		if len(c.args) > 0 {
			if name := f.symbolText(c.args[0]); name != "" {
				c.name, c.args = name, c.args[1:]
			} else if name := f.namePattern(c.args[0]); name != "" {
				c.name, c.args = name, c.args[1:]
			}
		}
	}
	return c
}

// call walks a call, records it, and tells what it hands out.
func (f *file) call(s *scope, n *node, use unit.Use) unit.Value {
	c := f.sendOf(n)
	if v, ok := f.special(s, c, use); ok {
		return v
	}
	if key := f.configKey(s, n); key != "" {
		place := holderPlace("config." + key)
		f.access(s, n, place, change{kind: unit.Read})
		return f.placeValue(n, place)
	}
	receiver := f.receiverValue(s, c.receiver)
	if c.receiver != nil {
		if v := f.walkReceiver(s, c.receiver); receiver.Kind == unit.Unknown || c.receiver.Is("hash", "array", "call", "parenthesized_statements") && receiver.Kind != unit.PlaceValue {
			receiver = &v
		}
	}
	args := f.evalAll(s, c.args)
	if f.runsCommand(c) {
		f.record(s, c.n, unit.Call{Callee: "Kernel.spawn", Name: "spawn", External: true, Reference: false, Args: args, Result: unit.Dropped})
		return unit.Value{Text: f.short(n)}
	}
	args = f.middleware(s, c, args)
	f.recordCall(s, c, receiver, append(args[:len(args):len(args)], f.keptBlock(s, c)...), use)
	f.sessionCall(s, c, args)
	given, made := f.block(s, c)
	f.touch(s, c, args, given)
	v := f.result(s, c, receiver, args)
	if sent := f.passedSymbol(c); sent != nil && v.Kind == unit.Result && c.receiver != nil {
		v.Parts = parts(append(v.Parts[:len(v.Parts):len(v.Parts)], unit.Value{Kind: unit.Literal, Type: "Symbol", Text: f.text(sent)})...)
	}
	if given.Kind != unit.Unknown {
		v.Parts = parts(append([]unit.Value{given}, v.Parts...)...)
	}
	if made.Kind == unit.Result || made.Kind == unit.Compound || made.Kind == unit.Collection {
		v.Parts = parts(append(v.Parts[:len(v.Parts):len(v.Parts)], made)...)
	}
	return v
}

// middleware makes of a class that is put into a stack of Rack the one object that the
// server makes of it when it starts, and asks for each request.
func (f *file) middleware(s *scope, c send, args []unit.Value) []unit.Value {
	at := 0
	switch c.name {
	case "use", "unshift":
	case "insert_before", "insert_after", "insert", "swap":
		at = 1
	default:
		return args
	}
	stack := f.text(c.receiver)
	if c.receiver == nil && s.self == selfInstance || c.receiver != nil && stack != "middleware" && !strings.HasSuffix(stack, ".middleware") || len(args) <= at {
		return args
	}
	constant := f.constantName(c.args[at])
	if constant == "" {
		return args
	}
	given := append([]unit.Value{{}}, args[at+1:]...) // what comes behind it in the stack
	f.record(s, c.n, unit.Call{Name: "new", Receiver: f.receiverValue(s, c.args[at]), Args: given, Result: unit.Used})
	s.fn.Allocs = append(s.fn.Allocs, unit.Alloc{Type: constant, Location: f.at(c.args[at])})
	args = slices.Clone(args)
	args[at] = unit.Value{Kind: unit.New, Type: constant, Text: f.short(c.args[at]), Parts: parts(given...)}
	return args
}

// special knows the calls that are syntax in all but name.
func (f *file) special(s *scope, c send, use unit.Use) (unit.Value, bool) {
	if c.receiver == nil || c.receiver.Kind == "self" {
		switch c.name {
		case "lambda", "proc":
			if c.block != nil {
				return f.lambda(s, c.n, c.block), true
			}
		case "raise", "fail":
			f.evalAll(s, c.args)
			return unit.Value{}, true
		}
		if s.body != nil {
			if v, ok := f.macro(s, c); ok {
				return v, true
			}
		}
	}
	f.settingCalled(s, c)
	f.callbacks(s, c)
	f.defines(s, c)
	return f.specialReceiver(s, c, use)
}

// specialReceiver is special for calls on something.
func (f *file) specialReceiver(s *scope, c send, _ unit.Use) (unit.Value, bool) {
	constant := f.constantName(c.receiver)
	switch c.name {
	case "new":
		if constant == "Proc" && c.block != nil {
			return f.lambda(s, c.n, c.block), true
		}
		if (constant == "Class" || constant == "Module" || constant == "Struct") && c.block != nil && s.body == nil {
			f.evalAll(s, c.args)
			return unit.Value{Kind: unit.New, Type: constant, Text: f.short(c.n)}, true
		}
	case "include", "prepend", "extend":
		if f.mixesIntoIncluder(s, c) {
			return unit.Value{}, true
		}
		if constant != "" && len(c.args) > 0 {
			f.mixInto(join("", constant), c)
			return unit.Value{}, true
		}
	case "class_eval", "module_eval", "class_exec":
		if constant != "" && c.block != nil {
			f.reopen(s, constant, c)
			return unit.Value{}, true
		}
	case "instance_variable_get", "class_variable_get":
		if place := f.place(s, c.n); place != nil && !viaMethod(place) {
			f.evalAll(s, c.args)
			f.access(s, c.n, place, change{kind: unit.Read})
			return f.placeValue(c.n, place), true
		}
	case "instance_variable_set", "class_variable_set", "thread_variable_set", "store_in_thread", "remove_instance_variable":
		return f.setReflected(s, c)
	}
	return unit.Value{}, false
}

// setReflected is instance_variable_set(:@x, v) and its like.
func (f *file) setReflected(s *scope, c send) (unit.Value, bool) {
	place := f.place(s, c.n)
	if place == nil || viaMethod(place) || len(c.args) == 0 {
		return unit.Value{}, false
	}
	value := unit.Value{Kind: unit.Nil}
	if len(c.args) > 1 {
		value = f.eval(s, c.args[1], unit.Used)
	}
	f.declareReflected(s, c, place, value)
	f.access(s, c.n, place, s.write(place, value, "="))
	return value, true
}

// declareReflected declares the variable that a symbol names.
func (f *file) declareReflected(s *scope, c send, place *unit.Place, value unit.Value) {
	name := f.variableName(c.args[0])
	h := unit.Holder{
		ID: place.Name, Name: name, Kind: unit.ClassIvar, Owner: f.ownerOf(s, c.receiver), Type: value.Type,
		Value: prune(value, valueDepth), Location: f.at(c.n), Comment: f.comment(c.n),
	}
	switch {
	case place.Root == unit.RootReceiver && len(place.Path) > 0:
		h.ID, h.Kind = place.Path[0], unit.Field
	case strings.HasPrefix(name, "@@"):
		h.Kind = unit.ClassVar
	case !strings.HasPrefix(name, "@"):
		return
	}
	f.declare(h, s.atBoot())
}

// receiverValue is what a call is made on, without recording anything. It is
// nil for calls on self that do not say so.
func (f *file) receiverValue(s *scope, n *node) *unit.Value {
	if n == nil {
		return nil
	}
	v := f.glance(s, n, 3)
	return &v
}

// glance tells what an expression is without recording anything.
func (f *file) glance(s *scope, n *node, depth int) unit.Value {
	switch n.Kind {
	case "call":
		return f.glanceCall(s, n, depth)
	case "identifier":
		return f.glanceIdentifier(s, n)
	case "parenthesized_statements":
		if len(n.Kids) == 1 {
			return f.glance(s, n.Kids[0], depth)
		}
	case "string", "heredoc_beginning":
		return f.literal(n, "String")
	case "array", "string_array", "symbol_array":
		return unit.Value{Kind: unit.Collection, Type: "Array", Text: f.short(n)}
	case "hash":
		return unit.Value{Kind: unit.Collection, Type: "Hash", Text: f.short(n)}
	}
	if place := f.place(s, n); place != nil {
		return f.placeValue(n, place)
	}
	return unit.Value{Text: f.short(n)}
}

// glanceIdentifier is glance for locals and methods of self.
func (f *file) glanceIdentifier(s *scope, n *node) unit.Value {
	name := f.text(n)
	l, at := s.find(name)
	switch {
	case l == nil:
		return unit.Value{Kind: unit.Result, Callee: name, Text: name}
	case at != s || l.place != nil:
		v := unit.Value{Text: name, Type: l.value.Type}
		if place := f.identifierPlace(s, n); place != nil {
			v.Kind, v.Place = unit.PlaceValue, place
		}
		if l.value.Kind != unit.PlaceValue {
			v.Parts, v.Callee = parts(prune(l.value, 2)), sameValue
		}
		return v
	case l.value.Kind == unit.Func:
		return l.value
	}
	return unit.Value{
		Kind: unit.PlaceValue, Type: l.value.Type, Text: name,
		Place: &unit.Place{Root: unit.RootLocal, Name: l.value.Type}, Parts: parts(prune(l.value, 2)),
	}
}

// glanceCall is glance for calls.
func (f *file) glanceCall(s *scope, n *node, depth int) unit.Value {
	c := f.sendOf(n)
	if key := f.configKey(s, n); key != "" {
		return f.placeValue(n, holderPlace("config."+key))
	}
	if handsOutSelf(c.name) && c.receiver != nil {
		return f.glance(s, c.receiver, depth)
	}
	var receiver *unit.Value
	if c.receiver != nil && depth > 0 {
		v := f.glance(s, c.receiver, depth-1)
		receiver = &v
	}
	var args []unit.Value
	for _, arg := range c.args {
		if len(args) < valueParts && depth > 1 && !arg.Is("pair", "block_argument", "hash") {
			args = append(args, f.glance(s, arg, 0))
		}
	}
	return f.result(s, c, receiver, args)
}

// result is the value of a call.
func (f *file) result(s *scope, c send, receiver *unit.Value, args []unit.Value) unit.Value {
	constant := f.constantName(c.receiver)
	v := unit.Value{Kind: unit.Result, Text: f.short(c.n), Callee: f.calleeText(c, constant)}
	switch c.name {
	case "Pathname":
		if c.receiver == nil {
			return unit.Value{Kind: unit.New, Type: "Pathname", Text: f.short(c.n), Parts: parts(args...)}
		}
	case "new":
		if f.drawsKey(c) {
			v.Callee, v.Parts = strings.TrimPrefix(constant, "::")+".generate", parts(args...)
			return v
		}
		if constant == "" && c.receiver == nil && s.self == selfClass {
			constant = s.owner
		}
		if constant != "" || c.receiver.Is("self") && s.self == selfClass {
			if constant == "" {
				constant = s.owner
			}
			return unit.Value{Kind: unit.New, Type: constant, Text: f.short(c.n), Parts: parts(args...)}
		}
	case "freeze":
		if receiver != nil && (receiver.Kind == unit.Collection || receiver.Kind == unit.Literal) {
			frozen := *receiver
			frozen.Kind, frozen.Text = unit.Literal, f.short(c.n)
			return frozen
		}
	}
	if receiver != nil {
		if handsOutSelf(c.name) && receiver.Kind != unit.Unknown && receiver.Kind != unit.PlaceValue {
			return *receiver
		}
		if (handsOutSelf(c.name) || handsOutElement(c.name)) && receiver.Kind == unit.PlaceValue && receiver.Place != nil && !constantOnly(receiver.Place) {
			if place := f.place(s, c.n); place != nil {
				v = f.placeValue(c.n, place)
				v.Parts = parts(args...)
				return v
			}
		}
		v.Parts = parts(append([]unit.Value{*receiver}, args...)...)
		v.Place = f.place(s, c.n)
		return v
	}
	v.Parts = parts(args...)
	v.Place = f.place(s, c.n)
	return v
}

// constantOnly tells whether a place is a constant that may be a class.
func constantOnly(place *unit.Place) bool {
	return place.Root == unit.RootHolder && len(place.Path) == 0 && !strings.ContainsAny(place.Name, "@$[.") && !loud(place.Name)
}

// calleeText names the method as a reader would.
func (f *file) calleeText(c send, constant string) string {
	if constant != "" {
		return constant + "." + c.name
	}
	if c.receiver.Is("self") {
		return "self." + c.name
	}
	if c.receiver != nil {
		return "." + c.name // the receiver is the first part
	}
	return c.name
}

// walkReceiver walks what a call is made on, for what happens in it. The place
// itself is not read: the call says what is done with it.
func (f *file) walkReceiver(s *scope, n *node) unit.Value {
	switch n.Kind {
	case "constant", "scope_resolution", "self":
	case "instance_variable", "class_variable", "global_variable":
		if place := f.place(s, n); place != nil {
			f.discover(s, n, place)
		}
	case "identifier":
		if l, _ := s.find(f.text(n)); l == nil {
			return f.eval(s, n, unit.Used)
		}
	default:
		return f.eval(s, n, unit.Used)
	}
	return unit.Value{Text: f.short(n)}
}

// touch records what a call does to the place that it is made on.
func (f *file) touch(s *scope, c send, args []unit.Value, given unit.Value) {
	if c.receiver == nil {
		return
	}
	if f.touchEnvironment(s, c, args) {
		return
	}
	if name, ok := strings.CutSuffix(c.name, "="); ok && dotted(name) && len(args) > 0 && c.n.Is("call") {
		for _, place := range f.places(s, c.receiver) {
			f.access(s, c.n, step(place, "."+name), s.write(place, args[len(args)-1], "=")) // sent by name
		}
		return
	}
	for _, place := range f.places(s, c.receiver) {
		if place.Root != unit.RootReceiver || len(place.Path) > 0 {
			f.touchPlace(s, c, place, args, given)
		}
	}
}

// touchEnvironment records what ENV.fetch, ENV.store and ENV.delete do to a variable.
func (f *file) touchEnvironment(s *scope, c send, args []unit.Value) bool {
	if f.mergesEnvironment(s, c, args) {
		return true
	}
	id := f.environmentVariable(c.receiver, c.args)
	if id == "" {
		return false
	}
	ch := change{kind: unit.Read, method: c.name}
	switch c.name {
	case "store", "delete":
		f.setsEnvironment(c.n, id)
		ch = change{kind: unit.Write, op: "=", value: &args[len(args)-1], reset: c.name == "delete"}
	}
	f.access(s, c.n, holderPlace(id), ch)
	return true
}

// mergesEnvironment records what ENV.update and its like do to the variables that they
// are given by name.
func (f *file) mergesEnvironment(s *scope, c send, args []unit.Value) bool {
	switch c.name {
	case "update", "merge!", "replace":
	default:
		return false
	}
	found := false
	for i, arg := range c.args {
		pairs, values := []*node{arg}, args[i:min(i+1, len(args))]
		if arg.Is("hash") && len(values) > 0 {
			pairs, values = arg.Kids, values[0].Parts
		}
		for at, pair := range pairs {
			if !pair.Is("pair") || at >= len(values) || len(values[at].Parts) == 0 {
				continue
			}
			id := f.environmentVariable(c.receiver, pair.Kids[:1])
			if id == "" {
				return false
			}
			f.setsEnvironment(pair, id)
			f.access(s, pair, holderPlace(id), change{kind: unit.Write, op: "=", value: &values[at].Parts[0]})
			found = true
		}
	}
	return found
}

// touchPlace records what a call does to one place.
func (f *file) touchPlace(s *scope, c send, place *unit.Place, args []unit.Value, given unit.Value) {
	switch {
	case mutates(c.name):
		f.mutation(s, c, place, args, given)
	case reads(c.name) && !(fillsByBlock(c.name) && c.block != nil):
		if !viaMethod(place) && !constantOnly(place) {
			f.access(s, c.n, place, change{kind: unit.Read, method: c.name})
		}
	default:
		ch := change{kind: unit.Invoke, method: c.name, lazy: fillsOnce(c.name) || c.name == "fetch"}
		if given.Kind != unit.Unknown {
			ch.value = &given
		} else if len(args) > 0 {
			ch.value = &args[len(args)-1]
		}
		if len(args) > 0 {
			ch.key = &args[0]
		}
		f.access(s, c.n, place, ch)
	}
}

// mutation records the change that a method of a collection makes.
func (f *file) mutation(s *scope, c send, place *unit.Place, args []unit.Value, given unit.Value) {
	if len(c.args) == 1 && (c.args[0].Is("splat_argument", "hash_splat_argument") || joinsElements(c.name)) {
		s = s.giving(passed{number: f.leftOut(s, c.args[0])}) // adds nothing if nothing was passed
	}
	ch := change{kind: unit.Modify, op: c.name, method: c.name, lazy: fillsOnce(c.name), reset: empties(c.name)}
	switch {
	case given.Kind != unit.Unknown:
		ch.value = &given
	case len(args) > 0:
		ch.value = &args[len(args)-1]
	}
	if len(args) > 1 || len(args) == 1 && (empties(c.name) || given.Kind != unit.Unknown) {
		ch.key = &args[0]
	}
	f.access(s, c.n, place, ch)
}

// leftOut is the number of the parameter that an expression hands on, with or without
// a splat; else 0.
func (f *file) leftOut(s *scope, n *node) int {
	if n.Is("splat_argument", "hash_splat_argument") && len(n.Kids) == 1 {
		n = n.Kids[0]
	}
	if l := s.locals[f.text(n)]; n.Is("identifier") && l != nil {
		return l.number
	}
	return 0
}

// recordCall records a call unless it says nothing.
func (f *file) recordCall(s *scope, c send, receiver *unit.Value, args []unit.Value, use unit.Use) {
	onName := c.receiver == nil || c.receiver.Is("constant", "scope_resolution", "self")
	if plain(c.name) && (!onName || quietOnSelf(c.name) && c.receiver == nil) {
		f.symbolProc(s, c)
		return
	}
	if c.name == "yield" || c.name == "block_given?" {
		f.yields(s, c, args)
		f.callsBlock(s, c, args, use)
		return
	}
	f.givesOn(s, c, receiver, args)
	constant := f.constantName(c.receiver)
	f.record(s, c.n, unit.Call{
		Name: c.name, Receiver: shallow(receiver), Args: args, Block: c.block != nil || f.passesBlock(c), Result: use, Async: asyncCall(c.name),
	})
	if constant == "" && c.receiver == nil && s.self == selfClass {
		constant = s.owner
	}
	if c.name == "new" && constant != "" {
		s.fn.Allocs = append(s.fn.Allocs, unit.Alloc{Type: constant, Location: f.at(f.head(c.n))})
	}
	f.symbolProc(s, c)
}

// yields notes what a method gives to its block.
func (f *file) yields(s *scope, c send, args []unit.Value) {
	if c.name == "yield" && len(args) > 0 && len(s.fn.Yields) == 0 {
		s.fn.Yields = args
	}
}

// callsBlock records what yield does: it calls the block of the method around it, also from
// within another block.
func (f *file) callsBlock(s *scope, c send, args []unit.Value, use unit.Use) {
	at := s
	for at.outer != nil {
		at = at.outer
	}
	if c.name != "yield" || at.atBoot() {
		return
	}
	number := numbered(at.fn, attrTakesBlock)
	if number < 0 {
		number = len(at.fn.Params)
		at.fn.Attrs = append(at.fn.Attrs, attrTakesBlock+itoa(number))
	}
	block := unit.Value{Kind: unit.PlaceValue, Text: theBlock, Place: &unit.Place{Root: unit.RootParam, Name: itoa(number)}}
	if at != s && at.fn != s.fn {
		id := at.fn.ID + "/" + theBlock
		f.declare(unit.Holder{ID: id, Symbol: theBlock, Name: theBlock, Kind: unit.Captured, Owner: at.fn.ID, Value: block, Location: at.fn.Location}, true)
		block.Place = holderPlace(id)
	}
	f.record(s, c.n, unit.Call{Name: "call", Receiver: &block, Args: args, Result: use})
}

// givesOn notes what a method gives to the block that it is handed by name: block.call(x),
// x.tap(&block).
func (f *file) givesOn(s *scope, c send, receiver *unit.Value, args []unit.Value) {
	if l := s.locals[f.text(c.receiver)]; l != nil && l.block && (c.name == "call" || c.name == "yield") {
		f.yields(s, send{name: "yield"}, args)
		return
	}
	for _, arg := range c.args {
		if arg.Is("block_argument") && len(arg.Kids) == 1 && givesSelf(c.name) && receiver != nil {
			if l := s.locals[f.text(arg.Kids[0])]; l != nil && l.block {
				f.yields(s, send{name: "yield"}, []unit.Value{*shallow(receiver)})
			}
		}
	}
}

// passesBlock tells whether a call hands on a block: `each(&block)`.
func (f *file) passesBlock(c send) bool {
	return slices.ContainsFunc(c.args, func(arg *node) bool { return arg.Is("block_argument") })
}

// shallow cuts a receiver to what calls need.
func shallow(v *unit.Value) *unit.Value {
	if v == nil {
		return nil
	}
	cutDown := prune(*v, 3)
	return &cutDown
}

// passedSymbol is the symbol in `map(&:name)`, or nil.
func (f *file) passedSymbol(c send) *node {
	for _, arg := range c.args {
		if arg.Is("block_argument") && len(arg.Kids) > 0 && arg.Kids[0].Is("simple_symbol") {
			return arg.Kids[0]
		}
	}
	return nil
}

// symbolProc records the call in `map(&:name)`.
func (f *file) symbolProc(s *scope, c send) {
	for _, arg := range c.args {
		if arg.Kind != "block_argument" || len(arg.Kids) == 0 {
			continue
		}
		if f.passesMethod(s, c, arg) || f.passesOn(s, c, arg) {
			continue
		}
		name := f.symbolText(arg.Kids[0])
		if name == "" {
			continue
		}
		receiver := unit.Value{Text: "&"}
		if place := f.blockPlace(s, c, 0, 1); place != nil {
			receiver = f.placeValue(arg, place)
			f.touchPlace(s, send{n: arg, name: name}, place, nil, unit.Value{})
		}
		if !plain(name) {
			f.record(s, arg, unit.Call{Name: name, Receiver: &receiver, Result: unit.Used})
		}
	}
}
