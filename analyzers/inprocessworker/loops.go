package inprocessworker

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/assess"
	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/remedy"
	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/rule"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// near is how many calls away from where it is started the body of a loop is
// looked for: a wrapper that recovers from panics, a Run method, the loop.
const near = 3

// start is a place where boot starts something that runs beside the requests.
type start struct {
	by       *program.Function
	run      *program.Function
	location unit.Location
	timer    bool // a timer runs it, and is set anew each time
	main     bool // the main line of its process stays in it
}

// endless lists the loops that boot starts and that never end by themselves.
// What accepts connections is the server itself.
func endless(p *rule.Pass) []start {
	var out []start
	for _, s := range starts(p.Program) {
		if s.main {
			out = append(out, s)
			continue
		}
		if given := givenLoops(s.run); len(given) > 0 {
			for _, g := range given {
				if !p.Sources.Reaches(g.ID, assess.Accepts) {
					out = append(out, start{by: giver(p.Program, s, g), run: g, location: g.Location})
				}
			}
			continue
		}
		if (s.timer || loops(s.run)) && !p.Sources.Reaches(s.run.ID, assess.Accepts) {
			out = append(out, s)
		}
	}
	return out
}

// givenLoops lists the loops that a wrapper is handed and runs: each stands where it
// is handed over, and the wrapper is nothing by itself.
func givenLoops(run *program.Function) []*program.Function {
	if endlessLoop(run) {
		return nil
	}
	var out []*program.Function
	for _, by := range run.Within(near) {
		for _, g := range by.Callees() {
			if isGiven(by, g) && loops(g) && (by == run || brings(by, g)) && !slices.Contains(out, g) {
				out = append(out, g)
			}
		}
	}
	return out
}

// brings tells a function that is handed another as a parameter and calls it.
func brings(by, g *program.Function) bool {
	return slices.ContainsFunc(by.CallsOf(g), func(c *unit.Call) bool { return strings.HasPrefix(c.Callee, "&param:") || c.Callee == "" })
}

// isGiven tells a function that another runs without naming it: it has been handed it.
func isGiven(run, g *program.Function) bool {
	if g.ID == run.ID || g.Outer == run.ID || g.Outer != "" && g.Outer == run.Outer {
		return false
	}
	calls := run.CallsOf(g)
	named := slices.ContainsFunc(calls, func(c *unit.Call) bool { return c.Callee != "" && !strings.HasPrefix(c.Callee, "&") })
	return len(calls) > 0 && !named
}

// giver is the function that hands a loop to the wrapper which runs it, as far as the loop says it.
func giver(p *program.Program, s start, g *program.Function) *program.Function {
	if by := p.Function(g.Outer); by != nil {
		return by
	}
	return s.by
}

// drainedBy names the loops that take from a queue. They are told with it, and
// marked so that they are not told again.
func drainedBy(p *rule.Pass, a assess.Assessment, running []start, told map[string]bool) (string, []result.Evidence) {
	var names []string
	var more []result.Evidence
	for _, s := range running {
		if !drains(s.run, a.Holder) {
			continue
		}
		if name := "`" + s.symbol() + "`"; !told[s.run.ID] && !slices.Contains(names, name) {
			names = append(names, name)
		}
		told[s.run.ID] = !worksFirst(p, s.run)
		more = append(more, evidence(s)...)
	}
	if len(names) == 0 {
		return "", more
	}
	return "What waits in it is taken out by " + strings.Join(names, ", ") + ", which boot starts.", more
}

// worksFirst tells a loop that does work of its own before it takes from its queue:
// what it finds at a start, every copy finds.
func worksFirst(p *rule.Pass, f *program.Function) bool {
	for i := range f.Calls {
		c := &f.Calls[i]
		if c.Loop || c.Reference || c.Async {
			continue
		}
		for _, id := range append([]string{c.Callee}, c.Targets...) {
			if p.Sources.Reaches(id, assess.ToDatabase, assess.FromDatabase, assess.ToNetwork, assess.FromNetwork) {
				return true
			}
		}
	}
	return false
}

