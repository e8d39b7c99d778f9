package ruby

import (
	"regexp"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
	"github.com/stateaudit/stateaudit/parsers/internal/syntax"
)

// settingAssigned records x.y = z where that configures the application.
func (f *file) settingAssigned(s *scope, n, left, right *node) {
	f.decisionAssigned(s, n, left, right)
	if left.Is("element_reference") && f.configures(s) {
		f.elementAssigned(s, n, left, right)
		return
	}
	if left.Is("constant") && isSecret(strings.ToLower(f.text(left))) && s.atBoot() {
		f.secret(s, f.constantName(left), n, right)
		return
	}
	if !left.Is("call") || left.Child("receiver") == nil {
		return
	}
	receiver, name := f.text(left.Child("receiver")), f.text(left.Child("method"))
	if !f.configures(s) && (name != "adapter" || !strings.HasSuffix(receiver, sitemap)) {
		return
	}
	if name == "store" && f.ofAttack(s, receiver) {
		f.setting(s, unit.SettingLimiterStore, "Rack::Attack", n, right)
		return
	}
	if f.assignedOwn(s, receiver, name, n, right) {
		return
	}
	if name == "paperclip_defaults" {
		f.settingOf(s, unit.SettingUploadStorage, "Paperclip", n, f.optionIn(right, "storage", "filesystem", maxFollow))
		return
	}
	if kind, subject := f.settingKind(receiver, name); kind != "" {
		if subject == "self" && s.self == selfClass {
			subject = s.owner
		}
		f.setting(s, kind, subject, n, right)
	}
}

// ofAttack tells the cache of Rack::Attack, named in full, in the body of the class,
// or by what a block of its configuration calls it.
func (f *file) ofAttack(s *scope, receiver string) bool {
	switch {
	case strings.HasSuffix(receiver, "Rack::Attack.cache"):
		return true
	case s.owner == "Rack::Attack":
		return receiver == "cache" || receiver == "self.cache"
	}
	return strings.HasSuffix(receiver, ".cache") && f.class.config && strings.Contains(f.src, "Rack::Attack")
}

// sitemap is the object of a library that is often set up right before it is used.
const sitemap = "SitemapGenerator::Sitemap"

// configures tells the code that runs when the application is configured: what
// loading runs, and the blocks of configuration files that are kept for it.
func (f *file) configures(s *scope) bool {
	return s.atBoot() || f.class.config && s.fn.Outer != ""
}

// elementAssigned records options that are set by key.
func (f *file) elementAssigned(s *scope, n, left, right *node) {
	if len(left.Kids) != 2 {
		return
	}
	object, key := f.text(left.Child("object")), f.symbolText(left.Kids[1])
	switch {
	case key == "storage" && (strings.HasSuffix(object, "default_options") || strings.HasSuffix(object, "paperclip_defaults")):
		f.setting(s, unit.SettingUploadStorage, "Paperclip", n, right)
	case key == "store" && object == "Refile.backends":
		f.setting(s, unit.SettingUploadStorage, "Refile", n, right)
	}
}

