package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/rank"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// cycles lists the domains that wait for the candidate while it waits for them, with
// the calls of the direction that has fewer.
func (m maker) cycles() Step {
	s := Step{Title: "Break these cycles first", Why: "Two services that wait for each other fail together and are released together: a monolith with a network in it. The direction with fewer calls is listed."}
	for _, t := range m.ranking.Ties(m.candidate) {
		if !t.Cycle() {
			continue
		}
		fewer, way := t.In, t.Other+" waits for "+m.candidate.Domain.Name
		if len(t.Out) <= len(t.In) {
			fewer, way = t.Out, m.candidate.Domain.Name+" waits for "+t.Other
		}
		out := Task{Text: fmt.Sprintf("%s and %s wait for each other (%s out, %d in); turn these around: %s in %s", m.candidate.Domain.Name, t.Other, counted(len(t.Out), "call"), len(t.In), way, calls(fewer))}
		for _, p := range fewer {
			at := p.Calls[0].Location
			if out.Location == nil {
				out.Location = &at
				continue
			}
			out.Places = append(out.Places, at)
		}
		s.Tasks = append(s.Tasks, out)
	}
	return s
}

// maxCalls bounds how many calls of a cycle are written out.
const maxCalls = 3

func calls(pairs []rank.Pair) string {
	var out []string
	for _, p := range pairs[:min(maxCalls, len(pairs))] {
		out = append(out, p.From.Symbol+" → "+p.To.Symbol)
	}
	text := strings.Join(out, ", ")
	if more := len(pairs) - maxCalls; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// moving says how the tables that move along get to another database while both serve.
func (m maker) moving() Step {
	s := Step{Title: "Move the tables while they are used", Why: "One after the other, those that others refer to first. Until the last task, going back is a switch."}
	own := m.parentsFirst(m.ranking.Tables()[m.candidate.Domain.Name])
	if len(own) == 0 {
		return s
	}
	var read []Task
	for _, table := range own {
		writes, reads := m.ranking.TableUses(table)
		if len(writes) > 0 {
			s.Tasks = append(s.Tasks, listed(fmt.Sprintf("dual write: let what writes %s write to both databases, the old one first", table), writes))
		}
		if len(reads) > 0 {
			read = append(read, listed(fmt.Sprintf("cut over: read %s from its new place, behind a switch", table), reads))
		}
	}
	all := strings.Join(own, ", ")
	s.Tasks = append(s.Tasks,
		Task{Text: "backfill: copy the rows that were there before, in batches by primary key, and leave rows alone that the dual write has brought: " + all},
		Task{Text: "reconcile: compare counts and checksums of both sides until nothing differs, and find out why where it does: " + all})
	s.Tasks = append(s.Tasks, read...)
	s.Tasks = append(s.Tasks, Task{Text: "finish: stop writing the old tables, revoke the rights to them, and drop them once nobody has asked for them: " + all})
	return s
}

// parentsFirst orders tables so that those come first that keys of the others point to.
func (m maker) parentsFirst(tables []string) []string {
	var out []string
	var visit func(table string, depth int)
	visit = func(table string, depth int) {
		if slices.Contains(out, table) || depth > len(tables) {
			return
		}
		for _, k := range m.ranking.Facts.Schema.Keys {
			if k.From == table && k.To != table && slices.Contains(tables, k.To) {
				visit(k.To, depth+1)
			}
		}
		if !slices.Contains(out, table) {
			out = append(out, table)
		}
	}
	for _, t := range tables {
		visit(t, 0)
	}
	return out
}

// listed is a task at some places.
func listed(text string, places []rank.Place) Task {
	out := Task{Text: text}
	seen := map[unit.Location]bool{}
	for _, p := range places {
		at := p.Location
		line := unit.Location{File: at.File, Line: at.Line}
		if at.File == "" || seen[line] {
			continue
		}
		seen[line] = true
		if out.Location == nil {
			out.Location = &at
			continue
		}
		out.Places = append(out.Places, at)
	}
	return out
}

// counted is a number with its noun.
func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
