package tree

import "strings"

// Hidden tells whether a text was hidden by Mask, if only in part.
func Hidden(text string) bool { return strings.Contains(text, hidden) }

// hidden is what a template is replaced by, so that text around it can be read
// and every line and column stays where it was.
const hidden = "~~~~"

// Condition is a region of a template that is only written if something holds.
type Condition struct {
	Text       string // as written between the braces: "if .Values.sticky"
	Line, Last int
}

// Masked is a text without its templates.
type Masked struct {
	Text       string
	Conditions []Condition
}

// Under lists the conditions that a line lies below.
func (m Masked) Under(line int) []string {
	var out []string
	for _, c := range m.Conditions {
		if c.Line <= line && line <= c.Last {
			out = append(out, c.Text)
		}
	}
	return out
}

// Mask hides Go templates, Jinja and ERB: {{ }}, {% %}, {# #} and <% %>. A line
// that holds nothing else becomes blank. A template that is not closed stays.
func Mask(content string) Masked {
	if !strings.Contains(content, "{{") && !strings.Contains(content, "{%") && !strings.Contains(content, "{#") && !strings.Contains(content, "<%") {
		return Masked{Text: content}
	}
	m := masker{in: content, out: []byte(content)}
	m.run()
	return Masked{Text: string(m.out), Conditions: m.done}
}

type masker struct {
	in   string
	out  []byte
	line int // lines before pos
	pos  int
	open []Condition
	done []Condition
}

func (m *masker) run() {
	for m.pos < len(m.in) {
		start := nextOpening(m.in, m.pos)
		if start < 0 {
			break
		}
		closing := map[string]string{"{{": "}}", "{%": "%}", "{#": "#}", "<%": "%>"}[m.in[start:start+2]]
		end := strings.Index(m.in[start+2:], closing)
		if end < 0 {
			m.pos = start + 2
			m.line = strings.Count(m.in[:start], "\n")
			continue
		}
		end += start + 4
		m.hide(start, end)
	}
	for _, c := range m.open {
		c.Last = 1 + strings.Count(m.in, "\n")
		m.done = append(m.done, c)
	}
}

// nextOpening finds the first place from pos where a template starts.
func nextOpening(s string, pos int) int {
	for i := pos; i+1 < len(s); i++ {
		switch s[i] {
		case '{':
			if s[i+1] == '{' || s[i+1] == '%' || s[i+1] == '#' && i+2 < len(s) && s[i+2] != '}' {
				return i
			}
		case '<':
			if s[i+1] == '%' {
				return i
			}
		}
	}
	return -1
}

// hide replaces one template and notes what it opens or closes.
func (m *masker) hide(start, end int) {
	m.line += strings.Count(m.in[m.pos:start], "\n")
	first := m.line + 1
	m.line += strings.Count(m.in[start:end], "\n")
	last := m.line + 1
	m.pos = end
	m.control(m.in[start:end], first, last)
	alone := m.alone(start, end)
	for i := start; i < end; i++ {
		switch {
		case m.in[i] == '\n' || m.in[i] == '\r':
		case alone:
			m.out[i] = ' '
		default:
			m.out[i] = '~'
		}
	}
}

// alone tells whether nothing but blanks and other templates stands on the
// lines of a template.
func (m *masker) alone(start, end int) bool {
	before := m.out[strings.LastIndexByte(m.in[:start], '\n')+1 : start]
	after := m.in[end:]
	if i := strings.IndexByte(after, '\n'); i >= 0 {
		after = after[:i]
	}
	if strings.TrimSpace(string(before)) != "" {
		return false
	}
	after = strings.TrimSpace(after)
	return after == "" || strings.HasPrefix(after, "{{") || strings.HasPrefix(after, "{%") || strings.HasPrefix(after, "{#") ||
		strings.HasPrefix(after, "<%") || strings.HasPrefix(after, "#")
}

// control follows the blocks of templates.
func (m *masker) control(text string, first, last int) {
	if strings.HasPrefix(text, "{#") || strings.HasPrefix(text, "<%=") {
		return
	}
	inner := strings.TrimSpace(strings.Trim(text, "{}%<>-~+ \t\r\n"))
	word, _, _ := strings.Cut(inner, " ")
	word, _, _ = strings.Cut(word, "\n")
	erb := strings.HasPrefix(text, "<%")
	switch word {
	case "if", "with", "unless", "range", "block", "define", "for", "macro", "case", "while":
		m.open = append(m.open, Condition{Text: inner, Line: first})
	case "else", "elsif", "elif":
		if n := len(m.open); n > 0 {
			// the other branch depends on the same question
			m.open[n-1].Text += " " + inner
		}
	case "end", "endif", "endfor", "endblock", "endmacro", "endwith":
		if n := len(m.open); n > 0 {
			c := m.open[n-1]
			c.Last = last
			m.open = m.open[:n-1]
			m.done = append(m.done, c)
		}
	default:
		if erb && (strings.HasSuffix(inner, " do") || strings.HasSuffix(inner, "|")) {
			m.open = append(m.open, Condition{Text: inner, Line: first})
		}
	}
}
