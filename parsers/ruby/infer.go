package ruby

import (
	"slices"
	"strconv"
	"strings"

	"github.com/stateaudit/stateaudit/internal/names"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// ref is what stands at a place: an instance of a class, or the class object.
type ref struct {
	typ   string
	class bool
	fn    bool   // the function with the ID typ: a lambda or block
	of    string // the model whose rows a relation gives
}

// handed is what a function hands out: the place that it returns, if it always
// returns one, and what stands there.
type handed struct {
	place *unit.Place
	ref   ref
}

// site is where a name is looked up: in which function, on which self.
type site struct {
	f     *unit.Function
	owner string
	self  selfKind
}

// siteOf tells what self is in a function.
func (r *resolver) siteOf(f *unit.Function) site {
	s := site{f: f, owner: f.Owner}
	m := f
	for m.Outer != "" && r.functions[m.Outer] != nil && !slices.Contains(m.Attrs, attrOnInstance) && !isMethod(m) {
		m = r.functions[m.Outer]
	}
	switch {
	case f.Owner == "":
		s.self = selfNone
	case slices.Contains(m.Attrs, attrOnInstance), strings.HasPrefix(m.ID, f.Owner+"#"):
		s.self = selfInstance
	case strings.HasPrefix(m.ID, f.Owner+"."):
		s.self = selfClass
	}
	return s
}

// isMethod tells a function that has an ID of a method, though made by a block.
func isMethod(f *unit.Function) bool {
	return strings.HasPrefix(f.ID, f.Owner+"#") && !strings.Contains(f.ID, "/")
}

// handedOut works out what a function returns.
func (r *resolver) handedOut(f *unit.Function) handed {
	if h, ok := r.out[f.ID]; ok {
		return h
	}
	if r.open[f.ID] {
		return handed{}
	}
	r.open[f.ID] = true
	h := r.returned(f)
	delete(r.open, f.ID)
	r.out[f.ID] = h
	return h
}

func (r *resolver) returned(f *unit.Function) handed {
	at := r.siteOf(f)
	var out handed
	for i := range f.Returns {
		v := &f.Returns[i]
		if v.Kind == unit.Nil || v.Kind == unit.Literal {
			continue
		}
		if (v.Kind == unit.PlaceValue || v.Kind == unit.Result) && v.Place != nil && out.place == nil && v.Nth == 0 {
			p, rf := r.place(at, *v.Place)
			if p.Root == unit.RootHolder && !(rf.class && len(p.Path) == 0) || p.Root == unit.RootReceiver {
				out.place = &p
				out.ref = rf
			}
		}
		if out.ref.typ == "" && v.Nth == 0 {
			out.ref = r.typeOf(at, v)
		}
	}
	return out
}

// place resolves a place, and tells what stands there. A place that cannot be
// followed has RootUnknown.
func (r *resolver) place(at site, pl unit.Place) (unit.Place, ref) {
	if pl.Root == unit.RootReceiver && len(pl.Path) > 0 && r.shared[pl.Path[0]] {
		pl = unit.Place{Root: unit.RootHolder, Name: pl.Path[0], Path: pl.Path[1:]}
	}
	cur, rf := r.root(at, pl)
	for _, to := range pl.Path {
		if rf.typ == "" {
			rf = r.only(at, cur)
		}
		switch {
		case strings.HasPrefix(to, "."):
			cur, rf = r.member(cur, rf, to[1:])
		case to == unit.Element:
			cur, rf = r.element(cur, rf)
		case strings.HasPrefix(to, given):
			cur, rf = r.yielded(cur, rf, to[len(given):])
		default:
			cur = walk(cur, to)
			rf = ref{}
			if h := r.holders[to]; h != nil {
				rf = refOf(h)
			}
		}
	}
	if rf.typ == "" {
		// A variable that keeps a class is no class: it can be given another one.
		if only := r.only(at, cur); !only.class || cur.Root == unit.RootParam || len(cur.Path) > 0 && cur.Path[len(cur.Path)-1] == unit.Element {
			rf = only
		}
	}
	return cur, rf
}

// walk adds a step to a place.
func walk(pl unit.Place, to ...string) unit.Place {
	if pl.Root == unit.RootUnknown || len(pl.Path)+len(to) > 8 {
		return unit.Place{Root: unit.RootUnknown}
	}
	path := make([]string, 0, len(pl.Path)+len(to))
	pl.Path = append(append(path, pl.Path...), to...)
	return pl
}

// root resolves where a place starts.
func (r *resolver) root(at site, pl unit.Place) (unit.Place, ref) {
	cur := unit.Place{Root: pl.Root, Name: pl.Name}
	switch pl.Root {
	case unit.RootReceiver:
		return cur, ref{typ: at.owner}
	case unit.RootLocal:
		if pl.Name != "" {
			return cur, ref{typ: r.constant(at.owner, pl.Name)}
		}
	case unit.RootHolder:
		id, rf := r.holder(at, pl.Name)
		cur.Name = id
		return cur, rf
	}
	return cur, ref{}
}

// refOf is what a holder has: an object of its class, or a class that is found by
// its name when the process starts.
func refOf(h *unit.Holder) ref {
	return ref{typ: h.Type, class: h.Type == anyClass}
}

// holder resolves the name of a holder as written: a constant, or a variable of
// a class that is named by a constant.
func (r *resolver) holder(at site, name string) (string, ref) {
	if h := r.holders[name]; h != nil && (strings.ContainsAny(name, "@$[./#") || h.Kind == unit.Captured) {
		return name, refOf(h)
	}
	if owner, variable, ok := strings.Cut(name, ".@"); ok {
		return r.classVariable(at, owner, "@"+variable)
	}
	if strings.ContainsAny(name, "$[./") {
		return name, ref{}
	}
	id := r.constant(at.owner, name)
	if h := r.holders[id]; h != nil {
		return id, refOf(h)
	}
	return id, ref{typ: id, class: true}
}

// classVariable finds @x of a class object, or @@x of a class or its ancestors.
func (r *resolver) classVariable(at site, owner, variable string) (string, ref) {
	if r.classes[owner] == nil {
		owner = r.constant(at.owner, owner)
	}
	if strings.HasPrefix(variable, "@@") {
		for _, up := range append(r.line(owner), outerOf(owner)) {
			if h := r.holders[up+"."+variable]; h != nil {
				return h.ID, refOf(h)
			}
		}
	}
	id := owner + "." + variable
	if h := r.holders[id]; h != nil {
		return id, refOf(h)
	}
	return id, ref{}
}

// element steps to an element. Of a class of the checkout that defines [] it is what
// that method hands out.
func (r *resolver) element(cur unit.Place, rf ref) (unit.Place, ref) {
	if r.ownMethod(rf, "[]") != nil {
		return r.member(cur, rf, "[]")
	}
	if rf.class {
		return unit.Place{Root: unit.RootUnknown}, ref{}
	}
	if rf.typ == relation {
		return unit.Place{Root: unit.RootUnknown}, ref{typ: rf.of}
	}
	return walk(cur, unit.Element), ref{typ: r.elementType(cur)}
}

// elementType is the class of all elements of a constant that is a list of
// literals: methods that change a list leave a string alone.
func (r *resolver) elementType(pl unit.Place) string {
	if pl.Root != unit.RootHolder || len(pl.Path) > 0 {
		return ""
	}
	h := r.holders[pl.Name]
	if h == nil || h.Value.Kind != unit.Collection || len(h.Value.Parts) == 0 {
		return ""
	}
	typ := ""
	for i := range h.Value.Parts {
		part := &h.Value.Parts[i]
		if part.Type == "pair" && len(part.Parts) > 0 {
			part = &part.Parts[0]
		}
		if part.Kind != unit.Literal || typ != "" && part.Type != typ {
			return ""
		}
		typ = part.Type
	}
	return typ
}

// member steps to what a method hands out.
func (r *resolver) member(cur unit.Place, rf ref, name string) (unit.Place, ref) {
	name, given := strings.CutSuffix(name, withArguments)
	m := r.method(rf, name)
	if m == nil {
		if rf.class && name == "new" {
			return unit.Place{Root: unit.RootUnknown}, ref{typ: rf.typ}
		}
		if !given && cur.Root == unit.RootHolder && len(cur.Path) == 0 && r.ofLibraryClass(rf) && keepsAttribute(rf.typ, name) {
			return unit.Place{Root: unit.RootHolder, Name: rf.typ + "." + name}, r.ofLibrary(rf, name)
		}
		return unit.Place{Root: unit.RootUnknown}, r.ofLibrary(rf, name)
	}
	return r.handedOut(m).at(cur, rf.class)
}

// yielded steps to what a method gives to its block.
func (r *resolver) yielded(cur unit.Place, rf ref, to string) (unit.Place, ref) {
	name := strings.TrimLeft(to, "0123456789")
	number, err := strconv.Atoi(to[:len(to)-len(name)])
	m := r.method(rf, name)
	if err != nil || m == nil || number >= len(m.Yields) {
		return unit.Place{Root: unit.RootUnknown}, ref{}
	}
	return r.givenTo(m, number).at(cur, rf.class)
}

// at is where what a method hands out lies, seen from the object that it is called on; a
// class has no parts that are known.
func (h handed) at(cur unit.Place, class bool) (unit.Place, ref) {
	switch {
	case h.place == nil:
		return unit.Place{Root: unit.RootUnknown}, h.ref
	case h.place.Root == unit.RootHolder:
		return *h.place, h.ref
	case class:
		return unit.Place{Root: unit.RootUnknown}, h.ref
	}
	return walk(cur, h.place.Path...), h.ref
}

// givenTo works out what a function gives to its block, as handedOut does what it
// returns, and ahead of all workers.
func (r *resolver) givenTo(f *unit.Function, number int) handed {
	key := f.ID + given + itoa(number)
	if h, ok := r.out[key]; ok || r.settled || r.open[key] {
		return h
	}
	r.open[key] = true
	at, v := r.siteOf(f), &f.Yields[number]
	var h handed
	if v.Place != nil {
		p, rf := r.place(at, *v.Place)
		if p.Root == unit.RootHolder && !(rf.class && len(p.Path) == 0) || p.Root == unit.RootReceiver {
			h.place, h.ref = &p, rf
		}
	}
	if h.ref.typ == "" {
		h.ref = r.typeOf(at, v)
	}
	delete(r.open, key)
	r.out[key] = h
	return h
}

// method finds the method that what stands at a place answers with.
func (r *resolver) method(rf ref, name string) *unit.Function {
	if m := r.ownMethod(rf, name); m != nil {
		return m
	}
	return r.forwarded(rf, name)
}

// ownMethod finds it in the class itself and its ancestors.
func (r *resolver) ownMethod(rf ref, name string) *unit.Function {
	switch {
	case rf.typ == "" || r.classes[rf.typ] == nil:
		return nil
	case rf.class:
		return r.classMethod(rf.typ, name)
	}
	return r.instanceMethod(rf.typ, name)
}

// typeOf tells what a value is an instance of, or which class object.
func (r *resolver) typeOf(at site, v *unit.Value) ref {
	switch v.Kind {
	case unit.New:
		return ref{typ: r.constant(at.owner, v.Type)}
	case unit.Literal, unit.Collection:
		return ref{typ: v.Type}
	case unit.PlaceValue:
		if v.Place != nil {
			if _, rf := r.place(at, *v.Place); rf.typ != "" {
				return rf
			}
		}
		if v.Type != "" {
			return ref{typ: r.constant(at.owner, v.Type)}
		}
		for i := range v.Parts {
			if rf := r.typeOf(at, &v.Parts[i]); rf.typ != "" && v.Place != nil && (v.Place.Root == unit.RootLocal || v.Callee == sameValue) {
				return rf
			}
		}
	case unit.Result:
		return r.typeOfResult(at, v)
	case unit.Compound:
		if v.Callee == dividedPath {
			return ref{typ: "Pathname"}
		}
		if v.Callee == branches {
			for i := range v.Parts {
				if rf := r.typeOf(at, &v.Parts[i]); rf.typ != "" {
					return rf
				}
			}
		}
	}
	return ref{}
}

// typeOfResult is typeOf for calls.
func (r *resolver) typeOfResult(at site, v *unit.Value) ref {
	name, on := r.receiverOf(at, v)
	if name == "lookup_store" && on.typ == "ActiveSupport::Cache" {
		return ref{typ: storeIn(v)}
	}
	if name == "new" && on.class {
		return ref{typ: on.typ}
	}
	if name == "class" && !on.class {
		return ref{typ: on.typ, class: true}
	}
	if findsClass(name) {
		if id := r.classNamed(on, v); id != "" {
			return ref{typ: id, class: true}
		}
		return ref{typ: anyClass, class: true}
	}
	if m := r.method(on, name); m != nil {
		return r.handedOut(m).ref
	}
	return r.ofLibrary(on, name)
}

// classNamed is the class or module of the checkout that const_get is asked for by a
// name as written: Object.const_get("Shop"); "" for a name that is worked out.
func (r *resolver) classNamed(on ref, v *unit.Value) string {
	if len(v.Parts) == 0 {
		return ""
	}
	last := &v.Parts[len(v.Parts)-1]
	id := strings.Trim(last.Text, `:"'`)
	if last.Kind != unit.Literal || id == "" || !on.class {
		return ""
	}
	if on.typ != "Object" && on.typ != "Kernel" {
		id = on.typ + "::" + id
	}
	if r.classes[id] == nil {
		return ""
	}
	return id
}

// storeIn names the class of cache store that is chosen by a symbol somewhere in
// a value.
func storeIn(v *unit.Value) string {
	if v.Kind == unit.Literal && strings.HasSuffix(v.Text, "_store") {
		var b strings.Builder
		for _, word := range strings.Split(strings.Trim(v.Text, `:"'`), "_") {
			if word != "" {
				b.WriteString(strings.ToUpper(word[:1]) + word[1:])
			}
		}
		return "ActiveSupport::Cache::" + b.String()
	}
	for i := range v.Parts {
		if typ := storeIn(&v.Parts[i]); typ != "" {
			return typ
		}
	}
	return ""
}

// receiverOf splits the callee of a value as written into the method's name and
// what it is called on.
func (r *resolver) receiverOf(at site, v *unit.Value) (string, ref) {
	if name, ok := strings.CutPrefix(v.Callee, "."); ok {
		for i := range v.Parts {
			if v.Parts[i].Kind != unit.Func {
				return name, r.typeOf(at, &v.Parts[i])
			}
		}
		return name, ref{}
	}
	i := strings.LastIndexByte(v.Callee, '.')
	if i < 0 || strings.HasPrefix(v.Callee, "self.") {
		return v.Callee[i+1:], at.selfRef()
	}
	constant, name := v.Callee[:i], v.Callee[i+1:]
	id := r.constant(at.owner, constant)
	if h := r.holders[id]; h != nil {
		return name, refOf(h)
	}
	return name, ref{typ: id, class: true}
}

// selfRef is what self is.
func (at site) selfRef() ref {
	switch at.self {
	case selfInstance:
		return ref{typ: at.owner}
	case selfClass:
		return ref{typ: at.owner, class: true}
	}
	return ref{}
}

// relation is the type of what queries hand out.
const relation = "ActiveRecord::Relation"

// ofLibrary tells what a method of a library hands out, where that matters:
// records and relations of ActiveRecord.
func (r *resolver) ofLibrary(on ref, name string) ref {
	if row, ok := r.one(on, name); ok {
		return row
	}
	if on.class && r.isModel(on.typ) {
		switch name {
		case "find", "find_by", "find_by!", "first", "first!", "last", "take", "create", "create!", "find_or_create_by", "find_or_create_by!", "find_or_initialize_by", "build":
			return ref{typ: on.typ}
		case "where", "all", "order", "includes", "joins", "limit", "preload", "eager_load", "select", "distinct", "not", "group", "unscoped", "left_joins", "merge", "none", "lock":
			return ref{typ: relation, of: on.typ}
		}
	}
	if name == "where" && r.ofLibraryClass(on) {
		return ref{typ: relation, of: on.typ}
	}
	if on.typ == relation && !on.class {
		switch name {
		case "where", "all", "order", "includes", "joins", "limit", "preload", "eager_load", "select", "distinct", "not", "group", "merge", "offset", "lock":
			return on
		case "first", "last", "take", "find", "find_by", "find_by!", "first!", "last!", "new", "build", "create", "create!", "first_or_create", "first_or_initialize":
			return ref{typ: on.of}
		}
	}
	if name == "class" && !on.class {
		return ref{typ: on.typ, class: true}
	}
	if typ := knownResult(on, name); typ != "" {
		return ref{typ: typ}
	}
	if on.class && (on.typ == "Time" || on.typ == "Process") && (name == "now" || name == "current" || name == "clock_gettime") {
		return ref{typ: "Time"}
	}
	return ref{typ: conversion(name)}
}

// conversion is the class that methods of a name give, whatever they are called on.
func conversion(name string) string {
	switch name {
	case "to_h", "to_hash", "group_by", "index_by", "index_with", "transform_values", "tally":
		return "Hash"
	case "to_a", "pluck", "map", "flat_map", "filter_map", "split", "sort_by", "keys", "values":
		return "Array"
	case "to_set":
		return "Set"
	case "to_s", "to_json", "join":
		return "String"
	case "to_i", "count", "size", "length":
		return "Integer"
	case "to_f":
		return "Float"
	case "to_sym":
		return "Symbol"
	case "logger":
		return "Logger"
	}
	return ""
}

// isModel tells a class whose objects are rows.
func (r *resolver) isModel(id string) bool {
	if r.inherits(id, append(names.Mappers(), "ApplicationRecord")...) {
		return true
	}
	return len(r.rows) > 0 && slices.ContainsFunc(r.line(id), func(up string) bool { return r.rows[up] })
}

// models finds the classes of models that are made from a class of a library, by
// what only the body of a model says.
func (r *resolver) models() {
	r.rows = map[string]bool{}
	for _, f := range r.functions {
		c := r.classes[f.Owner]
		if f.Name != bodyName || c == nil || c.super == "" || r.classes[c.super] != nil || !strings.Contains(r.inFile[f], "app/models/") {
			continue
		}
		for i := range f.Calls {
			switch f.Calls[i].Name {
			case "belongs_to", "has_many", "has_one", "has_and_belongs_to_many", "scope":
				r.rows[f.Owner] = true
			}
		}
	}
}
