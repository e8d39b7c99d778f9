package python

import (
	"path"
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// django is what the settings of one Django project say in production.
type django struct {
	r     *resolver
	chain []*module // the module that production names, then those that it takes over
	// partial says that it runs files that are not known: what is not said may be said there.
	partial bool
}

// said is a value that a setting may have, and what must hold for it.
type said struct {
	text  string
	guard string
	at    unit.Location
}

// settings reads what frameworks are told.
func (r *resolver) settings() {
	locale := false
	r.djangos = r.projects()
	for _, d := range r.djangos {
		locale = locale || d.holds("MIDDLEWARE", "django.middleware.locale.LocaleMiddleware")
		d.cache()
		d.sessions()
		d.databases()
		d.uploads()
		d.channels()
		d.jobs()
		d.brokers()
		d.flags()
		d.keys()
	}
	r.fieldStorages()
	r.activations(locale)
	r.flask()
}

// projects finds the settings of each project. Modules for the machine of a developer
// and for tests are none of production; of several that are left, the one that is
// named so counts, or that the entry of the web server names.
func (r *resolver) projects() []*django {
	byFolder, parts := map[string][]*module{}, map[*module]bool{}
	var folders []string
	for _, m := range r.modules {
		files, _ := r.runs(m)
		for _, f := range files {
			parts[f] = true
		}
	}
	for _, id := range sortedModules(r.modules) {
		m := r.modules[id]
		if m.class.skipped() || parts[m] || !r.holdsSettings(m) || notProduction(m) {
			continue
		}
		folder := projectFolder(m)
		if byFolder[folder] == nil {
			folders = append(folders, folder)
		}
		byFolder[folder] = append(byFolder[folder], m)
	}
	named := r.namedSettings()
	var out []*django
	for _, folder := range folders {
		best := byFolder[folder][0]
		for _, m := range byFolder[folder] {
			if rankSettings(m, named) > rankSettings(best, named) {
				best = m
			}
		}
		d := &django{r: r}
		d.take(best, 0)
		out = append(out, d)
	}
	return out
}

// take adds a module and what it takes over from others.
func (d *django) take(m *module, depth int) {
	if m == nil || depth > 8 || slices.Contains(d.chain, m) {
		return
	}
	files, all := d.r.runs(m)
	d.partial = d.partial || !all
	for _, f := range files {
		d.take(f, depth+1)
	}
	d.chain = append(d.chain, m)
	for i := len(m.stars) - 1; i >= 0; i-- {
		d.take(d.r.module(m.stars[i], m), depth+1)
	}
}

// holdsSettings tells a module that has the settings of a project, or takes them over.
func (r *resolver) holdsSettings(m *module) bool {
	n := 0
	files, _ := r.runs(m)
	for _, name := range []string{"INSTALLED_APPS", "MIDDLEWARE", "DATABASES", "ROOT_URLCONF", "SECRET_KEY", "MIDDLEWARE_CLASSES", "WSGI_APPLICATION"} {
		if slices.ContainsFunc(append([]*module{m}, files...), func(in *module) bool { return r.holders[in.id+"."+name] != nil }) {
			n++
		}
	}
	if n >= 3 {
		return true
	}
	for _, star := range m.stars {
		if to := r.module(star, m); to != nil && to != m && strings.Contains(m.id, "settings") && r.holdsSettings(to) {
			return true
		}
	}
	return false
}

// notProduction tells modules of settings for a developer, for tests or for a demo.
func notProduction(m *module) bool {
	name := strings.ToLower(path.Base(strings.TrimSuffix(m.unit.Path, ".py")))
	for _, word := range []string{"local", "dev", "test", "ci", "docs", "example", "sample", "template", "demo", "debug"} {
		if name == word || strings.HasPrefix(name, word+"_") || strings.HasSuffix(name, "_"+word) || strings.HasPrefix(name, "dev") || strings.HasPrefix(name, "test") {
			return true
		}
	}
	return false
}

// projectFolder is the folder of a project: that of its settings, or of the package
// in which they stand.
func projectFolder(m *module) string {
	dir := path.Dir(m.unit.Path)
	for slices.Contains([]string{"settings", "config", "conf"}, path.Base(dir)) {
		dir = path.Dir(dir)
	}
	return dir
}

func rankSettings(m *module, named map[string]bool) int {
	name := strings.ToLower(m.id)
	switch {
	case strings.Contains(name[strings.LastIndexByte(name, '.')+1:], "prod"):
		return 3
	case named[m.id]:
		return 2
	case len(m.stars) > 0:
		return 1
	}
	return 0
}

// namedSettings are the modules that the checkout names as DJANGO_SETTINGS_MODULE.
func (r *resolver) namedSettings() map[string]bool {
	out := map[string]bool{}
	for _, fn := range r.order {
		for i := range fn.Calls {
			c := &fn.Calls[i]
			if c.Name != "setdefault" || len(c.Args) < 2 || !strings.Contains(c.Args[0].Text, "DJANGO_SETTINGS_MODULE") {
				continue
			}
			if m := r.module(strings.Trim(c.Args[1].Text, `"'`), fn.module); m != nil {
				out[m.id] = true
			}
		}
	}
	return out
}

// statement is a statement that gives a setting a value.
type statement struct {
	value *unit.Value
	guard string
	key   string // of an element that is set
	at    unit.Location
	in    *module
	fn    *function // where the value stands, if that is a function
}

// of lists the statements that give a setting its value, the last first; those that
// do not hold in production are left out.
func (d *django) of(name string) []statement {
	for _, m := range d.chain {
		fn := d.r.functions[m.id+"."+topName]
		if fn == nil {
			continue
		}
		var out []statement
		for i := len(fn.Accesses) - 1; i >= 0; i-- {
			a := &fn.Accesses[i]
			if a.Value == nil || a.Kind != unit.Write && a.Kind != unit.Modify || a.Place.Root != unit.RootHolder || !sameSetting(a.Place.Name, name) || d.chain[0] != m && a.Place.Name != m.id+"."+name {
				continue
			}
			guard, holds := production(a.Method)
			if !holds || d.unasked(m, a.Method) {
				continue
			}
			s := statement{value: a.Value, guard: guard, at: a.Location, in: m}
			if a.Kind == unit.Modify {
				if a.Key == nil || a.Op != "[]=" {
					continue
				}
				s.key = strings.Trim(a.Key.Text, `"'`)
			}
			out = append(out, s)
			if guard == "" && a.Kind == unit.Write && a.Op == "=" {
				break // what is added to it later leaves the rest as it is
			}
		}
		if len(out) > 0 {
			return out
		}
	}
	return nil
}

func sameSetting(id, name string) bool { return strings.HasSuffix(id, "."+name) }

// production tells whether a condition may hold in production, and what of it is left
// to be told.
func production(when string) (guard string, holds bool) {
	var rest []string
	for _, part := range strings.Split(when, " and ") {
		plain := strings.TrimSpace(strings.Trim(part, "() "))
		negated := strings.HasPrefix(part, "not (") || strings.HasPrefix(plain, "not ")
		plain = strings.TrimSpace(strings.TrimPrefix(strings.TrimPrefix(plain, "not"), " ("))
		upper := strings.ToUpper(plain)
		developing := strings.Contains(upper, "DEBUG") || strings.Contains(upper, "TEST") || strings.Contains(upper, "SYS.ARGV") || strings.Contains(upper, "DEVELOP") || strings.Contains(upper, "LOCAL_DEV")
		switch {
		case plain == "":
		case developing && !negated && !strings.Contains(plain, "!="):
			return "", false
		case developing:
		default:
			rest = append(rest, "`"+part+"`")
		}
	}
	return strings.Join(rest, " and "), true
}

// put writes a setting of production.
func (d *django) put(kind, subject, name string, list []said, value func(string) string, options ...unit.Value) {
	s := unit.Setting{Kind: kind, Subject: subject, Origin: unit.Written}
	for _, one := range list {
		v := value(one.text)
		if v == "" {
			continue
		}
		c := unit.Choice{Value: v, Origin: unit.Written, Options: options, Location: one.at}
		if one.guard != "" {
			c.When = conditionOf(one.guard)
		}
		if s.Text == "" || s.Value == "shared" && v != "shared" { // where a reader looks is what copies do not share
			s.Text, s.Value, s.Location = name+" = "+one.text, v, one.at
		}
		s.Choices = append(s.Choices, c)
		if one.guard == "" {
			break
		}
	}
	if len(s.Choices) == 0 {
		return
	}
	u := d.chain[0].unit
	u.Settings = append(u.Settings, s)
}

// otherwise adds to what is said under guards what holds where none of them does: a
// library's own default, given by its text. Where an else says something, or what is said is
// not guarded, nothing is left over.
func otherwise(list []said, text string) []said {
	var none []string
	for _, one := range list {
		if one.guard == "" || strings.HasPrefix(one.guard, "`not (") && !strings.Contains(one.guard, "` and `") {
			return list
		}
		if !strings.Contains(one.guard, "` and `") {
			none = append(none, "`not ("+strings.Trim(one.guard, "`")+")`")
		}
	}
	if len(none) == 0 {
		return list
	}
	return append(list[:len(list):len(list)], said{text: text, guard: strings.Join(none, " and "), at: list[len(list)-1].at})
}

// conditionOf is a guard as a condition: an else holds where the if does not.
func conditionOf(guard string) unit.Condition {
	if inner, ok := strings.CutPrefix(guard, "`not ("); ok && strings.HasSuffix(inner, ")`") && strings.Count(guard, "`") == 2 {
		return unit.Condition{Op: unit.Atom, Text: "`" + strings.TrimSuffix(inner, ")`") + "`"}.Negated()
	}
	return unit.Condition{Op: unit.Atom, Text: guard}
}

// omit writes what Django does where a setting is not made.
func (d *django) omit(kind, subject, name, value, by string, options ...unit.Value) {
	if d.partial {
		return
	}
	m := d.chain[len(d.chain)-1]
	at := unit.Location{File: m.unit.Path, Line: 1, Column: 1, EndLine: 1, EndColumn: 1}
	if h := d.r.holders[m.id+".INSTALLED_APPS"]; h != nil {
		at = h.Location
	}
	m.unit.Settings = append(m.unit.Settings, unit.Setting{
		Kind: kind, Subject: subject, Value: value, Origin: unit.Defaulted, Text: name + " is not set" + by, Location: at,
		Choices: []unit.Choice{{Value: value, Origin: unit.Defaulted, Options: options, Location: at}},
	})
}

// defaulted writes what a library does where it is told nothing.
func (d *django) defaulted(kind, subject, value, text string, at unit.Location) {
	u := d.chain[0].unit
	u.Settings = append(u.Settings, unit.Setting{
		Kind: kind, Subject: subject, Value: value, Origin: unit.Defaulted, Text: text, Location: at,
		Choices: []unit.Choice{{Value: value, Origin: unit.Defaulted, Location: at}},
	})
}

// cacheName is the short name of a backend of the cache; "" for one that keeps nothing.
func cacheName(backend string) string {
	lower := strings.ToLower(backend)
	switch {
	case strings.Contains(lower, "locmem"):
		return "locmem"
	case strings.Contains(lower, "filebased") || strings.HasPrefix(lower, "filecache:"):
		return "filebased"
	case strings.Contains(lower, "dummy"):
		return ""
	case backend == "":
		return ""
	}
	return "shared"
}

// cache is where the default cache is, if anything uses it.
func (d *django) cache() {
	users := d.users("django.core.cache.", "django.views.decorators.cache.cache_page", "cachalot", "cacheops", "django.middleware.cache.", "waffle.", "django_cache_memoize.", "cache_memoize.")
	if d.holds("MIDDLEWARE", "django.middleware.cache.") || slices.ContainsFunc(d.engine(), func(s said) bool { return strings.HasSuffix(s.text, "backends.cached_db") }) {
		users = append(users, unit.Location{})
	}
	limits := d.throttles() || len(d.users("django_ratelimit.", "ratelimit.decorators.", "ratelimit.core.")) > 0 || d.signsIn()
	counts, by := "rest_framework.throttling", ", and throttles count in it"
	if d.signsIn() && !d.throttles() {
		counts, by = "allauth.account", ", and django-allauth counts attempts in it"
	}
	if len(users) == 0 && !limits && !d.sessionsInCache() {
		return
	}
	list := otherwise(d.entry("CACHES", "default", "BACKEND"), globalSettings["django.conf.global_settings.CACHES.default.BACKEND"])
	if len(d.of("CACHES")) == 0 && len(list) == 0 {
		if len(users) > 0 {
			d.omit(unit.SettingCacheStore, "CACHES", "CACHES", "locmem", "")
		}
		if limits {
			d.omit(unit.SettingLimiterStore, counts, "CACHES", "locmem", by)
		}
		return
	}
	if len(users) > 0 {
		d.put(unit.SettingCacheStore, "CACHES", "CACHES", list, cacheName)
	}
	if limits {
		d.put(unit.SettingLimiterStore, counts, "CACHES", list, cacheName)
	}
}

// signsIn tells whether django-allauth counts attempts in the cache.
func (d *django) signsIn() bool {
	off := slices.ContainsFunc(d.of("ACCOUNT_RATE_LIMITS"), func(s statement) bool { return s.value.Text == "False" || isEmptyValue(*s.value) })
	return !off && d.holds("INSTALLED_APPS", "allauth.account")
}

// users lists where something of a library is called or named.
func (d *django) users(prefixes ...string) []unit.Location {
	var out []unit.Location
	for _, fn := range d.r.order {
		if fn.Test {
			continue
		}
		for i := range fn.Calls {
			c := &fn.Calls[i]
			if c.External && slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(c.Callee, p) }) {
				out = append(out, c.Location)
			}
		}
		for _, dec := range fn.decorated {
			if slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(dec.by.id, p) }) {
				out = append(out, dec.call.Location)
			}
		}
	}
	return out
}

