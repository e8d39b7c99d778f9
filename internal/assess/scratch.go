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
	if h.Kind == unit.Attribute && p.Type(h.Owner) == nil && leavesBehind(h, a) {
		return false
	}
	puts := setting{first: map[*program.Function]int{}, certain: map[*program.Function]bool{}}
	var fills []program.Change
	for _, c := range a.Writes {
		switch {
		case len(c.Place.Path) > 0 || c.Kind == unit.Modify && !c.Reset:
			fills = append(fills, c) // of what was put there before, like a reading
		case c.Kind == unit.Modify:
			puts.add(c)
		case c.Kind != unit.Write || c.Op != "=" || c.Lazy || c.Function.ID != c.In:
			return false
		default:
			puts.add(c)
		}
	}
	looked, inside := false, false
	for _, c := range append(fills, h.Reads...) {
		if c.Phase != result.Serving {
			continue
		}
		if c.Place.Root == unit.RootReceiver && h.Kind != unit.Attribute {
			inside = true // what methods of the object in it do, whoever asked the place for it has called
			continue
		}
		looked = true
		if !puts.ahead(c) {
			return false
		}
	}
	return (looked || !inside) && (len(puts.first) > 0 || len(puts.within) > 0)
}

// setting is where a place is given a new value as a whole.
type setting struct {
	first   map[*program.Function]int // the first line of a function in which it is
	certain map[*program.Function]bool
	within  []program.Change // what only covers the branch that it stands in
}

func (s *setting) add(c program.Change) {
	if c.Reset && c.Maybe {
		s.within = append(s.within, c)
		return
	}
	if line, ok := s.first[c.Function]; !ok || c.Location.Line < line {
		s.first[c.Function] = c.Location.Line
	}
	s.certain[c.Function] = s.certain[c.Function] || !c.Maybe
}

// ahead tells whether the place was set before a use of it: in its function, in the same
// branch, by something that the function has called, or by who calls it.
func (s *setting) ahead(use program.Change) bool {
	if line, ok := s.first[use.Function]; ok && line < use.Location.Line {
		return true
	}
	for _, c := range s.within {
		if c.Function == use.Function && c.Location.Line < use.Location.Line && use.Location.Line <= c.Until {
			return true
		}
	}
	for f := range s.certain {
		if s.certain[f] && slices.ContainsFunc(use.Function.CallsOf(f), func(call *unit.Call) bool {
			return !call.Async && !call.Failed && call.Location.Line <= use.Location.Line
		}) {
			return true
		}
	}
	return behind(use.Function, s.first, maxBehind)
}

// inScratch tells a field of objects that are only in places which each use sets anew: the
// objects last no longer than the use.
func inScratch(p *program.Program, h *program.Holder) bool {
	if h.Kind != unit.Field {
		return false
	}
	keepers := p.Keepers(h)
	for _, k := range keepers {
		writes := serving(k)
		if len(writes) == 0 || !scratch(p, k, Assessment{Holder: k, Writes: writes}) {
			return false
		}
	}
	return len(keepers) > 0
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
	return !leavesBehind(h, a)
}

// leavesBehind tells an attribute of the framework's own classes with which an action ends:
// mails and requests to come go by it.
func leavesBehind(h *program.Holder, a Assessment) bool {
	return (strings.HasPrefix(h.Owner, "Action") || strings.HasPrefix(h.Owner, "Active")) && slices.ContainsFunc(a.Writes, leftBehind)
}

// leftBehind tells a change with which the action of a request ends: what the library does
// with it, it does for others.
func leftBehind(c program.Change) bool {
	f := c.Function
	if !f.HasRole(unit.Handler) || forEachRequest(f, 0) || f.Outer != "" {
		return false
	}
	return !slices.ContainsFunc(f.Calls, func(call unit.Call) bool {
		return !call.Reference && call.Location.Line > c.Location.EndLine && !responds(call.Name)
	})
}

