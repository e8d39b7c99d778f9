package flow

import "strings"

// What a decoder finds in a text it puts into what it is given: maps, lists and objects that no
// operation makes. Where nothing else puts something, one of each stands for them, so that what is
// changed there later is a change of the place. What is decoded into interfaces, and into types of
// others, is not followed, which errs towards finding less.

// decoding is a call of a decoder.
type decoding struct {
	in *instance
	op int32
}

// fill makes what decoders put where nothing stands, and reports whether there was such a place.
func (s *solver) fill() bool {
	made := len(s.objects)
	for _, d := range s.decodings {
		op := &d.in.fn.Ops[d.op]
		for k, a := range op.Args {
			if a == 0 || op.Call.Method && k == 0 {
				continue
			}
			for _, n := range append([]int32{}, s.vars[d.in.slot(a)].all...) {
				s.fillAt(d, n, 0)
			}
		}
	}
	return len(s.objects) > made
}

// fillAt fills a place by its type.
func (s *solver) fillAt(d decoding, n int32, depth int) {
	if n == 0 || depth > maxDepth || s.objects[s.nodes[n].object].function != "" {
		return
	}
	typ := s.nodes[n].typ
	for _, f := range s.fields[typ] {
		if f.Name[0] >= 'A' && f.Name[0] <= 'Z' && (holdsReference(f.Type) || s.fields[f.Type] != nil) {
			s.fillAt(d, s.child(n, f.ID, f.Type), depth+1)
		}
	}
	if !holdsReference(typ) {
		return
	}
	if have := s.vars[s.contentOf(n)].all; len(have) > 0 {
		return
	}
	to := strings.TrimPrefix(typ, "*")
	if strings.HasPrefix(typ, "*") && s.fields[to] == nil {
		return
	}
	m := s.newObject(object{typ: to, maker: d.in, op: d.op, depth: d.in.depth})
	s.add(s.storedIn(n), m)
	if elem := elemOf(to); elem != "" {
		m = s.child(m, anyElement, elem)
	}
	s.fillAt(d, m, depth+1)
}

func holdsReference(typ string) bool {
	return strings.HasPrefix(typ, "map[") || strings.HasPrefix(typ, "[]") || strings.HasPrefix(typ, "*")
}

// elemOf is the type of the elements of a map or slice, as it is written.
func elemOf(typ string) string {
	if elem, ok := strings.CutPrefix(typ, "[]"); ok {
		return elem
	}
	if !strings.HasPrefix(typ, "map[") {
		return ""
	}
	open := 0
	for i, c := range typ {
		switch c {
		case '[':
			open++
		case ']':
			if open--; open == 0 {
				return typ[i+1:]
			}
		}
	}
	return ""
}
