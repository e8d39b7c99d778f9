// Package analyzers is the table of rules: one line for each, whose folder
// stands beside this file.
package analyzers

import (
	"github.com/stateaudit/stateaudit/analyzers/blockingsideeffect"
	"github.com/stateaudit/stateaudit/analyzers/connectionpool"
	"github.com/stateaudit/stateaudit/analyzers/inprocesscache"
	"github.com/stateaudit/stateaudit/analyzers/inprocesslock"
	"github.com/stateaudit/stateaudit/analyzers/inprocessworker"
	"github.com/stateaudit/stateaudit/analyzers/localdiskstate"
	"github.com/stateaudit/stateaudit/analyzers/mutablesingleton"
	"github.com/stateaudit/stateaudit/analyzers/nonserializablesessionwrite"
	"github.com/stateaudit/stateaudit/analyzers/sessioninprocess"
	"github.com/stateaudit/stateaudit/analyzers/sharedtable"
	"github.com/stateaudit/stateaudit/analyzers/stickysession"
	"github.com/stateaudit/stateaudit/internal/rule"
)

// Rules lists the rules in the order in which they are shown.
func Rules() []rule.Rule {
	return []rule.Rule{
		mutablesingleton.Rule(),
		inprocesscache.Rule(),
		inprocessworker.Rule(),
		inprocesslock.Rule(),
		connectionpool.Rule(),
		nonserializablesessionwrite.Rule(),
		sessioninprocess.Rule(),
		stickysession.Rule(),
		localdiskstate.Rule(),
		blockingsideeffect.Rule(),
		sharedtable.Rule(),
	}
}
