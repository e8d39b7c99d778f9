// Package inprocesscache reports derived data that is kept in process
// memory with no shared invalidation.
package inprocesscache

import (
	_ "embed"
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
		Categories: []result.Category{result.Cache},
		Languages:  []unit.Language{unit.Go, unit.Ruby, unit.Python},
		Doc:        doc,
		Run:        run,
	}
}

func run(p *rule.Pass) {
	for _, a := range p.Assessments {
		if a.State && a.Rule() == p.Name() {
			p.ReportHolder(a, describe(a.Facts))
		}
	}
	reportStores(p)
}

// describe says whether the cache is bounded, whether it expires, and what it
// is derived from.
func describe(f assess.Facts) string {
	parts := []string{
		answer(f.Bounded, "It is bounded", "It is not bounded", "No bound was seen"),
		answer(f.Expires, "entries expire", "entries do not expire", "no expiry was seen"),
	}
	s := strings.Join(parts, ", ")
	if f.Library && f.Bounded == assess.NotKnown && f.Expires == assess.NotKnown {
		s = "Its library says whether it is bounded and whether entries expire"
	}
	if len(f.Sources) > 0 {
		names := make([]string, len(f.Sources))
		for i, src := range f.Sources {
			names[i] = string(src)
		}
		s += "; its content is derived from: " + strings.Join(names, ", ")
	}
	return s + "."
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
