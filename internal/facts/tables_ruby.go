package facts

import (
	"maps"
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// recordCall notes the tables that a call in Ruby reads or writes.
func (f *Facts) recordCall(fn *program.Function, c *unit.Call) {
	f.rawSQL(fn, c)
	on, ok := f.receiverRow(fn, c)
	if !ok {
		return
	}
	add := func(m *Model, column string, write bool) {
		f.add(Use{Function: fn, Kind: TableUse, Name: m.Table, Write: write, Tx: c.Tx || f.InCallback(fn), Location: c.Location, Column: column, Model: m, Path: on.path})
	}
	switch {
	case writesRow(c.Name):
		add(on.model, "", true)
	case fn.Language == unit.Ruby && c.Name == "<<" && on.many:
		add(on.model, "", true)
	default:
		if a, is := on.model.Associations[c.Name]; is {
			if target := f.Models[a.Target]; target != nil && !on.many {
				add(target, "", false)
			}
			return
		}
		if on.many {
			if !strings.HasSuffix(c.Name, "=") && c.Name != "new" && c.Name != "build" && c.Name != "transaction" && !f.classMethod(on.model, c.Name) {
				add(on.model, "", false)
			}
			return
		}
		if f.IsColumn(on.model, c) {
			add(on.model, c.Name, false)
		}
	}
}

// receiverRow tells what rows a call is made on.
func (f *Facts) receiverRow(fn *program.Function, c *unit.Call) (row, bool) {
	if c.Receiver != nil {
		return f.rowOf(fn, c.Receiver, 0)
	}
	m := f.Models[fn.Owner]
	if m == nil || fn.Name == "<body>" || c.Callee != "" && !c.External && !c.Guessed {
		return row{}, false
	}
	return rowsOf(m, strings.HasPrefix(fn.ID, fn.Owner+".")), true
}

// writesRow tells the methods of records and relations that write.
func writesRow(name string) bool {
	switch strings.TrimSuffix(name, "!") {
	case "save", "create", "update", "update_all", "update_attribute", "update_attributes", "update_column", "update_columns", "destroy", "destroy_all", "destroy_by",
		"delete", "delete_all", "delete_by", "insert", "insert_all", "upsert", "upsert_all", "touch", "touch_all", "increment", "decrement", "increment_counter",
		"decrement_counter", "update_counters", "toggle", "find_or_create_by", "first_or_create", "create_or_find_by", "create_with", "import", "bulk_import":
		return true
	}
	return false
}

// classMethod tells what a model answers by code of its own, which is counted
// there.
func (f *Facts) classMethod(m *Model, name string) bool {
	return f.Program.Function(m.Class+"."+name) != nil
}

// IsColumn tells a call that reads a column of a row: one that the schema knows,
// or, without a schema, one that nothing else explains.
func (f *Facts) IsColumn(m *Model, c *unit.Call) bool {
	name := strings.TrimSuffix(c.Name, "?")
	if f.Program.Function(m.Class+"#"+c.Name) != nil {
		return false
	}
	if t := f.Schema.Tables[m.Table]; t != nil {
		return t.Columns[name] != "" || name == "id"
	}
	return len(c.Args) == 0 && !strings.HasSuffix(c.Name, "=") && !strings.HasSuffix(c.Name, "?") && !strings.HasSuffix(c.Name, "!") && !ofEveryRow(name)
}

// ofEveryRow tells the methods that every row answers and that are no columns.
func ofEveryRow(name string) bool {
	switch name {
	case "reload", "errors", "valid", "persisted", "new_record", "attributes", "changes", "class", "to_param", "to_s", "inspect", "dup", "present", "blank", "nil", "as_json", "to_json",
		"send", "public_send", "try", "tap", "then", "freeze", "model_name", "to_key", "is_a", "respond_to", "lock", "with_lock", "assign_attributes", "previous_changes", "saved_changes", "each", "map", "hash", "method", "presence", "to_global_id", "to_gid", "transaction", "previously_new_record", "association", "attribute_names", "becomes", "in", "raise":
		return true
	}
	return false
}

// rawSQL notes the tables in texts of SQL that a call is given.
func (f *Facts) rawSQL(fn *program.Function, c *unit.Call) {
	switch c.Name {
	case "execute", "exec_query", "select_all", "select_value", "select_values", "select_rows", "select_one", "find_by_sql", "count_by_sql", "exec_update", "exec_insert", "exec_delete", "update", "delete", "insert":
	default:
		return
	}
	for i := range c.Args {
		text, ok := literal(&c.Args[i])
		if !ok || !strings.Contains(text, " ") {
			continue
		}
		for _, t := range Tables(text) {
			f.add(Use{Function: fn, Kind: TableUse, Name: t.Table, Write: t.Write, Tx: c.Tx, Location: c.Location})
		}
	}
}

// InCallback tells the methods of a model that run inside the transaction of a
// save.
func (f *Facts) InCallback(fn *program.Function) bool {
	m := f.Models[fn.Owner]
	return m != nil && m.Callbacks[fn.Name]
}

// dependents notes the tables that a model's macros write when a row of its own
// is saved or destroyed.
func (f *Facts) dependents(fn *program.Function) {
	m := f.Models[fn.Owner]
	if m == nil || fn.Name != "<body>" {
		return
	}
	for i := range fn.Calls {
		name := ""
		if len(fn.Calls[i].Args) > 0 {
			name, _ = literal(&fn.Calls[i].Args[0])
		}
		a, ok := m.Associations[name]
		if !ok || a.Location != fn.Calls[i].Location {
			continue
		}
		if target := f.Models[a.Target]; target != nil && a.Writes {
			f.add(Use{Function: fn, Kind: TableUse, Name: target.Table, Write: true, Tx: true, Location: a.Location})
		}
	}
}

// loginKey tells the key that says who is logged in: the ID of a model that the
// application asks for as current_user, current_account and so on. Every service is
// told that by a token, so that it separates nothing.
func (f *Facts) loginKey(key string) bool {
	name, ok := strings.CutSuffix(key, "_id")
	return ok && f.currents()[name]
}

// currents are the names X of the methods current_X of the checkout.
func (f *Facts) currents() map[string]bool {
	if f.current == nil {
		f.current = map[string]bool{}
		for _, fn := range f.Program.Functions() {
			if name, ok := strings.CutPrefix(fn.Name, "current_"); ok && fn.Language == unit.Ruby {
				f.current[name] = true
			}
		}
	}
	return f.current
}

// sessions notes the keys of the session and of cookies that a function sets and
// reads.
func (f *Facts) sessions(fn *program.Function) {
	for _, s := range fn.Sessions {
		if key := strings.Trim(s.Key, `:"'`); key != "" && s.Store != "flash" && !f.loginKey(key) {
			f.add(Use{Function: fn, Kind: SessionUse, Name: s.Store + " " + key, Write: !s.Read, Location: s.Location})
		}
	}
}

// ownTables tells each table's model. Several may have rows in one: then it is the
// one that the others are derived from.
func (f *Facts) ownTables() {
	f.byTable = map[string]*Model{}
	for _, class := range slices.Sorted(maps.Keys(f.Models)) {
		m := f.Models[class]
		if before := f.byTable[m.Table]; before == nil || f.derived(before, m) {
			f.byTable[m.Table] = m
		}
	}
}

// derived tells whether a model inherits from another one.
func (f *Facts) derived(m, from *Model) bool {
	for depth := 0; m != nil && depth < 8; depth++ {
		var up *Model
		for _, s := range m.Type.Supers {
			if t := f.Program.Type(superName(s)); t != nil && !strings.HasPrefix(s, "include ") && f.Models[t.ID] != nil {
				up = f.Models[t.ID]
			}
		}
		if up == from {
			return true
		}
		m = up
	}
	return false
}

// modelOfTable is the model whose table a function uses, nil if there is none.
func (f *Facts) modelOfTable(u Use) *Model {
	if u.Kind == TableUse && u.Model != nil {
		return u.Model
	}
	if u.Kind != TableUse || u.Function.Language != unit.Ruby {
		return nil
	}
	return f.byTable[u.Name]
}

// ModelOf is the model of a table, nil if there is none.
func (f *Facts) ModelOf(table string) *Model { return f.byTable[table] }
