package rank

import (
	"cmp"
	"maps"
	"slices"

	"github.com/stateaudit/stateaudit/internal/facts"
	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// EntryKind says how a use case begins.
type EntryKind string

// The ways in.
const (
	Request  EntryKind = "request"
	JobRun   EntryKind = "job"
	Message  EntryKind = "message"
	Schedule EntryKind = "schedule"
)

// UseCase is one way in from outside, with all that happens before it is answered or
// done: what it hands on without waiting is the beginning of another one.
type UseCase struct {
	Kind     EntryKind
	Titles   []string // routes, or the symbol of the function where none is written
	Function *program.Function
	Location unit.Location
	Domain   string
	Reads    []Touch // tables that are read and not written
	Writes   []Touch
	Enters   []string // other domains whose functions it runs and waits for, sorted
	Tells    []string // domains that it hands work to without waiting, sorted
	Lost     []Lost
}

// Touch is a table that a use case uses.
type Touch struct {
	Table string
	Owner string // domain, or the kernel
	Place Place  // the first one
}

// Lost is a transaction of a use case that writes for several domains, and could not
// be kept if these were parted.
type Lost struct {
	Function *program.Function
	Domains  []string
}

// Owners lists the domains whose tables a use case writes, sorted.
func (u *UseCase) Owners() []string {
	var out []string
	for _, w := range u.Writes {
		out = append(out, w.Owner)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// cost orders use cases by what parting the domains would do to them.
func (u *UseCase) cost() [4]int {
	return [4]int{len(u.Lost), len(u.Owners()), len(u.Enters), len(u.Writes) + len(u.Reads)}
}

// UseCases lists the use cases of a program, those first that parting its domains would
// cost most: transactions that write for several domains, then how many domains' tables
// are written, how many domains are waited for, how many tables are used.
func (r *Ranking) UseCases() []UseCase {
	if r.useCases == nil {
		return nil
	}
	return r.useCases()
}

// allUseCases follows every way in.
func (m *model) allUseCases() []UseCase {
	w := useCases{model: m, callees: m.callees(), lost: m.spanning()}
	out := m.entries()
	for i := range out {
		w.follow(&out[i])
	}
	slices.SortStableFunc(out, func(a, b UseCase) int {
		x, y := a.cost(), b.cost()
		return cmp.Or(slices.Compare(y[:], x[:]), cmp.Compare(a.Titles[0], b.Titles[0]), cmp.Compare(a.Function.ID, b.Function.ID))
	})
	return out
}

// entries lists the ways in: the endpoints, by the function that answers, and the work
// that runs beside requests.
func (m *model) entries() []UseCase {
	var out []UseCase
	at := map[string]int{}
	for _, e := range m.in.Facts.Endpoints {
		if i, known := at[e.Function.ID]; known {
			if title := e.Title(); !slices.Contains(out[i].Titles, title) {
				out[i].Titles = append(out[i].Titles, title)
			}
			continue
		}
		at[e.Function.ID] = len(out)
		out = append(out, UseCase{Kind: Request, Titles: []string{e.Title()}, Function: e.Function, Location: e.Function.Location})
	}
	for _, fn := range m.counted() {
		if _, known := at[fn.ID]; known {
			continue
		}
		for _, role := range fn.Roles {
			if kind, ok := map[unit.Role]EntryKind{unit.Job: JobRun, unit.Consumer: Message, unit.Scheduler: Schedule}[role]; ok {
				out = append(out, UseCase{Kind: kind, Titles: []string{fn.Symbol}, Function: fn, Location: fn.Location})
				break
			}
		}
	}
	for i := range out {
		out[i].Domain = m.name(m.domain[out[i].Function.ID])
	}
	return out
}

// useCases is what following them shares.
type useCases struct {
	*model
	callees map[string][]string // who is waited for, by function
	lost    map[string][]int    // domains that a transaction writes for, by function
}

// follow fills in what a use case does.
func (w useCases) follow(u *UseCase) {
	own := w.domain[u.Function.ID]
	enters, tells := map[int]bool{}, map[int]bool{}
	reads, writes := map[string]Place{}, map[string]Place{}
	reached := closure([]string{u.Function.ID}, w.callees)
	for _, id := range slices.Sorted(maps.Keys(reached)) {
		fn := w.in.Facts.Program.Function(id)
		if fn == nil {
			continue
		}
		enters[w.domain[id]] = true
		w.touch(fn, reads, writes)
		for _, c := range w.calls(id) {
			if c.Async {
				tells[w.domain[c.to.ID]] = true
			}
		}
		if ds := w.lost[id]; len(ds) > 1 {
			u.Lost = append(u.Lost, Lost{Function: fn, Domains: w.names(ds)})
		}
	}
	u.Lost = w.outer(u.Lost)
	for table := range writes {
		delete(reads, table)
	}
	u.Reads, u.Writes = w.touched(reads), w.touched(writes)
	u.Enters, u.Tells = w.others(enters, own), w.others(tells, own)
}

// outer leaves out the transactions that others of the same use case run: they are told
// with these.
func (w useCases) outer(all []Lost) []Lost {
	inside := map[string]bool{}
	for _, l := range all {
		if len(all) == 1 || inside[l.Function.ID] {
			continue
		}
		for id := range closure(w.callees[l.Function.ID], w.callees) {
			if id != l.Function.ID {
				inside[id] = true
			}
		}
	}
	return slices.DeleteFunc(all, func(l Lost) bool { return inside[l.Function.ID] })
}

// touch notes the tables that a function itself uses.
func (w useCases) touch(fn *program.Function, reads, writes map[string]Place) {
	for _, use := range w.in.Facts.Uses(fn.ID) {
		if use.Kind != facts.TableUse {
			continue
		}
		into := reads
		if use.Write {
			into = writes
		}
		if _, known := into[use.Name]; !known {
			into[use.Name] = Place{Location: use.Location, Function: fn.Symbol}
		}
	}
}

// touched lists tables by name, with whom they belong to.
func (w useCases) touched(places map[string]Place) []Touch {
	var out []Touch
	for _, table := range slices.Sorted(maps.Keys(places)) {
		owner := -1
		if d, known := w.owners[table]; known {
			owner = d
		}
		out = append(out, Touch{Table: table, Owner: w.name(owner), Place: places[table]})
	}
	return out
}

// others names the domains of a set without one, and without the kernel.
func (w useCases) others(set map[int]bool, own int) []string {
	var out []string
	for d := range set {
		if d >= 0 && d != own {
			out = append(out, w.name(d))
		}
	}
	slices.Sort(out)
	return out
}

// spanning lists the functions in which one transaction writes for several domains, with
// these.
func (m *model) spanning() map[string][]int {
	out := map[string][]int{}
	for id, writers := range m.inTransactions() {
		if len(writers) > 1 {
			out[id] = slices.Sorted(maps.Keys(writers))
		}
	}
	return out
}

// Together counts the use cases that write tables of both of two domains: what one
// request does for both has to be done twice, or told, once they are parted.
type Together struct {
	Domains  [2]string
	UseCases []string // titles
	// Whole counts those that do so in one transaction.
	Whole int
}

// WrittenTogether lists the pairs of domains that use cases write for at once, those with
// the most first.
func WrittenTogether(all []UseCase) []Together {
	pairs := map[[2]string]*Together{}
	for i := range all {
		owners := all[i].Owners()
		for n, a := range owners {
			for _, b := range owners[n+1:] {
				key := [2]string{a, b}
				if pairs[key] == nil {
					pairs[key] = &Together{Domains: key}
				}
				pairs[key].UseCases = append(pairs[key].UseCases, all[i].Titles[0])
				if slices.ContainsFunc(all[i].Lost, func(l Lost) bool { return slices.Contains(l.Domains, a) && slices.Contains(l.Domains, b) }) {
					pairs[key].Whole++
				}
			}
		}
	}
	var out []Together
	for _, key := range slices.SortedFunc(maps.Keys(pairs), func(a, b [2]string) int { return slices.Compare(a[:], b[:]) }) {
		out = append(out, *pairs[key])
	}
	slices.SortStableFunc(out, func(a, b Together) int { return cmp.Compare(len(b.UseCases), len(a.UseCases)) })
	return out
}

// Common is a function that does more than compute and that use cases of several domains
// run: if these are parted, somebody has to own it, and the others ask or take a copy.
type Common struct {
	Function *program.Function
	Domain   string   // in which it lies
	Runs     []string // domains whose use cases run it, sorted
}

// CommonFunctions lists what use cases of several domains run, the most common first.
// What is asked of others by one hop is seen in the crossings; this is over any number.
func (r *Ranking) CommonFunctions() []Common {
	if r.model == nil {
		return nil
	}
	m := r.model
	callees := m.callees()
	from := make([][]string, len(m.candidates))
	for _, e := range m.entries() {
		if d := m.domain[e.Function.ID]; d >= 0 {
			from[d] = append(from[d], e.Function.ID)
		}
	}
	runs := map[string][]string{}
	for d := range from {
		for id := range closure(from[d], callees) {
			runs[id] = append(runs[id], m.name(d))
		}
	}
	var out []Common
	for _, fn := range m.counted() {
		if by := runs[fn.ID]; len(by) > 1 && fn.Outer == "" && m.in.Facts.Effect(fn.ID) > facts.Computes {
			slices.Sort(by)
			out = append(out, Common{Function: fn, Domain: m.name(m.domain[fn.ID]), Runs: by})
		}
	}
	slices.SortStableFunc(out, func(a, b Common) int {
		return cmp.Or(cmp.Compare(len(b.Runs), len(a.Runs)), cmp.Compare(a.Function.ID, b.Function.ID))
	})
	return out
}
