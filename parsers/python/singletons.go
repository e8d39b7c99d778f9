package python

import (
	"slices"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// keepsInstances tells a class of which the metaclass makes an object where it has none
// yet and hands out the same one afterwards: who asks first does not matter, the object
// lasts as long as the process. One that only counts or lists what it makes keeps nothing
// that is handed out again, and fills nothing that was missing.
func (r *resolver) keepsInstances(id string) bool {
	c := r.classes[id]
	if c == nil {
		return false
	}
	for _, at := range c.order {
		if fn := r.functions[at+".__new__"]; fn != nil {
			return fillsMissing(fn)
		}
	}
	for _, at := range c.order {
		meta := r.classes[r.classes[at].meta]
		if meta == nil {
			continue
		}
		for _, above := range meta.order {
			if fn := r.functions[above+".__call__"]; fn != nil {
				return fillsMissing(fn)
			}
		}
	}
	return false
}

// fillsLasting tells an object that a function makes for a variable of a module or class in
// which there is none yet: whoever asks first, it lasts as long as the process.
func (r *resolver) fillsLasting(fn *function, class string, at unit.Location) bool {
	return slices.ContainsFunc(fn.Accesses, func(a unit.Access) bool {
		if a.Kind != unit.Write || !a.Lazy || a.Value == nil || a.Place.Root != unit.RootHolder || a.Location.Line != at.Line {
			return false
		}
		return r.typeOfValue(a.Value, fn) == class
	})
}

// fillsMissing tells a function that puts something where it found nothing.
func fillsMissing(fn *function) bool {
	for i := range fn.Accesses {
		a := &fn.Accesses[i]
		if a.Lazy && a.Kind != unit.Read && !a.Reset && (a.Place.Root == unit.RootHolder || a.Place.Root == unit.RootReceiver) {
			return true
		}
	}
	return false
}

// keepInstances lets the one object of such a class be made where its module is loaded.
func (r *resolver) keepInstances() {
	r.single = map[string]bool{}
	for _, id := range sortedClasses(r.classes) {
		c := r.classes[id]
		top := r.functions[c.module.id+"."+topName]
		if c.Test || top == nil || !r.keepsInstances(id) {
			continue
		}
		r.single[id] = true
		top.Allocs = append(top.Allocs, unit.Alloc{Type: id, Kept: true, Location: c.Location})
	}
}
