package ruby

import (
	"regexp"
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// delegation reads `delegate :x, :y=, to: :z` and def_delegators: methods that call
// the one of the same name on something else. It reports whether it was one.
func (f *file) delegation(s *scope, c send) bool {
	switch c.name {
	case "delegate":
		var names []*node
		to, prefix := (*node)(nil), ""
		for _, arg := range c.args {
			if !arg.Is("pair") {
				names = append(names, arg)
				continue
			}
			switch value := arg.Child("value"); f.symbolText(arg.Child("key")) {
			case "to":
				to = value
			case "prefix":
				if prefix = f.symbolText(value); prefix == "" && value.Is("true") {
					prefix = f.symbolText(to)
				}
			}
		}
		for _, name := range names {
			f.delegate(s, name, to, f.symbolText(name), prefix)
		}
		return to != nil
	case "def_delegators", "def_instance_delegators", "def_delegator", "def_instance_delegator":
		if len(c.args) < 2 {
			return false
		}
		if strings.HasSuffix(c.name, "s") {
			for _, name := range c.args[1:] {
				f.delegate(s, name, c.args[0], f.symbolText(name), "")
			}
			return true
		}
		f.delegateAs(s, c.n, c.args[0], f.symbolText(c.args[1]), f.symbolText(c.args[len(c.args)-1]))
		return true
	}
	return false
}

// delegate makes one method that hands its call on.
func (f *file) delegate(s *scope, n, to *node, name, prefix string) {
	if prefix != "" {
		f.delegateAs(s, n, to, name, prefix+"_"+name)
		return
	}
	f.delegateAs(s, n, to, name, name)
}

// delegateAs makes a method of one name that calls one of another on something:
// a method or variable of self, or a constant.
func (f *file) delegateAs(s *scope, n, to *node, original, name string) {
	target := f.symbolText(to)
	if to.Is("constant", "scope_resolution") {
		target = f.constantName(to)
	}
	id := methodID(s.owner, name, s.body.singleton || s.body.classMethods)
	if target == "" || original == "" || f.byID[id] != nil {
		return
	}
	fn := &unit.Function{ID: id, Name: name, Owner: s.owner, Location: f.at(n)}
	if s.body.classMethods {
		fn.Attrs = append(fn.Attrs, attrClassMethod)
	}
	fn = f.addFunction(fn)
	inner := &scope{fn: fn, owner: s.owner, self: selfInstance, locals: map[string]*local{}}
	if strings.HasPrefix(id, s.owner+".") {
		inner.self = selfClass
	}
	place := delegatee(inner, target)
	if place == nil {
		return
	}
	f.handsOn(fn, n, place, original)
}

// delegatee is the place to which calls are handed on.
func delegatee(s *scope, target string) *unit.Place {
	switch {
	case strings.HasPrefix(target, "@@"):
		return holderPlace(s.classVar(target))
	case target[0] == '@':
		return s.ivar(target)
	case target[0] >= 'A' && target[0] <= 'Z' || target[0] == ':':
		return holderPlace(target)
	case target == "class" && s.self == selfInstance:
		return holderPlace(s.owner)
	}
	return step(s.selfPlace(), "."+target)
}

// handsOn fills a method that calls another one on a place.
func (f *file) handsOn(fn *unit.Function, n *node, place *unit.Place, name string) {
	receiver := unit.Value{Kind: unit.PlaceValue, Text: name, Place: place}
	call := unit.Call{Name: name, Receiver: &receiver, Result: unit.Returned, Location: f.at(n)}
	if attribute, ok := strings.CutSuffix(name, "="); ok {
		given := unit.Value{Kind: unit.PlaceValue, Text: "value", Place: &unit.Place{Root: unit.RootParam, Name: "0"}}
		fn.Params, call.Args = []string{"value"}, []unit.Value{given}
		if target := step(place, "."+attribute); target != nil {
			fn.Accesses = append(fn.Accesses, unit.Access{Place: *target, Kind: unit.Write, Op: "=", Value: &given, Location: f.at(n)})
		}
	} else {
		fn.Returns = []unit.Value{{Kind: unit.Result, Callee: "." + name, Text: name, Parts: []unit.Value{receiver}, Place: step(place, "."+name)}}
		kind, op := unit.Invoke, ""
		if mutates(name) {
			kind, op = unit.Modify, name
		}
		fn.Accesses = append(fn.Accesses, unit.Access{Place: *place, Kind: kind, Op: op, Method: name, Location: f.at(n)})
	}
	fn.Calls = append(fn.Calls, call)
}

// callbacks records the methods that macros of class bodies name: each runs on an
// instance while requests are served.
func (f *file) callbacks(s *scope, c send) {
	if s.body == nil || c.receiver != nil || !callbackMacro(c.name) && c.name != "validate" {
		return
	}
	as := unit.Application
	if beforeEach(c.name) {
		as = unit.Middleware
	}
	for _, arg := range c.args {
		value := arg
		if arg.Is("pair") {
			switch f.symbolText(arg.Child("key")) {
			case "if", "unless", "with":
				value = arg.Child("value")
			default:
				continue
			}
		}
		if name := f.symbolText(value); name != "" && value.Is("simple_symbol") {
			f.record(s, value, unit.Call{
				Name: name, Receiver: &unit.Value{Kind: unit.New, Type: s.owner, Text: "instance"}, Reference: true,
				As: as, AsNote: "named by " + c.name,
			})
		}
	}
}

// beforeEach tells the macros whose methods run before each request, or around it.
func beforeEach(name string) bool {
	switch strings.TrimPrefix(strings.TrimPrefix(name, "prepend_"), "append_") {
	case "before_action", "around_action", "before_filter", "around_filter", "before":
		return true
	}
	return false
}

// defines records methods that are defined on a class while the program runs:
// from then on all that use the class have them.
func (f *file) defines(s *scope, c send) {
	evaluates := c.block != nil && f.definesWithin(c.block)
	if s.atBoot() || len(c.args) == 0 && !evaluates {
		return
	}
	switch c.name {
	case "define_singleton_method", "define_method", "alias_method", "remove_method", "undef_method", "const_set", "remove_const", "class_eval", "module_eval":
	case "class_exec", "module_exec", "instance_eval", "instance_exec":
		if !evaluates {
			return
		}
	default:
		return
	}
	owner := f.constantName(c.receiver)
	for receiver := c.receiver; owner == "" && receiver.Is("call") && f.text(receiver.Child("method")) == "singleton_class"; receiver = receiver.Child("receiver") {
		owner = f.constantName(receiver.Child("receiver"))
	}
	if owner == "" && c.receiver != nil && f.ownClass(s, c.receiver) {
		owner = s.owner
	}
	if owner == "" {
		return
	}
	name := ""
	if len(c.args) > 0 {
		name = f.symbolText(c.args[0])
	}
	if name == "" || strings.HasSuffix(c.name, "_eval") {
		name = c.name
	}
	id := strings.TrimPrefix(owner, "::") + "." + name + "()"
	f.declare(unit.Holder{ID: id, Symbol: strings.TrimSuffix(id, "()"), Name: name, Kind: unit.ClassIvar, Owner: owner, Location: f.at(f.head(c.n)), Comment: f.comment(c.n)}, false)
	f.access(s, c.n, holderPlace(id), change{kind: unit.Modify, op: c.name})
}

// defining matches what defines something on the object that a block is evaluated on.
var defining = regexp.MustCompile(`def |define_method|define_singleton_method|alias_method|attr_accessor|attr_writer|undef_method|remove_method`)

// definesWithin tells a block that defines something on the object that it is evaluated on. The
// file is searched once: blocks may lie in blocks, many deep.
func (f *file) definesWithin(block *node) bool {
	if f.defined == nil {
		f.defined = []int{}
		for _, at := range defining.FindAllStringIndex(f.src, -1) {
			f.defined = append(f.defined, at[0])
		}
	}
	next, _ := slices.BinarySearch(f.defined, block.Start)
	return next < len(f.defined) && f.defined[next] < block.End
}
