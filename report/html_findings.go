package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// rowView is one line that leads to a finding.
type rowView struct {
	ID, Title, Where, Says string
	Link                   bool // the finding is on the page
}

// kindView is the card of a group or category.
type kindView struct {
	Name, Title, Says string
	Breaks            int
}

type countView struct {
	Name  string
	Count int
}

// domainView counts the findings of a domain.
type domainView struct {
	Name                    string
	Errors, Warnings, Notes int
}

type filterView struct {
	Name, Title string
	Values      []string
}

// entryView counts the findings that one entry of the program leads to.
type entryView struct {
	Name, Where             string
	Errors, Warnings, Notes int
}

// textView is a part of a message; code is set apart.
type textView struct {
	Text string
	Code bool
}

type findingView struct {
	ID, Short, Level, Kind, Rule, Domain, State, Confidence, Doubt, Title, Where, Reason, Fix, Owners, Entry string
	Message                                                                                                  []textView
	Steps, Evidence                                                                                          []placeView
	Related                                                                                                  []rowView
}

// placeView is a piece of evidence with the source around it.
type placeView struct {
	Label, Function, Note, Where, URL string
	Source                            []lineView
}

type lineView struct {
	Number int
	Text   string
	At     bool
}

type changesView struct {
	Headline, Doubt string
	Lists           []changeList
}

type changeList struct {
	Title string
	Rows  []rowView
}

func titleOf(f result.Finding) string { return clean(cmp.Or(f.Symbol, f.Rule)) }

func rowOf(f result.Finding) rowView {
	return rowView{ID: f.ID, Title: titleOf(f), Where: clean(place(f.Location)), Says: plainInline(clean(f.Message)), Link: true}
}

// headlineOf is the answer in one sentence.
func headlineOf(a answer) string {
	if a.places() == 0 && a.blind {
		return "Too little of the program could be followed to say what breaks with a second copy" + notesOf(a) + "."
	}
	if a.places() == 0 {
		return "Nothing was found that breaks with a second copy" + notesOf(a) + "."
	}
	verb := "break"
	if a.places() == 1 {
		verb = "breaks"
	}
	return fmt.Sprintf("%s %s with a second copy: %s, %s%s.", plural(a.places(), "place"), verb, plural(a.count.errors, "error"), plural(a.count.warnings, "warning"), notesOf(a))
}

func notesOf(a answer) string {
	text := ""
	if a.count.notes > 0 {
		text = ", " + plural(a.count.notes, "note")
	}
	return text + a.left.String()
}

func (m *pageMaker) worst(a answer) []rowView {
	var out []rowView
	for _, f := range a.breaking[:min(maxWorst, len(a.breaking))] {
		row := rowOf(f.findings[0])
		if n := len(f.findings) - 1; n > 0 {
			row.Title += fmt.Sprintf(" and %d more of its kind", n)
		}
		out = append(out, row)
	}
	return out
}

// limits says what the answer may have missed, so that nobody takes it for the whole.
func limits(r *result.Result) []string {
	var out []string
	if e, ok := lowest(r); ok {
		out = append(out, "Little is reached: "+clean(unreachedOf(e))+".")
	}
	if n := len(r.Errors); n > 0 {
		out = append(out, fmt.Sprintf("Not analysed: %s.", plural(n, "place")))
	}
	return out
}

func kindViews(all []kind) []kindView {
	var out []kindView
	for _, k := range all {
		out = append(out, kindView{k.name, k.title, fmt.Sprintf("%s, %s, %s", plural(k.errors, "error"), plural(k.warnings, "warning"), plural(k.notes, "note")), k.errors + k.warnings})
	}
	return out
}

func domainViews(findings []result.Finding) []domainView {
	tallies := map[string]tally{}
	active, _ := split(findings)
	for _, f := range active {
		t := tallies[f.Domain]
		t.add(f.Level)
		tallies[f.Domain] = t
	}
	var out []domainView
	for _, d := range worstFirst(tallies) {
		if d != "" {
			out = append(out, domainView{clean(d), tallies[d].errors, tallies[d].warnings, tallies[d].notes})
		}
	}
	if t, ok := tallies[""]; ok {
		out = append(out, domainView{noDomain, t.errors, t.warnings, t.notes})
	}
	return out
}

// maxEntries is how many entries the page lists.
const maxEntries = 25

