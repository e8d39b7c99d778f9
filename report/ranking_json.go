package report

import (
	"encoding/json"
	"io"

	"github.com/stateaudit/stateaudit/internal/result"
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
}

// writeRankingJSON writes domains, candidates and edges as an audit does, the
// candidates in the order asked for.
func writeRankingJSON(w io.Writer, r Ranked, _ Options) error {
	out := rankingJSON{
		SchemaVersion: r.Result.SchemaVersion, Order: string(r.Order), Domains: r.Result.Domains, Edges: r.Result.Edges,
		Candidates: []result.Candidate{}, NothingToRank: r.Ranking.NothingToRank(),
	}
	byName := map[string]result.Candidate{}
	for _, c := range r.Result.Candidates {
		byName[c.Domain] = c
	}
	for _, c := range r.Ranking.Ordered(r.Order) {
		out.Candidates = append(out.Candidates, byName[c.Domain.Name])
	}
	return indented(w, out)
}

func indented(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
