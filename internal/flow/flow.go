// Package flow finds out which objects the operations of a program reach, and
// when. It is an inclusion-based points-to analysis (Andersen) over the records
// of a checkout, with the call graph built on the way.
//
// The nouns, in the order in which data meets them:
//
//   - an object is what an allocation makes: the operation and the instance that
//     ran it, or a place at package level;
//   - a node is an object or a place within it: a field, an element, an element
//     under a constant key. What is kept there is the node's content;
//   - an instance is a function in a context: a method by the object it is called
//     on, a closure by what it is closed over, a small function that makes or calls
//     something, or changes what it is given, by the call. All others have one instance.
//
// Contexts keep apart what one body of code does to two objects: a constructor
// called at boot and once per request makes two objects, and a helper that calls
// what it is given runs each caller's function in that caller's phase only.
//
// Boot ends where a goroutine begins, where a handler is called, and where the main line
// of a program waits for a channel in a loop: what it does in each turn is done while
// serving, and what it makes there is no object of boot.
//
// Approximations, and the side on which they err: flow within a function is not
// ordered (finds more); a function with too many contexts falls back to one (finds
// more); of a variable with too many nodes the rest is not followed (finds less,
// see Result.Cut); code outside the checkout keeps what it is given in
// its receiver and its result, and hands back what fits the type, unless its source says
// that it lets go of it (finds more); what is only held by a message in a channel does
// not last (finds less, if nobody takes it); fields that reflection sets, and arguments that it
// calls with, are not seen (finds less).
package flow

