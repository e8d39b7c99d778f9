package audit

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/assess"
	"github.com/stateaudit/stateaudit/internal/checkout"
	"github.com/stateaudit/stateaudit/internal/domains"
	"github.com/stateaudit/stateaudit/internal/facts"
	"github.com/stateaudit/stateaudit/internal/frontend"
	"github.com/stateaudit/stateaudit/internal/plan"
	"github.com/stateaudit/stateaudit/internal/rank"
	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/rule"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// rank cuts the program into domains and ranks them. It fails only on a
// configuration that contradicts itself.
func (s *study) rank(tree *checkout.Tree, o Options) ([]unit.Problem, error) {
	o.Progress("ranking", 0, 0)
	var problems []unit.Problem
	var failed error
	if p := frontend.Guard(".", "ranking", func() {
		f := facts.Collect(facts.Input{Program: s.Program, Sources: s.Sources, SQL: schemas(tree)})
		in := domains.Input{Files: tree.Files, Facts: f, Config: o.Config, Prefix: func(above string) string { return o.Config.Prefix(o.Root, above) }}
		m, err := domains.Find(in)
		if err != nil {
			failed = err
			return
		}
		s.drift = func() ([]domains.Drift, error) { return domains.Drifted(in, m) }
		problems = append(problems, m.Problems...)
		s.inputs = rank.Input{Facts: f, Map: m, Traffic: o.Traffic}
		s.inputs.Weigh(o.Config.Weights)
		s.ranking = rank.Rank(s.inputs)
	}); p != nil {
		problems = append(problems, *p)
	}
	return problems, failed
}

// schemas reads the files that say in SQL which tables there are. A file that
// cannot be read says nothing.
func schemas(tree *checkout.Tree) []facts.SQLFile {
	var out []facts.SQLFile
	for _, f := range tree.Files {
		if path.Ext(f) != ".sql" || strings.Contains(path.Base(f), ".down.") {
			continue
		}
		if content, problem := tree.Read(f); problem == nil {
			out = append(out, facts.SQLFile{Path: f, Content: string(content)})
		}
	}
	return out
}

// sharedTables hands to the rules what ranking knows of tables.
func (s *study) sharedTables() []rule.SharedTable {
	if s.ranking == nil {
		return nil
	}
	var out []rule.SharedTable
	for _, t := range s.ranking.SharedTables() {
		shared := rule.SharedTable{Name: t.Name, Domains: t.Domains, Language: unit.Go}
		for _, p := range t.Writes {
			shared.Writes = append(shared.Writes, result.Evidence{
				Kind: result.WriteAt, Phase: result.UnknownPhase, Function: p.Function, Location: p.Location, Note: p.Note,
			})
		}
		if path.Ext(shared.Writes[0].Location.File) != ".go" {
			shared.Language = unit.Ruby
		}
		out = append(out, shared)
	}
	return out
}

// locate tells the findings which domain they live in.
func (s *study) locate(found []result.Finding) {
	if s.ranking == nil {
		return
	}
	for i := range found {
		if f := &found[i]; f.Language != unit.Deploy {
			f.Domain = s.ranking.Map.Of(f.Location.File)
		}
	}
}

// describe writes domains, candidates and edges into the result.
func (s *study) describe(r *result.Result) {
	if s.ranking == nil {
		return
	}
	tables := s.ranking.Tables()
	for _, d := range append(slices.Clone(s.ranking.Map.Domains), s.ranking.Map.Kernel) {
		if len(s.ranking.Map.Domains) == 0 || len(d.Files) == 0 {
			continue
		}
		r.Domains = append(r.Domains, result.Domain{
			Name: d.Name, Source: string(d.Source), Paths: d.Paths, Files: len(d.Files), Lines: d.Lines, Tables: tables[d.Name],
		})
	}
	for i := range s.ranking.Candidates {
		c := &s.ranking.Candidates[i]
		r.Candidates = append(r.Candidates, result.Candidate{
			Rank: c.Rank, Domain: c.Domain.Name, Score: c.Score,
			DomainClarity: c.Clarity, AsyncViability: c.Viability, SharedStateCoupling: c.Coupling, BlastRadius: c.Blast, Traffic: c.Traffic,
			Inputs: c.Inputs(), Blockers: s.blockers(r.Findings, c), Events: contracts(s.ranking, c),
		})
	}
	for _, e := range s.ranking.Edges {
		r.Edges = append(r.Edges, result.Edge(e))
	}
}

