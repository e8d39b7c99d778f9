// Package slim extracts the Ruby code of Slim templates, as far as it can be
// read line by line.
//
// The result has the same length and the same line breaks as the template. As
// in HAML, blocks are closed by indentation: block keywords are blanked out and
// every line becomes an expression of its own.
package slim

import (
	"bytes"

	"github.com/stateaudit/stateaudit/parsers/internal/lines"
)

// Ruby blanks out everything in a Slim template that is not Ruby code.
func Ruby(template []byte) []byte {
	out := lines.Blank(template)
	broken := false // the code of the line before goes on here
	lines.Each(template, func(start, end int) {
		if broken {
			lines.Code(out, template, start, end)
		} else {
			line(out, template, start, end)
		}
		broken = (broken || script(template[start:end])) && lines.Continues(template, start, end)
	})
	return out
}

// line copies the code of one line.
func line(out, template []byte, start, end int) {
	text := template[start:end]
	body := len(text) - len(bytes.TrimLeft(text, " \t"))
	if body == len(text) {
		return
	}
	switch text[body] {
	case '/':
	case '-', '=':
		lines.Code(out, template, skipMarks(template, start+body, end), end)
	case '|', '\'':
		lines.Interpolations(out, template, start, end)
	default:
		element(out, template, start+body, end)
	}
}

// skipMarks passes the output marks: =, ==, =>, =<, -.
func skipMarks(template []byte, at, end int) int {
	for at < end && bytes.IndexByte([]byte("-=<>'"), template[at]) >= 0 {
		at++
	}
	return at
}

// element looks for the code behind a tag: `h1.title = expr` or `a href=expr text`.
func element(out, template []byte, at, end int) {
	for at < end && (template[at] == '.' || template[at] == '#' || lines.Word(template[at])) {
		at++
	}
	behind := at
	for behind < end && template[behind] == ' ' {
		behind++
	}
	if behind < end && template[behind] == '=' {
		lines.Code(out, template, skipMarks(template, behind, end), end)
		return
	}
	attributes(out, template, at, end)
}

// attributes copies what stands behind name=, and interpolations elsewhere.
func attributes(out, template []byte, at, end int) {
	for i := at; i < end; i++ {
		if template[i] != '=' || i == at || !lines.Word(template[i-1]) {
			continue
		}
		if i+1 < end && template[i+1] != '"' && template[i+1] != '\'' {
			stop := lines.Expression(template, i+1, end)
			copy(out[i+1:stop], template[i+1:stop])
			lines.Separate(out, stop)
			i = stop
		}
	}
	lines.Interpolations(out, template, at, end)
}

// script tells a line that has code at its end: after a mark of its own, or behind
// an element.
func script(text []byte) bool {
	text = bytes.TrimLeft(text, " \t")
	return len(text) > 0 && (text[0] == '-' || text[0] == '=' || bytes.Contains(text, []byte("= ")))
}
