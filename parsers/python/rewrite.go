package python

import (
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// rewrite is what a function does once names are followed.
type rewrite struct {
	accesses []unit.Access
	calls    []unit.Call
	returns  []unit.Value
	allocs   []unit.Alloc
}

// rewrite resolves one function.
func (r *resolver) rewrite(fn *function) rewrite {
	w := rewrite{}
	as := map[string]unit.Call{} // functions that are handed over, and as what
	for i := range fn.Calls {
		c := fn.Calls[i]
		if id, ok := strings.CutPrefix(c.AsNote, decorates); ok {
			r.decoration(fn, id, c)
			continue
		}
		r.rewriteCall(fn, c, &w, as)
	}
	for i := range fn.Accesses {
		r.rewriteAccess(fn, fn.Accesses[i], &w, as)
	}
	for i := range fn.Returns {
		w.returns = append(w.returns, r.value(&fn.Returns[i], fn))
	}
	for i := range fn.Sessions {
		v := fn.Sessions[i].Value
		fn.Sessions[i].Value = r.value(&v, fn)
	}
	return w
}

// split takes the call off a place: what is called, and on what.
func parent(p unit.Place) (object unit.Place, name string) {
	n := len(p.Path)
	if n == 0 || p.Path[n-1][0] != '.' {
		return p, ""
	}
	return unit.Place{Root: p.Root, Name: p.Name, Path: p.Path[:n-1]}, strings.TrimSuffix(p.Path[n-1][1:], "()")
}

func (r *resolver) rewriteCall(fn *function, c unit.Call, w *rewrite, as map[string]unit.Call) {
	place := c.Receiver.Place
	held := *c.Receiver
	c.Guards = r.guards(fn, c.Guards)
	c.Empty = r.emptied(fn, c.Empty)
	if place == nil {
		if isCollection(held.Type) || held.Type == "str" || c.Name == "" {
			return
		}
		c.Receiver = &unit.Value{Kind: held.Kind, Type: held.Type, Text: held.Text, Parts: r.value(&held, fn).Parts}
		r.unknownCall(fn, &c)
		c.Computes = computes(c.Name)
		r.arguments(fn, &c, nil)
		w.calls = append(w.calls, c)
		return
	}
	if task := r.startedTask(fn, *place); task != nil {
		w.calls = append(w.calls, r.handsToTask(fn, task, c))
		return
	}
	t := r.walk(*place, fn, fn.module)
	r.registers(fn, &c, t)
	r.registersRoute(fn, &c)
	if object, name := parent(*place); name != "" {
		on := r.walk(object, fn, fn.module)
		r.rowCall(fn, &c, on, t)
		c.Receiver = &unit.Value{Kind: unit.PlaceValue, Type: known(on.typ), Text: held.Text, Place: on.place}
		for i := range held.Parts {
			c.Receiver.Parts = append(c.Receiver.Parts, r.value(&held.Parts[i], fn))
		}
		if on.kind == outside {
			c.Receiver.Callee = on.id
		}
	} else {
		r.rowCall(fn, &c, thing{}, t)
		c.Receiver = nil
		if t.kind == aValue || t.kind == nothing {
			c.Receiver = &unit.Value{Kind: unit.PlaceValue, Text: held.Text, Place: t.place}
		}
	}
	to := r.callee(t)
	switch {
	case t.kind == aClass:
		r.construct(fn, t, &c, w)
	case to != nil:
		c.Callee = to.ID
		c.Targets = r.overrides(to, t, c.Name)
	case t.kind == outside:
		c.Callee, c.External = t.id, true
		r.conventions(&c)
	case t.kind == aValue && t.typ != "" && r.classes[t.typ] == nil && c.Receiver != nil:
		c.Callee, c.External = strings.TrimPrefix(t.typ, opaque)+".__call__", true
	default:
		r.unknownCall(fn, &c)
	}
	c.Computes = c.Computes || c.External && computing(c.Callee) || to == nil && c.Callee == "" && computes(c.Name)
	r.arguments(fn, &c, to)
	r.hand(fn, &c, as, w)
	r.configures(fn, &c)
	if (c.Callee == "os.environ.get" || c.Callee == "os.getenv") && len(c.Args) > 0 && c.Args[0].Kind == unit.Literal {
		r.readsLibrary(fn, environ(c.Args[0].Text), c.Location)
	}
	if changesFirst(c.Callee) && len(c.Args) > 0 && c.Args[0].Place != nil {
		w.accesses = append(w.accesses, unit.Access{Place: *c.Args[0].Place, Kind: unit.Modify, Op: "append", Location: c.Location, Guards: c.Guards})
	}
	w.calls = append(w.calls, c)
}

// handsToTask is a call that puts a task on a queue.
func (r *resolver) handsToTask(fn, task *function, c unit.Call) unit.Call {
	c.Callee, c.Async, c.ByValue, c.Receiver = task.ID, true, true, nil
	c.Args = r.columnArguments(fn, handedOver(&c))
	if task.Owner == "" && len(task.Params) > 0 && task.Params[0] == "self" {
		c.Args = slices.Insert(c.Args, 0, unit.Value{}) // the task itself, of one that is bound
	}
	r.arguments(fn, &c, task)
	return c
}

// construct is the making of an object: its class says what runs.
func (r *resolver) construct(fn *function, t thing, c *unit.Call, w *rewrite) {
	alloc := unit.Alloc{Type: t.id, Location: c.Location}
	if len(r.above(t.id)) > 0 && fn.Name == topName && !r.keptAt(fn, c.Location) {
		alloc.Value = true // a part of a declaration, of which libraries make copies
	}
	w.allocs = append(w.allocs, alloc)
	for _, at := range r.classes[t.id].order {
		for _, name := range []string{".__init__", ".__new__", ".__post_init__"} {
			if r.functions[at+name] == nil || has(c.Targets, at+name) || c.Callee == at+name {
				continue
			}
			if c.Callee == "" {
				c.Callee = at + name
			} else {
				c.Targets = append(c.Targets, at+name)
			}
		}
		if c.Callee != "" {
			break
		}
	}
	if meta := r.classes[t.id].meta; r.functions[meta+".__call__"] != nil {
		c.Targets = append(c.Targets, meta+".__call__")
	}
	if c.Callee == "" {
		c.Callee, c.External = t.id, len(c.Targets) == 0
		if above := r.above(t.id); len(above) > 0 {
			c.Callee = above[0]
		}
	}
}

// keptAt tells an object that a module puts into a variable of its own.
func (r *resolver) keptAt(fn *function, at unit.Location) bool {
	return slices.ContainsFunc(fn.Accesses, func(a unit.Access) bool {
		return a.Kind == unit.Write && a.Place.Root == unit.RootHolder && len(a.Place.Path) == 0 && a.Location.Line == at.Line
	})
}

// overrides are the methods below a class that may run in place of one.
func (r *resolver) overrides(to *function, t thing, name string) []string {
	if to.Owner == "" || t.kind != aFunction || t.on == nil {
		return nil
	}
	var out []string
	queue := append([]string(nil), r.below[t.on.typ]...)
	for len(queue) > 0 && len(out) < 12 {
		id := queue[0]
		queue = append(queue[1:], r.below[id]...)
		if r.functions[id+"."+name] != nil && id+"."+name != to.ID {
			out = append(out, id+"."+name)
		}
	}
	return out
}

// maxGuess is how many methods of a name there may be for a call on something
// unknown to be followed.
const maxGuess = 2

func (r *resolver) unknownCall(fn *function, c *unit.Call) {
	if c.Name == "" {
		return
	}
	if !fn.Test {
		r.wanted[c.Name] = true
	}
	switch c.Name {
	case "write_text", "write_bytes", "read_text", "read_bytes", "unlink":
		c.Callee, c.External = "pathlib.Path."+c.Name, true
		return
	}
	candidates := r.methods[c.Name]
	if everyday(c.Name) || len(candidates) == 0 || len(candidates) > maxGuess {
		return
	}
	c.Targets, c.Guessed = candidates, true
}

// conventions puts the arguments of functions of the language where their positions
// are, if they are passed by keyword.
func (r *resolver) conventions(c *unit.Call) {
	if c.Callee != "builtins.open" && c.Callee != "io.open" && c.Callee != "aiofiles.open" && c.Callee != "codecs.open" {
		if strings.HasSuffix(c.Callee, ".open") && strings.HasPrefix(c.Callee, "pathlib.") {
			c.Args = append([]unit.Value{*c.Receiver}, c.Args...)
			c.Callee = "builtins.open"
		}
		return
	}
	c.Callee = "builtins.open"
	for _, arg := range c.Args {
		if arg.Type == pair && arg.Callee == "mode" && len(c.Args) > 0 && len(arg.Parts) > 0 {
			c.Args = []unit.Value{c.Args[0], arg.Parts[0]}
		}
	}
}

// arguments resolves what is passed, in the order of the parameters if these are known.
func (r *resolver) arguments(fn *function, c *unit.Call, to *function) {
	args := c.Args
	if to != nil {
		args = ordered(to, args)
	}
	c.Args = nil
	for i := range args {
		c.Args = append(c.Args, r.value(&args[i], fn))
	}
}

// guards keeps, of what is held, the locks.
func (r *resolver) guards(fn *function, list []string) []string {
	var out []string
	for _, text := range list {
		t := r.walk(decode(text), fn, fn.module)
		if t.kind == aValue && t.place != nil && isLock(t.typ) {
			out = append(out, string(t.place.Root)+":"+t.place.Name+strings.Repeat(">", min(1, len(t.place.Path)))+strings.Join(t.place.Path, ">"))
		}
	}
	return out
}

// isLock tells what keeps out the threads or tasks of a process.
func isLock(typ string) bool {
	switch typ {
	case "threading.Lock", "threading.RLock", "asyncio.Lock", "multiprocessing.Lock", "multiprocessing.RLock", "threading.Semaphore", "threading.BoundedSemaphore", "asyncio.Semaphore", "threading.Condition":
		return true
	}
	return false
}

func (r *resolver) emptied(fn *function, list []unit.Place) []unit.Place {
	var out []unit.Place
	for _, p := range list {
		if t := r.walk(p, fn, fn.module); t.place != nil {
			out = append(out, *t.place)
		}
	}
	return out
}

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
		r.assigned(fn, &a)
		if r.written(fn, &a, written) {
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
	for _, own := range []string{"flask.g", "flask.request", "flask.session", "flask.globals", "quart.g", "quart.request", "quart.session", "bottle.request", "bottle.response", "threading.", "contextvars.", "builtins.", "django.db.connection", "django.db.connections", "sqlalchemy.", "unittest", "pytest", "sys.", "cherrypy.", "typing.", model} {
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

// value resolves a value.
func (r *resolver) value(v *unit.Value, fn *function) unit.Value {
	out := *v
	if len(v.Parts) > 0 {
		out.Parts = make([]unit.Value, len(v.Parts))
		for i := range v.Parts {
			out.Parts[i] = r.value(&v.Parts[i], fn)
		}
	}
	if v.Place == nil {
		return out
	}
	out.Place = nil
	raw := *v.Place
	if n := len(raw.Path); n > 0 && strings.HasSuffix(raw.Path[n-1], "()") && v.Kind != unit.PlaceValue {
		r.resultValue(&out, raw, fn)
		return out
	}
	t := r.walk(raw, fn, fn.module)
	switch t.kind {
	case aFunction:
		out.Kind, out.Callee = unit.Func, t.id
	case aClass:
		out.Type = ""
	case outside:
		if out.Kind == unit.PlaceValue {
			out.Kind, out.Callee = unit.Result, t.id
		}
	case aValue:
		out.Place = t.place
		if known(t.typ) != "" {
			out.Type = t.typ
		}
		if out.Kind == unit.PlaceValue && t.place == nil {
			out.Kind = unit.Compound
		}
	default:
		if raw.Root == unit.RootParam {
			out.Place = &unit.Place{Root: raw.Root, Name: raw.Name}
		} else if out.Kind == unit.PlaceValue {
			out.Kind = unit.Compound
		}
	}
	return out
}

// resultValue is the value of a call: an object of a class, or what a function hands
// out.
func (r *resolver) resultValue(out *unit.Value, raw unit.Place, fn *function) {
	by := r.walk(uncalled(raw), fn, fn.module)
	got := r.walk(raw, fn, fn.module)
	out.Place = got.place
	if got.kind == aValue && known(got.typ) != "" {
		out.Type = got.typ
	}
	switch by.kind {
	case aClass:
		out.Kind, out.Type, out.Place = unit.New, by.id, nil
	case aFunction:
		out.Kind, out.Callee = unit.Result, by.id
	case outside:
		out.Kind, out.Callee = unit.Result, by.id
		if isCollection(out.Type) && got.place == nil {
			out.Kind = unit.Collection
		} else if last := by.id[strings.LastIndexByte(by.id, '.')+1:]; last != "" && last[0] >= 'A' && last[0] <= 'Z' {
			out.Kind = unit.New
		}
	default:
		if raw.Root == unit.RootParam && out.Kind == unit.Result {
			out.Kind = unit.Compound
		}
	}
	if out.Kind == unit.Collection && out.Place != nil {
		out.Kind = unit.PlaceValue
	}
}

// values resolves what holders are declared with.
func (r *resolver) values() {
	for _, u := range r.units {
		m := r.modules[moduleOf(u.Path)]
		if m == nil || m.unit != u {
			continue
		}
		in := r.functions[m.id+"."+topName]
		for i := range u.Holders {
			h := &u.Holders[i]
			at := in
			if h.Kind == unit.Field || h.Kind == unit.Captured {
				for _, g := range r.given[h.ID] {
					if g.value.Text == h.Value.Text {
						at = g.in
						break
					}
				}
			}
			if at != nil {
				h.Value = r.value(&h.Value, at)
			}
			if h.Type == pair || h.Type == splat {
				h.Type = ""
			}
		}
	}
}
