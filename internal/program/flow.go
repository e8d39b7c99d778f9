package program

import (
	"path"
	"slices"
	"sort"
	"strings"

	"github.com/stateaudit/stateaudit/internal/flow"
	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// solve asks the solver about the functions that have records, and takes phases,
// edges and the life of places from its answer.
func (p *Program) solve() {
	recorded := map[string]bool{}
	var units []*unit.Unit
	for _, u := range p.Units {
		if len(u.Records) > 0 {
			units = append(units, u)
		}
		for i := range u.Records {
			recorded[u.Records[i].Function] = true
		}
	}
	if len(units) == 0 {
		return
	}
	units = append(units, p.sketched(recorded))
	p.flow = flow.Solve(flow.Input{
		Units: units, Roots: p.flowRoots(recorded),
		Serves: func(id string) bool {
			f := p.functions[id]
			return f != nil && !f.Test && f.Outer == "" && servesByRole(f)
		},
		Loops: func(id string) bool {
			f := p.functions[id]
			return f != nil && slices.Contains(f.Attrs, "endless-loop")
		},
		Follows: func(id string) bool {
			f := p.functions[id]
			return f != nil && slices.Contains(f.Attrs, unit.FollowsFiles)
		},
		OnSignal: func(id string) bool {
			f := p.functions[id]
			return f != nil && f.onSignal()
		},
		Repeats: func(id string) bool {
			f := p.functions[id]
			return f != nil && slices.Contains(f.Attrs, "waits-in-loop")
		},
		Accepts: func(id string) bool {
			f := p.functions[id]
			return f != nil && slices.ContainsFunc(f.Calls, func(c unit.Call) bool {
				what := p.foreign[c.Callee]
				return what != nil && slices.ContainsFunc(what.Effects, func(e unit.ForeignEffect) bool { return e.Kind == unit.Accepts })
			})
		},
		Waits: func(id string) bool {
			f := p.functions[id]
			return f != nil && slices.Contains(f.Attrs, "waits-for-signal")
		},
		Joins: func(by, run string) bool {
			f := p.functions[run]
			return f != nil && p.joined(p.functions[by], f)
		},
	})
	for id := range recorded {
		if f := p.functions[id]; f != nil {
			f.solved = true
		}
	}
	p.flowEdges()
	p.flowPhases()
}

// sketched makes records of functions that have none, because they do not
// type-check: they call what they name, on objects that nobody knows.
func (p *Program) sketched(recorded map[string]bool) *unit.Unit {
	u := &unit.Unit{}
	for _, f := range p.order {
		if recorded[f.ID] || f.Language != unit.Go || f.Test {
			continue
		}
		recorded[f.ID] = true
		f.sketched = true
		r := unit.Record{Function: f.ID, File: f.Location.File, Slots: 1}
		for i := range f.Calls {
			c := &f.Calls[i]
			for _, id := range targets(c) {
				if p.functions[id] == nil {
					continue
				}
				apply := &unit.Apply{Async: c.Async}
				r.Ops = append(r.Ops, unit.Op{Kind: unit.OpCall, Name: id, Call: apply, Line: int32(c.Location.Line), Col: int32(c.Location.Column)})
			}
		}
		u.Records = append(u.Records, r)
	}
	return u
}

// flowRoots are the functions that something outside the program calls, as far as
// their declaration tells.
func (p *Program) flowRoots(recorded map[string]bool) []flow.Root {
	var out []flow.Root
	makers := p.handlerMakers()
	for _, f := range p.order {
		if !recorded[f.ID] || f.Test || f.HasRole(unit.Test) {
			continue
		}
		if makers[f.ID] {
			out = append(out, flow.Root{Function: f.ID, Note: "makes a handler", Makes: true})
		}
		for _, r := range f.Roles {
			switch {
			case r == unit.Main && f.Outer == "" || r == unit.Initializer:
				out = append(out, flow.Root{Function: f.ID, Note: f.RoleNote, Program: r == unit.Main})
			case r == unit.Background && f.onSignal():
			case r.Serves() && f.Outer == "":
				out = append(out, flow.Root{Function: f.ID, Serving: true, Note: f.RoleNote})
			}
		}
	}
	return out
}

// handlerMakers are functions that nobody in the checkout names and in which a
// handler is made: whoever imports the package calls them to set up a server.
func (p *Program) handlerMakers() map[string]bool {
	out := map[string]bool{}
	for _, f := range p.order {
		if f.Outer == "" || f.Test || !f.HasRole(unit.Handler) {
			continue
		}
		outer := f
		for outer != nil && outer.Outer != "" {
			outer = p.functions[outer.Outer]
		}
		if outer != nil && len(outer.Roles) == 0 && len(outer.callers) == 0 {
			out[outer.ID] = true
		}
	}
	return out
}

// flowPhases takes over in which phases functions run, and how they are reached.
func (p *Program) flowPhases() {
	for id, r := range p.flow.Functions {
		f := p.functions[id]
		if f == nil || f.Test {
			continue
		}
		f.Boot, f.Serving, f.Ending = r.Boot, r.Serving, r.Ending
		for i, ph := range []result.Phase{result.Boot, result.Serving} {
			if i == 0 && !r.Boot || i == 1 && !r.Serving {
				continue
			}
			s := &step{from: p.functions[r.From[i]], note: r.Note[i], begins: r.Begins[i], doubt: doubtOf(r.Doubt[i], f.Symbol)}
			if s.from != nil {
				s.call = s.from.callNear(r.Line[i], f)
			}
			f.via[ph] = s
		}
	}
}

// NotFollowed counts the values and places at which so many objects arrive that the
// solver did not follow the rest: what changes those there is not known.
func (p *Program) NotFollowed() int {
	if p.flow == nil {
		return 0
	}
	return p.flow.Cut
}

// Lasts tells whether some program or command of the checkout was seen to serve, loop
// or wait.
func (p *Program) Lasts() bool { return p.flow != nil && p.flow.Lasting }

// Solved tells whether the solver knows what the function calls and when it runs.
func (f *Function) Solved() bool { return f.solved }

// HandedOver lists the functions that code outside the checkout calls because this
// one hands them over, with the call.
func (f *Function) HandedOver() []HandedOver {
	var out []HandedOver
	for i := range f.out {
		if e := &f.out[i]; e.back {
			out = append(out, HandedOver{e.to, e.call, e.at})
		}
	}
	return out
}

// HandedOver is a function that code outside the checkout calls, or that is started.
type HandedOver struct {
	To   *Function
	Call *unit.Call    // nil if none was found on the line
	At   unit.Location // where the solver saw it; empty if it did not
}

// Beside lists the functions that run beside this one because it starts them, or hands
// them to code outside the checkout which does, such as a timer.
func (f *Function) Beside() []HandedOver {
	var out []HandedOver
	for i := range f.out {
		if e := &f.out[i]; e.async && !e.ref && !e.back {
			out = append(out, HandedOver{e.to, e.call, e.at})
		}
	}
	return out
}

// callNear finds the call of a function on a line.
func (f *Function) callNear(line int, to *Function) *unit.Call {
	var found *unit.Call
	for i := range f.Calls {
		c := &f.Calls[i]
		if line < c.Location.Line || line > max(c.Location.EndLine, c.Location.Line) {
			continue
		}
		switch {
		case to != nil && (c.Callee == to.ID || slices.Contains(c.Targets, to.ID)):
			return c
		case to != nil && (c.Name == to.Name || c.Callee == ""):
			found = c
		case found == nil && to == nil:
			found = c
		}
	}
	return found
}

// flowEdges replaces what was guessed of dynamic calls by what the solver found:
// targets of which no object arrives are dropped, and those that only a value led
// to are added.
func (p *Program) flowEdges() {
	found := map[string][]flow.Edge{}
	for _, e := range p.flow.Calls {
		found[e.From] = append(found[e.From], e)
	}
	for _, f := range p.order {
		if !f.solved || p.flow.Functions[f.ID] == nil {
			continue
		}
		p.refine(f, found[f.ID])
	}
	for _, f := range p.order {
		f.callers = nil
	}
	for _, f := range p.order {
		for _, e := range f.out {
			e.to.callers = append(e.to.callers, f)
		}
	}
}

func (p *Program) refine(f *Function, found []flow.Edge) {
	reached, certain := map[string]bool{}, map[string]bool{}
	for _, e := range found {
		reached[e.To] = true
		certain[e.To] = certain[e.To] || !e.Offered
	}
	var out []edge
	have := map[string]bool{}
	for _, e := range f.out {
		dynamic := e.call != nil && e.call.Callee != e.to.ID && !e.ref
		if dynamic && e.to.solved && !reached[e.to.ID] {
			continue
		}
		if !e.ref {
			have[e.to.ID] = true
		}
		out = append(out, e)
	}
	for _, e := range found {
		to := p.functions[e.To]
		if to == nil || have[e.To] || to.Test {
			continue
		}
		have[e.To] = true
		at := unit.Location{File: f.Location.File, Line: e.Line, Column: e.Col, EndLine: e.Line, EndColumn: e.Col}
		out = append(out, edge{to: to, call: f.callNear(e.Line, to), async: e.Async || e.Serves, back: e.Back, offered: !certain[e.To], at: at})
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].to.ID < out[j].to.ID })
	f.out = out
}

