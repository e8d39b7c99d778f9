package assess

import (
	"slices"

	"github.com/stateaudit/stateaudit/internal/catalog"
	naming "github.com/stateaudit/stateaudit/internal/names"
	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// endOfWork tells a mark that only ever says that work of this process is at its end:
// all that serves puts constants there, where it stops that work or when it stops
// itself. What such a mark is called says nothing: a switch that requests turn may be
// called "running" too.
func endOfWork(p *program.Program, h *program.Holder, a Assessment) bool {
	if !isScalar(h.Type) && h.Type != "sync/atomic.Bool" {
		return false
	}
	for _, c := range a.Writes {
		if c.Value == nil || c.Value.Kind != unit.Literal && c.Value.Kind != unit.Nil || !c.Ensure && !deferred(p.Function(c.In)) && !stopsWork(p, p.Function(c.In)) {
			return false
		}
	}
	return len(a.Writes) > 0
}

// hasStarted tells a mark that is always set to the same, and only by what boot starts beside
// itself and comes to an end: each copy sets its own once it is ready.
func hasStarted(p *program.Program, h *program.Holder, a Assessment) bool {
	if !isScalar(h.Type) && h.Type != "sync/atomic.Bool" {
		return false
	}
	text := ""
	for _, c := range a.Writes {
		if c.Value == nil || c.Value.Kind != unit.Literal || text != "" && c.Value.Text != text || inLoop(p.Function(c.In), c.Origin.Line) || !beganAtBoot(p.Function(c.In), maxBehind) {
			return false
		}
		text = c.Value.Text
	}
	return text != ""
}

// inLoop tells whether a line may stand in a loop that goes on for ever, by the calls in it that
// are before and behind.
func inLoop(f *program.Function, line int) bool {
	if f == nil || !slices.Contains(f.Attrs, "endless-loop") {
		return false
	}
	calls, before, behind := false, false, false
	for i := range f.Calls {
		if c := &f.Calls[i]; c.Loop {
			calls, before, behind = true, before || c.Location.Line <= line, behind || c.Location.Line >= line
		}
	}
	return !calls || before && behind
}

// beganAtBoot tells a function that runs while serving only because boot has started it, or what
// calls it, beside itself, and that is called in no loop which goes on for ever.
func beganAtBoot(f *program.Function, depth int) bool {
	if f == nil || depth == 0 || len(f.Roles) > 0 || len(f.Callers()) == 0 {
		return false
	}
	return !slices.ContainsFunc(f.Callers(), func(from *program.Function) bool {
		again := slices.ContainsFunc(from.CallsOf(f), func(c *unit.Call) bool { return c.Loop })
		return again || from != f && from.Serving && !beganAtBoot(from, depth-1)
	})
}

// deferred tells a function that is only called when another ends.
func deferred(f *program.Function) bool {
	if f == nil || len(f.Callers()) == 0 {
		return false
	}
	return !slices.ContainsFunc(f.Callers(), func(from *program.Function) bool {
		return slices.ContainsFunc(from.CallsOf(f), func(c *unit.Call) bool { return !c.Deferred })
	})
}

// enders are what methods of libraries are called that stop what they are called on.
var enders = []string{"Close", "Stop", "Shutdown", "GracefulStop", "close", "stop", "shutdown"}

// stopsWork tells a function that closes a channel, calls what cancels, or stops a
// thing of a library which this process keeps.
func stopsWork(p *program.Program, f *program.Function) bool {
	if f == nil {
		return false
	}
	if slices.Contains(f.Attrs, "closes-channel") {
		return true
	}
	return slices.ContainsFunc(f.Calls, func(c unit.Call) bool {
		if c.Reference || c.Receiver == nil || c.Receiver.Place == nil {
			return false
		}
		kept := p.Holder(program.KeptIn(*c.Receiver.Place))
		if kept == nil {
			return false
		}
		if c.Callee == "" || c.Name == "()" {
			e, ok := p.Catalog.Lookup(kept.Type)
			return ok && e.Kind == catalog.Sync
		}
		return c.External && (slices.Contains(enders, c.Name) || c.Name == "cancel" && (isTask(p, kept.Type) || isTask(p, kept.Elem)))
	})
}

// saidOnce tells a mark, or a set of marks, by which a message is logged only once: what
// serves only ever puts one constant there, nobody else reads it, and who does so logs,
// hands back nothing, and reaches nothing outside the process.
func saidOnce(src *Sources, h *program.Holder, a Assessment) bool {
	by, text := map[*program.Function]bool{}, ""
	for _, c := range a.Writes {
		if c.Reset || len(c.Place.Path) > 0 || c.Value == nil || c.Value.Kind != unit.Literal || text != "" && c.Value.Text != text {
			return false
		}
		if !logs(c.Function) || c.Kind != unit.Write && !(entry(c) && silent(c.Function)) || src.Reaches(c.Function.ID, ToDatabase, ToNetwork, FromDatabase, FromNetwork, FromProgram) {
			return false
		}
		by[c.Function], text = true, c.Value.Text
	}
	for _, c := range h.Reads {
		if c.Phase == result.Serving && !by[c.Function] {
			return false
		}
	}
	return len(by) > 0
}

// logs tells a function that writes a log, itself or by one that it calls.
func logs(f *program.Function) bool {
	return slices.ContainsFunc(f.Within(1), func(g *program.Function) bool {
		return slices.ContainsFunc(g.Calls, func(c unit.Call) bool {
			level, ok := naming.LogLevel(c.Name)
			if ok && level != "" && c.External {
				return true
			}
			return c.Receiver != nil && speaks(words(last(c.Receiver.Text)), "logger")
		})
	})
}
