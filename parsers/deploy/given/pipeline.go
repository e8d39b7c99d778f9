package given

import "strings"

// pipeline evaluates a template of Go's as Helm has it: a function with its
// arguments, and further functions behind bars that get the result as their last.
func pipeline(expression string, names scope) value {
	p := &prefix{tokens: words(expression), names: names}
	v := p.pipe("")
	if p.failed || p.pos < len(p.tokens) {
		return value{}
	}
	return v
}

// words splits a pipeline: quoted texts start with a quote.
func words(s string) []string {
	var out []string
	for i := 0; i < len(s) && len(out) < maxTokens; {
		switch c := s[i]; {
		case strings.IndexByte(" \t\r\n", c) >= 0:
			i++
		case c == '"' || c == '`':
			end := strings.IndexByte(s[i+1:], c)
			if end < 0 {
				return []string{"\x00"}
			}
			out = append(out, `"`+s[i+1:i+1+end])
			i += end + 2
		case c == '(' || c == ')' || c == '|':
			out = append(out, s[i:i+1])
			i++
		default:
			end := i
			for end < len(s) && strings.IndexByte(" \t\r\n()|\"", s[end]) < 0 {
				end++
			}
			out = append(out, s[i:end])
			i = end
		}
	}
	return out
}

type prefix struct {
	tokens []string
	pos    int
	names  scope
	failed bool
	depth  int
}

func (p *prefix) peek() string {
	if p.pos < len(p.tokens) {
		return p.tokens[p.pos]
	}
	return ""
}

// pipe reads commands up to a closing bracket, or the end.
func (p *prefix) pipe(end string) value {
	if p.depth++; p.depth > 40 {
		p.failed = true
		return value{}
	}
	defer func() { p.depth-- }()
	v := p.command(nil)
	for p.peek() == "|" {
		p.pos++
		v = p.command(&v)
	}
	if end != "" {
		if p.peek() != end {
			p.failed = true
		}
		p.pos++
	}
	return v
}

func (p *prefix) command(last *value) value {
	head := p.peek()
	if head == "" || head == "|" {
		p.failed = true
		return value{}
	}
	var args []value
	function := ""
	if c := head[0]; c != '.' && c != '$' && c != '"' && c != '(' && !(c >= '0' && c <= '9') && head != "true" && head != "false" && head != "nil" {
		function = head
		p.pos++
	}
	for t := p.peek(); t != "" && t != "|" && t != ")"; t = p.peek() {
		args = append(args, p.argument())
		if p.failed {
			return value{}
		}
	}
	if last != nil {
		args = append(args, *last)
	}
	if function == "" {
		if len(args) == 1 {
			return args[0]
		}
		return value{}
	}
	return helmFunction(function, args)
}

func (p *prefix) argument() value {
	t := p.peek()
	p.pos++
	switch {
	case t == "(":
		return p.pipe(")")
	case t[0] == '"':
		return text(t[1:])
	case t == "true" || t == "false" || t[0] >= '0' && t[0] <= '9':
		return text(t)
	case t == "nil":
		return value{known: true}
	case t == "." || t == "$":
		return value{}
	case t[0] == '.' || t[0] == '$':
		return p.names(strings.Split(t, "."))
	}
	return value{}
}

func helmFunction(name string, args []value) value {
	n := len(args)
	if n == 0 {
		return value{}
	}
	last := args[n-1]
	switch name {
	case "default":
		if n == 2 && last.known && !last.holds() {
			return args[0].with(last)
		}
		return last
	case "quote", "squote", "toString", "trim", "upper", "required", "tpl", "int", "toYaml":
		return last
	case "lower":
		if last.known && last.node != nil {
			return text(strings.ToLower(last.text())).with(last)
		}
	case "not", "empty":
		return negated(last)
	case "eq":
		return equalsAny(args)
	case "ne":
		if n == 2 {
			return compared(args[0], args[1], false)
		}
	case "and", "or":
		v := args[0]
		for _, a := range args[1:] {
			if name == "and" {
				v = both(v, a)
			} else {
				v = either(v, a)
			}
		}
		return v
	case "ternary":
		if n == 3 {
			return choose(args[2], args[0], args[1])
		}
	case "coalesce":
		for _, a := range args {
			if !a.known || a.holds() {
				return a
			}
		}
	}
	return value{}
}

// equalsAny compares the first with each of the others.
func equalsAny(args []value) value {
	v := value{}
	for i, a := range args[1:] {
		one := compared(args[0], a, true)
		if i == 0 {
			v = one
			continue
		}
		v = either(v, one)
	}
	return v
}
