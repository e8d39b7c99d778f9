// Package blockingsideeffect reports mail, calls of other services, programs and
// the drawing of documents that a request waits for.
package blockingsideeffect

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/effects"
	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/rule"
	"github.com/stateaudit/stateaudit/internal/unit"
)

//go:embed rule.md
var doc string

// Rule returns the rule.
func Rule() rule.Rule {
	return rule.Rule{
		Name:       "blocking-side-effect",
		Level:      result.Note,
		Categories: []result.Category{result.Other},
		Languages:  []unit.Language{unit.Go, unit.Ruby, unit.Python},
		Doc:        doc,
		Run:        run,
	}
}

func run(p *rule.Pass) {
	ways := requests(p.Program)
	callbacks := callbacks(p.Program)
	for _, f := range p.Program.Functions() {
		if f.Test || ways[f] == nil {
			continue
		}
		for _, w := range worst(f) {
			w.way, w.callback = way(ways, f), callbacks[f.ID]
			report(p, w)
		}
	}
}

// worst lists the effects of a function that a request waits for, one of each
// kind: the first inside a transaction, else the first.
func worst(f *program.Function) []waiting {
	var out []waiting
	for i := range f.Calls {
		c := &f.Calls[i]
		e, ok := effects.Of(c)
		if !ok || !e.Kind.Holds() || c.Async {
			continue
		}
		w := waiting{function: f, call: c, effect: e}
		n := slices.IndexFunc(out, func(w waiting) bool { return w.effect.Kind == e.Kind })
		switch {
		case n < 0:
			out = append(out, w)
		case c.Tx && !out[n].call.Tx:
			out[n] = w
		}
	}
	return out
}

// step is how a request comes to a function: from which, by which call.
type step struct {
	from *program.Function
	call *unit.Call
}

// requests finds the functions that run while a request waits, nearest first.
func requests(p *program.Program) map[*program.Function]*step {
	ways := map[*program.Function]*step{}
	var queue []*program.Function
	for _, f := range p.Functions() {
		if !f.Test && entry(f) {
			ways[f] = &step{}
			queue = append(queue, f)
		}
	}
	for len(queue) > 0 {
		f := queue[0]
		queue = queue[1:]
		for _, to := range awaited(f) {
			if ways[to.function] == nil && !to.function.Test {
				ways[to.function] = &step{f, to.call}
				queue = append(queue, to.function)
			}
		}
	}
	return ways
}

// entry tells the functions that a framework calls with a request.
func entry(f *program.Function) bool {
	if f.HasRole(unit.Application) {
		return strings.Contains(f.Location.File, "app/controllers/")
	}
	return (f.HasRole(unit.Handler) || f.HasRole(unit.Middleware)) && f.RoleNote != "mailer"
}

// callee is a function and the call by which it runs.
type callee struct {
	function *program.Function
	call     *unit.Call
}

// awaited lists what a function runs and waits for, closures included that it
// hands to what it calls. Of several calls it is one inside a transaction.
func awaited(f *program.Function) []callee {
	var out []callee
	for _, to := range f.Callees() {
		if to.HasRole(unit.Background) || to.HasRole(unit.Job) {
			continue
		}
		var call *unit.Call
		for _, c := range f.CallsOf(to) {
			if !c.Async && !c.Reference && (call == nil || c.Tx && !call.Tx) {
				call = c
			}
		}
		if call != nil {
			out = append(out, callee{to, call})
		}
	}
	return out
}

// way lists the steps from the entry to a function.
func way(ways map[*program.Function]*step, f *program.Function) []callee {
	var out []callee
	for at := f; at != nil && len(out) < maxSteps; {
		s := ways[at]
		out = append([]callee{{at, s.call}}, out...)
		at = s.from
	}
	return out
}

// maxSteps bounds how many calls of a way are told.
const maxSteps = 12

// callbacks lists the methods that ActiveRecord runs when a record is saved, with
// the macro that says so.
func callbacks(p *program.Program) map[string]string {
	out := map[string]string{}
	for _, f := range p.Functions() {
		if f.Language != unit.Ruby || !f.HasRole(unit.Initializer) {
			continue
		}
		for i := range f.Calls {
			c := &f.Calls[i]
			when, ok := strings.CutPrefix(c.Name, "after_")
			if !ok {
				when, ok = strings.CutPrefix(c.Name, "before_")
			}
			if !ok || when == "action" || when == "filter" || strings.HasSuffix(when, "initialize") {
				continue
			}
			for _, a := range c.Args {
				if name, ok := strings.CutPrefix(a.Text, ":"); ok {
					out[f.Owner+"#"+name] = c.Name
				}
			}
		}
	}
	return out
}

