package localdiskstate

import (
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/effects"
	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// keptName tells a file of which the path is put into a row or a session: a later request asks
// for it, wherever it lies. The function does so itself, or who calls it and is given the path.
func keptName(f *program.Function, v *unit.Value) bool {
	if v == nil {
		return false
	}
	path := v
	for path.Kind == unit.PlaceValue && len(path.Parts) == 1 {
		path = &path.Parts[0] // a local
	}
	if path.Kind == unit.Literal {
		return false
	}
	if keepsIn(f, func(part *unit.Value) bool { return part.Text == v.Text || mentions(part, path.Text, path.Callee) }) {
		return true
	}
	return handsBack(f, v) && slices.ContainsFunc(f.Callers(), func(from *program.Function) bool {
		return from.Serving && keepsIn(from, func(part *unit.Value) bool { return comesFromCall(part, f.ID) })
	})
}

// keepsIn tells a function that puts a value into a column of a row, or into a session: by
// its name, and not with its content.
func keepsIn(f *program.Function, is func(*unit.Value) bool) bool {
	for i := range f.Calls {
		c := &f.Calls[i]
		if !setsColumns(c.Name) {
			continue
		}
		for j := range c.Args {
			if arg := &c.Args[j]; arg.Type == "pair" && slices.ContainsFunc(arg.Parts, func(part unit.Value) bool { return is(&part) && effects.Read(&part) == nil }) {
				return true
			}
		}
	}
	return slices.ContainsFunc(f.Sessions, func(s unit.SessionUse) bool { return !s.Read && is(&s.Value) })
}

// setsColumns tells the methods of rows that are given values by the names of columns.
func setsColumns(name string) bool {
	switch strings.TrimSuffix(name, "!") {
	case "update", "update_columns", "update_attributes", "create", "assign_attributes", "find_or_create_by":
		return true
	}
	return false
}

func comesFromCall(v *unit.Value, id string) bool {
	return v.Kind == unit.Result && v.Callee == id || slices.ContainsFunc(v.Parts, func(part unit.Value) bool { return comesFromCall(&part, id) })
}
