package rank

import (
	"testing"

	"github.com/stateaudit/stateaudit/internal/catalog"
	"github.com/stateaudit/stateaudit/internal/facts"
	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// TestDeclaredStaysInTheDomain has a closure whose outer function is the kernel's,
// which has no candidate that could be asked for.
func TestDeclaredStaysInTheDomain(t *testing.T) {
	u := &unit.Unit{Language: unit.Ruby, Functions: []unit.Function{
		{ID: "body", Name: "body", Location: unit.Location{File: "lib/a.rb", Line: 1}},
		{ID: "block", Name: "block", Outer: "body", Location: unit.Location{File: "app/orders/a.rb", Line: 1}},
		{ID: "inner", Name: "inner", Outer: "block", Location: unit.Location{File: "app/orders/a.rb", Line: 2}},
	}}
	p := program.Link([]*unit.Unit{u}, catalog.New(nil))
	m := &model{in: Input{Facts: &facts.Facts{Program: p}}, domain: map[string]int{"body": -1, "block": 0, "inner": 0}}
	if got := m.declared(p.Function("inner")).ID; got != "block" {
		t.Errorf("the declared function of a block of a domain is %s", got)
	}
	if got := m.outermost(p.Function("inner")).ID; got != "body" {
		t.Errorf("the outermost function is %s", got)
	}
}
