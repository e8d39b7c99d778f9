package domains

import (
	"slices"

	"github.com/stateaudit/stateaudit/internal/assess"
	"github.com/stateaudit/stateaudit/internal/facts"
	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// minCallers is how many functions elsewhere must call a package that only talks to
// the network for it to be a part of the application rather than a client library.
const minCallers = 3

// dropLibraries gives to the kernel what a folder, the layout or the graph calls a
// domain but what has nothing of its own to take away: no way in, no work of its
// own, no data, and nothing that it sends for several others. Such a package is a
// library, whatever its name: in Ruby also what writes rows of whoever includes it.
// What people have declared by name stays.
func (b *builder) dropLibraries() {
	alive := map[*draft]bool{}
	for _, e := range b.in.Facts.Endpoints {
		alive[b.of[e.Function.Location.File]] = true
	}
	for _, m := range b.in.Facts.Models {
		alive[b.of[m.Type.Location.File]] = true
	}
	talks, callers := map[*draft]bool{}, map[*draft]map[string]bool{}
	for _, fn := range b.in.Facts.Program.Functions() {
		d := b.of[fn.Location.File]
		if fn.Test {
			continue
		}
		if d != nil && !alive[d] {
			alive[d] = slices.ContainsFunc(fn.Roles, unit.Role.Beside) || fn.Language == unit.Go && b.writes(fn)
			talks[d] = talks[d] || b.in.Facts.Sources.Reaches(fn.ID, assess.FromNetwork, assess.ToNetwork)
		}
		for _, c := range b.in.Facts.Calls(fn.ID) {
			if to := b.of[c.To[0].Location.File]; to != nil && to != d {
				if callers[to] == nil {
					callers[to] = map[string]bool{}
				}
				callers[to][fn.ID] = true
			}
		}
	}
	for file, d := range b.of {
		if !named(d.Source) && !alive[d] && !(talks[d] && len(callers[d]) >= minCallers) {
			delete(b.of, file)
			b.kernel[file] = true
		}
	}
}

// named tells the sources by which people have called something a domain.
func named(s Source) bool { return s == FromConfig || s == FromPackwerk || s == FromModule }

// writes tells whether a function stores rows itself.
func (b *builder) writes(fn *program.Function) bool {
	return slices.ContainsFunc(b.in.Facts.Uses(fn.ID), func(u facts.Use) bool { return u.Kind == facts.TableUse && u.Write })
}
