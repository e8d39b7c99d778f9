// Package sharedtable lists the tables that more than one domain writes.
package sharedtable

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/rule"
	"github.com/stateaudit/stateaudit/internal/unit"
)

//go:embed rule.md
var doc string

// Rule returns the rule.
func Rule() rule.Rule {
	return rule.Rule{
		Name:       "shared-table",
		Level:      result.Note,
		Categories: []result.Category{result.Other},
		Languages:  []unit.Language{unit.Go, unit.Ruby, unit.Python},
		Doc:        doc,
		Run:        run,
	}
}

func run(p *rule.Pass) {
	for _, t := range p.SharedTables {
		p.Report(result.Finding{
			Category: result.Other, Symbol: t.Name, Language: t.Language, Location: t.Writes[0].Location, Evidence: t.Writes,
			Message: fmt.Sprintf("Table `%s` is written by %s. Neither can leave with it while the other still writes it.", t.Name, list(t.Domains)),
			Fix:     "Let one domain own the table, and let the others ask it or send it what to write.",
		})
	}
}

// list joins the names of at least two domains.
func list(names []string) string {
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
}
