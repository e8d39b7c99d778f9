package flow

import (
	"cmp"
	"slices"
	"sort"
	"strings"

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
	// Around are, for each field of such an object that lies by value in another field,
	// the fields that it lies in.
	Around map[string][]string
	// Lasting tells whether any program or command was seen to go on.
	Lasting bool
	// Cut counts the values and places at which so many objects arrive that the rest
	// was not followed.
	Cut int
}

// Reached says how a function is reached in each phase.
type Reached struct {
	Boot, Serving bool
	// From is the function that calls it in a phase, Line and Column where.
	From    [2]string
	callers [2]int
	Line    [2]int
	Col     [2]int
	Note    [2]string
	// Begins says that the phase begins here.
	Begins [2]bool
	// Doubt is what the way rests on besides what was followed.
	Doubt [2]Doubt
	// Ending are the functions that the programs and commands begin with which run
	// it, if none of these was seen to go on after it has started; nil otherwise.
	Ending []string
	lasts  bool // some program or command that runs it goes on
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
	Holder        string
	Part          string
	Boot, Serving bool
	Name          string // method or function outside the checkout, or what the language does
	Element       bool   // an element of what is kept, not the place itself; of a channel, what is sent
	Aside         bool   // what is read is only changed, not looked at
	Again         bool   // a loop does it, or what it is done in, time and again
	Span          unit.Span
	Sure          bool
	// Several says that there is more than one object of the type, so that the holder
	// is what keeps this one.
	Several bool
	// Doubt is what the event rests on while serving, besides what was followed.
	Doubt Doubt
	// Lifted are the callers on whose behalf a method makes the change.
	Lifted []Lift
}

// Lift is a caller outside the methods of an object's type, with the methods
// between its call and the change.
type Lift struct {
	Function      string
	Line, Col     int
	Through       []string // outermost first
	Boot, Serving bool
}

// Edge is a call between two functions.
type Edge struct {
	From, To  string
	Line, Col int
	Async     bool
	Back      bool // called back by code outside
	// Offered says that code outside has an object of which it may call this method
	// or others: which of them it does call, and when, is not known.
	Offered bool
	Serves  bool
	Span    unit.Span
	Sure    bool
}

func (s *solver) result() *Result {
	r := &Result{Functions: map[string]*Reached{}, Kept: map[string]bool{}, Keepers: map[string][]string{}, Around: map[string][]string{}}
	s.reached(r)
	h := newHolders(s)
	h.all(r)
	s.events(r, h)
	r.Cut = len(s.cut)
	r.Lasting = !s.lasting.empty()
	return r
}

// reached joins the instances of each function; nobody's functions are passed over
// on the way up.
func (s *solver) reached(r *Result) {
	edges := map[Edge]bool{}
	for _, in := range s.instances {
		if !in.boot && !in.serving {
			continue
		}
		if in.fn.Wrapper {
			continue
		}
		s.calls(in, edges)
		f := r.Functions[in.fn.Function]
		if f == nil {
			f = &Reached{}
			r.Functions[in.fn.Function] = f
		}
		f.end(s.ending(in))
		if in.boot && (!f.Boot || f.better(boot, in)) {
			f.Boot = true
			f.tell(boot, in)
		}
		if in.serving && (!f.Serving || f.better(serving, in)) {
			f.Serving = true
			f.tell(serving, in)
		}
	}
	for e := range edges {
		r.Calls = append(r.Calls, e)
	}
	sort.Slice(r.Calls, func(i, j int) bool { return lessEdge(r.Calls[i], r.Calls[j]) })
}

// end takes over what runs one instance of the function.
func (r *Reached) end(starts []string) {
	if r.lasts = r.lasts || starts == nil; r.lasts {
		r.Ending = nil
		return
	}
	for _, id := range starts {
		if !slices.Contains(r.Ending, id) {
			r.Ending = append(r.Ending, id)
		}
	}
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
	return flags(a) < flags(b)
}

// flags orders what is said of edges between the same places: the plainest first.
func flags(e Edge) (n int) {
	for i, set := range []bool{e.Offered, e.Serves, e.Back, e.Async} {
		if set {
			n |= 1 << i
		}
	}
	return n
}

// better tells whether an instance says better how a function comes to run than what was
// told before: it is surer, or as sure and nearer to where its phase begins. Who calls it is
// then nearer still, so that the ways of functions that call each other have no circles.
func (f *Reached) better(phase int, in *instance) bool {
	return cmp.Or(cmp.Compare(in.doubt[phase], f.Doubt[phase]), cmp.Compare(in.calledBy(phase), f.callers[phase])) < 0
}

