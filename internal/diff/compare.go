package diff

import (
	"slices"

	"github.com/stateaudit/stateaudit/internal/result"
)

// Compare says what changed between the audits of two revisions. It marks what
// was there before as suppressed in after, so that every format of an audit can
// also show what is new; known is the reason that these give.
func Compare(before, after *result.Result, known string) *result.Diff {
	m := Match(Of(before.Findings, ""), Of(after.Findings, ""))
	d := &result.Diff{SchemaVersion: result.SchemaVersion, Tool: after.Tool, Errors: after.Errors, BaseErrors: before.Errors}
	moved := map[Pair]bool{}
	for _, p := range m.Moved {
		moved[p] = true
	}
	pairs := slices.Concat(m.Same, m.Moved)
	slices.SortFunc(pairs, func(a, b Pair) int { return a.After - b.After })
	for _, p := range pairs {
		was, is := before.Findings[p.Before], &after.Findings[p.After]
		switch {
		case was.Suppressed == nil && is.Suppressed == nil:
			if moved[p] {
				d.Moved = append(d.Moved, result.Move{From: was.Location, Finding: *is})
			}
			is.Suppressed = &result.Suppression{Kind: result.InBaseline, Reason: known}
		case was.Suppressed == nil:
			d.Ignored = append(d.Ignored, *is)
		case is.Suppressed == nil:
			m.Added = append(m.Added, p.After)
		}
	}
	slices.Sort(m.Added)
	d.Added = open(after.Findings, m.Added)
	d.Fixed = open(before.Findings, m.Gone)
	after.Summary = result.Summarise(after.Findings)
	d.Complete()
	return d
}

// open picks the findings that are not suppressed.
func open(findings []result.Finding, which []int) []result.Finding {
	var out []result.Finding
	for _, i := range which {
		if f := findings[i]; f.Suppressed == nil {
			out = append(out, f)
		}
	}
	return out
}
