package rule

import (
	"slices"

	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// Values shows what variables are made with and what functions hand over and put
// somewhere, each with its language and the place where it stands. Tests are left out.
func (p *Pass) Values(visit func(lang unit.Language, at unit.Location, v *unit.Value)) {
	for _, h := range p.Program.Holders() {
		if !h.Test && h.Kind != unit.Field {
			visit(h.Language, h.Location, &h.Value)
		}
	}
	for _, f := range p.Program.Functions() {
		if f.Test {
			continue
		}
		for i := range f.Calls {
			c := &f.Calls[i]
			if c.Receiver != nil {
				visit(f.Language, c.Location, c.Receiver)
			}
			for j := range c.Args {
				visit(f.Language, c.Location, &c.Args[j])
			}
		}
		for i := range f.Accesses {
			if v := f.Accesses[i].Value; v != nil {
				visit(f.Language, f.Accesses[i].Location, v)
			}
		}
		for i := range f.Returns {
			visit(f.Language, f.Location, &f.Returns[i])
		}
	}
}

// Lasting tells whether what a function makes is there while a process serves: it is
// no test, something runs it, and not only programs and commands that end.
func (p *Pass) Lasting(f *program.Function) bool {
	if f.Test || !f.Boot && !f.Serving {
		return false
	}
	return !p.Ended(f)
}

// Ended tells a function that runs only in programs and commands which end, such as a
// migration. Where no program was seen to go on, none is taken for one that ends.
func (p *Pass) Ended(f *program.Function) bool {
	return !f.Serving && len(f.Ending) > 0 && p.Program.Lasts() && !slices.ContainsFunc(f.Ending, p.Sources.Serves)
}

// Calls tells whether code that is no test calls a function.
func (p *Pass) Calls(callee string) bool {
	for _, f := range p.Program.Functions() {
		for i := range f.Calls {
			if !f.Test && f.Calls[i].Callee == callee {
				return true
			}
		}
	}
	return false
}
