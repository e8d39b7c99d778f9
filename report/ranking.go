package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/mattn/go-runewidth"
	"github.com/olekukonko/tablewriter/tw"

	"github.com/stateaudit/stateaudit/internal/rank"
	"github.com/stateaudit/stateaudit/internal/result"
)

// Ranked is what the formats of a ranking are views of.
type Ranked struct {
	Result  *result.Result
	Ranking *rank.Ranking
	Order   rank.Order
	// Before is the ranking without the repairs that the user asks about, nil if
	// there are none.
	Before *rank.Ranking
	// Repaired names what is taken as repaired.
	Repaired []string
	// Changed are the borders and calls that are taken to be other ones.
	Changed []string
	// Compared says that the crossings between declared domains were compared with
	// those that may stay: New are those that are not among them, Gone counts those of
	// them that are there no more.
	Compared bool
	New      []rank.Crossing
	Gone     int
}

// RankingFormat is one way to write a ranking.
type RankingFormat struct {
	Name    string
	Summary string
	Write   func(w io.Writer, r Ranked, o Options) error
}

// RankingFormats lists the formats of a ranking; the first is the default.
func RankingFormats() []RankingFormat {
	return []RankingFormat{
		{"table", "candidates for reading, best first", writeRanking},
		{"json", "domains, candidates and edges, as in the result of an audit", writeRankingJSON},
		{"matrix", "what each domain uses of each other one", writeMatrix},
		{"dot", "the graph of the domains, for Graphviz", writeDOT},
		{"mermaid", "the graph of the domains, for Markdown", writeMermaid},
		{"waves", "what comes out after what, and what each step makes easier", writeWaves},
	}
}

// writeRanking writes the candidates for a reader at a terminal.
func writeRanking(w io.Writer, r Ranked, o Options) error {
	p := newPage(o)
	if why := r.Ranking.NothingToRank(); why != "" {
		p.wrap("", "", "Nothing to rank: "+why+". Domains can be named in .stateaudit.yaml.")
		_, err := p.WriteTo(w)
		return err
	}
	p.candidates(r)
	p.legend(r)
	p.crossings(r)
	_, err := p.WriteTo(w)
	return err
}

// maxNameWidth bounds the column of the names, so that a row fits 80 columns.
const maxNameWidth = 24

// candidates writes a row for each candidate.
func (p *page) candidates(r Ranked) {
	header, sorted := []string{"#", "domain", "clarity", "async", "coupling", "score", "ranks", "blockers"}, r.Ranking.Ordered(r.Order)
	switch r.Order {
	case rank.ByBlastRadius:
		header[6] = "blast"
	case rank.ByRelief:
		header[6] = "relief"
	case rank.ByBenefit:
		header[6] = "benefit"
	}
	if r.Before != nil {
		header[6] = "before"
	}
	blockers := r.blockers()
	var rows [][]string
	for i, c := range sorted {
		async := fmt.Sprintf("%.2f", c.Viability)
		if c.TooFew {
			async = "~" + async
		}
		rows = append(rows, []string{
			numbered(i+1, c), shortened(c.Domain.Name, maxNameWidth), fmt.Sprintf("%.2f", c.Clarity), async,
			known(c, "%.2f", c.Coupling), known(c, "%.3f", c.Score), r.seventh(c), blockers[c.Domain.Name].String(),
		})
	}
	p.grid(header, rows, tw.Mapper[int, int]{}, 2)
}

// seventh is the cell whose meaning the order decides.
func (r Ranked) seventh(c *rank.Candidate) string {
	switch {
	case r.Before != nil:
		if old := r.Before.Candidate(c.Domain.Name); old != nil {
			return fmt.Sprintf("%d %.3f", old.Rank, old.Score)
		}
		return "-"
	case r.Order == rank.ByBlastRadius:
		return fmt.Sprintf("%.3f", c.Blast)
	case r.Order == rank.ByRelief:
		return fmt.Sprintf("%.4f", c.Relief)
	case r.Order == rank.ByBenefit:
		return fmt.Sprintf("%.4f", c.Benefit)
	case c.Best == c.Worst:
		return strconv.Itoa(c.Best) + mark(c)
	}
	return fmt.Sprintf("%d-%d", c.Best, c.Worst) + mark(c)
}

