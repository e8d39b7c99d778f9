package inprocessworker

import (
	"slices"

	"github.com/stateaudit/stateaudit/internal/assess"
	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/rule"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// locks are what keeps other copies from doing the same at the same time.
var locks = []assess.Source{assess.Elects, assess.Serializable}

// unlocked tells whether functions do something outside the process on a way on which no
// lock that copies share is taken: one of several things that a loop does may be locked, and
// the others not.
func unlocked(p *rule.Pass, fs []*program.Function) bool {
	seen := map[*program.Function]bool{}
	for queue := slices.Clone(fs); len(queue) > 0; queue = queue[1:] {
		f := queue[0]
		if seen[f] || f.HasRole(unit.Job) || takesLock(p, f) {
			continue
		}
		seen[f] = true
		if worksOutside(p, f) {
			return true
		}
		queue = append(queue, f.Runs()...)
		for i := range f.Calls {
			if f.Calls[i].Async {
				queue = append(queue, f.Started(&f.Calls[i])...)
			}
		}
	}
	return false
}

// takesLock tells a function that takes a lock itself, or by a helper that it passes a block,
// asks whether it may go on, or that is called after a lock.
func takesLock(p *rule.Pass, f *program.Function) bool {
	if !p.Sources.Reaches(f.ID, locks...) {
		return false
	}
	below := false
	for i := range f.Calls {
		c := &f.Calls[i]
		if !slices.ContainsFunc(p.Sources.ReachOfCall(c), func(s assess.Source) bool { return slices.Contains(locks, s) }) {
			continue
		}
		if c.External || c.Block || c.Result == unit.Checked || assess.NamesLock(c.Name) {
			return true
		}
		below = true
	}
	return !below && !slices.ContainsFunc(f.Runs(), func(to *program.Function) bool { return p.Sources.Reaches(to.ID, locks...) })
}

// worksOutside tells a function that itself writes rows, sends something or runs a program.
func worksOutside(p *rule.Pass, f *program.Function) bool {
	return slices.ContainsFunc(f.Calls, func(c unit.Call) bool {
		return c.External && !c.Reference && slices.ContainsFunc(p.Sources.ReachOfCall(&c), func(s assess.Source) bool {
			return s == assess.ToDatabase || s == assess.ToNetwork || s == assess.FromProgram
		})
	})
}
