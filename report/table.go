package report

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"

	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// maxPlaces and maxProblems keep a long list from burying what comes after it;
// the JSON format has all of them.
const (
	maxPlaces   = 3
	maxProblems = 10
)

// writeTable writes for a reader at a terminal: first how much there is of what,
// then each finding, the worst first.
func writeTable(w io.Writer, r *result.Result, o Options) error {
	t := newPage(o)
	active, left := split(r.Findings)
	t.counts(active)
	shown, hidden := active, []result.Finding(nil)
	if !o.Notes {
		shown, hidden = splitNotes(active)
	}
	t.findings(shown)
	t.notes(hidden)
	if o.Details {
		t.workloads(r.Workloads)
		t.leftOut(r.LeftOut)
	}
	t.problems(r.Errors)
	t.closing(r, active, left)
	_, err := t.WriteTo(w)
	return err
}

// split separates what counts from what is suppressed.
func split(findings []result.Finding) (active []result.Finding, left hidden) {
	for _, f := range findings {
		switch {
		case f.Suppressed == nil:
			active = append(active, f)
		case f.Suppressed.Kind == result.InBaseline:
			left.known++
		default:
			left.ignored++
		}
	}
	return active, left
}

// hidden counts what is suppressed.
type hidden struct{ ignored, known int }

func (h hidden) String() string {
	text := ""
	if h.ignored > 0 {
		text += fmt.Sprintf("; %d ignored by comments", h.ignored)
	}
	if h.known > 0 {
		text += fmt.Sprintf("; %d known before", h.known)
	}
	return text
}

func splitNotes(findings []result.Finding) (shown, notes []result.Finding) {
	for _, f := range findings {
		if f.Level == result.Note {
			notes = append(notes, f)
			continue
		}
		shown = append(shown, f)
	}
	return shown, notes
}

// groupTitles are the four groups in the order in which they are read.
func groupTitles() []struct {
	group result.Group
	title string
} {
	return []struct {
		group result.Group
		title string
	}{
		{result.RateLimiter, "rate limiters and throttles"},
		{result.FeatureFlag, "feature-flag caches"},
		{result.ClientPool, "third-party client pools"},
		{result.TenantConfig, "tenant-config aggregators"},
	}
}

// tally counts findings by level.
type tally struct{ total, errors, warnings, notes int }

func (t *tally) add(l result.Level) {
	t.total++
	switch l {
	case result.Error:
		t.errors++
	case result.Warning:
		t.warnings++
	case result.Note:
		t.notes++
	}
}

func (t tally) row(title string) []string {
	return []string{title, strconv.Itoa(t.total), strconv.Itoa(t.errors), strconv.Itoa(t.warnings), strconv.Itoa(t.notes)}
}

// tallies counts findings by group, and those of no group by category.
func tallies(findings []result.Finding) (map[result.Group]tally, map[string]tally) {
	groups := map[result.Group]tally{}
	categories := map[string]tally{}
	for _, f := range findings {
		if f.Group != nil {
			t := groups[*f.Group]
			t.add(f.Level)
			groups[*f.Group] = t
			continue
		}
		t := categories[string(f.Category)]
		t.add(f.Level)
		categories[string(f.Category)] = t
	}
	return groups, categories
}

func worstFirst(categories map[string]tally) []string {
	return slices.SortedFunc(maps.Keys(categories), func(a, b string) int {
		return cmp.Or(worse(categories[a], categories[b]), cmp.Compare(a, b))
	})
}

// counts writes the four groups, which are always there, and then the categories
// of the findings that belong to none of them.
func (p *page) counts(findings []result.Finding) {
	groups, categories := tallies(findings)
	var rows [][]string
	for _, g := range groupTitles() {
		rows = append(rows, groups[g.group].row(g.title))
	}
	p.table("group", rows)
	p.categories(categories)
}

func (p *page) categories(categories map[string]tally) {
	if len(categories) == 0 {
		return
	}
	var rows [][]string
	for _, c := range worstFirst(categories) {
		rows = append(rows, categories[c].row(c))
	}
	p.table("other categories", rows)
}

