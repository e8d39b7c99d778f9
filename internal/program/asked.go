package program

import (
	"slices"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// Asked tells whether some code but tests looks at what a field or a variable of a package keeps, in
// whatever object, or hands its address on. What is in a function that nobody calls is no use of
// it; where no program was seen, whoever imports the package may call what it exports.
func (p *Program) Asked(h *Holder) bool {
	if p.asked == nil {
		p.asked, p.seen = map[string]bool{}, map[string]bool{}
		called := p.calledNames()
		called[""] = !p.hasProgram()
		for _, f := range p.order {
			if !f.Test && (!f.solved || f.sketched) {
				p.namesAll(f)
			}
		}
		for _, u := range p.Units {
			for i := range u.Records {
				r := &u.Records[i]
				asks(r, p.seen)
				if p.mayRun(r.Function, called) {
					asks(r, p.asked)
				}
			}
		}
	}
	return p.asked[h.ID]
}

// Unasked tells what some code looks at, but none that may run, such as what a test asks
// for. What nobody looks at at all may have been left so for the moment.
func (p *Program) Unasked(h *Holder) bool { return !p.Asked(h) && p.seen[h.ID] }

// calledNames are the functions that others which are no tests call or name, and the names under
// which they call what only the program knows. The empty name stands for all.
func (p *Program) calledNames() map[string]bool {
	out := map[string]bool{}
	for _, f := range p.order {
		if f.Test {
			continue
		}
		for i := range f.Calls {
			c := &f.Calls[i]
			known := false
			for _, id := range targets(c) {
				out[id] = true
				known = known || p.functions[id] != nil
			}
			if !known && c.Name != "" {
				out[c.Name] = true
			}
		}
	}
	return out
}

// mayRun tells a function that is reached, or that something else than a test calls.
func (p *Program) mayRun(id string, called map[string]bool) bool {
	f := p.functions[id]
	if f == nil {
		return true
	}
	for f.Outer != "" && p.functions[f.Outer] != nil && !f.Boot && !f.Serving {
		f = p.functions[f.Outer]
	}
	if f.Test || f.HasRole(unit.Test) {
		return false
	}
	return f.Boot || f.Serving || len(f.Roles) > 0 || called[f.ID] || called[f.Name] || called[""]
}

func (p *Program) hasProgram() bool {
	return slices.ContainsFunc(p.order, func(f *Function) bool { return f.HasRole(unit.Main) && f.Outer == "" })
}

// asks notes the places that a function looks at, or hands on.
func asks(r *unit.Record, places map[string]bool) {
	at := make([][]string, r.Slots)
	looks := func(slots ...unit.Slot) {
		for _, s := range slots {
			for _, id := range at[s] {
				places[id] = true
			}
		}
	}
	for i := range r.Ops {
		op := &r.Ops[i]
		to := unit.Slot(0)
		if len(op.To) > 0 {
			to = op.To[0]
		}
		switch op.Kind {
		case unit.OpRoot, unit.OpStep, unit.OpElem:
			if to != 0 {
				at[to] = placeIDs(op, at[op.Base])
			}
		case unit.OpLoad:
			if !op.Aside {
				looks(op.Base)
			}
		case unit.OpStore:
			looks(op.Args...)
		case unit.OpTouch:
		default:
			if !op.Aside {
				looks(op.Base)
				looks(op.Args...)
			}
		}
	}
}

// placeIDs are the declarations that a place belongs to, and those that it lies within.
func placeIDs(op *unit.Op, around []string) []string {
	switch op.Kind {
	case unit.OpRoot:
		return []string{op.Name}
	case unit.OpStep:
		return append([]string{op.Field}, around...)
	}
	return around
}

// namesAll notes all that a function without a record names.
func (p *Program) namesAll(f *Function) {
	for i := range f.Accesses {
		a := &f.Accesses[i]
		p.asked[a.Place.Name] = true
		for _, step := range a.Place.Path {
			p.asked[step] = true
		}
	}
}
