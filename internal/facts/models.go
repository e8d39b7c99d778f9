package facts

import (
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/names"
	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// Model is a class whose objects are rows.
type Model struct {
	Class        string
	Table        string
	Type         *unit.Type
	Associations map[string]Association // by name
	// Callbacks are the methods that run inside the transaction of a save.
	Callbacks map[string]bool
}

// Association leads from a row to one or to many others.
type Association struct {
	Target   string // class
	Many     bool
	Writes   bool // saving or destroying the owner writes the target
	Location unit.Location
}

// row is what an expression stands for: an object of a model, or many (a
// relation, or the class itself).
type row struct {
	model *Model
	many  bool
	path  string // how it was reached: order.line_items
}

// rowsOf is a class or variable of a model, which paths begin with.
func rowsOf(m *Model, many bool) row {
	return row{m, many, names.Snake(m.Class[strings.LastIndexByte(m.Class, ':')+1:])}
}

// models finds the classes whose objects are rows, and what they say of
// themselves in their bodies.
func models(p *program.Program, schema *Schema) map[string]*Model {
	found, associating := map[string]*Model{}, associating(p)
	for _, u := range p.Units {
		if u.Language != unit.Ruby {
			continue
		}
		for i := range u.Types {
			t := &u.Types[i]
			if t.Test || base(t) || elsewhere(t.Location.File) || !isModel(p, t, associating, 0) {
				continue
			}
			if m := found[t.ID]; m == nil {
				found[t.ID] = &Model{Class: t.ID, Type: t, Associations: map[string]Association{}, Callbacks: map[string]bool{}}
			} else if defines(t) && !defines(m.Type) {
				m.Type = t // what was met before only reopens the class
			}
		}
	}
	tables := map[string]string{}
	for _, fn := range p.Functions() {
		if m := found[fn.Owner]; m != nil && fn.Name == "<body>" {
			m.body(fn, found, tables)
		}
	}
	for _, m := range found {
		m.Table = tableOfModel(p, m.Type, tables, schema, associating)
	}
	return found
}

// defines tells the definition of a class from what only opens it again, to have a
// namespace or to add a method: it says what the class inherits.
func defines(t *unit.Type) bool {
	return slices.ContainsFunc(t.Supers, func(s string) bool { return !strings.HasPrefix(s, "include ") })
}

// elsewhere tells migrations and scripts, which make do with models of their own.
func elsewhere(file string) bool {
	return strings.Contains("/"+file, "/db/") || strings.HasPrefix(file, "script/") || strings.Contains("/"+file, "/lib/tasks/")
}

// associating lists the classes below app/models that declare associations: they
// are models also if their superclass is computed (`< Spree.base_class`).
func associating(p *program.Program) map[string]bool {
	out := map[string]bool{}
	for _, fn := range p.Functions() {
		if fn.Language != unit.Ruby || fn.Name != "<body>" || !strings.Contains(fn.Location.File, "app/models/") {
			continue
		}
		if t := p.Type(fn.Owner); t == nil || t.Kind != "class" {
			continue
		}
		if slices.ContainsFunc(fn.Calls, func(c unit.Call) bool {
			switch c.Name {
			case "belongs_to", "has_one", "has_many", "has_and_belongs_to_many":
				return c.Receiver == nil
			}
			return false
		}) {
			out[fn.Owner] = true
		}
	}
	return out
}

// base tells the classes that models are derived from, which have no rows.
func base(t *unit.Type) bool {
	return t.Name == "ApplicationRecord" || strings.HasSuffix(t.Name, "::ApplicationRecord") || t.Name == "ActiveRecord::Base"
}

// isModel follows superclasses. Classes below app/models that inherit from what
// is not in the checkout, such as a base class of an engine, count by its name.
func isModel(p *program.Program, t *unit.Type, associating map[string]bool, depth int) bool {
	if associating[t.ID] {
		return true
	}
	for _, s := range t.Supers {
		name := superName(s)
		switch {
		case slices.Contains(names.Mappers(), name):
			return true
		case strings.HasPrefix(s, "include "):
			continue
		case strings.HasSuffix(name, "ApplicationRecord"), strings.HasSuffix(name, "::Base") && strings.Contains(t.Location.File, "app/models/") && p.Type(name) == nil:
			return true
		}
		if up := p.Type(name); up != nil && up != t && depth < 8 && isModel(p, up, associating, depth+1) {
			return true
		}
	}
	return false
}

// body reads the macros of a model's class body.
func (m *Model) body(fn *program.Function, known map[string]*Model, tables map[string]string) {
	for i := range fn.Calls {
		c := &fn.Calls[i]
		if len(c.Args) == 0 {
			continue
		}
		name, _ := literal(&c.Args[0])
		switch c.Name {
		case "table_name=":
			if name != "" {
				tables[m.Class] = name
			}
		case "belongs_to", "has_one", "has_many", "has_and_belongs_to_many":
			m.associate(c, name, known)
		case "accepts_nested_attributes_for":
			for j := range c.Args {
				if name, ok := literal(&c.Args[j]); ok {
					if a, has := m.Associations[name]; has {
						a.Writes = true
						m.Associations[name] = a
					}
				}
			}
		}
		if inTransaction(c.Name) {
			for j := range c.Args {
				if name, ok := literal(&c.Args[j]); ok {
					m.Callbacks[name] = true
				}
			}
		}
	}
}

// inTransaction tells the callbacks that run before the transaction of a save
// is committed.
func inTransaction(name string) bool {
	switch name {
	case "before_validation", "after_validation", "before_save", "around_save", "after_save", "before_create", "around_create", "after_create",
		"before_update", "around_update", "after_update", "before_destroy", "around_destroy", "after_destroy", "validate":
		return true
	}
	return false
}

// associate reads one association. Polymorphic ones lead anywhere and are left
// out.
func (m *Model) associate(c *unit.Call, name string, known map[string]*Model) {
	if name == "" || option(c, "polymorphic") != "" {
		return
	}
	many := strings.HasPrefix(c.Name, "has_many") || c.Name == "has_and_belongs_to_many"
	class := option(c, "class_name")
	if class == "" {
		word := name
		if source := option(c, "source"); source != "" {
			word = source
		}
		class = names.Camel(names.SingularName(word))
		if !many {
			class = names.Camel(word)
		}
	}
	target := inScope(m.Class, strings.TrimPrefix(class, "::"), known)
	if target == "" {
		return
	}
	m.Associations[name] = Association{
		Target: target, Many: many, Location: c.Location,
		// What `dependent:` removes is settled by an event that says the owner is gone, and
		// separates nothing.
		Writes: option(c, "autosave") == "true",
	}
}

// inScope finds a class by name as Ruby does from inside another one.
func inScope(from, name string, known map[string]*Model) string {
	for scope := from; ; {
		if full := scope + "::" + name; known[full] != nil {
			return full
		}
		i := strings.LastIndex(scope, "::")
		if i < 0 {
			break
		}
		scope = scope[:i]
	}
	if known[name] != nil {
		return name
	}
	return ""
}

// option is the text of a keyword's value: a literal, or what is written.
func option(c *unit.Call, key string) string {
	for i := range c.Args {
		a := &c.Args[i]
		if a.Type != "pair" || a.Callee != key || len(a.Parts) == 0 {
			continue
		}
		if text, ok := literal(&a.Parts[0]); ok {
			return text
		}
		return a.Parts[0].Text
	}
	return ""
}

// tableOfModel is the table that a class says, or inherits, or gets by Rails'
// rules: one that the schema knows is preferred.
func tableOfModel(p *program.Program, t *unit.Type, written map[string]string, schema *Schema, associating map[string]bool) string {
	for up, depth := t, 0; up != nil && depth < 8; depth++ {
		if name := written[up.ID]; name != "" {
			return name
		}
		var next *unit.Type
		for _, s := range up.Supers {
			name := superName(s)
			if super := p.Type(name); super != nil && super != up && !strings.HasPrefix(s, "include ") && !base(super) && isModel(p, super, associating, 0) {
				next = super
			}
		}
		if next == nil {
			return ruled(up.ID, schema)
		}
		up = next
	}
	return ruled(t.ID, schema)
}

// ruled is the table of a class by Rails' rules. Modules may add a prefix.
func ruled(class string, schema *Schema) string {
	parts := strings.Split(class, "::")
	plain := names.TableOf(parts[len(parts)-1])
	if schema.Has(plain) && len(parts) == 1 {
		return plain
	}
	for i := range parts {
		var words []string
		for _, part := range parts[i:] {
			words = append(words, names.Snake(part))
		}
		words[len(words)-1] = plain
		if joined := schema.spelled(strings.Join(words, "_")); joined != "" {
			return joined
		}
	}
	return plain
}

// rowOf tells what rows a value of a Ruby function stands for.
func (f *Facts) rowOf(fn *program.Function, v *unit.Value, depth int) (row, bool) {
	if v == nil || depth > 6 {
		return row{}, false
	}
	if m := f.Models[v.Type]; m != nil {
		if r, ok := f.rowStep(fn, v, depth); ok && r.model == m {
			return r, true // which says how the row was reached as well
		}
		return rowsOf(m, false), true
	}
	if v.Kind == unit.PlaceValue && v.Place != nil && v.Place.Root == unit.RootHolder && len(v.Place.Path) == 0 {
		if m := f.Models[v.Place.Name]; m != nil {
			return rowsOf(m, true), true
		}
	}
	if r, ok := f.rowStep(fn, v, depth); ok {
		return r, true
	}
	if v.Kind == unit.Compound && len(v.Parts) == 1 && v.Parts[0].Kind == unit.Result {
		// The parameter of a block stands for what the call with the block walks over.
		if on, ok := f.rowOfText(fn, v.Parts[0].Text); ok {
			return row{on.model, false, on.path}, true
		}
	}
	return f.rowOfText(fn, v.Text)
}

// rowStep is what a call hands out by a method of a row or relation.
func (f *Facts) rowStep(fn *program.Function, v *unit.Value, depth int) (row, bool) {
	if v.Kind != unit.Result || len(v.Parts) == 0 {
		return row{}, false
	}
	on, ok := f.rowOf(fn, &v.Parts[0], depth+1)
	if !ok {
		return row{}, false
	}
	return f.step(on, v.Callee[strings.LastIndexAny(v.Callee, ".#")+1:])
}

// step is what a method of a row or relation hands out, as far as that is rows.
func (f *Facts) step(on row, name string) (row, bool) {
	if a, ok := on.model.Associations[name]; ok {
		return row{f.Models[a.Target], a.Many, on.path + "." + name}, f.Models[a.Target] != nil
	}
	if !on.many {
		switch name {
		case "reload", "dup", "tap", "presence", "becomes", "lock!", "itself":
			return on, true
		}
		return row{}, false
	}
	if one(name) {
		return row{on.model, false, on.path}, true
	}
	if scalar(name) {
		return row{}, false
	}
	return on, true
}

// one tells the methods of a relation that give one row.
func one(name string) bool {
	switch name {
	case "find", "find_by", "find_by!", "first", "first!", "last", "last!", "take", "take!", "second", "sole", "find_sole_by", "new", "build", "create", "create!",
		"find_or_create_by", "find_or_create_by!", "find_or_initialize_by", "first_or_create", "first_or_create!", "first_or_initialize", "create_or_find_by", "sample", "detect", "[]", "friendly_find":
		return true
	}
	return strings.HasPrefix(name, "find_by_")
}

// scalar tells the methods of a relation that give no rows.
func scalar(name string) bool {
	switch name {
	case "count", "sum", "average", "minimum", "maximum", "exists?", "any?", "none?", "empty?", "present?", "blank?", "size", "length", "pluck", "pick", "ids", "map", "flat_map",
		"filter_map", "to_sql", "table_name", "connection", "transaction", "column_names", "human_attribute_name", "model_name", "name", "insert_all", "upsert_all", "update_all", "delete_all", "to_h", "group_by", "index_by", "logger", "sanitize_sql", "quoted_table_name", "arel_table":
		return true
	}
	return strings.HasSuffix(name, "?")
}

// rowOfText reads a chain as it is written: names of variables stand for rows of
// the models that they are called after, which is Rails' own convention.
func (f *Facts) rowOfText(fn *program.Function, text string) (row, bool) {
	parts := chainParts(text)
	if len(parts) == 0 {
		return row{}, false
	}
	on, ok := f.rowOfName(fn, parts[0])
	if !ok {
		return row{}, false
	}
	for _, name := range parts[1:] {
		if walksRows(name) {
			on.many = false
			continue
		}
		if on, ok = f.step(on, name); !ok {
			return row{}, false
		}
	}
	return on, true
}

// walksRows tells the methods whose block is given one row after the other. A
// block's parameter has the text of the whole call.
func walksRows(name string) bool {
	switch name {
	case "each", "map", "flat_map", "filter_map", "find_each", "each_with_index", "each_with_object", "select", "reject", "sort_by", "group_by", "index_by",
		"sum", "inject", "reduce", "partition", "to_h", "each_slice", "any?", "all?", "none?", "detect", "find_all", "collect", "min_by", "max_by", "uniq", "each_entry", "in_batches", "sort":
		return true
	}
	return false
}

// chainParts splits `order.line_items.where(x: 1)` into its names. Anything that
// is no chain of names gives nil.
func chainParts(text string) []string {
	var parts []string
	depth, start := 0, 0
	flush := func(end int) bool {
		name := strings.TrimLeft(text[start:end], "@&")
		if i := strings.IndexAny(name, "([{ "); i >= 0 {
			name = name[:i]
		}
		name = strings.TrimSpace(strings.TrimSuffix(name, "&"))
		if name == "" || strings.ContainsAny(name, `"'+-*/=<>|,;%\`) {
			return false
		}
		parts = append(parts, name)
		return true
	}
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			depth--
		case '.':
			if depth == 0 {
				if !flush(i) {
					return nil
				}
				start = i + 1
			}
		case '\n':
			i = len(text)
		}
	}
	if !flush(len(text)) {
		return nil
	}
	return parts
}

// rowOfName tells what rows a variable, constant or method stands for by its name:
// order, @order, current_user, orders, Order.
func (f *Facts) rowOfName(fn *program.Function, name string) (row, bool) {
	if name == "self" {
		if m := f.Models[fn.Owner]; m != nil {
			return rowsOf(m, strings.HasPrefix(fn.ID, fn.Owner+".")), true
		}
		return row{}, false
	}
	if name[0] >= 'A' && name[0] <= 'Z' {
		id := inScope(fn.Owner, name, f.Models)
		if id == "" {
			return row{}, false
		}
		return rowsOf(f.Models[id], true), true
	}
	if m := f.Models[fn.Owner]; m != nil {
		if a, ok := m.Associations[name]; ok {
			return row{f.Models[a.Target], a.Many, rowsOf(m, false).path + "." + name}, f.Models[a.Target] != nil
		}
		if a, ok := m.Associations[names.Plural(name)]; ok && a.Many && f.Models[a.Target] != nil {
			return row{f.Models[a.Target], false, name}, true // one of its own
		}
	}
	words := strings.Split(name, "_")
	for i := range words {
		word := strings.Join(words[i:], "_")
		if len(word) < 3 {
			break
		}
		single := names.SingularName(word)
		if id := inScope(fn.Owner, names.Camel(single), f.Models); id != "" && (i == 0 || slices.Contains([]string{"current", "new", "old", "other", "the", "this", "parent", "target", "source", "my", "existing", "first", "last", "all"}, words[i-1])) {
			return rowsOf(f.Models[id], single != word), true
		}
	}
	return row{}, false
}
