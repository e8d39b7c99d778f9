package mutablesingleton

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/effects"
	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/rule"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// reportIDs reports what makes ids by the number of its machine, where that number is none
// that each copy is given for itself. What one function uses, it uses once.
func reportIDs(p *rule.Pass) {
	for _, f := range p.Program.Functions() {
		if !p.Lasting(f) {
			continue
		}
		if c, from := makesIDs(p, f); c != nil {
			name := c.Callee[strings.LastIndexByte(c.Callee, '/')+1:]
			p.Report(result.Finding{
				Category: result.Counter, Symbol: name, Language: f.Language, Location: c.Location,
				Message:  fmt.Sprintf("`%s` makes ids (`%s`) that differ only as long as no other copy has the same machine number, which is %s. Two copies that have the same make the same ids.", f.Symbol, name, from),
				Fix:      "Give each copy a number of its own where it is deployed, or let the database make the ids.",
				Evidence: []result.Evidence{{Kind: result.CallAt, Phase: f.Phase(), Function: f.Symbol, Location: c.Location, Note: "made here"}},
			}, f)
		}
	}
}

// makesIDs finds the first such call of a function, and where the number comes from.
func makesIDs(p *rule.Pass, f *program.Function) (first *unit.Call, from string) {
	for i := range f.Calls {
		c := &f.Calls[i]
		e, ok := effects.Of(c)
		if !ok || e.Kind != effects.IDMaker || e.Unless != "" && p.Calls(e.Unless) || first != nil && first.Location.Line < c.Location.Line {
			continue
		}
		if number := machineNumber(p.Program, c, e); number != "" {
			first, from = c, number
		}
	}
	return first, from
}

// machineNumber says where the number of the machine comes from, if that is no setting.
func machineNumber(p *program.Program, c *unit.Call, e effects.Effect) string {
	switch {
	case e.Path >= 0:
		if e.Path < len(c.Args) && c.Args[e.Path].Kind == unit.Literal {
			return "written in the code"
		}
		return ""
	case len(e.Without) > 0 && !leftOut(p, e.Without):
		return ""
	}
	return "taken from " + e.What
}

// leftOut tells an option that nobody gives a value, or that one who gives it may leave
// without one after all.
func leftOut(p *program.Program, option []string) bool {
	given := false
	for _, f := range p.Functions() {
		if f.Test {
			continue
		}
		for i := range f.Accesses {
			a := &f.Accesses[i]
			if a.Value == nil || a.Kind != unit.Init && a.Kind != unit.Write || !slices.ContainsFunc(a.Place.Path, func(step string) bool { return slices.Contains(option, step) }) {
				continue
			}
			if mayBeNil(p, a.Value) {
				return true
			}
			given = true
		}
	}
	return !given
}

// mayBeNil tells nothing, and what a function of the checkout returns that may return nothing.
func mayBeNil(p *program.Program, v *unit.Value) bool {
	if v.Kind == unit.Nil {
		return true
	}
	f := p.Function(v.Callee)
	return f != nil && v.Kind == unit.Result && slices.ContainsFunc(f.Returns, func(r unit.Value) bool { return r.Kind == unit.Nil && r.Nth == v.Nth })
}
