// Package inprocesscache reports derived data that is kept in process
// memory with no shared invalidation.
package inprocesscache

import (
	_ "embed"
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/assess"
	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/rule"
	"github.com/stateaudit/stateaudit/internal/unit"
)

//go:embed rule.md
var doc string

// Rule returns the rule.
func Rule() rule.Rule {
	return rule.Rule{
		Name:       "in-process-cache",
		Level:      result.Warning,
		Categories: []result.Category{result.Cache, result.Counter},
		Languages:  []unit.Language{unit.Go, unit.Ruby, unit.Python},
		Doc:        doc,
		Run:        run,
	}
}

func run(p *rule.Pass) {
	for _, a := range p.Assessments {
		if a.State && a.Rule() == p.Name() {
			p.ReportHolderAs(level(a), a, describe(a.Facts))
		}
	}
	reportStores(p)
}

// level is a note for one answer of another service that each copy asks for by itself,
// now and then: it is as old in one copy as in ten.
func level(a assess.Assessment) result.Level {
	if a.Facts.Refresher != nil && !slices.Contains(a.Facts.Sources, assess.FromDatabase) {
		return result.Note
	}
	return ""
}

// describe says whether the cache is bounded, whether it expires, and what it
// is derived from.
func describe(f assess.Facts) string {
	if f.Refresher != nil {
		return "It is replaced from time to time, with an answer from: " + list(f.Sources) + "."
	}
	parts := []string{
		answer(f.Bounded, "It is bounded", "It is not bounded", "No bound was seen"),
		answer(f.Expires, "entries expire", "entries do not expire", "no expiry was seen"),
	}
	s := strings.Join(parts, ", ")
	if f.Library && f.Bounded == assess.NotKnown && f.Expires == assess.NotKnown {
		s = "Its library says whether it is bounded and whether entries expire"
	}
	if len(f.Sources) > 0 {
		s += "; its content is derived from: " + list(f.Sources)
	}
	return s + "."
}

func list(sources []assess.Source) string {
	names := make([]string, len(sources))
	for i, src := range sources {
		names[i] = string(src)
	}
	return strings.Join(names, ", ")
}

func answer(t assess.Tri, yes, no, unknown string) string {
	switch t {
	case assess.Yes:
		return yes
	case assess.No:
		return no
	}
	return unknown
}
