package python

import (
	"maps"
	"slices"
	"sort"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// resolver joins the units of a checkout.
type resolver struct {
	units     []*unit.Unit
	modules   map[string]*module
	byLast    map[string][]*module // by the last part of their names
	classes   map[string]*class_
	functions map[string]*function
	order     []*function
	holders   map[string]*unit.Holder
	given     map[string][]given    // what holders are set to
	arrives   map[string]string     // the class that arrives at a parameter
	handed    map[string]thing      // what the one place holds of which the content arrives there
	methods   map[string][]string   // by name
	below     map[string][]string   // classes directly below a class
	found     map[string]*module    // what imports name
	doing     map[string]bool       // guards against circles
	wanted    map[string]bool       // names called on what is not known
	added     map[string]*unit.Unit // holders that stand where they are used
	deep      int
	// types and results are what is known of holders and functions, asked once each.
	types   map[string]string
	results map[string]thing
	owned   map[string][]*function // methods by class
	inner   map[string][]*function // functions inside others, by these
	// What is known of the models of Django: what refers back to them, their names with
	// labels, the variables in class bodies by class, and the folders that are
	// applications with their labels.
	models     map[string]*entity
	back       map[string]map[string]link
	named      map[string]string
	attributes map[string][]*unit.Holder
	apps       map[string]string
	routed     []registration // what URLconfs say, in the order of the source
	made       []made         // views of which a library writes the body
	saved      []saving       // rows that are saved one by one
	// classDecorated are the decorators of classes, with the calls that they are.
	classDecorated []decoration
	reads          []libraryRead                // of what a library keeps
	called         []registered                 // calls that say ways in
	inclusions     map[string][]inclusion       // of routers and blueprints
	config         configured                   // what applications of Flask are told
	byModules      map[string]bool              // functions that only modules call, as they are loaded
	serving        map[string]bool              // folders that have to do with a library that serves
	single         map[string]bool              // classes of which the metaclass keeps the objects
	starts         map[string]map[int]unit.Call // the parameters that functions start, by their numbers
	factories      map[string]bool              // functions that make an application for who asks for one
	djangos        []*django                    // projects of Django
	getters        map[string]bool              // names of properties
	setters        map[string]*function         // what runs when a property is set, by its name
}

// module is a file as others see it.
type module struct {
	id    string
	unit  *unit.Unit
	class class
	pkg   bool
	names map[string]string // imports by name
	stars []string
	loads []string
}

// class_ is a class of the checkout.
type class_ struct {
	*unit.Type
	module  *module
	supers  []string // classes of the checkout directly above
	outside []string // classes of libraries directly above
	meta    string
	written []string // the classes above, as they are written
	order   []string // how names are looked up: itself first
	byValue bool     // objects that hold the same are equal
}

// function is a function with what it is resolved by.
type function struct {
	*unit.Function
	module    *module
	params    map[string]string // by number
	injected  map[string]string // functions whose results a framework passes, by number
	result    string
	whens     map[int]string // what is tested around its returns, by their number
	decorated []decoration
}

// decoration is one decorator of a function.
type decoration struct {
	by   thing
	call unit.Call
}

// given is a value that a holder is set to, and where.
type given struct {
	value *unit.Value
	in    *function
}

// resolve joins the units of the language over the whole checkout.
func resolve(units []*unit.Unit) {
	r := &resolver{
		units: units, modules: map[string]*module{}, byLast: map[string][]*module{}, classes: map[string]*class_{}, functions: map[string]*function{},
		holders: map[string]*unit.Holder{}, given: map[string][]given{}, arrives: map[string]string{}, handed: map[string]thing{}, methods: map[string][]string{},
		owned: map[string][]*function{}, inner: map[string][]*function{}, types: map[string]string{}, results: map[string]thing{},
		below: map[string][]string{}, found: map[string]*module{}, doing: map[string]bool{}, wanted: map[string]bool{}, added: map[string]*unit.Unit{},
		factories: map[string]bool{}, getters: map[string]bool{}, setters: map[string]*function{},
	}
	r.index()
	r.ancestry()
	r.forget()
	r.ancestry() // again: a base class may be what an object of a class hands out
	r.forget()
	r.collect()
	r.entities()
	r.forget()
	r.arrivals()
	r.forget()
	r.applicationHolders()
	r.forget()
	r.fieldTypes()
	r.keepInstances()
	r.passesOn()
	rewritten := make([]rewrite, len(r.order))
	for i, fn := range r.order {
		rewritten[i] = r.rewrite(fn)
	}
	for i, fn := range r.order {
		fn.Accesses, fn.Calls, fn.Returns, fn.Allocs = rewritten[i].accesses, rewritten[i].calls, rewritten[i].returns, append(fn.Allocs, rewritten[i].allocs...)
	}
	r.keptTemporaries()
	r.readLibraries()
	r.routes() // before what holders are set to is resolved: it asks what views are about
	r.values()
	r.decorate()
	r.signals()
	r.transactions()
	r.roles()
	r.declareEntities()
	r.settings()
	r.finish()
}

// forget drops what was worked out from less than is known now.
func (r *resolver) forget() {
	r.types, r.results = map[string]string{}, map[string]thing{}
}

func (r *resolver) index() {
	for _, u := range r.units {
		for i := range u.Types {
			if t := &u.Types[i]; t.Kind == moduleKind {
				r.addModule(u, t)
			}
		}
	}
	for _, u := range r.units {
		m := r.modules[moduleOf(u.Path)]
		if m == nil || m.unit != u {
			continue
		}
		for i := range u.Types {
			if t := &u.Types[i]; t.Kind == "class" && r.classes[t.ID] == nil {
				r.classes[t.ID] = &class_{Type: t, module: m}
			}
		}
		for i := range u.Holders {
			if h := &u.Holders[i]; r.holders[h.ID] == nil {
				r.holders[h.ID] = h
			}
		}
		for i := range u.Functions {
			r.addFunction(m, &u.Functions[i])
		}
	}
	sort.Slice(r.order, func(i, j int) bool { return r.order[i].ID < r.order[j].ID })
}

func (r *resolver) addModule(u *unit.Unit, t *unit.Type) {
	m := &module{id: t.ID, unit: u, class: classify(u.Path), pkg: strings.HasSuffix(u.Path, "__init__.py"), names: map[string]string{}}
	for _, s := range t.Supers {
		name, to, _ := strings.Cut(s, "=")
		switch name {
		case "":
			m.loads = append(m.loads, to)
		case "*":
			m.stars = append(m.stars, to)
		default:
			m.names[name] = to
		}
	}
	if old := r.modules[m.id]; old != nil && old.pkg {
		return // a package and a file of one name: the package is what is imported
	}
	r.modules[m.id] = m
	last := m.id[strings.LastIndexByte(m.id, '.')+1:]
	r.byLast[last] = append(r.byLast[last], m)
}

func (r *resolver) addFunction(m *module, fn *unit.Function) {
	f := &function{Function: fn, module: m, params: map[string]string{}, injected: map[string]string{}, whens: map[int]string{}}
	for _, a := range fn.Attrs {
		if rest, ok := strings.CutPrefix(a, attrParam); ok {
			number, typ, _ := strings.Cut(rest, "=")
			f.params[number] = typ
		} else if rest, ok := strings.CutPrefix(a, attrInjected); ok {
			number, by, _ := strings.Cut(rest, "=")
			f.injected[number] = by
		} else if rest, ok := strings.CutPrefix(a, attrResult); ok {
			f.result = rest
		} else if rest, ok := strings.CutPrefix(a, attrWhen); ok {
			number, when, _ := strings.Cut(rest, "=")
			f.whens[indexOf(number)] = when
		}
	}
	fn.Attrs = slices.DeleteFunc(fn.Attrs, func(a string) bool {
		return strings.HasPrefix(a, attrParam) || strings.HasPrefix(a, attrResult) || strings.HasPrefix(a, attrInjected) || strings.HasPrefix(a, attrWhen)
	})
	if r.functions[fn.ID] != nil {
		return
	}
	r.functions[fn.ID] = f
	if has(fn.Attrs, attrSetter) {
		r.setters[fn.Owner+"."+fn.Name] = f
	}
	if has(fn.Attrs, attrProperty) {
		r.getters[fn.Name] = true
	}
	r.order = append(r.order, f)
	if fn.Owner != "" && fn.Outer == "" {
		r.owned[fn.Owner] = append(r.owned[fn.Owner], f)
	}
	if outer, _, ok := strings.Cut(fn.ID, locals); ok {
		r.inner[outer] = append(r.inner[outer], f)
	}
	if fn.Owner != "" && fn.Outer == "" && !fn.Test {
		r.methods[fn.Name] = append(r.methods[fn.Name], fn.ID)
	}
}

// ancestry finds the classes above each class, and the order of look-up.
func (r *resolver) ancestry() {
	r.below = map[string][]string{}
	found := map[string]*class_{}
	for _, id := range sortedClasses(r.classes) {
		c := &class_{Type: r.classes[id].Type, module: r.classes[id].module, written: r.classes[id].written}
		if c.written == nil {
			c.written = slices.Clone(c.Supers)
		}
		found[id] = c
		var supers []string
		for _, s := range c.written {
			name, meta := strings.CutPrefix(s, "metaclass ")
			t := r.name(name, c.module)
			switch {
			case meta:
				c.meta = t.id
			case t.kind == aClass && t.id != id:
				c.supers = append(c.supers, t.id)
				supers = append(supers, t.id)
				r.below[t.id] = append(r.below[t.id], id)
			case t.kind == outside:
				c.outside = append(c.outside, t.id)
				supers = append(supers, t.id)
			case t.kind == aValue && t.typ != "" && r.classes[t.typ] == nil:
				t.id = strings.TrimPrefix(t.typ, opaque)
				c.outside = append(c.outside, t.id)
				supers = append(supers, t.id)
			}
		}
		c.Supers = supers
	}
	r.classes = found
	for _, c := range r.classes {
		r.linearise(c, c, map[string]bool{})
	}
}

func sortedHolders(m map[string]*unit.Holder) []string { return slices.Sorted(maps.Keys(m)) }

func sortedClasses(m map[string]*class_) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}

