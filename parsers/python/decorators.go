package python

import (
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// decorators says what libraries make of what they decorate, by the last part of
// their names.
var decorators = map[string]unit.Role{
	"route": unit.Handler, "get": unit.Handler, "post": unit.Handler, "put": unit.Handler, "patch": unit.Handler, "delete": unit.Handler, "head": unit.Handler,
	"options": unit.Handler, "websocket": unit.Handler, "api_route": unit.Handler, "errorhandler": unit.Handler, "app_errorhandler": unit.Handler,
	"exception_handler": unit.Handler, "action": unit.Handler, "api_view": unit.Handler, "simple_tag": unit.Handler, "inclusion_tag": unit.Handler,
	"filter": unit.Handler, "context_processor": unit.Handler, "app_context_processor": unit.Handler, "template_filter": unit.Handler,
	"template_global": unit.Handler, "user_loader": unit.Handler, "request_loader": unit.Handler, "csrf_exempt": unit.Handler, "login_required": unit.Handler,
	"require_http_methods": unit.Handler, "require_POST": unit.Handler, "require_GET": unit.Handler, "event": unit.Handler, "display": unit.Handler,
	"middleware": unit.Middleware, "before_request": unit.Middleware, "after_request": unit.Middleware, "teardown_request": unit.Middleware,
	"before_app_request": unit.Middleware, "after_app_request": unit.Middleware, "teardown_appcontext": unit.Middleware, "url_value_preprocessor": unit.Middleware,
	"receiver": unit.Consumer, "connect": unit.Consumer, "connect_via": unit.Consumer, "listens_for": unit.Consumer, "subscriber": unit.Consumer,
	"task": unit.Job, "shared_task": unit.Job, "actor": unit.Job, "job": unit.Job, "periodic_task": unit.Job, "db_task": unit.Job, "db_periodic_task": unit.Job,
	"scheduled_job": unit.Scheduler, "repeat_every": unit.Scheduler,
	"on_event": unit.Initializer, "before_first_request": unit.Initializer, "before_serving": unit.Initializer, "before_app_first_request": unit.Initializer, "on_startup": unit.Initializer,
	"command": unit.Tool, "group": unit.Tool,
}

// neutral tells decorators that call what they decorate when it is called, and say
// nothing of when that is.
func neutral(name string) bool {
	switch first, _, _ := strings.Cut(name, "."); first {
	case "builtins", "functools", "abc", "typing", "typing_extensions", "contextlib", "dataclasses", "overrides", "attr", "attrs", "warnings", "asyncio", "deprecated", "six", "pytest", "unittest", "mock", "enum", "cachetools", "async_lru", "tenacity", "backoff", "retry", "numba":
		return true
	}
	for _, part := range []string{"django.utils.", "django.db.transaction", "asgiref.", "pydantic", "sqlalchemy", "total_ordering", "strawberry.type", "extend_schema", "swagger", "django.test"} {
		if strings.Contains(name, part) {
			return true
		}
	}
	return false
}

// ofCommandLine tells libraries that read command lines: what they decorate is a command,
// or an option of one.
func ofCommandLine(name string) bool {
	switch first, _, _ := strings.Cut(name, "."); first {
	case "click", "asyncclick", "rich_click", "cloup", "click_option_group", "click_default_group", "typer", "cyclopts", "invoke", "argh", "plac", "fire":
		return true
	}
	return strings.HasPrefix(name, "flask.cli.") || strings.HasPrefix(name, "quart.cli.")
}

// converses tells libraries whose commands are what people write to a program that goes
// on listening.
func converses(name string) bool {
	switch first, _, _ := strings.Cut(name, "."); first {
	case "slack_bolt", "discord", "disnake", "nextcord", "telegram", "aiogram", "twitchio", "pyrogram", "telethon", "nonebot":
		return true
	}
	return false
}

// decoration keeps a decorator for when all functions are resolved.
func (r *resolver) decoration(fn *function, id string, c unit.Call) {
	to := r.functions[id]
	by := r.walk(*c.Receiver.Place, fn, fn.module)
	for i := range c.Args {
		c.Args[i] = r.value(&c.Args[i], fn)
	}
	c.AsNote = ""
	r.makesApplication(c.Args)
	switch {
	case to != nil:
		to.decorated = append(to.decorated, decoration{by, c})
	case r.classes[id] != nil && by.kind == outside:
		r.classes[id].byValue = r.classes[id].byValue || comparesByValue(by.id)
	case r.classes[id] != nil && by.kind == aFunction:
		r.classDecorated = append(r.classDecorated, decoration{by, c})
	}
}

// comparesByValue tells decorators of classes that make objects equal which hold the same.
func comparesByValue(name string) bool {
	switch first, rest, _ := strings.Cut(name, "."); first {
	case "dataclasses":
		return rest == "dataclass"
	case "attr", "attrs":
		return rest == "s" || rest == "define" || rest == "frozen" || rest == "dataclass" || rest == "attrs"
	}
	return false
}

// decorate says what decorators make of functions.
func (r *resolver) decorate() {
	for _, d := range r.classDecorated {
		r.handsClass(d)
	}
	r.calledRoutes()
	for _, fn := range r.order {
		for _, d := range fn.decorated {
			if d.by.kind != aFunction && d.by.kind != aClass {
				r.decoratedRoute(fn, d)
			}
			switch d.by.kind {
			case aFunction:
				r.wrapped(fn, d)
			case aClass:
				r.wrappedByClass(fn, d)
			case outside:
				r.decoratedOutside(fn, d)
			default:
				if role := decorators[d.call.Name]; role != "" && d.call.Name != "filter" && d.call.Name != "get" && d.call.Name != "delete" && d.call.Name != "action" {
					fn.give(role, "decorated with "+d.call.Name)
				}
			}
		}
	}
}

// wrapped lets a decorated function run what the decorator put around it.
func (r *resolver) wrapped(fn *function, d decoration) {
	by := r.functions[d.by.id]
	caller, top := fn, r.functions[fn.module.id+"."+topName]
	if r.keptForLater(fn, by.Function, len(d.call.Args) == 0) && top != nil {
		caller = top // what keeps it ran where it is declared
	}
	call := unit.Call{Callee: by.ID, Name: by.Name, Result: unit.Used, Location: d.call.Location, Args: append([]unit.Value{{Kind: unit.Func, Callee: fn.ID, Text: fn.Name}}, d.call.Args...)}
	if len(d.call.Args) > 0 {
		call.Args = d.call.Args
	}
	if top != nil {
		top.Calls = append(top.Calls, call)
	}
	for _, inner := range r.madeBy(by, maxChoice) {
		caller.Calls = append(caller.Calls, unit.Call{Callee: inner.ID, Name: inner.Name, Result: unit.Returned, Location: d.call.Location})
	}
}

// madeBy lists the functions inside a decorator, and inside those whose result it hands out:
// limited(10) may leave to another function what is put around.
func (r *resolver) madeBy(by *function, depth int) []*function {
	out := slices.Clone(r.inner[by.ID])
	for i := range by.Returns {
		if to := r.functions[by.Returns[i].Callee]; to != nil && to != by && to.Outer == "" && by.Returns[i].Kind == unit.Result && depth > 0 {
			out = append(out, r.madeBy(to, depth-1)...)
		}
	}
	return out
}

// handsClass lets the module of a class call what decorates it.
func (r *resolver) handsClass(d decoration) {
	by, m := r.functions[d.by.id], r.modules[moduleOf(d.call.Location.File)]
	if by == nil || m == nil || r.functions[m.id+"."+topName] == nil {
		return
	}
	top := r.functions[m.id+"."+topName]
	top.Calls = append(top.Calls, unit.Call{Callee: by.ID, Name: by.Name, Result: unit.Used, Location: d.call.Location, Args: d.call.Args})
}

func (r *resolver) wrappedByClass(fn *function, d decoration) {
	for _, at := range r.classes[d.by.id].order {
		if m := r.functions[at+".__call__"]; m != nil {
			fn.Calls = append(fn.Calls, unit.Call{Callee: m.ID, Name: m.Name, Result: unit.Returned, Location: d.call.Location})
		}
	}
}

// decoratedOutside is a decorator of a library: a memo, or what calls the function.
func (r *resolver) decoratedOutside(fn *function, d decoration) {
	name := d.by.id
	last := name[strings.LastIndexByte(name, '.')+1:]
	switch {
	case memoizes(name):
		r.memo(fn, d)
	case name == "cachetools.cached" || name == "cachetools.cachedmethod":
		r.cached(fn, d)
	case last == "cached_property":
		r.cachedProperty(fn, d)
	case last == "command" && converses(name):
		fn.give(unit.Handler, "decorated with command")
	case ofLifeCycle(strings.TrimSuffix(name, ".connect")), last == "receiver" && len(d.call.Args) > 0 && ofLifeCycle(d.call.Args[0].Callee):
		fn.Roles, fn.RoleNote = []unit.Role{unit.Initializer}, "runs when a process starts or ends"
	case neutral(name), ofCommandLine(name) && decorators[last] != unit.Tool:
	case decorators[last] != "":
		fn.give(decorators[last], "decorated with "+last)
	default:
		if fn.Owner == "" || fn.Outer != "" {
			fn.give(unit.Application, "decorated with "+last)
		}
	}
}

// memoizes tells decorators that keep results in the memory of the process.
func memoizes(name string) bool {
	switch name {
	case "functools.lru_cache", "functools.cache", "async_lru.alru_cache", "cachetools.func.ttl_cache", "cachetools.func.lru_cache", "cachetools.func.lfu_cache", "methodtools.lru_cache", "cache_memoize", "memoize.memoize", "aiocache.cached", "aiocache.cached_stampede", "aiocache.multi_cached", "aiocache.decorators.cached":
		return true
	}
	return false
}

// memo is the cache of a decorated function: it is filled with what the function
// hands out.
func (r *resolver) memo(fn *function, d decoration) {
	if made := r.call(thing{kind: aFunction, id: fn.ID}); made.kind == aValue && strings.Contains(known(made.typ), ".") && r.classes[made.typ] == nil && made.typ != "datetime.datetime" {
		return // an object of a library, such as a client: made once, and no copy of what is kept elsewhere
	}
	if slices.ContainsFunc(d.call.Args, toldStore) {
		return
	}
	r.keptByMemo(fn)
	typ := d.by.id
	for _, arg := range d.call.Args {
		if (arg.Type == pair && arg.Callee == "maxsize" && strings.Contains(arg.Text, "None")) || arg.Kind == unit.Nil {
			typ = "functools.cache"
		}
	}
	h := unit.Holder{ID: fn.ID + ".<cache>", Symbol: fn.Symbol, Name: fn.Name, Type: typ, Location: fn.nameAt()}
	place := r.memoPlace(fn, &h)
	r.declare(h)
	r.fill(fn, place, d, true)
	for i := range r.order {
		r.cleared(r.order[i], fn, h.ID)
	}
}

// memoPlace says whose the memo of a function is: of the process, of one call of the
// function around it, or of one object.
func (r *resolver) memoPlace(fn *function, h *unit.Holder) unit.Place {
	h.Kind, h.Owner = unit.ClassVar, fn.module.id
	switch {
	case fn.Outer != "":
		h.Kind, h.Owner = unit.Captured, fn.Outer // made anew by each call of the function around it
	case r.keyedByObject(fn):
		h.Kind, h.Owner = unit.Field, fn.Owner
		return unit.Place{Root: unit.RootReceiver, Path: []string{h.ID}}
	}
	return *rooted(h.ID)
}

// keyedByObject tells a method whose memo nobody asks but the object for which it was
// filled: the receiver is part of the key, and no other object equals it. Where objects
// are compared by what they hold, as rows are, what one has filled another one reads.
func (r *resolver) keyedByObject(fn *function) bool {
	if fn.Owner == "" || r.classes[fn.Owner] == nil || slices.Contains(fn.Attrs, attrClass) || slices.Contains(fn.Attrs, attrStatic) {
		return false
	}
	for _, at := range r.classes[fn.Owner].order {
		if r.functions[at+".__eq__"] != nil || r.functions[at+".__hash__"] != nil || r.classes[at] != nil && r.classes[at].byValue {
			return false
		}
	}
	if slices.Contains(r.classes[fn.Owner].outside, "typing.NamedTuple") {
		return false
	}
	return !r.isModel(fn.Owner)
}

// toldStore tells an argument by which a memo is told to keep what it has on a server, or
// wherever a configuration of that name says.
func toldStore(arg unit.Value) bool {
	text := strings.ToLower(arg.Text)
	return arg.Type == pair && (arg.Callee == "alias" || arg.Callee == "cache" && (strings.Contains(text, "redis") || strings.Contains(text, "memcache")))
}

// keptByMemo lets an object that a memo hands out, whoever asks first, live as long as the
// process.
func (r *resolver) keptByMemo(fn *function) {
	made := r.call(thing{kind: aFunction, id: fn.ID})
	top := r.functions[fn.module.id+"."+topName]
	if made.kind != aValue || r.classes[made.typ] == nil || top == nil || fn.Outer != "" {
		return
	}
	top.Allocs = append(top.Allocs, unit.Alloc{Type: made.typ, Kept: true, Location: fn.nameAt()})
	fn.Allocs = slices.DeleteFunc(fn.Allocs, func(a unit.Alloc) bool { return a.Type == made.typ })
}

// nameAt is where the name of a function stands.
func (f *function) nameAt() unit.Location {
	at := f.Location
	at.EndLine, at.EndColumn = at.Line, at.Column+len(f.Name)
	return at
}

// cleared records that a memo is emptied: f.cache_clear().
func (r *resolver) cleared(in, fn *function, id string) {
	for i := range in.Calls {
		c := &in.Calls[i]
		if c.Name == "cache_clear" && c.Receiver != nil && (c.Receiver.Text == fn.Name || strings.HasSuffix(c.Receiver.Text, "."+fn.Name)) {
			in.Accesses = append(in.Accesses, unit.Access{Place: *rooted(id), Kind: unit.Modify, Op: "clear", Reset: true, Location: c.Location})
		}
	}
}

func (r *resolver) fill(fn *function, place unit.Place, d decoration, lazy bool) {
	value := unit.Value{Kind: unit.Result, Callee: fn.ID, Text: fn.Name + "()"}
	fn.Accesses = append(fn.Accesses, unit.Access{Place: place, Kind: unit.Modify, Op: "[]=", Lazy: lazy, Value: &value, Location: d.call.Location})
}

// cached is a memo in a cache that the decorator is given.
func (r *resolver) cached(fn *function, d decoration) {
	for _, arg := range d.call.Args {
		v := arg
		if arg.Type == pair {
			if arg.Callee != "cache" || len(arg.Parts) == 0 {
				continue
			}
			v = arg.Parts[0]
		}
		if v.Place != nil {
			r.fill(fn, *v.Place, d, true)
			return
		}
		h := unit.Holder{ID: fn.ID + ".<cache>", Symbol: fn.Symbol, Name: fn.Name, Type: v.Type, Value: v, Location: fn.nameAt()}
		place := r.memoPlace(fn, &h)
		r.declare(h)
		r.fill(fn, place, d, true)
		return
	}
}

// cachedProperty is a memo that each object has of its own.
func (r *resolver) cachedProperty(fn *function, d decoration) {
	if fn.Owner == "" {
		return
	}
	id := fn.Owner + "#" + fn.Name
	if r.holders[id] == nil {
		r.declare(unit.Holder{ID: id, Symbol: fn.Symbol, Name: fn.Name, Kind: unit.Field, Owner: fn.Owner, Location: fn.nameAt()})
	}
	value := unit.Value{Kind: unit.Result, Callee: fn.ID, Text: fn.Name + "()"}
	fn.Accesses = append(fn.Accesses, unit.Access{Place: unit.Place{Root: unit.RootReceiver, Path: []string{id}}, Kind: unit.Write, Op: "=", Lazy: true, Value: &value, Location: d.call.Location})
}
