package rank

import (
	"cmp"
	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/unit"
	"slices"
)

// Order is a way to sort candidates.
type Order string

// The orders.
const (
	// ByScore puts first what is the least work to take out.
	ByScore Order = "score"
	// ByBlastRadius puts first what takes most down with it when it fails.
	ByBlastRadius Order = "blast-radius"
	// ByRelief puts first what takes most load along for the least trouble.
	ByRelief Order = "relief"
	// ByBenefit puts first what takes most lines, tables and endpoints along for the
	// least trouble.
	ByBenefit Order = "benefit"
)

// Orders lists the orders; the first is the default.
func Orders() []Order { return []Order{ByScore, ByBlastRadius, ByRelief, ByBenefit} }

// Ordered lists the candidates in an order, equal ones by score.
func (r *Ranking) Ordered(o Order) []*Candidate {
	var out []*Candidate
	for i := range r.Candidates {
		out = append(out, &r.Candidates[i])
	}
	slices.SortStableFunc(out, func(a, b *Candidate) int {
		return cmp.Or(last(a.Unplaced())-last(b.Unplaced()), cmp.Compare(b.by(o), a.by(o)))
	})
	return out
}

// by is what an order sorts by, more coming first.
func (c *Candidate) by(o Order) float64 {
	switch o {
	case ByBlastRadius:
		return c.Blast
	case ByRelief:
		return c.Relief
	case ByBenefit:
		return c.Benefit
	}
	return c.Score
}

// Candidate finds the candidate of a domain.
func (r *Ranking) Candidate(domain string) *Candidate {
	for i := range r.Candidates {
		if r.Candidates[i].Domain.Name == domain {
			return &r.Candidates[i]
		}
	}
	return nil
}

// NothingToRank says why there are no candidates to compare, or "" if there are.
func (r *Ranking) NothingToRank() string {
	switch n := len(r.Map.Domains); {
	case n == 0 && len(r.Map.Kernel.Files) == 0:
		return "there is no source in a language that is ranked"
	case n == 0:
		return "no boundary was found: neither a configuration nor packages, engines, modules or the folders tell domains apart, and the code is too small or too entangled to infer them"
	case n == 1:
		return "there is only one domain, " + r.Map.Domains[0].Name + ", and nothing to take it out of"
	case !r.serves():
		return "nothing here serves requests, jobs or messages: this is a library or a command-line tool, with no process to take a part out of"
	}
	return ""
}

// serves tells whether anything in the program waits for work.
func (r *Ranking) serves() bool {
	return slices.ContainsFunc(r.Facts.Program.Functions(), func(fn *program.Function) bool {
		return !fn.Test && (fn.Serving || slices.ContainsFunc(fn.Roles, unit.Role.Serves))
	})
}
