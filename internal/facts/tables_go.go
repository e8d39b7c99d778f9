package facts

import (
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/names"
	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// tables notes the tables that a function reads and writes.
func (f *Facts) tables(fn *program.Function) {
	for _, s := range fn.Statements {
		for _, t := range Tables(s.Text) {
			f.add(Use{Function: fn, Kind: TableUse, Name: t.Table, Write: t.Write, Tx: s.Tx, Location: s.Location})
		}
	}
	for i := range fn.Calls {
		c := &fn.Calls[i]
		switch {
		case c.Reference:
		case fn.Language == unit.Go:
			f.mapperCall(fn, c)
		case fn.Language == unit.Ruby:
			f.recordCall(fn, c)
		}
	}
	f.dependents(fn)
}

// mapperCall reads a call of an object mapper or query builder of Go.
func (f *Facts) mapperCall(fn *program.Function, c *unit.Call) {
	if t, write, ok := f.entCall(c); ok {
		f.add(Use{Function: fn, Kind: TableUse, Name: t, Write: write, Tx: c.Tx, Location: c.Location})
		return
	}
	l, ok := libraryOf(f.Program, c.Callee)
	if !ok {
		return
	}
	chain := f.chained(c)
	write, read := l.direction(chain)
	if !write && !read {
		return
	}
	for _, t := range f.chainTables(chain, l) {
		f.add(Use{Function: fn, Kind: TableUse, Name: t, Write: write, Tx: c.Tx, Location: c.Location})
	}
}

// link is one call of a chain: its name and its arguments.
type link struct {
	name string
	args []unit.Value
}

// chained lists a call and those that its receiver is made by, also where that was
// kept in a variable.
func (f *Facts) chained(c *unit.Call) []link {
	out := []link{{c.Name, c.Args}}
	for v := f.throughPlace(c.Receiver); v != nil && v.Kind == unit.Result && len(out) < 8; v = f.throughPlace(v) {
		name := v.Callee[strings.LastIndexByte(v.Callee, '.')+1:]
		var next *unit.Value
		args := v.Parts
		if len(args) > 0 {
			next, args = &v.Parts[0], v.Parts[1:]
		}
		out = append(out, link{name, args})
		v = next
	}
	return out
}

func cutLast(id string) (owner, name string, ok bool) {
	i := strings.LastIndexByte(id, '.')
	if i < 0 {
		return "", id, false
	}
	return id[:i], id[i+1:], true
}

// direction tells whether a chain of calls ends in a write or a read.
func (l library) direction(chain []link) (write, read bool) {
	if l.driver && chain[0].name != "CopyFrom" && chain[0].name != "CopyIn" {
		return false, false // it is given a statement
	}
	builds := ""
	for _, before := range chain[1:] {
		switch before.name {
		case "NewInsert", "NewUpdate", "NewDelete", "Insert", "InsertInto", "Update", "Delete", "DeleteFrom", "Replace":
			builds = "write"
		case "NewSelect", "Select":
			builds = "read"
		}
	}
	switch name := chain[0].name; name {
	case "Create", "Save", "Updates", "Update", "UpdateColumn", "UpdateColumns", "Delete", "CreateInBatches", "FirstOrCreate",
		"Insert", "InsertOne", "InsertMulti", "InsertInto", "DeleteFrom", "Into", "Upsert", "Truncate", "Incr", "Decr", "Replace",
		"InsertReturning", "UpdateReturning", "InsertOrUpdate", "InsertAll", "UpdateAll", "DeleteAll", "ReadOrCreate", "CopyIn", "CopyFrom",
		"InsertMany", "UpdateOne", "UpdateMany", "UpdateByID", "DeleteOne", "DeleteMany", "ReplaceOne", "FindOneAndUpdate", "FindOneAndDelete", "FindOneAndReplace", "BulkWrite":
		return true, false
	case "Exec", "ExecContext":
		return builds == "write", builds == "read"
	case "Select", "SelectAndCount", "SelectOrInsert", "ForEach":
		return name == "SelectOrInsert", l.selects && builds != "write" && name != "SelectOrInsert"
	case "Find", "First", "Last", "Take", "Get", "Exist", "Count", "Iterate", "Scan", "ScanRows", "FindInBatches", "Pluck", "Row", "Rows",
		"FindAndCount", "FindAll", "Sum", "All", "One", "From", "SelectFrom", "Join", "LeftJoin", "InnerJoin", "RightJoin", "Query", "QueryRow", "SelectOne",
		"Read", "ReadForUpdate", "FindOne", "Aggregate", "CountDocuments", "EstimatedDocumentCount", "Distinct":
		return builds == "write" && name != "From", builds != "write"
	}
	return false, false
}

// chainTables are the tables that a chain is about: named as text, or by a
// value of a struct type of the checkout.
func (f *Facts) chainTables(chain []link, by library) []string {
	var named, typed []string
	add := func(to *[]string, t string) bool {
		if t != "" && !slices.Contains(*to, t) {
			*to = append(*to, t)
		}
		return t != ""
	}
	singular := by.singular || strings.Contains(by.path, "gorm") && f.singularGORM
	joins := true
	for i, l := range chain {
		if i > 0 && !about(l.name) {
			continue
		}
		if l.name == "Update" && len(l.args) > 1 && l.args[0].Kind == unit.Literal {
			continue // a column and its value
		}
		for j := range l.args {
			a := &l.args[j]
			if by.tableText(l.name) && add(&named, f.tableIn(a, by)) {
				joins = joins && strings.HasSuffix(l.name, "Join")
				break
			}
			if _, text := f.textOf(a); text {
				break
			}
			add(&typed, f.tableOfType(a.Type, singular))
		}
	}
	if !joins {
		return named // the types say only what the rows are put into
	}
	return append(named, typed...)
}

// entCall reads a call of code that ent has generated.
func (f *Facts) entCall(c *unit.Call) (table string, write, ok bool) {
	owner, method, found := cutLast(c.Callee)
	if !found {
		return "", false, false
	}
	for _, suffix := range []string{"CreateBulk", "Create", "UpdateOne", "Update", "DeleteOne", "Delete", "Query"} {
		entity, has := strings.CutSuffix(owner, suffix)
		if !has || f.Program.Type(entity) == nil || f.Program.Type(entity+"Client") == nil {
			continue
		}
		_, name, _ := cutLast(entity)
		switch strings.TrimSuffix(method, "X") {
		case "Save", "Exec":
			return names.TableOf(name), true, suffix != "Query"
		case "All", "First", "Only", "Count", "Exist", "IDs", "OnlyID", "FirstID", "Scan", "Strings", "Ints":
			return names.TableOf(name), false, suffix == "Query"
		}
		return "", false, false
	}
	return "", false, false
}

// asksForSingular tells whether a call configures GORM to use the singular.
func asksForSingular(c *unit.Call) bool {
	found := false
	for i := range c.Args {
		walk(&c.Args[i], func(v *unit.Value) { found = found || strings.Contains(v.Text, "SingularTable: true") })
	}
	return found
}
