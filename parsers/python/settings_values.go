package python

import (
	"regexp"
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// under is what a dictionary has under a key.
func under(v *unit.Value, key string) *unit.Value {
	for i := range v.Parts {
		if p := &v.Parts[i]; p.Type == pair && p.Callee == key && len(p.Parts) > 0 {
			return &p.Parts[0]
		}
	}
	return nil
}

// say lists what a value may be in production.
func (d *django) say(v *unit.Value, s statement, depth int) []said {
	if v == nil || depth > 6 {
		return nil
	}
	switch v.Kind {
	case unit.Literal:
		return []said{{strings.Trim(v.Text, `"'`), s.guard, s.at}}
	case unit.Result, unit.New:
		if composes(v.Callee) {
			return d.composed(v, s, depth)
		}
		if byDefault, _ := lookedUp(v); byDefault == nil && d.r.functions[v.Callee] != nil {
			return d.handedOut(d.r.functions[v.Callee], s, depth)
		}
		return d.fallback(v, s, depth)
	case unit.PlaceValue:
		if v.Place != nil && v.Place.Root == unit.RootParam && len(v.Place.Path) == 0 {
			return d.passed(s.fn, indexOf(v.Place.Name), s, depth)
		}
		if v.Place == nil || v.Place.Root != unit.RootHolder || len(v.Place.Path) > 0 {
			return d.attribute(v, s, depth)
		}
		out := d.named(v.Place.Name, s, func(v *unit.Value, s statement) []said { return d.say(v, s, depth+1) })
		if h := d.r.holders[v.Place.Name]; len(out) == 0 && h != nil {
			return d.say(&h.Value, s, depth+1)
		}
		return out
	case unit.Compound:
		if v.Type == "str" || joinedText.MatchString(v.Text) {
			if scheme := urlScheme.FindString(v.Text); scheme != "" {
				return []said{{strings.TrimLeft(scheme, `fFrRbB"'`) + "…", s.guard, s.at}}
			}
			if len(v.Parts) > 0 && v.Parts[0].Kind == unit.Literal && beginsURL.MatchString(v.Parts[0].Text) {
				return []said{{v.Parts[0].Text + "…", s.guard, s.at}}
			}
			return nil
		}
		return chosen(v, s, func(v *unit.Value, s statement) []said { return d.say(v, s, depth+1) })
	}
	return nil
}

// named joins what is said of the values that a setting has, by the ID of the place that
// names it.
func (d *django) named(place string, s statement, say func(*unit.Value, statement) []said) []said {
	var out []said
	for _, inner := range d.of(place[strings.LastIndexByte(place, '.')+1:]) {
		inner.guard, inner.at = joined(s.guard, inner.guard), s.at
		out = append(out, say(inner.value, inner)...)
	}
	return out
}

// chosen joins what is said of the values among which an expression chooses.
func chosen(v *unit.Value, s statement, say func(*unit.Value, statement) []said) []said {
	var out []said
	for i := range v.Parts {
		part := s
		if len(v.Parts) > 1 {
			part.guard = joined(s.guard, "`"+v.Text+"` chooses it")
		}
		out = append(out, say(&v.Parts[i], part)...)
	}
	return out
}

// urlScheme matches a text that is put together and begins like a URL.
var urlScheme = regexp.MustCompile(`^[fFrRbB]*["'][a-z][a-z0-9+]*:/*`)

// beginsURL matches the beginning of a URL.
var beginsURL = regexp.MustCompile(`^[a-z][a-z0-9+]*:/*`)

// joinedText matches a text to which something is added.
var joinedText = regexp.MustCompile(`^["'][a-z][a-z0-9+]*:[^"']*["']\s*[+%]`)

// attribute is what a default of the settings of an application says: a field of an
// object, which the environment may give another value.
func (d *django) attribute(v *unit.Value, s statement, depth int) []said {
	if v.Place == nil || len(v.Place.Path) == 0 {
		return nil
	}
	h := d.r.holders[v.Place.Path[len(v.Place.Path)-1]]
	if h == nil {
		return nil
	}
	var out []said
	for _, g := range d.r.given[h.ID] {
		if v := d.r.value(g.value, g.in); v.Place != nil && v.Place.Root == unit.RootParam && len(v.Place.Path) == 0 {
			out = append(out, d.passed(g.in, indexOf(v.Place.Name), s, depth+1)...)
		}
	}
	if len(out) > 0 {
		return out
	}
	s.guard = joined(s.guard, h.Name+" is not set")
	return d.say(&h.Value, s, depth+1)
}

// joined is what must hold for both.
func joined(a, b string) string {
	switch {
	case a == "" || a == b:
		return b
	case b == "":
		return a
	}
	return a + ", " + b
}

// fallback is what a look-up in the environment gives where the variable is not set.
func (d *django) fallback(v *unit.Value, s statement, depth int) []said {
	byDefault, variable := lookedUp(v)
	if byDefault == nil {
		return nil
	}
	s.guard = joined(s.guard, variable+" is not set")
	return d.say(byDefault, s, depth+1)
}

// lookedUp is what a look-up in the environment falls back to, and the variable that it
// looks for; nil where it falls back to nothing, and for what is no such look-up.
func lookedUp(v *unit.Value) (byDefault *unit.Value, variable string) {
	last := v.Callee[strings.LastIndexByte(v.Callee, '.')+1:]
	looks := strings.Contains(v.Callee, "environ") || strings.Contains(v.Callee, "getenv") || strings.Contains(v.Callee, "decouple") || strings.Contains(v.Callee, "dj_database_url") || strings.Contains(v.Callee, "dj_cache_url") || strings.Contains(v.Callee, "environs") ||
		slices.Contains([]string{"env", "config", "get_env", "getenv", "get_bool_env", "get_env_variable", "env_bool", "env_str"}, last)
	if !looks {
		return nil, ""
	}
	for i := range v.Parts {
		p := &v.Parts[i]
		switch {
		case p.Type == pair && p.Callee == "default" && len(p.Parts) > 0:
			byDefault = &p.Parts[0]
		case i == 0 && p.Kind == unit.Literal:
			variable = strings.Trim(p.Text, `"'`)
		case i == 1 && p.Type != pair:
			byDefault = p
		}
	}
	if variable == "" {
		variable = "the environment"
	}
	return byDefault, variable
}

// globalSettings are what Django's own settings say, which those of a project may take over
// by name.
var globalSettings = map[string]string{
	"django.conf.global_settings.STORAGES.default.BACKEND": "django.core.files.storage.FileSystemStorage",
	"django.conf.global_settings.CACHES.default.BACKEND":   "django.core.cache.backends.locmem.LocMemCache",
}

// entry lists what stands under keys of a setting that is a dictionary.
func (d *django) entry(setting string, keys ...string) []said {
	var out []said
	for _, s := range d.of(setting) {
		v, rest := s.value, keys
		if s.key != "" {
			if len(rest) == 0 || s.key != rest[0] {
				continue
			}
			rest = rest[1:]
		}
		out = append(out, d.dig(v, s, rest, 0)...)
	}
	return out
}

// spread lists what stands under keys of the dictionaries that another one takes over.
func (d *django) spread(v *unit.Value, s statement, keys []string, depth int) []said {
	for i := len(v.Parts) - 1; i >= 0; i-- {
		if part := &v.Parts[i]; part.Type == splat && len(part.Parts) > 0 {
			if out := d.dig(&part.Parts[0], s, keys, depth+1); len(out) > 0 {
				return out
			}
		}
	}
	return nil
}

func (d *django) dig(v *unit.Value, s statement, keys []string, depth int) []said {
	switch {
	case v == nil || depth > 6:
		return nil
	case len(keys) == 0:
		return d.say(v, s, depth)
	case globalSettings[v.Callee+"."+strings.Join(keys, ".")] != "":
		return []said{{globalSettings[v.Callee+"."+strings.Join(keys, ".")], s.guard, s.at}}
	case v.Kind == unit.Collection, under(v, keys[0]) != nil:
		if found := under(v, keys[0]); found != nil {
			return d.dig(found, s, keys[1:], depth+1)
		}
		return d.spread(v, s, keys, depth)
	case v.Kind == unit.Compound:
		var out []said
		for i := range v.Parts {
			out = append(out, d.dig(&v.Parts[i], s, keys, depth+1)...)
		}
		return out
	case v.Kind == unit.PlaceValue && v.Place != nil && v.Place.Root == unit.RootHolder && len(v.Place.Path) == 0:
		var out []said
		for _, inner := range d.of(v.Place.Name[strings.LastIndexByte(v.Place.Name, '.')+1:]) {
			inner.guard = joined(s.guard, inner.guard)
			if inner.key == "" {
				out = append(out, d.dig(inner.value, inner, keys, depth+1)...)
			}
		}
		if h := d.r.holders[v.Place.Name]; len(out) == 0 && h != nil {
			return d.dig(&h.Value, s, keys, depth+1)
		}
		return out
	}
	return d.say(v, s, depth) // a URL that says all of it
}
