package rule

import (
	"slices"
	"strconv"

	"github.com/stateaudit/stateaudit/internal/effects"
	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// maxChoice bounds through how many functions, variables and parameters an option is
// followed.
const maxChoice = 6

// Chosen tells whether the options with which a call makes a store name one that
// copies share, whatever decides about them: a store that is only handed over if
// something is set, leaves the library's own where it is not.
func (p *Pass) Chosen(f *program.Function, c *unit.Call) bool {
	return slices.ContainsFunc(c.Args, func(v unit.Value) bool { return choice{p, f}.shared(&v, maxChoice) })
}

// choice finds out what the options of a store, which stand in a function, may be.
type choice struct {
	p *Pass
	f *program.Function
}

// shared tells whether options always name a store that copies share.
func (c choice) shared(v *unit.Value, deep int) bool {
	if v.Kind == unit.Nil || deep == 0 {
		return false
	}
	if given := storeFields(v); len(given) > 0 {
		return !slices.ContainsFunc(given, func(part unit.Value) bool { return c.own(&part, deep-1) })
	}
	if ways, from, ok := c.ways(v); ok {
		return len(ways) > 0 && !slices.ContainsFunc(ways, func(way unit.Value) bool { return !from.shared(&way, deep-1) })
	}
	if v.Kind == unit.Result && effects.HandsStore(v.Callee) && len(v.Parts) > 0 {
		return !slices.ContainsFunc(v.Parts, func(part unit.Value) bool { return c.own(&part, deep-1) })
	}
	if effects.NamesShared(v) {
		return true
	}
	return slices.ContainsFunc(v.Parts, func(part unit.Value) bool { return c.shared(&part, deep-1) })
}

// own tells whether a store that is handed over may be none, or one that this process
// keeps for itself.
func (c choice) own(v *unit.Value, deep int) bool {
	if v.Kind == unit.Nil || deep == 0 {
		return v.Kind == unit.Nil
	}
	if ways, from, ok := c.ways(v); ok {
		return slices.ContainsFunc(ways, func(way unit.Value) bool { return from.own(&way, deep-1) })
	}
	return effects.NamesMemory(v)
}

// storeFields are the values of the fields of some options by which a library is
// handed a store.
func storeFields(v *unit.Value) []unit.Value {
	var out []unit.Value
	told := map[string]bool{}
	for _, part := range v.Parts {
		if effects.HandsStore(part.Field) && !told[part.Field] {
			told[part.Field] = true
			out = append(out, v.Given(part.Field)...)
		}
	}
	return out
}

// ways are the values of which one is meant: the alternatives of a local, what a
// function hands out, what a variable, field or parameter is given. It says in which
// function they stand, and whether there is such a list.
func (c choice) ways(v *unit.Value) ([]unit.Value, choice, bool) {
	switch {
	case v.Kind == unit.Compound && v.Callee == unit.Branches:
		return v.Parts, c, true
	case v.Kind == unit.Result:
		if made := c.made(v); len(made) > 0 {
			return made, c, true
		}
		return nil, c, false
	case v.Place == nil:
		return nil, c, false
	}
	if n, err := strconv.Atoi(v.Place.Name); err == nil && v.Place.Root == unit.RootParam && len(v.Place.Path) == 0 {
		if given := c.handed(n); len(given) > 0 {
			return given, c, true
		}
		return nil, c, false
	}
	if given := c.p.Program.Given(program.KeptIn(*v.Place)); len(given) > 0 {
		return given, c, true
	}
	return nil, c, false
}

// made is what the functions of the checkout hand out that a call may run.
func (c choice) made(v *unit.Value) []unit.Value {
	var out []unit.Value
	for _, f := range c.functions(v) {
		for _, r := range f.Returns {
			if r.Nth == 0 {
				out = append(out, r)
			}
		}
	}
	return out
}

// functions are those that a call may run: the one it names, or those that are held
// where it finds one.
func (c choice) functions(v *unit.Value) []*program.Function {
	if f := c.p.Program.Function(v.Callee); f != nil {
		return []*program.Function{f}
	}
	if v.Callee != "" && v.Callee != "&"+unit.Element || len(v.Parts) == 0 {
		return nil
	}
	return c.held(&v.Parts[0], maxChoice)
}

// held lists the functions of the checkout that a value is, or holds.
func (c choice) held(v *unit.Value, deep int) []*program.Function {
	if deep == 0 {
		return nil
	}
	if f := c.p.Program.Function(v.Callee); f != nil && v.Kind == unit.Func {
		return []*program.Function{f}
	}
	list := v.Parts
	if v.Place != nil {
		list = append(slices.Clone(list), c.p.Program.Given(program.KeptIn(*v.Place))...)
		if h := c.p.Program.Holder(v.Place.Name); h != nil && v.Place.Root == unit.RootHolder {
			list = append(list, c.p.Program.Given(h.ID)...)
		}
	}
	var out []*program.Function
	for i := range list {
		out = append(out, c.held(&list[i], deep-1)...)
	}
	return out
}

// handed is what callers hand over for a parameter.
func (c choice) handed(param int) []unit.Value {
	var out []unit.Value
	for _, from := range c.f.Callers() {
		for _, call := range from.CallsOf(c.f) {
			if !from.Test && param < len(call.Args) {
				out = append(out, call.Args[param])
			}
		}
	}
	return out
}

// Functions lists the functions of the checkout that the call which a value is may
// run, where it is made through a variable.
func (p *Pass) Functions(f *program.Function, v *unit.Value) []*program.Function {
	return choice{p, f}.functions(v)
}
