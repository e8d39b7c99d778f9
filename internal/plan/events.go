package plan

import (
	"cmp"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/stateaudit/stateaudit/internal/facts"
	"github.com/stateaudit/stateaudit/internal/names"
	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/rank"
	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// Event is an event that a domain would listen to, in the place of calls.
type Event struct {
	result.Event
	Caller string // symbol of the function that would publish it
	From   string // domain of the caller
	Calls  []Call // that it takes the place of
	// InTransaction says that the caller's transaction is open: the event has to
	// be written to an outbox in it.
	InTransaction bool
	// Checked are those of the callees of which the caller looks at whether they
	// succeed: an event answers that too late, or never.
	Checked []string
}

// Call is a call site.
type Call struct {
	Callee   string
	Location unit.Location
}

// Events proposes the events that could take the place of the calls into a
// domain of which nobody needs more than whether they succeed. The calls that one function makes become one
// event. Events of one name have one contract, whoever publishes them.
func Events(r *rank.Ranking, c *rank.Candidate) []Event {
	b := eventBuilder{ranking: r, candidate: c, byKey: map[string]*Event{}, fields: map[string]map[string]result.EventField{}, silent: map[string]string{}, nouns: map[string]bool{}}
	for _, tables := range r.Tables() {
		for _, t := range tables {
			b.nouns[names.SingularName(t)] = true
		}
	}
	for _, p := range r.Pairs(c) {
		if facts.IsView(p.From.Location.File) {
			continue // rendering publishes nothing
		}
		switch p.Class {
		case rank.Asynchronous, rank.Dropped, rank.InTransaction, rank.SuccessOnly:
			b.pair(p)
		}
	}
	contracts := map[string]map[string]result.EventField{}
	for _, key := range slices.Sorted(maps.Keys(b.byKey)) {
		name := b.byKey[key].Name
		if contracts[name] == nil {
			contracts[name] = map[string]result.EventField{}
		}
		for _, f := range b.fields[key] {
			add(contracts[name], f.Name, f.Type)
		}
	}
	var out []Event
	for _, e := range b.byKey {
		e.Payload, e.LeftOut = open(sortedFields(contracts[e.Name]))
		if len(e.Payload)+len(e.LeftOut) == 0 {
			e.NotDerived = b.silent[e.Name]
		}
		out = append(out, *e)
	}
	slices.SortFunc(out, func(a, b Event) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Location.File, b.Location.File), cmp.Compare(a.Location.Line, b.Location.Line))
	})
	return out
}

type eventBuilder struct {
	ranking   *rank.Ranking
	candidate *rank.Candidate
	byKey     map[string]*Event
	fields    map[string]map[string]result.EventField
	silent    map[string]string // by name of the event: why nothing of it is known
	nouns     map[string]bool   // what tables hold, in the singular
}

// The reasons for which an event has no payload.
const (
	nothingGiven  = "the call hands nothing over, and what runs reads nothing of others: the event says only that it happened"
	notFollowed   = "what the call hands over is no row, no column and no plain value that could be followed"
	onlyConstants = "the call hands over constants alone, which each consumer can have of its own"
)

// why says why a call gives no payload.
func why(site facts.Call) string {
	reason := nothingGiven
	for i := range site.Args {
		switch a := &site.Args[i]; a.Kind {
		case unit.Func:
		case unit.Literal, unit.Nil:
			if reason == nothingGiven {
				reason = onlyConstants
			}
		default:
			reason = notFollowed
		}
	}
	return reason
}

// pair adds the calls from one function to another.
func (b *eventBuilder) pair(p rank.Pair) {
	for _, site := range p.Calls {
		name := b.eventName(p.From, p.To, site.Call)
		key := p.From.ID + " " + name
		e := b.byKey[key]
		if e == nil {
			at := site.Location
			e = &Event{Event: result.Event{Name: name, Version: 1, Location: &at}, Caller: p.From.Symbol, From: p.Domain}
			b.byKey[key] = e
			b.fields[key] = map[string]result.EventField{}
		}
		e.Calls = append(e.Calls, Call{Callee: p.To.Symbol, Location: site.Location})
		e.InTransaction = e.InTransaction || p.Class == rank.InTransaction
		if p.Class == rank.SuccessOnly && !slices.Contains(e.Checked, p.To.Symbol) {
			e.Checked = append(e.Checked, p.To.Symbol)
		}
		b.payload(b.fields[key], p, site)
		if b.silent[name] != notFollowed {
			b.silent[name] = why(site)
		}
	}
}

