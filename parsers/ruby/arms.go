package ruby

import "github.com/stateaudit/stateaudit/internal/unit"

// maxArms bounds how many places an expression may stand for.
const maxArms = 4

// places lists the places that an expression may name: `a || b`, `x ? a : b` and
// locals that were set in several branches name more than one.
func (f *file) places(s *scope, n *node) []*unit.Place {
	var out []*unit.Place
	outer, arms := f.choice, f.arms
	for f.choice, f.arms = 0, 1; f.choice < min(f.arms, maxArms); f.choice++ {
		place := f.place(s, n)
		if place == nil || len(out) > 0 && placeKey(place) == placeKey(out[len(out)-1]) {
			continue
		}
		out = append(out, place)
	}
	f.choice, f.arms = outer, arms
	return out
}

// chosen is one of several places: the first, unless places asks for another.
func (f *file) chosen(list []*unit.Place) *unit.Place {
	kept := list[:0:0]
	for _, place := range list {
		if place != nil {
			kept = append(kept, place)
		}
	}
	if len(kept) == 0 {
		return nil
	}
	f.arms = max(f.arms, len(kept))
	return kept[min(f.choice, len(kept)-1)]
}

// armPlace is the place that one arm of an expression names.
func (f *file) armPlace(s *scope, n *node) *unit.Place {
	if n.Kind == "binary" {
		left, right := n.Child("left"), n.Child("right")
		switch f.operator(left, right) {
		case "||", "or":
			return f.chosen([]*unit.Place{f.place(s, left), f.place(s, right)})
		case "&&", "and":
			return f.place(s, right)
		case "<<":
			return f.place(s, left)
		}
		return nil
	}
	var list []*unit.Place
	for _, kid := range n.Kids {
		switch {
		case n.Is("case", "case_match") && kid.Field != "value":
			list = append(list, f.place(s, kid))
		case kid.Field == "consequence", kid.Field == "alternative", kid.Field == "body", kid.Field == "handler", kid.Is("then", "else", "elsif"):
			list = append(list, f.place(s, kid))
		}
	}
	return f.chosen(list)
}

// elements is the place of the elements of an expression. A copy of a collection
// has the same elements.
func (f *file) elements(s *scope, n *node) *unit.Place {
	if n == nil {
		return nil
	}
	switch n.Kind {
	case "parenthesized_statements":
		if len(n.Kids) == 1 {
			return f.elements(s, n.Kids[0])
		}
	case "identifier":
		if l, at := s.find(f.text(n)); l != nil && at == s && l.place == nil && l.elements != nil {
			return l.elements
		}
	case "call":
		if receiver := n.Child("receiver"); receiver != nil && sharesElements(f.text(n.Child("method"))) {
			return f.elements(s, receiver)
		}
	}
	return step(f.place(s, n), unit.Element)
}

// sharesElements tells whether a method makes a new collection of the elements of
// its receiver.
func sharesElements(name string) bool {
	switch name {
	case "values", "dup", "clone", "select", "filter", "reject", "sort", "sort_by", "reverse", "compact", "uniq", "shuffle", "take", "drop",
		"to_h", "to_a", "to_set", "slice", "except", "merge", "values_at", "fetch_values", "find_all", "each_slice", "flatten", "rotate":
		return true
	}
	return false
}

// givesBlock tells the methods whose result is that of their block, which is
// given the receiver.
func givesBlock(name string) bool { return name == "then" || name == "yield_self" }

// givenPlace is the place that the block of x.then { |y| ... } hands out.
func (f *file) givenPlace(s *scope, c send) *unit.Place {
	inner, hidden := *s, map[string]*local{}
	given := f.place(s, c.receiver)
	names := []string{"it", "_1"}
	if list := c.block.Child("parameters"); list != nil && len(list.Kids) == 1 && list.Kids[0].Is("identifier") {
		names = []string{f.text(list.Kids[0])}
	}
	for _, name := range names {
		hidden[name] = s.locals[name]
		inner.set(name, unit.Value{Kind: unit.Compound, Text: name}, given, c.block)
	}
	place := f.lastPlace(&inner, c.block)
	inner.unbind(hidden)
	return place
}

// fork runs the branches of a statement, each with the locals as they are now.
// What a local is afterwards, it may have become in any of them.
func (f *file) fork(s *scope, branches ...func()) {
	before := s.snapshot()
	var after []map[string]*local
	for _, branch := range branches {
		s.restore(before)
		branch()
		after = append(after, s.snapshot())
	}
	joined := after[0]
	for _, other := range after[1:] {
		for name, l := range other {
			joined[name] = eitherLocal(joined[name], l)
		}
	}
	s.restore(joined)
}

// snapshot copies the locals.
func (s *scope) snapshot() map[string]*local {
	out := make(map[string]*local, len(s.locals))
	for name, l := range s.locals {
		out[name] = l
	}
	return out
}

// restore sets the locals to a copy that was made before.
func (s *scope) restore(to map[string]*local) {
	clear(s.locals)
	for name, l := range to {
		s.locals[name] = l
	}
}

// eitherLocal is a local that is one of two.
func eitherLocal(a, b *local) *local {
	switch {
	case a == nil || a == b:
		return b
	case b == nil:
		return a
	}
	out := *b
	out.value = unit.Value{Kind: unit.Compound, Callee: branches, Text: b.value.Text, Parts: parts(a.value, b.value)}
	if a.value.Type == b.value.Type {
		out.value.Type = a.value.Type
	}
	out.place, out.others = nil, nil
	for _, place := range append(append([]*unit.Place{a.place, b.place}, a.others...), b.others...) {
		out.add(place)
	}
	if out.elements == nil {
		out.elements = a.elements
	}
	return &out
}

// add adds a place that a local may be a name of.
func (l *local) add(place *unit.Place) {
	switch {
	case place == nil || len(l.others) >= maxArms:
	case l.place == nil:
		l.place = place
	case placeKey(l.place) != placeKey(place):
		for _, other := range l.others {
			if placeKey(other) == placeKey(place) {
				return
			}
		}
		l.others = append(l.others[:len(l.others):len(l.others)], place)
	}
}
