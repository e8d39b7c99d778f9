package ruby

import (
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// extended finds the modules that extend classes and are included by none: what
// their methods keep in instance variables belongs to the class objects.
func (r *resolver) extended() {
	r.shared, r.extends = map[string]bool{}, map[string]bool{}
	extending := map[string]bool{}
	for _, c := range r.classes {
		for _, name := range append(slices.Clone(c.extends), c.lends...) {
			extending[name] = true
		}
	}
	for id := range extending {
		c := r.classes[id]
		if c == nil || len(c.subs) > 0 || c.t.Kind != "module" {
			continue
		}
		r.extends[id] = true
		for _, field := range c.t.Fields {
			if h := r.holders[field]; h != nil {
				h.Kind = unit.ClassIvar
				h.Symbol = strings.Replace(h.ID, "#@", ".@", 1)
				r.shared[field] = true
			}
		}
		c.t.Fields = nil
	}
}

// anyClass is what constantize gives: a class object, nobody knows which.
const anyClass = "Class"

// maxClasses bounds how many class methods of one name are taken for the callee
// of a call on a class that is found at run time.
const maxClasses = 8

// onAnyClass lists the class methods of a name.
func (r *resolver) onAnyClass(name string, args int) []string {
	if plain(name) || ofRecords(name) || len(name) < 3 {
		return nil
	}
	var out []string
	for _, f := range r.byName[name] {
		if r.onClassObject(f) && args >= requires(f) {
			out = append(out, f.ID)
		}
	}
	if len(out) > maxClasses {
		return nil
	}
	slices.Sort(out)
	return out
}

// onClassObject tells a method that class objects answer with.
func (r *resolver) onClassObject(f *unit.Function) bool {
	if strings.HasPrefix(f.ID, f.Owner+".") || slices.Contains(f.Attrs, attrClassMethod) {
		return true
	}
	return r.extends[f.Owner]
}

// findsClass tells the methods that find a class by its name.
func findsClass(name string) bool {
	switch name {
	case "constantize", "safe_constantize", "const_get", "qualified_const_get":
		return true
	}
	return false
}
