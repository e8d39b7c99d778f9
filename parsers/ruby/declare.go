package ruby

import (
	"slices"
	"strconv"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

func itoa(n int) string { return strconv.Itoa(n) }

// declaration knows what defines methods, classes and modules.
func (f *file) declaration(s *scope, n *node) unit.Value {
	switch n.Kind {
	case "method":
		f.method(s, n, f.isSingleton(s, f.text(n.Child("name"))))
	case "singleton_method":
		f.singletonMethod(s, n)
	case "class", "module":
		f.classOrModule(s, n)
	case "singleton_class":
		f.singletonClass(s, n)
	case "alias":
		f.aliasMethod(s, n, f.symbolOrName(n.Child("name")), f.symbolOrName(n.Child("alias")))
	}
	name := f.text(n.Child("name"))
	return unit.Value{Kind: unit.Literal, Type: "Symbol", Text: ":" + name}
}

// symbolOrName is the method that an alias or macro names.
func (f *file) symbolOrName(n *node) string {
	if name := f.symbolText(n); name != "" {
		return name
	}
	return f.text(n)
}

// isSingleton tells whether a plain def defines a method of the class object.
func (f *file) isSingleton(s *scope, name string) bool {
	b := s.body
	return b != nil && (b.singleton || b.classMethods || b.moduleFunction || b.functions[name])
}

// anyObject is the class whose methods those are that stand outside of classes.
const anyObject = "Object"

// methodID is the ID of a method.
func methodID(owner, name string, singleton bool) string {
	if owner == "" {
		owner = anyObject
	}
	if singleton {
		return owner + "." + name
	}
	return owner + "#" + name
}

// method is def x.
func (f *file) method(s *scope, n *node, singleton bool) {
	name := n.Child("name")
	fn := &unit.Function{
		ID: methodID(s.owner, f.text(name), singleton), Name: f.text(name), Owner: s.owner,
		Location: f.methodLocation(n, name),
	}
	if b := s.body; b != nil {
		if b.visibility != "" {
			fn.Attrs = append(fn.Attrs, b.visibility)
		}
		if b.moduleFunction || b.functions[fn.Name] {
			fn.Attrs = append(fn.Attrs, attrModuleFunction)
		}
		if b.classMethods {
			fn.Attrs = append(fn.Attrs, attrClassMethod)
		}
	}
	self := selfInstance
	if singleton {
		self = selfClass
	}
	f.decisionDefined(s, n, fn)
	f.methodBody(s, n, fn, self)
}

// Words in Function.Attrs that the resolver asks for.
const (
	attrModuleFunction = "module-function" // callable on the module and on what includes it
	attrClassMethod    = "class-method"    // becomes a class method of what includes the module
	attrAttribute      = "attribute"       // made by attr_accessor and its like; Returns holds the place
	attrBlock          = "block"
	attrAlias          = "alias"
	attrRequires       = "requires:"   // and how many arguments it cannot do without
	attrWouldBe        = "would-be:"   // and the role that a block of a tool has if its process stays
	attrElsewhere      = "elsewhere:"  // and a method that it calls outside of production only
	attrMain           = "main-loop"   // has a loop that nothing leaves
	attrStarted        = "started"     // runs when a process of its own starts
	attrTask           = "task:"       // and the name of a rake task
	attrOnInstance     = "on-instance" // block of a class body that runs on an instance
	attrFilter         = "filter"      // block that is a filter of Sinatra if its class is an application
	attrMacro          = "macro"       // block of a class body that is run later if a library takes it
)

// methodLocation is the region from a method's name to its last line.
func (f *file) methodLocation(n, name *node) unit.Location {
	at := f.at(name)
	end := f.region(n.Start, n.End)
	at.EndLine, at.EndColumn = end.EndLine, end.EndColumn
	return at
}

// methodBody walks parameters and statements of a method.
func (f *file) methodBody(s *scope, n *node, fn *unit.Function, self selfKind) {
	if fn.Owner == "" {
		fn.Owner = anyObject
	}
	fn = f.addFunction(fn)
	inner := &scope{fn: fn, owner: s.owner, self: self, locals: map[string]*local{}, env: s.env, when: s.when}
	inner.init = fn.Name == "initialize" && self == selfInstance
	f.parameters(inner, n.Child("parameters"), fn)
	if needs := required(n.Child("parameters")); needs > 0 {
		fn.Attrs = append(fn.Attrs, attrRequires+itoa(needs))
	}
	if body := n.Child("body"); body != nil {
		inner = f.filtered(inner, s.body, fn.Name)
		f.handOut(inner, f.eval(inner, body, unit.Returned))
	}
}

// required counts the parameters that callers must pass by position.
func required(list *node) int {
	needs := 0
	if list != nil {
		for _, p := range list.Kids {
			if p.Is("identifier", "destructured_parameter") {
				needs++
			}
		}
	}
	return needs
}

// singletonMethod is def self.x or def Const.x.
func (f *file) singletonMethod(s *scope, n *node) {
	object := n.Child("object")
	at := *s
	if constant := f.constantName(object); constant != "" && constant != lastName(s.owner) {
		at.owner = join(s.owner, constant)
	} else if constant == "" && !object.Is("self") {
		return // a method of some object: nobody can say whose
	}
	at.body = nil
	if s.body != nil && s.body.visibility != "" && s.body.singleton {
		at.body = &body{visibility: s.body.visibility}
	}
	f.method(&at, n, true)
}

// lastName is the last part of a constant.
func lastName(id string) string {
	if i := strings.LastIndex(id, "::"); i >= 0 {
		return id[i+2:]
	}
	return id
}

// classOrModule is class X < Y and module X.
func (f *file) classOrModule(s *scope, n *node) {
	name := f.constantName(n.Child("name"))
	if name == "" {
		return
	}
	id := join(s.owner, name)
	f.addType(id, n.Kind, f.at(n.Child("name")))
	if super := n.Child("superclass"); super != nil && len(super.Kids) > 0 {
		f.superclass(s, id, super.Kids[0])
	}
	inner := f.inClass(s, id, n.Child("name"))
	f.scanModuleFunctions(inner.body, n.Child("body"))
	f.scanFilters(inner.body, n.Child("body"))
	f.eval(inner, n.Child("body"), unit.Dropped)
}

// superclass notes what a class inherits from: a constant, Struct.new(...), or
// a versioned class such as Migration[7.0].
func (f *file) superclass(s *scope, id string, n *node) {
	switch n.Kind {
	case "element_reference":
		f.addSuper(id, "<", f.constantName(n.Child("object")))
	case "call":
		f.addSuper(id, "<", f.constantName(n.Child("receiver")))
		f.eval(s, n, unit.Used)
	default:
		f.addSuper(id, "<", f.constantName(n))
	}
}

// macros are the calls of its own methods that stand in the body of a class or module.
func (f *file) macros(n *node) []send {
	if n == nil {
		return nil
	}
	var out []send
	for _, kid := range n.Kids {
		if kid.Is("call") && kid.Child("receiver") == nil {
			out = append(out, f.sendOf(kid))
		}
	}
	return out
}

// scanModuleFunctions looks ahead for `extend self` and module_function with
// names, which count for methods above them too.
func (f *file) scanModuleFunctions(b *body, n *node) {
	for _, c := range f.macros(n) {
		switch {
		case c.name == "extend" && len(c.args) == 1 && c.args[0].Is("self"):
			b.moduleFunction = true
		case c.name == "module_function" || c.name == "public_class_method":
			for _, arg := range c.args {
				if name := f.symbolText(arg); name != "" {
					if b.functions == nil {
						b.functions = map[string]bool{}
					}
					b.functions[name] = true
				}
			}
		}
	}
}

// singletonClass is class << self.
func (f *file) singletonClass(s *scope, n *node) {
	inner := *s
	value := n.Child("value")
	switch {
	case value.Is("self"):
	case f.constantName(value) != "":
		inner.owner = join("", f.constantName(value))
	default:
		return
	}
	inner.body = &body{singleton: true}
	inner.self = selfClass
	f.eval(&inner, n.Child("body"), unit.Dropped)
}

// aliasMethod makes a method that calls another one.
func (f *file) aliasMethod(s *scope, n *node, name, original string) {
	if s.body == nil || name == "" || original == "" {
		return
	}
	fn := f.addFunction(&unit.Function{
		ID: methodID(s.owner, name, s.body.singleton), Name: name, Owner: s.owner, Location: f.at(n), Attrs: []string{attrAlias},
	})
	if of := f.byID[methodID(s.owner, original, s.body.singleton)]; of != nil {
		fn.Params, fn.Attrs = of.Params, slices.DeleteFunc(slices.Clone(of.Attrs), func(attr string) bool { return !strings.HasPrefix(attr, attrRequires) })
	}
	fn.Calls = []unit.Call{{Name: original, Result: unit.Used, Location: f.at(n)}}
	fn.Returns = []unit.Value{{Kind: unit.Result, Callee: original, Text: original}}
}

// constantAssignment is X = y.
func (f *file) constantAssignment(s *scope, n, left, right *node) unit.Value {
	name := f.constantName(left)
	if name == "" {
		return f.eval(s, right, unit.Used)
	}
	id := join(s.owner, name)
	if f.classByCall(s, id, left, right) {
		return unit.Value{Kind: unit.PlaceValue, Text: name, Place: holderPlace(name)}
	}
	value := f.eval(s, right, unit.Used)
	f.declare(unit.Holder{
		ID: id, Symbol: id, Name: lastName(name), Kind: unit.Constant, Owner: s.owner, Type: value.Type,
		Value: prune(value, valueDepth), Location: f.at(left), Comment: f.comment(n),
		Settings: settingsFile(f.reference(right, maxFollow)),
	}, true)
	return value
}

// classByCall is X = Class.new(Y) { }, Module.new, Struct.new and Data.define.
func (f *file) classByCall(s *scope, id string, left, right *node) bool {
	if !right.Is("call") {
		return false
	}
	c := f.sendOf(right)
	constant := strings.TrimPrefix(f.constantName(c.receiver), "::")
	if c.name != "new" && c.name != "define" {
		return false
	}
	switch constant {
	case "Class":
		f.addType(id, "class", f.at(left))
		if len(c.args) > 0 {
			f.addSuper(id, "<", f.constantName(c.args[0]))
		}
	case "Module":
		f.addType(id, "module", f.at(left))
	case "Struct", "Data", "ImmutableStruct":
		f.addType(id, "class", f.at(left))
		f.addSuper(id, "<", constant)
	default:
		return false
	}
	if c.block != nil {
		inner := f.inClass(s, id, left)
		f.blockBody(inner, c.block, false)
	}
	return true
}

// reopen is X.class_eval do ... end.
func (f *file) reopen(s *scope, constant string, c send) {
	id := join("", constant)
	f.addType(id, "class", f.at(c.receiver))
	f.blockBody(f.inClass(s, id, c.receiver), c.block, false)
}

// mixInto is X.include(Y), X.extend Y and X.prepend Y.
func (f *file) mixInto(id string, c send) {
	f.addType(id, "class", f.at(c.receiver))
	for _, arg := range c.args {
		f.addSuper(id, c.name, f.constantName(arg))
	}
}

// extendsIncluder is how a module extends what includes it, beside the words of Ruby.
const extendsIncluder = "extends-includer"

// mixesIntoIncluder is base.extend Y and base.include Y in the hook that a module is
// included by: what includes the module gets the other one as well.
func (f *file) mixesIntoIncluder(s *scope, c send) bool {
	l := s.locals[f.text(c.receiver)]
	if l == nil || l.number != 1 || s.self != selfClass || s.fn.Name != "included" && s.fn.Name != "prepended" {
		return false
	}
	how := c.name
	if how == "extend" {
		how = extendsIncluder
	}
	for _, arg := range c.args {
		f.addSuper(s.owner, how, f.constantName(arg))
	}
	return true
}
