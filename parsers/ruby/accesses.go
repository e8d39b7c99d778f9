package ruby

import (
	"slices"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// access resolves a use of a place; false if it is none after all.
func (r *resolver) access(at site, a unit.Access) (unit.Access, bool) {
	if a.Value != nil {
		v := r.value(at, *a.Value)
		a.Value = &v
	}
	if a.Key != nil {
		k := r.value(at, *a.Key)
		a.Key = &k
	}
	a.Guards = r.guards(at, a.Guards)
	n := len(a.Place.Path)
	if n > 0 && a.Kind != unit.Read && a.Kind != unit.Invoke {
		switch to := a.Place.Path[n-1]; {
		case to[0] == '.' && (a.Kind == unit.Write || a.Kind == unit.Init):
			return r.attributeWrite(at, a, to[1:])
		case to == unit.Element && a.Op == "[]=":
			if b, ok := r.ownElement(at, a); ok {
				return b, true
			}
		}
	}
	pl, rf := r.place(at, a.Place)
	if pl.Root == unit.RootUnknown || pl.Root == unit.RootLocal || rf.class && len(pl.Path) == 0 {
		return a, false
	}
	a.Place = pl
	return r.onType(a, rf), true
}

// prefix is a place without its last step.
func prefix(pl unit.Place) unit.Place {
	pl.Path = pl.Path[:len(pl.Path)-1]
	return pl
}

// attributeWrite is x.name = v, as a change of the attribute if it is one.
func (r *resolver) attributeWrite(at site, a unit.Access, name string) (unit.Access, bool) {
	base, rf := r.place(at, prefix(a.Place))
	m := r.method(rf, name+"=")
	switch {
	case m != nil && slices.Contains(m.Attrs, attrAttribute):
		h := r.handedOut(m)
		if h.place == nil {
			return a, false
		}
		a.Place = *h.place
		if h.place.Root == unit.RootReceiver {
			a.Place = walk(base, h.place.Path...)
		}
		return a, a.Place.Root != unit.RootUnknown
	case m != nil:
		a.Place, a.Kind, a.Method = base, unit.Invoke, m.ID
		return a, base.Root != unit.RootUnknown && base.Root != unit.RootLocal && !(rf.class && len(base.Path) == 0)
	case base.Root == unit.RootHolder && len(base.Path) == 0 && r.ofLibraryClass(rf) && (keepsAttribute(rf.typ, name) || perRequest(rf.typ+"."+name)):
		a.Place = unit.Place{Root: unit.RootHolder, Name: rf.typ + "." + name}
		return a, true
	case rf.class || base.Root == unit.RootUnknown || base.Root == unit.RootLocal || r.isModel(rf.typ) || r.closed(rf.typ):
		return a, false
	case base.Root == unit.RootHolder, base.Root == unit.RootParam, len(base.Path) > 0:
		a.Place, a.Kind, a.Op = base, unit.Modify, "."+name+"="
		return a, true
	}
	return a, false
}

// closed tells a class of which all that its instances answer is in the checkout:
// what is set by a method that it lacks is another object's.
func (r *resolver) closed(id string) bool {
	if r.classes[id] == nil || r.instanceMethod(id, "method_missing") != nil {
		return false
	}
	for _, up := range r.line(id) {
		c := r.classes[up]
		if c == nil || slices.ContainsFunc(c.extends, func(e string) bool { return r.classes[e] == nil }) {
			return false
		}
	}
	return true
}

// ownElement is x[k] = v where x's class defines []=.
func (r *resolver) ownElement(at site, a unit.Access) (unit.Access, bool) {
	base, rf := r.place(at, prefix(a.Place))
	if m := r.method(rf, "[]="); m != nil && !rf.class && base.Root != unit.RootUnknown {
		a.Place, a.Kind, a.Method = base, unit.Invoke, m.ID
		return a, true
	}
	return a, false
}

// onType corrects an access by the class of what it is made on.
func (r *resolver) onType(a unit.Access, rf ref) unit.Access {
	if a.Method != "" && a.Kind == unit.Modify && rf.typ == "" && ambiguous(a.Method) {
		a.Kind, a.Reset = unit.Invoke, false // an object of unknown class: no collection is known to be there
		return a
	}
	if a.Method == "" || rf.typ == "" {
		return a
	}
	if a.Kind == unit.Modify && !slices.ContainsFunc(r.line(rf.typ), func(up string) bool { return core(up) || collectionLike(up) }) {
		a.Kind, a.Reset = unit.Invoke, false
	}
	if m := r.method(rf, a.Method); m != nil {
		a.Kind, a.Method, a.Reset = unit.Invoke, m.ID, false
		return a
	}
	if a.Kind == unit.Modify && scalar(rf.typ) && !mutatesText(a.Method) {
		a.Kind = unit.Read
	}
	if !core(rf.typ) && a.Kind == unit.Read {
		a.Kind = unit.Invoke
	}
	if !core(rf.typ) {
		a.Method = rf.typ + "." + a.Method
	}
	return a
}

// scalar tells the classes whose objects are no collections.
func scalar(typ string) bool {
	switch typ {
	case "String", "Integer", "Float", "Symbol", "Regexp", "Range", "Boolean":
		return true
	}
	return false
}

// core tells the classes whose methods the parser knows.
func core(typ string) bool {
	switch typ {
	case "Hash", "Array", "Set", "String", "Integer", "Float", "Symbol", "Regexp", "Range", "Boolean":
		return true
	}
	return false
}

// defaults turns reads of hashes that make what is missing into changes.
func (r *resolver) defaults() {
	fills := map[string]*unit.Access{}
	for _, u := range r.units {
		for i := range u.Holders {
			h := &u.Holders[i]
			if len(h.Value.Parts) == 0 || h.Value.Parts[0].Kind != unit.Func {
				continue
			}
			if f := r.functions[h.Value.Parts[0].Callee]; f != nil {
				if a := fillOf(f); a != nil {
					fills[h.ID] = a
				}
			}
		}
	}
	if len(fills) == 0 {
		return
	}
	for _, f := range r.functions {
		for i := range f.Accesses {
			a := &f.Accesses[i]
			n := len(a.Place.Path)
			if fill := fills[a.Place.Name]; fill != nil && a.Kind == unit.Read && n == 1 && a.Place.Path[0] == unit.Element {
				a.Kind, a.Op, a.Lazy, a.Value = unit.Modify, "default", true, fill.Value
			}
		}
	}
}

// fillOf is the change that the block of Hash.new makes to its first parameter.
func fillOf(f *unit.Function) *unit.Access {
	for i := range f.Accesses {
		a := &f.Accesses[i]
		if a.Kind == unit.Modify && a.Place.Root == unit.RootParam && a.Place.Name == "0" {
			return a
		}
	}
	return nil
}
