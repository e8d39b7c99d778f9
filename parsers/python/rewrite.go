package python

import (
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// rewrite is what a function does once names are followed.
type rewrite struct {
	accesses []unit.Access
	calls    []unit.Call
	returns  []unit.Value
	allocs   []unit.Alloc
}

// rewrite resolves one function.
func (r *resolver) rewrite(fn *function) rewrite {
	w := rewrite{}
	as := map[string]unit.Call{} // functions that are handed over, and as what
	for i := range fn.Calls {
		c := fn.Calls[i]
		if id, ok := strings.CutPrefix(c.AsNote, decorates); ok {
			r.decoration(fn, id, c)
			continue
		}
		r.rewriteCall(fn, c, &w, as)
	}
	for i := range fn.Accesses {
		r.rewriteAccess(fn, fn.Accesses[i], &w, as)
	}
	for i := range fn.Returns {
		w.returns = append(w.returns, r.value(&fn.Returns[i], fn))
	}
	for i := range fn.Sessions {
		v := fn.Sessions[i].Value
		fn.Sessions[i].Value = r.value(&v, fn)
	}
	return w
}

// split takes the call off a place: what is called, and on what.
func parent(p unit.Place) (object unit.Place, name string) {
	n := len(p.Path)
	if n == 0 || p.Path[n-1][0] != '.' {
		return p, ""
	}
	return unit.Place{Root: p.Root, Name: p.Name, Path: p.Path[:n-1]}, strings.TrimSuffix(p.Path[n-1][1:], "()")
}

func (r *resolver) rewriteCall(fn *function, c unit.Call, w *rewrite, as map[string]unit.Call) {
	place := c.Receiver.Place
	held := *c.Receiver
	c.Guards = r.guards(fn, c.Guards)
	c.Empty = r.emptied(fn, c.Empty)
	if place == nil {
		if isCollection(held.Type) || held.Type == "str" || c.Name == "" {
			return
		}
		c.Receiver = &unit.Value{Kind: held.Kind, Type: held.Type, Text: held.Text, Parts: r.value(&held, fn).Parts}
		r.unknownCall(fn, &c)
		c.Computes = computes(c.Name)
		r.arguments(fn, &c, nil)
		w.calls = append(w.calls, c)
		return
	}
	if task := r.startedTask(fn, *place); task != nil {
		w.calls = append(w.calls, r.handsToTask(fn, task, c))
		return
	}
	t := r.walk(*place, fn, fn.module)
	if slices.Contains(blockMethods[false], c.Name) || slices.Contains(blockMethods[true], c.Name) {
		r.runsBlock(t, c, w)
		return
	}
	r.registers(fn, &c, t)
	r.registersRoute(fn, &c)
	r.calledOn(fn, &c, t)
	to := r.callee(t)
	switch {
	case t.kind == aClass:
		r.construct(fn, t, &c, w)
	case to != nil:
		c.Callee = to.ID
		c.Targets = r.overrides(to, t, c.Name)
		r.targetsBegun(fn, *place, &c)
	case t.kind == outside:
		c.Callee, c.External = onPath(t.id), true
		r.conventions(&c)
	case t.kind == aValue && t.typ != "" && r.classes[t.typ] == nil && c.Receiver != nil:
		c.Callee, c.External = strings.TrimPrefix(t.typ, opaque)+".__call__", true
	default:
		r.unknownCall(fn, &c)
	}
	r.copies(fn, &c, w)
	c.Computes = c.Computes || c.External && computing(c.Callee) || to == nil && c.Callee == "" && computes(c.Name)
	r.arguments(fn, &c, to)
	r.hand(fn, &c, as, w)
	r.handsOn(&c, to, as)
	r.configures(fn, &c)
	r.readsByName(fn, &c)
	if changesFirst(c.Callee) && len(c.Args) > 0 && c.Args[0].Place != nil {
		w.accesses = append(w.accesses, unit.Access{Place: *c.Args[0].Place, Kind: unit.Modify, Op: "append", Location: c.Location, Guards: c.Guards})
	}
	w.calls = append(w.calls, c)
	r.runGetters(fn, *place, c.Location, w)
}

// runsBlock is what an object runs around the block of a with statement; those of libraries
// say nothing.
func (r *resolver) runsBlock(t thing, c unit.Call, w *rewrite) {
	if to := r.callee(t); to != nil && t.on != nil {
		c.Targets = r.overrides(to, t, c.Name)
		r.runMethod(to, *t.on, c, w)
	}
}

// targetsBegun are all methods that a call may run of whose name only the beginning is known.
func (r *resolver) targetsBegun(fn *function, place unit.Place, c *unit.Call) {
	if object, name := parent(place); strings.HasSuffix(name, anyEnd) {
		c.Targets = r.methodsBegun(r.walk(object, fn, fn.module).typ, name)
	}
}

// readsByName notes the variables of the environment, and the settings, that a call asks for.
func (r *resolver) readsByName(fn *function, c *unit.Call) {
	if len(c.Args) == 0 || c.Args[0].Kind != unit.Literal {
		return
	}
	if c.Callee == "os.environ.get" || c.Callee == "os.getenv" {
		r.readsLibrary(fn, environ(c.Args[0].Text), c.Location)
	}
	if config, ok := strings.CutSuffix(c.Callee, ".get"); ok && flaskConfig(config) {
		r.readsLibrary(fn, configKey(c.Args[0].Text), c.Location)
	}
}

// calledOn resolves what a call is made on, and what it does to rows there.
func (r *resolver) calledOn(fn *function, c *unit.Call, t thing) {
	held := *c.Receiver
	if object, name := parent(*held.Place); name != "" {
		on := r.walk(object, fn, fn.module)
		r.rowCall(fn, c, on, t)
		c.Receiver = &unit.Value{Kind: unit.PlaceValue, Type: known(on.typ), Text: held.Text, Place: on.place}
		for i := range held.Parts {
			c.Receiver.Parts = append(c.Receiver.Parts, r.value(&held.Parts[i], fn))
		}
		if on.kind == outside {
			c.Receiver.Callee = on.id
		}
	} else {
		r.rowCall(fn, c, thing{}, t)
		c.Receiver = nil
		if t.kind == aValue || t.kind == nothing {
			c.Receiver = &unit.Value{Kind: unit.PlaceValue, Text: held.Text, Place: t.place}
		}
	}
}

// copies notes that a copy of an object is another object of its class.
func (r *resolver) copies(fn *function, c *unit.Call, w *rewrite) {
	if c.Callee != "copy.copy" && c.Callee != "copy.deepcopy" || len(c.Args) == 0 {
		return
	}
	if typ := r.typeOfValue(&c.Args[0], fn); r.classes[typ] != nil {
		w.allocs = append(w.allocs, unit.Alloc{Type: typ, Location: c.Location})
	}
}

// handsToTask is a call that puts a task on a queue.
func (r *resolver) handsToTask(fn, task *function, c unit.Call) unit.Call {
	c.Callee, c.Async, c.ByValue, c.Receiver = task.ID, true, true, nil
	c.Args = r.columnArguments(fn, handedOver(&c))
	if task.Owner == "" && len(task.Params) > 0 && task.Params[0] == "self" {
		c.Args = slices.Insert(c.Args, 0, unit.Value{}) // the task itself, of one that is bound
	}
	r.arguments(fn, &c, task)
	return c
}

// construct is the making of an object: its class says what runs.
func (r *resolver) construct(fn *function, t thing, c *unit.Call, w *rewrite) {
	alloc := unit.Alloc{Type: t.id, Location: c.Location}
	if len(r.above(t.id)) > 0 && fn.Name == topName && !r.keptAt(fn, c.Location) {
		alloc.Value = true // a part of a declaration, of which libraries make copies
	}
	alloc.Kept = r.fillsLasting(fn, t.id, c.Location)
	if !r.single[t.id] { // else its module has made it
		w.allocs = append(w.allocs, alloc)
	}
	for _, at := range r.classes[t.id].order {
		for _, name := range []string{".__init__", ".__new__", ".__post_init__"} {
			if r.functions[at+name] == nil || has(c.Targets, at+name) || c.Callee == at+name {
				continue
			}
			if c.Callee == "" {
				c.Callee = at + name
			} else {
				c.Targets = append(c.Targets, at+name)
			}
		}
		if c.Callee != "" {
			break
		}
	}
	if meta := r.classes[t.id].meta; r.functions[meta+".__call__"] != nil {
		c.Targets = append(c.Targets, meta+".__call__")
	}
	if c.Callee == "" {
		c.Callee, c.External = t.id, len(c.Targets) == 0
		if above := r.above(t.id); len(above) > 0 {
			c.Callee = above[0]
		}
	}
}

// keptAt tells an object that a module puts into a variable of its own.
func (r *resolver) keptAt(fn *function, at unit.Location) bool {
	return slices.ContainsFunc(fn.Accesses, func(a unit.Access) bool {
		return a.Kind == unit.Write && a.Place.Root == unit.RootHolder && len(a.Place.Path) == 0 && a.Location.Line == at.Line
	})
}

// overrides are the methods below a class that may run in place of one.
func (r *resolver) overrides(to *function, t thing, name string) []string {
	if to.Owner == "" || t.kind != aFunction || t.on == nil {
		return nil
	}
	var out []string
	queue := append([]string(nil), r.below[t.on.typ]...)
	for len(queue) > 0 && len(out) < 12 {
		id := queue[0]
		queue = append(queue[1:], r.below[id]...)
		if r.functions[id+"."+name] != nil && id+"."+name != to.ID {
			out = append(out, id+"."+name)
		}
	}
	return append(out, r.ofOthers(to, *t.on, name)...)
}

// maxChoice bounds of how many classes an object may be, and how deep a choice is followed.
const maxChoice = 4

// ofOthers are the methods of the other classes of which the object may be: a place may be
// given what a function chooses, or what an expression does.
func (r *resolver) ofOthers(to *function, on thing, name string) []string {
	if on.place == nil {
		return nil
	}
	id := on.place.Name
	if n := len(on.place.Path); n > 0 {
		id = on.place.Path[n-1]
	}
	var out []string
	for _, g := range r.given[id] {
		for _, class := range r.classesOf(g.value, g.in, maxChoice) {
			m := r.memberOfValue(thing{kind: aValue, typ: class}, name)
			if m.kind == aFunction && m.id != to.ID && !slices.Contains(out, m.id) && len(out) < maxChoice {
				out = append(out, m.id)
			}
		}
	}
	return out
}

// classesOf lists the classes of the checkout of which a value may be an object.
func (r *resolver) classesOf(v *unit.Value, in *function, depth int) []string {
	if depth == 0 {
		return nil
	}
	var out []string
	if typ := r.typeOfValue(v, in); r.classes[typ] != nil {
		out = append(out, typ)
	}
	if v.Kind == unit.Compound {
		for i := range v.Parts {
			out = append(out, r.classesOf(&v.Parts[i], in, depth-1)...)
		}
		return out
	}
	if v.Kind != unit.Result || v.Place == nil || in == nil {
		return out
	}
	if by := r.walk(uncalled(*v.Place), in, in.module); by.kind == aFunction && r.functions[by.id] != nil {
		fn := r.functions[by.id]
		for i := range fn.Returns {
			out = append(out, r.classesOf(&fn.Returns[i], fn, depth-1)...)
		}
	}
	return out
}

// maxGuess is how many methods of a name there may be for a call on something
// unknown to be followed.
const maxGuess = 2

func (r *resolver) unknownCall(fn *function, c *unit.Call) {
	if c.Name == "" {
		return
	}
	if !fn.Test {
		r.wanted[c.Name] = true
	}
	switch c.Name {
	case "write_text", "write_bytes", "read_text", "read_bytes", "unlink":
		c.Callee, c.External = "pathlib.Path."+c.Name, true
		return
	}
	candidates := r.methods[c.Name]
	if everyday(c.Name) || len(candidates) == 0 || len(candidates) > maxGuess {
		return
	}
	c.Targets, c.Guessed = candidates, true
}

// onPath is the name of a method of a path, also of one that was made from another.
func onPath(id string) string {
	steps := strings.Split(id, ".")
	if len(steps) < 4 || steps[0] != "pathlib" {
		return id
	}
	for _, step := range steps[2 : len(steps)-1] {
		switch step {
		case "joinpath", "with_suffix", "with_name", "with_stem", "resolve", "absolute", "expanduser", "relative_to", "parent", "cwd", "home", "rename", "replace":
		default:
			return id
		}
	}
	return "pathlib.Path." + steps[len(steps)-1]
}

// conventions puts the arguments of functions of the language where their positions
// are, if they are passed by keyword.
func (r *resolver) conventions(c *unit.Call) {
	if c.Callee != "builtins.open" && c.Callee != "io.open" && c.Callee != "aiofiles.open" && c.Callee != "codecs.open" {
		if strings.HasSuffix(c.Callee, ".open") && strings.HasPrefix(c.Callee, "pathlib.") {
			c.Args = append([]unit.Value{*c.Receiver}, c.Args...)
			c.Callee = "builtins.open"
		}
		return
	}
	c.Callee = "builtins.open"
	for _, arg := range c.Args {
		if arg.Type == pair && arg.Callee == "mode" && len(c.Args) > 0 && len(arg.Parts) > 0 {
			c.Args = []unit.Value{c.Args[0], arg.Parts[0]}
		}
	}
}

// arguments resolves what is passed, in the order of the parameters if these are known.
func (r *resolver) arguments(fn *function, c *unit.Call, to *function) {
	args := c.Args
	if to != nil {
		args = ordered(to, args)
	}
	c.Args = nil
	for i := range args {
		c.Args = append(c.Args, r.value(&args[i], fn))
	}
}

// guards keeps, of what is held, the locks.
func (r *resolver) guards(fn *function, list []string) []string {
	var out []string
	for _, text := range list {
		t := r.walk(decode(text), fn, fn.module)
		if t.kind == aValue && t.place != nil && isLock(t.typ) {
			out = append(out, string(t.place.Root)+":"+t.place.Name+strings.Repeat(">", min(1, len(t.place.Path)))+strings.Join(t.place.Path, ">"))
		}
	}
	return out
}

// isLock tells what keeps out the threads or tasks of a process.
func isLock(typ string) bool {
	switch typ {
	case "threading.Lock", "threading.RLock", "asyncio.Lock", "multiprocessing.Lock", "multiprocessing.RLock", "threading.Semaphore", "threading.BoundedSemaphore", "asyncio.Semaphore", "threading.Condition":
		return true
	}
	return false
}

func (r *resolver) emptied(fn *function, list []unit.Place) []unit.Place {
	var out []unit.Place
	for _, p := range list {
		if t := r.walk(p, fn, fn.module); t.place != nil {
			out = append(out, *t.place)
		}
	}
	return out
}

// value resolves a value.
func (r *resolver) value(v *unit.Value, fn *function) unit.Value {
	out := *v
	if len(v.Parts) > 0 {
		out.Parts = make([]unit.Value, len(v.Parts))
		for i := range v.Parts {
			out.Parts[i] = r.value(&v.Parts[i], fn)
		}
	}
	if v.Place == nil {
		return out
	}
	out.Place = nil
	raw := *v.Place
	if n := len(raw.Path); n > 0 && strings.HasSuffix(raw.Path[n-1], "()") && v.Kind != unit.PlaceValue {
		r.resultValue(&out, raw, fn)
		return out
	}
	t := r.walk(raw, fn, fn.module)
	switch t.kind {
	case aFunction:
		out.Kind, out.Callee = unit.Func, t.id
	case aClass:
		out.Type = ""
	case outside:
		if out.Kind == unit.PlaceValue {
			out.Kind, out.Callee = unit.Result, t.id
		}
	case aValue:
		out.Place = t.place
		if known(t.typ) != "" {
			out.Type = t.typ
		}
		if out.Kind == unit.PlaceValue && t.place == nil {
			out.Kind = unit.Compound
		}
	default:
		if raw.Root == unit.RootParam {
			out.Place = &unit.Place{Root: raw.Root, Name: raw.Name}
		} else if out.Kind == unit.PlaceValue {
			out.Kind = unit.Compound
		}
	}
	return out
}

// resultValue is the value of a call: an object of a class, or what a function hands
// out.
func (r *resolver) resultValue(out *unit.Value, raw unit.Place, fn *function) {
	by := r.walk(uncalled(raw), fn, fn.module)
	got := r.walk(raw, fn, fn.module)
	out.Place = got.place
	if got.kind == aValue && known(got.typ) != "" {
		out.Type = got.typ
	}
	switch by.kind {
	case aClass:
		out.Kind, out.Type, out.Place = unit.New, by.id, nil
	case aFunction:
		out.Kind, out.Callee = unit.Result, by.id
	case outside:
		out.Kind, out.Callee = unit.Result, by.id
		if isCollection(out.Type) && got.place == nil {
			out.Kind = unit.Collection
		} else if last := by.id[strings.LastIndexByte(by.id, '.')+1:]; last != "" && last[0] >= 'A' && last[0] <= 'Z' {
			out.Kind = unit.New
		}
	default:
		if raw.Root == unit.RootParam && out.Kind == unit.Result {
			out.Kind = unit.Compound
		}
	}
	if out.Kind == unit.Collection && out.Place != nil {
		out.Kind = unit.PlaceValue
	}
}

// values resolves what holders are declared with.
func (r *resolver) values() {
	for _, u := range r.units {
		m := r.modules[moduleOf(u.Path)]
		if m == nil || m.unit != u {
			continue
		}
		in := r.functions[m.id+"."+topName]
		for i := range u.Holders {
			h := &u.Holders[i]
			at := in
			if h.Kind == unit.Field || h.Kind == unit.Captured {
				for _, g := range r.given[h.ID] {
					if g.value.Text == h.Value.Text {
						at = g.in
						break
					}
				}
			}
			if at != nil {
				h.Value = r.value(&h.Value, at)
			}
			if h.Type == pair || h.Type == splat {
				h.Type = ""
			}
		}
	}
}
