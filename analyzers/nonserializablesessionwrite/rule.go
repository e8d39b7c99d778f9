// Package nonserializablesessionwrite reports values that are written to the
// session, the flash or a cookie and do not survive the way there and back.
package nonserializablesessionwrite

import (
	_ "embed"
	"fmt"

	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/rule"
	"github.com/stateaudit/stateaudit/internal/unit"
)

//go:embed rule.md
var doc string

// Rule returns the rule.
func Rule() rule.Rule {
	return rule.Rule{
		Name:       "nonserializable-session-write",
		Level:      result.Error,
		Categories: []result.Category{result.Session},
		Languages:  []unit.Language{unit.Go, unit.Ruby, unit.Python},
		Doc:        doc,
		Run:        run,
	}
}

// harm is how badly a value fares.
type harm int

const (
	fine harm = iota
	lossy
	lost
)

// verdict says how a value fares, and what it is that does.
type verdict struct {
	harm harm
	what string // "an ActiveRecord object (`User`)"
	hint string // what to store instead, if that can be said
}

func worse(a, b verdict) verdict {
	if b.harm > a.harm {
		return b
	}
	return a
}

func run(p *rule.Pass) {
	judges := map[unit.Language]func(*program.Function){unit.Go: judgeGo(p), unit.Ruby: judgeRuby(p), unit.Python: judgePython(p)}
	for _, f := range p.Program.Functions() {
		if judged := judges[f.Language]; judged != nil && !f.Test && !f.HasRole(unit.Tool) {
			judged(f)
		}
	}
}

func judgeGo(p *rule.Pass) func(*program.Function) {
	registered := registeredWithGob(p.Program)
	return func(f *program.Function) {
		for _, w := range goWrites(f) {
			if v := goVerdict(p.Program, w, registered); v.harm != fine {
				reportGo(p, f, w, v)
			}
		}
	}
}

func judgeRuby(p *rule.Pass) func(*program.Function) {
	serializer := serializerInForce(p)
	return func(f *program.Function) {
		for i := range f.Sessions {
			if w := &f.Sessions[i]; !w.Read {
				if v := (judge{p.Program, f}).value(w, maxDeep); v.harm != fine {
					reportRuby(p, f, w, v, serializer)
				}
			}
		}
	}
}

func judgePython(p *rule.Pass) func(*program.Function) {
	serializer, j := pythonSerializer(p), newPythonJudge(p.Program)
	return func(f *program.Function) {
		for i := range f.Sessions {
			w := &f.Sessions[i]
			if w.Read || serializer.at == nil {
				continue
			}
			v := j.value(&w.Value, maxDeep)
			if v.harm == lost || v.harm == lossy && !serializer.marshal {
				reportPython(p, f, w, v, serializer)
			}
		}
	}
}

// maxDeep bounds how far a value is followed.
const maxDeep = 8

func reportRuby(p *rule.Pass, f *program.Function, w *unit.SessionUse, v verdict, s serializer) {
	target := w.Store
	if w.Key != "" {
		target += "[" + w.Key + "]"
	}
	level, says := result.Error, fmt.Sprintf("`%s` is given %s, and the %s in force (%s) does not give it back: the next request finds something else, or the write fails.", target, v.what, "serializer", s.name)
	switch {
	case v.harm == lossy && s.marshal:
		level = result.Note
		says = fmt.Sprintf("`%s` is given %s. Marshal gives it back as it was, JSON would not: changing the serializer, or reading the session from another service, breaks it.", target, v.what)
	case v.what == exception && w.Store == "flash" && !s.marshal:
		level = result.Note
		says = fmt.Sprintf("`%s` is given an exception, of which its message alone comes back through the serializer in force (%s).", target, s.name)
	case v.harm == lossy:
		level = result.Note
		says = fmt.Sprintf("`%s` is given %s, which comes back as something else through the serializer in force (%s).", target, v.what, s.name)
	case s.marshal:
		level = result.Warning
		says = fmt.Sprintf("`%s` is given %s. The serializer in force (%s) lets it through, but ties every session to the class as it is today: a deployment that changes the class breaks or outdates the sessions of users.", target, v.what, s.name)
	}
	fix := "Store what JSON knows: strings, numbers, booleans, arrays, and hashes with string keys."
	if v.hint != "" {
		fix = fmt.Sprintf("Store the primitive and load the rest on each request: %s.", v.hint)
	}
	evidence := []result.Evidence{{Kind: result.WriteAt, Phase: f.Phase(), Function: f.Symbol, Location: w.Location, Note: "writes `" + w.Value.Text + "`"}}
	if s.at != nil {
		evidence = append(evidence, result.Evidence{Kind: result.ConfigAt, Phase: result.Boot, Location: s.at.Location, Note: s.at.Text})
	}
	p.Report(result.Finding{
		Level: level, Category: result.Session, Symbol: f.Symbol, Language: f.Language, Location: w.Location,
		Message: says, Fix: fix, Evidence: evidence,
	}, f)
}

// serializer is how sessions and cookies are written down.
type serializer struct {
	name    string
	marshal bool
	at      *unit.Setting
}

// serializerInForce reads it from the configuration: that of cookies, unless the
// session store is another one, whose libraries write with Marshal.
func serializerInForce(p *rule.Pass) serializer {
	for _, s := range p.Effective(unit.SettingSessionStore) {
		switch s.Value {
		case "cookie_store", "disabled", "":
		default:
			return serializer{"Marshal, of " + s.Value, true, &s}
		}
	}
	for _, s := range p.Effective(unit.SettingCookieSerializer) {
		if s.Value == "marshal" {
			return serializer{"Marshal", true, &s}
		}
		return serializer{"JSON", false, &s}
	}
	return serializer{"JSON, the default of Rails", false, nil}
}
