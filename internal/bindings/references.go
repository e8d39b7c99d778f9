package bindings

import (
	"path"
	"strconv"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// resolved are the choices of a setting in which what only other files know is
// looked up: constants, methods, and keys of configuration files.
func (f *finder) resolved(s unit.Setting) []unit.Choice {
	var out []unit.Choice
	for _, c := range s.Choices {
		switch found := f.referred(c); {
		case c.Ref == "" || len(found) == 0:
			out = append(out, c)
		default:
			for _, inner := range found {
				inner.When, inner.Location = c.When.Also(inner.When), c.Location
				inner.Options = append(inner.Options, c.Options...)
				out = append(out, inner)
			}
		}
	}
	return out
}

// referred are the values that a reference may stand for.
func (f *finder) referred(c unit.Choice) []unit.Choice {
	ref := strings.TrimPrefix(c.Ref, "::")
	if c.Origin != unit.Unresolved {
		if h := f.constant(ref); h != nil {
			return named([]unit.Value{*h}, ref)
		}
		return nil
	}
	if values := f.method(ref); len(values) > 0 {
		return named(values, ref)
	}
	return f.fromFiles(ref)
}

// constant is what a constant of the checkout is set to, found by its ID or, if
// that is written in part, by its end.
func (f *finder) constant(ref string) *unit.Value {
	if h := f.p.Holder(ref); h != nil {
		return &h.Value
	}
	for _, h := range f.constants {
		if strings.HasSuffix(h.ID, "::"+ref) {
			return &h.Value
		}
	}
	return nil
}

// method is what a method of the checkout hands out.
func (f *finder) method(ref string) []unit.Value {
	fn := f.p.Function(ref)
	if fn == nil {
		suffix := "::" + ref
		if !strings.Contains(ref, ".") {
			suffix = "." + ref
		}
		for _, other := range f.p.Functions() {
			if other.Language == unit.Ruby && !other.Test && strings.HasSuffix(other.ID, suffix) {
				fn = other
				break
			}
		}
	}
	if fn == nil || fn.Test {
		return nil
	}
	return fn.Returns
}

// named turns values into choices. Which of several is taken, a reader has to see
// for himself.
func named(values []unit.Value, ref string) []unit.Choice {
	var names []string
	for i := range values {
		names = append(names, leaves(&values[i], 4)...)
	}
	var out []unit.Choice
	for i, name := range names {
		c := unit.Choice{Value: name, Origin: unit.Written}
		if i < len(names)-1 {
			c.When = unit.Condition{Op: unit.Atom, Text: "`" + ref + "` chooses `" + name + "`"}
		}
		out = append(out, c)
	}
	return out
}

// leaves are the names that a value may be.
func leaves(v *unit.Value, deep int) []string {
	text := strings.Trim(v.Text, `:"'`)
	switch {
	case deep == 0:
		return nil
	case v.Kind == unit.Literal:
		return []string{text}
	case v.Kind == unit.New:
		return []string{snake(v.Type[strings.LastIndexByte(v.Type, ':')+1:])}
	case v.Kind == unit.Collection && len(v.Parts) > 0:
		return leaves(&v.Parts[0], deep-1)
	case v.Kind == unit.Result && strings.HasSuffix(v.Callee, ".new"):
		name := strings.TrimSuffix(v.Callee, ".new")
		return []string{snake(name[strings.LastIndexByte(name, ':')+1:])}
	}
	var out []string
	for i := range v.Parts {
		out = append(out, leaves(&v.Parts[i], deep-1)...)
	}
	return out
}

// snake turns RedisCacheStore into redis_cache_store.
func snake(name string) string {
	var b strings.Builder
	for i, r := range name {
		if r >= 'A' && r <= 'Z' {
			if i > 0 && name[i-1] != '_' && (name[i-1] < 'A' || name[i-1] > 'Z') {
				b.WriteByte('_')
			}
			r += 'a' - 'A'
		}
		b.WriteRune(r)
	}
	return b.String()
}

// fromFiles looks a reference up in the YAML files below config/: a file that
// config_for names, or one that a settings class (Settings, AppConfig) stands for.
// What production says goes before what all say, a file before a sample of it.
func (f *finder) fromFiles(ref string) []unit.Choice {
	head, keys, ok := strings.Cut(ref, ".")
	if !ok {
		return nil
	}
	files := settingsFiles(head)
	best, found := unit.Setting{}, -1
	for _, s := range f.settings {
		if s.Kind != unit.SettingYAML || s.Env != "" && s.Env != unit.EnvProduction {
			continue
		}
		file, key, _ := strings.Cut(s.Subject, ":")
		rank := rankOf(files, file)
		if rank < 0 || strings.TrimPrefix(key, ".") != keys {
			continue
		}
		if s.Env == unit.EnvProduction {
			rank += 20
		}
		if !sample(s.Location.File) {
			rank += 40
		}
		if rank > found {
			best, found = s, rank
		}
	}
	if found < 0 {
		return nil
	}
	return fromYAML(best)
}

// settingsFiles are the names of the files for which a name stands, likeliest last.
func settingsFiles(head string) []string {
	if inner, ok := strings.CutPrefix(head, "config_for("); ok {
		return []string{strings.TrimSuffix(inner, ")")}
	}
	name := snake(head[strings.LastIndexByte(head, ':')+1:])
	return []string{"config", "application", "app_config", "settings", strings.TrimSuffix(strings.TrimSuffix(name, "_config"), "_settings"), name}
}

func rankOf(files []string, file string) int {
	rank := -1
	for i, name := range files {
		if name == file {
			rank = i
		}
	}
	return rank
}

// sample tells a file that is there to be copied.
func sample(file string) bool {
	base := path.Base(file)
	for _, mark := range []string{"example", "sample", "dist", "template", "default"} {
		if strings.Contains(base, "."+mark) || strings.Contains(base, mark+".") || strings.Contains(base, "-"+mark) || strings.Contains(base, "_"+mark) {
			return true
		}
	}
	return false
}

// fromYAML are the choices of a value in a YAML file: what is written, or what an
// ERB expression falls back to.
func fromYAML(s unit.Setting) []unit.Choice {
	if fallback, variable, ok := erbFallback(s.Text); ok {
		set := unit.Condition{Op: unit.Atom, Text: variable + " is set"}
		return []unit.Choice{{When: set, Origin: unit.Unresolved}, {Value: fallback, Origin: unit.Defaulted}}
	}
	return []unit.Choice{{Value: strings.Trim(s.Value, ":"), Origin: unit.Written}}
}

// erbFallback reads `<%= ENV.fetch("X", "y") %>` and `<%= ENV["X"] || "y" %>` in
// the text of a line.
func erbFallback(text string) (value, variable string, ok bool) {
	_, code, ok := strings.Cut(text, "<%=")
	if !ok {
		return "", "", false
	}
	code, _, _ = strings.Cut(code, "%>")
	words := quoted(code)
	fetch := strings.Contains(code, "ENV.fetch") || strings.Contains(code, "||") || strings.Contains(code, "?")
	if !strings.Contains(code, "ENV") || !fetch || len(words) < 2 {
		return "", "", false
	}
	return words[len(words)-1], words[0], true
}

// quoted lists the texts in quotes of an expression.
func quoted(code string) []string {
	var out []string
	for i := 0; i < len(code); i++ {
		if code[i] != '"' && code[i] != '\'' {
			continue
		}
		end := strings.IndexByte(code[i+1:], code[i])
		if end < 0 {
			break
		}
		if text, err := strconv.Unquote(`"` + code[i+1:i+1+end] + `"`); err == nil {
			out = append(out, text)
		}
		i += end + 1
	}
	return out
}

// follow says of sessions that are kept in a cache where that is.
func (f *finder) follow(list []Binding) {
	for i := range list {
		if list[i].Resource != Session {
			continue
		}
		var out []Backend
		for _, b := range list[i].Backends {
			out = append(out, inStore(b, list, f.root(b.Location.File), f)...)
		}
		list[i].Backends = out
	}
}

// inStore replaces a backend that keeps things in a cache by what that cache is.
func inStore(b Backend, list []Binding, root string, f *finder) []Backend {
	if b.Where != inCache {
		return []Backend{b}
	}
	for _, option := range b.Options {
		if option.Callee == "cache" && option.Type != "" && option.Type != "rails_cache" {
			b.Where = known().place(Cache, option.Type)
			return []Backend{b}
		}
	}
	var out []Backend
	for _, cache := range list {
		if cache.Resource != Cache || cache.Subject != "config.cache_store" {
			continue
		}
		for _, kept := range cache.Backends {
			if f.root(kept.Location.File) != root {
				continue
			}
			inner := b
			inner.Where, inner.In = kept.Where, &kept
			inner.Guard = strings.Trim(b.Guard+", "+kept.Guard, ", ")
			out = append(out, inner)
		}
	}
	return out
}
