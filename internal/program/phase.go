package program

import (
	"slices"

	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// step is how a function was reached in a phase: from whom, by which call.
type step struct {
	from *Function // nil at a root
	call *unit.Call
	note string
	// begins says that the phase begins here: a go statement, a registration.
	begins bool
	doubt  Doubt // of the whole way
}

type visit struct {
	f     *Function
	phase result.Phase
	by    *step
}

// phases walks the edges breadth first, and what is doubtful last, so that the path
// kept for each function is a shortest one of those that are doubted least. Roots
// are visited in the order of their IDs.
func (p *Program) phases() {
	var queues [3][]visit // by doubt
	reach := func(f *Function, ph result.Phase, s *step) {
		if !f.Test && !f.solved && f.via[ph] == nil && !f.HasRole(unit.Test) {
			at := result.Proven.Rank() - s.doubt.Confidence.Rank()
			queues[at] = append(queues[at], visit{f, ph, s})
		}
	}
	for _, f := range p.order {
		p.rootPhases(f, reach)
	}
	for _, f := range p.order {
		for _, ph := range []result.Phase{result.Boot, result.Serving} {
			if s := f.via[ph]; f.solved && s != nil {
				p.follow(visit{f, ph, s}, reach)
			}
		}
	}
	for at := 0; at < len(queues); {
		if len(queues[at]) == 0 {
			at++
			continue
		}
		v := queues[at][0]
		queues[at] = queues[at][1:]
		if v.f.via[v.phase] != nil {
			continue
		}
		v.f.via[v.phase] = v.by
		if v.phase == result.Boot {
			v.f.Boot = true
		} else {
			v.f.Serving = true
		}
		p.follow(v, reach)
	}
}

// follow goes along the edges of a function that runs in a phase. What it reaches is
// doubted no less than itself.
func (p *Program) follow(v visit, reach func(*Function, result.Phase, *step)) {
	for i := range v.f.out {
		e := &v.f.out[i]
		if ph, ok := phaseOver(e, v.phase, p.joined(v.f, e.to), v.f.goesOn()); ok {
			reach(e.to, ph, &step{from: v.f, call: e.call, note: e.note, begins: ph != v.phase, doubt: Worse(v.by.doubt, doubtOver(v.f, e))})
		}
	}
}

// joined tells a goroutine that the function which starts it waits for: it runs
// when that function runs. main often waits for what lasts as long as the
// process, and a loop without end is not waited for at all.
func (p *Program) joined(by, run *Function) bool {
	if by == nil || by.HasRole(unit.Main) || slices.Contains(run.Attrs, "endless-loop") || run.Outer != by.ID {
		return false
	}
	return slices.Contains(by.Attrs, unit.WaitsForGroup)
}

func (p *Program) rootPhases(f *Function, reach func(*Function, result.Phase, *step)) {
	if f.HasRole(unit.Background) && p.joined(p.functions[f.Outer], f) {
		return
	}
	for _, r := range f.Roles {
		switch {
		case r == unit.Background && f.onSignal():
		case r.Serves():
			reach(f, result.Serving, &step{note: f.RoleNote, doubt: doubtOfRole(f, r)})
		case r == unit.Main || r == unit.Initializer:
			reach(f, result.Boot, &step{note: f.RoleNote})
		}
	}
}

// phaseOver tells in which phase an edge's target runs. What boot starts
// without waiting for it runs beside the requests. A function with a serving
// role of its own that boot merely names is left to that role. What is waited for
// runs in the phase of its caller, but for a loop in which the main line stays.
func phaseOver(e *edge, from result.Phase, joined, goesOn bool) (result.Phase, bool) {
	switch {
	case joined, e.to.onSignal():
		return from, true
	case e.role.Serves(), goesOn && e.call != nil && e.call.Loop && !e.ref:
		return result.Serving, true
	case e.role == unit.Main:
		return result.Boot, true
	case e.async:
		return result.Serving, true
	case e.ref && servesByRole(e.to):
		return "", false
	case e.to.HasRole(unit.Tool):
		return "", false
	}
	return from, true
}

// onSignal tells a function that waits again and again for signals of the system and for nothing
// else: it does what a start does, since who operates this copy wants it to start anew.
func (f *Function) onSignal() bool { return slices.Contains(f.Attrs, unit.SignalLoop) }

// goesOn tells a function in which the main line of a process stays.
func (f *Function) goesOn() bool { return slices.Contains(f.Attrs, unit.GoesOn) }

// mainLines tells the functions that serve only as the main line of a process which
// stays in a loop: no request, message or thread gets to them.
func (p *Program) mainLines() {
	if !slices.ContainsFunc(p.order, (*Function).goesOn) {
		return
	}
	asked := map[*Function]bool{}
	var queue []*Function
	reach := func(f *Function) {
		if f.Serving && !asked[f] {
			asked[f] = true
			queue = append(queue, f)
		}
	}
	for _, f := range p.order {
		if servesByRole(f) {
			reach(f)
		}
		for i := range f.out {
			e := &f.out[i]
			if ph, ok := phaseOver(e, result.Boot, p.joined(f, e.to), false); ok && ph == result.Serving {
				reach(e.to)
			}
		}
	}
	for len(queue) > 0 {
		f := queue[0]
		queue = queue[1:]
		for i := range f.out {
			if e := &f.out[i]; !e.ref {
				reach(e.to)
			}
		}
	}
	for _, f := range p.order {
		f.mainLine = f.Serving && !asked[f] || !f.Serving && f.goesOn()
	}
}

// MainLine tells a function that serves only as the main line of a process which stays
// in a loop.
func (f *Function) MainLine() bool { return f.mainLine }

// Stays tells a function in which the main line of a process stays.
func (f *Function) Stays() bool { return f.Boot && f.goesOn() }

func servesByRole(f *Function) bool {
	for _, r := range f.Roles {
		if r.Serves() && (r != unit.Background || !f.onSignal()) {
			return true
		}
	}
	return false
}

// bootCalls finds the functions that boot calls itself, going by calls only.
func (p *Program) bootCalls() {
	p.calledAtBoot = map[*Function]bool{}
	var queue []*Function
	reach := func(f *Function) {
		if f.Boot && !p.calledAtBoot[f] {
			p.calledAtBoot[f] = true
			queue = append(queue, f)
		}
	}
	for _, f := range p.order {
		if s := f.via[result.Boot]; s != nil && s.from == nil {
			reach(f)
		}
	}
	for len(queue) > 0 {
		f := queue[0]
		queue = queue[1:]
		for i := range f.out {
			if e := &f.out[i]; !e.ref && !e.async || e.role == unit.Main {
				reach(e.to)
			}
		}
	}
}

// onceOnly finds the functions that only sync.Once and its like call, and what
// only those call.
func (p *Program) onceOnly() {
	for changed := true; changed; {
		changed = false
		for _, f := range p.order {
			if !f.once && len(f.Roles) == 0 && calledOnce(f) {
				f.once, changed = true, true
			}
		}
	}
}

// fillers finds the functions that are only called, while serving, where a
// holder was found to be empty: what they put there is the filling of a memo.
func (p *Program) fillers() {
	for changed := true; changed; {
		changed = false
		for _, f := range p.order {
			if f.fills != nil || !f.Serving || len(f.Roles) > 0 {
				continue
			}
			if fills := filledBy(f); len(fills) > 0 {
				f.fills, changed = fills, true
			}
		}
	}
}

// filledBy lists the holders that all calls of a function while serving find empty.
func filledBy(f *Function) map[string]bool {
	var common map[string]bool
	for _, from := range f.callers {
		for i := range from.out {
			e := &from.out[i]
			if e.to != f || !from.Serving {
				continue
			}
			here := map[string]bool{}
			for id := range from.fills {
				here[id] = true
			}
			if e.call != nil && !e.ref {
				for _, place := range e.call.Empty {
					here[KeptIn(place)] = true
				}
			}
			for id := range common {
				if !here[id] {
					delete(common, id)
				}
			}
			if common == nil {
				common = here
			}
			if len(common) == 0 {
				return nil
			}
		}
	}
	return common
}

func calledOnce(f *Function) bool {
	n := 0
	for _, from := range f.callers {
		for i := range from.out {
			e := &from.out[i]
			if e.to != f || e.ref {
				continue
			}
			if !from.once && (e.call == nil || !slices.Contains(e.call.Guards, "once")) {
				return false
			}
			n++
		}
	}
	return n > 0
}

// Path lists how a function is reached in a phase, entry first: each function
// with the place where it calls the next.
func (f *Function) Path(ph result.Phase) []PathStep {
	var out []PathStep
	var loc *unit.Location
	for at, n := f, 0; at != nil && n < 32; n++ {
		s := at.via[ph]
		out = append([]PathStep{{Function: at, Call: loc}}, out...)
		if s == nil || s.from == nil {
			if s != nil {
				out[0].Note = s.note
			}
			return out
		}
		loc = nil
		if s.call != nil {
			loc = &s.call.Location
		}
		out[0].Note = s.note
		if s.begins {
			return out
		}
		at = s.from
	}
	return out
}

// PathStep is one function on the way to another.
type PathStep struct {
	Function *Function
	Call     *unit.Location // where it calls the next one; nil for the last
	Note     string         // why it runs in this phase, where that starts
}
