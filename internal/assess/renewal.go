package assess

import (
	"slices"

	"github.com/stateaudit/stateaudit/internal/effects"
	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// renewer finds the function by which a copy notices by itself that what it keeps is
// old: it takes no arguments, asks the database, writes nothing there, and empties
// or replaces the holder, itself or by a function that it calls.
func renewer(p *program.Program, src *Sources, writes []program.Change) *program.Function {
	for _, c := range writes {
		if c.Lazy || !c.Reset && (c.Kind != unit.Write || len(c.Place.Path) > 0) {
			continue
		}
		in := p.Function(c.In)
		if in == nil {
			continue
		}
		for _, f := range append([]*program.Function{in}, in.Callers()...) {
			if f.Serving && len(f.Params) == 0 && asksDatabase(src, f) && !src.Reaches(f.ID, ToDatabase) {
				return f
			}
		}
	}
	return nil
}

// asksDatabase tells a function that uses something which it reads from the database.
func asksDatabase(src *Sources, f *program.Function) bool {
	return slices.Contains(src.fetched(f.ID), FromDatabase)
}

// scanned tells a holder that is only ever given what the functions that change it
// read from files of their host.
func scanned(p *program.Program, src *Sources, a Assessment) bool {
	n := 0
	for _, c := range a.Writes {
		if c.Reset {
			continue
		}
		if f := p.Function(c.In); f == nil || !readsFiles(p, src, f) && !slices.Contains(src.of(a.Holder, c.Value), FromFile) {
			return false
		}
		n++
	}
	return n > 0 && !hasSource(a, FromDatabase, FromNetwork, FromRequest, FromCaller)
}

// readsFiles tells a function, or a block in one, that itself lists or reads files.
func readsFiles(p *program.Program, src *Sources, f *program.Function) bool {
	if outer := p.Function(f.Outer); outer != nil && readsFiles(p, src, outer) {
		return true
	}
	for i := range f.Calls {
		if c := &f.Calls[i]; !c.Reference && slices.Contains(src.classify(c), FromFile) {
			return true
		}
	}
	return false
}

// asOldAsFile tells what was read from files of this host by functions that look, at each
// use, whether these have changed since: it is as new as they are, and nobody else uses it.
func asOldAsFile(p *program.Program, a Assessment) bool {
	if !a.Facts.Scanned {
		return false
	}
	looking := map[string]bool{}
	for _, c := range a.Writes {
		f := p.Function(c.In)
		if f == nil || !slices.ContainsFunc(f.Calls, func(c unit.Call) bool { e, ok := effects.Of(&c); return ok && e.Kind == effects.Age }) {
			return false
		}
		looking[c.In] = true
	}
	return !slices.ContainsFunc(a.Holder.Reads, func(c program.Change) bool {
		f := p.Function(c.In) // may read what the function that looks has handed out
		handed := f != nil && slices.ContainsFunc(f.Calls, func(c unit.Call) bool { return looking[c.Callee] })
		return c.Phase == result.Serving && !looking[c.In] && !handed
	})
}

// expires tells a holder from which a function that looks at the clock takes what
// is old.
func expires(p *program.Program, src *Sources, writes []program.Change) bool {
	for _, c := range writes {
		if !c.Reset && !takesOut(c.Op) {
			continue
		}
		if byClock(p, src, c) {
			return true
		}
	}
	return false
}

// byClock tells a change of which a function decides that looks at the clock, or at a time
// that it was given.
func byClock(p *program.Program, src *Sources, c program.Change) bool {
	return weighsTime(p, src, p.Function(c.In)) || c.Function.ID != c.In && weighsTime(p, src, c.Function)
}

// weighsTime tells a function that looks at the clock or compares times.
func weighsTime(p *program.Program, src *Sources, f *program.Function) bool {
	if f == nil {
		return false
	}
	return looksAtClock(p, src, f) || comparesTimes(p, f)
}

// comparisons are the calls that weigh one time against another.
var comparisons = map[string]bool{
	"time.Since": true, "time.Until": true, "time.Time.Before": true, "time.Time.After": true, "time.Time.Sub": true, "time.Time.Compare": true,
}

// comparesTimes tells a function that compares times, or asks one that does and says no more
// than whether something is so.
func comparesTimes(p *program.Program, f *program.Function) bool {
	return slices.ContainsFunc(f.Calls, func(c unit.Call) bool {
		if comparisons[c.Callee] {
			return true
		}
		to := p.Function(c.Callee)
		return to != nil && says(to) && slices.ContainsFunc(to.Calls, func(c unit.Call) bool { return comparisons[c.Callee] })
	})
}

// agesIn tells a place of which what is kept carries a time that is weighed against another
// where it is read: what is too old is fetched anew.
func agesIn(p *program.Program, h *program.Holder) bool {
	return slices.ContainsFunc([]string{h.Elem, h.Type}, func(typ string) bool { return carriesTime(p, typ) }) && readByClock(p, h)
}

// stampedAndAsked tells a place into which a time of the clock is put along with what it
// keeps, and that is read by something which asks the clock too, beside what is put there.
func stampedAndAsked(p *program.Program, src *Sources, h *program.Holder, writes []program.Change) bool {
	stamped := func(c program.Change) bool {
		return !c.Reset && c.Value != nil && c.Value.Kind == unit.Collection && slices.Contains(src.of(h, c.Value), FromClock)
	}
	if h.Language != unit.Ruby || !slices.ContainsFunc(writes, stamped) {
		return false
	}
	places := append([]*program.Holder{h}, h.Parts...)
	return slices.ContainsFunc(places, func(place *program.Holder) bool {
		return slices.ContainsFunc(place.Reads, func(r program.Change) bool {
			f := p.Function(r.In)
			return f != nil && r.Phase == result.Serving && slices.ContainsFunc(f.Calls, func(c unit.Call) bool {
				return (slices.Contains(src.classify(&c), FromClock) || c.Name == "ago" || c.Name == "past?" || c.Name == "future?") && !putsThere(writes, c.Location)
			})
		})
	})
}

// putsThere tells a line on which one of some changes is made.
func putsThere(writes []program.Change, at unit.Location) bool {
	return slices.ContainsFunc(writes, func(c program.Change) bool {
		return c.Origin.File == at.File && c.Origin.Line <= at.Line && at.Line <= max(c.Origin.Line, c.Origin.EndLine)
	})
}

func carriesTime(p *program.Program, typ string) bool {
	t := p.Type(typ)
	return t != nil && t.Kind == "struct" && slices.ContainsFunc(t.Fields, func(id string) bool {
		f := p.Holder(id)
		return f != nil && isTime(f.Type)
	})
}

func readByClock(p *program.Program, h *program.Holder) bool {
	return slices.ContainsFunc(h.Reads, func(r program.Change) bool {
		f := p.Function(r.In)
		return f != nil && comparesTimes(p, f)
	})
}

// clocks are what clocks are asked, also those that stand in for the time in tests.
var clocks = map[string]bool{"Now": true, "Since": true, "Until": true}

func looksAtClock(p *program.Program, src *Sources, f *program.Function) bool {
	for i := range f.Calls {
		c := &f.Calls[i]
		if slices.Contains(src.classify(c), FromClock) || clocks[c.Name] {
			return true
		}
		if block := p.Function(c.Callee); block != nil && block.Outer == f.ID && looksAtClock(p, src, block) {
			return true
		}
	}
	return false
}

// takesOut tells operations that take single entries out of a collection.
func takesOut(op string) bool {
	switch op {
	case "delete", "Delete", "Remove", "LoadAndDelete", "CompareAndDelete", "delete_if", "reject!", "select!", "keep_if", "delete_at", "delete_pair", "shift", "pop":
		return true
	}
	return false
}

// onlySwitched tells a holder that is only ever set as a whole, to literals, to what
// it was, or to what is worked out of such: it says something, and keeps nothing.
func onlySwitched(a Assessment) bool {
	for _, c := range a.Writes {
		if c.Kind != unit.Write || len(c.Place.Path) > 0 || c.Value == nil {
			return false
		}
		switch c.Value.Kind {
		case unit.Literal, unit.Nil, unit.PlaceValue, unit.Compound:
		default:
			return false
		}
	}
	return len(a.Writes) > 0
}
