package python

import (
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// local is a variable of a function.
type local struct {
	value unit.Value
	at    *node
}

// scope is where a piece of code stands. It is copied where something holds for a
// part of a function only; locals and the function are shared.
type scope struct {
	fn     *unit.Function
	outer  *scope // the function around it, nil at the top of a module
	class  string // set in the body of a class: its ID
	owner  string // the class whose instance self is
	locals map[string]*local
	names  map[string]bool // what the function binds
	global map[string]bool // declared global, or bound by a function around it
	guards []string
	empty  []unit.Place // places known to be empty here
	tx     bool
	ensure bool
	async  bool   // what is called next is not waited for
	loop   bool   // inside a loop without end
	data   bool   // in the body of a class whose variables are those of its objects
	init   bool   // while an object is made
	when   string // what is tested around statements at the top of a module
	after  bool   // after the point where a generator hands out
	// manager says that what it yields is what a with statement hands to its block.
	manager bool
}

// top tells code that runs when the module is loaded.
func (s *scope) top() bool { return s.outer == nil && s.names == nil }

// guarded is the scope while something is held.
func (s *scope) guarded(lock string) *scope {
	inner := *s
	inner.guards = append(slices.Clone(s.guards), lock)
	return &inner
}

// knowing is the scope in which places are known to be empty.
func (s *scope) knowing(empty []unit.Place) *scope {
	if len(empty) == 0 {
		return s
	}
	inner := *s
	inner.empty = append(slices.Clone(s.empty), empty...)
	return &inner
}

// isEmpty tells whether a place is known to be empty.
func (s *scope) isEmpty(place unit.Place) bool {
	return slices.ContainsFunc(s.empty, func(e unit.Place) bool { return samePlace(e, base(place)) })
}

func samePlace(a, b unit.Place) bool {
	return a.Root == b.Root && a.Name == b.Name && slices.Equal(a.Path, b.Path)
}

// base is the collection of which a place is an element.
func base(place unit.Place) unit.Place {
	for n := len(place.Path); n > 0 && handsOutElement(place.Path[n-1]); n-- {
		place.Path = place.Path[:n-1]
	}
	return place
}

// maxSteps bounds how far a place is followed.
const maxSteps = 8

// step walks on from a place; nil where that goes too far.
func step(place *unit.Place, to ...string) *unit.Place {
	if place == nil || len(place.Path)+len(to) > maxSteps {
		return nil
	}
	path := make([]string, 0, len(place.Path)+len(to))
	return &unit.Place{Root: place.Root, Name: place.Name, Path: append(append(path, place.Path...), to...)}
}

// called is the place that a call of what stands at a place hands out.
func called(place *unit.Place) *unit.Place {
	if place == nil {
		return nil
	}
	if n := len(place.Path); n > 0 && place.Path[n-1][0] == '.' && !strings.HasSuffix(place.Path[n-1], "()") {
		out := step(place)
		out.Path[n-1] += "()"
		return out
	}
	return step(place, "()")
}

// rooted is the place of a name: an ID, or a name in the space of imports.
func rooted(name string) *unit.Place { return &unit.Place{Root: unit.RootHolder, Name: name} }

// lookup is the value of a name where it is used.
func (f *file) lookup(s *scope, name string) (unit.Value, bool) {
	for at := s; at != nil; at = at.outer {
		if at.global[name] {
			continue
		}
		if l := at.locals[name]; l != nil && !at.top() {
			if at.fn == s.fn {
				return l.value, true
			}
			return f.captured(at, name, l), true
		}
		if at.names[name] {
			return unit.Value{}, true // bound later, or on another way
		}
	}
	if place := f.global(name); place != nil {
		return unit.Value{Kind: unit.PlaceValue, Place: place}, true
	}
	return unit.Value{}, false
}

// global is the place of a name of the module.
func (f *file) global(name string) *unit.Place {
	if to := f.imported[name]; to != "" {
		return rooted(">" + to)
	}
	if !f.names[name] && builtin(name) {
		return rooted(">builtins." + name)
	}
	if f.names[name] || len(f.stars) > 0 {
		return rooted(f.module + "." + name)
	}
	return nil
}

// captured is the holder that a local becomes when a function inside keeps it. What
// is another name of some place stays that.
func (f *file) captured(at *scope, name string, l *local) unit.Value {
	if p := l.value.Place; p != nil {
		switch p.Root {
		case unit.RootHolder, unit.RootReceiver:
			return l.value
		case unit.RootParam:
			return unit.Value{Kind: unit.PlaceValue, Text: name, Place: &unit.Place{Root: unit.RootUnknown, Name: at.fn.ID + ofOuter + p.Name, Path: p.Path}}
		}
		return unit.Value{Text: name}
	}
	id := at.fn.ID + "/" + name
	f.declare(unit.Holder{
		ID: id, Symbol: f.symbol(at.fn.ID) + "." + name, Name: name, Kind: unit.Captured, Owner: at.fn.ID,
		Type: l.value.Type, Value: prune(l.value, valueDepth), Location: f.at(l.at), Comment: f.comment(l.at),
	})
	return unit.Value{Kind: unit.PlaceValue, Place: rooted(id)}
}

// ofOuter stands between the ID of a function around and the number of its parameter, in
// places of functions inside it.
const ofOuter = "/#"

// set gives a local a value.
func (s *scope) set(name string, v unit.Value, at *node) {
	if old := s.locals[name]; old != nil && (v.Kind == unit.Nil || v.Kind == unit.Unknown) && old.value.Place != nil && len(s.empty) > 0 {
		return
	}
	s.locals[name] = &local{value: v, at: at}
}

// bind lists the names that statements bind, without those of functions and classes
// inside; imports are told apart.
func (f *file) bind(list []*node, into, outside map[string]bool) {
	for _, n := range list {
		f.bindOne(n, into, outside)
	}
}

func (f *file) bindOne(n *node, into, outside map[string]bool) {
	switch n.Kind {
	case "function_definition", "class_definition":
		into[f.text(n.Child("name"))] = true
		return
	case "lambda":
		return
	case "list_comprehension", "set_comprehension", "dictionary_comprehension", "generator_expression":
		return // bound inside only; what a walrus binds there is missed
	case "global_statement", "nonlocal_statement":
		for _, name := range n.Kids {
			if outside != nil {
				outside[f.text(name)] = true
			}
		}
		return
	case "assignment", "augmented_assignment", "for_statement":
		f.bindTarget(n.Child("left"), into)
	case "named_expression":
		f.bindTarget(n.Child("name"), into)
	case "as_pattern_target":
		f.bind1(n, into)
	case "import_statement", "import_from_statement":
		for _, name := range n.Kids {
			if name.Field != "name" {
				continue
			}
			bound := name
			if alias := name.Child("alias"); alias != nil {
				bound = alias
			}
			first, _, _ := strings.Cut(f.text(bound), ".")
			into[first] = true
		}
		return
	}
	f.bind(n.Kids, into, outside)
}

func (f *file) bind1(n *node, into map[string]bool) {
	if len(n.Kids) == 0 {
		into[f.text(n)] = true
		return
	}
	for _, kid := range n.Kids {
		f.bindTarget(kid, into)
	}
}

func (f *file) bindTarget(n *node, into map[string]bool) {
	if n == nil {
		return
	}
	switch n.Kind {
	case "identifier":
		into[f.text(n)] = true
	case "pattern_list", "tuple_pattern", "list_pattern", "list_splat_pattern", "expression_list", "tuple", "list", "parenthesized_expression":
		for _, kid := range n.Kids {
			f.bindTarget(kid, into)
		}
	}
}
