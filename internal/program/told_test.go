package program_test

import (
	"testing"

	"github.com/stateaudit/stateaudit/internal/catalog"
	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// policies is a unit with a variable of a library's type, which a handler changes;
// main calls the methods that are named.
func policies(atBoot ...string) []*unit.Unit {
	const typ = "example.org/rules.Rules"
	invoke := func(method string, line int) unit.Access {
		return unit.Access{
			Place: unit.Place{Root: unit.RootHolder, Name: "app.rules"}, Kind: unit.Invoke,
			Method: typ + "." + method, Op: method, Location: unit.Location{File: "main.go", Line: line},
		}
	}
	boot := unit.Function{ID: "app.main", Roles: []unit.Role{unit.Main}}
	for i, m := range atBoot {
		boot.Accesses = append(boot.Accesses, invoke(m, 10+i))
	}
	serve := unit.Function{ID: "app.add", Roles: []unit.Role{unit.Handler}, Accesses: []unit.Access{invoke("Add", 20)}}
	return []*unit.Unit{{
		Language: unit.Go, Name: "app",
		Holders:   []unit.Holder{{ID: "app.rules", Kind: unit.PackageVar, Owner: "app", Type: "*" + typ}},
		Functions: []unit.Function{boot, serve},
		Foreign:   []unit.Foreign{{ID: typ + ".Add", Receiver: unit.Changed}, {ID: typ + ".Tell", Receiver: unit.Changed}},
	}}
}

func TestCopiesThatAreToldOfChanges(t *testing.T) {
	entries := catalog.New([]catalog.Entry{{Type: "example.org/rules.Rules", Kind: catalog.Registry, Tells: "Tell"}})
	if h := program.Link(policies("Tell"), entries).Holder("app.rules"); len(h.Changes) != 0 {
		t.Errorf("changes that the other copies are told of are left: %d", len(h.Changes))
	}
	if h := program.Link(policies(), entries).Holder("app.rules"); len(h.Changes) != 1 {
		t.Errorf("%d changes of what tells nobody, want 1", len(h.Changes))
	}
}