import (
	"slices"
	"sort"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// Limits of the analysis. Programs of a million lines stay below them but for a
// few functions that everything calls.
const (
	maxContexts = 128 // instances of one function
	perFunction = 3   // instances of all functions, for each function of the program
	maxNodes    = 300 // nodes of one variable; what comes later is not followed
	maxDepth    = 3   // contexts within contexts
	maxRounds   = 4   // of giving objects to methods that no object reached
	maxSteps    = 6   // steps from an object to a place within it
	smallBody   = 90  // operations of a function that is cloned for its callers
)

// Root is a function that something outside the program calls.
type Root struct {
	Function string
	Serving  bool
	Note     string
	// Program says that it is where a program starts: each is a process of its own.
	// What is no program runs in all of them.
	Program bool
	// Makes says that what it returns is a handler: it is called while serving.
	Makes bool
}

// Input is what is solved.
type Input struct {
	Units []*unit.Unit
	Roots []Root
	// Serves tells a function that serves by what it is, whoever calls it.
	Serves func(function string) bool
	// Loops tells a function that goes on for as long as the process does.
	Loops func(function string) bool
	// Follows tells a function that takes from a library what has happened to files.
	Follows func(function string) bool
	// OnSignal tells one that waits again and again for signals of the system, and for nothing
	// else. What it does then is how a process starts, and not what it serves.
	OnSignal func(function string) bool
	// Repeats tells a function that has a loop which waits in its rounds, and may go on
	// for as long as the process does.
	Repeats func(function string) bool
	// Waits tells a function that waits until the process is told to end.
	Waits func(function string) bool
	// Accepts tells a function that waits for connections.
	Accepts func(function string) bool
	// Joins tells a goroutine that the function which starts it waits for.
	Joins func(by, run string) bool
}

// Solve finds the objects that each operation reaches.
func Solve(in Input) *Result {
	s := newSolver(in)
	for _, r := range in.Roots {
		if f := s.functions[r.Function]; f != nil {
			in := s.instance(f, context{})
			if r.Makes {
				s.serveResults(in, 0)
			}
		}
	}
	s.run()
	for s.unused() {
		s.run()
	}
	for round := 0; round < maxRounds && s.fill(); round++ {
		s.run()
	}
	s.phases()
	for round := 0; round < maxRounds && s.adopt(); round++ {
		s.run()
		s.phases()
	}
	return s.result()
}

// function is a record that is ready to be instantiated.
type function struct {
	*unit.Record
	unit      *unit.Unit // that it stands in
	cloned    bool       // by its callers
	instances map[context]*instance
	made      []bool // by slot, see justMade
	built     []bool // by slot, see justBuilt
	merged    bool   // has more contexts than are kept apart
}

// justMade tells a slot that can only hold what this run of the function has made:
// giving it its first values is no change of it.
func (f *function) justMade(at unit.Slot) bool {
	if f.made == nil {
		f.made = f.onlyFrom(func(op *unit.Op, _ int) bool { return op.Kind == unit.OpMake })
	}
	return f.made[at]
}

// justBuilt is the same for what a function that it calls has made and handed out: a
// constructor whose caller goes on filling. In a loop that does not end such an object
// lasts, and is filled no more.
func (s *solver) justBuilt(f *function, at unit.Slot) bool {
	if f.built == nil {
		f.built = make([]bool, f.Slots) // who calls itself hands out nothing new
		if !s.in.Loops(f.Function) {
			f.built = f.onlyFrom(func(op *unit.Op, nth int) bool {
				return op.Kind == unit.OpMake || op.Kind == unit.OpCall && !op.Call.Dynamic && !op.Call.Foreign && s.handsOutNew(op.Name, nth)
			})
		}
	}
	return f.built[at]
}

// handsOutNew tells a function of which a result is always nil or made in that run.
func (s *solver) handsOutNew(id string, nth int) bool {
	f := s.functions[id]
	if f == nil {
		return false
	}
	some := false
	for i := range f.Ops {
		op := &f.Ops[i]
		if op.Kind != unit.OpReturn || nth >= len(op.Args) || op.Args[nth] == 0 {
			continue
		}
		if some = true; !s.justBuilt(f, op.Args[nth]) {
			return false
		}
	}
	return some
}

// onlyFrom tells for each slot whether all that it can hold, or lie in, is a result of
// operations of a kind.
func (f *function) onlyFrom(makes func(op *unit.Op, nth int) bool) []bool {
	made, other := make([]bool, f.Slots), make([]bool, f.Slots)
	for grown := true; grown; {
		grown = false
		for i := range f.Ops {
			op := &f.Ops[i]
			passes := op.Kind == unit.OpStep || op.Kind == unit.OpElem || op.Kind == unit.OpCopy
			for nth, to := range op.To {
				if to == 0 {
					continue
				}
				is := makes(op, nth)
				if is || passes && made[op.Base] {
					grown = grown || !made[to]
					made[to] = true
				}
				if !is && (!passes || other[op.Base] || !made[op.Base] && f.given(op.Base)) {
					grown = grown || !other[to]
					other[to] = true
				}
			}
		}
	}
	for s := range made {
		made[s] = made[s] && !other[s]
	}
	return made
}

// given tells a slot that comes from outside the function.
func (f *function) given(at unit.Slot) bool {
	for _, slots := range [][]unit.Slot{f.Params, f.Captures} {
		for _, s := range slots {
			if s == at && s != 0 {
				return true
			}
		}
	}
	return false
}

// context distinguishes the instances of a function.
type context struct {
	on   int32 // node that a method is called on, or function object; 0 for none
	site int32 // instance that calls, plus one
	op   int32 // and its operation
}

// instance is a function in a context.
type instance struct {
	id    int32
	fn    *function
	ctx   context
	first int32 // variable of its slot 0
	depth int
	calls []call

	boot, serving bool
	via           [2]way
	doubt         [2]Doubt // whether it is reached, by phase
	adopted       bool     // was given the objects of its type, since none arrived
	// entries are the programs and commands that reach it.
	entries entrySet
}

// way is how an instance was reached in a phase.
type way struct {
	from  *instance
	line  int32
	col   int32
	note  string
	begin bool
}

// call is an edge of the call graph.
type call struct {
	to   *instance
	op   int32
	kind callKind
	note string
}

type callKind uint8

const (
	plain   callKind = iota
	beside           // a goroutine, or a function handed over to run in one
	served           // handed over to be called while serving
	command          // handed over to be run as a command
	called           // called back at once by code outside
)

type solver struct {
	in        Input
	functions map[string]*function
	order     []*function
	methods   map[string]map[string]unit.Method

	instances []*instance
	nodes     []node
	objects   []object
	roots     map[string]int32 // node of each package-level place
	carried   map[string]int32 // node of what requests carry along, by key
	funcs     map[string]int32 // node of each function without captures

	vars      []variable
	work      []int32
	cut       map[int32]bool // variables with too many nodes
	linked    map[link]bool
	dispatch  map[dispatchKey]bool
	held      map[int32][]heldArg // by object, see later.go
	used      map[int32]bool      // of those, whether some operation uses it
	laters    []laterCall
	ownerOf   map[string]string // type that declares each method
	callers   [][]caller
	finite    map[*instance]bool // see ends
	lifts     map[liftKey][]Lift
	trees     []*entryTree
	begun     map[int32]entrySet       // of each object that runs something once, see once.go
	lasting   entrySet                 // entries that go on after they have started
	starts    [][]string               // functions that each entry begins with
	fields    map[string][]unit.Holder // of each struct of the checkout
	bundles   map[string]bool          // types by which a container hands over several things
	likes     map[likeness]bool        // objects made of the type of others
	decodings []decoding               // calls of decoders
}

func newSolver(in Input) *solver {
	s := &solver{
		in: in, functions: map[string]*function{}, methods: map[string]map[string]unit.Method{},
		roots: map[string]int32{}, carried: map[string]int32{}, funcs: map[string]int32{},
		fields: map[string][]unit.Holder{}, bundles: map[string]bool{}, likes: map[likeness]bool{}, cut: map[int32]bool{}, linked: map[link]bool{}, dispatch: map[dispatchKey]bool{},
		held: map[int32][]heldArg{}, used: map[int32]bool{},
		nodes: make([]node, 1), vars: make([]variable, 1), objects: make([]object, 1),
	}
	for _, u := range in.Units {
		for i := range u.Records {
			r := &u.Records[i]
			if s.functions[r.Function] == nil {
				f := &function{Record: r, unit: u, instances: map[context]*instance{}}
				s.functions[r.Function] = f
				s.order = append(s.order, f)
			}
		}
		for i := range u.Holders {
			if h := &u.Holders[i]; h.Kind == unit.Field {
				s.fields[h.Owner] = append(s.fields[h.Owner], *h)
			}
		}
		for _, m := range u.Methods {
			if s.methods[m.Type] != nil {
				continue
			}
			set := make(map[string]unit.Method, len(m.Methods))
			for _, one := range m.Methods {
				set[one.Name] = one
			}
			s.methods[m.Type] = set
		}
	}
	sort.Slice(s.order, func(i, j int) bool { return s.order[i].Function < s.order[j].Function })
	for _, f := range s.order {
		f.cloned = s.clones(f)
	}
	return s
}

// clones tells a function of which each call gets an instance of its own: a small
// one that hands out an object, that is given a function, or that is no method and
// changes what it is given.
func (s *solver) clones(f *function) bool {
	if len(f.Ops) > smallBody {
		return false
	}
	if f.Wrapper {
		return true
	}
	hands, calls := false, false
	params := map[unit.Slot]bool{}
	for _, p := range f.Params {
		params[p] = p != 0
	}
	for i := range f.Ops {
		switch op := &f.Ops[i]; op.Kind {
		case unit.OpReturn:
			for _, a := range op.Args {
				hands = hands || a != 0
			}
		case unit.OpCall:
			calls = calls || op.Call.Dynamic && op.Name == "" && params[op.Base]
			for _, a := range op.Args {
				calls = calls || params[a]
			}
		}
	}
	return hands || calls || s.owners()[f.Function] == "" && f.changesGiven()
}

// changesGiven tells a function that may change what a parameter leads to: it puts something
// there, or hands it to code outside the checkout.
func (f *function) changesGiven() bool {
	given := make([]bool, f.Slots)
	for _, p := range f.Params {
		given[p] = p != 0
	}
	for grown := true; grown; {
		grown = false
		for i := range f.Ops {
			switch op := &f.Ops[i]; op.Kind {
			case unit.OpStep, unit.OpElem, unit.OpCopy, unit.OpLoad, unit.OpAssert:
				if len(op.To) > 0 && op.To[0] != 0 && given[op.Base] && !given[op.To[0]] {
					given[op.To[0]], grown = true, true
				}
			case unit.OpStore, unit.OpTouch:
				if given[op.Base] {
					return true
				}
			case unit.OpCall:
				if op.Call.Foreign && slices.ContainsFunc(op.Args, func(a unit.Slot) bool { return given[a] }) {
					return true
				}
			}
		}
	}
	return false
}

// instance returns the instance of a function in a context, and makes it on first
// sight.
func (s *solver) instance(f *function, ctx context) *instance {
	if in := f.instances[ctx]; in != nil {
		return in
	}
	depth := s.depthOf(ctx)
	if ctx != (context{}) && (len(f.instances) >= maxContexts || depth > maxDepth || len(s.instances) > perFunction*len(s.order)+1000) {
		if ctx.site != 0 && ctx.on != 0 {
			return s.instance(f, context{on: ctx.on})
		}
		ctx, depth, f.merged = context{}, 0, true
		if in := f.instances[ctx]; in != nil {
			return in
		}
	}
	in := &instance{id: int32(len(s.instances)), fn: f, ctx: ctx, first: int32(len(s.vars)), depth: depth}
	s.instances = append(s.instances, in)
	f.instances[ctx] = in
	s.vars = append(s.vars, make([]variable, f.Slots)...)
	s.bind(in)
	for i := range f.Ops {
		s.start(in, int32(i))
	}
	return in
}

func (s *solver) depthOf(ctx context) int {
	depth := 0
	if ctx.on != 0 {
		depth = s.objects[s.nodes[ctx.on].object].depth
	}
	if ctx.site != 0 {
		depth = max(depth, s.instances[ctx.site-1].depth+1)
	}
	return depth
}

// bind gives a closure what it is closed over.
func (s *solver) bind(in *instance) {
	if in.ctx.on == 0 {
		return
	}
	o := &s.objects[s.nodes[in.ctx.on].object]
	if o.function == "" || o.maker == nil {
		return
	}
	args := o.maker.fn.Ops[o.op].Args
	for i, c := range in.fn.Captures {
		if i < len(args) {
			s.edge(o.maker.slot(args[i]), in.slot(c))
		}
	}
}

// slot is the variable of a slot; 0 for none.
func (in *instance) slot(sl unit.Slot) int32 {
	if sl == 0 {
		return 0
	}
	return in.first + int32(sl)
}
