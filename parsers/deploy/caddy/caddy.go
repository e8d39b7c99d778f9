// Package caddy reads Caddyfiles: which sites send a client back to the copy
// that it met before.
package caddy

import (
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
	"github.com/stateaudit/stateaudit/parsers/deploy/record"
)

// Reader returns the reader.
func Reader() record.Reader {
	return record.Reader{Name: "caddy", Match: match, Marks: []string{"reverse_proxy", "lb_policy", "proxy", "policy"}, Read: read}
}

func match(path string) bool {
	base := record.Base(path)
	return strings.HasPrefix(base, "caddyfile") || strings.HasSuffix(base, ".caddy") || strings.HasSuffix(base, ".caddyfile")
}

func read(f *record.File) {
	var heads []string // first words of the open blocks
	for _, l := range lines(f.Masked().Text) {
		words := l.words
		if words[0] == "reverse_proxy" || words[0] == "proxy" {
			f.Recognise()
		}
		if kind := directive(words, heads); kind != "" {
			site := "(any site)"
			if len(heads) > 0 {
				site = record.Named(heads[0], site)
			}
			f.Add(unit.Setting{
				Kind: unit.SettingAffinity, Subject: "caddy site " + site, Value: kind,
				Text: strings.Join(words, " "), Location: unit.Location{Line: l.number},
			})
		}
		heads = follow(heads, words)
	}
}

// directive tells what a line ties a client by.
func directive(words, heads []string) string {
	switch words[0] {
	case "lb_policy":
		return Policy(argument(words, 1))
	case "policy": // of proxy, in the first version
		if len(heads) > 0 && heads[len(heads)-1] == "proxy" {
			return Policy(argument(words, 1))
		}
	}
	return ""
}

// Policy tells what a selection policy ties a client by. Those that weigh or
// fall back name the policy that decides first.
func Policy(name string) string {
	switch name {
	case "ip_hash", "client_ip_hash":
		return "source-ip"
	case "cookie":
		return "cookie"
	case "header":
		return "header"
	}
	return ""
}

func argument(words []string, n int) string {
	if n < len(words) {
		return words[n]
	}
	return ""
}

// follow opens and closes blocks at the end of a line.
func follow(heads, words []string) []string {
	if words[0] == "}" {
		return heads[:max(len(heads)-1, 0)]
	}
	if words[len(words)-1] == "{" {
		return append(heads, words[0])
	}
	return heads
}
