package ruby

import (
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// change is what is known of an access beyond its place.
type change struct {
	kind   unit.AccessKind
	op     string
	method string
	value  *unit.Value
	key    *unit.Value
	lazy   bool
	reset  bool
}

// access records a use of a place.
func (f *file) access(s *scope, n *node, place *unit.Place, c change) {
	if place == nil || place.Root == unit.RootLocal || place.Root == unit.RootUnknown {
		return
	}
	if c.kind == unit.Read && (viaMethod(place) || place.Root != unit.RootHolder && len(place.Path) == 0) {
		return
	}
	f.discover(s, n, place)
	s.fn.Accesses = append(s.fn.Accesses, unit.Access{
		Place: *place, Kind: c.kind, Op: c.op, Method: c.method, Value: c.value, Key: c.key,
		Lazy: c.lazy || s.knownEmpty(place) && c.kind != unit.Read, Reset: c.reset,
		Ensure: s.ensure, Loop: s.main, Maybe: s.maybe, Until: s.until, IfGiven: s.given.number, IfBlock: s.given.block, Guards: s.guards, Location: f.at(f.head(n)),
	})
}

// entersLoop notes that a loop without end begins here: what the function has done so
// far is done ahead of it.
func (s *scope) entersLoop() {
	if s.loop {
		return
	}
	for i := range s.fn.Accesses {
		s.fn.Accesses[i].Ahead = true
	}
}

// staysIn is the scope of the body of a loop without end, of which the function may be
// what a process stays in.
func (s *scope) staysIn(body *node) {
	if s.loop = true; leaves(body) {
		return
	}
	s.main = true
	if !slices.Contains(s.fn.Attrs, attrMain) {
		s.fn.Attrs = append(s.fn.Attrs, attrMain)
	}
}

// leaves tells a body of a loop that ends the loop from inside.
func leaves(n *node) bool {
	for _, kid := range n.Kids {
		switch kid.Kind {
		case "break", "return":
			return true
		case "while", "until", "for", "method", "lambda", "class":
		default:
			if leaves(kid) {
				return true
			}
		}
	}
	return false
}

// head is the part of a node that names where it starts: a block behind a call
// is not part of the place where the call is.
func (f *file) head(n *node) *node {
	if block := n.Child("block"); n.Kind == "call" && block != nil {
		return &node{Kind: n.Kind, Start: n.Start, End: f.trimEnd(n.Start, block.Start)}
	}
	return n
}

// trimEnd leaves out the blanks before an offset.
func (f *file) trimEnd(start, end int) int {
	for end > start && (f.src[end-1] == ' ' || f.src[end-1] == '\n' || f.src[end-1] == '\t') {
		end--
	}
	return end
}

// knownEmpty tells whether a condition around says that the place is empty.
func (s *scope) knownEmpty(place *unit.Place) bool {
	if len(s.empty) == 0 {
		return false
	}
	key := placeKey(place)
	for i := range s.empty {
		empty := placeKey(&s.empty[i])
		if empty == key || empty+" "+unit.Element == key || empty == key+" "+unit.Element || together(&s.empty[i], place) {
			return true
		}
	}
	return false
}

// together tells two variables of one object: what is set where the other was
// found to be missing is part of the same memo.
func together(a, b *unit.Place) bool {
	return a.Root == b.Root && variableOf(a) != "" && variableOf(a) == variableOf(b)
}

// variableOf is the class or object of which a place is a variable, "" for
// other places.
func variableOf(place *unit.Place) string {
	name := place.Name
	switch {
	case place.Root == unit.RootReceiver && len(place.Path) == 1:
		name = strings.Replace(place.Path[0], "#@", ".@", 1)
	case place.Root != unit.RootHolder || len(place.Path) > 0:
		return ""
	}
	owner, _, ok := strings.Cut(name, ".@")
	if !ok {
		return ""
	}
	return owner
}

// discover declares variables that are used without having been declared:
// Ruby's variables come into being where they are first written.
func (f *file) discover(s *scope, n *node, place *unit.Place) {
	switch n.Kind {
	case "instance_variable", "class_variable", "global_variable":
		f.discoverVariable(s, n, place, unit.Value{}, false)
	}
}

// discoverVariable declares the variable at a node.
func (f *file) discoverVariable(s *scope, n *node, place *unit.Place, value unit.Value, declaration bool) {
	h := unit.Holder{Name: f.text(n), Owner: s.owner, Location: f.at(n), Value: value, Type: value.Type, Comment: f.comment(n)}
	switch {
	case place.Root == unit.RootReceiver && len(place.Path) > 0:
		h.ID, h.Kind = place.Path[0], unit.Field
	case place.Root == unit.RootHolder && n.Kind == "instance_variable":
		h.ID, h.Kind = place.Name, unit.ClassIvar
	case place.Root == unit.RootHolder && n.Kind == "class_variable":
		h.ID, h.Kind = place.Name, unit.ClassVar
	case place.Root == unit.RootHolder && n.Kind == "global_variable":
		h.ID, h.Kind, h.Owner = place.Name, unit.Global, ""
	default:
		return
	}
	f.declare(h, declaration)
}

// readPlace records that the value of a place is used, and gives that value.
func (f *file) readPlace(s *scope, n *node) unit.Value {
	place := f.place(s, n)
	if place == nil {
		return unit.Value{Text: f.short(n)}
	}
	f.access(s, n, place, change{kind: unit.Read})
	return f.placeValue(n, place)
}

// record records a call.
func (f *file) record(s *scope, n *node, c unit.Call) {
	c.Guards, c.Tx, c.Deferred, c.Failed, c.Loop = s.guards, s.tx, s.ensure, s.failed, s.loop
	c.Async = c.Async || s.async
	c.Empty, c.Maybe = s.empty, s.maybe
	c.Location = f.at(f.head(n))
	s.fn.Calls = append(s.fn.Calls, c)
}

// viaMethod tells whether a step of a place is a call that has yet to be
// resolved. Reading such a place is recorded as the call alone.
func viaMethod(place *unit.Place) bool {
	for _, to := range place.Path {
		if to[0] == '.' {
			return true
		}
	}
	return false
}
