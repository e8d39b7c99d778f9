package effects

import (
	"slices"
	"strconv"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// unresolved stands before the names of methods that are known by their keywords, where
// it is not known what they are called on.
const unresolved = "?."

// Message is what a call hands to a broker, and the value that names where it goes, nil if
// none does; false for calls that hand on none.
func Message(c *unit.Call) (carried, to *unit.Value, ok bool) {
	if c.Reference {
		return nil, nil, false
	}
	callee := c.Callee
	if !c.External {
		if callee != "" || len(c.Targets) > 0 {
			return nil, nil, false
		}
		callee = unresolved + c.Name
	}
	e, known := named(callee)
	if !known || len(e.carries) == 0 || !e.given(c) {
		return nil, nil, false
	}
	carried = argument(c, e.carries)
	return carried, argument(c, e.to), carried != nil
}

// given tells whether a call has the keywords that an effect asks for.
func (e Effect) given(c *unit.Call) bool {
	return len(e.With) == 0 || slices.ContainsFunc(e.With, func(key string) bool { return argument(c, []string{key}) != nil })
}

// argument is the first argument of a call that one of some numbers or keywords names.
func argument(c *unit.Call, names []string) *unit.Value {
	for _, name := range names {
		n, err := strconv.Atoi(name)
		if err == nil && n < len(c.Args) && c.Args[n].Type != "pair" {
			return &c.Args[n]
		}
		for i := range c.Args {
			if a := &c.Args[i]; err != nil && a.Type == "pair" && a.Callee == name && len(a.Parts) > 0 {
				return &a.Parts[0]
			}
		}
	}
	return nil
}
