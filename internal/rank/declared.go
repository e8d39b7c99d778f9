package rank

import (
	"cmp"
	"slices"

	"github.com/stateaudit/stateaudit/internal/facts"
)

// Crossing is one way in which a domain that people have declared leans on another.
type Crossing struct {
	From, To string
	// What is a call, by the symbols of both sides, or the use of a table of the other
	// domain: it names no line, so that edits elsewhere leave it as it is.
	What  string
	Place Place
}

// Crossings lists the calls and uses of tables that cross borders between declared
// domains, each once, sorted.
func (r *Ranking) Crossings() []Crossing {
	declared := map[string]bool{}
	for _, d := range r.Map.Domains {
		declared[d.Name] = d.Source.Declared()
	}
	var out []Crossing
	add := func(c Crossing) {
		if declared[c.From] && declared[c.To] && c.From != c.To {
			out = append(out, c)
		}
	}
	for _, p := range r.pairs {
		add(Crossing{r.Map.Of(p.from.Location.File), r.Map.Of(p.to.Location.File), p.from.Symbol + " → " + p.to.Symbol, p.places[0]})
	}
	for i := range r.resources {
		res := &r.resources[i]
		owner, known := r.owners[res.name]
		if res.kind != facts.TableUse || !known || owner < 0 {
			continue
		}
		for _, d := range res.users() {
			if places := res.writers[d]; len(places) > 0 {
				add(Crossing{r.name(d), r.name(owner), "writes " + res.name, places[0]})
			} else if places := res.readers[d]; len(places) > 0 {
				add(Crossing{r.name(d), r.name(owner), "reads " + res.name, places[0]})
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Crossing) int {
		return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To), cmp.Compare(a.What, b.What))
	})
	return slices.CompactFunc(out, func(a, b Crossing) bool { return a.From == b.From && a.To == b.To && a.What == b.What })
}
