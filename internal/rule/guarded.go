package rule

import (
	"github.com/stateaudit/stateaudit/internal/bindings"
	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// Guarded says, to stand behind what a call does, what configuration must say for it to
// be made: ", unless REDIS_URL is set"; "" if it is made in any case.
func Guarded(c *unit.Call) string {
	if guard := bindings.Guard(c.When); guard != "" {
		return ", " + guard
	}
	return ""
}

// ReportChosen reports what a call brings about that makes a store or opens a database.
// A condition changes what is said and how sure it is, never the level.
func (p *Pass) ReportChosen(f result.Finding, fn *program.Function, c *unit.Call) {
	if guard := bindings.Guard(c.When); guard != "" {
		doubted(&f, program.Doubt{Confidence: result.Likely, Why: "it holds " + guard})
	}
	p.Report(f, fn)
}
