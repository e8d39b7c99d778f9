package config

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"

	"github.com/stateaudit/stateaudit/docs"
)

func rules() []string { return []string{"mutable-singleton", "connection-pool"} }

const full = `exclude: [vendor/**, {paths: [app/admin], rules: [connection-pool], categories: [client]}]
levels:
  connection-pool: off
  mutable-singleton: error
domains:
  - name: billing
    paths: [app/billing]
    globs: ["app/**/invoice*.rb"]
    constants: [Billing]
    packages: [example.com/billing]
catalogue:
  - type: Shop::Throttle
    role: limiter
    methods: [hit]
weights:
  resultUsed: 0.5
minConfidence: likely
entries:
  - function: Shop::Belt#step
  - function: example.com/shop/jobs.*.Perform
    runs: boot
`

func TestParse(t *testing.T) {
	got, err := Parse("c.yaml", []byte(full), rules())
	if err != nil {
		t.Fatal(err)
	}
	want := &Config{
		File:    "c.yaml",
		Exclude: []Glob{{Pattern: "vendor/**"}},
		Omit:    []Selector{{Paths: []Glob{{Pattern: "app/admin"}}, Rules: []string{"connection-pool"}, Categories: []string{"client"}}},
		Levels: []Level{
			{Selector: Selector{Rules: []string{"connection-pool"}}, Level: "off"}, {Selector: Selector{Rules: []string{"mutable-singleton"}}, Level: "error"},
		},
		Domains:   []Domain{{Name: "billing", File: "c.yaml", Paths: []string{"app/billing"}, Globs: []string{"app/**/invoice*.rb"}, Constants: []string{"Billing"}, Packages: []string{"example.com/billing"}, Line: 6}},
		Catalogue: []Entry{{Type: "Shop::Throttle", Role: "limiter", Methods: []string{"hit"}}},
		Weights:   map[string]float64{"resultUsed": 0.5},
		Entries: []EntryPoint{
			{Function: "Shop::Belt#step", Runs: WhileServing, File: "c.yaml", Line: 19}, {Function: "example.com/shop/jobs.*.Perform", Runs: AtBoot, File: "c.yaml", Line: 20},
		},
		MinConfidence: "likely",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestErrorsNameFileAndLine(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"exlude: []\n", `c.yaml:1: unknown key "exlude"; did you mean "exclude"?`},
		{"\nlevels:\n  mutable-singelton: off\n", `c.yaml:3: unknown rule "mutable-singelton" in levels; did you mean "mutable-singleton"?`},
		{"levels:\n  connection-pool: warn\n", `c.yaml:2: unknown level "warn"; known are error, note, off, warning`},
		{"levels:\n  connection-pool: eror\n", `c.yaml:2: unknown level "eror"; did you mean "error"?`},
		{"domains:\n  - name: x\n    path: [y]\n", `c.yaml:3: unknown key "path" in domains; did you mean "paths"?`},
		{"domains:\n  - paths: [y]\n", `c.yaml:2: a domain needs a name`},
		{"levels:\n  - rules: [connection-pol]\n    level: off\n", `c.yaml:2: unknown rule "connection-pol"; did you mean "connection-pool"?`},
		{"levels:\n  - groups: [rate-limiters]\n    level: off\n", `c.yaml:2: unknown group "rate-limiters"; did you mean "rate-limiter"?`},
		{"levels:\n  - categories: [caches]\n    level: off\n", `c.yaml:2: unknown category "caches"; did you mean "cache"?`},
		{"levels:\n  - paths: ['[a']\n    level: off\n", `c.yaml:2: glob pattern "[a" is malformed`},
		{"levels:\n  - rules: [connection-pool]\n", `c.yaml:2: an entry of levels needs a level`},
		{"levels:\n  - level: off\n", `c.yaml:2: an entry of levels needs paths, rules, categories or groups`},
		{"exclude:\n  - paths: [a]\n", `c.yaml:2: paths, rules, categories and groups leave out findings: rules, categories or groups are missing; a pattern alone leaves out files`},
		{"exclude:\n  - path: a\n", `c.yaml:2: unknown key "path" in exclude; did you mean "paths"?`},
		{"\nextends: missing.yaml\n", `c.yaml:2: extends "missing.yaml": no such file or directory`},
		{"extends:\n  - /etc/hosts\n", `c.yaml:2: extends "/etc/hosts": a path relative to this file is needed`},
		{"extends: {a: b}\n", `c.yaml:1: a text is needed here`},
		{"extends: ..\n", `c.yaml:1: extends "..": not a regular file`},
		{"domains: x\n", `c.yaml:1: a list is needed here`},
		{"exclude: ['[a']\n", `c.yaml:1: glob pattern "[a" is malformed`},
		{"weights:\n  resultUsed: -1\n", `c.yaml:2: a weight is a number that is not negative, not "-1"`},
		{"minConfidence: sure\n", `c.yaml:1: unknown confidence "sure"; known are guessed, likely, proven`},
		{"entries:\n  - runs: boot\n", `c.yaml:2: an entry needs a function`},
		{"entries:\n  - function: X\n    runs: late\n", `c.yaml:3: unknown time "late"; known are boot, serving`},
		{"catalogue:\n  - type: X\n", `c.yaml:2: a catalogue entry needs a type and a role`},
		{"exclude: []\nexclude: []\n", `c.yaml:2: key "exclude" is set twice, first on line 1`},
		{"- a\n", `c.yaml:1: the configuration must be a mapping of keys to values`},
		{"a: b: c\n", `c.yaml:1: mapping values are not allowed in this context`},
	} {
		_, err := Parse("c.yaml", []byte(c.in), rules())
		var e *Error
		if !errors.As(err, &e) || err.Error() != c.want {
			t.Errorf("%q:\n got  %v\n want %s", c.in, err, c.want)
		}
	}
}

