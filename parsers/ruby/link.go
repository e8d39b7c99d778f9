package ruby

import (
	"slices"
	"strconv"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// function resolves everything that a function says.
func (r *resolver) function(f *unit.Function) {
	at := r.siteOf(f)
	calls := make([]unit.Call, len(f.Calls))
	for i := range f.Calls {
		calls[i] = r.call(at, f.Calls[i])
	}
	f.Calls = calls
	var accesses []unit.Access
	for i := range f.Accesses {
		if a, ok := r.access(at, f.Accesses[i]); ok {
			accesses = append(accesses, a)
		}
	}
	f.Accesses = append(append(accesses, r.attributeReads(f)...), r.sentWrites(f)...)
	f.Returns = r.values(at, f.Returns)
	for i := range f.Sessions {
		f.Sessions[i].Value = r.value(at, f.Sessions[i].Value)
	}
	r.allocs(at, f)
}

// attributeReads are the reads that calls of attribute readers make of holders.
func (r *resolver) attributeReads(f *unit.Function) []unit.Access {
	var out []unit.Access
	for i := range f.Calls {
		c := &f.Calls[i]
		callees := c.Targets
		if len(callees) == 0 {
			callees = []string{c.Callee}
		}
		for _, id := range callees {
			m := r.functions[id]
			if m == nil || strings.HasSuffix(m.Name, "=") || !slices.Contains(m.Attrs, attrAttribute) {
				continue
			}
			if h := r.handedOut(m); h.place != nil && h.place.Root == unit.RootHolder {
				out = append(out, unit.Access{Place: *h.place, Kind: unit.Read, Location: c.Location})
			}
		}
	}
	return out
}

// allocs resolves the classes of which a function makes instances. An instance
// of a class is one of its superclasses too.
func (r *resolver) allocs(at site, f *unit.Function) {
	var out []unit.Alloc
	for _, a := range append(f.Allocs, r.ofArrivals(at, f)...) {
		a.Type = r.constant(at.owner, a.Type)
		a.Kept = a.Kept || r.keptAt(f, a)
		for _, up := range r.line(a.Type) {
			if r.classes[up] != nil {
				a.Type = up
				out = append(out, a)
			}
		}
	}
	f.Allocs = out
}

// ofArrivals are the instances that a function makes of classes that reach it.
func (r *resolver) ofArrivals(at site, f *unit.Function) []unit.Alloc {
	var out []unit.Alloc
	for i := range f.Calls {
		c := &f.Calls[i]
		if c.Name != "new" || c.Receiver == nil || c.Receiver.Place == nil {
			continue
		}
		for _, rf := range r.arrived[keyOfResolved(at, *c.Receiver.Place)] {
			if rf.class {
				out = append(out, unit.Alloc{Type: "::" + rf.typ, Location: c.Location})
			}
		}
	}
	return out
}

// keptAt tells whether an instance goes straight into a place that is not an
// object's own.
func (r *resolver) keptAt(f *unit.Function, a unit.Alloc) bool {
	for i := range f.Accesses {
		w := &f.Accesses[i]
		if w.Kind != unit.Write || w.Value == nil || w.Place.Root != unit.RootHolder || len(w.Place.Path) > 0 {
			continue
		}
		if h := r.holders[w.Place.Name]; h == nil || h.Kind == unit.Captured || h.Kind == unit.ThreadLocal || h.PerRequest {
			continue
		}
		if w.Location.Line <= a.Location.Line && a.Location.Line <= w.Location.EndLine && makes(w.Value, a.Type) {
			return true
		}
	}
	return false
}

// makes tells whether a value is, or may be, a new instance of a class.
func makes(v *unit.Value, typ string) bool {
	if v.Kind == unit.New && v.Type == typ {
		return true
	}
	if v.Kind == unit.Compound && v.Callee == branches {
		for i := range v.Parts {
			if makes(&v.Parts[i], typ) {
				return true
			}
		}
	}
	return false
}

// values resolves a list of values.
func (r *resolver) values(at site, list []unit.Value) []unit.Value {
	if len(list) == 0 {
		return nil
	}
	out := make([]unit.Value, len(list))
	for i := range list {
		out[i] = r.value(at, list[i])
	}
	return out
}

// value resolves a value. The parser shares parts between values, so none is
// changed in place.
func (r *resolver) value(at site, v unit.Value) unit.Value {
	switch v.Kind {
	case unit.Result:
		name, on := r.receiverOf(at, &v)
		ids, external := r.targets(at, name, on, strings.Contains(v.Callee, ".") && !strings.HasPrefix(v.Callee, "self."))
		v.Type = r.typeOfResult(at, &v).typ
		switch {
		case len(ids) > 0:
			v.Callee = ids[0]
		case external != "":
			v.Callee = external
		default:
			v.Callee = name
		}
		v.Place = r.resultPlace(at, v.Place)
	case unit.New:
		v.Type = r.constant(at.owner, v.Type)
	case unit.PlaceValue:
		if v.Place != nil {
			asked := ofRequest(*v.Place)
			p, rf := r.place(at, *v.Place)
			v.Place = &p
			if rf.typ != "" && !rf.class {
				v.Type = rf.typ
			}
			if p.Root == unit.RootUnknown && asLocal(&v) {
				v.Place = &unit.Place{Root: unit.RootLocal, Name: v.Type}
			} else if p.Root == unit.RootUnknown {
				v.Kind, v.Place = unit.Compound, nil
				if asked != "" && v.Callee == "" {
					v.Kind, v.Callee = unit.Result, asked
				}
				if v.Callee == sameValue && len(v.Parts) == 1 {
					text := v.Text
					v = r.value(at, v.Parts[0])
					v.Text = text
					return v
				}
			}
		}
	}
	if v.Callee == sameValue {
		v.Callee = ""
	}
	v.Parts = r.values(at, v.Parts)
	return v
}

// asLocal tells the parameter of a block to which no method of the checkout gives a place:
// it is a local as any other.
func asLocal(v *unit.Value) bool {
	path := v.Place.Path
	if v.Place.Root == unit.RootUnknown || len(path) == 0 {
		return false
	}
	return strings.HasPrefix(path[len(path)-1], given)
}

// ofRequest names what a request carries in which a place lies: params[:x] and
// its like. It is empty for other places.
func ofRequest(pl unit.Place) string {
	if pl.Root != unit.RootReceiver || len(pl.Path) == 0 {
		return ""
	}
	return ofController(strings.TrimPrefix(pl.Path[0], "."))
}

// resultPlace is the place that a call hands out, if it is one that lasts.
func (r *resolver) resultPlace(at site, place *unit.Place) *unit.Place {
	if place == nil {
		return nil
	}
	p, rf := r.place(at, *place)
	switch {
	case p.Root == unit.RootHolder && !(rf.class && len(p.Path) == 0), p.Root == unit.RootReceiver && len(p.Path) > 0, p.Root == unit.RootParam && len(p.Path) > 0:
		return &p
	}
	return nil
}

// holderValues resolves what holders are first set to.
func (r *resolver) holderValues() {
	for _, u := range r.units {
		for i := range u.Holders {
			h := &u.Holders[i]
			h.Value = r.value(siteOfHolder(h), h.Value)
			if h.Type == "" && h.Value.Kind != unit.PlaceValue {
				h.Type = h.Value.Type
			}
		}
	}
}

// call resolves whom a call may run.
func (r *resolver) call(at site, c unit.Call) unit.Call {
	if c.Callee != "" && (c.Reference || c.External) {
		c.Args = r.values(at, c.Args)
		return c
	}
	on, known := at.selfRef(), false
	if c.Receiver != nil && c.Receiver.Text != "self" {
		on, known = r.typeOf(at, c.Receiver), true
	}
	ids, external := []string(nil), ""
	if strings.Contains(c.Name, anyText) && c.Name != anyText && c.Name != "**" {
		ids = r.matching(on, c.Name)
	} else {
		ids, external = r.targets(at, c.Name, on, known)
	}
	if len(ids) == 0 && known && (on.typ == "" || on.typ == anyClass) {
		ids = r.onArrivals(at, &c)
	}
	if len(ids) == 0 && external == "" && known {
		if on.class && on.typ == anyClass {
			ids = r.onAnyClass(c.Name, len(c.Args))
		} else {
			ids = r.candidates(c.Name, len(c.Args))
		}
		c.Guessed = len(ids) > 0
	}
	switch {
	case len(ids) == 1:
		c.Callee = ids[0]
	case len(ids) > 1:
		c.Targets = ids
		c.Callee = ids[0]
	case external != "":
		c.Callee, c.External = external, true
	}
	if c.Receiver != nil {
		v := r.value(at, *c.Receiver)
		c.Receiver = &v
	}
	c.Args = r.keywords(c.Callee, r.values(at, c.Args))
	var empty []unit.Place
	for _, place := range c.Empty {
		if p, _ := r.place(at, place); p.Root == unit.RootHolder || p.Root == unit.RootReceiver {
			empty = append(empty, p)
		}
	}
	c.Empty = empty
	c.Guards = r.guards(at, c.Guards)
	return c
}

// onArrivals lists the methods of what reaches the object that a call is made on.
func (r *resolver) onArrivals(at site, c *unit.Call) []string {
	out := r.calleesOf(at, c)
	slices.Sort(out)
	return slices.Compact(out)
}

// keywords puts arguments that are passed by name where the callee has them.
func (r *resolver) keywords(callee string, args []unit.Value) []unit.Value {
	m := r.functions[callee]
	if m == nil || !slices.ContainsFunc(args, func(v unit.Value) bool { return v.Type == "pair" && v.Callee != "" }) {
		return args
	}
	out := slices.Clone(args)
	for i := range args {
		v := &args[i]
		n := slices.Index(m.Params, v.Callee)
		if v.Type != "pair" || v.Callee == "" || n < 0 || len(v.Parts) == 0 {
			continue
		}
		for len(out) <= n {
			out = append(out, unit.Value{})
		}
		if n != i && i < len(out) && out[i].Type == "pair" && out[i].Callee == v.Callee {
			out[i] = unit.Value{}
		}
		out[n] = v.Parts[0]
	}
	return out
}

// guards resolves the locks that are held.
func (r *resolver) guards(at site, locks []string) []string {
	if len(locks) == 0 {
		return nil
	}
	out := make([]string, len(locks))
	for i, lock := range locks {
		out[i] = lock
		if place, ok := lockPlace(lock); ok {
			if p, _ := r.place(at, place); p.Root != unit.RootUnknown {
				out[i] = lockName(p)
			}
		}
	}
	return out
}

// maxCandidates bounds how many methods of one name are taken for the callee of
// a call whose receiver is not known.
const maxCandidates = 3

// targets lists the functions that a call of a method may run, or names the
// method outside the checkout.
func (r *resolver) targets(at site, name string, on ref, explicit bool) ([]string, string) {
	if !explicit && !(on.class && name == "new") {
		if ids := r.onSelf(at, name, on); len(ids) > 0 {
			return ids, ""
		}
		if r.isModel(at.owner) && ofRecords(name) {
			return nil, "ActiveRecord." + name
		}
		if of := r.outside(on); of != "" {
			return nil, of + "." + name
		}
		return nil, ofController(name)
	}
	if on.class && name == "new" {
		if m := r.instanceMethod(on.typ, "initialize"); m != nil && r.classes[on.typ] != nil {
			return []string{m.ID}, ""
		}
		return nil, on.typ + ".new"
	}
	if m := r.method(on, name); m != nil {
		return r.withOverrides(on, m), ""
	}
	if on.class && on.typ == anyClass {
		return nil, ""
	}
	if m := r.byFramework(on, name); m != nil {
		return []string{m.ID}, ""
	}
	switch name {
	case "deliver_now", "deliver_now!", "deliver_later", "deliver_later!":
		return nil, "ActionMailer." + name
	}
	switch {
	case on.typ == relation || on.typ != "" && r.isModel(on.typ), r.ofLibraryClass(on) && asksForRows(name):
		return nil, "ActiveRecord." + name
	case r.outside(on) != "":
		return nil, r.outside(on) + "." + name
	case on.typ != "":
		return nil, on.typ + "." + name
	case onlyOfRecords(name):
		return nil, "ActiveRecord." + name
	}
	return nil, ""
}

// outside is the one ancestor of a class that is not in the checkout, from which a method
// comes that nothing of the checkout defines; "" if there is none or several. What
// frameworks add to their classes is known by other names.
func (r *resolver) outside(on ref) string {
	if on.class || r.classes[on.typ] == nil {
		return ""
	}
	found := ""
	for _, up := range r.line(on.typ) {
		if r.classes[up] != nil || addsNothing(up) {
			continue
		}
		if found != "" || ofFramework(up) {
			return ""
		}
		found = up
	}
	return found
}

// addsNothing tells modules of which the methods are those of any object, or of its class.
func addsNothing(module string) bool {
	switch module {
	case "Object", "BasicObject", "Kernel", "Comparable", "Singleton", "Forwardable", "ActiveSupport::Concern":
		return true
	}
	return false
}

// ofFramework tells classes of which the front end knows what they do.
func ofFramework(class string) bool {
	first, _, _ := strings.Cut(class, "::")
	switch first {
	case "Rails", "Rack", "Sinatra", "Padrino", "Hanami", "Grape", "Sidekiq", "Resque", "Delayed", "Devise", "Mongoid", "Sequel", "GraphQL", "Struct", "Data":
		return true
	}
	return strings.HasPrefix(first, "Action") || strings.HasPrefix(first, "Active") || strings.HasPrefix(first, "Application")
}

// byFramework finds the method that a framework calls for one of a class: the
// perform of a job that is enqueued, the method of a mailer that is called on its
// class.
func (r *resolver) byFramework(on ref, name string) *unit.Function {
	if !on.class || r.classes[on.typ] == nil {
		return nil
	}
	if asyncCall(name) || name == "perform_now" || name == "perform_inline" {
		if m := r.instanceMethod(on.typ, "perform"); m != nil {
			return m
		}
		return r.classMethod(on.typ, "perform")
	}
	if r.inherits(on.typ, "ActionMailer::Base", "ApplicationMailer") {
		return r.instanceMethod(on.typ, name)
	}
	return nil
}

// onSelf lists the methods that a call without receiver may run.
func (r *resolver) onSelf(at site, name string, on ref) []string {
	if m := r.method(on, name); m != nil {
		return r.withOverrides(on, m)
	}
	if on.typ != "" && !on.class {
		if ids := r.below(on.typ, name); len(ids) > 0 {
			return ids
		}
	}
	if m := r.atTop(at, name); m != nil {
		return []string{m.ID}
	}
	if at.self == selfNone || strings.HasSuffix(at.owner, "Helper") {
		return ids(r.helpers[name], maxCandidates)
	}
	return nil
}

// atTop is the method that code outside of classes calls by its name: one that
// stands outside of classes too, in the same file before any other, or that is the
// only one so called. It is nil for none.
func (r *resolver) atTop(at site, name string) *unit.Function {
	if at.f == nil || at.self != selfNone && at.owner != anyObject {
		return nil
	}
	var found []*unit.Function
	for _, m := range r.byName[name] {
		switch {
		case m.Owner != anyObject:
		case r.inFile[m] == r.inFile[at.f]:
			return m
		default:
			found = append(found, m)
		}
	}
	if len(found) != 1 {
		return nil
	}
	return found[0]
}

// below lists the methods of that name in what includes or inherits a class: a
// module calls what its includers define.
func (r *resolver) below(id, name string) []string {
	c := r.classes[id]
	if c == nil {
		return nil
	}
	var out []string
	for _, sub := range c.subs {
		if m := r.instanceMethod(sub.id, name); m != nil && !slices.Contains(out, m.ID) {
			out = append(out, m.ID)
		}
		if len(out) > 8 {
			break
		}
	}
	return out
}

// withOverrides adds the methods that subclasses put in the place of one.
func (r *resolver) withOverrides(on ref, m *unit.Function) []string {
	out := []string{m.ID}
	var walk func(c *module, depth int)
	walk = func(c *module, depth int) {
		if c == nil || depth > 4 {
			return
		}
		for _, sub := range c.subs {
			own := r.functions[methodID(sub.id, m.Name, on.class)]
			if own != nil && len(out) < 12 && !slices.Contains(out, own.ID) {
				out = append(out, own.ID)
			}
			walk(sub, depth+1)
		}
	}
	walk(r.classes[on.typ], 0)
	return out
}

// shape is what a call tells of a method when nothing is known of its object.
type shape struct {
	name string
	args int
}

// candidates lists the methods of a rare name that take so many arguments. A name
// that is not rare has as many calls as methods, so the answer is kept.
func (r *resolver) candidates(name string, args int) []string {
	if out, known := r.shapes[shape{name, args}]; known {
		return out
	}
	out := r.shaped(name, args)
	if r.shapes != nil {
		r.shapes[shape{name, args}] = out
	}
	return out
}

func (r *resolver) shaped(name string, args int) []string {
	if plain(name) || reads(name) || mutates(name) || ofRecords(name) || len(name) < 4 || strings.HasSuffix(name, "=") || everyday(name) {
		return nil
	}
	var fit []*unit.Function
	for _, f := range r.byName[name] {
		if strings.HasPrefix(f.ID, f.Owner+".") {
			return nil // a class method too: then what is meant is anyone's guess
		}
		if needs := requires(f); args >= needs && (args <= len(f.Params) || args == 0) {
			fit = append(fit, f)
		}
	}
	return ids(fit, maxCandidates)
}

// unknownArity is more arguments than any call has.
const unknownArity = 1 << 16

// requires tells how many arguments a method cannot do without. An alias of which the
// method is not known takes part in no guess.
func requires(f *unit.Function) int {
	if slices.Contains(f.Attrs, attrAlias) {
		return unknownArity
	}
	for _, attr := range f.Attrs {
		if n, ok := strings.CutPrefix(attr, attrRequires); ok {
			count, _ := strconv.Atoi(n)
			return count
		}
	}
	return 0
}

// ids lists the IDs of functions, none if there are too many.
func ids(list []*unit.Function, most int) []string {
	if len(list) == 0 || len(list) > most {
		return nil
	}
	out := make([]string, len(list))
	for i, f := range list {
		out[i] = f.ID
	}
	return out
}
