package assess

import (
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/catalog"
	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// isCollection tells a type that keeps several values.
func isCollection(t string) bool {
	t = strings.TrimLeft(t, "*")
	return strings.HasPrefix(t, "map[") || strings.HasPrefix(t, "[]") || t == "sync.Map" || t == "container/list.List" || isChannel(t) ||
		t == "Hash" || t == "Array" || t == "Set" || t == "dict" || t == "list" || t == "set"
}

func isChannel(t string) bool {
	return strings.HasPrefix(t, "chan ") || strings.HasPrefix(t, "chan<- ") || strings.HasPrefix(t, "<-chan ")
}

// holds lists the types of which a holder keeps values: its own, its elements',
// and those of the fields through which its content changes.
func holds(h *program.Holder) []string {
	out := []string{h.Type, h.Elem}
	for _, part := range h.Parts {
		out = append(out, part.Type, part.Elem)
	}
	return out
}

// elements is what the catalogue says of the elements of a collection: a map of
// limiters is a limiter.
func elements(p *program.Program, h *program.Holder) catalog.Entry {
	if e, ok := p.Catalog.Lookup(h.Elem); ok && h.Elem != "" {
		switch e.Kind {
		case catalog.Limiter, catalog.Session, catalog.Counter:
			return e
		}
	}
	return catalog.Entry{}
}

// queues tells a holder that passes values from one thread to another. A map of objects
// that have a channel is a register of these objects: what waits, waits in each.
func queues(h *program.Holder) bool {
	held := holds(h)
	switch {
	case keyType(h.Type) != "":
		held = []string{h.Elem}
	case strings.TrimLeft(h.Type, "*") == "sync.Map":
		held = entered(h)
	}
	for _, t := range held {
		if isChannel(t) && !signals(t) {
			return true
		}
	}
	return false
}

// limitsWithin finds the limiter that each element of a collection has and asks: clients
// that count what the far side allows them are more than connections to it.
func limitsWithin(p *program.Program, h *program.Holder) (catalog.Entry, bool) {
	if !isCollection(h.Type) {
		return catalog.Entry{}, false
	}
	for _, part := range h.Parts {
		if e, ok := p.Catalog.Lookup(part.Type); ok && e.Kind == catalog.Limiter {
			return e, true
		}
	}
	return catalog.Entry{}, false
}

// entered lists the types of what is put into a map whose own type does not tell.
func entered(h *program.Holder) []string {
	var out []string
	for _, c := range h.Changes {
		if c.Value != nil {
			out = append(out, c.Value.Type)
		}
	}
	return out
}

// handsIn tells an object that changes by the work which is put into its queues.
func handsIn(p *program.Program, h *program.Holder) bool {
	return len(h.Parts) > 0 && !slices.ContainsFunc(h.Parts, func(part *program.Holder) bool {
		e, ok := p.Catalog.Lookup(part.Type)
		return !ok || e.Kind != catalog.Queue
	})
}

// signals tells a channel that carries no work.
func signals(t string) bool {
	for _, s := range []string{"struct{}", "bool", "error", "os.Signal", "time.Time", "time.Duration"} {
		if strings.HasSuffix(t, "chan "+s) || strings.HasSuffix(t, "chan<- "+s) {
			return true
		}
	}
	return false
}

// isLock tells the mutexes of the standard library and of those that copy its
// shape.
func isLock(t string) bool {
	switch strings.TrimLeft(t, "*") {
	case "sync.Mutex", "sync.RWMutex", "sync.Locker", "github.com/sasha-s/go-deadlock.Mutex", "github.com/sasha-s/go-deadlock.RWMutex",
		"threading.Lock", "threading.RLock", "threading.Semaphore", "threading.BoundedSemaphore", "threading.Condition", "asyncio.Lock", "asyncio.Semaphore", "multiprocessing.Lock", "multiprocessing.RLock",
		"Mutex", "Thread::Mutex", "Monitor", "Concurrent::ReadWriteLock", "Concurrent::ReentrantReadWriteLock":
		return true
	}
	return false
}

// IsLock tells whether a holder is a lock by its type.
func IsLock(h *program.Holder) bool { return isLock(h.Type) || isLock(h.Value.Type) }

// excludes tells a holder whose purpose is that something runs only once at a
// time: a table of locks, or marks that a function sets, having checked that
// they were not set, and takes away when it ends.
func excludes(p *program.Program, h *program.Holder, a Assessment) bool {
	if isLock(h.Elem) {
		return true
	}
	for _, part := range h.Parts {
		if isLock(part.Elem) {
			return true
		}
	}
	for _, c := range a.Writes {
		if c.Ensure && acquires(a, c) && asks(append(p.Keepers(h), h), c) || handsRelease(p, h, a, c) {
			return true
		}
	}
	return false
}

// handsRelease tells a mark that a closure takes away which was made where the mark was
// set, by a function that looks at it as well: who sets it is handed the way to free it again.
func handsRelease(p *program.Program, h *program.Holder, a Assessment, release program.Change) bool {
	free := p.Function(release.In)
	if free == nil || free.Outer == "" || !takesOut(release.Op) {
		return false
	}
	looked := slices.ContainsFunc(h.Reads, func(r program.Change) bool { return r.In == free.Outer && r.Element })
	return slices.ContainsFunc(a.Writes, func(c program.Change) bool {
		return c.In == free.Outer && c.Key != nil && (looked || c.Op == "LoadOrStore") && saysNothing(c.Value)
	})
}

// saysNothing tells a value that says no more than that it is there.
func saysNothing(v *unit.Value) bool {
	return v != nil && (v.Kind == unit.Literal || len(v.Parts) == 0 && (v.Kind == unit.Collection || v.Kind == unit.New))
}

// acquires tells whether the function that takes a mark away when it ends has
// set the same mark before.
func acquires(a Assessment, release program.Change) bool {
	for _, c := range a.Writes {
		if c.Function == release.Function && !c.Ensure && sameKey(c.Key, release.Key) {
			return true
		}
	}
	return false
}

// asks tells whether the function goes on only if a call on the holder, for the
// same mark, allows it.
func asks(places []*program.Holder, release program.Change) bool {
	for i := range release.Function.Calls {
		c := &release.Function.Calls[i]
		if c.Result != unit.Checked || c.Receiver == nil || c.Receiver.Place == nil {
			continue
		}
		at := program.KeptIn(*c.Receiver.Place)
		if !slices.ContainsFunc(places, func(h *program.Holder) bool { return h.ID == at }) {
			continue
		}
		if len(c.Args) > 0 && release.Key != nil && c.Args[0].Text == release.Key.Text {
			return true
		}
	}
	return false
}

func sameKey(a, b *unit.Value) bool {
	return a == nil && b == nil || a != nil && b != nil && a.Text == b.Text
}

// settings tells a holder whose elements are settings: things with a
// configuration, or that are switched on and off.
func settings(p *program.Program, h *program.Holder) bool {
	for _, name := range []string{h.Elem, h.Type} {
		t := p.Type(name)
		if t == nil {
			continue
		}
		for _, f := range t.Fields {
			if speaks(words(last(f)), "config", "setting", "enabled", "active", "activated", "actived", "disabled", "rollout") {
				return true
			}
		}
	}
	return false
}

// keepsClient tells a place for one client: of a library, of the checkout's own type around
// one, or of an interface that only such types satisfy.
func keepsClient(p *program.Program, h *program.Holder) bool {
	if isCollection(h.Type) {
		return false
	}
	if wrapsClient(p, h.Type) {
		return true
	}
	t := p.Type(h.Type)
	if t == nil || t.Kind != "interface" {
		return false
	}
	impl := slices.DeleteFunc(p.Implementors(t.ID), func(i *unit.Type) bool { return i.Test || i.Kind == "interface" })
	return len(impl) > 0 && !slices.ContainsFunc(impl, func(i *unit.Type) bool { return !wrapsClient(p, i.ID) })
}

// keepsClients tells a collection of connections or clients, by the catalogue or
// because the checkout's own type wraps one.
func keepsClients(p *program.Program, h *program.Holder) bool {
	if h.Elem == "" || !isCollection(h.Type) {
		return false
	}
	if isClient(p, h.Elem) || wrapsClient(p, h.Elem) {
		return true
	}
	t := p.Type(h.Elem)
	if t == nil || t.Kind != "interface" {
		return false
	}
	impl := p.Implementors(t.ID)
	for _, i := range impl {
		if wrapsClient(p, i.ID) {
			return true
		}
	}
	return false
}

// poolsConnections tells a pool of connections that the checkout wrote itself, by
// what it is called.
func poolsConnections(h *program.Holder) bool {
	ws := append(words(h.Name), words(shortType(h.Type))...)
	return speaks(ws, "pool") && speaks(ws, "connection", "conn", "client")
}

func isClient(p *program.Program, typ string) bool {
	e, ok := p.Catalog.Lookup(typ)
	return ok && (e.Kind == catalog.Client || e.Kind == catalog.Remote)
}

func wrapsClient(p *program.Program, typ string) bool {
	t := p.Type(typ)
	if t == nil || t.Kind != "struct" {
		return false
	}
	for _, id := range t.Fields {
		if f := p.Holder(id); f != nil && isClient(p, f.Type) {
			return true
		}
	}
	return false
}

// admits tells a collection of marks that decides whether something is done outside
// the process: what has been seen is left out, and the rest changes rows, files or
// other services, or is the answer to a request.
func admits(src *Sources, a Assessment) bool {
	marked := false
	for _, c := range a.Writes {
		if c.Reset {
			continue
		}
		raised := raises(c) && c.Lazy // a flag for all that comes, which is asked for first
		if !raised && (c.Kind != unit.Modify && c.Kind != unit.Invoke || !mark(c.Value) && !isSet(a.Holder)) {
			return false
		}
		if c.Function.ID == c.In && (goesOut(src, c.Function, c.Origin) || raised && sends(src, c.Function)) {
			marked = true
		}
		for _, from := range c.Function.Callers() {
			for _, call := range from.CallsOf(c.Function) {
				marked = marked || call.Result == unit.Checked && goesOut(src, from, call.Location) ||
					says(c.Function) && (from.HasRole(unit.Handler) || goesOut(src, from, call.Location))
			}
		}
	}
	return marked
}

// isSet tells a collection in which nothing is but marks, whatever they are made of.
func isSet(h *program.Holder) bool { return h.Type == "Set" }

// sends tells a function that itself sends mail or a message of which the far side is told,
// also ahead of the mark by which it knows the next time that it has.
func sends(src *Sources, f *program.Function) bool {
	return slices.ContainsFunc(f.Calls, func(c unit.Call) bool {
		return !c.Reference && slices.ContainsFunc(src.ReachOfCall(&c), func(s Source) bool { return s == ToNetwork || s == ToDatabase })
	})
}

// says tells a function that only hands back whether something is so.
func says(f *program.Function) bool {
	return slices.Contains(f.Attrs, unit.BoolOnly)
}

// mark tells a value that says no more than that something was there: what the
// caller gave, or a constant.
func mark(v *unit.Value) bool {
	return v != nil && (v.Kind == unit.Literal || v.Kind == unit.PlaceValue && v.Place != nil && v.Place.Root == unit.RootParam)
}

// goesOut tells whether a function changes something outside the process behind a
// place in it. Another service that is asked, and whose answer nobody looks at, is asked
// in order to change something there.
func goesOut(src *Sources, f *program.Function, at unit.Location) bool {
	for i := range f.Calls {
		c := &f.Calls[i]
		if c.Reference || c.Location.File != at.File || c.Location.Line < at.Line {
			continue
		}
		for _, s := range src.ReachOfCall(c) {
			if s == ToDatabase || s == ToFile || s == ToNetwork || s == FromProgram || s == FromNetwork && c.Result == unit.Dropped {
				return true
			}
		}
	}
	return false
}
