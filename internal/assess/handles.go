package assess

import (
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/catalog"
	"github.com/stateaudit/stateaudit/internal/effects"
	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// replacedHandle tells a connection or listener that this process opens anew when the
// old one fails: all that changes is which one it is. One that a request brings is
// somebody's, and none.
func replacedHandle(h *program.Holder, a Assessment) bool {
	if !h.Handle || hasSource(a, FromRequest, FromCaller) {
		return false
	}
	opened := false
	for _, c := range a.Writes {
		if len(h.Parts) > 0 || entry(c) {
			return false
		}
		opened = opened || c.Kind == unit.Write
	}
	return opened
}

// onlyClosed tells a thing of a library that is opened once, and that serving does nothing to but
// close it.
func onlyClosed(h *program.Holder, a Assessment) bool {
	return h.Handle && len(a.Writes) > 0 && !slices.ContainsFunc(a.Writes, func(c program.Change) bool {
		return c.Kind == unit.Write || !slices.Contains(closing, c.Op)
	})
}

// closing are what methods are called by which what was opened is given back.
var closing = []string{"Close", "CloseNow", "Release", "Shutdown", "Disconnect"}

// filledFromStores tells a table that is made when it is first needed, where who fills it asks a
// database or another service: what of the answer gets there is not always seen.
func filledFromStores(src *Sources, a Assessment) bool {
	late := slices.ContainsFunc(a.Writes, func(c program.Change) bool {
		return c.Kind == unit.Write && c.Value != nil && (c.Value.Kind == unit.Collection || c.Value.Text == "make") && len(c.Value.Parts) == 0
	})
	return late && slices.ContainsFunc(a.Writes, func(c program.Change) bool {
		return src.Reaches(c.In, FromDatabase, FromNetwork)
	})
}

// entry tells a change that puts a value under a key. What a call is given to be
// cancelled by is no key.
func entry(c program.Change) bool {
	return c.Key != nil && c.Value != nil && c.Key.Text != c.Value.Text && c.Key.Type != "context.Context"
}

// ownTasks tells a list or set of work of this process that goes on beside its callers,
// kept until it ends. What is found there by a key is asked for by somebody.
func ownTasks(p *program.Program, h *program.Holder, a Assessment) bool {
	tasks := func(h *program.Holder) bool { return isTask(p, h.Elem) && (h.Type == "list" || h.Type == "set") }
	if len(h.Parts) == 0 {
		return tasks(h)
	}
	return slices.ContainsFunc(h.Parts, tasks) && !slices.ContainsFunc(h.Parts, func(part *program.Holder) bool { return !tasks(part) && part.Type != "bool" })
}

// isTask tells the type of work that goes on beside its caller.
func isTask(p *program.Program, typ string) bool {
	e, ok := p.Catalog.Lookup(typ)
	return ok && typ != "" && e.Kind == catalog.Sync && e.Note == "task"
}

// feedsMetrics tells what the exporter of figures keeps for itself: plain fields of a
// type that holds meters of a metrics library, where whoever uses them in serving
// returns nothing, and reaches nothing outside the process.
func feedsMetrics(p *program.Program, src *Sources, h *program.Holder, a Assessment) bool {
	if h.Kind != unit.Field || !h.Plain || !metersIn(p, h.Owner) || refuses(a) {
		return false
	}
	for _, c := range slices.Concat(a.Writes, h.Reads) {
		if c.Phase != result.Serving {
			continue
		}
		if in := p.Function(c.In); in == nil || !onlyMeters(src, in, packageOfID(h.Owner), maxBehind) {
			return false
		}
	}
	return true
}

// keepsMeters tells a collection of meters of a metrics library: each copy has its own figures.
func keepsMeters(p *program.Program, h *program.Holder) bool {
	e, ok := p.Catalog.Lookup(h.Elem)
	return ok && h.Elem != "" && e.Kind == catalog.Metrics && isCollection(h.Type) && !isChannel(h.Type)
}

// onlyMeters tells a function of a package that hands nothing back, or only to others
// like it, answers no request and reaches nothing outside the process.
func onlyMeters(src *Sources, f *program.Function, in string, depth int) bool {
	if depth == 0 || !strings.HasPrefix(f.ID, in) || f.HasRole(unit.Handler) || src.Reaches(f.ID, ToDatabase, ToFile, ToOpenFile, ToNetwork, FromDatabase, FromNetwork, FromRequest) {
		return false
	}
	if silent(f) {
		return true
	}
	return len(f.Callers()) > 0 && !slices.ContainsFunc(f.Callers(), func(from *program.Function) bool {
		return from != f && from.Serving && !onlyMeters(src, from, in, depth-1)
	})
}

// metersIn tells a type one of whose fields is a meter.
func metersIn(p *program.Program, owner string) bool {
	t := p.Type(owner)
	if t == nil {
		return false
	}
	return slices.ContainsFunc(t.Fields, func(id string) bool {
		f := p.Holder(id)
		if f == nil {
			return false
		}
		e, ok := p.Catalog.Lookup(f.Type)
		return ok && e.Kind == catalog.Metrics
	})
}

// silent tells a function that hands nothing back but whether it failed.
func silent(f *program.Function) bool {
	return len(f.Returns) == 0 || slices.Contains(f.Attrs, unit.ErrorOnly)
}

func packageOfID(id string) string {
	if i := strings.LastIndexByte(id, '.'); i >= 0 {
		return id[:i+1]
	}
	return id
}

// readAnew tells what loops of this process read again from files, when these change or
// from time to time, and what no request and no command sets: each copy does so with the
// files that it has.
func readAnew(src *Sources, a Assessment) bool {
	files := false
	for _, c := range a.Writes {
		if !c.Function.Serving {
			continue // on behalf of boot
		}
		steps := c.Function.Path(result.Serving)
		if len(steps) == 0 || c.Kind != unit.Write && !c.Reset && c.Op != "Store" || !slices.Contains(steps[0].Function.Attrs, "endless-loop") {
			return false
		}
		for _, s := range slices.Concat(a.Facts.Sources, src.Reach(c.In)) {
			switch s {
			case FromFile:
				files = true
			case FromClock, FromEnvironment, FromRuntime:
			default:
				return false
			}
		}
	}
	return files
}

// filledFromWritten tells a memo of a file that code which serves writes: what is kept is
// the file as it was when this copy first looked.
func filledFromWritten(p *program.Program, a Assessment) bool {
	read := map[string]bool{}
	for _, c := range a.Writes {
		filesRead(p, c.Value, read)
	}
	if len(read) == 0 {
		return false
	}
	return slices.ContainsFunc(p.Functions(), func(f *program.Function) bool {
		return f.Serving && !f.Test && slices.ContainsFunc(f.Calls, func(c unit.Call) bool {
			e, ok := effects.Of(&c)
			return ok && e.Kind == effects.File && read[fileKey(p, e.File(&c))]
		})
	})
}

// filesRead collects the files that a value is read from.
func filesRead(p *program.Program, v *unit.Value, into map[string]bool) {
	if v == nil {
		return
	}
	if v.Kind == unit.Result && len(v.Parts) > 0 && slices.Contains(classifyKnown(v.Callee), FromFile) {
		for i := range v.Parts {
			if key := fileKey(p, &v.Parts[i]); key != "" {
				into[key] = true
				break
			}
		}
	}
	for i := range v.Parts {
		filesRead(p, &v.Parts[i], into)
	}
}

// fileKey names a file by the place or function that has its path, or as it is written;
// empty where the path is put together on the spot.
func fileKey(p *program.Program, v *unit.Value) string {
	switch {
	case v == nil:
	case v.Place != nil && p.Holder(program.KeptIn(*v.Place)) != nil:
		return program.KeptIn(*v.Place)
	case v.Kind == unit.Result && p.Function(v.Callee) != nil && len(v.Parts) == 0:
		return v.Callee
	case v.Kind == unit.Literal && v.Type == "String":
		return v.Text
	}
	return ""
}
