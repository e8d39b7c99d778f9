package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/rank"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// UseCases is what the formats of use cases are views of.
type UseCases struct {
	All      []rank.UseCase
	Together []rank.Together
	Common   []rank.Common
	// NothingToRank says why no domains were found, empty if some were.
	NothingToRank string
	// Every says that nothing is left out for length.
	Every bool
}

// UseCasesOf collects the use cases of a ranking: those that begin in one of some
// domains or write for it, or all if none is named.
func UseCasesOf(r *rank.Ranking, of []string) UseCases {
	u := UseCases{All: r.UseCases(), Common: r.CommonFunctions(), NothingToRank: r.NothingToRank()}
	if len(of) > 0 {
		u.All = slices.DeleteFunc(u.All, func(c rank.UseCase) bool {
			return !slices.Contains(of, c.Domain) && !slices.ContainsFunc(c.Owners(), func(d string) bool { return slices.Contains(of, d) })
		})
		u.Common = slices.DeleteFunc(u.Common, func(c rank.Common) bool {
			return !slices.ContainsFunc(c.Runs, func(d string) bool { return slices.Contains(of, d) })
		})
	}
	u.Together = rank.WrittenTogether(u.All)
	return u
}

// How many of each sort are shown unless all are asked for.
const (
	maxUseCases = 12
	maxPairs    = 8
	maxCommon   = 8
)

// shown bounds a list.
func (u UseCases) shown(n, limit int) int {
	if u.Every {
		return n
	}
	return min(n, limit)
}

// WriteUseCases writes the use cases for a reader, those first that parting the domains
// costs most.
func WriteUseCases(w io.Writer, u UseCases, o Options) error {
	p := newPage(o)
	p.wrap("", "", u.summary())
	for i := range u.All[:u.shown(len(u.All), maxUseCases)] {
		p.useCase(&u.All[i])
	}
	p.left(u, len(u.All), maxUseCases, "use case")
	if len(u.Together) > 0 {
		p.line("")
		p.line(p.paint(bold, "Written for at once"))
		for _, t := range u.Together[:u.shown(len(u.Together), maxPairs)] {
			text := fmt.Sprintf("%s and %s: by %s", t.Domains[0], t.Domains[1], plural(len(t.UseCases), "use case"))
			if t.Whole > 0 {
				text += fmt.Sprintf(", %d in one transaction", t.Whole)
			}
			p.wrap("  ", "      ", text+" ("+several(t.UseCases, 3)+")")
		}
		p.left(u, len(u.Together), maxPairs, "pair of domains")
	}
	if len(u.Common) > 0 {
		p.line("")
		p.line(p.paint(bold, "Run by use cases of several domains"))
		for _, c := range u.Common[:u.shown(len(u.Common), maxCommon)] {
			p.wrap("  ", "      ", fmt.Sprintf("%s (%s, %s): %s", c.Function.Symbol, c.Domain, place(c.Function.Location), strings.Join(c.Runs, ", ")))
		}
		p.left(u, len(u.Common), maxCommon, "function")
	}
	_, err := p.WriteTo(w)
	return err
}

// left says how many were not shown.
func (p *page) left(u UseCases, n, limit int, what string) {
	if more := n - u.shown(n, limit); more > 0 {
		p.wrap("  ", "  ", fmt.Sprintf("and %s more; --all shows them", plural(more, what)))
	}
}

// summary counts the use cases, and those that parting the domains costs something.
func (u UseCases) summary() string {
	if len(u.All) == 0 {
		return "No use cases: no endpoint, job or consumer was found."
	}
	kinds, across, whole := map[rank.EntryKind]int{}, 0, 0
	for i := range u.All {
		kinds[u.All[i].Kind]++
		if len(u.All[i].Owners()) > 1 {
			across++
		}
		if len(u.All[i].Lost) > 0 {
			whole++
		}
	}
	var parts []string
	for _, k := range []rank.EntryKind{rank.Request, rank.JobRun, rank.Message, rank.Schedule} {
		if kinds[k] > 0 {
			parts = append(parts, plural(kinds[k], string(k)))
		}
	}
	if u.NothingToRank != "" {
		return fmt.Sprintf("Use cases: %s. Whose tables are whose is not known: %s. Domains can be named in .stateaudit.yaml.", strings.Join(parts, ", "), u.NothingToRank)
	}
	return fmt.Sprintf("Use cases: %s. %d write tables of several domains, %d have a transaction that does.", strings.Join(parts, ", "), across, whole)
}