// waiting is one effect that a request waits for.
type waiting struct {
	function *program.Function
	call     *unit.Call
	effect   effects.Effect
	way      []callee
	callback string
}

// inTransaction tells whether a database transaction is open around the effect.
// A commit callback runs behind it.
func (w waiting) inTransaction() bool {
	if w.call.Tx || w.callback != "" && !strings.Contains(w.callback, "commit") {
		return true
	}
	for _, s := range w.way {
		if s.call != nil && s.call.Tx {
			return true
		}
	}
	return false
}

func report(p *rule.Pass, w waiting) {
	level := result.Level("")
	var b strings.Builder
	fmt.Fprintf(&b, "A request waits while `%s` %s (`%s`): %s.", w.function.Symbol, does(w.effect.Kind), w.effect.What, told(w.way))
	if w.callback != "" {
		fmt.Fprintf(&b, " It runs in the callback `%s`.", w.callback)
	}
	if w.inTransaction() {
		level = result.Warning
		b.WriteString(" A database transaction is open meanwhile: its locks are held for as long as the far side takes, and what was sent stays sent after a rollback.")
	}
	switch w.call.Result {
	case unit.Dropped:
		b.WriteString(" Its result is not used, so it can be handed to a job as it is.")
	case unit.Checked:
		b.WriteString(" Only its success is looked at.")
	case unit.Used:
		b.WriteString(" Its result is used.")
	}
	b.WriteString(timeout(w))
	p.Report(result.Finding{
		Level: level, Category: result.Other, Symbol: w.function.Symbol, Language: w.function.Language, Location: w.call.Location,
		Message: b.String(), Fix: fixes[w.function.Language], Evidence: evidence(w),
	}, w.function)
}

func does(k effects.Kind) string {
	switch k {
	case effects.Mail:
		return "sends mail"
	case effects.HTTP, effects.SDK:
		return "calls another service"
	case effects.Exec:
		return "runs a program"
	}
	return "draws a document or picture"
}

// told writes the way as a reader follows it.
func told(way []callee) string {
	names := make([]string, len(way))
	for i, s := range way {
		names[i] = "`" + s.function.Symbol + "`"
	}
	if len(names) > 5 {
		names = append(append(append([]string{}, names[:2]...), "…"), names[len(names)-2:]...)
	}
	return strings.Join(names, " → ")
}

// timeout says what is known of how long the request may wait.
func timeout(w waiting) string {
	if w.effect.Kind != effects.HTTP {
		return ""
	}
	switch w.call.Callee {
	case "net/http.Get", "net/http.Post", "net/http.PostForm", "net/http.Head":
		return " No timeout is set: the default client waits for ever."
	}
	for _, a := range w.call.Args {
		if strings.Contains(a.Text, "timeout") {
			return " A timeout is set."
		}
	}
	return ""
}

// fixes says in each language what to do.
var fixes = map[unit.Language]string{
	unit.Go:     "Hand it to a durable queue (asynq, River, an outbox table) after the commit, with a timeout and retries there.",
	unit.Ruby:   "Hand it to a job after the commit (`deliver_later`, `perform_later` in `after_commit`), with a timeout and retries there.",
	unit.Python: "Hand it to a task after the commit (`transaction.on_commit` with `task.delay`, or an outbox table), with a timeout and retries there.",
}

func evidence(w waiting) []result.Evidence {
	out := make([]result.Evidence, 0, len(w.way)+1)
	for i, s := range w.way {
		at, note := s.function.Location, "entered by a request"
		if s.call != nil {
			at, note = s.call.Location, "called here"
		}
		in := s.function.Symbol
		if i > 0 {
			in = w.way[i-1].function.Symbol
		}
		out = append(out, result.Evidence{Kind: result.CallAt, Phase: result.Serving, Function: in, Location: at, Note: note, Entry: i == 0})
	}
	return append(out, result.Evidence{Kind: result.CallAt, Phase: result.Serving, Function: w.function.Symbol, Location: w.call.Location, Note: does(w.effect.Kind)})
}
