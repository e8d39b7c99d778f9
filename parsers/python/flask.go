package python

import (
	"path"
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// configured is what an application of Flask is told: its configuration by key, in the
// order of the source.
type configured struct {
	said map[string][]statement
	// unknown says that a configuration is taken over of which is not known which one:
	// the name of a class comes from the environment, or from who makes the application.
	unknown bool
	// later are variables that are taken over: what they are set to is resolved last.
	later []taken
}

// flaskConfig tells the configuration of an application.
func flaskConfig(id string) bool {
	switch id {
	case "flask.Flask.config", "flask.current_app.config", "quart.Quart.config", "quart.current_app.config":
		return true
	}
	return false
}

// configures notes what a call says of the configuration of an application.
func (r *resolver) configures(fn *function, c *unit.Call) {
	object, method, ok := cutLast(c.Callee)
	if !ok || fn.Test || !flaskConfig(object) {
		return
	}
	switch method {
	case "update", "from_mapping":
		for i := range c.Args {
			r.configuredBy(fn, &c.Args[i], c.Location)
		}
	case "setdefault":
		if len(c.Args) == 2 {
			r.configure(fn, strings.Trim(c.Args[0].Text, `"'`), &c.Args[1], c.Location)
		}
	case "from_object", "from_pyfile":
		if len(c.Args) == 0 || !r.takesOver(fn, &c.Args[0]) && !(method == "from_pyfile" && r.takesFile(fn, &c.Args[0])) {
			r.config.unknown = true
		}
	}
}

// cutLast takes the last part off a dotted name.
func cutLast(name string) (before, last string, ok bool) {
	at := strings.LastIndexByte(name, '.')
	if at < 0 {
		return "", name, false
	}
	return name[:at], name[at+1:], true
}

// configuredBy reads one argument: key=value, or a dictionary.
func (r *resolver) configuredBy(fn *function, v *unit.Value, at unit.Location) {
	switch {
	case v.Type == pair && len(v.Parts) > 0:
		r.configure(fn, v.Callee, &v.Parts[0], at)
	case v.Kind == unit.Collection:
		for i := range v.Parts {
			if p := &v.Parts[i]; p.Type == pair && len(p.Parts) > 0 {
				r.configure(fn, p.Callee, &p.Parts[0], at)
			}
		}
	}
}

func (r *resolver) configure(fn *function, key string, v *unit.Value, at unit.Location) {
	if r.config.said == nil {
		r.config.said = map[string][]statement{}
	}
	r.config.said[key] = append(r.config.said[key], statement{value: v, at: at, in: fn.module})
}

// takesOver reads a module or class whose variables are the configuration; it says
// whether which one is known.
func (r *resolver) takesOver(fn *function, v *unit.Value) bool {
	var t thing
	switch {
	case v.Kind == unit.Literal:
		name := strings.TrimSuffix(strings.Trim(v.Text, `"'`), ".py")
		t = r.dotted(strings.ReplaceAll(name, "/", "."), fn.module)
	case v.Place != nil:
		t = r.walk(*v.Place, fn, fn.module)
	case v.Callee != "":
		t, _ = r.declared(v.Callee)
	}
	switch {
	case t.kind == aModule:
		r.takeNames(fn, []string{t.id})
	case t.kind == aClass:
		r.takeNames(fn, r.classes[t.id].order)
	case t.kind == aValue && r.classes[t.typ] != nil:
		r.takeNames(fn, r.classes[t.typ].order)
	default:
		return false
	}
	return true
}

// takesFile reads a file of Python whose variables are the configuration: beside the
// module that names it, in a folder around that, or in the instance folder there.
func (r *resolver) takesFile(fn *function, v *unit.Value) bool {
	name := strings.Trim(v.Text, `"'`)
	if v.Kind != unit.Literal || !strings.HasSuffix(name, ".py") {
		return false
	}
	for dir := path.Dir(fn.module.unit.Path); ; dir = path.Dir(dir) {
		for _, folder := range []string{"instance", ""} {
			if m := r.modules[moduleOf(path.Join(dir, folder, name))]; m != nil {
				r.takeNames(fn, []string{m.id})
				return true
			}
		}
		if dir == "." || dir == "/" {
			return false
		}
	}
}

// takeNames takes over the variables of owners, the first that has one.
func (r *resolver) takeNames(fn *function, owners []string) {
	for _, key := range flaskKeys {
		for _, owner := range owners {
			h := r.holders[owner+"."+key]
			if h == nil {
				h = r.holders[owner+"#"+key]
			}
			if h != nil {
				r.config.later = append(r.config.later, taken{key, h})
				break
			}
		}
	}
}

// taken is a variable that is taken over as a key of the configuration.
type taken struct {
	key string
	h   *unit.Holder
}

// flaskKeys are the keys that say where something is kept.
var flaskKeys = []string{"CACHE_TYPE", "SESSION_TYPE", "RATELIMIT_STORAGE_URI", "RATELIMIT_STORAGE_URL", "SQLALCHEMY_DATABASE_URI", "SECRET_KEY", "JWT_SECRET_KEY", "CELERY_BROKER_URL", "BROKER_URL"}

// flask reads what Flask's libraries are told.
func (r *resolver) flask() {
	if r.config.unknown {
		r.guessedConfig()
	}
	for _, t := range r.config.later {
		in := r.modules[r.moduleOf(t.h)]
		if in == nil {
			continue
		}
		if r.config.said == nil {
			r.config.said = map[string][]statement{}
		}
		r.config.said[t.key] = append(r.config.said[t.key], statement{value: &t.h.Value, at: t.h.Location, in: in})
	}
	r.applicationKeys()
	r.signing()
	made := r.libraries()
	if made["flask_caching.Cache"] != nil || made["flask_cache.Cache"] != nil {
		r.told(unit.SettingCacheStore, flaskCache, "CACHE_TYPE")
	}
	if made["flask_session.Session"] != nil {
		r.told(unit.SettingSessionStore, flaskSession, "SESSION_TYPE")
	}
	if made["flask_sqlalchemy.SQLAlchemy"] != nil {
		r.told(unit.SettingDatabase, databaseURL, "SQLALCHEMY_DATABASE_URI")
	}
	r.limiters(made)
	r.caches(made)
	r.engines(made)
	r.background(made)
	r.sockets(made)
	r.brokers(made)
}

// background is work that a request hands to its own process, to be done behind the answer.
func (r *resolver) background(made map[string][]making) {
	for _, callee := range []string{"fastapi.BackgroundTasks.add_task", "fastapi.background.BackgroundTasks.add_task", "starlette.background.BackgroundTasks.add_task"} {
		for _, m := range made[callee] {
			d := &django{r: r, chain: []*module{m.in}}
			d.defaulted(unit.SettingQueueAdapter, "BackgroundTasks", "background_tasks", "work is handed to BackgroundTasks", m.call.Location)
			return // once: it is one decision
		}
	}
}

// guessedConfig takes over, where a name chooses among classes, the one for production,
// or those that are not for developers and tests.
func (r *resolver) guessedConfig() {
	var list []string
	production := false
	for _, id := range sortedClasses(r.classes) {
		c := r.classes[id]
		name := strings.ToLower(c.Name)
		if c.module.class.skipped() || len(r.above(id)) > 0 || notFor(name) || !slices.ContainsFunc(c.order, func(at string) bool {
			return slices.ContainsFunc(flaskKeys, func(key string) bool { return r.holders[at+"."+key] != nil })
		}) {
			continue
		}
		if prod := strings.Contains(name, "prod"); prod != production {
			if !prod {
				continue
			}
			production, list = true, nil
		}
		list = append(list, id)
	}
	for _, id := range list {
		if len(list) > 1 && len(r.below[id]) > 0 {
			continue // what others are made from
		}
		r.takeNames(nil, r.classes[id].order)
	}
}

// notFor tells the name of a configuration that is none of production.
func notFor(name string) bool {
	return slices.ContainsFunc([]string{"dev", "test", "local", "debug", "demo", "example"}, func(word string) bool { return strings.Contains(name, word) })
}

// making is a call by which an object of a library is made, or told where to keep things.
type making struct {
	call *unit.Call
	in   *module
	fn   *function // nil for what is no call
	as   string    // the variable that the object is put into, as a reader calls it
}

// libraries lists the calls that make objects of libraries which keep something.
func (r *resolver) libraries() map[string][]making {
	out := map[string][]making{}
	for _, fn := range r.order {
		if fn.Test || fn.module.class.skipped() || fn.module.class.tool {
			continue
		}
		for i := range fn.Calls {
			c := &fn.Calls[i]
			if !c.External || c.Reference {
				continue
			}
			switch first, _, _ := strings.Cut(c.Callee, "."); first {
			case "fastapi", "starlette", "flask_caching", "flask_cache", "flask_session", "flask_limiter", "flask_sqlalchemy", "slowapi", "fastapi_cache", "sqlalchemy", "sqlmodel", "fastapi_limiter", "aiocache", "socketio", "flask_socketio", "celery", "huey":
				out[c.Callee] = append(out[c.Callee], making{c, fn.module, fn, r.variableAt(fn, c.Location.Line)})
			}
		}
	}
	for _, id := range sortedClasses(r.classes) {
		for _, above := range r.above(id) {
			if above == "flask_sqlalchemy.SQLAlchemy" || above == "flask_caching.Cache" {
				out[above] = append(out[above], making{&unit.Call{Location: r.classes[id].Location}, r.classes[id].module, nil, ""})
			}
		}
	}
	return out
}

// variableAt is the variable of a module that is set on a line.
func (r *resolver) variableAt(fn *function, line int) string {
	for i := range fn.Accesses {
		if a := &fn.Accesses[i]; a.Kind == unit.Write && a.Location.Line == line && a.Place.Root == unit.RootHolder && len(a.Place.Path) == 0 {
			return r.symbol(a.Place.Name)
		}
	}
	return ""
}

// told writes what the configuration says under keys.
func (r *resolver) told(kind string, value func(string) string, keys ...string) bool {
	seen := false
	for _, key := range keys {
		list := r.config.said[key]
		for i := len(list) - 1; i >= 0; i-- {
			s := list[i]
			d := &django{r: r, chain: []*module{s.in}}
			d.put(kind, key, key, d.say(s.value, s, 0), value)
			seen = true
			if i > 0 && list[i-1].in == s.in {
				break // the last of several in one place counts
			}
		}
	}
	return seen
}

func flaskCache(name string) string {
	switch lower := strings.ToLower(name[strings.LastIndexByte(name, '.')+1:]); {
	case strings.HasPrefix(lower, "simple"):
		return "simple"
	case strings.HasPrefix(lower, "filesystem"):
		return "filesystem"
	case strings.HasPrefix(lower, "null"), lower == "":
		return ""
	}
	return "shared"
}

func flaskSession(name string) string {
	switch strings.ToLower(name) {
	case "filesystem", "cachelib":
		return strings.ToLower(name)
	case "", "null", "none":
		return ""
	}
	return "shared"
}

// databaseURL is what keeps the data that a URL names.
func databaseURL(url string) string {
	scheme, rest, _ := strings.Cut(strings.ToLower(url), ":")
	switch {
	case scheme == "" || strings.Contains(rest, ":memory:") || strings.HasPrefix(scheme, "sqlite") && strings.Trim(rest, "/") == "":
		return ""
	case strings.HasPrefix(scheme, "sqlite"):
		return "sqlite3"
	}
	return "server"
}

// countedIn is where a limiter counts that is told a URL.
func countedIn(url string) string {
	switch scheme, _, _ := strings.Cut(strings.ToLower(url), ":"); scheme {
	case "":
		return ""
	case "memory", "async+memory":
		return "memory"
	}
	return "shared"
}

// limiters are where limiters of requests count.
func (r *resolver) limiters(made map[string][]making) {
	for _, callee := range []string{"flask_limiter.Limiter", "slowapi.Limiter", "slowapi.extension.Limiter"} {
		for _, m := range made[callee] {
			d := &django{r: r, chain: []*module{m.in}}
			s := statement{at: m.call.Location, in: m.in}
			if given := keyword(m.call, "storage_uri"); given != nil {
				d.put(unit.SettingLimiterStore, callee, "storage_uri", d.say(given, s, 0), countedIn)
				continue
			}
			if slices.ContainsFunc(m.call.Args, func(v unit.Value) bool { return v.Type == splat || v.Type == pair && v.Callee == "" }) {
				continue // options that are not known
			}
			if strings.HasPrefix(callee, "flask_") && r.told(unit.SettingLimiterStore, countedIn, "RATELIMIT_STORAGE_URI", "RATELIMIT_STORAGE_URL") {
				continue
			}
			d.defaulted(unit.SettingLimiterStore, callee, "memory", callee+" is told no storage_uri", m.call.Location)
		}
	}
}

// caches are those that are told where to keep things by the call that makes them.
func (r *resolver) caches(made map[string][]making) {
	for _, callee := range []string{"flask_caching.Cache", "flask_caching.Cache.init_app"} {
		for _, m := range made[callee] {
			if given := keyword(m.call, "config"); given != nil {
				d := &django{r: r, chain: []*module{m.in}}
				s := statement{at: m.call.Location, in: m.in}
				d.put(unit.SettingCacheStore, strings.TrimPrefix(m.as+".CACHE_TYPE", "."), "CACHE_TYPE", d.dig(given, s, []string{"CACHE_TYPE"}, 0), flaskCache)
			}
		}
	}
	for _, m := range made["fastapi_cache.FastAPICache.init"] {
		if len(m.call.Args) > 0 && strings.HasSuffix(m.call.Args[0].Type+m.call.Args[0].Callee, "InMemoryBackend") {
			d := &django{r: r, chain: []*module{m.in}}
			d.put(unit.SettingCacheStore, "FastAPICache", "FastAPICache", []said{{"InMemoryBackend", "", m.call.Location}}, func(string) string { return "memory" })
		}
	}
}

// keyword is what a call is given under a keyword.
func keyword(c *unit.Call, name string) *unit.Value {
	for i := range c.Args {
		if v := &c.Args[i]; v.Type == pair && v.Callee == name && len(v.Parts) > 0 {
			return &v.Parts[0]
		}
	}
	return nil
}
