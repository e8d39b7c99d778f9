// Package lines holds what the line-wise template languages share: copying
// Ruby code out of a template into a text of equal length.
//
// All functions write into out at the positions that the code has in template,
// and none writes outside [start, end).
package lines

import "bytes"

// Blank is a text as long as the template that has only its line breaks.
func Blank(template []byte) []byte {
	out := bytes.Repeat([]byte{' '}, len(template))
	for i, b := range template {
		if b == '\n' || b == '\r' {
			out[i] = b
		}
	}
	return out
}

// Each calls do with the bounds of every line, without its line break.
func Each(template []byte, do func(start, end int)) {
	for start := 0; start < len(template); {
		end := bytes.IndexByte(template[start:], '\n')
		if end < 0 {
			end = len(template) - start
		}
		do(start, start+len(bytes.TrimRight(template[start:start+end], "\r")))
		start += end + 1
	}
}

// Code copies a line of Ruby and makes an expression of it: the keywords that
// open a block are blanked out.
func Code(out, template []byte, start, end int) {
	start, end = trim(template, start, end)
	if word, after := keyword(template, start, end); word == "when" || word == "in" || word == "rescue" {
		return // a list of values or classes, which is no expression
	} else if word == "for" {
		start = behindIn(template, after, end)
	}
	start = skipKeyword(template, start, end)
	end = cutBlock(template, start, end)
	if start >= end {
		return
	}
	copy(out[start:end], template[start:end])
	// A line that ends in an operator goes on in the next one.
	switch template[end-1] {
	case ',', '|', '\\', '&', '(', '[', '{':
		return
	}
	Separate(out, end)
}

// Separate ends a statement, if there is room for it.
func Separate(out []byte, at int) {
	if at < len(out) && out[at] == ' ' {
		out[at] = ';'
	}
}

// Join makes the code before an offset go on in the next line.
func Join(out []byte, from, end int) {
	for at := from; at < end; at++ {
		out[at] = ' '
	}
	if from == end {
		return
	}
	for at := from - 1; at >= 0 && (out[at] == ' ' || out[at] == ';'); at-- {
		out[at] = ' '
	}
	out[end-1] = '\\'
}

// maxUnclosed bounds over how many bytes attributes go on.
const maxUnclosed = 4000

// Unclosed is the end of the line on which the bracket at an offset is closed, the
// given end where that is this line or nowhere near.
func Unclosed(template []byte, at, end int) int {
	if closing(template, at, end) >= 0 {
		return end
	}
	stop := closing(template, at, min(at+maxUnclosed, len(template)))
	if stop < 0 {
		return end
	}
	size := bytes.IndexByte(template[stop:], '\n')
	if size < 0 {
		return len(template)
	}
	return stop + len(bytes.TrimRight(template[stop:stop+size], "\r"))
}

// trim leaves out the blanks at both ends.
func trim(template []byte, start, end int) (int, int) {
	for start < end && (template[start] == ' ' || template[start] == '\t') {
		start++
	}
	for end > start && (template[end-1] == ' ' || template[end-1] == '\t') {
		end--
	}
	return start, end
}

// Continues tells whether a line of code goes on in the next line of the
// template: HAML and Slim let it break behind a comma.
func Continues(template []byte, start, end int) bool {
	_, end = trim(template, start, end)
	return end > start && template[end-1] == ','
}

// behindIn is where the list begins in `for x in list`.
func behindIn(template []byte, start, end int) int {
	if i := bytes.Index(template[start:end], []byte(" in ")); i >= 0 {
		return start + i + 4
	}
	return end
}

// skipKeyword passes a keyword that opens or continues a block.
func skipKeyword(template []byte, start, end int) int {
	_, after := keyword(template, start, end)
	return after
}

// keyword is the keyword at the start of a line, and where it ends.
func keyword(template []byte, start, end int) (string, int) {
	for _, word := range []string{"if", "unless", "elsif", "else", "while", "until", "case", "when", "in", "begin", "ensure", "rescue", "for", "end"} {
		stop := start + len(word)
		if stop <= end && string(template[start:stop]) == word && (stop == end || !Word(template[stop])) {
			return word, stop
		}
	}
	return "", start
}

// cutBlock leaves out a trailing `do |x|`, and a comment behind it.
func cutBlock(template []byte, start, end int) int {
	text := template[start:end]
	if i := bytes.Index(text, []byte(" # ")); i >= 0 {
		if head := bytes.TrimRight(text[:i], " "); bytes.HasSuffix(head, []byte(" do")) || bytes.HasSuffix(head, []byte("|")) {
			text, end = head, start+len(head)
		}
	}
	if n := len(text); n > 0 && text[n-1] == '|' {
		if bar := bytes.LastIndexByte(text[:n-1], '|'); bar > 0 {
			text = bytes.TrimRight(text[:bar], " ")
		}
	}
	text = bytes.TrimRight(text, " ")
	if bytes.HasSuffix(text, []byte(" do")) {
		return start + len(text) - 3
	}
	if len(text) < end-start && bytes.HasSuffix(text, []byte("{")) {
		return start + len(text) - 1
	}
	return end
}

// Interpolations copies the code in #{…}.
func Interpolations(out, template []byte, start, end int) {
	for at := start; at+1 < end; at++ {
		if template[at] != '#' || template[at+1] != '{' {
			continue
		}
		stop := closing(template, at+1, end)
		if stop < 0 {
			return
		}
		copy(out[at+2:stop], template[at+2:stop])
		out[stop] = ';'
		at = stop
	}
}

// Attributes copies a bracketed list of attributes as an array and tells where
// it ends. What goes on in the next line is left out.
func Attributes(out, template []byte, start, end int) int {
	stop := closing(template, start, end)
	if stop < 0 {
		return end
	}
	if template[start] == '{' {
		copy(out[start:stop], template[start:stop])
		out[start], out[stop] = '[', ']'
		Separate(out, stop+1)
	}
	return stop + 1
}

// Expression tells where an expression without blanks outside brackets ends.
func Expression(template []byte, start, end int) int {
	for at := start; at < end; at++ {
		switch template[at] {
		case ' ', '\t', ']', ')', '}':
			return at
		case '(', '[', '{':
			stop := closing(template, at, end)
			if stop < 0 {
				return end
			}
			at = stop
		}
	}
	return end
}

// closing is the position of the bracket that closes the one at start, or -1.
func closing(template []byte, start, end int) int {
	depth := 0
	for at := start; at < end; at++ {
		switch template[at] {
		case '{', '(', '[':
			depth++
		case '}', ')', ']':
			if depth--; depth == 0 {
				return at
			}
		}
	}
	return -1
}

// Word tells whether a byte belongs to a name.
func Word(b byte) bool {
	return b == '_' || b == '-' || b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= 0x80
}
