package localdiskstate

import (
	"slices"
	"strconv"
	"strings"

	"github.com/stateaudit/stateaudit/internal/effects"
	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/rule"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// passing tells whether a file that is written somewhere in a function does not
// outlast the call: its name is a temporary one, the function removes it, or every
// caller names such a file.
func passing(p *rule.Pass, f *program.Function, v *unit.Value, at unit.Location, up int) bool {
	if v == nil {
		return false
	}
	if ways := alternatives(v); len(ways) > 1 {
		return !slices.ContainsFunc(ways, func(way unit.Value) bool { return !passing(p, f, &way, at, up) })
	}
	if key := optionKey(v); key != "" && up > 0 {
		return passingOption(p, f, v, key, up)
	}
	if temporary(p.Program, v, maxDeep) || console(v) || logFile.MatchString(f.Name) {
		return true
	}
	for _, g := range around(p.Program, f) {
		if !whereFailed(p.Program, g, f) && removes(g, v, at) {
			return true
		}
	}
	if removedThrough(p.Program, f, v) || up == maxUp && removedByCaller(p, f, v) {
		return true
	}
	param := parameter(v)
	if up == 0 {
		return false
	}
	if param < 0 {
		return passingField(p, f, v, up)
	}
	sites := 0
	for _, from := range f.Callers() {
		if from.Test || !from.Serving {
			continue
		}
		for _, c := range from.CallsOf(f) {
			if param >= len(c.Args) || !passing(p, from, &c.Args[param], c.Location, up-1) {
				return false
			}
			sites++
		}
	}
	return sites > 0
}

// passingField tells a path that begins with a field which its constructor was handed, of
// objects that are all made with a folder which does not outlast the call.
func passingField(p *rule.Pass, f *program.Function, v *unit.Value, up int) bool {
	id := fieldOf(v)
	h := p.Program.Holder(id)
	if h == nil || h.Kind != unit.Field {
		return false
	}
	sites := 0
	for _, maker := range p.Program.Functions() {
		for i := range maker.Accesses {
			a := &maker.Accesses[i]
			if program.KeptIn(a.Place) != id || a.Value == nil || a.Kind != unit.Write && a.Kind != unit.Init {
				continue
			}
			if sites++; maker.Owner != f.Owner || parameter(a.Value) < 0 || !passing(p, maker, a.Value, a.Location, up) {
				return false
			}
		}
	}
	return sites > 0
}

// fieldOf is the field of its own object that a path is, or begins with.
func fieldOf(v *unit.Value) string {
	if v.Place != nil && v.Place.Root == unit.RootReceiver && len(v.Place.Path) == 1 {
		return v.Place.Path[0]
	}
	for i := range v.Parts {
		if id := fieldOf(&v.Parts[i]); id != "" {
			return id
		}
	}
	return ""
}

// alternatives are the values of which a path is one: options[:path] || "/tmp/x".
func alternatives(v *unit.Value) []unit.Value {
	for v.Kind == unit.PlaceValue && len(v.Parts) == 1 && (v.Parts[0].Callee == unit.Branches || v.Place != nil && v.Place.Root == unit.RootLocal) {
		v = &v.Parts[0]
	}
	if v.Kind == unit.Compound && v.Callee == unit.Branches {
		return v.Parts
	}
	return nil
}

// optionKey is the key by which a path is read from the options that a function is
// given, "" for other paths.
func optionKey(v *unit.Value) string {
	if v.Place == nil || v.Place.Root != unit.RootParam || len(v.Place.Path) != 1 || v.Place.Path[0] != unit.Element {
		return ""
	}
	_, key, _ := strings.Cut(strings.TrimSuffix(v.Text, "]"), "[:")
	return key
}

// passingOption tells an option that each caller leaves out or gives a file that
// does not outlast the call.
func passingOption(p *rule.Pass, f *program.Function, v *unit.Value, key string, up int) bool {
	sites := 0
	for _, from := range f.Callers() {
		if from.Test || !from.Serving {
			continue
		}
		for _, c := range from.CallsOf(f) {
			sites++
			given, known := optionOf(c, v.Place.Name, key)
			if !known || given != nil && !passing(p, from, given, c.Location, up-1) {
				return false
			}
		}
	}
	return sites > 0
}

// optionOf is what a call gives under a key, nil if nothing; known tells whether
// what it gives was seen.
func optionOf(c *unit.Call, param, key string) (given *unit.Value, known bool) {
	known = true
	for i := range c.Args {
		switch arg := &c.Args[i]; {
		case arg.Type == "pair" && arg.Callee == key && len(arg.Parts) > 0:
			return &arg.Parts[0], true
		case arg.Type != "pair" && strconv.Itoa(i) == param:
			known = false // a hash that is passed on
		}
	}
	return nil, known
}

// removedThrough tells a file whose name is kept in a variable of the object, and
// which a caller has removed by that variable when it ends.
func removedThrough(p *program.Program, f *program.Function, v *unit.Value) bool {
	kept := map[string]bool{}
	if v.Place != nil {
		kept[program.KeptIn(*v.Place)] = true
	}
	for i := range f.Accesses {
		if a := &f.Accesses[i]; a.Value != nil && (a.Kind == unit.Write || a.Kind == unit.Init) && a.Value.Text == v.Text {
			kept[program.KeptIn(a.Place)] = true
		}
	}
	delete(kept, "")
	if len(kept) == 0 {
		return false
	}
	for _, from := range append(f.Callers(), f) {
		for i := range from.Calls {
			c := &from.Calls[i]
			if c.Deferred && removesKept(p, c, kept) {
				return true
			}
		}
	}
	return false
}

// removesKept tells a call that removes a file named by one of some variables,
// itself or in the function that it calls.
func removesKept(p *program.Program, c *unit.Call, kept map[string]bool) bool {
	calls := []unit.Call{*c}
	if to := p.Function(c.Callee); to != nil {
		calls = to.Calls
	}
	for i := range calls {
		e, ok := effects.Of(&calls[i])
		if !ok || e.Kind != effects.Remove {
			continue
		}
		if file := e.File(&calls[i]); file != nil && file.Place != nil && kept[program.KeptIn(*file.Place)] {
			return true
		}
	}
	return false
}

// around lists a function, those written inside it (what it defers, often) and
// those that it is written in.
func around(p *program.Program, f *program.Function) []*program.Function {
	out := []*program.Function{f}
	for _, g := range p.Functions() {
		if g.Outer == f.ID {
			out = append(out, g)
		}
	}
	for outer := p.Function(f.Outer); outer != nil && len(out) < 32; outer = p.Function(outer.Outer) {
		out = append(out, outer)
	}
	return out
}

// temporary tells a path that is made from the name of something temporary, also
// by a method of the checkout or in a variable of an object.
func temporary(p *program.Program, v *unit.Value, deep int) bool {
	if e, ok := effects.Named(v.Callee); ok && e.Kind == effects.Temp {
		return true
	}
	if v.Type == "Tempfile" || v.Type == "StringIO" {
		return true
	}
	if strings.Contains(v.Text, "tmpdir") || strings.Contains(v.Text, "Tempfile") || strings.Contains(v.Text, "tempfile") {
		return true
	}
	any := func(list []unit.Value, deep int) bool {
		return slices.ContainsFunc(list, func(part unit.Value) bool { return temporary(p, &part, deep) })
	}
	if any(v.Parts, deep) {
		return true
	}
	if deep == 0 {
		return false
	}
	if f := p.Function(v.Callee); f != nil && any(f.Returns, deep-1) {
		return true
	}
	if v.Place != nil {
		if h := p.Holder(program.KeptIn(*v.Place)); h != nil && h.Kind == unit.Field {
			return any(p.Given(h.ID), deep-1) || any(givenByKey(h, v), deep-1)
		}
	}
	return false
}

// givenByKey lists what is put under the key by which a path is read from a hash.
func givenByKey(h *program.Holder, v *unit.Value) []unit.Value {
	var out []unit.Value
	for _, a := range h.Entries {
		if strings.HasSuffix(v.Text, "["+a.Key.Text+"]") {
			out = append(out, *a.Value)
		}
	}
	return out
}

// console tells a path of a device or log. A variable that is called like one says less
// than the path that is put into it.
func console(v *unit.Value) bool {
	for (v.Kind == unit.PlaceValue || v.Kind == unit.Literal) && len(v.Parts) == 1 && (v.Parts[0].Kind == unit.Literal || v.Parts[0].Kind == unit.PlaceValue) {
		v = &v.Parts[0]
	}
	text := strings.Trim(v.Text, `"'`)
	if logFile.MatchString(text) || slices.ContainsFunc(v.Parts, func(part unit.Value) bool { return logFile.MatchString(part.Text) }) {
		return true
	}
	return strings.HasPrefix(text, "/dev/") || strings.HasPrefix(text, "/proc/") || text == "os.DevNull" || text == "File::NULL"
}

// removes tells whether a function removes what a path names, or the folder in
// which it lies, when it ends or behind the place where that is written.
func removes(f *program.Function, v *unit.Value, at unit.Location) bool {
	for i := range f.Calls {
		c := &f.Calls[i]
		e, ok := effects.Of(c)
		behind := c.Location.File == at.File && c.Location.Line > at.Line
		if !ok || c.Failed || !c.Deferred && f.Outer == "" && !behind {
			continue
		}
		if file := e.Away(c); file != nil && (about(v, file.Text) || about(file, v.Text) && !besides(file, v.Text)) {
			return true
		}
	}
	return false
}

// besides tells a path that is another one with something written behind it: the name
// under which a file is written before it gets its own.
func besides(v *unit.Value, text string) bool {
	if text == "" || v.Text == text {
		return false
	}
	if v.Kind == unit.Compound && len(v.Parts) > 1 && about(&v.Parts[0], text) {
		next := strings.TrimLeft(v.Parts[1].Text, "\"'`f")
		return v.Parts[1].Kind != unit.Literal || !strings.HasPrefix(next, "/")
	}
	return slices.ContainsFunc(v.Parts, func(part unit.Value) bool { return besides(&part, text) })
}

// whereFailed tells a closure that the functions around it run only where something
// failed.
func whereFailed(p *program.Program, g, f *program.Function) bool {
	if g == f || g.Outer == "" {
		return false
	}
	some := false
	for _, by := range around(p, f) {
		for i := range by.Calls {
			c := &by.Calls[i]
			if c.Callee != g.ID || c.Reference {
				continue
			}
			if some = true; !c.Failed {
				return false
			}
		}
	}
	return some
}

// about tells whether a path is, or is made from, an expression.
func about(v *unit.Value, text string) bool {
	if text == "" {
		return false
	}
	return v.Text == text || slices.ContainsFunc(v.Parts, func(part unit.Value) bool { return about(&part, text) })
}

// parameter is the number of the parameter that a path is, or is made from; -1
// if it is made from none or several.
func parameter(v *unit.Value) int {
	if v.Place != nil && v.Place.Root == unit.RootParam && len(v.Place.Path) == 0 {
		n := 0
		for _, digit := range v.Place.Name {
			if digit < '0' || digit > '9' {
				return -1
			}
			n = n*10 + int(digit-'0')
		}
		return n
	}
	found := -1
	for i := range v.Parts {
		if n := parameter(&v.Parts[i]); n >= 0 && found < 0 {
			found = n // a path is joined from its folder on
		}
	}
	return found
}
