package flow

// What is done once in the life of a process, and was begun by boot on every way to where
// serving begins, is not done by who asks for it later: sync.Once.

// markBegun finds the objects by which something is done once that each entry has begun
// with before it serves.
func (s *solver) markBegun() {
	s.begun = map[int32]entrySet{}
	begins := s.beginners()
	for _, t := range s.trees {
		seen := map[*instance]bool{t.at: true}
		for queue := []*instance{t.at}; len(queue) > 0; queue = queue[1:] {
			in := queue[0]
			for _, c := range in.calls {
				if !s.always(in, c, begins) {
					continue
				}
				if n := s.onceBy(in, c); n != 0 {
					set := s.begun[n]
					set.join(t.set)
					s.begun[n] = set
				}
				if c.kind == plain && !seen[c.to] {
					seen[c.to] = true
					queue = append(queue, c.to)
				}
			}
		}
	}
}

// doneBefore tells a call of what is done only once, and which the boot of each lasting
// entry that leads here has made before.
func (s *solver) doneBefore(in *instance, c call) bool {
	n := s.onceBy(in, c)
	if n == 0 {
		return s.doneElsewhere(in, c)
	}
	lasting := in.entries
	for i := range lasting {
		lasting[i] &= s.lasting[i]
	}
	return !lasting.empty() && lasting.within(s.begun[n])
}

// doneElsewhere tells a call of a method that is looked at without an object, if it is done
// before on all objects that the method was seen to be called on.
func (s *solver) doneElsewhere(in *instance, c call) bool {
	op := &in.fn.Ops[c.op]
	if c.kind != called || in.ctx != (context{}) || op.Call == nil || !op.Call.Once || len(op.Args) == 0 || len(s.vars[in.slot(op.Args[0])].all) > 0 {
		return false
	}
	some := false
	for ctx, other := range in.fn.instances {
		if ctx.on == 0 {
			continue
		}
		for _, d := range other.calls {
			if d.op != c.op || d.to.fn != c.to.fn {
				continue
			}
			if some = true; s.onceBy(other, d) == 0 || !s.doneBefore(other, d) {
				return false
			}
		}
	}
	return some
}

// onceBy is the object by which a call is made once, if it is known which; 0 for none.
func (s *solver) onceBy(in *instance, c call) int32 {
	op := &in.fn.Ops[c.op]
	if c.kind != called || op.Call == nil || !op.Call.Once || len(op.Args) == 0 {
		return 0
	}
	v := in.slot(op.Args[0])
	if v == 0 || len(s.vars[v].all) != 1 {
		return 0
	}
	return s.vars[v].all[0]
}

// beginners tells the instances in which serving begins, or that call one by which it does.
func (s *solver) beginners() []bool {
	out := make([]bool, len(s.instances))
	var queue []*instance
	reach := func(in *instance) {
		if !out[in.id] {
			out[in.id] = true
			queue = append(queue, in)
		}
	}
	from := make([][]*instance, len(s.instances))
	for _, in := range s.instances {
		f := in.fn.Function
		if s.in.Serves(f) || s.in.Loops(f) || s.in.Accepts(f) || s.in.Waits(f) {
			reach(in)
		}
		for _, c := range in.calls {
			if c.kind == served || c.kind == beside {
				reach(in)
			} else {
				from[c.to.id] = append(from[c.to.id], in)
			}
		}
	}
	for ; len(queue) > 0; queue = queue[1:] {
		for _, in := range from[queue[0].id] {
			reach(in)
		}
	}
	return out
}

// always tells a call that its function makes, of one target, whatever happens, before
// serving begins in it.
func (s *solver) always(in *instance, c call, begins []bool) bool {
	op := &in.fn.Ops[c.op]
	if op.Call == nil || op.Call.AtEnd {
		return false
	}
	sure := op.Sure
	for _, d := range in.calls {
		if d.op == c.op {
			if d.to.fn != c.to.fn {
				return false
			}
			continue
		}
		if d.kind != served && d.kind != beside && !begins[d.to.id] {
			continue
		}
		later := &in.fn.Ops[d.op]
		if !op.Span.Leads(later.Span) || op.Span == later.Span && c.op > d.op {
			return false
		}
		sure = true
	}
	return sure
}
