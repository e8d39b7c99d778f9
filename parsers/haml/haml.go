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
	t := reader{template: template, out: lines.Blank(template), within: -1}
	lines.Each(template, t.line)
	return t.out
}

// reader goes through a template line by line.
type reader struct {
	template, out []byte
	broken        bool // the code of the line before goes on here
	joined        bool // the line before ends in a bar, which joins it with this one
	done          int  // everything before is read
	// within is the indentation of the filter or comment of which the lines further
	// in are the body, -1 outside; text says that such a body is text with code in it.
	within int
	text   bool
}

// line reads one line.
func (t *reader) line(start, end int) {
	text := t.template[start:end]
	body := bytes.TrimLeft(text, " \t")
	if start < t.done {
		return
	}
	if t.within >= 0 && (len(body) == 0 || len(text)-len(body) > t.within) {
		if t.text {
			lines.Interpolations(t.out, t.template, start, end)
		}
		return
	}
	t.within = -1
	if t.opens(body, len(text)-len(body)) {
		return
	}
	stop, bar := beforeBar(t.template, start, end)
	switch {
	case t.broken || t.joined:
		lines.Code(t.out, t.template, start, stop)
	default:
		t.done = line(t.out, t.template, start, stop)
	}
	t.broken = !bar && (t.broken || script(text)) && lines.Continues(t.template, start, end)
	t.joined = bar && t.done <= end && t.goesOn(end)
	if t.joined {
		lines.Join(t.out, stop, end)
	}
}

// opens tells a line that begins the body of a filter or comment, and notes it.
func (t *reader) opens(body []byte, indent int) bool {
	switch {
	case t.broken || t.joined:
		return false
	case bytes.HasPrefix(body, []byte("-#")), len(body) > 0 && body[0] == '/':
		t.within, t.text = indent, body[0] == '/'
	case len(body) > 1 && body[0] == ':' && body[1] >= 'a' && body[1] <= 'z' && !bytes.ContainsAny(body, " ("):
		t.within, t.text = indent, true
	default:
		return false
	}
	return true
}

// goesOn tells whether the line behind an offset ends in a bar too.
func (t *reader) goesOn(end int) bool {
	start := end + 1
	if end < len(t.template) && t.template[end] == '\r' {
		start++
	}
	if start >= len(t.template) {
		return false
	}
	size := bytes.IndexByte(t.template[start:], '\n')
	if size < 0 {
		size = len(t.template) - start
	}
	_, bar := beforeBar(t.template, start, start+len(bytes.TrimRight(t.template[start:start+size], "\r")))
	return bar
}

// beforeBar is where a line ends that a bar at its end joins with others, and
// whether it has one: a bar behind a blank, which closes no block parameters.
func beforeBar(template []byte, start, end int) (int, bool) {
	text := bytes.TrimRight(template[start:end], " \t")
	n := len(text)
	if n < 2 || text[n-1] != '|' || text[n-2] != ' ' && text[n-2] != '\t' {
		return end, false
	}
	if open := bytes.LastIndexByte(text[:n-1], '|'); open >= 0 {
		before := bytes.TrimRight(text[:open], " ")
		if bytes.HasSuffix(before, []byte("do")) || bytes.HasSuffix(before, []byte("{")) {
			return end, false
		}
	}
	return start + n - 1, true
}

// line copies the code of one line, and tells up to where it has read: attributes
// may go on in the next lines.
func line(out, template []byte, start, end int) int {
	text := template[start:end]
	body := len(text) - len(bytes.TrimLeft(text, " \t"))
	if body == len(text) {
		return end
	}
	switch rest := text[body:]; {
	case bytes.HasPrefix(rest, []byte("==")):
		lines.Interpolations(out, template, start+body+2, end)
	case rest[0] == '-' || rest[0] == '=':
		lines.Code(out, template, start+body+1, end)
	case bytes.HasPrefix(rest, []byte("!=")), bytes.HasPrefix(rest, []byte("&=")), bytes.HasPrefix(rest, []byte("~ ")):
		lines.Code(out, template, start+body+2, end)
	case rest[0] == '%' || rest[0] == '.' || rest[0] == '#' && !bytes.HasPrefix(rest, []byte("#{")):
		return element(out, template, start+body, end)
	default:
		lines.Interpolations(out, template, start, end)
	}
	return end
}

// element copies the attributes of a tag and the code or text behind it. It tells
// up to where it has read.
func element(out, template []byte, at, end int) int {
	for at < end && (template[at] == '%' || template[at] == '.' || template[at] == '#' || lines.Word(template[at])) {
		at++
	}
	for at < end && (template[at] == '{' || template[at] == '(' || template[at] == '[') {
		if template[at] == '{' {
			end = lines.Unclosed(template, at, end)
		}
		from := at
		at = lines.Attributes(out, template, at, end)
		unbarred(out[from:min(at, len(out))])
	}
	for at < end && (template[at] == '/' || template[at] == '<' || template[at] == '>' || template[at] == '!' || template[at] == '&') {
		at++
	}
	if at < end && template[at] == '=' {
		lines.Code(out, template, at+1, end)
		return end
	}
	lines.Interpolations(out, template, at, end)
	return end
}

// unbarred blanks out the bars that join the lines of attributes.
func unbarred(code []byte) {
	for at, b := range code {
		if b == '|' && bytes.HasPrefix(bytes.TrimLeft(code[at+1:], " \r"), []byte("\n")) {
			code[at] = ' '
		}
	}
}

// script tells a line that has code at its end: after a mark of its own, or behind
// an element.
func script(text []byte) bool {
	text = bytes.TrimLeft(text, " \t")
	return len(text) > 0 && (text[0] == '-' && !bytes.HasPrefix(text, []byte("-#")) || text[0] == '=' || bytes.Contains(text, []byte("= ")))
}
