package assess

import (
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/names"
	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// Crossing says how a value that one request sets for itself reaches others that the
// same process serves. A second copy neither mends it nor makes it worse.
type Crossing string

// The ways across.
const (
	// ToOthers is the value of a request in a variable of a library that all share.
	ToOthers Crossing = "others"
	// Meanwhile is a switch that one call turns and puts back when it ends.
	Meanwhile Crossing = "meanwhile"
	// ToNext is what a request leaves to the next one of its thread.
	ToNext Crossing = "next"
)

// crossing tells how a place that the whole process shares carries something across,
// though nothing of it outlasts its use.
func crossing(p *program.Program, h *program.Holder, a Assessment) Crossing {
	switch h.Kind {
	case unit.Attribute, unit.ClassVar, unit.ClassIvar, unit.Global, unit.PackageVar, unit.ModuleVar:
	default:
		return ""
	}
	switch {
	case duringCall(h, a) && (h.Type == "" || isScalar(h.Type)):
		return Meanwhile
	case unread(p, h, a) && hasSource(a, FromRequest, FromCaller, FromDatabase):
		return ToOthers
	}
	return ""
}

// leaves tells a value that each thread has for itself and that some action sets,
// which nothing sets before each request nor takes back.
func leaves(p *program.Program, h *program.Holder) (Assessment, bool) {
	a := Assessment{Holder: h, Category: result.Flag, Harmless: "kept for each thread", Crossing: ToNext, Writes: serving(h)}
	if h.Kind != unit.Attribute || !h.PerRequest || len(a.Writes) == 0 || duringCall(h, a) {
		return a, false
	}
	for _, c := range a.Writes {
		f := p.Function(c.In)
		if c.Kind != unit.Write || c.Ensure || f == nil || !calledBy(f, unit.Handler, maxBehind) && !(h.BetweenJobs && calledBy(f, unit.Job, maxBehind)) || calledBy(f, unit.Middleware, maxBehind) {
			return a, false
		}
	}
	return a, true
}

// calledBy tells whether a function has a role, or one that calls it has.
func calledBy(f *program.Function, r unit.Role, depth int) bool {
	return f.HasRole(r) || depth > 0 && slices.ContainsFunc(f.Callers(), func(from *program.Function) bool {
		return from != f && calledBy(from, r, depth-1)
	})
}

// Opens tells by its name a value that opens something for whoever has it. Of one
// variable of a library nothing but the name is known, so that a plain key or account
// counts too.
func Opens(name string) bool {
	words := names.Tokens(name[strings.LastIndexAny(name, ".:")+1:])
	return names.Secret(name, "") || len(words) > 0 && slices.Contains([]string{"key", "keys", "account"}, words[len(words)-1])
}
