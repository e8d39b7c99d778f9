package ruby

import (
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// topName and bodyName name the functions that nobody wrote: the top level of
// a file and the body of a class.
const (
	topName  = "<top>"
	bodyName = "<body>"
)

// selfKind says what self is.
type selfKind int

const (
	selfNone     selfKind = iota // top level, views, blocks of unknown self
	selfInstance                 // an instance of the owner
	selfClass                    // the owner itself
)

// local is a variable of a function.
type local struct {
	name  string
	value unit.Value
	place *unit.Place // what it is another name of, if that is known
	// others are what it is a name of if another branch was taken, and elements
	// those of the collection of which it is a copy.
	others   []*unit.Place
	elements *unit.Place
	at       *node
	param    bool // of a method or block
	// number is that of a parameter, from 1, and block says that it is the block.
	number int
	block  bool
	// session is the store that the local is another name of.
	session string
}

// scope is where a piece of code stands. It is copied where something holds
// for a part of a function only; locals and the function are shared.
type scope struct {
	fn     *unit.Function
	outer  *scope // the scope around a function made from a block
	owner  string // class or module in which the code stands
	self   selfKind
	body   *body // set directly in a class body
	locals map[string]*local
	guards []string
	empty  []unit.Place   // places known to be empty here
	env    string         // environment that a branch of configuration is for
	when   unit.Condition // what must hold for configuration to run this
	given  passed         // what the caller is known to have passed here
	tx     bool
	ensure bool
	failed bool // in a rescue clause
	async  bool
	loop   bool
	maybe  bool // under a condition, or in a block
	until  int  // the last line of the innermost of these
	main   bool // in a loop that nothing leaves
	init   bool // in initialize
	never  bool // not in production: fn is a copy that is thrown away
}

// body is the state that directives in a class body leave behind.
type body struct {
	visibility     string
	moduleFunction bool            // module_function, extend self
	functions      map[string]bool // names given to module_function
	singleton      bool            // class << self
	classMethods   bool            // class_methods do, module ClassMethods
	filters        []filter        // what runs before actions and refuses
}

// top is the scope of the top level of the file.
func (f *file) top() *scope {
	role, note := unit.Initializer, "top level of a file, runs when it is loaded"
	if f.class.view {
		role, note = unit.Handler, "view"
	}
	fn := &unit.Function{
		ID: f.unit.Path + ":" + topName, Symbol: f.unit.Path, Name: topName,
		Location: f.region(0, len(f.src)), Roles: []unit.Role{role}, RoleNote: note,
	}
	if f.class.tool {
		fn.Roles, fn.RoleNote = []unit.Role{unit.Tool}, "runs in a process of its own"
	}
	f.addFunction(fn)
	return &scope{fn: fn, locals: map[string]*local{}, env: f.class.env, body: &body{}}
}

// inClass is the scope of a class body.
func (f *file) inClass(s *scope, id string, n *node) *scope {
	key := id + "." + bodyName + "@" + f.unit.Path
	fn := f.byID[key]
	if fn == nil {
		fn = f.addFunction(f.bodyFunction(id, key, n))
	}
	b := &body{classMethods: strings.HasSuffix(id, "::ClassMethods")}
	return &scope{fn: fn, owner: id, self: selfClass, body: b, locals: map[string]*local{}, env: s.env, when: s.when}
}

// bodyFunction is the function that stands for the code in a class body.
func (f *file) bodyFunction(id, key string, n *node) *unit.Function {
	fn := &unit.Function{
		ID: key, Symbol: id, Name: bodyName, Owner: id, Location: f.at(n),
		Roles: []unit.Role{unit.Initializer}, RoleNote: "body of a class, runs when it is loaded",
	}
	if f.class.tool {
		fn.Roles, fn.RoleNote = []unit.Role{unit.Tool}, "runs in a process of its own"
	}
	return fn
}

// later is the scope of a block that is a function of its own.
func (s *scope) later(fn *unit.Function) *scope {
	return &scope{fn: fn, outer: s, owner: s.owner, self: s.self, locals: map[string]*local{}, env: s.env, when: s.when, never: s.never}
}

// guarded is the scope while a lock is held.
func (s *scope) guarded(lock string) *scope {
	inner := *s
	inner.guards = append(append([]string(nil), s.guards...), lock)
	return &inner
}

// knowing is the scope in which places are known to be empty.
func (s *scope) knowing(empty []unit.Place) *scope {
	if len(empty) == 0 {
		return s
	}
	inner := *s
	inner.empty = append(append([]unit.Place(nil), s.empty...), empty...)
	return &inner
}

// passed says what a caller must have passed: the parameter of a number, from 1, or a
// block; either will do where both are there.
type passed struct {
	number int
	block  bool
}

// either is what must have been passed if one of two things was.
func (p passed) either(q passed) passed {
	if p == (passed{}) || q == (passed{}) {
		return passed{}
	}
	out := passed{number: p.number, block: p.block || q.block}
	if out.number == 0 || q.number != 0 && q.number < out.number {
		out.number = q.number // who passes the later one has passed the earlier too
	}
	return out
}

// both is what must have been passed if two things were: the later parameter.
func (p passed) both(q passed) passed {
	if q.number > p.number || p == (passed{}) {
		return q
	}
	return p
}

// giving is the scope in which something is known to be passed.
func (s *scope) giving(what passed) *scope {
	if what == (passed{}) {
		return s
	}
	inner := *s
	inner.given = what
	return &inner
}

// atBoot tells whether the function is one of those that run at load only.
func (s *scope) atBoot() bool {
	return s.fn.Name == topName || s.fn.Name == bodyName
}

// find looks a local up, also in the functions around a block. The second
// result is the scope that has it.
func (s *scope) find(name string) (*local, *scope) {
	for at := s; at != nil; at = at.outer {
		if l := at.locals[name]; l != nil {
			return l, at
		}
	}
	return nil, nil
}

// set gives a local a value and, if known, the place that it is a name of.
func (s *scope) set(name string, value unit.Value, place *unit.Place, at *node) {
	s.locals[name] = &local{name: name, value: value, place: place, at: at}
}

// selfPlace is the place of self, or nil where self is not known.
func (s *scope) selfPlace() *unit.Place {
	switch s.self {
	case selfInstance:
		return &unit.Place{Root: unit.RootReceiver}
	case selfClass:
		return &unit.Place{Root: unit.RootHolder, Name: s.owner}
	}
	return nil
}

// join makes the ID of a name in a namespace.
func join(owner, name string) string {
	if rest, absolute := strings.CutPrefix(name, "::"); absolute {
		return rest
	}
	if owner == "" {
		return name
	}
	return owner + "::" + name
}
