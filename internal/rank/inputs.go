package rank

import (
	"maps"
	"slices"

	"github.com/stateaudit/stateaudit/internal/facts"
	"github.com/stateaudit/stateaudit/internal/program"
)

// The exponents of the dimensions, as a configuration names them.
const (
	clarityPower   = "domainClarity"
	viabilityPower = "asyncViability"
	couplingPower  = "sharedStateCoupling"
)

// Weigh sets the weights and exponents that a user has chosen, by name.
func (in *Input) Weigh(chosen map[string]float64) {
	in.Weights, in.Powers = DefaultWeights(), Powers{1, 1, 1}
	for name, w := range chosen {
		switch name {
		case clarityPower:
			in.Powers.Clarity = w
		case viabilityPower:
			in.Powers.Viability = w
		case couplingPower:
			in.Powers.Coupling = w
		default:
			in.Weights[Class(name)] = w
		}
	}
}

// Inputs are the counts that the score of a candidate is made of, by name, and
// the range of its rank. Crossings and shared resources have the names of their
// classes, which weights are set by.
func (c *Candidate) Inputs() map[string]float64 {
	in := map[string]float64{
		"referencesInside": float64(c.References.Inside), "referencesAcross": float64(c.References.Across), "cohesion": c.Cohesion(),
		"functions": float64(c.Surface.Functions), "functionsExposed": float64(c.Surface.Exposed), "narrowness": c.Narrowness(),
		"tablesWritten": float64(len(c.Written.Tables)), "tablesWrittenAlone": float64(len(c.Written.Alone)), "ownership": c.Ownership(),
		"endpoints": float64(len(c.Endpoints)), "endpointsReaching": float64(c.Reaching), "dependents": float64(len(c.Dependents)),
		"rankBest": float64(c.Best), "rankWorst": float64(c.Worst), "relief": c.Relief,
		"lines": float64(c.Domain.Lines), "tables": float64(len(c.Owned)), "benefit": c.Benefit, "databaseCallsUnread": float64(len(c.Unread)),
	}
	for _, class := range Classes() {
		in[string(class)] = 0
	}
	for _, t := range slices.Concat(c.Crossings, c.Sharing) {
		in[string(t.Class)]++
	}
	for name, is := range map[string]bool{"tooFewCrossings": c.TooFew, "restsOnInference": c.Inferred, "leaf": c.Leaf, "tablesNotUnderstood": c.Blind} {
		in[name] = 0
		if is {
			in[name] = 1
		}
	}
	return in
}

// SharedTable is a table that several domains write.
type SharedTable struct {
	Name    string
	Domains []string // sorted
	Writes  []Place  // the first ones of each domain, in the order of the domains
}

// maxWrites bounds how many writes of one domain are told.
const maxWrites = 2

// SharedTables lists the tables that more than one domain writes, the kernel
// counted as one.
func (r *Ranking) SharedTables() []SharedTable {
	var out []SharedTable
	for i := range r.resources {
		res := &r.resources[i]
		if res.kind != facts.TableUse || len(res.writers) < 2 {
			continue
		}
		t := SharedTable{Name: res.name}
		for _, d := range slices.Sorted(maps.Keys(res.writers)) {
			t.Domains = append(t.Domains, r.name(d))
			places := res.writers[d]
			for _, p := range places[:min(maxWrites, len(places))] {
				p.Note = "written for " + r.name(d)
				t.Writes = append(t.Writes, p)
			}
		}
		slices.Sort(t.Domains)
		out = append(out, t)
	}
	return out
}

// Tables lists the tables of each domain, by its name.
func (r *Ranking) Tables() map[string][]string {
	out := map[string][]string{}
	for table, d := range r.owners {
		out[r.name(d)] = append(out[r.name(d)], table)
	}
	for _, tables := range out {
		slices.Sort(tables)
	}
	return out
}

// DomainOf names the domain of a function, or the kernel.
func (r *Ranking) DomainOf(fn *program.Function) string { return r.name(r.Map.Index(fn.Location.File)) }

func (r *Ranking) name(d int) string { return nameOf(r.Map, d) }