// maxCallers bounds how far calls are counted up.
const maxCallers = 64

// calledBy counts the calls between where a phase begins and an instance.
func (in *instance) calledBy(phase int) int {
	n := 0
	for in.via[phase].from != nil && !in.via[phase].begin && n < maxCallers {
		in, n = in.via[phase].from, n+1
	}
	return n
}

func (f *Reached) tell(phase int, in *instance) {
	f.Doubt[phase], f.From[phase], f.callers[phase] = in.doubt[phase], "", in.calledBy(phase)
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

// calls collects the edges of an instance. What a wrapper runs, the call of the
// wrapper runs.
func (s *solver) calls(in *instance, edges map[Edge]bool) {
	offers := s.offersOf(in)
	for _, c := range in.calls {
		op := &in.fn.Ops[c.op]
		for _, to := range behind(c.to, maxDepth) {
			edges[Edge{
				From: in.fn.Function, To: to.fn.Function, Line: int(op.Line), Col: int(op.Col),
				Async: c.kind == beside, Back: c.kind == called || c.kind == served || c.kind == command, Serves: c.kind == served,
				Offered: c.kind == called && s.onObject(c.to) && offers[c.op] > 1,
				Span:    op.Span, Sure: op.Sure,
			}] = true
		}
	}
}

// offersOf counts, for each operation, the methods of different names that code
// outside may call of what it is handed there.
func (s *solver) offersOf(in *instance) map[int32]int {
	offers := map[int32]int{}
	type offer struct {
		op   int32
		name string
	}
	seen := map[offer]bool{}
	for _, c := range in.calls {
		if c.kind != called || !s.onObject(c.to) {
			continue
		}
		name := c.to.fn.Function[strings.LastIndexByte(c.to.fn.Function, '.')+1:]
		if key := (offer{c.op, name}); !seen[key] {
			seen[key] = true
			offers[c.op]++
		}
	}
	return offers
}

// onObject tells a method that runs on an object, not a function that was handed over.
func (s *solver) onObject(in *instance) bool {
	on := in.ctx.on
	return on != 0 && s.objects[s.nodes[on].object].function == ""
}

// behind lists what runs when an instance is called that may be a wrapper.
func behind(in *instance, depth int) []*instance {
	if !in.fn.Wrapper {
		return []*instance{in}
	}
	var out []*instance
	for _, c := range in.calls {
		if depth > 0 {
			out = append(out, behind(c.to, depth-1)...)
		}
	}
	return out
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

// happens records an event for each place that lasts among those of a slot. Who reads a
// whole reads its fields.
func (s *solver) happens(r *Result, h *holders, seen map[eventKey]int, in *instance, op *unit.Op, kind EventKind, at unit.Slot) {
	v := in.slot(at)
	if v == 0 {
		return
	}
	for _, n := range s.vars[v].all {
		o := &s.objects[s.nodes[n].object]
		if o.function != "" || o.maker == in && in.fn.justMade(at) || o.maker != nil && o.maker != in && s.justBuilt(in.fn, at) || !h.lasts(s.nodes[n].object) {
			continue
		}
		if kind != Read && h.stillBuilt(in, s.nodes[n].object) || kind == Write && s.staysEmpty(op, n) {
			continue
		}
		if kind == Invoke && op.Call.Dynamic && !o.foreign && s.methods[s.nodes[n].typ] != nil {
			continue // its own method says
		}
		s.happensAt(r, h, seen, in, op, kind, n)
		if kind == Read && op.Whole {
			s.inside(n, maxInside, func(m int32) { s.happensAt(r, h, seen, in, op, Read, m) })
		}
	}
}

// staysEmpty tells that nothing is put where nothing ever is: of several objects of a type one
// may be filled, and all be cleared.
func (s *solver) staysEmpty(op *unit.Op, n int32) bool {
	if op.Kind != unit.OpStore || len(op.Args) == 0 || op.Args[0] != 0 || op.Whole {
		return false
	}
	at := &s.nodes[n]
	refers := slices.ContainsFunc([]string{"map[", "[]", "*", "chan ", "func("}, func(begin string) bool { return strings.HasPrefix(at.typ, begin) })
	return refers && (at.content == 0 || len(s.vars[at.content].all) == 0)
}

// maxInside bounds how deep structs are nested in each other that are read as one.
const maxInside = 3

// inside lists the fields of a value, and of the values that these are.
func (s *solver) inside(n int32, depth int, then func(int32)) {
	if depth == 0 {
		return
	}
	for _, k := range s.nodes[n].kids {
		if !isElement(s.nodes[k].step) {
			then(k)
			s.inside(k, depth-1, then)
		}
	}
}

func (s *solver) happensAt(r *Result, h *holders, seen map[eventKey]int, in *instance, op *unit.Op, kind EventKind, n int32) {
	if made := h.entriesOf(-n); !made.empty() && !in.entries.empty() && !made.meets(in.entries) {
		return // another program made it, and keeps it
	}
	at := h.at(n, 0)
	if at.holder == "" {
		return
	}
	key := eventKey{kind, in.fn.Function, op.Line, op.Col, at.holder, at.part}
	place, have := seen[key]
	if !have {
		place = len(r.Events)
		seen[key] = place
		name := op.Name
		if op.Call != nil && op.Call.Dynamic {
			name = op.Type
		}
		r.Events = append(r.Events, Event{
			Kind: kind, Function: in.fn.Function, File: in.fn.File, Line: int(op.Line), Col: int(op.Col),
			Holder: at.holder, Part: at.part, Name: name, Element: isElement(s.nodes[n].step), Span: op.Span, Sure: op.Sure, Aside: true,
		})
	}
	e := &r.Events[place]
	e.Element = e.Element || kind == Read && isElement(s.nodes[n].step)
	e.Aside = e.Aside && op.Aside
	e.Again = e.Again || op.Rounds || h.again()[in.id]
	serves := in.serving || in.boot && s.turns(op)
	if doubt := in.doubtIn(at.vague); serves && (!e.Serving || doubt < e.Doubt) {
		e.Doubt = doubt
	}
	e.Boot, e.Serving = e.Boot || in.boot, e.Serving || serves
	e.Several = e.Several || at.several
	if kind != Read && in.ctx.on != 0 {
		s.lift(e, in, s.nodes[n].object)
	}
}

const maxLifts = 12

// liftKey says for whom callers are looked up: an instance of a method, and the type
// of the object that it changes.
type liftKey struct {
	in  int32
	typ string
}

// lift tells an event on whose behalf a shared type's object is changed. An instance
// changes many places of one type, of many objects: its callers are looked up once.
func (s *solver) lift(e *Event, in *instance, object int32) {
	key := liftKey{in.id, s.objects[object].typ}
	found, known := s.lifts[key]
	if !known {
		found = s.liftsOf(in, key.typ)
		if s.lifts == nil {
			s.lifts = map[liftKey][]Lift{}
		}
		s.lifts[key] = found
	}
	for _, l := range found {
		e.Lifted = withLift(e.Lifted, l)
	}
	sort.SliceStable(e.Lifted, func(i, j int) bool {
		a, b := e.Lifted[i], e.Lifted[j]
		if a.Function != b.Function {
			return a.Function < b.Function
		}
		return a.Line < b.Line
	})
}

// liftsOf finds the callers that an object of a shared type is changed for: those
// outside the methods of its type.
func (s *solver) liftsOf(in *instance, typ string) (found []Lift) {
	seen := map[*instance]bool{in: true}
	type at struct {
		in      *instance
		through []string
	}
	queue := []at{{in, []string{in.fn.Function}}}
	for len(queue) > 0 && len(found) < maxLifts {
		here := queue[0]
		queue = queue[1:]
		for _, up := range s.callersOf(here.in) {
			if !up.in.boot && !up.in.serving || up.in == here.in {
				continue
			}
			if (up.in.fn.Wrapper || s.owners()[up.in.fn.Function] == typ) && len(here.through) < 4 {
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
			found = withLift(found, Lift{
				Function: up.in.fn.Function, Line: int(op.Line), Col: int(op.Col), Through: here.through,
				Boot: up.in.boot, Serving: in.serving && (up.in.serving || here.in.serving && startsServing(up.kind)),
			})
		}
	}
	return found
}

// startsServing tells a call after which its target serves, though the caller need
// not.
func startsServing(k callKind) bool { return k == beside || k == served }

// withLift joins a lift to those of the same call, or adds it while there is room.
func withLift(all []Lift, l Lift) []Lift {
	for i := range all {
		if have := &all[i]; have.Function == l.Function && have.Line == l.Line && have.Col == l.Col {
			have.Boot, have.Serving = have.Boot || l.Boot, have.Serving || l.Serving
			return all
		}
	}
	if len(all) < maxLifts {
		all = append(all, l)
	}
	return all
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