// settingCalled records settings that are made by a call: config.session_store :x,
// storage :file, use X, and the macros of models and controllers.
func (f *file) settingCalled(s *scope, c send) {
	receiver := f.text(c.receiver)
	switch {
	case f.secretCalled(s, c), f.jobsCalled(s, c):
	case c.name == "session_store" && len(c.args) > 0 && (strings.HasSuffix(receiver, "config") || strings.HasSuffix(receiver, "configuration")):
		f.settingOf(s, unit.SettingSessionStore, receiver, c.n, f.listedArgs(c.args))
	case c.name == "use" && len(c.args) > 0 && strings.Contains(f.constantName(c.args[0]), "Session::"):
		f.settingOf(s, unit.SettingSessionStore, "use", c.n, f.listedArgs(c.args))
	case c.name == "create" && strings.HasSuffix(receiver, sitemap):
		f.optionSet(s, unit.SettingUploadStorage, "SitemapGenerator", c, "adapter")
	case c.name == "datastore" && len(c.args) > 0 && f.class.config:
		f.settingOf(s, unit.SettingUploadStorage, "Dragonfly", c.n, f.listedArgs(c.args))
	case c.name == "configure" && receiver == "MessageBus":
		f.optionSet(s, unit.SettingBusStore, "MessageBus", c, "backend")
	case (c.name == "merge!" || c.name == "update") && strings.HasSuffix(receiver, "default_options"):
		f.optionSet(s, unit.SettingUploadStorage, "Paperclip", c, "storage")
	case c.name == "new" && receiver == "Flipper" && len(c.args) > 0:
		f.settingOf(s, unit.SettingFlagStore, receiver, c.n, f.choices(c.args[0], maxFollow))
	case c.name == "adapter" && c.block != nil && f.class.config && strings.Contains(f.src, "Flipper"):
		f.settingOf(s, unit.SettingFlagStore, "Flipper", c.n, f.choices(c.block.Child("body"), maxFollow))
	case c.name == "cache_page" && strings.HasSuffix(s.owner, "Controller") && (c.receiver == nil || f.ownClass(s, c.receiver)):
		f.settingOf(s, unit.SettingPageCache, s.owner, c.n, f.one(c.n, "file_store"))
	case c.receiver == nil && s.body != nil:
		f.macroSet(s, c)
	}
}

// macroSet records the settings that class bodies make for their class.
func (f *file) macroSet(s *scope, c send) {
	switch c.name {
	case "storage":
		if len(c.args) > 0 && s.owner != "" {
			f.settingOf(s, unit.SettingUploadStorage, s.owner, c.n, f.listedArgs(c.args))
		}
	case "has_one_attached", "has_many_attached":
		f.attachment(s, c, "service")
	case "has_attached_file":
		f.attachment(s, c, "storage")
	case "mount_uploader", "mount_uploaders":
		if len(c.args) > 1 {
			f.keepSetting(s, unit.Setting{Kind: unit.SettingAttachment, Subject: s.owner, Value: c.name, Choices: f.choices(c.args[1], maxFollow)}, c.n)
		}
	case "rate_limit":
		f.optionSet(s, unit.SettingLimiterStore, s.owner, c, "store")
	case "attr_config":
		f.keyDefaults(s, c)
	case "caches_page":
		f.settingOf(s, unit.SettingPageCache, s.owner, c.n, f.one(c.n, "file_store"))
	}
}

// attachment records a file that a model keeps, and the option that names its place.
func (f *file) attachment(s *scope, c send, option string) {
	set := unit.Setting{Kind: unit.SettingAttachment, Subject: s.owner, Value: c.name}
	if value := f.option(c, option); value != nil {
		set.Choices = f.choices(value, maxFollow)
	} else if n := len(c.args); n > 1 && !c.args[n-1].Is("pair", "hash") {
		set.Choices = f.optionIn(c.args[n-1], option, "", maxFollow)
	}
	f.keepSetting(s, set, c.n)
}

// option is the value of an option that a call gives by key, or nil.
func (f *file) option(c send, key string) *node {
	for _, arg := range c.args {
		pairs := []*node{arg}
		if arg.Is("hash") {
			pairs = arg.Kids
		}
		for _, pair := range pairs {
			if pair.Is("pair") && f.symbolText(pair.Child("key")) == key {
				return pair.Child("value")
			}
		}
	}
	return nil
}

// optionSet records the option of a call, if it is given.
func (f *file) optionSet(s *scope, kind, subject string, c send, key string) {
	if value := f.option(c, key); value != nil {
		f.settingOf(s, kind, subject, c.n, f.choices(value, maxFollow))
	}
}

// listedArgs are the choices of a name and its options, given as arguments.
func (f *file) listedArgs(args []*node) []unit.Choice {
	out := f.choices(args[0], maxFollow)
	for i := range out {
		out[i].Options = append(out[i].Options, f.options(args[1:])...)
	}
	return out
}

