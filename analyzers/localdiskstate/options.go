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

// sqlite tells whether the name of a driver may be SQLite's: written, given to the
// variable or field that holds it, or what an option is where nothing sets it.
func sqlite(p *rule.Pass, v *unit.Value, deep int) bool {
	if deep == 0 {
		return false
	}
	any := func(list []unit.Value) bool {
		return slices.ContainsFunc(list, func(part unit.Value) bool { return sqlite(p, &part, deep-1) })
	}
	switch v.Kind {
	case unit.Literal:
		return strings.Contains(strings.ToLower(v.Text), "sqlite")
	case unit.Compound:
		return any(v.Parts)
	case unit.Result:
		if f := p.Program.Function(v.Callee); f != nil {
			return any(f.Returns)
		}
		return isOption(v.Callee) && any(v.Parts) || defaulted(p, v)
	}
	if v.Place == nil {
		return false
	}
	id := program.KeptIn(*v.Place)
	if any(p.Program.Given(id)) {
		return true
	}
	return slices.ContainsFunc(p.Program.Settings(), func(s unit.Setting) bool {
		return s.Kind == unit.SettingDefault && s.Subject == id && effects.IsSQLite(s.Value)
	})
}

// isOption tells the functions that make an option of the command line, or read one
// with a value to fall back to.
func isOption(callee string) bool {
	for _, library := range []string{"flag.", "github.com/spf13/pflag.", "gopkg.in/alecthomas/kingpin", "github.com/alecthomas/kingpin", "cmp.Or", "github.com/namsral/flag."} {
		if strings.HasPrefix(callee, library) {
			return true
		}
	}
	return false
}

// defaulted tells a key read from viper whose default is SQLite.
func defaulted(p *rule.Pass, v *unit.Value) bool {
	if !strings.HasPrefix(v.Callee, "github.com/spf13/viper.") || len(v.Parts) == 0 {
		return false
	}
	key := strings.ToLower(v.Parts[len(v.Parts)-1].Text)
	for _, f := range p.Program.Functions() {
		for i := range f.Calls {
			c := &f.Calls[i]
			if !f.Test && c.Name == "SetDefault" && strings.HasPrefix(c.Callee, "github.com/spf13/viper.") && len(c.Args) == 2 && strings.ToLower(c.Args[0].Text) == key && effects.IsSQLite(c.Args[1].Text) {
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
	report := func(name string, at unit.Location) {
		e, ok := effects.Named(name)
		if !ok || e.Kind != effects.Certificates || told[name] {
			return
		}
		told[name] = true
		short := name[strings.LastIndexByte(name, '/')+1:]
		p.Report(result.Finding{
			Category: result.Other, Symbol: short, Language: unit.Go, Location: at,
			Message:  fmt.Sprintf("`%s` keeps the certificates that the server gets for itself in %s. With two copies each asks for its own, which the issuer limits, and a challenge that reaches the other one fails.", short, e.What),
			Fix:      "Let the proxy in front end TLS, or keep the certificates in a cache that all copies share (the Cache of autocert, the Storage of certmagic).",
			Evidence: []result.Evidence{{Kind: result.CallAt, Phase: result.Boot, Location: at, Note: "made here"}},
		})
	}
	p.Values(func(_ *program.Function, at unit.Location, v *unit.Value) {
		types(v, func(name string) { report(name, at) })
	})
	for _, f := range p.Program.Functions() {
		if f.Test {
			continue
		}
		for i := range f.Calls {
			if c := &f.Calls[i]; c.External && !c.Reference {
				report(c.Callee, c.Location)
			}
		}
		for i := range f.Allocs {
			report(f.Allocs[i].Type, f.Allocs[i].Location)
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
