package inprocessworker

import (
	"slices"

	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// timed lists what a function lets a timer run that is set anew each time it has run:
// a loop without a loop.
func timed(f *program.Function) []start {
	var out []start
	for _, b := range f.Beside() {
		if b.To.Test || b.Call != nil && b.Call.Async || !recurs(b.To) {
			continue
		}
		at := b.To.Location
		if b.Call != nil && b.Call.Callee == b.To.ID {
			at = b.Call.Location
		}
		out = append(out, start{by: f, run: b.To, location: at, timer: true})
	}
	return out
}

// recurs tells what a timer runs and what, close by, has itself run by a timer again,
// or sets the timer anew.
func recurs(run *program.Function) bool {
	return slices.ContainsFunc(run.Within(near), func(g *program.Function) bool {
		return slices.Contains(g.Attrs, unit.Rearms) ||
			slices.ContainsFunc(g.Beside(), func(b program.HandedOver) bool { return b.To == run })
	})
}
