// Package parsers is the table of front ends: one line for each language or
// configuration technology, whose folder stands beside this file.
package parsers

import (
	"github.com/stateaudit/stateaudit/internal/frontend"
	"github.com/stateaudit/stateaudit/parsers/deploy"
	"github.com/stateaudit/stateaudit/parsers/golang"
	"github.com/stateaudit/stateaudit/parsers/python"
	"github.com/stateaudit/stateaudit/parsers/ruby"
)

// All lists the front ends in the order in which their units are linked.
func All() []frontend.FrontEnd {
	return []frontend.FrontEnd{
		golang.FrontEnd(),
		ruby.FrontEnd(),
		python.FrontEnd(),
		deploy.FrontEnd(),
	}
}
