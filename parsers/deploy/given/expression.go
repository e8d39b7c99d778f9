package given

import (
	"strings"

	"github.com/stateaudit/stateaudit/parsers/deploy/tree"
)

// evaluate reads an expression in the syntax that Jinja, Bicep and ARM share for
// the most part: operators between operands, calls with arguments in brackets,
// filters behind a bar, and a choice as `a if c else b` or `c ? a : b`. What it
// does not know gives an unknown value.
func evaluate(expression string, names scope) value {
	p := &parser{tokens: tokens(expression), names: names}
	v := p.choice()
	if p.failed || p.pos < len(p.tokens) {
		return value{}
	}
	return v
}

// maxTokens bounds how long an expression is looked at.
const maxTokens = 400

// tokens splits an expression: names, numbers, quoted texts (with the quote as
// their first character) and signs.
func tokens(s string) []string {
	var out []string
	for i := 0; i < len(s) && len(out) < maxTokens; {
		c := s[i]
		switch {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			i++
		case c == '\'' || c == '"':
			end := strings.IndexByte(s[i+1:], c)
			if end < 0 {
				return nil
			}
			out = append(out, "'"+s[i+1:i+1+end])
			i += end + 2
		case letter(c):
			end := i
			for end < len(s) && letter(s[end]) {
				end++
			}
			out = append(out, s[i:end])
			i = end
		case i+1 < len(s) && strings.Contains(" == != && || >= <= ", " "+s[i:i+2]+" "):
			out = append(out, s[i:i+2])
			i += 2
		default:
			out = append(out, s[i:i+1])
			i++
		}
	}
	return out
}

func letter(c byte) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

type parser struct {
	tokens []string
	pos    int
	names  scope
	failed bool
	depth  int
}

func (p *parser) peek() string {
	if p.pos < len(p.tokens) {
		return p.tokens[p.pos]
	}
	return ""
}

// take passes the next token if it is one of those.
func (p *parser) take(any ...string) bool {
	for _, t := range any {
		if p.pos < len(p.tokens) && p.tokens[p.pos] == t {
			p.pos++
			return true
		}
	}
	return false
}

func (p *parser) need(t string) {
	if !p.take(t) {
		p.failed = true
	}
}

func (p *parser) choice() value {
	p.depth++
	defer func() { p.depth-- }()
	if p.depth > 40 {
		p.failed = true
		return value{}
	}
	v := p.or()
	switch {
	case p.take("?"):
		yes := p.choice()
		p.need(":")
		return choose(v, yes, p.choice())
	case p.take("if"):
		condition := p.or()
		other := value{known: true}
		if p.take("else") {
			other = p.choice()
		}
		return choose(condition, v, other)
	}
	return v
}

func choose(condition, yes, no value) value {
	switch {
	case !condition.known:
		return value{}
	case condition.holds():
		return yes.with(condition)
	}
	return no.with(condition)
}

func (p *parser) or() value {
	v := p.and()
	for p.take("or", "||") {
		v = either(v, p.and())
	}
	return v
}

// either is known if one side alone decides.
func either(a, b value) value {
	switch {
	case a.known && a.holds():
		return a
	case b.known && b.holds():
		return b
	case a.known && b.known:
		return b.with(a)
	}
	return value{}
}

func (p *parser) and() value {
	v := p.not()
	for p.take("and", "&&") {
		v = both(v, p.not())
	}
	return v
}

func both(a, b value) value {
	switch {
	case a.known && !a.holds():
		return a
	case b.known && !b.holds():
		return b
	case a.known && b.known:
		return b.with(a)
	}
	return value{}
}

func (p *parser) not() value {
	if p.take("not", "!") {
		return negated(p.not())
	}
	return p.comparison()
}

func negated(v value) value {
	if !v.known {
		return v
	}
	return truth(!v.holds()).with(v)
}

func (p *parser) comparison() value {
	v := p.filtered()
	for {
		switch {
		case p.take("=="):
			v = compared(v, p.filtered(), true)
		case p.take("!="):
			v = compared(v, p.filtered(), false)
		case p.peek() == "is":
			p.pos++
			v = p.test(v)
		case p.take("in"):
			v = contained(v, p.filtered())
		default:
			return v
		}
	}
}

func compared(a, b value, same bool) value {
	if !a.known || !b.known {
		return value{}
	}
	return truth(strings.EqualFold(a.text(), b.text()) == same).with(a, b)
}

func contained(a, list value) value {
	if !a.known || !list.known {
		return value{}
	}
	found := list.node != nil && list.node.Kind == tree.Scalar && strings.Contains(list.node.Text, a.text())
	for _, item := range list.node.Elements() {
		found = found || item.String() == a.text()
	}
	return truth(found).with(a, list)
}

