package rank

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/domains"
	"github.com/stateaudit/stateaudit/internal/facts"
	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// pair is a caller and a callee in two domains.
type pair struct {
	from, to *program.Function
	class    Class
	places   []Place
	calls    []facts.Call
}

// crossings classes the distinct pairs of functions that call each other across
// a border, for the domain on either side, and the endpoints of every domain.
func (m *model) crossings() {
	for _, p := range m.pairs() {
		from, to := m.domain[p.from.ID], m.domain[p.to.ID]
		name := p.from.Symbol + " → " + p.to.Symbol
		m.cross(to, Term{Class: p.class, Name: name, Others: []string{m.name(from)}, Places: p.places, In: true})
		m.cross(from, Term{Class: m.leaving(p), Name: name, Others: []string{m.name(to)}, Places: p.places})
	}
	m.rowCrossings()
	for _, e := range m.in.Facts.Endpoints {
		d := m.domain[e.Function.ID]
		if d < 0 {
			continue
		}
		m.candidates[d].Endpoints = append(m.candidates[d].Endpoints, e)
	}
	m.endpoints()
	for i := range m.candidates {
		slices.SortStableFunc(m.candidates[i].Crossings, func(a, b Term) int {
			return cmp.Or(cmp.Compare(slices.Index(crossingClasses(), a.Class), slices.Index(crossingClasses(), b.Class)), cmp.Compare(a.Name, b.Name))
		})
	}
}

func (m *model) cross(d int, t Term) {
	m.candidates[d].Crossings = append(m.candidates[d].Crossings, t)
}

// name of a domain by its index.
func (m *model) name(d int) string { return nameOf(m.in.Map, d) }

func nameOf(m *domains.Map, d int) string {
	if d < 0 {
		return domains.Kernel
	}
	return m.Domains[d].Name
}

// pairs lists the distinct pairs that cross a border. A pair that is called in
// several ways has the class that is hardest to turn into a message.
func (m *model) pairs() []*pair {
	if m.crossed == nil {
		m.crossed = m.findPairs()
	}
	return m.crossed
}

func (m *model) findPairs() []*pair {
	byKey := map[[2]string]*pair{}
	var out []*pair
	for _, fn := range m.counted() {
		from := m.domain[fn.ID]
		if from < 0 || fn.Boot && !fn.Serving { // wiring at boot says nothing of the work
			continue
		}
		for _, c := range m.calls(fn.ID) {
			if at := m.domain[c.to.ID]; c.Reference || at < 0 || at == from || m.copied(c) {
				continue
			}
			caller, callee := m.declared(fn), m.declared(c.to)
			key := [2]string{caller.ID, callee.ID}
			p := byKey[key]
			if p == nil {
				p = &pair{from: caller, to: callee, class: Asynchronous}
				byKey[key] = p
				out = append(out, p)
			}
			if class := m.classOf(caller, c); harder(class, p.class) {
				p.class = class
			}
			p.places = append(p.places, Place{Location: c.Location, Function: fn.Symbol})
			p.calls = append(p.calls, c.Call)
		}
	}
	return made(out)
}

// copied tells calls that an extraction leaves as they are: whoever is called only
// computes, and each side can have a copy.
func (m *model) copied(c call) bool {
	return !c.Async && m.in.Facts.Effect(c.to.ID) == facts.Computes
}

// made leaves out the making of an object for a caller that goes on to call it:
// `Charge.new(order).call` is one crossing.
func made(pairs []*pair) []*pair {
	called := map[[2]string]bool{}
	for _, p := range pairs {
		if p.to.Name != "initialize" {
			called[[2]string{p.from.ID, p.to.Owner}] = true
		}
	}
	return slices.DeleteFunc(pairs, func(p *pair) bool { return p.to.Name == "initialize" && called[[2]string{p.from.ID, p.to.Owner}] })
}

// harder tells whether a class stands in the way more than another.
func harder(a, b Class) bool {
	w := DefaultWeights()
	return w[a] < w[b]
}

// classOf tells what turning a call into a message would take.
func (m *model) classOf(caller *program.Function, c call) Class {
	bound := c.Tx || m.in.Facts.InCallback(caller)
	switch {
	case c.Async:
		return Asynchronous
	case c.Result == unit.Dropped && bound:
		return InTransaction
	case c.Result == unit.Dropped:
		return Dropped
	case c.Result == unit.Checked && !bound && !m.question(c.to):
		return SuccessOnly
	}
	return ResultUsed
}