// drains tells a function that takes from a queue, itself or close by. Who only sends there
// looks at the queue for that, and takes nothing.
func drains(f *program.Function, h *program.Holder) bool {
	within := f.Within(near)
	for _, r := range h.Reads {
		if slices.Contains(within, r.Function) && (r.Element || !sends(r.Function, h)) {
			return true
		}
	}
	return false
}

func sends(f *program.Function, h *program.Holder) bool {
	return slices.ContainsFunc(h.Changes, func(c program.Change) bool { return c.In == f.ID && c.Op == "<-" })
}

// reportLoops reports the loops that drain no queue which is reported, once
// each, however many places start it; a function may start several.
func reportLoops(p *rule.Pass, running []start, told map[string]bool) {
	for _, s := range running {
		w, any := weigh(p, s.running())
		if !any || told[s.run.ID] {
			continue
		}
		told[s.run.ID] = true
		if s.main && !w.ordered {
			w.level = result.Warning // what such a process fetches it fetches for nobody who asks it
		}
		p.Report(result.Finding{
			Level: w.level, Category: result.Worker, Symbol: s.symbol(), Language: s.by.Language, Location: s.location,
			Message:  message(s, w),
			Fix:      remedy.Fix(result.Worker, "", s.by.Language),
			Evidence: append(evidence(s), w.evidence()...),
		}, s.by)
	}
}

// starts lists what functions that run at boot start without waiting for it, and what that
// starts in its turn before it ends.
func starts(p *program.Program) []start {
	var out []start
	seen := map[*program.Function]bool{}
	add := func(f *program.Function) {
		if !seen[f] && !f.Test && !waits(f) {
			seen[f] = true
			out = append(out, startedBy(p, f)...)
		}
	}
	for _, f := range p.Functions() {
		if f.Test {
			continue
		}
		if f.HasRole(unit.Background) {
			if by := p.Function(f.Outer); by != nil && (by.Boot || by.MainLine()) && !waits(by) {
				out = append(out, start{by: by, run: f, location: f.Location, timer: recurs(f)})
			}
			continue
		}
		if f.Stays() {
			out = append(out, start{by: f, run: f, location: f.Location, main: true})
		}
		if f.Boot || f.MainLine() {
			add(f)
		}
	}
	for i := 0; i < len(out); i++ {
		if out[i].main {
			continue
		}
		for _, f := range startsOnce(out[i].run) {
			add(f)
		}
	}
	return out
}

// startedBy lists what a function itself starts without waiting for it.
func startedBy(p *program.Program, f *program.Function) []start {
	var out []start
	for i := range f.Calls {
		c := &f.Calls[i]
		if !c.Async {
			continue
		}
		for _, id := range append([]string{c.Callee}, c.Targets...) {
			if run := p.Function(id); run != nil && !run.Test {
				out = append(out, start{by: f, run: run, location: c.Location})
			}
		}
	}
	out = append(out, handed(f)...)
	out = append(out, arriving(f)...)
	return append(out, timed(f)...)
}

// arriving lists the loops that a function has run beside itself by code outside the checkout
// without naming them there: what a variable holds, or an element of a list.
func arriving(f *program.Function) []start {
	var out []start
	for _, b := range f.Beside() {
		if b.Call == nil && b.At.Line > 0 && !b.To.Test && !b.To.HasRole(unit.Handler) && slices.Contains(b.To.Attrs, "endless-loop") {
			out = append(out, start{by: f, run: b.To, location: b.At})
		}
	}
	return out
}

// startsOnce lists a function that boot starts, with what it runs close by, if nothing of it
// waits in a loop or is done for a request: what it starts, it starts as boot does.
func startsOnce(run *program.Function) []*program.Function {
	if loops(run) {
		return nil
	}
	within := run.Within(near)
	for _, f := range within {
		if slices.Contains(f.Attrs, "waits-in-loop") || f.HasRole(unit.Handler) || f.HasRole(unit.Job) || f.HasRole(unit.Scheduler) {
			return nil
		}
	}
	return within
}

