// Package compose reads docker-compose and swarm files: how many copies of a
// service run, and which labels tie a client to one of them.
package compose

import (
	"path"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
	"github.com/stateaudit/stateaudit/parsers/deploy/caddy"
	"github.com/stateaudit/stateaudit/parsers/deploy/nginx"
	"github.com/stateaudit/stateaudit/parsers/deploy/record"
	"github.com/stateaudit/stateaudit/parsers/deploy/tree"
)

// Reader returns the reader.
func Reader() record.Reader {
	return record.Reader{Name: "compose", Match: match, Marks: []string{"image:", "build:", "services:", "services\":"}, Named: named, Read: read}
}

// named tells the names that the tools look for.
func named(path string) bool {
	base := record.Base(path)
	return record.YAML(path) && (strings.HasPrefix(base, "docker-compose") || strings.HasPrefix(base, "compose."))
}

func match(path string) bool {
	if !record.YAML(path) {
		return false
	}
	base := record.Base(path)
	return strings.Contains(base, "compose") || strings.Contains(base, "stack") || strings.Contains(base, "swarm") || record.Within(path, "compose", "swarm", "docker-compose", "stacks")
}

func read(f *record.File) {
	for _, doc := range f.Documents() {
		services := doc.Get("services")
		if services == nil && doc.Get("apiVersion") == nil {
			services = doc // version 1 had the services at the top
		}
		for _, p := range services.Entries() {
			if p.Value.Get("image") != nil || p.Value.Get("build") != nil || p.Value.Get("extends") != nil || p.Value.Get("deploy") != nil {
				f.Recognise()
				service(f, p)
			}
		}
	}
}

func service(f *record.File, p tree.Pair) {
	name, s := p.Key.Text, p.Value
	run := runs(f, s)
	copies(f, name, s, run)
	started(f, name, s)
	Labels(f, name, s.Get("labels"))
	Labels(f, name, s.Get("deploy", "labels"))
	if c, ok := environment(s.Get("environment"), "WEB_CONCURRENCY"); ok {
		c.Kind, c.Subject = unit.SettingProcesses, name
		c.Values, c.Build, c.Commands = run.Values, run.Build, run.Commands
		f.Add(c)
	}
}

// runs tells what a service runs: its image, the folder that it is built from,
// and its command.
func runs(f *record.File, s *tree.Node) unit.Setting {
	var run unit.Setting
	if b := s.Get("build"); b != nil {
		run.Values = []unit.Value{{Kind: unit.Literal, Text: "build"}}
		context := first(b.String(), b.Str("context"), ".")
		if !tree.Open(context) && !strings.Contains(context, "://") {
			run.Build = path.Join(path.Dir(f.Path), context)
		}
	} else if image := s.Str("image"); image != "" {
		run.Values = []unit.Value{{Kind: unit.Literal, Text: image}}
	}
	for _, key := range []string{"entrypoint", "command"} {
		if c := s.Get(key).Words(); c != "" {
			run.Commands = append(run.Commands, c)
		}
	}
	return run
}

// started notes the command of a service: what it names runs as long as the process.
func started(f *record.File, name string, s *tree.Node) {
	for _, key := range []string{"command", "entrypoint"} {
		p, ok := s.Pair(key)
		if !ok {
			continue
		}
		if c := p.Value.Words(); c != "" {
			f.Add(unit.Setting{Kind: unit.SettingProcess, Subject: name, Value: c, Location: f.At(p)})
			return
		}
	}
}

