// Package facts collects what ranking needs to know of a linked program: the
// tables that functions read and write, the endpoints that requests enter by,
// and which file refers to which.
//
// Nothing here knows of domains. A fact is always tied to a function or file
// and to a place, so that every number made of facts later can be followed back
// to the line that caused it.
package facts

import (
	"cmp"
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/assess"
	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// Kind says what sort of resource a function uses.
type Kind string

// The kinds of resource that outlive a request.
const (
	TableUse   Kind = "table"
	HolderUse  Kind = "holder"
	SessionUse Kind = "session"
	FileUse    Kind = "file"
)

// Use is one use of a resource by a function.
type Use struct {
	Function *program.Function
	Kind     Kind
	Name     string // table, holder ID, session key or path
	Write    bool
	Tx       bool // inside a database transaction or a callback of the record
	Location unit.Location
	// Column is the attribute that is read off a row, if only one is.
	Column string
	// Path is how the row was reached from a variable or class: order.line_items.
	Path string
	// Model is the class of the rows, where the use was made through one.
	Model *Model
}

// Endpoint is a way in for requests.
type Endpoint struct {
	Method   string // GET, POST, ...; empty for any
	Pattern  string // "/orders/{id}"; empty if no route is written
	Function *program.Function
	Location unit.Location // of the registration
}

// Reference counts how often one file names what another declares.
type Reference struct {
	From, To string // files
	Count    int
}

// Facts is what was collected.
type Facts struct {
	Program   *program.Program
	Sources   *assess.Sources
	Schema    *Schema
	Models    map[string]*Model // by class
	Endpoints []Endpoint
	uses      map[string][]Use // by function ID
	calls     map[string][]Call
	effects   map[string]Effect
	byTable   map[string]*Model
	views     map[string][]*program.Function
	// tableNames are the tables that a mapper is told the types of, by type.
	tableNames map[string]string
	// kept are the texts and queries that variables and fields always hold, by holder.
	kept map[string]*unit.Value
	// singularGORM says that GORM is told not to use the plural.
	singularGORM bool
	// Entities are the files of Go that declare a struct with a table.
	Entities map[string]bool
	refs     []Reference
	unread   []Unread
	secrets  map[string]map[string]bool // columns declared secret, by class or module
	current  map[string]bool
}

// Input is what facts are collected from.
type Input struct {
	Program *program.Program
	Sources *assess.Sources
	// SQL are the files of the checkout that hold database schemas in SQL, with
	// their content.
	SQL []SQLFile
}

// SQLFile is a schema or migration written in SQL.
type SQLFile struct {
	Path    string
	Content string
}

// Collect gathers the facts of a program.
func Collect(in Input) *Facts {
	f := &Facts{Program: in.Program, Sources: in.Sources, uses: map[string][]Use{}, calls: map[string][]Call{}, Entities: map[string]bool{}, tableNames: map[string]string{}, kept: map[string]*unit.Value{}}
	f.Schema = readSchema(in)
	f.Models = models(in.Program, f.Schema)
	f.entities()
	f.secrets = secrets(in.Program)
	f.ownTables()
	for _, fn := range in.Program.Functions() {
		f.mapped(fn)
	}
	for _, fn := range in.Program.Functions() {
		if counts(fn) {
			f.tables(fn)
			f.rows(fn)
			f.sessions(fn)
			f.files(fn)
			f.collectCalls(fn)
		}
	}
	f.indexViews()
	f.settle()
	for _, fn := range in.Program.Functions() {
		if counts(fn) {
			f.noteUnread(fn)
		}
	}
	f.holders()
	f.collectEffects()
	f.Endpoints = endpoints(in.Program)
	f.refs = f.references()
	return f
}

// counts leaves out what does not run in the deployed process.
func counts(fn *program.Function) bool {
	return !fn.Test && !fn.HasRole(unit.Test) && !fn.HasRole(unit.Tool)
}

// Uses lists what a function itself uses, in the order of the source.
func (f *Facts) Uses(id string) []Use { return f.uses[id] }

// AllUses lists every use, by function.
func (f *Facts) AllUses() []Use {
	var out []Use
	for _, fn := range f.Program.Functions() {
		out = append(out, f.uses[fn.ID]...)
	}
	return out
}

// References lists which file names what another one declares, sorted.
func (f *Facts) References() []Reference { return f.refs }

func (f *Facts) add(u Use) {
	f.uses[u.Function.ID] = append(f.uses[u.Function.ID], u)
}

// holders notes who reads and who changes what lives as long as the process,
// while it serves.
func (f *Facts) holders() {
	for _, h := range f.Program.Holders() {
		if h.Test || h.PerRequest || queue(h.Type) || filledOnUse(h) {
			continue
		}
		for _, c := range h.Changes {
			// Who changes it by a call is counted for the call.
			if len(c.Through) == 0 && c.Function.Serving && counts(c.Function) {
				f.add(Use{Function: c.Function, Kind: HolderUse, Name: h.ID, Write: true, Location: c.Location})
			}
		}
		for _, c := range h.Reads {
			if c.Function.Serving && counts(c.Function) {
				f.add(Use{Function: c.Function, Kind: HolderUse, Name: h.ID, Location: c.Location})
			}
		}
	}
}

// filledOnUse tells memory that is only ever written where it was found empty: each
// process fills its own, and sees no change of another's.
func filledOnUse(h *program.Holder) bool {
	return !slices.ContainsFunc(h.Changes, func(c program.Change) bool {
		return c.Function.Serving && (!c.Lazy || c.Reset)
	}) && slices.ContainsFunc(h.Changes, func(c program.Change) bool { return c.Function.Serving })
}

// queue tells the types of what carries messages inside the process. Who sends and
// who receives do not share it as they share a variable: a broker takes its place.
func queue(typ string) bool {
	switch {
	case strings.HasPrefix(typ, "chan "), strings.HasPrefix(typ, "chan<- "), strings.HasPrefix(typ, "<-chan "):
		return true
	}
	return typ == "Queue" || typ == "SizedQueue" || typ == "Thread::Queue" || typ == "Thread::SizedQueue"
}

// references counts who names whom, by file.
func (f *Facts) references() []Reference {
	p := f.Program
	homes := homesOfTypes(p)
	count := map[[2]string]int{}
	note := func(from, to string) {
		if from != "" && to != "" && from != to {
			count[[2]string{from, to}]++
		}
	}
	for _, fn := range p.Functions() {
		if fn.Test || fn.HasRole(unit.Test) {
			continue
		}
		f.named(fn, homes, note)
	}
	superReferences(p, homes, note)
	for _, m := range f.Models {
		for _, a := range m.Associations {
			note(m.Type.Location.File, f.Models[a.Target].Type.Location.File)
		}
	}
	out := make([]Reference, 0, len(count))
	for k, n := range count {
		out = append(out, Reference{From: k[0], To: k[1], Count: n})
	}
	slices.SortFunc(out, func(a, b Reference) int {
		return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To))
	})
	return out
}

