package inprocessworker

import (
	"fmt"
	"slices"

	"github.com/stateaudit/stateaudit/internal/assess"
	"github.com/stateaudit/stateaudit/internal/effects"
	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/remedy"
	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/rule"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// reportLeft reports work that a request leaves behind in its process, which waits
// there and changes something outside when it has waited: a note, since most of it
// ends in a moment.
func reportLeft(p *rule.Pass, told map[string]bool) {
	for _, s := range left(p.Program) {
		if told[s.run.ID] || !s.timer && !sleeps(s.run) || !p.Sources.Reaches(s.run.ID, assess.ToDatabase) && (endlessLoop(s.run) || !p.Sources.Reaches(s.run.ID, assess.ToNetwork)) {
			continue // what goes on for as long as somebody is connected sends to them
		}
		told[s.run.ID] = true
		w, _ := weigh(p, []*program.Function{s.run})
		p.Report(result.Finding{
			Level: result.Note, Category: result.Worker, Symbol: s.symbol(), Language: s.by.Language, Location: s.location,
			Message: fmt.Sprintf("`%s` answers its request and leaves work behind in the process, which waits and then %s. A restart or a deployment loses it, and no other copy takes it over.", s.by.Symbol, w.says),
			Fix:     remedy.Fix(result.Worker, "", s.by.Language),
			Evidence: append([]result.Evidence{
				{Kind: result.Declaration, Phase: result.Serving, Function: s.by.Symbol, Location: s.location, Note: "started here, beside the request"},
			}, w.evidence()...),
		}, s.by)
	}
}

// left lists what functions that answer start without waiting for it. A timer lets it
// wait.
func left(p *program.Program) []start {
	var out []start
	for _, f := range p.Functions() {
		if f.Test || !f.Serving || f.Boot {
			continue
		}
		if by := p.Function(f.Outer); f.HasRole(unit.Background) && by != nil && !waits(by) && answers(by, near) {
			out = append(out, start{by: by, run: f, location: f.Location})
		}
		if waits(f) || !answers(f, near) {
			continue
		}
		for _, b := range f.Beside() {
			if b.To.Test || b.To.HasRole(unit.Job) {
				continue
			}
			s := start{by: f, run: b.To, location: b.To.Location}
			if b.Call != nil {
				s.location, s.timer = b.Call.Location, !b.Call.Async || letsTimePass(b.Call)
			}
			out = append(out, s)
		}
	}
	return out
}

func endlessLoop(f *program.Function) bool { return slices.Contains(f.Attrs, "endless-loop") }

func letsTimePass(c *unit.Call) bool {
	e, ok := effects.Of(c)
	return ok && e.Kind == effects.Wait
}

// answers tells what handles a request, or what a handler calls close by.
func answers(f *program.Function, depth int) bool {
	return f.HasRole(unit.Handler) || depth > 0 && !endlessLoop(f) && slices.ContainsFunc(f.Callers(), func(from *program.Function) bool {
		return from != f && answers(from, depth-1)
	})
}

// sleeps tells what lets time pass before it goes on.
func sleeps(f *program.Function) bool {
	return slices.ContainsFunc(f.Within(near), func(g *program.Function) bool {
		return slices.ContainsFunc(g.Calls, func(c unit.Call) bool { return letsTimePass(&c) })
	})
}