// entryViews counts findings by the entry that leads to them, what leads to the worst
// first. It also says how many findings are outside of the list.
func entryViews(findings []result.Finding) (out []entryView, rest int) {
	tallies, places := map[string]tally{}, map[string]string{}
	active, _ := split(findings)
	for _, f := range active {
		e, ok := entryOf(f)
		if !ok {
			rest++
			continue
		}
		t := tallies[e.Function]
		t.add(f.Level)
		tallies[e.Function], places[e.Function] = t, clean(place(e.Location))
	}
	for _, name := range worstFirst(tallies) {
		t := tallies[name]
		if len(out) == maxEntries {
			rest += t.total
			continue
		}
		out = append(out, entryView{clean(name), places[name], t.errors, t.warnings, t.notes})
	}
	return out, rest
}

// entryOf is where the program is entered on the way to a finding, if it rests on one.
func entryOf(f result.Finding) (result.Evidence, bool) {
	i := slices.IndexFunc(f.Evidence, func(e result.Evidence) bool { return e.Entry && e.Function != "" })
	if i < 0 {
		return result.Evidence{}, false
	}
	return f.Evidence[i], true
}

// noDomain is what the page calls the absence of one, so that it can be chosen.
const noDomain = "(none)"

func (m *pageMaker) filters() []filterView {
	values := map[string]map[string]bool{}
	add := func(name, value string) {
		if values[name] == nil {
			values[name] = map[string]bool{}
		}
		if value != "" {
			values[name][value] = true
		}
	}
	for _, f := range m.r.Findings {
		add("level", string(f.Level))
		add("kind", kindOf(f))
		add("rule", f.Rule)
		add("domain", cmp.Or(clean(f.Domain), noDomain))
		add("state", stateOf(f))
		add("confidence", string(f.Confidence))
		if e, ok := entryOf(f); ok {
			add("entry", clean(e.Function))
		}
		for _, owner := range f.Owners {
			add("owner", clean(owner))
		}
	}
	var out []filterView
	for _, f := range []filterView{{"level", "Level", nil}, {"kind", "Group or category", nil}, {"rule", "Rule", nil}, {"domain", "Domain", nil}, {"state", "State", nil}, {"confidence", "Confidence", nil}, {"entry", "Entered at", nil}, {"owner", "Owner", nil}} {
		f.Values = slices.Sorted(maps.Keys(values[f.Name]))
		if f.Name != "owner" && f.Name != "entry" || len(f.Values) > 0 {
			out = append(out, f)
		}
	}
	return out
}

// stateOf says whether a finding counts.
func stateOf(f result.Finding) string {
	switch {
	case f.Suppressed == nil:
		return "open"
	case f.Suppressed.Kind == result.InBaseline:
		return "known before"
	}
	return "ignored"
}

// findings shows all of them, what counts first and the worst of it first; those
// late in the list go without source once the page has enough of it.
func (m *pageMaker) findings() (out []findingView, omitted string) {
	all := slices.SortedStableFunc(slices.Values(m.r.Findings), func(a, b result.Finding) int {
		open := func(f result.Finding) int {
			if f.Suppressed == nil {
				return 0
			}
			return 1
		}
		return cmp.Or(cmp.Compare(open(a), open(b)), cmp.Compare(b.Level.Rank(), a.Level.Rank()), cmp.Compare(weight(b), weight(a)))
	})
	for _, f := range all {
		out = append(out, m.finding(f))
	}
	if m.budget <= 0 {
		omitted = "The last findings of the list are shown without excerpts of the source, to keep the page small; file and line are there."
	}
	return out, omitted
}

func (m *pageMaker) finding(f result.Finding) findingView {
	v := findingView{
		ID: f.ID, Short: shortID(f), Level: string(f.Level), Kind: kindOf(f), Rule: f.Rule, Domain: cmp.Or(clean(f.Domain), noDomain), State: stateOf(f),
		Confidence: string(f.Confidence), Doubt: clean(f.Doubt), Title: titleOf(f), Where: clean(place(f.Location)), Fix: plainInline(clean(f.Fix)), Message: parts(f.Message), Owners: ownersOf(f),
	}
	if f.Suppressed != nil && f.Suppressed.Reason != "" {
		v.Reason = "Kept because: " + clean(f.Suppressed.Reason)
	}
	if e, ok := entryOf(f); ok {
		v.Entry = clean(e.Function)
	}
	way := entryToChange(f.Evidence)
	for _, e := range way {
		v.Steps = append(v.Steps, m.place(e))
	}
	for _, e := range f.Evidence {
		if !slices.Contains(way, e) {
			v.Evidence = append(v.Evidence, m.place(e))
		}
	}
	for _, id := range f.Related {
		if other, ok := m.byID[id]; ok {
			v.Related = append(v.Related, rowOf(other))
		}
	}
	return v
}

