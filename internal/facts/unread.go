package facts

import (
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// Unread is a call that asks a database, in a function of which no table was understood.
type Unread struct {
	Function *program.Function
	Callee   string
	Location unit.Location
}

// noteUnread notes the first call of a function that asks a database, if nothing of what
// the function asks for was understood. A function that is given the statement, or the
// rows, has nothing of its own to understand.
func (f *Facts) noteUnread(fn *program.Function) {
	if slices.ContainsFunc(f.uses[fn.ID], func(u Use) bool { return u.Kind == TableUse }) || len(fn.Statements) > 0 {
		return
	}
	for i := range fn.Calls {
		c := &fn.Calls[i]
		if c.External && !c.Reference && f.asksDatabase(c) && !slices.ContainsFunc(c.Args, handedOn) {
			f.unread = append(f.unread, Unread{Function: fn, Callee: c.Callee, Location: c.Location})
			return
		}
	}
}

// Unread lists the functions that ask a database for what was not understood, by name.
func (f *Facts) Unread() []Unread { return f.unread }

// handedOn tells what a function was given itself and hands on.
func handedOn(v unit.Value) bool {
	return v.Place != nil && v.Place.Root == unit.RootParam && !strings.HasSuffix(v.Type, "context.Context")
}

// asksDatabase tells by its name a call that reads or writes rows, of a library for
// databases: its source leads to a driver, or its path says so. Which table it is about is
// not known here.
func (f *Facts) asksDatabase(c *unit.Call) bool {
	at := strings.LastIndexAny(c.Callee, ".#")
	if at < 0 || !f.leadsToDriver(c.Callee) && !databaseLibrary(c.Callee[:at]) {
		return false
	}
	name := strings.ToLower(c.Name)
	if slices.ContainsFunc([]string{"engine", "pool", "client", "connection", "session", "table", "database", "index"}, func(part string) bool { return strings.Contains(name, part) }) {
		return false // it is about the database itself
	}
	return slices.ContainsFunc([]string{"query", "exec", "select", "insert", "update", "upsert", "delete", "find", "save", "create", "count", "first", "load", "fetch", "getcontext"},
		func(verb string) bool { return strings.HasPrefix(name, verb) })
}

// leadsToDriver tells a function outside the checkout of which the source was seen to ask
// a database.
func (f *Facts) leadsToDriver(callee string) bool {
	known := f.Program.Foreign(callee)
	return known != nil && slices.ContainsFunc(known.Effects, func(e unit.ForeignEffect) bool { return e.Kind == unit.ReadsDatabase || e.Kind == unit.WritesDatabase })
}

// databaseLibrary tells a library for databases with tables by the words of its path, for
// those whose source is not at hand: they say so in their names.
func databaseLibrary(path string) bool {
	for _, part := range strings.FieldsFunc(strings.ToLower(path), func(r rune) bool { return strings.ContainsRune("/.:-_", r) }) {
		switch part {
		case "pgx", "pgxpool", "pg", "db", "dbx", "dbr", "bun", "reform", "jet", "sequel", "peewee", "tortoise", "pony", "mongo", "pymongo", "gocql", "gocqlx":
			return true
		}
		if strings.HasSuffix(part, "orm") && !strings.HasSuffix(part, "form") && !strings.HasSuffix(part, "norm") || strings.Contains(part, "sql") && !strings.Contains(part, "graphql") {
			return true
		}
	}
	return false
}
