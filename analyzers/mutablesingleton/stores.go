package mutablesingleton

import (
	"fmt"
	"strings"

	"github.com/stateaudit/stateaudit/internal/bindings"
	"github.com/stateaudit/stateaudit/internal/effects"
	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/remedy"
	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/rule"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// reportStores reports the stores of libraries in which the only copy of something
// is kept: the counters of limiters, captchas to be answered, feature flags.
func reportStores(p *rule.Pass) {
	for _, k := range p.Local(bindings.Limiter) {
		reportKept(p, k, result.Counter, result.RateLimiter, "requests are counted")
	}
	for _, k := range p.Local(bindings.Flags) {
		reportKept(p, k, result.Flag, result.FeatureFlag, "feature flags are kept")
	}
	for _, f := range p.Program.Functions() {
		if !p.Lasting(f) {
			continue
		}
		for i := range f.Calls {
			c := &f.Calls[i]
			if e, ok := effects.Of(c); ok && !p.Chosen(f, c) && (e.Unless == "" || !p.Calls(e.Unless)) {
				reportCall(p, f, c, e)
			}
		}
	}
	reportVariables(p)
}

// reportVariables reports the stores that a library makes for whoever names its
// variable, each once.
func reportVariables(p *rule.Pass) {
	told := map[string]bool{}
	p.Values(func(lang unit.Language, at unit.Location, v *unit.Value) {
		if v.Place == nil || v.Place.Root != unit.RootHolder || told[v.Place.Name] {
			return
		}
		e, ok := effects.Named(v.Place.Name)
		if !ok || e.Kind != effects.AnswerStore {
			return
		}
		told[v.Place.Name] = true
		name := v.Place.Name[strings.LastIndexByte(v.Place.Name, '/')+1:]
		p.Report(result.Finding{
			Category: result.Registry, Symbol: name, Language: lang, Location: at,
			Message:  fmt.Sprintf("`%s` keeps %s. With two copies the answer that reaches the other one is refused.", name, e.What),
			Fix:      "Keep them in Redis or the database, where every copy finds them.",
			Evidence: []result.Evidence{{Kind: result.Declaration, Phase: result.Boot, Location: at, Note: "used here"}},
		})
	})
}

func reportKept(p *rule.Pass, k rule.Kept, c result.Category, g result.Group, says string) {
	p.ReportKept(k, result.Finding{
		Category: c, Group: &g, Fix: remedy.Fix(c, g, k.Language()),
		Message: fmt.Sprintf("In production %s in %s, %s. With two copies %s.", says, k.Place(), k.Chosen(), remedy.Breaks(c, g)),
	})
}

func reportCall(p *rule.Pass, f *program.Function, c *unit.Call, e effects.Effect) {
	var finding result.Finding
	switch e.Kind {
	case effects.LimiterStore:
		g := result.RateLimiter
		finding = result.Finding{Category: result.Counter, Group: &g, Message: fmt.Sprintf("`%s` counts requests in %s%s. With two copies %s.", f.Symbol, e.What, rule.Guarded(c), remedy.Breaks(result.Counter, g)), Fix: remedy.Fix(result.Counter, g, f.Language)}
	case effects.AnswerStore:
		finding = result.Finding{Category: result.Registry, Message: fmt.Sprintf("`%s` keeps %s%s. With two copies the answer that reaches the other one is refused.", f.Symbol, e.What, rule.Guarded(c)), Fix: "Keep them in Redis or the database, where every copy finds them."}
	case effects.ClientRegister:
		if len(c.Args) > 0 && c.Args[0].Text == "false" || len(e.Without) > 0 && !leftOut(p.Program, e.Without) {
			return
		}
		finding = result.Finding{Category: result.Registry, Message: fmt.Sprintf("`%s` keeps %s in the memory of the process%s. With two copies each knows only those that are connected to it, and what comes in at the other does not reach them.", f.Symbol, e.What, rule.Guarded(c)), Fix: remedy.Fix(result.Registry, "", f.Language)}
	default:
		return
	}
	finding.Symbol, finding.Language, finding.Location = c.Callee[strings.LastIndexByte(c.Callee, '/')+1:], f.Language, c.Location
	finding.Evidence = []result.Evidence{{Kind: result.CallAt, Phase: f.Phase(), Function: f.Symbol, Location: c.Location, Note: "made here"}}
	p.ReportChosen(finding, f, c)
}
