package flow

import (
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// object is what an allocation makes.
type object struct {
	node     int32
	typ      string
	holder   string    // of a root, or of a variable that closures share
	function string    // what it runs, if it is a function
	maker    *instance // nil for roots
	op       int32
	foreign  bool // made by code outside the checkout
	sample   bool // stands for its type
	carried  bool // what requests carry along: nobody has made it, and it does not last
	depth    int
}

// node is an object or a place within it.
type node struct {
	object  int32
	parent  int32
	step    string
	typ     string
	depth   int
	content int32 // variable of what is kept there
	stored  int32 // variable of what is put there under an unknown key
	kids    []int32
	copies  []int32 // nodes that this one's parts are copied to
}

// anyElement is the step to an element under an unknown key.
const anyElement = unit.Element

// anyKey is the step to what is a key. No element can be reached by it.
const anyKey = "[key]"

// elementStep is the step to an element under a key.
func elementStep(op *unit.Op) string {
	switch {
	case op.Keys:
		return anyKey
	case op.Key == "":
		return anyElement
	}
	return "[" + op.Key + "]"
}

// isElement tells a step to an element, or to a key, from a field.
func isElement(step string) bool { return strings.HasPrefix(step, "[") }

// oneOfAll tells a step that may lead to any element or key.
func oneOfAll(step string) bool { return step == anyElement || step == anyKey }

func (s *solver) newObject(o object) int32 {
	id := int32(len(s.nodes))
	o.node = id
	s.nodes = append(s.nodes, node{object: int32(len(s.objects)), typ: o.typ})
	s.objects = append(s.objects, o)
	return id
}

// rootOf is the node of a package-level place.
func (s *solver) rootOf(holder, typ string) int32 {
	if strings.HasPrefix(holder, unit.Carried) {
		if s.carried[holder] == 0 {
			s.carried[holder] = s.newObject(object{typ: typ, carried: true})
		}
		return s.carried[holder]
	}
	if n, ok := s.roots[holder]; ok {
		return n
	}
	o := object{typ: typ, holder: holder}
	if strings.HasPrefix(holder, unit.Injected) {
		o.holder = "" // lasts like the others, and has no declaration
	}
	n := s.newObject(o)
	s.roots[holder] = n
	return n
}

// functionNode is the object that a function is. One that closes over nothing is
// the same everywhere.
func (s *solver) functionNode(in *instance, i int32) int32 {
	op := &in.fn.Ops[i]
	if len(op.Args) == 0 {
		if n, ok := s.funcs[op.Name]; ok {
			return n
		}
		n := s.newObject(object{function: op.Name})
		s.funcs[op.Name] = n
		return n
	}
	return s.newObject(object{function: op.Name, maker: in, op: i, depth: in.depth})
}

// child is the place a step away from another; 0 where the way gets too long.
func (s *solver) child(n int32, step, typ string) int32 {
	for _, k := range s.nodes[n].kids {
		if s.nodes[k].step == step {
			return k
		}
	}
	if s.nodes[n].depth >= maxSteps || s.objects[s.nodes[n].object].function != "" {
		return 0
	}
	id := int32(len(s.nodes))
	s.nodes = append(s.nodes, node{object: s.nodes[n].object, parent: n, step: step, typ: typ, depth: s.nodes[n].depth + 1})
	s.nodes[n].kids = append(s.nodes[n].kids, id)
	if isElement(step) && !oneOfAll(step) {
		all := s.child(n, anyElement, typ)
		s.edge(s.contentOf(id), s.contentOf(all))
		s.edge(s.storedIn(all), s.contentOf(id))
		s.copyValue(id, all)
	}
	for _, to := range s.nodes[n].copies {
		s.copyPart(id, to)
	}
	return id
}

// contentOf is the variable of what is kept at a node.
func (s *solver) contentOf(n int32) int32 {
	if s.nodes[n].content == 0 {
		s.nodes[n].content = s.variable()
	}
	return s.nodes[n].content
}

// storedIn is the variable that a store at a node fills: what is put under an
// unknown key may be found under each, but not the other way round.
func (s *solver) storedIn(n int32) int32 {
	if s.nodes[n].step != anyElement {
		return s.contentOf(n)
	}
	if s.nodes[n].stored == 0 {
		v := s.variable()
		s.nodes[n].stored = v
		s.edge(v, s.contentOf(n))
	}
	return s.nodes[n].stored
}

// copyValue copies the parts of a value at one node to another: what the parts
// lead to is shared from then on.
func (s *solver) copyValue(from, to int32) {
	if from == to || from == 0 || to == 0 || s.within(from, to) || s.within(to, from) {
		return
	}
	for _, have := range s.nodes[from].copies {
		if have == to {
			return
		}
	}
	s.nodes[from].copies = append(s.nodes[from].copies, to)
	for _, k := range append([]int32(nil), s.nodes[from].kids...) {
		s.copyPart(k, to)
	}
}

func (s *solver) copyPart(kid, to int32) {
	k := s.child(to, s.nodes[kid].step, s.nodes[kid].typ)
	if k == 0 {
		return
	}
	s.edge(s.contentOf(kid), s.storedIn(k))
	s.copyValue(kid, k)
}

// within tells whether a place lies in another.
func (s *solver) within(inner, outer int32) bool {
	for n := inner; n != 0; n = s.nodes[n].parent {
		if n == outer {
			return true
		}
	}
	return false
}

// variable is a set of nodes that grows, and what has to happen with each.
type variable struct {
	all  []int32
	has  map[int32]struct{}
	done int // of all, how many have been handed on
	to   []int32
	uses []use
	busy bool
}

// use is an operation that waits for nodes.
type use struct {
	do func(n int32)
}

func (s *solver) variable() int32 {
	s.vars = append(s.vars, variable{})
	return int32(len(s.vars) - 1)
}

func (s *solver) add(v, n int32) {
	if v == 0 || n == 0 {
		return
	}
	x := &s.vars[v]
	if x.has == nil && len(x.all) < 8 {
		for _, have := range x.all {
			if have == n {
				return
			}
		}
	} else {
		if x.has == nil {
			x.has = make(map[int32]struct{}, 16)
			for _, have := range x.all {
				x.has[have] = struct{}{}
			}
		}
		if _, ok := x.has[n]; ok {
			return
		}
		if len(x.all) >= maxNodes {
			s.cut[v] = true
			return
		}
		x.has[n] = struct{}{}
	}
	x.all = append(x.all, n)
	s.wake(v)
}

func (s *solver) wake(v int32) {
	if !s.vars[v].busy {
		s.vars[v].busy = true
		s.work = append(s.work, v)
	}
}

// edge lets everything in one variable flow into another.
func (s *solver) edge(from, to int32) {
	if from == 0 || to == 0 || from == to {
		return
	}
	for _, have := range s.vars[from].to {
		if have == to {
			return
		}
	}
	s.vars[from].to = append(s.vars[from].to, to)
	for i := 0; i < s.vars[from].done; i++ {
		s.add(to, s.vars[from].all[i])
	}
}

// each calls a function with every node that a variable has or gets.
func (s *solver) each(v int32, do func(n int32)) {
	if v == 0 {
		return
	}
	s.vars[v].uses = append(s.vars[v].uses, use{do})
	for i := 0; i < s.vars[v].done; i++ {
		do(s.vars[v].all[i])
	}
}

// run hands nodes on until nothing is new.
func (s *solver) run() {
	for len(s.work) > 0 {
		v := s.work[0]
		s.work = s.work[1:]
		for s.vars[v].done < len(s.vars[v].all) {
			n := s.vars[v].all[s.vars[v].done]
			s.vars[v].done++
			for i := 0; i < len(s.vars[v].to); i++ {
				s.add(s.vars[v].to[i], n)
			}
			for i := 0; i < len(s.vars[v].uses); i++ {
				s.vars[v].uses[i].do(n)
			}
		}
		s.vars[v].busy = false
	}
}
