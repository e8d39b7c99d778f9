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

// stands tells whether a namespace is more than a tidy folder: it recurs below
// several layers, or has some files.
func (n *namespace) stands() bool {
	return len(n.layers) > 1 || len(n.files) >= minGroup
}

func (n *namespace) add(file, layer, word string, lines int) {
	n.files = append(n.files, file)
	n.layers[layer] = true
	n.spelt[word] += lines
}

// layoutRuby makes domains of the namespaces of a Rails application:
// app/models/billing and app/services/billing are both about billing. Of one that
// is layers only, the files are left over.
func (b *builder) layoutRuby() {
	groups, total := b.namespaces()
	b.alive = b.living()
	own := b.ownName()
	entered := b.entered()
	maps.DeleteFunc(groups, func(key string, n *namespace) bool { return key == own || !n.stands() || b.layered(key, n, entered) })
	narrow(groups, total)
	if len(groups) < 2 {
		return // nothing is told apart
	}
	for _, key := range slices.Sorted(maps.Keys(groups)) {
		d := b.draft("layout:"+key, b.nameOf(key, groups[key]), FromLayout)
		for _, f := range groups[key].files {
			b.put(d, f)
		}
	}
	b.namespacedViews(groups)
}

// nameOf is how a namespace is mostly spelt, without a word for a layer behind the name
// of a model: alert_types is about alerts, unless an alert type is a model too.
func (b *builder) nameOf(key string, n *namespace) string {
	word := mostly(n.spelt)
	if b.modelNames[key] && names.Key(word) != names.Key(key) && !b.modelWords[names.Key(word)] {
		return names.TableOf(key)
	}
	return word
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
		key := strings.Join(bareWords(word), "_")
		if groups[key] == nil {
			groups[key] = &namespace{layers: map[string]bool{}, spelt: map[string]int{}}
		}
		groups[key].add(f.Path, layer, word, f.Lines+1)
	}
	return groups, total
}

// ownName is the module of the application itself, which is no part of it.
func (b *builder) ownName() string {
	for _, u := range b.in.Facts.Program.Units {
		for i := range u.Types {
			if t := &u.Types[i]; u.Language == unit.Ruby && !t.Test && slices.Contains(t.Supers, "Rails::Application") {
				module, _, _ := strings.Cut(t.ID, "::")
				return names.Key(module)
			}
		}
	}
	return ""
}

// bareWords are the words of a namespace in the singular without those for a layer
// at its end: OrderServices and orders are one.
func bareWords(word string) []string {
	words := names.Tokens(word)
	for len(words) > 1 && roleWord(names.Singular(words[len(words)-1])) {
		words = words[:len(words)-1]
	}
	for i, w := range words {
		words[i] = names.Singular(w)
	}
	return words
}

// namespacedViews puts the views below the folder of a namespace into it.
func (b *builder) namespacedViews(groups map[string]*namespace) {
	for _, f := range b.sources {
		layer, below := layerOf(f.Path)
		if layer != "views" || !b.free(f.Path) {
			continue
		}
		if key := strings.Join(bareWords(subjectUnless(strings.Trim(below, "/"), technicalNamespace)), "_"); groups[key] != nil {
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
	g.Connect(b.in.Facts, index)
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

// views lets views join the domain of the controller or mailer that renders them, or
// else the one of the only model or controller that their folder is called after.
func (b *builder) views() {
	renders, called := map[string]*draft{}, map[string]map[*draft]bool{}
	for _, f := range b.sources {
		d := b.of[f.Path]
		if d == nil || facts.IsView(f.Path) {
			continue
		}
		base := strings.TrimSuffix(path.Base(f.Path), ".rb")
		layer, below := layerOf(f.Path)
		if strings.HasSuffix(base, "_controller") || strings.HasSuffix(base, "_mailer") {
			renders[strings.Trim(below+"/"+strings.TrimSuffix(base, "_controller"), "/")] = d
		} else if layer != "models" {
			continue
		}
		subject := strings.Join(Subject(f.Path), "_")
		if called[subject] == nil {
			called[subject] = map[*draft]bool{}
		}
		called[subject][d] = true
	}
	for _, f := range b.sources {
		layer, below := layerOf(f.Path)
		if facts.IsView(f.Path) && layer != "views" && b.free(f.Path) {
			if d := b.of[besideView(f.Path)]; d != nil {
				b.put(d, f.Path)
				d.joined[f.Path] = true
			}
		}
		if layer != "views" || !b.free(f.Path) {
			continue
		}
		d := renders[strings.Trim(below, "/")]
		if of := called[strings.Join(Subject(f.Path), "_")]; d == nil && len(of) == 1 {
			for d = range of {
			}
		}
		if d != nil {
			b.put(d, f.Path)
			d.joined[f.Path] = true
		}
	}
}

// besideView is the file of the class that a template lies beside: body_component.rb of
// body_component.html.erb.
func besideView(view string) string {
	base, _, _ := strings.Cut(path.Base(view), ".")
	return path.Join(path.Dir(view), base+".rb")
}

// restRuby deals with what no boundary names. Beside domains that people have
// declared, what is left is shared, unless it is most of the program.
func (b *builder) restRuby() {
	free, total := 0, 0
	for _, f := range b.sources {
		if b.language[f.Path] == unit.Ruby && b.application(f.Path) {
			total++
			if d := b.of[f.Path]; d == nil && !b.kernel[f.Path] || d != nil && !d.Source.Declared() {
				free++
			}
		}
	}
	if total == 0 || float64(free) < minFlat*float64(total) {
		return
	}
	b.leftovers(b.graph())
	b.views()
	b.settle()
	b.divideGiants()
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
		weight := n.central(i)
		if weight > most {
			best, most = strings.Join(n.Nodes[i].Subject, "_"), weight
		}
	}
	if common := beginning(models); common != "" && n.speaks(members, common) {
		if best = common; !slices.ContainsFunc(models, func(words []string) bool { return strings.Join(words, "_") == common }) {
			return best // a matter, and no thing of which there are several
		}
	}
	return names.TableOf(best)
}

// central is how many files of its group a node has to do with, and once more how many
// models it owns: counts of distinct files, so that one reference more or less
// renames nothing.
func (n *network) central(i int) float64 {
	near, owned := map[int]bool{}, map[int]bool{}
	for _, link := range n.near[i] {
		if other := n.other(link, i); n.of[other] == n.of[i] {
			near[other] = true
			if n.Links[link].From == i && n.Nodes[other].Entity {
				owned[other] = true
			}
		}
	}
	return float64(len(near) + len(owned))
}

// speaks tells whether some words are what a file is about: a domain is called after a
// thing and not after the adjective of several.
func (n *network) speaks(members []int, words string) bool {
	return slices.ContainsFunc(members, func(i int) bool { return strings.Join(n.Nodes[i].Subject, "_") == words })
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
