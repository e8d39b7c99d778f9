package cli

import (
	"github.com/stateaudit/stateaudit/analyzers"
	"github.com/stateaudit/stateaudit/internal/rule"
)

// rules lists the rules in the order in which they are shown.
func rules() []rule.Rule { return analyzers.Rules() }

func ruleNames() []string {
	var names []string
	for _, r := range rules() {
		names = append(names, r.Name)
	}
	return names
}
