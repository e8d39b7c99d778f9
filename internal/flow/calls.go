package flow

import (
	"sort"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// link is a call that has been joined with what it runs.
type link struct {
	from, op, to int32
	kind         callKind
}

type dispatchKey struct {
	from, op, node int32
	method         string
	kind           callKind
}

// call puts a call into effect.
func (s *solver) call(in *instance, i int32) {
	op := &in.fn.Ops[i]
	kind := plain
	if op.Call.Async {
		kind = beside
	}
	switch {
	case op.Call.Dynamic && op.Name == "":
		s.each(in.slot(op.Base), func(n int32) { s.callFunction(in, i, n, kind, op.Args) })
	case op.Call.Dynamic:
		s.each(in.slot(op.Base), func(n int32) { s.dispatchOn(in, i, n, op.Name, kind, op.Args) })
		if op.Call.Foreign {
			s.foreign(in, i)
		}
	case op.Call.Foreign:
		s.foreign(in, i)
	default:
		s.static(in, i, kind)
	}
}

func (s *solver) static(in *instance, i int32, kind callKind) {
	op := &in.fn.Ops[i]
	f := s.functions[op.Name]
	if f == nil {
		return
	}
	if op.Call.Method && len(op.Args) > 0 && op.Args[0] != 0 {
		// Until an object arrives the method counts as reached, on nothing.
		s.join(in, i, s.instance(f, context{}), kind, 0, op.Args, 1)
		s.each(in.slot(op.Args[0]), func(n int32) { s.callMethod(in, i, f, n, kind, op.Args[1:]) })
		return
	}
	s.join(in, i, s.instance(f, s.siteOf(f, in, i)), kind, 0, op.Args, 0)
}

// siteOf is the context by call, for functions that are cloned.
func (s *solver) siteOf(f *function, in *instance, i int32) context {
	if !f.cloned || in.fn == f {
		return context{}
	}
	return context{site: in.id + 1, op: i}
}

// callMethod runs a method on one object.
func (s *solver) callMethod(in *instance, i int32, f *function, n int32, kind callKind, args []unit.Slot) {
	ctx := context{on: n}
	if f.cloned && in.fn != f && s.makes(f) {
		ctx = s.siteOf(f, in, i)
		ctx.on = n
	}
	s.join(in, i, s.instance(f, ctx), kind, n, args, 0)
}

// makes tells a method that makes objects of its own, or calls what it is given.
func (s *solver) makes(f *function) bool {
	for i := range f.Ops {
		if k := f.Ops[i].Kind; k == unit.OpMake || k == unit.OpCall && f.Ops[i].Call.Dynamic && f.Ops[i].Name == "" {
			return true
		}
	}
	return false
}

// callFunction runs the function that an object is.
func (s *solver) callFunction(in *instance, i int32, n int32, kind callKind, args []unit.Slot) *instance {
	o := &s.objects[s.nodes[n].object]
	f := s.functions[o.function]
	if o.function == "" || f == nil {
		s.useHeld(in, i, n, kind)
		return nil
	}
	ctx := context{}
	if o.maker != nil {
		ctx.on = n
	} else {
		ctx = s.siteOf(f, in, i)
	}
	to := s.instance(f, ctx)
	s.join(in, i, to, kind, 0, args, 0)
	return to
}

// dispatchOn runs the method of a name on an object, whatever its type: its own,
// or the one of an embedded type on the part that is that type.
func (s *solver) dispatchOn(in *instance, i, n int32, method string, kind callKind, args []unit.Slot) {
	key := dispatchKey{in.id, i, n, method, kind}
	if s.dispatch[key] {
		return
	}
	s.dispatch[key] = true
	if s.objects[s.nodes[n].object].function != "" {
		s.callFunction(in, i, n, kind, args)
		return
	}
	m, ok := s.methods[s.nodes[n].typ][method]
	if !ok {
		return
	}
	run := func(on int32) {
		if m.Function == "" {
			s.dispatchOn(in, i, on, method, kind, args)
		} else if f := s.functions[m.Function]; f != nil {
			s.callMethod(in, i, f, on, kind, args)
		}
	}
	s.walk(n, m.Path, run)
}

// walk goes along embedded fields and hands each place at the end to a function.
func (s *solver) walk(n int32, path []unit.EmbeddedField, then func(int32)) {
	if len(path) == 0 {
		then(n)
		return
	}
	part := s.child(n, path[0].Field, ownerOf(path))
	if part == 0 {
		return
	}
	if path[0].Indirect {
		s.each(s.contentOf(part), func(m int32) { s.walk(m, path[1:], then) })
		return
	}
	s.walk(part, path[1:], then)
}

// ownerOf is the type of the first step's place, as the next step's field names it.
func ownerOf(path []unit.EmbeddedField) string {
	if len(path) < 2 {
		return ""
	}
	return path[1].Field[:strings.LastIndexByte(path[1].Field, '.')]
}

// join links a call with an instance: arguments to parameters, results back.
func (s *solver) join(in *instance, i int32, to *instance, kind callKind, receiver int32, args []unit.Slot, skip int) {
	params := to.fn.Params
	if receiver != 0 && len(params) > 0 {
		s.add(to.slot(params[0]), receiver)
		params = params[1:]
	}
	key := link{in.id, i, to.id, kind}
	if s.linked[key] {
		return
	}
	s.linked[key] = true
	note := ""
	if apply := in.fn.Ops[i].Call; apply != nil {
		note = apply.Note
	}
	in.calls = append(in.calls, call{to: to, op: i, kind: kind, note: note})
	for k := skip; k < len(args) && k < len(params); k++ {
		s.edge(in.slot(args[k]), to.slot(params[k]))
	}
	s.handBack(in, i, to)
	if kind == served {
		s.serveAnswers(in, i, to)
	}
}

// serveAnswers lets the functions be called while serving that an object answers with, or a
// function, which code outside serves with: an answer that is worked out later.
func (s *solver) serveAnswers(in *instance, i int32, to *instance) {
	if call := in.fn.Ops[i].Call; call == nil || !call.Foreign {
		return
	}
	for k := range to.fn.Ops {
		op := &to.fn.Ops[k]
		if op.Kind != unit.OpReturn {
			continue
		}
		for _, a := range op.Args {
			s.each(to.slot(a), func(n int32) {
				if s.objects[s.nodes[n].object].function != "" {
					s.callFunction(in, i, n, served, nil)
				}
			})
		}
	}
}

// handBack lets results flow to the caller.
func (s *solver) handBack(in *instance, i int32, to *instance) {
	from := &in.fn.Ops[i]
	results := from.To
	if len(results) == 0 {
		return
	}
	for k := range to.fn.Ops {
		op := &to.fn.Ops[k]
		if op.Kind != unit.OpReturn {
			continue
		}
		for r := 0; r < len(op.Args) && r < len(results); r++ {
			if from.Call == nil || !from.Call.Foreign || r >= len(from.Call.Out) {
				s.edge(to.slot(op.Args[r]), in.slot(results[r]))
				continue
			}
			typ, result := from.Call.Out[r], in.slot(results[r])
			s.each(to.slot(op.Args[r]), func(n int32) {
				if s.mayBe(n, typ) && !s.misfits(n, from, r) {
					s.add(result, n)
				}
			})
		}
	}
}

// misfits tells a function that cannot be a result of a call, since that is none.
func (s *solver) misfits(n int32, op *unit.Op, result int) bool {
	return result < len(op.Call.Solid) && op.Call.Solid[result] && s.objects[s.nodes[n].object].function != ""
}

// mayBe tells whether what a function of the checkout answers to code outside can be what that
// code hands back itself as a type: a row is no channel, and no function.
func (s *solver) mayBe(n int32, typ string) bool {
	methods, some := strings.CutPrefix(typ, unit.AnyWith)
	switch {
	case some:
		return s.offers(n, strings.Split(methods, ","))
	case typ == "-":
		return false
	case typ == "":
		return true
	}
	if written := strings.ContainsAny(s.nodes[n].typ, "[ ("); written && !isChannel(typ) {
		return true // may go by the name of a declared type
	}
	return s.fits(n, typ)
}

// foreign puts a call of code outside the checkout into effect. It makes its
// results, keeps what it is given in its receiver and its results, hands back what
// fits, and calls the functions and methods it was given.
func (s *solver) foreign(in *instance, i int32) {
	op := &in.fn.Ops[i]
	if op.Call.Fills {
		s.decodings = append(s.decodings, decoding{in, i})
	}
	made := s.unknownResults(in, i)
	receiver := int32(0)
	args := op.Args
	switch {
	case op.Call.Dynamic:
		receiver = in.slot(op.Base)
	case op.Call.Method && len(args) > 0:
		receiver, args = in.slot(args[0]), args[1:]
	}
	kept := s.variable()
	for k, a := range args {
		if at := k + len(op.Args) - len(args); at >= len(op.Call.Brief) || !op.Call.Brief[at] {
			s.edge(in.slot(a), kept)
		}
	}
	for _, n := range made {
		s.edge(kept, s.storedIn(s.child(n, anyElement, "")))
	}
	if receiver != 0 {
		s.each(receiver, func(n int32) {
			s.useHeld(in, i, n, called)
			if !s.foreignObject(n) {
				return
			}
			elem := s.child(n, anyElement, "")
			if elem == 0 {
				return
			}
			s.edge(kept, s.storedIn(elem))
			s.takeOut(in, i, s.contentOf(elem))
		})
	}
	s.shareElements(in, i, args, made)
	s.hold(in, i, made)
	s.callBack(in, i)
}

// foreignObject tells an object whose inside is not the checkout's.
func (s *solver) foreignObject(n int32) bool {
	if s.objects[s.nodes[n].object].function != "" {
		return false
	}
	return s.methods[s.nodes[n].typ] == nil
}

// unknownResults makes an object for each result of a call of which the body is
// not known, and returns those that may hold what the call was given.
func (s *solver) unknownResults(in *instance, i int32) []int32 {
	op := &in.fn.Ops[i]
	var made []int32
	for k, slot := range op.To {
		if slot == 0 || k >= len(op.Call.Out) || op.Call.Out[k] == "-" {
			continue
		}
		typ := op.Call.Out[k]
		if strings.HasPrefix(typ, unit.AnyWith) {
			typ = ""
		}
		n := s.newObject(object{typ: typ, maker: in, op: i, foreign: true, depth: in.depth})
		s.add(in.slot(slot), n)
		if k < len(op.Call.Bare) && op.Call.Bare[k] {
			continue
		}
		made = append(made, n)
	}
	return made
}

// takeOut hands what a container holds to the results that it fits.
func (s *solver) takeOut(in *instance, i, content int32) {
	op := &in.fn.Ops[i]
	for k, slot := range op.To {
		if slot == 0 || k >= len(op.Call.Out) || op.Call.Out[k] == "-" {
			continue
		}
		typ, to := op.Call.Out[k], in.slot(slot)
		s.each(content, func(n int32) {
			if s.comesOut(n, typ) && !s.misfits(n, op, k) {
				s.add(to, n)
			}
		})
	}
}

// comesOut tells whether a node can be a result of a type.
func (s *solver) comesOut(n int32, typ string) bool {
	have := s.nodes[n].typ
	switch methods, some := strings.CutPrefix(typ, unit.AnyWith); {
	case some:
		return s.methods[have] != nil && s.offers(n, strings.Split(methods, ","))
	case typ == "":
		return true
	}
	return have != "" && s.fits(n, typ)
}

// shareElements lets a collection that is made from others have their elements: also from
// those that come in one list, as arguments of variable number do.
func (s *solver) shareElements(in *instance, i int32, args []unit.Slot, made []int32) {
	for _, n := range made {
		if !isCollection(s.nodes[n].typ) {
			continue
		}
		elem := s.child(n, anyElement, "")
		for _, a := range args {
			s.each(in.slot(a), func(from int32) {
				if !isCollection(s.nodes[from].typ) {
					return
				}
				with := s.child(from, anyElement, "")
				s.shareElement(with, elem)
				s.each(s.contentOf(with), func(m int32) {
					if t := s.nodes[m].typ; isCollection(t) && strings.HasSuffix(s.nodes[from].typ, "]"+t) {
						s.shareElement(s.child(m, anyElement, ""), elem)
					}
				})
			})
		}
	}
}

// shareElement lets an element lead to what another leads to. Elements by value have parts.
func (s *solver) shareElement(from, to int32) {
	s.edge(s.contentOf(from), s.storedIn(to))
	s.copyValue(from, to)
}

// isCollection tells the type of a collection of the language, or of what goes through one.
func isCollection(typ string) bool {
	return strings.HasPrefix(typ, "[") || strings.HasPrefix(typ, "map[") || strings.HasPrefix(typ, "iter.Seq")
}

// serveResults lets the functions that an instance returns be called while serving,
// and those that these return: a middleware makes a handler of a handler.
func (s *solver) serveResults(in *instance, depth int) {
	if depth > maxDepth {
		return
	}
	for i := range in.fn.Ops {
		op := &in.fn.Ops[i]
		if op.Kind != unit.OpReturn {
			continue
		}
		for _, a := range op.Args {
			s.each(in.slot(a), func(n int32) {
				if to := s.callFunction(in, int32(i), n, served, nil); to != nil {
					s.serveResults(to, depth+1)
				}
			})
		}
	}
}

// callBack lets code outside call the functions that it was handed, and the
// methods that it expects of objects.
func (s *solver) callBack(in *instance, i int32) {
	op := &in.fn.Ops[i]
	kind := backKind(op.Call.Hands)
	if kind == called && op.Call.Async {
		kind = beside // go once.Do(f)
	}
	for k, a := range op.Args {
		var methods []string
		if k < len(op.Call.Ifaces) {
			methods = op.Call.Ifaces[k]
		}
		if a == 0 || op.Call.Method && k == 0 || later(op, k) {
			continue
		}
		s.each(in.slot(a), func(n int32) { s.handedOver(in, i, n, kind, methods, true) })
	}
}

func backKind(h unit.Hands) callKind {
	switch h {
	case unit.HandsServes:
		return served
	case unit.HandsBeside:
		return beside
	case unit.HandsRuns:
		return command
	}
	return called
}

// handedOver calls back one object. Arguments of variable number come in a slice,
// and commands of a command in its fields.
func (s *solver) handedOver(in *instance, i, n int32, kind callKind, methods []string, into bool) {
	o := &s.objects[s.nodes[n].object]
	if o.function != "" {
		s.callFunction(in, i, n, kind, nil)
		return
	}
	s.useHeld(in, i, n, kind)
	if into && strings.HasPrefix(s.nodes[n].typ, "[") {
		s.each(s.contentOf(s.child(n, anyElement, "")), func(m int32) { s.handedOver(in, i, m, kind, methods, false) })
		return
	}
	for _, m := range methods {
		if way, ok := strings.CutPrefix(m, unit.AnyWithin); ok {
			s.partAt(n, strings.Split(way, ">"), func(m int32) {
				for _, name := range s.exported(s.nodes[m].typ) {
					if s.runsOnce(s.nodes[m].typ, name) {
						s.dispatchOn(in, i, m, name, kind, nil)
					}
				}
			})
			continue
		}
		if m == "*" {
			for _, name := range s.exported(s.nodes[n].typ) {
				s.dispatchOn(in, i, n, name, kind, nil)
			}
			continue
		}
		s.dispatchOn(in, i, n, m, kind, nil)
	}
	if kind == command && len(methods) > 0 {
		s.parts(n, 0, func(m int32) {
			for _, name := range methods {
				s.dispatchOn(in, i, m, name, kind, nil)
			}
		})
	}
}

// parts lists the fields of an object that are objects themselves.
func (s *solver) parts(n int32, depth int, then func(int32)) {
	if depth > 3 {
		return
	}
	for _, f := range s.fields[s.nodes[n].typ] {
		if s.fields[f.Type] == nil && s.methods[f.Type] == nil {
			continue
		}
		if k := s.child(n, f.ID, f.Type); k != 0 {
			then(k)
			s.parts(k, depth+1, then)
		}
	}
}

// partAt hands over what lies behind fields of an object, each given by its ID and its type.
func (s *solver) partAt(n int32, way []string, then func(int32)) {
	if len(way) == 0 {
		then(n)
		return
	}
	field, typ, _ := strings.Cut(way[0], "|")
	if k := s.child(n, field, typ); k != 0 {
		s.partAt(k, way[1:], then)
		s.each(s.contentOf(k), func(m int32) { s.partAt(m, way[1:], then) })
	}
}

// runsOnce tells a method that takes nothing: a command, which whoever finds it calls by itself.
// What takes something is called for each that comes, and when that is nobody can tell; it stays
// unreached, of which the user is told.
func (s *solver) runsOnce(typ, method string) bool {
	f := s.functions[s.methods[typ][method].Function]
	return f != nil && len(f.Params) == 1
}

func (s *solver) exported(typ string) []string {
	var out []string
	for name := range s.methods[typ] {
		if name[0] >= 'A' && name[0] <= 'Z' {
			out = append(out, name)
		}
	}
	sort.Strings(out)
	return out
}
