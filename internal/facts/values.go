package facts

import (
	"path"
	"strings"

	"github.com/stateaudit/stateaudit/internal/names"
	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// constants notes the types that the values in a function are of, or name.
func constants(fn *program.Function, homes homes, note func(from, to string)) {
	from := fn.Location.File
	seen := map[string]bool{}
	visit := func(v *unit.Value) {
		for _, name := range []string{strings.TrimLeft(v.Type, "*[]&"), namedBy(v)} {
			if name == "" || seen[name] {
				continue
			}
			seen[name] = true
			note(from, homes.of(name))
		}
	}
	for i := range fn.Calls {
		c := &fn.Calls[i]
		if c.Receiver != nil {
			walk(c.Receiver, visit)
		}
		for j := range c.Args {
			walk(&c.Args[j], visit)
		}
	}
	for i := range fn.Returns {
		walk(&fn.Returns[i], visit)
	}
	for i := range fn.Accesses {
		if v := fn.Accesses[i].Value; v != nil {
			walk(v, visit)
		}
	}
}

// namedBy is the name of the constant that a value is.
func namedBy(v *unit.Value) string {
	if v.Place != nil && v.Place.Root == unit.RootHolder && len(v.Place.Path) == 0 {
		return v.Place.Name
	}
	return ""
}

func walk(v *unit.Value, visit func(*unit.Value)) {
	visit(v)
	for i := range v.Parts {
		walk(&v.Parts[i], visit)
	}
}

// superName takes away how a superclass or mixin is joined: "< Name",
// "include Name".
func superName(s string) string {
	return s[strings.LastIndexByte(s, ' ')+1:]
}

// homes tells the file that a type is written in. A module that many files open,
// to put their own classes in, is at home in the file that is called after it;
// without one it is a namespace and leads to no file.
type homes struct {
	program *program.Program
	shared  map[string]string // by ID of those that several files declare; "" for namespaces
}

func homesOfTypes(p *program.Program) homes {
	first, shared := map[string]string{}, map[string]string{}
	for _, u := range p.Units {
		for i := range u.Types {
			t := &u.Types[i]
			file, seen := first[t.ID]
			if !seen {
				first[t.ID] = t.Location.File
			} else if file != t.Location.File {
				for _, f := range []string{file, t.Location.File} {
					if shared[t.ID] == "" && calledAfter(f, t) {
						shared[t.ID] = f
					} else if _, known := shared[t.ID]; !known {
						shared[t.ID] = ""
					}
				}
			}
		}
	}
	return homes{p, shared}
}

// calledAfter tells whether a file has the name that Rails looks for a class in.
func calledAfter(file string, t *unit.Type) bool {
	last := t.ID[strings.LastIndexByte(t.ID, ':')+1:]
	base, _, _ := strings.Cut(path.Base(file), ".")
	return strings.ReplaceAll(base, "_", "") == strings.ToLower(last) || base == names.Snake(last)
}

// of is the file of a type, "" if it is none of the checkout or a namespace.
func (h homes) of(id string) string {
	t := h.program.Type(id)
	if t == nil || t.Test {
		return ""
	}
	if file, shared := h.shared[t.ID]; shared {
		return file
	}
	return t.Location.File
}
