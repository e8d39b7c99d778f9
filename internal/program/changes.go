package program

import (
	"slices"
	"sort"
	"strconv"

	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// attribute hands every access and every effect of a call to the holder that it
// is an access of.
func (p *Program) attribute() {
	for _, f := range p.order {
		if f.Test || f.HasRole(unit.Test) {
			continue
		}
		if f.solved && !f.sketched {
			p.given(f)
			continue
		}
		for i := range f.Accesses {
			a := &f.Accesses[i]
			p.attributeAccess(f, a)
		}
		for _, e := range p.through(f) {
			if e.Place.Root == unit.RootReceiver && closureOf(f, e) {
				continue
			}
			p.change(f, e)
		}
	}
	for _, h := range p.holders {
		sort.SliceStable(h.Changes, func(i, j int) bool { return before(h.Changes[i], h.Changes[j]) })
		sort.SliceStable(h.Reads, func(i, j int) bool { return before(h.Reads[i], h.Reads[j]) })
	}
}

// given collects what a function that the solver knows puts into places.
func (p *Program) given(f *Function) {
	for i := range f.Accesses {
		p.gives(&f.Accesses[i])
	}
}

// gives notes what an access puts into a place.
func (p *Program) gives(a *unit.Access) {
	h := p.holders[KeptIn(a.Place)]
	switch {
	case a.Value == nil || h == nil:
	case a.Kind == unit.Init || a.Kind == unit.Write:
		h.Values = append(h.Values, *a.Value)
	case a.Key != nil:
		h.Entries = append(h.Entries, a)
	}
}

// allTold leaves out the changes of objects of which other copies are told.
func (p *Program) allTold() {
	for _, h := range p.holders {
		p.told(h)
	}
}

// told leaves out the changes of an object of a library that was given what tells
// the other copies of each: they load it again.
func (p *Program) told(h *Holder) {
	e, ok := p.Catalog.Lookup(h.Type)
	if !ok || e.Tells == "" {
		return
	}
	tells := func(c Change) bool { return c.Op == e.Tells }
	if slices.ContainsFunc(h.Changes, tells) || slices.ContainsFunc(h.Reads, tells) {
		h.Changes = slices.DeleteFunc(h.Changes, func(c Change) bool { return p.foreign[c.Method] != nil })
	}
}

// closureOf tells an effect that merely came up from a closure of the function:
// the closure itself is asked.
func closureOf(f *Function, e Effect) bool { return len(e.Through) == 0 }

func (p *Program) attributeAccess(f *Function, a *unit.Access) {
	p.gives(a)
	switch a.Kind {
	case unit.Read, unit.Escape:
		p.read(f, *a)
	case unit.Init:
	case unit.Invoke:
		if p.foreignChange(a) {
			p.change(f, Effect{Access: *a, Origin: a.Location, In: f.ID})
		} else {
			p.read(f, *a)
		}
	default:
		p.change(f, Effect{Access: *a, Origin: a.Location, In: f.ID})
	}
}

func before(a, b Change) bool {
	la, lb := a.Location, b.Location
	if la.File != lb.File {
		return la.File < lb.File
	}
	if la.Line != lb.Line {
		return la.Line < lb.Line
	}
	return la.Column < lb.Column
}

// change attributes one change. Of the places on its way the deepest one that
// is still unique counts: the field of an object of which the process has one,
// else the variable or field that holds the object.
func (p *Program) change(f *Function, e Effect) {
	a := e.Access
	h, parts := p.holderOf(a.Place)
	if h == nil {
		return
	}
	a.Lazy = a.Lazy || f.once || f.fills[h.ID]
	h.Changes = append(h.Changes, Change{Access: a, Function: f, Phase: f.phaseOf(a), Through: e.Through, Origin: e.Origin, In: e.In})
	for _, part := range parts {
		h.addPart(part)
	}
}

func (p *Program) read(f *Function, a unit.Access) {
	if h, _ := p.holderOf(a.Place); h != nil {
		h.Reads = append(h.Reads, Change{Access: a, Function: f, Phase: f.Phase(), Origin: a.Location, In: f.ID})
	}
}

// holderOf finds the holder that a place belongs to, and the fields below it
// through which it is reached.
func (p *Program) holderOf(pl unit.Place) (*Holder, []*Holder) {
	return p.holderWithin(pl, maxHandedOut)
}

// maxHandedOut bounds through how many getters a place is followed.
const maxHandedOut = 3

func (p *Program) holderWithin(pl unit.Place, depth int) (*Holder, []*Holder) {
	var found *Holder
	var parts []*Holder
	if pl.Root == unit.RootResult && depth > 0 {
		if h, parts := p.handedOut(pl, depth); h != nil {
			return h, parts
		}
		if p.makesResult(pl.Name) {
			return nil, nil // a new object, with what was made along with it
		}
	}
	if pl.Root == unit.RootHolder {
		if h := p.holders[pl.Name]; h != nil && (p.keeps(h) || h.PerRequest && h.Kind == unit.Attribute) {
			found = h
		}
	}
	for _, s := range pl.Path {
		h := p.holders[s]
		if h == nil {
			if s == unit.Element && found != nil {
				continue
			}
			continue
		}
		if p.lived[h.Owner] && !p.shared(h.Owner) {
			found, parts = h, nil
			if k := p.keeper(h); k != nil {
				found, parts = k, []*Holder{h}
			}
			continue
		}
		if found != nil {
			parts = append(parts, h)
		}
	}
	return found, parts
}

// handedOut follows the result of a function back to the place that it returns.
func (p *Program) handedOut(pl unit.Place, depth int) (*Holder, []*Holder) {
	f := p.functions[pl.Name]
	if f == nil {
		return nil, nil
	}
	for i := range f.Returns {
		v := &f.Returns[i]
		if v.Nth != 0 || v.Place == nil || v.Kind != unit.PlaceValue && v.Kind != unit.Compound {
			continue
		}
		from := *v.Place
		from.Path = append(append([]string{}, from.Path...), pl.Path...)
		if h, parts := p.holderWithin(from, depth-1); h != nil {
			return h, parts
		}
	}
	return nil, nil
}

// makesResult tells a function that returns an object of its own making.
func (p *Program) makesResult(id string) bool {
	f := p.functions[id]
	if f == nil {
		return false
	}
	made := false
	for i := range f.Returns {
		v := &f.Returns[i]
		switch {
		case v.Nth != 0 || v.Kind == unit.Nil:
		case v.Kind == unit.New:
			made = true
		default:
			return false
		}
	}
	return made
}

func (h *Holder) addPart(part *Holder) {
	for _, have := range h.Parts {
		if have == part {
			return
		}
	}
	h.Parts = append(h.Parts, part)
	sort.Slice(h.Parts, func(i, j int) bool { return h.Parts[i].ID < h.Parts[j].ID })
}

// maxStarts bounds through how many calls the thread is sought in which a function runs.
const maxStarts = 6

// startedOnce tells a function that runs beside the requests because boot starts it, or
// what calls it, and that nothing else runs: what it does before its loop is done once,
// in each copy alike.
func (f *Function) startedOnce(depth int) bool {
	if depth == 0 || len(f.callers) == 0 || slices.ContainsFunc(f.Roles, func(r unit.Role) bool { return r.Serves() && r != unit.Background }) {
		return false
	}
	for _, from := range f.callers {
		if from.Test || from.Boot && !from.Serving {
			continue
		}
		for i := range from.out {
			e := &from.out[i]
			if e.to == f && (e.async || e.ref || e.back || e.call == nil || e.call.Loop || !from.startedOnce(depth-1)) {
				return false
			}
		}
	}
	return true
}

// phaseOf is the phase in which a function makes an access: that of the function,
// unless only calls made at boot pass what the access needs.
func (f *Function) phaseOf(a unit.Access) result.Phase {
	if a.Loop && f.Boot && f.goesOn() {
		return result.Serving
	}
	if a.Ahead && f.Serving && f.startedOnce(maxStarts) {
		return result.Boot
	}
	if a.IfGiven == 0 && !a.IfBlock || !f.Serving || f.given(a.IfGiven, a.IfBlock, maxPassed) {
		return f.Phase()
	}
	if f.Boot {
		return result.Boot
	}
	return result.UnknownPhase
}

// maxPassed bounds through how many calls it is followed what is passed on.
const maxPassed = 4

// given tells whether something that serves may pass a parameter, by its number from 1,
// or a block. What a caller only passes on it must have been passed itself.
func (f *Function) given(number int, block bool, depth int) bool {
	if depth == 0 || len(f.Roles) > 0 || len(f.callers) == 0 {
		return true
	}
	for _, from := range f.callers {
		if !from.Serving {
			continue
		}
		for i := range from.out {
			e := &from.out[i]
			if e.to == f && (e.call == nil || e.ref || block && e.call.Block || from.passes(e.call.Args, number, depth)) {
				return true
			}
		}
	}
	return false
}

// passes tells whether one of the arguments of a call, by its number from 1, is more
// than what its function was not passed itself.
func (f *Function) passes(args []unit.Value, number, depth int) bool {
	if number == 0 || number > len(args) {
		return false
	}
	v := &args[number-1]
	if v.Kind == unit.Nil {
		return false
	}
	if v.Place == nil || v.Place.Root != unit.RootParam || len(v.Place.Path) > 0 {
		return true
	}
	own, err := strconv.Atoi(v.Place.Name)
	return err != nil || f.given(own+1, false, depth-1)
}