// lineBreaks are all that YAML ends a line at.
var lineBreaks = regexp.MustCompile("[\r\n\u0085\u2028\u2029]")

// FuzzParse holds that whatever stands in a configuration file is either read, twice
// the same way, or refused with the file and a line of it.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{full, "", "\n", "a: &a [*a]\n", "levels: !!binary x\n", "domains:\n  - {name: a, paths: [b]}\n", "weights: {resultUsed: 1e999}\n", "? {a: b}\n: c\n", "extends: [a.yaml, 'b/../a.yaml']\n", "\xff\xfe"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		c, err := Parse("c.yaml", content, rules())
		var e *Error
		switch {
		case errors.As(err, &e):
			if e.File != "c.yaml" || e.Line < 0 || e.Line > len(lineBreaks.FindAll(content, -1))+2 {
				t.Fatalf("%s:%d is no place of it: %v", e.File, e.Line, err)
			}
		case err != nil:
			t.Fatalf("an error without a place: %v", err)
		}
		if again, _ := Parse("c.yaml", content, rules()); !reflect.DeepEqual(again, c) && !strings.Contains(strings.ToLower(string(content)), "nan") {
			t.Fatalf("read twice: %+v and %+v", c, again)
		}
	})
}

func TestTemplate(t *testing.T) {
	c, err := Parse("t.yaml", []byte(Template), rules())
	if err != nil || !reflect.DeepEqual(c, &Config{File: "t.yaml"}) {
		t.Errorf("as written: %+v, %v", c, err)
	}
	c, err = Parse("t.yaml", []byte(uncommented()), rules())
	if err != nil {
		t.Fatalf("uncommented: %v\n%s", err, uncommented())
	}
	if len(c.Domains) == 0 || len(c.Exclude) == 0 || len(c.Levels) == 0 || len(c.Catalogue) == 0 || len(c.Entries) == 0 || c.MinConfidence == "" || len(c.Weights) != len(Weights()) {
		t.Errorf("template leaves something out: %+v", c)
	}
}

// uncommented is the template with its examples switched on.
func uncommented() string {
	var b strings.Builder
	example := regexp.MustCompile(`^# ((exclude|levels|domains|catalogue|weights|entries):|minConfidence: .*|  .*)$`)
	for line := range strings.Lines(Template) {
		if m := example.FindStringSubmatch(strings.TrimSuffix(line, "\n")); m != nil && !strings.HasPrefix(m[1], "      ") {
			line = m[1] + "\n"
		}
		b.WriteString(line)
	}
	return b.String()
}