func (r *resolver) linearise(c, at *class_, seen map[string]bool) {
	if seen[at.ID] || len(c.order) > 40 {
		return
	}
	seen[at.ID] = true
	c.order = append(c.order, at.ID)
	for _, s := range at.supers {
		r.linearise(c, r.classes[s], seen)
	}
}

// above lists the classes of libraries that a class is made from.
func (r *resolver) above(id string) []string {
	var out []string
	if c := r.classes[id]; c != nil {
		for _, at := range c.order {
			out = append(out, r.classes[at].outside...)
		}
	}
	return out
}

// collect lists what each holder is set to.
func (r *resolver) collect() {
	for _, fn := range r.order {
		for i := range fn.Accesses {
			a := &fn.Accesses[i]
			if a.Value == nil || a.Kind != unit.Write && a.Kind != unit.Init || a.Op != "=" {
				continue
			}
			if id := r.target(fn, a.Place); id != "" {
				r.given[id] = append(r.given[id], given{a.Value, fn})
			}
		}
	}
}

// target is the holder that an assignment sets, where its place says so at once.
func (r *resolver) target(fn *function, p unit.Place) string {
	switch {
	case p.Root == unit.RootHolder && len(p.Path) == 0:
		return p.Name
	case p.Root == unit.RootHolder && len(p.Path) == 1 && r.classes[p.Name] != nil:
		for _, at := range r.classes[p.Name].order {
			if id := at + p.Path[0]; r.holders[id] != nil {
				return id
			}
		}
	case p.Root == unit.RootReceiver && len(p.Path) == 1:
		return r.fieldID(fn.Owner, strings.TrimPrefix(p.Path[0], "."))
	}
	return ""
}

