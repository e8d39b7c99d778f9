package facts

import (
	"strings"

	"github.com/stateaudit/stateaudit/internal/program"
)

// readEntities adds the tables, columns and foreign keys that types declare.
func (s *Schema) readEntities(p *program.Program) {
	tables := map[string]string{}
	for _, u := range p.Units {
		for _, e := range u.Entities {
			tables[e.Type] = e.Table
		}
	}
	for _, u := range p.Units {
		for _, e := range u.Entities {
			t := s.table(e.Table, e.Location)
			for _, c := range e.Columns {
				if t.Columns[c.Name] == "" {
					t.Columns[c.Name] = c.Type
				}
			}
			for _, l := range e.Links {
				if to := tables[l.To]; l.Key && to != "" {
					s.Keys = append(s.Keys, ForeignKey{From: e.Table, To: to, Location: l.Location})
				}
			}
		}
	}
}

// entities adds the models that front ends have read.
func (f *Facts) entities() {
	var read []*Model
	for _, u := range f.Program.Units {
		for _, e := range u.Entities {
			t := f.Program.Type(e.Type)
			if t == nil || t.Test || f.Models[e.Type] != nil {
				continue
			}
			m := &Model{Class: e.Type, Table: e.Table, Type: t, Associations: map[string]Association{}, Callbacks: map[string]bool{}}
			for _, l := range e.Links {
				m.Associations[l.Name] = Association{Target: l.To, Many: l.Many, Location: l.Location}
			}
			f.Models[e.Type] = m
			read = append(read, m)
		}
	}
	for _, m := range read {
		for name, a := range m.Associations {
			if f.Models[a.Target] == nil {
				delete(m.Associations, name)
			}
		}
	}
}

// rows notes the tables that a function uses as its front end has read it.
func (f *Facts) rows(fn *program.Function) {
	for _, r := range fn.Rows {
		m, table := f.Models[r.Type], strings.ToLower(r.Table)
		if table == "" && m != nil {
			table = m.Table
		}
		if table == "" {
			continue
		}
		if r.Table != "" {
			m = nil
		}
		f.add(Use{Function: fn, Kind: TableUse, Name: table, Write: r.Write, Tx: r.Tx, Location: r.Location, Column: r.Column, Path: r.Path, Model: m})
	}
}
