package facts

import (
	"path"
	"strings"

	"github.com/stateaudit/stateaudit/internal/names"
	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// IsView tells the templates of Ruby by the name of their file.
func IsView(file string) bool {
	switch path.Ext(file) {
	case ".erb", ".haml", ".slim", ".jbuilder", ".builder", ".rabl":
		return true
	}
	return false
}

// ViewsOf lists the views that an action or mail renders by its name.
func (f *Facts) ViewsOf(fn *program.Function) []*program.Function {
	if fn.Language != unit.Ruby || fn.RoleNote != "mailer" && fn.RoleNote != "controller action" {
		return nil
	}
	folder := strings.TrimSuffix(strings.ReplaceAll(underscored(fn.Owner), "::", "/"), "_controller")
	return f.views[path.Join(folder, fn.Name)]
}

// indexViews finds views by folder and action.
func (f *Facts) indexViews() {
	f.views = map[string][]*program.Function{}
	for _, v := range f.Program.Functions() {
		if _, below, ok := strings.Cut(v.Location.File, "app/views/"); ok && v.Outer == "" {
			action, _, _ := strings.Cut(path.Base(below), ".")
			key := path.Join(path.Dir(below), action)
			f.views[key] = append(f.views[key], v)
		}
	}
}

// underscored writes a class as Rails names its file.
func underscored(class string) string {
	parts := strings.Split(class, "::")
	for i, p := range parts {
		parts[i] = names.Snake(p)
	}
	return strings.Join(parts, "::")
}

// ColumnOf tells which column of a row a value is, and how the row is reached.
func (f *Facts) ColumnOf(fn *program.Function, v *unit.Value) (table, column, at string, ok bool) {
	if fn.Language != unit.Ruby {
		return "", "", "", false
	}
	i := strings.LastIndexByte(v.Text, '.')
	if i < 0 {
		return "", "", "", false
	}
	column = v.Text[i+1:]
	on, found := f.rowOfText(fn, strings.TrimSuffix(v.Text[:i], "&"))
	if !found || on.many || !f.IsColumn(on.model, &unit.Call{Name: column}) {
		return "", "", "", false
	}
	return on.model.Table, column, on.path, true
}

// RowOf tells the table that a value is a single row of.
func (f *Facts) RowOf(fn *program.Function, v *unit.Value) (table string, ok bool) {
	if fn.Language != unit.Ruby {
		return "", false
	}
	r, ok := f.rowOf(fn, v, 0)
	if !ok || r.many || r.model == nil {
		return "", false
	}
	return r.model.Table, true
}
