package program

import (
	"slices"
	"sort"
	"strings"

	"github.com/stateaudit/stateaudit/internal/catalog"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// lifetimes finds the types of which the process keeps an instance: made at
// boot and never while serving. A type that requests make as well says nothing
// about the life of one object, so it is left to the holders that keep it.
//
// This errs towards silence: an object made by a constructor that both boot and
// a request call is not followed into its fields.
func (p *Program) lifetimes() {
	boot, serving := p.allocations()
	for id, t := range p.types {
		if t.Test || t.Kind != "struct" && t.Kind != "class" && t.Kind != "named" {
			continue
		}
		if boot[id] && !serving[id] && !p.perRequest(t, maxSupers) {
			p.lived[id] = true
		}
	}
	p.heldByValue(serving)
	p.holdersOfTypes()
}

// allocations lists the types made at boot and those made while serving.
func (p *Program) allocations() (boot, serving map[string]bool) {
	boot, serving = map[string]bool{}, map[string]bool{}
	for _, f := range p.order {
		if f.Test {
			continue
		}
		for _, a := range f.Allocs {
			if a.Kept {
				boot[a.Type] = true
			} else if f.Serving {
				p.madeServing(a.Type, serving)
			} else if p.calledAtBoot[f] && !a.Value {
				boot[a.Type] = true
			}
		}
	}
	return boot, serving
}

// maxSupers bounds how far up embedded types and superclasses are followed.
const maxSupers = 4

// MadeForRequests tells a field of a type of which the framework makes an instance for
// each request: what is registered is only the pattern that it copies.
func (p *Program) MadeForRequests(h *Holder) bool {
	t := p.types[h.Owner]
	return h.Kind == unit.Field && t != nil && p.perRequest(t, maxSupers)
}

// OfRow tells a field of an object that is a row: what it is given is saved with it.
func (p *Program) OfRow(h *Holder) bool {
	t := p.types[h.Owner]
	return h.Kind == unit.Field && t != nil && p.isRow(t, maxSupers)
}

func (p *Program) isRow(t *unit.Type, depth int) bool {
	for _, s := range t.Supers {
		if e, ok := p.Catalog.Lookup(s); ok && e.Kind == catalog.Request && e.Note == "row" {
			return true
		}
		if up := p.types[baseType(s)]; up != nil && up != t && depth > 0 && p.isRow(up, depth-1) {
			return true
		}
	}
	return false
}

// perRequest tells a type of which the framework makes an instance for each
// request.
func (p *Program) perRequest(t *unit.Type, depth int) bool {
	for _, s := range t.Supers {
		if e, ok := p.Catalog.Lookup(s); ok && e.Kind == catalog.Request {
			return true
		}
		if up := p.types[baseType(s)]; up != nil && up != t && depth > 0 && p.perRequest(up, depth-1) {
			return true
		}
	}
	return false
}

// madeServing marks a type that requests make, with the structs that it
// contains by value.
func (p *Program) madeServing(id string, serving map[string]bool) {
	if serving[id] {
		return
	}
	serving[id] = true
	t := p.types[id]
	if t == nil {
		return
	}
	for _, f := range t.Fields {
		if h := p.holders[f]; h != nil && h.Type != "" && !strings.HasPrefix(h.Type, "*") && p.types[baseType(h.Type)] != nil {
			p.madeServing(baseType(h.Type), serving)
		}
	}
}

// heldByValue adds the struct types that a long-lived struct or a package
// variable contains by value.
func (p *Program) heldByValue(serving map[string]bool) {
	for changed := true; changed; {
		changed = false
		for _, h := range p.holders {
			if h.Test || !p.keeps(h) {
				continue
			}
			t := p.types[baseType(h.Type)]
			if t == nil || t.Test || serving[t.ID] || p.perRequest(t, maxSupers) || p.lived[t.ID] || strings.HasPrefix(h.Type, "*") || t.Kind != "struct" {
				continue
			}
			p.lived[t.ID] = true
			changed = true
		}
	}
}

// keeps tells whether a holder lives as long as the process.
func (p *Program) keeps(h *Holder) bool {
	if h.PerRequest {
		return false
	}
	if p.flow != nil && h.Language == unit.Go && h.Kind != unit.PackageVar {
		return p.flow.Kept[h.ID]
	}
	switch h.Kind {
	case unit.Field:
		return p.lived[h.Owner]
	case unit.Captured:
		return p.keptClosure(h)
	}
	return true
}

// Keeps tells whether a holder lives as long as the process.
func (p *Program) Keeps(h *Holder) bool { return p.keeps(h) }

// Keepers lists the long-lived places that hold an instance of the type that a
// field belongs to, nearest first.
func (p *Program) Keepers(h *Holder) []*Holder {
	var out []*Holder
	if p.flow != nil && h.Language == unit.Go {
		for _, id := range p.flow.Keepers[h.ID] {
			if k := p.holders[id]; k != nil && len(out) < maxKeepers {
				out = append(out, k)
			}
		}
		return out
	}
	for owner, n := h.Owner, 0; n < maxKeepers && h.Kind == unit.Field; n++ {
		hs := p.heldBy[owner]
		if len(hs) == 0 {
			break
		}
		out = append(out, hs[:min(len(hs), maxKeepers)]...)
		if hs[0].Kind != unit.Field || hs[0].Owner == owner {
			break
		}
		owner = hs[0].Owner
	}
	return out
}

// keeper is the place by which a reader knows the one object that a field of a
// Ruby class belongs to: a constant, or the class's instance. Instance variables
// have no declaration of their own to point at.
func (p *Program) keeper(field *Holder) *Holder {
	if field.Language != unit.Ruby || field.Kind != unit.Field {
		return nil
	}
	if e, ok := p.Catalog.Lookup(field.Type); ok && e.Kind == catalog.Schedule {
		return nil // is state by being there, and is told by itself
	}
	hs := p.heldBy[field.Owner]
	if len(hs) != 1 || hs[0].Kind == unit.Field {
		return nil
	}
	return hs[0]
}

// Around is the field in which a field lies by value, wherever there is one: it changes with what
// is put there. nil if there is none, or it lies elsewhere as well.
func (p *Program) Around(h *Holder) *Holder {
	if p.flow == nil || len(p.flow.Around[h.ID]) != 1 {
		return nil
	}
	return p.holders[p.flow.Around[h.ID][0]]
}

// maxKeepers bounds how far up and how wide a chain of owners is told.
const maxKeepers = 3

// Type returns the type with an ID, or nil.
func (p *Program) Type(id string) *unit.Type { return p.types[baseType(id)] }

// Implementors lists the types of the checkout that satisfy an interface, by ID.
func (p *Program) Implementors(iface string) []*unit.Type {
	var out []*unit.Type
	for _, t := range p.types {
		if slices.Contains(t.Implements, iface) {
			out = append(out, t)
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].ID < out[j].ID })
	return out
}

