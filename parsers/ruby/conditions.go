package ruby

import (
	"slices"
	"strconv"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
	"github.com/stateaudit/stateaudit/parsers/internal/syntax"
)

// maxFollow bounds through how many locals, constants and methods a condition or
// a choice of configuration is followed.
const maxFollow = 6

// environment is the scope of a branch of configuration.
func (f *file) environment(s *scope, condition *node, truth bool) *scope {
	if !s.atBoot() || condition == nil {
		return s
	}
	c := f.condition(condition, maxFollow)
	if !truth {
		c = c.Negated()
	}
	return s.under(c)
}

// under is the scope of what runs at boot only if a condition holds.
func (s *scope) under(c unit.Condition) *scope {
	inner := *s
	inner.when = s.when.Also(c)
	switch {
	case s.env != "":
	case !inner.when.Possible(unit.EnvProduction):
		inner.env = unit.EnvDevelopment
	case !inner.when.Possible(unit.EnvDevelopment) && !inner.when.Possible(unit.EnvTest):
		inner.env = unit.EnvProduction
	}
	return &inner
}

// condition reads a test. What it cannot take apart is an atom.
func (f *file) condition(n *node, follow int) unit.Condition {
	switch {
	case n == nil || n.Is("true"):
		return unit.Condition{}
	case n.Is("false", "nil"):
		return unit.Condition{Op: unit.Never}
	case n.Is("parenthesized_statements") && len(n.Kids) == 1:
		return f.condition(n.Kids[0], follow)
	case n.Is("unary") && len(n.Kids) == 1 && (strings.HasPrefix(f.text(n), "!") || strings.HasPrefix(f.text(n), "not")):
		return f.condition(n.Kids[0], follow).Negated()
	case n.Is("binary"):
		return f.comparison(n, follow)
	case n.Is("call"):
		if c, ok := f.switched(n); ok {
			return c
		}
		return f.test(f.sendOf(n), follow)
	case n.Is("identifier", "constant") && follow > 0:
		if assigned := f.assigned(f.text(n)); len(assigned) == 1 {
			return f.condition(assigned[0].node, follow-1)
		}
	}
	if name := f.variable(n); name != "" {
		return isSet(name)
	}
	return f.atom(n)
}

// switched is what production's configuration says of a key that is asked for.
func (f *file) switched(n *node) (condition unit.Condition, known bool) {
	if len(f.switches) == 0 {
		return condition, false
	}
	key, ok := configKey(f.text(n))
	on, known := f.switches[key]
	switch {
	case !ok || !known:
		return condition, false
	case on:
		return unit.Condition{Op: unit.Or, Parts: []unit.Condition{{Op: unit.InEnv, Text: unit.EnvProduction}, f.atom(n)}}, true
	}
	return unit.Condition{Op: unit.InEnv, Text: unit.EnvProduction}.Negated().Also(f.atom(n)), true
}

func (f *file) atom(n *node) unit.Condition {
	return unit.Condition{Op: unit.Atom, Text: "`" + f.short(n) + "`", Ref: f.key(n)}
}

func isSet(variable string) unit.Condition {
	return unit.Condition{Op: unit.Atom, Text: variable + " is set", Ref: inEnvironment + variable}
}

// inEnvironment begins the reference to a variable of the environment.
const inEnvironment = "ENV."

// key is the reference to a key of a file of settings, or to a decision, that an
// expression may be; "" for the name of a local or method, which may be anything.
func (f *file) key(n *node) string {
	if f.looking {
		return "" // what it is called on is being looked up, past a condition
	}
	f.looking = true
	defer func() { f.looking = false }()
	follow := 1
	if f.class.config {
		follow = maxFollow
	}
	if ref := strings.TrimSuffix(f.reference(n, follow), "?"); strings.Contains(ref, ".") || n.Is("constant", "scope_resolution") {
		return decisionName(ref)
	}
	return ""
}

// comparison is a && b, a || b, a == b and a != b.
func (f *file) comparison(n *node, follow int) unit.Condition {
	left, right := n.Child("left"), n.Child("right")
	switch op := f.operator(left, right); op {
	case "&&", "and":
		return f.condition(left, follow).Also(f.condition(right, follow))
	case "||", "or":
		return unit.Condition{Op: unit.Or, Parts: []unit.Condition{f.condition(left, follow), f.condition(right, follow)}}
	case "==", "!=":
		c := f.equals(left, right)
		if op == "!=" {
			return c.Negated()
		}
		return c
	}
	return f.atom(n)
}

// equals is the condition that two things are the same.
func (f *file) equals(left, right *node) unit.Condition {
	if f.symbolText(left) != "" {
		left, right = right, left
	}
	value := f.symbolText(right)
	if value == "" {
		if right.Is("nil") && f.variable(left) != "" {
			return isSet(f.variable(left)).Negated()
		}
		return unit.Condition{Op: unit.Atom, Text: "`" + syntax.Shorten(f.text(left)+" == "+f.text(right), 80) + "`"}
	}
	if f.namesEnvironment(left) {
		return unit.Condition{Op: unit.InEnv, Text: value}
	}
	subject, ref := f.variable(left), f.key(left)
	if subject == "" {
		subject = "`" + f.short(left) + "`"
	} else {
		ref = inEnvironment + subject
	}
	return unit.Condition{Op: unit.Atom, Text: subject + " is " + strconv.Quote(value), Ref: ref, Is: value}
}

