package ruby

import (
	"regexp"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// place tells which place an expression names, without recording anything.
// It is nil for what is only a value.
func (f *file) place(s *scope, n *node) *unit.Place {
	if n == nil {
		return nil
	}
	switch n.Kind {
	case "instance_variable":
		return s.ivar(f.text(n))
	case "class_variable":
		return holderPlace(s.classVar(f.text(n)))
	case "global_variable":
		return globalPlace(f.text(n))
	case "constant", "scope_resolution":
		return holderPlace(f.constantName(n))
	case "self":
		return s.selfPlace()
	case "identifier":
		return f.identifierPlace(s, n)
	case "element_reference":
		return f.elementPlace(s, n)
	case "call":
		return f.callPlace(s, n)
	case "assignment", "operator_assignment":
		return f.place(s, n.Child("left"))
	case "parenthesized_statements", "begin", "then", "argument_list", "else", "block_body", "body_statement", "do":
		return f.lastPlace(s, n)
	case "conditional", "if", "unless", "elsif", "if_modifier", "unless_modifier", "case", "case_match", "when", "in_clause", "binary", "rescue_modifier":
		return f.armPlace(s, n)
	}
	return nil
}

// lastPlace is the place of the last statement of a group.
func (f *file) lastPlace(s *scope, n *node) *unit.Place {
	for i := len(n.Kids) - 1; i >= 0; i-- {
		if !n.Kids[i].Is("rescue", "ensure", "else") {
			return f.place(s, n.Kids[i])
		}
	}
	return nil
}

// holderPlace is the place of a holder.
func holderPlace(id string) *unit.Place {
	if id == "" {
		return nil
	}
	return &unit.Place{Root: unit.RootHolder, Name: id}
}

// ivar is the place of an instance variable of self.
func (s *scope) ivar(name string) *unit.Place {
	switch {
	case s.self == selfClass:
		return holderPlace(s.owner + "." + name)
	case s.self == selfInstance && s.owner != "":
		return &unit.Place{Root: unit.RootReceiver, Path: []string{s.owner + "#" + name}}
	}
	return nil
}

// classVar is the ID of a class variable.
func (s *scope) classVar(name string) string {
	if s.owner == "" {
		return "Object." + name
	}
	return s.owner + "." + name
}

// globalPlace is the place of a global variable that is not the interpreter's.
func globalPlace(name string) *unit.Place {
	if predefinedGlobal(name) {
		return nil
	}
	return holderPlace(name)
}

// constantName is a constant as written, without blanks, or "" if its scope is
// not constant.
func (f *file) constantName(n *node) string {
	if n == nil {
		return ""
	}
	switch n.Kind {
	case "constant":
		return f.text(n)
	case "scope_resolution":
		name := f.text(n.Child("name"))
		scope := n.Child("scope")
		if scope == nil {
			return "::" + name
		}
		outer := f.constantName(scope)
		if outer == "" {
			return ""
		}
		return outer + "::" + name
	}
	return ""
}

// identifierPlace is what a local is a name of, or the result of a method of self.
func (f *file) identifierPlace(s *scope, n *node) *unit.Place {
	name := f.text(n)
	l, at := s.find(name)
	if l == nil {
		return f.configPlace(s, n, step(s.selfPlace(), "."+name))
	}
	if at != s {
		return f.captured(at, l)
	}
	return f.chosen(append([]*unit.Place{l.place}, l.others...))
}

// captured is the holder that a local becomes when a block keeps it.
func (f *file) captured(at *scope, l *local) *unit.Place {
	if l.place != nil && !(l.block && l.place.Root == unit.RootParam) {
		return l.place
	}
	id := at.fn.ID + "/" + l.name
	f.declare(unit.Holder{
		ID: id, Symbol: l.name, Name: l.name, Kind: unit.Captured, Owner: at.fn.ID,
		Type: l.value.Type, Value: prune(l.value, valueDepth), Location: f.at(l.at), Comment: f.comment(l.at),
	}, true)
	return holderPlace(id)
}

// elementPlace is the place of x[k].
func (f *file) elementPlace(s *scope, n *node) *unit.Place {
	object := n.Child("object")
	if id := f.keyed(object, n.Kids[1:]); id != "" {
		return holderPlace(id)
	}
	return f.elements(s, object)
}

// keyed is the holder that x[k] is by itself: a thread-local, or a variable of
// the process's environment.
func (f *file) keyed(object *node, keys []*node) string {
	if id := f.threadLocal(object, keys); id != "" {
		return id
	}
	return f.environmentVariable(object, keys)
}

// environmentVariable is the holder for ENV["X"], "" for other expressions.
func (f *file) environmentVariable(object *node, keys []*node) string {
	if len(keys) == 0 || strings.TrimPrefix(f.constantName(object), "::") != "ENV" {
		return ""
	}
	return "ENV[" + strings.Trim(f.short(keys[0]), `"'`) + "]"
}

// setsEnvironment declares a variable of the environment where it is written.
func (f *file) setsEnvironment(n *node, id string) {
	if strings.HasPrefix(id, "ENV[") {
		f.declare(unit.Holder{ID: id, Name: strings.TrimSuffix(id[len("ENV["):], "]"), Kind: unit.Attribute, Owner: "ENV", Type: "String", Location: f.at(n), Comment: f.comment(n)}, false)
	}
}

// callPlace is the place that a call hands out: a part of its receiver, the
// receiver itself, or the result of a method.
func (f *file) callPlace(s *scope, n *node) *unit.Place {
	receiver, name := n.Child("receiver"), f.text(n.Child("method"))
	if place := f.configPlace(s, n, nil); place != nil {
		return place
	}
	if place := f.reflected(s, receiver, name, n.Child("arguments")); place != nil {
		return place
	}
	if receiver == nil {
		return step(s.selfPlace(), "."+name)
	}
	if id := f.settings[name]; id != "" && f.text(receiver) == "settings" {
		return holderPlace(id)
	}
	switch {
	case givesBlock(name) && n.Child("block") != nil:
		return f.givenPlace(s, f.sendOf(n))
	case name == "to_a" && f.isHash(s, receiver):
		return nil // a list that is made of the pairs
	case handsOutSelf(name):
		return f.place(s, receiver)
	case handsOutElement(name) && !(receiver.Is("self") && s.self == selfClass):
		return f.elements(s, receiver) // a class has no elements, but methods of such names
	case copies(name):
		return nil
	}
	if args := n.Child("arguments"); args != nil && len(args.Kids) > 0 || n.Child("block") != nil {
		name += withArguments
	}
	return step(f.place(s, receiver), "."+name)
}

// isHash tells a place that this file declares as a hash or set.
func (f *file) isHash(s *scope, n *node) bool {
	place := f.place(s, n)
	if place == nil || len(place.Path) > 0 || place.Root != unit.RootHolder {
		return false
	}
	at, ok := f.holders[place.Name]
	if !ok {
		at, ok = f.holders[join(s.owner, place.Name)]
	}
	return ok && (f.unit.Holders[at].Type == "Hash" || f.unit.Holders[at].Type == "Set")
}

// withArguments marks the step of a call that is passed something, a block as well.
const withArguments = "()"

// reflected is the place that is named by a symbol: instance_variable_get(:@x),
// Thread.current.thread_variable_get(:x).
func (f *file) reflected(s *scope, receiver *node, name string, args *node) *unit.Place {
	if args == nil || len(args.Kids) == 0 {
		return nil
	}
	symbol := f.variableName(args.Kids[0])
	switch name {
	case "instance_variable_get", "instance_variable_set", "remove_instance_variable", "instance_variable_defined?":
		return f.ivarOf(s, receiver, symbol)
	case "class_variable_get", "class_variable_set", "class_variable_defined?":
		if strings.HasPrefix(symbol, "@@") {
			return holderPlace(f.ownerOf(s, receiver) + "." + symbol)
		}
	case "thread_variable_get", "thread_variable_set", "thread_variable?", "key?":
		return holderPlace(f.threadLocal(receiver, args.Kids))
	}
	return nil
}

// ivarOf is the place of an instance variable of self or of a class.
func (f *file) ivarOf(s *scope, receiver *node, name string) *unit.Place {
	if !strings.HasPrefix(name, "@") {
		return nil
	}
	if receiver == nil || receiver.Kind == "self" {
		return s.ivar(name)
	}
	if constant := f.constantName(receiver); constant != "" {
		return holderPlace(constant + "." + name)
	}
	if f.ownClass(s, receiver) {
		return holderPlace(s.owner + "." + name)
	}
	return nil
}

// ownClass tells an expression that is the class of self: self.class, singleton_class.
func (f *file) ownClass(s *scope, n *node) bool {
	switch text := f.text(n); {
	case s.owner == "":
		return false
	case s.self == selfInstance:
		return text == "self.class" || text == "class"
	case s.self == selfClass:
		return text == "self" || text == "singleton_class" || text == "self.singleton_class"
	}
	return false
}

// variableName is the variable that a symbol or string names. Of a name that is
// put together, what is written counts.
func (f *file) variableName(n *node) string {
	if name := f.symbolText(n); name != "" {
		return name
	}
	if text := strings.Trim(f.text(n), `:"`); n.Is("string", "delimited_symbol") && strings.HasPrefix(text, "@") {
		return interpolation.ReplaceAllString(text, "#{}") // whatever it is called where it is put in
	}
	return ""
}

// interpolation matches what is put into a text.
var interpolation = regexp.MustCompile(`#\{[^}]*\}`)

// ownerOf is the class named by a receiver.
func (f *file) ownerOf(s *scope, receiver *node) string {
	if constant := f.constantName(receiver); constant != "" {
		return constant
	}
	return s.owner
}

// threadLocal is the ID of a thread-local or per-request value, or "".
func (f *file) threadLocal(object *node, keys []*node) string {
	if object == nil || len(keys) == 0 {
		return ""
	}
	name := threadStore(f.text(object))
	if name == "" {
		return ""
	}
	key := f.symbolText(keys[0])
	if key == "" {
		key = f.short(keys[0])
	} else {
		key = ":" + key
	}
	id := name + "[" + key + "]"
	f.declare(unit.Holder{
		ID: id, Name: key, Kind: unit.ThreadLocal, Location: f.at(object),
		PerRequest: strings.HasPrefix(name, "RequestStore"), Comment: f.comment(object),
	}, false)
	return id
}

// threadStore is the name of a store of thread-locals, "" for other expressions.
func threadStore(text string) string {
	switch text {
	case "Thread.current", "Fiber", "ActiveSupport::IsolatedExecutionState", "Thread.main":
		return text
	case "RequestStore", "RequestStore.store", "RequestLocals", "RequestLocals.store":
		return "RequestStore"
	case "Thread.current.thread_variables":
		return "Thread.current"
	}
	return ""
}

// configPlace is the place of a value hung on the application's configuration,
// or otherwise.
func (f *file) configPlace(s *scope, n *node, otherwise *unit.Place) *unit.Place {
	if key := f.configKey(s, n); key != "" {
		return holderPlace("config." + key)
	}
	return otherwise
}

// configKey is the dotted name behind Rails.application.config, Rails.configuration
// or, in configuration files, config. It is "" for other expressions.
func (f *file) configKey(s *scope, n *node) string {
	if !n.Is("call") || n.Child("arguments") != nil || n.Child("block") != nil {
		return ""
	}
	text := f.text(n)
	if rest, ok := behindConfig(text); ok && dotted(rest) {
		return rest
	}
	if base, steps, ok := strings.Cut(text, "."); ok {
		if l, _ := s.find(base); l != nil && !l.param {
			rest, ok := behindConfig(l.value.Text + ".")
			if rest = strings.TrimPrefix(rest+steps, "."); ok && dotted(rest) {
				return rest // a local that is another name of it, or of a part
			}
		}
	}
	if rest, ok := strings.CutPrefix(text, "config."); ok && f.class.config && dotted(rest) {
		return rest
	}
	return ""
}

// behindConfig cuts the names off by which the application's configuration is asked for.
func behindConfig(text string) (string, bool) {
	for _, prefix := range []string{"Rails.application.config.", "Rails.configuration.", "Rails.application.configuration."} {
		if rest, ok := strings.CutPrefix(strings.TrimPrefix(text, "::"), prefix); ok {
			return rest, true
		}
	}
	return "", false
}

// dotted tells whether a text is names joined by dots.
func dotted(text string) bool {
	for i := 0; i < len(text); i++ {
		b := text[i]
		if b != '.' && b != '_' && (b < 'a' || b > 'z') && (b < 'A' || b > 'Z') && (b < '0' || b > '9') {
			return false
		}
	}
	return text != ""
}

// symbolText is the name in a symbol or plain string, "" for anything else.
func (f *file) symbolText(n *node) string {
	if n == nil {
		return ""
	}
	switch n.Kind {
	case "simple_symbol":
		return strings.TrimPrefix(f.text(n), ":")
	case "hash_key_symbol":
		return f.text(n)
	case "string", "bare_symbol", "bare_string", "delimited_symbol":
		if len(n.Kids) == 1 && n.Kids[0].Kind == "string_content" {
			return f.text(n.Kids[0])
		}
	}
	return ""
}
