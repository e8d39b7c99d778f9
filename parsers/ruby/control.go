package ruby

import (
	"strings"

	"github.com/stateaudit/stateaudit/internal/names"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// evalControl knows the statements that decide what runs.
func (f *file) evalControl(s *scope, n *node, use unit.Use) (unit.Value, bool) {
	switch n.Kind {
	case "if", "unless", "elsif", "conditional":
		return f.conditional(s, n, use), true
	case "if_modifier", "unless_modifier":
		return f.modifier(s, n, use), true
	case "while", "until", "while_modifier", "until_modifier":
		return f.loop(s, n), true
	case "for":
		return f.forLoop(s, n), true
	case "case", "case_match":
		return f.caseOf(s, n, use), true
	case "begin", "body_statement", "do", "block_body", "parenthesized_statements", "then", "else", "program", "ERROR":
		return f.sequence(s, n, use), true
	case "rescue":
		return f.rescue(s, n, use), true
	case "ensure":
		inner := *s
		inner.ensure = true
		return f.group(&inner, n, unit.Dropped), true
	case "rescue_modifier":
		return f.oneOf(n, f.eval(s, n.Child("body"), use), f.eval(s.failing(), n.Child("handler"), use)), true
	case "return", "break", "next":
		return f.leave(s, n), true
	}
	return unit.Value{}, false
}

// negated tells whether a condition is turned around by its keyword.
func negated(n *node) bool {
	return n.Kind == "unless" || n.Kind == "unless_modifier" || n.Kind == "until" || n.Kind == "until_modifier"
}

// conditional is if, unless and ?:.
func (f *file) conditional(s *scope, n *node, use unit.Use) unit.Value {
	condition := n.Child("condition")
	f.eval(s, condition, unit.Checked)
	truth := !negated(n)
	var then, otherwise unit.Value
	f.fork(s, func() {
		then = f.branch(s, condition, truth, n.Child("consequence"), n.Child("alternative"), use)
	}, func() {
		otherwise = f.branch(s, condition, !truth, n.Child("alternative"), n.Child("consequence"), use)
	})
	return f.oneOf(n, then, otherwise)
}

// branch walks what runs if a condition has a value. Where the other branch gives
// up, a process that goes on took this one.
func (f *file) branch(s *scope, condition *node, truth bool, body, other *node, use unit.Use) unit.Value {
	if body == nil {
		return unit.Value{Kind: unit.Nil}
	}
	inner := s.knowing(f.emptyWhen(s, condition, truth)).giving(f.givenWhen(s, condition, truth))
	if inner == s {
		copied := *s
		inner = &copied
	}
	inner.maybe, inner.until = true, f.at(body).EndLine
	if !f.givesUp(other) {
		inner = f.environment(inner, condition, truth)
	}
	return f.eval(f.inProduction(inner, condition, truth), body, use)
}

// givesUp tells a branch at whose end the process is gone, or what is being done
// has failed.
func (f *file) givesUp(branch *node) bool {
	for branch.Is("then", "else", "body_statement", "begin") && len(branch.Kids) > 0 {
		branch = branch.Kids[len(branch.Kids)-1]
	}
	switch {
	case branch.Is("identifier"):
		return endsProcess(f.text(branch))
	case branch.Is("call"):
		return branch.Child("receiver") == nil && endsProcess(f.text(branch.Child("method")))
	}
	return false
}

// endsProcess tells the methods of Kernel behind which nothing runs.
func endsProcess(name string) bool {
	switch name {
	case "raise", "fail", "abort", "exit", "exit!":
		return true
	}
	return false
}

// modifier is `x if y` and `x unless y`.
func (f *file) modifier(s *scope, n *node, use unit.Use) unit.Value {
	condition := n.Child("condition")
	f.eval(s, condition, unit.Checked)
	var value unit.Value
	f.fork(s, func() {}, func() {
		value = f.branch(s, condition, !negated(n), n.Child("body"), nil, use)
	})
	return value
}

// loop is while and until.
func (f *file) loop(s *scope, n *node) unit.Value {
	condition := n.Child("condition")
	inner := *s
	pauses := f.pauses(condition) && n.Is("while", "while_modifier")
	if pauses || condition.Is("true") && n.Is("while", "while_modifier") || condition.Is("false") && n.Is("until", "until_modifier") {
		s.entersLoop()
	}
	if (pauses || f.untilStopped(condition)) && n.Child("body") != nil {
		inner.staysIn(n.Child("body"))
	}
	inner.loop = inner.loop || pauses || condition.Is("true") || condition.Is("instance_variable", "unary") && strings.Contains(f.text(n), "sleep")
	f.eval(&inner, condition, unit.Checked)
	f.eval(inner.knowing(f.emptyWhen(s, condition, !negated(n))), n.Child("body"), unit.Dropped)
	return unit.Value{Kind: unit.Nil}
}

// pauses tells the condition of a loop that only waits: `while sleep 5`.
func (f *file) pauses(condition *node) bool {
	return condition.Is("call") && condition.Child("receiver") == nil && f.text(condition.Child("method")) == "sleep"
}

// untilStopped tells the condition of a loop that goes on until the process is told to
// stop: `while true`, `until @stopped`, `while running?`.
func (f *file) untilStopped(condition *node) bool {
	if condition.Is("true", "false") {
		return true
	}
	if !condition.Is("identifier", "instance_variable", "class_variable", "global_variable", "call", "unary", "element_reference") {
		return false
	}
	for _, word := range names.Tokens(f.text(condition)) {
		switch word {
		case "stop", "stopped", "stopping", "running", "shutdown", "exiting", "quit", "terminate", "terminated", "terminating", "interrupted":
			return true
		}
	}
	return false
}

// forLoop is for x in y.
func (f *file) forLoop(s *scope, n *node) unit.Value {
	value := n.Child("value")
	list := f.eval(s, value, unit.Used)
	var element *unit.Place
	if value != nil && len(value.Kids) > 0 {
		element = step(f.place(s, value.Kids[0]), unit.Element)
	}
	if pattern := n.Child("pattern"); pattern.Is("identifier") {
		s.set(f.text(pattern), unit.Value{Kind: unit.Compound, Parts: parts(list)}, element, pattern)
	} else if pattern != nil {
		f.bindAll(s, pattern)
	}
	f.eval(s, n.Child("body"), unit.Dropped)
	return unit.Value{Kind: unit.Nil}
}

// caseOf is case/when and case/in.
func (f *file) caseOf(s *scope, n *node, use unit.Use) unit.Value {
	f.eval(s, n.Child("value"), unit.Checked)
	var values []unit.Value
	var arms []func()
	complete, rest, last := false, s, f.lastArm(n)
	for _, kid := range n.Kids {
		if kid.Field == "value" {
			continue
		}
		arm := rest
		if kid.Is("when") && s.atBoot() && kid != last {
			condition := f.whenCondition(n.Child("value"), kid)
			rest, arm = rest.under(condition.Negated()), rest.under(condition)
		}
		copied := *arm
		copied.maybe, copied.until = true, f.at(kid).EndLine
		arm = &copied
		complete = complete || kid.Kind == "else"
		arms = append(arms, func() { values = append(values, f.caseArm(arm, kid, use)...) })
	}
	if !complete {
		arms = append(arms, func() {})
	}
	f.fork(s, arms...)
	return f.oneOf(n, values...)
}

// lastArm is the branch that is left where the others do not hold, since what
// would come behind it gives up. It is nil for none.
func (f *file) lastArm(n *node) *node {
	if len(n.Kids) < 2 || !n.Kids[len(n.Kids)-1].Is("else") || !f.givesUp(n.Kids[len(n.Kids)-1]) {
		return nil
	}
	return n.Kids[len(n.Kids)-2]
}

// caseArm walks a branch of case.
func (f *file) caseArm(s *scope, kid *node, use unit.Use) []unit.Value {
	var values []unit.Value
	for _, part := range kid.Kids {
		switch {
		case kid.Kind == "else":
		case part.Field == "pattern":
			f.casePattern(s, kid, part)
			continue
		case part.Field != "body":
			f.eval(s, part, unit.Checked)
			continue
		}
		values = append(values, f.eval(s, part, use))
	}
	return values
}

// casePattern walks the pattern of a branch: values in when, names in in.
func (f *file) casePattern(s *scope, branch, pattern *node) {
	if branch.Kind == "in_clause" {
		f.bindAll(s, pattern)
		return
	}
	f.eval(s, pattern, unit.Checked)
}

// bindAll makes locals of all names in a pattern.
func (f *file) bindAll(s *scope, pattern *node) {
	if pattern.Kind == "identifier" {
		s.set(f.text(pattern), unit.Value{}, nil, pattern)
		return
	}
	for _, kid := range pattern.Kids {
		f.bindAll(s, kid)
	}
}

// sequence walks statements that may have rescue, else and ensure behind them.
func (f *file) sequence(s *scope, n *node, use unit.Use) unit.Value {
	var plain, handlers []*node
	for _, kid := range n.Kids {
		if kid.Is("rescue", "ensure", "else") {
			handlers = append(handlers, kid)
		} else if len(handlers) == 0 {
			plain = append(plain, kid)
		}
	}
	value := f.statements(s, plain, use)
	if len(handlers) == 0 {
		return value
	}
	values := []unit.Value{value}
	arms := []func(){func() {}}
	if len(plain) > 0 {
		s = s.knowing(f.emptyBehind(s, plain[0])) // what fails, fails behind the test
	}
	for _, handler := range handlers {
		if handler.Kind != "ensure" {
			arms = append(arms, func() { values = append(values, f.eval(s, handler, use)) })
		}
	}
	f.fork(s, arms...)
	for _, handler := range handlers {
		if handler.Kind == "ensure" {
			f.eval(s, handler, use)
		}
	}
	return f.oneOf(n, values...)
}

// rescue is a rescue clause.
func (f *file) rescue(s *scope, n *node, use unit.Use) unit.Value {
	if variable := n.Child("variable"); variable != nil && len(variable.Kids) > 0 {
		f.assign(s, variable.Kids[0], variable.Kids[0], unit.Value{Text: "exception"}, nil, "=")
	}
	if exceptions := n.Child("exceptions"); exceptions != nil {
		f.group(s, exceptions, unit.Used)
	}
	return f.eval(s.failing(), n.Child("body"), use)
}

// failing is the scope of what runs only where something failed.
func (s *scope) failing() *scope {
	inner := *s
	inner.failed = true
	return &inner
}

// leave is return, break or next.
func (f *file) leave(s *scope, n *node) unit.Value {
	var value unit.Value
	if len(n.Kids) == 0 {
		return value
	}
	args := n.Kids[0]
	if len(args.Kids) == 1 {
		value = f.eval(s, args.Kids[0], unit.Returned)
	} else {
		value = f.collection(s, args, "Array")
	}
	if n.Kind != "break" {
		f.handOut(s, value)
	}
	return unit.Value{}
}

// guard is a condition that ends a function early: `return x if y`. It is nil
// for other statements; truth is the value that it has behind.
func guard(n *node) (condition *node, truth bool) {
	switch n.Kind {
	case "if_modifier", "unless_modifier":
		if n.Child("body").Is("return", "next", "break") {
			return n.Child("condition"), negated(n)
		}
	case "if", "unless":
		then := n.Child("consequence")
		if n.Child("alternative") == nil && then != nil && len(then.Kids) > 0 && then.Kids[len(then.Kids)-1].Is("return", "next", "raise") {
			return n.Child("condition"), negated(n)
		}
	}
	return nil, false
}

// emptyBehind tells which places are empty in the statements behind one:
// `return @x if @x`.
func (f *file) emptyBehind(s *scope, n *node) []unit.Place {
	condition, truth := guard(n)
	return f.emptyWhen(s, condition, truth)
}

// givenBehind tells what is known to be passed behind a statement.
func (f *file) givenBehind(s *scope, n *node) passed {
	condition, truth := guard(n)
	return f.givenWhen(s, condition, truth)
}

// givenWhen tells what must have been passed if a condition is true or false: `if
// value`, `unless args.empty?`, `unless block_given?`.
func (f *file) givenWhen(s *scope, n *node, truth bool) passed {
	if n == nil {
		return passed{}
	}
	switch n.Kind {
	case "parenthesized_statements":
		if len(n.Kids) == 1 {
			return f.givenWhen(s, n.Kids[0], truth)
		}
	case "unary":
		return f.givenWhen(s, n.Child("operand"), truth != (f.src[n.Start] == '!' || f.src[n.Start] == 'n'))
	case "identifier":
		if truth && f.text(n) == "block_given?" {
			return passed{block: true}
		}
		if l := s.locals[f.text(n)]; truth && l != nil {
			return passed{number: l.number, block: l.block}
		}
	case "call":
		return f.givenCall(s, n, truth)
	case "binary":
		left, right := n.Child("left"), n.Child("right")
		switch op := f.operator(left, right); {
		case (op == "&&" || op == "and") && truth:
			return f.givenWhen(s, left, true).both(f.givenWhen(s, right, true))
		case op == "&&" || op == "and", (op == "||" || op == "or") && truth:
			return f.givenWhen(s, left, truth).either(f.givenWhen(s, right, truth))
		case op == "==" && (right.Is("nil") || right.Is("array", "hash") && len(right.Kids) == 0):
			return f.givenWhen(s, left, !truth)
		}
	}
	return passed{}
}

// givenCall is givenWhen for questions asked of a parameter.
func (f *file) givenCall(s *scope, n *node, truth bool) passed {
	name, receiver := f.text(n.Child("method")), n.Child("receiver")
	if name == "block_given?" && truth {
		return passed{block: true}
	}
	if !receiver.Is("identifier") {
		return passed{}
	}
	switch name {
	case "empty?", "nil?", "blank?", "none?":
		return f.givenWhen(s, receiver, !truth)
	case "any?", "present?":
		return f.givenWhen(s, receiver, truth)
	}
	return passed{}
}

// emptyWhen tells which places hold nothing if a condition is true or false.
// Of alternatives (`@x.nil? || stale?`) each counts: a refresh is done by the
// same code as the first filling.
func (f *file) emptyWhen(s *scope, n *node, truth bool) []unit.Place {
	if n == nil {
		return nil
	}
	switch n.Kind {
	case "parenthesized_statements":
		if len(n.Kids) == 1 {
			return f.emptyWhen(s, n.Kids[0], truth)
		}
	case "unary":
		operand := n.Child("operand")
		if operand != nil && (f.src[n.Start] == '!' || f.src[n.Start] == 'n') {
			return f.emptyWhen(s, operand, !truth)
		}
		return f.emptyWhen(s, operand, truth)
	case "binary":
		return f.emptyBinary(s, n, truth)
	case "call":
		if keys, ok := f.emptyCall(s, n, truth); ok {
			return keys
		}
	}
	if truth {
		return nil
	}
	return keyOf(f.place(s, n))
}

// emptyBinary is emptyWhen for operators.
func (f *file) emptyBinary(s *scope, n *node, truth bool) []unit.Place {
	left, right := n.Child("left"), n.Child("right")
	switch op := f.operator(left, right); op {
	case "&&", "and", "||", "or":
		return append(f.emptyWhen(s, left, truth), f.emptyWhen(s, right, truth)...)
	case "==", "!=":
		if right.Is("nil") && truth == (op == "==") {
			return keyOf(f.place(s, left))
		}
	}
	return nil
}

// emptyCall is emptyWhen for questions asked of a place.
func (f *file) emptyCall(s *scope, n *node, truth bool) ([]unit.Place, bool) {
	receiver := n.Child("receiver")
	switch f.text(n.Child("method")) {
	case "nil?", "blank?", "empty?", "exclude?":
		if truth {
			return keyOf(f.place(s, receiver)), true
		}
		return nil, true
	case "present?", "any?", "key?", "has_key?", "include?", "member?", "instance_variable_defined?", "exist?":
		if truth {
			return nil, true
		}
		if place := f.reflected(s, receiver, f.text(n.Child("method")), n.Child("arguments")); place != nil {
			return keyOf(place), true
		}
		return keyOf(f.place(s, receiver)), true
	}
	return nil, false
}

// keyOf is a place in a list.
func keyOf(place *unit.Place) []unit.Place {
	if place == nil {
		return nil
	}
	return []unit.Place{*place}
}
