package analyzers

import (
	"fmt"
	"strconv"

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

// Choose makes analyzers of the rules of these names, of all if there are none,
// with notes if asked for. A name that no rule has is an error.
func Choose(names []string, notes bool) ([]*analysis.Analyzer, error) {
	known := map[string]*analysis.Analyzer{}
	all := All()
	for _, a := range all {
		known[a.Name] = a
		if err := a.Flags.Set("notes", strconv.FormatBool(notes)); err != nil {
			return nil, err
		}
	}
	if len(names) == 0 {
		return all, nil
	}
	var out []*analysis.Analyzer
	for _, name := range names {
		a := known[vet.Name(name)]
		if a == nil {
			return nil, fmt.Errorf("no rule %q concerns Go", name)
		}
		out = append(out, a)
	}
	return out, nil
}
