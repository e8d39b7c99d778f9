package sessioninprocess

import (
	"slices"
	"strconv"

	"github.com/stateaudit/stateaudit/internal/assess"
	"github.com/stateaudit/stateaudit/internal/effects"
	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/rule"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// maxBack bounds through how many functions a key is followed back to where it is
// drawn, and what vouches for a text on to where that is compared.
const maxBack = 3

// once tells what is done once in the life of a process.
func once(guards []string) bool { return slices.Contains(guards, "once") }

// handsOutDrawn tells a value that functions of the checkout draw at random for
// whoever calls them, and that none of them stores, sends or writes down.
func handsOutDrawn(p *rule.Pass, v *unit.Value, deep int) bool {
	if f := p.Program.Function(v.Callee); f != nil && v.Kind == unit.Result {
		return deep > 0 && returnsDrawn(p, f, v.Nth, deep-1)
	}
	return slices.ContainsFunc(v.Parts, func(part unit.Value) bool { return handsOutDrawn(p, &part, deep) })
}

func returnsDrawn(p *rule.Pass, f *program.Function, nth, deep int) bool {
	if p.Sources.Reaches(f.ID, assess.ToDatabase, assess.ToFile, assess.ToNetwork, assess.FromDatabase, assess.FromNetwork) {
		return false
	}
	filled := fills(p, f)
	return slices.ContainsFunc(f.Returns, func(v unit.Value) bool {
		if v.Nth != nth {
			return false
		}
		_, fresh := fillOf(&v, filled)
		return fresh || effects.Drawn(&v) || handsOutDrawn(p, &v, deep)
	})
}

// drawsLate finds the function which a value runs when it is first asked for, and
// which draws what it hands out: a library keeps it, as sync.OnceValue does.
func drawsLate(p *rule.Pass, v *unit.Value) *program.Function {
	if v.Kind != unit.Result || p.Program.Function(v.Callee) != nil {
		return nil
	}
	for i := range v.Parts {
		if f := p.Program.Function(v.Parts[i].Callee); f != nil && v.Parts[i].Kind == unit.Func && returnsDrawn(p, f, 0, maxBack) {
			return f
		}
	}
	return nil
}

// compared tells whether what a function makes is compared, by itself or by one that
// calls it, with what was brought back.
func compared(f *program.Function, up int) bool {
	if slices.ContainsFunc(f.Calls, func(c unit.Call) bool { e, ok := effects.Of(&c); return ok && e.Kind == effects.Compares }) {
		return true
	}
	return up > 0 && slices.ContainsFunc(f.Callers(), func(from *program.Function) bool { return from != f && compared(from, up-1) })
}

// signedWith finds the draw of a key that a function signs with: its own, or what its
// callers give it.
func signedWith(p *program.Program, f *program.Function, v *unit.Value, kept map[string]draw, up int) (draw, bool) {
	if d, ok := keyOf(p, v, kept, maxBack); ok || up == 0 {
		return d, ok
	}
	if d, ok := keptBeside(f, v, kept); ok {
		return d, true
	}
	if v.Place != nil && v.Place.Root == unit.RootParam && len(v.Place.Path) == 0 {
		nth, err := strconv.Atoi(v.Place.Name)
		for _, from := range f.Callers() {
			for _, c := range from.CallsOf(f) {
				if err != nil || nth >= len(c.Args) || from.Test {
					continue
				}
				if d, ok := signedWith(p, from, &c.Args[nth], kept, up-1); ok {
					return d, true
				}
			}
		}
	}
	for i := range v.Parts {
		if d, ok := signedWith(p, f, &v.Parts[i], kept, up); ok {
			return d, true
		}
	}
	return draw{}, false
}

// givenDrawn finds the draw of a key that is handed to a signer as boot makes it, which keeps
// it: no variable of the checkout does.
func givenDrawn(p *rule.Pass, f *program.Function, c *unit.Call, e effects.Effect, v *unit.Value) (draw, bool) {
	if e.Kind != effects.Signer || !f.Boot || f.Serving {
		return draw{}, false
	}
	_, fresh := fillOf(v, fills(p, f))
	return draw{f, c.Location, false}, fresh || effects.Drawn(v) || handsOutDrawn(p, v, maxBack)
}

// keptBeside finds the draw of a value that the function which uses it has just drawn,
// where it keeps it for the next time as well.
func keptBeside(f *program.Function, v *unit.Value, kept map[string]draw) (draw, bool) {
	if v.Kind != unit.Result || v.Callee == "" {
		return draw{}, false
	}
	for i := range f.Accesses {
		a := &f.Accesses[i]
		if a.Value == nil || a.Value.Kind != unit.Result || a.Value.Callee != v.Callee || a.Value.Nth != v.Nth {
			continue
		}
		if d, ok := kept[program.KeptIn(a.Place)]; ok && d.in == f {
			return d, true
		}
	}
	return draw{}, false
}
