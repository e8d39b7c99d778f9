package caddy

import "strings"

// line is a directive: the words up to the end of a line, or of the last of those
// that a backslash joins.
type line struct {
	number int // of its first word
	words  []string
}

// lines splits a Caddyfile as Caddy does: words may be quoted, or stand between
// backticks, and both may run over lines; a comment starts with a word.
func lines(text string) []line {
	l := lexer{text: text, at: 1}
	var out []line
	var current line
	flush := func() {
		if len(current.words) > 0 {
			out = append(out, current)
		}
		current = line{}
	}
	for l.pos < len(text) {
		number := l.at
		switch c := text[l.pos]; {
		case c == '\n':
			flush()
			l.step()
		case c == ' ' || c == '\t' || c == '\r':
			l.step()
		case c == '\\' && strings.HasPrefix(strings.TrimPrefix(text[l.pos+1:], "\r"), "\n"):
			l.step()
			for l.pos < len(text) && l.step() != '\n' {
			}
		case c == '#':
			for l.pos < len(text) && text[l.pos] != '\n' {
				l.step()
			}
		default:
			if len(current.words) == 0 {
				current.number = number
			}
			current.words = append(current.words, l.word())
		}
	}
	flush()
	return out
}

type lexer struct {
	text string
	pos  int
	at   int // number of the line
}

// step passes one byte.
func (l *lexer) step() byte {
	c := l.text[l.pos]
	if c == '\n' {
		l.at++
	}
	l.pos++
	return c
}

// word reads a word without its quotes.
func (l *lexer) word() string {
	if quote := l.text[l.pos]; quote == '"' || quote == '`' {
		return l.quoted(quote)
	}
	start := l.pos
	for l.pos < len(l.text) && !strings.ContainsRune(" \t\r\n", rune(l.text[l.pos])) {
		l.step()
	}
	return l.text[start:l.pos]
}

func (l *lexer) quoted(quote byte) string {
	var b strings.Builder
	l.step()
	for l.pos < len(l.text) {
		c := l.step()
		if c == quote {
			break
		}
		if c == '\\' && quote == '"' && l.pos < len(l.text) && l.text[l.pos] == '"' {
			c = l.step()
		}
		b.WriteByte(c)
	}
	return b.String()
}
