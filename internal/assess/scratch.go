package assess

import (
	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/unit"
	"slices"
	"strings"
)

// scratch tells a variable of a class that passes a value from one method to the
// next: whoever reads it while serving was called by a function that has set it
// before. Threads can mix such a variable up, but nothing of it outlasts its use.
func scratch(p *program.Program, h *program.Holder, a Assessment) bool {
	if unread(p, h, a) || p.Overwritten(h) {
		return true
	}
	if h.Language != unit.Ruby || h.Kind == unit.Field || h.Kind == unit.Constant || h.Kind == unit.ThreadLocal {
		return false
	}
	first := map[*program.Function]int{}
	var fills []program.Change
	for _, c := range a.Writes {
		if len(c.Place.Path) > 0 || c.Kind == unit.Modify && !c.Reset {
			fills = append(fills, c) // of what was put there before, like a reading
			continue
		}
		if c.Kind != unit.Write || c.Op != "=" || c.Lazy || c.Reset && c.Maybe || c.Function.ID != c.In {
			return false
		}
		if line, ok := first[c.Function]; !ok || c.Location.Line < line {
			first[c.Function] = c.Location.Line
		}
	}
	for _, c := range append(fills, h.Reads...) {
		if c.Phase != result.Serving {
			continue
		}
		if line, ok := first[c.Function]; ok && line < c.Location.Line {
			continue
		}
		if !behind(c.Function, first, maxBehind) {
			return false
		}
	}
	return len(first) > 0
}

// unread tells an attribute of a library, or a variable of the environment, of
// which no part of the checkout reads the value while serving: it is set for what
// the library does next.
func unread(p *program.Program, h *program.Holder, a Assessment) bool {
	if h.Kind != unit.Attribute || p.Type(h.Owner) != nil {
		return false
	}
	for _, c := range a.Writes {
		if c.Kind != unit.Write || len(c.Place.Path) > 0 {
			return false
		}
	}
	for _, c := range h.Reads {
		if c.Phase == result.Serving {
			return false
		}
	}
	return true
}

// maxBehind bounds how far callers are followed.
const maxBehind = 6

// behind tells whether a function runs, while serving, only below one of others.
func behind(f *program.Function, writers map[*program.Function]int, depth int) bool {
	if depth == 0 || len(f.Roles) > 0 {
		return false
	}
	callers := 0
	for _, from := range f.Callers() {
		if !from.Serving || from == f {
			continue
		}
		callers++
		if _, ok := writers[from]; !ok && !behind(from, writers, depth-1) {
			return false
		}
	}
	return callers > 0
}

// duringCall tells a scalar that each function which sets it puts back when it
// ends.
func duringCall(a Assessment) bool {
	back := map[*program.Function]bool{}
	for _, c := range a.Writes {
		if c.Kind != unit.Write || len(c.Place.Path) > 0 {
			return false
		}
		if c.Ensure {
			back[c.Function] = true
		}
	}
	for _, c := range a.Writes {
		if !back[c.Function] {
			return false
		}
	}
	return len(a.Writes) > 0
}

// restores tells a change by a setter of which some caller takes the value away
// again, or puts an old one back when it ends.
func restores(c program.Change) bool {
	if c.Value == nil || c.Value.Place == nil || c.Value.Place.Root != unit.RootParam {
		return false
	}
	for _, from := range c.Function.Callers() {
		for _, call := range from.CallsOf(c.Function) {
			if call.Deferred || len(call.Args) > 0 && call.Args[0].Kind == unit.Nil {
				return true
			}
		}
	}
	return false
}

// unaltered tells a collection into which only those constants are put, under constant
// keys, with which it is declared.
func unaltered(h *program.Holder, a Assessment) bool {
	for _, c := range a.Writes {
		if c.Kind != unit.Modify || c.Op != "[]=" || c.Key == nil || c.Value == nil || c.Key.Kind != unit.Literal || c.Value.Kind != unit.Literal || len(c.Place.Path) > 0 && c.Place.Root == unit.RootHolder {
			return false
		}
		key := strings.Trim(c.Key.Text, `"':`)
		if !slices.ContainsFunc(h.Value.Parts, func(part unit.Value) bool {
			return part.Callee == key && len(part.Parts) == 1 && part.Parts[0].Text == c.Value.Text
		}) {
			return false
		}
	}
	return len(a.Writes) > 0
}
