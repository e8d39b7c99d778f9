package inprocesscache

import (
	"fmt"
	"strings"

	"github.com/stateaudit/stateaudit/internal/bindings"
	"github.com/stateaudit/stateaudit/internal/effects"
	"github.com/stateaudit/stateaudit/internal/remedy"
	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/rule"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// reportStores reports the cache stores that configuration or code chooses, and
// those that hold because nothing is chosen.
func reportStores(p *rule.Pass) {
	for _, k := range p.Local(bindings.Cache) {
		reportKept(p, k)
	}
	for _, s := range p.Effective(unit.SettingINI) {
		section, key, _ := strings.Cut(s.Subject, ".")
		if strings.Contains(section, "cache") && (key == "adapter" || key == "provider" || key == "type" || key == "store" || key == "backend") {
			if where := inProcess(s.Value); where != "" {
				report(p, s, where)
			}
		}
	}
	for _, f := range p.Program.Functions() {
		if !p.Lasting(f) {
			continue
		}
		for i := range f.Calls {
			c := &f.Calls[i]
			if e, ok := effects.Of(c); ok && e.Kind == effects.CacheStore && !p.Chosen(f, c) {
				p.ReportChosen(result.Finding{
					Category: result.Cache, Symbol: c.Callee[strings.LastIndexByte(c.Callee, '/')+1:], Language: f.Language, Location: c.Location,
					Message:  fmt.Sprintf("`%s` makes a cache that keeps its entries in %s%s. With two copies %s.", f.Symbol, e.What, rule.Guarded(c), remedy.Breaks(result.Cache, "")),
					Fix:      remedy.Fix(result.Cache, "", f.Language),
					Evidence: []result.Evidence{{Kind: result.CallAt, Phase: f.Phase(), Function: f.Symbol, Location: c.Location, Note: "made here"}},
				}, f, c)
			}
		}
	}
}

// inProcess says where a store keeps its entries, "" if all copies see them.
func inProcess(name string) string {
	switch strings.ToLower(name) {
	case "memory_store", "memory", "mem", "local", "lru":
		return "the memory of one process"
	case "file_store", "file":
		return "files of one host"
	}
	return ""
}

func report(p *rule.Pass, s unit.Setting, where string) {
	p.ReportSetting(s, result.Finding{
		Category: result.Cache, Fix: remedy.Fix(result.Cache, "", unit.Ruby),
		Message: fmt.Sprintf("`%s` keeps the cache in %s. With two copies %s.", s.Text, where, remedy.Breaks(result.Cache, "")),
	})
}

// reportKept reports a cache store of the application that production reaches. One in
// which nothing but limits count is told as these.
func reportKept(p *rule.Pass, k rule.Kept) {
	limit, only := limits(k.Binding.Users)
	if only {
		group := result.RateLimiter
		p.ReportKept(k, result.Finding{
			Category: result.Counter, Group: &group,
			Message: fmt.Sprintf("In production what `%s` counts (%s:%d) is kept in %s %s. With two copies %s.",
				limit.What, limit.Location.File, limit.Location.Line, k.Place(), k.Chosen(), remedy.Breaks(result.Counter, result.RateLimiter)),
			Fix: remedy.Store("cache", k.Language()),
		})
		return
	}
	says := fmt.Sprintf("In production the cache is kept in %s %s. With two copies %s.", k.Place(), k.Chosen(), remedy.Breaks(result.Cache, ""))
	if limit != nil {
		says += fmt.Sprintf(" `%s` counts in it (%s:%d), so that each copy allows the whole limit again.", limit.What, limit.Location.File, limit.Location.Line)
	}
	p.ReportKept(k, result.Finding{
		Category: result.Cache, Message: says,
		Fix: remedy.Store("cache", k.Language()),
	})
}

// limits is the first of those that count in a cache to refuse, and whether all who use
// the cache do.
func limits(users []bindings.User) (first *bindings.User, only bool) {
	only = true
	for i := range users {
		switch users[i].What {
		case "rate_limit", "Rack::Attack":
			if first == nil {
				first = &users[i]
			}
		default:
			only = false
		}
	}
	return first, only && first != nil
}
