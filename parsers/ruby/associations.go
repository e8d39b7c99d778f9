package ruby

import (
	"strings"

	"github.com/stateaudit/stateaudit/internal/names"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// associations reads which methods of models hand out one row of another model. Their
// names win over those of collections: `walk.map` is no walk over elements where a walk
// has one map.
func (r *resolver) associations() {
	r.ones, r.oneNames = map[string]string{}, map[string]bool{}
	for _, f := range r.functions {
		if f.Name != bodyName && f.Outer == "" {
			continue
		}
		for i := range f.Calls {
			c := &f.Calls[i]
			if !handsOutOne(c.Name) || len(c.Args) == 0 || c.Args[0].Kind != unit.Literal {
				continue
			}
			name := strings.Trim(c.Args[0].Text, `:"'`)
			r.ones[f.Owner+"#"+name] = r.associated(f.Owner, name, c.Args[1:])
			r.oneNames[name] = true
		}
	}
}

// handsOutOne tells the macros of models that say of which row there is one.
func handsOutOne(name string) bool {
	switch name {
	case "belongs_to", "has_one", "embeds_one", "embedded_in":
		return true
	}
	return false
}

// associated is the class that an association leads to, "" if that is not in the
// checkout or differs from row to row.
func (r *resolver) associated(owner, name string, options []unit.Value) string {
	class := names.Camel(name)
	for i := range options {
		o := &options[i]
		if o.Type != "pair" || len(o.Parts) == 0 {
			continue
		}
		switch o.Callee {
		case "polymorphic":
			return ""
		case "class_name", "class":
			class = strings.Trim(o.Parts[0].Text, `:"'`)
		}
	}
	if id := r.constant(owner, class); r.classes[id] != nil {
		return id
	}
	return ""
}

// one is the row that an association of what stands at a place hands out. Where it is
// not known what stands there, the name of an association says that it is not known
// what it hands out either.
func (r *resolver) one(on ref, name string) (ref, bool) {
	if !r.oneNames[name] || on.class {
		return ref{}, false
	}
	if on.typ == "" {
		return ref{}, true
	}
	for _, up := range r.line(on.typ) {
		if class, ok := r.ones[up+"#"+name]; ok {
			return ref{typ: class}, true
		}
	}
	return ref{}, false
}
