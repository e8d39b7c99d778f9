package config

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
	"go.yaml.in/yaml/v3"
)

// Parse reads the content of a configuration file, and the files that it extends.
func Parse(file string, content []byte, rules []string) (*Config, error) {
	return parser{file: file, rules: rules, family: newFamily(file)}.parse(content)
}

func (p parser) parse(content []byte) (*Config, error) {
	c := &Config{File: p.file}
	var doc yaml.Node
	if err := yaml.Unmarshal(content, &doc); err != nil {
		return nil, p.syntax(err)
	}
	if len(doc.Content) == 0 || isNull(doc.Content[0]) {
		return c, nil
	}
	if err := p.fields(doc.Content[0], "", p.top(c)); err != nil {
		return nil, err
	}
	return p.extend(c, doc.Content[0])
}

// parser walks the syntax tree. A setter reads the value of one key.
type parser struct {
	file   string
	rules  []string
	above  string // as in Domain
	family *family
}

type setter func(value *yaml.Node) error

func (p parser) top(c *Config) map[string]setter {
	return map[string]setter{
		"$schema":   func(*yaml.Node) error { return nil },
		"domains":   func(n *yaml.Node) error { return p.domains(n, c) },
		"extends":   func(*yaml.Node) error { return nil }, // see extend
		"exclude":   func(n *yaml.Node) error { return p.exclude(n, c) },
		"levels":    func(n *yaml.Node) error { return p.levels(n, c) },
		"catalogue": func(n *yaml.Node) error { return p.catalogue(n, c) },
		"weights":   func(n *yaml.Node) error { return p.weights(n, c) },
		"entries":   func(n *yaml.Node) error { return p.entries(n, c) },
		"minConfidence": func(n *yaml.Node) error {
			return p.oneOf(n, "confidence", Confidences(), &c.MinConfidence)
		},
	}
}

func (p parser) domains(n *yaml.Node, c *Config) error {
	return p.items(n, func(item *yaml.Node) error {
		d := Domain{File: p.file, Above: p.above, Line: item.Line}
		err := p.fields(item, "domains", map[string]setter{
			"name":      func(n *yaml.Node) error { return p.text(n, &d.Name) },
			"paths":     func(n *yaml.Node) error { return p.texts(n, &d.Paths) },
			"globs":     func(n *yaml.Node) error { return p.patterns(n, &d.Globs) },
			"constants": func(n *yaml.Node) error { return p.texts(n, &d.Constants) },
			"packages":  func(n *yaml.Node) error { return p.texts(n, &d.Packages) },
		})
		if err == nil && d.Name == "" {
			err = p.fail(item, "a domain needs a name")
		}
		c.Domains = append(c.Domains, d)
		return err
	})
}

func (p parser) catalogue(n *yaml.Node, c *Config) error {
	return p.items(n, func(item *yaml.Node) error {
		var e Entry
		err := p.fields(item, "catalogue", map[string]setter{
			"type":    func(n *yaml.Node) error { return p.text(n, &e.Type) },
			"role":    func(n *yaml.Node) error { return p.oneOf(n, "role", Roles(), &e.Role) },
			"methods": func(n *yaml.Node) error { return p.texts(n, &e.Methods) },
		})
		if err == nil && (e.Type == "" || e.Role == "") {
			err = p.fail(item, "a catalogue entry needs a type and a role")
		}
		c.Catalogue = append(c.Catalogue, e)
		return err
	})
}

func (p parser) entries(n *yaml.Node, c *Config) error {
	return p.items(n, func(item *yaml.Node) error {
		e := EntryPoint{File: p.file, Line: item.Line, Runs: WhileServing}
		err := p.fields(item, "entries", map[string]setter{
			"function": func(n *yaml.Node) error { return p.text(n, &e.Function) },
			"runs":     func(n *yaml.Node) error { return p.oneOf(n, "time", []string{WhileServing, AtBoot}, &e.Runs) },
		})
		if err == nil && e.Function == "" {
			err = p.fail(item, "an entry needs a function")
		}
		c.Entries = append(c.Entries, e)
		return err
	})
}

