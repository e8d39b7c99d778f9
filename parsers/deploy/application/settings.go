package application

import (
	"path"
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
	"github.com/stateaudit/stateaudit/parsers/deploy/record"
	"github.com/stateaudit/stateaudit/parsers/deploy/tree"
)

// maxValues bounds how many keys of one file are kept, and maxValueSize the size
// in bytes of the files that are looked at: settings are short, and data is not.
const (
	maxValues    = 600
	maxValueSize = 128 << 10
)

// isSettings matches the YAML files below config/ in which an application keeps
// settings of its own, also as samples to be copied.
func isSettings(file string) bool {
	dir, base := path.Dir(file), path.Base(file)
	if !strings.Contains(base, ".yml") && !strings.Contains(base, ".yaml") {
		return false
	}
	folder := path.Base(dir)
	if folder == "settings" || folder == "environments" {
		dir = path.Dir(dir)
	}
	if path.Base(dir) != "config" {
		return false
	}
	for _, other := range []string{"database.", "cable.", "storage.", "deploy.", "i18n"} {
		if strings.HasPrefix(base, other) {
			return false
		}
	}
	return true
}

// settings reads the keys of a file, with what they may be.
func settings(f *record.File) {
	if len(f.Content) > maxValueSize || strings.Contains(f.Content, "apiVersion:") {
		return
	}
	inner := record.NewFile(f.Path, []byte(f.Content)) // its faults are not ours to tell
	r, docs := read(inner)
	r.File = f
	env := ofFile(f.Path)
	if env == unit.EnvDevelopment || env == unit.EnvTest {
		return
	}
	left := maxValues
	for _, doc := range docs {
		for _, p := range doc.Entries() {
			section, at := env, []string{p.Key.Text}
			if named, is := ofKey(p.Key.Text); is && p.Value.IsMap() {
				if named != "" && named != unit.EnvProduction {
					continue
				}
				section, at = named, nil
				if named == "" {
					section = env
				}
			}
			r.flatten(p, at, section, &left)
		}
	}
}

// ofFile is the environment that a file of settings is for: config/settings/
// production.yml.
func ofFile(file string) string {
	name, _, _ := strings.Cut(path.Base(file), ".")
	switch name {
	case unit.EnvProduction, unit.EnvDevelopment, unit.EnvTest:
		return name
	}
	if strings.Contains(path.Base(file), ".local.") {
		return unit.EnvDevelopment
	}
	return ""
}

// ofKey tells the keys that name environments: all that is below such a key is for
// one of them, or for all.
func ofKey(key string) (env string, is bool) {
	switch key {
	case unit.EnvProduction, unit.EnvDevelopment, unit.EnvTest, "staging":
		return key, true
	case "shared", "default", "defaults", "default_settings", "common":
		return "", true
	}
	return "", false
}

// flatten notes the scalars below a pair by the keys that lead to them.
func (r *reading) flatten(p tree.Pair, keys []string, env string, left *int) {
	if p.Value.IsMap() && len(keys) < 8 {
		for _, inner := range p.Value.Pairs {
			r.flatten(inner, append(keys[:len(keys):len(keys)], inner.Key.Text), env, left)
		}
		return
	}
	if p.Value.IsMap() || p.Value.Kind == tree.List || *left <= 0 || len(keys) == 0 || len(p.Value.Text) > 120 {
		return
	}
	*left--
	name := strings.Join(keys, ".")
	if len(keys) == 1 && isVariable(keys[0]) {
		name = "ENV." + name
		if env == "" && strings.HasPrefix(path.Base(r.Path), "application.") {
			env = unit.EnvProduction // figaro sets it where nothing else does
		}
	}
	if strings.HasSuffix(name, "secret_key_base") {
		r.add(unit.Setting{Kind: unit.SettingSecret, Subject: name, Env: env, Choices: r.value(p), Location: r.At(p)})
	}
	r.add(unit.Setting{Kind: unit.SettingValue, Subject: name, Env: env, Choices: r.value(p), Location: r.At(p)})
}

// isVariable tells a name of a variable of the environment: figaro puts the keys of
// its file there.
func isVariable(name string) bool {
	return name != "" && strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == "" && strings.ToUpper(name) == name
}

// isDotenv matches the files from which dotenv fills the environment of production.
func isDotenv(file string) bool {
	return slices.Contains([]string{".env", ".env.production"}, path.Base(file))
}

// dotenv reads NAME=value.
func dotenv(f *record.File) {
	env := ""
	if path.Base(f.Path) == ".env.production" {
		env = unit.EnvProduction
	}
	for i, line := range strings.Split(f.Content, "\n") {
		name, value, ok := strings.Cut(strings.TrimPrefix(strings.TrimSpace(line), "export "), "=")
		value, _, _ = strings.Cut(value, " #")
		value = strings.Trim(strings.TrimSpace(value), `"'`)
		if name = strings.TrimSpace(name); !ok || !isVariable(name) || strings.Contains(value, "$") {
			continue
		}
		at := unit.Location{File: f.Path, Line: i + 1, Column: 1, EndLine: i + 1, EndColumn: len(line) + 1}
		c := unit.Choice{Value: value, Origin: unit.Written, Location: at}
		if value == "" {
			c.Value = "nil"
		}
		f.Add(unit.Setting{Kind: unit.SettingValue, Subject: "ENV." + name, Value: value, Env: env, Choices: []unit.Choice{c}, Location: at})
	}
}
