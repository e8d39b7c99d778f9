package ruby

import (
	"runtime"
	"slices"
	"sort"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// resolver joins the units of a checkout.
type resolver struct {
	units     []*unit.Unit
	classes   map[string]*module
	holders   map[string]*unit.Holder
	functions map[string]*unit.Function
	inFile    map[*unit.Function]string
	byName    map[string][]*unit.Function
	shapes    map[shape][]string          // memo of candidates
	helpers   map[string][]*unit.Function // methods that views may call
	out       map[string]handed           // by function
	open      map[string]bool             // functions whose results are being worked out
	settled   bool                        // out has all that it will have
	constants map[string]string
	methods   map[string]*unit.Function
	lines     map[string][]string // ancestors by class; nil until all are known
	forwards  map[string][]ref    // to what a method_missing sends on, by its ID
	// shared are the instance variables of modules that only extend: each is one of
	// a class object.
	shared  map[string]bool
	extends map[string]bool // the modules that only extend
	rows    map[string]bool // classes that say themselves that their objects are rows
	// ones are the classes of the rows that associations to one row hand out, by the
	// ID of the method, and oneNames the names of these.
	ones     map[string]string
	oneNames map[string]bool
	arrived  arrivals
	returns  map[string][]ref // what functions return; nil until all that arrives is known
}

// module is a class or module of the checkout with all its definitions joined.
type module struct {
	id       string
	t        *unit.Type
	super    string
	includes []string // included and prepended
	extends  []string
	lends    []string  // by what it extends what includes it
	subs     []*module // direct subclasses and includers
}

// resolve turns names as written into IDs over all files.
func resolve(units []*unit.Unit) {
	r := &resolver{
		units: units, classes: map[string]*module{}, holders: map[string]*unit.Holder{}, functions: map[string]*unit.Function{},
		inFile: map[*unit.Function]string{}, byName: map[string][]*unit.Function{}, helpers: map[string][]*unit.Function{},
		out: map[string]handed{}, open: map[string]bool{}, constants: map[string]string{}, methods: map[string]*unit.Function{},
	}
	r.collect()
	r.ancestors()
	r.lines = map[string][]string{}
	r.models()
	r.associations()
	r.extended()
	r.typeHolders()
	functions := r.sorted()
	r.arrive(functions)
	r.forwarding(functions)
	for _, f := range functions {
		r.handedOut(f)
		for number := range f.Yields {
			r.givenTo(f, number)
		}
	}
	r.settled = true
	r.each(functions, (*resolver).function)
	r.copiesForRequests(functions)
	r.holderValues()
	r.attributesOfLibraries(functions)
	r.defaults()
	r.filtersOfApplications(functions)
	r.blocksOfMacros(functions)
	r.roles(functions)
	r.settings()
}

// each does something with every function, on all processors. What is done may
// change the function it is given and nothing else; each worker has memos of its
// own.
func (r *resolver) each(functions []*unit.Function, do func(*resolver, *unit.Function)) {
	const batch = 64
	var next atomic.Int64
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		own := *r
		own.constants, own.methods, own.lines = map[string]string{}, map[string]*unit.Function{}, map[string][]string{}
		own.shapes = map[shape][]string{}
		workers.Go(func() {
			for from := int(next.Add(batch)) - batch; from < len(functions); from = int(next.Add(batch)) - batch {
				for _, f := range functions[from:min(from+batch, len(functions))] {
					do(&own, f)
				}
			}
		})
	}
	workers.Wait()
}

// sorted lists the functions by ID.
func (r *resolver) sorted() []*unit.Function {
	out := make([]*unit.Function, 0, len(r.functions))
	for _, f := range r.functions {
		out = append(out, f)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].ID < out[j].ID })
	return out
}

// collect indexes what the files declare, and joins what several of them say
// about one class or holder.
func (r *resolver) collect() {
	for _, u := range r.units {
		for i := range u.Types {
			r.collectType(&u.Types[i])
		}
		u.Holders = slices.DeleteFunc(u.Holders, func(h unit.Holder) bool { return r.betterKnown(&h) })
		for i := range u.Holders {
			r.holders[u.Holders[i].ID] = &u.Holders[i]
		}
	}
	for _, u := range r.units {
		for i := range u.Functions {
			r.collectFunction(u, &u.Functions[i])
		}
		for i := range u.Holders {
			h := &u.Holders[i]
			if c := r.classes[h.Owner]; c != nil && h.Kind == unit.Field {
				c.t.Fields = append(c.t.Fields, h.ID)
			}
		}
	}
}

// betterKnown tells whether another file says more about a holder. What that
// file lacks is added to it.
func (r *resolver) betterKnown(h *unit.Holder) bool {
	have := r.holders[h.ID]
	if have == nil {
		return false
	}
	if have.Value.Kind == unit.Unknown && h.Value.Kind != unit.Unknown || have.Test && !h.Test {
		*have = *h
	}
	if have.Type == "" {
		have.Type = h.Type
	}
	return true
}

