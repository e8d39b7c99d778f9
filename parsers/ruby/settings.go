package ruby

import (
	"regexp"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// settingAssigned records x.y = z where that configures the application.
func (f *file) settingAssigned(s *scope, n, left, right *node) {
	if !left.is("call") || left.child("receiver") == nil || !s.atBoot() {
		return
	}
	name := f.text(left.child("method"))
	kind := f.settingKind(f.text(left.child("receiver")), name)
	if kind == "" {
		return
	}
	f.setting(s, kind, n, left, right, nil)
}

// settingCalled records config.session_store :x and storage :file.
func (f *file) settingCalled(s *scope, c send) {
	if len(c.args) == 0 {
		return
	}
	receiver := f.text(c.receiver)
	switch {
	case c.name == "session_store" && (strings.HasSuffix(receiver, "config") || strings.HasSuffix(receiver, "configuration")):
		f.setting(s, unit.SettingSessionStore, c.n, c.n, c.args[0], c.args[1:])
	case c.name == "storage" && c.receiver == nil && s.body != nil && c.args[0].is("simple_symbol"):
		f.setting(s, unit.SettingUploadStorage, c.n, c.n, c.args[0], c.args[1:])
	}
}

// settingKind is the kind of what an assignment of configuration sets.
func (f *file) settingKind(receiver, name string) string {
	switch name {
	case "queue_adapter":
		return unit.SettingQueueAdapter
	case "cookies_serializer":
		return unit.SettingCookieSerializer
	case "session_store":
		return unit.SettingSessionStore
	case "page_cache_directory":
		return unit.SettingPageCache
	}
	switch {
	case strings.HasSuffix(name, "cache_store"):
		return unit.SettingCacheStore
	case name == "service" && strings.HasSuffix(receiver, "active_storage"):
		return unit.SettingStorageChoice
	case name == "storage" && f.class.config:
		return unit.SettingUploadStorage
	case name == "store" && strings.HasSuffix(receiver, "Rack::Attack.cache"):
		return unit.SettingCacheStore
	case name == "storage" && strings.HasSuffix(receiver, "MiniProfiler.config"):
		return unit.SettingCacheStore
	}
	return ""
}

// setting records one setting, with all values that it may get.
func (f *file) setting(s *scope, kind string, n, subject, value *node, rest []*node) {
	if f.class.tool || f.class.test {
		return
	}
	set := unit.Setting{
		Kind: kind, Subject: cut(f.text(subject.child("receiver")), 80), Origin: unit.Written, Env: s.env,
		Text: cut(f.text(n), 160), Location: f.at(n),
	}
	if kind == unit.SettingUploadStorage && set.Subject == "" {
		set.Subject = s.owner
	}
	choices := f.choices(value)
	if len(choices) > 0 {
		set.Value = choices[0]
	}
	if len(choices) != 1 || s.when != "" {
		set.Origin = unit.Unresolved
	}
	for _, choice := range choices {
		set.Values = append(set.Values, unit.Value{Kind: unit.Literal, Text: choice})
	}
	for _, arg := range append(rest, f.further(value)...) {
		set.Values = append(set.Values, unit.Value{Kind: unit.Compound, Text: f.short(arg), Callee: f.symbolText(arg.child("key"))})
	}
	f.unit.Settings = append(f.unit.Settings, set)
}

// further are the options behind the name in `:redis_cache_store, { url: x }`.
func (f *file) further(value *node) []*node {
	if value.is("right_assignment_list", "array") && len(value.kids) > 1 {
		return value.kids[1:]
	}
	return nil
}

// choices lists what a value may be, by name: symbols, strings and classes.
// Branches and defaults give several.
func (f *file) choices(n *node) []string {
	if n == nil {
		return nil
	}
	switch n.kind {
	case "simple_symbol", "string", "delimited_symbol":
		if name := f.symbolText(n); name != "" {
			return []string{name}
		}
	case "right_assignment_list", "array", "parenthesized_statements", "then", "else", "begin":
		if len(n.kids) > 0 {
			return f.choices(n.kids[0])
		}
	case "nil", "true", "false":
		return []string{n.kind}
	case "constant", "scope_resolution":
		return []string{snake(lastName(f.constantName(n)))}
	case "conditional", "if", "unless":
		return append(f.choices(n.child("consequence")), f.choices(n.child("alternative"))...)
	case "binary":
		return append(f.choices(n.child("left")), f.choices(n.child("right"))...)
	case "call":
		return f.choicesOfCall(n)
	}
	return nil
}

// choicesOfCall knows X.new, ENV.fetch("X", default) and conversions.
func (f *file) choicesOfCall(n *node) []string {
	c := f.sendOf(n)
	switch {
	case c.name == "new" && f.constantName(c.receiver) != "":
		return []string{snake(lastName(f.constantName(c.receiver)))}
	case c.name == "fetch" && f.text(c.receiver) == "ENV" && len(c.args) > 1:
		return f.choices(c.args[1])
	case c.name == "fetch" && c.block != nil && f.text(c.receiver) == "ENV":
		if body := c.block.child("body"); body != nil && len(body.kids) > 0 {
			return f.choices(body.kids[len(body.kids)-1])
		}
	case c.name == "to_sym" && c.receiver != nil:
		return f.choices(c.receiver)
	}
	return nil
}

// snake turns RedisCacheStore into redis_cache_store.
func snake(name string) string {
	var b strings.Builder
	for i, r := range name {
		if r >= 'A' && r <= 'Z' {
			if i > 0 && name[i-1] != '_' && (name[i-1] < 'A' || name[i-1] > 'Z') {
				b.WriteByte('_')
			}
			r += 'a' - 'A'
		}
		b.WriteRune(r)
	}
	return b.String()
}

// environment is the scope of a branch that runs in one environment only.
func (f *file) environment(s *scope, condition *node, truth bool) *scope {
	if !s.atBoot() || condition == nil {
		return s
	}
	text := f.text(condition)
	inner := *s
	for _, env := range []string{unit.EnvProduction, unit.EnvDevelopment, unit.EnvTest} {
		switch {
		case !strings.HasSuffix(text, "env."+env+"?"):
		case truth && !strings.HasPrefix(text, "!"):
			inner.env = env
			return &inner
		case env == unit.EnvProduction && inner.env == "":
			inner.env = unit.EnvDevelopment
			return &inner
		default:
			return s
		}
	}
	inner.when = cut(text, 80)
	return &inner
}

// settingComment matches a setting that a generated configuration file leaves
// commented out.
var settingComment = regexp.MustCompile(`^#\s*config\.(cache_store|active_job\.queue_adapter|session_store)\b`)

// settingsFromComments records where a setting would stand that is commented
// out: a default that holds is shown there.
func (f *file) settingsFromComments() {
	if !f.class.config {
		return
	}
	for _, c := range f.syntax.comments {
		m := settingComment.FindStringSubmatch(f.text(c))
		if m == nil {
			continue
		}
		kind := map[string]string{"cache_store": unit.SettingCacheStore, "session_store": unit.SettingSessionStore}[m[1]]
		if kind == "" {
			kind = unit.SettingQueueAdapter
		}
		f.unit.Settings = append(f.unit.Settings, unit.Setting{
			Kind: kind, Subject: commentedOut, Origin: unit.Defaulted, Env: f.class.env, Text: cut(f.text(c), 160), Location: f.at(c),
		})
	}
}

// commentedOut marks a setting that only says where it would stand. The
// resolver takes it away.
const commentedOut = "commented out"

var (
	gemLine  = regexp.MustCompile(`^\s*gem\s+["']([\w.-]+)["'](?:\s*,\s*["']([^"']*)["'])?`)
	lockLine = regexp.MustCompile(`^    ([\w.-]+) \(([^)]+)\)`)
)

// gems reads a Gemfile or its lock line by line.
func gems(name string, content []byte) []unit.Setting {
	var out []unit.Setting
	pattern := gemLine
	if strings.HasSuffix(name, ".lock") {
		pattern = lockLine
	}
	for i, line := range strings.Split(string(clean(content)), "\n") {
		m := pattern.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		out = append(out, unit.Setting{
			Kind: unit.SettingGem, Subject: m[1], Value: m[2], Origin: unit.Written, Text: strings.TrimSpace(cut(line, 160)),
			Location: unit.Location{File: name, Line: i + 1, Column: 1, EndLine: i + 1, EndColumn: len(line) + 1},
		})
	}
	return out
}
