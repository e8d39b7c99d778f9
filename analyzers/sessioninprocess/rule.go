// Package sessioninprocess reports sessions that are kept in the memory or on the
// disk of one copy.
package sessioninprocess

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/bindings"
	"github.com/stateaudit/stateaudit/internal/effects"
	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/remedy"
	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/rule"
	"github.com/stateaudit/stateaudit/internal/unit"
)

//go:embed rule.md
var doc string

// Rule returns the rule.
func Rule() rule.Rule {
	return rule.Rule{
		Name:       "session-in-process",
		Level:      result.Error,
		Categories: []result.Category{result.Session},
		Languages:  []unit.Language{unit.Go, unit.Ruby, unit.Python, unit.Deploy},
		Doc:        doc,
		Run:        run,
	}
}

func run(p *rule.Pass) {
	for _, a := range p.Assessments {
		if a.State && a.Rule() == p.Name() {
			p.ReportHolder(a, "")
		}
	}
	reportStores(p)
	reportDrawn(p)
	reportDefaults(p)
	reportSettings(p)
}

// reportStores reports the stores that code makes.
func reportStores(p *rule.Pass) {
	for _, f := range p.Program.Functions() {
		if !p.Lasting(f) {
			continue
		}
		for i := range f.Calls {
			c := &f.Calls[i]
			e, ok := effects.Of(c)
			if ok && e.Kind == effects.Signer && slices.ContainsFunc(keysOf(e, c), func(v unit.Value) bool { return effects.Drawn(&v) }) {
				reportKeys(p, f, c)
			}
			if !ok || e.Kind != effects.SessionStore || p.Chosen(f, c) {
				continue
			}
			reportCall(p, f, c, e.What)
		}
	}
}

// reportKeys reports cookies whose keys each process draws for itself.
func reportKeys(p *rule.Pass, f *program.Function, c *unit.Call) {
	p.Report(result.Finding{
		Category: result.Session, Symbol: c.Callee[strings.LastIndexByte(c.Callee, '/')+1:], Language: f.Language, Location: c.Location,
		Message:  "The keys of what is signed here are drawn when the process starts. With two copies each refuses what the other has signed, and a restart what was signed before.",
		Fix:      "Read the keys from the environment or a secret store, the same for all copies.",
		Evidence: []result.Evidence{{Kind: result.CallAt, Phase: f.Phase(), Function: f.Symbol, Location: c.Location, Note: "made here, with a random key"}},
	}, f)
}

// reportDefaults reports the session managers whose store nobody sets: scs falls
// back to a map without saying so, and beego to its memory.
func reportDefaults(p *rule.Pass) {
	var made []func()
	chosen := false
	for _, f := range p.Program.Functions() {
		if f.Test || p.Ended(f) {
			continue
		}
		for i := range f.Accesses {
			a := &f.Accesses[i]
			switch option(a) {
			case "scs":
				chosen = true
			case "beego":
				reportProvider(p, f, a)
			}
		}
		for i := range f.Calls {
			c := &f.Calls[i]
			if c.External && strings.HasPrefix(c.Callee, "github.com/alexedwards/scs") && strings.HasSuffix(c.Callee, ".New") && !strings.Contains(c.Callee, "store") {
				made = append(made, func() {
					reportCall(p, f, c, "a map in the memory of the process, since no Store is set")
				})
			}
		}
	}
	for _, report := range made {
		if !chosen {
			report()
		}
	}
}

// option tells a write to the field by which a library is told its store.
func option(a *unit.Access) string {
	if len(a.Place.Path) == 0 || a.Kind != unit.Write {
		return ""
	}
	switch last := a.Place.Path[len(a.Place.Path)-1]; {
	case strings.HasPrefix(last, "github.com/alexedwards/scs") && strings.HasSuffix(last, ".SessionManager.Store"):
		return "scs"
	case strings.Contains(last, "beego") && strings.HasSuffix(last, ".SessionConfig.SessionProvider"):
		return "beego"
	}
	return ""
}

