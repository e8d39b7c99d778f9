package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/stateaudit/stateaudit/internal/result"
)

// reach lists how much of its program each entry reaches.
func (p *page) reach(all []result.Reach) {
	var rows [][]string
	for _, r := range all {
		rows = append(rows, []string{clean(r.Entry), clean(place(r.Location)), fmt.Sprint(r.Functions), percent(r.Reached, r.Functions), fmt.Sprint(r.Unreached)})
	}
	if len(rows) == 0 {
		return
	}
	if p.width >= minGrid {
		p.grid([]string{"entry", "starts at", "functions", "reached", "by none"}, rows, nil, 2)
		return
	}
	p.line(p.paint(bold, "ENTRIES"))
	for _, r := range rows {
		p.wrap("  ", "    ", fmt.Sprintf("%s (%s): reaches %s of %s functions; no entry reaches %s", r[0], r[1], r[3], r[2], r[4]))
	}
	p.line("")
}

func percent(part, whole int) string {
	if whole == 0 {
		return "0 %"
	}
	return fmt.Sprintf("%d %%", 100*part/whole)
}

// behindOf says what is handed to code outside the checkout.
func behindOf(b result.Behind) string {
	return fmt.Sprintf("%s (%s)", b.Call, place(b.Location))
}

// WriteReach writes of each entry what it reaches and, where that is little, what
// probably runs the rest and how to name it.
func WriteReach(w io.Writer, r *result.Result, o Options) error {
	p := newPage(o)
	if len(r.Reach) == 0 {
		p.wrap("", "  ", "No program was found: there is no main function and no application, so that only what is registered by its type counts as an entry.")
	}
	p.reach(r.Reach)
	low := false
	for _, e := range r.Reach {
		if e.Low {
			low = true
			p.low(e)
		}
	}
	if !low && len(r.Reach) > 0 {
		p.wrap("", "  ", "Enough is reached: what is left over is no more than unused code comes to.")
	}
	_, err := p.WriteTo(w)
	return err
}

// low writes what is known of a program of which little is reached.
func (p *page) low(e result.Reach) {
	p.line(p.paint(bold, clean(e.Entry)+": little is reached"))
	p.wrap("  ", "  ", fmt.Sprintf("%d of %d functions are reached from nowhere. What they keep is not judged, so that silence about it proves nothing.", e.Unreached, e.Functions))
	if len(e.Behind) > 0 {
		p.line("")
		p.wrap("  ", "  ", "Objects are handed to code outside the checkout that is not known to call them:")
	}
	for _, b := range e.Behind {
		p.wrap("    ", "      ", fmt.Sprintf("%s is handed %s, with %s", behindOf(b), b.Hands, plural(b.Functions, "method")+" that nothing reaches"))
	}
	p.line("")
	if len(e.Drafts) == 0 {
		p.wrap("  ", "  ", "Nothing stands out that would bring in much of the rest.")
		return
	}
	p.wrap("  ", "  ", "If these functions are called from outside, name them in .stateaudit.yaml; remove what is not:")
	p.line("")
	p.line("entries:")
	for _, d := range e.Drafts {
		p.line("  - function: " + scalar(d.Function) + fmt.Sprintf(" # brings in %s", plural(d.Brings, "function")))
	}
	p.line("")
}

// scalar is a text as YAML writes it.
func scalar(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(clean(text)) + `"`
}