// handed lists the loops that a function hands to code outside the checkout, which
// runs them. A handler that goes on while its connection lives is none.
func handed(f *program.Function) []start {
	var out []start
	for _, h := range f.HandedOver() {
		if h.To.Test || h.To.HasRole(unit.Handler) || !slices.Contains(h.To.Attrs, "endless-loop") {
			continue
		}
		at := h.To.Location
		if h.Call != nil {
			at = h.Call.Location
		}
		out = append(out, start{by: f, run: h.To, location: at})
	}
	return out
}

// waits tells a function that closes the queue which it feeds and waits for those
// who drain it: they end when it does.
func waits(f *program.Function) bool {
	return slices.Contains(f.Attrs, "closes-channel") && slices.Contains(f.Attrs, unit.WaitsForGroup)
}

// symbol names a loop after its function, or after the function that starts it
// when it has no name of its own.
func (s start) symbol() string {
	if s.run.Outer != "" {
		if s.run.Outer != s.by.ID && s.run.Outer != s.by.Outer {
			return strings.TrimSuffix(s.run.Symbol, " (closure)")
		}
		return s.by.Symbol
	}
	return s.run.Symbol
}

// loops tells whether a function goes on until the process ends.
func loops(f *program.Function) bool {
	for _, g := range f.Within(near) {
		if slices.Contains(g.Attrs, unit.SignalLoop) {
			continue // who operates this copy asks it for what it does
		}
		if slices.Contains(g.Attrs, "endless-loop") {
			return true
		}
		for i := range g.Calls {
			if g.Calls[i].Loop {
				return true
			}
		}
	}
	return false
}

// outward are what a loop may reach outside the memory of its process, the worst
// to do twice first, and how a message says it.
var outward = []struct {
	reaches assess.Source
	says    string
}{
	{assess.ToDatabase, "writes the database"},
	{assess.ToNetwork, "sends messages"},
	{assess.FromProgram, "runs programs"},
	{assess.FromNetwork, "calls other services"},
	{assess.ToFile, "writes files"},
}

// work is what a loop does outside the memory of its process.
type work struct {
	says  string
	level result.Level
	way   []assess.Way // how it gets there; nil for jobs
	// ordered says that a distributed lock or a locking transaction was seen around it.
	ordered bool
}

// weigh tells what a loop does outside the memory of its process, itself or in what
// it starts beside itself, and how much that matters to a second copy. A loop that
// does nothing there is left alone.
func weigh(p *rule.Pass, fs []*program.Function) (work, bool) {
	running := each(fs, withStarted)
	reaches := func(any ...assess.Source) bool {
		return slices.ContainsFunc(running, func(g *program.Function) bool { return p.Sources.Reaches(g.ID, any...) })
	}
	w := work{level: result.Warning}
	w.says, w.way = doesOutward(p, running)
	if w.says == "" {
		running = each(fs, farStarted)
		w.says, w.way = doesOutward(p, running)
	}
	enqueues := slices.ContainsFunc(fs, enqueuesJobs)
	switch {
	case w.says == "" && !enqueues:
		return work{}, false
	case w.says == "":
		w.says = "enqueues jobs"
	}
	switch {
	case reaches(locks...) && !unlocked(p, running):
		w.level, w.ordered = result.Note, true
	case !enqueues && !reaches(assess.ToDatabase, assess.ToNetwork, assess.FromProgram, assess.ToFile) && relays(p, running):
		w.level = result.Note
	case !enqueues && !reaches(assess.ToDatabase, assess.ToNetwork, assess.FromProgram, assess.ToFile) && refreshes(p, running):
		w.level = result.Note
	}
	return w, true
}

