package inprocesscache

import (
	"fmt"
	"strings"

	"github.com/stateaudit/stateaudit/internal/effects"
	"github.com/stateaudit/stateaudit/internal/remedy"
	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/rule"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// reportStores reports the cache stores that configuration or code chooses, and
// those that hold because nothing is chosen.
func reportStores(p *rule.Pass) {
	for _, s := range p.Effective(unit.SettingCacheStore) {
		if s.Origin == unit.Defaulted && !caches(p) {
			continue
		}
		for _, name := range rule.Names(s) {
			if where := inProcess(name); where != "" {
				report(p, s, where)
				break
			}
		}
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
		if f.Test || !f.Boot && !f.Serving {
			continue
		}
		for i := range f.Calls {
			c := &f.Calls[i]
			if e, ok := effects.Of(c); ok && e.Kind == effects.CacheStore && !effects.Chosen(c) {
				p.Report(result.Finding{
					Category: result.Cache, Symbol: c.Callee[strings.LastIndexByte(c.Callee, '/')+1:], Language: f.Language, Location: c.Location,
					Message:  fmt.Sprintf("`%s` makes a cache that keeps its entries in %s. With two copies %s.", f.Symbol, e.What, remedy.Breaks(result.Cache, "")),
					Fix:      remedy.Fix(result.Cache, "", f.Language),
					Evidence: []result.Evidence{{Kind: result.CallAt, Phase: f.Phase(), Function: f.Symbol, Location: c.Location, Note: "made here"}},
				})
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
	says := fmt.Sprintf("`%s` keeps the cache in %s", s.Text, where)
	if s.Origin == unit.Defaulted {
		says = fmt.Sprintf("In production %s, in %s", s.Text, where)
	}
	cure := remedy.Fix(result.Cache, "", unit.Ruby)
	if s.Kind == unit.SettingCacheStore {
		cure = "Choose a store that all copies share in production: `config.cache_store = :redis_cache_store, { url: ENV[\"REDIS_URL\"] }`, `:mem_cache_store` or Solid Cache."
	}
	p.ReportSetting(s, result.Finding{
		Category: result.Cache, Message: says + ". With two copies " + remedy.Breaks(result.Cache, "") + ".", Fix: cure,
	})
}

// caches tells whether anything in the checkout asks for the cache of Rails:
// otherwise it does not matter where it is.
func caches(p *rule.Pass) bool {
	for _, f := range p.Program.Functions() {
		if f.Test || f.Language != unit.Ruby {
			continue
		}
		view := f.Name == "<top>" && f.HasRole(unit.Handler)
		for i := range f.Calls {
			c := &f.Calls[i]
			if c.Receiver != nil && strings.HasSuffix(strings.TrimPrefix(c.Receiver.Text, "::"), "Rails.cache") {
				return true
			}
			switch c.Name {
			case "cache", "cache_if", "cache_unless":
				if view || f.HasRole(unit.Handler) {
					return true
				}
			case "caches_page", "caches_action", "expires_now", "read_fragment", "expire_fragment", "rate_limit", "write_fragment":
				return true
			}
		}
	}
	return false
}
