package nonserializablesessionwrite

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/names"
	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// judge judges the values that a Ruby function writes.
type judge struct {
	p *program.Program
	f *program.Function
}

// value judges what is written.
func (j judge) value(w *unit.SessionUse, deep int) verdict {
	v := &w.Value
	if v.Kind == unit.PlaceValue && v.Place != nil && v.Place.Root == unit.RootLocal && len(v.Parts) == 1 && v.Parts[0].Kind == unit.Collection {
		v = &v.Parts[0]
	}
	if w.Op == "||=" && v.Kind == unit.Collection && len(v.Parts) == 0 {
		return verdict{lossy, "an empty hash or array that is filled later", ""}.unless(v.Type != "Hash")
	}
	if w.Store == "cookies" && v.Kind == unit.Collection {
		return j.cookie(v, deep)
	}
	found := j.judge(v, deep)
	if found.harm == lost && w.Key != "" {
		found.hint = hint(w, v)
	}
	if w.Nested && found.harm == fine && symbol(w.Key) && (w.Op == "=" || w.Op == "[]=") && !empties(v) {
		return verdict{lossy, "a value under a symbol key of a nested hash", ""}
	}
	return found
}

// unless takes a verdict back.
func (v verdict) unless(not bool) verdict {
	if not {
		return verdict{}
	}
	return v
}

func empties(v *unit.Value) bool { return v.Kind == unit.Nil }

// symbol tells a key that is written as a symbol.
func symbol(key string) bool { return strings.HasPrefix(key, ":") }

// cookie judges the value in cookies[:x] = { value: v, expires: ... }.
func (j judge) cookie(v *unit.Value, deep int) verdict {
	for i := range v.Parts {
		if part := &v.Parts[i]; part.Type == "pair" && part.Callee == "value" && len(part.Parts) > 0 {
			return j.judge(&part.Parts[0], deep)
		}
	}
	return verdict{}
}

// hint writes what to store instead of an object.
func hint(w *unit.SessionUse, v *unit.Value) string {
	key := strings.TrimLeft(strings.Trim(w.Key, `"'`), ":")
	class := v.Type
	if class == "" || strings.Contains(class, "Relation") || key == "" {
		return ""
	}
	return fmt.Sprintf("`%s[:%s_id] = %s.id`, then `%s.find_by(id: %s[:%s_id])`", w.Store, key, v.Text, class, w.Store, key)
}

// exception is what a reader calls the value of rescue => e. JSON writes its message.
const exception = "an exception"

// judge follows a value to what it is.
func (j judge) judge(v *unit.Value, deep int) verdict {
	if deep == 0 {
		return verdict{}
	}
	switch v.Kind {
	case unit.Func:
		return verdict{lost, "a lambda", ""}
	case unit.Literal:
		return ofClass(j.p, v.Type)
	case unit.New:
		return ofClass(j.p, v.Type)
	case unit.Collection:
		return j.collection(v, deep)
	case unit.PlaceValue:
		return j.place(v, deep)
	case unit.Result:
		return j.result(v, deep)
	case unit.Compound:
		if v.Callee != unit.Branches {
			return verdict{} // computed: text or a number
		}
		var found verdict
		for i := range v.Parts {
			found = worse(found, j.judge(&v.Parts[i], deep))
		}
		return found
	}
	if v.Text == "exception" {
		return verdict{lost, exception, ""}
	}
	return verdict{}
}

// collection judges an array or hash, with its keys.
func (j judge) collection(v *unit.Value, deep int) verdict {
	var found verdict
	for i := range v.Parts {
		part := &v.Parts[i]
		if part.Type != "pair" {
			found = worse(found, j.judge(part, deep-1))
			continue
		}
		if symbolKey(part.Text) {
			found = worse(found, verdict{lossy, "a hash with symbol keys, which become strings", ""})
		}
		if len(part.Parts) > 0 {
			found = worse(found, j.judge(&part.Parts[0], deep-1))
		}
	}
	return found
}

// symbolKey tells how the key of a pair is written: `a: 1`, `:a => 1`.
func symbolKey(pair string) bool {
	if pair == "" || pair[0] == '"' || pair[0] == '\'' {
		return strings.Contains(pair, `":`) && !strings.Contains(pair, "=>")
	}
	return pair[0] == ':' || pair[0] >= 'a' && pair[0] <= 'z' && strings.Contains(strings.SplitN(pair, " ", 2)[0], ":")
}

// place judges what stands in a variable.
func (j judge) place(v *unit.Value, deep int) verdict {
	if v.Type != "" {
		if found := ofClass(j.p, v.Type); found.harm != fine {
			return found
		}
	}
	if v.Place == nil {
		return verdict{}
	}
	if len(v.Parts) == 1 && v.Parts[0].Callee == unit.Branches {
		return j.judge(&v.Parts[0], deep-1) // what each arm of a condition put there
	}
	switch v.Place.Root {
	case unit.RootLocal:
		var found verdict
		for i := range v.Parts {
			found = worse(found, j.judge(&v.Parts[i], deep-1))
		}
		return found
	case unit.RootParam:
		if len(v.Place.Path) == 0 {
			return j.parameter(v.Place.Name, deep)
		}
	}
	return verdict{}
}

// parameter judges what callers pass.
func (j judge) parameter(number string, deep int) verdict {
	n := 0
	for _, digit := range number {
		n = n*10 + int(digit-'0')
	}
	var found verdict
	for _, from := range j.f.Callers() {
		for _, c := range from.CallsOf(j.f) {
			if n < len(c.Args) && !c.Guessed && !c.Reference {
				found = worse(found, (judge{j.p, from}).judge(argument(c, n), deep-1))
			}
		}
	}
	return found
}

