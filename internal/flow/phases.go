package flow

import (
	"slices"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// The two phases, as indexes of how an instance was reached.
const (
	boot = iota
	serving
)

// phases walks the call graph from the roots, breadth first, so that the way kept
// for each instance is a shortest one.
func (s *solver) phases() {
	for _, in := range s.instances {
		in.boot, in.serving, in.via, in.doubt = false, false, [2]way{}, [2]Doubt{}
	}
	s.finite = map[*instance]bool{}
	s.markEntries()
	s.markBegun()
	w := walker{s: s, followers: s.followers()}
	for _, r := range s.in.Roots {
		f := s.functions[r.Function]
		if f == nil {
			continue
		}
		if root := f.instances[context{}]; root != nil {
			phase := boot
			if r.Serving {
				phase = serving
			}
			w.reach(root, phase, way{note: r.Note, begin: true}, Followed)
		}
	}
	w.walk()
	// A function that serves by what it is does so on every object that it is found
	// on, whoever registered it.
	for _, in := range s.instances {
		if !in.serving && in.boot && s.in.Serves(in.fn.Function) {
			w.reach(in, serving, way{note: "", begin: true}, Followed)
		}
	}
	w.walk()
	w.follow()
}

type step struct {
	in    *instance
	phase int
}

// walker goes along all that is certain before anything doubtful, so that the way
// kept for an instance is a shortest one of those that ask least to be believed.
type walker struct {
	s     *solver
	queue [doubts][]arrival
	// followers follow the files of this host. What they call is put off, and then goes by what
	// runs at boot.
	followers map[*instance]bool
	putOff    []*instance
	atBoot    map[*instance]bool
}

// follow goes along what those do that follow files, which nothing else that serves does. What
// boot runs itself as well is done anew.
func (w *walker) follow() {
	if len(w.putOff) == 0 {
		return
	}
	w.atBoot = w.s.runAtBoot()
	for _, in := range w.putOff {
		w.calls(step{in, serving})
	}
	w.walk()
}

// arrival is a way to an instance that may turn out not to be the best.
type arrival struct {
	step
	by    way
	doubt Doubt
}

func (w *walker) reach(in *instance, phase int, by way, doubt Doubt) {
	if in.fn.Ends {
		phase = boot // what is changed before the process ends, the next one reads anew
	}
	if !in.reached(phase) {
		w.queue[doubt] = append(w.queue[doubt], arrival{step{in, phase}, by, doubt})
	}
}

func (in *instance) reached(phase int) bool {
	return phase == boot && in.boot || phase == serving && in.serving
}

func (w *walker) walk() {
	for at, ok := w.next(); ok; at, ok = w.next() {
		if at.in.reached(at.phase) {
			continue
		}
		if at.phase == boot {
			at.in.boot = true
		} else {
			at.in.serving = true
		}
		at.in.via[at.phase], at.in.doubt[at.phase] = at.by, at.doubt
		if at.phase == serving && w.atBoot == nil && w.followers[at.in] {
			w.putOff = append(w.putOff, at.in)
			continue
		}
		w.calls(at.step)
	}
}

// calls reaches what an instance calls.
func (w *walker) calls(at step) {
	for _, c := range at.in.calls {
		if at.phase == serving && w.s.doneBefore(at.in, c) {
			continue
		}
		phase := w.over(at, c)
		if phase == serving && at.phase == serving && w.atBoot[c.to] && c.kind != beside {
			phase = boot
		}
		op := &at.in.fn.Ops[c.op]
		w.reach(c.to, phase, way{from: at.in, line: op.Line, col: op.Col, note: c.note, begin: phase != at.phase}, max(at.in.doubt[at.phase], w.s.doubtOf(at.in, c)))
	}
}

// next takes the first of the least doubtful.
func (w *walker) next() (arrival, bool) {
	for d := range w.queue {
		if len(w.queue[d]) > 0 {
			at := w.queue[d][0]
			w.queue[d] = w.queue[d][1:]
			return at, true
		}
	}
	return arrival{}, false
}

// turns tells an operation that the main line of a program does in each turn of a loop
// in which it waits for something to happen: boot is over there.
func (s *solver) turns(op *unit.Op) bool {
	return op.Loop && op.Kind != unit.OpMake
}

// over is the phase in which a call's target runs.
func (w *walker) over(at step, c call) int {
	if at.phase == boot && c.kind != command && w.s.turns(&at.in.fn.Ops[c.op]) {
		return serving
	}
	if w.s.in.OnSignal(c.to.fn.Function) {
		return at.phase // who operates this copy lets it start anew
	}
	switch c.kind {
	case served:
		return serving
	case beside:
		if w.s.in.Joins(at.in.fn.Function, c.to.fn.Function) || !at.in.entries.meets(w.s.lasting) || w.s.opens(c.to) || w.s.ends(c.to) {
			return at.phase
		}
		return serving
	case called:
		if w.s.in.Serves(c.to.fn.Function) || w.s.in.Loops(c.to.fn.Function) {
			return serving
		}
	}
	return at.phase
}

// opens tells a goroutine that sets up what serves, or waits for connections: until then
// it goes on with what boot began. A loop in it is none of that.
func (s *solver) opens(in *instance) bool {
	seen := map[*instance]bool{in: true}
	registers := false
	for queue := []*instance{in}; len(queue) > 0; queue = queue[1:] {
		at := queue[0]
		switch serves := s.in.Serves(at.fn.Function); {
		case s.in.Loops(at.fn.Function) || serves && at == in:
			return false
		case serves:
			registers = true // handed over, or behind what was
			continue
		}
		registers = registers || s.in.Accepts(at.fn.Function)
		for _, c := range at.calls {
			switch {
			case c.kind == served:
				registers = true
			case (c.kind == plain || c.kind == called) && !seen[c.to]:
				seen[c.to] = true
				queue = append(queue, c.to)
			}
		}
	}
	return registers
}

// ends tells a goroutine that does something once and is over: nothing in it waits in a loop, or
// starts itself again. What boot does so, each copy does for itself, a little later.
func (s *solver) ends(in *instance) bool {
	if is, known := s.finite[in]; known {
		return is
	}
	within, is := s.finiteWithin(in)
	for _, at := range within {
		is = is && !slices.ContainsFunc(at.calls, func(c call) bool { return c.kind == beside && reaches(c.to, at) })
	}
	for _, at := range within {
		if is {
			s.finite[at] = true
		}
	}
	s.finite[in] = is
	return is
}

// finiteWithin collects the instances that one runs or starts, by however many calls, and
// that are not known to end already. It is false if one of them does not.
func (s *solver) finiteWithin(in *instance) (within []*instance, is bool) {
	seen := map[*instance]bool{in: true}
	within = []*instance{in}
	for i := 0; i < len(within); i++ {
		at := within[i]
		f := at.fn.Function
		if s.in.Loops(f) || s.in.Repeats(f) || s.in.Serves(f) || s.in.Waits(f) {
			return nil, false
		}
		for _, c := range at.calls {
			is, known := s.finite[c.to]
			switch {
			case c.kind == served || known && !is:
				return nil, false
			case !known && !seen[c.to]:
				seen[c.to] = true
				within = append(within, c.to)
			}
		}
	}
	return within, true
}

// reaches tells whether one instance runs or starts another, by however many calls, or is it.
func reaches(from, to *instance) bool {
	if from == to {
		return true
	}
	seen := map[*instance]bool{from: true}
	for queue := []*instance{from}; len(queue) > 0; queue = queue[1:] {
		for _, c := range queue[0].calls {
			if c.to == to {
				return true
			}
			if !seen[c.to] {
				seen[c.to] = true
				queue = append(queue, c.to)
			}
		}
	}
	return false
}

// adopt gives methods that serve, and on which no object was seen to arrive, the
// lasting objects of their type that the program makes: what registered them, or
// handed the object on, lies outside. It reports whether there were any.
func (s *solver) adopt() bool {
	byType := map[string][]int32{}
	for i := 1; i < len(s.nodes); i++ {
		n := &s.nodes[i]
		o := &s.objects[n.object]
		if n.typ == "" || isElement(n.step) || o.foreign || o.function != "" {
			continue
		}
		if o.maker == nil || o.maker.boot && !o.maker.serving {
			byType[n.typ] = append(byType[n.typ], int32(i))
		}
	}
	found := false
	for _, f := range s.order {
		root := s.forlorn(f)
		if root == nil {
			continue
		}
		root.adopted = true
		for _, n := range byType[s.owners()[f.Function]] {
			before := len(s.vars[root.slot(f.Params[0])].all)
			s.add(root.slot(f.Params[0]), n)
			found = found || len(s.vars[root.slot(f.Params[0])].all) > before
		}
	}
	return found
}

// forlorn returns the instance of a method that serves on nothing, if it serves on
// no object anywhere.
func (s *solver) forlorn(f *function) *instance {
	if len(f.Params) == 0 || f.Params[0] == 0 || s.owners()[f.Function] == "" {
		return nil
	}
	for _, in := range f.instances {
		if in.serving && (in.ctx.on != 0 || len(s.vars[in.slot(f.Params[0])].all) > 0) {
			return nil
		}
	}
	root := f.instances[context{}]
	if root == nil {
		if !s.in.Serves(f.Function) {
			return nil
		}
		root = s.instance(f, context{})
	}
	if !s.in.Serves(f.Function) && !(root.serving && s.calledBlindly(root)) {
		return nil
	}
	return root
}

// calledBlindly tells an instance that a function calls of which only the calls are
// known: on what, it could not say.
func (s *solver) calledBlindly(in *instance) bool {
	for _, from := range s.instances {
		if from.fn.Slots > 1 {
			continue
		}
		for _, c := range from.calls {
			if c.to == in && from.serving {
				return true
			}
		}
	}
	return false
}

// owners are the types that declare methods.
func (s *solver) owners() map[string]string {
	if s.ownerOf == nil {
		s.ownerOf = map[string]string{}
		for typ, set := range s.methods {
			for _, m := range set {
				if len(m.Path) == 0 && m.Function != "" {
					s.ownerOf[m.Function] = typ
				}
			}
		}
	}
	return s.ownerOf
}
