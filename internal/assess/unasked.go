package assess

import (
	"slices"

	"github.com/stateaudit/stateaudit/internal/program"
)

// unasked tells a place that is changed and that nobody but tests looks at: a map that entries are
// put into and taken out of, a figure that a test asks for. Objects can do something without being
// looked at, and only of what no other package can name every use is known. What prints or compares
// the whole around it is overlooked, which errs towards finding less.
func unasked(p *program.Program, h *program.Holder, a Assessment) bool {
	if !h.Own || !h.Plain && !numeric(h) || len(h.Parts) > 0 {
		return false
	}
	if slices.ContainsFunc(h.Reads, func(c program.Change) bool { return !c.Aside }) {
		return false
	}
	return p.Unasked(h) || removes(a) && !p.Asked(h)
}
