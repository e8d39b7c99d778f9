package python

import (
	"cmp"
	"slices"
	"sort"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// kind says what a place leads to.
type kind int

const (
	nothing   kind = iota // not known
	aModule               // of the checkout
	aClass                // of the checkout
	aFunction             // of the checkout
	aValue                // an object, of which the class may be known
	outside               // something of a library, by its dotted name
)

// thing is what a place leads to.
type thing struct {
	kind  kind
	id    string
	typ   string      // of a value: class of the checkout, collection, scalar, or class of a library
	place *unit.Place // where it is kept, resolved; nil for what is made anew
	model string      // of what asks the database: the class of the rows
	on    *thing      // what a method was found on
	own   bool        // of an object of a library: which one is not known
	// between is the table that joins two others, where rows are reached by it.
	between string
}

// maxFollow bounds how deep names, results and values are followed.
const maxFollow = 12

// guard tells whether something is looked at already, and marks it.
func (r *resolver) guard(key string) (leave func(), ok bool) {
	if r.doing[key] || r.deep > maxFollow {
		return nil, false
	}
	r.doing[key] = true
	r.deep++
	return func() { delete(r.doing, key); r.deep-- }, true
}

// name resolves an ID, or a name in the space of imports.
func (r *resolver) name(name string, from *module) thing {
	if rest, ok := strings.CutPrefix(name, ">"); ok {
		return r.dotted(rest, from)
	}
	if t, ok := r.declared(name); ok {
		return t
	}
	if at := strings.LastIndexByte(name, '.'); at > 0 && from != nil && name[:at] == from.id {
		return r.member(thing{kind: aModule, id: from.id}, name[at+1:], from)
	}
	// A chain that begins with something declared: Outer.Inner, module.Class.
	for at := strings.LastIndexByte(name, '.'); at > 0; at = strings.LastIndexByte(name[:at], '.') {
		if t, ok := r.declared(name[:at]); ok {
			for _, part := range strings.Split(name[at+1:], ".") {
				t = r.member(t, part, from)
			}
			return t
		}
	}
	return thing{}
}

// declared is what has an ID.
func (r *resolver) declared(id string) (thing, bool) {
	switch {
	case r.classes[id] != nil:
		return thing{kind: aClass, id: id}, true
	case r.functions[id] != nil:
		return thing{kind: aFunction, id: id}, true
	case r.holders[id] != nil:
		return r.kept(id), true
	case r.modules[id] != nil:
		return thing{kind: aModule, id: id}, true
	}
	return thing{}, false
}

// kept is what a holder holds. A holder that is another name of a function, a class
// or of something of a library is that.
func (r *resolver) kept(id string) thing {
	h := r.holders[id]
	t := thing{kind: aValue, place: rooted(id), typ: r.typeOf(h)}
	if h.Value.Kind == unit.PlaceValue && h.Kind != unit.Field && len(r.given[id]) <= 1 && h.Value.Place != nil {
		if leave, ok := r.guard("alias " + id); ok {
			to := r.walk(*h.Value.Place, r.functions[r.moduleOf(h)+"."+topName], r.modules[r.moduleOf(h)])
			leave()
			if to.kind == aClass || to.kind == aFunction || to.kind == aModule || to.kind == outside && !strings.HasPrefix(to.id, "os.environ") {
				return to
			}
			if to.kind == aValue && to.place != nil && to.typ == t.typ {
				return to
			}
		}
	}
	if h.Value.Kind == unit.Result && h.Kind != unit.Field && len(r.given[id]) <= 1 && h.Value.Place != nil && t.typ == "" {
		if leave, ok := r.guard("made " + id); ok {
			made := r.walk(*h.Value.Place, r.functions[r.moduleOf(h)+"."+topName], r.modules[r.moduleOf(h)])
			leave()
			if made.kind == aFunction {
				return made // what a factory hands out
			}
		}
	}
	if h.Value.Kind == unit.Func && len(r.given[id]) <= 1 && r.functions[h.Value.Callee] != nil {
		return thing{kind: aFunction, id: h.Value.Callee}
	}
	return t
}

// moduleOf is the ID of the module in which a holder is declared.
func (r *resolver) moduleOf(h *unit.Holder) string { return moduleOf(h.Location.File) }

// dotted resolves a name of the space of imports.
func (r *resolver) dotted(name string, from *module) thing {
	absolute := strings.HasPrefix(name, "/")
	parts := strings.Split(strings.TrimPrefix(name, "/"), ".")
	for i := len(parts); i > 0; i-- {
		head := strings.Join(parts[:i], ".")
		if absolute {
			head = "/" + head
		}
		m := r.module(head, from)
		if m == nil {
			continue
		}
		t := thing{kind: aModule, id: m.id}
		for _, part := range parts[i:] {
			t = r.member(t, part, m)
		}
		return t
	}
	if absolute {
		return thing{}
	}
	return thing{kind: outside, id: name}
}

// member is what x.name is.
func (r *resolver) member(t thing, name string, from *module) thing {
	if kept, ok := r.onApplication(r.attributeOf(t, name)); ok {
		return kept
	}
	switch t.kind {
	case aModule:
		return r.memberOfModule(t.id, name)
	case aClass:
		return r.memberOfClass(t, name)
	case aFunction:
		if id := t.id + "." + name; r.holders[id] != nil && name != "<cache>" {
			return thing{kind: aValue, place: rooted(id), typ: r.typeOf(r.holders[id])}
		}
	case aValue:
		return r.memberOfValue(t, name)
	case outside:
		return thing{kind: outside, id: t.id + "." + name, model: t.model, own: t.own}
	}
	return thing{}
}

func (r *resolver) memberOfModule(id, name string) thing {
	m := r.modules[id]
	if to := m.names[name]; to != "" && r.classes[id+"."+name] == nil && r.functions[id+"."+name] == nil {
		leave, ok := r.guard("import " + id + " " + name)
		if !ok {
			return thing{}
		}
		defer leave()
		return r.dotted(to, m)
	}
	if t, ok := r.declared(id + "." + name); ok {
		return t
	}
	return r.starred(m, name, map[*module]bool{m: true})
}

// starred finds a name among those that a module takes over with a star, each module
// asked once: packages take over from each other in circles.
func (r *resolver) starred(m *module, name string, seen map[*module]bool) thing {
	for _, star := range m.stars {
		from := r.module(star, m)
		if from == nil || seen[from] {
			continue
		}
		seen[from] = true
		if t, ok := r.declared(from.id + "." + name); ok {
			return t
		}
		if to := from.names[name]; to != "" {
			if leave, ok := r.guard("import " + from.id + " " + name); ok {
				t := r.dotted(to, from)
				leave()
				return t
			}
		}
		if t := r.starred(from, name, seen); t.kind != nothing {
			return t
		}
	}
	return thing{}
}

func (r *resolver) memberOfClass(t thing, name string) thing {
	c := r.classes[t.id]
	for _, at := range c.order {
		id := at + "." + name
		if r.holders[id] != nil && r.isModel(t.id) && r.managed(id) {
			return thing{kind: outside, id: rows, model: t.id, on: &thing{kind: aValue, typ: r.typeOf(r.holders[id])}}
		}
		if found, ok := r.declared(id); ok {
			if found.kind == aValue && r.enumerates(t.id) {
				found.typ = t.id // a member is an object of the class
			}
			found.on = &t
			return found
		}
	}
	if r.isModel(t.id) && (name == "objects" || strings.HasSuffix(name, "_manager") || name == "query") {
		return thing{kind: outside, id: rows, model: t.id}
	}
	if above := r.above(t.id); len(above) > 0 {
		return thing{kind: outside, id: above[0] + "." + name, on: &t}
	}
	return thing{}
}

// enumerates tells a class of which the variables are its only objects.
func (r *resolver) enumerates(id string) bool {
	return slices.ContainsFunc(r.above(id), func(above string) bool {
		return strings.HasPrefix(above, "enum.") || above == "django.db.models.TextChoices" || above == "django.db.models.IntegerChoices" || above == "django.db.models.Choices"
	})
}

func (r *resolver) memberOfValue(t thing, name string) thing {
	if r.classes[t.typ] == nil {
		switch {
		case t.typ == "":
			return thing{kind: nothing, place: t.place}
		case isCollection(t.typ) || scalar("builtins."+t.typ) != "":
			return thing{kind: outside, id: "builtins." + t.typ + "." + name, on: &t, own: true}
		}
		return thing{kind: outside, id: strings.TrimPrefix(t.typ, opaque) + "." + name, on: &t, model: t.model, own: true}
	}
	c := r.classes[t.typ]
	if begun := r.methodsBegun(t.typ, name); len(begun) > 0 {
		return thing{kind: aFunction, id: begun[0], on: &t}
	}
	if to, ok := r.related(t.typ, name); ok {
		return to
	}
	if id := r.fieldID(t.typ, name); id != "" {
		return thing{kind: aValue, place: step(t.place, id), typ: r.typeOf(r.holders[id])}
	}
	for _, at := range c.order {
		id := at + "." + name
		if fn := r.functions[id]; fn != nil {
			m := thing{kind: aFunction, id: id, on: &t}
			if has(fn.Attrs, attrProperty) {
				return r.call(m)
			}
			return m
		}
		if r.holders[id] != nil {
			if r.isModel(t.typ) {
				break // a column
			}
			found := r.kept(id)
			if found.kind == aValue && r.describes(found.typ) {
				return thing{}
			}
			if found.kind == aValue && r.makesMembers(t.typ) && r.fromLibrary(found.typ) {
				break // a column or field, which the class above makes something else of
			}
			found.own = found.kind == outside // the class above may have made an object of it
			return found
		}
		if r.classes[id] != nil {
			return thing{kind: aClass, id: id}
		}
	}
	if above := r.above(t.typ); len(above) > 0 {
		id := above[0] + "." + name
		if r.isModel(t.typ) {
			id = model + "." + name
		}
		return thing{kind: outside, id: id, on: &t, own: true}
	}
	return thing{kind: nothing, place: t.place}
}

// methodsBegun lists the methods of a class of whose name only the beginning is known.
func (r *resolver) methodsBegun(class, name string) []string {
	begins, ok := strings.CutSuffix(name, anyEnd)
	if !ok || r.classes[class] == nil {
		return nil
	}
	var out []string
	for _, at := range r.classes[class].order {
		for _, fn := range r.owned[at] {
			if strings.HasPrefix(fn.Name, begins) && !slices.Contains(out, fn.ID) {
				out = append(out, fn.ID)
			}
		}
	}
	sort.Strings(out)
	return out
}

// makesMembers tells a class of which a library makes something else of what stands in
// its body: a form with fields, a serializer, a table. What is made from a mixin or a
// view alone keeps its variables as they are.
func (r *resolver) makesMembers(id string) bool {
	return slices.ContainsFunc(r.above(id), func(above string) bool { return classKind([]string{above}) == "library" })
}

// describes tells a class of which the objects, in the body of another class, hand out
// something else than themselves.
func (r *resolver) describes(typ string) bool {
	c := r.classes[typ]
	return c != nil && (slices.ContainsFunc(c.order, func(at string) bool { return r.functions[at+".__get__"] != nil }) ||
		slices.ContainsFunc(r.above(typ), func(above string) bool { return strings.HasSuffix(above, "property") }))
}

// fromLibrary tells objects of a library, and of classes that are made from one.
func (r *resolver) fromLibrary(typ string) bool {
	if r.classes[typ] == nil {
		return strings.Contains(typ, ".")
	}
	return slices.ContainsFunc(r.above(typ), func(above string) bool { return !plain(above) })
}

// call is what a call of something hands out.
func (r *resolver) call(t thing) thing {
	switch t.kind {
	case aClass:
		return thing{kind: aValue, typ: t.id}
	case aFunction:
		return r.result(t)
	case outside:
		return r.resultOutside(t)
	case aValue:
		if t.typ != "" && r.classes[t.typ] == nil && !isCollection(t.typ) && scalar("builtins."+t.typ) == "" {
			return thing{kind: aValue, typ: t.typ} // a factory of a library
		}
	}
	return thing{}
}

// result is what a function of the checkout hands out: by its annotation, or by what
// it returns first that is known.
func (r *resolver) result(t thing) thing {
	out, ok := r.results[t.id]
	if !ok {
		leave, free := r.guard("result " + t.id)
		if !free {
			return thing{}
		}
		out = r.findResult(r.functions[t.id])
		leave()
		r.results[t.id] = out
	}
	if out.place != nil && out.place.Root != unit.RootHolder {
		out.place = r.rebase(out.place, t.on)
	}
	return out
}

func (r *resolver) findResult(fn *function) thing {
	var out thing
	for i := range fn.Returns {
		v := &fn.Returns[i]
		if v.Kind == unit.Nil || v.Kind == unit.Unknown {
			continue
		}
		got := r.valueThing(v, fn)
		if got.kind == nothing {
			continue
		}
		out = got
		break
	}
	if fn.result != "" {
		if typ := r.typeName(fn.result, fn.module); typ != "" && out.typ == "" && (out.kind == nothing || out.kind == aValue) {
			out.kind, out.typ = aValue, typ
		}
	}
	return out
}

// rebase moves a place of a method to the object that it was called on.
func (r *resolver) rebase(p *unit.Place, on *thing) *unit.Place {
	if p.Root != unit.RootReceiver || on == nil || on.place == nil {
		return nil
	}
	return step(on.place, p.Path...)
}

// resultOutside is what something of a library hands out: an object of the class, or
// something of which the chain that led there says what it is.
func (r *resolver) resultOutside(t thing) thing {
	if t.model != "" && strings.HasPrefix(t.id, rows) {
		switch t.id[strings.LastIndexByte(t.id, '.')+1:] {
		case "get", "first", "last", "create", "latest", "earliest", "aget", "afirst", "acreate", "get_or_404", "first_or_404", "one", "one_or_none", "one_or_404", "scalar", "scalar_one", "scalar_one_or_none":
			return thing{kind: aValue, typ: t.model}
		}
		return thing{kind: outside, id: rows, model: t.model, between: t.between}
	}
	if typ := collection(t.id); typ != "" {
		return thing{kind: aValue, typ: typ}
	}
	if typ := scalar(t.id); typ != "" {
		return thing{kind: aValue, typ: typ}
	}
	switch t.id {
	case "typing.cast":
		return thing{}
	case "copy.copy", "copy.deepcopy":
		return thing{kind: aValue, typ: opaque + t.id} // whatever it is, what changes there is nobody else's
	case "asyncio.create_task", "asyncio.ensure_future":
		return thing{kind: aValue, typ: "asyncio.Task"}
	case "django.contrib.auth.get_user_model":
		if id := r.userModel(); id != "" {
			return thing{kind: aClass, id: id}
		}
		return thing{kind: outside, id: model}
	}
	if out, ok := r.handedRows(t); ok {
		return out
	}
	if typ := clocks[t.id]; typ != "" {
		return thing{kind: aValue, typ: typ}
	}
	if strings.HasPrefix(t.id, "builtins.") {
		switch t.id {
		case "builtins.dict.get", "builtins.dict.setdefault", "builtins.dict.pop", "builtins.list.pop", "builtins.dict.values", "builtins.dict.items", "builtins.list.popleft":
			if t.on != nil && t.on.place != nil {
				return thing{kind: aValue, place: step(t.on.place, unit.Element), typ: r.elementOf(*t.on)}
			}
		case "builtins.open":
			return thing{kind: aValue, typ: "io.TextIOWrapper"}
		}
		return thing{}
	}
	if !makes(t.id) {
		return thing{kind: aValue, typ: opaque + t.id}
	}
	return thing{kind: aValue, typ: t.id}
}

// opaque begins the type of what a function or method of a library hands out: no
// class is known, only the way that led there.
const opaque = "~"

// makes tells a class of a library, or a function that makes an object which is
// known by the name of the function.
func makes(id string) bool {
	last := id[strings.LastIndexByte(id, '.')+1:]
	if last != "" && last[0] >= 'A' && last[0] <= 'Z' {
		return true
	}
	switch last {
	case "client", "resource", "connect", "from_url", "create_engine", "create_async_engine", "sessionmaker", "async_sessionmaker", "scoped_session", "getLogger", "get_logger",
		"local", "count", "compile", "create_pool", "get_redis_connection", "session":
		return true
	}
	return false
}

// known is a type without what is opaque.
func known(typ string) string {
	if strings.HasPrefix(typ, opaque) {
		return ""
	}
	return typ
}

// clocks are the functions that tell the time, with what they hand out.
var clocks = map[string]string{
	"time.time": "float", "time.monotonic": "float", "time.perf_counter": "float", "django.utils.timezone.now": "datetime.datetime",
	"datetime.datetime.now": "datetime.datetime", "datetime.datetime.utcnow": "datetime.datetime",
}

// rows is what a model is asked by, and model what its objects are asked by, if the
// checkout does not define it.
const (
	model = "django.db.models.Model"
	rows  = model + ".objects"
)

// isModel tells a class whose objects are rows.
func (r *resolver) isModel(id string) bool {
	for _, above := range r.above(id) {
		name := above[strings.LastIndexByte(above, '.')+1:]
		if name == "Model" || strings.HasSuffix(name, "Model") && strings.Contains(above, "models") || name == "AbstractUser" || name == "AbstractBaseUser" || name == "SQLModel" || name == "DeclarativeBase" || name == "declarative_base" {
			return true
		}
	}
	return false
}

// managed tells an attribute of a model by which it asks the database.
func (r *resolver) managed(id string) bool {
	h := r.holders[id]
	if h.Name == "objects" || strings.HasSuffix(h.Name, "_objects") || strings.HasSuffix(h.Name, "manager") {
		return true
	}
	typ := r.typeOf(h)
	for _, above := range append(r.above(typ), typ) {
		if strings.HasSuffix(above, "Manager") {
			return true
		}
	}
	return false
}

// elementOf is the class of the elements of a collection, if it is known.
func (r *resolver) elementOf(t thing) string {
	if t.place == nil {
		return ""
	}
	id := t.place.Name
	if n := len(t.place.Path); n > 0 {
		id = t.place.Path[n-1]
	} else if t.place.Root != unit.RootHolder {
		return ""
	}
	if h := r.holders[id]; h != nil {
		return h.Elem
	}
	return ""
}

// walk follows a place as it is written, from a function of a module.
func (r *resolver) walk(p unit.Place, fn *function, from *module) thing {
	t := r.root(p, fn, from)
	for _, s := range p.Path {
		t = r.onward(t, s, from)
	}
	return t
}

func (r *resolver) root(p unit.Place, fn *function, from *module) thing {
	switch p.Root {
	case unit.RootHolder:
		return r.name(p.Name, from)
	case unit.RootReceiver:
		if fn != nil {
			return thing{kind: aValue, typ: fn.Owner, place: &unit.Place{Root: unit.RootReceiver}}
		}
	case unit.RootParam:
		t := thing{kind: aValue, place: &unit.Place{Root: unit.RootParam, Name: p.Name}}
		if fn != nil && fn.injected[p.Name] != "" {
			if made := r.call(r.name(fn.injected[p.Name], fn.module)); made.kind == aValue && r.classes[made.typ] != nil {
				if made.place == nil || made.place.Root != unit.RootHolder {
					made.place = t.place
				}
				return made
			}
		}
		if fn != nil {
			t.typ = r.typeName(fn.params[p.Name], fn.module)
			if t.typ == "" {
				t.typ = r.arrives[fn.ID+" "+p.Name]
			}
			if t.typ == "" && takesRequests(fn, indexOf(p.Name)) {
				t.typ = "starlette.requests.Request"
			}
		}
		return t
	case unit.RootUnknown:
		return r.outerParam(p.Name)
	}
	return thing{}
}

// outerParam is the object that a function inside another one finds in a parameter of that
// one, as far as its class is known.
func (r *resolver) outerParam(name string) thing {
	id, n, ok := strings.Cut(name, ofOuter)
	if !ok || r.functions[id] == nil {
		return thing{}
	}
	outer := r.functions[id]
	t := r.root(unit.Place{Root: unit.RootParam, Name: n}, outer, outer.module)
	at := r.handed[id+" "+n]
	if r.classes[t.typ] == nil && (at.place == nil || !isCollection(at.typ)) {
		return thing{}
	}
	if t.place != nil && t.place.Root != unit.RootHolder {
		t.place = &unit.Place{Root: unit.RootUnknown}
	}
	if at.place != nil {
		t.typ, t.place = cmp.Or(t.typ, at.typ), at.place
		if at.place.Root == unit.RootReceiver {
			t.place = rooted(at.place.Path[len(at.place.Path)-1]) // the field, of whichever object calls
		}
	}
	return t
}

// onward takes one step.
func (r *resolver) onward(t thing, s string, from *module) thing {
	switch {
	case s == "()":
		if t.kind == aValue && r.classes[t.typ] != nil {
			return r.call(r.memberOfValue(t, "__call__"))
		}
		return r.call(t)
	case s == unit.Element:
		if t.kind == aClass || t.kind == outside && !t.own && genericClass(t.id) {
			return t // a class with its parameters is that class
		}
		if t.kind == aValue && t.place != nil {
			return thing{kind: aValue, place: step(t.place, unit.Element), typ: r.elementOf(t)}
		}
		if t.kind == outside && t.model != "" {
			return thing{kind: aValue, typ: t.model}
		}
		if t.kind == outside {
			return thing{kind: outside, id: t.id + "[]", own: t.own}
		}
		return thing{}
	case s == superStep:
		return r.super(t)
	case strings.HasSuffix(s, "()"):
		return r.call(r.step(t, strings.TrimSuffix(s[1:], "()"), from))
	}
	return r.step(t, s[1:], from)
}

// genericClass tells, by how classes are written, a class of a library.
func genericClass(id string) bool {
	last := id[strings.LastIndexByte(id, '.')+1:]
	return last != "" && last[0] >= 'A' && last[0] <= 'Z' && strings.ToUpper(last) != last
}

// step is an attribute; of what asks the database the manager is asked first.
func (r *resolver) step(t thing, name string, from *module) thing {
	if t.kind == outside && t.model != "" && t.on != nil && r.classes[t.on.typ] != nil {
		if found := r.memberOfValue(*t.on, name); found.kind == aFunction {
			return found
		}
	}
	return r.member(t, name, from)
}

// super is an object as one of the classes above.
func (r *resolver) super(t thing) thing {
	c := r.classes[t.typ]
	if c == nil {
		return thing{}
	}
	out := thing{kind: aValue, place: t.place}
	if len(c.supers) > 0 {
		out.typ = c.supers[0]
	} else if above := r.above(t.typ); len(above) > 0 {
		out.typ = above[0]
		if r.isModel(t.typ) {
			out.typ = model
		}
	}
	return out
}