// noService is said of candidates that are listed without a place.
const noService = "no table, endpoint or job is its own: it can be moved, and there is no service in it."

// notUnderstood is said of candidates of which nobody can say what they share.
const notUnderstood = "? tables not understood: the domain asks a database, and of no call is it known for which table. What it shares is not known."

// known writes a number that rests on the tables of a candidate, a question mark where
// they were not understood.
func known(c *rank.Candidate, format string, n float64) string {
	if c.Blind {
		return "?"
	}
	return fmt.Sprintf(format, n)
}

// numbered is the place of a candidate, a dash for those that are listed without one.
func numbered(place int, c *rank.Candidate) string {
	switch {
	case c.Blind:
		return "?"
	case c.Leaf:
		return "-"
	}
	return strconv.Itoa(place)
}

// mark stands behind the ranks of candidates that rest on inference.
func mark(c *rank.Candidate) string {
	if c.Inferred {
		return "*"
	}
	return " "
}

// blocking counts the findings in the way of a candidate.
type blocking struct{ errors, warnings, notes int }

func (b blocking) String() string {
	return fmt.Sprintf("%d/%d/%d", b.errors, b.warnings, b.notes)
}

func (r Ranked) blockers() map[string]blocking {
	level := map[string]result.Level{}
	for _, f := range r.Result.Findings {
		level[f.ID] = f.Level
	}
	out := map[string]blocking{}
	for _, c := range r.Result.Candidates {
		var b blocking
		for _, id := range c.Blockers {
			switch level[id] {
			case result.Error:
				b.errors++
			case result.Warning:
				b.warnings++
			default:
				b.notes++
			}
		}
		out[c.Domain] = b
	}
	return out
}

// What the marks of a ranking mean.
const (
	tooFew      = "~ too few crossings to say: the async viability of a domain of which nothing is known."
	onInference = "* rests on inference: the domain itself is inferred, or another rank would come out without the files that joined domains by what they refer to."
)

// legend says what the columns mean and what the numbers do not tell.
func (p *page) legend(r Ranked) {
	p.wrap("", "", "score = clarity × async ÷ coupling. blockers: errors/warnings/notes. "+r.meaning())
	cs := r.Ranking.Candidates
	if slices.ContainsFunc(cs, func(c rank.Candidate) bool { return c.TooFew }) {
		p.wrap("", "", tooFew)
	}
	if r.Order == rank.ByScore && r.Before == nil && slices.ContainsFunc(cs, func(c rank.Candidate) bool { return c.Inferred }) {
		p.wrap("", "", onInference)
	}
	if slices.ContainsFunc(cs, func(c rank.Candidate) bool { return c.Leaf }) {
		p.wrap("", "", "- "+noService)
	}
	if slices.ContainsFunc(cs, func(c rank.Candidate) bool { return c.Blind }) {
		p.wrap("", "", notUnderstood)
	}
	p.wrap("", "", whyFirst(r))
	if inferred := drawn(r.Ranking); inferred != "" {
		p.wrap("", "", inferred)
	}
	p.wrap("", "", "`stateaudit explain DOMAIN` lists the places behind every number; `stateaudit plan DOMAIN` what to do.")
	if t := r.Ranking.Traffic; t != nil {
		p.wrap("", "", fmt.Sprintf("traffic: %d of %d requests belong to a known endpoint.%s", t.Matched, t.Total, strays(t.Unmatched)))
	}
}