// flowChanges hands what the solver saw happen to each holder.
func (p *Program) flowChanges() {
	if p.flow == nil {
		return
	}
	for i := range p.flow.Events {
		e := &p.flow.Events[i]
		h, f := p.holders[e.Holder], p.functions[e.Function]
		if h == nil || f == nil || f.Test || h.Test {
			continue
		}
		p.happens(h, f, e)
	}
	for id := range p.flow.Kept {
		if h := p.holders[id]; h != nil && h.Kind == unit.Field {
			p.lived[h.Owner] = true
		}
	}
}

func (p *Program) happens(h *Holder, f *Function, e *flow.Event) {
	a := p.accessOf(f, e)
	switch {
	case e.Kind == flow.Read || a == nil:
		place := unit.Place{Root: unit.RootHolder, Name: h.ID}
		if e.Part != "" {
			place.Path = []string{e.Part} // inside the object that is kept, not which object that is
		}
		h.Reads = append(h.Reads, Change{
			Access:   unit.Access{Place: place, Kind: unit.Read, Location: locationOf(e)},
			Function: f, Phase: phaseIn(e.Boot, e.Serving), Origin: locationOf(e), In: f.ID,
			Element: e.Element, Again: e.Again, Aside: e.Aside,
		})
		return
	}
	var part *Holder
	if e.Part != "" {
		part = p.holders[e.Part]
	}
	if part != nil {
		h.addPart(part)
	}
	if len(e.Lifted) == 0 || !e.Several {
		a.Lazy = a.Lazy || f.once || f.fills[h.ID]
		h.Changes = append(h.Changes, Change{Access: *a, Function: f, Phase: phaseIn(e.Boot, e.Serving), Origin: a.Location, In: f.ID, doubt: doubtOf(e.Doubt, f.Symbol)})
	}
	for i := range e.Lifted {
		p.lifted(h, f, e, a, &e.Lifted[i])
	}
}

