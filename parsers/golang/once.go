package golang

import (
	"slices"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// fillOnce marks what a function sets beside a flag by which it sees that it has been
// there before: the flag is raised where it was found down, and nobody takes it down
// again. What is set there fills what was empty.
//
//	if c.loaded { return c.rows }
//	c.loaded = true
//	c.rows = read()
func (x *extractor) fillOnce() {
	lowered := map[string]bool{}
	for i := range x.unit.Functions {
		for _, a := range x.unit.Functions[i].Accesses {
			if a.Kind == unit.Write && !raises(a) {
				lowered[variable(a.Place)] = true
			}
		}
	}
	for i := range x.unit.Functions {
		f := &x.unit.Functions[i]
		for _, flag := range f.Accesses {
			if flag.Kind != unit.Write || !flag.Lazy || !raises(flag) || lowered[variable(flag.Place)] {
				continue
			}
			seen := firstRead(f, flag.Place)
			for j := range f.Accesses {
				if a := &f.Accesses[j]; a.Kind == unit.Write && a.Op == "=" && seen > 0 && a.Location.Line > seen && besides(flag.Place, a.Place) {
					a.Lazy = true
				}
			}
		}
	}
}

// raises tells a write that sets a flag.
func raises(a unit.Access) bool {
	return a.Value != nil && a.Value.Kind == unit.Literal && a.Value.Text == "true"
}

// variable is the field or variable that a place ends with.
func variable(p unit.Place) string {
	if n := len(p.Path); n > 0 {
		return p.Path[n-1]
	}
	return p.Name
}

// firstRead is the line at which a function first looks at a place, 0 if it does not.
func firstRead(f *unit.Function, p unit.Place) int {
	line := 0
	for _, a := range f.Accesses {
		if a.Kind == unit.Read && placeText(a.Place) == placeText(p) && (line == 0 || a.Location.Line < line) {
			line = a.Location.Line
		}
	}
	return line
}

// besides tells two fields of one object, or two variables of the package.
func besides(a, b unit.Place) bool {
	if len(a.Path) != len(b.Path) || a.Root != b.Root || variable(a) == variable(b) {
		return false
	}
	if len(a.Path) == 0 {
		return a.Root == unit.RootHolder
	}
	return a.Name == b.Name && slices.Equal(a.Path[:len(a.Path)-1], b.Path[:len(b.Path)-1])
}
