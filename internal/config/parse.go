package config

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
	"gopkg.in/yaml.v3"
)

// Parse reads the content of a configuration file.
func Parse(file string, content []byte, rules []string) (*Config, error) {
	p := parser{file: file, rules: rules}
	c := &Config{File: file}
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
	return c, nil
}

// parser walks the syntax tree. A setter reads the value of one key.
type parser struct {
	file  string
	rules []string
}

type setter func(value *yaml.Node) error

func (p parser) top(c *Config) map[string]setter {
	return map[string]setter{
		"$schema":   func(*yaml.Node) error { return nil },
		"domains":   func(n *yaml.Node) error { return p.domains(n, c) },
		"exclude":   func(n *yaml.Node) error { return p.globs(n, &c.Exclude) },
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
		d := Domain{Line: item.Line}
		err := p.fields(item, "domains", map[string]setter{
			"name":      func(n *yaml.Node) error { return p.text(n, &d.Name) },
			"paths":     func(n *yaml.Node) error { return p.texts(n, &d.Paths) },
			"globs":     func(n *yaml.Node) error { return p.globs(n, &d.Globs) },
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
		e := Entry{Line: item.Line}
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
		e := EntryPoint{Line: item.Line, Runs: WhileServing}
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

func (p parser) levels(n *yaml.Node, c *Config) error {
	c.Levels = map[string]string{}
	set := map[string]setter{}
	for _, rule := range p.rules {
		set[rule] = func(n *yaml.Node) error {
			var level string
			err := p.oneOf(n, "level", levels(), &level)
			c.Levels[rule] = level
			return err
		}
	}
	return p.fields(n, "levels", set)
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

func (p parser) globs(n *yaml.Node, to *[]string) error {
	return p.items(n, func(item *yaml.Node) error {
		var s string
		if err := p.text(item, &s); err != nil {
			return err
		}
		if !doublestar.ValidatePattern(s) {
			return p.fail(item, "glob pattern %q is malformed", s)
		}
		*to = append(*to, s)
		return nil
	})
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
