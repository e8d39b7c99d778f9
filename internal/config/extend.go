package config

import (
	"cmp"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// maxFamily bounds how many files a configuration is read from. Each may extend
// several, so that few of them could ask for any number.
const maxFamily = 64

// family are the files that a configuration is read from.
type family struct {
	top   string   // the folder that all lie in, absolute and without links
	chain []string // from the first file to the one that is being read, absolute
	read  int
}

// newFamily begins with the file that was found. All that it leads to lies in its
// repository or, outside of one, in its folder.
func newFamily(file string) *family {
	abs, err := filepath.Abs(file)
	if err != nil {
		return &family{}
	}
	dirs := searched(filepath.Dir(abs))
	top, err := filepath.EvalSymlinks(dirs[len(dirs)-1])
	if err != nil {
		return &family{}
	}
	return &family{top: top, chain: []string{abs}}
}

// extend puts what the files say that a configuration extends below what it says
// itself.
func (p parser) extend(c *Config, doc *yaml.Node) (*Config, error) {
	base := &Config{}
	for _, name := range extended(doc) {
		other, err := p.loadExtended(name)
		if err != nil {
			return nil, err
		}
		base = other.over(base)
	}
	return c.over(base), nil
}

// extended are the values of the key extends: a name, or a list of them.
func extended(doc *yaml.Node) []*yaml.Node {
	doc = deref(doc)
	for i := 0; i+1 < len(doc.Content); i += 2 {
		value := deref(doc.Content[i+1])
		switch {
		case doc.Content[i].Value != "extends" || isNull(value):
		case value.Kind == yaml.SequenceNode:
			return value.Content
		default:
			return []*yaml.Node{value}
		}
	}
	return nil
}

// loadExtended reads a file that is named relative to the one that names it.
func (p parser) loadExtended(at *yaml.Node) (*Config, error) {
	at = deref(at)
	var name string
	if err := p.text(at, &name); err != nil {
		return nil, err
	}
	if path.IsAbs(name) || filepath.IsAbs(filepath.FromSlash(name)) {
		return nil, p.fail(at, "extends %q: a path relative to this file is needed", name)
	}
	file := filepath.Join(filepath.Dir(p.file), filepath.FromSlash(name))
	abs, err := filepath.Abs(file)
	if err != nil {
		return nil, p.fail(at, "extends %q: %s", name, reason(err))
	}
	if err := p.family.admits(abs); err != nil {
		return nil, p.fail(at, "extends %q: %s", name, reason(err))
	}
	content, err := os.ReadFile(abs)
	if err != nil {
		return nil, p.fail(at, "extends %q: %s", name, reason(err))
	}
	chain := p.family.chain
	p.family.chain = append(slices.Clone(chain), abs)
	defer func() { p.family.chain = chain }()
	return parser{file: file, rules: p.rules, above: p.aboveOf(abs), family: p.family}.parse(content)
}

// admits tells why a file may not be extended.
func (f *family) admits(abs string) error {
	real, err := filepath.EvalSymlinks(abs)
	if err != nil {
		return err
	}
	if rel, err := filepath.Rel(f.top, real); err != nil || !filepath.IsLocal(rel) {
		return fmt.Errorf("it leads out of %s", filepath.Base(f.top))
	}
	if info, err := os.Stat(real); err != nil || !info.Mode().IsRegular() {
		return cmp.Or(err, fmt.Errorf("not a regular file"))
	}
	if i := slices.Index(f.chain, abs); i >= 0 {
		var names []string
		for _, file := range append(f.chain[i:], abs) {
			names = append(names, filepath.Base(file))
		}
		return fmt.Errorf("the files extend each other: %s", strings.Join(names, ", "))
	}
	if f.read++; f.read > maxFamily {
		return fmt.Errorf("more than %d files are extended", maxFamily)
	}
	return nil
}

// aboveOf is what Domain.Above is in an extended file. Its paths are written for its
// own folder if that holds the one of the first file, and else for the folder of the
// file that extends it: a file that several share from a folder beside the code says
// nothing about that folder.
func (p parser) aboveOf(abs string) string {
	folder, first := filepath.Dir(abs), filepath.Dir(p.family.chain[0])
	rel, err := filepath.Rel(folder, first)
	switch {
	case err != nil || !filepath.IsLocal(rel):
		return p.above
	case rel == ".":
		return ""
	}
	return filepath.ToSlash(rel)
}

// over joins two configurations: lists add up, and what both say, the receiver says.
func (c *Config) over(base *Config) *Config {
	out := *c
	out.Exclude = slices.Concat(base.Exclude, c.Exclude)
	out.Omit = slices.Concat(base.Omit, c.Omit)
	out.Levels = slices.Concat(base.Levels, c.Levels) // the last that takes a finding holds
	out.Domains = named(base.Domains, c.Domains, func(d Domain) string { return d.Name })
	out.Catalogue = named(base.Catalogue, c.Catalogue, func(e Entry) string { return e.Type })
	out.Entries = named(base.Entries, c.Entries, func(e EntryPoint) string { return e.Function })
	out.MinConfidence = cmp.Or(c.MinConfidence, base.MinConfidence)
	for key, weight := range base.Weights {
		if out.Weights == nil {
			out.Weights = map[string]float64{}
		}
		if _, set := out.Weights[key]; !set {
			out.Weights[key] = weight
		}
	}
	return &out
}

// named joins two lists. What has the same name in both is taken from the nearer one.
func named[T any](base, nearer []T, name func(T) string) []T {
	said := map[string]bool{}
	for _, item := range nearer {
		said[name(item)] = true
	}
	kept := slices.DeleteFunc(slices.Clone(base), func(item T) bool { return said[name(item)] })
	return slices.Concat(kept, nearer)
}
