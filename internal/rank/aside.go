package rank

import (
	"slices"

	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// offRequest tells functions that run beside the requests only: jobs, consumers
// and loops, and what is called by nobody else.
func (m *model) offRequest(fn *program.Function) bool {
	if m.aside == nil {
		m.aside = m.besideRequests()
	}
	return m.aside[fn.ID]
}

// besideRequests collects the functions that some work beside the requests reaches,
// without those that a request reaches as well, or of which nobody knows who
// calls them.
func (m *model) besideRequests() map[string]bool {
	callees := m.callees()
	called := map[string]bool{}
	for _, to := range callees {
		for _, id := range to {
			called[id] = true
		}
	}
	var beside, serving []string
	for _, fn := range m.counted() {
		switch {
		case slices.ContainsFunc(fn.Roles, unit.Role.Beside):
			beside = append(beside, fn.ID)
		case fn.HasRole(unit.Main) || fn.HasRole(unit.Initializer):
		case len(fn.Roles) > 0 || !called[fn.ID] && !m.started[fn.ID]:
			serving = append(serving, fn.ID)
		}
	}
	for id := range m.started {
		beside = append(beside, id)
	}
	out := closure(beside, callees)
	for id := range closure(serving, callees) {
		delete(out, id)
	}
	return out
}

// callees lists whom each function waits for, the closures in it included, and
// notes in m.started who is started on the side.
func (m *model) callees() map[string][]string {
	callees := map[string][]string{}
	m.started = map[string]bool{}
	for _, fn := range m.counted() {
		for _, c := range m.calls(fn.ID) {
			if c.Async {
				m.started[c.to.ID] = true
			} else {
				callees[fn.ID] = append(callees[fn.ID], c.to.ID)
			}
		}
	}
	for _, fn := range m.counted() {
		if fn.Outer != "" && !m.started[fn.ID] && !slices.ContainsFunc(fn.Roles, unit.Role.Beside) {
			callees[fn.Outer] = append(callees[fn.Outer], fn.ID)
		}
	}
	return callees
}

// closure is what some functions reach, themselves included.
func closure(from []string, callees map[string][]string) map[string]bool {
	seen := map[string]bool{}
	queue := slices.Clone(from)
	for n := 0; n < len(queue); n++ {
		if id := queue[n]; !seen[id] {
			seen[id] = true
			queue = append(queue, callees[id]...)
		}
	}
	return seen
}
