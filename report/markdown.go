package report

import (
	"fmt"
	"html"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/stateaudit/stateaudit/internal/domains"
	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// A comment on a pull request holds 65,536 characters, counted by GitHub in
// characters; bytes are never fewer.
const (
	maxComment    = 65_000
	maxListed     = 40
	maxMessage    = 500
	maxCandidates = 5
)

// writeMarkdown writes a summary for a pull request or a workflow: what is new
// first, then how much there is of what, and folded away the findings and what to
// carve out first. The first line lets a bot find its own comment again.
func writeMarkdown(w io.Writer, r *result.Result, o Options) error {
	m := &markdown{o: o}
	active, left := split(r.Findings)
	m.printf("<!-- stateaudit -->\n## State of the process\n\n")
	m.headline(active, left)
	m.counts(active)
	m.findings(active, hasBaseline(r.Findings))
	m.candidates(r)
	m.problems(r.Errors)
	return m.writeTo(w)
}

// writeTo writes what fits a comment: whole lines, with what is open closed.
func (m *markdown) writeTo(w io.Writer) error {
	text := inertLines(m.String())
	if len(text) > maxComment {
		const rest = "\n\nThe rest does not fit a comment; `stateaudit audit --details` has it.\n"
		text = text[:strings.LastIndexByte(text[:maxComment-len(rest)-len(foldEnd)], '\n')]
		if strings.Count(text, "<details>") > strings.Count(text, "</details>") {
			text += foldEnd
		}
		text += rest
	}
	_, err := io.WriteString(w, text)
	return err
}

const foldEnd = "\n\n</details>\n"

type markdown struct {
	strings.Builder
	o Options
}

func (m *markdown) printf(format string, args ...any) { fmt.Fprintf(m, format, args...) }

func (m *markdown) headline(active []result.Finding, left hidden) {
	var t tally
	for _, f := range active {
		t.add(f.Level)
	}
	m.printf("**%s**: %s, %s, %s", plural(t.total, "finding"), plural(t.errors, "error"), plural(t.warnings, "warning"), plural(t.notes, "note"))
	m.printf("%s\n\n", left)
}

func (m *markdown) counts(findings []result.Finding) {
	if len(findings) == 0 {
		return
	}
	groups, categories := tallies(findings)
	m.printf("| group | findings | errors | warnings | notes |\n| --- | ---: | ---: | ---: | ---: |\n")
	for _, g := range groupTitles() {
		m.row(groups[g.group].row(g.title))
	}
	for _, c := range worstFirst(categories) {
		m.row(categories[c].row(c))
	}
	m.printf("\n")
}

func (m *markdown) row(cells []string) { m.printf("| %s |\n", strings.Join(cells, " | ")) }

func (m *markdown) findings(active []result.Finding, onlyNew bool) {
	shown, notes := active, []result.Finding(nil)
	if !m.o.Notes {
		shown, notes = splitNotes(active)
	}
	if len(shown) > 0 {
		title := "Findings"
		if onlyNew {
			title = "New findings"
		}
		m.printf("### %s\n\n", title)
	}
	for i, f := range folded(shown) {
		if i == maxListed {
			m.printf("- and %d more\n", len(folded(shown))-maxListed)
			break
		}
		m.fold(f)
	}
	if len(shown) > 0 {
		m.printf("\n")
	}
	if len(notes) > 0 {
		m.printf("%s not listed.\n\n", plural(len(notes), "note"))
	}
}

// fold writes one finding, or what several share once and the places folded away.
func (m *markdown) fold(f fold) {
	first := f.findings[0]
	if len(f.findings) == 1 {
		m.printf("- **%s** %s at %s%s  \n  %s\n", first.Level, code(first.Rule), m.link(first.Location), ownedBy(first), inline(shorten(clean(first.Message), maxMessage)))
		return
	}
	m.printf("- **%s** %s at %s, first %s  \n  %s\n", first.Level, code(first.Rule), plural(len(f.findings), "place"), m.link(first.Location), inline(shorten(clean(strings.Join(f.common, " ")), maxMessage)))
	m.printf("  <details><summary>all %d places</summary>\n\n", len(f.findings))
	for _, one := range f.findings {
		m.printf("  - %s%s %s\n", m.link(one.Location), ownedBy(one), inline(shorten(clean(f.own(one.Message)), maxMessage)))
	}
	m.printf("\n  </details>\n")
}

// ownedBy names the owners as code, so that nobody is mentioned.
func ownedBy(f result.Finding) string {
	if names := ownersOf(f); names != "" {
		return " of " + code(names)
	}
	return ""
}

// link leads to the lines in the repository, if it is known.
func (m *markdown) link(l unit.Location) string {
	file := m.o.path(l.File)
	text := code(place(unit.Location{File: clean(file), Line: l.Line}))
	if m.o.Repository.URI == "" || m.o.Repository.Revision == "" {
		return text
	}
	return fmt.Sprintf("[%s](%s/blob/%s/%s#L%d)", text, m.o.Repository.URI, m.o.Repository.Revision, encodePath(file), max(l.Line, 1))
}

// candidates writes the first candidates, and below them what their numbers do not
// tell: a score without its doubts is taken for more than it is.
func (m *markdown) candidates(r *result.Result) {
	if len(r.Candidates) == 0 {
		return
	}
	shown := r.Candidates[:min(maxCandidates, len(r.Candidates))]
	m.printf("<details><summary>What to carve out first: %s</summary>\n\n| rank | domain | score | ranks | clarity | async | shared state | blast radius |\n| ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: |\n", htmlText(shown[0].Domain))
	for _, c := range shown {
		async, ranks := fmt.Sprintf("%.2f", c.AsyncViability), fmt.Sprintf("%.0f-%.0f", c.Inputs["rankBest"], c.Inputs["rankWorst"])
		if c.Inputs["tooFewCrossings"] > 0 {
			async = `\~` + async
		}
		if c.Inputs["rankBest"] == c.Inputs["rankWorst"] {
			ranks = strconv.Itoa(c.Rank)
		}
		if c.Inputs["restsOnInference"] > 0 {
			ranks += `\*`
		}
		rank, score, shared := strconv.Itoa(c.Rank), fmt.Sprintf("%.3f", c.Score), fmt.Sprintf("%.2f", c.SharedStateCoupling)
		if c.Inputs["tablesNotUnderstood"] > 0 {
			rank, score, shared = "?", "?", "?"
		}
		m.printf("| %s | %s | %s | %s | %.2f | %s | %s | %.2f |\n", rank, tableCode(c.Domain), score, ranks, c.DomainClarity, async, shared, c.BlastRadius)
	}
	m.printf("\n%s\n\n</details>\n\n", strings.Join(caveats(r, shown), "  \n"))
}

// caveats say what the columns mean and what the numbers rest on.
func caveats(r *result.Result, shown []result.Candidate) []string {
	lines := []string{inline("score = clarity × async ÷ shared state. ranks: first and last place when any one weight is halved or raised by half.")}
	for _, doubt := range []struct{ input, text string }{{"tooFewCrossings", tooFew}, {"restsOnInference", onInference}, {"tablesNotUnderstood", notUnderstood}} {
		if slices.ContainsFunc(shown, func(c result.Candidate) bool { return c.Inputs[doubt.input] > 0 }) {
			lines = append(lines, inline(doubt.text))
		}
	}
	all, guessed := 0, 0
	for _, d := range r.Domains {
		if d.Name == domains.Kernel {
			continue
		}
		all++
		if !domains.Source(d.Source).Declared() {
			guessed++
		}
	}
	if text := undeclared(guessed, all); text != "" {
		lines = append(lines, inline(text))
	}
	return lines
}

func (m *markdown) problems(all []unit.Problem) {
	if len(all) == 0 {
		return
	}
	m.printf("<details><summary>Not analysed: %s</summary>\n\n", plural(len(all), "place"))
	for _, p := range all[:min(maxProblems, len(all))] {
		m.printf("- %s: %s\n", code(place(unit.Location{File: clean(p.File), Line: p.Line})), inline(shorten(clean(p.Message), maxMessage)))
	}
	if more := len(all) - maxProblems; more > 0 {
		m.printf("- and %d more\n", more)
	}
	m.printf("\n</details>\n")
}

// htmlText writes text of the audited tree between tags in a line of Markdown.
func htmlText(text string) string { return "<code>" + html.EscapeString(clean(text)) + "</code>" }

// code quotes text that may itself have backticks in it.
func code(text string) string {
	text = clean(text)
	if !strings.Contains(text, "`") {
		return "`" + text + "`"
	}
	return "`` " + strings.ReplaceAll(text, "``", "` `") + " ``"
}

func tableCode(text string) string { return strings.ReplaceAll(code(text), "|", `\|`) }

// inline keeps the code that a message quotes and escapes the rest: text of the
// audited tree must neither format the page nor mention people.
func inline(text string) string {
	parts := strings.Split(text, "`")
	if len(parts)%2 == 0 {
		last := len(parts) - 1
		parts = append(parts[:last-1], parts[last-1]+"'"+parts[last])
	}
	escape := strings.NewReplacer(`\`, `\\`, "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "<", "&lt;", ">", "&gt;", "&", "&amp;", "|", `\|`, "#", `\#`, "@", "&#64;", "~", `\~`)
	for i, p := range parts {
		if i%2 == 0 {
			parts[i] = escape.Replace(p)
		}
	}
	return strings.Join(parts, "`")
}
