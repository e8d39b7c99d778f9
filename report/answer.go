package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/result"
)

// answer is what a reader wants to know first. The terminal, the page and the
// comment on a pull request lead with it, each in its own words.
type answer struct {
	count tally
	// breaking are the findings above note, folded, the worst consequence first.
	breaking []fold
	// kinds count what breaks by group, and by category where there is none.
	kinds []kind
	first *result.Candidate
	left  hidden
	// blind says that so little of some program is reached that silence proves nothing.
	blind bool
}

// kind counts findings of a group or category.
type kind struct {
	name, title string
	tally
}

// fold is findings with one cause and one cure.
type fold struct {
	findings []result.Finding
	// common are the sentences that all of their messages share.
	common []string
}

// maxWorst is how many places the short answer names.
const maxWorst = 3

func answerOf(r *result.Result) answer {
	active, left := split(r.Findings)
	a := answer{left: left, kinds: kinds(active)}
	for _, f := range active {
		a.count.add(f.Level)
	}
	shown, _ := splitNotes(active)
	a.breaking = folded(shown)
	a.blind = slices.ContainsFunc(r.Reach, func(e result.Reach) bool { return e.Low })
	if len(r.Candidates) > 0 && r.Candidates[0].Inputs["tablesNotUnderstood"] == 0 {
		a.first = &r.Candidates[0] // those whose tables were not understood stand last
	}
	return a
}

// places counts what breaks with a second copy.
func (a answer) places() int { return a.count.errors + a.count.warnings }

// kinds lists the four groups, which are always there, and then the categories
// that findings outside of them have.
func kinds(findings []result.Finding) []kind {
	groups, categories := tallies(findings)
	var out []kind
	for _, g := range groupTitles() {
		out = append(out, kind{string(g.group), g.title, groups[g.group]})
	}
	for _, c := range worstFirst(categories) {
		out = append(out, kind{c, c, categories[c]})
	}
	return out
}

// kindOf is the group of a finding, or else its category.
func kindOf(f result.Finding) string {
	if f.Group != nil {
		return string(*f.Group)
	}
	return string(f.Category)
}

// folded joins findings that one rule reports, at one level, with one cure: to a
// reader they are one thing to repair at several places.
func folded(findings []result.Finding) []fold {
	byCause := map[string][]result.Finding{}
	for _, f := range findings {
		cause := strings.Join([]string{f.Rule, string(f.Level), kindOf(f), f.Fix}, "\x00")
		byCause[cause] = append(byCause[cause], f)
	}
	var out []fold
	for _, cause := range slices.Sorted(maps.Keys(byCause)) {
		all := slices.SortedStableFunc(slices.Values(byCause[cause]), func(a, b result.Finding) int {
			return cmp.Or(cmp.Compare(weight(b), weight(a)), cmp.Compare(a.Location.File, b.Location.File), cmp.Compare(a.Location.Line, b.Location.Line))
		})
		out = append(out, fold{all, common(all)})
	}
	slices.SortStableFunc(out, func(a, b fold) int {
		x, y := a.findings[0], b.findings[0]
		return cmp.Or(
			cmp.Compare(y.Level.Rank(), x.Level.Rank()), cmp.Compare(weight(y), weight(x)),
			cmp.Compare(x.Location.File, y.Location.File), cmp.Compare(x.Location.Line, y.Location.Line),
		)
	})
	return out
}

// weight orders findings of one level by what a second copy does to people: who
// is signed in, what is refused, what is lost or done twice, what is only old.
// Money in the name breaks ties.
func weight(f result.Finding) int {
	w := map[result.Category]int{
		result.Session: 9, result.Counter: 8, result.Lock: 7, result.Worker: 6, result.Registry: 5, result.Other: 4,
		result.Flag: 4, result.Config: 3, result.Cache: 2, result.Client: 1,
	}[f.Category] * 2
	if f.Group != nil && *f.Group == result.RateLimiter {
		w = 16
	}
	if money(f.Domain) || money(f.Symbol) {
		w++
	}
	return w
}

