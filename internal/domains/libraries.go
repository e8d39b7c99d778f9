package domains

import (
	"slices"

	"github.com/stateaudit/stateaudit/internal/assess"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// dropLibraries gives to the kernel what the layout or the graph calls a domain
// but what has nothing of its own to take away: no way in, no work of its own,
// and nothing stored or sent. Such a package is a library, whatever its name.
func (b *builder) dropLibraries() {
	alive := map[*draft]bool{}
	for _, e := range b.in.Facts.Endpoints {
		alive[b.of[e.Function.Location.File]] = true
	}
	for _, fn := range b.in.Facts.Program.Functions() {
		if d := b.of[fn.Location.File]; d != nil && !alive[d] && !fn.Test {
			alive[d] = slices.ContainsFunc(fn.Roles, ownWork) || b.in.Facts.Sources.Reaches(fn.ID, assess.FromDatabase, assess.ToDatabase, assess.FromNetwork, assess.ToNetwork)
		}
	}
	for file, d := range b.of {
		if !d.Source.Declared() && !alive[d] {
			delete(b.of, file)
			b.kernel[file] = true
		}
	}
}

// ownWork tells the roles of functions that run without being called.
func ownWork(r unit.Role) bool {
	switch r {
	case unit.Job, unit.Consumer, unit.Scheduler, unit.Background:
		return true
	}
	return false
}
