package flow

import "github.com/stateaudit/stateaudit/internal/unit"

// stillBuilt tells that an object which lasts later is changed by the run that makes it, or by
// what only that run calls, while nothing that lasts has it yet: what keeps it got it after that
// run was over. Filling a list before it is handed out is no change of what is handed out.
// In a loop without end nothing is ever over.
func (h *holders) stillBuilt(in *instance, object int32) bool {
	maker := h.s.objects[object].maker
	if maker == nil || h.s.objects[object].foreign || h.s.in.Loops(maker.fn.Function) || !h.within(in, maker) {
		return false
	}
	key := buildKey{maker, object}
	is, known := h.building[key]
	if !known {
		h.building[key] = false // what leads to itself is kept by something else
		is = h.handedOutLater(maker, object, 0)
		h.building[key] = is
	}
	return is
}

type buildKey struct {
	maker  *instance
	object int32
}

// maxWithin bounds how many calls lie between a maker and what fills for it.
const maxWithin = 3

// within tells an instance that another is, or that only it calls.
func (h *holders) within(in, maker *instance) bool {
	for depth := 0; in != maker; depth++ {
		callers := h.s.callersOf(in)
		if depth == maxWithin || len(callers) == 0 {
			return false
		}
		for _, c := range callers {
			if c.in != callers[0].in || c.kind != plain {
				return false
			}
		}
		in = callers[0].in
	}
	return true
}

// handedOutLater tells whether all that lasts and keeps an object got it from elsewhere than
// the run of its maker.
func (h *holders) handedOutLater(maker *instance, object int32, depth int) bool {
	if depth > maxUp {
		return false
	}
	some := false
	for _, at := range h.heldAt[object] {
		holding := h.s.nodes[at].object
		if !h.lasts(holding) || holding == object {
			continue
		}
		some = true
		if h.s.objects[holding].maker == maker {
			if !h.handedOutLater(maker, holding, depth+1) {
				return false
			}
			continue
		}
		for _, putter := range h.puttersOf(holding) {
			if h.below(putter, maker) {
				return false
			}
		}
	}
	return some
}

// puttersOf lists the instances that put something that leads on into an object that lasts.
func (h *holders) puttersOf(object int32) []*instance {
	if h.putters == nil {
		h.putters = map[int32][]*instance{}
		for _, in := range h.s.instances {
			if in.boot || in.serving {
				h.putsOf(in)
			}
		}
	}
	return h.putters[object]
}

func (h *holders) putsOf(in *instance) {
	note := func(sl unit.Slot) {
		v := in.slot(sl)
		if v == 0 {
			return
		}
		for _, n := range h.s.vars[v].all {
			o := h.s.nodes[n].object
			if had := h.putters[o]; h.lasts(o) && (len(had) == 0 || had[len(had)-1] != in) {
				h.putters[o] = append(had, in)
			}
		}
	}
	for i := range in.fn.Ops {
		switch op := &in.fn.Ops[i]; {
		case op.Kind == unit.OpStore && len(op.Args) > 0 && op.Args[0] != 0:
			note(op.Base)
		case op.Kind == unit.OpFunc: // a closure keeps what it is closed over
			for _, t := range op.To {
				note(t)
			}
		case op.Kind == unit.OpCall && (op.Call.Foreign || op.Call.Dynamic):
			note(op.Base)
			for _, a := range op.Args {
				note(a)
			}
		}
	}
}

// below tells an instance that another is or, by however many calls, runs.
func (h *holders) below(in, maker *instance) bool {
	runs := h.runs[maker]
	if runs == nil {
		runs = map[*instance]bool{maker: true}
		for queue := []*instance{maker}; len(queue) > 0; queue = queue[1:] {
			for _, c := range queue[0].calls {
				if !runs[c.to] {
					runs[c.to] = true
					queue = append(queue, c.to)
				}
			}
		}
		h.runs[maker] = runs
	}
	return runs[in]
}