// payload adds what the callee, and what it runs in its own domain, reads of
// things that are not its own, and what it is given outright.
func (b *eventBuilder) payload(fields map[string]result.EventField, p rank.Pair, site facts.Call) {
	f := b.ranking.Facts
	for _, fn := range b.reachable(p.To) {
		for _, u := range f.Uses(fn.ID) {
			if u.Kind != facts.TableUse || u.Column == "" || u.Path == "" || b.ranking.Owner(u.Name) == b.candidate.Index {
				continue
			}
			addColumn(f, fields, u.Path, u.Name, u.Column)
			b.identify(fields, u)
		}
		if fn.ID == p.To.ID {
			fieldReads(f.Program, fields, fn, site)
		}
	}
	arguments(f, fields, p, site)
}

// identify adds the ID of a row of which the payload holds something, unless it
// is one of many.
func (b *eventBuilder) identify(fields map[string]result.EventField, u facts.Use) {
	if last := u.Path[strings.LastIndexByte(u.Path, '.')+1:]; names.SingularName(last) != last {
		return
	}
	add(fields, u.Path+".id", columnType(b.ranking.Facts, u.Name, "id"))
}

// maxReach bounds how many functions behind a call are read for a payload.
const maxReach = 40

// reachable lists a function and those that it runs in its own domain, also
// beside the request, with the views of mailers.
func (b *eventBuilder) reachable(fn *program.Function) []*program.Function {
	f := b.ranking.Facts
	seen := map[string]bool{fn.ID: true}
	queue := []*program.Function{fn}
	visit := func(to *program.Function) {
		if !seen[to.ID] && b.ranking.Map.Index(to.Location.File) == b.candidate.Index {
			seen[to.ID] = true
			queue = append(queue, to)
		}
	}
	for n := 0; n < len(queue) && n < maxReach; n++ {
		for _, c := range f.Calls(queue[n].ID) {
			for _, to := range c.To {
				visit(to)
			}
		}
		for _, view := range f.ViewsOf(queue[n]) {
			visit(view)
		}
	}
	return queue
}

// fieldReads adds the fields of structs that the callee reads from its parameters.
func fieldReads(p *program.Program, fields map[string]result.EventField, fn *program.Function, site facts.Call) {
	if fn.Language != unit.Go {
		return
	}
	for i := range fn.Accesses {
		a := &fn.Accesses[i]
		if a.Kind != unit.Read || a.Place.Root != unit.RootParam || len(a.Place.Path) == 0 {
			continue
		}
		name, typ := paramName(fn, a.Place.Name), ""
		if name == "" {
			continue
		}
		for _, step := range a.Place.Path {
			if step == unit.Element {
				continue
			}
			h := p.Holder(step)
			if h == nil {
				name = ""
				break
			}
			name, typ = name+"."+names.Snake(h.Name), h.Type
		}
		if name != "" && !strings.HasPrefix(name, "ctx.") && plain(typ) {
			add(fields, name, typ)
		}
	}
}

// plain tells types that are values and not objects: what an event can carry.
func plain(typ string) bool {
	t := strings.TrimLeft(typ, "*[]")
	return t != "" && !strings.Contains(t, "/") || strings.HasSuffix(t, "time.Time") || strings.HasSuffix(t, "uuid.UUID") || strings.HasSuffix(t, "Decimal")
}

// paramName is the name of a parameter, which places number.
func paramName(fn *program.Function, index string) string {
	i, err := strconv.Atoi(index)
	if err != nil || i >= len(fn.Params) {
		return ""
	}
	return names.Snake(fn.Params[i])
}

