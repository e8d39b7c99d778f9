// Package program joins the units of a checkout into one read-only program that
// rules ask questions of.
//
// Linking goes in four steps, each of which only adds:
//
//  1. calls become edges between functions of the checkout (graph.go);
//  2. every function gets its phases by walking those edges from program entry
//     and from the entries that frameworks call (phase.go);
//  3. every function gets its effects: what it changes through its receiver and
//     its parameters, callees included (effects.go);
//  4. changes are attributed to the holders that live as long as the process
//     (lifetime.go, changes.go).
//
// A unit.Holder is a place as written; a Holder here is resolved: it knows all
// its changes, with the phase of each. Rules are only ever handed the second.
package program

import (
	"slices"
	"sort"

	"github.com/stateaudit/stateaudit/internal/catalog"
	"github.com/stateaudit/stateaudit/internal/flow"
	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// Program is a linked checkout.
type Program struct {
	Units   []*unit.Unit
	Catalog *catalog.Catalog

	functions map[string]*Function
	order     []*Function // sorted by ID
	holders   map[string]*Holder
	types     map[string]*unit.Type
	lived     map[string]bool // types of which the process keeps one instance
	heldBy    map[string][]*Holder
	settings  []unit.Setting
	foreign   map[string]*unit.Foreign
	fits      map[string][]string // from methods of interfaces to those outside the checkout, see unit.Fit
	asked     map[string]bool     // see Asked, made when asked for
	seen      map[string]bool     // see Unasked, made with asked
	made      map[string]int      // calls that make an instance, by type
	stored    map[string][]string // functions put into each field and variable
	// calledAtBoot are the functions that boot calls, as opposed to those that it
	// only hands over to be called later.
	calledAtBoot map[*Function]bool
	uses         map[string][]*flow.Event // by holder, made when asked for
	from, to     map[string][]*flow.Edge  // by caller and by callee, made when asked for
	flow         *flow.Result             // what the solver found, for functions that have records
}

// Function is a function of the checkout and what linking learned of it.
type Function struct {
	*unit.Function
	Language unit.Language
	Boot     bool // runs before the first request
	Serving  bool // runs while requests are served
	mainLine bool // serves only as the main line of a process that stays in a loop
	// Ending are the functions that begin the programs and commands which run it, if
	// none of these was seen to serve, loop or wait; nil otherwise, and where the
	// solver does not know the function.
	Ending []string

	out     []edge
	via     map[result.Phase]*step
	effects map[string]Effect
	calls   map[unit.Location]*unit.Call
	// sketched says that its record only tells what it calls.
	sketched bool
	solved   bool // has a record: the solver knows its phases and what it changes
	once     bool // runs at most once in the life of the process
	// fills are the holders that are empty whenever the function is called while
	// serving: it is how they are filled.
	fills   map[string]bool
	callers []*Function
}

// Holder is a place of the checkout with everything that happens to it.
type Holder struct {
	*unit.Holder
	Language unit.Language
	Changes  []Change
	Reads    []Change
	// Values are what the holder is ever given: at its declaration, when its
	// object is made, and later.
	Values []unit.Value
	// Entries are the accesses that put something into it under a key.
	Entries []*unit.Access
	// Parts are the fields of the holder's own type through which its content
	// changes: the entries of a cache that it holds.
	Parts []*Holder
}

// Change is one access of a holder by a function, direct or through calls.
type Change struct {
	unit.Access
	Function *Function
	Phase    result.Phase
	// Through names the functions between the function and the access, outermost
	// first, when the change is made by a callee.
	Through []string
	Origin  unit.Location // where the change itself is written
	In      string        // ID of the function in which it is written

	// Element says of a reading that an element is looked at, or taken from a channel,
	// and Again that this may be done more than once in the life of the process.
	Element, Again bool
	Aside          bool // what is read is only changed

	doubt Doubt // about the place
}

// Link joins units. It does not change them.
func Link(units []*unit.Unit, c *catalog.Catalog) *Program {
	p := &Program{
		Units: units, Catalog: c,
		functions: map[string]*Function{}, holders: map[string]*Holder{}, types: map[string]*unit.Type{},
		lived: map[string]bool{}, heldBy: map[string][]*Holder{}, foreign: map[string]*unit.Foreign{}, fits: map[string][]string{},
	}
	p.index()
	p.connect()
	p.solve()
	p.phases()
	p.mainLines()
	p.bootCalls()
	p.onceOnly()
	p.fillers()
	p.summarise()
	p.makings()
	p.lifetimes()
	p.flowChanges()
	p.attribute()
	p.allTold()
	return p
}

func (p *Program) index() {
	for _, u := range p.Units {
		for i := range u.Functions {
			f := &Function{Function: &u.Functions[i], Language: u.Language, via: map[result.Phase]*step{}, effects: map[string]Effect{}}
			if p.functions[f.ID] == nil {
				p.functions[f.ID] = f
				p.order = append(p.order, f)
			}
		}
		for i := range u.Holders {
			h := &u.Holders[i]
			if p.holders[h.ID] == nil {
				p.holders[h.ID] = &Holder{Holder: h, Language: u.Language}
			}
		}
		for i := range u.Types {
			if p.types[u.Types[i].ID] == nil {
				p.types[u.Types[i].ID] = &u.Types[i]
			}
		}
		p.settings = append(p.settings, u.Settings...)
		for i := range u.Foreign {
			p.foreign[u.Foreign[i].ID] = &u.Foreign[i]
		}
		for _, f := range u.Fits {
			p.fits[f.Method] = append(p.fits[f.Method], f.By)
		}
	}
	sort.Slice(p.order, func(i, j int) bool { return p.order[i].ID < p.order[j].ID })
}

// Holders lists all holders, sorted by ID.
func (p *Program) Holders() []*Holder {
	out := make([]*Holder, 0, len(p.holders))
	for _, h := range p.holders {
		out = append(out, h)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].ID < out[j].ID })
	return out
}