// named notes the files of everything that a function names.
func (f *Facts) named(fn *program.Function, homes homes, note func(from, to string)) {
	p, from := f.Program, fn.Location.File
	for _, c := range f.calls[fn.ID] {
		if len(c.To) == 1 {
			note(from, c.To[0].Location.File)
		}
	}
	for _, u := range f.uses[fn.ID] {
		if m := f.modelOfTable(u); m != nil {
			note(from, m.Type.Location.File)
		}
	}
	for i := range fn.Accesses {
		a := &fn.Accesses[i]
		if a.Place.Root == unit.RootHolder {
			if h := p.Holder(a.Place.Name); h != nil && !h.Test {
				note(from, h.Location.File)
			}
		}
		for _, s := range a.Place.Path {
			if h := p.Holder(s); h != nil && !h.Test {
				note(from, h.Location.File)
			}
		}
	}
	for i, a := range fn.Allocs {
		// An instance of a class is listed as one of its superclasses too, which
		// says nothing of this function.
		if i == 0 || a.Location != fn.Allocs[i-1].Location {
			note(from, homes.of(a.Type))
		}
	}
	constants(fn, homes, note)
}

// superReferences notes superclasses and embedded types.
func superReferences(p *program.Program, homes homes, note func(from, to string)) {
	for _, u := range p.Units {
		for i := range u.Types {
			t := &u.Types[i]
			for _, s := range t.Supers {
				if !t.Test {
					note(t.Location.File, homes.of(superName(s)))
				}
			}
		}
	}
}
