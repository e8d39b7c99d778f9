package facts

import (
	"strings"

	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// constants notes the types that the values in a function are of, or name.
func constants(p *program.Program, fn *program.Function, note func(from, to string)) {
	from := fn.Location.File
	seen := map[string]bool{}
	visit := func(v *unit.Value) {
		for _, name := range []string{strings.TrimLeft(v.Type, "*[]&"), namedBy(v)} {
			if name == "" || seen[name] {
				continue
			}
			seen[name] = true
			if t := p.Type(name); t != nil && !t.Test {
				note(from, t.Location.File)
			}
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
