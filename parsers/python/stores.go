package python

import "github.com/stateaudit/stateaudit/internal/unit"

// keptForLater lets a function that a decorator of the checkout puts into a collection serve:
// whoever looks it up there calls it later. A decorator that only wraps says nothing of
// when that is.
func (r *resolver) keptForLater(fn *function, by *unit.Function, direct bool) bool {
	if len(fn.Roles) > 0 || fn.Test || by.Test {
		return false
	}
	keeps := direct && storesFirst(by)
	for _, inner := range r.inner[by.ID] {
		keeps = keeps || !direct && storesFirst(inner.Function)
	}
	if keeps {
		fn.give(unit.Application, "kept by "+by.Name+" to be called later")
	}
	return keeps
}

// storesFirst tells a function that puts what it is given first into a collection which
// lasts longer than its call.
func storesFirst(fn *unit.Function) bool {
	for i := range fn.Accesses {
		a := &fn.Accesses[i]
		if a.Kind != unit.Modify || a.Value == nil || a.Value.Place == nil || a.Value.Place.Root != unit.RootParam || a.Value.Place.Name != "0" || len(a.Value.Place.Path) > 0 {
			continue
		}
		if a.Place.Root == unit.RootHolder || a.Place.Root == unit.RootReceiver {
			return true
		}
	}
	return false
}