// test is what follows `is` in Jinja.
func (p *parser) test(v value) value {
	no := p.take("not")
	name := p.peek()
	p.pos++
	var found value
	switch name {
	case "defined":
		found = value{known: v.known}
		if v.known {
			found = truth(v.defined()).with(v)
		}
	case "undefined", "none":
		if v.known {
			found = truth(!v.defined()).with(v)
		}
	case "true", "sameas", "truthy":
		if v.known {
			found = truth(v.holds()).with(v)
		}
	case "false", "falsy":
		found = negated(v)
	}
	if no {
		return negated(found)
	}
	return found
}

// filtered reads an operand and the filters behind it.
func (p *parser) filtered() value {
	v := p.operand()
	for p.take("|") {
		name := p.peek()
		p.pos++
		var args []value
		if p.take("(") {
			args = p.arguments(")")
		}
		v = filter(name, v, args)
	}
	return v
}

func filter(name string, v value, args []value) value {
	switch name {
	case "default", "d":
		if v.known && v.defined() && (len(args) < 2 || v.holds()) {
			return v
		}
		if len(args) > 0 {
			return args[0]
		}
		return text("")
	case "bool", "string", "trim", "quote", "lower", "int", "first", "mandatory":
		if name == "lower" && v.known {
			return text(strings.ToLower(v.text())).with(v)
		}
		return v
	case "ternary":
		if len(args) > 1 {
			return choose(v, args[0], args[1])
		}
	case "length", "count":
		if v.known && v.node != nil {
			return truth(len(v.node.Items)+len(v.node.Pairs) > 0).with(v)
		}
	}
	return value{}
}

func (p *parser) arguments(end string) []value {
	var out []value
	for !p.failed && !p.take(end) {
		if p.pos >= len(p.tokens) {
			p.failed = true
			break
		}
		if p.pos+1 < len(p.tokens) && p.tokens[p.pos+1] == "=" {
			p.pos += 2 // a named argument
		}
		out = append(out, p.choice())
		if !p.take(",") && p.peek() != end {
			p.failed = true
		}
	}
	return out
}

func (p *parser) operand() value {
	t := p.peek()
	p.pos++
	switch {
	case t == "":
		p.failed = true
		return value{}
	case t[0] == '\'':
		if strings.Contains(t, "${") {
			return value{}
		}
		return text(t[1:])
	case t == "(":
		v := p.choice()
		p.need(")")
		return v
	case t == "[":
		list := &tree.Node{Kind: tree.List}
		whole := value{node: list, known: true}
		for _, v := range p.arguments("]") {
			whole.known = whole.known && v.known
			list.Items = append(list.Items, v.node)
			whole = whole.with(v)
		}
		return whole
	case !letter(t[0]):
		p.failed = true
		return value{}
	case t[0] >= '0' && t[0] <= '9':
		return text(t)
	}
	switch strings.ToLower(t) {
	case "true", "false":
		if p.take("(") { // as ARM writes them
			p.need(")")
		}
		return text(strings.ToLower(t))
	case "null", "none":
		return value{known: true}
	}
	if p.take("(") {
		return call(t, p.arguments(")"), p.names)
	}
	return p.path(t)
}

// path reads a name and the attributes behind it.
func (p *parser) path(name string) value {
	path := []string{name}
	for {
		switch {
		case p.peek() == "." && p.pos+1 < len(p.tokens) && letter(p.tokens[p.pos+1][0]):
			path = append(path, p.tokens[p.pos+1])
			p.pos += 2
		case p.peek() == "[" && p.pos+2 < len(p.tokens) && p.tokens[p.pos+1][0] == '\'' && p.tokens[p.pos+2] == "]":
			path = append(path, p.tokens[p.pos+1][1:])
			p.pos += 3
		default:
			return p.names(path)
		}
	}
}

// call is a function of ARM's or Bicep's.
func call(name string, args []value, names scope) value {
	switch strings.ToLower(name) {
	case "parameters", "variables":
		if len(args) == 1 && args[0].known {
			return names([]string{strings.ToLower(name), args[0].text()})
		}
	case "if":
		if len(args) == 3 {
			return choose(args[0], args[1], args[2])
		}
	case "equals":
		if len(args) == 2 {
			return compared(args[0], args[1], true)
		}
	case "not":
		if len(args) == 1 {
			return negated(args[0])
		}
	case "and", "or":
		if len(args) == 0 {
			return value{}
		}
		v := args[0]
		for _, a := range args[1:] {
			if strings.EqualFold(name, "and") {
				v = both(v, a)
			} else {
				v = either(v, a)
			}
		}
		return v
	case "bool", "string", "tolower", "int":
		if len(args) == 1 {
			return args[0]
		}
	case "coalesce":
		for _, a := range args {
			if !a.known || a.defined() {
				return a
			}
		}
	case "contains":
		if len(args) == 2 {
			return contained(args[1], args[0])
		}
	}
	return value{}
}
