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
	"strings"

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
// What is gone and what is added is one finding that has moved, if it is the only
// one of its rule and symbol and lies in the same folder or in a file of the same
// name: a symbol may be as common as "main.cache". So it is with a package or
// module that was renamed: the file and the last part of the symbol stay.
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
	m.move(before, after, func(id Identity) Identity { return Identity{Rule: id.Rule, Symbol: id.Symbol} })
	m.move(before, after, func(id Identity) Identity {
		return Identity{Rule: id.Rule, Symbol: lastPart(id.Symbol), Path: path.Base(id.Path)}
	})
	return m
}

// lastPart is what a symbol is called within its package, class or module.
func lastPart(symbol string) string { return symbol[strings.LastIndexAny(symbol, ".:")+1:] }

// move takes out of gone and added what has only changed its place: two findings
// that share a key with no other.
func (m *Matched) move(before, after []Identity, key func(Identity) Identity) {
	gone, added := chosen(before, m.Gone, key), chosen(after, m.Added, key)
	var found []Pair
	for _, i := range m.Added {
		from, to := gone[key(after[i])], added[key(after[i])]
		if len(from) == 1 && len(to) == 1 && near(before[from[0]].Path, after[i].Path) {
			found = append(found, Pair{from[0], i})
		}
	}
	for _, p := range found {
		m.Gone = slices.DeleteFunc(m.Gone, func(i int) bool { return i == p.Before })
		m.Added = slices.DeleteFunc(m.Added, func(i int) bool { return i == p.After })
	}
	m.Moved = append(m.Moved, found...)
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
