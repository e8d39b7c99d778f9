package audit

import (
	"github.com/stateaudit/stateaudit/analyzers"
	"github.com/stateaudit/stateaudit/internal/assess"
	"github.com/stateaudit/stateaudit/internal/catalog"
	"github.com/stateaudit/stateaudit/internal/config"
	"github.com/stateaudit/stateaudit/internal/processes"
	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/replicas"
	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/rule"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// findings links the units and asks every rule.
func findings(units []*unit.Unit, c *config.Config) []result.Finding {
	prog := program.Link(units, catalog.New(userEntries(c)))
	src := assess.NewSources(prog)
	assessed := assess.All(prog, src)
	var found []result.Finding
	for _, r := range analyzers.Rules() {
		found = append(found, rule.Run(r, prog, src, assessed)...)
	}
	replicas.Apply(found, prog.Settings())
	processes.Apply(found, prog)
	return found
}

func userEntries(c *config.Config) []catalog.Entry {
	var out []catalog.Entry
	for _, e := range c.Catalogue {
		out = append(out, catalog.Entry{Type: e.Type, Kind: catalog.Kind(e.Role), Mutates: e.Methods})
	}
	return out
}
