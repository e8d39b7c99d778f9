package ruby

import (
	"path"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// macro knows the directives of a class body. It reports whether the call needs
// no further walk.
func (f *file) macro(s *scope, c send) (unit.Value, bool) {
	switch c.name {
	case "include", "extend", "prepend":
		f.mixIn(s, c)
		return unit.Value{}, true
	case "attr_accessor", "attr_reader", "attr_writer", "attr":
		f.attributes(s, c)
		return unit.Value{}, true
	case "cattr_accessor", "mattr_accessor", "cattr_reader", "mattr_reader", "cattr_writer", "mattr_writer", "class_attribute", "config_accessor":
		f.classAttributes(s, c, unit.Attribute)
		return unit.Value{}, true
	case "thread_mattr_accessor", "thread_cattr_accessor", "thread_mattr_reader", "thread_cattr_reader", "thread_mattr_writer", "thread_cattr_writer":
		f.classAttributes(s, c, unit.ThreadLocal)
		return unit.Value{}, true
	case "private", "protected", "public", "module_function", "private_class_method":
		return f.visibility(s, c), true
	case "set":
		f.sinatraSetting(s, c)
	case "class_methods":
		if c.block != nil {
			inner := *s
			inner.body = &body{classMethods: true}
			f.blockBody(&inner, c.block, false)
			return unit.Value{}, true
		}
	case "delegate", "def_delegators", "def_instance_delegators", "def_delegator", "def_instance_delegator":
		return unit.Value{}, f.delegation(s, c)
	case "define_method", "define_singleton_method":
		return f.defineMethod(s, c)
	case "alias_method":
		if len(c.args) == 2 {
			f.aliasMethod(s, c.n, f.symbolOrName(c.args[0]), f.symbolOrName(c.args[1]))
			return unit.Value{}, true
		}
	}
	return unit.Value{}, false
}

// visibility is private, protected, public and module_function, with or without names.
func (f *file) visibility(s *scope, c send) unit.Value {
	if len(c.args) == 0 {
		switch c.name {
		case "module_function":
			s.body.moduleFunction = true
		case "public":
			s.body.visibility = ""
		default:
			s.body.visibility = c.name
		}
		return unit.Value{}
	}
	before := s.body.visibility
	if c.name == "private" || c.name == "protected" {
		s.body.visibility = c.name
	}
	f.evalAll(s, c.args)
	s.body.visibility = before
	for _, arg := range c.args {
		f.hide(s, f.symbolText(arg), c.name)
	}
	return unit.Value{}
}

// hide makes a method that is already defined private.
func (f *file) hide(s *scope, name, visibility string) {
	if name == "" || visibility == "public" || visibility == "module_function" {
		return
	}
	if fn := f.byID[methodID(s.owner, name, visibility == "private_class_method" || s.body.singleton)]; fn != nil {
		fn.Attrs = append(fn.Attrs, strings.TrimSuffix(visibility, "_class_method"))
	}
}

// mixIn is include, extend and prepend in a class body.
func (f *file) mixIn(s *scope, c send) {
	for _, arg := range c.args {
		name := f.constantName(arg)
		if name == "" {
			f.eval(s, arg, unit.Used)
			continue
		}
		how := c.name
		if s.body.singleton {
			how = "extend"
		}
		f.addSuper(s.owner, how, name)
		if strings.TrimPrefix(name, "::") == "Singleton" && how == "include" {
			f.singletonInstance(s, c.n)
		}
	}
	f.record(s, c.n, unit.Call{Name: c.name, Args: f.glanceAll(s, c.args), Result: unit.Dropped})
}

// glanceAll tells what arguments are without recording anything.
func (f *file) glanceAll(s *scope, list []*node) []unit.Value {
	var values []unit.Value
	for _, n := range list {
		if len(values) < valueParts {
			values = append(values, f.glance(s, n, 1))
		}
	}
	return values
}

// singletonInstance declares the one instance of a class that includes
// Singleton, where it says so.
func (f *file) singletonInstance(s *scope, n *node) {
	made := unit.Value{Kind: unit.New, Type: s.owner, Text: s.owner + ".instance"}
	f.declare(unit.Holder{
		ID: s.owner + ".instance", Symbol: s.owner + ".instance", Name: "instance", Kind: unit.ClassIvar, Owner: s.owner,
		Type: s.owner, Value: made, Location: f.at(n), Comment: f.comment(n),
	}, true)
	s.fn.Allocs = append(s.fn.Allocs, unit.Alloc{Type: s.owner, Kept: true, Location: f.at(n)})
	f.addFunction(&unit.Function{
		ID: methodID(s.owner, "instance", true), Name: "instance", Owner: s.owner, Location: f.at(n), Attrs: []string{attrAttribute},
		Returns: []unit.Value{{Kind: unit.PlaceValue, Type: s.owner, Text: "instance", Place: holderPlace(s.owner + ".instance")}},
	})
}

// attributes is attr_accessor and its like: of instances in a class, of the
// class object inside class << self.
func (f *file) attributes(s *scope, c send) {
	for _, arg := range c.args {
		name := f.symbolText(arg)
		if name == "" {
			continue
		}
		place := &unit.Place{Root: unit.RootReceiver, Path: []string{s.owner + "#@" + name}}
		h := unit.Holder{ID: s.owner + "#@" + name, Name: "@" + name, Kind: unit.Field, Owner: s.owner, Location: f.at(arg), Comment: f.comment(c.n)}
		if s.body.singleton || s.body.moduleFunction || s.body.classMethods {
			place = holderPlace(s.owner + ".@" + name)
			h.ID, h.Kind = place.Name, unit.ClassIvar
		}
		f.declare(h, true)
		f.accessors(s, arg, name, place, s.body.singleton || s.body.moduleFunction || s.body.classMethods, !strings.HasSuffix(c.name, "_writer"), c.name == "attr_accessor" || c.name == "attr_writer")
	}
}

// accessors makes the methods that hand out and set a place.
func (f *file) accessors(s *scope, n *node, name string, place *unit.Place, singleton, reader, writer bool) {
	attrs := []string{attrAttribute}
	if s.body.classMethods {
		attrs = append(attrs, attrClassMethod)
	}
	if s.body.visibility != "" {
		attrs = append(attrs, s.body.visibility)
	}
	value := []unit.Value{{Kind: unit.PlaceValue, Text: name, Place: place}}
	if id := methodID(s.owner, name, singleton); reader && f.byID[id] == nil {
		f.addFunction(&unit.Function{ID: id, Name: name, Owner: s.owner, Location: f.at(n), Attrs: attrs, Returns: value})
	}
	if id := methodID(s.owner, name+"=", singleton); writer && f.byID[id] == nil {
		f.addFunction(&unit.Function{ID: id, Name: name + "=", Owner: s.owner, Location: f.at(n), Attrs: attrs, Returns: value})
	}
}

// classAttributes is cattr_accessor and its like, whose value all instances and
// the class share.
func (f *file) classAttributes(s *scope, c send, kind unit.HolderKind) {
	value := f.attributeDefault(s, c)
	for _, arg := range c.args {
		name := f.symbolText(arg)
		if name == "" || arg.Is("hash_key_symbol", "pair") {
			continue
		}
		id := s.owner + ".@@" + name
		f.declare(unit.Holder{
			ID: id, Symbol: s.owner + "." + name, Name: name, Kind: kind, Owner: s.owner, Type: value.Type, Value: value,
			Location: f.at(arg), Comment: f.comment(c.n),
		}, true)
		reader, writer := !strings.HasSuffix(c.name, "_writer"), !strings.HasSuffix(c.name, "_reader")
		f.accessors(s, arg, name, holderPlace(id), true, reader, writer)
		f.accessors(s, arg, name, holderPlace(id), false, reader, writer && c.name != "class_attribute" && c.name != "config_accessor")
		if writer {
			f.ownValue(s, arg, name)
		}
	}
}

// ownValue makes the setter of a class_attribute that instances answer with: it gives one
// of them a value of its own, and leaves that of the class as it is.
func (f *file) ownValue(s *scope, n *node, name string) {
	id := s.owner + "#@" + name
	if f.byID[methodID(s.owner, name+"=", false)] != nil {
		return
	}
	f.declare(unit.Holder{ID: id, Name: "@" + name, Kind: unit.Field, Owner: s.owner, Location: f.at(n)}, true)
	f.accessors(s, n, name, &unit.Place{Root: unit.RootReceiver, Path: []string{id}}, false, false, true)
}

// attributeDefault is the value of `default:` or of the block.
func (f *file) attributeDefault(s *scope, c send) unit.Value {
	var value unit.Value
	for _, arg := range c.args {
		if arg.Is("pair") {
			v := f.eval(s, arg.Child("value"), unit.Used)
			if f.symbolText(arg.Child("key")) == "default" {
				value = v
			}
		}
	}
	if c.block != nil {
		value = f.blockBody(s, c.block, false)
	}
	return prune(value, valueDepth)
}

// defineMethod is define_method(:x) { }.
func (f *file) defineMethod(s *scope, c send) (unit.Value, bool) {
	if len(c.args) == 0 || c.block == nil {
		return unit.Value{}, false
	}
	name := f.symbolText(c.args[0])
	if name == "" {
		name = "define_method@" + itoa(f.line(c.n.Start))
	}
	singleton := c.name == "define_singleton_method" || s.body.singleton
	fn := f.addFunction(&unit.Function{ID: methodID(s.owner, name, singleton), Name: name, Owner: s.owner, Outer: s.fn.ID, Location: f.at(c.args[0])})
	inner := s.later(fn)
	inner.self = selfInstance
	if singleton {
		inner.self = selfClass
	}
	f.parameters(inner, c.block.Child("parameters"), fn)
	f.blockBody(inner, c.block, true)
	return unit.Value{}, true
}

// fateOf tells what becomes of the block of a call.
func (f *file) fateOf(s *scope, c send) fate {
	constant := strings.TrimPrefix(f.constantName(c.receiver), "::")
	out := fate{later: true, self: s.self, name: c.name}
	switch {
	case constant == "Concurrent::TimerTask" && (c.name == "new" || c.name == "execute"):
		out.role, out.note, out.async, out.name = unit.Scheduler, "run again and again by a timer", true, "timer"
	case threads(constant, c.name), c.name == "post" && c.receiver != nil && len(c.args) == 0:
		out.role, out.note, out.async, out.name = unit.Background, "thread", true, "thread"
		out.again = repeats(constant)
	case constant == "Hash" && c.name == "new", constant == "Concurrent::Map" && c.name == "new":
		out.name = "default"
	case constant == "ActiveSupport::Notifications" && strings.HasPrefix(c.name, "subscribe"):
		out.role, out.note = unit.Consumer, "subscriber of notifications"
	case subscribes(c):
		out.role, out.note = unit.Consumer, "subscribed to messages with "+c.name
	case c.name == "at_exit" || c.name == "trap" && (c.receiver == nil || constant == "Signal"):
		out.role, out.note = unit.Callback, "runs when the process ends"
	case f.schedules(s, c, constant):
		out.role, out.note, out.async = unit.Scheduler, "scheduled with "+c.name, true
	case f.webVerb(s, c):
		out.role, out.note, out.self = unit.Handler, "block of "+c.name, selfInstance
	case !s.atBoot() || s.fn.Outer != "":
		return fate{}
	case f.class.rake && (c.name == "task" || c.name == "file" || c.name == "multitask"):
		out.role, out.note, out.task = unit.Tool, "rake task", f.taskName(c)
	case c.receiver == nil && serverHook(f.unit.Path, c.name):
		out.role, out.note = unit.Initializer, "hook of the server, runs as a process of it starts or ends"
	case callbackMacro(c.name) || f.web && verb(c.name):
		out.role, out.note, out.self, out.each = unit.Handler, "block of "+c.name, selfInstance, beforeEach(c.name)
	case s.owner != "" && c.receiver == nil && filters(c.name):
		out.filter, out.self = true, selfInstance
	case constant == "Rack::Attack" || f.rackBlock(c):
		out.role, out.note = unit.Middleware, "block of "+c.name
	case s.owner != "" && s.body != nil && c.receiver == nil && isEventBlock(c):
		out.macro = true
	default:
		return fate{}
	}
	return out
}

// subscribes tells the calls whose block is handed messages of others for as long as
// the process lives: MessageBus.subscribe, queue.subscribe, consumer.each_message.
func subscribes(c send) bool {
	list := c.block.Child("parameters")
	if c.receiver == nil || list == nil || len(list.Kids) == 0 {
		return false
	}
	switch c.name {
	case "subscribe", "blocking_subscribe", "each_message", "each_batch":
		return true
	}
	return false
}

// taskName is the name of a rake task: `task :x`, `task x: :environment`.
func (f *file) taskName(c send) string {
	if len(c.args) == 0 {
		return ""
	}
	if c.args[0].Is("pair") {
		return f.symbolOrName(c.args[0].Child("key"))
	}
	return f.symbolOrName(c.args[0])
}

// rackBlock tells a block that is handed a request by name.
func (f *file) rackBlock(c send) bool {
	list := c.block.Child("parameters")
	if _, _, walks := walksElements(c.name); walks || list == nil || len(list.Kids) == 0 {
		return false // an element of a list may be called so too
	}
	switch f.text(list.Kids[0]) {
	case "req", "request", "env", "controller":
		return true
	}
	return false
}

// isEventBlock tells a block that takes what happens, of whom and what: two things or
// more. What configures takes one or none, and what walks a collection has it as receiver.
func isEventBlock(c send) bool {
	list := c.block.Child("parameters")
	return list != nil && len(list.Kids) > 1 && (c.name == "on" || blockUse(c.name) != unit.Dropped)
}

// threads tells the calls that run their block beside their caller.
func threads(constant, name string) bool {
	switch constant {
	case "Thread":
		return name == "new" || name == "start" || name == "fork"
	case "Concurrent::Future", "Concurrent::Promise", "Concurrent::Promises":
		return name == "execute" || name == "future" || name == "new"
	case "Concurrent::TimerTask", "Concurrent::ScheduledTask":
		return name == "new" || name == "execute"
	case "EM", "EventMachine":
		return strings.Contains(name, "timer") || name == "defer" || name == "next_tick" || name == "run"
	}
	return constant == "" && name == "fork"
}

// repeats tells those that run their block again and again.
func repeats(constant string) bool {
	return constant == "Concurrent::TimerTask"
}

// serverHook tells the hooks in the configuration of a server that run once in each of
// its processes.
func serverHook(file, name string) bool {
	switch path.Base(file) {
	case "puma.rb", "unicorn.rb", "pitchfork.rb":
	default:
		if !strings.Contains(path.Dir(file), "config/unicorn") && !strings.Contains(path.Dir(file), "config/puma") {
			return false
		}
	}
	switch name {
	case "before_fork", "after_fork", "before_exec", "before_worker_fork", "after_worker_fork", "after_mold_fork", "after_worker_ready", "after_monitor_ready",
		"before_worker_exit", "after_worker_exit", "on_worker_boot", "on_worker_shutdown", "on_worker_fork", "on_restart", "on_booted", "on_stopped", "on_refork",
		"before_worker_boot", "before_worker_shutdown", "after_booted", "after_stopped", "before_restart", "before_refork", "after_refork":
		return true
	}
	return false
}

// callbackMacro tells the macros of class bodies whose block runs on an
// instance, while serving.
func callbackMacro(name string) bool {
	for _, prefix := range []string{"before_", "after_", "around_", "validate", "rescue_from", "helper_method", "default_scope", "authenticate", "with_options_for", "set_callback", "periodically"} {
		if strings.HasPrefix(name, prefix) {
			return name != "after_initialize" && name != "before_initialize" && name != "before_configuration" && name != "before_eager_load" && name != "after_bundle"
		}
	}
	return name == "expose"
}

// verb tells the route definitions of Sinatra and Grape.
func verb(name string) bool {
	switch name {
	case "get", "post", "put", "patch", "delete", "options", "head", "before", "after", "error", "not_found", "helpers":
		return true
	}
	return false
}
