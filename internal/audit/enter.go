package audit

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/stateaudit/stateaudit/internal/config"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// enter gives the functions that the configuration names as entries the role of
// one: nothing in the checkout calls them, and what does is not known.
func enter(units []*unit.Unit, c *config.Config) {
	for _, e := range c.Entries {
		named := pattern(e.Function)
		note := fmt.Sprintf("named in %s", config.FileName)
		for _, u := range units {
			for i := range u.Functions {
				f := &u.Functions[i]
				if f.Test || f.Outer != "" || !named.MatchString(f.ID) && !named.MatchString(f.Symbol) {
					continue
				}
				role := unit.Handler
				if e.Runs == config.AtBoot {
					role = unit.Initializer
				}
				f.Roles, f.RoleNote = append(f.Roles, role), note
			}
		}
	}
}

// unmatched says which entries name nothing: one that is misspelt would be missed.
func unmatched(units []*unit.Unit, c *config.Config) []unit.Problem {
	var out []unit.Problem
	for _, e := range c.Entries {
		if !names(units, pattern(e.Function)) {
			out = append(out, unit.Problem{File: e.File, Line: e.Line, Message: fmt.Sprintf("the entry %q names no function", e.Function)})
		}
	}
	return out
}

func names(units []*unit.Unit, named *regexp.Regexp) bool {
	for _, u := range units {
		for i := range u.Functions {
			if f := &u.Functions[i]; named.MatchString(f.ID) || named.MatchString(f.Symbol) {
				return true
			}
		}
	}
	return false
}

// pattern matches names in which an asterisk stands for any text.
func pattern(name string) *regexp.Regexp {
	return regexp.MustCompile("^" + strings.ReplaceAll(regexp.QuoteMeta(name), `\*`, ".*") + "$")
}
