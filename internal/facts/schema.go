package facts

import (
	"maps"
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// Table is what the schema says of one table.
type Table struct {
	Name     string
	Columns  map[string]string // to its type as written: string, bigint, varchar(20)
	Location unit.Location
}

// ForeignKey ties a row of one table to one of another.
type ForeignKey struct {
	From, To string
	Location unit.Location
}

// Schema is what the checkout says of its tables, by schema.rb, structure.sql or
// migrations in SQL.
type Schema struct {
	Tables map[string]*Table
	Keys   []ForeignKey
}

// Has tells whether a table is known.
func (s *Schema) Has(name string) bool { return s.Tables[name] != nil }

// spelled finds a table by name. Where its words end is not told by a module that
// is an acronym in part: ShinyCMS may be shinycms_ as well as shiny_cms_.
func (s *Schema) spelled(name string) string {
	if s.Has(name) {
		return name
	}
	bare := strings.ReplaceAll(name, "_", "")
	for _, t := range s.Names() {
		if strings.ReplaceAll(t, "_", "") == bare {
			return t
		}
	}
	return ""
}

// Names lists the tables, sorted.
func (s *Schema) Names() []string { return slices.Sorted(maps.Keys(s.Tables)) }

// table returns a table, made if it is new.
func (s *Schema) table(name string, at unit.Location) *Table {
	t := s.Tables[name]
	if t == nil {
		t = &Table{Name: name, Columns: map[string]string{}, Location: at}
		s.Tables[name] = t
	}
	return t
}

func readSchema(in Input) *Schema {
	s := &Schema{Tables: map[string]*Table{}}
	for _, file := range in.SQL {
		s.readSQL(file)
	}
	s.readRubySchema(in.Program)
	s.readEntities(in.Program)
	s.sortKeys()
	return s
}

func (s *Schema) sortKeys() {
	slices.SortFunc(s.Keys, func(a, b ForeignKey) int {
		return strings.Compare(a.From+" "+a.To+" "+a.Location.File, b.From+" "+b.To+" "+b.Location.File)
	})
	s.Keys = slices.CompactFunc(s.Keys, func(a, b ForeignKey) bool { return a.From == b.From && a.To == b.To })
}

// readSQL reads CREATE TABLE and ALTER TABLE statements.
func (s *Schema) readSQL(file SQLFile) {
	line := 1
	for _, statement := range strings.SplitAfter(file.Content, ";") {
		lead := len(statement) - len(strings.TrimLeft(statement, " \n\t\r"))
		at := unit.Location{File: file.Path, Line: line + strings.Count(statement[:lead], "\n"), Column: 1}
		line += strings.Count(statement, "\n")
		s.readStatement(sqlWords(statement), at)
	}
}

func (s *Schema) readStatement(words []string, at unit.Location) {
	for i := 0; i < len(words) && i < 4; i++ {
		if upper(words, i) != "TABLE" {
			continue
		}
		name := i + 1
		for u := upper(words, name); u == "IF" || u == "NOT" || u == "EXISTS" || u == "ONLY"; u = upper(words, name) {
			name++
		}
		switch verb := upper(words, 0); {
		case verb == "CREATE" && name+1 < len(words) && words[name+1] == "(":
			s.createTable(plainName(words[name]), words[name+2:], at)
		case verb == "ALTER" && name < len(words):
			s.references(plainName(words[name]), words[name+1:], at)
		}
		return
	}
}

// plainName is a name without what qualifies it, "" for a sign or a text. Only in
// quotes does a name begin with a digit, and single digits are words of their own.
func plainName(w string) string {
	name := strings.ToLower(w[strings.LastIndexByte(w, '.')+1:])
	if name == "" || !isNameStart(name[0]) && (len(name) == 1 || name[0] < '0' || name[0] > '9') {
		return ""
	}
	return name
}

// createTable reads the columns between the brackets of CREATE TABLE.
func (s *Schema) createTable(name string, words []string, at unit.Location) {
	if name == "" {
		return
	}
	t := s.table(name, at)
	depth, start := 1, true
	for i, w := range words {
		switch {
		case w == "(":
			depth++
		case w == ")":
			if depth--; depth == 0 {
				s.references(name, words[:i], at)
				return
			}
		case w == "," && depth == 1:
			start = true
			continue
		}
		if start && depth == 1 && i+1 < len(words) {
			switch upper(words, i) {
			case "PRIMARY", "FOREIGN", "CONSTRAINT", "UNIQUE", "KEY", "INDEX", "CHECK", "EXCLUDE", "LIKE":
			default:
				if column := plainName(w); column != "" {
					t.Columns[column] = strings.ToLower(words[i+1])
				}
			}
		}
		start = false
	}
}

// references reads REFERENCES clauses.
func (s *Schema) references(from string, words []string, at unit.Location) {
	for i := range words {
		if upper(words, i) != "REFERENCES" || i+1 == len(words) {
			continue
		}
		if to := plainName(words[i+1]); from != "" && to != "" {
			s.Keys = append(s.Keys, ForeignKey{From: from, To: to, Location: at})
		}
	}
}
