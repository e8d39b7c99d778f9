package bindings

import (
	"cmp"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/names"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// value are the values that files of settings give to a chain of names and keys:
// Settings.cache.store, config_for(cache).store, ENV.CACHE_STORE. What a file says of
// production alone comes first.
func (f *finder) value(ref string) []unit.Choice {
	var found []unit.Setting
	steps := strings.Split(ref, ".")
	if steps[0] == "ENV" {
		found = f.keyed(ref, func(string) bool { return true })
	}
	for i := 1; i < len(steps) && len(found) == 0 && steps[0] != "ENV"; i++ {
		key := strings.Join(steps[i:], ".")
		found = f.keyed(key, f.sourceOf(steps[i-1]))
		if len(found) == 0 && (i == 1 || i < len(steps)-1) {
			found = oneFile(f.keyed(key, func(string) bool { return true }))
		}
	}
	slices.SortStableFunc(found, func(a, b unit.Setting) int { return cmp.Compare(weight(b), weight(a)) })
	var out []unit.Choice
	for _, s := range found {
		for _, c := range s.Choices {
			if c.Value == "nil" && s.Env == "" && len(found) > 1 {
				continue
			}
			c.When, c.Location = s.When.Also(c.When), s.Location
			out = append(out, c)
		}
	}
	return out
}

// weight orders what is said of one key: what holds in production alone, and the
// file of production alone, count before what holds for all.
func weight(s unit.Setting) int {
	out := 0
	if s.Env == unit.EnvProduction {
		out++
	}
	if strings.HasPrefix(path.Base(s.Location.File), "production.") {
		out++
	}
	return out
}

// keyed lists the values of a key in some files.
func (f *finder) keyed(key string, in func(file string) bool) []unit.Setting {
	var out []unit.Setting
	for _, s := range f.values {
		if s.Subject == key && in(s.Location.File) {
			out = append(out, s)
		}
	}
	return out
}

// oneFile is a list of values if they stand in one file, and the files of
// environments beside it: a key that several files have says nothing.
func oneFile(list []unit.Setting) []unit.Setting {
	for _, s := range list {
		if stem(s.Location.File) != stem(list[0].Location.File) {
			return nil
		}
	}
	return list
}

// stem names a file of settings: the folder of config/settings/production.yml, the
// base of config/settings.yml.
func stem(file string) string {
	if folder := path.Base(path.Dir(file)); folder == "settings" || folder == "environments" {
		return "settings"
	}
	name, _, _ := strings.Cut(path.Base(realName(file)), ".")
	return name
}

// sourceOf tells the files from which a name takes its values: the name of a file
// (config_for), or a class or constant, by what it says it loads or by its own name.
func (f *finder) sourceOf(name string) func(string) bool {
	if inner, ok := strings.CutPrefix(name, "config_for("); ok {
		inner = strings.TrimSuffix(inner, ")")
		return func(file string) bool { return stem(file) == inner }
	}
	if h := f.constant(name); h != nil && h.Settings != "" {
		return func(file string) bool { return stem(file) == h.Settings }
	}
	own := names.Snake(name[strings.LastIndexByte(name, ':')+1:])
	short := strings.TrimSuffix(own, "_config")
	return func(file string) bool {
		s := stem(file)
		return s == own || s == short || s == own+"s"
	}
}

// decided is an atom that a file of settings answers: whether a key is set, or what
// it is. Where Ruby in the file decides, it stays a question.
func (f *finder) decided(c unit.Condition) unit.Condition {
	if c.Ref == "" {
		return c
	}
	if decision, ok := f.decision(c); ok {
		return decision
	}
	found := f.value(c.Ref)
	if strings.HasPrefix(c.Ref, "ENV.") && (c.Is != "" || len(found) > 0 && found[0].Location.File != "" && !f.forProduction(c.Ref)) {
		return c // what starts the process may set another
	}
	if len(found) == 0 || found[0].Origin != unit.Written || found[0].When.Op != unit.Always || sampled(found[0].Location.File) {
		return c
	}
	is := found[0].Value != "nil" && found[0].Value != "false"
	if c.Is != "" {
		is = found[0].Value == c.Is
	}
	if is {
		return unit.Condition{}
	}
	return unit.Condition{Op: unit.Never}
}

// decision is what an atom asks for that code has worked out once, if one place
// alone does so and nothing has to hold for that.
func (f *finder) decision(c unit.Condition) (unit.Condition, bool) {
	var found []unit.Setting
	for _, s := range f.settings {
		if s.Kind == unit.SettingDecision && (s.Subject == c.Ref || strings.HasSuffix(s.Subject, "::"+c.Ref)) {
			found = append(found, s)
		}
	}
	if len(found) != 1 || found[0].When.Op != unit.Always || found[0].Env != "" || c.Is != "" || f.deciding[c.Ref] {
		return c, false
	}
	f.deciding[c.Ref] = true
	defer delete(f.deciding, c.Ref)
	return found[0].Choices[0].When.Map(f.decided), true
}

// forProduction tells whether a file gives a value for production alone.
func (f *finder) forProduction(key string) bool {
	return slices.ContainsFunc(f.values, func(s unit.Setting) bool { return s.Subject == key && s.Env == unit.EnvProduction })
}

// sampleName matches the names of files that are there to be copied, variant those
// of which one is: database.yml.sqlite.
var (
	sampleName = regexp.MustCompile(`[.\-_](?:example|sample|dist|template|default)\b`)
	variant    = regexp.MustCompile(`\.ya?ml\.(\w+)$`)
)

// sampled tells a file that is there to be copied.
func sampled(file string) bool {
	base := path.Base(file)
	m := variant.FindStringSubmatch(base)
	return sampleName.MatchString(base) || m != nil && m[1] != "erb"
}

// plain tells the sample that stands for the file as such, and for no variant of it.
func plain(file string) bool {
	base := strings.TrimPrefix(strings.TrimPrefix(path.Base(file), "example."), "sample.")
	name := sampleName.ReplaceAllString(base, "")
	return strings.TrimSuffix(name, ".yml") == strings.TrimSuffix(path.Base(realName(file)), ".yml")
}

// realName is the file to which a sample is copied: config/database.yml for
// config/database.yml.example, database.example and example.database.yml.
func realName(file string) string {
	dir, base := path.Split(file)
	base = strings.TrimPrefix(strings.TrimPrefix(base, "example."), "sample.")
	name := sampleName.ReplaceAllString(base, "")
	if strings.Contains(base, ".yml.") || strings.Contains(base, ".yaml.") {
		name, _, _ = strings.Cut(base, ".y")
		name += ".yml"
	}
	if !strings.Contains(name, ".") {
		name += ".yml"
	}
	return dir + name
}

// unsampled drops the settings of samples where the file is there to which they
// would be copied, and those of variants beside another sample: nobody can say which
// of them is copied.
func unsampled(list []unit.Setting) []unit.Setting {
	have, samples := map[string]bool{}, map[string]map[string]bool{}
	for _, s := range list {
		file := s.Location.File
		if !sampled(file) {
			have[file] = true
			continue
		}
		name := realName(file)
		if samples[name] == nil {
			samples[name] = map[string]bool{}
		}
		samples[name][file] = true
	}
	return slices.DeleteFunc(slices.Clone(list), func(s unit.Setting) bool {
		file := s.Location.File
		return sampled(file) && (have[realName(file)] || !plain(file) && len(samples[realName(file)]) > 1)
	})
}

// serviceOf marks a choice of which the kind of storage service is known.
const serviceOf = "service:"

// maxMirrors bounds through how many mirrors a service is followed.
const maxMirrors = 3

// kinds replaces the names of storage services by what they are.
func (f *finder) kinds(choices []unit.Choice, follow int) []unit.Choice {
	var out []unit.Choice
	for _, c := range choices {
		services := f.services[c.Value]
		if len(services) == 0 {
			out = append(out, c)
			continue
		}
		for i := len(services) - 1; i >= 0; i-- {
			for _, kind := range f.serviceKinds(services[i], follow) {
				inner := c
				inner.When, inner.Ref = c.When.Also(kind.When), serviceOf+kind.Value
				out = append(out, inner)
			}
		}
	}
	return out
}

// serviceKinds is what one entry of config/storage.yml may be; of a mirror, what it
// reads from.
func (f *finder) serviceKinds(s unit.Setting, follow int) []unit.Choice {
	var out []unit.Choice
	for _, c := range s.Choices {
		c.When = s.When.Also(c.When)
		if !strings.EqualFold(c.Value, "mirror") || len(s.Values) == 0 || follow == 0 {
			out = append(out, c)
			continue
		}
		for _, inner := range f.kinds([]unit.Choice{{Value: s.Values[0].Text, Origin: c.Origin}}, follow-1) {
			out = append(out, unit.Choice{When: c.When.Also(inner.When), Value: strings.TrimPrefix(inner.Ref, serviceOf), Origin: c.Origin})
		}
	}
	return out
}
