package assess

import (
	"slices"

	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/unit"
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

// unlooked tells an object in a variable of a module of which only methods are called that look at none of
// the fields which change: it is there for what the methods do, and what they leave in it
// nobody asks it for.
func unlooked(p *program.Program, h *program.Holder, a Assessment) bool {
	if h.Kind != unit.ModuleVar || len(h.Parts) == 0 || len(h.Reads) == 0 || isCollection(h.Type) || slices.ContainsFunc(a.Writes, func(c program.Change) bool { return c.Kind != unit.Write || c.Op != "=" }) {
		return false
	}
	changing := map[string]bool{}
	for _, part := range h.Parts {
		if part.Kind != unit.Field {
			return false
		}
		changing[part.ID] = true
	}
	return !slices.ContainsFunc(h.Reads, func(c program.Change) bool {
		f := p.Function(c.Method)
		return c.Kind != unit.Invoke || f == nil || looksAt(p, f, changing, maxBehind)
	})
}

// looksAt tells a method that reads one of some fields, itself or by others of its type.
func looksAt(p *program.Program, f *program.Function, fields map[string]bool, depth int) bool {
	if depth == 0 {
		return true
	}
	for i := range f.Accesses {
		a := &f.Accesses[i]
		if a.Kind == unit.Read && slices.ContainsFunc(a.Place.Path, func(step string) bool { return fields[step] }) || a.Kind == unit.Read && a.Place.Root == unit.RootReceiver && len(a.Place.Path) == 0 {
			return true
		}
	}
	for i := range f.Calls {
		c := &f.Calls[i]
		if c.Receiver == nil || c.Receiver.Place == nil || c.Receiver.Place.Root != unit.RootReceiver {
			continue
		}
		if to := p.Function(c.Callee); to == nil || to != f && looksAt(p, to, fields, depth-1) {
			return true
		}
	}
	return false
}
