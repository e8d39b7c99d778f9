// Package rank scores the domains of a program as candidates for extraction.
//
// score = domain clarity × asynchronous viability ÷ shared-state coupling
//
// Every term is a count of places in source, and every count keeps the places:
//
//   - clarity: do the domain's files belong together, is its surface narrow,
//     does it alone write its tables (clarity.go);
//   - viability: could the calls across its border become messages
//     (crossings.go);
//   - coupling: what memory, tables, transactions and session keys does it share
//     with others (sharing.go).
//
// The kernel is no candidate and calls into it cross no border, but data that
// belongs to it is shared data.
package rank

import (
	"cmp"
	"math"
	"slices"
	"sync"

	"github.com/stateaudit/stateaudit/internal/domains"
	"github.com/stateaudit/stateaudit/internal/facts"
	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// Priors stand in for a domain's own figures while it is too small to have any.
// They are constants, and not averages of the program at hand, so that a domain
// that has nothing to do with another one does not change its score.
const (
	priorCohesion  = 0.74 // share of references inside a domain over four real programs
	priorExposed   = 0.25 // share of functions that other domains call
	priorViability = 0.25 // of a domain with too few crossings to judge: the lower quarter of those that can be judged
	minCrossings   = 3
	// inertia is how many imaginary references with the prior's distribution
	// every domain starts with.
	inertia = 10
)

// Place is where something counted is written.
type Place struct {
	Location unit.Location
	Function string // symbol of the function in which it stands
	Note     string
}

// Term is one counted thing: a crossing or a shared resource, with its places.
type Term struct {
	Class  Class
	Name   string   // what crosses or is shared
	Others []string // domains on the other side
	Places []Place
	// In tells that the crossing leads into the domain.
	In bool
	// Table is the table of the rows that are read across the border.
	Table string
}

// Candidate is a domain with its dimensions.
type Candidate struct {
	Domain    *domains.Domain
	Index     int
	Clarity   float64
	Viability float64
	Coupling  float64
	Score     float64
	Rank      int
	// Best and Worst are the first and the last rank that it has when any one
	// weight is halved or raised by half; Moves is the weight that moves it most.
	Best, Worst int
	Moves       Class
	// TooFew says that there are too few crossings to judge viability.
	TooFew bool
	// Inferred says that the rank rests on inference (see inferred).
	Inferred bool
	// Leaf says that nothing would come out with it: no table, endpoint or job is its
	// own. It comes after all others, whatever its score.
	Leaf bool
	// Unread are the functions of the domain that ask a database for what was not
	// understood. Blind says that no table of the domain was: what it shares is then not
	// known, so that its coupling says nothing, and it comes after those that have a place.
	Unread []facts.Unread
	Blind  bool
	// Benefit is what leaves with it for the trouble: see benefit.
	Benefit float64

	References References
	Surface    Surface
	Written    Written
	Crossings  []Term
	Sharing    []Term

	Blast      float64
	Dependents []string // domains that reach it synchronously
	Reaching   int      // endpoints from which it is reached synchronously
	Traffic    float64  // share of requests that enter at its own endpoints
	Endpoints  []facts.Endpoint
	Relief     float64
	Owned      []string // tables that belong to it, sorted
	// Share is the mean of its shares of the program's lines, tables and endpoints (or
	// requests): what leaves with it.
	Share float64
}

// Ranking is the outcome.
type Ranking struct {
	Candidates []Candidate // best first
	Edges      []Edge
	Matrix     [][]Cell // by index of domains, row uses column
	Weights    Weights
	Powers     Powers
	Facts      *facts.Facts
	Map        *domains.Map
	Traffic    *TrafficMatch
	resources  []resource
	owners     map[string]int // of tables
	pairs      []*pair
	model      *model
	useCases   func() []UseCase // worked out once, when first asked for; nil in the zero Ranking
}

// Powers are the exponents of the dimensions, 1 unless the user sets others.
type Powers struct{ Clarity, Viability, Coupling float64 }

// Input is what is ranked.
type Input struct {
	Facts   *facts.Facts
	Map     *domains.Map
	Weights Weights
	Powers  Powers
	Traffic *Traffic
	// Without are IDs of holders and names of tables that are taken as repaired.
	Without []string
	// Async are IDs of functions that are taken to be called without waiting.
	Async []string
}

// Edit is a change of borders that a ranking can be asked with.
type Edit = domains.Edit

// Drift is where declared borders and the code have moved apart.
type Drift = domains.Drift

// Rank scores all domains. A program with fewer than two domains has nothing to
// rank; the ranking is empty then.
func Rank(in Input) *Ranking {
	if in.Weights == nil {
		in.Weights = DefaultWeights()
	}
	if in.Powers == (Powers{}) {
		in.Powers = Powers{1, 1, 1}
	}
	r := &Ranking{Weights: in.Weights, Powers: in.Powers, Facts: in.Facts, Map: in.Map}
	m := newModel(in)
	r.model, r.useCases = m, sync.OnceValue(m.allUseCases)
	if len(in.Map.Domains) == 0 {
		m.throughKernel()
		return r
	}
	m.measure()
	m.reach()
	m.sort()
	r.Candidates = m.candidates
	vary(r.Candidates, in.Weights, in.Powers)
	inferred(r.Candidates, in)
	r.Edges, r.Matrix = m.edges()
	r.resources, r.owners, r.pairs = m.resources, m.owners, m.pairs()
	r.Traffic = m.traffic
	return r
}

// sort scores the candidates and puts them in order.
func (m *model) sort() {
	score(m.candidates, m.in.Weights, m.in.Powers)
	slices.SortStableFunc(m.candidates, better)
	for i := range m.candidates {
		m.candidates[i].Rank = i + 1
	}
}

// inferred marks the candidates whose rank rests on inference: their domain is a
// community of files, or they would have another rank if the files that joined
// domains by what they refer to belonged to the kernel.
func inferred(cs []Candidate, in Input) {
	rank := map[string]int{}
	if certain := in.Map.Certain(); certain != nil {
		in.Map = certain
		m := newModel(in)
		m.measure()
		m.sort()
		for _, c := range m.candidates {
			rank[c.Domain.Name] = c.Rank
		}
	}
	for i := range cs {
		c := &cs[i]
		other, known := rank[c.Domain.Name]
		c.Inferred = c.Domain.Source == domains.FromGraph || known && other != c.Rank
	}
}

// Unplaced tells the candidates that are listed without a place.
func (c *Candidate) Unplaced() bool { return c.Leaf || c.Blind }

// better orders candidates: by score, equal ones by name, and those without a place last.
func better(a, b Candidate) int {
	return cmp.Or(last(a.Unplaced())-last(b.Unplaced()), cmp.Compare(b.Score, a.Score), cmp.Compare(a.Domain.Name, b.Domain.Name))
}

// last is 1 for what is put behind all others.
func last(is bool) int {
	if is {
		return 1
	}
	return 0
}

// score fills in the dimensions that weights decide.
func score(cs []Candidate, w Weights, p Powers) {
	for i := range cs {
		c := &cs[i]
		c.Viability, c.TooFew = viability(c, w)
		c.Coupling = 1 + math.Log2(1+shared(c, w))
		c.Score = math.Pow(c.Clarity, p.Clarity) * math.Pow(c.Viability, p.Viability) / math.Pow(c.Coupling, p.Coupling)
		c.Relief, c.Benefit = c.relief(), c.Share/c.Coupling
	}
}

// vary computes the range of ranks over all single changes of weights.
func vary(cs []Candidate, w Weights, p Powers) {
	for i := range cs {
		cs[i].Best, cs[i].Worst = cs[i].Rank, cs[i].Rank
	}
	for _, class := range Classes() {
		for _, factor := range []float64{0.5, 1.5} {
			changed := slices.Clone(cs)
			score(changed, w.with(class, factor), p)
			slices.SortStableFunc(changed, better)
			at := map[int]int{}
			for rank, c := range changed {
				at[c.Index] = rank + 1
			}
			for i := range cs {
				cs[i].spread(at[cs[i].Index], class)
			}
		}
	}
}

// spread widens the range of ranks.
func (c *Candidate) spread(rank int, by Class) {
	moved := max(c.Rank-c.Best, c.Worst-c.Rank)
	c.Best, c.Worst = min(c.Best, rank), max(c.Worst, rank)
	if max(c.Rank-c.Best, c.Worst-c.Rank) > moved {
		c.Moves = by
	}
}

// model is what the measuring steps share.
type model struct {
	in         Input
	domain     map[string]int // by function ID: index, -1 for the kernel
	candidates []Candidate
	traffic    *TrafficMatch
	uses       map[string][]facts.Use // with those of kernel functions that are called
	owners     map[string]int         // of tables
	resources  []resource
	dependents [][]bool // [d][o]: o reaches d synchronously
	called     map[string][]call
	crossed    []*pair             // made when first asked for
	aside      map[string]bool     // by function ID: runs beside the requests only
	started    map[string]bool     // by function ID: started on the side
	running    []*program.Function // made when first asked for
}

func newModel(in Input) *model {
	m := &model{in: in, domain: map[string]int{}, called: map[string][]call{}}
	for _, fn := range in.Facts.Program.Functions() {
		m.domain[fn.ID] = in.Map.Index(fn.Location.File)
	}
	for i := range in.Map.Domains {
		m.candidates = append(m.candidates, Candidate{Domain: &in.Map.Domains[i], Index: i})
	}
	return m
}

func (m *model) measure() {
	m.throughKernel()
	m.own()
	m.ownTables()
	m.clarity()
	m.crossings()
	m.sharing()
	m.benefits()
}

// counted lists the functions that run in the deployed process.
func (m *model) counted() []*program.Function {
	if m.running == nil {
		for _, fn := range m.in.Facts.Program.Functions() {
			if !fn.Test && !fn.HasRole(unit.Test) && !fn.HasRole(unit.Tool) {
				m.running = append(m.running, fn)
			}
		}
	}
	return m.running
}

// outermost is the declared function around a closure.
func (m *model) outermost(fn *program.Function) *program.Function {
	for n := 0; fn.Outer != "" && n < 16; n++ {
		outer := m.in.Facts.Program.Function(fn.Outer)
		if outer == nil {
			break
		}
		fn = outer
	}
	return fn
}

// declared is the outermost function around a closure that belongs to the same
// domain. In Ruby a class may be opened in many files, so that the body around a
// block is another domain's, or the kernel's: the work is then the block's own.
func (m *model) declared(fn *program.Function) *program.Function {
	own := m.domain[fn.ID]
	for n := 0; fn.Outer != "" && n < 16; n++ {
		outer := m.in.Facts.Program.Function(fn.Outer)
		if outer == nil || m.domain[outer.ID] != own {
			break
		}
		fn = outer
	}
	return fn
}

// calls lists the calls of a function, each with the function of the checkout
// that it runs. A call that may run anyone's is left out: an interface that
// everyone satisfies says nothing of borders.
func (m *model) calls(id string) []call {
	if out, known := m.called[id]; known {
		return out
	}
	var out []call
	for _, c := range m.in.Facts.Calls(id) {
		if to := m.agreed(c.To); to != nil {
			c.Async = c.Async || slices.Contains(m.in.Async, to.ID)
			out = append(out, call{c, to})
		}
	}
	m.called[id] = out
	return out
}

// call is a call with the one function that stands for all that it may run.
type call struct {
	facts.Call
	to *program.Function
}

// agreed is the first of some functions of one domain, nil if they are of several.
func (m *model) agreed(to []*program.Function) *program.Function {
	for _, other := range to[1:] {
		if m.domain[other.ID] != m.domain[to[0].ID] {
			return nil
		}
	}
	return to[0]
}
