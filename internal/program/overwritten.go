package program

import (
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/flow"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// maxOverwriteDepth bounds how many calls up or down a write is looked for.
const maxOverwriteDepth = 4

// Overwritten tells a place of which, while serving, nothing is read but what the same
// run has put there as a whole before: a buffer, a sample, what something is decoded
// into. It holds for places that the process has once, and of which the solver saw
// every use; order is that of lines inside a stretch of code without branches. Another
// thread can come between, which is a mistake within one process.
func (p *Program) Overwritten(h *Holder) bool {
	if p.flow == nil || h.Kind != unit.Field && h.Kind != unit.PackageVar {
		return false
	}
	o := overwriting{p: p, holder: h.ID, writes: map[string][]*flow.Event{}}
	var uses []*flow.Event
	for _, e := range p.usesOf()[h.ID] {
		switch {
		case e.Several || e.Part != "":
			return false
		case o.puts(e):
			o.writes[e.Function] = append(o.writes[e.Function], e)
		case e.Serving:
			uses = append(uses, e)
		}
	}
	for _, k := range p.flow.Keepers[h.ID] {
		for _, e := range p.usesOf()[k] {
			if e.Kind == flow.Read && e.Part == "" && e.Serving {
				uses = append(uses, e)
			}
		}
	}
	if len(o.writes) == 0 || len(uses) == 0 {
		return false
	}
	for _, e := range uses {
		if !o.emptying(e) && !o.covered(e.Function, site{e.Span, e.Line}, maxOverwriteDepth) {
			return false
		}
	}
	return true
}

type overwriting struct {
	p      *Program
	holder string
	writes map[string][]*flow.Event // by function
}

// site is where something stands in a function.
type site struct {
	span unit.Span
	line int
}

func (s site) before(t site) bool {
	if !s.span.Leads(t.span) {
		return false
	}
	return s.span != t.span || s.line < t.line // what is written is worked out before
}

// puts tells a write of the whole, or an emptying, that does not build on what was
// there.
func (o *overwriting) puts(e *flow.Event) bool {
	if e.Kind == flow.Write && e.Name == "clear" || e.Kind == flow.Invoke && strings.HasSuffix(e.Name, ".Reset") {
		return true // a buffer or a hash of a library, as the language's own
	}
	if e.Kind != flow.Write || e.Element || e.Name != "" {
		return false
	}
	a := o.p.accessOf(o.p.functions[e.Function], e)
	return a != nil && !a.Lazy && (a.Op == "=" || a.Op == "*=" || a.Reset)
}

// emptying tells the reading that is a part of emptying: list = list[:0].
func (o *overwriting) emptying(e *flow.Event) bool {
	for _, w := range o.writes[e.Function] {
		if e.Kind == flow.Read && w.Line == e.Line {
			a := o.p.accessOf(o.p.functions[w.Function], w)
			return a != nil && a.Reset
		}
	}
	return false
}

// covered tells whether each way to a site, in its function or in whoever calls that,
// leads through a write. A write before a loop without end covers nothing: the loop is a
// run that lasts.
func (o *overwriting) covered(function string, at site, depth int) bool {
	f := o.p.functions[function]
	if f != nil && slices.Contains(f.Attrs, "endless-loop") {
		return false
	}
	for _, w := range o.writes[function] {
		if (site{w.Span, w.Line}).before(at) {
			return true
		}
	}
	for _, c := range o.p.callsIn(function) {
		if !c.Async && !c.Serves && (site{c.Span, c.Line}).before(at) && o.surely(c.To, depth) {
			return true
		}
	}
	if f == nil || depth == 0 || len(f.Roles) > 0 {
		return false
	}
	callers := 0
	for _, c := range o.p.callsOf(function) {
		from := o.p.functions[c.From]
		if from == nil || !from.Serving || c.From == function {
			continue
		}
		callers++
		if c.Async || c.Serves || !o.covered(c.From, site{c.Span, c.Line}, depth-1) {
			return false
		}
	}
	return callers > 0
}

// surely tells a function that writes on each way through it.
func (o *overwriting) surely(function string, depth int) bool {
	for _, w := range o.writes[function] {
		if w.Sure {
			return true
		}
	}
	if depth == 0 {
		return false
	}
	for _, c := range o.p.callsIn(function) {
		if c.Sure && !c.Async && !c.Serves && c.To != function && o.surely(c.To, depth-1) {
			return true
		}
	}
	return false
}

// usesOf finds what happens to each holder.
func (p *Program) usesOf() map[string][]*flow.Event {
	if p.uses == nil {
		p.uses = map[string][]*flow.Event{}
		for i := range p.flow.Events {
			e := &p.flow.Events[i]
			if f := p.functions[e.Function]; f != nil && !f.Test {
				p.uses[e.Holder] = append(p.uses[e.Holder], e)
			}
		}
	}
	return p.uses
}

func (p *Program) callsIn(function string) []*flow.Edge {
	p.indexCalls()
	return p.from[function]
}

func (p *Program) callsOf(function string) []*flow.Edge {
	p.indexCalls()
	return p.to[function]
}

func (p *Program) indexCalls() {
	if p.from != nil {
		return
	}
	p.from, p.to = map[string][]*flow.Edge{}, map[string][]*flow.Edge{}
	for i := range p.flow.Calls {
		c := &p.flow.Calls[i]
		p.from[c.From] = append(p.from[c.From], c)
		p.to[c.To] = append(p.to[c.To], c)
	}
}
