package assess

import (
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/catalog"
	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// exported tells a number that nobody uses but what shows it to an operator: a
// metrics endpoint, or a loop that neither stores nor sends it. Each copy shows its
// own, and whoever collects them adds them up.
func exported(p *program.Program, src *Sources, h *program.Holder, a Assessment) bool {
	if !numeric(h) {
		return false
	}
	shown := false
	for _, c := range slices.Concat(a.Writes, h.Reads) {
		in := p.Function(c.In)
		if c.Phase != result.Serving || c.Kind == unit.Read && len(h.Parts) > 0 && len(c.Place.Path) == 0 {
			shown = shown || in != nil && c.Kind == unit.Read && metricsEndpoint(p, in)
			continue // or asks only which object it is
		}
		if in == nil {
			return false
		}
		switch {
		case keepsToItself(in, h) || onlyCounts(in, c) || ownOldValue(a, c) || tellsTime(src, c):
		case shows(p, src, in, map[*program.Function]bool{}, maxBehind):
			shown = true
		default:
			return false
		}
	}
	return shown
}

// numeric tells a number, numbers by key, and an object of which only these change.
func numeric(h *program.Holder) bool {
	number := func(t string) bool {
		return isNumber(t) || t == "datetime.datetime" || strings.HasPrefix(t, "sync/atomic.") && t != "sync/atomic.Value"
	}
	numbers := func(of *program.Holder) bool {
		return number(of.Type) || keyType(of.Type) != "" && of.Elem != "bool" && number(strings.TrimLeft(of.Elem, "*"))
	}
	if len(h.Parts) == 0 {
		return numbers(h)
	}
	return !slices.ContainsFunc(h.Parts, func(part *program.Holder) bool { return !numbers(part) })
}

// keepsToItself tells a method of the type whose number it is that hands nothing out
// and calls nothing but what makes numbers safe for threads.
func keepsToItself(f *program.Function, h *program.Holder) bool {
	own := f.Owner == h.Owner || slices.ContainsFunc(h.Parts, func(part *program.Holder) bool { return f.Owner == part.Owner })
	if f.Owner == "" || !own || len(f.Returns) > 0 {
		return false
	}
	return !slices.ContainsFunc(f.Calls, func(c unit.Call) bool {
		return !strings.HasPrefix(c.Callee, f.Owner+".") && !strings.HasPrefix(c.Callee, "sync.") && !strings.HasPrefix(c.Callee, "sync/atomic.")
	})
}

// onlyCounts tells a change of which the result is not looked at.
func onlyCounts(f *program.Function, c program.Change) bool {
	return onlyAdds(c.Op) || slices.ContainsFunc(f.Calls, func(call unit.Call) bool {
		at := call.Location == c.Origin || c.Op == "&"+call.Name && strings.HasPrefix(call.Name, "Add") && call.Location.Line == c.Origin.Line
		return at && call.Result == unit.Dropped
	})
}

// tellsTime tells a change by which the time of now is noted.
func tellsTime(src *Sources, c program.Change) bool {
	return c.Kind == unit.Write && c.Op == "=" && c.Value != nil && slices.Contains(src.classifyName(c.Value.Callee), FromClock)
}

// ownOldValue tells the reading that is a part of adding.
func ownOldValue(a Assessment, c program.Change) bool {
	return c.Kind == unit.Read && slices.ContainsFunc(a.Writes, func(w program.Change) bool {
		at := w.Origin
		within := at.Column <= c.Origin.Column && (at.EndLine > at.Line || c.Origin.Column <= max(at.Column, at.EndColumn))
		return w.In == c.In && at.Line == c.Origin.Line && within && onlyAdds(w.Op)
	})
}

func onlyAdds(op string) bool {
	op = strings.TrimPrefix(op, "[]")
	return op == "++" || op == "--" || op == "+=" || op == "-="
}

// shows tells a function that runs, while serving, only to show figures.
func shows(p *program.Program, src *Sources, f *program.Function, seen map[*program.Function]bool, depth int) bool {
	if seen[f] {
		return true
	}
	seen[f] = true
	if slices.Contains(f.Attrs, "endless-loop") {
		return !handsBack(f) && !src.Reaches(f.ID, ToDatabase, ToFile, ToOpenFile, ToNetwork, FromDatabase, FromNetwork)
	}
	if metricsEndpoint(p, f) || routedToFigures(p, f) {
		return true
	}
	if depth == 0 || len(f.Roles) > 0 {
		return false
	}
	callers := 0
	for _, from := range f.Callers() {
		if from.Serving && from != f {
			callers++
			if !shows(p, src, from, seen, depth-1) {
				return false
			}
		}
	}
	return callers > 0
}

// handsBack tells a function that writes into what it was given or got from
// somewhere, or calls a function that it found there: somebody waits for the answer.
func handsBack(f *program.Function) bool {
	return slices.ContainsFunc(f.Accesses, func(a unit.Access) bool {
		return a.Kind == unit.Write && a.Place.Root == unit.RootLocal && len(a.Place.Path) > 0
	}) || slices.ContainsFunc(f.Calls, func(c unit.Call) bool {
		return c.Name == "()" && c.Receiver != nil && c.Receiver.Place != nil && len(c.Receiver.Place.Path) > 0
	})
}

// endpoints are what the last part of a path is called under which a process shows
// its figures.
var endpoints = map[string]bool{"metrics": true, "prometheus": true, "vars": true, "varz": true, "statsz": true}

// metricsEndpoint tells a handler that is registered under the path of figures.
func metricsEndpoint(p *program.Program, f *program.Function) bool {
	for _, by := range f.Callers() {
		hands := func(c unit.Call) bool {
			return (underFigures(&c) || ofMeters(p, &c)) && (handsOver(by, f, &c) || slices.ContainsFunc(c.Args, func(arg unit.Value) bool { return namesFunction(arg, f) }))
		}
		if slices.ContainsFunc(by.Calls, hands) {
			return true
		}
	}
	by := p.Function(f.Outer)
	if by == nil {
		return false
	}
	return slices.ContainsFunc(by.Calls, func(c unit.Call) bool {
		return c.Location.Line <= f.Location.Line && f.Location.EndLine <= c.Location.EndLine && (underFigures(&c) || ofMeters(p, &c))
	})
}

// ofMeters tells a call that hands something to a library of metrics.
func ofMeters(p *program.Program, c *unit.Call) bool {
	e, ok := p.Catalog.Lookup(c.Callee)
	return ok && c.External && e.Kind == catalog.Metrics
}

// healths are what the last part of a path is called under which a process tells how it is.
var healths = map[string]bool{"health": true, "healthz": true, "healthcheck": true, "livez": true, "readyz": true, "liveness": true, "readiness": true, "ping": true, "heartbeat": true, "alive": true}

// routedToFigures tells a function that answers under such a path by a route that a front
// end has read, and under no other one.
func routedToFigures(p *program.Program, f *program.Function) bool {
	routes := 0
	for _, u := range p.Units {
		for _, r := range u.Routes {
			if r.Function != f.ID {
				continue
			}
			routes++
			if last := r.Pattern[strings.LastIndexByte(r.Pattern, '/')+1:]; !endpoints[last] && !healths[last] {
				return false
			}
		}
	}
	return routes > 0
}

// namesFunction tells a function, or a method of something, that is handed over by
// its name.
func namesFunction(arg unit.Value, f *program.Function) bool {
	return arg.Text[strings.LastIndexByte(arg.Text, '.')+1:] == f.Name && arg.Kind != unit.Literal
}

// handsOver tells a call by which a function gets another called by code outside, by whatever
// name or object that was handed over.
func handsOver(by, f *program.Function, c *unit.Call) bool {
	return slices.ContainsFunc(by.HandedOver(), func(h program.HandedOver) bool {
		return h.To == f && c.Location.Line <= h.At.Line && h.At.Line <= max(c.Location.Line, c.Location.EndLine)
	})
}

func underFigures(c *unit.Call) bool {
	return slices.ContainsFunc(c.Args, func(arg unit.Value) bool {
		path := strings.Trim(arg.Text, "\"'`")
		return arg.Kind == unit.Literal && endpoints[path[strings.LastIndexByte(path, '/')+1:]]
	})
}
