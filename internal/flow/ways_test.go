package flow

import (
	"testing"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// TestWaysHaveNoCircles joins instances of two functions that call each other, of which
// the one that was made last is the one that a handler calls: of each function the way
// that is told leads to the handler.
func TestWaysHaveNoCircles(t *testing.T) {
	instanceOf := func(name string, by *instance) *instance {
		in := &instance{fn: &function{Record: &unit.Record{Function: name}}, serving: true}
		in.via[serving] = way{from: by, begin: by == nil}
		return in
	}
	handler := instanceOf("handler", nil)
	set := instanceOf("set", handler)
	remove := instanceOf("remove", set)
	again := instanceOf("set", remove)
	s := &solver{instances: []*instance{again, remove, set, handler}}
	r := &Result{Functions: map[string]*Reached{}}
	s.reached(r)
	for name, want := range map[string]string{"set": "handler", "remove": "set", "handler": ""} {
		if got := r.Functions[name].From[serving]; got != want {
			t.Errorf("%s is called by %q, want %q", name, got, want)
		}
	}
}
