package application

import (
	"path"
	"regexp"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
	"github.com/stateaudit/stateaudit/parsers/deploy/record"
	"github.com/stateaudit/stateaudit/parsers/deploy/tree"
	"github.com/stateaudit/stateaudit/parsers/ruby"
)

// rails matches config/NAME.yml, also as a sample to be copied, of applications that
// are run and not only tested with.
func rails(name string) func(string) bool {
	return func(file string) bool {
		base := path.Base(file)
		return path.Base(path.Dir(file)) == "config" && !ruby.ForTests(file) && (strings.HasPrefix(base, name+".yml") || strings.HasPrefix(base, name+".yaml") || strings.HasPrefix(base, name+".example") || strings.HasPrefix(base, name+".sample"))
	}
}

// isStorage also knows the files of single environments, and those that storage.yml
// reads in a tag: storage.cloud.yml.
func isStorage(file string) bool {
	base := path.Base(file)
	part := path.Base(path.Dir(file)) == "config" && strings.HasPrefix(base, "storage.") && strings.HasSuffix(base, ".yml")
	return !ruby.ForTests(file) && (part || rails("storage")(file) || strings.HasSuffix("/"+path.Dir(file), "/config/storage") && base == "production.yml")
}

// reading is a YAML file that Rails reads: with tags of Ruby, for production.
type reading struct {
	*record.File
	tags  *ruby.Template
	lines []int // offset at which each line starts
}

// environmentTag is the name of the environment, where a tag writes it.
var environmentTag = regexp.MustCompile(`<%=\s*(?:Rails\.env|ENV\[["']RAILS_ENV["']\])(?:\.to_s)?\s*%>`)

// read parses a file as Rails does in production. A name of the environment at the
// end of a word is filled in, so that aliases and keys made from it are found.
func read(f *record.File) (*reading, []*tree.Node) {
	r := &reading{File: f, tags: ruby.ReadTemplate(f.Path, []byte(f.Content)), lines: []int{0}}
	for i := 0; i < len(f.Content); i++ {
		if f.Content[i] == '\n' {
			r.lines = append(r.lines, i+1)
		}
	}
	text := environmentTag.ReplaceAllStringFunc(f.Content, func(tag string) string {
		return unit.EnvProduction + strings.Repeat(" ", max(0, len(tag)-len(unit.EnvProduction)))
	})
	docs, faults := tree.YAML(tree.Mask(text).Text)
	for _, fault := range faults {
		f.Problem(fault.Line, fault.Message)
	}
	return r, docs
}

// each reads the sections of a file, by their names.
func each(section func(*reading, string, tree.Pair)) func(*record.File) {
	return func(f *record.File) {
		f.Recognise()
		r, docs := read(f)
		for _, doc := range docs {
			for _, p := range doc.Entries() {
				section(r, p.Key.Text, p)
			}
		}
	}
}

// offset is where a node starts in the file.
func (r *reading) offset(n *tree.Node) int {
	if n.Line < 1 || n.Line > len(r.lines) {
		return 0
	}
	return min(r.lines[n.Line-1]+max(0, n.Column-1), len(r.Content))
}

// values are what a key of a section may be, written once or below conditions.
func (r *reading) values(section *tree.Node, key string) []unit.Choice {
	var out []unit.Choice
	for i := len(section.Entries()) - 1; i >= 0; i-- {
		if p := section.Pairs[i]; p.Key.Text == key {
			out = append(out, r.value(p)...)
		}
	}
	return out
}

// value is what a pair may be.
func (r *reading) value(p tree.Pair) []unit.Choice {
	when := r.tags.When(r.offset(p.Key))
	out := r.scalar(p.Value)
	for i := range out {
		out[i].When, out[i].Location = when.Also(out[i].When), r.At(p)
		out[i].Location.File = r.Path
	}
	return out
}

// scalar is what a scalar may be: as written, or as the Ruby in its tag says.
func (r *reading) scalar(n *tree.Node) []unit.Choice {
	switch {
	case n.Kind == tree.Null || n.Kind == tree.Scalar && n.Text == "":
		return []unit.Choice{{Value: "nil", Origin: unit.Written}}
	case n.Kind != tree.Scalar:
		return []unit.Choice{{Origin: unit.Unresolved}}
	case !tree.Hidden(n.Text):
		return []unit.Choice{{Value: n.Text, Origin: unit.Written}}
	case strings.Trim(n.Text, "~ ") != "":
		head, _, _ := strings.Cut(n.Text, "~")
		return []unit.Choice{{Value: head, Origin: unit.Written}}
	}
	start := r.offset(n)
	end := strings.Index(r.Content[start:], "%>")
	if end >= 0 {
		if out := r.tags.Choices(start, start+end); len(out) > 0 {
			return out
		}
	}
	return []unit.Choice{{Origin: unit.Unresolved}}
}

// add notes a setting with what it may be. Its value is the first that is known.
func (r *reading) add(s unit.Setting) {
	for _, c := range s.Choices {
		if c.Value != "" && c.Value != "nil" && s.Value == "" {
			s.Value = c.Value
		}
	}
	if s.Value == "" {
		s.Value = "(templated)"
	}
	if len(s.Choices) > 1 || len(s.Choices) == 1 && s.Choices[0].Origin == unit.Unresolved {
		s.Origin = unit.Unresolved
	}
	r.Add(s)
}

// databases reads the databases of one environment: one, or several by name.
func databases(r *reading, env string, p tree.Pair) {
	if env == "default" || !p.Value.IsMap() {
		return
	}
	if database(r, env, env, p.Value) {
		return
	}
	for _, inner := range p.Value.Entries() {
		if inner.Value.IsMap() {
			database(r, env, env+"."+inner.Key.Text, inner.Value)
		}
	}
}

// database reads one database, if it is one. An address says which kind it is, and
// counts before the adapter.
func database(r *reading, env, name string, of *tree.Node) bool {
	var choices []unit.Choice
	for _, c := range r.values(of, "url") {
		if c.Value == "nil" {
			continue
		}
		c.Value, _, _ = strings.Cut(c.Value, ":")
		choices = append(choices, c)
	}
	choices = append(choices, r.values(of, "adapter")...)
	if len(choices) == 0 {
		return false
	}
	at, ok := of.Pair("database")
	if adapter, named := of.Pair("adapter"); named && (!ok || len(choices) > 1) {
		at, ok = adapter, true
	}
	if !ok {
		at, _ = of.Pair("url")
	}
	r.add(unit.Setting{Kind: unit.SettingDatabase, Subject: name, Choices: choices, Env: env, Location: r.At(at)})
	return true
}

// cable reads the adapter of Action Cable in one environment.
func cable(r *reading, env string, section tree.Pair) {
	if p, ok := section.Value.Pair("adapter"); ok && env != "default" {
		r.add(unit.Setting{Kind: unit.SettingCable, Subject: env, Choices: r.values(section.Value, "adapter"), Env: env, Location: r.At(p)})
	}
}

// storage reads one service of Active Storage. Which one is used, the code says.
func storage(r *reading, name string, service tree.Pair) {
	p, ok := service.Value.Pair("service")
	if !ok {
		return
	}
	s := unit.Setting{Kind: unit.SettingStorageService, Subject: name, Location: r.At(p), When: r.tags.When(r.offset(service.Key))}
	s.Choices = r.values(service.Value, "service")
	if primary := service.Value.Str("primary"); primary != "" {
		s.Values = []unit.Value{{Kind: unit.Literal, Text: primary}}
	}
	r.add(s)
}
