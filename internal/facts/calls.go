package facts

import (
	"path"
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
	case c.Result == unit.Dropped && template(fn):
		return unit.Used
	case fn.Language == unit.Go && (c.Result == unit.Used || c.Result == unit.Checked) && fills(c, to[0]):
		return unit.Used
	case c.Result == unit.Used && !slices.ContainsFunc(to, func(t *program.Function) bool { return !onlyFails(t) }):
		return unit.Checked
	}
	return c.Result
}

// template tells the functions that are views, whole or in part.
func template(fn *program.Function) bool {
	if fn.Language != unit.Ruby {
		return false
	}
	switch path.Ext(fn.Location.File) {
	case ".erb", ".haml", ".slim":
		return true
	}
	return false
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

// use says what becomes of the result of a call. One that is returned has the fate
// of the result of the function around it.
func (f *Facts) use(fn *program.Function, result unit.Use, open map[string]bool) unit.Use {
	if result != unit.Returned {
		return result
	}
	if dropsResult(fn) || open[fn.ID] {
		return unit.Dropped
	}
	callers := f.callers[fn.ID]
	if len(callers) == 0 {
		if onlyFails(fn) {
			return unit.Checked
		}
		return unit.Used // who calls it is not known
	}
	open[fn.ID] = true
	defer delete(open, fn.ID)
	out := unit.Dropped
	for _, c := range callers {
		switch f.use(c.from, c.result, open) {
		case unit.Used:
			return unit.Used
		case unit.Checked:
			out = unit.Checked
		}
	}
	return out
}

// dropsResult tells functions of which the framework that calls them ignores what
// they return.
func dropsResult(fn *program.Function) bool {
	if fn.Language == unit.Ruby && fn.RoleNote == "controller action" {
		return true
	}
	for _, r := range fn.Roles {
		switch r {
		case unit.Job, unit.Consumer, unit.Scheduler, unit.Background, unit.Main, unit.Initializer:
			return true
		}
	}
	return false
}

// caller is a call seen from the function that is called.
type caller struct {
	from   *program.Function
	result unit.Use
}

// settle works out what becomes of the results that are returned.
func (f *Facts) settle() {
	f.callers = map[string][]caller{}
	for _, fn := range f.Program.Functions() {
		for _, c := range f.calls[fn.ID] {
			for _, to := range c.To {
				f.callers[to.ID] = append(f.callers[to.ID], caller{fn, c.Result})
			}
		}
	}
	for _, fn := range f.Program.Functions() {
		for i := range f.calls[fn.ID] {
			c := &f.calls[fn.ID][i]
			if c.Result == unit.Returned {
				c.Result = f.use(fn, c.Result, map[string]bool{})
			}
		}
	}
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
