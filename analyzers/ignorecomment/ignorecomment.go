// Package ignorecomment is the rule about comments that are meant to ignore a
// finding and do nothing.
package ignorecomment

import (
	_ "embed"

	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/rule"
	"github.com/stateaudit/stateaudit/internal/unit"
)

//go:embed rule.md
var doc string

// Rule describes the rule. It asks nothing of the program, and so has nothing to
// run: what it reports is known when all other rules have been asked and the
// comments have been held against their findings.
func Rule() rule.Rule {
	return rule.Rule{
		Name:       "ignore-comment",
		Level:      result.Warning,
		Categories: []result.Category{result.Other},
		Languages:  []unit.Language{unit.Go, unit.Ruby, unit.Python, unit.Deploy},
		Doc:        doc,
	}
}