// exclude reads patterns of what is not read, and selectors of what is not told.
func (p parser) exclude(n *yaml.Node, c *Config) error {
	return p.items(n, func(item *yaml.Node) error {
		if item.Kind != yaml.MappingNode {
			return p.glob(item, &c.Exclude)
		}
		var s Selector
		err := p.fields(item, "exclude", p.selector(&s))
		if err == nil && len(s.Rules)+len(s.Categories)+len(s.Groups) == 0 {
			err = p.fail(item, "paths, rules, categories and groups leave out findings: rules, categories or groups are missing; a pattern alone leaves out files")
		}
		c.Omit = append(c.Omit, s)
		return err
	})
}

// levels reads either levels by rule, or a list in which each entry says which
// findings it is about.
func (p parser) levels(n *yaml.Node, c *Config) error {
	if n.Kind == yaml.SequenceNode {
		return p.items(n, func(item *yaml.Node) error { return p.level(item, c) })
	}
	set := map[string]setter{}
	for _, rule := range p.rules {
		set[rule] = func(n *yaml.Node) error {
			l := Level{Selector: Selector{Rules: []string{rule}}}
			err := p.oneOf(n, "level", levels(), &l.Level)
			c.Levels = append(c.Levels, l)
			return err
		}
	}
	return p.fields(n, "levels", set)
}

func (p parser) level(item *yaml.Node, c *Config) error {
	var l Level
	set := p.selector(&l.Selector)
	set["level"] = func(n *yaml.Node) error { return p.oneOf(n, "level", levels(), &l.Level) }
	err := p.fields(item, "an entry of levels", set)
	switch {
	case err != nil:
	case l.Level == "":
		err = p.fail(item, "an entry of levels needs a level")
	case len(l.Paths)+len(l.Rules)+len(l.Categories)+len(l.Groups) == 0:
		err = p.fail(item, "an entry of levels needs paths, rules, categories or groups")
	}
	c.Levels = append(c.Levels, l)
	return err
}

func (p parser) selector(s *Selector) map[string]setter {
	known := func(what string, words []string, to *[]string) setter {
		return func(n *yaml.Node) error {
			return p.items(n, func(item *yaml.Node) error {
				var word string
				err := p.oneOf(item, what, words, &word)
				*to = append(*to, word)
				return err
			})
		}
	}
	return map[string]setter{
		"paths": func(n *yaml.Node) error {
			return p.items(n, func(item *yaml.Node) error { return p.glob(item, &s.Paths) })
		},
		"rules":      known("rule", p.rules, &s.Rules),
		"categories": known("category", Categories(), &s.Categories),
		"groups":     known("group", Groups(), &s.Groups),
	}
}

func (p parser) weights(n *yaml.Node, c *Config) error {
	c.Weights = map[string]float64{}
	set := map[string]setter{}
	for _, d := range Weights() {
		set[d] = func(n *yaml.Node) error {
			var w float64
			if n.Kind != yaml.ScalarNode || n.Decode(&w) != nil || !(w >= 0 && w <= 1e6) {
				return p.fail(n, "a weight is a number that is not negative, not %q", n.Value)
			}
			c.Weights[d] = w
			return nil
		}
	}
	return p.fields(n, "weights", set)
}

// fields hands the values of a mapping to the setters of its keys.
func (p parser) fields(n *yaml.Node, under string, set map[string]setter) error {
	n = deref(n)
	if isNull(n) {
		return nil
	}
	if n.Kind != yaml.MappingNode {
		return p.fail(n, "%s must be a mapping of keys to values", name(under))
	}
	seen := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], deref(n.Content[i+1])
		f, ok := set[key.Value]
		if !ok {
			return p.unknown(key, under, set)
		}
		if line := seen[key.Value]; line != 0 {
			return p.fail(key, "key %q is set twice, first on line %d", key.Value, line)
		}
		seen[key.Value] = key.Line
		if err := f(value); err != nil {
			return err
		}
	}
	return nil
}

