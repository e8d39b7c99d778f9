package python

import (
	"path"
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// passesOn finds, for functions that start what they are handed beside their caller, or give
// it to a scheduler, which parameter that is.
func (r *resolver) passesOn() {
	r.starts = map[string]map[int]unit.Call{}
	for _, fn := range r.order {
		for i := range fn.Calls {
			c := &fn.Calls[i]
			how, ok := handed(c)
			switch {
			case ok && (how.Async || how.As == unit.Scheduler):
				for _, arg := range c.Args {
					for _, v := range append([]unit.Value{arg}, arg.Parts...) {
						r.startsParam(fn, v.Place, how)
					}
				}
			case c.Async && c.Receiver != nil:
				r.startsParam(fn, c.Receiver.Place, unit.Call{Async: true}) // create_task(function())
			}
		}
	}
}

func (r *resolver) startsParam(fn *function, place *unit.Place, how unit.Call) {
	if place == nil || place.Root != unit.RootParam || len(place.Path) > 0 {
		return
	}
	if r.starts[fn.ID] == nil {
		r.starts[fn.ID] = map[int]unit.Call{}
	}
	r.starts[fn.ID][indexOf(place.Name)] = how
}

// handsOn says what becomes of functions that are handed to such a one.
func (r *resolver) handsOn(c *unit.Call, to *function, as map[string]unit.Call) {
	if to == nil {
		return
	}
	for n, how := range r.starts[to.ID] {
		if n < len(c.Args) && c.Args[n].Kind == unit.Func && r.functions[c.Args[n].Callee] != nil {
			as[c.Args[n].Callee] = how
		}
	}
}

// makesApplication notes the functions that a library is told to make the application with:
// FlaskGroup(create_app=make).
func (r *resolver) makesApplication(args []unit.Value) {
	for _, arg := range args {
		if arg.Type == pair && arg.Callee == "create_app" && len(arg.Parts) > 0 && arg.Parts[0].Kind == unit.Func {
			r.factories[arg.Parts[0].Callee] = true
		}
	}
}

// hand says when a library calls the functions that it is handed.
func (r *resolver) hand(fn *function, c *unit.Call, as map[string]unit.Call, w *rewrite) {
	if c.Callee == "threading.Thread.start" || c.Callee == "multiprocessing.Process.start" || c.Callee == "multiprocessing.context.Process.start" {
		if c.Receiver != nil && r.classes[c.Receiver.Type] != nil {
			if run := r.memberOfValue(thing{kind: aValue, typ: c.Receiver.Type}, "run"); run.kind == aFunction {
				c.Callee, c.Async, c.External = run.id, true, false
			}
		}
		return
	}
	r.makesApplication(c.Args)
	how, ok := handed(c)
	if !ok {
		return
	}
	for _, arg := range c.Args {
		for _, v := range append([]unit.Value{arg}, arg.Parts...) {
			to := r.functions[v.Callee]
			if v.Kind != unit.Func || to == nil {
				continue
			}
			if how.As == unit.Initializer || how.As == unit.Tool {
				to.Roles, to.RoleNote = []unit.Role{how.As}, how.AsNote
				continue
			}
			if how.Async && v.Kind == unit.Func && rearms(to, c.Name) && !has(to.Attrs, endlessLoop) {
				to.Attrs = append(to.Attrs, endlessLoop)
			}
			as[to.ID] = how
		}
	}
	if has([]string{"fastapi.FastAPI", "starlette.applications.Starlette"}, c.Callee) {
		r.lifespan(c)
	}
}

// rearms tells the function of a timer that starts the timer again.
func rearms(fn *function, timer string) bool {
	if timer != "Timer" && timer != "call_later" {
		return false
	}
	for i := range fn.Calls {
		if fn.Calls[i].Name == timer {
			return true
		}
	}
	return false
}

// lifespan gives what an application runs when it starts its role.
func (r *resolver) lifespan(c *unit.Call) {
	for _, arg := range c.Args {
		if arg.Type != pair || arg.Callee != "lifespan" && arg.Callee != "on_startup" {
			continue
		}
		for _, part := range arg.Parts {
			for _, v := range append([]unit.Value{part}, part.Parts...) {
				if to := r.functions[v.Callee]; to != nil && v.Kind == unit.Func {
					to.Roles, to.RoleNote = []unit.Role{unit.Initializer}, "runs when the application starts"
				}
			}
		}
	}
}

// handed says what becomes of functions that are arguments of a call.
func handed(c *unit.Call) (unit.Call, bool) {
	name := c.Name
	if !c.External && c.Callee != "" {
		return unit.Call{}, false
	}
	if pageLibrary(c.Callee) {
		return unit.Call{As: unit.Handler, AsNote: "handed to " + name, Reference: true}, true
	}
	switch name {
	case "Thread", "Timer", "Process", "submit", "start_new_thread", "call_later", "add_task", "start_soon", "spawn", "start_background_task", "run_in_background", "apply_async", "spawn_later":
		return unit.Call{Async: true}, true
	case "on_commit", "map", "filter", "sorted", "reduce", "run_in_executor", "to_thread", "run_in_threadpool", "sync_to_async", "async_to_sync", "partial", "retry_call", "gather", "run":
		return unit.Call{}, true
	case "add_job":
		return unit.Call{As: unit.Scheduler, AsNote: "scheduled with " + name, Reference: true}, true
	case "do":
		if strings.HasPrefix(c.Callee, "schedule.") {
			return unit.Call{As: unit.Scheduler, AsNote: "scheduled with schedule", Reference: true}, true
		}
	case "once", "cyclic", "minutely", "hourly", "daily", "weekly":
		if strings.HasPrefix(c.Callee, "scheduler.") {
			return unit.Call{As: unit.Scheduler, AsNote: "scheduled with " + name, Reference: true}, true
		}
	case "connect", "listen", "subscribe":
		if ofLifeCycle(strings.TrimSuffix(c.Callee, ".connect")) {
			return unit.Call{As: unit.Initializer, AsNote: "runs when a process starts or ends"}, true
		}
		return unit.Call{As: unit.Consumer, AsNote: "connected to a signal", Reference: true}, true
	case "path", "re_path", "url", "add_url_rule", "add_api_route", "add_route", "add_websocket_route", "add_api_websocket_route", "Route", "WebSocketRoute", "Depends", "Security", "register_error_handler", "add_exception_handler":
		return unit.Call{As: unit.Handler, AsNote: "handed to " + name, Reference: true}, true
	case "before_request", "after_request", "teardown_request", "teardown_appcontext", "before_app_request", "after_app_request":
		return unit.Call{As: unit.Middleware, AsNote: "handed to " + name, Reference: true}, true
	case "add_event_handler", "FastAPI", "Starlette":
		if name != "add_event_handler" {
			return unit.Call{Reference: true}, true
		}
		if len(c.Args) > 0 && strings.Contains(c.Args[0].Text, "startup") {
			return unit.Call{As: unit.Initializer, AsNote: "runs when the application starts"}, true
		}
	case "add_command", "register_cli", "set_defaults":
		return unit.Call{As: unit.Tool, AsNote: "a command"}, true
	}
	return unit.Call{}, false
}

// pageLibrary tells the libraries that make pages of what a program builds, and call what they
// are handed when somebody uses them.
func pageLibrary(callee string) bool {
	switch first, rest, _ := strings.Cut(callee, "."); first {
	case "gradio", "nicegui", "flet", "remi", "justpy":
		return !strings.HasPrefix(rest, "app.on_")
	}
	return false
}

// give adds a role.
func (f *function) give(role unit.Role, note string) {
	if !slices.Contains(f.Roles, role) {
		f.Roles, f.RoleNote = append(f.Roles, role), note
	}
}

// roles gives functions that frameworks call their roles.
func (r *resolver) roles() {
	loaded := r.loaded()
	for _, fn := range r.order {
		r.roleOfPlace(fn)
	}
	callers := r.callers()
	r.byModules = r.calledByModules()
	for _, id := range sortedClasses(r.classes) {
		if c := r.classes[id]; !c.Test {
			r.rolesOfClass(c, loaded, callers)
		}
	}
	for _, fn := range r.order {
		if fn.Test || len(fn.Roles) > 0 || !loaded[fn.module.id] || callers[fn.ID] > 0 || fn.Name == topName || fn.module.class.command != "" {
			continue
		}
		if fn.Owner != "" && fn.Outer == "" && r.wanted[fn.Name] && !strings.HasPrefix(fn.Name, "__") {
			if readsCommandLine(fn) {
				fn.give(unit.Tool, "reads a command line")
				continue
			}
			fn.give(unit.Application, "called on objects of a class that is not known")
		}
	}
	r.references(callers)
}

// readsCommandLine tells a function that takes a command line apart: what runs it is a command
// that somebody starts.
func readsCommandLine(fn *function) bool {
	return slices.ContainsFunc(fn.Calls, func(c unit.Call) bool {
		return c.Name == "parse_args" || c.Name == "parse_known_args" || strings.HasPrefix(c.Callee, "argparse.ArgumentParser")
	})
}

// references gives functions that are kept to be called later their role: nobody is
// seen to call them, and they are named where modules are loaded.
func (r *resolver) references(callers map[string]int) {
	for _, fn := range r.order {
		if fn.Name != topName || fn.Test || has2(fn.Roles, unit.Tool) {
			continue
		}
		for i := range fn.Calls {
			c := &fn.Calls[i]
			to := r.functions[c.Callee]
			if c.Reference && c.As == "" && to != nil && len(to.Roles) == 0 && callers[to.ID] == 0 && !to.Test {
				if r.factories[to.ID] {
					to.give(unit.Initializer, "makes the application")
					continue
				}
				to.give(unit.Application, "kept to be called later")
			}
		}
	}
}

func has2(list []unit.Role, role unit.Role) bool { return slices.Contains(list, role) }

// callers counts the calls of each function that are not of tests.
func (r *resolver) callers() map[string]int {
	n := map[string]int{}
	for _, fn := range r.order {
		if fn.Test {
			continue
		}
		for i := range fn.Calls {
			c := &fn.Calls[i]
			if c.Reference && c.As == "" {
				continue
			}
			n[c.Callee]++
			for _, t := range c.Targets {
				n[t]++
			}
		}
	}
	return n
}

// calledByModules finds the functions that are called where modules are loaded, and
// nowhere else.
func (r *resolver) calledByModules() map[string]bool {
	out, elsewhere := map[string]bool{}, map[string]bool{}
	for _, fn := range r.order {
		if fn.Test {
			continue
		}
		for i := range fn.Calls {
			c := &fn.Calls[i]
			switch {
			case c.Callee == "" || c.Reference:
			case fn.Name == topName:
				out[c.Callee] = true
			default:
				elsewhere[c.Callee] = true
			}
		}
	}
	for id := range elsewhere {
		delete(out, id)
	}
	return out
}

// roleOfPlace is the role of functions of scripts and management commands.
func (r *resolver) roleOfPlace(fn *function) {
	m := fn.module
	switch {
	case m.class.command != "" && !m.started():
		if fn.Name == topName || fn.Name == "handle" || fn.Name == "add_arguments" {
			fn.Roles, fn.RoleNote = []unit.Role{unit.Tool}, "a management command: a process of its own"
		}
	case m.class.command != "" && fn.Name == "handle":
		fn.Roles, fn.RoleNote = []unit.Role{unit.Main}, "a management command that a deployment starts"
	case m.class.tool && fn.Name == topName && !m.started():
		fn.Roles, fn.RoleNote = []unit.Role{unit.Tool}, "runs in a process of its own"
	case fn.Name == mainName && (m.started() || serves(fn) || r.launches(fn, maxLaunch)):
		fn.Roles, fn.RoleNote = []unit.Role{unit.Main}, "started as a script"
	}
}

// started tells a module that a command of a deployment file starts.
func (m *module) started() bool {
	return slices.ContainsFunc(m.loads, func(l string) bool { return strings.HasPrefix(l, startedBy) })
}

// startedBy marks, among the imports of a module, that a command starts it.
const startedBy = "!"

// serves tells a script that goes on to serve.
func serves(fn *function) bool {
	return slices.ContainsFunc(fn.Calls, func(c unit.Call) bool {
		switch c.Name {
		case "run_app", "serve_forever", "run_until_complete", "run_forever", "run_polling", "start_polling", "infinity_polling":
			return true
		case "run":
			return c.External
		}
		return false
	})
}

// maxLaunch bounds how many calls lie between a script and what starts its pages.
const maxLaunch = 2

// launches tells a script that starts the server of a library of pages, itself or by what it
// calls.
func (r *resolver) launches(fn *function, depth int) bool {
	return slices.ContainsFunc(fn.Calls, func(c unit.Call) bool {
		if c.Name == "launch" && (c.External && pageLibrary(c.Callee) || c.Callee == "" && r.builds(fn.module)) {
			return true
		}
		to := r.functions[c.Callee]
		return to != nil && depth > 0 && !c.Reference && r.launches(to, depth-1)
	})
}

// builds tells a module that makes pages: what it launches, and of which the type is not known,
// is one.
func (r *resolver) builds(m *module) bool {
	return slices.ContainsFunc(r.order, func(fn *function) bool {
		return fn.module == m && slices.ContainsFunc(fn.Calls, func(c unit.Call) bool { return pageLibrary(c.Callee) })
	})
}

// verbs are the methods of views that requests reach.
func verb(name string) bool {
	switch name {
	case "get", "post", "put", "patch", "delete", "head", "options", "list", "create", "retrieve", "update", "partial_update", "destroy", "dispatch":
		return true
	}
	return false
}

// rolesOfClass gives the methods of a class that a library calls their roles.
func (r *resolver) rolesOfClass(c *class_, loaded map[string]bool, callers map[string]int) {
	above := r.above(c.ID)
	kind := classKind(above)
	switch {
	case kind == "" && r.isMiddleware(c):
		kind = "middleware"
	case kind == "" || kind == "plain" || !loaded[c.module.id]:
		return
	}
	if kind == "middleware" || kind == "app" {
		if top := r.functions[c.module.id+"."+topName]; top != nil {
			top.Allocs = append(top.Allocs, unit.Alloc{Type: c.ID, Kept: true, Location: c.Location})
		}
	}
	for _, fn := range r.owned[c.ID] {
		own := strings.HasPrefix(fn.Name, "_") && callers[fn.ID] > 0 || r.byModules[fn.ID] // who calls it says when
		if len(fn.Roles) == 0 && !own {
			r.roleOfMethod(fn, kind)
		}
	}
}

func (r *resolver) roleOfMethod(fn *function, kind string) {
	dunder := strings.HasPrefix(fn.Name, "__") && fn.Name != "__call__"
	switch {
	case dunder && !(kind == "app" || kind == "plain"):
	case kind == "command":
		fn.give(unit.Tool, "a management command: a process of its own")
	case kind == "app":
		if fn.Name == "ready" {
			fn.give(unit.Initializer, "runs when the application starts")
		}
	case kind == "middleware":
		fn.give(unit.Middleware, "middleware")
	case kind == "job" && fn.Name == "run":
		fn.give(unit.Job, "a job")
	case fn.Name == "init_app" && kind != "view":
		fn.give(unit.Initializer, "ties an extension to the application")
	case kind == "tool":
		fn.give(unit.Tool, "runs where developers check the code")
	case kind == "thread":
	case kind == "view" && verb(fn.Name):
		fn.give(unit.Handler, "a view")
	case kind == "test":
		fn.Test = true
	default:
		fn.give(unit.Application, "a method that a library may call")
	}
}

// classKind says what classes of libraries make of a class: plain if nobody calls it
// on that account.
func classKind(above []string) string {
	kind := ""
	for _, name := range above {
		last := name[strings.LastIndexByte(name, '.')+1:]
		switch {
		case last == "BaseCommand" || strings.HasSuffix(last, "Command"):
			return "command"
		case last == "AppConfig":
			return "app"
		case last == "MiddlewareMixin" || last == "BaseHTTPMiddleware" || strings.HasSuffix(last, "Middleware"):
			return "middleware"
		case last == "TestCase" || strings.HasSuffix(last, "TestCase"):
			return "test"
		case last == "Thread" || last == "Process" || last == "Timer":
			return "thread"
		case ofDevelopers(name):
			return "tool"
		case last == "Task" && strings.Contains(strings.ToLower(name), "celery"):
			return "job"
		case strings.HasSuffix(last, "Admin") || last == "ModelAdmin":
			kind = "admin"
		case strings.HasSuffix(last, "View") || strings.HasSuffix(last, "ViewSet") || strings.HasSuffix(last, "Resource") || strings.HasSuffix(last, "Handler") || strings.HasSuffix(last, "Mixin") && kind == "":
			kind = "view"
		case plain(name):
			if kind == "" {
				kind = "plain"
			}
		default:
			if kind == "" || kind == "plain" {
				kind = "library"
			}
		}
	}
	return kind
}

// ofDevelopers tells libraries that check, test, document or build code: what is made from
// them runs where that is done.
func ofDevelopers(name string) bool {
	switch first, _, _ := strings.Cut(name, "."); first {
	case "pylint", "astroid", "flake8", "mypy", "pytest", "_pytest", "hypothesis", "locust", "sphinx", "docutils", "setuptools", "distutils", "hatchling", "libcst", "lib2to3", "mkdocs", "nox", "factory", "faker", "behave":
		return true
	}
	return false
}

// plain tells classes of the language: who makes an object of one calls it.
func plain(name string) bool {
	switch first, _, _ := strings.Cut(name, "."); first {
	case "builtins", "enum", "abc", "typing", "typing_extensions", "collections", "dataclasses", "threading", "json", "string", "logging", "contextlib", "pydantic", "attr", "io", "ast", "html":
		return true
	}
	last := name[strings.LastIndexByte(name, '.')+1:]
	return strings.HasSuffix(last, "Error") || strings.HasSuffix(last, "Exception") || strings.HasSuffix(last, "Choices")
}

// isMiddleware tells a class that is made once, around what handles requests.
func (r *resolver) isMiddleware(c *class_) bool {
	init, call := r.functions[c.ID+".__init__"], r.functions[c.ID+".__call__"]
	if init == nil || call == nil || len(init.Params) == 0 {
		return false
	}
	return init.Params[0] == "get_response" || init.Params[0] == "app" && len(call.Params) > 1
}

// loaded finds the modules that a serving process loads: those that frameworks look
// for or that register what serves, and what they import.
func (r *resolver) loaded() map[string]bool {
	out := map[string]bool{}
	var queue []string
	enter := func(id string) {
		if m := r.modules[id]; m != nil && !out[id] && !m.class.test && !m.class.migration {
			out[id] = true
			queue = append(queue, id)
		}
	}
	framework := len(r.frameworks()) > 0
	for _, id := range sortedModules(r.modules) {
		m := r.modules[id]
		if m.started() || framework && conventional(m) && r.served(m) {
			enter(id)
		}
	}
	for _, fn := range r.order {
		for _, role := range fn.Roles {
			if role.Serves() && role != unit.Application && framework {
				enter(fn.module.id)
			}
		}
	}
	for len(queue) > 0 {
		m := r.modules[queue[0]]
		queue = queue[1:]
		for _, l := range m.loads {
			if to := r.module(l, m); to != nil {
				enter(to.id)
			}
		}
		if at := strings.LastIndexByte(m.id, '.'); at > 0 {
			enter(m.id[:at])
		}
	}
	return out
}

func sortedModules(m map[string]*module) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// conventional tells modules that Django loads by their names, and those by which
// servers find an application.
func conventional(m *module) bool {
	switch m.id[strings.LastIndexByte(m.id, '.')+1:] {
	case "models", "views", "urls", "apps", "admin", "signals", "tasks", "middleware", "consumers", "forms", "serializers", "wsgi", "asgi", "context_processors", "viewsets", "api":
		return true
	}
	return strings.Contains(m.id, ".templatetags.")
}

// frameworks are the folders with a module that takes something from a library which
// serves requests or runs jobs, and the folders around them.
func (r *resolver) frameworks() map[string]bool {
	if r.serving != nil {
		return r.serving
	}
	r.serving = map[string]bool{}
	for _, m := range r.modules {
		if m.class.skipped() || !slices.ContainsFunc(m.loads, framework) {
			continue
		}
		for dir := path.Dir(m.unit.Path); ; dir = path.Dir(dir) {
			r.serving[dir] = true
			if dir == "." || dir == "/" {
				break
			}
		}
	}
	return r.serving
}

// served tells a module of which the folder, or a folder around it that is a package, has
// to do with such a library: a plug-in of a linter has views.py too.
func (r *resolver) served(m *module) bool {
	for dir := path.Dir(m.unit.Path); ; dir = path.Dir(dir) {
		if r.frameworks()[dir] {
			return true
		}
		if up := r.modules[strings.ReplaceAll(path.Dir(dir), "/", ".")]; dir == "." || up == nil || !up.pkg {
			return false
		}
	}
}

// framework tells an import of a library that serves requests or runs jobs.
func framework(load string) bool {
	switch first, _, _ := strings.Cut(load, "."); first {
	case "django", "flask", "fastapi", "starlette", "aiohttp", "tornado", "sanic", "bottle", "falcon", "pyramid", "quart", "litestar", "rest_framework", "ninja", "celery", "cherrypy", "robyn", "connexion", "channels":
		return true
	}
	return false
}
