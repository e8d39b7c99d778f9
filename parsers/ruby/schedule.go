package ruby

import (
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// schedules tells the calls that hand their block to a scheduler or a watcher of
// files, which runs it again and again: Rufus, Clockwork, Whenever, Listen.
func (f *file) schedules(s *scope, c send, constant string) bool {
	if constant == "Listen" && c.name == "to" || (constant == "Filewatcher" || constant == "FSEvent") && c.name == "new" {
		return true
	}
	switch c.name {
	case "handler": // runs what Clockwork is told to run without a block
		return constant == "Clockwork" || c.receiver == nil && (s.owner == "Clockwork" || f.clockwork)
	case "every", "cron", "in", "at", "interval", "repeat", "schedule", "schedule_every", "schedule_in", "schedule_at", "schedule_cron", "schedule_interval":
	default:
		return false
	}
	switch {
	case c.receiver == nil && c.name == "every" && isCrontab(f.unit.Path):
		if !slices.Contains(s.fn.Attrs, unit.Crontab) {
			s.fn.Attrs = append(s.fn.Attrs, unit.Crontab)
		}
		return true
	case c.receiver == nil:
		return c.name == "every" && (s.owner == "Clockwork" || f.clockwork)
	case strings.HasPrefix(constant, "Rufus"), constant == "Clockwork":
		return true
	}
	if strings.Contains(strings.ToLower(f.text(c.receiver)), "schedul") {
		return true
	}
	return isScheduler(f.staticType(s, c.receiver))
}

// isScheduler tells the classes of schedulers.
func isScheduler(typ string) bool {
	switch strings.TrimPrefix(typ, "::") {
	case "Rufus::Scheduler", "Rufus::Scheduler::PlainScheduler", "Rufus::Scheduler::CronScheduler":
		return true
	}
	return false
}

// isCrontab tells the file from which Whenever writes the crontab of a host.
func isCrontab(path string) bool {
	return path == "config/schedule.rb" || strings.HasSuffix(path, "/config/schedule.rb")
}

// runsCommand tells the directives by which such a file names what is run.
func (f *file) runsCommand(c send) bool {
	if c.receiver != nil || !isCrontab(f.unit.Path) {
		return false
	}
	switch c.name {
	case "rake", "runner", "command", "script":
		return true
	}
	return false
}

// staticType is the class of an expression as far as this file tells it.
func (f *file) staticType(s *scope, n *node) string {
	v := f.glance(s, n, 2)
	for range 3 {
		switch {
		case v.Kind == unit.New || v.Type != "" && v.Kind != unit.Compound:
			return v.Type
		case v.Kind == unit.Result && strings.HasPrefix(v.Callee, "Rufus::Scheduler."):
			return "Rufus::Scheduler"
		case v.Kind == unit.PlaceValue && v.Place != nil:
			if at, ok := f.holders[keptIn(v.Place)]; ok && f.unit.Holders[at].Type != "" {
				return f.unit.Holders[at].Type
			}
		}
		if len(v.Parts) == 0 {
			return ""
		}
		v = v.Parts[0]
	}
	return ""
}

// keptIn is the variable that a place is, "" for places inside of one.
func keptIn(place *unit.Place) string {
	switch {
	case place.Root == unit.RootHolder && len(place.Path) == 0:
		return place.Name
	case place.Root == unit.RootReceiver && len(place.Path) == 1:
		return place.Path[0]
	}
	return ""
}

// webVerb tells the routes of Sinatra, Grape and Roda: a verb of HTTP in a class
// body, or at the top of a file, with a block that answers.
func (f *file) webVerb(s *scope, c send) bool {
	if !s.atBoot() || c.receiver != nil || isRoutes(f.unit.Path) || f.class.rake {
		return false
	}
	switch c.name {
	case "get", "post", "put", "patch", "delete":
		return f.web || s.owner != "" && (len(c.args) == 0 || c.args[0].Is("string", "simple_symbol", "regex"))
	case "route":
		return f.web && (c.block.Child("parameters") != nil || len(c.args) > 1)
	}
	return false
}

// passesMethod records the function that &method(:x) hands to a call.
func (f *file) passesMethod(s *scope, c send, arg *node) bool {
	inner := arg.Kids[0]
	if !inner.Is("call") {
		return false
	}
	m := f.sendOf(inner)
	if m.name != "method" || len(m.args) != 1 || f.symbolText(m.args[0]) == "" {
		return false
	}
	call := unit.Call{Name: f.symbolText(m.args[0]), Receiver: f.receiverValue(s, m.receiver), Result: unit.Used}
	constant := strings.TrimPrefix(f.constantName(c.receiver), "::")
	switch {
	case f.schedules(s, c, constant):
		call.Reference, call.As, call.AsNote = true, unit.Scheduler, "scheduled with "+c.name
	case threads(constant, c.name):
		call.Reference, call.As, call.AsNote, call.Async = true, unit.Background, "thread", true
	default:
		if place := f.blockPlace(s, c, 0, 1); place != nil {
			call.Args = []unit.Value{f.placeValue(arg, place)}
		}
	}
	f.record(s, arg, call)
	return true
}

// passesOn makes the function of a thread or timer that runs the block which a method is
// handed: Thread.new(&work), Concurrent::TimerTask.new(&work).
func (f *file) passesOn(s *scope, c send, arg *node) bool {
	l := s.locals[f.text(arg.Kids[0])]
	constant := strings.TrimPrefix(f.constantName(c.receiver), "::")
	if l == nil || !l.block || !threads(constant, c.name) {
		return false
	}
	fn := &unit.Function{
		ID: s.fn.ID + "/thread@" + itoa(f.line(arg.Start)), Symbol: s.fn.Symbol + " (block of " + c.name + ")", Name: "thread", Owner: s.owner, Outer: s.fn.ID,
		Location: f.at(f.head(c.n)), Attrs: []string{attrBlock}, Roles: []unit.Role{unit.Background}, RoleNote: "thread",
	}
	if repeats(constant) {
		fn.Attrs = append(fn.Attrs, unit.Rearms)
	}
	fn = f.addFunction(fn)
	f.names(s, c.n, fn)
	inner := s.later(fn)
	receiver := f.placeValue(arg, f.captured(s, l))
	f.record(inner, arg, unit.Call{Name: "call", Receiver: &receiver, Result: unit.Dropped})
	return true
}
