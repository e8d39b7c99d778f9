package mutablesingleton

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/effects"
	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/remedy"
	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/rule"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// reportKeys reports the settings that a library keeps for the whole process, once for
// each library, where they are set while serving and somebody who serves reads some.
func reportKeys(p *rule.Pass) {
	told := map[string]bool{}
	for _, f := range p.Program.Functions() {
		if f.Test || !f.Serving {
			continue
		}
		for i := range f.Calls {
			c := &f.Calls[i]
			library := packageOf(c.Callee)
			if !does(c, effects.KeySet) || told[library] || !readsKeys(p.Program, library) {
				continue
			}
			told[library] = true
			name := c.Callee[strings.LastIndexByte(c.Callee, '/')+1:]
			p.Report(result.Finding{
				Category: result.Flag, Symbol: name, Language: f.Language, Location: c.Location,
				Message:  fmt.Sprintf("`%s` sets values of the process's settings while serving (`%s`). With two copies %s.", f.Symbol, name, remedy.Breaks(result.Flag, "")),
				Fix:      remedy.Fix(result.Flag, "", f.Language),
				Evidence: []result.Evidence{{Kind: result.CallAt, Phase: result.Serving, Function: f.Symbol, Location: c.Location, Note: "set here"}},
			}, f)
		}
	}
}

// readsKeys tells whether a function that serves uses a setting of a library.
func readsKeys(p *program.Program, library string) bool {
	return slices.ContainsFunc(p.Functions(), func(f *program.Function) bool {
		return f.Serving && !f.Test && slices.ContainsFunc(f.Calls, func(c unit.Call) bool {
			return does(&c, effects.KeyRead) && packageOf(c.Callee) == library && (c.Result == unit.Used || c.Result == unit.Returned) && len(c.Args) > 0
		})
	})
}

func does(c *unit.Call, k effects.Kind) bool {
	e, ok := effects.Of(c)
	return ok && e.Kind == k
}

// packageOf is the package of a function that is no method.
func packageOf(callee string) string {
	return callee[:max(strings.LastIndexByte(callee, '.'), 0)]
}
