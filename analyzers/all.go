package analyzers

import (
	"fmt"
	"slices"

	"golang.org/x/tools/go/analysis"

	"github.com/stateaudit/stateaudit/internal/rule"
	"github.com/stateaudit/stateaudit/internal/vet"
)

// All makes go/analysis analyzers of the rules that concern Go, for go vet,
// multichecker, golangci-lint and the like. Importing this package needs no C
// compiler.
func All() []*analysis.Analyzer { return vet.Analyzers(Rules()) }

// Combined makes one analyzer of all rules that concern Go.
func Combined() *analysis.Analyzer { return vet.Combined(goRules()) }

func goRules() []rule.Rule {
	var out []rule.Rule
	for _, r := range Rules() {
		for _, lang := range r.Languages {
			if lang == "go" {
				out = append(out, r)
				break
			}
		}
	}
	return out
}

// Verdicts makes one analyzer of the rules of these names, of all that concern Go
// if there are none, for programs that show no more than a verdict a line. A name
// that no rule has is an error.
func Verdicts(names []string, notes bool) (*analysis.Analyzer, error) {
	chosen := goRules()
	if len(names) > 0 {
		chosen = nil
	}
	for _, name := range names {
		i := slices.IndexFunc(goRules(), func(r rule.Rule) bool { return vet.Name(r.Name) == vet.Name(name) })
		if i < 0 {
			return nil, fmt.Errorf("no rule %q concerns Go", name)
		}
		chosen = append(chosen, goRules()[i])
	}
	return vet.Verdicts(chosen, notes), nil
}
