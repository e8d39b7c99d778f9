// Package assess decides what a holder is: whether its changes while serving
// matter to a second copy, and what kind of state it then is.
//
// The verdict is reached in the order in which a reviewer would ask:
//
//  1. is the holder of a kind that says nothing across copies (a lock, a pool,
//     metrics, a logger, a compiled pattern)? Then it is benign whatever happens
//     to it;
//  2. does anything change it while serving? If not, it is a constant or boot
//     configuration;
//  3. are all those changes fills of a memo that every copy would compute alike,
//     or a flag of the process's own life cycle? Then it is benign;
//  4. else it is state, and its category follows from what it is made of, how it
//     is changed and what it is called, in that order of trust.
package assess

import (
	"slices"
	"strconv"

	"github.com/stateaudit/stateaudit/internal/catalog"
	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// Assessment is the verdict on one holder.
type Assessment struct {
	Holder   *program.Holder
	State    bool   // copies can disagree about it, or do its work twice
	Harmless string // why not, if it changes all the same
	Category result.Category
	Group    result.Group // empty for none
	Writes   []program.Change
	Memo     bool // filled when empty
	// Crossing is how what a request sets there reaches others of this process, where it
	// is harmless otherwise; empty if it does not.
	Crossing Crossing
	// Siblings are fields of the same object that change together with the
	// holder: its expiry, its size.
	Siblings []*program.Holder
	// Within are fields of what it keeps of which there is nothing else to say.
	Within []*program.Holder
	Facts  Facts
}

// Facts are what can be said of what is kept.
type Facts struct {
	Bounded     Tri
	Expires     Tri
	Invalidated bool
	// Library says that a type of a library decides both, so that not to have seen
	// either says nothing.
	Library bool
	Sources []Source
	// Renewer is the function by which each copy asks the database whether what it
	// keeps is old; nil if none was seen.
	Renewer *program.Function
	// Refresher is the function by which each copy puts a new value there from time to
	// time, whoever asks for it; nil if something else does.
	Refresher *program.Function
	// Scanned says that all of it was read from files of the host.
	Scanned bool
	// Watched says that only what follows the files of the host changes it.
	Watched bool
	// Answered says that it is channels through which only such things are put as their
	// senders wait for.
	Answered bool
}

// Tri is yes, no or not known.
type Tri int

// The three answers.
const (
	NotKnown Tri = iota
	Yes
	No
)

// All assesses every holder of a program, in the order of their IDs.
func All(p *program.Program, src *Sources) []Assessment {
	var out []Assessment
	for _, h := range p.Holders() {
		if h.PerRequest && !h.Test {
			if a, ok := leaves(p, h); ok {
				out = append(out, a)
			}
		}
		if h.Test || h.PerRequest || p.MadeForRequests(h) {
			continue
		}
		if a, ok := assess(p, src, h); ok {
			out = append(out, a)
		}
	}
	return joinWithin(p, joinSiblings(p, out))
}

// assess gives the verdict on one holder; false if there is nothing to say.
func assess(p *program.Program, src *Sources, h *program.Holder) (Assessment, bool) {
	a := Assessment{Holder: h}
	entry, known := lookup(p.Catalog, h)
	if known {
		switch entry.Kind {
		case catalog.Constant:
			if h.Kind != unit.Attribute || !replaced(h) {
				return a, false
			}
			known = false // a variable of a library is given another
		case catalog.Sync, catalog.Logger, catalog.Metrics, catalog.Config:
			return a, false
		case catalog.Client, catalog.Remote:
			if isCollection(h.Type) && brings(p, h) {
				break
			}
			return client(h, a), p.Keeps(h) && !borrowed(h)
		case catalog.Schedule:
			return scheduler(h, a)
		}
	}
	limiter, limits := limitsWithin(p, h)
	if !limits && (keepsClients(p, h) || poolsConnections(h)) && !brings(p, h) {
		return client(h, a), p.Keeps(h) && !borrowed(h)
	}
	a.Writes = serving(h)
	if len(a.Writes) == 0 {
		return a, false
	}
	switch {
	case limits:
		entry = limiter
	case !known:
		entry = elements(p, h)
	}
	a.Memo = isMemo(src, h, a.Writes)
	if a.Memo && keepsClient(p, h) {
		return client(h, a), p.Keeps(h)
	}
	a.Facts = facts(p, src, h, entry, a.Writes)
	a.Category = categorise(p, src, h, entry, a)
	a.Group = group(p, h, entry, a)
	a.Facts.Scanned = scanned(p, src, a)
	a.Facts.Watched = watched(p, src, a)
	a.Facts.Refresher = refresher(p, a)
	a.Facts.Answered = answered(a)
	a.Harmless = harmless(p, src, h, a)
	a.State = a.Harmless == ""
	if !a.State {
		a.Crossing = crossing(p, h, a)
	}
	return a, true
}

// replaced tells a place into which something else is put while serving.
func replaced(h *program.Holder) bool {
	return slices.ContainsFunc(serving(h), func(c program.Change) bool {
		return c.Kind == unit.Write && !c.Reset && !c.Lazy && len(c.Place.Path) == 0
	})
}

func client(h *program.Holder, a Assessment) Assessment {
	a.Category, a.Group, a.Harmless = result.Client, result.ClientPool, "a connection pool of this process"
	a.Writes = serving(h)
	return a
}

// borrowed tells a holder that is only ever given what another place keeps: a
// client that is passed from object to object is one client.
func borrowed(h *program.Holder) bool {
	if h.Value.Kind != unit.Unknown && h.Value.Kind != unit.Nil {
		return false
	}
	for _, v := range h.Values {
		if v.Kind != unit.PlaceValue && v.Kind != unit.Nil {
			return false
		}
	}
	return len(h.Values) > 0
}

// scheduler is state by being there: what it starts, it starts in every copy.
// One that nobody uses is none.
func scheduler(h *program.Holder, a Assessment) (Assessment, bool) {
	a.Category, a.State, a.Writes = result.Worker, true, serving(h)
	return a, len(h.Reads)+len(h.Changes) > 0
}

// serving lists the changes made while requests are served, resets last.
func serving(h *program.Holder) []program.Change {
	var out []program.Change
	for _, c := range h.Changes {
		if c.Phase == result.Serving {
			out = append(out, c)
		}
	}
	return out
}

// isMemo tells whether every change that puts something in happens only while
// the place is empty.
func isMemo(src *Sources, h *program.Holder, writes []program.Change) bool {
	fills := 0
	for i, c := range writes {
		if c.Reset {
			continue
		}
		if !c.Lazy || collects(h, c) || c.Refused && handedIn(src, h, c) || raises(c) && slices.ContainsFunc(writes[i+1:], func(next program.Change) bool {
			return next.Function == c.Function && raises(next) && next.Value.Text != c.Value.Text
		}) {
			return false
		}
		fills++
	}
	return fills > 0
}

// collects tells a change that puts what callers give at the end of a list that does not
// have it, and that others read: the list is what was ever given, and no answer to a
// question. What all of them name as a constant is there in every copy.
func collects(h *program.Holder, c program.Change) bool {
	switch c.Op {
	case "<<", "push", "append", "unshift", "prepend", "concat", "add":
	default:
		return false
	}
	v := c.Value
	if v == nil || v.Kind != unit.PlaceValue || v.Place == nil || v.Place.Root != unit.RootParam || c.Function.ID != c.In {
		return false
	}
	number, err := strconv.Atoi(v.Place.Name)
	asked := slices.ContainsFunc(h.Reads, func(r program.Change) bool { return r.Phase == result.Serving && r.In != c.In })
	if err != nil || !asked {
		return false
	}
	return slices.ContainsFunc(c.Function.Callers(), func(from *program.Function) bool {
		return from.Serving && slices.ContainsFunc(from.CallsOf(c.Function), func(call *unit.Call) bool {
			return number < len(call.Args) && !constant(&call.Args[number])
		})
	})
}

// handedIn tells a change that keeps what its caller or a request brings, or the way to stop
// what was started. Where such a thing is refused if there is one already, it is no answer
// that could be worked out again.
func handedIn(src *Sources, h *program.Holder, c program.Change) bool {
	v := c.Value
	if v == nil {
		return false
	}
	found := src.of(h, v)
	if src.computed(v) {
		found = append(found, src.fetched(c.In)...)
	}
	if slices.ContainsFunc(found, func(s Source) bool { return s != FromRequest && s != FromCaller && s != FromClock }) {
		return false
	}
	return c.Key != nil && isTime(v.Type) || stops(v.Type) || brought(src, v)
}

// stops tells the type of what ends work that goes on: a function without anything to say, a
// channel that carries nothing.
func stops(t string) bool {
	return t == "context.CancelFunc" || t == "func()" || isChannel(t) && signals(t)
}

// brought tells a value that comes from the caller or a request, and an object with such a part.
func brought(src *Sources, v *unit.Value) bool {
	switch v.Kind {
	case unit.PlaceValue:
		return v.Place != nil && (v.Place.Root == unit.RootParam || ofRequest(v.Place))
	case unit.Result:
		return slices.Contains(src.classifyName(v.Callee), FromRequest) ||
			isNumber(v.Type) && src.p.Function(v.Callee) == nil && slices.ContainsFunc(v.Parts, func(part unit.Value) bool { return brought(src, &part) })
	case unit.New, unit.Collection:
		return slices.ContainsFunc(v.Parts, func(part unit.Value) bool { return stops(part.Type) || brought(src, &part) })
	}
	return false
}

// constant tells a value that the code itself spells.
func constant(v *unit.Value) bool {
	switch v.Kind {
	case unit.Literal, unit.Func, unit.Nil:
		return true
	case unit.PlaceValue:
		return v.Place != nil && v.Place.Root == unit.RootHolder && len(v.Place.Path) == 0
	}
	return false
}

// raises tells a change that sets a flag. One that its function raises if it is down, and
// lowers again, keeps others out.
func raises(c program.Change) bool {
	return c.Kind == unit.Write && c.Op == "=" && c.Value != nil && c.Value.Kind == unit.Literal && c.Value.Type == "Boolean"
}

// lookup finds what the catalogue says of the holder's type, or of the value it
// is first set to when the type is an interface or not written.
func lookup(c *catalog.Catalog, h *program.Holder) (catalog.Entry, bool) {
	for _, t := range []string{h.Type, h.Value.Type, typeOfCallee(h.Value.Callee)} {
		if t == "" {
			continue
		}
		if e, ok := c.Lookup(t); ok {
			return e, true
		}
	}
	return catalog.Entry{}, false
}

// typeOfCallee takes Foo::Bar.new for Foo::Bar.
func typeOfCallee(callee string) string {
	const suffix = ".new"
	if len(callee) > len(suffix) && callee[len(callee)-len(suffix):] == suffix {
		return callee[:len(callee)-len(suffix)]
	}
	return ""
}

// Rule that reports an assessment of this category.
func (a Assessment) Rule() string {
	switch a.Category {
	case result.Cache:
		return "in-process-cache"
	case result.Client:
		return "connection-pool"
	case result.Worker:
		return "in-process-worker"
	case result.Lock:
		return "in-process-lock"
	case result.Session:
		return "session-in-process"
	}
	return "mutable-singleton"
}

// IsScalar tells whether the holder is a number, flag or string.
func isScalar(t string) bool {
	switch t {
	case "int", "int8", "int16", "int32", "int64", "uint", "uint8", "uint16", "uint32", "uint64", "bool", "string",
		"float32", "float64", "error", "uintptr", "byte", "rune", "Integer", "String", "Float", "Boolean", "Symbol", "Time", "TrueClass", "FalseClass",
		"str", "float", "bytes", "datetime.datetime":
		return true
	}
	return false
}