// crossings says which crossings between declared domains are new.
func (p *page) crossings(r Ranked) {
	if !r.Compared {
		return
	}
	if len(r.New) == 0 {
		p.wrap("", "", "No crossing between declared domains is new.")
	} else {
		p.wrap("", "", fmt.Sprintf("%s between declared domains, not in the baseline:", plural(len(r.New), "crossing")))
	}
	for _, c := range r.New {
		p.wrap("  ", "    ", fmt.Sprintf("%s → %s: %s (%s)", clean(c.From), clean(c.To), clean(c.What), place(c.Place.Location)))
	}
	if r.Gone > 0 {
		p.wrap("", "", fmt.Sprintf("%s of the baseline gone; `stateaudit rank --write-baseline` takes them out.", plural(r.Gone, "crossing")))
	}
}

// whyFirst says in a sentence what speaks for the first candidate and what against it.
func whyFirst(r Ranked) string {
	c := r.Ranking.Ordered(r.Order)[0]
	if c.Unplaced() {
		return ""
	}
	takes := fmt.Sprintf("%s first: it takes along %s, %s and %s", clean(c.Domain.Name), plural(c.Domain.Lines, "line"), plural(len(c.Owned), "table"), plural(len(c.Endpoints), "endpoint"))
	together := tied(r.Ranking.Ties(c))
	switch shared := len(c.Sharing); {
	case shared == 0:
		return takes + ", and shares no state with others" + together + "."
	default:
		return takes + fmt.Sprintf("; to separate %s: %s%s.", plural(shared, "shared resource"), namesOf(c.Sharing), together)
	}
}

// namesOf lists the first few of some terms.
func namesOf(terms []rank.Term) string {
	var out []string
	for _, t := range terms[:min(3, len(terms))] {
		out = append(out, t.Name)
	}
	return strings.Join(out, ", ") + moreThan(len(terms), 3)
}

// strays names the most frequent requests that no endpoint answers.
func strays(unmatched []rank.Requests) string {
	if len(unmatched) == 0 {
		return ""
	}
	sorted := slices.SortedStableFunc(slices.Values(unmatched), func(a, b rank.Requests) int { return cmp.Compare(b.Count, a.Count) })
	var names []string
	for _, s := range sorted[:min(3, len(sorted))] {
		names = append(names, strings.TrimSpace(s.Method+" "+s.Path))
	}
	return " Of the others most are for " + strings.Join(names, ", ") + "."
}

func (r Ranked) meaning() string {
	switch {
	case len(r.Changed) > 0:
		return "before: rank and score without the change of " + strings.Join(r.Changed, ", ") + "."
	case r.Before != nil:
		return "before: rank and score without the repair of " + strings.Join(r.Repaired, ", ") + "."
	case r.Order == rank.ByBlastRadius:
		return "blast: share of the domains that wait for it × share of the ways in that lead to it."
	case r.Order == rank.ByRelief:
		return "relief: share of the requests ÷ (coupling × (1 + domains that wait for it))."
	case r.Order == rank.ByBenefit:
		return "benefit: mean share of lines, tables and endpoints that leave with it ÷ coupling."
	}
	return "ranks: first and last place when any one weight is halved or raised by half."
}

// drawn says how the borders were found, where nobody drew them.
func drawn(r *rank.Ranking) string {
	guessed := 0
	for _, d := range r.Map.Domains {
		if !d.Source.Declared() {
			guessed++
		}
	}
	return undeclared(guessed, len(r.Map.Domains))
}

func undeclared(guessed, all int) string {
	switch guessed {
	case 0:
		return ""
	case all:
		return "Nobody has declared these domains: they come from the layout of the folders and from what refers to what. `stateaudit domains --write` drafts them for you to correct."
	}
	return fmt.Sprintf("%d of %s are not declared but found in the layout and the references.", guessed, plural(all, "domain"))
}

// shortened cuts a name in its middle so that it takes some columns at most.
func shortened(name string, width int) string {
	name = clean(name)
	if textWidth(name) <= width {
		return name
	}
	head := runewidth.Truncate(name, width/2, "")
	tail := []rune(name)
	for textWidth(head)+1+textWidth(string(tail)) > width {
		tail = tail[1:]
	}
	return head + "…" + string(tail)
}
