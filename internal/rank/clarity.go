package rank

import (
	"cmp"
	"math"
	"slices"

	"github.com/stateaudit/stateaudit/internal/facts"
	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// References are distinct pairs of a file and one that it names.
type References struct {
	Inside int
	Across int
	Places []Place // of those across
}

// Surface is what a domain shows to others.
type Surface struct {
	Functions int
	Exposed   int // those that functions of other domains name
	Places    []Place
}

// Written are the tables that a domain writes.
type Written struct {
	Tables []string
	Alone  []string // those that it alone writes
}

// clarity fills in cohesion, narrowness and ownership, and the mean of them.
func (m *model) clarity() {
	m.cohesion()
	m.surface()
	m.written()
	for i := range m.candidates {
		c := &m.candidates[i]
		c.Clarity = math.Cbrt(c.Cohesion() * c.Narrowness() * c.Ownership())
	}
}

// Cohesion is the share of references that stay inside.
func (c *Candidate) Cohesion() float64 {
	r := c.References
	return (float64(r.Inside) + inertia*priorCohesion) / (float64(r.Inside+r.Across) + inertia)
}

// Narrowness is the share of functions that others do not name.
func (c *Candidate) Narrowness() float64 {
	return 1 - (float64(c.Surface.Exposed)+priorExposed)/(float64(c.Surface.Functions)+1)
}

// Ownership is the share of written tables that the domain alone writes.
// Reading a table takes nothing from it.
func (c *Candidate) Ownership() float64 {
	return (float64(len(c.Written.Alone)) + 1) / (float64(len(c.Written.Tables)) + 1)
}

func (m *model) cohesion() {
	for _, ref := range m.in.Facts.References() {
		from, to := m.in.Map.Index(ref.From), m.in.Map.Index(ref.To)
		switch {
		case from < 0 || to < 0:
		case from == to:
			m.candidates[from].References.Inside++
		default:
			for _, d := range []int{from, to} {
				r := &m.candidates[d].References
				r.Across++
				r.Places = append(r.Places, Place{Location: unit.Location{File: ref.From}, Note: "names " + ref.To})
			}
		}
	}
}

// surface counts the functions of each domain and those that other domains
// call. Registering a handler with a router, which the kernel does, shows
// nothing to another domain.
func (m *model) surface() {
	exposed := map[string]bool{}
	for _, fn := range m.counted() {
		d := m.domain[fn.ID]
		if d >= 0 && fn.Outer == "" && fn.Name != "<top>" && fn.Name != "<body>" {
			m.candidates[d].Surface.Functions++
		}
		for _, c := range m.calls(fn.ID) {
			at := m.domain[c.to.ID]
			if d < 0 || at < 0 || at == d || exposed[c.to.ID] {
				continue
			}
			exposed[c.to.ID] = true
			s := &m.candidates[at].Surface
			s.Exposed++
			s.Places = append(s.Places, Place{Location: c.to.Location, Function: c.to.Symbol, Note: "called by " + fn.Symbol})
		}
	}
	for i := range m.candidates {
		s := &m.candidates[i].Surface
		s.Functions = max(s.Functions, s.Exposed)
	}
}

func (m *model) written() {
	for _, r := range m.resources {
		if r.kind != facts.TableUse {
			continue
		}
		for d := range r.writers {
			if d < 0 {
				continue
			}
			w := &m.candidates[d].Written
			w.Tables = append(w.Tables, r.name)
			if len(r.writers) == 1 {
				w.Alone = append(w.Alone, r.name)
			}
		}
	}
	for i := range m.candidates {
		slices.Sort(m.candidates[i].Written.Tables)
		slices.Sort(m.candidates[i].Written.Alone)
	}
}

// throughKernel gives every function the uses of the kernel functions that it
// calls, and those that these call: whoever saves an order through a shared
// store writes orders.
func (m *model) throughKernel() {
	m.uses = map[string][]facts.Use{}
	through := m.kernelUses()
	for _, fn := range m.counted() {
		uses := slices.Clone(m.in.Facts.Uses(fn.ID))
		if m.domain[fn.ID] >= 0 {
			uses = append(uses, m.inherited(fn, through)...)
		}
		m.uses[fn.ID] = uses
	}
}

// inherited are the uses of the kernel functions that a function calls, at the
// place of the call.
func (m *model) inherited(fn *program.Function, through map[string][]facts.Use) []facts.Use {
	var out []facts.Use
	for _, c := range m.calls(fn.ID) {
		if c.Reference {
			continue
		}
		for _, u := range through[c.to.ID] {
			if u.Kind == facts.HolderUse && !fn.Serving {
				continue // set up before there are requests
			}
			u.Function, u.Location, u.Tx = fn, c.Location, u.Tx || c.Tx
			out = append(out, u)
		}
	}
	return out
}

// Bounds that keep a large kernel from giving everything to everyone.
const (
	maxKernelDepth = 4
	maxKernelUses  = 24
)

// kernelUses summarises what kernel functions use, callees in the kernel
// included.
func (m *model) kernelUses() map[string][]facts.Use {
	through := map[string][]facts.Use{}
	var kernel []*program.Function
	for _, fn := range m.counted() {
		if m.domain[fn.ID] < 0 && !fn.HasRole(unit.Main) && !fn.HasRole(unit.Initializer) {
			kernel = append(kernel, fn)
			through[fn.ID] = distinct(m.in.Facts.Uses(fn.ID))
		}
	}
	for range maxKernelDepth {
		grown := map[string][]facts.Use{}
		for _, fn := range kernel {
			all := slices.Clone(through[fn.ID])
			for _, c := range m.calls(fn.ID) {
				all = append(all, through[c.to.ID]...)
			}
			if all = distinct(all); len(all) > len(through[fn.ID]) {
				grown[fn.ID] = all
			}
		}
		if len(grown) == 0 {
			break
		}
		for id, uses := range grown {
			through[id] = uses
		}
	}
	return through
}

// distinct keeps one use for each resource and direction.
func distinct(uses []facts.Use) []facts.Use {
	type key struct {
		kind  facts.Kind
		name  string
		write bool
	}
	seen := map[key]bool{}
	var out []facts.Use
	for _, u := range uses {
		k := key{u.Kind, u.Name, u.Write}
		if !seen[k] && len(out) < maxKernelUses {
			seen[k] = true
			out = append(out, u)
		}
	}
	return out
}

// own collects the resources with who writes and who reads them.
func (m *model) own() {
	byName := map[string]*resource{}
	for _, fn := range m.counted() {
		d := m.domain[fn.ID]
		if d < 0 && !servesOnItsOwn(fn) {
			continue // counted where a domain calls it
		}
		for _, u := range m.uses[fn.ID] {
			key := string(u.Kind) + " " + u.Name
			r := byName[key]
			if r == nil {
				r = &resource{kind: u.Kind, name: u.Name, writers: map[int][]Place{}, readers: map[int][]Place{}}
				byName[key] = r
			}
			p := Place{Location: u.Location, Function: fn.Symbol}
			if u.Write {
				r.writers[d] = append(r.writers[d], p)
			} else {
				r.readers[d] = append(r.readers[d], p)
			}
		}
	}
	for _, r := range byName {
		if !slices.Contains(m.in.Without, r.name) {
			m.resources = append(m.resources, *r)
		}
	}
	slices.SortFunc(m.resources, func(a, b resource) int { return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.name, b.name)) })
}

// servesOnItsOwn tells functions of the kernel that nobody has to call.
func servesOnItsOwn(fn *program.Function) bool {
	return slices.ContainsFunc(fn.Roles, unit.Role.Serves)
}
