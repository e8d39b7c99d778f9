// Package nginx reads the configuration of nginx and its kin: which upstreams
// send a client back to the copy that it met before.
package nginx

import (
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
	"github.com/stateaudit/stateaudit/parsers/deploy/record"
)

// Reader returns the reader.
func Reader() record.Reader {
	return record.Reader{
		Name:  "nginx",
		Match: match,
		Marks: []string{"ip_hash", "hash", "sticky", "jvm_route", "upstream", "server_name", "proxy_pass"},
		Read:  read,
	}
}

func match(path string) bool {
	if record.Ending(path, ".conf", ".nginx", ".vhost") {
		return true
	}
	return record.Within(path, "sites-available", "sites-enabled", "conf.d") || strings.Contains(record.Base(path), "nginx") && !strings.Contains(path, ".md") && record.Ending(path, ".cfg", "nginx")
}

func read(f *record.File) {
	all := statements(f.Masked().Text)
	known := derived(all)
	for _, s := range all {
		switch {
		case s.words[0].text == "upstream" || s.words[0].text == "server_name" || s.words[0].text == "proxy_pass":
			f.Recognise()
		case s.inside("upstream"):
			upstream(f, s, known)
		}
	}
}

// derived lists the variables that a configuration makes of others, by map, set
// or split_clients, with all that they are made of.
func derived(all []statement) map[string]string {
	made := map[string]string{}
	add := func(name, from string) {
		for _, v := range variables(name) {
			made[v] += " " + from
		}
	}
	for _, s := range all {
		switch {
		case s.words[0].text == "map" || s.words[0].text == "split_clients":
			add(s.argument(2), s.argument(1))
		case s.words[0].text == "set":
			add(s.argument(1), s.argument(2))
		case s.inside("map") && len(s.words) > 1:
			head := s.blocks[len(s.blocks)-1]
			if len(head) > 2 {
				add(head[2].text, s.argument(1))
			}
		}
	}
	return made
}

// behind lists the variables of a key, and those that these are made of.
func behind(key string, made map[string]string) []string {
	all := variables(key)
	seen := map[string]bool{}
	for i := 0; i < len(all); i++ {
		if seen[all[i]] {
			continue
		}
		seen[all[i]] = true
		all = append(all, variables(made[all[i]])...)
	}
	return all
}

// Directives tells what a text of directives for an upstream ties a client by;
// empty for none.
func Directives(text string) string {
	for _, s := range statements(text + ";") {
		if kind := affinity(s, nil); kind != "" {
			return kind
		}
	}
	return ""
}

// upstream looks at a directive inside an upstream block.
func upstream(f *record.File, s statement, made map[string]string) {
	value := affinity(s, made)
	if value == "" {
		return
	}
	first, last := s.words[0], s.words[len(s.words)-1]
	loc := unit.Location{Line: first.line, Column: first.column, EndLine: last.line, EndColumn: last.end}
	f.Add(unit.Setting{
		Kind: unit.SettingAffinity, Subject: "nginx upstream " + record.Named(s.name("upstream"), "(templated)"),
		Value: value, Text: s.String(), Location: loc,
	})
}

// affinity is what a directive ties a client by; empty for none.
func affinity(s statement, made map[string]string) string {
	switch s.words[0].text {
	case "ip_hash":
		return "source-ip"
	case "sticky", "session_sticky", "sticky_cookie_insert":
		if s.has("off") {
			return ""
		}
		return "cookie"
	case "jvm_route":
		return "cookie"
	case "hash", "consistent_hash":
		return hashKey(s.argument(1), made)
	}
	return ""
}

// hashKey is HashKey for a key that may have variables of the configuration's own.
// A map may fall back to what differs with each request for clients that have no
// cookie yet; those that have one are tied.
func hashKey(key string, made map[string]string) string {
	for _, v := range behind(key, made) {
		if kind := variable(v); made[v] == "" && (kind == "cookie" || kind == "source-ip") && len(variables(key)) == 1 {
			return kind
		}
	}
	return HashKey(key)
}

// HashKey tells what a key made of nginx variables ties a client by; empty if
// the same client is spread over the copies, as by a key of the request's path.
func HashKey(key string) string {
	found := ""
	for _, v := range variables(key) {
		switch kind := variable(v); kind {
		case "request":
			return ""
		case "":
		default:
			found = kind
		}
	}
	return found
}

func variable(name string) string {
	switch name {
	case "remote_addr", "binary_remote_addr", "realip_remote_addr", "proxy_add_x_forwarded_for", "http_x_forwarded_for", "http_x_real_ip", "http_cf_connecting_ip", "remote_user", "proxy_protocol_addr":
		return "source-ip"
	case "uri", "request_uri", "document_uri", "args", "query_string", "request", "request_id", "request_body", "request_filename", "msec", "connection", "remote_port":
		return "request"
	case "http_upgrade", "http_host":
		return ""
	}
	switch {
	case strings.HasPrefix(name, "cookie_"), name == "http_cookie":
		return "cookie"
	case strings.HasPrefix(name, "http_"):
		return "header"
	}
	for _, word := range []string{"session", "sess", "sticky", "client", "user", "sid", "jsession"} {
		if strings.Contains(name, word) {
			return "other"
		}
	}
	return ""
}

// variables lists the names after the dollars of a text.
func variables(text string) []string {
	var out []string
	for _, part := range strings.Split(text, "$")[1:] {
		part = strings.TrimPrefix(part, "{")
		end := 0
		for end < len(part) && (part[end] == '_' || part[end] >= 'a' && part[end] <= 'z' || part[end] >= 'A' && part[end] <= 'Z' || part[end] >= '0' && part[end] <= '9') {
			end++
		}
		if end > 0 {
			out = append(out, strings.ToLower(part[:end]))
		}
	}
	return out
}