func (r *resolver) collectType(t *unit.Type) {
	c := r.classes[t.ID]
	if c == nil {
		r.classes[t.ID] = &module{id: t.ID, t: t}
		return
	}
	c.t.Supers = append(c.t.Supers, t.Supers...)
	c.t.Test = c.t.Test && t.Test
	if t.Kind == "class" {
		c.t.Kind = t.Kind
	}
}

// collectFunction indexes a function. One that another file defines too stays
// findable under an ID of its own.
func (r *resolver) collectFunction(u *unit.Unit, f *unit.Function) {
	if r.functions[f.ID] != nil {
		old := f.ID
		f.ID += "@" + u.Path
		if f.Symbol == old {
			f.Symbol = strings.TrimSuffix(f.Symbol, "@"+u.Path)
		}
		for i := range u.Functions {
			if u.Functions[i].Outer == old {
				u.Functions[i].Outer = f.ID
			}
		}
	}
	if r.functions[f.ID] != nil {
		return
	}
	r.functions[f.ID] = f
	r.inFile[f] = u.Path
	if f.Test || f.Outer != "" || f.Name == topName || f.Name == bodyName {
		return
	}
	if c := r.classes[f.Owner]; c != nil {
		c.t.Methods = append(c.t.Methods, f.ID)
	}
	r.byName[f.Name] = append(r.byName[f.Name], f)
	if strings.Contains(u.Path, "app/helpers/") || strings.HasSuffix(f.Owner, "Helper") {
		r.helpers[f.Name] = append(r.helpers[f.Name], f)
	}
}

// ancestors resolves superclasses and mixins.
func (r *resolver) ancestors() {
	for _, id := range r.classIDs() {
		c := r.classes[id]
		var supers []string
		for _, written := range c.t.Supers {
			how, name, _ := strings.Cut(written, " ")
			if name == "" {
				continue
			}
			if how == extendsIncluder {
				c.lends = append(c.lends, r.constant(id, name))
				continue
			}
			name = r.constant(outerOf(id), name)
			if name == id {
				continue
			}
			supers = append(supers, name)
			switch how {
			case "<":
				c.super = name
			case "extend":
				c.extends = append(c.extends, name)
			default:
				c.includes = append(c.includes, name)
			}
			if up := r.classes[name]; up != nil && how != "extend" {
				up.subs = append(up.subs, c)
			}
		}
		c.t.Supers = supers
	}
}

func (r *resolver) classIDs() []string {
	out := make([]string, 0, len(r.classes))
	for id := range r.classes {
		out = append(out, id)
	}
	sort.Strings(out)
	return out
}

// outerOf is the namespace of a class.
func outerOf(id string) string {
	if i := strings.LastIndex(id, "::"); i >= 0 {
		return id[:i]
	}
	return ""
}

// constant looks a constant up as Ruby does: through the namespaces around,
// then the ancestors of the innermost. A constant that the checkout does not
// define is returned as written.
func (r *resolver) constant(owner, name string) string {
	if rest, absolute := strings.CutPrefix(name, "::"); absolute {
		return rest
	}
	key := owner + " " + name
	if id, ok := r.constants[key]; ok {
		return id
	}
	id := r.aliased(r.lookUp(owner, name), maxAliases)
	r.constants[key] = id
	return id
}

// maxAliases bounds through how many constants another name of something is followed.
const maxAliases = 4

// aliased is the class, module or constant that a constant is another name of, else
// the constant itself: Store = Billing::Store.
func (r *resolver) aliased(id string, follow int) string {
	h := r.holders[id]
	if h == nil || follow == 0 || h.Kind != unit.Constant || r.classes[id] != nil {
		return id
	}
	v := &h.Value
	if v.Kind != unit.PlaceValue || v.Place == nil || v.Place.Root != unit.RootHolder || len(v.Place.Path) > 0 {
		return id
	}
	target := strings.TrimPrefix(v.Place.Name, "::")
	if target == v.Place.Name {
		target = r.lookUp(h.Owner, v.Place.Name)
	}
	if target = r.aliased(target, follow-1); r.known(target) {
		return target
	}
	return id
}

func (r *resolver) lookUp(owner, name string) string {
	first, rest, nested := strings.Cut(name, "::")
	for scope := owner; ; scope = outerOf(scope) {
		if id := join(scope, first); r.known(id) {
			if !nested {
				return id
			}
			if full := id + "::" + rest; r.known(full) {
				return full
			}
			if r.classes[id] != nil && scope != "" {
				if full := join(scope, name); r.known(full) {
					return full
				}
			}
		}
		if scope == "" {
			break
		}
	}
	for _, up := range r.line(owner) {
		if id := join(up, name); r.known(id) {
			return id
		}
	}
	return name
}

func (r *resolver) known(id string) bool {
	return r.classes[id] != nil || r.holders[id] != nil
}