func TestSchemaAgrees(t *testing.T) {
	schema := compile(t, "stateaudit.schema.json")
	for _, in := range []string{full, uncommented(), "", "levels: {connection-pool: 'off'}", "extends: a.yaml", "extends: [a.yaml, ../b.yaml]"} {
		if err := schema.Validate(asJSON(t, in)); err != nil {
			t.Errorf("%s\n%v", in, err)
		}
	}
	for _, in := range []string{"exlude: []", "domains: [{paths: [x]}]", "weights: {resultUsed: -1}", "minConfidence: sure", "entries: [{runs: boot}]", "catalogue: [{type: X, role: y}]",
		"extends: []", "levels: [{level: note}]", "levels: [{rules: [x]}]", "levels: [{groups: [x], level: note}]", "exclude: [{paths: [x]}]", "exclude: [{rules: []}]"} {
		if schema.Validate(asJSON(t, in)) == nil {
			t.Errorf("schema accepts %s", in)
		}
	}
	raw, _ := json.Marshal(Roles())
	text, _ := docs.Schemas.ReadFile("stateaudit.schema.json")
	if !strings.Contains(strings.ReplaceAll(string(text), `", "`, `","`), string(raw)) {
		t.Error("the roles of the schema are others than Roles()")
	}
}

func compile(t *testing.T, name string) *jsonschema.Schema {
	t.Helper()
	f, err := docs.Schemas.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	doc, err := jsonschema.UnmarshalJSON(f)
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource(name, doc); err != nil {
		t.Fatal(err)
	}
	return c.MustCompile(name)
}

func asJSON(t *testing.T, in string) any {
	t.Helper()
	var v any
	if err := yaml.Unmarshal([]byte(in), &v); err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	out, err := jsonschema.UnmarshalJSON(strings.NewReader(string(raw)))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestFind(t *testing.T) {
	root := t.TempDir()
	sub := filepath.Join(root, "repo", "a", "b")
	for _, d := range []string{sub, filepath.Join(root, "repo", ".git")} {
		if err := os.MkdirAll(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	touch := func(name string) {
		if err := os.WriteFile(name, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	touch(filepath.Join(root, FileName))
	if got := Find(sub); got != "" {
		t.Errorf("left the repository: %s", got)
	}
	want := filepath.Join(root, "repo", FileName)
	touch(want)
	if got := Find(sub); got != want {
		t.Errorf("Find = %q, want %q", got, want)
	}
}

// TestWordsOfFindings compares with the result, which the configuration speaks of
// without knowing it.
func TestWordsOfFindings(t *testing.T) {
	raw, err := docs.Schemas.ReadFile("result.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var schema struct {
		Defs struct {
			Category, Group struct{ Enum []*string }
		} `json:"$defs"`
	}
	if err := json.Unmarshal(raw, &schema); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		of    []*string
		known []string
	}{{schema.Defs.Category.Enum, Categories()}, {schema.Defs.Group.Enum, Groups()}} {
		var want []string
		for _, word := range c.of {
			if word != nil {
				want = append(want, *word)
			}
		}
		if !slices.Equal(want, c.known) {
			t.Errorf("%q, the schema has %q", c.known, want)
		}
	}
}

func TestPrefix(t *testing.T) {
	c := &Config{File: filepath.Join("repo", "app", FileName)}
	for _, p := range []struct{ root, above, want string }{
		{"repo/app", "", ""}, {"repo/app/a/b", "", "a/b"}, {"other", "", ""}, {".", "", ""},
		{"repo/app/a", "app", "app/a"}, {"repo", "app", ""}, {"repo/app", "repo/app", "repo/app"}, {".", "app", ""},
	} {
		if got := c.Prefix(filepath.FromSlash(p.root), p.above); got != p.want {
			t.Errorf("Prefix(%q, %q) = %q, want %q", p.root, p.above, got, p.want)
		}
		copied := filepath.Join(t.TempDir(), filepath.FromSlash(p.root))
		if got, want := c.Moved(filepath.FromSlash(p.root), copied).To(copied), c.To(filepath.FromSlash(p.root)); got != want {
			t.Errorf("moved from %q: To %q, want %q", p.root, got, want)
		}
	}
}

func TestLoadMissing(t *testing.T) {
	_, err := Load(filepath.Join(t.TempDir(), "none.yaml"), nil)
	var e *Error
	if !errors.As(err, &e) || !strings.HasSuffix(err.Error(), "none.yaml: no such file or directory") {
		t.Errorf("%v", err)
	}
}
