package facts

import (
	"strings"

	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// Call is a call as ranking sees it: whom it may run, and what becomes of that.
type Call struct {
	*unit.Call
	To     []*program.Function // of the checkout, not tests
	Result unit.Use
	Async  bool
	Tx     bool
}

// Calls lists the calls of a function that lead to functions of the checkout.
// What the front end found by name alone is left out, unless the receiver is a
// row of a known model. A mail is sent where it is delivered, not where it is
// built.
func (f *Facts) Calls(id string) []Call { return f.calls[id] }

func (f *Facts) collectCalls(fn *program.Function) {
	var out []Call
	for i := range fn.Calls {
		c := &fn.Calls[i]
		to := f.callees(fn, c)
		if len(to) == 0 {
			continue
		}
		call := Call{Call: c, To: to, Result: c.Result, Async: c.Async, Tx: c.Tx || f.InCallback(fn)}
		if to[0].RoleNote == "mailer" {
			f.delivered(fn, &call)
		}
		out = append(out, call)
	}
	f.calls[fn.ID] = out
}

// callees are the functions that a call may run.
func (f *Facts) callees(fn *program.Function, c *unit.Call) []*program.Function {
	if c.Guessed || c.Callee == "" && len(c.Targets) == 0 || c.External {
		return f.onRow(fn, c)
	}
	if to := f.Program.Function(c.Callee); to != nil && (fn.Language == unit.Go || len(c.Targets) <= 1) {
		if to.Test {
			return nil
		}
		return []*program.Function{to}
	}
	var out []*program.Function
	for _, id := range c.Targets {
		if to := f.Program.Function(id); to != nil && !to.Test {
			out = append(out, to)
		}
	}
	return out
}

// onRow finds the method of a model that is called on one of its rows, or on the
// model.
func (f *Facts) onRow(fn *program.Function, c *unit.Call) []*program.Function {
	if fn.Language != unit.Ruby || c.Receiver == nil {
		return nil
	}
	on, ok := f.rowOf(fn, c.Receiver, 0)
	if !ok {
		return nil
	}
	separator := "#"
	if on.many {
		separator = "."
	}
	for t, depth := on.model.Type, 0; t != nil && depth < 8; depth++ {
		if to := f.Program.Function(t.ID + separator + c.Name); to != nil && !to.Test {
			return []*program.Function{to}
		}
		var next *unit.Type
		for _, s := range t.Supers {
			if up := f.Program.Type(superName(s)); up != nil && up != t {
				if to := f.Program.Function(up.ID + separator + c.Name); to != nil && !to.Test {
					return []*program.Function{to}
				}
				if !strings.Contains(s, " ") || strings.HasPrefix(s, "< ") {
					next = up
				}
			}
		}
		t = next
	}
	return nil
}

// delivered gives the building of a mail what becomes of the mail.
func (f *Facts) delivered(fn *program.Function, call *Call) {
	for i := range fn.Calls {
		c := &fn.Calls[i]
		if c.Receiver != nil && strings.HasPrefix(c.Name, "deliver") && c.Receiver.Kind == unit.Result && c.Receiver.Callee == call.Callee && c.Location.Line >= call.Location.Line && c.Location.Line <= call.Location.Line+8 {
			call.Result, call.Async = c.Result, c.Async
			return
		}
	}
}