// arguments adds what a call site hands over that is a value already.
func arguments(f *facts.Facts, fields map[string]result.EventField, p rank.Pair, site facts.Call) {
	for i := range site.Args {
		a := &site.Args[i]
		if table, column, at, ok := f.ColumnOf(p.From, a); ok {
			addColumn(f, fields, at, table, column)
			continue
		}
		if i >= len(p.To.Params) {
			continue
		}
		param := names.Snake(strings.TrimLeft(p.To.Params[i], "*&_"))
		if table, ok := f.RowOf(p.From, a); ok && param != "" {
			add(fields, param+".id", columnType(f, table, "id"))
			continue
		}
		if handedValue(p.To, a) && !known(fields, param) {
			add(fields, param, a.Type)
			continue
		}
		if a.Kind == unit.Literal || a.Kind == unit.Nil || a.Kind == unit.Unknown && a.Text == "" || a.Kind == unit.Func {
			continue
		}
		if site.ByValue || p.To.Language == unit.Go && param != "ctx" && plain(a.Type) {
			add(fields, param, a.Type)
		}
	}
}

// handedValue tells arguments of which nothing better is known than what the callee
// calls them: in a language without types, anything with a name.
func handedValue(to *program.Function, a *unit.Value) bool {
	if to.Language != unit.Ruby || a.Kind == unit.Literal || a.Kind == unit.Nil || a.Kind == unit.Func {
		return false
	}
	return a.Text != "" && a.Text != "self"
}

// known tells whether a payload has something of a parameter already.
func known(fields map[string]result.EventField, param string) bool {
	if param == "" {
		return true
	}
	for name := range fields {
		if name == param || strings.HasPrefix(name, param+".") {
			return true
		}
	}
	return false
}

// addColumn adds an attribute of a row. What a model declares to be secret is so
// whatever it is called.
func addColumn(f *facts.Facts, fields map[string]result.EventField, at, table, column string) {
	typ := columnType(f, table, column)
	if f.SecretColumn(table, column) {
		typ = declaredSecret
	}
	add(fields, at+"."+column, typ)
}

// declaredSecret stands for the type of a column that a model declares to be secret.
const declaredSecret = "secret"

// open parts what an event may carry from the names of what it must not.
func open(all []result.EventField) (carried []result.EventField, left []string) {
	for _, f := range all {
		if names.Secret(f.Name, f.Type) {
			left = append(left, f.Name)
			continue
		}
		carried = append(carried, f)
	}
	return carried, left
}

// add notes a field. Of several types the first that is known stands, but what one source
// says to be secret is so whatever the others say.
func add(fields map[string]result.EventField, name, typ string) {
	typ = cmp.Or(typ, unknown)
	if old, ok := fields[name]; ok && typ != declaredSecret && (typ == unknown || old.Type != unknown) {
		return
	}
	fields[name] = result.EventField{Name: name, Type: typ, Personal: Personal(name)}
}

// unknown is the type of a field of which nothing is known but its name.
const unknown = "unknown"

func sortedFields(fields map[string]result.EventField) []result.EventField {
	var out []result.EventField
	for _, f := range fields {
		out = append(out, f)
	}
	slices.SortFunc(out, func(a, b result.EventField) int {
		return cmp.Or(cmp.Compare(strings.Count(a.Name, "."), strings.Count(b.Name, ".")), cmp.Compare(a.Name, b.Name))
	})
	return out
}

// columnType is the type of a column as the schema writes it.
func columnType(f *facts.Facts, table, column string) string {
	t := f.Schema.Tables[table]
	switch {
	case t != nil && t.Columns[column] != "":
		return t.Columns[column]
	case column == "id":
		return "bigint"
	}
	return ""
}

// named matches a text that names an event already: order.placed, user:created.
var named = regexp.MustCompile(`^[a-z][a-z0-9_]*([.:/][a-z0-9_]+)+$`)

// eventName proposes a name: what a text among the arguments says, or else what the
// caller is about and has done.
func (b *eventBuilder) eventName(from, to *program.Function, call *unit.Call) string {
	for i := range call.Args {
		text := strings.Trim(call.Args[i].Text, `"':`)
		if call.Args[i].Kind == unit.Literal && named.MatchString(text) {
			return strings.NewReplacer(":", ".", "/", ".").Replace(text)
		}
	}
	for _, fn := range []*program.Function{from, to} {
		subject, did := happened(fn)
		if did == "" {
			continue
		}
		if owner := names.SingularName(strings.Join(trimRoles(names.Tokens(ownerName(fn))), "_")); owner != subject && b.nouns[owner] && !b.nouns[subject] {
			return owner + "." + subject + "_" + did // of a thing that is stored: user.password_updated
		}
		return subject + "." + did
	}
	return asked(to) + ".requested"
}

