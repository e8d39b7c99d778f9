package domains

import (
	"maps"
	"path"
	"slices"

	"github.com/stateaudit/stateaudit/internal/facts"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// infer makes domains of the communities of files.
func (b *builder) infer(files []string, g Graph) {
	c := Infer(g)
	n := newNetwork(g)
	n.of = c.Of
	n.release(nil)
	groups := map[int][]int{}
	for i, k := range n.of {
		if k >= 0 {
			groups[k] = append(groups[k], i)
		}
	}
	for _, k := range slices.Sorted(maps.Keys(groups)) {
		members := groups[k]
		if !n.stands(members) {
			continue
		}
		d := b.draft("graph:"+files[members[0]], n.title(members), FromGraph)
		d.Stability = c.Stability[k]
		for _, i := range members {
			b.put(d, files[i])
		}
	}
}

// minFlat is the share of a program's lines (in Ruby of its files) that must lie
// outside of any domain for the files themselves to be looked at: a program whose
// packages are layers.
const minFlat = 0.5

// inferGo deals with packages that are layers. Their files join the domains that the
// layout gave, by name or by what they mostly refer to, and what is left of the types
// that are stored is cut into groups. Where nothing is known to be stored and most of
// the program is left, its files are cut by what refers to what.
func (b *builder) inferGo() {
	files, g := b.graphGo(func(f string) bool { return b.of[f] == nil || b.of[f].Source == FromLayout })
	if stored := storedLeft(b, files, g); b.layouts() > 1 || stored >= minEntities {
		b.leftovers(files, g)
		if stored >= minEntities {
			return
		}
	}
	free, total := 0, 0
	for _, f := range b.sources {
		if b.language[f.Path] == unit.Go && !f.Generated {
			total += f.Lines
			if b.free(f.Path) {
				free += f.Lines
			}
		}
	}
	if total == 0 || float64(free) < minFlat*float64(total) {
		return
	}
	if files, g := b.graphGo(b.free); len(files) > minGroup {
		b.infer(files, g)
	}
}

// storedLeft counts the files that declare what is stored and belong to no domain.
func storedLeft(b *builder, files []string, g Graph) int {
	n := 0
	for i, f := range files {
		if g.Nodes[i].Entity && b.of[f] == nil {
			n++
		}
	}
	return n
}

// layouts counts the domains that the layout of Go gave.
func (b *builder) layouts() int {
	n := 0
	for _, d := range b.domains {
		if d.Source == FromLayout {
			n++
		}
	}
	return n
}

// graphGo is what some Go files say of each other. Programs, generated code and
// plumbing are left out: they belong to everyone.
func (b *builder) graphGo(in func(file string) bool) (files []string, g Graph) {
	index := map[string]int{}
	for _, f := range b.sources {
		if b.language[f.Path] != unit.Go || b.kernel[f.Path] || !in(f.Path) || f.Generated || outside(path.Dir(f.Path)) || path.Dir(f.Path) == "." || plumbing(path.Dir(f.Path)) {
			continue
		}
		index[f.Path] = len(files)
		files = append(files, f.Path)
		g.Nodes = append(g.Nodes, Node{Subject: Subject(f.Path), Entity: b.in.Facts.Entities[f.Path], Named: true})
	}
	g.Connect(b.in.Facts, index)
	return files, g
}

// Connect marks the nodes whose files declare models, and adds the references between
// files; index gives the node of each file.
func (g *Graph) Connect(f *facts.Facts, index map[string]int) {
	for _, m := range f.Models {
		if i, ok := index[m.Type.Location.File]; ok {
			g.Nodes[i].Entity = true
		}
	}
	for _, r := range f.References() {
		from, ok := index[r.From]
		to, known := index[r.To]
		if ok && known {
			g.Links = append(g.Links, Link{From: from, To: to, Count: r.Count})
		}
	}
}
