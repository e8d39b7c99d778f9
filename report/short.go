package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/mattn/go-runewidth"

	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// answer writes what a reader wants to know first: how much breaks, of what kind,
// the worst of it, what to carve out, and how far the answer reaches.
func (p *page) answer(r *result.Result, a answer) {
	p.wrap("", "  ", headlineOf(a))
	if counts := a.kindCounts(); len(counts) > 0 {
		p.wrap("  ", "  ", strings.Join(counts, ", "))
	}
	for _, f := range a.breaking[:min(maxWorst, len(a.breaking))] {
		p.worst(f)
	}
	if c := a.first; c != nil {
		p.wrap("carve out first: ", "  ", fmt.Sprintf("%s, score %.3f (clarity %.2f × async %.2f ÷ %.2f)", c.Domain, c.Score, c.DomainClarity, c.AsyncViability, c.SharedStateCoupling))
	}
	p.wrap("read: ", "  ", reachOf(r))
	if e, ok := lowest(r); ok {
		p.wrap("little is reached: ", "  ", unreachedOf(e)+"; `stateaudit doctor` shows what may start them")
	}
}

// lowest is the first program of which too little is reached, if there is one.
func lowest(r *result.Result) (result.Reach, bool) {
	i := slices.IndexFunc(r.Reach, func(e result.Reach) bool { return e.Low })
	if i < 0 {
		return result.Reach{}, false
	}
	return r.Reach[i], true
}

// unreachedOf says how much of a program is not judged.
func unreachedOf(e result.Reach) string {
	return fmt.Sprintf("%d of %d functions of %s are reached from nowhere and not judged", e.Unreached, e.Functions, e.Entry)
}

// worst names a fold in two lines: where, and what two copies do.
func (p *page) worst(f fold) {
	first := f.findings[0]
	level := strings.ToUpper(string(first.Level))
	at, rest := clean(place(first.Location)), clean(first.Symbol)
	if n := len(f.findings) - 1; n > 0 {
		rest += fmt.Sprintf(" and %d more", n)
	}
	line := "  " + p.paint(levelColor(level), level) + " "
	room := p.width - len(level) - textWidth(at) - 6
	if room < -3 { // a place alone can still be followed
		p.line(strings.TrimRight(line, " "))
		line = "  "
	}
	line += p.link(p.paint(bold, at), first.Location)
	if room > 8 && rest != "" {
		line += "  " + runewidth.Truncate(rest, room, "…")
	}
	p.line(line)
	p.line("    " + runewidth.Truncate(clean(plainInline(consequence(first))), p.width-4, "…"))
}

// twoCopies begins the sentence of a message that says what a second copy does. The
// headline has already said that there are two.
const twoCopies = "With two copies "

// consequence is what two copies do. Of a message that does not say so it is the first
// sentence after what there is, but for those that go on about the place ("It lives in …").
func consequence(f result.Finding) string {
	said := once(f.Message)
	if len(said) == 0 {
		return ""
	}
	if i := slices.IndexFunc(said, func(s string) bool { return strings.HasPrefix(s, twoCopies) }); i >= 0 {
		return strings.TrimPrefix(said[i], twoCopies)
	}
	for _, s := range said[1:] {
		if !strings.HasPrefix(s, "It ") {
			return s
		}
	}
	return said[0]
}

// reachOf says how far the answer reaches.
func reachOf(r *result.Result) string {
	text := read(r)
	if text == "" {
		text = "nothing"
	}
	if entries := len(r.Reach); entries > 0 {
		text += "; " + plural(entries, "way") + " to start"
	}
	fixtures := 0
	for _, l := range r.LeftOut {
		if l.Reason == result.Fixtures {
			fixtures += l.Files
		}
	}
	switch n := len(r.Errors); {
	case n > 0:
		return text + "; not analysed: " + plural(n, "place")
	case fixtures > 0:
		return text + "; left out as fixtures or examples: " + plural(fixtures, "file")
	default:
		return text + "; nothing was left out"
	}
}

// hint says how to see more.
func (p *page) hint(r *result.Result) {
	if len(r.Findings)+len(r.Errors) == 0 {
		return
	}
	p.wrap("more: ", "  ", "--details lists each, --format html=FILE makes a page of it")
	p.incomplete(r.Errors)
}