// fieldID is the holder of an attribute of the instances of a class, "" if no method
// sets it.
func (r *resolver) fieldID(owner, name string) string {
	c := r.classes[owner]
	if c == nil {
		return ""
	}
	for _, at := range c.order {
		if id := at + "#" + name; r.holders[id] != nil {
			return id
		}
	}
	return ""
}

// module finds what an import names, as seen from a module: by the whole name, or
// below a folder that is no package itself.
func (r *resolver) module(name string, from *module) *module {
	if rest, ok := strings.CutPrefix(name, "/"); ok {
		return r.modules[rest]
	}
	key := name
	if from != nil {
		first, _, _ := strings.Cut(from.id, ".")
		key += " " + first
	}
	if m, ok := r.found[key]; ok {
		return m
	}
	m := r.findModule(name, from)
	r.found[key] = m
	return m
}

func (r *resolver) findModule(name string, from *module) *module {
	if m := r.modules[name]; m != nil {
		return m
	}
	var best *module
	common := -1
	for _, m := range r.byLast[name[strings.LastIndexByte(name, '.')+1:]] {
		root, ok := strings.CutSuffix(m.id, "."+name)
		if !ok || r.modules[root] != nil && r.modules[root].pkg {
			continue
		}
		n := 0
		if from != nil {
			n = shared(root, from.id)
			if !strings.Contains(name, ".") && !strings.HasPrefix(from.id, root+".") {
				continue
			}
		}
		if n > common || n == common && m.id < best.id {
			best, common = m, n
		}
	}
	return best
}

// shared counts the leading bytes that two names have in common.
func shared(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// finish takes away what only resolving needed.
func (r *resolver) finish() {
	for _, u := range r.units {
		u.Types = slices.DeleteFunc(u.Types, func(t unit.Type) bool { return t.Kind == moduleKind })
	}
	for _, fn := range r.order {
		fn.Attrs = slices.DeleteFunc(fn.Attrs, func(a string) bool { return strings.HasPrefix(a, attrDefault) })
	}
	for _, f := range r.made {
		f.in.unit.Functions = append(f.in.unit.Functions, f.fn)
	}
	ids := make([]string, 0, len(r.added))
	for id := range r.added {
		ids = append(ids, id)
	}
	sort.Strings(ids)
	for _, id := range ids {
		u := r.added[id]
		u.Holders = append(u.Holders, *r.holders[id])
	}
}
