package flow

import (
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// start puts an operation of an instance into effect: what it does to nodes that
// are there now and to all that will come.
func (s *solver) start(in *instance, i int32) {
	op := &in.fn.Ops[i]
	to := int32(0)
	if len(op.To) > 0 {
		to = in.slot(op.To[0])
	}
	base := in.slot(op.Base)
	switch op.Kind {
	case unit.OpMake:
		if op.Key == unit.Injected {
			s.bundles[op.Type] = true
		}
		if op.Base != 0 {
			s.each(base, func(n int32) { s.makeLike(in, i, n, to) })
			return
		}
		s.add(to, s.newObject(object{typ: op.Type, holder: op.Name, maker: in, op: i, depth: in.depth, sample: op.Key == unit.Sample}))
	case unit.OpRoot:
		s.add(to, s.rootOf(op.Name, op.Type))
	case unit.OpFunc:
		s.add(to, s.functionNode(in, i))
	case unit.OpCopy:
		s.edge(base, to)
	case unit.OpStep:
		s.each(base, func(n int32) {
			if s.hasField(n, op.Field) {
				s.add(to, s.child(n, op.Field, op.Type))
			}
		})
	case unit.OpElem:
		s.each(base, func(n int32) { s.add(to, s.child(n, elementStep(op), op.Type)) })
	case unit.OpLoad:
		s.load(op, base, to)
	case unit.OpStore:
		s.store(op, base, in.slot(op.Args[0]))
	case unit.OpAssert:
		s.assert(op, base, to)
	case unit.OpCall:
		s.call(in, i)
	}
}

// likeness is a type of which an operation of an instance has made an object.
type likeness struct {
	in, op int32
	typ    string
}

// makeLike makes an object of the type of another, once for each type. It says something only of
// types of the checkout.
func (s *solver) makeLike(in *instance, i, n, to int32) {
	key := likeness{in.id, i, s.nodes[n].typ}
	if s.likes[key] || s.fields[key.typ] == nil && s.methods[key.typ] == nil {
		return
	}
	s.likes[key] = true
	s.add(to, s.newObject(object{typ: key.typ, maker: in, op: i, depth: in.depth, sample: in.fn.Ops[i].Key == unit.Sample}))
}

// hasField tells whether a place can have a field: what flowed astray through code
// of others stops here.
func (s *solver) hasField(n int32, field string) bool {
	typ := s.nodes[n].typ
	owner := field[:strings.LastIndexByte(field, '.')]
	return typ == "" || owner == "" || typ == owner || !strings.Contains(typ, ".") || strings.ContainsAny(typ, "[{ ")
}

func (s *solver) load(op *unit.Op, base, to int32) {
	if to == 0 {
		return
	}
	s.each(base, func(n int32) {
		if op.Whole {
			s.add(to, n)
			return
		}
		s.edge(s.contentOf(n), to)
	})
}

func (s *solver) store(op *unit.Op, base, from int32) {
	if from == 0 {
		return
	}
	s.each(base, func(n int32) {
		if op.Whole {
			s.each(from, func(m int32) { s.copyValue(m, n) })
			return
		}
		s.edge(from, s.storedIn(n))
	})
}

func (s *solver) assert(op *unit.Op, base, to int32) {
	s.each(base, func(n int32) {
		if op.Type != "" && s.fits(n, op.Type) || op.Type == "" && s.offers(n, op.Call.Ifaces[0]) {
			s.add(to, n)
		}
	})
}

// fits tells whether a node may be of a type; of one that foreign code made
// nothing is known.
func (s *solver) fits(n int32, typ string) bool {
	have := s.nodes[n].typ
	if s.objects[s.nodes[n].object].function != "" {
		return strings.HasPrefix(typ, "func") || !strings.ContainsAny(typ, "[*") && !isChannel(typ)
	}
	return have == "" || have == typ || generic(have) == generic(typ)
}

// generic strips type arguments and underlying spellings that assertion and making
// may write differently.
func generic(t string) string {
	if i := strings.IndexByte(t, '['); i > 0 && !strings.HasPrefix(t, "map[") {
		return t[:i]
	}
	return t
}

// offers tells whether a node has the methods of an interface.
func (s *solver) offers(n int32, methods []string) bool {
	typ := s.nodes[n].typ
	set := s.methods[typ]
	if set == nil || typ == "" {
		return true
	}
	for _, m := range methods {
		if _, ok := set[m]; !ok {
			return false
		}
	}
	return true
}

// isChannel tells the type of a channel, whichever way it may be used.
func isChannel(typ string) bool {
	return strings.HasPrefix(typ, "chan ") || strings.HasPrefix(typ, "<-chan ") || strings.HasPrefix(typ, "chan<- ")
}
