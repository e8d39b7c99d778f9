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
	if !mapper(f.Program, c.Callee) {
		return
	}
	chain := chained(c)
	write, read := direction(chain)
	if !write && !read {
		return
	}
	for _, t := range f.chainTables(chain, c.Callee) {
		f.add(Use{Function: fn, Kind: TableUse, Name: t, Write: write, Tx: c.Tx, Location: c.Location})
	}
}

// link is one call of a chain: its name and its arguments.
type link struct {
	name string
	args []unit.Value
}

// chained lists a call and those that its receiver is made by.
func chained(c *unit.Call) []link {
	out := []link{{c.Name, c.Args}}
	for v := c.Receiver; v != nil && v.Kind == unit.Result && len(out) < 8; {
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

// mapper tells the methods of object mappers and query builders, and those of a
// checkout's own interface over one (an Engine, Session or DB without a body).
func mapper(p *program.Program, callee string) bool {
	for _, lib := range []string{
		"gorm.io/gorm.", "github.com/jinzhu/gorm.", "xorm.io/xorm.", "github.com/go-xorm/xorm.", "github.com/xorm-io/xorm.", "github.com/xormplus/xorm.", "github.com/uptrace/bun.",
		"github.com/Masterminds/squirrel.", "github.com/doug-martin/goqu", "github.com/pocketbase/dbx.", "github.com/go-pg/pg",
		"github.com/go-gorp/gorp", "github.com/huandu/go-sqlbuilder.", "github.com/gocraft/dbr", "github.com/upper/db",
	} {
		if strings.HasPrefix(callee, lib) {
			return true
		}
	}
	owner, _, ok := cutLast(callee)
	if !ok || p.Function(callee) != nil {
		return false
	}
	t := p.Type(owner)
	return t != nil && t.Kind == "interface" && (strings.HasSuffix(t.ID, ".Engine") || strings.HasSuffix(t.ID, ".Session"))
}

// singular tells the mappers that call the table of an Order "order": xorm and what
// a checkout puts in front of it, dbx, and GORM where it is told so. All others say
// "orders".
func (f *Facts) singular(callee string) bool {
	if strings.Contains(callee, "gorm") {
		return f.singularGORM
	}
	return strings.Contains(callee, "xorm") || strings.Contains(callee, "/dbx.") || strings.HasSuffix(owner(callee), ".Engine") || strings.HasSuffix(owner(callee), ".Session")
}

func owner(id string) string {
	out, _, _ := cutLast(id)
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
func direction(chain []link) (write, read bool) {
	builds := ""
	for _, l := range chain[1:] {
		switch l.name {
		case "NewInsert", "NewUpdate", "NewDelete", "Insert", "InsertInto", "Update", "Delete", "DeleteFrom", "Replace":
			builds = "write"
		case "NewSelect", "Select":
			builds = "read"
		}
	}
	switch chain[0].name {
	case "Create", "Save", "Updates", "Update", "UpdateColumn", "UpdateColumns", "Delete", "CreateInBatches", "FirstOrCreate",
		"Insert", "InsertOne", "InsertMulti", "InsertInto", "DeleteFrom", "Into", "Upsert", "Truncate", "Incr", "Decr", "Replace":
		return true, false
	case "Exec", "ExecContext":
		return builds == "write", builds == "read"
	case "Find", "First", "Last", "Take", "Get", "Exist", "Count", "Iterate", "Scan", "ScanRows", "FindInBatches", "Pluck", "Row", "Rows",
		"FindAndCount", "Sum", "All", "One", "From", "Join", "LeftJoin", "InnerJoin", "RightJoin", "Query", "QueryRow", "SelectOne":
		return builds == "write" && chain[0].name != "From", builds != "write"
	}
	return false, false
}

// chainTables are the tables that a chain is about: named as text, or by a
// value of a struct type of the checkout.
func (f *Facts) chainTables(chain []link, callee string) []string {
	var out []string
	add := func(t string) {
		if t != "" && !slices.Contains(out, t) {
			out = append(out, t)
		}
	}
	for i, l := range chain {
		if i > 0 && !slices.Contains([]string{"Model", "Table", "TableExpr", "From", "Into", "Insert", "InsertInto", "Update", "Delete", "DeleteFrom", "ModelTableExpr"}, l.name) {
			continue
		}
		if l.name == "Update" && len(l.args) > 1 && l.args[0].Kind == unit.Literal {
			continue // a column and its value
		}
		for j := range l.args {
			a := &l.args[j]
			if text, ok := literal(a); ok {
				if words := sqlWords(text); len(words) > 0 && tableText(l.name, callee) {
					add(tableName(words, 0))
				}
				break
			}
			add(f.tableOfType(a.Type, f.singular(callee)))
		}
	}
	return out
}

// tableText tells the methods that are given the name of a table. In the mappers
// of structs Update and Delete are given columns and conditions.
func tableText(method, callee string) bool {
	switch method {
	case "Table", "TableExpr", "From", "Into", "InsertInto", "DeleteFrom", "Join", "LeftJoin", "InnerJoin", "RightJoin", "ModelTableExpr":
		return true
	case "Insert", "Update", "Delete":
		return !strings.Contains(callee, "gorm") && !strings.Contains(callee, "xorm") && !strings.Contains(callee, "/bun.")
	}
	return false
}

// tableOfType is the table of a struct type of the checkout, or of what it is a
// slice of or pointer to.
func (f *Facts) tableOfType(typ string, singular bool) string {
	t := f.Program.Type(strings.TrimLeft(typ, "*[]&"))
	if t == nil || t.Kind != "struct" {
		return ""
	}
	f.Entities[t.Location.File] = true
	if fn := f.Program.Function(t.ID + ".TableName"); fn != nil {
		for i := range fn.Returns {
			if text, ok := literal(&fn.Returns[i]); ok {
				return strings.ToLower(text[strings.LastIndexByte(text, '.')+1:])
			}
		}
	}
	plural, single := names.TableOf(t.Name), names.Snake(t.Name)
	if singular || !f.Schema.Has(plural) && f.Schema.Has(single) {
		return single
	}
	return plural
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
