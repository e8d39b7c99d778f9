// Package suppress reads the comments by which people say that a finding is
// known and why it may stay.
//
// A comment names the rule and gives a reason:
//
//	//stateaudit:ignore RULE reason
//	# stateaudit:ignore RULE[,RULE] reason
//	//nolint:stateaudit // reason
//
// It speaks of its own line if there is code before it, and else of the next line
// with code. A comment without a reason ignores nothing. One that names no known
// rule or matches no finding is reported like a finding, so that comments do not
// outlive what they were written for.
package suppress

import (
	"bytes"
	"go/scanner"
	"go/token"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// marker starts a comment of ours, lint one that golangci-lint reads as well.
const (
	marker = "stateaudit:ignore"
	lint   = "nolint:"
	tool   = "stateaudit"
)

// Comment is one comment.
type Comment struct {
	File string
	Line int // where it stands
	// Column and EndColumn bound it on its line, in bytes from 1.
	Column, EndColumn int
	Target            int // the line that it speaks of
	// Partial marks comments of files that were understood only in part: it is
	// not known whether they match nothing.
	Partial bool
	// Rules are the rules it names; none stands for all of them.
	Rules  []string
	Reason string
	Text   string // marker and rules as written
}

// Comments finds the comments of a file, from the top.
func Comments(file string, content []byte) []Comment {
	if !bytes.Contains(content, []byte(tool)) {
		return nil
	}
	if path.Ext(file) == ".go" {
		return goComments(file, content)
	}
	return lineComments(file, content)
}

// goComments asks the scanner of the language, so that text in a string is none.
func goComments(file string, content []byte) []Comment {
	fset := token.NewFileSet()
	f := fset.AddFile(file, -1, len(content))
	var s scanner.Scanner
	s.Init(f, content, func(token.Position, string) {}, scanner.ScanComments)
	var found []Comment
	var code []int // lines with code, ascending
	for {
		pos, tok, text := s.Scan()
		at := f.PositionFor(pos, false) // as it stands, whatever a line directive says
		line := at.Line
		switch {
		case tok == token.EOF:
			aim(found, code)
			return found
		case tok == token.COMMENT:
			if c, ok := parse(strings.TrimSuffix(text[2:], "*/"), true); ok {
				first, _, _ := strings.Cut(text, "\n")
				c.File, c.Line, c.Column, c.EndColumn = file, line, at.Column, at.Column+len(strings.TrimRight(first, "\r"))
				found = append(found, c)
			}
		case tok == token.SEMICOLON && text == "\n":
		case len(code) == 0 || code[len(code)-1] != line:
			code = append(code, line)
		}
	}
}

// aim sets the line that each comment speaks of.
func aim(found []Comment, code []int) {
	for i := range found {
		c := &found[i]
		c.Target = c.Line
		if at, trailing := slices.BinarySearch(code, c.Line); !trailing && at < len(code) {
			c.Target = code[at]
		}
	}
}

// lineComments knows the comment signs of Ruby, its templates, YAML and the
// configuration files of servers. It takes a line at a time.
func lineComments(file string, content []byte) []Comment {
	sign := regexp.MustCompile(`(?:<%#|<!--|/\*|//|-#|#|^\s*/!?)\s*(` + marker + `.*)$`)
	comment := regexp.MustCompile(`^\s*(?:<%#|<!--|/|-#|#)`)
	var found []Comment
	var code []int
	for i, line := range strings.Split(string(content), "\n") {
		line = strings.TrimRight(line, "\r")
		at := sign.FindStringSubmatchIndex(line)
		if at != nil && !quoted(line[:at[0]]) {
			if c, ok := parse(line[at[2]:at[3]], false); ok {
				c.File, c.Line, c.Column, c.EndColumn = file, i+1, at[0]+1, len(line)+1
				found = append(found, c)
			}
			line = line[:at[0]]
		}
		if strings.TrimSpace(line) != "" && !comment.MatchString(line) {
			code = append(code, i+1)
		}
	}
	aim(found, code)
	return found
}

// quoted tells whether a text ends inside a string. An apostrophe within a word
// opens none.
func quoted(before string) bool {
	var open, last rune
	for _, r := range before {
		switch {
		case last == '\\':
			r = 0 // escaped, and escapes nothing
		case open == r:
			open = 0
		case open == 0 && (r == '"' || r == '\'' && !unicode.IsLetter(last)):
			open = r
		}
		last = r
	}
	return open != 0
}

// parse reads the text of a comment without its signs.
func parse(text string, goFile bool) (Comment, bool) {
	text = strings.TrimSpace(text)
	for _, end := range []string{"-%>", "%>", "-->", "*/"} {
		text = strings.TrimSpace(strings.TrimSuffix(text, end))
	}
	if rest, ok := strings.CutPrefix(text, marker); ok && (rest == "" || rest[0] == ' ' || rest[0] == '\t') {
		rules, reason, _ := strings.Cut(strings.TrimSpace(rest), " ")
		return Comment{Rules: split(strings.TrimRight(rules, ":")), Reason: trimReason(reason), Text: strings.TrimSpace(marker + " " + rules)}, true
	}
	if rest, ok := strings.CutPrefix(text, lint); ok && goFile {
		names, reason, _ := strings.Cut(rest, " ")
		if slices.Contains(split(names), tool) {
			return Comment{Reason: trimReason(reason), Text: lint + names}, true
		}
	}
	return Comment{}, false
}

// split cuts a list at its commas; a comment without any rule names the empty
// one, which there is not.
func split(list string) []string {
	parts := strings.Split(strings.Trim(list, ", "), ",")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return parts
}

// trimReason takes off what people put between rule and reason.
func trimReason(reason string) string {
	return strings.TrimSpace(strings.TrimLeft(reason, " \t/-:—–"))
}
