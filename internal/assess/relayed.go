package assess

import (
	"slices"

	"github.com/stateaudit/stateaudit/internal/effects"
	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// Relayed says why a register of clients does no harm: who is connected elsewhere is
// told there.
const Relayed = "each copy tells its own clients what all copies are told"

// maxHeard bounds how many callers above what tells clients a subscription is looked for.
const maxHeard = 3

// relayed tells a register of the clients of this copy which is only walked to tell them
// what a broker has told every copy.
func relayed(p *program.Program, h *program.Holder) bool {
	if !isCollection(h.Type) || !listeners(p, h) && !brings(p, h) {
		return false
	}
	heard := false
	for _, r := range h.Reads {
		if r.Aside || keepsOrDrops(h, r.In) {
			continue
		}
		if !hears(p.Function(r.In), maxHeard) {
			return false
		}
		heard = true
	}
	return heard
}

// keepsOrDrops tells a function that puts clients there or takes them away.
func keepsOrDrops(h *program.Holder, in string) bool {
	return slices.ContainsFunc(h.Changes, func(c program.Change) bool { return c.In == in && c.Kind != unit.Init })
}

// hears tells a function that is told by a broker, or that only such functions call.
func hears(f *program.Function, up int) bool {
	if f == nil {
		return false
	}
	if slices.ContainsFunc(f.Calls, func(c unit.Call) bool { e, ok := effects.Of(&c); return ok && e.Kind == effects.Hears }) {
		return true
	}
	callers := f.Callers()
	return up > 0 && len(callers) > 0 && !slices.ContainsFunc(callers, func(from *program.Function) bool { return from == f || !hears(from, up-1) })
}
