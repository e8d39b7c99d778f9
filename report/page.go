package report

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"

	"github.com/mattn/go-runewidth"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// page is text for a terminal of some width.
type page struct {
	bytes.Buffer
	width  int
	color  bool
	linked func(file string) string
}

// newPage is a page of the width that the options say, 80 columns if they do not.
func newPage(o Options) *page {
	p := &page{width: o.Width, color: o.Color, linked: o.Link}
	if p.width <= 0 {
		p.width = 80
	}
	return p
}

// style is an escape sequence's parameter.
type style string

const (
	bold   style = "1"
	red    style = "31"
	yellow style = "33"
	cyan   style = "36"
	faint  style = "2"
)

func levelColor(level string) style {
	switch level {
	case "ERROR":
		return red
	case "WARNING":
		return yellow
	}
	return cyan
}

func (p *page) paint(s style, text string) string {
	if !p.color {
		return text
	}
	return "\x1b[" + string(s) + "m" + text + "\x1b[0m"
}

// link makes text lead to a place, where the terminal follows links (OSC 8). The
// address is made here and holds no byte that a terminal would obey.
func (p *page) link(text string, at unit.Location) string {
	if p.linked == nil || at.File == "" {
		return text
	}
	return "\x1b]8;;" + p.linked(at.File) + "\x1b\\" + text + "\x1b]8;;\x1b\\"
}

func (p *page) line(text string) {
	p.WriteString(inert(text))
	p.WriteByte('\n')
}

// wrap breaks text at blanks. A word that is longer than a line, such as a path,
// stays whole so that it can be copied.
func (p *page) wrap(first, other, text string) {
	line, empty := first, true
	for i, word := range strings.Fields(clean(text)) {
		// A label stands alone where the first word would not fit behind it, if that helps.
		labelled := i == 0 && strings.TrimSpace(first) != "" && textWidth(other) < textWidth(first)
		if (!empty || labelled) && textWidth(line)+gap(empty)+textWidth(word) > p.width {
			p.line(strings.TrimRight(line, " "))
			line, empty = other, true
		}
		if !empty {
			line += " "
		}
		line += word
		empty = false
	}
	p.line(line)
}

// gap is the room before the next word of a line.
func gap(empty bool) int {
	if empty {
		return 0
	}
	return 1
}

func textWidth(s string) int { return runewidth.StringWidth(s) }

// inert keeps a CI service from taking a line of a log for a command to it: GitHub
// obeys lines that begin with "::", whatever blanks stand before.
func inert(line string) string {
	text := strings.TrimLeftFunc(line, unicode.IsSpace)
	if !strings.HasPrefix(text, "::") {
		return line
	}
	return line[:len(line)-len(text)] + `\` + text
}

// inertLines is inert for each line of a text. In Markdown the sign that it adds is
// not shown.
func inertLines(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString(inert(line))
	}
	return b.String()
}

// Clean is text on one line in which nothing is left that a terminal or a CI
// service would obey instead of show.
func Clean(s string) string { return inert(clean(s)) }

// clean replaces what a terminal would obey instead of show: names and messages
// come from the audited tree, which may be hostile. GitHub also obeys "##[" within
// a line of a log, and Azure what begins with "##vso[".
func clean(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.NewReplacer("##[", `##\[`, "##vso[", `##vso\[`).Replace(s)
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '\n' || r == '\t':
			b.WriteByte(' ')
		case unicode.IsPrint(r):
			b.WriteRune(r)
		default:
			fmt.Fprintf(&b, "\\u%04x", r)
		}
	}
	return b.String()
}
