package localdiskstate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/effects"
	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/rule"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// driver finds out what the name of a driver may be.
type driver struct {
	p *rule.Pass
	f *program.Function // in which the value stands
}

// sqlite tells whether the name of a driver may be SQLite's: written, given to the
// variable, field or parameter that holds it, or what an option is where nothing
// sets it.
func (d driver) sqlite(v *unit.Value, deep int) bool {
	if deep == 0 {
		return false
	}
	switch v.Kind {
	case unit.Literal:
		return strings.Contains(strings.ToLower(v.Text), "sqlite") || d.any(v.Parts, deep)
	case unit.Compound, unit.Collection:
		return v.Type == "String" && effects.IsSQLite(v.Text) || d.any(v.Parts, deep)
	case unit.Result:
		if found := d.p.Functions(d.f, v); len(found) > 0 {
			return slices.ContainsFunc(found, func(f *program.Function) bool { return driver{d.p, f}.any(f.Returns, deep) })
		}
		return is(v.Callee, effects.Option) && d.any(v.Parts, deep) || defaulted(d.p, v)
	}
	if n := parameter(v); n >= 0 {
		return d.handed(n, deep)
	}
	id := d.field(v)
	return id != "" && (d.any(d.p.Program.Given(id), deep) || d.preset(id, deep))
}

func (d driver) any(list []unit.Value, deep int) bool {
	return slices.ContainsFunc(list, func(part unit.Value) bool { return d.sqlite(&part, deep-1) })
}

// handed tells whether a caller hands SQLite's name in.
func (d driver) handed(param, deep int) bool {
	for _, from := range d.f.Callers() {
		for _, c := range from.CallsOf(d.f) {
			if !from.Test && param < len(c.Args) && (driver{d.p, from}).sqlite(&c.Args[param], deep-1) {
				return true
			}
		}
	}
	return false
}

// field is the variable or field that a value is read from. Of a local object, the
// function says which of its fields it reads there.
func (d driver) field(v *unit.Value) string {
	if v.Place != nil {
		return program.KeptIn(*v.Place)
	}
	dot := strings.LastIndexByte(v.Text, '.')
	if dot < 0 {
		return ""
	}
	for i := range d.f.Accesses {
		a := &d.f.Accesses[i]
		if id := program.KeptIn(a.Place); a.Kind == unit.Read && strings.HasSuffix(id, v.Text[dot:]) {
			return id
		}
	}
	return ""
}

// preset tells what an option is where nothing sets it: by the tag of its field, or
// by the call that makes it an option of the command line.
func (d driver) preset(id string, deep int) bool {
	if slices.ContainsFunc(d.p.Program.Settings(), func(s unit.Setting) bool {
		return s.Kind == unit.SettingDefault && s.Subject == id && effects.IsSQLite(s.Value)
	}) {
		return true
	}
	for _, f := range d.p.Program.Functions() {
		for i := range f.Calls {
			c := &f.Calls[i]
			if !f.Test && is(c.Callee, effects.Option) && len(c.Args) > 1 && c.Args[0].Place != nil && program.KeptIn(*c.Args[0].Place) == id && d.any(c.Args[1:], deep) {
				return true
			}
		}
	}
	return false
}

// is tells whether a library's function is of a kind.
func is(callee string, kind effects.Kind) bool {
	e, ok := effects.Named(callee)
	return ok && e.Kind == kind
}

// defaulted tells a key read from a library of settings whose default is SQLite.
func defaulted(p *rule.Pass, v *unit.Value) bool {
	if !is(v.Callee, effects.KeyRead) || len(v.Parts) == 0 {
		return false
	}
	key := strings.ToLower(v.Parts[len(v.Parts)-1].Text)
	for _, f := range p.Program.Functions() {
		for i := range f.Calls {
			c := &f.Calls[i]
			if !f.Test && is(c.Callee, effects.DefaultOf) && len(c.Args) == 2 && strings.ToLower(c.Args[0].Text) == key && effects.IsSQLite(c.Args[1].Text) {
				return true
			}
		}
	}
	return false
}

// reportCertificates reports the certificates that a server gets for itself and
// keeps in a folder, each type or function once.
func reportCertificates(p *rule.Pass) {
	told := map[string]bool{}
	report := func(lang unit.Language, name string, at unit.Location) {
		e, ok := effects.Named(name)
		if !ok || e.Kind != effects.Certificates || told[name] {
			return
		}
		told[name] = true
		short := name[strings.LastIndexByte(name, '/')+1:]
		p.Report(result.Finding{
			Category: result.Other, Symbol: short, Language: lang, Location: at,
			Message:  fmt.Sprintf("`%s` keeps the certificates that the server gets for itself in %s. With two copies each asks for its own, which the issuer limits, and a challenge that reaches the other one fails.", short, e.What),
			Fix:      "Let the proxy in front end TLS, or keep the certificates in a cache that all copies share (the Cache of autocert, the Storage of certmagic).",
			Evidence: []result.Evidence{{Kind: result.CallAt, Phase: result.Boot, Location: at, Note: "made here"}},
		})
	}
	p.Values(func(lang unit.Language, at unit.Location, v *unit.Value) {
		types(v, func(name string) { report(lang, name, at) })
	})
	for _, f := range p.Program.Functions() {
		if f.Test || p.Ended(f) {
			continue
		}
		for i := range f.Calls {
			if c := &f.Calls[i]; c.External && !c.Reference {
				report(f.Language, c.Callee, c.Location)
			}
		}
		for i := range f.Allocs {
			report(f.Language, f.Allocs[i].Type, f.Allocs[i].Location)
		}
	}
}

// types shows the types of a value and of its parts.
func types(v *unit.Value, visit func(string)) {
	if v.Type != "" {
		visit(strings.TrimPrefix(v.Type, "*"))
	}
	for i := range v.Parts {
		types(&v.Parts[i], visit)
	}
}