func (p *Program) lifted(h *Holder, f *Function, e *flow.Event, a *unit.Access, l *flow.Lift) {
	by := p.functions[l.Function]
	if by == nil || by.Test {
		return
	}
	c := by.callNear(l.Line, p.functions[l.Through[0]])
	out := *a
	site := unit.Access{Location: unit.Location{File: by.Location.File, Line: l.Line, Column: l.Col, EndLine: l.Line, EndColumn: l.Col}}
	if c != nil {
		site.Location, site.Guards = c.Location, c.Guards
		if inv := by.invokedAt(c.Location); inv != nil {
			site.Lazy, site.Refused, site.Ensure = inv.Lazy, inv.Refused, inv.Ensure
		}
		if len(l.Through) == 1 {
			out.Value, out.Key = given(a.Value, c), given(a.Key, c)
		}
	}
	out.Location = site.Location
	out.Guards = append(append([]string{}, site.Guards...), a.Guards...)
	out.Lazy = a.Lazy || site.Lazy || f.once || f.fills[h.ID] || f.fills[e.Part] || by.once || by.fills[h.ID]
	out.Refused = a.Refused || site.Refused
	out.Ensure = site.Ensure
	h.Changes = append(h.Changes, Change{
		Access: out, Function: by, Phase: phaseIn(l.Boot, l.Serving), Through: l.Through, Origin: a.Location, In: f.ID, doubt: doubtOf(e.Doubt, f.Symbol),
	})
}

