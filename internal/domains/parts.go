package domains

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/stateaudit/stateaudit/internal/facts"
	"github.com/stateaudit/stateaudit/internal/names"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// Parts cuts a domain by what its files refer to, and returns the changes of borders
// that this takes. The part with most files keeps the name. It fails on a domain that
// is not there or that nothing tells apart.
func (m *Map) Parts(f *facts.Facts, name string) ([]Edit, error) {
	i := slices.IndexFunc(m.Domains, func(d Domain) bool { return d.Name == name })
	if i < 0 {
		return nil, fmt.Errorf("no domain %q", name)
	}
	parts := partsOf(m.Domains[i].Files, f)
	if len(parts) < 2 {
		return nil, fmt.Errorf("nothing tells parts of %q apart", name)
	}
	var out []Edit
	for _, p := range parts[1:] {
		out = append(out, Edit{From: p.files, To: m.fresh(p.title)})
	}
	return out, nil
}

// part is a group of files of one domain.
type part struct {
	title     string
	files     []string
	stability float64
}

// partsOf cuts some files by what they refer to, the part with most files first.
func partsOf(files []string, f *facts.Facts) []part {
	g := graphOf(files, f)
	n, c := newNetwork(g), Infer(g)
	n.of = c.Of
	groups := map[int][]int{}
	for k, of := range n.of {
		if of >= 0 {
			groups[of] = append(groups[of], k)
		}
	}
	var out []part
	for _, k := range slices.Sorted(maps.Keys(groups)) {
		if !n.stands(groups[k]) {
			continue
		}
		p := part{title: n.title(groups[k]), stability: c.Stability[k]}
		for _, i := range groups[k] {
			p.files = append(p.files, files[i])
		}
		out = append(out, p)
	}
	slices.SortStableFunc(out, func(x, y part) int { return cmp.Compare(len(y.files), len(x.files)) })
	return out
}

// clusterTables is how many tables make a cluster of tables.
const clusterTables = 2

// divideGiants takes out of domains that inference made larger than a fifth of the
// application what is a cluster of tables by itself. What a boundary names stays.
func (b *builder) divideGiants() {
	members, total := map[*draft][]string{}, 0
	for _, f := range b.sources {
		if d := b.of[f.Path]; d != nil && b.language[f.Path] == unit.Ruby {
			members[d] = append(members[d], f.Path)
			total++
		}
	}
	for _, d := range slices.Clone(b.domains) {
		files := members[d]
		if d.Source.Declared() || len(files) <= minGiant || float64(len(files)) <= giantShare*float64(total) {
			continue
		}
		parts := partsOf(files, b.in.Facts)
		for _, p := range parts[min(1, len(parts)):] {
			b.takeOut(d, p)
		}
	}
}

// takeOut makes a domain of a part of another one that has tables by itself. Subclasses
// that share a table are one.
func (b *builder) takeOut(d *draft, p part) {
	files := slices.DeleteFunc(slices.Clone(p.files), func(f string) bool { return d.Source != FromGraph && !d.joined[f] })
	tables := map[string]bool{}
	for _, m := range b.in.Facts.Models {
		if slices.Contains(files, m.Type.Location.File) {
			tables[m.Table] = true
		}
	}
	taken := slices.ContainsFunc(b.domains, func(other *draft) bool { return names.Key(other.Name) == names.Key(p.title) })
	if len(tables) < clusterTables || len(files) < minGroup || taken {
		return
	}
	out := b.draft("graph:"+p.files[0], p.title, FromGraph)
	out.Stability = p.stability
	for _, f := range files {
		delete(b.of, f)
		delete(d.joined, f)
		b.put(out, f)
	}
}

// fresh is a name that no domain has.
func (m *Map) fresh(name string) string {
	for slices.ContainsFunc(m.Domains, func(d Domain) bool { return d.Name == name }) {
		name += "_part"
	}
	return name
}

// graphOf is what some files say of each other.
func graphOf(files []string, f *facts.Facts) Graph {
	var g Graph
	index := map[string]int{}
	for i, file := range files {
		index[file] = i
		g.Nodes = append(g.Nodes, Node{Subject: Subject(file), Entity: f.Entities[file]})
	}
	g.Connect(f, index)
	return g
}
