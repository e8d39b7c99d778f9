package python

import (
	"path"
	"slices"
	"strings"
	"unicode"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// mapped tells a class whose objects are rows of a table of SQLAlchemy: a model that names
// its table, or one with columns, of which the class above makes the name.
func (r *resolver) mapped(id string) bool {
	if !r.isModel(id) || r.stored(id) || r.plainText(id, "__abstract__") == "True" {
		return false
	}
	if r.plainText(id, "__tablename__") != "" || r.inBody(id, "__table__") {
		return true
	}
	return slices.ContainsFunc(r.columnsIn(id), func(h *unit.Holder) bool {
		return columnMaker(h) == "Column" || columnMaker(h) == "mapped_column"
	})
}

// features are the folders that have models of SQLAlchemy of their own, where several have:
// what Django calls applications.
func (r *resolver) features() map[string]bool {
	out := map[string]bool{}
	for id, e := range r.models {
		if m := r.classes[id].module; e.alchemy && path.Base(m.unit.Path) == "models.py" {
			out[path.Dir(m.unit.Path)] = true
		}
	}
	if len(out) < 2 {
		return nil
	}
	return out
}

// plainText is a plain value in the body of a class, as written without quotes.
func (r *resolver) plainText(id, name string) string {
	for _, at := range []string{id + "." + name, id + "#" + name} {
		if h := r.holders[at]; h != nil && h.Value.Kind == unit.Literal {
			return strings.Trim(h.Value.Text, `"'`)
		}
	}
	return ""
}

func (r *resolver) inBody(id, name string) bool { return r.holders[id+"."+name] != nil }

// columnsIn are the attributes in the body of a class that are columns or lead to others.
func (r *resolver) columnsIn(id string) []*unit.Holder {
	var out []*unit.Holder
	for _, h := range r.attributes[id] {
		if columnMaker(h) != "" {
			out = append(out, h)
		}
	}
	return out
}

// columnMaker is the name of the function that makes a column or a relationship.
func columnMaker(h *unit.Holder) string {
	p := h.Value.Place
	if p == nil {
		return ""
	}
	last := p.Name
	if n := len(p.Path); n > 0 {
		last = strings.TrimSuffix(p.Path[n-1], "()")
		if last == "" && n > 1 {
			last = p.Path[n-2]
		} else if last == "" {
			last = p.Name
		}
	}
	switch last = last[strings.LastIndexByte(last, '.')+1:]; last {
	case "Column", "mapped_column", "relationship", "dynamic_loader", "Field", "Relationship":
		return last
	}
	return ""
}

// mapTables reads the models of SQLAlchemy: tables, columns and what they refer to.
func (r *resolver) mapTables() {
	var ids []string
	for _, id := range sortedClasses(r.classes) {
		if !r.classes[id].Test && r.mapped(id) {
			ids = append(ids, id)
			r.models[id] = &entity{links: map[string]link{}, table: r.mappedTable(id), alchemy: true}
		}
	}
	byName := map[string]string{}
	for _, id := range ids {
		byName[r.classes[id].Name] = id
	}
	for _, id := range ids {
		for _, at := range r.classes[id].order {
			for _, h := range r.columnsIn(at) {
				r.mapColumn(id, h, byName)
			}
		}
		e := r.models[id]
		slices.SortFunc(e.columns, func(a, b unit.Column) int { return strings.Compare(a.Name, b.Name) })
		e.columns = slices.CompactFunc(e.columns, func(a, b unit.Column) bool { return a.Name == b.Name })
	}
}

// mappedTable is the table of a model: as it says, or made of the name of the class, as
// Flask-SQLAlchemy does.
func (r *resolver) mappedTable(id string) string {
	if name := r.plainText(id, "__tablename__"); name != "" {
		return strings.ToLower(name)
	}
	var out strings.Builder
	name := []rune(r.classes[id].Name)
	for i, c := range name {
		if unicode.IsUpper(c) && i > 0 && (unicode.IsLower(name[i-1]) || i+1 < len(name) && unicode.IsLower(name[i+1])) {
			out.WriteByte('_')
		}
		out.WriteRune(unicode.ToLower(c))
	}
	return out.String()
}

// mapColumn adds one attribute of a model of SQLAlchemy.
func (r *resolver) mapColumn(id string, h *unit.Holder, byName map[string]string) {
	e := r.models[id]
	switch columnMaker(h) {
	case "relationship", "dynamic_loader", "Relationship":
		l := link{Link: unit.Link{Name: h.Name, Location: h.Location}}
		to := ""
		if v := argument(&h.Value, 0, "argument"); v != nil {
			to = strings.Trim(v.Text, `"'`)
		} else if h.Elem != "" {
			to, l.Many = h.Elem, true
		} else {
			to = h.Type
		}
		to = strings.TrimSuffix(to[strings.LastIndexByte(to, '.')+1:], "()")
		if l.To = byName[to]; l.To == "" || e.links[h.Name].To != "" {
			return
		}
		l.Key = r.refersTo(id, l.To)
		l.Many = l.Many || h.Type == "list" || !l.Key && plainArgument(&h.Value, "uselist") != "False"
		l.Key = l.Key && !l.Many
		e.links[h.Name] = l
	default:
		typ := "varchar"
		for i := range h.Value.Parts {
			p := &h.Value.Parts[i]
			name := p.Callee + p.Text
			for _, known := range []struct{ word, sql string }{{"BigInteger", "bigint"}, {"Integer", "integer"}, {"Boolean", "boolean"}, {"DateTime", "timestamp"}, {"Date", "date"}, {"Numeric", "decimal"}, {"Float", "float"}, {"Text", "text"}, {"JSON", "jsonb"}, {"UUID", "uuid"}} {
				if strings.Contains(name, known.word) && p.Type != pair {
					typ = known.sql
					break
				}
			}
		}
		e.columns = append(e.columns, unit.Column{Name: h.Name, Type: typ})
	}
}

func plainArgument(v *unit.Value, name string) string {
	if given := argument(v, -1, name); given != nil {
		return given.Text
	}
	return ""
}

// refersTo tells a model with a foreign key to the table of another one.
func (r *resolver) refersTo(id, to string) bool {
	table := r.mappedTable(to)
	for _, at := range r.classes[id].order {
		for _, h := range r.columnsIn(at) {
			for i := range h.Value.Parts {
				if text := h.Value.Parts[i].Text; strings.Contains(text, "oreign") && (strings.Contains(text, `"`+table+".") || strings.Contains(text, "'"+table+".") || strings.Contains(text, "."+table+".") || strings.Contains(text, r.classes[to].Name+".")) {
					return true
				}
			}
		}
	}
	return false
}

// statementOn is the model that a call of SQLAlchemy is about, and whether it writes:
// select(Order), session.query(Order), session.add(order).
func (r *resolver) statementOn(fn *function, c *unit.Call, on, t thing) (class string, write bool) {
	if len(c.Args) == 0 || c.Args[0].Place == nil && c.Args[0].Kind != unit.New && c.Args[0].Kind != unit.Result {
		return "", false
	}
	switch c.Name {
	case "select", "query", "get", "get_one", "get_or_404", "first_or_404":
	case "insert", "update", "delete", "add", "merge":
		write = true
	default:
		return "", false
	}
	if t.kind == aFunction || isCollection(on.typ) || t.kind == outside && !strings.Contains(t.id, "sql") && !strings.HasPrefix(t.id, model) {
		return "", false
	}
	arg := r.valueThing(&c.Args[0], fn)
	switch {
	case arg.kind == aClass && c.Name != "add" && c.Name != "merge":
		class = arg.id
	case arg.kind == aValue && write:
		class = arg.typ
	case c.Name == "query" || c.Name == "select":
		if object, name := parent(*orNowhere(c.Args[0].Place)); name != "" {
			class = r.walk(object, fn, fn.module).id // of one column
		}
	}
	if e := r.models[class]; e == nil || !e.alchemy {
		return "", false
	}
	return class, write
}

// orNowhere is a place, or one that leads nowhere.
func orNowhere(p *unit.Place) *unit.Place {
	if p == nil {
		return &unit.Place{}
	}
	return p
}

// inTransaction tells a line by the call before it: an assignment says nothing of what is
// held around it.
func inTransaction(fn *function, line int) bool {
	last, tx := 0, false
	for i := range fn.Calls {
		if c := &fn.Calls[i]; c.Location.Line <= line && c.Location.Line >= last {
			last, tx = c.Location.Line, c.Tx
		}
	}
	return tx
}

// assigned notes that a column of a row is set: SQLAlchemy writes it with the next flush.
func (r *resolver) assigned(fn *function, a *unit.Access) {
	object, name := parent(a.Place)
	if name == "" || fn.Name == topName || strings.HasSuffix(fn.Name, "__init__") || len(r.models) == 0 {
		return
	}
	on := r.walk(object, fn, fn.module)
	e := r.models[on.typ]
	if on.kind != aValue || e == nil || !e.alchemy || !r.column(on.typ, name) && e.links[name].To == "" {
		return
	}
	use := unit.Row{Type: on.typ, Write: true, Tx: inTransaction(fn, a.Location.Line), Location: a.Location}
	if !slices.Contains(fn.Rows, use) {
		fn.Rows = append(fn.Rows, use)
	}
}
