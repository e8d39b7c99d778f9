package facts

import (
	"path"
	"strings"

	"github.com/stateaudit/stateaudit/internal/names"
	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// readRubySchema reads schema.rb, and migrations where there is none.
func (s *Schema) readRubySchema(p *program.Program) {
	var schemas, migrations []*program.Function
	for _, fn := range p.Functions() {
		file := fn.Location.File
		switch {
		case fn.Language != unit.Ruby || strings.Contains(file, "spec/") || strings.Contains(file, "test/"):
		case strings.HasSuffix(path.Base(file), "schema.rb") && strings.Contains(file, "db/"):
			schemas = append(schemas, fn)
		case strings.Contains(file, "db/migrate/") && fn.Name != "down":
			migrations = append(migrations, fn)
		}
	}
	for _, fn := range schemas {
		s.readTables(fn)
	}
	if len(schemas) == 0 {
		for _, fn := range migrations {
			s.readTables(fn)
		}
	}
}

// readTables reads create_table and what follows it: the calls on the block's
// parameter stand behind it in the order of the source.
func (s *Schema) readTables(fn *program.Function) {
	var at *Table
	for i := range fn.Calls {
		c := &fn.Calls[i]
		name := ""
		if len(c.Args) > 0 {
			name, _ = literal(&c.Args[0])
		}
		switch {
		case name == "" && c.Name != "timestamps":
		case c.Name == "create_table" || c.Name == "change_table":
			at = s.table(name, c.Location)
		case c.Name == "add_foreign_key" && len(c.Args) > 1:
			if to, ok := literal(&c.Args[1]); ok {
				s.Keys = append(s.Keys, ForeignKey{From: name, To: to, Location: c.Location})
			}
		case c.Name == "add_column" && len(c.Args) > 2:
			s.addColumn(c, name)
		case at != nil && c.Receiver != nil && (c.Receiver.Text == "t" || c.Receiver.Text == "table"):
			at.column(c, name, s)
		}
	}
}

func (s *Schema) addColumn(c *unit.Call, table string) {
	column, ok := literal(&c.Args[1])
	typ, typed := literal(&c.Args[2])
	if ok && typed {
		s.table(table, c.Location).Columns[column] = typ
	}
}

// column reads `t.string "name"` and its like.
func (t *Table) column(c *unit.Call, name string, s *Schema) {
	switch c.Name {
	case "index", "remove", "rename", "check_constraint", "exclusion_constraint", "unique_constraint":
	case "timestamps":
		t.Columns["created_at"], t.Columns["updated_at"] = "datetime", "datetime"
	case "references", "belongs_to":
		t.Columns[name+"_id"] = "bigint"
		if option(c, "foreign_key") == "true" {
			s.Keys = append(s.Keys, ForeignKey{From: t.Name, To: names.Plural(name), Location: c.Location})
		}
	case "column":
		if len(c.Args) > 1 {
			t.Columns[name], _ = literal(&c.Args[1])
		}
	default:
		t.Columns[name] = c.Name
	}
}
