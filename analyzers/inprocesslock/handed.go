package inprocesslock

import (
	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/rule"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// maxHanded bounds through how many functions a lock that one of them has taken is handed
// to its callers.
const maxHanded = 3

// underTaken adds the calls that a function makes while it has a lock which a function
// that it called took for it and did not give back.
func underTaken(p *rule.Pass, f *program.Function, out map[string][]held) {
	for i := range f.Calls {
		c := &f.Calls[i]
		for _, h := range takes(p.Program, c, maxHanded) {
			for k := range f.Calls {
				under := &f.Calls[k]
				if under.Async || under.Reference || under.Deferred || !behind(c, under) {
					continue
				}
				if !under.Failed && (handedBy(c, under) || gives(p.Program, under, h, maxHanded)) {
					break
				}
				out[h.ID] = append(out[h.ID], held{f, under, p.Sources.ReachOfCall(under)})
			}
		}
	}
}

func behind(c, at *unit.Call) bool {
	return at.Location.File == c.Location.File && (at.Location.Line > c.Location.Line || at.Location.Line == c.Location.Line && at.Location.Column > c.Location.Column)
}

// handedBy tells the call of a function that another call has handed out:
// unlock := lock(); unlock().
func handedBy(c, at *unit.Call) bool {
	return at.Callee == "" && at.Receiver != nil && at.Receiver.Kind == unit.Result && at.Receiver.Callee == c.Callee
}

// takes lists the locks that are held when a call has come back. A method that is
// called Lock is a lock for its callers, and seen there.
func takes(p *program.Program, c *unit.Call, deep int) []*program.Holder {
	f := p.Function(c.Callee)
	if f == nil || f.Test || c.Async || c.Reference || c.Deferred || deep == 0 || c.Name == "Lock" || c.Name == "TryLock" {
		return nil
	}
	var out []*program.Holder
	for _, lock := range f.Holds {
		if h := lockOf(p, lock); h != nil {
			out = append(out, h)
		}
	}
	for i := range f.Calls {
		for _, h := range takes(p, &f.Calls[i], deep-1) {
			if !givesBack(p, f, h) {
				out = append(out, h)
			}
		}
	}
	return out
}

// givesBack tells a function that gives a lock back before it ends, or when it does.
func givesBack(p *program.Program, f *program.Function, h *program.Holder) bool {
	for i := range f.Calls {
		if gives(p, &f.Calls[i], h, maxHanded) {
			return true
		}
	}
	return false
}

// gives tells a call that gives a lock back.
func gives(p *program.Program, c *unit.Call, h *program.Holder, deep int) bool {
	f := p.Function(c.Callee)
	if f == nil || c.Reference || deep == 0 {
		return false
	}
	for _, lock := range f.Frees {
		if got := lockOf(p, lock); got != nil && got.ID == h.ID {
			return true
		}
	}
	for i := range f.Calls {
		if gives(p, &f.Calls[i], h, deep-1) {
			return true
		}
	}
	return false
}
