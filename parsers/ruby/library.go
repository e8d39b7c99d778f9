package ruby

import (
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// ofLibraryClass tells a class object that the checkout does not define.
func (r *resolver) ofLibraryClass(rf ref) bool {
	return rf.class && rf.typ != "" && rf.typ != anyClass && r.classes[rf.typ] == nil
}

// keepsAttribute tells whether a call without arguments of a library's class may
// hand out something that the class keeps: not what it makes, finds or asks of
// another process.
func keepsAttribute(class, name string) bool {
	first, _, _ := strings.Cut(class, "::")
	switch first {
	case "Time", "Date", "DateTime", "JSON", "YAML", "CSV", "File", "Dir", "FileUtils", "Pathname", "Tempfile", "Thread", "Fiber", "Process", "GC", "ObjectSpace", "ENV",
		"Nokogiri", "SecureRandom", "RequestStore", "Redis", "Sidekiq", "Kernel", "Mutex", "Random", "Digest", "Open3", "IO", "URI", "Net", "Benchmark", "RSpec", "FactoryBot", "Resque", "Dalli":
		return false
	}
	switch name {
	case "new", "class", "name", "logger", "cache", "connection", "current", "instance", "first", "last", "all", "count", "root", "env", "now", "application", "clone", "dup", "to_s", "allocate", "superclass", "redis", "pool", "mdc", "ndc", "context":
		return false
	}
	for _, verb := range []string{"find", "get", "load", "build", "create", "parse", "read", "fetch", "open", "where", "make", "generate", "random", "current"} {
		if name == verb || strings.HasPrefix(name, verb+"_") {
			return false
		}
	}
	return !strings.HasSuffix(name, "?") && !strings.HasSuffix(name, "!")
}

// perRequest tells the attributes of libraries that each thread or request has
// for itself.
func perRequest(id string) bool {
	class, name := id[:strings.LastIndexByte(id, '.')], id[strings.LastIndexByte(id, '.')+1:]
	if strings.HasSuffix(class, "Current") || name == "locale" || name == "current_locale" {
		return true
	}
	switch id {
	case "Time.zone", "I18n.config", "PaperTrail.request", "PaperTrail.whodunnit", "ActiveRecord::Base.shard_selector", "Audited.store", "Sentry.user", "Raven.user_context":
		return true
	}
	return false
}

// stores tells the methods by which well-known parts of libraries are changed.
func stores(name string) bool {
	switch name {
	case "store_translations", "available_locales=":
		return true
	}
	return false
}

// attributesOfLibraries declares the attributes of libraries' classes that the
// checkout changes, where it does.
func (r *resolver) attributesOfLibraries(functions []*unit.Function) {
	first := map[string]*unit.Access{}
	for _, f := range functions {
		for i := range f.Accesses {
			a := &f.Accesses[i]
			id := a.Place.Name
			if a.Place.Root != unit.RootHolder || r.holders[id] != nil || !strings.Contains(id, ".") || strings.ContainsAny(id, "@$[/#") || f.Test {
				continue
			}
			if a.Kind == unit.Invoke && stores(a.Method) {
				a.Kind, a.Op = unit.Modify, a.Method
			}
			if a.Kind != unit.Write && a.Kind != unit.Modify {
				continue
			}
			if have := first[id]; have == nil || before(a.Location, have.Location) {
				first[id] = a
			}
		}
	}
	if len(first) > 0 {
		r.declareAttributes(first)
		r.readAttributes(functions, first)
	}
}

// before orders places for a declaration: code that serves comes before
// configuration, which sets what is given once.
func before(a, b unit.Location) bool {
	if x, y := strings.HasPrefix(a.File, "config/"), strings.HasPrefix(b.File, "config/"); x != y {
		return y
	}
	if a.File != b.File {
		return a.File < b.File
	}
	return a.Line < b.Line
}

// declareAttributes declares the attributes in the units that change them.
func (r *resolver) declareAttributes(first map[string]*unit.Access) {
	for _, u := range r.units {
		for id, a := range first {
			if a.Location.File != u.Path || strings.HasPrefix(id, "config.") {
				continue
			}
			u.Holders = append(u.Holders, unit.Holder{
				ID: id, Symbol: id, Name: id[strings.LastIndexByte(id, '.')+1:], Kind: unit.Attribute, Owner: id[:strings.LastIndexByte(id, '.')],
				Location: a.Location, PerRequest: perRequest(id),
			})
		}
	}
}

// readAttributes turns calls that hand out such an attribute into reads of it.
func (r *resolver) readAttributes(functions []*unit.Function, first map[string]*unit.Access) {
	for _, f := range functions {
		for i := range f.Calls {
			if c := &f.Calls[i]; c.External && first[c.Callee] != nil {
				f.Accesses = append(f.Accesses, unit.Access{Place: unit.Place{Root: unit.RootHolder, Name: c.Callee}, Kind: unit.Read, Location: c.Location})
			}
		}
	}
}

// knownResult is the class of what a library's method gives, where that matters:
// paths, and the cache that the application is configured with.
func knownResult(on ref, name string) string {
	switch {
	case on.class && on.typ == "Rails" && (name == "root" || name == "public_path"), on.class && on.typ == "Pathname":
		return "Pathname"
	case on.class && on.typ == "Rails" && name == "cache":
		return "Rails.cache"
	case on.class && on.typ == "Rails" && name == "logger":
		return "Logger"
	case on.typ == "Pathname":
		switch name {
		case "join", "+", "/", "dirname", "parent", "expand_path", "realpath", "sub_ext", "basename", "relative_path_from", "cleanpath", "sub":
			return "Pathname"
		}
	}
	return ""
}