// question tells functions that change nothing. Whoever looks only at whether one
// succeeds has asked it something, and needs the answer to go on.
func (m *model) question(fn *program.Function) bool {
	return m.in.Facts.Effect(fn.ID) <= facts.Reads || fn.Language == unit.Ruby && strings.HasSuffix(fn.Name, "?")
}

// leaving is the class of a pair for the domain that calls. Work that nobody
// waits for can wait for an answer from elsewhere.
func (m *model) leaving(p *pair) Class {
	if m.offRequest(p.from) && harder(p.class, OffRequest) {
		return OffRequest
	}
	return p.class
}

// rowCrossings adds what reads a row of another domain without calling any
// function of it: attributes are what an event can carry.
func (m *model) rowCrossings() {
	type key struct {
		from  int
		fn    string
		table string
	}
	seen := map[key]*Term{}
	var order []key
	for _, fn := range m.counted() {
		d := m.domain[fn.ID]
		if d < 0 {
			continue
		}
		for _, u := range m.in.Facts.Uses(fn.ID) {
			owner, known := m.owners[u.Name]
			if u.Kind != facts.TableUse || u.Column == "" || !known || owner < 0 || owner == d {
				continue
			}
			k := key{d, m.declared(fn).ID, u.Name}
			t := seen[k]
			if t == nil {
				t = &Term{Class: AttributeRead, Name: m.declared(fn).Symbol + " reads " + u.Name, Table: u.Name, Others: []string{m.name(owner)}}
				seen[k] = t
				order = append(order, k)
			}
			t.Places = append(t.Places, Place{Location: u.Location, Function: fn.Symbol, Note: u.Column})
		}
	}
	for _, k := range order {
		m.cross(k.from, *seen[k])
	}
}

// endpoints adds the own endpoints. One that touches a session key or memory
// that others use cannot be pointed elsewhere as it is.
func (m *model) endpoints() {
	common := m.commonState()
	for i := range m.candidates {
		c := &m.candidates[i]
		counted := map[string]bool{}
		for _, e := range c.Endpoints {
			if counted[e.Function.ID] {
				continue // another way to the same action: PATCH beside PUT
			}
			counted[e.Function.ID] = true
			t := Term{Class: Routable, Name: "endpoint " + e.Title(), In: true, Places: []Place{{Location: e.Location, Function: e.Function.Symbol}}}
			if u, tied := m.tied(e.Function, common); tied {
				t.Class = ResultUsed
				t.Places[0].Note = fmt.Sprintf("uses %s %s, which others use as well", u.Kind, u.Name)
			}
			m.cross(i, t)
		}
	}
}

// commonState are the session keys and holders that more than one domain uses
// and at least one changes.
func (m *model) commonState() map[string]bool {
	common := map[string]bool{}
	for _, r := range m.resources {
		if (r.kind == facts.SessionUse || r.kind == facts.HolderUse) && len(r.users()) > 1 && len(r.writers) > 0 {
			common[string(r.kind)+" "+r.name] = true
		}
	}
	return common
}

// tied tells whether an endpoint, or what it calls in its own domain, touches
// common state.
func (m *model) tied(fn *program.Function, common map[string]bool) (facts.Use, bool) {
	d := m.domain[fn.ID]
	seen := map[string]bool{fn.ID: true}
	queue := []*program.Function{fn}
	for n := 0; n < len(queue) && n < 64; n++ {
		at := queue[n]
		for _, u := range m.uses[at.ID] {
			if common[string(u.Kind)+" "+u.Name] {
				return u, true
			}
		}
		for _, c := range m.calls(at.ID) {
			if m.domain[c.to.ID] == d && !seen[c.to.ID] {
				seen[c.to.ID] = true
				queue = append(queue, c.to)
			}
		}
	}
	return facts.Use{}, false
}

// viability is the weighted mean over crossings and endpoints; true if there are
// too few crossings to judge.
func viability(c *Candidate, w Weights) (float64, bool) {
	sum, n, pairs := 0.0, 0, 0
	for _, t := range c.Crossings {
		sum += min(w[t.Class], 1)
		n++
		if t.Class != Routable && len(t.Others) > 0 {
			pairs++
		}
	}
	if pairs < minCrossings {
		return priorViability, true
	}
	return sum / float64(n), false
}
