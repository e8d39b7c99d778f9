package ruby

import (
	"slices"
	"strconv"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// arrivals say what reaches the places that have no class of their own: parameters,
// variables, and the elements of collections. A place of which the list is longer
// than maxArrivals has none.
type arrivals map[string][]ref

// maxArrivals bounds how many classes are told apart at one place, and
// arrivalSweeps how many hands an object may go through.
const (
	maxArrivals   = 12
	arrivalSweeps = 4
)

// attrTakesBlock goes before the number of the parameter that is the block, and theBlock
// names that parameter in a call.
const (
	attrTakesBlock = "takes-block:"
	theBlock       = "&"
)

// attrRest goes before the number of the parameter that takes all further arguments.
const attrRest = "rest:"

// arrive finds what reaches parameters, variables and elements, and what variables
// then are instances of. It goes by calls whose callee is known; what is handed
// over by others is not seen, so a list is what may be there, not all of it.
func (r *resolver) arrive(functions []*unit.Function) {
	r.arrived = arrivals{}
	r.declaredElements()
	r.hooks(functions)
	blocks := r.capturedBlocks()
	for range arrivalSweeps {
		grew := false
		for _, h := range blocks {
			for _, rf := range r.refsOf(r.siteOf(r.functions[h.Owner]), &h.Value) {
				grew = r.add(h.ID, rf) || grew
			}
		}
		for _, f := range functions {
			if !f.Test && !slices.Contains(f.Roles, unit.Test) {
				grew = r.handsOver(f) || grew
			}
		}
		if !grew {
			break
		}
		for _, f := range functions {
			r.typeByWrites(f)
		}
		clear(r.out)
	}
	r.typeElements()
	returns := map[string][]ref{}
	for _, f := range functions {
		if refs := r.returnedBy(f, maxMade); len(refs) > 0 {
			returns[f.ID] = refs
		}
	}
	r.returns = returns // from here on functions are changed, by several workers
}

// capturedBlocks are the blocks that a method is handed and that a function within it calls.
func (r *resolver) capturedBlocks() []*unit.Holder {
	var out []*unit.Holder
	for _, h := range r.holders {
		if v := &h.Value; h.Kind == unit.Captured && v.Place != nil && v.Place.Root == unit.RootParam && r.functions[h.Owner] != nil {
			out = append(out, h)
		}
	}
	slices.SortFunc(out, func(a, b *unit.Holder) int { return strings.Compare(a.ID, b.ID) })
	return out
}

// typeElements tells collections what all their elements are instances of.
func (r *resolver) typeElements() {
	for _, h := range r.holders {
		if refs := r.arrived[h.ID+unit.Element]; len(refs) == 1 && !refs[0].class && !refs[0].fn && h.Elem == "" {
			h.Elem = refs[0].typ
		}
	}
}

// add notes that an object reaches a place; true if that is new.
func (r *resolver) add(key string, rf ref) bool {
	list := r.arrived[key]
	if key == "" || !r.telling(rf) || len(list) > maxArrivals || slices.Contains(list, rf) {
		return false
	}
	r.arrived[key] = append(list, rf)
	return true
}

// telling tells whether it says something that an object is one of a class: Ruby's
// own collections and scalars are everywhere.
func (r *resolver) telling(rf ref) bool {
	switch {
	case rf.fn:
		return true
	case rf.typ == "" || rf.typ == anyClass || rf.typ == relation || core(rf.typ):
		return false
	case rf.class:
		return r.classes[rf.typ] != nil
	}
	return true
}

// declaredElements are what constants and variables list at their declaration.
func (r *resolver) declaredElements() {
	for _, u := range r.units {
		for i := range u.Holders {
			h := &u.Holders[i]
			if h.Value.Kind == unit.Collection || h.Value.Kind == unit.Literal { // frozen
				r.addElements(siteOfHolder(h), h.ID+unit.Element, &h.Value)
			}
		}
	}
}

// addElements adds the parts of a list or hash as elements of a place.
func (r *resolver) addElements(at site, key string, v *unit.Value) bool {
	grew := false
	for i := range v.Parts {
		part := &v.Parts[i]
		if part.Type == "pair" && len(part.Parts) > 0 {
			part = &part.Parts[0]
		}
		for _, rf := range r.refsOf(at, part) {
			grew = r.add(key, rf) || grew
		}
	}
	return grew
}

// hooks hand the classes below a class or module to what Ruby calls when they come
// into being.
func (r *resolver) hooks(functions []*unit.Function) {
	for _, f := range functions {
		switch f.Name {
		case "inherited", "included", "prepended":
		default:
			continue
		}
		c := r.classes[f.Owner]
		if c == nil || f.ID != methodID(f.Owner, f.Name, true) {
			continue
		}
		for _, sub := range c.subs {
			if !sub.t.Test {
				r.add(paramKey(f.ID, 0), ref{typ: sub.id, class: true})
			}
		}
	}
}

// handsOver notes what one function passes on and puts away.
func (r *resolver) handsOver(f *unit.Function) bool {
	at := r.siteOf(f)
	grew := false
	for i := range f.Calls {
		grew = r.passes(at, &f.Calls[i]) || grew
	}
	for i := range f.Accesses {
		grew = r.putsAway(at, &f.Accesses[i]) || grew
	}
	return grew
}

// passes notes the arguments of a call.
func (r *resolver) passes(at site, c *unit.Call) bool {
	if c.Reference {
		return false
	}
	var callees []string
	grew := false
	for i := range c.Args {
		arg, name := &c.Args[i], ""
		if arg.Type == "pair" && len(arg.Parts) > 0 {
			arg, name = &arg.Parts[0], arg.Callee
		}
		refs := r.refsOf(at, arg)
		if !slices.ContainsFunc(refs, r.telling) {
			continue
		}
		if callees == nil {
			callees = r.calleesOf(at, c)
		}
		for _, id := range callees {
			key := parameterOf(r.functions[id], i, name)
			for _, rf := range refs {
				grew = r.add(key, rf) || grew
			}
		}
	}
	return grew
}

// calleesOf lists the functions of the checkout that a call is known to run.
func (r *resolver) calleesOf(at site, c *unit.Call) []string {
	if c.Receiver == nil || c.Receiver.Text == "self" {
		ids, _ := r.targets(at, c.Name, at.selfRef(), false)
		return ids
	}
	var out []string
	for _, on := range r.refsOf(at, c.Receiver) {
		if on.fn {
			if callsFunction(c.Name) {
				out = append(out, on.typ)
			}
			continue
		}
		ids, _ := r.targets(at, c.Name, on, true)
		out = append(out, ids...)
	}
	return out
}

// callsFunction tells the methods that run the lambda or block that they are called on.
func callsFunction(name string) bool { return name == "call" || name == "yield" || name == "===" }

// parameterOf is the key of the parameter that takes an argument, "" for none.
func parameterOf(f *unit.Function, i int, name string) string {
	if f == nil {
		return ""
	}
	if name == theBlock {
		if n := numbered(f, attrTakesBlock); n >= 0 {
			return paramKey(f.ID, n)
		}
		return ""
	}
	if name != "" {
		if n := slices.Index(f.Params, name); n >= 0 {
			return paramKey(f.ID, n)
		}
		return ""
	}
	if rest := restOf(f); rest >= 0 && i >= rest {
		return paramKey(f.ID, rest) + unit.Element
	}
	if i >= len(f.Params) {
		return ""
	}
	return paramKey(f.ID, i)
}

// restOf is the number of the parameter that takes all further arguments, or -1.
func restOf(f *unit.Function) int { return numbered(f, attrRest) }

// numbered is the number that stands behind a word among the attributes of a function, or -1.
func numbered(f *unit.Function, word string) int {
	for _, attr := range f.Attrs {
		if n, ok := strings.CutPrefix(attr, word); ok {
			number, _ := strconv.Atoi(n)
			return number
		}
	}
	return -1
}

// putsAway notes what an access puts into a variable or collection.
func (r *resolver) putsAway(at site, a *unit.Access) bool {
	if a.Value == nil || a.Kind != unit.Write && a.Kind != unit.Init && a.Kind != unit.Modify {
		return false
	}
	whole := a.Kind != unit.Modify
	v := a.Value
	key := ""
	refs := r.refsOf(at, v)
	many := joinsElements(a.Op) || whole && a.Op != "=" && a.Op != "||="
	if many || whole && v.Kind == unit.Collection {
		key = r.keyOfPlace(at, a.Place)
		if key == "" {
			return false
		}
		return r.joins(at, key+unit.Element, v)
	}
	if !slices.ContainsFunc(refs, r.telling) {
		return false
	}
	key = r.keyOfPlace(at, a.Place)
	if key != "" && !whole && !strings.HasSuffix(key, unit.Element) {
		key += unit.Element
	}
	grew := false
	for _, rf := range refs {
		grew = r.add(key, rf) || grew
	}
	return grew
}

// joins adds the elements of a collection to those of another.
func (r *resolver) joins(at site, key string, v *unit.Value) bool {
	if v.Kind == unit.Collection {
		return r.addElements(at, key, v)
	}
	if v.Place == nil {
		return false
	}
	grew := false
	for _, rf := range r.arrived[r.keyOfPlace(at, *v.Place)+unit.Element] {
		grew = r.add(key, rf) || grew
	}
	return grew
}

// joinsElements tells the methods that add the elements of what they are given.
func joinsElements(op string) bool {
	switch op {
	case "concat", "merge!", "update", "deep_merge!", "reverse_merge!", "+=", "|=", "replace":
		return true
	}
	return false
}

// refsOf lists what a value may be. It is one where the class is known otherwise.
func (r *resolver) refsOf(at site, v *unit.Value) []ref { return r.refsUpTo(at, v, maxMade) }

// maxMade bounds through how many calls it is followed what a value is.
const maxMade = 4

// refsUpTo is refsOf for a value that calls on the way have led to.
func (r *resolver) refsUpTo(at site, v *unit.Value, depth int) []ref {
	if v.Kind == unit.Compound && v.Callee == branches {
		var out []ref
		for i := range v.Parts {
			out = append(out, r.refsUpTo(at, &v.Parts[i], depth)...)
		}
		return out
	}
	if v.Kind == unit.Func && v.Callee != "" {
		return []ref{{typ: v.Callee, fn: true}}
	}
	if rf := r.typeOf(at, v); rf.typ != "" && rf.typ != anyClass {
		return []ref{rf}
	}
	if v.Place != nil {
		if key := r.keyOfPlace(at, *v.Place); key != "" && len(r.arrived[key]) <= maxArrivals {
			if refs := r.arrived[key]; len(refs) > 0 {
				return refs
			}
		}
	}
	if v.Kind == unit.PlaceValue && len(v.Parts) == 1 && (v.Place == nil || v.Place.Root == unit.RootLocal || v.Callee == sameValue) && depth > 0 {
		return r.refsUpTo(at, &v.Parts[0], depth-1)
	}
	return r.made(at, v, depth)
}

// made lists what a call gives where typeOf cannot tell: x.new where x is one of
// several classes, x.call where x is a lambda, a class of a module that is looked up by
// a name, and what methods of the checkout return of these.
func (r *resolver) made(at site, v *unit.Value, depth int) []ref {
	if v.Kind != unit.Result || depth == 0 {
		return nil
	}
	name, on := r.receiverOf(at, v)
	if findsClass(name) {
		return r.classesWithin(on)
	}
	if m := r.method(on, name); m != nil {
		return r.returnedBy(m, depth)
	}
	if !strings.HasPrefix(v.Callee, ".") || len(v.Parts) == 0 {
		return nil
	}
	var out []ref
	for _, rf := range r.refsUpTo(at, &v.Parts[0], depth-1) {
		switch {
		case rf.fn && callsFunction(name):
			out = append(out, r.returnedBy(r.functions[rf.typ], depth)...)
		case rf.class && name == "new":
			out = append(out, ref{typ: rf.typ})
		default:
			out = append(out, r.returnedBy(r.method(rf, name), depth)...)
		}
		if len(out) > maxArrivals {
			return nil
		}
	}
	return out
}

// returnedBy lists what a function may return.
func (r *resolver) returnedBy(f *unit.Function, depth int) []ref {
	if f == nil {
		return nil
	}
	if r.returns != nil {
		return r.returns[f.ID]
	}
	var out []ref
	at := r.siteOf(f)
	for i := range f.Returns {
		if v := &f.Returns[i]; v.Nth == 0 && v.Kind != unit.Nil && v.Kind != unit.Literal {
			if out = append(out, r.refsUpTo(at, v, depth-1)...); len(out) > maxArrivals {
				return nil
			}
		}
	}
	return out
}

// classesWithin lists the classes that stand directly in a module; none if they are
// too many to say something of one.
func (r *resolver) classesWithin(on ref) []ref {
	if !on.class || r.classes[on.typ] == nil {
		return nil
	}
	var out []ref
	for id, c := range r.classes {
		if rest, ok := strings.CutPrefix(id, on.typ+"::"); ok && !strings.Contains(rest, "::") && c.t.Kind == "class" && !c.t.Test {
			out = append(out, ref{typ: id, class: true})
		}
	}
	if len(out) > maxArrivals {
		return nil
	}
	slices.SortFunc(out, func(a, b ref) int { return strings.Compare(a.typ, b.typ) })
	return out
}

// keyOfPlace is under which key it is noted what reaches a place as written.
func (r *resolver) keyOfPlace(at site, pl unit.Place) string {
	resolved, _ := r.place(at, pl)
	return keyOfResolved(at, resolved)
}

// keyOfResolved is keyOfPlace for a place that is resolved, "" if nothing is noted
// of it: the parameter, variable or field that it ends in, and whether an element of that.
func keyOfResolved(at site, pl unit.Place) string {
	end := ""
	path := pl.Path
	if n := len(path); n > 0 && path[n-1] == unit.Element {
		path, end = path[:n-1], unit.Element
	}
	switch n := len(path); {
	case n > 0 && path[n-1] == unit.Element:
		return ""
	case n > 0:
		return path[n-1] + end
	case pl.Root == unit.RootHolder:
		return pl.Name + end
	case pl.Root == unit.RootParam && at.f != nil:
		n, err := strconv.Atoi(pl.Name)
		if err != nil {
			return ""
		}
		return paramKey(at.f.ID, n) + end
	}
	return ""
}

// paramKey is the key of a parameter.
func paramKey(function string, n int) string { return function + "(" + itoa(n) + ")" }

// only is what reaches a place if that is always one of the same class.
func (r *resolver) only(at site, pl unit.Place) ref {
	if r.arrived == nil {
		return ref{}
	}
	if refs := r.arrived[keyOfResolved(at, pl)]; len(refs) == 1 && !refs[0].fn {
		return refs[0]
	}
	return ref{}
}