// money tells whether a name speaks of payment.
func money(name string) bool {
	name = strings.ToLower(name)
	return slices.ContainsFunc([]string{"payment", "billing", "invoice", "checkout", "refund"}, func(w string) bool { return strings.Contains(name, w) })
}

// common lists the sentences that are in every message, in the order of the
// first one. A single finding shares nothing.
func common(findings []result.Finding) []string {
	if len(findings) < 2 {
		return nil
	}
	var out []string
	for _, s := range sentences(findings[0].Message) {
		in := func(f result.Finding) bool { return slices.Contains(sentences(f.Message), s) }
		if !slices.ContainsFunc(findings[1:], func(f result.Finding) bool { return !in(f) }) {
			out = append(out, s)
		}
	}
	return out
}

// parts divides a fold by what two copies do at its places, in the order of the first of
// each, so that it can be said once.
func (f fold) parts() []fold {
	var out []fold
	var said []string
	for _, one := range f.findings {
		does := ""
		for _, s := range sentences(one.Message) {
			if strings.HasPrefix(s, twoCopies) && !slices.Contains(f.common, s) {
				does = s
			}
		}
		i := slices.Index(said, does)
		if i < 0 {
			i, out, said = len(out), append(out, fold{}), append(said, does)
		}
		out[i].findings = append(out[i].findings, one)
	}
	for i := range out {
		if len(out[i].findings) > 1 && said[i] != "" {
			out[i].common = []string{said[i]}
		}
	}
	return out
}

// own is a message without what its fold says for all.
func (f fold) own(message string) string {
	var out []string
	for _, s := range sentences(message) {
		if !slices.Contains(f.common, s) && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return strings.Join(out, " ")
}

// sentences splits a message after full stops outside of code.
func sentences(text string) []string {
	var out []string
	code, from := false, 0
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '`':
			code = !code
		case !code && text[i] == '.' && i+1 < len(text) && text[i+1] == ' ':
			out = append(out, strings.TrimSpace(text[from:i+1]))
			from = i + 1
		}
	}
	if rest := strings.TrimSpace(text[from:]); rest != "" {
		out = append(out, rest)
	}
	return out
}

// idLength is how much of an identity is shown; commands take the beginning.
const idLength = 8

func shortID(f result.Finding) string { return f.ID[:min(idLength, len(f.ID))] }

// read says what was read, language by language.
func read(r *result.Result) string {
	var parts []string
	for _, l := range slices.Sorted(maps.Keys(r.Languages)) {
		parts = append(parts, plural(r.Languages[l].Files, l+" file"))
	}
	return strings.Join(parts, ", ")
}

// wave is domains that can be taken out beside each other.
type wave []result.Candidate

// waves puts each candidate, the best first, into the first wave in which none
// waits for it or is waited for: work in one wave then does not collide.
func waves(r *result.Result) []wave {
	waits := map[[2]string]bool{}
	for _, e := range r.Edges {
		if e.Sync && e.Kind == "call" {
			waits[[2]string{e.From, e.To}], waits[[2]string{e.To, e.From}] = true, true
		}
	}
	var out []wave
	for _, c := range r.Candidates {
		free := func(w wave) bool {
			return !slices.ContainsFunc(w, func(o result.Candidate) bool { return waits[[2]string{c.Domain, o.Domain}] })
		}
		i := slices.IndexFunc(out, free)
		if i < 0 {
			i, out = len(out), append(out, nil)
		}
		out[i] = append(out[i], c)
	}
	return out
}

// kindCounts names what breaks, kind by kind, as "session 3".
func (a answer) kindCounts() []string {
	var out []string
	for _, k := range a.kinds {
		if n := k.errors + k.warnings; n > 0 {
			out = append(out, fmt.Sprintf("%s %d", k.title, n))
		}
	}
	return out
}