// keptClosure tells whether a captured variable outlives the request: it is
// made at boot by a function that does not serve, and changed by a closure that
// does.
func (p *Program) keptClosure(h *Holder) bool {
	f := p.functions[h.Owner]
	return f != nil && f.Boot && !f.Serving
}

// baseType strips pointers and type arguments: *cache.Cache[string] -> cache.Cache.
func baseType(t string) string {
	t = strings.TrimLeft(t, "*")
	if i := strings.IndexByte(t, '['); i > 0 {
		t = t[:i]
	}
	return t
}

// holdersOfTypes lists which long-lived places hold an instance of each type.
func (p *Program) holdersOfTypes() {
	for _, h := range p.Holders() {
		if h.Test || !p.keeps(h) {
			continue
		}
		if t := p.types[baseType(h.Type)]; t != nil {
			p.heldBy[t.ID] = append(p.heldBy[t.ID], h)
			if t.Kind == "interface" {
				p.heldByInterface(h, t)
			}
		} else if t := p.types[h.Elem]; t != nil && h.Language == unit.Ruby {
			p.heldBy[t.ID] = append(p.heldBy[t.ID], h)
		}
	}
	for id := range p.heldBy {
		hs := p.heldBy[id]
		sort.Slice(hs, func(i, j int) bool { return hs[i].ID < hs[j].ID })
	}
}

// heldByInterface counts an interface-typed holder for each long-lived type
// that satisfies the interface.
func (p *Program) heldByInterface(h *Holder, iface *unit.Type) {
	for id, t := range p.types {
		if !p.lived[id] {
			continue
		}
		for _, i := range t.Implements {
			if i == iface.ID {
				p.heldBy[id] = append(p.heldBy[id], h)
			}
		}
	}
}

// shared tells a type that several long-lived places hold an instance of, such
// as a cache type of the checkout's own: its holders are what differs.
func (p *Program) shared(typeID string) bool {
	owners := map[string]bool{}
	n := 0
	for _, h := range p.heldBy[typeID] {
		if h.Kind == unit.Field && h.Owner == typeID {
			continue
		}
		n++
		owners[h.ID] = true
	}
	return n > 1 && !p.passedAround(typeID)
}

// passedAround tells a type whose one instance is handed from object to object:
// it is made in one place only.
func (p *Program) passedAround(typeID string) bool { return p.made[typeID] <= 1 }

// makings counts for each type the calls of functions that make an instance of it.
func (p *Program) makings() {
	p.made = map[string]int{}
	for _, f := range p.order {
		if f.Test || !f.Boot && !f.Serving {
			continue
		}
		for _, e := range f.out {
			if e.ref {
				continue
			}
			for i, a := range e.to.Allocs {
				if !slices.ContainsFunc(e.to.Allocs[:i], func(b unit.Alloc) bool { return b.Type == a.Type }) {
					p.made[a.Type]++
				}
			}
		}
	}
}