// throttles tells whether requests are counted in the cache by REST framework.
func (d *django) throttles() bool {
	for _, s := range d.of("REST_FRAMEWORK") {
		if classes := under(s.value, "DEFAULT_THROTTLE_CLASSES"); classes != nil && len(classes.Parts) > 0 {
			return true
		}
	}
	return slices.ContainsFunc(sortedClasses(d.r.classes), func(id string) bool {
		h := d.r.holders[id+".throttle_classes"]
		return h != nil && !h.Test && len(h.Value.Parts) > 0
	})
}

// holds tells a list among the settings that names something of a library.
func (d *django) holds(setting, prefix string) bool {
	return slices.ContainsFunc(d.of(setting), func(s statement) bool {
		return slices.ContainsFunc(s.value.Parts, func(v unit.Value) bool {
			return strings.HasPrefix(strings.Trim(v.Text, `"'`), prefix)
		})
	})
}

func (d *django) engine() []said { return d.entry("SESSION_ENGINE") }

func (d *django) sessionsInCache() bool {
	return slices.ContainsFunc(d.engine(), func(s said) bool { return strings.HasSuffix(s.text, "backends.cache") })
}

// sessions is where sessions are: those in the cache are where that is.
func (d *django) sessions() {
	list := d.engine()
	cache := "locmem"
	if alias := d.entry("SESSION_CACHE_ALIAS"); len(d.of("CACHES")) > 0 {
		name := "default"
		if len(alias) > 0 {
			name = alias[0].text
		}
		cache = "shared"
		for _, s := range d.entry("CACHES", name, "BACKEND") {
			if c := cacheName(s.text); c != "shared" && c != "" {
				cache = c
			}
			if s.guard == "" {
				break
			}
		}
	}
	d.put(unit.SettingSessionStore, "SESSION_ENGINE", "SESSION_ENGINE", list, func(engine string) string {
		switch {
		case strings.HasSuffix(engine, "backends.cache"):
			return "cache_store"
		case strings.HasSuffix(engine, "backends.file"):
			return "file"
		}
		return "shared"
	}, unit.Value{Callee: "cache", Type: cache})
	d.put(unit.SettingCookieSerializer, "SESSION_SERIALIZER", "SESSION_SERIALIZER", d.entry("SESSION_SERIALIZER"), func(name string) string {
		switch {
		case strings.Contains(name, "Pickle"):
			return "pickle"
		case strings.HasSuffix(name, ".JSONSerializer"):
			return "json"
		}
		return "custom"
	})
	if len(d.of("SESSION_SERIALIZER")) == 0 {
		d.omit(unit.SettingCookieSerializer, "SESSION_SERIALIZER", "SESSION_SERIALIZER", "json", ", which is JSON")
	}
}

