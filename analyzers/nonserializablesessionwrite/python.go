package nonserializablesessionwrite

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/rule"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// sessionSerializer is the subject of the setting of Django. Where nothing is set or
// defaulted, what sessions are written with is not known, and nothing is said.
const sessionSerializer = "SESSION_SERIALIZER"

// pythonSerializer is what Django writes sessions with, "" if that cannot be told.
func pythonSerializer(p *rule.Pass) serializer {
	for _, s := range p.Effective(unit.SettingCookieSerializer) {
		if s.Subject != sessionSerializer {
			continue
		}
		switch s.Value {
		case "json":
			if s.Origin == unit.Defaulted {
				return serializer{name: "JSON, the default of Django", at: &s}
			}
			return serializer{name: "JSON", at: &s}
		case "pickle":
			return serializer{name: "pickle", marshal: true, at: &s}
		}
	}
	return serializer{}
}

// pythonJudge judges the values that a Python function writes.
type pythonJudge struct {
	p    *program.Program
	rows map[string]bool // classes of which the objects are rows
}

func newPythonJudge(p *program.Program) pythonJudge {
	j := pythonJudge{p, map[string]bool{}}
	for _, u := range p.Units {
		for _, e := range u.Entities {
			j.rows[e.Type] = true
		}
	}
	return j
}

// value judges one value; pickle says what it lets through.
func (j pythonJudge) value(v *unit.Value, deep int) verdict {
	if deep == 0 {
		return verdict{}
	}
	switch {
	case v.Kind == unit.Func:
		return verdict{lost, "a function", ""}
	case v.Kind == unit.Collection && v.Type == "set", v.Type == "set" && v.Kind != unit.Collection:
		return verdict{lost, "a set", "a sorted list of what is in it"}
	case v.Kind == unit.Collection:
		return j.collection(v, deep)
	case v.Kind == unit.Result && querying(v.Callee):
		return verdict{lost, "a queryset", "a list of IDs"}
	}
	if what := notJSON[v.Type]; what != "" {
		return verdict{lost, what, "its text (`str`, `isoformat`)"}
	}
	if t := j.p.Type(v.Type); t != nil && t.Kind == "class" && !j.plain(t, 8) {
		if j.rows[t.ID] {
			return verdict{lost, fmt.Sprintf("a row (`%s`)", t.Name), "its `pk`"}
		}
		return verdict{lost, fmt.Sprintf("an object of the class `%s`", t.Name), "a dict of what it holds"}
	}
	return verdict{}
}

// collection judges what a list or dict holds. JSON has lists in place of tuples.
func (j pythonJudge) collection(v *unit.Value, deep int) verdict {
	var out verdict
	if v.Type == "tuple" {
		out = verdict{lossy, "a tuple", ""}
	}
	for i := range v.Parts {
		part := &v.Parts[i]
		if part.Type == "pair" && len(part.Parts) > 0 {
			part = &part.Parts[0]
		}
		out = worse(out, j.value(part, deep-1))
	}
	return out
}

// querying tells an expression that hands out rows that are not read yet.
func querying(callee string) bool {
	rest, ok := strings.CutPrefix(callee, "django.db.models.Model.objects.")
	if !ok {
		return false
	}
	switch rest {
	case "all", "filter", "exclude", "order_by", "values", "values_list", "select_related", "prefetch_related", "distinct", "annotate", "only", "defer":
		return true
	}
	return false
}

// plain tells classes whose objects JSON writes like what they are made from: texts,
// numbers, dicts and lists.
func (j pythonJudge) plain(t *unit.Type, deep int) bool {
	return deep == 0 || slices.ContainsFunc(t.Supers, func(s string) bool {
		switch last := s[strings.LastIndexByte(s, '.')+1:]; last {
		case "str", "int", "float", "dict", "list", "tuple", "OrderedDict", "UserDict", "TypedDict", "NamedTuple", "TextChoices", "IntegerChoices", "IntEnum", "StrEnum", "IntFlag":
			return true
		}
		up := j.p.Type(s)
		return up != nil && j.plain(up, deep-1)
	})
}

// notJSON names the types of the standard library that JSON cannot write.
var notJSON = map[string]string{
	"datetime.datetime": "a time", "datetime.date": "a date", "datetime.time": "a time", "datetime.timedelta": "a span of time",
	"decimal.Decimal": "a decimal number", "uuid.UUID": "a UUID", "pathlib.Path": "a path", "bytes": "bytes",
}

func reportPython(p *rule.Pass, f *program.Function, w *unit.SessionUse, v verdict, s serializer) {
	target := fmt.Sprintf("session[%q]", w.Key)
	level := result.Error
	says := fmt.Sprintf("`%s` is given %s, which the serializer in force (%s) cannot write: the request fails where the session is saved.", target, v.what, s.name)
	switch {
	case v.harm == lossy:
		level = result.Note
		says = fmt.Sprintf("`%s` is given %s, which comes back as a list through the serializer in force (%s).", target, v.what, s.name)
	case s.marshal:
		level = result.Warning
		says = fmt.Sprintf("`%s` is given %s. The serializer in force (%s) lets it through, but ties every session to the code as it is today: a deployment that changes the class breaks or outdates the sessions of users, and whoever can write a session can run code.", target, v.what, s.name)
	}
	fix := "Store what JSON knows: strings, numbers, booleans, lists and dicts with string keys."
	if v.hint != "" {
		fix = fmt.Sprintf("Store the primitive and make the rest of it on each request: %s.", v.hint)
	}
	evidence := []result.Evidence{
		{Kind: result.WriteAt, Phase: f.Phase(), Function: f.Symbol, Location: w.Location, Note: "writes `" + w.Value.Text + "`"},
		{Kind: result.ConfigAt, Phase: result.Boot, Location: s.at.Location, Note: s.at.Text},
	}
	p.Report(result.Finding{
		Level: level, Category: result.Session, Symbol: f.Symbol, Language: f.Language, Location: w.Location,
		Message: says, Fix: fix, Evidence: evidence,
	}, f)
}