// argument is an argument of a call. Options without braces are one hash.
func argument(c *unit.Call, n int) *unit.Value {
	v := c.Args[n]
	if v.Type == "pair" {
		return &unit.Value{Kind: unit.Collection, Type: "Hash", Text: v.Text, Parts: c.Args[n:]}
	}
	return &v
}

// result judges what a call gives.
func (j judge) result(v *unit.Value, deep int) verdict {
	if j.documentIDs(v) {
		return verdict{lossy, "a `BSON::ObjectId`, which becomes a hash or a string", ""}
	}
	if v.Type != "" && v.Type != "Hash" {
		return ofClass(j.p, v.Type)
	}
	name := v.Callee[strings.LastIndexAny(v.Callee, ".#")+1:]
	switch {
	case strings.HasPrefix(v.Callee, "ActiveRecord.") && oneRecord(name):
		return verdict{lost, "an ActiveRecord object", ""}
	case keepsShape(name) && len(v.Parts) > 0 && v.Parts[0].Kind == unit.Collection:
		return j.judge(&v.Parts[0], deep)
	case v.Callee == "ActionController.current_user":
		return verdict{lost, "the signed-in user's record", ""}
	case name == "errors" && len(v.Parts) > 0:
		return verdict{lost, "an errors object with its record", ""}
	case strings.HasPrefix(v.Callee, "Proc.new"):
		return verdict{lost, "a proc", ""}
	}
	f := j.p.Function(v.Callee)
	if f == nil {
		return verdict{}
	}
	var found verdict
	for i := range f.Returns {
		found = worse(found, (judge{j.p, f}).judge(&f.Returns[i], deep-1))
	}
	return found
}

// documentIDs tells the ID of a document of Mongoid, or a list of such.
func (j judge) documentIDs(v *unit.Value) bool {
	name, ok := strings.CutPrefix(v.Callee, "ActiveRecord.")
	if !ok || len(v.Parts) == 0 || !ofDocument(j.p, &v.Parts[0]) {
		return false
	}
	switch name {
	case "id", "_id", "ids":
		return true
	case "map", "pluck", "collect", "distinct":
		for i := range v.Parts {
			if text := v.Parts[i].Text; v.Parts[i].Type == "Symbol" && (text == ":id" || text == ":_id") {
				return true
			}
		}
	}
	return false
}

// ofDocument tells a value that is asked of a class of Mongoid.
func ofDocument(p *program.Program, v *unit.Value) bool {
	for v.Kind == unit.Result && len(v.Parts) > 0 {
		v = &v.Parts[0]
	}
	class := v.Type
	if v.Place != nil && v.Place.Root == unit.RootHolder && len(v.Place.Path) == 0 {
		class = v.Place.Name
	}
	t := p.Type(class)
	for n := 0; t != nil && n < maxDeep; n++ {
		var next *unit.Type
		for _, super := range t.Supers {
			if super == "Mongoid::Document" {
				return true
			}
			if up := p.Type(super); up != nil {
				next = up
			}
		}
		t = next
	}
	return false
}

// oneRecord tells the queries that give one record.
func oneRecord(name string) bool {
	switch name {
	case "find", "find_by", "find_by!", "first", "first!", "last", "last!", "take", "create", "create!", "find_or_create_by", "find_or_create_by!", "find_or_initialize_by":
		return true
	}
	return false
}

// keepsShape tells the methods of hashes and arrays whose result has the same kind
// of keys.
func keepsShape(name string) bool {
	switch name {
	case "reject", "select", "filter", "compact", "merge", "except", "slice", "dup", "sort_by", "compact_blank":
		return true
	}
	return false
}

// ofClass judges the instances of a class.
func ofClass(p *program.Program, class string) verdict {
	switch class {
	case "", "String", "Integer", "Float", "Boolean", "Array", "Hash", "NilClass":
		return verdict{}
	case "Symbol":
		return verdict{lossy, "a symbol, which becomes a string", ""}
	case "Time", "Date", "DateTime", "BigDecimal", "Set", "Range", "ActiveSupport::TimeWithZone", "ActiveSupport::Duration":
		return verdict{lossy, "a `" + class + "`, which becomes a string or an array", ""}
	case "ActiveRecord::Relation":
		return verdict{lost, "an ActiveRecord relation", ""}
	case "Proc", "Thread", "Mutex", "IO", "File", "Tempfile", "StringIO", "Monitor", "Enumerator", "Logger":
		return verdict{lost, "a `" + class + "`", ""}
	}
	t := p.Type(class)
	if t == nil || t.Kind != "class" {
		return verdict{}
	}
	for at, n := t, 0; at != nil && n < 8; n++ {
		var next *unit.Type
		for _, super := range at.Supers {
			switch {
			case super == "ApplicationRecord", slices.Contains(names.Mappers(), strings.TrimPrefix(super, "include ")):
				return verdict{lost, "an ActiveRecord object (`" + class + "`)", ""}
			case super == "Struct":
				return verdict{lost, "a struct (`" + class + "`)", ""}
			case super == "String", super == "Hash", super == "Array":
				return verdict{}
			}
			if up := p.Type(super); up != nil && up.Kind == "class" {
				next = up
			}
		}
		at = next
	}
	return verdict{lost, "an object of the class `" + class + "`", ""}
}
