package inprocessworker

import (
	"fmt"
	"slices"

	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/remedy"
	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/rule"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// reportMainLine reports what the main line of a program does whenever some time has passed:
// nothing starts that loop, since the program stays in it.
func reportMainLine(p *rule.Pass, running []start, told map[string]bool) {
	beside := map[*program.Function]bool{}
	for _, s := range running {
		for _, f := range s.run.Within(near) {
			beside[f] = true
		}
	}
	for _, f := range p.Program.Functions() {
		if f.Test || beside[f] || told[f.ID] || !onMainLine(f) {
			continue
		}
		does, at := timedWork(f)
		w, any := weigh(p, does)
		if len(does) == 0 || !any || w.says == "" {
			continue
		}
		told[f.ID] = true
		p.Report(result.Finding{
			Level: w.level, Category: result.Worker, Symbol: f.Symbol, Language: f.Language, Location: at,
			Message:  mainLineMessage(f, w),
			Fix:      remedy.Fix(result.Worker, "", f.Language),
			Evidence: append([]result.Evidence{{Kind: result.CallAt, Phase: result.Serving, Function: f.Symbol, Location: at, Note: "done in each turn"}}, w.evidence()...),
		}, f)
	}
}

// onMainLine tells what boot itself runs and waits for.
func onMainLine(f *program.Function) bool {
	return f.Boot || slices.ContainsFunc(f.Callers(), func(by *program.Function) bool {
		return by.Boot && slices.Contains(by.Runs(), f)
	})
}

// timedWork lists what a function calls or starts whenever some time has passed, and where it
// does so first.
func timedWork(f *program.Function) ([]*program.Function, unit.Location) {
	var out []*program.Function
	var at unit.Location
	for _, to := range f.Named() {
		for _, c := range f.CallsOf(to) {
			if !c.Timed || c.Reference || to.Test {
				continue
			}
			if len(out) == 0 || c.Location.Line < at.Line {
				at = c.Location
			}
			if !slices.Contains(out, to) {
				out = append(out, to)
			}
		}
	}
	return out, at
}

func mainLineMessage(f *program.Function, w work) string {
	return fmt.Sprintf("`%s` stays in a loop that %s whenever some time has passed, for as long as the process lives. ", f.Symbol, w.says) + w.outcome()
}
