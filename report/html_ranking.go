package report

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// candidateView is a candidate with what stands behind its row.
type candidateView struct {
	result.Candidate
	Leaf      bool // listed without a place
	Blind     bool // its tables were not understood
	Blocking  []rowView
	Contracts []contractView
	Terms     []termView
}

type contractView struct {
	result.Event
	Where string
}

type termView struct{ Name, Value, Says string }

func (m *pageMaker) candidates() []candidateView {
	var out []candidateView
	for _, c := range m.r.Candidates {
		v := candidateView{Candidate: c, Leaf: c.Inputs["leaf"] > 0, Blind: c.Inputs["tablesNotUnderstood"] > 0}
		for _, id := range c.Blockers {
			if f, ok := m.byID[id]; ok {
				v.Blocking = append(v.Blocking, rowOf(f))
			}
		}
		for _, e := range c.Events {
			where := ""
			if e.Location != nil {
				where = clean(place(*e.Location))
			}
			v.Contracts = append(v.Contracts, contractView{e, where})
		}
		for _, name := range slices.Sorted(maps.Keys(c.Inputs)) {
			v.Terms = append(v.Terms, termView{name, strconv.FormatFloat(c.Inputs[name], 'g', 4, 64), m.o.Terms[name]})
		}
		out = append(out, v)
	}
	return out
}

// matrixRow is what one domain uses of each other one.
type matrixRow struct {
	Name  string
	Cells []matrixCell
}

type matrixCell struct {
	Count       int
	Class, Says string
}

// matrix counts edges of all kinds; the shade of a cell is its share of the
// fullest one.
func (m *pageMaker) matrix() []matrixRow {
	counts, says, most := map[[2]string]int{}, map[[2]string][]string{}, 1
	for _, e := range m.r.Edges {
		at := [2]string{e.From, e.To}
		counts[at] += e.Count
		says[at] = append(says[at], fmt.Sprintf("%s %d", e.Kind, e.Count))
		most = max(most, counts[at])
	}
	var out []matrixRow
	for _, from := range m.r.Domains {
		row := matrixRow{Name: clean(from.Name)}
		for _, to := range m.r.Domains {
			at := [2]string{from.Name, to.Name}
			cell := matrixCell{Count: counts[at]}
			if cell.Count > 0 {
				cell.Class = fmt.Sprintf("h%d", 1+3*cell.Count/most)
				cell.Says = fmt.Sprintf("%s uses %s: %s", row.Name, clean(to.Name), strings.Join(says[at], ", "))
			}
			row.Cells = append(row.Cells, cell)
		}
		out = append(out, row)
	}
	return out
}

// tablesView is the tables of a domain.
type tablesView struct {
	Domain string
	Owned  []string
	Shared []sharedView
}

type sharedView struct{ Name, With string }

func (m *pageMaker) tables() []tablesView {
	shared := map[string][]sharedView{}
	for _, t := range sharedTables(m.o.Ranking) {
		for _, d := range t.Domains {
			others := slices.DeleteFunc(slices.Clone(t.Domains), func(o string) bool { return o == d })
			shared[d] = append(shared[d], sharedView{clean(t.Name), clean(strings.Join(others, ", "))})
		}
	}
	var out []tablesView
	for _, d := range m.r.Domains {
		if len(d.Tables)+len(shared[d.Name]) > 0 {
			out = append(out, tablesView{clean(d.Name), d.Tables, shared[d.Name]})
		}
	}
	return out
}

// chartData is what the charts draw.
type chartData struct {
	Candidates []chartCandidate `json:"candidates"`
	Domains    []chartDomain    `json:"domains"`
	Edges      []result.Edge    `json:"edges"`
}

type chartCandidate struct {
	Name     string  `json:"name"`
	Rank     int     `json:"rank"`
	Clarity  float64 `json:"clarity"`
	Async    float64 `json:"async"`
	Coupling float64 `json:"coupling"`
	Score    float64 `json:"score"`
}

type chartDomain struct {
	Name   string `json:"name"`
	Lines  int    `json:"lines"`
	Files  int    `json:"files"`
	Tables int    `json:"tables"`
}

func dataOf(r *result.Result) chartData {
	d := chartData{Candidates: []chartCandidate{}, Domains: []chartDomain{}, Edges: []result.Edge{}}
	for _, c := range r.Candidates {
		d.Candidates = append(d.Candidates, chartCandidate{clean(c.Domain), c.Rank, c.DomainClarity, c.AsyncViability, c.SharedStateCoupling, c.Score})
	}
	for _, dom := range r.Domains {
		d.Domains = append(d.Domains, chartDomain{clean(dom.Name), dom.Lines, dom.Files, len(dom.Tables)})
	}
	for _, e := range r.Edges {
		e.From, e.To = clean(e.From), clean(e.To)
		d.Edges = append(d.Edges, e)
	}
	return d
}

// languageView is a row of what was read.
type languageView struct {
	Name string
	result.LanguageStat
}

func languageViews(r *result.Result) []languageView {
	var out []languageView
	for _, l := range slices.Sorted(maps.Keys(r.Languages)) {
		out = append(out, languageView{l, r.Languages[l]})
	}
	return out
}

type problemView struct{ Where, Says string }

func problemViews(all []unit.Problem) []problemView {
	var out []problemView
	for _, p := range all {
		out = append(out, problemView{clean(place(unit.Location{File: p.File, Line: p.Line})), clean(p.Message)})
	}
	return out
}
