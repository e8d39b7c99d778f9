package rank

import (
	"github.com/stateaudit/stateaudit/internal/facts"
	"github.com/stateaudit/stateaudit/internal/program"
)

// Pair is a caller in one domain and a callee in another, with the calls.
type Pair struct {
	From, To *program.Function
	Domain   string // of the caller
	Class    Class
	Calls    []facts.Call
}

// Pairs lists the pairs that lead into the domain of a candidate.
func (r *Ranking) Pairs(c *Candidate) []Pair {
	var out []Pair
	for _, p := range r.pairs {
		if r.Map.Index(p.to.Location.File) == c.Index {
			out = append(out, Pair{From: p.from, To: p.to, Domain: r.Map.Of(p.from.Location.File), Class: p.class, Calls: p.calls})
		}
	}
	return out
}

// Owner is the index of the domain that a table belongs to, -1 for the kernel and
// for tables of which that is not known.
func (r *Ranking) Owner(table string) int {
	if d, known := r.owners[table]; known {
		return d
	}
	return -1
}
