// Package haml extracts the Ruby code of HAML templates, as far as it can be
// read line by line.
//
// The result has the same length and the same line breaks as the template.
// HAML closes blocks by indentation, for which there is no room in a text of
// equal length; so block keywords (if, else, do |x|) are blanked out and every
// line becomes an expression of its own. Names of block parameters are then
// read as calls, which errs towards seeing too much.
package haml

import (
	"bytes"

	"github.com/stateaudit/stateaudit/parsers/internal/lines"
)

// Ruby blanks out everything in a HAML template that is not Ruby code.
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
	switch rest := text[body:]; {
	case bytes.HasPrefix(rest, []byte("-#")), bytes.HasPrefix(rest, []byte("/")):
	case rest[0] == '-' || rest[0] == '=':
		lines.Code(out, template, start+body+1, end)
	case bytes.HasPrefix(rest, []byte("!=")), bytes.HasPrefix(rest, []byte("&=")), bytes.HasPrefix(rest, []byte("~ ")):
		lines.Code(out, template, start+body+2, end)
	case rest[0] == '%' || rest[0] == '.' || rest[0] == '#' && !bytes.HasPrefix(rest, []byte("#{")):
		element(out, template, start+body, end)
	default:
		lines.Interpolations(out, template, start, end)
	}
}

// element copies the attributes of a tag and the code or text behind it.
func element(out, template []byte, at, end int) {
	for at < end && (template[at] == '%' || template[at] == '.' || template[at] == '#' || lines.Word(template[at])) {
		at++
	}
	for at < end && (template[at] == '{' || template[at] == '(' || template[at] == '[') {
		at = lines.Attributes(out, template, at, end)
	}
	for at < end && (template[at] == '/' || template[at] == '<' || template[at] == '>' || template[at] == '!' || template[at] == '&') {
		at++
	}
	if at < end && template[at] == '=' {
		lines.Code(out, template, at+1, end)
		return
	}
	lines.Interpolations(out, template, at, end)
}

// script tells a line that has code at its end: after a mark of its own, or behind
// an element.
func script(text []byte) bool {
	text = bytes.TrimLeft(text, " \t")
	return len(text) > 0 && (text[0] == '-' && !bytes.HasPrefix(text, []byte("-#")) || text[0] == '=' || bytes.Contains(text, []byte("= ")))
}
