package python

import (
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// rewriteAccess resolves one access.
func (r *resolver) rewriteAccess(fn *function, a unit.Access, w *rewrite, as map[string]unit.Call) {
	a.Guards = r.guards(fn, a.Guards)
	written := a.Place
	if a.Value != nil {
		v := r.value(a.Value, fn)
		a.Value = &v
	}
	if a.Key != nil {
		v := r.value(a.Key, fn)
		a.Key = &v
	}
	switch a.Kind {
	case unit.Read:
		r.rewriteRead(fn, a, w, as)
	case unit.Write, unit.Init:
		if r.runSetter(fn, &a, w) {
			return
		}
		a.Lazy = a.Lazy || r.unwraps(fn)
		r.assigned(fn, &a)
		if r.written(fn, &a, written) {
			if n := len(a.Place.Path); fn.Name == "__new__" && n > 0 && r.holders[a.Place.Path[n-1]] != nil {
				a.Kind = unit.Init // while the object is made
			}
			w.accesses = append(w.accesses, a)
		}
	case unit.Modify:
		if r.modified(fn, &a, written) {
			w.accesses = append(w.accesses, a)
		}
	case unit.Invoke:
		if r.invoked(fn, &a, written) {
			w.accesses = append(w.accesses, a)
		}
	}
}

// rewriteRead is the reading of a place, or the naming of a function.
func (r *resolver) rewriteRead(fn *function, a unit.Access, w *rewrite, as map[string]unit.Call) {
	r.columnRead(fn, &a)
	r.routerRead(fn, &a)
	if task := r.startedTask(fn, a.Place); task != nil {
		w.calls = append(w.calls, unit.Call{Callee: task.ID, Name: task.Name, Async: true, Result: unit.Dropped, Location: a.Location})
		return
	}
	r.runGetters(fn, a.Place, a.Location, w)
	if a.Place.Root == unit.RootParam {
		return
	}
	t := r.walk(a.Place, fn, fn.module)
	if t.kind == aFunction {
		ref := unit.Call{Callee: t.id, Name: r.functions[t.id].Name, Reference: true, Result: unit.Used, Location: a.Location}
		if role, ok := as[t.id]; ok {
			ref.As, ref.AsNote, ref.Async = role.As, role.AsNote, role.Async
			if role.Async || role.As != "" {
				ref.Reference = role.Reference
			}
		}
		w.calls = append(w.calls, ref)
		return
	}
	if config, ok := strings.CutSuffix(t.id, "[]"); ok && t.kind == outside && flaskConfig(config) && a.Key != nil {
		r.readsLibrary(fn, configKey(a.Key.Text), a.Location)
		return
	}
	if t.kind == outside && !t.own {
		id := r.attribute(t.id)
		if a.Key != nil && strings.HasPrefix(t.id, "os.environ") {
			id = environ(a.Key.Text)
		}
		r.readsLibrary(fn, id, a.Location)
		return
	}
	for n := len(a.Place.Path); t.place == nil && n > 0; n-- {
		p := a.Place
		p.Path = p.Path[:n-1]
		t = r.walk(p, fn, fn.module)
	}
	if t.place == nil || t.place.Root != unit.RootHolder && len(t.place.Path) == 0 {
		return
	}
	a.Place = *t.place
	w.accesses = append(w.accesses, a)
}

// unwraps tells the method by which an object of Django that is made late makes what it
// stands for, once, when it is first asked for anything.
func (r *resolver) unwraps(fn *function) bool {
	return fn.Name == "_setup" && fn.Owner != "" && slices.ContainsFunc(r.above(fn.Owner), func(above string) bool { return strings.HasSuffix(above, "django.utils.functional.LazyObject") })
}

// environ is the ID of a variable of the environment.
func environ(name string) string { return "os.environ[" + strings.Trim(name, `"'`) + "]" }

// readsLibrary notes that an attribute of a library, or a variable of the environment, is
// read: whether the checkout sets it is known when all functions are resolved.
func (r *resolver) readsLibrary(fn *function, id string, at unit.Location) {
	if id != "" {
		r.reads = append(r.reads, libraryRead{fn, id, at})
	}
}

// libraryRead is one reading of an attribute of a library.
type libraryRead struct {
	in *function
	id string
	at unit.Location
}

// readLibraries records the readings of what the checkout sets.
func (r *resolver) readLibraries() {
	for _, read := range r.reads {
		if r.holders[read.id] != nil {
			read.in.Accesses = append(read.in.Accesses, unit.Access{Kind: unit.Read, Place: *rooted(read.id), Location: read.at})
		}
	}
	r.reads = nil
}

// written finds the place that gets another value.
func (r *resolver) written(fn *function, a *unit.Access, p unit.Place) bool {
	if len(p.Path) == 0 {
		if p.Root == unit.RootHolder && r.holders[p.Name] != nil {
			return true
		}
		return false
	}
	object, name := parent(p)
	if name == "" {
		return false
	}
	on := r.walk(object, fn, fn.module)
	if kept, ok := r.onApplication(r.attributeOf(on, name)); ok {
		a.Place = *kept.place
		return true
	}
	switch on.kind {
	case aModule:
		return r.onName(a, on.id, name, unit.ModuleVar)
	case aFunction:
		if id := on.id + "." + name; r.holders[id] != nil {
			a.Place = *rooted(id)
			return true
		}
	case aClass:
		for _, at := range r.classes[on.id].order {
			if id := at + "." + name; r.holders[id] != nil {
				a.Place = *rooted(id)
				return true
			}
		}
		return r.onName(a, on.id, name, unit.ClassVar)
	case outside:
		if on.model != "" || on.own || fn.Name == topName {
			return false
		}
		return r.onLibrary(a, on.id+"."+name)
	case aValue:
		return r.onValue(a, on, name)
	}
	return false
}

// onName is a variable of a module or class that is set from elsewhere.
func (r *resolver) onName(a *unit.Access, owner, name string, kind unit.HolderKind) bool {
	id := owner + "." + name
	if r.functions[id] != nil || r.classes[id] != nil {
		id = owner + ".=" + name
	}
	if r.holders[id] == nil {
		h := unit.Holder{ID: id, Symbol: r.symbol(id), Name: name, Kind: kind, Owner: owner, Location: a.Location}
		if a.Value != nil && strings.Contains(a.Value.Type, ".") {
			h.Type = a.Value.Type
		}
		if maker := makerOf(owner); maker != "" {
			h.Kind, h.Owner = unit.Captured, maker
		}
		r.declare(h)
	}
	a.Place = *rooted(id)
	return true
}

// symbol is what a reader calls a name: its last two parts.
func (r *resolver) symbol(id string) string {
	parts := strings.Split(id, ".")
	return strings.TrimPrefix(strings.Join(parts[max(0, len(parts)-2):], "."), "=")
}

// declare adds a holder that stands where it is used.
func (r *resolver) declare(h unit.Holder) {
	m := r.modules[moduleOf(h.Location.File)]
	if m == nil {
		return
	}
	h.Test = m.class.skipped()
	r.holders[h.ID] = &h
	r.added[h.ID] = m.unit
}

// onValue is an attribute of an object.
func (r *resolver) onValue(a *unit.Access, on thing, name string) bool {
	if on.place == nil {
		return false
	}
	if r.classes[on.typ] == nil {
		if on.place.Root != unit.RootHolder || on.typ == "" || isCollection(on.typ) || scalar("builtins."+on.typ) != "" {
			return false
		}
		a.Place, a.Op = *step(on.place, unit.Element), "."+name+"="
		a.Kind = unit.Modify
		return true
	}
	id := r.fieldID(on.typ, name)
	if id == "" {
		id = on.typ + "#" + name
		r.declare(unit.Holder{ID: id, Symbol: strings.ReplaceAll(r.symbol(id), "#", "."), Name: name, Kind: unit.Field, Owner: on.typ, Location: a.Location})
	}
	p := step(on.place, id)
	if p == nil {
		return false
	}
	a.Place = *p
	return true
}

// onLibrary is an attribute of a library, or of settings, that the checkout sets.
func (r *resolver) onLibrary(a *unit.Access, name string) bool {
	id := r.attribute(name)
	if id == "" {
		return false
	}
	if r.holders[id] == nil {
		at := strings.LastIndexByte(id, '.')
		r.declare(unit.Holder{ID: id, Symbol: r.symbol(id), Name: id[at+1:], Kind: unit.Attribute, Owner: id[:max(at, 0)], Location: a.Location})
	}
	a.Place = *rooted(id)
	return true
}

// attribute is the ID under which an attribute of a library is told, "" for what
// each request or thread has of its own, and for what is no place.
func (r *resolver) attribute(name string) string {
	if strings.Contains(name, "[]") || strings.Contains(name, "()") {
		name, _, _ = strings.Cut(name, "[]")
	}
	for _, own := range []string{"flask.g", "flask.request", "flask.session", "flask.globals", "quart.g", "quart.request", "quart.session", "bottle.request", "bottle.response", "threading.", "contextvars.", "builtins.", "django.db.connection", "django.db.connections", "sqlalchemy.", "unittest", "pytest", "sys.", "cherrypy.", "typing.", "constance.config", model} {
		if name == own || strings.HasPrefix(name, own) && (strings.HasSuffix(own, ".") || strings.HasPrefix(name[len(own):], ".")) {
			return ""
		}
	}
	if !strings.Contains(name, ".") {
		return ""
	}
	return name
}

// modified finds the collection of which an element changes.
func (r *resolver) modified(fn *function, a *unit.Access, p unit.Place) bool {
	t := r.walk(p, fn, fn.module)
	if t.kind == outside && flaskConfig(t.id) && a.Op == "[]=" && a.Key != nil && a.Key.Kind == unit.Literal && a.Value != nil {
		r.configure(fn, strings.Trim(a.Key.Text, `"'`), a.Value, a.Location)
	}
	switch {
	case t.kind == outside && flaskConfig(t.id) && a.Key != nil && a.Key.Kind == unit.Literal && (a.Op == "[]=" || a.Op == "[]+="):
		return r.configured(a, strings.Trim(a.Key.Text, `"'`))
	case t.kind == outside && t.model == "" && !t.own && fn.Name != topName:
		if t.id == "os.environ" && a.Key != nil && a.Key.Kind == unit.Literal {
			return r.variable(a, strings.Trim(a.Key.Text, `"'`))
		}
		return r.onLibrary(a, t.id)
	case (t.kind == aValue || t.kind == nothing) && t.place != nil:
		a.Place = *t.place
		if r.threadOwn(t.typ) || r.remote(t.typ) {
			return false
		}
		if c := r.classes[t.typ]; c != nil {
			method := map[bool]string{true: "__delitem__", false: "__setitem__"}[a.Op == "delete"]
			if m := r.memberOfValue(t, method); m.kind == aFunction {
				a.Kind, a.Method = unit.Invoke, m.id
			}
		}
		a.Lazy = a.Lazy || false
		return !(t.kind == nothing && t.place.Root == unit.RootHolder && len(t.place.Path) == 0 && r.holders[t.place.Name] == nil)
	}
	return false
}

// remote tells clients of stores that copies share: what is put there is no state of
// the process.
func (r *resolver) remote(typ string) bool {
	for _, prefix := range []string{"redis.", "pymongo.", "motor.", "boto3.", "shelve.", "django.core.cache", "requests.", "httpx.", "sqlalchemy.", "flask_sqlalchemy.", "google.cloud.", "django.http", "flask.Response", "starlette.responses", "fastapi.responses", "openpyxl.", "pandas.", "numpy.", "email.", "starlette.requests", "fastapi.Request", "flask.Request", "django.core.mail"} {
		if strings.HasPrefix(typ, prefix) {
			return true
		}
	}
	return false
}

// variable is a variable of the environment of the process.
func (r *resolver) variable(a *unit.Access, name string) bool {
	id := environ(name)
	if r.holders[id] == nil {
		r.declare(unit.Holder{ID: id, Symbol: id, Name: name, Kind: unit.Attribute, Owner: "os.environ", Type: "str", Location: a.Location})
	}
	a.Place, a.Kind, a.Op = *rooted(id), unit.Write, "="
	return true
}

// configKey is the ID of a key of the configuration of an application of Flask, whoever
// names the application.
func configKey(name string) string { return "current_app.config[" + strings.Trim(name, `"'`) + "]" }

// configured is a key of the configuration that code sets by itself.
func (r *resolver) configured(a *unit.Access, name string) bool {
	id := configKey(name)
	if r.holders[id] == nil {
		h := unit.Holder{ID: id, Symbol: id, Name: name, Kind: unit.Attribute, Owner: "current_app.config", Location: a.Location}
		if a.Value != nil {
			h.Type = a.Value.Type
		}
		r.declare(h)
	}
	a.Place, a.Kind, a.Op = *rooted(id), unit.Write, strings.TrimPrefix(a.Op, "[]")
	return true
}

// invoked says what the call of a method does to the place that it is made on.
func (r *resolver) invoked(fn *function, a *unit.Access, p unit.Place) bool {
	t := r.walk(p, fn, fn.module)
	name := a.Method
	if t.place == nil || t.kind != aValue && t.kind != nothing || r.threadOwn(t.typ) {
		return false
	}
	a.Place = *t.place
	if t.place.Root != unit.RootHolder && t.place.Root != unit.RootReceiver && t.place.Root != unit.RootParam {
		return false
	}
	switch {
	case r.classes[t.typ] != nil:
		if m := r.memberOfValue(t, name); m.kind == aFunction {
			a.Method, a.Op = m.id, name
			return true
		}
		if mutators[name] == "" || !r.extends(t.typ) {
			return false
		}
		r.change(a, name)
	case isCollection(t.typ):
		if mutators[name] == "" {
			a.Kind = unit.Read
			return len(a.Place.Path) > 0 || a.Place.Root == unit.RootHolder
		}
		r.change(a, name)
	case t.typ != "":
		a.Method, a.Op = strings.TrimPrefix(t.typ, opaque)+"."+name, name
		a.Lazy = false
	case unmistakable(name) && t.kind == aValue:
		r.change(a, name)
	default:
		return false
	}
	return true
}

// extends tells a class that is a collection itself.
func (r *resolver) extends(id string) bool {
	for _, above := range r.above(id) {
		if collection(above) != "" || above == "collections.UserDict" || above == "collections.UserList" {
			return true
		}
	}
	return false
}

func (r *resolver) change(a *unit.Access, name string) {
	a.Kind, a.Op, a.Method = unit.Modify, mutators[name], ""
	a.Reset = empties(a.Op)
}
