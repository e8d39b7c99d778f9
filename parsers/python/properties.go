package python

import (
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// runGetters lets a function that reads an attribute run what the class has for it: the getter of
// a property is a method that nobody calls by name.
func (r *resolver) runGetters(fn *function, p unit.Place, at unit.Location, w *rewrite) {
	t := r.root(p, fn, fn.module)
	for _, step := range p.Path {
		if name := strings.TrimPrefix(step, "."); name != step && r.getters[strings.TrimSuffix(name, "()")] {
			if get := r.getter(t, strings.TrimSuffix(name, "()")); get != nil {
				r.runMethod(get, t, unit.Call{Result: unit.Used, Location: at}, w)
			}
		}
		t = r.onward(t, step, fn.module)
	}
}

// getter is the property by which a class answers for an attribute of its objects.
func (r *resolver) getter(t thing, name string) *function {
	c := r.classes[t.typ]
	if t.kind != aValue || c == nil {
		return nil
	}
	for _, at := range c.order {
		if get := r.functions[at+"."+name]; get != nil {
			if has(get.Attrs, attrProperty) {
				return get
			}
			return nil
		}
		if r.holders[at+"."+name] != nil {
			return nil
		}
	}
	return nil
}

// runSetter lets a function that sets a property run what the class has for that.
func (r *resolver) runSetter(fn *function, a *unit.Access, w *rewrite) bool {
	object, name := parent(a.Place)
	if !r.getters[name] || a.Value == nil {
		return false
	}
	on := r.walk(object, fn, fn.module)
	get := r.getter(on, name)
	if get == nil || r.setters[get.ID] == nil {
		return false
	}
	r.runMethod(r.setters[get.ID], on, unit.Call{Args: []unit.Value{*a.Value}, Guards: a.Guards, Result: unit.Dropped, Location: a.Location}, w)
	return true
}

// runMethod records the call of a method of a property.
func (r *resolver) runMethod(method *function, on thing, call unit.Call, w *rewrite) {
	call.Callee, call.Name = method.ID, method.Name
	if on.place != nil {
		call.Receiver = &unit.Value{Kind: unit.PlaceValue, Type: known(on.typ), Place: on.place}
		w.accesses = append(w.accesses, unit.Access{Place: *on.place, Kind: unit.Invoke, Method: method.ID, Op: method.Name, Location: call.Location, Guards: call.Guards})
	}
	w.calls = append(w.calls, call)
}
