package localdiskstate

import (
	"fmt"
	"slices"

	"github.com/stateaudit/stateaudit/internal/effects"
	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/rule"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// embedded finds a server that a function makes inside the process, and that keeps its
// data in a folder of the host as the program sets it up.
func embedded(p *program.Program, f *program.Function) (write, bool) {
	for i := range f.Calls {
		e, ok := effects.Of(&f.Calls[i])
		if ok && e.Kind == effects.Embedded && (len(e.With) == 0 || gives(p, e.With)) && !gives(p, e.Without) {
			return write{call: &f.Calls[i], effect: e}, true
		}
	}
	return write{}, false
}

// gives tells whether the program gives one of some options a value.
func gives(p *program.Program, fields []string) bool {
	return len(fields) > 0 && slices.ContainsFunc(p.Functions(), func(f *program.Function) bool {
		return !f.Test && slices.ContainsFunc(f.Accesses, func(a unit.Access) bool {
			return (a.Kind == unit.Init || a.Kind == unit.Write || a.Kind == unit.Modify) && slices.ContainsFunc(a.Place.Path, func(step string) bool { return slices.Contains(fields, step) }) && !off(a.Value)
		})
	})
}

// off tells a value that leaves an option as it is without it.
func off(v *unit.Value) bool {
	return v != nil && (v.Kind == unit.Nil || v.Kind == unit.Literal && slices.Contains([]string{"false", `""`, "0"}, v.Text))
}

func reportEmbedded(p *rule.Pass, f *program.Function, w write) {
	p.Report(result.Finding{
		Category: result.Other, Symbol: f.Symbol, Language: f.Language, Location: w.call.Location,
		Message: fmt.Sprintf("`%s` runs %s inside the process, with its data in a folder of this host. A second copy runs one of its own, which has nothing of what the first one holds, and a host that is replaced takes it along.", f.Symbol, w.effect.What),
		Fix:     "Run the server by itself, for all copies, or as a cluster whose members know each other.",
		Evidence: []result.Evidence{
			{Kind: result.CallAt, Phase: f.Phase(), Function: f.Symbol, Location: w.call.Location, Note: "made here"},
		},
	}, f)
}
