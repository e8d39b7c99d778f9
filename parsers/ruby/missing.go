package ruby

import (
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// forwarding finds to what the method_missing of each class sends on the message that
// it was called with:
//
//	def method_missing(name, *args) = settings.send(name, *args)
//
// It is found out before calls are resolved, since resolving changes them.
func (r *resolver) forwarding(functions []*unit.Function) {
	found := map[string][]ref{}
	for _, f := range functions {
		if !strings.HasSuffix(f.ID, "#method_missing") && !strings.HasSuffix(f.ID, ".method_missing") {
			continue
		}
		at := r.siteOf(f)
		for i := range f.Calls {
			if c := &f.Calls[i]; sendsOn(c) {
				if on := r.typeOf(at, c.Receiver); on.typ != "" && !slices.Contains(found[f.ID], on) {
					found[f.ID] = append(found[f.ID], on)
				}
			}
		}
	}
	if len(found) > 0 {
		r.forwards, r.out = found, map[string]handed{}
	}
}

// sendsOn tells a call that sends on the message that its function was called with.
func sendsOn(c *unit.Call) bool {
	switch c.Name {
	case "send", "public_send", "__send__", "try":
	default:
		return false
	}
	if c.Receiver == nil || len(c.Args) == 0 {
		return false
	}
	first := c.Args[0].Place
	return first != nil && first.Root == unit.RootParam && first.Name == "0" && len(first.Path) == 0
}

// forwarded finds the method that answers in the place of one that a class lacks.
// Objects that send on to each other are asked once.
func (r *resolver) forwarded(rf ref, name string, asked ...ref) *unit.Function {
	if len(r.forwards) == 0 || name == "new" || name == "method_missing" || name == "respond_to_missing?" || slices.Contains(asked, rf) {
		return nil
	}
	missing := r.ownMethod(rf, "method_missing")
	if missing == nil {
		return nil
	}
	for _, on := range r.forwards[missing.ID] {
		if m := r.ownMethod(on, name); m != nil {
			return m
		}
		if m := r.forwarded(on, name, append(asked, rf)...); m != nil {
			return m
		}
	}
	return nil
}
