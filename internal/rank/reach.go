package rank

import (
	"slices"

	"github.com/stateaudit/stateaudit/internal/facts"
)

// reach finds which domains wait for each domain, and how many of the ways in
// lead to it without a message in between.
func (m *model) reach() {
	m.depend()
	shares := m.shareOfRequests()
	reverse := m.reverseCalls()
	own := m.byDomain()
	for d := range m.candidates {
		c := &m.candidates[d]
		for o, reaches := range m.dependents[d] {
			if reaches {
				c.Dependents = append(c.Dependents, m.name(o))
			}
		}
		reached := closure(own[d], reverse) // the functions that end up in the domain
		weight := 0.0
		for i, e := range m.in.Facts.Endpoints {
			if reached[e.Function.ID] {
				c.Reaching++
				weight += shares[i]
			}
			if m.domain[e.Function.ID] == d {
				c.Traffic += shares[i]
			}
		}
		if n := len(m.candidates) - 1; n > 0 {
			c.Blast = float64(len(c.Dependents)) / float64(n) * weight
		}
	}
}

// depend computes who reaches whom by calls that are waited for, over any number
// of domains in between.
func (m *model) depend() {
	n := len(m.candidates)
	m.dependents = make([][]bool, n)
	for d := range m.dependents {
		m.dependents[d] = make([]bool, n)
	}
	for _, p := range m.pairs() {
		if p.class != Asynchronous {
			m.dependents[m.domain[p.to.ID]][m.domain[p.from.ID]] = true
		}
	}
	for via := range n {
		for to := range n {
			for from := range n {
				if from != to && m.dependents[to][via] && m.dependents[via][from] {
					m.dependents[to][from] = true
				}
			}
		}
	}
}

// reverseCalls lists who waits for each function: its callers, and for a closure
// the function around it unless that starts it on the side.
func (m *model) reverseCalls() map[string][]string {
	reverse := map[string][]string{}
	aside := map[string]bool{}
	for _, fn := range m.counted() {
		for _, c := range m.calls(fn.ID) {
			if c.Async {
				aside[c.to.ID] = true
			} else if !c.Reference {
				reverse[c.to.ID] = append(reverse[c.to.ID], fn.ID)
			}
		}
	}
	for _, fn := range m.counted() {
		if fn.Outer != "" && !aside[fn.ID] {
			reverse[fn.ID] = append(reverse[fn.ID], fn.Outer)
		}
	}
	return reverse
}

// byDomain lists the functions of each domain.
func (m *model) byDomain() [][]string {
	out := make([][]string, len(m.candidates))
	for _, fn := range m.counted() {
		if d := m.domain[fn.ID]; d >= 0 {
			out[d] = append(out[d], fn.ID)
		}
	}
	return out
}

// shareOfRequests is the share of each endpoint: of the traffic where it is
// known, else the same for all.
func (m *model) shareOfRequests() []float64 {
	endpoints := m.in.Facts.Endpoints
	if m.in.Traffic != nil {
		m.traffic = m.in.Traffic.match(endpoints)
		return m.traffic.Shares
	}
	shares := make([]float64, len(endpoints))
	for i := range shares {
		shares[i] = 1 / float64(len(endpoints))
	}
	return shares
}

// Edge says how one domain leans on another.
type Edge struct {
	From, To string
	Kind     string // call, message, table, holder or state
	Count    int    // of distinct pairs of functions, or of resources
	Sync     bool   // From waits
}

// Cell counts what one domain uses of another.
type Cell struct {
	Calls   int // distinct pairs of functions that are waited for
	Async   int // those that are not
	Tables  int // tables that either writes and the other uses
	Holders int // process memory likewise
	Other   int // session keys, files
}

// edges lists the edges of the domain graph, and the same as a matrix.
func (m *model) edges() ([]Edge, [][]Cell) {
	n := len(m.candidates)
	cells := make([][]Cell, n)
	for d := range cells {
		cells[d] = make([]Cell, n)
	}
	for _, p := range m.pairs() {
		cell := &cells[m.domain[p.from.ID]][m.domain[p.to.ID]]
		if p.class == Asynchronous {
			cell.Async++
		} else {
			cell.Calls++
		}
	}
	for i := range m.resources {
		m.sharedCells(&m.resources[i], cells)
	}
	var out []Edge
	for from := range cells {
		for to := range cells[from] {
			out = append(out, cells[from][to].edges(m.name(from), m.name(to))...)
		}
	}
	return out, cells
}

// sharedCells counts a resource between every two of its users, one of whom
// writes it.
func (m *model) sharedCells(r *resource, cells [][]Cell) {
	users := slices.DeleteFunc(r.users(), func(d int) bool { return d < 0 })
	for _, from := range users {
		for _, to := range users {
			if from == to || len(r.writers[from])+len(r.writers[to]) == 0 {
				continue
			}
			switch cell := &cells[from][to]; r.kind {
			case facts.TableUse:
				cell.Tables++
			case facts.HolderUse:
				cell.Holders++
			default:
				cell.Other++
			}
		}
	}
}

// edges lists what a cell counts. What is shared has no direction and is listed
// once, from the name that sorts first.
func (c Cell) edges(from, to string) []Edge {
	var out []Edge
	add := func(kind string, n int, sync bool) {
		if n > 0 {
			out = append(out, Edge{From: from, To: to, Kind: kind, Count: n, Sync: sync})
		}
	}
	add("call", c.Calls, true)
	add("message", c.Async, false)
	if from < to {
		add("table", c.Tables, true)
		add("holder", c.Holders, true)
		add("state", c.Other, true)
	}
	return out
}

// relief rates how much load leaves with a domain for how little trouble.
func (c *Candidate) relief() float64 {
	return c.Traffic / (c.Coupling * float64(1+len(c.Dependents)))
}
