package flow

import (
	"slices"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// What follows the files of its host does again what boot did when these change: it reads its
// settings again and sets up anew what depends on them. That is how a process starts, whoever
// lets it; what it does besides, it does while serving.

// followers are the instances that are told what has happened to files: by a library, or in a loop
// by others through a channel of which they are the ones that fill it. They err towards more where
// a channel is filled by more than those of the package that watches.
func (s *solver) followers() map[*instance]bool {
	out := map[*instance]bool{}
	for _, in := range s.instances {
		if s.in.Follows(in.fn.Function) {
			out[in] = true
		}
	}
	if len(out) == 0 {
		return nil
	}
	for grown := true; grown; {
		grown = false
		told := s.filledBy(out)
		for _, in := range s.instances {
			if !out[in] && s.in.Loops(in.fn.Function) && s.takesFrom(in, told) {
				out[in], grown = true, true
			}
		}
	}
	return out
}

// filledBy are the objects into which only followers put something, and the packages of these.
func (s *solver) filledBy(followers map[*instance]bool) map[int32]bool {
	packages := map[*unit.Unit]bool{}
	by := map[int32]bool{}
	for in := range followers {
		packages[in.fn.unit] = true
		s.eachStored(in, func(object int32) { by[object] = true })
	}
	for _, in := range s.instances {
		if !packages[in.fn.unit] {
			s.eachStored(in, func(object int32) { delete(by, object) })
		}
	}
	return by
}

// eachStored goes through the collections into which an instance puts something.
func (s *solver) eachStored(in *instance, then func(object int32)) {
	for i := range in.fn.Ops {
		if op := &in.fn.Ops[i]; op.Kind == unit.OpStore && op.Base != 0 {
			for _, n := range s.vars[in.slot(op.Base)].all {
				if isElement(s.nodes[n].step) {
					then(s.nodes[n].object)
				}
			}
		}
	}
}

// takesFrom tells an instance that takes from channels among some, and from others only what code
// outside fills.
func (s *solver) takesFrom(in *instance, told map[int32]bool) bool {
	some := false
	for i := range in.fn.Ops {
		op := &in.fn.Ops[i]
		if op.Kind != unit.OpLoad || !op.Takes || op.Base == 0 {
			continue
		}
		for _, n := range s.vars[in.slot(op.Base)].all {
			switch object := s.nodes[n].object; {
			case told[object]:
				some = true
			case !s.objects[object].foreign && s.hasStores(object):
				return false
			}
		}
	}
	return some
}

// hasStores tells an object into whose elements the checkout puts something.
func (s *solver) hasStores(object int32) bool {
	n := s.objects[object].node
	return slices.ContainsFunc(s.nodes[n].kids, func(k int32) bool {
		return isElement(s.nodes[k].step) && s.nodes[k].stored != 0 && len(s.vars[s.nodes[k].stored].all) > 0
	})
}

// runAtBoot are the instances that boot runs itself, by calls that it waits for.
func (s *solver) runAtBoot() map[*instance]bool {
	out := map[*instance]bool{}
	var queue []*instance
	add := func(in *instance) {
		if in != nil && !out[in] {
			out[in] = true
			queue = append(queue, in)
		}
	}
	for _, r := range s.in.Roots {
		if f := s.functions[r.Function]; f != nil && !r.Serving {
			add(f.instances[context{}])
		}
	}
	for ; len(queue) > 0; queue = queue[1:] {
		for _, c := range queue[0].calls {
			waited := c.kind == plain || c.kind == command || c.kind == called && !s.in.Serves(c.to.fn.Function)
			if waited && !s.in.Loops(c.to.fn.Function) && !s.turns(&queue[0].fn.Ops[c.op]) {
				add(c.to)
			}
		}
	}
	return out
}
