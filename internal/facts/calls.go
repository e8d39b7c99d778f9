package facts

import (
	"slices"
	"strconv"
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
		call := Call{Call: c, To: to, Result: outcome(fn, c, to), Async: c.Async, Tx: c.Tx || f.InCallback(fn)}
		if to[0].RoleNote == "mailer" {
			f.delivered(fn, &call)
		}
		out = append(out, call)
	}
	f.calls[fn.ID] = out
}

// outcome says what becomes of the result of a call, as far as the caller and who
// is called tell. What a template calls, it shows. Of an error, which is all that
// is returned, a caller learns whether the work succeeded.
func outcome(fn *program.Function, c *unit.Call, to []*program.Function) unit.Use {
	switch {
	case c.Result == unit.Dropped && IsView(fn.Location.File):
		return unit.Used
	case fn.Language == unit.Go && (c.Result == unit.Used || c.Result == unit.Checked) && fills(c, to[0]):
		return unit.Used
	case c.Result == unit.Used && !slices.ContainsFunc(to, func(t *program.Function) bool { return !onlyFails(t) }):
		return unit.Checked
	}
	return c.Result
}

// onlyFails tells functions that hand out an error and nothing else.
func onlyFails(fn *program.Function) bool { return slices.Contains(fn.Attrs, unit.ErrorOnly) }

// fills tells a call that is answered through a variable whose address it is given:
// one that it changes, or one of a type that nobody passes by address for another
// reason.
func fills(c *unit.Call, to *program.Function) bool {
	for i := range c.Args {
		a := &c.Args[i]
		if !strings.HasPrefix(a.Text, "&") {
			continue
		}
		plain := !strings.Contains(a.Type, ".") || strings.HasPrefix(a.Type, "*[") || strings.HasPrefix(a.Type, "*map[")
		if plain || slices.ContainsFunc(to.Accesses, func(in unit.Access) bool { return changesParam(&in, i) }) {
			return true
		}
	}
	return false
}

// changesParam tells an access that changes what a parameter, by number, leads to.
func changesParam(a *unit.Access, i int) bool {
	return a.Place.Root == unit.RootParam && a.Place.Name == strconv.Itoa(i) && (a.Kind == unit.Write || a.Kind == unit.Modify || a.Kind == unit.Escape)
}

// dropsResult tells functions of which the framework that calls them ignores what
// they return.
func dropsResult(fn *program.Function) bool {
	if fn.Language == unit.Ruby && fn.RoleNote == "controller action" {
		return true
	}
	return slices.ContainsFunc(fn.Roles, func(r unit.Role) bool { return r.Beside() || r == unit.Main || r == unit.Initializer })
}

// settle works out what becomes of the results that are returned: one that a
// function hands on has the fate of the function's own result.
func (f *Facts) settle() {
	fate, called := map[string]unit.Use{}, map[string]bool{}
	for _, fn := range f.Program.Functions() {
		for _, c := range f.calls[fn.ID] {
			for _, to := range c.To {
				called[to.ID] = true
			}
		}
	}
	for _, fn := range f.Program.Functions() {
		switch {
		case dropsResult(fn) || called[fn.ID]:
			fate[fn.ID] = unit.Dropped // until a caller is found that looks at it
		case onlyFails(fn):
			fate[fn.ID] = unit.Checked
		default:
			fate[fn.ID] = unit.Used // who calls it is not known
		}
	}
	for grown := true; grown; {
		grown = false
		for _, fn := range f.Program.Functions() {
			for _, c := range f.calls[fn.ID] {
				for _, to := range c.To {
					if use := settled(c.Result, fate[fn.ID]); !dropsResult(to) && closer(use, fate[to.ID]) {
						fate[to.ID], grown = use, true
					}
				}
			}
		}
	}
	for _, fn := range f.Program.Functions() {
		for i := range f.calls[fn.ID] {
			c := &f.calls[fn.ID][i]
			c.Result = settled(c.Result, fate[fn.ID])
		}
	}
}

// settled is what becomes of the result of a call in a function of which the fate
// of its own result is known.
func settled(use, fate unit.Use) unit.Use {
	if use == unit.Returned {
		return fate
	}
	return use
}

// closer tells whether a use looks closer at a result than another one.
func closer(a, b unit.Use) bool {
	order := []unit.Use{unit.Dropped, unit.Checked, unit.Used}
	return slices.Index(order, a) > slices.Index(order, b)
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
	if to := inherited(f.Program, on.model.Type, separator+c.Name); to != nil {
		return []*program.Function{to}
	}
	return nil
}

// inherited finds a method of a class of Ruby, or of what it inherits from or
// includes; its name comes with "#" or "." in front.
func inherited(p *program.Program, t *unit.Type, method string) *program.Function {
	for depth := 0; t != nil && depth < 8; depth++ {
		if fn := p.Function(t.ID + method); fn != nil && counts(fn) {
			return fn
		}
		var next *unit.Type
		for _, s := range t.Supers {
			up := p.Type(superName(s))
			if up == nil || up == t {
				continue
			}
			if fn := p.Function(up.ID + method); fn != nil && counts(fn) {
				return fn
			}
			if next == nil && up.Kind == "class" {
				next = up
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
