package assess

import (
	"slices"
	"sort"
	"strings"

	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// joinSiblings makes one verdict of the fields of one object that change
// together: a value with its expiry, a queue with the marks of what is queued.
// A reader repairs them together, so they are told once.
func joinSiblings(p *program.Program, all []Assessment) []Assessment {
	byOwner := map[string][]int{}
	for i, a := range all {
		switch a.Holder.Kind {
		case unit.Field, unit.ClassIvar, unit.ClassVar, unit.ModuleVar:
			byOwner[a.Holder.Owner] = append(byOwner[a.Holder.Owner], i)
		}
	}
	gone := map[int]bool{}
	for _, fields := range byOwner {
		absorb(p, all, fields, gone)
	}
	var out []Assessment
	for i, a := range all {
		if !gone[i] {
			out = append(out, a)
		}
	}
	return out
}

// absorb lets the fields that hold most take in those that change only with
// them.
func absorb(p *program.Program, all []Assessment, fields []int, gone map[int]bool) {
	sort.SliceStable(fields, func(i, j int) bool {
		return weight(all[fields[i]].Holder) > weight(all[fields[j]].Holder)
	})
	for n, i := range fields {
		if gone[i] || len(all[i].Writes) == 0 {
			continue
		}
		for _, j := range fields[n+1:] {
			if !gone[j] && (changesWith(p, all[j], all[i]) && speakAlike(all[j].Holder, all[i].Holder) || guards(p, all[j], all[i])) {
				gone[j] = true
				all[i].Siblings = append(all[i].Siblings, all[j].Holder)
				if isTime(all[j].Holder.Type) && readByClock(p, all[j].Holder) {
					all[i].Facts.Expires = Yes
				}
			}
		}
		sort.Slice(all[i].Siblings, func(a, b int) bool { return all[i].Siblings[a].ID < all[i].Siblings[b].ID })
	}
}

// guards tells a flag, time or number of an object by which its own methods decide
// when to fill another field: when it was filled last, whether somebody is at it.
// Nobody outside learns what it says.
func guards(p *program.Program, part, whole Assessment) bool {
	if !whole.State || whole.Category != result.Cache || isScalar(whole.Holder.Type) {
		return false
	}
	if len(part.Holder.Reads) == 0 && !strings.HasPrefix(part.Holder.Type, "sync/atomic.") {
		return false
	}
	return part.Category != result.Counter && ownMark(p, part, whole)
}

// ownMark tells such a flag, time or number whatever it is for.
func ownMark(p *program.Program, part, whole Assessment) bool {
	h := part.Holder
	if h.Kind != unit.Field && h.Kind != unit.ModuleVar || !isScalar(h.Type) && !isTime(h.Type) && !strings.HasPrefix(h.Type, "sync/atomic.") {
		return false
	}
	touching := writers(whole)
	for _, c := range h.Reads {
		in := p.Function(c.In)
		if in == nil || in.Owner != h.Owner || !touching[c.In] && !callersAre(in, h.Owner) {
			return false
		}
	}
	for _, c := range part.Writes {
		if in := p.Function(c.In); in == nil || in.Owner != h.Owner || !touching[c.In] && len(in.Returns) > 0 && !callersAre(in, h.Owner) {
			return false
		}
	}
	return true
}

// callersAre tells a function that only methods of one type call.
func callersAre(f *program.Function, owner string) bool {
	return len(f.Callers()) > 0 && !slices.ContainsFunc(f.Callers(), func(from *program.Function) bool { return from.Owner != owner })
}

func isTime(t string) bool { return t == "time.Time" || t == "*time.Time" || t == "time.Duration" }

// speakAlike tells, of variables of a module, which has many of its own, whether they
// share a word: prices and prices_at. The fields of one object belong together.
func speakAlike(part, whole *program.Holder) bool {
	if part.Kind != unit.ModuleVar {
		return true
	}
	ws := words(whole.Name)
	return slices.ContainsFunc(words(part.Name), func(w string) bool { return len(w) > 2 && slices.Contains(ws, w) })
}

// changesWith tells whether one field changes only in functions that change the
// other: in all of them, or, for a number or flag, in some. What is state is taken in
// by something harmless only as the mark by which that is filled.
func changesWith(p *program.Program, part, whole Assessment) bool {
	if len(part.Writes) == 0 || !part.State && whole.State || part.State && !whole.State && !ownMark(p, part, whole) {
		return false
	}
	a, b := writers(part), writers(whole)
	if ownLife(part) || ownLife(whole) {
		return false
	}
	if !isScalar(part.Holder.Type) && len(a) != len(b) {
		return false
	}
	for f := range a {
		if !b[f] {
			return false
		}
	}
	return true
}

// ownLife tells a field that changes through methods of another type: it is an
// object with a life of its own.
func ownLife(a Assessment) bool {
	for _, c := range a.Writes {
		if len(c.Through) > 0 && !strings.HasPrefix(c.In, a.Holder.Owner+".") {
			return true
		}
	}
	return false
}

// writers are the functions in which a field itself is changed.
func writers(a Assessment) map[string]bool {
	set := map[string]bool{}
	for _, c := range a.Writes {
		set[c.In] = true
	}
	return set
}

// weight orders fields by how much they can hold.
func weight(h *program.Holder) int {
	switch {
	case isCollection(h.Type):
		return 3
	case isScalar(h.Type):
		return 1
	}
	return 2
}