// namesEnvironment tells an expression that is the name of the environment.
func (f *file) namesEnvironment(n *node) bool {
	text := strings.TrimPrefix(f.text(n), "::")
	for _, conversion := range []string{".to_sym", ".to_s"} {
		text = strings.TrimSuffix(text, conversion)
	}
	if text == "Rails.env" || text == "env" && f.class.config {
		return true
	}
	name := f.variable(n)
	return name == "RAILS_ENV" || name == "RACK_ENV" || name == "APP_ENV"
}

// variable is the name of the environment variable that an expression reads, ""
// if it is none.
func (f *file) variable(n *node) string {
	switch {
	case n.Is("element_reference") && f.text(n.Child("object")) == "ENV" && len(n.Kids) > 1:
		return f.symbolText(n.Kids[1])
	case n.Is("call"):
		c := f.sendOf(n)
		if f.text(c.receiver) == "ENV" && len(c.args) > 0 {
			switch c.name {
			case "fetch", "[]", "key?", "has_key?", "include?", "member?", "dig":
				return f.symbolText(c.args[0])
			}
		}
		if keeps(c.name) {
			return f.variable(c.receiver)
		}
		// Figaro and its like: Figaro.env.redis_url
		if receiver := f.text(c.receiver); receiver == "Figaro.env" {
			return strings.ToUpper(strings.TrimRight(c.name, "?!"))
		}
	}
	return ""
}

// keeps tells the conversions behind which a value is still the same choice.
func keeps(name string) bool {
	switch name {
	case "to_sym", "to_s", "presence", "downcase", "strip", "intern", "freeze", "symbolize_keys", "itself", "dup", "underscore", "inquiry", "tap":
		return true
	}
	return false
}

// test is a question asked of something.
func (f *file) test(c send, follow int) unit.Condition {
	receiver := f.text(c.receiver)
	switch c.name {
	case "present?", "presence", "any?":
		return f.condition(c.receiver, follow)
	case "blank?", "nil?", "empty?", "!":
		return f.condition(c.receiver, follow).Negated()
	case "include?", "in?", "==", "eql?", "equal?":
		if condition, ok := f.among(c); ok {
			return condition
		}
	case "local?":
		if f.namesEnvironment(c.receiver) {
			return anyEnv(unit.EnvDevelopment, unit.EnvTest)
		}
	}
	if name, asks := strings.CutSuffix(c.name, "?"); asks && c.receiver != nil && f.namesEnvironment(c.receiver) {
		return unit.Condition{Op: unit.InEnv, Text: name}
	}
	if name := f.variable(c.n); name != "" {
		return isSet(name)
	}
	if c.receiver == nil && len(c.args) == 0 && follow > 0 {
		if made := f.results(c.name); len(made) == 1 && made[0].when.Op == unit.Always {
			return f.condition(made[0].node, follow-1)
		}
	}
	if receiver == "ActiveModel::Type::Boolean.new" && c.name == "cast" && len(c.args) == 1 {
		return f.condition(c.args[0], follow)
	}
	return f.atom(c.n)
}

// among is %w[production staging].include?(Rails.env), Rails.env.in?(…) and
// Rails.env.eql?("production").
func (f *file) among(c send) (unit.Condition, bool) {
	if len(c.args) != 1 {
		return unit.Condition{}, false
	}
	list, subject := c.receiver, c.args[0]
	if c.name != "include?" {
		list, subject = c.args[0], c.receiver
	}
	if list.Is("string", "simple_symbol") && c.name != "include?" {
		return f.equals(subject, list), true
	}
	if !list.Is("array", "string_array", "symbol_array") {
		return unit.Condition{}, false
	}
	out := unit.Condition{Op: unit.Or}
	for _, item := range list.Kids {
		out.Parts = append(out.Parts, f.equals(subject, item))
	}
	return out, len(out.Parts) > 0
}

func anyEnv(names ...string) unit.Condition {
	out := unit.Condition{Op: unit.Or}
	for _, name := range names {
		out.Parts = append(out.Parts, unit.Condition{Op: unit.InEnv, Text: name})
	}
	return out
}

// whenCondition is the condition of one branch of a case: that its value is one of
// the branch's patterns.
func (f *file) whenCondition(value, branch *node) unit.Condition {
	var any []unit.Condition
	for _, part := range branch.Kids {
		if part.Field != "pattern" {
			continue
		}
		if part.Is("pattern") && len(part.Kids) == 1 {
			part = part.Kids[0]
		}
		if value == nil {
			any = append(any, f.condition(part, maxFollow))
		} else {
			any = append(any, f.equals(value, part))
		}
	}
	if len(any) == 1 {
		return any[0]
	}
	return unit.Condition{Op: unit.Or, Parts: any}
}

