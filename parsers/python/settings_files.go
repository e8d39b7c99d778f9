package python

import (
	"path"
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// runs lists the files that a module of settings runs in its own place, the last first: by
// exec, or as django-split-settings does. Not all are known if one that it names is not in
// the checkout, or if nothing says which it is.
func (r *resolver) runs(m *module) (files []*module, all bool) {
	top := r.functions[m.id+"."+topName]
	all = true
	if top == nil {
		return nil, true
	}
	for i := len(top.Calls) - 1; i >= 0; i-- {
		c := &top.Calls[i]
		var found []*module
		switch {
		case c.Callee == "builtins.exec":
			found = r.namedFiles(top)
			all = all && len(found) > 0
		case c.Callee == "split_settings.tools.include":
			for j := range c.Args {
				found = append(found, r.matching(m, literals(&c.Args[j]))...)
			}
		}
		for _, f := range found {
			if f != m && !slices.Contains(files, f) {
				files = append(files, f)
			}
		}
	}
	return files, all
}

// namedFiles are the files of the checkout with the names that a function mentions: which
// folder they are in when it runs is not known.
func (r *resolver) namedFiles(fn *function) []*module {
	var names []string
	for i := range fn.Accesses {
		if v := fn.Accesses[i].Value; v != nil {
			names = append(names, literals(v)...)
		}
	}
	for i := range fn.Calls {
		for j := range fn.Calls[i].Args {
			names = append(names, literals(&fn.Calls[i].Args[j])...)
		}
	}
	var out []*module
	for _, id := range sortedModules(r.modules) {
		m := r.modules[id]
		if !m.class.skipped() && slices.ContainsFunc(names, func(name string) bool { return path.Base(name) == path.Base(m.unit.Path) }) {
			out = append(out, m)
		}
	}
	return out
}

// matching are the files that patterns name, from the folder of a module.
func (r *resolver) matching(from *module, patterns []string) []*module {
	var out []*module
	for _, id := range sortedModules(r.modules) {
		m := r.modules[id]
		if slices.ContainsFunc(patterns, func(p string) bool {
			ok, err := path.Match(path.Join(path.Dir(from.unit.Path), p), m.unit.Path)
			return ok && err == nil
		}) {
			out = append(out, m)
		}
	}
	return out
}

// literals are the names of files of Python in a value.
func literals(v *unit.Value) []string {
	if v.Kind == unit.Literal {
		if text := strings.Trim(v.Text, `"'`); strings.HasSuffix(text, ".py") {
			return []string{text}
		}
		return nil
	}
	var out []string
	for i := range v.Parts {
		out = append(out, literals(&v.Parts[i])...)
	}
	return out
}

// unasked tells conditions on a setting that the checkout leaves to those who run it: one
// that is taken from a module which does not have it, and is nothing without.
func (d *django) unasked(m *module, when string) bool {
	for _, part := range strings.Split(when, " and ") {
		name := strings.TrimSuffix(strings.Trim(part, " ()"), " is not None")
		h := d.r.holders[m.id+"."+name]
		if h == nil || len(d.r.given[h.ID]) > 1 || h.Value.Place != nil || h.Value.Callee != "" {
			continue
		}
		if text := h.Value.Text; strings.HasPrefix(text, "getattr(") && (strings.HasSuffix(text, ", None)") || strings.HasSuffix(text, ", False)")) {
			return true
		}
	}
	return false
}