// entryToChange is the way from the entry that a framework calls to the first
// change: the calls that follow a change in the evidence lead to it, entry first.
func entryToChange(evidence []result.Evidence) []result.Evidence {
	for i, e := range evidence {
		if e.Kind != result.WriteAt || e.Phase != result.Serving {
			continue
		}
		end := i + 1
		for end < len(evidence) && evidence[end].Kind == result.CallAt {
			end++
		}
		if end > i+1 {
			return append(slices.Clone(evidence[i+1:end]), e)
		}
	}
	return nil
}

// parts sets code apart in a message.
func parts(message string) []textView {
	var out []textView
	pieces := strings.Split(clean(message), "`")
	for i, p := range pieces {
		if p != "" {
			out = append(out, textView{p, i%2 == 1 && i < len(pieces)-1})
		}
	}
	return out
}

// maxLine bounds the length in bytes of a line of source that is shown.
const maxLine = 240

func (m *pageMaker) place(e result.Evidence) placeView {
	v := placeView{Label: verb(e), Function: clean(e.Function), Note: clean(e.Note), Where: clean(place(e.Location)), URL: m.url(e.Location)}
	file := m.sources.file(e.Location.File)
	for n := max(e.Location.Line-1, 1); n <= e.Location.Line+1 && m.budget > 0 && e.Location.Line > 0; n++ {
		if text, ok := file.line(n); ok {
			text = shorten(strings.TrimRight(expand(text), " "), maxLine)
			m.budget -= len(text)
			v.Source = append(v.Source, lineView{n, text, n == e.Location.Line})
		}
	}
	return v
}

func verb(e result.Evidence) string {
	e.Function = ""
	return does(e)
}

// expand makes tabs blanks, and what cannot be shown visible.
func expand(text string) string {
	return clean(strings.ReplaceAll(text, "\t", "    "))
}

// url leads to the lines in the repository, if it is known.
func (m *pageMaker) url(l unit.Location) string {
	if m.o.Repository.URI == "" || m.o.Repository.Revision == "" || l.File == "" {
		return ""
	}
	return fmt.Sprintf("%s/blob/%s/%s#L%d", m.o.Repository.URI, m.o.Repository.Revision, encodePath(m.o.path(l.File)), max(l.Line, 1))
}

// changes compares with the other revision, or with the baseline; nil if there is
// neither.
func (m *pageMaker) changes(d *result.Diff) *changesView {
	if d != nil {
		moved, _ := movedFindings(d)
		return &changesView{Headline: headline(d), Doubt: doubt(d), Lists: []changeList{
			m.changed("Added", d.Added), m.changed("Fixed", d.Fixed), m.changed("Moved", moved), m.changed("Now ignored", d.Ignored),
		}}
	}
	if !hasBaseline(m.r.Findings) {
		return nil
	}
	active, left := split(m.r.Findings)
	return &changesView{
		Headline: fmt.Sprintf("%s new since the baseline was written; %d were known.", plural(len(active), "finding"), left.known),
		Lists:    []changeList{m.changed("New", sorted(active))},
	}
}

func (m *pageMaker) changed(title string, findings []result.Finding) changeList {
	l := changeList{Title: title}
	for _, f := range findings {
		row := rowOf(f)
		_, row.Link = m.byID[f.ID]
		l.Rows = append(l.Rows, row)
	}
	return l
}

// confidences counts what counts by how much is sure.
func confidences(findings []result.Finding) []countView {
	counts := map[result.Confidence]int{}
	active, _ := split(findings)
	for _, f := range active {
		counts[f.Confidence]++
	}
	var out []countView
	for _, c := range result.Confidences() {
		if counts[c] > 0 {
			out = append(out, countView{string(c), counts[c]})
		}
	}
	return out
}

// reachView is how much of its program an entry reaches.
type reachView struct {
	Entry, Where                  string
	Functions, Reached, Unreached int
	Share                         string
	Low                           bool
	Behind, Drafts                []string
}

func reachViews(all []result.Reach) []reachView {
	var out []reachView
	for _, r := range all {
		v := reachView{
			Entry: clean(r.Entry), Where: clean(place(r.Location)), Functions: r.Functions, Reached: r.Reached, Unreached: r.Unreached,
			Share: percent(r.Reached, r.Functions), Low: r.Low,
		}
		for _, b := range r.Behind {
			v.Behind = append(v.Behind, clean(behindOf(b)))
		}
		for _, d := range r.Drafts {
			v.Drafts = append(v.Drafts, clean(d.Function))
		}
		out = append(out, v)
	}
	return out
}
