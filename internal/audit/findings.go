package audit

import (
	"github.com/stateaudit/stateaudit/analyzers"
	"github.com/stateaudit/stateaudit/internal/assess"
	"github.com/stateaudit/stateaudit/internal/bindings"
	"github.com/stateaudit/stateaudit/internal/catalog"
	"github.com/stateaudit/stateaudit/internal/config"
	"github.com/stateaudit/stateaudit/internal/domains"
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
	drift   func() ([]domains.Drift, error)
	holders map[subject]string // their IDs, by what findings tell of them
	ranking *rank.Ranking
	// workloads are what deployment files say is run.
	workloads []result.Workload
	reach     []result.Reach
}

// link joins the units and judges the holders.
func link(units []*unit.Unit, c *config.Config) study {
	enter(units, c)
	prog := program.Link(units, catalog.New(userEntries(c)))
	src := assess.NewSources(prog)
	all := assess.All(prog, src)
	in := rule.Input{Program: prog, Sources: src, Assessments: all, Bindings: bindings.Of(prog)}
	return study{Input: in, holders: subjects(all)}
}

// findings asks every rule. One that fails takes no other with it, and what is
// added to findings afterwards none of them.
func (s *study) findings(g *guard) []result.Finding {
	g.step("finding shared tables", func() { s.SharedTables = s.sharedTables() })
	var found []result.Finding
	for _, r := range analyzers.Rules() {
		g.step("the rule "+r.Name, func() { found = append(found, rule.Run(r, s.Input)...) })
	}
	var started *processes.Set
	var runnable []replicas.Program
	told := g.step("telling processes apart", func() {
		started = processes.Of(s.Program)
		runnable = programs(started)
	})
	g.step("counting copies", func() {
		replicas.Apply(found, s.Program.Settings(), runnable)
		s.workloads = replicas.Table(s.Program.Settings(), runnable)
	})
	if told {
		g.step("telling how much is reached", func() { s.reach = started.Reach(s.Program) })
		g.step("placing findings in processes", func() { started.Apply(found) })
	}
	g.step("placing findings in domains", func() { s.locate(found) })
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