func first(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

func copies(f *record.File, name string, s *tree.Node, run unit.Setting) {
	for _, path := range [][]string{{"deploy", "replicas"}, {"scale"}} {
		p, ok := s.Find(path...)
		if !ok {
			continue
		}
		set := unit.Setting{Kind: unit.SettingReplicas, Subject: name, Value: p.Value.String(), Location: f.At(p), Values: run.Values, Build: run.Build, Commands: run.Commands}
		if p.Value.Open() {
			set.Origin = unit.Unresolved
		}
		f.Add(set)
	}
	for _, c := range s.Get("deploy", "placement", "constraints").Elements() {
		if strings.Contains(strings.ReplaceAll(c.String(), " ", ""), "node.hostname==") {
			f.Add(unit.Setting{Kind: unit.SettingSingleCopy, Subject: name, Value: "pinned host", Values: run.Values, Build: run.Build, Commands: run.Commands, Location: unit.Location{Line: c.Line}})
		}
	}
}

// environment finds a variable in either of the two ways to write it.
func environment(env *tree.Node, name string) (unit.Setting, bool) {
	if p, ok := env.Pair(name); ok {
		s := unit.Setting{Value: p.Value.String(), Location: unit.Location{Line: p.Key.Line}}
		if p.Value.Open() {
			s.Origin = unit.Unresolved
		}
		return s, true
	}
	for _, e := range env.Elements() {
		if key, value, ok := strings.Cut(e.String(), "="); ok && key == name {
			s := unit.Setting{Value: value, Location: unit.Location{Line: e.Line}}
			if tree.Open(value) {
				s.Origin = unit.Unresolved
			}
			return s, true
		}
	}
	return unit.Setting{}, false
}

// Labels looks at what balancers read from the labels of a service.
func Labels(f *record.File, service string, labels *tree.Node) {
	type written struct {
		key, value string
		line       int
	}
	var all []written
	for _, p := range labels.Entries() {
		all = append(all, written{p.Key.Text, p.Value.String(), p.Key.Line})
	}
	for _, item := range labels.Elements() {
		key, value, _ := strings.Cut(item.String(), "=")
		all = append(all, written{key, value, item.Line})
	}
	told := map[string]bool{}
	for _, l := range all {
		told[strings.ToLower(strings.TrimSpace(l.key))] = true
	}
	for _, l := range all {
		if on := switched(strings.ToLower(strings.TrimSpace(l.key))); on != "" && !told[on] && !told[strings.TrimSuffix(on, ".cookie")] {
			told[on] = true
			l.key, l.value = on, "true"
		}
		label(f, service, l.key, l.value, l.line)
	}
}

func label(f *record.File, service, key, value string, line int) {
	technology, kind := Label(key, value)
	if kind == "" {
		return
	}
	s := unit.Setting{Kind: unit.SettingAffinity, Subject: technology + " service " + service, Value: kind, Location: unit.Location{Line: line}}
	if tree.Open(value) {
		s.Origin = unit.Unresolved
	}
	f.Add(s)
}

// tagged tells a key of Traefik by its form, since its first word may be another one
// that the provider is told: ingress.http.services.shop.loadbalancer.sticky.cookie.
func tagged(key string) bool {
	parts := strings.Split(key, ".")
	if len(parts) < 6 || parts[1] != "http" || parts[2] != "services" || parts[4] != "loadbalancer" {
		return false
	}
	return sticks(strings.Join(parts[4:], "."))
}

// sticks tells the switch of Traefik's cookie.
func sticks(key string) bool {
	for _, end := range []string{"loadbalancer.sticky", "loadbalancer.sticky.cookie", "loadbalancer.stickiness"} {
		if strings.HasSuffix(key, end) {
			return true
		}
	}
	return false
}

// switched is the switch that an option of Traefik's cookie turns on where the switch
// itself is not written: what the cookie is called says that there is one.
func switched(key string) string {
	for _, option := range []string{"name", "secure", "httponly", "samesite", "maxage", "path", "domain"} {
		if of, ok := strings.CutSuffix(key, "loadbalancer.sticky.cookie."+option); ok {
			return of + "loadbalancer.sticky.cookie"
		}
	}
	return ""
}

// Label tells which balancer reads a label of a container, and what it then ties
// a client by.
func Label(key, value string) (technology, kind string) {
	key, value = strings.ToLower(strings.TrimSpace(key)), strings.ToLower(strings.Trim(strings.TrimSpace(value), `"'`))
	if value == "false" || value == "no" || value == "off" || value == "none" {
		return "", ""
	}
	switch {
	case tagged(key), strings.HasPrefix(key, "traefik.") && sticks(key):
		return "traefik", "cookie"
	case strings.HasSuffix(key, "nginx-proxy.loadbalance"):
		return "nginx-proxy", nginx.Directives(value)
	case strings.HasPrefix(key, "caddy") && strings.HasSuffix(key, ".lb_policy"):
		name, _, _ := strings.Cut(value, " ")
		return "caddy", caddy.Policy(name)
	}
	return "", ""
}