// useCase writes one.
func (p *page) useCase(u *rank.UseCase) {
	p.line("")
	title := several(u.Titles, 3)
	if u.Kind != rank.Request {
		title = string(u.Kind) + " " + title
	}
	p.wrap("", "    ", fmt.Sprintf("%s (%s)", title, within(u.Domain, u.Location)))
	p.touches(u, "writes", u.Writes)
	p.touches(u, "reads", u.Reads)
	if len(u.Enters) > 0 {
		p.wrap("    waits for ", "      ", strings.Join(u.Enters, ", "))
	}
	if len(u.Tells) > 0 {
		p.wrap("    tells ", "      ", strings.Join(u.Tells, ", "))
	}
	for _, l := range u.Lost {
		p.wrap("    one transaction for ", "      ", fmt.Sprintf("%s: %s (%s)", strings.Join(l.Domains, ", "), l.Function.Symbol, place(l.Function.Location)))
	}
}

// touches lists tables, those of other domains with whose they are.
func (p *page) touches(u *rank.UseCase, verb string, tables []rank.Touch) {
	var out []string
	for _, t := range tables {
		if t.Owner != u.Domain {
			out = append(out, t.Table+" ("+t.Owner+")")
			continue
		}
		out = append(out, t.Table)
	}
	if len(out) > 0 {
		p.wrap("    "+verb+" ", "      ", strings.Join(out, ", "))
	}
}

// useCasesJSON are use cases for programs.
type useCasesJSON struct {
	UseCases []useCaseJSON  `json:"useCases"`
	Together []togetherJSON `json:"writtenTogether"`
	Common   []commonJSON   `json:"commonFunctions"`
}

type useCaseJSON struct {
	Kind         rank.EntryKind `json:"kind"`
	Titles       []string       `json:"titles"`
	Function     string         `json:"function"`
	Location     unit.Location  `json:"location"`
	Domain       string         `json:"domain"`
	Writes       []touchJSON    `json:"writes"`
	Reads        []touchJSON    `json:"reads"`
	WaitsFor     []string       `json:"waitsFor"`
	Tells        []string       `json:"tells"`
	Transactions []lostJSON     `json:"transactions"`
}

type touchJSON struct {
	Table    string        `json:"table"`
	Domain   string        `json:"domain"`
	Location unit.Location `json:"location"`
}

type lostJSON struct {
	Function string        `json:"function"`
	Domains  []string      `json:"domains"`
	Location unit.Location `json:"location"`
}

type togetherJSON struct {
	Domains       []string `json:"domains"`
	UseCases      []string `json:"useCases"`
	InTransaction int      `json:"inTransaction"`
}

type commonJSON struct {
	Function string        `json:"function"`
	Domain   string        `json:"domain"`
	Location unit.Location `json:"location"`
	Domains  []string      `json:"domains"`
}

// WriteUseCasesJSON writes all of them for programs.
func WriteUseCasesJSON(w io.Writer, u UseCases) error {
	out := useCasesJSON{UseCases: []useCaseJSON{}, Together: []togetherJSON{}, Common: []commonJSON{}}
	for _, c := range u.All {
		j := useCaseJSON{
			Kind: c.Kind, Titles: c.Titles, Function: c.Function.Symbol, Location: c.Location, Domain: c.Domain,
			Writes: touchesJSON(c.Writes), Reads: touchesJSON(c.Reads), WaitsFor: list(c.Enters), Tells: list(c.Tells), Transactions: []lostJSON{},
		}
		for _, l := range c.Lost {
			j.Transactions = append(j.Transactions, lostJSON{l.Function.Symbol, l.Domains, l.Function.Location})
		}
		out.UseCases = append(out.UseCases, j)
	}
	for _, t := range u.Together {
		out.Together = append(out.Together, togetherJSON{t.Domains[:], t.UseCases, t.Whole})
	}
	for _, c := range u.Common {
		out.Common = append(out.Common, commonJSON{c.Function.Symbol, c.Domain, c.Function.Location, c.Runs})
	}
	return writeDocument(w, out)
}

func touchesJSON(all []rank.Touch) []touchJSON {
	out := []touchJSON{}
	for _, t := range all {
		out = append(out, touchJSON{t.Table, t.Owner, t.Place.Location})
	}
	return out
}

// list is never null.
func list(names []string) []string {
	if names == nil {
		return []string{}
	}
	return names
}