func (f *Function) invokedAt(l unit.Location) *unit.Access {
	for i := range f.Accesses {
		if a := &f.Accesses[i]; a.Kind == unit.Invoke && a.Location == l {
			return a
		}
	}
	return nil
}

func phaseIn(boot, serving bool) result.Phase {
	switch {
	case serving:
		return result.Serving
	case boot:
		return result.Boot
	}
	return result.UnknownPhase
}

func locationOf(e *flow.Event) unit.Location {
	return unit.Location{File: e.File, Line: e.Line, Column: e.Col, EndLine: e.Line, EndColumn: e.Col}
}

// accessOf finds the access as written that an event is, for what only the syntax
// tells: whether it is made only when the place was empty, which locks are held,
// what is put there. Nil says that nothing changes.
func (p *Program) accessOf(f *Function, e *flow.Event) *unit.Access {
	var best *unit.Access
	rank := 0
	for i := range f.Accesses {
		a := &f.Accesses[i]
		if e.Line < a.Location.Line || e.Line > max(a.Location.EndLine, a.Location.Line) {
			continue
		}
		if r := p.answers(a, e); r > rank {
			best, rank = a, r
		}
	}
	place := unit.Place{Root: unit.RootHolder, Name: e.Holder}
	if best != nil {
		out := *best
		out.Place = place
		if out.Kind == unit.Init {
			out.Kind = unit.Write
		}
		return &out
	}
	switch e.Kind {
	case flow.Write:
		kind, op := unit.Write, "="
		if e.Element {
			kind, op = unit.Modify, "[]="
		}
		if e.Name != "" {
			kind, op = unit.Modify, e.Name
		}
		return &unit.Access{Place: place, Kind: kind, Op: op, Location: locationOf(e), Reset: e.Name == "clear"}
	case flow.Invoke:
		a := &unit.Access{Place: place, Kind: unit.Invoke, Method: e.Name, Op: path.Ext(e.Name), Location: locationOf(e)}
		a.Op = strings.TrimPrefix(a.Op, ".")
		if p.foreignChange(a) {
			return a
		}
	}
	return nil
}

// answers ranks how well an access fits an event; 0 is not at all.
func (p *Program) answers(a *unit.Access, e *flow.Event) int {
	kept := KeptIn(a.Place)
	same := 0
	if kept == e.Holder || e.Part != "" && kept == e.Part {
		same = 2
	}
	switch e.Kind {
	case flow.Write:
		if (a.Kind == unit.Write || a.Kind == unit.Modify) && !strings.HasPrefix(a.Op, "&") && (same > 0 || kept == "") {
			return 1 + same
		}
		if a.Kind == unit.Init && a.Lazy && same > 0 {
			return 1 + same // an empty map in place of none
		}
	case flow.Invoke:
		if a.Kind == unit.Invoke && last(a.Method) == last(e.Name) && p.foreignChange(a) && (same > 0 || kept == "") {
			return 1 + same
		}
	case flow.Hand:
		if a.Kind == unit.Modify && strings.HasPrefix(a.Op, "&") && (same > 0 || kept == "") {
			return 1 + same
		}
	}
	return 0
}

func last(id string) string { return id[strings.LastIndexByte(id, '.')+1:] }