// worse orders tallies: more errors first, then more warnings, then more notes.
func worse(a, b tally) int {
	return cmp.Or(cmp.Compare(b.errors, a.errors), cmp.Compare(b.warnings, a.warnings), cmp.Compare(b.notes, a.notes))
}

// titleWidth makes the columns of all tables of a page stand below each other.
const titleWidth = 30

func (p *page) table(title string, rows [][]string) {
	p.grid([]string{title, "findings", "errors", "warnings", "notes"}, rows, tw.Mapper[int, int]{0: titleWidth}, 1)
}

// grid writes rows below a header. The first columns are text, the rest numbers;
// columns without a width are as wide as they need to be.
func (p *page) grid(header []string, rows [][]string, widths tw.Mapper[int, int], text int) {
	alignment := tw.CellAlignment{PerColumn: make([]tw.Align, len(header))}
	for i := range alignment.PerColumn {
		alignment.PerColumn[i] = tw.AlignRight
		if i < text {
			alignment.PerColumn[i] = tw.AlignLeft
		}
	}
	var b bytes.Buffer
	t := tablewriter.NewTable(&b,
		tablewriter.WithRenderer(renderer.NewBlueprint()),
		tablewriter.WithRendition(tw.Rendition{
			Borders:  tw.BorderNone,
			Settings: tw.Settings{Separators: tw.SeparatorsNone, Lines: tw.LinesNone},
		}),
		tablewriter.WithHeaderAlignmentConfig(alignment),
		tablewriter.WithRowAlignmentConfig(alignment),
		tablewriter.WithTrimSpace(tw.Off),
		tablewriter.WithColumnWidths(widths),
		tablewriter.WithPadding(tw.Padding{Right: "  ", Overwrite: true}),
	)
	t.Header(header)
	// Neither can fail: the writer is a buffer and the cells are strings.
	_ = t.Bulk(rows)
	_ = t.Render()
	for i, line := range strings.Split(strings.TrimRight(b.String(), "\n"), "\n") {
		line = strings.TrimRight(line, " ")
		if i == 0 {
			line = p.paint(bold, line)
		}
		p.line(line)
	}
	p.line("")
}

// findings writes the findings below the domain or folder that they lie in.
func (p *page) findings(findings []result.Finding) {
	byFolder := map[string][]result.Finding{}
	tallies := map[string]tally{}
	for _, f := range findings {
		d := folder(f)
		byFolder[d] = append(byFolder[d], f)
		t := tallies[d]
		t.add(f.Level)
		tallies[d] = t
	}
	folders := slices.SortedFunc(maps.Keys(byFolder), func(a, b string) int {
		return cmp.Or(worse(tallies[a], tallies[b]), cmp.Compare(a, b))
	})
	for _, d := range folders {
		p.line(p.paint(bold, fmt.Sprintf("%s: %s", clean(d), plural(len(byFolder[d]), "finding"))))
		p.line("")
		for _, f := range sorted(byFolder[d]) {
			p.finding(f)
		}
	}
}

// folder is the domain, or the first two segments of the path.
func folder(f result.Finding) string {
	if f.Domain != "" {
		return f.Domain
	}
	segments := strings.Split(path.Dir(f.Location.File), "/")
	if segments[0] == "." {
		return "(top folder)"
	}
	return strings.Join(segments[:min(2, len(segments))], "/")
}

func sorted(findings []result.Finding) []result.Finding {
	return slices.SortedStableFunc(slices.Values(findings), func(a, b result.Finding) int {
		return cmp.Or(
			cmp.Compare(b.Level.Rank(), a.Level.Rank()),
			cmp.Compare(a.Location.File, b.Location.File),
			cmp.Compare(a.Location.Line, b.Location.Line),
		)
	})
}

func (p *page) finding(f result.Finding) {
	p.header(place(f.Location), strings.ToUpper(string(f.Level)), f.Rule, f.Symbol)
	p.wrap("    ", "    ", f.Message)
	p.evidence(f.Evidence)
	if f.Fix != "" {
		p.wrap("    fix: ", "         ", f.Fix)
	}
	p.line("")
}

