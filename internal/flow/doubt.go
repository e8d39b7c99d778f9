package flow

import "slices"

// Doubt says what an answer rests on besides what was followed, from what asks
// least to be believed to what asks most.
type Doubt uint8

// The doubts.
const (
	// Followed is none: each step was seen.
	Followed Doubt = iota
	// Handed says that the place is one of several that the object was only handed to.
	Handed
	// Merged says that a function has too many contexts to keep apart what it does to
	// the objects of each.
	Merged
	// Adopted says that a method serves on which no object was seen to arrive, so that
	// the lasting ones of its type are taken for it.
	Adopted
	// Registered says that when a function is called was read off the name of the
	// function outside the checkout that it is handed to.
	Registered
	// AnyMethod says that code outside the checkout was handed an object as a value of
	// any type, and may call whatever the object offers.
	AnyMethod

	doubts = iota
)

// doubtOf is what a call adds to the doubt of its caller.
func (s *solver) doubtOf(in *instance, c call) Doubt {
	op := &in.fn.Ops[c.op]
	if op.Call == nil {
		return Followed
	}
	switch {
	case c.kind == called && slices.ContainsFunc(op.Call.Ifaces, anyMethod) && !s.isFunction(c.to):
		return AnyMethod
	case (c.kind == served || c.kind == beside) && op.Call.Guessed && !s.in.Serves(c.to.fn.Function):
		return Registered
	}
	return Followed
}

func anyMethod(methods []string) bool { return slices.Contains(methods, "*") }

// isFunction tells an instance that runs a function value, and no method of an object.
func (s *solver) isFunction(in *instance) bool {
	return in.ctx.on == 0 && s.owners()[in.fn.Function] == "" || in.ctx.on != 0 && s.objects[s.nodes[in.ctx.on].object].function != ""
}

// doubtIn is the doubt about what an instance does to a place while serving.
func (in *instance) doubtIn(vague bool) Doubt {
	doubt := in.doubt[serving]
	if vague {
		doubt = max(doubt, Handed)
	}
	if in.adopted {
		doubt = max(doubt, Adopted)
	}
	if in.fn.merged && in.ctx == (context{}) {
		doubt = max(doubt, Merged)
	}
	return doubt
}
