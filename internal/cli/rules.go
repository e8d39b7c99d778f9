package cli

import (
	"github.com/stateaudit/stateaudit/internal/audit"
	"github.com/stateaudit/stateaudit/internal/rule"
)

// rules lists the rules in the order in which they are shown.
func rules() []rule.Rule { return audit.Rules() }

func ruleNames() []string { return audit.RuleNames() }