// guarded is a node and what must hold for it to count.
type guarded struct {
	node *node
	when unit.Condition
}

// follows notes that a name is being looked up. It is refused where a condition on
// the way asks for the same again, or the way is long.
func (f *file) follows(name string) (done func(), ok bool) {
	if f.following[name] || len(f.following) >= 2 {
		return nil, false
	}
	if f.following == nil {
		f.following = map[string]bool{}
	}
	f.following[name] = true
	return func() { delete(f.following, name) }, true
}

// assigned lists what a local or constant of the file gets, the last one first.
func (f *file) assigned(name string) []guarded {
	done, ok := f.follows(name)
	if !ok {
		return nil
	}
	defer done()
	var out []guarded
	f.walk(f.syntax.Root, unit.Condition{}, func(n *node, when unit.Condition) bool {
		if n.Is("assignment", "operator_assignment") && n.Child("left").Is("identifier", "constant") && f.text(n.Child("left")) == name {
			out = append(out, guarded{n.Child("right"), when})
		}
		return true
	})
	slices.Reverse(out)
	return out
}

// results lists what a method of the file hands out, in the order in which its
// conditions are asked.
func (f *file) results(name string) []guarded {
	done, ok := f.follows(name + "()")
	if !ok {
		return nil
	}
	defer done()
	var method *node
	f.walk(f.syntax.Root, unit.Condition{}, func(n *node, _ unit.Condition) bool {
		if n.Is("method", "singleton_method") && f.text(n.Child("name")) == name {
			method = n
		}
		return true
	})
	if method == nil {
		return nil
	}
	return f.handedOut(method)
}

// handedOut lists the returns of a method and its last expression.
func (f *file) handedOut(method *node) []guarded {
	var out []guarded
	body := statementsOf(method)
	for _, statement := range body {
		f.walk(statement, unit.Condition{}, func(n *node, when unit.Condition) bool {
			if n.Is("return") {
				value := n
				for value != nil && (value == n || value.Is("argument_list")) {
					value = first(value)
				}
				out = append(out, guarded{value, when})
			}
			return !n.Is("method", "lambda")
		})
	}
	if len(body) > 0 && !body[len(body)-1].Is("return") {
		out = append(out, guarded{body[len(body)-1], unit.Condition{}})
	}
	return out
}

// statementsOf lists the statements of a method's body.
func statementsOf(method *node) []*node {
	if body := method.Child("body"); body != nil {
		if body.Is("body_statement", "block_body") {
			return body.Kids
		}
		return []*node{body}
	}
	var out []*node
	for _, kid := range method.Kids {
		if kid.Field == "" {
			out = append(out, kid)
		}
	}
	return out
}

func first(n *node) *node {
	if n == nil || len(n.Kids) == 0 {
		return nil
	}
	return n.Kids[0]
}

// walk visits nodes with the conditions around them.
func (f *file) walk(n *node, when unit.Condition, visit func(*node, unit.Condition) bool) {
	if n == nil || !visit(n, when) {
		return
	}
	if n.Is("if", "unless", "elsif", "conditional", "if_modifier", "unless_modifier") {
		follow := 0
		if f.class.config {
			follow = 1 // a condition that two lines share is to read alike on both
		}
		condition := f.condition(n.Child("condition"), follow)
		if negated(n) {
			condition = condition.Negated()
		}
		f.walk(n.Child("consequence"), when.Also(condition), visit)
		f.walk(n.Child("body"), when.Also(condition), visit)
		f.walk(n.Child("alternative"), when.Also(condition.Negated()), visit)
		return
	}
	if n.Is("case") {
		for _, branch := range n.Kids {
			inner := when
			if branch.Is("when") {
				inner = when.Also(f.whenCondition(n.Child("value"), branch))
				when = when.Also(f.whenCondition(n.Child("value"), branch).Negated())
			}
			f.walk(branch, inner, visit)
		}
		return
	}
	for _, kid := range n.Kids {
		f.walk(kid, when, visit)
	}
}

// inProduction is the scope of what runs only if a condition has a value. Where
// that is never so in production, nothing that happens there is recorded.
func (f *file) inProduction(s *scope, condition *node, truth bool) *scope {
	if condition == nil || s.never {
		return s
	}
	c := f.condition(condition, 0)
	if !truth {
		c = c.Negated()
	}
	if c.Possible(unit.EnvProduction) {
		return s
	}
	inner, aside := *s, *s.fn
	aside.Accesses, aside.Calls, aside.Returns, aside.Allocs, aside.Sessions, aside.Statements = nil, nil, nil, nil, nil, nil
	inner.fn, inner.never = &aside, true
	f.asides = append(f.asides, [2]*unit.Function{s.fn, &aside})
	return &inner
}

// elsewhere notes the methods that functions call outside of production only.
func (f *file) elsewhere() {
	for _, pair := range f.asides {
		for i := range pair[1].Calls {
			if attr := attrElsewhere + pair[1].Calls[i].Name; !slices.Contains(pair[0].Attrs, attr) {
				pair[0].Attrs = append(pair[0].Attrs, attr)
			}
		}
	}
}
