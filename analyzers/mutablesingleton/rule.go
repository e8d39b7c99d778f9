// Package mutablesingleton reports the only copy of something that changes in
// process memory while serving.
package mutablesingleton

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
		Name:       "mutable-singleton",
		Level:      result.Warning,
		Categories: []result.Category{result.Counter, result.Flag, result.Registry, result.Other},
		Languages:  []unit.Language{unit.Go, unit.Ruby, unit.Python},
		Doc:        doc,
		Run:        run,
	}
}

func run(p *rule.Pass) {
	for _, a := range p.Assessments {
		if a.State && a.Rule() == p.Name() {
			p.ReportHolder(a, "")
		}
		if a.Crossing != "" {
			reportCrossing(p, a)
		}
	}
	reportStores(p)
	reportKeys(p)
	reportIDs(p)
}
