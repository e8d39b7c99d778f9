package assess

import (
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// Keeps says what a place keeps, whatever it is for: what a second copy lacks depends
// on it.
type Keeps int

// What places keep.
const (
	Entries Keeps = iota // several things that come and go: a collection, or an object that has one
	Value                // one thing, that is replaced or worked out anew
	Thing                // an object of a library, which changes by what it is asked to do
)

// Keeps tells it from the types of a place and of the fields through which it changes,
// and from how it is changed.
func (a Assessment) Keeps() Keeps {
	h := a.Holder
	types := []string{h.Type, h.Value.Type}
	for _, part := range h.Parts {
		types = append(types, part.Type)
	}
	if slices.ContainsFunc(types, isCollection) || slices.ContainsFunc(a.Writes, ofEntry) {
		return Entries
	}
	if slices.ContainsFunc(a.Writes, asked) {
		return Thing
	}
	return Value
}

// ofEntry tells a change of one entry of many, as the language writes it. What a library
// does with a key is its own business: it may keep the rest on a disk.
func ofEntry(c program.Change) bool {
	if c.Kind == unit.Invoke || strings.HasPrefix(c.Op, "&") {
		return false
	}
	return entry(c) || takesOut(c.Op) || strings.HasPrefix(c.Op, "[]") || c.Op == "append" || c.Op == "<<" || c.Op == "push"
}

// asked tells a change that an object of a library makes of itself, as opposed to one
// by which something else is put into its place or into a variable that it is handed.
func asked(c program.Change) bool {
	return (c.Kind == unit.Invoke || c.Kind == unit.Modify) && c.Method != "" && c.Op != "=" && !strings.HasPrefix(c.Op, "&") && !strings.HasPrefix(c.Method, "sync/atomic.")
}

// watched tells a place that only what follows the files of this host changes: loops
// and callbacks that a library calls when a file changes. Each copy follows its own.
func watched(p *program.Program, src *Sources, a Assessment) bool {
	n := 0
	for _, c := range a.Writes {
		if c.Phase != result.Serving {
			continue
		}
		if !onlyBehind(p.Function(c.In), p, src.watches, maxBehind) {
			return false
		}
		n++
	}
	return n > 0 && !hasSource(a, FromDatabase, FromNetwork, FromRequest)
}

// onlyBehind tells a function that runs, while serving, only below such as a question is
// answered with yes for, or as a part of them.
func onlyBehind(f *program.Function, p *program.Program, is func(*program.Function) bool, depth int) bool {
	if f == nil || depth == 0 {
		return false
	}
	if is(f) {
		return true
	}
	if f.HasRole(unit.Handler) || f.HasRole(unit.Middleware) {
		return false
	}
	callers := 0
	for _, from := range f.Callers() {
		if !from.Serving || from == f {
			continue
		}
		callers++
		if !onlyBehind(from, p, is, depth-1) {
			return false
		}
	}
	outer := p.Function(f.Outer)
	return callers > 0 || outer != nil && onlyBehind(outer, p, is, depth-1)
}

// watches tells a function that has a library tell it of changes of files, or that is
// what the library then calls.
func (s *Sources) watches(f *program.Function) bool {
	watching := func(c unit.Call) bool { return slices.Contains(s.classify(&c), WatchesFiles) }
	if by := s.p.Function(f.Outer); by != nil && slices.ContainsFunc(by.Calls, func(c unit.Call) bool { return encloses(c.Location, f.Location) && watching(c) }) {
		return true
	}
	return !f.HasRole(unit.Handler) && slices.ContainsFunc(f.Calls, watching)
}

func encloses(outer, inner unit.Location) bool {
	return outer.File == inner.File && outer.Line <= inner.Line && inner.EndLine <= outer.EndLine
}

// Lists tells a collection that is no queue in which work waits: what it keeps is known
// to this copy only, whatever that does elsewhere.
func (a Assessment) Lists() bool {
	return isCollection(a.Holder.Type) && !isChannel(a.Holder.Type) && !queues(a.Holder)
}

// Queues tells a collection of which the elements are collections: work may wait there.
func (a Assessment) Queues() bool { return isCollection(a.Holder.Elem) }

// Works tells whether what such a collection keeps may do something: timers, schedules,
// objects; and not texts and numbers.
func (a Assessment) Works() bool { return !isScalar(a.Holder.Elem) }

// Numeral tells a number or time that says how far something is, and is no switch that
// somebody turns.
func (a Assessment) Numeral() bool {
	h := a.Holder
	return a.Category == result.Flag && (isNumber(h.Type) && h.Type != "bool" || isTime(h.Type)) && !hasSource(a, FromRequest, FromCaller)
}

// refresher finds the function by which each copy, from time to time and asked by nobody,
// puts one value as a whole into the place of the last. What is handed over to it may be
// somebody's request.
func refresher(p *program.Program, a Assessment) *program.Function {
	var by *program.Function
	for _, c := range a.Writes {
		f := p.Function(c.In)
		if f == nil || c.Lazy || c.Kind != unit.Write && c.Op != "Store" || len(c.Place.Path) > 0 || len(a.Holder.Parts) > 0 || len(f.Params) > 0 {
			return nil
		}
		if !f.Serving {
			continue
		}
		if !onlyBehind(f, p, recurs, maxBehind) {
			return nil
		}
		by = f
	}
	if by == nil || a.Category != result.Cache || a.Keeps() != Value || hasSource(a, FromRequest, FromCaller) {
		return nil
	}
	return by
}

// recurs tells what runs again and again by itself.
func recurs(f *program.Function) bool {
	if f.HasRole(unit.Handler) {
		return false
	}
	again := func(to program.HandedOver) bool { return to.To == f }
	return slices.ContainsFunc(f.Beside(), again) || slices.ContainsFunc(f.HandedOver(), again) || f.HasRole(unit.Scheduler) || slices.Contains(f.Attrs, "endless-loop") || slices.Contains(f.Attrs, unit.Rearms)
}

// settles tells marks of when a file was last said to have changed, with the timer that
// waits until it changes no more: whatever uses them follows the files of this host.
func settles(p *program.Program, src *Sources, h *program.Holder, a Assessment) bool {
	isTimer := func(t string) bool { return strings.TrimLeft(t, "*") == "time.Timer" }
	if !a.Facts.Watched || !slices.ContainsFunc(holds(h), isTimer) {
		return false
	}
	return !slices.ContainsFunc(h.Reads, func(c program.Change) bool {
		return c.Phase == result.Serving && !onlyBehind(p.Function(c.In), p, src.watches, maxBehind)
	})
}
