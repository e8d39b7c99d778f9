package rank

import (
	"cmp"
	"maps"
	"slices"

	"github.com/stateaudit/stateaudit/internal/facts"
	"github.com/stateaudit/stateaudit/internal/program"
)

// resource is something that outlives a request, with the domains that use it.
type resource struct {
	kind    facts.Kind
	name    string
	writers map[int][]Place
	readers map[int][]Place
}

// users lists the domains that use a resource, sorted.
func (r *resource) users() []int {
	set := map[int]bool{}
	for d := range r.writers {
		set[d] = true
	}
	for d := range r.readers {
		set[d] = true
	}
	return slices.Sorted(maps.Keys(set))
}

// sharing counts, for each domain, the resources that it shares with others.
func (m *model) sharing() {
	for i := range m.resources {
		r := &m.resources[i]
		m.kernelOwned(r)
		for d := range m.candidates {
			if t, ok := m.shares(r, d); ok {
				m.candidates[d].Sharing = append(m.candidates[d].Sharing, t)
			}
		}
	}
	m.transactions()
	m.foreignKeys()
	for i := range m.candidates {
		slices.SortStableFunc(m.candidates[i].Sharing, func(a, b Term) int {
			return cmp.Or(cmp.Compare(slices.Index(sharingClasses(), a.Class), slices.Index(sharingClasses(), b.Class)), cmp.Compare(a.Name, b.Name))
		})
	}
}

// kernelOwned makes the kernel a user of its own tables: who else uses them will
// still be there when a domain has left.
func (m *model) kernelOwned(r *resource) {
	if owner, known := m.owners[r.name]; r.kind == facts.TableUse && known && owner < 0 {
		if len(r.writers[-1])+len(r.readers[-1]) == 0 {
			r.readers[-1] = []Place{{Note: "belongs to the kernel"}}
		}
	}
}

// shares tells how a domain shares a resource: the heaviest way counts, once.
func (m *model) shares(r *resource, d int) (Term, bool) {
	writes, reads := len(r.writers[d]) > 0, len(r.readers[d]) > 0
	if !writes && !reads {
		return Term{}, false
	}
	otherWriters, otherReaders := without(r.writers, d), without(r.readers, d)
	t := Term{Name: r.name}
	switch {
	case writes && len(otherWriters) > 0:
		t.Class, t.Others = as(r.kind, TableBoth, HolderBoth), m.names(otherWriters)
	case writes && len(otherReaders) > 0:
		t.Class, t.Others = as(r.kind, TableRead, HolderShared), m.names(otherReaders)
	case !writes && len(otherWriters) > 0:
		t.Class, t.Others = as(r.kind, TableReads, HolderShared), m.names(otherWriters)
	case r.kind == facts.TableUse && !writes && m.ownedByOther(r.name, d):
		t.Class, t.Others = TableReads, []string{m.name(m.owners[r.name])}
	default:
		return Term{}, false
	}
	t.Places = m.sharers(r, d)
	return t, true
}

// ownedByOther tells whether a table belongs to another domain or the kernel.
func (m *model) ownedByOther(table string, d int) bool {
	owner, known := m.owners[table]
	return known && owner != d
}

// as is the class of a shared resource by its kind. Session keys and files have
// only one.
func as(k facts.Kind, table, holder Class) Class {
	switch k {
	case facts.TableUse:
		return table
	case facts.HolderUse:
		return holder
	}
	return SessionShared
}

func without(users map[int][]Place, d int) []int {
	var out []int
	for _, u := range slices.Sorted(maps.Keys(users)) {
		if u != d {
			out = append(out, u)
		}
	}
	return out
}

func (m *model) names(ds []int) []string {
	out := make([]string, len(ds))
	for i, d := range ds {
		out[i] = m.name(d)
	}
	return out
}

// maxPlaces bounds how many places of a sharer are kept.
const maxPlaces = 5

// sharers lists the places of a resource, those of the domain first.
func (m *model) sharers(r *resource, d int) []Place {
	var out []Place
	for _, u := range append([]int{d}, slices.DeleteFunc(r.users(), func(u int) bool { return u == d })...) {
		out = append(out, noted(r.writers[u], m.name(u)+" writes")...)
		out = append(out, noted(r.readers[u], m.name(u)+" reads")...)
	}
	return out
}

func noted(places []Place, note string) []Place {
	var out []Place
	for _, p := range places[:min(len(places), maxPlaces)] {
		if p.Location.File == "" {
			continue
		}
		p.Note = note
		out = append(out, p)
	}
	return out
}

