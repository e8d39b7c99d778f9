package python

import (
	"cmp"
	"slices"
	"sort"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// typeName is the class that an annotation names.
func (r *resolver) typeName(name string, from *module) string {
	if name == "" || isCollection(name) || scalar("builtins."+name) != "" {
		return name
	}
	switch t := r.name(name, from); t.kind {
	case aClass:
		return t.id
	case outside:
		return strings.TrimPrefix(t.id, "builtins.")
	}
	return ""
}

// typeOf is the class of what a holder holds: as annotated, or of what it is given.
func (r *resolver) typeOf(h *unit.Holder) string {
	if typ, ok := r.types[h.ID]; ok {
		return typ
	}
	leave, ok := r.guard("type " + h.ID)
	if !ok {
		return ""
	}
	defer leave()
	typ := r.findType(h)
	r.types[h.ID] = typ
	return typ
}

func (r *resolver) findType(h *unit.Holder) string {
	m := r.modules[r.moduleOf(h)]
	if h.Type != "" && h.Type != pair && h.Type != splat {
		if typ := r.typeName(h.Type, m); typ != "" {
			if r.standsIn(h, typ) {
				return ""
			}
			return typ
		}
	}
	for _, g := range r.given[h.ID] {
		if g.value.Kind == unit.Nil {
			continue
		}
		if typ := r.typeOfValue(g.value, g.in); typ != "" {
			return typ
		}
	}
	if (h.Kind == unit.ClassVar || h.Kind == unit.ModuleVar) && m != nil {
		return r.typeOfValue(&h.Value, r.functions[m.id+"."+topName])
	}
	return ""
}

// standsIn tells a variable that is annotated as an object of a class of the checkout, and
// set to a proxy: what is done to it is done to whatever the proxy finds at that time, such as
// what belongs to the request.
func (r *resolver) standsIn(h *unit.Holder, typ string) bool {
	if r.classes[typ] == nil {
		return false
	}
	values := r.given[h.ID]
	if len(values) == 0 && r.modules[r.moduleOf(h)] != nil {
		values = []given{{&h.Value, r.functions[r.moduleOf(h)+"."+topName]}}
	}
	return slices.ContainsFunc(values, func(g given) bool {
		t := r.valueThing(g.value, g.in)
		if c := r.classes[t.typ]; c != nil {
			return t.typ != typ && !slices.Contains(c.order, typ) && r.functions[t.typ+".__getattr__"] != nil
		}
		_, last, _ := cutLast(strings.TrimPrefix(cmp.Or(t.typ, t.id), opaque))
		return last == "LocalProxy" || last == "LazyProxy"
	})
}

func (r *resolver) typeOfValue(v *unit.Value, in *function) string {
	t := r.valueThing(v, in)
	if t.kind == aValue {
		return t.typ
	}
	return ""
}

// valueThing is what a value is.
func (r *resolver) valueThing(v *unit.Value, in *function) thing {
	var from *module
	if in != nil {
		from = in.module
	}
	if v.Place != nil {
		if t := r.walk(*v.Place, in, from); t.kind != nothing && (t.kind != aValue || t.typ != "" || t.place != nil) {
			return t
		}
	}
	switch v.Kind {
	case unit.Func:
		return thing{kind: aFunction, id: v.Callee}
	case unit.Collection, unit.Literal, unit.New:
		return thing{kind: aValue, typ: v.Type}
	case unit.Compound:
		if v.Type != "" && v.Type != pair && v.Type != splat {
			return thing{kind: aValue, typ: v.Type}
		}
	case unit.PlaceValue, unit.Result:
		if v.Type != "" {
			return thing{kind: aValue, typ: r.typeName(v.Type, from)}
		}
	}
	return thing{}
}

// arrivals finds, for parameters without annotation, the one class of the checkout
// whose objects all calls pass.
func (r *resolver) arrivals() {
	seen := map[string]map[string]bool{}
	for _, fn := range r.order {
		if fn.Test {
			continue
		}
		for i := range fn.Calls {
			c := &fn.Calls[i]
			if c.Receiver == nil || c.Receiver.Place == nil {
				continue
			}
			to := r.callee(r.walk(*c.Receiver.Place, fn, fn.module))
			if to == nil {
				continue
			}
			for n, arg := range ordered(to, c.Args) {
				if arg.Kind == unit.Unknown && arg.Place == nil {
					continue
				}
				key := to.ID + " " + number(n)
				at := r.valueThing(&arg, fn)
				typ := ""
				if at.kind == aValue {
					typ = at.typ
				}
				r.hands(key, at)
				if seen[key] == nil {
					seen[key] = map[string]bool{}
				}
				if arg.Kind != unit.Nil {
					seen[key][typ] = true
				}
			}
		}
	}
	keys := make([]string, 0, len(seen))
	for k := range seen {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	for _, key := range keys {
		if len(seen[key]) == 1 {
			for typ := range seen[key] {
				if typ != "" {
					r.arrives[key] = typ
				}
			}
		}
	}
}

// hands notes the one place of which all calls of a function hand over the content as a
// parameter.
func (r *resolver) hands(key string, t thing) {
	old, again := r.handed[key]
	switch {
	case again && (old.place == nil || t.place == nil || !samePlace(*old.place, *t.place)):
		r.handed[key] = thing{}
	case t.kind != aValue || t.place == nil || t.place.Root != unit.RootHolder && (t.place.Root != unit.RootReceiver || len(t.place.Path) == 0 || r.holders[t.place.Path[len(t.place.Path)-1]] == nil):
		r.handed[key] = thing{}
	default:
		r.handed[key] = t
	}
}

func number(n int) string {
	if n < 10 {
		return string(rune('0' + n))
	}
	return string(rune('0'+n/10)) + string(rune('0'+n%10))
}

// callee is the function that a call of something runs, or nil.
func (r *resolver) callee(t thing) *function {
	switch t.kind {
	case aFunction:
		return r.functions[t.id]
	case aClass:
		for _, at := range r.classes[t.id].order {
			if fn := r.functions[at+".__init__"]; fn != nil {
				return fn
			}
		}
	case aValue:
		if r.classes[t.typ] != nil {
			if m := r.memberOfValue(t, "__call__"); m.kind == aFunction {
				return r.functions[m.id]
			}
		}
	}
	return nil
}

// ordered puts arguments where the parameters stand that they are for.
func ordered(fn *function, args []unit.Value) []unit.Value {
	out := make([]unit.Value, 0, len(args))
	for _, arg := range args {
		if arg.Type == splat {
			break
		}
		if arg.Type != pair {
			out = append(out, arg)
		}
	}
	for _, arg := range args {
		if arg.Type != pair || len(arg.Parts) == 0 {
			continue
		}
		for n, name := range fn.Params {
			if name != arg.Callee || n > 30 {
				continue
			}
			for len(out) <= n {
				out = append(out, unit.Value{})
			}
			out[n] = arg.Parts[0]
		}
	}
	return out
}

// fieldTypes writes down the types of holders, and of the elements of collections.
func (r *resolver) fieldTypes() {
	for _, fn := range r.order {
		for i := range fn.Accesses {
			r.elementType(fn, &fn.Accesses[i])
		}
	}
	for _, h := range r.holders {
		r.listedElements(h)
	}
	ids := make([]string, 0, len(r.holders))
	for id := range r.holders {
		ids = append(ids, id)
	}
	sort.Strings(ids)
	types := make([]string, len(ids))
	r.forget()
	for i, id := range ids {
		types[i] = r.typeOf(r.holders[id])
	}
	for i, id := range ids {
		h := r.holders[id]
		h.Type = known(types[i])
		if r.threadOwn(h.Type) {
			h.PerRequest = true
		}
	}
}

// threadOwn tells objects of which each thread or request has its own content.
func (r *resolver) threadOwn(typ string) bool {
	for _, t := range append(r.above(typ), typ) {
		switch t {
		case "threading.local", "contextvars.ContextVar", "werkzeug.local.Local", "werkzeug.local.LocalStack", "werkzeug.local.LocalProxy", "asgiref.local.Local", "gevent.local.local", "sqlalchemy.orm.scoped_session":
			return true
		}
	}
	return false
}

// listedElements learns the class of the elements of a collection that is written down with
// them, if all of them are objects of one class of the checkout.
func (r *resolver) listedElements(h *unit.Holder) {
	m := r.modules[r.moduleOf(h)]
	if h.Elem != "" || h.Value.Kind != unit.Collection || h.Kind != unit.ModuleVar && h.Kind != unit.ClassVar || m == nil {
		return
	}
	class := ""
	for i := range h.Value.Parts {
		v := &h.Value.Parts[i]
		if v.Type == pair && len(v.Parts) > 0 {
			v = &v.Parts[0]
		}
		typ := r.typeOfValue(v, r.functions[m.id+"."+topName])
		if r.classes[typ] == nil || class != "" && typ != class {
			return
		}
		class = typ
	}
	h.Elem = class
}

// elementType learns the class of the elements of a collection from what is put in.
func (r *resolver) elementType(fn *function, a *unit.Access) {
	if a.Value == nil || a.Kind != unit.Modify && a.Kind != unit.Invoke || a.Op != "[]=" && a.Op != "append" && a.Op != "add" && a.Op != "setdefault" {
		return
	}
	t := r.walk(a.Place, fn, fn.module)
	if t.kind != aValue || t.place == nil {
		return
	}
	id := t.place.Name
	if n := len(t.place.Path); n > 0 {
		id = t.place.Path[n-1]
	}
	h := r.holders[id]
	if h == nil || h.Elem != "" {
		return
	}
	h.Elem = known(r.typeOfValue(a.Value, fn))
}
