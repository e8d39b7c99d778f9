package program

import (
	"sort"
	"strconv"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// edge leads from a function to one that it may run.
type edge struct {
	to    *Function
	call  *unit.Call
	async bool // the caller does not wait
	role  unit.Role
	note  string
	back  bool // code outside the checkout calls it, having been handed it
	ref   bool // named as a value; who runs it is not known
	// offered: code outside the checkout has the object, and may call this method or
	// another.
	offered bool
	// at is where the solver saw it, of an edge that it found.
	at unit.Location
}

// connect turns calls into edges. Calls of function values are joined with the
// functions that were stored there: a parameter with the arguments at the call
// sites, a field with what was assigned to it.
func (p *Program) connect() {
	stored := p.storedFunctions()
	p.stored = stored
	for _, f := range p.order {
		for i := range f.Calls {
			p.callEdges(f, &f.Calls[i], stored)
		}
		sort.SliceStable(f.out, func(i, j int) bool { return f.out[i].to.ID < f.out[j].to.ID })
	}
	for _, f := range p.order {
		for _, e := range f.out {
			e.to.callers = append(e.to.callers, f)
		}
	}
}

func (p *Program) callEdges(f *Function, c *unit.Call, stored map[string][]string) {
	for _, id := range targets(c) {
		if to := p.functions[id]; to != nil {
			f.out = append(f.out, edge{to: to, call: c, async: c.Async, role: c.As, note: c.AsNote, ref: c.Reference})
			p.argumentEdges(to, c)
		}
	}
	if c.Callee == "" && c.Receiver != nil && c.Receiver.Place != nil {
		for _, id := range stored[KeptIn(*c.Receiver.Place)] {
			if to := p.functions[id]; to != nil {
				f.out = append(f.out, edge{to: to, call: c, async: c.Async})
			}
		}
	}
}

// argumentEdges lets a callee that calls its parameter run the functions that
// this call site passes.
func (p *Program) argumentEdges(callee *Function, site *unit.Call) {
	for i := range callee.Calls {
		inner := &callee.Calls[i]
		if inner.Callee != "" || inner.Receiver == nil || inner.Receiver.Place == nil {
			continue
		}
		at := inner.Receiver.Place
		if at.Root != unit.RootParam || len(at.Path) > 0 {
			continue
		}
		n := atoi(at.Name)
		if n < 0 || n >= len(site.Args) || site.Args[n].Kind != unit.Func {
			continue
		}
		if to := p.functions[site.Args[n].Callee]; to != nil {
			callee.out = append(callee.out, edge{to: to, call: inner, async: inner.Async})
		}
	}
}

// storedFunctions lists, for each field and variable, the functions that are
// ever put there.
func (p *Program) storedFunctions() map[string][]string {
	stored := map[string][]string{}
	given := p.givenFunctions()
	for _, f := range p.order {
		for i := range f.Accesses {
			a := &f.Accesses[i]
			if a.Value == nil {
				continue
			}
			key := KeptIn(a.Place)
			if key == "" {
				continue
			}
			if a.Value.Kind == unit.Func {
				stored[key] = append(stored[key], a.Value.Callee)
			} else if from := a.Value.Place; from != nil && from.Root == unit.RootParam && len(from.Path) == 0 {
				stored[key] = append(stored[key], given[f.ID+" "+from.Name]...)
			}
		}
	}
	return stored
}

// givenFunctions lists, for each parameter of a function, the functions that
// callers pass: the key is the function's ID and the parameter's number.
func (p *Program) givenFunctions() map[string][]string {
	given := map[string][]string{}
	for _, f := range p.order {
		for i := range f.Calls {
			c := &f.Calls[i]
			for n := range c.Args {
				if c.Args[n].Kind != unit.Func || c.Args[n].Callee == "" {
					continue
				}
				for _, id := range targets(c) {
					key := id + " " + strconv.Itoa(n)
					given[key] = append(given[key], c.Args[n].Callee)
				}
			}
		}
	}
	return given
}

// Stored lists the functions that are ever put in a holder, such as a field that
// keeps a callback.
func (p *Program) Stored(holder string) []string { return p.stored[holder] }

func targets(c *unit.Call) []string {
	if c.Callee == "" {
		return c.Targets
	}
	return append([]string{c.Callee}, c.Targets...)
}

// KeptIn is the holder whose content a place is: its last field, else the holder
// at its root. Empty for parameters, receivers and locals.
func KeptIn(pl unit.Place) string {
	for i := len(pl.Path) - 1; i >= 0; i-- {
		if pl.Path[i] != unit.Element {
			return pl.Path[i]
		}
	}
	if pl.Root == unit.RootHolder {
		return pl.Name
	}
	return ""
}

func atoi(s string) int {
	n := 0
	if s == "" {
		return -1
	}
	for _, c := range s {
		if c < '0' || c > '9' {
			return -1
		}
		n = n*10 + int(c-'0')
	}
	return n
}
