package assess

import (
	"slices"
	"strconv"
	"strings"

	"github.com/stateaudit/stateaudit/internal/effects"
	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// maxBrought bounds through how many functions a connection is followed back to where
// it was accepted.
const maxBrought = 4

// brings tells a holder that is given connections which clients have opened: who is
// connected to this copy, and no pool of what it has opened itself.
//
// A channel of such connections only hands them on to whoever serves them.
func brings(p *program.Program, h *program.Holder) bool {
	if isChannel(h.Type) {
		return false
	}
	b := bringer{p, map[string]bool{}}
	for _, c := range h.Changes {
		in := p.Function(c.In)
		if b.brought(in, c.Value, maxBrought) || b.brought(in, c.Key, maxBrought) || b.brought(c.Function, c.Value, maxBrought) {
			return true
		}
	}
	for _, a := range h.Entries {
		if b.brought(nil, a.Value, maxBrought) {
			return true
		}
	}
	return slices.ContainsFunc(p.Given(h.ID), func(v unit.Value) bool { return b.brought(nil, &v, maxBrought) })
}

// bringer follows connections back; each parameter is asked once.
type bringer struct {
	p    *program.Program
	seen map[string]bool
}

// brought tells a value that is, or is made from, a connection that a client has
// opened: what accepting hands out.
func (b bringer) brought(f *program.Function, v *unit.Value, deep int) bool {
	if v == nil || deep == 0 {
		return false
	}
	if e, ok := effects.Named(v.Callee); ok && e.Kind == effects.Incoming {
		return true
	}
	if made := b.p.Function(v.Callee); made != nil && v.Kind == unit.Result {
		if slices.ContainsFunc(made.Returns, func(r unit.Value) bool { return r.Nth == v.Nth && b.brought(made, &r, deep-1) }) {
			return true
		}
	}
	if f != nil && v.Place != nil && v.Place.Root == unit.RootParam && len(v.Place.Path) == 0 && b.passedIn(f, v.Place.Name, deep) {
		return true
	}
	return slices.ContainsFunc(v.Parts, func(part unit.Value) bool { return b.brought(f, &part, deep) })
}

// passedIn tells a parameter for which some caller gives such a connection.
func (b bringer) passedIn(f *program.Function, param string, deep int) bool {
	key := f.ID + " " + param
	nth, err := strconv.Atoi(param)
	if err != nil || b.seen[key] {
		return false
	}
	b.seen[key] = true
	return slices.ContainsFunc(f.Callers(), func(from *program.Function) bool {
		return slices.ContainsFunc(from.CallsOf(f), func(c *unit.Call) bool {
			return nth < len(c.Args) && b.brought(from, &c.Args[nth], deep-1)
		})
	})
}

// listeners tells a collection of those who are connected to this copy, with the
// channels by which they are told something: by connection, by an object that has one,
// or by the channel alone, which each of them takes from. A set of objects with a channel
// each is one too.
func listeners(p *program.Program, h *program.Holder) bool {
	if !isCollection(h.Type) || isChannel(h.Type) {
		return false
	}
	return isChannel(keyType(h.Type)) || takesFrom(p, keyType(h.Type)) || connected(p, keyType(h.Type), 2) || connected(p, h.Elem, 2)
}

// takesFrom tells a pointer to an object that has a channel.
func takesFrom(p *program.Program, typ string) bool {
	t := p.Type(strings.TrimLeft(typ, "*"))
	return t != nil && strings.HasPrefix(typ, "*") && slices.ContainsFunc(t.Fields, func(id string) bool {
		f := p.Holder(id)
		return f != nil && isChannel(f.Type)
	})
}

// connected tells a type whose objects have a connection that a client has opened, or
// collect such.
func connected(p *program.Program, typ string, deep int) bool {
	t := p.Type(strings.TrimLeft(typ, "*"))
	if t == nil || deep == 0 {
		return false
	}
	return slices.ContainsFunc(t.Fields, func(id string) bool {
		f := p.Holder(id)
		if f == nil {
			return false
		}
		if isCollection(f.Type) {
			return connected(p, keyType(f.Type), deep-1) || connected(p, f.Elem, deep-1)
		}
		return !isScalar(f.Type) && brings(p, f)
	})
}

// keyType is the type of the keys of a map, "" for others.
func keyType(t string) string {
	_, rest, ok := strings.Cut(strings.TrimLeft(t, "*"), "map[")
	if !ok {
		return ""
	}
	key, _, _ := strings.Cut(rest, "]")
	return key
}
