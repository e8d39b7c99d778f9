package domains

import (
	"fmt"
	"path"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/stateaudit/stateaudit/internal/config"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// configured assigns the files that the configuration names. Two domains that
// name the same file contradict each other; one that names none is suspicious.
func (b *builder) configured() error {
	c := b.in.Config
	if c == nil {
		return nil
	}
	for _, d := range c.Domains {
		draft := b.draft("config:"+d.Name, d.Name, FromConfig)
		matched := false
		for _, f := range b.sources {
			if !b.names(d, f.Path) {
				continue
			}
			matched = true
			if other := b.of[f.Path]; other != nil && other != draft {
				return &config.Error{File: d.File, Line: d.Line, Message: fmt.Sprintf("domains %q and %q overlap: both match %s", other.Name, d.Name, f.Path)}
			}
			b.of[f.Path] = draft
		}
		draft.Paths = append(draft.Paths, d.Paths...)
		if !matched {
			b.problems = append(b.problems, unit.Problem{File: d.File, Line: d.Line, Message: fmt.Sprintf("domain %q matches no source file", d.Name)})
		}
	}
	return nil
}

// names tells whether a configured domain names a file.
func (b *builder) names(d config.Domain, file string) bool {
	rel := file
	if b.in.Prefix != nil {
		rel = path.Join(b.in.Prefix(d.Above), file)
	}
	for _, p := range d.Paths {
		p = strings.TrimSuffix(path.Clean(p), "/")
		if p == "." || rel == p || strings.HasPrefix(rel, p+"/") {
			return true
		}
	}
	for _, g := range d.Globs {
		if ok, _ := doublestar.Match(g, rel); ok {
			return true
		}
	}
	u := b.unitOf(file)
	for _, p := range d.Packages {
		if u != nil && u.Language == unit.Go && packageMatches(p, u.Name) {
			return true
		}
	}
	for _, constant := range d.Constants {
		if u != nil && u.Language == unit.Ruby && declares(u, constant) {
			return true
		}
	}
	return false
}

// unitOf finds the unit that a file belongs to.
func (b *builder) unitOf(file string) *unit.Unit {
	if b.units == nil {
		b.units = map[string]*unit.Unit{}
		for _, u := range b.in.Facts.Program.Units {
			for _, f := range u.Files {
				if b.units[f.Path] == nil {
					b.units[f.Path] = u
				}
			}
		}
	}
	return b.units[file]
}

// packageMatches compares an import path with a pattern, in which "/..." at the
// end stands for all below. A pattern may leave out the module in front.
func packageMatches(pattern, name string) bool {
	if base, ok := strings.CutSuffix(pattern, "/..."); ok {
		return name == base || strings.HasPrefix(name, base+"/") || strings.HasSuffix(name, "/"+base) || strings.Contains(name, "/"+base+"/")
	}
	return name == pattern || strings.HasSuffix(name, "/"+pattern)
}

// declares tells whether a file declares a constant, or one below it.
func declares(u *unit.Unit, constant string) bool {
	constant = strings.TrimPrefix(constant, "::")
	for i := range u.Types {
		if id := u.Types[i].ID; id == constant || strings.HasPrefix(id, constant+"::") {
			return true
		}
	}
	return false
}