// databases are those that are files.
func (d *django) databases() {
	list := d.entry("DATABASES", "default", "ENGINE")
	d.put(unit.SettingDatabase, "default", "DATABASES", list, func(engine string) string {
		lower := strings.ToLower(engine)
		if strings.Contains(lower, "sqlite") || strings.Contains(lower, "spatialite") {
			return "sqlite3"
		}
		if lower == "" {
			return ""
		}
		return "server"
	})
}

func (d *django) channels() {
	list := d.entry("CHANNEL_LAYERS", "default", "BACKEND")
	d.put(unit.SettingCable, "CHANNEL_LAYERS", "CHANNEL_LAYERS", list, func(backend string) string {
		if strings.HasSuffix(backend, "InMemoryChannelLayer") {
			return "channels_inmemory"
		}
		return "shared"
	})
}

// flags are settings that people change while the application runs.
func (d *django) flags() {
	d.put(unit.SettingFlagStore, "CONSTANCE_BACKEND", "CONSTANCE_BACKEND", d.entry("CONSTANCE_BACKEND"), func(backend string) string {
		if strings.HasSuffix(backend, "MemoryBackend") {
			return "memory"
		}
		return "shared"
	})
}

// jobs run while the request waits where a setting says so.
func (d *django) jobs() {
	for _, name := range []string{"CELERY_TASK_ALWAYS_EAGER", "CELERY_ALWAYS_EAGER"} {
		d.put(unit.SettingQueueAdapter, name, name, d.entry(name), func(v string) string {
			if v == "True" {
				return "eager"
			}
			return "worker"
		})
	}
}
