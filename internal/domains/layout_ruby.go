package domains

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/facts"
	"github.com/stateaudit/stateaudit/internal/names"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// namespace is a folder name that stands below several layers of a Rails
// application.
type namespace struct {
	files  []string
	layers map[string]bool
	spelt  map[string]int
}

// minNamespaced is the share of an application's files that must lie in
// namespaces for these to be its domains: a few folders in a flat application
// are only tidy.
const minNamespaced = 0.25

// layoutRuby makes domains of the namespaces of a Rails application:
// app/models/billing and app/services/billing are both about billing. It tells
// whether there were any.
func (b *builder) layoutRuby() bool {
	groups, total := b.namespaces()
	in := 0
	for key, n := range groups {
		if len(n.files) < 3 || len(n.layers) < 2 && len(n.files) < 4 {
			delete(groups, key)
			continue
		}
		in += len(n.files)
	}
	if len(groups) < 2 || float64(in) < minNamespaced*float64(total) {
		return false
	}
	for _, key := range slices.Sorted(maps.Keys(groups)) {
		d := b.draft("layout:"+key, mostly(groups[key].spelt), FromLayout)
		for _, f := range groups[key].files {
			b.put(d, f)
		}
	}
	b.namespacedViews(groups)
	return true
}

// namespaces collects the files of the application by the first folder below
// their layer that is not technical itself, and counts all files of layers.
func (b *builder) namespaces() (map[string]*namespace, int) {
	groups, total := map[string]*namespace{}, 0
	for _, f := range b.sources {
		layer, below := layerOf(f.Path)
		if b.language[f.Path] != unit.Ruby || !b.free(f.Path) || layer == "" || layer == "views" {
			continue
		}
		total++
		word := subjectUnless(strings.Trim(below, "/"), technicalNamespace)
		if word == "" {
			continue
		}
		key := names.Key(word)
		n := groups[key]
		if n == nil {
			n = &namespace{layers: map[string]bool{}, spelt: map[string]int{}}
			groups[key] = n
		}
		n.files = append(n.files, f.Path)
		n.layers[layer] = true
		n.spelt[word] += f.Lines + 1
	}
	return groups, total
}

// namespacedViews puts the views below the folder of a namespace into it.
func (b *builder) namespacedViews(groups map[string]*namespace) {
	for _, f := range b.sources {
		layer, below := layerOf(f.Path)
		if layer != "views" || !b.free(f.Path) {
			continue
		}
		if key := names.Key(subjectUnless(strings.Trim(below, "/"), technicalNamespace)); groups[key] != nil {
			b.put(b.byKey["layout:"+key], f.Path)
		}
	}
}

// layerOf splits app/services/billing/charge.rb into its layer and the folders
// below that.
func layerOf(file string) (layer, below string) {
	dir := "/" + path.Dir(file)
	i := strings.LastIndex(dir+"/", "/app/")
	if i < 0 {
		return "", ""
	}
	rest := strings.TrimPrefix((dir + "/")[i:], "/app/")
	layer, below, _ = strings.Cut(rest, "/")
	return layer, below
}

// graph is what the Ruby sources of the checkout that belong to no declared domain
// say of each other.
func (b *builder) graph() (files []string, g Graph) {
	index := map[string]int{}
	for _, f := range b.sources {
		if b.language[f.Path] != unit.Ruby || b.kernel[f.Path] || !b.application(f.Path) || facts.IsView(f.Path) {
			continue
		}
		if d := b.of[f.Path]; d != nil && d.Source.Declared() {
			continue
		}
		index[f.Path] = len(files)
		files = append(files, f.Path)
		g.Nodes = append(g.Nodes, Node{Subject: Subject(f.Path)})
	}
	for _, m := range b.in.Facts.Models {
		if i, ok := index[m.Type.Location.File]; ok {
			g.Nodes[i].Entity = true
		}
	}
	g.Links = b.links(index)
	return files, g
}

// application tells the files that make up the application: not its
// configuration, migrations and tasks. Base classes and concerns of everyone are
// shared code.
func (b *builder) application(file string) bool {
	base := path.Base(file)
	switch {
	case !strings.Contains("/"+file, "/app/") && !strings.Contains("/"+file, "/lib/"):
		return false
	case path.Ext(file) == ".rake" || strings.Contains("/"+file, "/lib/tasks/") || strings.Contains("/"+file, "/generators/"):
		return false
	case strings.HasPrefix(base, "application_") || strings.HasPrefix(base, "application."):
		b.kernel[file] = true
		return false
	}
	return true
}

// joinRuby lets files that lie in no namespace join one: a model by its name or
// by that of its controller, other files if most of what they have to do with is
// there. What many domains use is the kernel.
func (b *builder) joinRuby() {
	b.join(b.graph())
	b.views()
}

// join lets files without a domain join one of those that the layout gave.
func (b *builder) join(files []string, g Graph) {
	n := newNetwork(g)
	n.of = make([]int, len(files))
	var drafts []*draft
	number := map[*draft]int{}
	for i, f := range files {
		n.of[i] = -1
		if d := b.of[f]; d != nil {
			if _, ok := number[d]; !ok {
				number[d] = len(drafts)
				drafts = append(drafts, d)
			}
			n.of[i] = number[d]
		}
	}
	before := slices.Clone(n.of)
	n.adopt(drafts)
	fixed := slices.Clone(n.of)
	n.joinMajority(majority)
	n.release(fixed)
	for i, f := range files {
		if before[i] < 0 && n.of[i] >= 0 {
			d := drafts[n.of[i]]
			b.put(d, f)
			d.joined[f] = true
		}
	}
}