// happened reads off a function what it is about and what it does, in the past:
// OrderCompletionService#call is order, completed; createUser is user, created; ""
// if its name says nothing that is done.
func happened(fn *program.Function) (subject, did string) {
	owner := trimRoles(names.Tokens(ownerName(fn)))
	if about, did := doing(names.Tokens(strings.TrimRight(fn.Name, "!?="))); did != "" {
		return cmp.Or(about, names.SingularName(strings.Join(owner, "_")), names.SingularName(subjectOf(fn)), "domain"), did
	}
	if len(owner) > 0 {
		last := owner[len(owner)-1]
		if past := names.Past(last); past != "" {
			return cmp.Or(names.SingularName(strings.Join(owner[:len(owner)-1], "_")), names.SingularName(subjectOf(fn)), last), past
		}
	}
	return "", ""
}

// doing finds the first verb among the words of a method, and its object: the words
// behind it up to a preposition, or else those before it. The names of HTTP's
// methods at the end say nothing.
func doing(words []string) (object, did string) {
	for len(words) > 1 && slices.Contains([]string{"post", "get", "put", "patch", "handler", "action", "async"}, words[len(words)-1]) {
		words = words[:len(words)-1]
	}
	if len(words) > 1 && words[0] == "new" {
		return names.SingularName(strings.Join(words[1:], "_")), "created"
	}
	for i, w := range words {
		past := names.Past(w)
		if past == "" || generic(w) {
			continue
		}
		var behind []string
		for _, next := range words[i+1:] {
			if prepositional(next) {
				break
			}
			behind = append(behind, next)
		}
		if len(behind) == 0 {
			behind = slices.DeleteFunc(slices.Clone(words[:i]), func(w string) bool { return generic(w) || prepositional(w) || w == "mail" || w == "admin" })
		}
		return names.SingularName(strings.Join(behind, "_")), past
	}
	return "", ""
}

// asked is what a function is asked for, by its name: SendTestMail is about a test
// mail.
func asked(fn *program.Function) string {
	words := names.Tokens(strings.TrimRight(fn.Name, "!?="))
	for len(words) > 0 && generic(words[0]) {
		words = words[1:]
	}
	return cmp.Or(strings.Join(words, "_"), names.SingularName(subjectOf(fn)), "domain")
}

// ownerName is the class or receiver of a function without its namespace, or the
// last part of its package.
func ownerName(fn *program.Function) string {
	owner := fn.Owner
	if i := strings.LastIndex(owner, "::"); i >= 0 {
		return owner[i+2:]
	}
	if fn.Language == unit.Go {
		if i := strings.LastIndexByte(owner, '.'); i >= 0 {
			return owner[i+1:]
		}
		return path.Base(path.Dir(fn.Location.File))
	}
	return owner
}

// subjectOf is the namespace or package of a function.
func subjectOf(fn *program.Function) string {
	if outer, _, ok := strings.Cut(fn.Owner, "::"); ok {
		return names.Snake(outer)
	}
	return names.Snake(path.Base(path.Dir(fn.Location.File)))
}

// trimRoles takes away the words that say what sort of object a class is.
func trimRoles(words []string) []string {
	for len(words) > 1 {
		switch words[len(words)-1] {
		case "service", "controller", "job", "worker", "handler", "manager", "command", "operation", "interactor", "case", "use", "action", "api", "server", "processor", "store", "repository", "mailer":
			words = words[:len(words)-1]
		default:
			return words
		}
	}
	return words
}

// generic tells the method names that say nothing of what is done.
func generic(word string) bool {
	switch word {
	case "call", "perform", "execute", "run", "process", "handle", "apply", "do", "invoke", "serve", "publish", "notify", "send", "new", "initialize", "after", "before", "on", "with", "set", "get", "is", "has", "main":
		return true
	}
	return false
}

// prepositional tells the words that lead from a verb to something other than
// its object.
func prepositional(word string) bool {
	switch word {
	case "for", "with", "by", "from", "to", "in", "on", "and", "if", "all":
		return true
	}
	return false
}

// Many tells the part of a path that leads to many rows.
func Many(part string) bool { return names.SingularName(part) != part }
