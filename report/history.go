package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/olekukonko/tablewriter/tw"

	"github.com/stateaudit/stateaudit/internal/result"
)

// WriteHistoryJSON writes the contract itself.
func WriteHistoryJSON(w io.Writer, h *result.History) error { return writeDocument(w, h) }

// WriteHistory writes a line for each revision, what came and went with each, and how
// large the domains have become.
func WriteHistory(w io.Writer, h *result.History, o Options) error {
	p := newPage(o)
	p.points(h.Points)
	for _, point := range h.Points {
		p.changes(h, point, o.Notes)
	}
	p.growth(h)
	p.wrap("", "  ", historyLine(h))
	_, err := p.WriteTo(w)
	return err
}

func (p *page) points(all []result.Point) {
	header := []string{"revision", "date", "errors", "warnings", "notes", "came", "went"}
	partly := slices.ContainsFunc(all, func(point result.Point) bool { return point.NotAnalysed > 0 })
	if partly {
		header = append(header, "not analysed")
	}
	var rows [][]string
	for _, point := range all {
		row := []string{shortened(point.Name, maxNameWidth), point.Date, "-", "-", "-", "-", "-"}
		if point.Failure == "" {
			row = row[:2]
			for _, n := range []int{point.ByLevel[string(result.Error)], point.ByLevel[string(result.Warning)], point.ByLevel[string(result.Note)], point.Came, point.Went} {
				row = append(row, strconv.Itoa(n))
			}
		}
		switch {
		case partly && point.Failure == "":
			row = append(row, strconv.Itoa(point.NotAnalysed))
		case partly:
			row = append(row, "-")
		}
		rows = append(rows, row)
	}
	p.grid(header, rows, tw.Mapper[int, int]{}, 2)
}

// changes lists what came and went with a revision. What the first has may be older,
// and is not listed.
func (p *page) changes(h *result.History, point result.Point, notes bool) {
	if point.Failure != "" {
		p.line(p.paint(bold, clean(point.Name)) + "  " + point.Date)
		p.wrap("  ", "    ", "could not be audited: "+point.Failure)
		p.line("")
		return
	}
	var lines []string
	first := firstAudited(h.Points)
	for _, l := range h.Findings {
		if l.Finding.Level == result.Note && !notes {
			continue
		}
		what := strings.TrimSpace(fmt.Sprintf("%s %s %s", l.Finding.Level, l.Finding.Rule, l.Finding.Symbol)) + " at " + place(l.Finding.Location)
		for i, period := range l.Periods {
			switch {
			case period.Came == point.Name && i > 0:
				lines = append(lines, "+ "+what+", again")
			case period.Came == point.Name && point.Name != first:
				lines = append(lines, "+ "+what)
			}
			if period.Went == point.Name {
				lines = append(lines, "- "+what+", since "+period.Came)
			}
		}
	}
	if len(lines) == 0 {
		return
	}
	slices.SortStableFunc(lines, func(a, b string) int { return cmp.Compare(a[0], b[0]) }) // "+" first
	p.line(p.paint(bold, clean(point.Name)) + "  " + point.Date)
	for _, line := range lines {
		p.wrap("  ", "      ", line)
	}
	p.line("")
}

func firstAudited(all []result.Point) string {
	for _, point := range all {
		if point.Failure == "" {
			return point.Name
		}
	}
	return ""
}

// growth compares how large domains were at first with how large they are, what grew
// most first.
func (p *page) growth(h *result.History) {
	type row struct {
		cells []string
		grown int
	}
	var rows []row
	last := ""
	for _, point := range h.Points {
		if point.Failure == "" {
			last = point.Name
		}
	}
	for _, d := range h.Domains {
		from, to := d.Sizes[0], d.Sizes[len(d.Sizes)-1]
		note := ""
		if from.Point != firstAudited(h.Points) {
			note = "since " + clean(from.Point)
		}
		if to.Point != last {
			note = strings.TrimSpace(note + " until " + clean(to.Point))
		}
		span := func(a, b int) string { return fmt.Sprintf("%d → %d", a, b) }
		rows = append(rows, row{[]string{shortened(d.Name, maxNameWidth), note, span(from.Lines, to.Lines), span(from.Files, to.Files), span(from.Findings, to.Findings)}, to.Lines - from.Lines})
	}
	if len(rows) == 0 {
		return
	}
	slices.SortStableFunc(rows, func(a, b row) int { return cmp.Compare(b.grown, a.grown) })
	var cells [][]string
	for _, r := range rows {
		cells = append(cells, r.cells)
	}
	p.grid([]string{"domain", "", "lines", "files", "findings"}, cells, tw.Mapper[int, int]{}, 2)
}

// historyLine sums up.
func historyLine(h *result.History) string {
	came, went, open := 0, 0, 0
	for _, point := range h.Points {
		came += point.Came
		went += point.Went
	}
	for _, l := range h.Findings {
		if l.Open() {
			open++
		}
	}
	text := fmt.Sprintf("%s: %d came, %d went, %d there now", plural(len(h.Points), "revision"), came, went, open)
	if h.Shallow {
		text += "; the clone is shallow, so that what came before is not known"
	}
	return text
}
