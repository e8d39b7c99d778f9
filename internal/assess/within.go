package assess

import (
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// joinWithin takes fields into the place that keeps their object, where that place is
// told by itself and the field says nothing else: a setting of a configuration that is
// replaced as a whole, a column of a row that is cached. What a reader does about the
// place mends the field as well.
func joinWithin(p *program.Program, all []Assessment) []Assessment {
	told := map[*program.Holder]int{}
	for i, a := range all {
		if a.State {
			told[a.Holder] = i
		}
	}
	into := map[int]int{}
	for i, a := range all {
		if k, ok := whole(p, all, told, a); ok && rest(into, k) != i {
			into[i] = k
		}
	}
	var out []Assessment
	for i := range all {
		if k, ok := into[i]; ok {
			k = rest(into, k)
			all[k].Within = append(all[k].Within, all[i].Holder)
		}
	}
	for i, a := range all {
		if _, gone := into[i]; !gone {
			out = append(out, a)
		}
	}
	return out
}

// rest follows what was taken in to what is left.
func rest(into map[int]int, i int) int {
	for {
		next, ok := into[i]
		if !ok {
			return i
		}
		i = next
	}
}

// whole finds the told place that a told field belongs to.
func whole(p *program.Program, all []Assessment, told map[*program.Holder]int, a Assessment) (int, bool) {
	if !a.State || a.Holder.Kind != unit.Field || a.Group != "" {
		return 0, false
	}
	if around := p.Around(a.Holder); around != nil {
		if i, ok := told[around]; ok && partOf(a) {
			return i, true
		}
	}
	found := -1
	keepers := p.Keepers(a.Holder)
	for _, k := range keepers {
		i, ok := told[k]
		if !ok || k == a.Holder || !saysNoMore(a, all[i]) {
			if slices.ContainsFunc(keepers, func(o *program.Holder) bool { return slices.Contains(o.Parts, a.Holder) }) {
				continue
			}
			return 0, false
		}
		if found < 0 {
			found = i
		}
	}
	return found, found >= 0
}

// partOf tells a field that is nothing but a part of what it lies in, where that is replaced as a
// whole: a mark, a time or a text, or a number that is set. What is counted in it, or
// kept in a collection, is told by itself.
func partOf(a Assessment) bool {
	if isCollection(a.Holder.Type) || isChannel(a.Holder.Type) {
		return false
	}
	return !slices.ContainsFunc(a.Writes, func(c program.Change) bool { return c.Op != "=" })
}

// saysNoMore tells a field of which nothing else is to be said than of the place that
// keeps its object: it holds no collection of its own, or is told there already, and is
// neither counted nor worked off, nor a session.
func saysNoMore(part, whole Assessment) bool {
	mild := []result.Category{result.Flag, result.Registry, result.Other, result.Cache}
	if !slices.Contains(mild, part.Category) {
		return false
	}
	t := part.Holder.Type
	if part.Category != result.Cache && !strings.HasPrefix(t, "map[") && slices.Contains(whole.Holder.Parts, part.Holder) {
		return true
	}
	return slices.Contains(mild, whole.Category) && (isScalar(t) || isTime(t) || part.Category == result.Flag && !strings.HasPrefix(t, "map["))
}
