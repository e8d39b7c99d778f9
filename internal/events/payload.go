package events

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// maxNesting bounds how deeply a payload is looked for in what is handed over: a message
// of a library that holds text that an encoder has made of a map.
const maxNesting = 6

// fields lists the attributes of what is handed over, sorted, and whether they could be
// followed.
func (l *looker) fields(v *unit.Value) ([]string, bool) {
	out := l.keys(v, 0)
	slices.Sort(out)
	return slices.Compact(out), len(out) > 0
}

// keys are the attributes of the first map or object of the checkout in a value.
func (l *looker) keys(v *unit.Value, depth int) []string {
	if depth > maxNesting {
		return nil
	}
	if keys := pairs(v); len(keys) > 0 {
		return keys
	}
	if keys := l.attributes(v.Type); len(keys) > 0 && v.Kind != unit.Result {
		return keys
	}
	if v.Kind == unit.Compound && v.Type != "pair" {
		return nil
	}
	for i := range v.Parts {
		if keys := l.keys(&v.Parts[i], depth+1); len(keys) > 0 {
			return keys
		}
	}
	return nil
}

// key matches a key of a map as its literal is written in Go.
var key = regexp.MustCompile(`"([A-Za-z_][\w.-]*)"\s*:`)

// pairs are the keys of a map that is plainly written.
func pairs(v *unit.Value) []string {
	if v.Kind != unit.Collection {
		return nil
	}
	var out []string
	for i := range v.Parts {
		if p := &v.Parts[i]; p.Type == "pair" {
			out = append(out, strings.Trim(p.Callee, `"':`))
		}
	}
	if len(out) == 0 && strings.HasPrefix(v.Type, "map[") {
		for _, m := range key.FindAllStringSubmatch(v.Text, -1) {
			out = append(out, m[1])
		}
	}
	return out
}

// attributes are the fields of a type of the checkout.
func (l *looker) attributes(typ string) []string {
	t := l.facts.Program.Type(strings.TrimLeft(typ, "*&[]"))
	if t == nil || t.Kind != "struct" {
		return nil
	}
	var out []string
	for _, id := range t.Fields {
		out = append(out, id[strings.LastIndexAny(id, ".#@")+1:])
	}
	return out
}

// parameter is the number of the parameter that a value is, or is encoded from.
func parameter(v *unit.Value) (int, bool) {
	for depth := 0; v != nil && depth < maxNesting; depth++ {
		if v.Place != nil && v.Place.Root == unit.RootParam && len(v.Place.Path) == 0 {
			n, err := strconv.Atoi(v.Place.Name)
			return n, err == nil
		}
		if v.Kind != unit.Result || len(v.Parts) == 0 {
			return 0, false
		}
		v = &v.Parts[len(v.Parts)-1]
	}
	return 0, false
}

// versioned tells a message that says of which shape it is, by an attribute or in its
// name: orders.v2.
func (m *Message) versioned() bool {
	if versionInName.MatchString(m.Name) {
		return true
	}
	return slices.ContainsFunc(m.Fields, func(f string) bool {
		f = strings.ToLower(strings.ReplaceAll(f, "_", ""))
		return f == "v" || strings.Contains(f, "version") || strings.Contains(f, "schema")
	})
}

var versionInName = regexp.MustCompile(`(?i)(^|[._/-])v\d+([._/-]|$)`)

// ids tells a message that carries IDs and nothing else.
func (m *Message) ids() bool {
	return m.Known && len(m.Fields) > 0 && !slices.ContainsFunc(m.Fields, func(f string) bool { return !isID(f) })
}

// isID tells by its name what only says which row is meant.
func isID(name string) bool {
	name = strings.TrimRight(name[strings.LastIndexAny(name, ".>")+1:], "()!")
	lower := strings.ToLower(name)
	for _, end := range []string{"_id", "_ids", "_uuid", "_gid", "_pk"} {
		if strings.HasSuffix(lower, end) {
			return true
		}
	}
	switch lower {
	case "id", "ids", "uuid", "pk", "gid":
		return true
	}
	return strings.HasSuffix(name, "ID") || strings.HasSuffix(name, "Id") || strings.HasSuffix(name, "IDs")
}