// relays tells a loop that tells the clients of its copy what all copies are told.
func relays(p *rule.Pass, running []*program.Function) bool {
	within := map[string]bool{}
	for _, f := range running {
		for _, g := range f.Within(near) {
			within[g.ID] = true
		}
	}
	return slices.ContainsFunc(p.Assessments, func(a assess.Assessment) bool {
		return a.Harmless == assess.Relayed && slices.ContainsFunc(a.Holder.Reads, func(r program.Change) bool { return within[r.In] })
	})
}

// running lists what a loop runs: its function, or of a function that does other work
// before only what stands in the loop.
func (s start) running() []*program.Function {
	if !s.main {
		return []*program.Function{s.run}
	}
	return s.run.InLoop()
}

// each joins what several functions lead to.
func each(fs []*program.Function, list func(*program.Function) []*program.Function) []*program.Function {
	var out []*program.Function
	for _, f := range fs {
		for _, g := range list(f) {
			if !slices.Contains(out, g) {
				out = append(out, g)
			}
		}
	}
	return out
}

// doesOutward is the worst that functions reach outside the memory of their process, and how
// they get there.
func doesOutward(p *rule.Pass, running []*program.Function) (string, []assess.Way) {
	for _, o := range outward {
		says := ""
		for _, f := range running {
			if !p.Sources.Reaches(f.ID, o.reaches) {
				continue
			}
			says = o.says
			if way := p.Sources.WayTo(f.ID, o.reaches); way != nil {
				return says, way
			}
		}
		if says != "" {
			return says, nil
		}
	}
	return "", nil
}

// withStarted lists a function and what it, or what runs in it close by, starts in
// the same process.
func withStarted(f *program.Function) []*program.Function {
	out := []*program.Function{f}
	for _, g := range f.Within(near) {
		for i := range g.Calls {
			c := &g.Calls[i]
			if !c.Async {
				continue
			}
			for _, to := range g.Started(c) {
				if c.Reference && loops(to) {
					continue // a thread that goes on is told by itself
				}
				if !to.HasRole(unit.Job) && !slices.Contains(out, to) {
					out = append(out, to)
				}
			}
		}
	}
	return out
}

// farStarted lists a function and what it starts in the same process, also by a timer, however
// far away, and what that starts.
func farStarted(f *program.Function) []*program.Function {
	out := []*program.Function{f}
	seen := map[*program.Function]bool{f: true}
	for i := 0; i < len(out); i++ {
		for queue := []*program.Function{out[i]}; len(queue) > 0; queue = queue[1:] {
			for _, to := range queue[0].Runs() {
				if !seen[to] {
					seen[to] = true
					queue = append(queue, to)
				}
			}
			for _, b := range queue[0].Beside() {
				if !b.To.HasRole(unit.Job) && !seen[b.To] {
					seen[b.To] = true
					out = append(out, b.To)
				}
			}
		}
	}
	return out
}

// enqueuesJobs tells whether a function hands work to jobs, close by. What is
// started within the process is none.
func enqueuesJobs(f *program.Function) bool {
	for _, g := range f.Within(near) {
		for i := range g.Calls {
			c := &g.Calls[i]
			if !c.Async || c.Reference {
				continue
			}
			started := g.Started(c)
			if len(started) == 0 && !g.Solved() || slices.ContainsFunc(started, func(to *program.Function) bool { return to.HasRole(unit.Job) }) {
				return true
			}
		}
	}
	return false
}

// refreshes tells whether all that asks other services, of a loop and of what it
// starts beside itself, changes memory of its process: it then fetches for this copy
// only. What a goroutine sends brings nothing back to a loop that notes something.
func refreshes(p *rule.Pass, running []*program.Function) bool {
	return !slices.ContainsFunc(running, func(f *program.Function) bool {
		return p.Sources.Reaches(f.ID, assess.FromNetwork) && (!remembers(p, f) || sendsOff(p, f))
	})
}