// Holder returns the holder with an ID, or nil.
func (p *Program) Holder(id string) *Holder { return p.holders[id] }

// Function returns the function with an ID, or nil.
func (p *Program) Function(id string) *Function { return p.functions[id] }

// Foreign returns what the source of a function outside the checkout says, or nil.
func (p *Program) Foreign(id string) *unit.Foreign { return p.foreign[id] }

// LeadsOut lists the functions outside the checkout that a call of an interface's method
// reaches by the objects that are put into the interface.
func (p *Program) LeadsOut(method string) []string {
	var out []string
	queue, seen := []string{method}, map[string]bool{method: true}
	for i := 0; i < len(queue); i++ {
		for _, by := range p.fits[queue[i]] {
			if seen[by] {
				continue
			}
			seen[by] = true
			queue = append(queue, by)
			if len(p.fits[by]) == 0 {
				out = append(out, by)
			}
		}
	}
	return out
}

// Functions lists all functions, sorted by ID.
func (p *Program) Functions() []*Function { return p.order }

// Types lists the classes, modules and types of the checkout, sorted by ID.
func (p *Program) Types() []*unit.Type {
	out := make([]*unit.Type, 0, len(p.types))
	for _, t := range p.types {
		out = append(out, t)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].ID < out[j].ID })
	return out
}

// FieldsOf lists the fields of a type of the checkout.
func (p *Program) FieldsOf(typ string) []*Holder {
	t := p.types[typ]
	if t == nil {
		return nil
	}
	var out []*Holder
	for _, id := range t.Fields {
		if h := p.holders[id]; h != nil {
			out = append(out, h)
		}
	}
	return out
}

// Settings lists what configuration says, in the order of the units.
func (p *Program) Settings() []unit.Setting { return p.settings }

// Phase of a function: serving if it ever runs while serving.
func (f *Function) Phase() result.Phase {
	switch {
	case f.Serving:
		return result.Serving
	case f.Boot:
		return result.Boot
	}
	return result.UnknownPhase
}

// Callees lists the functions that run before the function goes on: not those
// that it starts beside itself or only names.
func (f *Function) Callees() []*Function {
	var out []*Function
	for i := range f.out {
		e := &f.out[i]
		if !e.async && !e.ref && (len(out) == 0 || out[len(out)-1] != e.to) {
			out = append(out, e.to)
		}
	}
	return out
}

// InLoop lists what a function calls in a loop without end, and the function itself if
// code outside the checkout is called there.
func (f *Function) InLoop() []*Function {
	var out []*Function
	for i := range f.out {
		if e := &f.out[i]; e.call != nil && e.call.Loop && !e.ref && !slices.Contains(out, e.to) {
			out = append(out, e.to)
		}
	}
	if slices.ContainsFunc(f.Calls, func(c unit.Call) bool { return c.Loop && c.External }) {
		out = append(out, f)
	}
	return out
}

// Runs lists the callees that are known to run: not the methods of an object that
// code outside the checkout was given, and may call or not.
func (f *Function) Runs() []*Function {
	var out []*Function
	for i := range f.out {
		e := &f.out[i]
		if !e.async && !e.ref && !e.offered && (len(out) == 0 || out[len(out)-1] != e.to) {
			out = append(out, e.to)
		}
	}
	return out
}

// Given lists what functions put into a field or variable as a whole.
func (p *Program) Given(holder string) []unit.Value {
	h := p.holders[holder]
	if h == nil {
		return nil
	}
	out := append([]unit.Value{}, h.Values...)
	if h.Value.Kind != unit.Unknown {
		out = append(out, h.Value)
	}
	return out
}

// Callers lists the functions that call or name the function, once for each call.
func (f *Function) Callers() []*Function { return f.callers }

// CallsOf lists the calls that a function makes of another.
func (f *Function) CallsOf(to *Function) []*unit.Call {
	var out []*unit.Call
	for i := range f.out {
		if e := &f.out[i]; e.to == to && e.call != nil {
			out = append(out, e.call)
		}
	}
	return out
}

// Started lists the functions of the checkout that a call starts beside the caller.
func (f *Function) Started(c *unit.Call) []*Function {
	var out []*Function
	for i := range f.out {
		if e := &f.out[i]; e.async && (!e.ref || e.to.HasRole(unit.Background)) && e.call == c {
			out = append(out, e.to)
		}
	}
	return out
}

// Named lists the functions that a function calls, starts or names, once for each
// way.
func (f *Function) Named() []*Function {
	out := make([]*Function, len(f.out))
	for i := range f.out {
		out[i] = f.out[i].to
	}
	return out
}

// Within lists a function and what it runs up to some calls away, nearest first.
func (f *Function) Within(calls int) []*Function {
	out, seen := []*Function{f}, map[*Function]bool{f: true}
	for from := 0; calls > 0; calls-- {
		to := len(out)
		for ; from < to; from++ {
			for _, c := range out[from].Callees() {
				if !seen[c] {
					seen[c] = true
					out = append(out, c)
				}
			}
		}
	}
	return out
}

// HasRole tells whether a framework gives the function a role.
func (f *Function) HasRole(r unit.Role) bool {
	for _, have := range f.Roles {
		if have == r {
			return true
		}
	}
	return false
}
