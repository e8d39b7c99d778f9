package audit

import (
	"github.com/stateaudit/stateaudit/analyzers"
	"github.com/stateaudit/stateaudit/internal/assess"
	"github.com/stateaudit/stateaudit/internal/bindings"
	"github.com/stateaudit/stateaudit/internal/catalog"
	"github.com/stateaudit/stateaudit/internal/config"
	"github.com/stateaudit/stateaudit/internal/processes"
	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/rank"
	"github.com/stateaudit/stateaudit/internal/replicas"
	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/rule"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// study is what is known of a checkout once its units are linked.
type study struct {
	rule.Input
	inputs  rank.Input
	ranking *rank.Ranking
	// workloads are what deployment files say is run.
	workloads []result.Workload
}

// link joins the units and judges the holders.
func link(units []*unit.Unit, c *config.Config) study {
	prog := program.Link(units, catalog.New(userEntries(c)))
	src := assess.NewSources(prog)
	return study{Input: rule.Input{Program: prog, Sources: src, Assessments: assess.All(prog, src), Bindings: bindings.Of(prog)}}
}

// findings asks every rule.
func (s *study) findings() []result.Finding {
	s.SharedTables = s.sharedTables()
	var found []result.Finding
	for _, r := range analyzers.Rules() {
		found = append(found, rule.Run(r, s.Input)...)
	}
	started := processes.Of(s.Program)
	runnable := programs(started)
	replicas.Apply(found, s.Program.Settings(), runnable)
	s.workloads = replicas.Table(s.Program.Settings(), runnable)
	started.Apply(found)
	s.locate(found)
	return found
}

// programs are the programs of the checkout as deployment files may run them.
func programs(of *processes.Set) []replicas.Program {
	var out []replicas.Program
	for _, p := range of.Programs() {
		out = append(out, replicas.Program{Name: p.Name(), Names: p.Names, Folder: p.Folder, Language: p.Language, Lives: p.Lives})
	}
	return out
}

func userEntries(c *config.Config) []catalog.Entry {
	var out []catalog.Entry
	for _, e := range c.Catalogue {
		out = append(out, catalog.Entry{Type: e.Type, Kind: catalog.Kind(e.Role), Mutates: e.Methods})
	}
	return out
}
