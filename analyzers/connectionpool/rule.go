// Package connectionpool lists the clients and pools that each process
// keeps for itself.
package connectionpool

import (
	_ "embed"

	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/rule"
	"github.com/stateaudit/stateaudit/internal/unit"
)

//go:embed rule.md
var doc string

// Rule returns the rule.
func Rule() rule.Rule {
	return rule.Rule{
		Name:       "connection-pool",
		Level:      result.Note,
		Categories: []result.Category{result.Client},
		Languages:  []unit.Language{unit.Go, unit.Ruby, unit.Python},
		Doc:        doc,
		Run:        run,
	}
}

func run(p *rule.Pass) {
	for _, a := range p.Assessments {
		if a.Rule() == p.Name() {
			p.ReportHolder(a, "")
		}
	}
}
