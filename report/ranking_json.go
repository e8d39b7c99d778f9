package report

import (
	"io"

	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// rankingJSON is the part of a result that ranking fills in.
type rankingJSON struct {
	SchemaVersion string             `json:"schemaVersion"`
	Order         string             `json:"order"`
	Domains       []result.Domain    `json:"domains"`
	Candidates    []result.Candidate `json:"candidates"`
	Edges         []result.Edge      `json:"edges"`
	// NothingToRank says why there are no candidates.
	NothingToRank string `json:"nothingToRank,omitempty"`
	// NewCrossings are those between declared domains that the baseline does not have;
	// there only if one was compared with.
	NewCrossings *[]crossingJSON `json:"newCrossings,omitempty"`
}

type crossingJSON struct {
	From     string        `json:"from"`
	To       string        `json:"to"`
	What     string        `json:"what"`
	Location unit.Location `json:"location"`
}

// writeRankingJSON writes domains, candidates and edges as an audit does, the
// candidates in the order asked for. The numbers are those of the ranking, which is
// another one than the audit's where repairs are assumed.
func writeRankingJSON(w io.Writer, r Ranked, _ Options) error {
	out := rankingJSON{
		SchemaVersion: r.Result.SchemaVersion, Order: string(r.Order), Domains: r.Result.Domains,
		Candidates: []result.Candidate{}, Edges: []result.Edge{}, NothingToRank: r.Ranking.NothingToRank(),
	}
	byName := map[string]result.Candidate{}
	for _, c := range r.Result.Candidates {
		byName[c.Domain] = c
	}
	for _, c := range r.Ranking.Ordered(r.Order) {
		j := byName[c.Domain.Name]
		j.Rank, j.Score, j.DomainClarity, j.AsyncViability, j.SharedStateCoupling = c.Rank, c.Score, c.Clarity, c.Viability, c.Coupling
		j.BlastRadius, j.Traffic, j.Inputs = c.Blast, c.Traffic, c.Inputs()
		out.Candidates = append(out.Candidates, j)
	}
	for _, e := range r.Ranking.Edges {
		out.Edges = append(out.Edges, result.Edge(e))
	}
	if r.Compared {
		out.NewCrossings = &[]crossingJSON{}
		for _, c := range r.New {
			*out.NewCrossings = append(*out.NewCrossings, crossingJSON{c.From, c.To, c.What, c.Place.Location})
		}
	}
	return writeDocument(w, out)
}