// sendsOff tells a function that asks another service, itself or close by, and takes nothing back:
// nobody looks at the result, and what it calls for that changes no memory.
func sendsOff(p *rule.Pass, f *program.Function) bool {
	for _, g := range f.Within(near) {
		for i := range g.Calls {
			if c := &g.Calls[i]; c.Result == unit.Dropped && !c.Reference && !c.Async && !c.Deferred && !strings.HasPrefix(c.Name, "Close") && nothingBack(p, g, c) {
				return true
			}
		}
	}
	return false
}

// nothingBack tells a call that reaches the network, and by which nothing that it is given is filled.
func nothingBack(p *rule.Pass, by *program.Function, c *unit.Call) bool {
	fills := func(v unit.Value) bool {
		return v.Kind == unit.Func || strings.HasPrefix(v.Text, "&") || v.Place != nil && v.Place.Root == unit.RootLocal && refers(v.Type)
	}
	if slices.ContainsFunc(c.Args, fills) || c.Receiver != nil && !c.External && fills(*c.Receiver) {
		return false
	}
	if c.External {
		return slices.Contains(p.Sources.ReachOfCall(c), assess.FromNetwork)
	}
	to := slices.DeleteFunc(by.Runs(), func(t *program.Function) bool { return !slices.Contains(by.CallsOf(t), c) })
	return len(to) > 0 && !slices.ContainsFunc(to, func(t *program.Function) bool {
		return !p.Sources.Reaches(t.ID, assess.FromNetwork) || remembers(p, t)
	})
}

// refers tells a type of which who is given a value can fill what it leads to.
func refers(t string) bool {
	return t == "" || strings.HasPrefix(t, "*") || strings.HasPrefix(t, "map[") || strings.HasPrefix(t, "[]") || strings.HasPrefix(t, "chan ")
}

// remembers tells whether a function, or what it runs close by, changes memory that
// its process keeps.
func remembers(p *rule.Pass, f *program.Function) bool {
	within := f.Within(near)
	for _, a := range p.Assessments {
		for _, w := range a.Writes {
			if slices.Contains(within, w.Function) {
				return true
			}
		}
	}
	return false
}

// evidence lists the calls by which a loop gets to what it does.
func (w work) evidence() []result.Evidence {
	var out []result.Evidence
	for i, at := range w.way {
		if at.Call == nil {
			continue
		}
		note := "calls `" + at.Call.Name + "`"
		if i == len(w.way)-1 {
			note += ", which " + w.says
		}
		out = append(out, result.Evidence{Kind: result.CallAt, Phase: result.Serving, Function: at.Function.Symbol, Location: at.Call.Location, Note: note})
	}
	return out
}

func message(s start, w work) string {
	what := "a loop that"
	if s.main {
		return fmt.Sprintf("The process stays in a loop of `%s`, which %s for as long as it lives. ", s.run.Symbol, w.says) + w.outcome()
	}
	if s.timer {
		what = "by a timer that is set again each time, which"
	}
	return fmt.Sprintf("`%s` starts `%s` at boot, %s %s for as long as the process lives. ", s.by.Symbol, strings.TrimSuffix(s.run.Symbol, " (closure)"), what, w.says) + w.outcome()
}

// outcome is what two copies of a loop do.
func (w work) outcome() string {
	switch {
	case w.ordered:
		return "Every copy starts it, but a distributed lock or a locking transaction was seen around its work."
	case w.level == result.Note:
		return "It refreshes this copy's own memory, so every copy needs its own; expect the load once per copy."
	}
	return "With two copies it runs twice, and what it holds is lost at a restart."
}

func evidence(s start) []result.Evidence {
	at := s.run.Location
	if s.main {
		return []result.Evidence{{Kind: result.Declaration, Phase: result.Serving, Function: s.run.Symbol, Location: at, Note: "the loop in which the process stays"}}
	}
	return []result.Evidence{
		{Kind: result.Declaration, Phase: result.Boot, Function: s.by.Symbol, Location: s.location, Note: "started here, beside the requests"},
		{Kind: result.Declaration, Phase: result.Serving, Function: s.run.Symbol, Location: at, Note: "what runs"},
	}
}
