package report

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/stateaudit/stateaudit/internal/domains"
	"github.com/stateaudit/stateaudit/internal/rank"
)

// WriteExplanation writes what the score of a candidate is made of, with the
// places behind every count.
// What history and people say of its border stands below, if anything does.
func WriteExplanation(w io.Writer, r Ranked, c *rank.Candidate, b rank.Beside, o Options) error {
	p := newPage(o)
	e := explainer{page: p, ranked: r, c: c, all: o.Notes}
	e.head()
	e.clarity()
	e.viability()
	e.coupling()
	e.reach()
	e.beside(b)
	_, err := p.WriteTo(w)
	return err
}

// explainer writes one candidate.
type explainer struct {
	*page
	ranked Ranked
	c      *rank.Candidate
	all    bool // every place, not only the first ones
}

func (e *explainer) head() {
	c, d := e.c, e.c.Domain
	e.line(e.paint(bold, fmt.Sprintf("%s: rank %d of %d, score %.3f", clean(d.Name), c.Rank, len(e.ranked.Ranking.Candidates), c.Score)))
	e.wrap("  ", "  ", fmt.Sprintf("%.2f clarity × %.2f async ÷ %.2f coupling; %s, %d lines, %s", c.Clarity, c.Viability, c.Coupling, plural(len(d.Files), "file"), d.Lines, e.source()))
	switch {
	case c.Best == c.Worst:
		e.wrap("  ", "  ", "its rank stays when any one weight is halved or raised by half")
	default:
		e.wrap("  ", "  ", fmt.Sprintf("ranks %d to %d when any one weight is halved or raised by half; %s moves it most", c.Best, c.Worst, c.Moves))
	}
	switch {
	case d.Source == domains.FromGraph:
		e.wrap("  ", "  ", "its rank rests on inference: nobody has drawn its border")
	case c.Inferred:
		e.wrap("  ", "  ", "its rank rests on inference: it is another one without the files that joined domains by what they refer to")
	}
	e.line("")
}

// source says where the border came from.
func (e *explainer) source() string {
	d := e.c.Domain
	text := "from " + string(d.Source)
	if d.Stability < 1 {
		text += fmt.Sprintf(" (%.0f %% of its pairs of models stay together over several seeds)", 100*d.Stability)
	}
	if n := len(d.Joined); n > 0 {
		text += fmt.Sprintf(", %s joined by what refers to what", plural(n, "file"))
	}
	return text
}

func (e *explainer) section(title string, value float64, formula string) {
	e.line(e.paint(bold, fmt.Sprintf("%s %.3f", title, value)) + " = " + formula)
}

func (e *explainer) clarity() {
	c := e.c
	e.section("domain clarity", c.Clarity, "cube root of cohesion × narrowness × ownership")
	e.wrap("  ", "    ", fmt.Sprintf("cohesion %.3f: %s inside, %d across the border (smoothed)", c.Cohesion(), plural(c.References.Inside, "reference"), c.References.Across))
	e.evidencePlaces("    ", c.References.Places)
	e.wrap("  ", "    ", fmt.Sprintf("narrowness %.3f: %d of %d functions are called by other domains", c.Narrowness(), c.Surface.Exposed, c.Surface.Functions))
	e.evidencePlaces("    ", c.Surface.Places)
	e.wrap("  ", "    ", fmt.Sprintf("ownership %.3f: of %s written, %d by nobody else", c.Ownership(), plural(len(c.Written.Tables), "table"), len(c.Written.Alone)))
	if len(c.Written.Tables) > 0 {
		e.wrap("    ", "    ", strings.Join(c.Written.Tables, ", "))
	}
	e.line("")
}

func (e *explainer) viability() {
	c := e.c
	e.section("asynchronous viability", c.Viability, "mean weight of crossings and own endpoints")
	if c.TooFew {
		e.wrap("  ", "  ", "too few crossings to say: this is the viability of a domain of which nothing is known")
	}
	e.terms(c.Crossings)
	e.line("")
}