// responds tells the calls with which an action answers, and does nothing else.
func responds(name string) bool {
	switch name {
	case "head", "render", "redirect_to", "redirect_back", "respond_to", "respond_with", "flash", "json", "html", "to_s", "status":
		return true
	}
	return strings.HasSuffix(name, "_path") || strings.HasSuffix(name, "_url")
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

// duringCall tells a place that each function which sets it puts back when it ends, or
// that a setter is given of which all who call it do.
func duringCall(h *program.Holder, a Assessment) bool {
	back := map[*program.Function]bool{}
	for _, c := range a.Writes {
		if c.Kind != unit.Write && !putsEntriesBack(a, c.Function) || len(c.Place.Path) > 0 {
			return false
		}
		if c.Ensure {
			back[c.Function] = true
		}
	}
	given := 0
	for _, c := range a.Writes {
		switch {
		case back[c.Function] || lowered(h, a, c.Function) || putBack(c):
			given++
		case c.Lazy && c.Value != nil && c.Value.Kind == unit.Literal:
		default:
			return false
		}
	}
	return given > 0
}

// putsEntriesBack tells a function that puts back, however it ends, what a collection had under a
// key before. One that only takes out what it has put in keeps a register.
func putsEntriesBack(a Assessment, f *program.Function) bool {
	return slices.ContainsFunc(a.Writes, func(c program.Change) bool {
		return c.Function == f && c.Ensure && c.Key != nil && c.Value != nil && c.Op == "[]=" && c.Value.Kind != unit.Literal
	})
}

// lowered tells a function that sets a place for what it does next, and to one and the same
// constant when that is done. One that looks there first goes by what it finds.
func lowered(h *program.Holder, a Assessment, f *program.Function) bool {
	var last *program.Change
	raised := 0
	for i := range a.Writes {
		switch c := &a.Writes[i]; {
		case c.Function != f:
		case c.Lazy || c.Op != "=" || c.Maybe && c.Until == 0:
			return false
		case last != nil && c.Until != last.Until: // not in one branch or block
			return false
		case last != nil && last.Location.Line >= c.Location.Line:
			return false
		default:
			last = c
			raised++
		}
	}
	if raised < 2 || last.Value == nil || last.Value.Kind != unit.Nil && last.Value.Kind != unit.Literal {
		return false
	}
	return !slices.ContainsFunc(a.Writes, func(c program.Change) bool {
		return c.Function == f && c.Location.Line < last.Location.Line && c.Value != nil && c.Value.Text == last.Value.Text
	}) && !slices.ContainsFunc(h.Reads, func(c program.Change) bool { return c.Function == f })
}

// putBack tells a change by a setter that each who calls it while serving calls again when it
// ends, with what was there before.
func putBack(c program.Change) bool {
	if c.Op != "=" || c.Value == nil || c.Function.ID != c.In {
		return false
	}
	callers := 0
	for _, from := range c.Function.Callers() {
		if !from.Serving {
			continue
		}
		callers++
		if !slices.ContainsFunc(from.CallsOf(c.Function), func(call *unit.Call) bool { return call.Deferred && len(call.Args) > 0 }) {
			return false
		}
	}
	return callers > 0
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

// unaltered tells a place that is only ever given the constant with which it is declared, or a
// collection into which only those constants are put, under constant keys, that it has then.
func unaltered(h *program.Holder, a Assessment) bool {
	if h.Value.Kind == unit.Literal && !slices.ContainsFunc(h.Changes, func(c program.Change) bool {
		return c.Kind != unit.Write || c.Op != "=" || len(c.Place.Path) > 0 || c.Value == nil || c.Value.Kind != unit.Literal || c.Value.Text != h.Value.Text
	}) {
		return len(a.Writes) > 0
	}
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

// repeated tells a variable that is only ever given one and the same constant: the one
// that it is declared with, or one that it is given ahead of each request.
func repeated(h *program.Holder, a Assessment) bool {
	text := ""
	if h.Value.Kind == unit.Literal {
		text = h.Value.Text
	}
	for _, c := range h.Changes {
		v := c.Value
		if c.Kind != unit.Write || c.Op != "=" && c.Op != "||=" || len(c.Place.Path) > 0 || v == nil || v.Kind != unit.Literal || text != "" && v.Text != text {
			return false
		}
		text = v.Text
	}
	return text != "" && (text == h.Value.Text || renewed(a))
}