// adopt assigns models by name: to the domain that is called so, or whose
// controller is.
func (n *network) adopt(drafts []*draft) {
	byName := map[string]int{}
	for k, d := range drafts {
		byName[names.Key(d.Name)] = k
	}
	bySubject := map[string]map[int]bool{}
	for i, node := range n.Nodes {
		if n.of[i] >= 0 {
			key := strings.Join(node.Subject, "_")
			if bySubject[key] == nil {
				bySubject[key] = map[int]bool{}
			}
			bySubject[key][n.of[i]] = true
		}
	}
	next := slices.Clone(n.of)
	for i, node := range n.Nodes {
		if n.of[i] >= 0 || !node.Entity && !node.Named || len(node.Subject) == 0 {
			continue
		}
		key := strings.Join(node.Subject, "_")
		if k, ok := byName[key]; ok {
			next[i] = k
		} else if owners := bySubject[key]; len(owners) == 1 {
			for k := range owners {
				next[i] = k
			}
		} else if k, ok := byName[node.Subject[0]]; ok {
			next[i] = k // order_line belongs to orders
		}
	}
	n.of = next
}

// majority is the share of a file's links that must lead into one domain for it
// to belong there.
const majority = 0.5

// joinMajority is join for files of which one group has most of the links.
func (n *network) joinMajority(share float64) {
	for range rounds {
		next := slices.Clone(n.of)
		changed := false
		for i := range n.Nodes {
			if n.of[i] >= 0 {
				continue
			}
			votes, total := map[int]float64{}, 0.0
			for _, link := range n.near[i] {
				total += n.weight[link]
				if k := n.of[n.other(link, i)]; k >= 0 {
					votes[k] += n.weight[link]
				}
			}
			if k, ok := heaviest(votes, share*total); ok {
				next[i], changed = k, true
			}
		}
		n.of = next
		if !changed {
			return
		}
	}
}

// The bounds of the kernel: what at least so many groups and such a share of them
// refer to, and none of them for the most part.
const (
	kernelGroups = 4
	kernelShare  = 0.5
)

// release takes out of their groups the files that everyone uses. Fixed ones stay.
func (n *network) release(fixed []int) {
	groups := map[int]bool{}
	for _, k := range n.of {
		if k >= 0 {
			groups[k] = true
		}
	}
	next := slices.Clone(n.of)
	for i := range n.Nodes {
		if n.of[i] < 0 || fixed != nil && fixed[i] >= 0 {
			continue
		}
		from, all := map[int]int{}, 0
		for _, link := range n.near[i] {
			if l := n.Links[link]; l.To == i && n.of[l.From] >= 0 {
				from[n.of[l.From]]++
				all++
			}
		}
		if len(from) >= kernelGroups && float64(len(from)) >= kernelShare*float64(len(groups)) && float64(from[n.of[i]]) < kernelShare*float64(all) {
			next[i] = -1
		}
	}
	n.of = next
}

// views lets views join the domain of the controller or mailer that renders them.
func (b *builder) views() {
	renders := map[string]*draft{}
	for _, f := range b.sources {
		base := strings.TrimSuffix(path.Base(f.Path), ".rb")
		if d := b.of[f.Path]; d != nil && (strings.HasSuffix(base, "_controller") || strings.HasSuffix(base, "_mailer")) {
			_, below := layerOf(f.Path)
			renders[strings.Trim(below+"/"+strings.TrimSuffix(base, "_controller"), "/")] = d
		}
	}
	for _, f := range b.sources {
		layer, below := layerOf(f.Path)
		if layer != "views" || !b.free(f.Path) {
			continue
		}
		if d := renders[strings.Trim(below, "/")]; d != nil {
			b.put(d, f.Path)
			d.joined[f.Path] = true
		}
	}
}

// inferRuby cuts a flat application by what refers to what.
func (b *builder) inferRuby() {
	free, total := 0, 0
	for _, f := range b.sources {
		if b.language[f.Path] == unit.Ruby && b.application(f.Path) {
			total++
			if b.free(f.Path) {
				free++
			}
		}
	}
	if float64(free) < minFlat*float64(total) {
		return // what is left beside declared domains is shared
	}
	b.infer(b.graph())
	b.views()
}

// minGroup is how many files a group must have to be a domain.
const minGroup = 4

// stands tells whether a group is more than a leftover: it has a model, and some
// files.
func (n *network) stands(members []int) bool {
	return len(members) >= minGroup && (!n.modelled() || slices.ContainsFunc(members, func(i int) bool { return n.Nodes[i].Entity }))
}

// title names a group: by the words that the names of half of its models begin
// with, or else after the model that it has most to do with.
func (n *network) title(members []int) string {
	best, most := "", -1.0
	var models [][]string
	for _, i := range members {
		if !n.Nodes[i].Entity && n.modelled() {
			continue
		}
		models = append(models, n.Nodes[i].Subject)
		weight := 0.0
		for _, link := range n.near[i] {
			if n.of[n.other(link, i)] == n.of[i] {
				weight += n.weight[link]
			}
		}
		if weight > most {
			best, most = strings.Join(n.Nodes[i].Subject, "_"), weight
		}
	}
	if common := beginning(models); common != "" {
		best = common
	}
	return names.TableOf(best)
}

// modelled tells whether any node is known to be a model.
func (n *network) modelled() bool {
	return slices.ContainsFunc(n.Nodes, func(node Node) bool { return node.Entity })
}

// beginning are the words that at least half of several names begin with.
func beginning(all [][]string) string {
	for length := 3; length > 0; length-- {
		count := map[string]int{}
		for _, words := range all {
			if len(words) >= length {
				count[strings.Join(words[:length], "_")]++
			}
		}
		for _, start := range slices.Sorted(maps.Keys(count)) {
			if k := count[start]; k > 1 && 2*k >= len(all) {
				return start
			}
		}
	}
	return ""
}