// line lists a class and its ancestors in the order of method lookup.
func (r *resolver) line(id string) []string {
	if out, ok := r.lines[id]; ok {
		return out
	}
	out := r.ancestry(id)
	if r.lines != nil {
		r.lines[id] = out
	}
	return out
}

// ancestry works out line.
func (r *resolver) ancestry(id string) []string {
	var out []string
	seen := map[string]bool{}
	var walk func(id string, depth int)
	walk = func(id string, depth int) {
		if id == "" || seen[id] || depth > 16 {
			return
		}
		seen[id] = true
		out = append(out, id)
		c := r.classes[id]
		if c == nil {
			return
		}
		for i := len(c.includes) - 1; i >= 0; i-- {
			walk(c.includes[i], depth+1)
		}
		walk(c.super, depth+1)
	}
	walk(id, 0)
	return out
}

// inherits tells whether a class has one of the given among its ancestors, by
// exact name.
func (r *resolver) inherits(id string, names ...string) bool {
	for _, up := range r.line(id) {
		if slices.Contains(names, up) {
			return true
		}
	}
	return false
}

// instanceMethod finds the method that instances of a class answer with.
func (r *resolver) instanceMethod(id, name string) *unit.Function {
	key := id + "#" + name
	if f, ok := r.methods[key]; ok {
		return f
	}
	var found *unit.Function
	for _, up := range r.line(id) {
		if found = r.functions[up+"#"+name]; found != nil {
			break
		}
		if m := r.functions[up+"."+name]; m != nil && slices.Contains(m.Attrs, attrModuleFunction) {
			found = m
			break
		}
	}
	r.methods[key] = found
	return found
}

// classMethod finds the method that a class object answers with.
func (r *resolver) classMethod(id, name string) *unit.Function {
	key := id + "." + name
	if f, ok := r.methods[key]; ok {
		return f
	}
	found := r.findClassMethod(id, name)
	r.methods[key] = found
	return found
}

func (r *resolver) findClassMethod(id, name string) *unit.Function {
	for _, up := range r.line(id) {
		m := r.functions[up+"."+name]
		if m != nil && (up == id || r.passesOn(id, up, m)) {
			return m
		}
		if m := r.functions[up+"::ClassMethods#"+name]; m != nil {
			return m
		}
		if m := r.functions[up+"::ClassMethods."+name]; m != nil {
			return m
		}
		if c := r.classes[up]; c != nil {
			lent := c.extends
			if up != id {
				lent = append(slices.Clone(lent), c.lends...)
			}
			for _, e := range lent {
				if m := r.instanceMethod(e, name); m != nil {
					return m
				}
			}
		}
	}
	return nil
}

// passesOn tells whether a class method counts below: of a superclass it does,
// of an included module only if it was written for that.
func (r *resolver) passesOn(id, up string, m *unit.Function) bool {
	if slices.Contains(m.Attrs, attrClassMethod) {
		return true
	}
	for c := r.classes[id]; c != nil; c = r.classes[c.super] {
		if c.id == up {
			return true
		}
		if c.super == c.id {
			break
		}
	}
	return false
}

// typeHolders resolves the classes of what holders are first set to.
func (r *resolver) typeHolders() {
	for _, u := range r.units {
		for i := range u.Holders {
			h := &u.Holders[i]
			if h.Type != "" {
				h.Type = r.constant(h.Owner, h.Type)
			}
		}
	}
	for _, u := range r.units {
		for i := range u.Holders {
			h := &u.Holders[i]
			if h.Type == "" && h.Value.Kind != unit.Unknown {
				if rf := r.typeOf(siteOfHolder(h), &h.Value); !rf.class || rf.typ == anyClass {
					h.Type = rf.typ
				}
			}
		}
	}
	for _, f := range r.sorted() {
		r.typeByWrites(f)
	}
	clear(r.out) // what functions hand out may be known better now
}

// typeByWrites tells the class of variables from what a function puts into them.
func (r *resolver) typeByWrites(f *unit.Function) {
	at := r.siteOf(f)
	for i := range f.Accesses {
		a := &f.Accesses[i]
		if a.Kind != unit.Write && a.Kind != unit.Init || a.Value == nil {
			continue
		}
		name := a.Place.Name
		if a.Place.Root == unit.RootReceiver && len(a.Place.Path) == 1 {
			name = a.Place.Path[0]
		} else if a.Place.Root != unit.RootHolder || len(a.Place.Path) > 0 {
			continue
		}
		if h := r.holders[name]; h != nil && h.Type == "" {
			if rf := r.typeOf(at, a.Value); !rf.class || rf.typ == anyClass {
				h.Type = rf.typ
			}
		}
	}
}

// siteOfHolder is where the value of a holder is written.
func siteOfHolder(h *unit.Holder) site {
	at := site{owner: h.Owner, self: selfClass}
	if h.Kind == unit.Field {
		at.self = selfInstance
	}
	return at
}
