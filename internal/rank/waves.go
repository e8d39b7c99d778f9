package rank

import (
	"slices"

	"github.com/stateaudit/stateaudit/internal/domains"
	"github.com/stateaudit/stateaudit/internal/facts"
)

// Turn is a candidate in the wave in which it comes out.
type Turn struct {
	*Candidate
	// After are the candidates of earlier waves that it shares state with or waits for,
	// in the order of the ranking.
	After []string
	// Eased is its score once these are out: what it shares with nobody but them is
	// parted by then.
	Eased float64
}

// Waves puts the candidates into waves. Those of one wave have nothing to do with each
// other and can be taken out side by side; of two that have, the one that ranks first
// goes first. Leaves are left out.
func (r *Ranking) Waves() [][]Turn {
	var out [][]Turn
	at := map[string]int{}
	for i := range r.Candidates {
		c := &r.Candidates[i]
		if c.Unplaced() {
			continue
		}
		t, wave := Turn{Candidate: c}, 0
		tied := r.tied(c)
		for _, before := range r.Candidates[:i] {
			if name := before.Domain.Name; !before.Unplaced() && tied[name] {
				t.After = append(t.After, name)
				wave = max(wave, at[name]+1)
			}
		}
		t.Eased = r.without(c, t.After)
		at[c.Domain.Name] = wave
		for len(out) <= wave {
			out = append(out, nil)
		}
		out[wave] = append(out[wave], t)
	}
	return out
}

// tied are the domains that a candidate shares state with, or that wait for it or it
// for them.
func (r *Ranking) tied(c *Candidate) map[string]bool {
	out := map[string]bool{}
	for _, t := range c.Sharing {
		for _, o := range t.Others {
			out[o] = true
		}
	}
	for _, p := range r.pairs {
		from, to := r.Map.Of(p.from.Location.File), r.Map.Of(p.to.Location.File)
		switch {
		case p.class == Asynchronous:
		case from == c.Domain.Name:
			out[to] = true
		case to == c.Domain.Name:
			out[from] = true
		}
	}
	return out
}

// without is the score of a candidate without what it shares with some domains alone.
func (r *Ranking) without(c *Candidate, gone []string) float64 {
	eased := *c
	eased.Sharing = slices.DeleteFunc(slices.Clone(c.Sharing), func(t Term) bool {
		return !slices.ContainsFunc(t.Others, func(o string) bool { return !slices.Contains(gone, o) })
	})
	one := []Candidate{eased}
	score(one, r.Weights, r.Powers)
	return one[0].Score
}

// Tie says what would keep a candidate and another domain one system if they were
// parted as they are.
type Tie struct {
	Other  string
	Out    []Pair // calls by which the candidate waits for the other
	In     []Pair // calls by which the other waits for the candidate
	Tables []string
}

// Cycle tells whether both wait for each other.
func (t Tie) Cycle() bool { return len(t.Out) > 0 && len(t.In) > 0 }

// Ties lists the domains that a candidate would stay one system with, by name: both
// wait for each other, or both write a table.
func (r *Ranking) Ties(c *Candidate) []Tie {
	byName := map[string]*Tie{}
	for _, d := range r.Map.Domains {
		byName[d.Name] = &Tie{Other: d.Name}
	}
	byName[domains.Kernel] = &Tie{Other: domains.Kernel}
	for _, p := range r.pairs {
		from, to := r.Map.Of(p.from.Location.File), r.Map.Of(p.to.Location.File)
		made := Pair{From: p.from, To: p.to, Domain: from, Class: p.class, Calls: p.calls}
		switch {
		case p.class == Asynchronous:
		case from == c.Domain.Name:
			byName[to].Out = append(byName[to].Out, made)
		case to == c.Domain.Name:
			byName[from].In = append(byName[from].In, made)
		}
	}
	for _, t := range c.Sharing {
		if t.Class == TableBoth {
			for _, o := range t.Others {
				byName[o].Tables = append(byName[o].Tables, t.Name)
			}
		}
	}
	var out []Tie
	for _, d := range r.Map.Domains {
		if t := byName[d.Name]; t.Cycle() || len(t.Tables) > 0 {
			out = append(out, *t)
		}
	}
	return out
}

// TableUses lists who writes and who reads a table, in the order of the domains.
func (r *Ranking) TableUses(table string) (writes, reads []Place) {
	for i := range r.resources {
		res := &r.resources[i]
		if res.kind != facts.TableUse || res.name != table {
			continue
		}
		for _, d := range res.users() {
			writes = append(writes, res.writers[d]...)
			reads = append(reads, res.readers[d]...)
		}
	}
	return writes, reads
}
