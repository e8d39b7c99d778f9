package vet

import (
	"fmt"
	"slices"
	"sort"

	"golang.org/x/tools/go/analysis"

	"github.com/stateaudit/stateaudit/internal/suppress"
	"github.com/stateaudit/stateaudit/internal/unit"
	"github.com/stateaudit/stateaudit/parsers/golang"
)

// fact is what a package hands on: itself and all local packages below it, each as
// it packed itself, sorted by path. A fact must hold all of them, since go vet hands
// a package those of its direct imports alone; what is not needed is passed on unread.
type fact struct{ Packages []packed }

// AFact marks it as a fact.
func (*fact) AFact() {}

func (f *fact) String() string { return fmt.Sprintf("%d packages", len(f.Packages)) }

// packed is a package for those that import it. All but Unit is small.
type packed struct {
	Path    string
	Imports []string    // local packages that it imports itself
	Types   []unit.Type // as far as matters to who satisfies whom
	// Implements says what was learned here of which types satisfy which interfaces:
	// those of this package, and of packages that meet here first.
	Implements []satisfied
	Told       []string           // IDs of the findings that were told here
	Comments   []suppress.Comment // of this package that ignore findings
	Unit       []byte             // encoded
}

type satisfied struct {
	Type       string
	Interfaces []string
}

// known are the packages below one, by path.
type known map[string]*packed

// gather joins what the imported packages hand on.
func gather(pass *analysis.Pass) known {
	facts := pass.AllPackageFacts()
	sort.Slice(facts, func(i, j int) bool { return facts[i].Package.Path() < facts[j].Package.Path() })
	all := known{}
	for _, f := range facts {
		below, ok := f.Fact.(*fact)
		if !ok || f.Package == pass.Pkg {
			continue
		}
		for i := range below.Packages {
			if p := &below.Packages[i]; all[p.Path] == nil || p.Path == f.Package.Path() {
				all[p.Path] = p
			}
		}
	}
	return all
}

// pack makes of a unit what importers get.
func pack(u *unit.Unit) (*packed, error) {
	data, err := unit.Encode(u)
	if err != nil {
		return nil, err
	}
	p := &packed{Path: u.Name, Imports: u.Imports, Unit: data}
	for i := range u.Types {
		t := &u.Types[i]
		p.Types = append(p.Types, unit.Type{ID: t.ID, Test: t.Test, Asks: t.Asks, Has: t.Has})
	}
	return p, nil
}

// with is the fact of a package on top of those that are known.
func (k known) with(mine *packed) *fact {
	f := &fact{Packages: []packed{*mine}}
	for _, path := range k.paths() {
		if path != mine.Path {
			f.Packages = append(f.Packages, *k[path])
		}
	}
	sort.Slice(f.Packages, func(i, j int) bool { return f.Packages[i].Path < f.Packages[j].Path })
	return f
}

func (k known) paths() []string {
	out := make([]string, 0, len(k))
	for path := range k {
		out = append(out, path)
	}
	sort.Strings(out)
	return out
}

// told are the findings that were told below.
func (k known) told() map[string]bool {
	out := map[string]bool{}
	for _, p := range k {
		for _, id := range p.Told {
			out[id] = true
		}
	}
	return out
}

// comments are those below that ignore findings.
func (k known) comments() []suppress.Comment {
	var out []suppress.Comment
	for _, path := range k.paths() {
		out = append(out, k[path].Comments...)
	}
	return out
}

// beneath lists packages with all that they import, sorted.
func (k known) beneath(paths []string) []string {
	seen := map[string]bool{}
	queue := slices.Clone(paths)
	for ; len(queue) > 0; queue = queue[1:] {
		if p := k[queue[0]]; p != nil && !seen[p.Path] {
			seen[p.Path] = true
			queue = append(queue, p.Imports...)
		}
	}
	out := make([]string, 0, len(seen))
	for path := range seen {
		out = append(out, path)
	}
	sort.Strings(out)
	return out
}

// implemented is what is known of which types satisfy which interfaces.
func (k known) implemented(mine *packed) map[string][]string {
	out := map[string][]string{}
	add := func(p *packed) {
		for _, s := range p.Implements {
			out[s.Type] = union(out[s.Type], s.Interfaces)
		}
	}
	for _, path := range k.paths() {
		add(k[path])
	}
	add(mine)
	return out
}

// learn finds out which types satisfy which interfaces among the packages that meet
// here, without reading their units, and gives what implements a service its role.
func (p *packed) learn(own *unit.Unit, below known) {
	names := &unit.Unit{Language: unit.Go}
	for _, path := range below.paths() {
		names.Types = append(names.Types, below[path].Types...)
	}
	golang.Implement([]*unit.Unit{own, names})
	before := below.implemented(p)
	for _, u := range []*unit.Unit{own, names} {
		for i := range u.Types {
			t := &u.Types[i]
			if all := union(before[t.ID], t.Implements); len(all) > len(before[t.ID]) {
				p.Implements = append(p.Implements, satisfied{t.ID, all})
			}
		}
	}
}

// units are those of some packages below, and on top of them the package's own, with
// all that is known of their types.
func (k known) units(paths []string, own *unit.Unit, mine *packed) []*unit.Unit {
	var units []*unit.Unit
	for _, path := range paths {
		if u, err := unit.Decode(k[path].Unit); err == nil {
			units = append(units, u)
		}
	}
	if len(units) > 0 {
		units = append(units, own)
		golang.Implement(units)
	} else {
		units = append(units, own)
	}
	satisfy(units, k.implemented(mine))
	return units
}

// satisfy adds to types what is known of their interfaces.
func satisfy(units []*unit.Unit, implemented map[string][]string) {
	for _, u := range units {
		for i := range u.Types {
			t := &u.Types[i]
			t.Implements = union(t.Implements, implemented[t.ID])
		}
	}
}

// union is the sorted union of two lists.
func union(a, b []string) []string {
	out := append(slices.Clone(a), b...)
	slices.Sort(out)
	return slices.Compact(out)
}
