package nginx

import "strings"

// word is one token of a directive.
type word struct {
	text              string
	line, column, end int // end is the column behind it
}

// statement is a directive, or the head of a block, with the heads of the blocks
// that it stands in, outermost first.
type statement struct {
	words  []word
	blocks [][]word
}

// String joins the words with single blanks.
func (s statement) String() string {
	texts := make([]string, len(s.words))
	for i, w := range s.words {
		texts[i] = w.text
	}
	return strings.Join(texts, " ")
}

func (s statement) argument(n int) string {
	if n < len(s.words) {
		return s.words[n].text
	}
	return ""
}

func (s statement) has(text string) bool {
	for _, w := range s.words[1:] {
		if w.text == text {
			return true
		}
	}
	return false
}

// inside tells whether the innermost block has a head of this name.
func (s statement) inside(head string) bool {
	if len(s.blocks) == 0 {
		return false
	}
	inner := s.blocks[len(s.blocks)-1]
	return len(inner) > 0 && inner[0].text == head
}

// name is the argument of the innermost block's head.
func (s statement) name(head string) string {
	if !s.inside(head) || len(s.blocks[len(s.blocks)-1]) < 2 {
		return ""
	}
	return s.blocks[len(s.blocks)-1][1].text
}

// statements reads a configuration. Braces and semicolons that do not pair are
// passed over.
func statements(text string) []statement {
	l := lexer{text: text, line: 1}
	var out []statement
	var words []word
	var blocks [][]word
	for l.pos < len(text) {
		w, end := l.next()
		switch {
		case end == ';' || end == '{':
			if len(words) > 0 {
				out = append(out, statement{words: words, blocks: append([][]word(nil), blocks...)})
			}
			if end == '{' {
				blocks = append(blocks, words)
				if len(words) > 0 && strings.HasSuffix(words[0].text, "_by_lua_block") {
					l.skipBlock()
				}
			}
			words = nil
		case end == '}':
			words = nil
			if len(blocks) > 0 {
				blocks = blocks[:len(blocks)-1]
			}
		case w.text != "":
			words = append(words, w)
		}
	}
	return out
}

type lexer struct {
	text      string
	pos       int
	line      int
	lineStart int
}

// next returns a word, or one of ; { and }.
func (l *lexer) next() (word, byte) {
	l.blanks()
	if l.pos >= len(l.text) {
		return word{}, 0
	}
	c := l.text[l.pos]
	if c == ';' || c == '{' || c == '}' {
		l.pos++
		return word{}, c
	}
	w := word{line: l.line, column: l.pos - l.lineStart + 1}
	if c == '"' || c == '\'' {
		w.text = l.quoted(c)
		w.line, w.end = l.line, l.pos-l.lineStart+1
		return w, 0
	}
	start := l.pos
	for l.pos < len(l.text) && !l.ends() {
		l.pos++
	}
	w.text = l.text[start:l.pos]
	w.end = w.column + len(w.text)
	return w, 0
}

// ends tells whether a bare word ends here; ${name} belongs to it.
func (l *lexer) ends() bool {
	switch l.text[l.pos] {
	case ' ', '\t', '\r', '\n', ';':
		return true
	case '{':
		return l.pos == 0 || l.text[l.pos-1] != '$'
	case '}':
		open := strings.LastIndexByte(l.text[:l.pos], '{')
		return open < 1 || l.text[open-1] != '$' || strings.ContainsAny(l.text[open:l.pos], " \n\t;")
	}
	return false
}

func (l *lexer) blanks() {
	for l.pos < len(l.text) {
		switch l.text[l.pos] {
		case '\n':
			l.newline()
		case ' ', '\t', '\r':
		case '#':
			for l.pos < len(l.text) && l.text[l.pos] != '\n' {
				l.pos++
			}
			continue
		default:
			return
		}
		l.pos++
	}
}

func (l *lexer) newline() {
	l.line++
	l.lineStart = l.pos + 1
}

func (l *lexer) quoted(quote byte) string {
	l.pos++
	start := l.pos
	for l.pos < len(l.text) && l.text[l.pos] != quote {
		switch l.text[l.pos] {
		case '\n':
			l.newline()
		case '\\':
			if l.pos+1 < len(l.text) && l.text[l.pos+1] != '\n' {
				l.pos++
			}
		}
		l.pos++
	}
	text := l.text[start:min(l.pos, len(l.text))]
	l.pos++
	return text
}

// skipBlock passes over a block in another language.
func (l *lexer) skipBlock() {
	for depth := 1; l.pos < len(l.text); l.pos++ {
		switch l.text[l.pos] {
		case '\n':
			l.newline()
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return
			}
		}
	}
}
