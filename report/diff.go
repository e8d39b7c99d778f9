package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/stateaudit/stateaudit/internal/result"
)

// WriteDiff writes what changed between two revisions. The formats for people,
// and JSON, show all of it. The others have no words for what is fixed, and show
// the head as an audit would, in which what was there before is suppressed.
func (f Format) WriteDiff(w io.Writer, d *result.Diff, head *result.Result, o Options) error {
	switch f.Name {
	case "table":
		return tableDiff(w, d, o)
	case "markdown":
		return markdownDiff(w, d, o)
	case "html":
		return htmlPage(w, head, d, o)
	case "json":
		return writeDocument(w, d)
	}
	return f.Write(w, head, o)
}

// headline counts what changed.
func headline(d *result.Diff) string {
	text := fmt.Sprintf("%d added, %d fixed, %d moved", len(d.Added), len(d.Fixed), len(d.Moved))
	if n := len(d.Ignored); n > 0 {
		text += fmt.Sprintf(", %d now ignored", n)
	}
	return text + " since " + called(d.Base)
}

// doubt says why what is called added may have been there before.
func doubt(d *result.Diff) string {
	if len(d.BaseErrors) <= len(d.Errors) {
		return ""
	}
	return fmt.Sprintf("Less could be analysed of the base (%s) than of the head (%s): what was overlooked there looks added here. Fetch the base's modules, or compare with a later one.",
		plural(len(d.BaseErrors), "problem"), plural(len(d.Errors), "problem"))
}

// called is how people call a revision.
func called(r result.Revision) string {
	short := r.Commit[:min(10, len(r.Commit))]
	switch {
	case r.Name == "" || r.Name == r.Commit:
		return clean(short)
	case short == "":
		return clean(r.Name)
	}
	return clean(r.Name + " (" + short + ")")
}

func tableDiff(w io.Writer, d *result.Diff, o Options) error {
	p := newPage(o)
	shown, hidden := d.Added, []result.Finding(nil)
	if !o.Notes {
		shown, hidden = splitNotes(d.Added)
	}
	p.findings(folded(shown))
	p.notes(hidden)
	p.list("fixed", d.Fixed, func(f result.Finding) string { return place(f.Location) })
	p.list("now ignored", d.Ignored, func(f result.Finding) string { return place(f.Location) })
	moved, from := movedFindings(d)
	p.list("moved", moved, func(f result.Finding) string { return from[f.ID] + " to " + place(f.Location) })
	p.problems(d.Errors)
	if text := doubt(d); text != "" {
		p.wrap("", "  ", text)
		p.line("")
	}
	p.wrap("", "  ", headline(d))
	_, err := p.WriteTo(w)
	return err
}

// list writes a line for each finding.
func (p *page) list(title string, findings []result.Finding, where func(result.Finding) string) {
	if len(findings) == 0 {
		return
	}
	p.line(p.paint(bold, fmt.Sprintf("%s: %s", title, plural(len(findings), "finding"))))
	for _, f := range findings {
		p.wrap("  ", "    ", strings.TrimSpace(f.Rule+" "+f.Symbol)+" at "+where(f))
	}
	p.line("")
}

// movedFindings also returns where each was before, by its identity.
func movedFindings(d *result.Diff) (moved []result.Finding, from map[string]string) {
	from = map[string]string{}
	for _, m := range d.Moved {
		moved = append(moved, m.Finding)
		from[m.Finding.ID] = place(m.From)
	}
	return moved, from
}

func markdownDiff(w io.Writer, d *result.Diff, o Options) error {
	m := &markdown{o: o}
	m.printf("<!-- stateaudit -->\n## State of the process: what changed\n\n**%s**\n\n", inline(headline(d)))
	if text := doubt(d); text != "" {
		m.printf("%s\n\n", inline(text))
	}
	m.findings(d.Added, true)
	m.short("Fixed", d.Fixed, func(f result.Finding) string { return code(place(f.Location)) })
	m.short("Now ignored", d.Ignored, func(f result.Finding) string { return m.link(f.Location) })
	moved, from := movedFindings(d)
	m.short("Moved", moved, func(f result.Finding) string { return code(from[f.ID]) + " to " + m.link(f.Location) })
	m.problems(d.Errors)
	return m.writeTo(w)
}

func (m *markdown) short(title string, findings []result.Finding, where func(result.Finding) string) {
	if len(findings) == 0 {
		return
	}
	m.printf("### %s\n\n", title)
	for _, f := range findings[:min(maxListed, len(findings))] {
		what := code(f.Rule)
		if f.Symbol != "" {
			what += " " + code(f.Symbol)
		}
		m.printf("- %s at %s\n", what, where(f))
	}
	if more := len(findings) - maxListed; more > 0 {
		m.printf("- and %d more\n", more)
	}
	m.printf("\n")
}
