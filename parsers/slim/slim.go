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
	r := &reader{template: template, out: lines.Blank(template), within: -1}
	lines.Each(template, r.line)
	return r.out
}

// reader goes through a template line by line.
type reader struct {
	template, out []byte
	broken        bool // the code of the line before goes on here
	done          int  // everything before is read
	// within is the indentation of the text, comment or engine of which the lines
	// further in are the body, -1 outside; body says what that is.
	within int
	body   kind
}

// kind is what stands below a line.
type kind int

const (
	nothing kind = iota // a comment
	text                // text, or another language, with code in it
	code                // Ruby
)

// line reads one line.
func (r *reader) line(start, end int) {
	body := bytes.TrimLeft(r.template[start:end], " \t")
	indent := end - start - len(body)
	switch {
	case start < r.done || len(body) == 0:
		return
	case r.within >= 0 && indent > r.within:
		r.inside(start, end)
		return
	}
	r.within = -1
	at := start + indent
	switch {
	case r.broken:
		lines.Code(r.out, r.template, start, end)
	case body[0] == '/':
		r.within, r.body = indent, nothing
	case body[0] == '|', body[0] == '\'':
		r.within, r.body = indent, text
		lines.Interpolations(r.out, r.template, start, end)
	case engine(body):
		r.within, r.body = indent, text
		if string(bytes.TrimSpace(body)) == "ruby:" {
			r.body = code
		}
	case body[0] == '-', body[0] == '=':
		lines.Code(r.out, r.template, skipMarks(r.template, at, end), end)
	case body[0] == '<':
		lines.Interpolations(r.out, r.template, at, end)
	default:
		r.element(at, end)
		end = max(end, r.done)
	}
	r.broken = (r.broken || script(r.template[start:end])) && goesOn(r.template[start:end])
}

// inside reads a line of a body.
func (r *reader) inside(start, end int) {
	switch r.body {
	case text:
		lines.Interpolations(r.out, r.template, start, end)
	case code:
		copy(r.out[start:end], r.template[start:end])
	}
}

// engine tells a line behind which another language begins: `javascript:`.
func engine(body []byte) bool {
	name, rest, ok := bytes.Cut(body, []byte(":"))
	return ok && len(name) > 0 && len(bytes.TrimSpace(rest)) == 0 && !bytes.ContainsFunc(name, func(c rune) bool { return c < 'a' || c > 'z' })
}

// goesOn tells code that Slim lets go on in the next line.
func goesOn(line []byte) bool {
	line = bytes.TrimRight(line, " \t")
	return bytes.HasSuffix(line, []byte(",")) || bytes.HasSuffix(line, []byte("\\"))
}

// skipMarks passes the output marks: =, ==, =>, =<, -.
func skipMarks(template []byte, at, end int) int {
	for at < end && bytes.IndexByte([]byte("-=<>'"), template[at]) >= 0 {
		at++
	}
	return at
}

// element reads what stands behind the name of a tag: attributes, which brackets
// may spread over lines, then code, text or another tag.
func (r *reader) element(at, end int) {
	for at < end && (bytes.IndexByte([]byte(".#*<>"), r.template[at]) >= 0 || lines.Word(r.template[at])) {
		at++
	}
	if at < end && bytes.IndexByte([]byte("[({"), r.template[at]) >= 0 {
		end = lines.Unclosed(r.template, at, end)
		r.done = end
		at = r.attributes(at+1, end, true)
	}
	at = r.attributes(at, end, false)
	for at < end && r.template[at] == ' ' {
		at++
	}
	switch {
	case at < end && r.template[at] == '=':
		lines.Code(r.out, r.template, skipMarks(r.template, at, end), end)
	case at+1 < end && r.template[at] == ':' && r.template[at+1] == ' ':
		for at++; at < end && r.template[at] == ' '; at++ {
		}
		r.element(at, end)
	default:
		lines.Interpolations(r.out, r.template, at, end)
	}
}

// attributes reads name=value as often as it stands there, and tells where it ends.
// Within brackets names may stand alone.
func (r *reader) attributes(at, end int, bracketed bool) int {
	for at < end {
		from := at
		for at < end && bytes.IndexByte([]byte(" \t\r\n"), r.template[at]) >= 0 {
			at++
		}
		if bracketed && at < end && bytes.IndexByte([]byte("])}"), r.template[at]) >= 0 {
			return at + 1
		}
		name := at
		for at < end && (lines.Word(r.template[at]) || bytes.IndexByte([]byte(":@."), r.template[at]) >= 0) {
			at++
		}
		switch {
		case at > name && at < end && r.template[at] == '=':
			at = r.value(at+1, end)
		case !bracketed:
			return from
		case at == name:
			at++
		}
	}
	return at
}

// value reads the value of an attribute: a text with code in it, or code.
func (r *reader) value(at, end int) int {
	if at < end && r.template[at] == '=' {
		at++
	}
	if at < end && (r.template[at] == '"' || r.template[at] == '\'') {
		stop := quoted(r.template, at, end)
		lines.Interpolations(r.out, r.template, at+1, stop)
		return min(stop+1, end)
	}
	stop := end
	if size := bytes.IndexByte(r.template[at:end], '\n'); size >= 0 {
		stop = at + size
	}
	stop = lines.Expression(r.template, at, stop)
	copy(r.out[at:stop], r.template[at:stop])
	lines.Separate(r.out, stop)
	return stop
}

// quoted is where the text ends that a quote begins: at the next one that stands in
// no interpolation.
func quoted(template []byte, at, end int) int {
	depth := 0
	for i := at + 1; i < end; i++ {
		switch c := template[i]; {
		case c == '\\':
			i++
		case c == '{' && (depth > 0 || template[i-1] == '#'):
			depth++
		case c == '}' && depth > 0:
			depth--
		case c == template[at] && depth == 0:
			return i
		}
	}
	return end
}

// script tells a line that has code at its end: after a mark of its own, or behind
// an element.
func script(line []byte) bool {
	line = bytes.TrimLeft(line, " \t")
	if len(line) == 0 || bytes.IndexByte([]byte("|'/<"), line[0]) >= 0 {
		return false
	}
	return line[0] == '-' || line[0] == '=' || bytes.Contains(line, []byte("= "))
}