// reportProvider reports a provider of beego that keeps sessions in the process.
func reportProvider(p *rule.Pass, f *program.Function, a *unit.Access) {
	if a.Value == nil {
		return
	}
	name := strings.Trim(a.Value.Text, "\"`")
	if name != "file" && name != "memory" {
		return
	}
	p.Report(result.Finding{
		Category: result.Session, Symbol: "SessionProvider", Language: f.Language, Location: a.Location,
		Message:  fmt.Sprintf("`%s` keeps sessions %s where it chooses the provider `%s`. With two copies %s.", f.Symbol, where(name), name, remedy.Breaks(result.Session, "")),
		Fix:      remedy.Fix(result.Session, "", f.Language),
		Evidence: []result.Evidence{{Kind: result.CallAt, Phase: f.Phase(), Function: f.Symbol, Location: a.Location, Note: "chosen here"}},
	}, f)
}

func reportCall(p *rule.Pass, f *program.Function, c *unit.Call, where string) {
	p.ReportChosen(result.Finding{
		Category: result.Session, Symbol: c.Callee[strings.LastIndexByte(c.Callee, '/')+1:], Language: f.Language, Location: c.Location,
		Message:  fmt.Sprintf("`%s` keeps sessions in %s%s. With two copies %s.", f.Symbol, where, rule.Guarded(c), remedy.Breaks(result.Session, "")),
		Fix:      remedy.Fix(result.Session, "", f.Language),
		Evidence: []result.Evidence{{Kind: result.CallAt, Phase: f.Phase(), Function: f.Symbol, Location: c.Location, Note: "made here"}},
	}, f, c)
}

// reportSettings reports the stores that configuration chooses.
func reportSettings(p *rule.Pass) {
	for _, k := range p.Local(bindings.Session) {
		in := "in " + k.Place()
		if k.Backend.In != nil {
			in = "in the cache store, which is " + in
		}
		p.ReportKept(k, result.Finding{
			Category: result.Session, Fix: remedy.Fix(result.Session, "", k.Language()),
			Message: fmt.Sprintf("In production sessions are kept %s, %s. With two copies %s.", in, k.Chosen(), remedy.Breaks(result.Session, "")),
		})
	}
	for _, k := range p.Local(bindings.Secret) {
		p.ReportKept(k, result.Finding{
			Category: result.Session, Symbol: k.Binding.Subject,
			Message: fmt.Sprintf("In production the key `%s` is drawn when the process starts, %s. With two copies each refuses what the other has signed, and a restart what was signed before.", k.Binding.Subject, k.Chosen()),
			Fix:     "Read the key from the environment, the credentials or a secret store, the same for all copies, and refuse to start without it.",
		})
	}
	sessions := p.Effective(unit.SettingINI)
	for _, s := range sessions {
		if namesSessionStore(s.Subject) && (s.Value == "memory" || s.Value == "file") && !off(sessions) {
			report(p, s, where(s.Value))
		}
	}
}

func where(value string) string {
	if strings.HasPrefix(value, "file") {
		return "in files of one host"
	}
	return "in the memory of one process"
}

// namesSessionStore tells the keys by which Go frameworks are told where
// sessions go: [session] PROVIDER of Macaron, sessionprovider of Beego.
func namesSessionStore(key string) bool {
	section, name, ok := strings.Cut(key, ".")
	if !ok {
		section, name = "", key
	}
	return strings.Contains(section, "session") && (name == "provider" || name == "store" || name == "adapter" || name == "type") || name == "sessionprovider"
}

// off tells whether sessions are switched off where Beego reads it.
func off(settings []unit.Setting) bool {
	for _, s := range settings {
		if strings.HasSuffix(s.Subject, "sessionon") && s.Value == "false" {
			return true
		}
	}
	return false
}

func report(p *rule.Pass, s unit.Setting, where string) {
	p.ReportSetting(s, result.Finding{
		Category: result.Session, Fix: remedy.Fix(result.Session, "", unit.Go),
		Message: fmt.Sprintf("`%s` keeps sessions %s. With two copies %s.", s.Text, where, remedy.Breaks(result.Session, "")),
	})
}