// WriteFinding writes all that is known of one finding: every place it rests on,
// with its line of source, and what it has to do with others.
func WriteFinding(w io.Writer, r *result.Result, f result.Finding, o Options) error {
	p := newPage(o)
	src := newSources(o.Source)
	level := strings.ToUpper(string(f.Level))
	p.where("", f)
	p.line(p.paint(levelColor(level), level) + "  " + f.Rule + "  " + string(f.Category) + "  " + string(f.Confidence))
	p.wrap("  ", "  ", strings.Join(once(f.Message), " "))
	p.doubt("  ", f)
	p.owner("  ", f)
	if f.Suppressed != nil {
		p.wrap("  ", "  ", "It is kept: "+stateOf(f)+". "+f.Suppressed.Reason)
	}
	p.steps("from the entry to the change", entryToChange(f.Evidence), src)
	p.steps("evidence", f.Evidence, src)
	p.relations(r, f)
	if f.Fix != "" {
		p.line("")
		p.wrap("fix: ", "     ", f.Fix)
	}
	p.wrap("rule: ", "  ", "stateaudit explain "+f.Rule)
	_, err := p.WriteTo(w)
	return err
}

// steps lists places in order, each with its line of source.
func (p *page) steps(title string, all []result.Evidence, src *sources) {
	if len(all) == 0 {
		return
	}
	p.line("")
	p.line(p.paint(bold, title))
	for i, e := range all {
		number := fmt.Sprintf("  %d. ", i+1)
		p.line(number + p.link(clean(place(e.Location)), e.Location))
		p.wrap("     ", "     ", strings.ReplaceAll(told(e), "`", ""))
		if text, ok := src.file(e.Location.File).line(e.Location.Line); ok {
			p.line("     " + p.paint(faint, "| "+runewidth.Truncate(strings.TrimSpace(expand(text)), max(p.width-7, 20), "…")))
		}
	}
}

func (p *page) relations(r *result.Result, f result.Finding) {
	for _, id := range f.Related {
		for _, other := range r.Findings {
			if other.ID == id {
				p.wrap("related: ", "  ", shortID(other)+" "+other.Rule+" "+other.Symbol+" "+place(unit.Location{File: other.Location.File, Line: other.Location.Line}))
			}
		}
	}
}

// WriteText lays Markdown out for a terminal: titles stand out, paragraphs and
// items are wrapped, code stays as it is.
func WriteText(w io.Writer, markdown string, o Options) error {
	p := newPage(o)
	for _, block := range paragraphs(markdown) {
		switch {
		case strings.HasPrefix(block, "```"), strings.HasPrefix(block, "    "), strings.HasPrefix(block, "|"):
			for line := range strings.SplitSeq(block, "\n") {
				if !strings.HasPrefix(line, "```") {
					p.line("    " + p.paint(faint, clean(strings.ReplaceAll(line, "\t", "    "))))
				}
			}
		case strings.HasPrefix(block, "#"):
			p.wrapPainted(strings.TrimLeft(block, "# "))
		case verbatim(block):
			p.items(block)
		default:
			p.wrap("", "", plainInline(block))
		}
		p.line("")
	}
	_, err := p.WriteTo(w)
	return err
}

func (p *page) wrapPainted(title string) {
	p.line(p.paint(bold, clean(plainInline(title))))
}

// items wraps a list; lines that begin no item go on with the one before.
func (p *page) items(block string) {
	var items []string
	for line := range strings.SplitSeq(block, "\n") {
		t := strings.TrimSpace(line)
		if strings.HasPrefix(t, "- ") || strings.HasPrefix(t, "* ") || len(items) == 0 {
			items = append(items, t)
			continue
		}
		items[len(items)-1] += " " + t
	}
	for _, i := range items {
		p.wrap("  ", "    ", plainInline(i))
	}
}

// WriteRules lists rules for a terminal, each with its summary wrapped below it.
func WriteRules(w io.Writer, rules []Rule, o Options) error {
	p := newPage(o)
	for _, r := range rules {
		p.line(p.paint(bold, r.Name) + "  " + p.paint(levelColor(strings.ToUpper(string(r.Level))), string(r.Level)))
		p.wrap("  ", "  ", plainInline(r.Summary))
	}
	_, err := p.WriteTo(w)
	return err
}
