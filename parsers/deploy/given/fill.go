package given

import (
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
	"github.com/stateaudit/stateaudit/parsers/deploy/tree"
)

// Filled is a template with what is known in the place of its expressions, line
// for line: branches that are not taken are empty, and what is unknown stays.
type Filled struct {
	Text string
	// Because lists by line, from 1, what the line depends on.
	Because map[int][]unit.Reason
}

// block is an open block of a template.
type block struct {
	known bool // whether it is taken was found out
	taken bool
	done  bool // a branch was taken, so that no later one is
	dot   *tree.Node
	since []unit.Reason
}

type filler struct {
	in      string
	out     strings.Builder
	line    int
	open    []block
	names   func(dot *tree.Node) scope
	eval    func(string, scope) value
	because map[int][]unit.Reason
	set     map[string]value // variables of the template itself: $name
}

// fill fills a template. Names gives the scope below a `with`, of which the dot
// is the value, or at the top.
func fill(content string, eval func(string, scope) value, names func(dot *tree.Node) scope) Filled {
	f := &filler{in: content, line: 1, names: names, eval: eval, because: map[int][]unit.Reason{}, set: map[string]value{}}
	for pos := 0; pos < len(content); {
		start := strings.Index(content[pos:], "{")
		if start < 0 {
			f.write(content[pos:])
			break
		}
		start += pos
		closing := ""
		if start+1 < len(content) {
			closing = map[byte]string{'{': "}}", '%': "%}", '#': "#}"}[content[start+1]]
		}
		end := -1
		if closing != "" {
			end = strings.Index(content[start+2:], closing)
		}
		if end < 0 {
			f.write(content[pos : start+1])
			pos = start + 1
			continue
		}
		f.write(content[pos:start])
		end += start + 4
		f.tag(content[start:end])
		pos = end
	}
	return Filled{Text: f.out.String(), Because: f.because}
}

// dead tells whether a branch is open that is not taken.
func (f *filler) dead() bool {
	for _, b := range f.open {
		if b.known && !b.taken {
			return true
		}
	}
	return false
}

// write copies text, or only its ends of lines in a branch that is not taken.
func (f *filler) write(s string) {
	if f.dead() {
		s = blank(s)
	}
	f.out.WriteString(s)
	if strings.TrimSpace(s) != "" {
		for i, l := range strings.Split(s, "\n") {
			if strings.TrimSpace(l) != "" {
				f.depends(f.line + i)
			}
		}
	}
	f.line += strings.Count(s, "\n")
}

// depends notes that a line stands below the open conditions.
func (f *filler) depends(line int) {
	if _, told := f.because[line]; told {
		return
	}
	for _, b := range f.open {
		if b.known {
			f.because[line] = append(f.because[line], b.since...)
		}
	}
}

func blank(s string) string { return strings.Repeat("\n", strings.Count(s, "\n")) }

// tag handles one expression or statement.
func (f *filler) tag(s string) {
	inner := strings.TrimSpace(strings.Trim(s[2:len(s)-2], "-+ \t\r\n"))
	word, rest, _ := strings.Cut(inner, " ")
	word = strings.TrimSpace(word)
	statement := strings.HasPrefix(s, "{%") || strings.HasPrefix(s, "{{") && keyword(word)
	switch {
	case strings.HasPrefix(s, "{#") || strings.HasPrefix(inner, "/*"):
		f.write(blank(s))
	case statement:
		f.statement(s, word, strings.TrimSpace(rest))
	default:
		f.expression(s, inner)
	}
}

func keyword(word string) bool {
	switch word {
	case "if", "else", "end", "with", "range", "define", "block":
		return true
	}
	return false
}

func (f *filler) scope() scope {
	var dot *tree.Node
	for _, b := range f.open {
		if b.dot != nil {
			dot = b.dot
		}
	}
	names := f.names(dot)
	return func(path []string) value {
		v, own := f.set[path[0]]
		if !own || len(path[0]) < 2 || path[0][0] != '$' {
			return names(path)
		}
		if !v.known || len(path) == 1 {
			return v
		}
		inner := at(v.node, v.file, path[1:], strings.Join(path[1:], "."))
		inner.file = v.file
		return inner
	}
}

// assign sets a variable of a template. What a branch or loop sets that may not
// be run is unknown from then on.
func (f *filler) assign(inner string) bool {
	name, expression, ok := strings.Cut(inner, "=")
	name = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(name), ":"))
	if !ok || !strings.HasPrefix(name, "$") || strings.ContainsAny(name, " .(") {
		return false
	}
	v := f.eval(strings.TrimSpace(expression), f.scope())
	for _, b := range f.open {
		if !b.known {
			v = value{}
		}
	}
	f.set[name] = v
	return true
}

// expression puts a known text of one line in the place of an expression.
func (f *filler) expression(s, inner string) {
	if f.dead() {
		f.write(blank(s))
		return
	}
	if f.assign(inner) {
		f.write(s)
		return
	}
	v := f.eval(inner, f.scope())
	if !v.known || v.node == nil || v.node.Kind != tree.Scalar || strings.ContainsAny(v.node.Text, "\n{}") {
		f.write(s)
		return
	}
	f.write(v.node.Text)
	f.because[f.line] = append(f.because[f.line], v.because...)
	f.out.WriteString(blank(s))
	f.line += strings.Count(s, "\n")
}

func (f *filler) statement(s, word, rest string) {
	switch word {
	case "if", "with", "unless":
		v := f.eval(rest, f.scope())
		b := block{known: v.known && !strings.Contains(rest, ":="), taken: v.holds(), since: v.because}
		b.done = b.taken
		if word == "with" && strings.HasPrefix(s, "{{") && b.known && b.taken {
			b.dot = v.node
		}
		f.begin(s, b)
	case "range", "define", "block", "for", "macro", "filter", "call", "raw":
		f.begin(s, block{})
	case "else", "elif", "elsif":
		f.otherwise(s, word, rest)
	case "end", "endif", "endfor", "endwith", "endmacro", "endblock", "endfilter", "endcall", "endraw":
		if n := len(f.open); n > 0 {
			known := f.open[n-1].known
			f.open = f.open[:n-1]
			f.mark(s, known)
			return
		}
		f.write(s)
	default:
		f.write(s)
	}
}

// begin opens a block. Inside a branch that is not taken nothing is asked.
func (f *filler) begin(s string, b block) {
	if f.dead() {
		b = block{known: true}
	}
	f.mark(s, b.known)
	f.open = append(f.open, b)
}

// mark writes a statement that stays open, and nothing for one that is settled.
func (f *filler) mark(s string, settled bool) {
	if settled {
		s = blank(s)
	}
	f.write(s)
}

// otherwise goes on to the next branch of the innermost block.
func (f *filler) otherwise(s, word, rest string) {
	n := len(f.open)
	if n == 0 {
		f.write(s)
		return
	}
	b := &f.open[n-1]
	if !b.known {
		f.write(s)
		return
	}
	condition, chained := strings.CutPrefix(rest, "if ")
	if word != "else" {
		condition, chained = rest, true
	}
	b.dot = nil
	b.taken = !b.done
	if chained && b.taken {
		v := f.eval(condition, f.scope())
		if !v.known {
			b.taken, b.done = false, true // any of the rest: nothing is claimed
		} else {
			b.taken, b.since = v.holds(), append(b.since, v.because...)
		}
	}
	b.done = b.done || b.taken
	f.write(blank(s))
}
