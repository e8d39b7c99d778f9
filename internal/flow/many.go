package flow

import "slices"

// oneOfMany tells an object, or a part of one, of which a collection may have any number: it lies
// in an element under an unknown key, or is made time and again and only collections of the
// language keep it. A reader knows it by the collection.
func (h *holders) oneOfMany(n int32) bool {
	for m := n; h.s.nodes[m].parent != 0; m = h.s.nodes[m].parent {
		if oneOfAll(h.s.nodes[m].step) && h.s.methods[h.s.nodes[h.s.nodes[m].parent].typ] == nil {
			if within, leads := h.elements(m); within && leads == lasting {
				return true
			}
		}
	}
	return h.many()[h.s.nodes[n].object]
}

// amongOthers tells an object that a collection keeps together with objects of other types: they
// are known by what they are, and not by the collection.
func (h *holders) amongOthers(object int32) bool {
	s := h.s
	o := &s.objects[object]
	if !h.bornAtBoot(o) || o.typ == "" {
		return false
	}
	for _, at := range h.heldAt[object] {
		if within, leads := h.elements(at); !within || leads != lasting {
			continue
		}
		for _, beside := range h.besides(at) {
			for _, n := range s.vars[s.nodes[beside].content].all {
				if other := &s.objects[s.nodes[n].object]; s.nodes[n].parent == 0 && other.function == "" && !other.foreign && other.typ != "" && other.typ != o.typ {
					return true
				}
			}
		}
	}
	return false
}

// besides lists a place in an element of a collection and the same places in its other elements.
func (h *holders) besides(at int32) []int32 {
	s := h.s
	var steps []string
	for n := at; s.nodes[n].parent != 0; n = s.nodes[n].parent {
		if !isElement(s.nodes[n].step) {
			steps = append(steps, s.nodes[n].step)
			continue
		}
		var out []int32
		for _, k := range s.nodes[s.nodes[n].parent].kids {
			if k = s.below(k, steps); k != 0 && s.nodes[k].content != 0 && (len(steps) > 0 || isElement(s.nodes[k].step)) {
				out = append(out, k)
			}
		}
		return out
	}
	return nil
}

// below follows steps, the last first, down from a place; 0 if nothing is known there.
func (s *solver) below(n int32, steps []string) int32 {
	for i := len(steps) - 1; i >= 0 && n != 0; i-- {
		at := slices.IndexFunc(s.nodes[n].kids, func(k int32) bool { return s.nodes[k].step == steps[i] })
		if at < 0 {
			return 0
		}
		n = s.nodes[n].kids[at]
	}
	return n
}

// many tells for each object whether it is one of many. One that boot makes once is not, nor one
// that a field keeps of what is not one of many.
func (h *holders) many() []bool {
	if h.ofMany != nil {
		return h.ofMany
	}
	s := h.s
	again := h.again()
	h.ofMany = make([]bool, len(s.objects))
	for i := range s.objects {
		o := &s.objects[i]
		h.ofMany[i] = o.maker != nil && o.function == "" && h.lasts(int32(i)) && len(h.heldAt[i]) > 0 &&
			(o.maker.fn.Ops[o.op].Rounds || again[o.maker.id])
	}
	// What something keeps that is one itself is one: until nothing changes.
	for changed := true; changed; {
		changed = false
		for i := range s.objects {
			if h.ofMany[i] && h.keptAsOne(int32(i)) {
				h.ofMany[i], changed = false, true
			}
		}
	}
	return h.ofMany
}

// keptAsOne tells an object that a place keeps of which the process has one.
func (h *holders) keptAsOne(object int32) bool {
	lasts := false
	for _, at := range h.heldAt[object] {
		holding := h.s.nodes[at].object
		if !h.lasts(holding) || holding == object {
			continue
		}
		lasts = true
		if within, leads := h.elements(at); !h.ofMany[holding] && !(within && leads == lasting && h.underUnknownKey(at)) {
			return true
		}
	}
	return !lasts
}

// underUnknownKey tells a place in an element of which the key is not known.
func (h *holders) underUnknownKey(n int32) bool {
	for ; h.s.nodes[n].parent != 0; n = h.s.nodes[n].parent {
		if oneOfAll(h.s.nodes[n].step) {
			return true
		}
	}
	return false
}

// again is that of the solver, worked out once.
func (h *holders) again() []bool {
	if h.rounds == nil {
		h.rounds = h.s.again()
	}
	return h.rounds
}

// again tells for each instance whether a loop runs it in its rounds, by way of what calls it.
func (s *solver) again() []bool {
	out := make([]bool, len(s.instances))
	var queue []*instance
	reach := func(c call) {
		if c.kind != command && !out[c.to.id] {
			out[c.to.id] = true
			queue = append(queue, c.to)
		}
	}
	for _, in := range s.instances {
		if !in.boot && !in.serving {
			continue
		}
		for _, c := range in.calls {
			if in.fn.Ops[c.op].Rounds {
				reach(c)
			}
		}
	}
	for ; len(queue) > 0; queue = queue[1:] {
		for _, c := range queue[0].calls {
			reach(c)
		}
	}
	return out
}
