package ruby

import (
	"strconv"
	"strings"

	"github.com/stateaudit/stateaudit/internal/names"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// choices lists what a value of configuration may be, each with the condition
// under which it is; of several conditions that hold the first counts. Symbols,
// strings and classes are named; what only other files know is referred to.
func (f *file) choices(n *node, follow int) []unit.Choice {
	if n == nil || follow <= 0 {
		return []unit.Choice{{Origin: unit.Unresolved}}
	}
	switch n.Kind {
	case "simple_symbol", "string", "delimited_symbol", "bare_symbol", "bare_string":
		if name := f.symbolText(n); name != "" {
			return f.one(n, name)
		}
		return f.interpolated(n, follow)
	case "nil", "true", "false":
		return f.one(n, n.Kind)
	case "right_assignment_list", "array", "argument_list":
		return f.listed(n, follow)
	case "splat_argument", "pair":
		if len(n.Kids) > 0 {
			return f.choices(n.Kids[len(n.Kids)-1], follow)
		}
	case "parenthesized_statements", "then", "else", "begin", "block_body", "body_statement":
		if len(n.Kids) > 0 {
			return f.rescued(n, follow)
		}
	case "constant", "scope_resolution":
		return f.constantChoices(n, follow)
	case "identifier":
		return f.nameChoices(n, follow)
	case "conditional", "if", "unless", "elsif", "if_modifier", "unless_modifier":
		return f.branches(n, follow)
	case "case":
		return f.caseChoices(n, follow)
	case "binary":
		return f.alternatives(n, follow)
	case "element_reference":
		return f.lookup(n, n.Child("object"), n.Kids[1:], nil, follow)
	case "call":
		return f.callChoices(n, follow)
	case "assignment":
		return f.choices(n.Child("right"), follow)
	case "hash":
		return f.hashChoices(n, follow)
	}
	return f.unresolved(n, "")
}

func (f *file) one(n *node, value string) []unit.Choice {
	return []unit.Choice{{Value: value, Origin: unit.Written, Location: f.at(n)}}
}

func (f *file) unresolved(n *node, ref string) []unit.Choice {
	return []unit.Choice{{Origin: unit.Unresolved, Ref: ref, Location: f.at(n)}}
}

// interpolated is a name that is put together from a text and one expression.
func (f *file) interpolated(n *node, follow int) []unit.Choice {
	before, after := "", ""
	var inner *node
	for _, kid := range n.Kids {
		switch {
		case kid.Is("interpolation") && inner == nil && len(kid.Kids) == 1:
			inner = kid.Kids[0]
		case kid.Is("interpolation"):
			return f.unresolved(n, "")
		case inner == nil:
			before += f.text(kid)
		default:
			after += f.text(kid)
		}
	}
	if inner == nil {
		return f.unresolved(n, "")
	}
	out := f.choices(inner, follow)
	for i := range out {
		if out[i].Value != "" && out[i].Value != "nil" {
			out[i].Value = before + out[i].Value + after
		} else {
			out[i] = unit.Choice{When: out[i].When, Origin: unit.Unresolved, Location: out[i].Location}
		}
	}
	return out
}

// rescued is the last statement of a body, or that of a rescue.
func (f *file) rescued(n *node, follow int) []unit.Choice {
	var last, rescue *node
	for _, kid := range n.Kids {
		switch {
		case kid.Is("rescue"):
			rescue = kid
		case !kid.Is("ensure", "else") || rescue == nil:
			last = kid
		}
	}
	if last == nil {
		return f.unresolved(n, "")
	}
	out := f.choices(last, follow)
	if rescue == nil || rescue.Child("body") == nil {
		return out
	}
	failed := unit.Condition{Op: unit.Atom, Text: "an error is rescued (" + strings.TrimSpace(f.text(rescue.Child("exceptions"))) + ")"}
	return append(under(failed.Negated(), out), under(failed, f.choices(rescue.Child("body"), follow))...)
}

// under adds a condition to each choice.
func under(when unit.Condition, list []unit.Choice) []unit.Choice {
	for i := range list {
		list[i].When = when.Also(list[i].When)
	}
	return list
}

// listed is `:redis_cache_store, { url: x }`: a name and its options.
func (f *file) listed(n *node, follow int) []unit.Choice {
	if len(n.Kids) == 0 {
		return f.unresolved(n, "")
	}
	out := f.choices(n.Kids[0], follow)
	for i := range out {
		out[i].Options = append(out[i].Options, f.options(n.Kids[1:])...)
	}
	return out
}

// options are further arguments, pairs by their key.
func (f *file) options(list []*node) []unit.Value {
	var out []unit.Value
	for _, arg := range list {
		kids := []*node{arg}
		if arg.Is("hash") {
			kids = arg.Kids
		}
		for _, kid := range kids {
			v := unit.Value{Kind: unit.Compound, Text: f.short(kid), Callee: f.symbolText(kid.Child("key"))}
			if made := f.choices(kid.Child("value"), 2); kid.Is("pair") && len(made) > 0 {
				v.Type = made[0].Value
			}
			out = append(out, v)
		}
	}
	return out
}

// constantChoices is a constant: what the file assigns to it, or a class.
func (f *file) constantChoices(n *node, follow int) []unit.Choice {
	name := f.constantName(n)
	if list := f.assigned(name); len(list) > 0 {
		return f.firstHolding(list, follow)
	}
	return []unit.Choice{{Value: names.Snake(lastName(name)), Ref: name, Origin: unit.Written, Location: f.at(n)}}
}

// nameChoices is a local, or a method called without arguments.
func (f *file) nameChoices(n *node, follow int) []unit.Choice {
	name := f.text(n)
	if list := f.assigned(name); len(list) > 0 {
		return f.firstHolding(list, follow)
	}
	if list := f.results(name); len(list) > 0 {
		return f.firstHolding(list, follow)
	}
	return f.unresolved(n, name)
}

// firstHolding is the choices of several nodes, of which the first whose condition
// holds counts.
func (f *file) firstHolding(list []guarded, follow int) []unit.Choice {
	var out []unit.Choice
	for _, g := range list {
		if g.node != nil {
			out = append(out, under(g.when, f.choices(g.node, follow-1))...)
		}
	}
	return out
}

// branches is if, unless and ?:, as an expression.
func (f *file) branches(n *node, follow int) []unit.Choice {
	condition := f.condition(n.Child("condition"), follow)
	if negated(n) {
		condition = condition.Negated()
	}
	then := n.Child("consequence")
	if then == nil {
		then = n.Child("body")
	}
	out := under(condition, f.choices(then, follow))
	if otherwise := n.Child("alternative"); otherwise != nil {
		return append(out, under(condition.Negated(), f.choices(otherwise, follow))...)
	}
	return append(out, unit.Choice{When: condition.Negated(), Value: "nil", Origin: unit.Written, Location: f.at(n)})
}

// caseChoices is case as an expression.
func (f *file) caseChoices(n *node, follow int) []unit.Choice {
	var out []unit.Choice
	rest := unit.Condition{}
	for _, branch := range n.Kids {
		switch {
		case branch.Is("when"):
			condition := f.whenCondition(n.Child("value"), branch)
			out = append(out, under(rest.Also(condition), f.choices(branch.Child("body"), follow))...)
			rest = rest.Also(condition.Negated())
		case branch.Is("else"):
			return append(out, under(rest, f.choices(branch, follow))...)
		}
	}
	return append(out, unit.Choice{When: rest, Value: "nil", Origin: unit.Written, Location: f.at(n)})
}

// alternatives is a || b and a && b.
func (f *file) alternatives(n *node, follow int) []unit.Choice {
	left, right := n.Child("left"), n.Child("right")
	switch f.operator(left, right) {
	case "&&", "and":
		condition := f.condition(left, follow)
		return append(under(condition, f.choices(right, follow)), unit.Choice{When: condition.Negated(), Value: "nil", Origin: unit.Written, Location: f.at(n)})
	case "||", "or":
		return orElse(f.choices(left, follow), f.choices(right, follow), f.atom(left))
	}
	return f.unresolved(n, "")
}

// orElse puts a fallback where the first choice is nil, or may be.
func orElse(list, fallback []unit.Choice, some unit.Condition) []unit.Choice {
	var out []unit.Choice
	for _, c := range list {
		if c.Value == "nil" {
			continue
		}
		if c.Origin == unit.Unresolved && c.When.Op == unit.Always {
			c.When = some
		}
		out = append(out, c)
	}
	for _, c := range fallback {
		if c.Origin == unit.Written {
			c.Origin = unit.Defaulted
		}
		out = append(out, c)
	}
	return out
}

// callChoices knows X.new, ENV.fetch("X", default), lookups and conversions.
func (f *file) callChoices(n *node, follow int) []unit.Choice {
	c := f.sendOf(n)
	constant := f.constantName(c.receiver)
	switch {
	case f.drawsKey(c):
		return f.one(n, drawn)
	case c.name == "new" && constant != "":
		return []unit.Choice{{Value: names.Snake(lastName(constant)), Ref: constant, Origin: unit.Written, Options: f.options(c.args), Location: f.at(n)}}
	case c.name == "lookup_store" && len(c.args) > 0:
		out := f.choices(c.args[0], follow)
		for i := range out {
			out[i].Options = append(out[i].Options, f.options(c.args[1:])...)
		}
		return out
	case c.name == "build" && strings.HasSuffix(constant, "StoreProxy") && len(c.args) > 0:
		return f.choices(c.args[0], follow)
	case draws(constant, c.name):
		return f.one(n, drawn)
	case constant == "Rails" && c.name == "cache":
		return f.one(n, "rails_cache")
	case keeps(c.name) && c.receiver != nil:
		return f.choices(c.receiver, follow)
	case c.name == "[]" && c.receiver != nil && len(c.args) > 0:
		return f.lookup(n, c.receiver, c.args[:1], nil, follow)
	case c.name == "fetch" && c.receiver != nil && len(c.args) > 0:
		var otherwise *node
		if len(c.args) > 1 {
			otherwise = c.args[1]
		} else if c.block != nil {
			otherwise = c.block.Child("body")
		}
		return f.lookup(n, c.receiver, c.args[:1], otherwise, follow)
	case c.receiver == nil || c.receiver.Is("self"):
		if list := f.results(c.name); len(list) > 0 {
			return f.firstHolding(list, follow)
		}
	case constant != "" && len(c.args) == 0:
		if list := f.results(c.name); len(list) > 0 && strings.Contains(f.src, lastName(constant)) {
			return f.firstHolding(list, follow)
		}
	}
	if name := f.variable(n); name != "" {
		return append(under(isSet(name), f.unresolved(n, inEnvironment+name)), unit.Choice{When: isSet(name).Negated(), Value: "nil", Origin: unit.Written, Location: f.at(n)})
	}
	return f.unresolved(n, f.reference(n, follow))
}

// lookup is ENV["X"], HASH[key] and config_for(:x)[:key], with or without what to
// take otherwise.
func (f *file) lookup(n, object *node, index []*node, otherwise *node, follow int) []unit.Choice {
	if len(index) != 1 {
		return f.unresolved(n, "")
	}
	if f.text(object) == "ENV" {
		return f.fromEnvironment(n, f.symbolText(index[0]), otherwise, follow)
	}
	hash := f.hash(object, follow)
	if hash == nil {
		out := f.unresolved(n, f.reference(n, follow))
		if otherwise != nil {
			return orElse(out, f.choices(otherwise, follow), f.atom(n))
		}
		return out
	}
	return f.entries(n, hash, index[0], otherwise, follow)
}

// fromEnvironment is ENV["X"] and ENV.fetch("X", otherwise).
func (f *file) fromEnvironment(n *node, name string, otherwise *node, follow int) []unit.Choice {
	set := isSet(name)
	out := under(set, f.unresolved(n, inEnvironment+name))
	if otherwise == nil {
		return append(out, unit.Choice{When: set.Negated(), Value: "nil", Origin: unit.Written, Location: f.at(n)})
	}
	fallback := under(set.Negated(), f.choices(otherwise, follow))
	for i := range fallback {
		if fallback[i].Origin == unit.Written {
			fallback[i].Origin = unit.Defaulted
		}
	}
	return append(out, fallback...)
}

// hash finds the literal hash that an expression is, nil if it is none.
func (f *file) hash(n *node, follow int) *node {
	switch {
	case n == nil || follow <= 0:
		return nil
	case n.Is("hash"):
		return n
	case n.Is("parenthesized_statements") && len(n.Kids) == 1:
		return f.hash(n.Kids[0], follow)
	case n.Is("call") && keeps(f.sendOf(n).name):
		return f.hash(n.Child("receiver"), follow)
	case n.Is("identifier", "constant"):
		if list := f.assigned(f.text(n)); len(list) == 1 {
			return f.hash(list[0].node, follow-1)
		}
		if list := f.results(f.text(n)); len(list) == 1 {
			return f.hash(list[0].node, follow-1)
		}
	}
	return nil
}

// entries are the values of a hash, each under the condition that the index is its
// key.
func (f *file) entries(n, hash, index, otherwise *node, follow int) []unit.Choice {
	var out []unit.Choice
	fallback := ""
	for _, c := range f.choices(index, follow) {
		if c.Value != "" && c.Value != "nil" {
			fallback = c.Value // ENV.fetch("X", "memory"), or a key that is known
		}
	}
	var last []unit.Choice
	for _, pair := range hash.Kids {
		key := f.symbolText(pair.Child("key"))
		made := f.choices(pair.Child("value"), follow)
		if fallback != "" && key == fallback {
			last = made
			continue
		}
		out = append(out, under(f.keyIs(index, key), made)...)
	}
	switch {
	case last != nil:
		return append(out, last...)
	case otherwise != nil:
		return append(out, f.choices(otherwise, follow)...)
	}
	return append(out, unit.Choice{Value: "nil", Origin: unit.Written, Location: f.at(n)})
}

// keyIs is the condition that an index is a key.
func (f *file) keyIs(index *node, key string) unit.Condition {
	if f.namesEnvironment(index) {
		return unit.Condition{Op: unit.InEnv, Text: key}
	}
	subject := f.variable(index)
	if subject == "" {
		subject = "`" + f.short(index) + "`"
	}
	return unit.Condition{Op: unit.Atom, Text: subject + " is " + strconv.Quote(key)}
}

// hashChoices is `{ storage: :s3, … }` and `{ cache: X.new, store: Y.new }`: the
// places that a hash of options names.
func (f *file) hashChoices(n *node, follow int) []unit.Choice {
	for _, key := range []string{"storage", "store"} {
		for _, pair := range n.Kids {
			if f.symbolText(pair.Child("key")) == key {
				return f.choices(pair.Child("value"), follow)
			}
		}
	}
	return f.unresolved(n, "")
}
