package flow

import (
	"testing"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// TestCallersAreLookedUpOnce holds that an instance which changes many places of many
// objects looks for those on whose behalf it does once: a router with some hundred
// routes took minutes, since each of its nodes went through all callers anew.
func TestCallersAreLookedUpOnce(t *testing.T) {
	method := func(name string) *function {
		return &function{Record: &unit.Record{Function: name, Ops: []unit.Op{{Line: 7}}}}
	}
	const callers = 5000
	insert, add, outside := method("node.insert"), method("node.add"), method("route")
	s := &solver{
		objects: []object{{typ: "node"}, {typ: "node"}, {typ: "other"}},
		methods: map[string]map[string]unit.Method{"node": {"insert": {Function: "node.insert"}, "add": {Function: "node.add"}}},
	}
	instance := func(fn *function, calls ...call) *instance {
		in := &instance{id: int32(len(s.instances)), fn: fn, serving: true, calls: calls}
		s.instances = append(s.instances, in)
		return in
	}
	changing := instance(insert)
	for range callers {
		instance(outside, call{to: instance(add, call{to: changing})})
	}
	first, again, other := &Event{}, &Event{}, &Event{}
	s.lift(first, changing, 0)
	if cost := testing.AllocsPerRun(1, func() { s.lift(again, changing, 1) }); cost > 100 {
		t.Errorf("another object of the type costs %v allocations", cost)
	}
	s.lift(other, changing, 2)
	for e, through := range map[*Event]int{first: 2, again: 2, other: 1} {
		if len(e.Lifted) != 1 || len(e.Lifted[0].Through) != through || !e.Lifted[0].Serving {
			t.Errorf("%+v, want one caller through %d methods", e.Lifted, through)
		}
	}
}