func (e *explainer) coupling() {
	c := e.c
	e.section("shared-state coupling", c.Coupling, "1 + log2(1 + weights of what is shared)")
	if len(c.Sharing) == 0 {
		e.line("  nothing that was seen is shared")
	}
	if n := len(c.Unread); n > 0 {
		e.wrap("  ", "  ", plural(n, "function")+" asking a database for what was not understood, which may be shared as well:")
		var places []rank.Place
		for _, u := range c.Unread {
			places = append(places, rank.Place{Location: u.Location, Function: u.Function.Symbol})
		}
		e.evidencePlaces("    ", places)
	}
	e.terms(c.Sharing)
	e.line("")
}

// terms writes terms class by class, each with its places.
func (e *explainer) terms(all []rank.Term) {
	for i := 0; i < len(all); {
		j := i
		for j < len(all) && all[j].Class == all[i].Class {
			j++
		}
		e.wrap("  ", "    ", fmt.Sprintf("%d × %s at %s", j-i, all[i].Class, strconv.FormatFloat(e.ranked.Ranking.Weights[all[i].Class], 'g', 3, 64)))
		for _, t := range all[i:j] {
			text := t.Name
			if len(t.Others) > 0 {
				text += " (" + strings.Join(t.Others, ", ") + ")"
			}
			e.wrap("    ", "      ", text)
			e.evidencePlaces("      ", t.Places)
		}
		i = j
	}
}

// evidencePlaces writes where something stands, the first places only unless all are
// asked for.
func (e *explainer) evidencePlaces(indent string, all []rank.Place) {
	shown := len(all)
	if !e.all {
		shown = min(shown, maxPlaces)
	}
	for _, at := range all[:shown] {
		text := place(at.Location)
		if at.Function != "" {
			text += " in " + at.Function
		}
		if at.Note != "" {
			text += ": " + at.Note
		}
		e.wrap(indent, indent+"  ", text)
	}
	if more := len(all) - shown; more > 0 {
		e.line(indent + "and at " + plural(more, "more place"))
	}
}

func (e *explainer) reach() {
	c := e.c
	e.line(e.paint(bold, fmt.Sprintf("blast radius %.3f, relief %.4f", c.Blast, c.Relief)))
	waiting := "no domain waits for it"
	if len(c.Dependents) > 0 {
		waiting = "waiting for it: " + strings.Join(c.Dependents, ", ")
	}
	e.wrap("  ", "  ", fmt.Sprintf("%s; %s lead to it; %.1f %% of the requests enter at its own", waiting, plural(c.Reaching, "endpoint"), 100*c.Traffic))
}

// maxCounts bounds how many domains or owners are named.
const maxCounts = 5

// beside writes what is no part of the score.
func (e *explainer) beside(b rank.Beside) {
	owned := slices.ContainsFunc(b.Owners, func(c rank.Count) bool { return c.Name != "" })
	if b.Commits == 0 && !owned {
		return
	}
	e.line("")
	e.line(e.paint(bold, "beside the border") + ", and not counted")
	if b.Commits > 0 {
		text := "changed by " + plural(b.Commits, "commit") + ", none of which changed another domain"
		if len(b.With) > 0 {
			text = "changed by " + plural(b.Commits, "commit") + ", together with " + counted(b.With)
		}
		e.wrap("  ", "    ", text)
	}
	if owned {
		e.wrap("  ", "    ", "its files belong to "+counted(b.Owners))
	}
}

// counted lists the first few names with their numbers.
func counted(all []rank.Count) string {
	var parts []string
	for _, c := range all[:min(len(all), maxCounts)] {
		name := c.Name
		if name == "" {
			name = "nobody"
		}
		parts = append(parts, fmt.Sprintf("%s %d", name, c.N))
	}
	return strings.Join(parts, ", ") + moreThan(len(all), maxCounts)
}