// transactions counts the functions in which one transaction writes for two
// domains: it cannot span two services.
func (m *model) transactions() {
	byFunction := m.inTransactions()
	for _, fn := range m.counted() {
		writers := byFunction[fn.ID]
		if len(writers) < 2 {
			continue
		}
		for d := range writers {
			if d < 0 {
				continue
			}
			t := Term{Class: TxBoth, Name: fn.Symbol, Others: m.names(without(writers, d))}
			for _, w := range slices.Sorted(maps.Keys(writers)) {
				t.Places = append(t.Places, noted(writers[w], "writes for "+m.name(w)+" in one transaction")...)
			}
			m.candidates[d].Sharing = append(m.candidates[d].Sharing, t)
		}
	}
}

// inTransactions lists for which domains the transactions of each function write, those
// in its closures included.
func (m *model) inTransactions() map[string]map[int][]Place {
	out := map[string]map[int][]Place{}
	for _, fn := range m.counted() {
		id := m.outermost(fn).ID
		if out[id] == nil {
			out[id] = map[int][]Place{}
		}
		m.writesInTx(fn, out[id])
	}
	return out
}

// writesInTx collects the domains whose tables a function's transaction writes,
// directly or by the functions that it calls inside it.
func (m *model) writesInTx(fn *program.Function, writers map[int][]Place) {
	for _, u := range m.uses[fn.ID] {
		if d, ok := m.writesFor(fn, u); ok && u.Tx {
			writers[d] = append(writers[d], Place{Location: u.Location, Function: fn.Symbol})
		}
	}
	for _, c := range m.calls(fn.ID) {
		if !c.Tx || c.Async || c.Reference || c.to.Outer != "" || m.domain[c.to.ID] < 0 {
			continue
		}
		for _, d := range m.writtenBy(c.to, 3) {
			writers[d] = append(writers[d], Place{Location: c.Location, Function: fn.Symbol})
		}
	}
}

// writesFor tells for which domain a use writes: the one that the table belongs to,
// else that of the function. What is taken as repaired is written for nobody.
func (m *model) writesFor(fn *program.Function, u facts.Use) (int, bool) {
	if u.Kind != facts.TableUse || !u.Write || slices.Contains(m.in.Without, u.Name) {
		return 0, false
	}
	if owner, known := m.owners[u.Name]; known {
		return owner, true
	}
	return m.domain[fn.ID], true
}

// writtenBy lists the domains whose tables a function writes, or what it calls.
func (m *model) writtenBy(fn *program.Function, depth int) []int {
	set := map[int]bool{}
	for _, u := range m.uses[fn.ID] {
		if d, ok := m.writesFor(fn, u); ok {
			set[d] = true
		}
	}
	if depth > 0 {
		for _, c := range m.calls(fn.ID) {
			if !c.Async && !c.Reference && c.to != fn {
				for _, d := range m.writtenBy(c.to, depth-1) {
					set[d] = true
				}
			}
		}
	}
	return slices.Sorted(maps.Keys(set))
}

// foreignKeys counts the keys of the schema between tables of two domains.
func (m *model) foreignKeys() {
	for _, k := range m.in.Facts.Schema.Keys {
		from, known := m.owners[k.From]
		to, alsoKnown := m.owners[k.To]
		if !known || !alsoKnown || from == to || slices.Contains(m.in.Without, k.From) || slices.Contains(m.in.Without, k.To) {
			continue
		}
		for d, other := range map[int]int{from: to, to: from} {
			if d >= 0 {
				m.candidates[d].Sharing = append(m.candidates[d].Sharing, Term{
					Class: ForeignKeys, Name: k.From + " → " + k.To, Others: []string{m.name(other)},
					Places: []Place{{Location: k.Location}},
				})
			}
		}
	}
}

// shared is the weighted sum over the shared resources.
func shared(c *Candidate, w Weights) float64 {
	sum := 0.0
	for _, t := range c.Sharing {
		sum += w[t.Class]
	}
	return sum
}

// ownTables finds the domain that a table belongs to: the one that declares its
// model, else the one that writes it in most places, else the only reader.
func (m *model) ownTables() {
	m.owners = map[string]int{}
	for _, r := range m.resources {
		if r.kind != facts.TableUse {
			continue
		}
		if model := m.in.Facts.ModelOf(r.name); model != nil {
			m.owners[r.name] = m.in.Map.Index(model.Type.Location.File)
		} else if d, ok := mostPlaces(r.writers); ok {
			m.owners[r.name] = d
		} else if d, ok := mostPlaces(r.readers); ok && len(r.readers) == 1 {
			m.owners[r.name] = d
		}
	}
}

// mostPlaces is the domain with the most places, if one has more than others.
func mostPlaces(users map[int][]Place) (int, bool) {
	best, most, tie := -1, 0, false
	for _, d := range slices.Sorted(maps.Keys(users)) {
		switch n := len(users[d]); {
		case n > most:
			best, most, tie = d, n, false
		case n == most:
			tie = true
		}
	}
	return best, most > 0 && !tie
}
