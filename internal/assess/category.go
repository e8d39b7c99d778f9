package assess

import (
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/catalog"
	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// categorise names the kind of state. What a holder is made of is trusted first,
// then what it is called, then how it is changed.
func categorise(p *program.Program, src *Sources, h *program.Holder, e catalog.Entry, a Assessment) result.Category {
	switch {
	case excludes(p, h, a):
		return result.Lock
	case listeners(p, h), isCollection(h.Type) && brings(p, h):
		return result.Registry
	case queues(h), handsIn(p, h):
		return result.Worker
	}
	switch e.Kind {
	case catalog.Cache:
		return result.Cache
	case catalog.Limiter:
		return result.Counter
	case catalog.Queue, catalog.Schedule:
		return result.Worker
	case catalog.Session:
		return result.Session
	case catalog.Registry:
		if e.Note == "settings" {
			return flagOrCache(a)
		}
	}
	ws := vocabulary(h)
	switch {
	case speaksOfLimits(p, ws, a):
		return result.Counter
	case refuses(a):
		return result.Counter
	case increments(a):
		return result.Counter
	case keepsSessions(p, h, e):
		return result.Session
	case speaks(ws, "setting", "flag", "toggle") && writesThrough(src, a):
		return result.Flag
	case speaks(ws, "cache", "memo", "cached", "lru", "ttl") && !(isNumber(h.Type) && !a.Memo) && !((taken(a) || onlySaid(a)) && onlyGiven(a)):
		return result.Cache
	case speaks(workers(h), "queue", "scheduler", "cron", "worker"):
		return result.Worker
	case speaks(ws, "flag", "feature", "toggle", "setting", "rollout", "experiment", "override", "tenant", "config", "maintenance"):
		return flagOrCache(a)
	case speaks(ws, "count", "counter", "seq", "sequence", "hits", "total", "next") && !(a.Memo && drawsOnStore(a.Facts.Sources)) || e.Kind == catalog.Counter || counts(a):
		return result.Counter
	}
	if settings(p, h) || speaks(words(last(packageOf(h))), "setting", "config", "flag", "feature", "toggle") {
		return flagOrCache(a)
	}
	if a.Memo && admits(src, a) {
		return result.Registry
	}
	return byShape(h, a)
}

// keepsSessions tells a holder that has several sessions by key, by what it and
// what it holds are called. Connections of clients that stay are called sessions
// too, and are none: what has a channel, on which somebody waits, can be put nowhere else.
func keepsSessions(p *program.Program, h *program.Holder, e catalog.Entry) bool {
	ws := words(h.Name, shortType(h.Type), shortType(h.Elem))
	if !speaks(ws, "session") {
		return false
	}
	if speaks(append(ws, words(last(h.Owner))...), "websocket", "ws", "socket", "listener", "stream", "conn", "subscri", "peer") {
		return false
	}
	if takesFrom(p, h.Elem) || listens(h) {
		return false
	}
	if isCollection(h.Type) || e.Kind == catalog.Registry || h.Type == "" {
		return true
	}
	for _, part := range h.Parts {
		if isCollection(part.Type) || part.Type == "" {
			return p.Type(h.Type) != nil
		}
	}
	return false
}

// listens tells a holder in which something is kept that has a channel.
func listens(h *program.Holder) bool {
	return slices.ContainsFunc(h.Parts, func(part *program.Holder) bool { return isChannel(part.Type) && !signals(part.Type) })
}

// isNumber tells numbers and flags: such a thing may say how to cache, but holds
// nothing.
func isNumber(t string) bool {
	return isScalar(t) && t != "string" && t != "String" && t != "error" && t != "Symbol" && t != "Time" || t == "time.Duration"
}

// vocabulary is what a holder and its type are called. The owner's name counts
// for fields, whose own name is often just "entries".
func vocabulary(h *program.Holder) []string {
	ws := words(h.Name, shortType(h.Type), shortType(h.Value.Type))
	for _, p := range h.Parts {
		ws = append(ws, words(p.Name)...)
	}
	if h.Kind == unit.Field || h.Kind == unit.ClassIvar || h.Kind == unit.ClassVar || h.Kind == unit.Constant || h.Kind == unit.Captured {
		ws = append(ws, words(last(h.Owner))...)
	}
	return ws
}

// workers is what says of a place that work waits in it or is driven by it: what it is
// itself called, and, of a collection, what it belongs to. A time or a number beside a
// queue is none, and neither is all that a package of a scheduler declares.
func workers(h *program.Holder) []string {
	if isNumber(h.Type) || isTime(h.Type) || strings.HasPrefix(h.Type, "sync/atomic.") {
		return nil
	}
	ws := words(h.Name, last(h.Type), last(h.Value.Type))
	for _, part := range h.Parts {
		if !isNumber(part.Type) && !isTime(part.Type) {
			ws = append(ws, words(part.Name)...)
		}
	}
	if isCollection(h.Type) {
		ws = append(ws, words(last(h.Elem))...)
		if h.Kind != unit.PackageVar {
			ws = append(ws, words(last(h.Owner))...)
		}
	}
	return ws
}

func shortType(t string) string {
	if i := strings.LastIndexAny(t, "/"); i >= 0 {
		t = t[i+1:]
	}
	return t
}

func last(id string) string {
	if i := strings.LastIndexAny(id, "./:"); i >= 0 {
		return id[i+1:]
	}
	return id
}

// writesThrough tells a holder of which a function that changes it stores what it
// was given in the database as well: the holder is where a setting is changed,
// not only a copy of it.
func writesThrough(src *Sources, a Assessment) bool {
	for _, c := range a.Writes {
		if c.Function.ID == c.In && src.Reaches(c.In, ToDatabase) {
			return true
		}
	}
	return false
}

// flagOrCache: settings that are read from elsewhere and kept are a copy of
// them; settings that requests set are the only copy.
func flagOrCache(a Assessment) result.Category {
	if drawsOnStore(a.Facts.Sources) && !hasSource(a, FromRequest, FromCaller) {
		return result.Cache
	}
	return result.Flag
}

func drawsOnStore(src []Source) bool {
	for _, s := range src {
		if s == FromDatabase || s == FromNetwork {
			return true
		}
	}
	return false
}

// increments tells a holder of which the numbers are only ever added to or started
// anew, whatever times are noted beside them.
func increments(a Assessment) bool {
	n := 0
	for _, c := range a.Writes {
		switch c.Op {
		case "++", "--", "+=", "-=", "[]+=", "[]-=", "[]++", "[]--":
			n++
		default:
			if !c.Reset && !c.Lazy && !(c.Value != nil && (c.Value.Kind == unit.Literal || c.Value.Kind == unit.New || c.Value.Kind == unit.Collection || isTime(c.Value.Type))) {
				return false
			}
		}
	}
	return n > 0
}

// taken tells a holder from which entries are taken out as they are used: what
// waits there is no copy of something else.
func taken(a Assessment) bool {
	for _, c := range a.Writes {
		switch c.Op {
		case "LoadAndDelete", "CompareAndDelete", "GetAndDelete", "Pop", "shift", "pop":
			return true
		}
	}
	return false
}

// onlyGiven tells a holder into which nothing is put that was fetched elsewhere.
func onlyGiven(a Assessment) bool {
	return !hasSource(a, FromDatabase, FromNetwork, FromFile, FromProgram)
}

// onlySaid tells a holder that is put into whenever a request says something, and not where
// nothing was found in it: what the request said is nowhere else.
func onlySaid(a Assessment) bool {
	return !a.Memo && hasSource(a, FromRequest) && !hasSource(a, FromCaller)
}

// counts tells a holder that is only ever incremented.
func counts(a Assessment) bool {
	n, fills := 0, 0
	for _, c := range a.Writes {
		switch c.Op {
		case "++", "--", "+=", "-=", "[]+=", "[]++", "[]--", "Add", "increment", "decrement",
			"&AddInt32", "&AddInt64", "&AddUint32", "&AddUint64":
			n++
		default:
			if c.Lazy && c.Value != nil && (c.Value.Kind == unit.Collection || c.Value.Kind == unit.New || c.Value.Kind == unit.Literal) {
				fills++ // the empty start
			}
		}
	}
	return n > 0 && n+fills == len(a.Writes)
}

// byShape decides by how the holder is changed: filled when empty is a cache,
// keyed adding and removing is a registry.
func byShape(h *program.Holder, a Assessment) result.Category {
	if isCollection(h.Type) && listens(h) {
		return result.Registry
	}
	if a.Memo || drawsOnStore(a.Facts.Sources) && (!removes(a) || asksFirst(h, a)) {
		return result.Cache
	}
	if isScalar(h.Type) || h.Type == "" && onlySwitched(a) {
		return result.Flag
	}
	return result.Registry
}

// asksFirst tells a place that is filled, by key, only by functions which look there first, with
// nothing that they are given: what is taken out of it again is a cache made invalid.
func asksFirst(h *program.Holder, a Assessment) bool {
	if hasSource(a, FromRequest, FromCaller) {
		return false
	}
	for _, w := range a.Writes {
		if !w.Reset && (w.Key == nil || !slices.ContainsFunc(h.Reads, func(r program.Change) bool { return r.In == w.In })) {
			return false
		}
	}
	return true
}

func removes(a Assessment) bool {
	for _, c := range a.Writes {
		if c.Reset {
			return true
		}
	}
	return false
}

// group places a holder in one of the four groups that the inventory leads with.
func group(p *program.Program, h *program.Holder, e catalog.Entry, a Assessment) result.Group {
	ws := append(vocabulary(h), words(last(packageOf(h)))...)
	switch {
	case e.Kind == catalog.Limiter || a.Category != result.Cache && refuses(a) || speaksOfLimits(p, ws, a):
		return result.RateLimiter
	case speaks(ws, "tenant"):
		return result.TenantConfig
	case speaks(ws, "flag", "feature", "toggle", "rollout", "experiment", "beta"):
		return result.FeatureFlag
	}
	return ""
}

// speaksOfLimits tells words that a limiter is called by. Buckets are one only if they answer.
func speaksOfLimits(p *program.Program, ws []string, a Assessment) bool {
	return speaks(ws, "throttl", "limiter", "ratelimit", "attempt", "lockout", "quota") || speaks(ws, "bucket") && answers(p, a)
}

// answers tells whether something that changes a holder hands an answer back, or refuses
// by itself: of buckets, those from which somebody asks for a token, and not those into
// which figures are summed.
func answers(p *program.Program, a Assessment) bool {
	return refuses(a) || slices.ContainsFunc(a.Writes, func(c program.Change) bool {
		f := p.Function(c.In)
		return f != nil && len(f.Returns) > 0
	})
}

// refuses tells whether the functions that change a holder answer that there
// were too many requests.
func refuses(a Assessment) bool {
	for _, w := range a.Writes {
		if len(w.Through) > 1 {
			continue // too far away to be what is refused
		}
		for i := range w.Function.Calls {
			for _, arg := range w.Function.Calls[i].Args {
				if tooMany(arg) || arg.Type == "pair" && slices.ContainsFunc(arg.Parts, tooMany) {
					return true
				}
			}
		}
	}
	return false
}

// tooMany tells the answer that there were too many requests.
func tooMany(v unit.Value) bool {
	return v.Text == "429" || v.Text == ":too_many_requests" || strings.HasSuffix(v.Text, "StatusTooManyRequests") || strings.HasSuffix(v.Text, "429_TOO_MANY_REQUESTS")
}

func packageOf(h *program.Holder) string {
	dir := h.Location.File
	if i := strings.LastIndexByte(dir, '/'); i >= 0 {
		return dir[:i]
	}
	return ""
}

// harmless says why changes while serving do no harm, or nothing.
func harmless(p *program.Program, src *Sources, h *program.Holder, a Assessment) string {
	switch {
	case a.Category == result.Lock:
		return ""
	case h.Kind == unit.ThreadLocal && renewed(a):
		return "a thread-local that each request sets anew"
	case h.Kind == unit.ThreadLocal && takenAway(a):
		return "a thread-local that is taken away when the work ends"
	case a.Memo && !admits(src, a) && !drawsOnStore(a.Facts.Sources) && !hasSource(a, FromRequest, FromCaller, FromClock) && !removesEntries(a) && !filledFromStores(src, a) && !filledFromWritten(p, a) && !expiring(p, h):
		return "a memo of what every copy works out alike"
	case scratch(p, h, a), inScratch(p, h):
		return "set anew by each use before it is read"
	case unaltered(h, a), repeated(h, a):
		return "given only what it has"
	case duringCall(h, a):
		return "set for the time of one call"
	case onlyEmptied(h):
		return "only ever emptied: nothing is put there"
	case neverRead(h, a):
		return "set while serving, but nothing that serves reads it"
	case unasked(p, h, a), unlooked(p, h, a):
		return "changed while serving, but nobody looks at it"
	case ownWork(p, src, a):
		return "says that this process works on its own memory"
	case endOfWork(p, h, a), ownTasks(p, h, a):
		return "says that work of this process ends"
	case hasStarted(p, h, a):
		return "says that this process has started"
	case relayed(p, h):
		return Relayed
	case saidOnce(src, h, a):
		return "says that something was logged"
	case onRuntime(src, a), exported(p, src, h, a):
		return "figures about this process"
	case isSignal(h):
		return "a signal channel inside this process"
	case pooled(p, h):
		return "a pool of buffers of this process"
	case ring(h, a):
		return "a ring of which each copy has its own: what is taken out is put back at once"
	case a.Facts.Answered:
		return "handed over inside this process, and waited for"
	case takenOnce(h):
		return "a message to the main line of this process, which takes one"
	case handedOver(src, h, a):
		return "handed over inside this process, and never waiting"
	case readAnew(src, a):
		return "read anew from the files of its host by each copy"
	case asOldAsFile(p, a):
		return "as new as the files of its host, at which each use looks"
	case settles(p, src, h, a):
		return "waits until the files of this host change no more"
	case replacedLogger(h, a):
		return "the log to which this process writes"
	case onlyClosed(h, a):
		return "only ever closed: what is opened stays as it is"
	case replacedHandle(h, a):
		return "a handle of this process, which is opened again"
	case feedsMetrics(p, src, h, a), keepsMeters(p, h):
		return "figures about this process"
	case ofMainLine(a):
		return "kept by the one loop in which a process stays that nobody asks"
	}
	return ""
}

// expiring tells a memo of a library whose entries are dropped after a time that its author
// has set: who lets an answer expire knows that it changes, whatever it is made from.
func expiring(p *program.Program, h *program.Holder) bool {
	e, known := lookup(p.Catalog, h)
	return known && e.Kind == catalog.Cache && slices.Contains(strings.Fields(e.Note), "timed")
}

// ofMainLine tells what only the main line of a process changes: the loop is told, and
// what it keeps between its turns is asked for by nobody else.
func ofMainLine(a Assessment) bool {
	return len(a.Writes) > 0 && !slices.ContainsFunc(a.Writes, func(c program.Change) bool { return !c.Function.MainLine() })
}

// ownWork tells a flag that is set where a goroutine is started and cleared by it,
// when all that the goroutine does stays inside the process.
func ownWork(p *program.Program, src *Sources, a Assessment) bool {
	starts := false
	for _, c := range a.Writes {
		if c.Kind != unit.Write || c.Value == nil || c.Value.Text != "true" && c.Value.Text != "false" {
			return false
		}
		for i := range c.Function.Calls {
			if call := &c.Function.Calls[i]; call.Async {
				starts = true
				if src.Reaches(call.Callee, ToDatabase, ToFile, ToOpenFile, ToNetwork, FromProgram) {
					return false
				}
			}
		}
	}
	return starts
}

// renewed tells a holder that what runs around each request sets as a whole.
func renewed(a Assessment) bool {
	arms := map[*program.Function]int{}
	for _, c := range a.Writes {
		if c.Kind != unit.Write || c.Op != "=" || c.Lazy || len(c.Place.Path) > 0 {
			continue
		}
		if c.Maybe {
			if arms[c.Function]++; arms[c.Function] < 2 {
				continue // a condition without another arm leaves what was there before
			}
		}
		if forEachRequest(c.Function, maxAbove) {
			return true
		}
	}
	return false
}

// maxAbove bounds how many callers above what runs around each request is looked for.
const maxAbove = 4

// forEachRequest tells a function that runs around each request, or for one that does.
func forEachRequest(f *program.Function, up int) bool {
	if f.HasRole(unit.Middleware) || slices.Contains(f.Attrs, unit.EachRequest) {
		return true
	}
	return up > 0 && slices.ContainsFunc(f.Callers(), func(from *program.Function) bool {
		return from != f && !onlyMaybe(from, f) && forEachRequest(from, up-1)
	})
}

// onlyMaybe tells a function that calls another only where a condition holds.
func onlyMaybe(from, f *program.Function) bool {
	calls := from.CallsOf(f)
	return len(calls) > 0 && !slices.ContainsFunc(calls, func(c *unit.Call) bool { return !c.Maybe })
}

// takenAway tells a holder that is emptied again where it is filled.
func takenAway(a Assessment) bool {
	threads := 0
	for _, c := range a.Writes {
		if c.Reset || c.Ensure {
			return true
		}
		if c.Function.HasRole(unit.Background) {
			threads++
		}
		if restores(c) {
			return true
		}
	}
	return threads == len(a.Writes) // ends with its thread
}

// neverRead tells a variable of a class or module that is set to literals while
// serving and read only by code that is not seen to serve. Such variables are
// read by name, so a reader could hardly hide.
func neverRead(h *program.Holder, a Assessment) bool {
	switch h.Kind {
	case unit.ClassVar, unit.ClassIvar, unit.Attribute, unit.Global, unit.ModuleVar:
	default:
		return false
	}
	for _, c := range a.Writes {
		if c.Kind != unit.Write || c.Value == nil || c.Value.Kind != unit.Literal && c.Value.Kind != unit.Nil {
			return false
		}
	}
	for _, c := range h.Reads {
		if c.Phase == result.Serving {
			return false
		}
	}
	return len(h.Reads) > 0
}

// onlyEmptied tells a variable of Ruby that is given nothing but nil.
func onlyEmptied(h *program.Holder) bool {
	switch h.Kind {
	case unit.ClassVar, unit.ClassIvar, unit.Global:
	default:
		return false
	}
	if h.Value.Kind != unit.Unknown && h.Value.Kind != unit.Nil {
		return false
	}
	return !slices.ContainsFunc(h.Changes, func(c program.Change) bool {
		return c.Kind != unit.Write || c.Value == nil || c.Value.Kind != unit.Nil
	})
}

// removesEntries tells a holder from which single entries are taken out again:
// such entries are no memo of what never changes.
func removesEntries(a Assessment) bool {
	for _, c := range a.Writes {
		if c.Lazy {
			continue // part of the filling
		}
		if takesOut(c.Op) {
			return true
		}
	}
	return false
}

// onRuntime tells a holder that only functions which ask the runtime about
// itself change.
func onRuntime(src *Sources, a Assessment) bool {
	for _, c := range a.Writes {
		if !src.Reaches(c.Function.ID, FromRuntime) || src.Reaches(c.Function.ID, FromDatabase, FromNetwork) {
			return false
		}
	}
	return len(a.Writes) > 0
}

func hasSource(a Assessment, want ...Source) bool {
	for _, s := range a.Facts.Sources {
		for _, w := range want {
			if s == w {
				return true
			}
		}
	}
	return false
}

// keptByLibrary tells a holder that is only ever given entries by key through methods
// of a type that the checkout does not declare: how many it keeps, and for how long, is
// decided there.
func keptByLibrary(p *program.Program, h *program.Holder, writes []program.Change) bool {
	if isCollection(h.Type) || p.Type(h.Type) != nil {
		return false
	}
	entries := 0
	for _, c := range writes {
		switch {
		case c.Reset:
			continue
		case c.Kind != unit.Invoke || c.Key == nil || c.Value == nil || c.Key.Text == c.Value.Text:
			return false
		}
		entries++
	}
	return entries > 0
}

// keepsCaches tells a collection of which the elements are caches of a library: how much
// each keeps, and for how long, is decided there.
func keepsCaches(p *program.Program, h *program.Holder) bool {
	e, ok := p.Catalog.Lookup(h.Elem)
	return ok && h.Elem != "" && e.Kind == catalog.Cache
}

// kindsWithin is what the catalogue says of the cache that an object of the checkout
// wraps: of the one thing through which its content changes.
func kindsWithin(p *program.Program, h *program.Holder) string {
	if len(h.Parts) != 1 {
		return ""
	}
	if e, ok := p.Catalog.Lookup(h.Parts[0].Type); ok && e.Kind == catalog.Cache {
		return e.Note
	}
	return ""
}

// facts collects what can be said of a cache.
func facts(p *program.Program, src *Sources, h *program.Holder, e catalog.Entry, writes []program.Change) Facts {
	f := Facts{}
	set := map[Source]bool{}
	emptied := false
	for _, c := range writes {
		if c.Reset {
			emptied, f.Invalidated = true, f.Invalidated || !byClock(p, src, c)
			continue
		}
		found := src.of(h, c.Value)
		if len(found) == 0 && c.Value != nil && src.computed(c.Value) {
			found = src.fetched(c.In)
		}
		found = append(found, src.ran(c.In, c.Value)...)
		for _, s := range found {
			set[s] = true
		}
	}
	for _, s := range []Source{FromDatabase, FromNetwork, FromRequest, FromFile, FromEnvironment, FromProgram, FromClock} {
		if set[s] {
			f.Sources = append(f.Sources, s)
		}
	}
	if e.Kind == "" {
		e.Note = kindsWithin(p, h)
	}
	if strings.Contains(e.Note, "bounded") {
		f.Bounded = Yes
	}
	if strings.Contains(e.Note, "expires") || expires(p, src, writes) || agesIn(p, h) || stampedAndAsked(p, src, h, writes) {
		f.Expires = Yes
	}
	f.Library = keptByLibrary(p, h, writes) || keepsCaches(p, h)
	f.Renewer = renewer(p, src, writes)
	if e.Type == "" && strings.HasPrefix(h.Type, "map[") && !emptied {
		f.Bounded = No
	}
	return f
}
