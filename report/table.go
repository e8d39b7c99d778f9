package report

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"maps"
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

// writeTable writes for a reader at a terminal: first the answer in ten lines,
// then, on demand, how much there is of what and each finding, the worst first.
func writeTable(w io.Writer, r *result.Result, o Options) error {
	t := newPage(o)
	a := answerOf(r)
	t.answer(r, a)
	if !o.Details && !o.Notes {
		t.hint(r)
		_, err := t.WriteTo(w)
		return err
	}
	active, left := split(r.Findings)
	t.line("")
	t.counts(active)
	t.findings(a.breaking)
	_, notes := splitNotes(active)
	if o.Notes {
		t.findings(folded(notes))
		notes = nil
	}
	t.notes(notes)
	if o.Context {
		t.reach(r.Reach)
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
	if p.width < minGrid {
		p.narrow(title, rows)
		return
	}
	p.grid([]string{title, "findings", "errors", "warnings", "notes"}, rows, tw.Mapper[int, int]{0: titleWidth}, 1)
}

// minGrid is the width below which a table of counts is written as lines.
const minGrid = 66

func (p *page) narrow(title string, rows [][]string) {
	p.line(p.paint(bold, strings.ToUpper(title)))
	for _, r := range rows {
		p.wrap("  ", "    ", fmt.Sprintf("%s: %s errors, %s warnings, %s notes", r[0], r[2], r[3], r[4]))
	}
	p.line("")
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

// findings writes what has one cause together, with the cure once.
func (p *page) findings(folds []fold) {
	for _, f := range folds {
		if len(f.findings) == 1 {
			p.finding(f.findings[0])
			continue
		}
		p.fold(f)
	}
}

// fold writes what is true of all its places once, then of those that share what two
// copies do that, and of each what is true of it alone. `explain` has the evidence of each.
func (p *page) fold(f fold) {
	first := f.findings[0]
	level := strings.ToUpper(string(first.Level))
	p.line("  " + p.paint(bold, plural(len(f.findings), "place")) + "  " + p.paint(levelColor(level), level) + "  " + first.Rule)
	if len(f.common) > 0 {
		p.wrap("    ", "    ", strings.Join(f.common, " "))
	}
	for _, part := range f.parts() {
		told := fold{common: slices.Concat(f.common, part.common)}
		if len(part.common) > 0 {
			p.wrap("    ", "    ", strings.Join(part.common, " "))
		}
		for _, one := range part.findings {
			p.where("    ", one)
			if own := told.own(one.Message); own != "" {
				p.wrap("      ", "      ", own)
			}
			p.doubt("      ", one)
			p.owner("      ", one)
		}
	}
	if first.Fix != "" {
		p.wrap("    fix: ", "         ", first.Fix)
	}
	p.line("")
}

// where names a place, what is there and the identity that commands take.
func (p *page) where(indent string, f result.Finding) {
	at, symbol, id := clean(place(f.Location)), clean(f.Symbol), shortID(f)
	text := indent + p.link(p.paint(bold, at), f.Location)
	if textWidth(indent)+textWidth(at)+textWidth(symbol)+len(id)+4 > p.width {
		p.line(text)
		text, at = indent+" ", ""
		if textWidth(indent)+textWidth(symbol)+len(id)+5 > p.width {
			p.line(text + "  " + symbol)
			symbol = ""
		}
	}
	p.line(strings.TrimRight(text+"  "+symbol, " ") + "  " + p.paint(faint, id))
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
	level := strings.ToUpper(string(f.Level))
	p.where("  ", f)
	p.line("  " + p.paint(levelColor(level), level) + "  " + f.Rule)
	p.wrap("    ", "    ", strings.Join(once(f.Message), " "))
	p.doubt("    ", f)
	p.owner("    ", f)
	p.evidence(f.Evidence, f.Message)
	if f.Fix != "" {
		p.wrap("    fix: ", "         ", f.Fix)
	}
	p.line("")
}

// doubt says of a finding why it is not proven.
func (p *page) doubt(indent string, f result.Finding) {
	if f.Doubt != "" {
		p.wrap(indent, indent, string(f.Confidence)+": "+f.Doubt)
	}
}

// owner says who owns the file of a finding.
func (p *page) owner(indent string, f result.Finding) {
	if names := ownersOf(f); names != "" {
		p.wrap(indent+"owner: ", indent+"       ", names)
	}
}

// ownersOf lists the owners of a finding's file.
func ownersOf(f result.Finding) string { return clean(strings.Join(f.Owners, " ")) }

// once lists the sentences of a message without those said before.
func once(message string) []string {
	var out []string
	for _, s := range sentences(message) {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// evidence shows where the state changes while serving; without such a place, it
// shows what else the finding rests on. Places that the message names are not
// named again.
func (p *page) evidence(all []result.Evidence, message string) {
	var writes, others []result.Evidence
	for _, e := range all {
		switch {
		case strings.Contains(message, place(e.Location)+")"):
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
