// Package plan turns the evidence of a ranking into an ordered work plan for
// taking one domain out: what to repair first, which calls become events and what
// these carry, which calls stay, which tables to split.
package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/names"
	"github.com/stateaudit/stateaudit/internal/rank"
	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// Plan is what taking a domain out takes, step by step.
type Plan struct {
	Domain string  `json:"domain"`
	Rank   int     `json:"rank"`
	Of     int     `json:"of"`
	Score  float64 `json:"score"`
	Steps  []Step  `json:"steps"`
	// Tied are the domains that it would stay one system with as it is.
	Tied    []string `json:"tied"`
	Routing Routing  `json:"routing"`
	Events  []Event  `json:"-"`
}

// Step is one sort of work.
type Step struct {
	Title string `json:"title"`
	Why   string `json:"why"`
	Tasks []Task `json:"tasks"`
}

// Task is something to do at a place.
type Task struct {
	Text     string          `json:"text"`
	Location *unit.Location  `json:"location,omitempty"`
	Places   []unit.Location `json:"places,omitempty"` // further ones
}

// Make plans the extraction of a candidate. Findings are those of the audit.
func Make(r *rank.Ranking, c *rank.Candidate, findings []result.Finding, blockers []string) Plan {
	p := Plan{Domain: c.Domain.Name, Rank: c.Rank, Of: len(r.Candidates), Score: c.Score, Events: Events(r, c)}
	m := maker{r, c}
	p.Routing, p.Tied = routing(r, c), []string{}
	for _, t := range r.Ties(c) {
		p.Tied = append(p.Tied, t.Other)
	}
	for _, s := range []Step{
		repairs(findings, blockers),
		m.cycles(),
		m.memory(),
		events(p.Events),
		m.stay(),
		m.leaving(),
		m.tables(),
		m.transactions(),
		m.keys(),
		m.moving(),
		m.routes(p.Routing),
		m.code(),
	} {
		if len(s.Tasks) > 0 {
			p.Steps = append(p.Steps, s)
		}
	}
	return p
}

type maker struct {
	ranking   *rank.Ranking
	candidate *rank.Candidate
}

// repairs lists the findings in the way, except tables, which have their own step.
func repairs(findings []result.Finding, blockers []string) Step {
	s := Step{Title: "Repair what does not survive a second process", Why: "What the domain keeps in the memory or on the disk of the monolith is lost to it once it runs elsewhere."}
	byID := map[string]result.Finding{}
	for _, f := range findings {
		byID[f.ID] = f
	}
	for _, id := range blockers {
		f, ok := byID[id]
		if !ok || f.Rule == "shared-table" || f.Level == result.Note {
			continue
		}
		text := fmt.Sprintf("%s (%s): %s", f.Symbol, f.Rule, f.Fix)
		if f.Fix == "" {
			text = fmt.Sprintf("%s (%s)", f.Symbol, f.Rule)
		}
		s.Tasks = append(s.Tasks, task(text, f.Location))
	}
	return s
}

func task(text string, at unit.Location, more ...unit.Location) Task {
	return Task{Text: text, Location: &at, Places: more}
}

// terms are the crossings or shared resources of some classes.
func terms(all []rank.Term, classes ...rank.Class) []rank.Term {
	var out []rank.Term
	for _, t := range all {
		if slices.Contains(classes, t.Class) {
			out = append(out, t)
		}
	}
	return out
}

// spread is a task for a term, at its first place.
func spread(text string, t rank.Term) Task {
	out := Task{Text: text}
	seen := map[string]bool{}
	for _, p := range t.Places {
		at := p.Location
		line := fmt.Sprintf("%s:%d", at.File, at.Line)
		switch {
		case seen[line]:
		case out.Location == nil:
			out.Location = &at
		default:
			out.Places = append(out.Places, at)
		}
		seen[line] = true
	}
	return out
}