// contracts are the events that would take the place of calls into a candidate.
func contracts(r *rank.Ranking, c *rank.Candidate) []result.Event {
	var out []result.Event
	for _, e := range plan.Events(r, c) {
		out = append(out, e.Event)
	}
	return out
}

// blockers lists the findings that stand in the way of a candidate, the worst
// first: what lives in it, and what it shares with others.
func (s *study) blockers(found []result.Finding, c *rank.Candidate) []string {
	var own []result.Finding
	for _, f := range found {
		if f.Suppressed == nil && f.Language != unit.Deploy && (f.Domain == c.Domain.Name || s.sharedBy(f, c)) {
			own = append(own, f)
		}
	}
	slices.SortStableFunc(own, func(a, b result.Finding) int { return cmp.Compare(b.Level.Rank(), a.Level.Rank()) })
	var ids []string
	for _, f := range own {
		ids = append(ids, f.ID)
	}
	return ids
}

// sharedBy tells whether a finding is about something that a candidate shares.
func (s *study) sharedBy(f result.Finding, c *rank.Candidate) bool {
	name, ok := s.resource(f)
	return ok && slices.ContainsFunc(c.Sharing, func(t rank.Term) bool { return t.Name == name })
}

// resource names what a finding is about as ranking knows it: a holder or a
// table.
func (s *study) resource(f result.Finding) (string, bool) {
	if f.Rule == "shared-table" {
		return f.Symbol, true
	}
	id, ok := s.holders[subject{f.Symbol, f.Location}]
	return id, ok
}

// subject is how a finding tells the holder that it is about.
type subject struct {
	symbol   string
	location unit.Location
}

// subjects finds holders by what findings tell of them, the first of those alike.
func subjects(all []assess.Assessment) map[subject]string {
	out := map[subject]string{}
	for _, a := range all {
		key := subject{a.Holder.Symbol, a.Holder.Location}
		if _, known := out[key]; !known {
			out[key] = a.Holder.ID
		}
	}
	return out
}

// repaired ranks again without what findings are about.
func (s *study) repaired(findings []result.Finding) (*rank.Ranking, error) {
	in := s.inputs
	in.Without = slices.Clone(in.Without)
	for _, f := range findings {
		name, ok := s.resource(f)
		if !ok {
			return nil, fmt.Errorf("%s at %s:%d is about nothing that domains share", f.Rule, f.Location.File, f.Location.Line)
		}
		in.Without = append(in.Without, name)
	}
	return rank.Rank(in), nil
}

// edited ranks again with other borders, and with calls of some functions made
// asynchronous.
func (s *study) edited(edits []domains.Edit, async []string) (*rank.Ranking, error) {
	in := s.inputs
	edits, err := s.parted(edits)
	if err != nil {
		return nil, err
	}
	m, err := in.Map.Edited(edits)
	if err != nil {
		return nil, err
	}
	in.Map = m
	for _, symbol := range async {
		id := s.symbol(symbol)
		if id == "" {
			return nil, fmt.Errorf("no function %q is called", symbol)
		}
		in.Async = append(in.Async, id)
	}
	return rank.Rank(in), nil
}

// parted puts the parts of a domain in the place of an edit that divides it.
func (s *study) parted(edits []domains.Edit) ([]domains.Edit, error) {
	var out []domains.Edit
	for _, e := range edits {
		if !e.Split {
			out = append(out, e)
			continue
		}
		for _, name := range e.From {
			parts, err := s.inputs.Map.Parts(s.inputs.Facts, name)
			if err != nil {
				return nil, err
			}
			out = append(out, parts...)
		}
	}
	return out, nil
}

// symbol finds a function by its ID or by what readers call it.
func (s *study) symbol(name string) string {
	for _, fn := range s.Program.Functions() {
		if !fn.Test && (fn.ID == name || fn.Symbol == name) {
			return fn.ID
		}
	}
	return ""
}
