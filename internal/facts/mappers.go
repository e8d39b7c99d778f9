package facts

import (
	"strings"

	"github.com/stateaudit/stateaudit/internal/names"
	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// library is what is known of an object mapper or query builder of Go.
type library struct {
	path string // that the IDs of its functions begin with
	// singular says that it calls the table of an Order "order". All others say "orders".
	singular bool
	// rows says that Insert, Update and Delete are given rows and columns, and not the
	// name of a table.
	rows bool
	// selects says that a chain ends in Select, which elsewhere only names columns.
	selects bool
	// driver says that it is given statements as well, and is read here for the rest only.
	driver bool
}

// libraries are the mappers and builders whose calls are read.
var libraries = []library{
	{path: "gorm.io/gorm.", rows: true}, {path: "gorm.io/gen.", rows: true}, {path: "github.com/jinzhu/gorm.", rows: true},
	{path: "xorm.io/xorm.", singular: true, rows: true}, {path: "github.com/go-xorm/xorm.", singular: true, rows: true},
	{path: "github.com/xorm-io/xorm.", singular: true, rows: true}, {path: "github.com/xormplus/xorm.", singular: true, rows: true},
	{path: "github.com/uptrace/bun.", rows: true}, {path: "github.com/go-pg/pg", rows: true, selects: true}, {path: "github.com/go-rel/rel.", rows: true},
	{path: "github.com/beego/beego/v2/client/orm.", singular: true, rows: true}, {path: "github.com/beego/beego/client/orm.", singular: true, rows: true},
	{path: "github.com/astaxie/beego/orm.", singular: true, rows: true}, {path: "github.com/beego/beego/orm.", singular: true, rows: true},
	{path: "github.com/go-gorp/gorp", singular: true, rows: true}, {path: "gopkg.in/gorp.", singular: true, rows: true},
	{path: "github.com/upper/db", rows: true}, {path: "upper.io/db", rows: true},
	{path: "go.mongodb.org/mongo-driver/", rows: true}, {path: "github.com/qiniu/qmgo.", rows: true},
	{path: "github.com/pocketbase/dbx.", singular: true},
	{path: "github.com/Masterminds/squirrel."}, {path: "github.com/doug-martin/goqu"}, {path: "github.com/huandu/go-sqlbuilder."},
	{path: "github.com/gocraft/dbr"}, {path: "github.com/mailru/dbr"}, {path: "github.com/volatiletech/sqlboiler"}, {path: "github.com/aarondl/sqlboiler"},
	{path: "github.com/jackc/pgx/", driver: true}, {path: "github.com/lib/pq.", driver: true},
}

// libraryOf finds the mapper or builder that a method belongs to. An interface of the
// checkout over one (an Engine or Session without a body) is taken for xorm's, whose
// own is no interface.
func libraryOf(p *program.Program, callee string) (library, bool) {
	for _, l := range libraries {
		if strings.HasPrefix(callee, l.path) {
			return l, true
		}
	}
	owner, _, ok := cutLast(callee)
	if !ok || p.Function(callee) != nil {
		return library{}, false
	}
	t := p.Type(owner)
	if t != nil && t.Kind == "interface" && (strings.HasSuffix(t.ID, ".Engine") || strings.HasSuffix(t.ID, ".Session")) {
		return library{path: owner, singular: true, rows: true}, true
	}
	return library{}, false
}

// tableText tells the methods that are given the name of a table.
func (l library) tableText(method string) bool {
	switch method {
	case "Table", "TableExpr", "From", "Into", "InsertInto", "DeleteFrom", "SelectFrom", "Join", "LeftJoin", "InnerJoin", "RightJoin", "ModelTableExpr",
		"QueryTable", "Collection", "Truncate", "T", "CopyIn", "CopyFrom":
		return true
	case "Insert", "Update", "Delete", "Replace":
		return !l.rows
	}
	return false
}

// about tells the methods by which a chain says, before its last call, which table it
// is about.
func about(method string) bool {
	switch method {
	case "Model", "Table", "TableExpr", "From", "Into", "Insert", "InsertInto", "Update", "Delete", "DeleteFrom", "SelectFrom", "ModelTableExpr", "QueryTable", "Collection":
		return true
	}
	return false
}

// mapped collects what has to be known of the mappers before any function is read.
func (f *Facts) mapped(fn *program.Function) {
	if fn.Language != unit.Go || fn.Test {
		return
	}
	f.keepValues(fn)
	for i := range fn.Calls {
		c := &fn.Calls[i]
		f.singularGORM = f.singularGORM || asksForSingular(c)
		f.namedTables(c)
	}
}

// namedTables collects the types that a mapper is told the table of by a call.
func (f *Facts) namedTables(c *unit.Call) {
	if c.Name != "AddTableWithName" && c.Name != "AddTableWithNameAndSchema" || len(c.Args) < 2 {
		return
	}
	if name, ok := f.textOf(&c.Args[len(c.Args)-1]); ok {
		f.tableNames[strings.TrimLeft(c.Args[0].Type, "*[]&")] = strings.ToLower(name)
	}
}

// keepValues notes what variables and fields are given, if it is the same wherever they
// are given something, and is a text or comes from a mapper: a repository may keep the
// name of its table, or a query that has begun.
func (f *Facts) keepValues(fn *program.Function) {
	keep := func(id string, v *unit.Value) {
		if id == "" || v == nil {
			return
		}
		old, seen := f.kept[id]
		_, text := f.textOf(v)
		_, mapped := libraryOf(f.Program, v.Callee)
		switch {
		case seen && (old == nil || old.Text != v.Text):
			f.kept[id] = nil
		case text || v.Kind == unit.Result && mapped:
			f.kept[id] = v
		default:
			f.kept[id] = nil
		}
	}
	var fields func(v *unit.Value)
	fields = func(v *unit.Value) {
		for i := range v.Parts {
			part := &v.Parts[i]
			if v.Kind == unit.New && part.Field != "" {
				keep(strings.TrimLeft(v.Type, "*&")+"."+part.Field, part)
			}
			fields(part)
		}
	}
	for i := range fn.Accesses {
		a := &fn.Accesses[i]
		if a.Kind == unit.Write || a.Kind == unit.Init {
			keep(program.KeptIn(a.Place), a.Value)
		}
		if a.Value != nil {
			fields(a.Value)
		}
	}
	for i := range fn.Calls {
		for j := range fn.Calls[i].Args {
			fields(&fn.Calls[i].Args[j])
		}
	}
	for i := range fn.Returns {
		fields(&fn.Returns[i])
	}
}

// throughPlace is what the variable or field that a value stands in always holds.
func (f *Facts) throughPlace(v *unit.Value) *unit.Value {
	if v != nil && v.Place != nil {
		if kept := f.kept[program.KeptIn(*v.Place)]; kept != nil {
			return kept
		}
	}
	return v
}

// textOf is the text that a value is: a literal, a constant by its name, or what a
// variable always holds.
func (f *Facts) textOf(v *unit.Value) (string, bool) {
	v = f.throughPlace(v)
	if text, ok := literal(v); ok {
		return text, true
	}
	if v.Kind == unit.Literal && len(v.Parts) == 1 {
		return literal(&v.Parts[0])
	}
	return "", false
}

// tableIn is the table that an argument names: by a text, by a list of which a text is
// the last part (pgx.Identifier), or by what the library itself makes of one (goqu.T).
func (f *Facts) tableIn(v *unit.Value, l library) string { return f.tableWithin(v, l, maxWithin) }

// maxWithin bounds how deep a name is looked for: a query that a field keeps may be made
// of that field.
const maxWithin = 6

func (f *Facts) tableWithin(v *unit.Value, l library, depth int) string {
	if depth == 0 {
		return ""
	}
	v = f.throughPlace(v)
	if text, ok := f.textOf(v); ok {
		if words := sqlWords(text); len(words) > 0 {
			return tableName(words, 0)
		}
		return ""
	}
	switch {
	case v.Kind == unit.Result && strings.HasPrefix(v.Callee, l.path), v.Kind == unit.Collection, v.Kind == unit.Compound:
		for i := len(v.Parts) - 1; i >= 0; i-- {
			if t := f.tableWithin(&v.Parts[i], l, depth-1); t != "" {
				return t
			}
		}
	}
	return ""
}

// tableOfType is the table of a struct type of the checkout, or of what it is a
// slice of or pointer to.
func (f *Facts) tableOfType(typ string, singular bool) string {
	t := f.Program.Type(strings.TrimLeft(typ, "*[]&"))
	if t == nil || t.Kind != "struct" {
		return ""
	}
	f.Entities[t.Location.File] = true
	if name := f.tableNames[t.ID]; name != "" {
		return name
	}
	if t.Table != "" {
		return strings.ToLower(t.Table[strings.LastIndexByte(t.Table, '.')+1:])
	}
	if fn := f.Program.Function(t.ID + ".TableName"); fn != nil {
		for i := range fn.Returns {
			if text, ok := f.textOf(&fn.Returns[i]); ok {
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
