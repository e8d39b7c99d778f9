package domains

import (
	"cmp"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/names"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// seeded is a graph in which some files have a domain already, and the domains.
type seeded struct {
	*network
	files  []string
	drafts []*draft
	fixed  []bool // files that a boundary names
	sure   map[*draft]float64
}

// leftovers gives the files that the layout leaves over to domains: models join
// the domain that is called so or that they mostly have to do with; those that are
// left form groups of their own; every other file joins the model that it is called
// after, or else what it has most to do with.
func (b *builder) leftovers(files []string, g Graph) {
	s := b.seeds(files, g)
	s.adopt(s.drafts)
	s.joinEntities()
	s.group(b)
	s.giants(b)
	s.namesakesJoin()
	s.others(b)
	s.assign(b)
}

// seeds starts with the domains that files have.
func (b *builder) seeds(files []string, g Graph) *seeded {
	s := &seeded{network: newNetwork(g), files: files, fixed: make([]bool, len(files)), sure: map[*draft]float64{}}
	s.of = slices.Repeat([]int{-1}, len(files))
	number := map[*draft]int{}
	for i, f := range files {
		d := b.of[f]
		if d == nil {
			continue
		}
		if _, ok := number[d]; !ok {
			number[d] = len(s.drafts)
			s.drafts = append(s.drafts, d)
		}
		s.of[i], s.fixed[i] = number[d], true
	}
	return s
}

// joinEntities lets each model join the domain that most of what it has to do with
// lies in. Only what a boundary or a name has put there has a voice, so that a small
// domain does not draw in half of the program one model after the other.
func (s *seeded) joinEntities() {
	next := slices.Clone(s.of)
	for i, node := range s.Nodes {
		if s.of[i] >= 0 || !node.Entity {
			continue
		}
		votes, total := map[int]float64{}, 0.0
		for _, link := range s.near[i] {
			total += s.weight[link]
			if k := s.of[s.other(link, i)]; k >= 0 {
				votes[k] += s.weight[link]
			}
		}
		if k, ok := heaviest(votes, majority*total); ok {
			next[i] = k
		}
	}
	s.of = next
}

// free lists the models that belong to no domain.
func (s *seeded) free() []int {
	var out []int
	for i, node := range s.Nodes {
		if node.Entity && s.of[i] < 0 {
			out = append(out, i)
		}
	}
	return out
}

// group cuts the models that are left over. The models of a domain that is known
// stand in the graph as one, so that those around it may come to it.
func (s *seeded) group(b *builder) {
	free := s.free()
	if len(free) < minEntities {
		return
	}
	among, leader := slices.Clone(free), map[int]int{}
	s.rep = map[int]int{}
	for i, node := range s.Nodes {
		if k := s.of[i]; k >= 0 && node.Entity {
			if _, ok := leader[k]; !ok {
				leader[k] = i
				among = append(among, i)
			}
			s.rep[i] = leader[k]
		}
	}
	slices.Sort(among)
	of, stability := s.cut(among)
	weights := s.affinity(among)
	s.rep = nil
	for k, members := range groupsOf(of, among) {
		s.place(b, members, weights, stability[k])
	}
}

// place makes a domain of a group of models, or adds them to the one that the group
// formed around: they have more to do with it than with each other.
func (s *seeded) place(b *builder, members []int, weights map[[2]int]float64, stability float64) {
	var free []int
	known := map[int]bool{}
	for _, i := range members {
		if s.of[i] >= 0 {
			known[s.of[i]] = true
		} else {
			free = append(free, i)
		}
	}
	if len(known) == 1 && len(free) <= 2*s.entitiesOf(known) && s.drawn(free, members, weights) {
		for k := range known {
			for _, i := range free {
				s.of[i] = k
			}
		}
		return
	}
	s.found(b, free, stability)
}

// drawn tells whether some models have at least as much to do with the others of their
// group as among themselves.
func (s *seeded) drawn(free, members []int, weights map[[2]int]float64) bool {
	among, out := 0.0, 0.0
	for _, i := range free {
		for _, j := range members {
			switch w := weights[[2]int{min(i, j), max(i, j)}]; {
			case i == j:
			case slices.Contains(free, j):
				among += w / 2 // each pair is met twice
			default:
				out += w
			}
		}
	}
	return out >= among
}

// entitiesOf counts the models of some domains.
func (s *seeded) entitiesOf(known map[int]bool) int {
	n := 0
	for i, node := range s.Nodes {
		if node.Entity && known[s.of[i]] {
			n++
		}
	}
	return n
}

// found makes a domain of some models. One that is called like another one is the
// same: people have put part of it into a folder.
func (s *seeded) found(b *builder, members []int, stability float64) {
	if len(members) == 0 {
		return
	}
	name := s.title(members)
	for k, d := range s.drafts {
		if names.Key(d.Name) == names.Key(name) {
			for _, i := range members {
				s.of[i] = k
			}
			return
		}
	}
	d := b.draft("graph:"+s.files[members[0]], name, FromGraph)
	d.Stability = stability
	s.drafts = append(s.drafts, d)
	for _, i := range members {
		s.of[i] = len(s.drafts) - 1
	}
}

// giants divides the domains that models joined until they held more than a fifth
// of all: the joined ones are cut by themselves.
func (s *seeded) giants(b *builder) {
	all := 0
	joined := map[int][]int{}
	for i, node := range s.Nodes {
		if node.Entity {
			all++
			if k := s.of[i]; k >= 0 && !s.fixed[i] && s.drafts[k].Source == FromLayout {
				joined[k] = append(joined[k], i)
			}
		}
	}
	for _, k := range slices.Sorted(maps.Keys(joined)) {
		members := joined[k]
		if len(members) <= splitSize || float64(len(members)) <= giantShare*float64(all) {
			continue
		}
		of, stability := s.cut(members)
		groups := groupsOf(of, members)
		if len(groups) < 2 {
			continue
		}
		largestFirst := slices.SortedStableFunc(slices.Values(sequence(len(groups))), func(x, y int) int { return cmp.Compare(len(groups[y]), len(groups[x])) })
		for _, g := range largestFirst[1:] {
			s.found(b, groups[g], stability[g])
		}
	}
}

func sequence(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

// minNamesake is how many words of a name a model must have for what else the name says
// not to matter: the exporter of order lines is about order lines, but the users'
// dashboard may be about anything.
const minNamesake = 2

// namesakesJoin lets the controllers, policies, mailers, jobs and so on of a model
// join its domain: their names are the model's and a word for the layer, or hold a
// model's name of several words.
func (s *seeded) namesakesJoin() {
	owner := map[string]map[int]bool{}
	for i, node := range s.Nodes {
		if node.Entity && s.of[i] >= 0 && len(node.Subject) > 0 {
			key := strings.Join(node.Subject, "_")
			if owner[key] == nil {
				owner[key] = map[int]bool{}
			}
			owner[key][s.of[i]] = true
		}
	}
	for i, node := range s.Nodes {
		if s.of[i] >= 0 {
			continue
		}
		of := owner[strings.Join(node.Subject, "_")]
		for length := len(node.Subject) - 1; of == nil && length >= minNamesake; length-- {
			of = s.within(owner, node.Subject, length)
		}
		if len(of) == 1 {
			for k := range of {
				s.of[i] = k
			}
		}
	}
}

// within collects the domains of the models that runs of so many words are the names
// of, nil if there are none.
func (s *seeded) within(owner map[string]map[int]bool, words []string, length int) map[int]bool {
	var out map[int]bool
	for from := 0; from+length <= len(words); from++ {
		for k := range owner[strings.Join(words[from:from+length], "_")] {
			if out == nil {
				out = map[int]bool{}
			}
			out[k] = true
		}
	}
	return out
}

// others lets the remaining files join what they have most to do with. Where the
// layout told domains apart, a file without a way in needs one that it mostly has
// to do with; what many use is shared.
func (s *seeded) others(b *builder) {
	before := slices.Clone(s.of)
	entered := b.working()
	s.bar = func(i int) float64 {
		switch {
		case s.grown():
			return 0
		case entered[s.files[i]]:
			return someMajority
		}
		return clearMajority
	}
	s.join()
	s.bar = nil
	if s.grown() {
		s.joinByName()
	}
	for i := range before {
		if s.Nodes[i].Entity || s.fixed[i] || entered[s.files[i]] {
			before[i] = s.of[i]
		}
	}
	s.release(before)
}

// clearMajority is the share of what it has to do with that must lie in one domain for
// a file that is neither stored nor entered: less is shared code.
const clearMajority = 0.65

// someMajority is the same for a file that requests enter by, or that runs beside them:
// it is about something.
const someMajority = 0.35

// grown tells whether most domains are groups of models, not folders.
func (s *seeded) grown() bool {
	n := 0
	for _, d := range s.drafts {
		if d.Source == FromGraph {
			n++
		}
	}
	return 2*n > len(s.drafts)
}

// entered lists the files that requests enter by.
func (b *builder) entered() map[string]bool {
	out := map[string]bool{}
	for _, e := range b.in.Facts.Endpoints {
		out[e.Function.Location.File] = true
	}
	return out
}

// assign puts the files into the domains. A group too small to be one goes to the
// domain that it has most to do with.
func (s *seeded) assign(b *builder) {
	s.merge()
	for i, f := range s.files {
		if k := s.of[i]; k >= 0 && b.of[f] == nil {
			b.put(s.drafts[k], f)
			if s.drafts[k].Source != FromGraph {
				s.drafts[k].joined[f] = true
			}
		}
	}
	for k, d := range s.drafts {
		if d.Source != FromGraph {
			continue
		}
		var members []int
		for i := range s.files {
			if s.of[i] == k {
				members = append(members, i)
			}
		}
		if len(members) > 0 {
			d.Name = s.title(members)
		}
	}
}

// merge gives groups that do not stand alone to their nearest neighbour, the
// smallest first.
func (s *seeded) merge() {
	for {
		size := make([]int, len(s.drafts))
		for _, k := range s.of {
			if k >= 0 {
				size[k]++
			}
		}
		least := -1
		for k, d := range s.drafts {
			if d.Source == FromGraph && size[k] > 0 && size[k] < minGroup && (least < 0 || size[k] < size[least]) {
				least = k
			}
		}
		if least < 0 {
			return
		}
		to := s.nearest(least)
		for i, k := range s.of {
			if k == least {
				s.of[i] = to
			}
		}
	}
}

// nearest is the domain that a group has most to do with: along links, or else by
// the rarest words of names; -1 if there is none.
func (s *seeded) nearest(group int) int {
	votes, words := map[int]float64{}, map[int]float64{}
	for i, k := range s.of {
		if k != group {
			continue
		}
		for _, link := range s.near[i] {
			if other := s.of[s.other(link, i)]; other >= 0 && other != group {
				votes[other] += s.weight[link]
			}
		}
		for j, other := range s.of {
			if other >= 0 && other != group {
				for _, w := range distinctWords(s.Nodes[i].Subject) {
					if slices.Contains(s.Nodes[j].Subject, w) {
						words[other] += s.rare[w]
					}
				}
			}
		}
	}
	if k, ok := heaviest(votes, 0); ok {
		return k
	}
	k, _ := heaviest(words, 0)
	return k
}

// narrow takes namespaces apart that hold more than a fifth of an application's
// files: the folders below them tell more.
func narrow(groups map[string]*namespace, total int) {
	for _, key := range slices.Sorted(maps.Keys(groups)) {
		n := groups[key]
		if len(n.files) <= minGiant || float64(len(n.files)) <= giantShare*float64(total) {
			continue
		}
		parts := map[string]*namespace{}
		for _, f := range n.files {
			layer, below := layerOf(f)
			if word := behind(below, key); word != "" {
				sub := parts[names.Key(word)]
				if sub == nil {
					sub = &namespace{layers: map[string]bool{}, spelt: map[string]int{}}
					parts[names.Key(word)] = sub
				}
				sub.add(f, layer, word, 1)
			}
		}
		maps.DeleteFunc(parts, func(_ string, sub *namespace) bool { return !sub.stands() })
		if len(parts) < 2 {
			continue
		}
		delete(groups, key)
		for word, sub := range parts {
			if groups[word] == nil {
				groups[word] = sub
			}
		}
	}
}

// behind is the first telling folder behind the one of a namespace.
func behind(below, key string) string {
	found := false
	for _, part := range strings.Split(strings.Trim(below, "/"), "/") {
		if found && !technicalNamespace(part) {
			return part
		}
		found = found || names.Key(part) == key
	}
	return ""
}

// minGiant is how many files a namespace may have however small the program is.
const minGiant = 40

// layered tells the namespaces that say how something is made: nothing in them is
// stored, called from outside or run beside requests, and no model has its name. One
// below a single layer in which nothing is stored or called from outside is a folder of
// that layer: the jobs of every night.
func (b *builder) layered(key string, n *namespace, entered map[string]bool) bool {
	if b.modelNames[key] {
		return false
	}
	for _, f := range n.files {
		if b.modelFiles[f] || entered[f] || b.alive[f] && len(n.layers) > 1 {
			return false
		}
	}
	return true
}

// working lists the files that take requests or run beside them.
func (b *builder) working() map[string]bool {
	out := b.entered()
	for _, fn := range b.in.Facts.Program.Functions() {
		if !fn.Test && slices.ContainsFunc(fn.Roles, unit.Role.Beside) {
			out[fn.Location.File] = true
		}
	}
	return out
}

// living lists the files that store rows, take requests or run beside them.
func (b *builder) living() map[string]bool {
	out := b.working()
	b.modelNames, b.modelWords, b.modelFiles = map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, m := range b.in.Facts.Models {
		b.modelFiles[m.Type.Location.File] = true
		out[m.Type.Location.File] = true
		b.modelNames[strings.Join(Subject(m.Type.Location.File), "_")] = true
		b.modelWords[names.Key(strings.TrimSuffix(path.Base(m.Type.Location.File), ".rb"))] = true
	}
	return out
}