// where keeps the places of a term that lie in the domain, or those that do not.
func (m maker) where(t rank.Term, own bool) rank.Term {
	t.Places = slices.DeleteFunc(slices.Clone(t.Places), func(p rank.Place) bool {
		return (m.ranking.Map.Index(p.Location.File) == m.candidate.Index) != own
	})
	return t
}

// memory lists the process memory that the domain shares.
func (m maker) memory() Step {
	s := Step{Title: "Move shared memory out of the process", Why: "Two processes cannot share a variable: keep it in a store that both reach, or let one side own it and answer for it."}
	for _, t := range terms(m.candidate.Sharing, rank.HolderBoth, rank.HolderShared) {
		how := "one of both changes it"
		if t.Class == rank.HolderBoth {
			how = "both change it"
		}
		s.Tasks = append(s.Tasks, spread(fmt.Sprintf("%s is shared with %s; %s", t.Name, list(t.Others), how), t))
	}
	for _, t := range terms(m.candidate.Sharing, rank.SessionShared) {
		s.Tasks = append(s.Tasks, spread(fmt.Sprintf("%s is shared with %s: hand it over in the request or the token", t.Name, list(t.Others)), t))
	}
	return s
}

func list(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

// events lists the calls that become events.
func events(all []Event) Step {
	s := Step{Title: "Publish events in the place of calls", Why: "Nobody uses what these calls return, or, where it says so, only whether they succeeded. Each event carries all that its consumer reads, so that none has to call back."}
	for _, e := range all {
		var callees []string
		var places []unit.Location
		for _, c := range e.Calls {
			if !slices.Contains(callees, c.Callee) {
				callees = append(callees, c.Callee)
			}
			if c.Location != *e.Location {
				places = append(places, c.Location)
			}
		}
		text := fmt.Sprintf("%s publishes %s instead of calling %s", e.Caller, e.Name, list(callees))
		if e.InTransaction {
			text += "; its transaction is open there, so write the event to an outbox table in it"
		}
		if len(e.Checked) > 0 {
			text += fmt.Sprintf("; the caller looks at whether %s succeeded: decide how it learns of a failure, or keep the call", list(e.Checked))
		}
		s.Tasks = append(s.Tasks, Task{Text: text, Location: e.Location, Places: places})
	}
	return s
}

// stay lists the calls into the domain that need an answer.
func (m maker) stay() Step {
	s := Step{Title: "Give these callers an interface", Why: "They use the result, so they have to wait for it: a call over the network with a timeout, or a copy of the data kept up to date by events."}
	for _, t := range terms(m.candidate.Crossings, rank.ResultUsed) {
		if t.In && len(t.Others) > 0 {
			s.Tasks = append(s.Tasks, spread(t.Name, t))
		}
	}
	return s
}

// leaving lists what the domain asks of others.
func (m maker) leaving() Step {
	s := Step{Title: "Cut what the domain asks of others", Why: "What it reads of rows can come with the events; what it calls needs an interface of the monolith."}
	for _, t := range m.candidate.Crossings {
		if t.In || len(t.Others) == 0 {
			continue
		}
		text := t.Name
		switch t.Class {
		case rank.AttributeRead:
			text += m.carried(t)
		case rank.OffRequest:
			text += ": runs beside the requests, a call over the network will do"
		case rank.Asynchronous, rank.Dropped:
			text += ": the result is not used, publish an event"
		case rank.InTransaction:
			text += ": inside a transaction, publish by way of an outbox"
		}
		s.Tasks = append(s.Tasks, spread(text, t))
	}
	return s
}

// carried says what the event can bring of the attributes that a term reads.
func (m maker) carried(t rank.Term) string {
	var plain, secret []string
	for _, c := range columns(t) {
		if m.ranking.Facts.SecretColumn(t.Table, c) || names.Secret(c, columnType(m.ranking.Facts, t.Table, c)) {
			secret = append(secret, c)
			continue
		}
		plain = append(plain, c)
	}
	text := ""
	if len(plain) > 0 {
		text = " (" + strings.Join(plain, ", ") + "): let the event carry it"
	}
	if len(secret) > 0 {
		text += "; " + strings.Join(secret, ", ") + ": secret, no event may carry it, ask its owner to check it"
	}
	return text
}

// columns are the attributes that a term reads.
func columns(t rank.Term) []string {
	var out []string
	for _, p := range t.Places {
		if p.Note != "" && !slices.Contains(out, p.Note) {
			out = append(out, p.Note)
		}
	}
	slices.Sort(out)
	return out
}

// tables lists what to do with each table that the domain uses.
func (m maker) tables() Step {
	s := Step{Title: "Part the tables", Why: "A service owns its tables. Whoever else writes or reads them goes through it or is told."}
	shared := map[string]bool{}
	for _, t := range terms(m.candidate.Sharing, rank.TableBoth, rank.TableRead, rank.TableReads) {
		shared[t.Name] = true
		text := ""
		switch t.Class {
		case rank.TableBoth:
			text = fmt.Sprintf("%s is also written by %s: decide who owns it, and let the others ask", t.Name, list(t.Others))
		case rank.TableRead:
			text = fmt.Sprintf("%s is read by %s: give them an interface or events", t.Name, list(t.Others))
		default:
			text = fmt.Sprintf("%s is written by %s and only read here: replace the reads", t.Name, list(t.Others))
		}
		s.Tasks = append(s.Tasks, spread(text, m.where(t, t.Class == rank.TableReads)))
	}
	var own []string
	for _, name := range m.ranking.Tables()[m.candidate.Domain.Name] {
		if !shared[name] {
			own = append(own, name)
		}
	}
	if len(own) > 0 {
		s.Tasks = append(s.Tasks, Task{Text: "move along, nobody else uses " + theseOrThis(own) + ": " + strings.Join(own, ", ")})
	}
	return s
}

func theseOrThis(of []string) string {
	if len(of) == 1 {
		return "it"
	}
	return "them"
}

// transactions lists those that write on both sides.
func (m maker) transactions() Step {
	s := Step{Title: "Take transactions apart", Why: "A transaction cannot span two databases: commit the one side, and let an event or a saga do the other."}
	for _, t := range terms(m.candidate.Sharing, rank.TxBoth) {
		text := fmt.Sprintf("%s writes for %s in one transaction", t.Name, list(append(slices.Clone(t.Others), m.candidate.Domain.Name)))
		s.Tasks = append(s.Tasks, spread(text+m.usedBy(t.Name), t))
	}
	return s
}

// maxUses bounds how many use cases of a transaction are named.
const maxUses = 3

// usedBy names the use cases that run a transaction: those are what has to be thought
// through.
func (m maker) usedBy(symbol string) string {
	var by []string
	for _, u := range m.ranking.UseCases() {
		if slices.ContainsFunc(u.Lost, func(l rank.Lost) bool { return l.Function.Symbol == symbol }) {
			by = append(by, u.Titles[0])
		}
	}
	switch n := len(by) - maxUses; {
	case len(by) == 0:
		return ""
	case n > 0:
		return fmt.Sprintf(", in %s and %d more", strings.Join(by[:maxUses], ", "), n)
	}
	return ", in " + list(by)
}

// keys lists foreign keys across the border.
func (m maker) keys() Step {
	s := Step{Title: "Drop foreign keys across the border", Why: "No database checks them once the tables lie apart."}
	for _, t := range terms(m.candidate.Sharing, rank.ForeignKeys) {
		s.Tasks = append(s.Tasks, spread(fmt.Sprintf("%s (%s)", t.Name, list(t.Others)), t))
	}
	return s
}

// code names what moves: folders that are all its own, and single files.
func (m maker) code() Step {
	d := m.candidate.Domain
	s := Step{Title: "Move the code", Why: fmt.Sprintf("%d files, %d lines.", len(d.Files), d.Lines)}
	for _, p := range m.ranking.Map.Cover(m.candidate.Index) {
		s.Tasks = append(s.Tasks, Task{Text: p})
	}
	slices.SortStableFunc(s.Tasks, func(a, b Task) int { return cmp.Compare(a.Text, b.Text) })
	return s
}