// settingKind is the kind of what an assignment of configuration sets, and what it
// sets it for.
func (f *file) settingKind(receiver, name string) (kind, subject string) {
	switch name {
	case "queue_adapter":
		return unit.SettingQueueAdapter, receiver
	case "cookies_serializer":
		return unit.SettingCookieSerializer, receiver
	case "session_store":
		return unit.SettingSessionStore, receiver
	case "page_cache_directory":
		return unit.SettingPageCache, receiver
	}
	switch {
	case name == "adapter" && strings.HasSuffix(receiver, sitemap):
		return unit.SettingUploadStorage, "SitemapGenerator"
	case name == "cache_storage", name == "cache_backend" && receiver == "IdentityCache", name == "store" && receiver == "ActiveJob::Status":
		return unit.SettingCacheStore, receiver
	case strings.HasSuffix(name, "cache_store"), receiver == "Rails" && name == "cache", name == "storage" && strings.HasSuffix(receiver, "MiniProfiler.config"):
		return unit.SettingCacheStore, receiver
	case name == "service" && strings.HasSuffix(receiver, "active_storage"):
		return unit.SettingStorageChoice, receiver
	case name == "storages" && receiver == "Shrine", name == "store" && receiver == "Refile":
		return unit.SettingUploadStorage, receiver
	case name == "storage" && f.class.config:
		return unit.SettingUploadStorage, receiver
	case name == "backend" && receiver == "MessageBus":
		return unit.SettingBusStore, receiver
	}
	return "", ""
}

// setting records an assignment, with all values that it may make.
func (f *file) setting(s *scope, kind, subject string, n, value *node) {
	f.settingOf(s, kind, subject, n, f.choices(value, maxFollow))
}

// settingOf records a setting with the values that it may get.
func (f *file) settingOf(s *scope, kind, subject string, n *node, choices []unit.Choice) {
	set := unit.Setting{Kind: kind, Subject: syntax.Shorten(subject, 80), Choices: choices}
	if len(choices) > 0 {
		set.Value = choices[0].Value
	}
	f.keepSetting(s, set, n)
}

// keepSetting hands over a setting, unless the file is a test or a tool.
func (f *file) keepSetting(s *scope, set unit.Setting, n *node) {
	if f.class.tool || f.class.test || f.copying {
		return
	}
	set.Origin, set.Env, set.When = unit.Written, s.env, s.when
	if len(set.Choices) > 1 || s.when.Op != unit.Always {
		set.Origin = unit.Unresolved
	}
	set.Text, set.Location = syntax.Shorten(f.text(n), 160), f.at(n)
	f.unit.Settings = append(f.unit.Settings, set)
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
	for _, c := range f.syntax.Comments {
		m := settingComment.FindStringSubmatch(f.text(c))
		if m == nil {
			continue
		}
		kind := map[string]string{"cache_store": unit.SettingCacheStore, "session_store": unit.SettingSessionStore}[m[1]]
		if kind == "" {
			kind = unit.SettingQueueAdapter
		}
		f.unit.Settings = append(f.unit.Settings, unit.Setting{
			Kind: kind, Subject: commentedOut, Origin: unit.Defaulted, Env: f.class.env, Text: syntax.Shorten(f.text(c), 160), Location: f.at(c),
		})
	}
}

// commentedOut marks a setting that only says where it would stand: it has no
// choices.
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
	for i, line := range strings.Split(string(syntax.Clean(content)), "\n") {
		m := pattern.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		out = append(out, unit.Setting{
			Kind: unit.SettingGem, Subject: m[1], Value: m[2], Origin: unit.Written, Text: strings.TrimSpace(syntax.Shorten(line, 160)),
			Location: unit.Location{File: name, Line: i + 1, Column: 1, EndLine: i + 1, EndColumn: len(line) + 1},
		})
	}
	return out
}
