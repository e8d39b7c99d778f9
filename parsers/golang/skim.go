package golang

import "bytes"

// skim blanks what a file of a dependency says beyond its types: the bodies of its functions
// and the content of its tables, which are nine tenths of the text. What is left parses to the
// same declarations at the same places, several times faster. Bodies that name an interface
// stay, for what can be asked of an object is read from them, and so does an array whose length
// is that of its content. Text that is not Go comes back as it is, or blanked in places that no
// parser would have made sense of either.
func skim(src []byte) []byte {
	if bytes.Contains(src, cgoImport) {
		return src // what is declared in C is found by its uses
	}
	s := &skimmer{src: src, out: bytes.Clone(src)}
	for s.at < len(src) {
		start := s.at
		word := s.word()
		switch {
		case start != 0 && src[start-1] != '\n':
		case word == "func":
			s.function()
			continue
		case word == "var":
			s.tables()
			continue
		}
		if s.at == start {
			s.token()
		}
	}
	return s.out
}

var cgoImport = []byte(`"C"`)

// skimmer goes through the text of a file by brackets, literals and comments.
type skimmer struct {
	src, out []byte
	at       int
	last     string // the last word, "" after anything else but space
}

// word takes the letters and digits that stand here.
func (s *skimmer) word() string {
	from := s.at
	for s.at < len(s.src) && wordByte(s.src[s.at]) {
		s.at++
	}
	if s.at > from {
		s.last = string(s.src[from:s.at])
	}
	return string(s.src[from:s.at])
}

func wordByte(c byte) bool {
	return c == '_' || c >= 0x80 || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// token passes a comment, a literal, a word or one byte, and returns the latter, 0 for
// anything else.
func (s *skimmer) token() byte {
	c := s.src[s.at]
	switch {
	case wordByte(c):
		s.word()
		return 0
	case c == '/' && bytes.HasPrefix(s.src[s.at:], []byte("//")):
		s.until("\n", 2)
		s.at = max(s.at-1, 0) // the end of the line is no part of it
		if s.at < len(s.src) && s.src[s.at] != '\n' {
			s.at = len(s.src)
		}
		return 0
	case c == '/' && bytes.HasPrefix(s.src[s.at:], []byte("/*")):
		s.until("*/", 2)
		return 0
	case c == '`':
		s.until("`", 1)
		s.last = ""
		return 0
	case c == '"' || c == '\'':
		s.quoted(c)
		s.last = ""
		return 0
	}
	s.at++
	if c != ' ' && c != '\t' && c != '\n' && c != '\r' {
		s.last = ""
	}
	return c
}

// until passes everything up to and with a text that begins after some bytes.
func (s *skimmer) until(end string, after int) {
	i := bytes.Index(s.src[min(s.at+after, len(s.src)):], []byte(end))
	if i < 0 {
		s.at = len(s.src)
		return
	}
	s.at += after + i + len(end)
}

// quoted passes a literal on one line.
func (s *skimmer) quoted(end byte) {
	for s.at++; s.at < len(s.src); s.at++ {
		switch s.src[s.at] {
		case '\\':
			s.at++
		case end:
			s.at++
			return
		case '\n':
			return
		}
	}
	s.at = min(s.at, len(s.src))
}

// braces passes a block of which the opening brace was passed, and returns where its
// content begins and ends.
func (s *skimmer) braces() (from, to int) {
	from = s.at
	for depth := 1; s.at < len(s.src); {
		switch s.token() {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return from, s.at - 1
			}
		}
	}
	return from, from // it does not end
}

// blank puts spaces in place of everything but ends of lines.
func (s *skimmer) blank(from, to int) {
	for i := from; i < to; i++ {
		if s.out[i] != '\n' {
			s.out[i] = ' '
		}
	}
}

// function passes a declaration whose first word was passed. It ends with its body, or
// with its line if it has none.
func (s *skimmer) function() {
	for depth := 0; s.at < len(s.src); {
		of := s.last
		switch s.token() {
		case '(', '[':
			depth++
		case ')', ']':
			depth--
		case '{':
			from, to := s.braces()
			if of == "struct" || of == "interface" {
				continue
			}
			if depth == 0 {
				if !bytes.Contains(s.src[from:to], interfaceWord) {
					s.blank(from, to)
				}
				return
			}
		case '\n':
			if depth <= 0 {
				return
			}
		}
	}
}

// tables passes variables whose first word was passed, to the end of the declaration.
func (s *skimmer) tables() {
	counted := false // an array is as long as its content
	for depth := 0; s.at < len(s.src); {
		of := s.last
		if bytes.HasPrefix(s.src[s.at:], []byte("[...]")) {
			counted = true
		}
		switch s.token() {
		case '(', '[':
			depth++
		case ')', ']':
			depth--
		case '{':
			if from, to := s.braces(); of != "struct" && of != "interface" && !counted {
				s.blank(from, to)
			}
		case '\n':
			if depth <= 1 {
				counted = false
			}
			if depth <= 0 && s.at < len(s.src) && s.src[s.at] != ' ' && s.src[s.at] != '\t' {
				return
			}
		}
	}
}