func (p parser) unknown(key *yaml.Node, under string, set map[string]setter) error {
	known := make([]string, 0, len(set))
	for k := range set {
		known = append(known, k)
	}
	what := "key"
	if under == "levels" {
		what = "rule"
	}
	msg := fmt.Sprintf("unknown %s %q", what, key.Value)
	if under != "" {
		msg += fmt.Sprintf(" in %s", under)
	}
	return p.fail(key, "%s%s", msg, Suggestion(key.Value, known))
}

// Suggestion is what follows a complaint about an unknown word.
func Suggestion(word string, known []string) string {
	if s := nearest(word, known); s != "" {
		return fmt.Sprintf("; did you mean %q?", s)
	}
	sorted := slices.Sorted(slices.Values(known))
	return "; known are " + strings.Join(sorted, ", ")
}

func (p parser) items(n *yaml.Node, each func(*yaml.Node) error) error {
	if isNull(n) {
		return nil
	}
	if n.Kind != yaml.SequenceNode {
		return p.fail(n, "a list is needed here")
	}
	for _, item := range n.Content {
		if err := each(deref(item)); err != nil {
			return err
		}
	}
	return nil
}

func (p parser) text(n *yaml.Node, to *string) error {
	if n.Kind != yaml.ScalarNode || isNull(n) || strings.TrimSpace(n.Value) == "" {
		return p.fail(n, "a text is needed here")
	}
	*to = n.Value
	return nil
}

func (p parser) texts(n *yaml.Node, to *[]string) error {
	return p.items(n, func(item *yaml.Node) error {
		var s string
		err := p.text(item, &s)
		*to = append(*to, s)
		return err
	})
}

func (p parser) patterns(n *yaml.Node, to *[]string) error {
	var globs []Glob
	err := p.items(n, func(item *yaml.Node) error { return p.glob(item, &globs) })
	for _, g := range globs {
		*to = append(*to, g.Pattern)
	}
	return err
}

func (p parser) glob(item *yaml.Node, to *[]Glob) error {
	g := Glob{Above: p.above}
	if err := p.text(item, &g.Pattern); err != nil {
		return err
	}
	if !doublestar.ValidatePattern(g.Pattern) {
		return p.fail(item, "glob pattern %q is malformed", g.Pattern)
	}
	*to = append(*to, g)
	return nil
}

func (p parser) oneOf(n *yaml.Node, what string, known []string, to *string) error {
	value := n.Value
	if n.Kind != yaml.ScalarNode || !slices.Contains(known, value) {
		return p.fail(n, "unknown %s %q%s", what, value, Suggestion(value, known))
	}
	*to = value
	return nil
}

func (p parser) fail(n *yaml.Node, format string, args ...any) error {
	return &Error{File: p.file, Line: n.Line, Message: fmt.Sprintf(format, args...)}
}

// syntax turns an error of the YAML library, which has the line in its text
// alone, into one with a line.
func (p parser) syntax(err error) error {
	msg := strings.TrimPrefix(err.Error(), "yaml: ")
	var typeErr *yaml.TypeError
	if errors.As(err, &typeErr) && len(typeErr.Errors) > 0 {
		msg = typeErr.Errors[0]
	}
	line := 1 // the library leaves out the line if it is the first
	if m := regexp.MustCompile(`^line (\d+): `).FindStringSubmatch(msg); m != nil {
		line, _ = strconv.Atoi(m[1])
		msg = msg[len(m[0]):]
	}
	return &Error{File: p.file, Line: line, Message: msg}
}

func deref(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

func isNull(n *yaml.Node) bool {
	return n.Kind == yaml.ScalarNode && n.Tag == "!!null"
}

func name(under string) string {
	if under == "" {
		return "the configuration"
	}
	return under
}
