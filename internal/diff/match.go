// Package diff compares the findings of two audits of one application, and makes
// the files of an earlier revision available to audit them.
//
// Findings are compared by what they are about and never by lines of a diff:
// lines move when others come and go above them, and a finding can arise on a
// line that nobody touched, because it is now called from elsewhere.
package diff

import (
	"path"
	"slices"

	"github.com/stateaudit/stateaudit/internal/result"
)

// Identity is what stays the same of a finding while code around it changes.
type Identity struct{ Rule, Symbol, Path string }

// Of returns the identities of findings, with their paths below a prefix.
func Of(findings []result.Finding, prefix string) []Identity {
	out := make([]Identity, len(findings))
	for i, f := range findings {
		out[i] = Identity{Rule: f.Rule, Symbol: f.Symbol, Path: path.Join(prefix, f.Location.File)}
	}
	return out
}

// Pair are the indexes of one finding in two lists.
type Pair struct{ Before, After int }

// Matched says how two lists belong together. Each index of either list is in
// exactly one of its fields.
type Matched struct {
	Same, Moved []Pair
	Gone        []int // of the list before
	Added       []int // of the list after
}

// Match compares two lists. A finding that stands more often in one than in the
// other is added or gone as often as they differ.
//
// A finding moves if the only one of its rule and symbol that is gone and the
// only one that is added lie in the same folder or in files of the same name:
// a symbol may be as common as "main.cache".
func Match(before, after []Identity) Matched {
	var m Matched
	left := indexes(before, func(id Identity) Identity { return id })
	for i, id := range after {
		if candidates := left[id]; len(candidates) > 0 {
			m.Same = append(m.Same, Pair{candidates[0], i})
			left[id] = candidates[1:]
		} else {
			m.Added = append(m.Added, i)
		}
	}
	for _, rest := range left {
		m.Gone = append(m.Gone, rest...)
	}
	slices.Sort(m.Gone)
	m.move(before, after)
	return m
}

// move takes out of gone and added what has only changed its place.
func (m *Matched) move(before, after []Identity) {
	anywhere := func(id Identity) Identity { id.Path = ""; return id }
	gone, added := chosen(before, m.Gone, anywhere), chosen(after, m.Added, anywhere)
	for _, i := range m.Added {
		from, to := gone[anywhere(after[i])], added[anywhere(after[i])]
		if len(from) == 1 && len(to) == 1 && near(before[from[0]].Path, after[i].Path) {
			m.Moved = append(m.Moved, Pair{from[0], i})
		}
	}
	for _, p := range m.Moved {
		m.Gone = slices.DeleteFunc(m.Gone, func(i int) bool { return i == p.Before })
		m.Added = slices.DeleteFunc(m.Added, func(i int) bool { return i == p.After })
	}
}

func near(a, b string) bool { return path.Dir(a) == path.Dir(b) || path.Base(a) == path.Base(b) }

// indexes groups a list by a key.
func indexes(list []Identity, key func(Identity) Identity) map[Identity][]int {
	all := make([]int, len(list))
	for i := range all {
		all[i] = i
	}
	return chosen(list, all, key)
}

func chosen(list []Identity, which []int, key func(Identity) Identity) map[Identity][]int {
	out := map[Identity][]int{}
	for _, i := range which {
		k := key(list[i])
		out[k] = append(out[k], i)
	}
	return out
}