// header puts place, level, rule and symbol on one line, or on two if they are
// too long.
func (p *page) header(place, level, rule, symbol string) {
	place, symbol = clean(place), clean(symbol)
	painted := p.paint(levelColor(level), level)
	rest := strings.TrimRight(painted+"  "+rule+"  "+symbol, " ")
	if textWidth(place)+textWidth(level)+textWidth(rule)+textWidth(symbol)+8 <= p.width {
		p.line("  " + p.paint(bold, place) + "  " + rest)
		return
	}
	p.line("  " + p.paint(bold, place))
	p.line("  " + rest)
}

// evidence shows where the state changes while serving; without such a place, it
// shows what else the finding rests on.
func (p *page) evidence(all []result.Evidence) {
	var writes, others []result.Evidence
	for _, e := range all {
		switch {
		case e.Kind == result.WriteAt && e.Phase == result.Serving:
			writes = append(writes, e)
		case e.Kind != result.Declaration:
			others = append(others, e)
		}
	}
	if len(writes) > 0 {
		p.places("write while serving", writes)
		return
	}
	for _, e := range others[:min(maxPlaces, len(others))] {
		p.places(string(e.Kind), []result.Evidence{e})
	}
}

func (p *page) places(label string, all []result.Evidence) {
	for _, e := range all[:min(maxPlaces, len(all))] {
		text := place(e.Location)
		if e.Function != "" {
			text += " in " + e.Function
		}
		if e.Note != "" {
			text += ": " + e.Note
		}
		p.wrap("    "+label+": ", "      ", text)
	}
	if more := len(all) - maxPlaces; more > 0 {
		p.line(fmt.Sprintf("      and at %s", plural(more, "more place")))
	}
}

func place(l unit.Location) string {
	if l.Line == 0 {
		return l.File
	}
	return fmt.Sprintf("%s:%d", l.File, l.Line)
}

// notes says how many findings of level note were left out, by rule.
func (p *page) notes(findings []result.Finding) {
	if len(findings) == 0 {
		return
	}
	byRule := map[string]int{}
	for _, f := range findings {
		byRule[f.Rule]++
	}
	var parts []string
	for _, rule := range slices.Sorted(maps.Keys(byRule)) {
		parts = append(parts, fmt.Sprintf("%d %s", byRule[rule], rule))
	}
	p.wrap("", "  ", fmt.Sprintf("%s not shown (%s); --notes shows them.", plural(len(findings), "note"), strings.Join(parts, ", ")))
	p.line("")
}

func (p *page) problems(problems []unit.Problem) {
	if len(problems) == 0 {
		return
	}
	p.line(p.paint(bold, fmt.Sprintf("not analysed: %s", plural(len(problems), "place"))))
	for _, e := range problems[:min(maxProblems, len(problems))] {
		p.wrap("  ", "    ", place(unit.Location{File: e.File, Line: e.Line})+": "+e.Message)
	}
	if more := len(problems) - maxProblems; more > 0 {
		p.line(fmt.Sprintf("  and %d more; --format json lists them all", more))
	}
	p.line("")
}

// closing is the last line, where a reader looks first when the rest has
// scrolled away.
func (p *page) closing(r *result.Result, active []result.Finding, left hidden) {
	var t tally
	for _, f := range active {
		t.add(f.Level)
	}
	text := fmt.Sprintf("%s: %s, %s, %s", plural(t.total, "finding"), plural(t.errors, "error"), plural(t.warnings, "warning"), plural(t.notes, "note"))
	text += left.String()
	var read []string
	for _, l := range slices.Sorted(maps.Keys(r.Languages)) {
		read = append(read, plural(r.Languages[l].Files, l+" file"))
	}
	if len(read) > 0 {
		text += "; read " + strings.Join(read, ", ")
	}
	p.wrap("", "  ", text)
	p.incomplete(r.Errors)
}

// incomplete says below everything else that a step of the audit failed: figures
// above leave out what it would have found.
func (p *page) incomplete(problems []unit.Problem) {
	bugs := 0
	for _, e := range problems {
		if e.Kind == unit.Bug {
			bugs++
		}
	}
	if bugs > 0 {
		p.wrap("", "  ", fmt.Sprintf("INCOMPLETE: %s of the audit failed by a bug in stateaudit, and what it finds is missing above. Please report what is listed under \"not analysed\".", plural(bugs, "step")))
	}
}

func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}
