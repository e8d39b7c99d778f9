package flow

import "github.com/stateaudit/stateaudit/internal/unit"

// What code outside the checkout was given and did not call, but holds in what it handed
// back, is called when that is used: when a method of it is called, when it is called
// itself, and when it is handed on. What nobody is seen to use was made to be registered
// somewhere, and serves.

// laterCall is what a call of code outside made, holding what it was given.
type laterCall struct {
	in       *instance
	op, node int32
}

// usedLater is the key under which it is noted that an operation uses what it holds.
const usedLater = "<later>"

// heldArg is an argument that an object made outside holds, and the methods that are
// called of it.
type heldArg struct {
	slot    int32
	methods []string
}

// hold keeps what was given to a call until what it made is used.
func (s *solver) hold(in *instance, i int32, made []int32) {
	op := &in.fn.Ops[i]
	for k, a := range op.Args {
		if a == 0 || !later(op, k) {
			continue
		}
		var methods []string
		if k < len(op.Call.Ifaces) {
			methods = op.Call.Ifaces[k]
		}
		for _, n := range made {
			s.held[n] = append(s.held[n], heldArg{in.slot(a), methods})
			s.laters = append(s.laters, laterCall{in, i, n})
		}
	}
}

// later tells an argument that is called only when what comes back is used.
func later(op *unit.Op, arg int) bool { return arg < len(op.Call.Later) && op.Call.Later[arg] }

// useHeld calls what an object made outside holds.
func (s *solver) useHeld(in *instance, i, n int32, kind callKind) {
	key := dispatchKey{in.id, i, n, usedLater, kind}
	if len(s.held[n]) == 0 || s.dispatch[key] {
		return
	}
	s.dispatch[key], s.used[n] = true, true
	for _, h := range s.held[n] {
		s.each(h.slot, func(m int32) { s.handedOver(in, i, m, kind, h.methods, true) })
	}
}

// unused lets what no operation was seen to use serve; it tells whether there was any.
func (s *solver) unused() bool {
	some := false
	for _, l := range s.laters {
		if !s.used[l.node] {
			s.useHeld(l.in, l.op, l.node, served)
			some = true
		}
	}
	return some
}
