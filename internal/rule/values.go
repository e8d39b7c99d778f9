package rule

import (
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
