// Package inprocesslock reports locks that keep out the threads of one process
// only, around something that other copies change as well.
package inprocesslock

import (
	_ "embed"
	"fmt"
	"sort"
	"strings"

	"github.com/stateaudit/stateaudit/internal/assess"
	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/remedy"
	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/rule"
	"github.com/stateaudit/stateaudit/internal/unit"
)

//go:embed rule.md
var doc string

// Rule returns the rule.
func Rule() rule.Rule {
	return rule.Rule{
		Name:       "in-process-lock",
		Level:      result.Warning,
		Categories: []result.Category{result.Lock},
		Languages:  []unit.Language{unit.Go, unit.Ruby, unit.Python},
		Doc:        doc,
		Run:        run,
	}
}

func run(p *rule.Pass) {
	for _, a := range p.Assessments {
		if a.State && a.Rule() == p.Name() {
			p.ReportHolder(a, "")
		}
	}
	sections := criticalSections(p)
	ids := make([]string, 0, len(sections))
	for id := range sections {
		ids = append(ids, id)
	}
	sort.Strings(ids)
	for _, id := range ids {
		report(p, p.Program.Holder(id), sections[id])
	}
}

// held is one call made while a lock is held, and what it reaches.
type held struct {
	function *program.Function
	call     *unit.Call
	reach    []assess.Source
}

// criticalSections lists, for each lock that lives as long as the process, the
// calls made under it while serving.
func criticalSections(p *rule.Pass) map[string][]held {
	out := map[string][]held{}
	for _, f := range p.Program.Functions() {
		if f.Test || !f.Serving {
			continue
		}
		for i := range f.Calls {
			c := &f.Calls[i]
			if c.Async || c.Reference || len(c.Guards) == 0 {
				continue
			}
			reach := p.Sources.ReachOfCall(c)
			for _, g := range c.Guards {
				if h := lockOf(p.Program, g); h != nil {
					out[h.ID] = append(out[h.ID], held{f, c, reach})
				}
			}
		}
		underTaken(p, f, out)
	}
	return out
}

// lockOf finds the lock that a guard names: its last field, else its root.
func lockOf(p *program.Program, guard string) *program.Holder {
	id := guard
	if i := strings.LastIndexByte(guard, '>'); i >= 0 {
		id = guard[i+1:]
	} else if _, name, ok := strings.Cut(guard, ":"); ok {
		id = name
	}
	h := p.Holder(id)
	if h == nil || h.Test || !assess.IsLock(h) || !p.Keeps(h) {
		return nil
	}
	return h
}

// report tells of a lock under which something outside the process is changed.
func report(p *rule.Pass, h *program.Holder, section []held) {
	guarded, level := guardedBy(p, section)
	if len(guarded) == 0 {
		return
	}
	first := guarded[0]
	message := fmt.Sprintf("`%s` orders the threads of one process around what other copies change as well: `%s` %s while holding it (%s:%d).",
		h.Symbol, first.function.Symbol, outward(first.reach), first.call.Location.File, first.call.Location.Line)
	if level == result.Note {
		message += " The database orders this change too, by a serializable transaction or a lock of its own."
	}
	p.Report(result.Finding{
		Level: level, Category: result.Lock, Symbol: h.Symbol, Language: h.Language, Location: h.Location,
		Message:  message + " With two copies " + remedy.Breaks(result.Lock, "") + ".",
		Fix:      remedy.Fix(result.Lock, "", h.Language),
		Evidence: evidence(p, h, guarded),
	}, first.function)
}

// guardedBy lists the calls of a critical section that change something outside the
// process. They make a note if each function orders them in the database as well.
func guardedBy(p *rule.Pass, section []held) ([]held, result.Level) {
	ordered := map[*program.Function]bool{}
	for _, s := range section {
		if has(s.reach, assess.Serializable, assess.Elects) || below(p, s) {
			ordered[s.function] = true
		}
	}
	var guarded, alone []held
	for _, s := range section {
		if outward(s.reach) == "" {
			continue
		}
		guarded = append(guarded, s)
		if !ordered[s.function] {
			alone = append(alone, s)
		}
	}
	if len(alone) > 0 {
		return alone, ""
	}
	return guarded, result.Note
}

// below tells a section whose function takes a lock in the database ahead of it.
func below(p *rule.Pass, s held) bool {
	for i := range s.function.Calls {
		c := &s.function.Calls[i]
		if c.Reference || c.Async || c.Location.Line > s.call.Location.Line {
			continue
		}
		if has(p.Sources.ReachOfCall(c), assess.Serializable, assess.Elects) {
			return true
		}
	}
	return false
}

// maxSections bounds how many critical sections a finding lists.
const maxSections = 5

func evidence(p *rule.Pass, h *program.Holder, guarded []held) []result.Evidence {
	out := []result.Evidence{rule.Declared(h, "declared here")}
	for _, k := range p.Program.Keepers(h) {
		out = append(out, rule.Declared(k, "kept by "+k.Symbol))
	}
	for i, s := range guarded {
		if i == maxSections {
			break
		}
		out = append(out, result.Evidence{
			Kind: result.CallAt, Phase: s.function.Phase(), Function: s.function.Symbol, Location: s.call.Location,
			Note: outward(s.reach) + " while the lock is held",
		})
		if i == 0 {
			out = append(out, rule.Reached(s.function)...)
		}
	}
	return out
}

// outward says what a critical section changes outside the process. Reading
// under a lock only fills this process's memory.
func outward(reach []assess.Source) string {
	switch {
	case has(reach, assess.ToDatabase):
		return "writes the database"
	case has(reach, assess.ToFile):
		return "writes files"
	case has(reach, assess.ToNetwork):
		return "sends messages"
	case has(reach, assess.FromProgram):
		return "runs a program"
	}
	return ""
}

func has(reach []assess.Source, any ...assess.Source) bool {
	for _, r := range reach {
		for _, a := range any {
			if r == a {
				return true
			}
		}
	}
	return false
}
