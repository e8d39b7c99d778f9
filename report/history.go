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
		p.turn(h, point, o.Notes)
	}
	p.growth(h)
	p.wrap("", "  ", historyLine(h))
	_, err := p.WriteTo(w)
	return err
}

// pointCells are what columns say of a revision behind its name and date: errors,
// warnings, notes, what came and went, and what was not analysed.
func pointCells(point result.Point) []string {
	if point.Failure != "" {
		return []string{"-", "-", "-", "-", "-", "-"}
	}
	var cells []string
	for _, level := range []result.Level{result.Error, result.Warning, result.Note} {
		cells = append(cells, strconv.Itoa(point.ByLevel[string(level)]))
	}
	return append(cells, strconv.Itoa(point.Came), strconv.Itoa(point.Went), strconv.Itoa(point.NotAnalysed))
}

func (p *page) points(all []result.Point) {
	header := []string{"revision", "date", "errors", "warnings", "notes", "came", "went", "not analysed"}
	if !slices.ContainsFunc(all, func(point result.Point) bool { return point.NotAnalysed > 0 }) {
		header = header[:7]
	}
	var rows [][]string
	for _, point := range all {
		row := append([]string{shortened(point.Name, maxNameWidth), point.Date}, pointCells(point)...)
		rows = append(rows, row[:len(header)])
	}
	p.grid(header, rows, tw.Mapper[int, int]{}, 2)
}

// turn is a finding that came or went with a revision.
type turn struct {
	finding result.Finding
	note    string // "again", or since when it was there
}

// turns lists what came and went with a revision. What the first has may be older, and
// is not listed.
func turns(h *result.History, point string, notes bool) (came, went []turn) {
	first := audited(h)[0].Name
	for _, l := range h.Findings {
		if l.Finding.Level == result.Note && !notes {
			continue
		}
		for i, period := range l.Periods {
			switch {
			case period.Came == point && i > 0:
				came = append(came, turn{l.Finding, "again"})
			case period.Came == point && point != first:
				came = append(came, turn{l.Finding, ""})
			}
			if period.Went == point {
				went = append(went, turn{l.Finding, "since " + clean(period.Came)})
			}
		}
	}
	return came, went
}

// audited lists the revisions that could be.
func audited(h *result.History) []result.Point {
	out := slices.DeleteFunc(slices.Clone(h.Points), func(point result.Point) bool { return point.Failure != "" })
	if len(out) == 0 {
		return []result.Point{{}}
	}
	return out
}

// turn writes what happened with a revision.
func (p *page) turn(h *result.History, point result.Point, notes bool) {
	came, went := turns(h, point.Name, notes)
	if len(came)+len(went) == 0 && point.Failure == "" {
		return
	}
	p.line(p.paint(bold, clean(point.Name)) + "  " + point.Date)
	if point.Failure != "" {
		p.wrap("  ", "    ", "could not be audited: "+point.Failure)
	}
	for sign, list := range []([]turn){came, went} {
		for _, t := range list {
			text := strings.TrimSpace(fmt.Sprintf("%s %s %s", t.finding.Level, t.finding.Rule, t.finding.Symbol)) + " at " + place(t.finding.Location)
			if t.note != "" {
				text += ", " + t.note
			}
			p.wrap("  ", "      ", string("+-"[sign])+" "+text)
		}
	}
	p.line("")
}

// growthOf are the rows of a table that compares how large domains were at first with
// how large they are, what grew most first: name, when that was, lines, files, findings.
func growthOf(h *result.History) [][]string {
	all := audited(h)
	grown := func(d result.Growth) int { return d.Sizes[len(d.Sizes)-1].Lines - d.Sizes[0].Lines }
	var rows [][]string
	for _, d := range slices.SortedStableFunc(slices.Values(h.Domains), func(a, b result.Growth) int { return cmp.Compare(grown(b), grown(a)) }) {
		from, to := d.Sizes[0], d.Sizes[len(d.Sizes)-1]
		var when []string
		if from.Point != all[0].Name {
			when = append(when, "since "+clean(from.Point))
		}
		if to.Point != all[len(all)-1].Name {
			when = append(when, "until "+clean(to.Point))
		}
		row := []string{d.Name, strings.Join(when, " ")}
		for _, span := range [][2]int{{from.Lines, to.Lines}, {from.Files, to.Files}, {from.Findings, to.Findings}} {
			row = append(row, fmt.Sprintf("%d → %d", span[0], span[1]))
		}
		rows = append(rows, row)
	}
	return rows
}

func (p *page) growth(h *result.History) {
	rows := growthOf(h)
	if len(rows) == 0 {
		return
	}
	for _, row := range rows {
		row[0] = shortened(row[0], maxNameWidth)
	}
	p.grid([]string{"domain", "", "lines", "files", "findings"}, rows, tw.Mapper[int, int]{}, 2)
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
	if slices.ContainsFunc(h.Points, func(point result.Point) bool { return point.NotAnalysed > 0 }) {
		text += "; what could not be analysed of a revision looks gone there, and new in the next"
	}
	if h.Shallow {
		text += "; the clone is shallow, so that what came before is not known"
	}
	return text
}

// historyView is the section of the page about several revisions.
type historyView struct {
	Line   string
	Points []pointView
	Growth [][]string
}

type pointView struct {
	Name, Date, Failure string
	Cells               []string
	Came, Went          []turnView
}

type turnView struct {
	rowView
	Note string
}

// history shows what several revisions have had; nil if only one is known.
func (m *pageMaker) history(h *result.History) *historyView {
	if h == nil {
		return nil
	}
	v := &historyView{Line: historyLine(h), Growth: growthOf(h)}
	for _, row := range v.Growth {
		row[0] = clean(row[0])
	}
	for _, point := range h.Points {
		came, went := turns(h, point.Name, true)
		v.Points = append(v.Points, pointView{clean(point.Name), point.Date, clean(point.Failure), pointCells(point), m.turned(came), m.turned(went)})
	}
	return v
}

func (m *pageMaker) turned(all []turn) (out []turnView) {
	for _, t := range all {
		row := rowOf(t.finding)
		_, row.Link = m.byID[t.finding.ID]
		out = append(out, turnView{row, t.note})
	}
	return out
}
