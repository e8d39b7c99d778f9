package program

import (
	"slices"
	"sort"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// Effect is a change that a function makes to what it was given: a place rooted
// at its receiver or one of its parameters.
type Effect struct {
	unit.Access
	Through []string // callees between, outermost first
	Origin  unit.Location
	In      string // ID of the function in which it is written
}

// Bounds that keep summaries small. Real containers change two or three fields.
const (
	maxEffects  = 24
	maxSteps    = 6
	maxThrough  = 4
	maxSweeps   = 12
	pathDivider = ">"
)

// summarise computes the effects of all functions to a fixed point. It sweeps
// over the functions whose callees changed; each sweep follows calls one level
// further.
func (p *Program) summarise() {
	dirty := map[*Function]bool{}
	for _, f := range p.order {
		p.ownEffects(f)
		if len(f.effects) > 0 {
			markCallers(f, dirty)
		}
	}
	for sweep := 0; sweep < maxSweeps && len(dirty) > 0; sweep++ {
		next := map[*Function]bool{}
		for _, f := range p.order {
			if dirty[f] && p.calleeEffects(f) {
				markCallers(f, next)
			}
		}
		dirty = next
	}
}

func markCallers(f *Function, set map[*Function]bool) {
	for _, c := range f.callers {
		set[c] = true
	}
}

// ownEffects records what the function itself changes.
func (p *Program) ownEffects(f *Function) {
	for i := range f.Accesses {
		a := &f.Accesses[i]
		if a.Place.Root != unit.RootReceiver && a.Place.Root != unit.RootParam {
			continue
		}
		if changes(a) || a.Kind == unit.Invoke && p.foreignChange(a) {
			f.add(Effect{Access: *a, Origin: a.Location, In: f.ID})
		}
	}
}

// changes tells whether an access by itself changes its place. Rebinding a
// parameter changes nothing that the caller can see.
func changes(a *unit.Access) bool {
	switch a.Kind {
	case unit.Modify:
		return true
	case unit.Write:
		return a.Place.Root != unit.RootParam || len(a.Place.Path) > 0 || strings.HasPrefix(a.Op, "*")
	}
	return false
}

// foreignChange tells whether a method of a type outside the checkout changes
// what it is called on: by the catalogue, else by the method's own source. What a
// client of a server changes is its connection. Where neither is known a change
// would be a guess, and no guess is reported.
func (p *Program) foreignChange(a *unit.Access) bool {
	if p.functions[a.Method] != nil {
		return false
	}
	if i := strings.LastIndexByte(a.Method, '.'); i > 0 && p.types[a.Method[:i]] != nil {
		return false // an interface of the checkout: its implementations are asked
	}
	if changes, known := p.Catalog.Mutates(a.Method, a.Op); known {
		return changes
	}
	f := p.foreign[a.Method]
	return f != nil && f.Receiver == unit.Changed && !f.Client
}

func (f *Function) add(e Effect) bool {
	if len(e.Place.Path) > maxSteps || len(f.effects) >= maxEffects {
		return false
	}
	key := string(e.Place.Root) + e.Place.Name + pathDivider + strings.Join(e.Place.Path, pathDivider)
	if _, ok := f.effects[key]; ok {
		return false
	}
	f.effects[key] = e
	return true
}

// calleeEffects adds what callees do to the receiver and parameters that this
// function hands on. It reports whether anything was new.
func (p *Program) calleeEffects(f *Function) bool {
	grew := false
	for _, ch := range p.through(f) {
		if ch.Place.Root == unit.RootReceiver || ch.Place.Root == unit.RootParam {
			grew = f.add(ch) || grew
		}
	}
	return grew
}

// through lists the changes that calls in a function make to places that the
// function names.
func (p *Program) through(f *Function) []Effect {
	var out []Effect
	for i := range f.Accesses {
		a := &f.Accesses[i]
		if a.Kind == unit.Invoke {
			out = append(out, p.invoked(f, a)...)
		}
	}
	for i := range f.Calls {
		out = append(out, p.passed(&f.Calls[i])...)
	}
	for _, e := range f.out {
		if e.to.Outer == f.ID {
			out = append(out, closureEffects(e.to)...)
		}
	}
	return out
}

// closureEffects are the changes that a closure makes to the receiver of the
// method around it.
func closureEffects(c *Function) []Effect {
	var out []Effect
	for _, e := range c.sorted() {
		if e.Place.Root == unit.RootReceiver {
			out = append(out, e)
		}
	}
	return out
}

// invoked lists what the method called on a place changes there.
func (p *Program) invoked(f *Function, a *unit.Access) []Effect {
	var out []Effect
	at := f.callAt(a.Location)
	for _, m := range p.methodTargets(f, a) {
		if at != nil && at.Async && m.HasRole(unit.Job) {
			continue // each job is made for its run
		}
		for _, e := range m.sorted() {
			if e.Place.Root != unit.RootReceiver {
				continue
			}
			out = append(out, rebase(e, a, a.Place, m.ID, at))
		}
	}
	return out
}

// methodTargets are the methods that a call of a place's method may run.
func (p *Program) methodTargets(f *Function, a *unit.Access) []*Function {
	if m := p.functions[a.Method]; m != nil {
		return []*Function{m}
	}
	c := f.callAt(a.Location)
	if c == nil || c.Guessed {
		return nil
	}
	var out []*Function
	for _, id := range targets(c) {
		if m := p.functions[id]; m != nil {
			out = append(out, m)
		}
	}
	return out
}

// callAt is the call made at a place of the function, or nil.
func (f *Function) callAt(l unit.Location) *unit.Call {
	if f.calls == nil {
		f.calls = make(map[unit.Location]*unit.Call, len(f.Calls))
		for i := range f.Calls {
			if c := &f.Calls[i]; f.calls[c.Location] == nil {
				f.calls[c.Location] = c
			}
		}
	}
	return f.calls[l]
}

// passed lists what a callee changes in the places that it is handed.
func (p *Program) passed(c *unit.Call) []Effect {
	var out []Effect
	for _, id := range targets(c) {
		m := p.functions[id]
		if m == nil || c.Reference || c.Guessed {
			continue
		}
		for _, e := range m.sorted() {
			n := atoi(e.Place.Name)
			if e.Place.Root != unit.RootParam || n < 0 || n >= len(c.Args) || c.Args[n].Place == nil {
				continue
			}
			site := unit.Access{Location: c.Location, Guards: c.Guards}
			out = append(out, rebase(e, &site, *c.Args[n].Place, m.ID, c))
		}
	}
	return out
}

// rebase moves an effect of a callee to the place that the caller gave it. What
// the callee got as arguments is known here.
func rebase(e Effect, site *unit.Access, base unit.Place, callee string, call *unit.Call) Effect {
	path := make([]string, 0, len(base.Path)+len(e.Place.Path))
	path = append(append(path, base.Path...), e.Place.Path...)
	out := e
	out.Place = unit.Place{Root: base.Root, Name: base.Name, Path: path}
	out.Location = site.Location
	out.Guards = append(append([]string{}, site.Guards...), e.Guards...)
	out.Lazy = e.Lazy || site.Lazy || (e.Kind == unit.Write || e.Op == "[]=") && foundEmpty(call, out.Place)
	out.Ensure = site.Ensure
	out.Value, out.Key = given(e.Value, call), given(e.Key, call)
	out.Through = append([]string{callee}, e.Through...)
	if len(out.Through) > maxThrough {
		out.Through = out.Through[:maxThrough]
	}
	return out
}

// foundEmpty tells a call that is made only where the place which it fills holds nothing. A
// collection to which an entry is added where it is not in yet is no such place.
func foundEmpty(c *unit.Call, place unit.Place) bool {
	return c != nil && slices.ContainsFunc(c.Empty, func(e unit.Place) bool {
		return e.Root == place.Root && e.Name == place.Name && slices.Equal(e.Path, place.Path)
	})
}

// given replaces a callee's parameter by what the call passes for it.
func given(v *unit.Value, c *unit.Call) *unit.Value {
	if v == nil || c == nil {
		return v
	}
	if v.Place != nil && v.Place.Root == unit.RootParam && len(v.Place.Path) == 0 && v.Kind != unit.Result {
		if n := atoi(v.Place.Name); n >= 0 && n < len(c.Args) {
			return &c.Args[n]
		}
	}
	if number, ok := strings.CutPrefix(v.Callee, "&param:"); ok {
		if n := atoi(number); n >= 0 && n < len(c.Args) && c.Args[n].Kind == unit.Func {
			out := *v
			out.Callee = c.Args[n].Callee
			return &out
		}
	}
	return v
}

func (f *Function) sorted() []Effect {
	keys := make([]string, 0, len(f.effects))
	for k := range f.effects {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	out := make([]Effect, len(keys))
	for i, k := range keys {
		out[i] = f.effects[k]
	}
	return out
}
