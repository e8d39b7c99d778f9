package flow

import (
	"sort"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// Result is what the analysis found.
type Result struct {
	// Functions are the phases of the functions that are reached, by ID.
	Functions map[string]*Reached
	// Events are what operations do to places that outlast the request, and what
	// they read there, in the order of functions and operations.
	Events []Event
	// Calls are the edges of the call graph between functions.
	Calls []Edge
	// Kept are the fields and variables that last as long as the process.
	Kept map[string]bool
	// Keepers are, for each field of an object that lasts, the places that hold the
	// object.
	Keepers map[string][]string
	// Merged are the functions of which too many contexts were joined.
	Merged []string
	// Declared counts functions, Reached those that an entry leads to.
	Declared, Reach int
}

// Reached says how a function is reached in each phase.
type Reached struct {
	Boot, Serving bool
	// From is the function that calls it in a phase, Line and Column where.
	From [2]string
	Line [2]int
	Col  [2]int
	Note [2]string
	// Begins says that the phase begins here.
	Begins [2]bool
}

// EventKind says what an operation does to a place.
type EventKind uint8

// The kinds of event.
const (
	Read EventKind = iota
	Write
	Invoke // a method of code outside the checkout is called on it
	Hand   // its address is handed to code outside the checkout
)

// Event is what an operation does to a place.
type Event struct {
	Kind     EventKind
	Function string
	File     string
	Line     int
	Col      int
	// Holder is the declaration that the place belongs to, Part the field through
	// which an object below it changes.
	Holder string
	Part   string
	// Through are the callers up to one that names the holder, innermost last, and
	// where it calls: for objects of a type of which there are several.
	Boot, Serving bool
	Name          string // method or function outside the checkout, or what the language does
	Element       bool   // an element of what is kept, not the place itself
	// Several says that there is more than one object of the type, so that the holder
	// is what keeps this one.
	Several bool
	Lifted  []Lift
}

// Lift is a caller of a method of a shared type.
type Lift struct {
	Function      string
	Line, Col     int
	Through       []string
	Boot, Serving bool
}

// Edge is a call between two functions.
type Edge struct {
	From, To  string
	Line, Col int
	Async     bool
	Back      bool // called back by code outside
	Serves    bool
}

func (s *solver) result() *Result {
	r := &Result{Functions: map[string]*Reached{}, Kept: map[string]bool{}, Keepers: map[string][]string{}}
	s.reached(r)
	h := newHolders(s)
	h.all(r)
	s.events(r, h)
	for f := range s.merged {
		r.Merged = append(r.Merged, f)
	}
	sort.Strings(r.Merged)
	return r
}

// reached joins the instances of each function; nobody's functions are passed over
// on the way up.
func (s *solver) reached(r *Result) {
	for _, f := range s.order {
		if !f.Wrapper {
			r.Declared++
		}
	}
	edges := map[Edge]bool{}
	for _, in := range s.instances {
		if !in.boot && !in.serving {
			continue
		}
		s.calls(in, in, edges, 0)
		if in.fn.Wrapper {
			continue
		}
		f := r.Functions[in.fn.Function]
		if f == nil {
			f = &Reached{}
			r.Functions[in.fn.Function] = f
			r.Reach++
		}
		if in.boot && !f.Boot {
			f.Boot = true
			f.tell(boot, in)
		}
		if in.serving && !f.Serving {
			f.Serving = true
			f.tell(serving, in)
		}
	}
	for e := range edges {
		r.Calls = append(r.Calls, e)
	}
	sort.Slice(r.Calls, func(i, j int) bool { return lessEdge(r.Calls[i], r.Calls[j]) })
}

func lessEdge(a, b Edge) bool {
	if a.From != b.From {
		return a.From < b.From
	}
	if a.Line != b.Line {
		return a.Line < b.Line
	}
	if a.Col != b.Col {
		return a.Col < b.Col
	}
	if a.To != b.To {
		return a.To < b.To
	}
	return !a.Async && b.Async || !a.Back && b.Back
}

func (f *Reached) tell(phase int, in *instance) {
	w := in.via[phase]
	begins, note := w.begin, w.note
	for w.from != nil && w.from.fn.Wrapper {
		up := w.from.via[phase]
		if begins || up.from == nil {
			up = w.from.via[boot]
		}
		if up.from == nil && w.from.via[phase].from != nil {
			up = w.from.via[phase]
		}
		begins = begins || up.begin
		if note == "" {
			note = up.note
		}
		if up.from == nil {
			w = up
			break
		}
		w = up
	}
	if w.from != nil {
		f.From[phase] = w.from.fn.Function
	}
	f.Line[phase], f.Col[phase], f.Note[phase], f.Begins[phase] = int(w.line), int(w.col), note, begins
}

// calls collects the edges of an instance; those of a wrapper belong to its caller.
func (s *solver) calls(from, in *instance, edges map[Edge]bool, depth int) {
	for _, c := range in.calls {
		op := &in.fn.Ops[c.op]
		if from != in && from.fn.Wrapper {
			continue
		}
		if c.to.fn.Wrapper && depth < 4 {
			s.through(from, c, op, c.to, edges, depth+1)
			continue
		}
		if from.fn.Wrapper {
			continue
		}
		edges[Edge{
			From: from.fn.Function, To: c.to.fn.Function, Line: int(op.Line), Col: int(op.Col),
			Async: c.kind == beside, Back: c.kind == called || c.kind == served || c.kind == command, Serves: c.kind == served,
		}] = true
	}
}

// through gives the targets of a wrapper to the call that runs the wrapper.
func (s *solver) through(from *instance, c call, op *unit.Op, wrapper *instance, edges map[Edge]bool, depth int) {
	if from.fn.Wrapper {
		return
	}
	for _, inner := range wrapper.calls {
		if inner.to.fn.Wrapper {
			if depth < 4 {
				s.through(from, c, op, inner.to, edges, depth+1)
			}
			continue
		}
		edges[Edge{
			From: from.fn.Function, To: inner.to.fn.Function, Line: int(op.Line), Col: int(op.Col),
			Async: c.kind == beside, Back: c.kind == called || c.kind == served || c.kind == command, Serves: c.kind == served,
		}] = true
	}
}

// events tells what each operation does to places that last.
func (s *solver) events(r *Result, h *holders) {
	seen := map[eventKey]int{}
	for _, in := range s.instances {
		if !in.boot && !in.serving || in.fn.Wrapper {
			continue
		}
		for i := range in.fn.Ops {
			op := &in.fn.Ops[i]
			switch op.Kind {
			case unit.OpStore, unit.OpTouch:
				if op.Name == "append" {
					continue
				}
				s.happens(r, h, seen, in, op, Write, op.Base)
			case unit.OpLoad:
				s.happens(r, h, seen, in, op, Read, op.Base)
			case unit.OpCall:
				s.foreignEvents(r, h, seen, in, op)
			}
		}
	}
	sort.SliceStable(r.Events, func(i, j int) bool { return lessEvent(&r.Events[i], &r.Events[j]) })
}

func lessEvent(a, b *Event) bool {
	switch {
	case a.Function != b.Function:
		return a.Function < b.Function
	case a.Line != b.Line:
		return a.Line < b.Line
	case a.Col != b.Col:
		return a.Col < b.Col
	case a.Holder != b.Holder:
		return a.Holder < b.Holder
	case a.Part != b.Part:
		return a.Part < b.Part
	}
	return a.Kind < b.Kind
}

type eventKey struct {
	kind         EventKind
	function     string
	line, col    int32
	holder, part string
}

func (s *solver) foreignEvents(r *Result, h *holders, seen map[eventKey]int, in *instance, op *unit.Op) {
	if !op.Call.Foreign && !(op.Call.Dynamic && op.Name != "") {
		return
	}
	args := op.Args
	switch {
	case op.Call.Dynamic:
		s.happens(r, h, seen, in, op, Invoke, op.Base)
	case op.Call.Method && len(args) > 0:
		s.happens(r, h, seen, in, op, Invoke, args[0])
		args = args[1:]
	}
	if op.Name == "<field>" || !op.Call.Foreign {
		return
	}
	for _, a := range args {
		s.happens(r, h, seen, in, op, Hand, a)
	}
}

// happens records an event for each place that lasts among those of a slot.
func (s *solver) happens(r *Result, h *holders, seen map[eventKey]int, in *instance, op *unit.Op, kind EventKind, at unit.Slot) {
	v := in.slot(at)
	if v == 0 {
		return
	}
	for _, n := range s.vars[v].all {
		o := &s.objects[s.nodes[n].object]
		if o.function != "" || o.maker == in && in.fn.justMade(at) || !h.lasts(s.nodes[n].object) {
			continue
		}
		if kind == Invoke && op.Call.Dynamic && !o.foreign && s.methods[s.nodes[n].typ] != nil {
			continue // its own method says
		}
		holder, part, several := h.of(n)
		if holder == "" {
			continue
		}
		key := eventKey{kind, in.fn.Function, op.Line, op.Col, holder, part}
		at, have := seen[key]
		if !have {
			at = len(r.Events)
			seen[key] = at
			name := op.Name
			if op.Call != nil && op.Call.Dynamic {
				name = op.Type
			}
			r.Events = append(r.Events, Event{
				Kind: kind, Function: in.fn.Function, File: in.fn.File, Line: int(op.Line), Col: int(op.Col),
				Holder: holder, Part: part, Name: name, Element: isElement(s.nodes[n].step),
			})
		}
		e := &r.Events[at]
		e.Boot, e.Serving = e.Boot || in.boot, e.Serving || in.serving
		e.Several = e.Several || several
		if kind != Read && in.ctx.on != 0 {
			s.lift(e, in, s.nodes[n].object)
		}
	}
}

const maxLifts = 12

// lift finds the callers that an object of a shared type is changed for: those
// outside the methods of its type.
func (s *solver) lift(e *Event, in *instance, object int32) {
	typ := s.objects[object].typ
	seen := map[*instance]bool{in: true}
	type at struct {
		in      *instance
		through []string
	}
	queue := []at{{in, []string{in.fn.Function}}}
	for len(queue) > 0 && len(e.Lifted) < maxLifts {
		here := queue[0]
		queue = queue[1:]
		for _, up := range s.callersOf(here.in) {
			if !up.in.boot && !up.in.serving || seen[up.in] && up.in == here.in {
				continue
			}
			if (s.owners()[up.in.fn.Function] == typ || up.in.fn.Wrapper) && len(here.through) < 4 {
				if !seen[up.in] {
					seen[up.in] = true
					through := here.through
					if !up.in.fn.Wrapper {
						through = append([]string{up.in.fn.Function}, here.through...)
					}
					queue = append(queue, at{up.in, through})
				}
				continue
			}
			op := &up.in.fn.Ops[up.op]
			e.addLift(Lift{
				Function: up.in.fn.Function, Line: int(op.Line), Col: int(op.Col), Through: here.through,
				Boot: up.in.boot, Serving: up.in.serving || e.Serving && here.in.serving && !up.in.serving && s.calls2(up),
			})
		}
	}
	sort.SliceStable(e.Lifted, func(i, j int) bool {
		a, b := e.Lifted[i], e.Lifted[j]
		if a.Function != b.Function {
			return a.Function < b.Function
		}
		return a.Line < b.Line
	})
}

// calls2 tells a call that starts its target beside or later.
func (s *solver) calls2(c caller) bool { return c.kind != plain && c.kind != called }

func (e *Event) addLift(l Lift) {
	for i := range e.Lifted {
		if have := &e.Lifted[i]; have.Function == l.Function && have.Line == l.Line && have.Col == l.Col {
			have.Boot, have.Serving = have.Boot || l.Boot, have.Serving || l.Serving
			return
		}
	}
	if len(e.Lifted) < maxLifts {
		e.Lifted = append(e.Lifted, l)
	}
}

type caller struct {
	in   *instance
	op   int32
	kind callKind
}

func (s *solver) callersOf(in *instance) []caller {
	if s.callers == nil {
		s.callers = make([][]caller, len(s.instances))
		for _, from := range s.instances {
			for _, c := range from.calls {
				s.callers[c.to.id] = append(s.callers[c.to.id], caller{from, c.op, c.kind})
			}
		}
	}
	return s.callers[in.id]
}
