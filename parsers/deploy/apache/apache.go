// Package apache reads the configuration of Apache's balancer, and of the
// workers of mod_jk: which balancers send a client back to the copy that it met
// before.
package apache

import (
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
	"github.com/stateaudit/stateaudit/parsers/deploy/record"
)

// Reader returns the reader.
func Reader() record.Reader {
	return record.Reader{Name: "apache", Match: match, Marks: []string{"balancer://", "worker."}, Read: read}
}

func match(path string) bool {
	return record.Ending(path, ".conf", ".htaccess", ".vhost", "workers.properties") || record.Within(path, "sites-available", "sites-enabled", "conf.d")
}

func read(f *record.File) {
	if record.Ending(f.Path, "workers.properties") {
		workers(f)
		return
	}
	balancer := "" // of the <Proxy> section that is open
	before := ""   // what lines before this one say, which end in a backslash
	for i, raw := range strings.Split(f.Masked().Text, "\n") {
		line := strings.TrimSpace(raw)
		if strings.HasPrefix(line, "#") {
			continue
		}
		whole := before + line
		before = ""
		if rest, more := strings.CutSuffix(whole, `\`); more {
			before = rest
		}
		lower := strings.ToLower(whole)
		switch {
		case strings.HasPrefix(lower, "<proxy"):
			balancer = balancerOf(whole)
		case strings.HasPrefix(lower, "</proxy"):
			balancer = ""
		}
		if strings.Contains(lower, "balancer://") {
			f.Recognise()
		}
		if sticky(strings.ToLower(line), lower) {
			name := balancerOf(whole)
			if name == "" {
				name = balancer
			}
			f.Add(unit.Setting{Kind: unit.SettingAffinity, Subject: "apache balancer " + record.Named(name, "(unnamed)"), Value: "cookie", Location: unit.Location{Line: i + 1}})
		}
	}
}

// sticky tells whether a line names the cookie or parameter that a balancer
// finds the copy by. The directive may have begun on a line before.
func sticky(line, directive string) bool {
	_, name, found := strings.Cut(line, "stickysession=")
	if !found || !strings.HasPrefix(directive, "proxyset") && !strings.HasPrefix(directive, "proxypass") && !strings.HasPrefix(directive, "balancermember") {
		return false
	}
	name = strings.Trim(name, `"'`)
	return name != "" && !strings.HasPrefix(name, " ")
}

// balancerOf is the name behind balancer:// in a line.
func balancerOf(line string) string {
	_, name, found := strings.Cut(line, "balancer://")
	if !found {
		return ""
	}
	end := strings.IndexAny(name, "/> \t\"'")
	if end >= 0 {
		name = name[:end]
	}
	return name
}

// workers reads the balancers of mod_jk, which are sticky unless they are told
// not to be.
func workers(f *record.File) {
	off := map[string]bool{}
	type found struct {
		name string
		line int
	}
	var balancers []found
	for i, raw := range strings.Split(f.Masked().Text, "\n") {
		key, value, ok := strings.Cut(strings.TrimSpace(raw), "=")
		parts := strings.Split(strings.TrimSpace(key), ".")
		if !ok || len(parts) != 3 || parts[0] != "worker" {
			continue
		}
		f.Recognise()
		value = strings.ToLower(strings.TrimSpace(value))
		switch parts[2] {
		case "type":
			if value == "lb" {
				balancers = append(balancers, found{parts[1], i + 1})
			}
		case "sticky_session":
			off[parts[1]] = true
			if value == "1" || value == "true" || value == "on" {
				f.Add(unit.Setting{Kind: unit.SettingAffinity, Subject: "apache worker " + parts[1], Value: "cookie", Location: unit.Location{Line: i + 1}})
			}
		}
	}
	for _, b := range balancers {
		if !off[b.name] {
			f.Add(unit.Setting{Kind: unit.SettingAffinity, Subject: "apache worker " + b.name, Value: "cookie", Origin: unit.Defaulted, Location: unit.Location{Line: b.line}})
		}
	}
}
