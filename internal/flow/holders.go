package flow

import (
	"slices"
	"sort"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// life says how an object lasts.
type life uint8

const (
	passing life = iota
	entry        // in a collection that lasts, put there while serving
	single       // as long as the process
)

// holders decides which objects outlast a request and by which declaration a
// reader knows them.
type holders struct {
	s     *solver
	lives []life
	// heldAt are the nodes at which an object is kept.
	heldAt [][]int32
	// captors are the functions that keep an object.
	captors map[int32][]int32
	// kept counts the lasting objects with a type's fields.
	kept  map[string][]int32
	known map[int32]answer
	search
	// ofMany is for each object whether it is one of many, see many.
	ofMany []bool
	// rounds is for each instance whether a loop runs it time and again, see again.
	rounds []bool
	// building, putters and runs are what stillBuilt has found.
	building map[buildKey]bool
	putters  map[int32][]*instance
	runs     map[*instance]map[*instance]bool
}

// search is what the walk up from one place remembers while it goes on. What keeps an object may
// itself be held at hundreds of places, six steps up: without a memory of where nothing was found
// each of them is walked again from each of the others.
type search struct {
	walk int // which one it is
	// under are the places whose keeper is being looked for.
	under map[int32]bool
	// vain are the places above which nothing was found in this walk, and from how far up.
	vain map[int32]dead
	// cut counts the times that a walk was given up rather than ended.
	cut int
}

type dead struct{ walk, depth int }

type answer struct {
	holder, part string
	// several says that what keeps the object is named, since there are more of its type.
	several bool
	// vague says that the holder is one of several places that the object was only
	// handed to.
	vague bool
}

func newHolders(s *solver) *holders {
	h := &holders{s: s, lives: make([]life, len(s.objects)), heldAt: make([][]int32, len(s.objects)), kept: map[string][]int32{}, known: map[int32]answer{}, captors: map[int32][]int32{},
		search:   search{under: map[int32]bool{}, vain: map[int32]dead{}},
		building: map[buildKey]bool{}, runs: map[*instance]map[*instance]bool{}}
	h.holdings()
	h.live()
	h.captures()
	for i := 1; i < len(s.objects); i++ {
		if o := &s.objects[i]; h.lives[i] == single && o.function == "" && !o.foreign && !o.sample && o.typ != "" {
			h.kept[o.typ] = append(h.kept[o.typ], int32(i))
		}
	}
	h.parts()
	return h
}

// parts counts objects that lie by value in others.
func (h *holders) parts() {
	for i := 1; i < len(h.s.nodes); i++ {
		n := &h.s.nodes[i]
		if n.parent != 0 && h.lives[n.object] == single && n.typ != "" && !isElement(n.step) && h.s.methods[n.typ] != nil && len(n.kids) > 0 {
			h.kept[n.typ] = append(h.kept[n.typ], int32(-i))
		}
	}
}

// holdings turns contents around.
func (h *holders) holdings() {
	s := h.s
	for i := 1; i < len(s.nodes); i++ {
		if s.nodes[i].content == 0 {
			continue
		}
		for _, n := range s.vars[s.nodes[i].content].all {
			o := s.nodes[n].object
			if at := h.heldAt[o]; len(at) == 0 || at[len(at)-1] != int32(i) {
				h.heldAt[o] = append(at, int32(i))
			}
		}
	}
}

// captures lists the functions that have captured each object: what keeps a function
// keeps what it works on.
func (h *holders) captures() {
	s := h.s
	for i := 1; i < len(s.objects); i++ {
		f := &s.objects[i]
		if f.function == "" || f.maker == nil || !h.lasts(int32(i)) {
			continue
		}
		for _, a := range f.maker.fn.Ops[f.op].Args {
			v := f.maker.slot(a)
			if v == 0 {
				continue
			}
			for _, n := range s.vars[v].all {
				o := s.nodes[n].object
				h.captors[o] = append(h.captors[o], int32(i))
			}
		}
	}
}

// bornAtBoot tells an object that boot makes and no request does. What a loop makes in
// each of its rounds is none, though boot runs into the loop.
func (h *holders) bornAtBoot(o *object) bool {
	return o.maker == nil && !o.carried || o.maker != nil && o.maker.boot && !o.maker.serving && !o.maker.fn.Ops[o.op].Loop
}

// live walks from what lasts by itself to what it leads to. What is reached through
// the elements of a collection, and was not made at boot, is one of its entries.
func (h *holders) live() {
	s := h.s
	var queue []int32
	mark := func(o int32, l life) {
		if l > h.lives[o] && !h.endsWithMaker(o) {
			h.lives[o] = l
			queue = append(queue, o)
		}
	}
	for i := 1; i < len(s.objects); i++ {
		if o := &s.objects[i]; o.maker == nil && o.function == "" && !o.carried {
			mark(int32(i), single)
		}
	}
	h.handedToServing(func(n int32) { mark(s.nodes[n].object, single) })
	nodes := h.nodesOf()
	for len(queue) > 0 {
		o := queue[0]
		queue = queue[1:]
		if m := s.objects[o].maker; s.objects[o].function != "" && m != nil {
			for _, a := range m.fn.Ops[s.objects[o].op].Args {
				if v := m.slot(a); v != 0 {
					for _, n := range s.vars[v].all {
						mark(s.nodes[n].object, h.lives[o])
					}
				}
			}
		}
		for _, a := range s.held[s.objects[o].node] {
			for _, n := range s.vars[a.slot].all {
				mark(s.nodes[n].object, h.lives[o])
			}
		}
		for _, n := range nodes[o] {
			if s.nodes[n].content == 0 {
				continue
			}
			within, leads := h.elements(n)
			for _, m := range s.vars[s.nodes[n].content].all {
				o, to := s.nodes[m].object, h.lives[o]
				switch born := h.bornAtBoot(&s.objects[o]); {
				case leads == inTransit && born && !h.isTask(o, nodes[o]):
					to = single
				case leads != lasting:
					continue
				case born:
					to = single
				case within:
					to = entry
				}
				mark(o, to)
			}
		}
	}
}

// endsWithMaker tells an object that only programs and commands make which end after they have
// started, where others go on: what shares their code serves elsewhere.
func (h *holders) endsWithMaker(object int32) bool {
	made := h.entriesOf(object)
	return !made.empty() && !h.s.lasting.empty() && !made.meets(h.s.lasting)
}

// isTask tells a message that is something to be done: a function, or what brings one along. Who
// takes it runs it once. Other messages of boot may be put back, as those of a pool are.
func (h *holders) isTask(object int32, nodes []int32) bool {
	s := h.s
	if s.objects[object].function != "" {
		return true
	}
	return slices.ContainsFunc(nodes, func(n int32) bool {
		return s.nodes[n].content != 0 && slices.ContainsFunc(s.vars[s.nodes[n].content].all, func(m int32) bool {
			return s.objects[s.nodes[m].object].function != ""
		})
	})
}

// handedToServing lists what boot hands to the functions that serve: what they are
// closed over, called on and given. With what stands at package level it is all
// that serving can begin with.
func (h *holders) handedToServing(mark func(n int32)) {
	s := h.s
	w := walker{s: s}
	given := func(in *instance) {
		for _, slots := range [][]unit.Slot{in.fn.Params, in.fn.Captures} {
			for _, sl := range slots {
				if v := in.slot(sl); v != 0 {
					for _, n := range s.vars[v].all {
						if h.bornAtBoot(&s.objects[s.nodes[n].object]) {
							mark(n)
						}
					}
				}
			}
		}
	}
	for _, in := range s.instances {
		if in.serving && in.via[serving].begin && in.via[serving].from == nil {
			given(in)
		}
		if !in.boot {
			continue
		}
		for _, c := range in.calls {
			if c.to.serving && w.over(step{in, boot}, c) == serving {
				given(c.to)
			}
		}
	}
}

// What stands at a place within a collection.
const (
	lasting   = iota // stays until it is taken out
	inTransit        // a message that whoever takes it next takes away
	unknown          // may be there or not
)

// elements tells whether a place lies in an element of a collection, and what stands
// there: in collections of the language, and in containers of the standard library,
// entries.
func (h *holders) elements(n int32) (within bool, leads int) {
	for m := n; h.s.nodes[m].parent != 0; m = h.s.nodes[m].parent {
		if !isElement(h.s.nodes[m].step) {
			continue
		}
		typ := h.s.nodes[h.s.nodes[m].parent].typ
		switch {
		case isChannel(typ):
			return true, inTransit
		case strings.ContainsAny(typ, "[ ") || h.s.methods[typ] != nil || holdsEntries(typ):
			within = true
		default:
			return true, unknown
		}
	}
	return within, lasting
}

// holdsEntries tells the containers of the standard library. What else is handed
// to code outside the checkout, such as a row to a database, need not stay there.
func holdsEntries(typ string) bool {
	return strings.HasPrefix(typ, "sync.Map") || strings.HasPrefix(typ, "sync/atomic.") || strings.HasPrefix(typ, "container/")
}

// nodesOf lists the nodes of each object.
func (h *holders) nodesOf() [][]int32 {
	out := make([][]int32, len(h.s.objects))
	for i := 1; i < len(h.s.nodes); i++ {
		o := h.s.nodes[i].object
		out[o] = append(out[o], int32(i))
	}
	return out
}

func (h *holders) lasts(object int32) bool { return h.lives[object] != passing }

const maxUp = 6

// at finds the declaration that a place belongs to: the deepest field on the way
// to it, if the process has one object of that type; else what keeps the object.
func (h *holders) at(n int32, depth int) answer {
	if depth == 0 {
		h.walk++
	}
	if a, ok := h.known[n]; ok {
		return a
	}
	// What keeps itself is kept by something else.
	if d, ok := h.vain[n]; depth > maxUp || h.under[n] || ok && d.walk == h.walk && d.depth <= depth {
		h.cut++
		return answer{}
	}
	h.under[n] = true
	before := h.cut
	a := h.find(n, depth)
	delete(h.under, n)
	switch {
	case depth == 0 || a.holder != "" || h.cut == before:
		h.known[n] = a
	default:
		h.vain[n] = dead{h.walk, depth}
	}
	return a
}

func (h *holders) find(n int32, depth int) answer {
	s := h.s
	object := s.nodes[n].object
	o := &s.objects[object]
	field, owner := "", int32(0)
	for m := n; s.nodes[m].parent != 0; m = s.nodes[m].parent {
		if step := s.nodes[m].step; !isElement(step) && !strings.HasPrefix(step, ".") {
			field, owner = step, s.nodes[m].parent
			break
		}
	}
	if field == "" {
		if o.holder != "" && !h.ofEntry(object) {
			return answer{holder: o.holder}
		}
		a, sole := h.keepers(object, depth)
		if a.holder == "" && depth == 0 {
			a, sole = h.throughCaptors(object)
		}
		a.vague = a.vague || !sole
		return a
	}
	if h.s.bundles[field[:strings.LastIndexByte(field, '.')]] {
		return answer{} // it only hands on what others keep
	}
	if h.lives[object] == single && h.unique(field) && (!h.oneOfMany(owner) || h.amongOthers(object)) {
		return answer{holder: field}
	}
	// The part that the field belongs to may lie by value in a field or variable.
	if s.nodes[owner].parent != 0 {
		if a := h.at(owner, depth+1); a.holder != "" {
			return answer{a.holder, field, true, a.vague}
		}
	} else if o.holder != "" && !h.ofEntry(object) {
		return answer{holder: o.holder, part: field, several: true}
	}
	if a, sole := h.keepers(object, depth); a.holder != "" && (sole && !a.vague || h.lives[object] != single) {
		return answer{a.holder, field, true, false}
	}
	// What is made while serving and has several keepers is a part of what those keep.
	if h.lives[object] == single && h.bornAtBoot(o) {
		return answer{holder: field}
	}
	return answer{}
}

// ofEntry tells a variable that lasts only since a function that captured it is part of an
// entry of a collection: a session and its callbacks in a register of sessions. Each session
// has its own, and what the process has is the register.
func (h *holders) ofEntry(object int32) bool {
	o := &h.s.objects[object]
	return h.lives[object] == entry && o.maker != nil
}

// unique tells a field of which the process has one place.
func (h *holders) unique(field string) bool {
	kept := h.kept[field[:strings.LastIndexByte(field, '.')]]
	if len(kept) <= 1 {
		return true
	}
	var taken entrySet
	for _, at := range kept {
		entries := h.entriesOf(at)
		if entries.empty() || taken.meets(entries) {
			return false
		}
		taken.join(entries)
	}
	return true
}

// entriesOf are the programs that have an object, or the object around a part, which
// is given by its node, negative.
func (h *holders) entriesOf(at int32) entrySet {
	if at < 0 {
		at = h.s.nodes[-at].object
	}
	if m := h.s.objects[at].maker; m != nil {
		return m.entries
	}
	return entrySet{}
}

// keeper is the place that a reader would name for an object: the variable that
// holds it, or the field of what was made together with it.
func (h *holders) keeper(object int32, depth int) answer {
	h.walk++
	best, _ := h.keepers(object, depth)
	return best
}

// How well a place names the object that it holds: the variable at package level
// best, then what was made beside it or around it, then what was given it.
const (
	byHand     = 1
	byBuilder  = 3
	bySameCode = 5
	byVariable = 6
	once       = 8 // more for a field that the process has once
)

// keepers also tells whether there is but one such place. Fields that an object was
// only handed to are names of it as good as any other.
func (h *holders) keepers(object int32, depth int) (best answer, sole bool) {
	s := h.s
	o := &s.objects[object]
	rank := -2
	for _, at := range h.heldAt[object] {
		holding := s.nodes[at].object
		if !h.lasts(holding) || holding == object {
			continue
		}
		a := h.at(at, depth+1)
		if a.holder == "" {
			continue
		}
		r := byHand
		switch m := s.objects[holding].maker; {
		case a.vague:
		case m == nil:
			r = byVariable
		case m == o.maker:
			r = bySameCode
		case !s.handedIn(m, object):
			r = byBuilder
		}
		if !a.several && !a.vague {
			r += once
		}
		if isElement(s.nodes[at].step) {
			r--
		}
		switch {
		case r > rank:
			best, rank, sole = a, r, true
		case r == rank && a.holder != best.holder:
			sole = false
			if a.holder < best.holder {
				best = a
			}
		}
	}
	return best, sole && rank != byHand && rank != byHand+once
}

// throughCaptors finds what keeps the functions that share a variable, such as the count of
// a limiter that is a function. What else such functions work on, like the connection
// of a session that they close, is a matter of the session.
func (h *holders) throughCaptors(object int32) (best answer, sole bool) {
	for _, f := range h.captors[object] {
		a, one := h.keepers(f, 1)
		switch {
		case a.holder == "" || best.holder == a.holder:
		case best.holder == "":
			best, sole = a, one
		default:
			sole = false
			if a.holder < best.holder {
				best = a
			}
		}
	}
	return best, sole
}

// handedIn tells whether an instance was given an object by its caller.
func (s *solver) handedIn(in *instance, object int32) bool {
	for _, slots := range [][]unit.Slot{in.fn.Params, in.fn.Captures} {
		for _, sl := range slots {
			if v := in.slot(sl); v != 0 && slices.ContainsFunc(s.vars[v].all, func(n int32) bool { return s.nodes[n].object == object }) {
				return true
			}
		}
	}
	return false
}

// all tells which declarations last, and who keeps the objects they belong to.
func (h *holders) all(r *Result) {
	s := h.s
	for i := 1; i < len(s.nodes); i++ {
		n := &s.nodes[i]
		if h.lives[n.object] == passing {
			continue
		}
		if n.parent == 0 {
			if o := &s.objects[n.object]; o.holder != "" && !h.ofEntry(n.object) {
				r.Kept[o.holder] = true
			}
			continue
		}
		if isElement(n.step) || strings.HasPrefix(n.step, ".") {
			continue
		}
		if len(r.Around[n.step]) < 2 {
			r.Around[n.step] = appendOnce(r.Around[n.step], h.around(n))
		}
		if r.Kept[n.step] && len(r.Keepers[n.step]) > 2 {
			continue
		}
		if h.lives[n.object] == single {
			r.Kept[n.step] = true
		}
		if k := h.keeper(n.object, 0); k.holder != "" && k.holder != n.step {
			r.Keepers[n.step] = appendOnce(r.Keepers[n.step], k.holder)
		} else if o := &s.objects[n.object]; o.holder != "" && !h.ofEntry(n.object) {
			r.Keepers[n.step] = appendOnce(r.Keepers[n.step], o.holder)
		}
	}
	for k := range r.Keepers {
		sort.Strings(r.Keepers[k])
	}
}

// around is the field of the same object that a place lies in by value; empty if there is none.
func (h *holders) around(n *node) string {
	for m := n.parent; h.s.nodes[m].parent != 0; m = h.s.nodes[m].parent {
		if step := h.s.nodes[m].step; isElement(step) {
			return ""
		} else if !strings.HasPrefix(step, ".") {
			return step
		}
	}
	return ""
}

func appendOnce(to []string, s string) []string {
	for _, have := range to {
		if have == s {
			return to
		}
	}
	return append(to, s)
}
