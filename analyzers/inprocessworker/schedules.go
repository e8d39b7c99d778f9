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

// schedule is what one function hands to a scheduler of its process.
type schedule struct {
	jobs    []*unit.Call
	outside int // jobs that do something outside the process
	ordered int // those of them around whose work a distributed lock was seen
}

// locked tells that whatever its jobs do outside is done by one copy at a time.
func (s schedule) locked() bool { return s.outside > 0 && s.ordered == s.outside }

func (s *schedule) add(p *rule.Pass, call *unit.Call, job *program.Function) {
	s.jobs = append(s.jobs, call)
	if job == nil {
		return
	}
	if w, any := weigh(p, []*program.Function{job}); any {
		s.outside++
		if w.ordered {
			s.ordered++
		}
	}
}

// schedules lists what a function hands to a scheduler: named functions, and function
// literals as calls.
func schedules(p *rule.Pass, f *program.Function) schedule {
	var s schedule
	for _, h := range f.HandedOver() {
		if h.To.Outer != f.ID || !h.To.HasRole(unit.Scheduler) {
			continue
		}
		s.add(p, &unit.Call{Callee: h.To.ID, Name: "a function literal", Location: h.To.Location, AsNote: h.To.RoleNote}, h.To)
	}
	s.arrived(p, f)
	for i := range f.Calls {
		if c := &f.Calls[i]; c.As == unit.Scheduler {
			s.add(p, c, p.Program.Function(c.Callee))
		}
	}
	return s
}

// arrived adds what reaches a scheduler without being spelled where it is handed over: what
// a variable or an element holds, and the method by which a scheduler runs an object.
func (s *schedule) arrived(p *rule.Pass, f *program.Function) {
	for _, h := range f.HandedOver() {
		if h.Call != nil || h.To.Outer == f.ID && h.To.HasRole(unit.Scheduler) {
			continue
		}
		at := slices.IndexFunc(f.Calls, func(c unit.Call) bool {
			return c.Schedules && c.Location.Line <= h.At.Line && h.At.Line <= max(c.Location.EndLine, c.Location.Line)
		})
		if at < 0 {
			continue
		}
		name := h.To.Name
		if h.To.Outer != "" {
			name = "a function literal"
		}
		s.add(p, &unit.Call{Callee: h.To.ID, Name: name, Location: f.Calls[at].Location, AsNote: "handed to " + f.Calls[at].Name}, h.To)
	}
}

// reportSchedules reports functions that hand work to a scheduler of the
// process, unless the scheduler itself is reported.
func reportSchedules(p *rule.Pass) {
	reported := schedulersReported(p)
	for _, f := range p.Program.Functions() {
		if f.Test || !f.Boot && !f.MainLine() || reported[f] {
			continue
		}
		if s := schedules(p, f); len(s.jobs) > 0 {
			reportSchedule(p, f, s)
		}
	}
}

// schedulersReported are the functions that use a worker which is reported
// itself. They are found from the workers, of which there are few, and not from
// the functions, of which there are many.
func schedulersReported(p *rule.Pass) map[*program.Function]bool {
	users := map[*program.Function]bool{}
	for _, a := range p.Assessments {
		if a.Category != result.Worker || !a.State {
			continue
		}
		for _, used := range [][]program.Change{a.Holder.Reads, a.Holder.Changes} {
			for i := range used {
				users[used[i].Function] = true
			}
		}
	}
	return users
}

func reportSchedule(p *rule.Pass, f *program.Function, s schedule) {
	level := result.Level("")
	if s.outside == 0 || s.locked() || elected(p, f) {
		level = result.Note
	}
	var names []string
	var ev []result.Evidence
	for _, c := range s.jobs {
		if name := "`" + c.Name + "`"; !slices.Contains(names, name) {
			names = append(names, name)
		}
		ev = append(ev, result.Evidence{Kind: result.CallAt, Phase: result.Boot, Function: f.Symbol, Location: c.Location, Note: c.AsNote})
	}
	says := "`%s` schedules %s inside the serving process. With two copies each job runs twice, and a run that a restart misses is not made up for."
	switch {
	case slices.Contains(f.Attrs, unit.Crontab):
		says = "`%s` schedules %s in the crontab of each host that it is installed on. With two copies on two hosts each job runs twice."
	case s.locked() || elected(p, f):
		says = "`%s` schedules %s inside the serving process. Every copy schedules it, but a distributed lock or a locking transaction was seen around the work; a run that a restart misses is not made up for."
	}
	p.Report(result.Finding{
		Level: level, Category: result.Worker, Symbol: f.Symbol, Language: f.Language, Location: s.jobs[0].Location,
		Message:  fmt.Sprintf(says, f.Symbol, strings.Join(names[:min(len(names), 5)], ", ")),
		Fix:      remedy.Fix(result.Worker, "", f.Language),
		Evidence: ev,
	}, f)
}

// elected tells a function that makes a scheduler which asks a lock of all copies, or
// a leader of them, before each run: it hands such an option over itself.
func elected(p *rule.Pass, f *program.Function) bool {
	for i := range f.Calls {
		if c := &f.Calls[i]; c.External && slices.Contains(p.Sources.ReachOfCall(c), assess.Elects) {
			return true
		}
	}
	return false
}

// lockedScheduler tells a scheduler that runs a job in one copy at a time, by an option
// that it was made with or by a lock around all that its users schedule.
func lockedScheduler(p *rule.Pass, a assess.Assessment) bool {
	if len(a.Writes) > 0 {
		return false // while serving, jobs may come that nobody has seen
	}
	var all schedule
	seen := map[*program.Function]bool{}
	for _, used := range [][]program.Change{a.Holder.Changes, a.Holder.Reads} {
		for i := range used {
			f := used[i].Function
			if f == nil || seen[f] {
				continue
			}
			seen[f] = true
			if elected(p, f) {
				return true
			}
			s := schedules(p, f)
			all.outside, all.ordered = all.outside+s.outside, all.ordered+s.ordered
		}
	}
	return all.locked()
}
