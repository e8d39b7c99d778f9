// Package haproxy reads the configuration of HAProxy: which backends send a
// client back to the copy that it met before.
package haproxy

import (
	"regexp"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
	"github.com/stateaudit/stateaudit/parsers/deploy/record"
)

// Reader returns the reader.
func Reader() record.Reader {
	return record.Reader{Name: "haproxy", Match: match, Marks: []string{"backend", "listen", "defaults"}, Read: read}
}

func match(path string) bool {
	return record.Ending(path, ".cfg", "haproxy") || strings.Contains(record.Base(path), "haproxy") && record.Ending(path, ".conf")
}

// headings and servers are what a configuration of HAProxy has and other files of
// that ending have not.
var (
	headings = regexp.MustCompile(`(?m)^[ \t]*(frontend|backend|listen)[ \t]+\S`)
	servers  = regexp.MustCompile(`(?m)^[ \t]+(server|server-template|use_backend|default_backend|balance|bind)[ \t]+\S`)
)

// line is a directive and where it stands.
type line struct {
	number int
	words  []string
}

func (l line) word(n int) string {
	if n < len(l.words) {
		return l.words[n]
	}
	return ""
}

func (l line) has(word string) bool {
	for _, w := range l.words[1:] {
		if w == word {
			return true
		}
	}
	return false
}

// section is a part of the configuration that starts with its own keyword.
type section struct {
	kind, name string
	lines      []line
}

func read(f *record.File) {
	if !headings.MatchString(f.Content) || !servers.MatchString(f.Content) {
		return
	}
	var defaults section
	for _, s := range sections(f.Masked().Text) {
		switch s.kind {
		case "defaults":
			defaults = s
			f.Recognise()
		case "backend", "listen":
			f.Recognise()
			s.report(f, defaults)
		case "frontend", "global":
			f.Recognise()
		}
	}
}

func sections(text string) []section {
	out := []section{{}}
	for i, raw := range strings.Split(text, "\n") {
		words := fields(raw)
		if len(words) == 0 {
			continue
		}
		l := line{number: i + 1, words: words}
		switch words[0] {
		case "global", "defaults", "frontend", "backend", "listen", "peers", "resolvers", "userlist", "mailers", "program", "ring", "cache", "http-errors", "fcgi-app", "log-forward":
			out = append(out, section{kind: words[0], name: l.word(1)})
		default:
			last := &out[len(out)-1]
			last.lines = append(last.lines, l)
		}
	}
	return out
}

// fields splits a line into words; quotes keep blanks, a bare # ends it.
func fields(raw string) []string {
	var words []string
	var word strings.Builder
	quote := byte(0)
	for i := 0; i < len(raw); i++ {
		c := raw[i]
		switch {
		case c == '\\' && quote != '\'' && i+1 < len(raw):
			i++
			word.WriteByte(raw[i])
		case quote != 0:
			if c == quote {
				quote = 0
			} else {
				word.WriteByte(c)
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '#':
			i = len(raw)
		case c == ' ' || c == '\t' || c == '\r':
			if word.Len() > 0 {
				words = append(words, word.String())
				word.Reset()
			}
		default:
			word.WriteByte(c)
		}
	}
	if word.Len() > 0 {
		words = append(words, word.String())
	}
	return words
}

// report notes what ties clients in a section that has servers. The default
// balance and cookie count where the section has none of its own.
func (s section) report(f *record.File, defaults section) {
	own := map[string]bool{}
	for _, l := range s.lines {
		own[l.words[0]] = true
	}
	for _, l := range defaults.lines {
		if (l.words[0] == "balance" || l.words[0] == "cookie") && !own[l.words[0]] {
			s.line(f, l)
		}
	}
	for _, l := range s.lines {
		s.line(f, l)
	}
}

func (s section) line(f *record.File, l line) {
	value := s.affinity(l)
	if value == "" {
		return
	}
	f.Add(unit.Setting{
		Kind: unit.SettingAffinity, Subject: "haproxy " + s.kind + " " + record.Named(s.name, "(unnamed)"), Value: value,
		Text: strings.Join(l.words, " "), Location: unit.Location{Line: l.number},
	})
}

// affinity is what a directive ties a client by; empty for none.
func (s section) affinity(l line) string {
	switch l.words[0] {
	case "balance":
		return balance(l.words[1:])
	case "cookie":
		if s.serverCookies() || l.has("dynamic") {
			return "cookie"
		}
	case "appsession":
		return "cookie"
	case "stick":
		if l.word(1) == "on" || l.word(1) == "match" {
			return kept(l.word(2))
		}
	}
	return ""
}

// serverCookies tells whether servers have cookie values: without them HAProxy
// ignores the cookie.
func (s section) serverCookies() bool {
	for _, l := range s.lines {
		if (strings.HasPrefix(l.words[0], "server") || l.words[0] == "default-server") && l.has("cookie") {
			return true
		}
	}
	return false
}

// balance tells what an algorithm ties a client by.
func balance(words []string) string {
	if len(words) == 0 {
		return ""
	}
	name, argument, _ := strings.Cut(words[0], "(")
	if argument == "" && len(words) > 1 {
		argument = words[1]
	}
	argument = strings.ToLower(strings.TrimSuffix(argument, ")"))
	switch name {
	case "source":
		return "source-ip"
	case "rdp-cookie":
		return "cookie"
	case "hash":
		return sample(argument)
	case "hdr":
		switch {
		case strings.Contains(argument, "forwarded") || strings.Contains(argument, "real-ip") || strings.Contains(argument, "connecting-ip"):
			return "source-ip"
		case strings.Contains(argument, "cookie"):
			return "cookie"
		case argument == "host" || strings.Contains(argument, "uri"):
			return ""
		}
		return "header"
	case "url_param":
		if ofUser(argument) {
			return "other"
		}
	}
	return ""
}

// kept tells what a table remembers a client by. A parameter of any name will do:
// who asks with the same one meets the copy that the first met.
func kept(expression string) string {
	if e := strings.ToLower(expression); strings.HasPrefix(e, "url_param") || strings.HasPrefix(e, "urlp") {
		return "other"
	}
	return sample(expression)
}

// sample tells what a sample expression fetches of a client.
func sample(expression string) string {
	e := strings.ToLower(expression)
	switch {
	case strings.HasPrefix(e, "src"), strings.HasPrefix(e, "hdr_ip"), strings.Contains(e, "forwarded"), strings.Contains(e, "real-ip"):
		return "source-ip"
	case strings.Contains(e, "cook"), strings.Contains(e, "set-cookie"):
		return "cookie"
	case strings.HasPrefix(e, "path"), strings.HasPrefix(e, "url") && !ofUser(e), strings.HasPrefix(e, "base"), strings.HasPrefix(e, "dst"), strings.HasPrefix(e, "int"), strings.Contains(e, "hdr(host)"):
		return ""
	case strings.Contains(e, "hdr"):
		return "header"
	}
	return "other"
}

func ofUser(name string) bool {
	for _, w := range []string{"sess", "sid", "user", "uid", "token", "client", "account"} {
		if strings.Contains(name, w) {
			return true
		}
	}
	return false
}
