package domains

import (
	"cmp"
	"maps"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/graph/community"
	"gonum.org/v1/gonum/graph/simple"
)

// Graph is what communities are found in: files without their folders.
type Graph struct {
	Nodes []Node
	Links []Link
}

// Node is a file.
type Node struct {
	// Subject are the words of its name that say what it is about, in the
	// singular: order_lines_controller.rb is about [order line].
	Subject []string
	// Entity marks what a service would own: a model with a table.
	Entity bool
}

// Link says that a file names what another one declares, so many times.
type Link struct{ From, To, Count int }

// Communities are the groups of a graph.
type Communities struct {
	Of        []int     // by node; -1 for those that belong nowhere
	Stability []float64 // by group: share of its pairs of entities that stay together over several seeds
}

// The figures of inference, chosen on four repositories whose boundaries are
// known (docs/accuracy.md).
const (
	// resolution below 1 gives fewer and larger groups than plain modularity.
	resolution = 0.5
	// seeds is how often groups are looked for; the run that agrees best with the
	// others counts.
	seeds = 9
	// minEntities is how many models there must be for them to go first.
	minEntities = 6
	// coUse is the weight of two models being named by one file, shared out among
	// all that it names.
	coUse = 1.0
	// kin is the weight of two models whose names begin with the same rare word.
	kin = 0.5
)

// Infer finds communities: first among the models, by association, reference and
// co-use; then every other file joins the group that it has most to do with.
func Infer(g Graph) Communities {
	n := newNetwork(g)
	first := n.entities()
	of, stability := n.louvain(first, resolution)
	of, stability = n.split(of, stability, first)
	n.of = of
	n.join()
	return Communities{Of: n.of, Stability: stability}
}

// network is a graph with the weights of its links.
type network struct {
	Graph
	weight []float64 // by link
	near   [][]int   // links by node
	rare   map[string]float64
	of     []int
}

func newNetwork(g Graph) *network {
	n := &network{Graph: g, weight: make([]float64, len(g.Links)), near: make([][]int, len(g.Nodes))}
	referring := make([]int, len(g.Nodes))
	for _, l := range g.Links {
		referring[l.To]++
	}
	for i, l := range g.Links {
		// What everyone refers to says little of whoever refers to it.
		n.weight[i] = (1 + math.Log(float64(l.Count))) / math.Sqrt(float64(referring[l.To]))
		n.near[l.From] = append(n.near[l.From], i)
		n.near[l.To] = append(n.near[l.To], i)
	}
	n.rare = rarity(g.Nodes)
	return n
}

// rarity tells how much each word says: 1 for a word of two files, less for
// more common ones.
func rarity(nodes []Node) map[string]float64 {
	count := map[string]int{}
	for _, node := range nodes {
		for _, w := range distinctWords(node.Subject) {
			count[w]++
		}
	}
	out := map[string]float64{}
	for w, k := range count {
		if k > 1 {
			out[w] = 1 / math.Sqrt(float64(k)/2)
		}
	}
	return out
}

func distinctWords(words []string) []string {
	out := slices.Clone(words)
	slices.Sort(out)
	return slices.Compact(out)
}

// other is the node at the other end of a link.
func (n *network) other(link, node int) int {
	if l := n.Links[link]; l.From != node {
		return l.From
	}
	return n.Links[link].To
}

// entities lists the nodes that groups are first made of.
func (n *network) entities() []int {
	var out []int
	for i, node := range n.Nodes {
		if node.Entity {
			out = append(out, i)
		}
	}
	if len(out) >= minEntities {
		return out
	}
	all := make([]int, len(n.Nodes))
	for i := range all {
		all[i] = i
	}
	return all
}

// affinity collects the weights between some nodes.
func (n *network) affinity(among []int) map[[2]int]float64 {
	in := map[int]bool{}
	for _, i := range among {
		in[i] = true
	}
	out := map[[2]int]float64{}
	add := func(a, b int, w float64) {
		if a != b && w > 0 {
			out[[2]int{min(a, b), max(a, b)}] += w
		}
	}
	for i, l := range n.Links {
		if in[l.From] && in[l.To] {
			add(l.From, l.To, n.weight[i])
		}
	}
	for i := range n.Nodes {
		if in[i] {
			continue
		}
		n.together(i, in, add)
	}
	n.kindred(among, add)
	return out
}

// maxTogether bounds how many models one file may tie together: what names more
// is a registry.
const maxTogether = 12

// together ties the entities that one file names.
func (n *network) together(file int, in map[int]bool, add func(a, b int, w float64)) {
	weights := map[int]float64{}
	for _, link := range n.near[file] {
		if l := n.Links[link]; l.From == file && in[l.To] {
			weights[l.To] += n.weight[link]
		}
	}
	named := slices.Sorted(maps.Keys(weights))
	if len(named) < 2 || len(named) > maxTogether {
		return
	}
	for i, a := range named {
		for _, b := range named[i+1:] {
			add(a, b, coUse*math.Sqrt(weights[a]*weights[b])/float64(len(named)-1))
		}
	}
}

// kindred ties entities whose names begin with the same word.
func (n *network) kindred(among []int, add func(a, b int, w float64)) {
	byWord := map[string][]int{}
	for _, i := range among {
		if s := n.Nodes[i].Subject; len(s) > 0 {
			byWord[s[0]] = append(byWord[s[0]], i)
		}
	}
	for _, same := range byWord {
		for i, a := range same {
			for _, b := range same[i+1:] {
				add(a, b, kin/math.Sqrt(float64(len(same)-1)))
			}
		}
	}
}

// louvain finds groups among some nodes, several times, and keeps the run that
// agrees best with the others.
func (n *network) louvain(among []int, resolution float64) (of []int, stability []float64) {
	weights := n.affinity(among)
	g := simple.NewWeightedUndirectedGraph(0, 0)
	for _, i := range among {
		g.AddNode(simple.Node(i))
	}
	pairs := slices.SortedFunc(maps.Keys(weights), func(a, b [2]int) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) })
	for _, p := range pairs {
		g.SetWeightedEdge(g.NewWeightedEdge(simple.Node(p[0]), simple.Node(p[1]), weights[p]))
	}
	runs := make([][]int, seeds)
	for seed := range runs {
		runs[seed] = make([]int, len(n.Nodes))
		for i := range runs[seed] {
			runs[seed][i] = -1
		}
		if len(pairs) == 0 {
			continue
		}
		groups := community.Modularize(g, resolution, rand.NewPCG(uint64(seed), 1)).Communities()
		for k, group := range sortedGroups(groups) {
			for _, i := range group {
				runs[seed][i] = k
			}
		}
	}
	best := medoid(runs, among)
	return runs[best], stable(runs, best, among)
}

// The bounds of a group that is a domain: one that holds more models than this, and
// a larger share of all of them, is looked at again at a finer resolution.
const (
	splitShare = 0.5
	splitSize  = 12
	finest     = 4
)

// split takes groups apart that hold most of the program.
func (n *network) split(of []int, stability []float64, among []int) ([]int, []float64) {
	for fine := 2 * resolution; fine <= finest; fine *= 2 {
		groups := make([][]int, len(stability))
		for _, i := range among {
			if of[i] >= 0 {
				groups[of[i]] = append(groups[of[i]], i)
			}
		}
		done := true
		for _, members := range groups {
			if len(members) <= splitSize || float64(len(members)) <= splitShare*float64(len(among)) {
				continue
			}
			done = false
			parts, sure := n.louvain(members, fine)
			for _, i := range members {
				if k := parts[i]; k > 0 {
					of[i] = len(stability) + k - 1
				}
			}
			if len(sure) > 0 {
				stability[of[members[0]]] = sure[0]
				stability = append(stability, sure[1:]...)
			}
		}
		if done {
			break
		}
	}
	return of, stability
}

// sortedGroups orders groups by their first node.
func sortedGroups[N interface{ ID() int64 }](groups [][]N) [][]int {
	var out [][]int
	for _, g := range groups {
		var ids []int
		for _, node := range g {
			ids = append(ids, int(node.ID()))
		}
		slices.Sort(ids)
		out = append(out, ids)
	}
	slices.SortFunc(out, func(a, b []int) int { return cmp.Compare(a[0], b[0]) })
	return out
}

// medoid is the run that agrees most with all others.
func medoid(runs [][]int, among []int) int {
	best, most := 0, -1.0
	for i := range runs {
		sum := 0.0
		for j := range runs {
			sum += agreement(runs[i], runs[j], among)
		}
		if sum > most+1e-9 {
			best, most = i, sum
		}
	}
	return best
}

// agreement is the adjusted Rand index of two groupings.
func agreement(a, b []int, among []int) float64 {
	x, y := make([]int, len(among)), make([]int, len(among))
	for k, i := range among {
		x[k], y[k] = a[i], b[i]
	}
	return AdjustedRand(x, y)
}

// AdjustedRand compares two groupings of the same things: 1 if they are equal, 0
// if they agree as often as chance would have it (Hubert and Arabie 1985).
func AdjustedRand(a, b []int) float64 {
	cells, rows, columns := map[[2]int]int{}, map[int]int{}, map[int]int{}
	for i := range a {
		cells[[2]int{a[i], b[i]}]++
		rows[a[i]]++
		columns[b[i]]++
	}
	both, left, right := pairsIn(cells), pairsIn(rows), pairsIn(columns)
	all := float64(len(a)) * float64(len(a)-1) / 2
	if all == 0 {
		return 1
	}
	expected := left * right / all
	if most := (left + right) / 2; most != expected {
		return (both - expected) / (most - expected)
	}
	return 1
}

// pairsIn counts the pairs of things that share a group.
func pairsIn[K comparable](sizes map[K]int) float64 {
	sum := 0.0
	for _, n := range sizes {
		sum += float64(n) * float64(n-1) / 2
	}
	return sum
}

// stable tells, for each group of a run, the share of its pairs that are together
// in the other runs too.
func stable(runs [][]int, best int, among []int) []float64 {
	groups := map[int][]int{}
	for _, i := range among {
		if k := runs[best][i]; k >= 0 {
			groups[k] = append(groups[k], i)
		}
	}
	out := make([]float64, len(groups))
	for k, members := range groups {
		same, all := 0, 0
		for x, a := range members {
			for _, b := range members[x+1:] {
				for _, run := range runs {
					all++
					if run[a] == run[b] {
						same++
					}
				}
			}
		}
		out[k] = 1
		if all > 0 {
			out[k] = float64(same) / float64(all)
		}
	}
	return out
}

// rounds is how often files may join on account of files that have joined.
const rounds = 4

// join lets every file without a group join the one that it has most to do with.
// All of a round decide at once, so that their order does not matter.
func (n *network) join() {
	for range rounds {
		next := slices.Clone(n.of)
		changed := false
		for i := range n.Nodes {
			if n.of[i] >= 0 {
				continue
			}
			if k, ok := n.vote(i, 0); ok {
				next[i], changed = k, true
			}
		}
		n.of = next
		if !changed {
			break
		}
	}
	n.joinByName()
}

// vote is the group that a file has most links to. Words that it shares with a
// member count like a link.
func (n *network) vote(i int, atLeast float64) (int, bool) {
	votes := map[int]float64{}
	for _, link := range n.near[i] {
		if k := n.of[n.other(link, i)]; k >= 0 {
			votes[k] += n.weight[link]
		}
	}
	for k, w := range n.namesakes(i) {
		votes[k] += w
	}
	return heaviest(votes, atLeast)
}

// namesakes weighs the groups whose entities have the subject of a file: the
// controller of orders belongs to the model Order.
func (n *network) namesakes(i int) map[int]float64 {
	out := map[int]float64{}
	subject := n.Nodes[i].Subject
	if len(subject) == 0 {
		return out
	}
	for j, node := range n.Nodes {
		if n.of[j] < 0 || !node.Entity || len(node.Subject) == 0 {
			continue
		}
		if slices.Equal(node.Subject, subject) {
			out[n.of[j]] += 2
		}
	}
	return out
}

// heaviest is the group with the most votes.
func heaviest(votes map[int]float64, atLeast float64) (int, bool) {
	best, most := -1, atLeast
	for _, k := range slices.Sorted(maps.Keys(votes)) {
		if votes[k] > most {
			best, most = k, votes[k]
		}
	}
	return best, best >= 0
}

// joinByName lets files that nothing refers to join the group that shares their
// rarest words.
func (n *network) joinByName() {
	byWord := map[string]map[int]float64{}
	for i, node := range n.Nodes {
		if n.of[i] < 0 {
			continue
		}
		for _, w := range distinctWords(node.Subject) {
			if byWord[w] == nil {
				byWord[w] = map[int]float64{}
			}
			byWord[w][n.of[i]]++
		}
	}
	next := slices.Clone(n.of)
	for i, node := range n.Nodes {
		if n.of[i] >= 0 {
			continue
		}
		votes := map[int]float64{}
		for _, w := range distinctWords(node.Subject) {
			total := 0.0
			for _, k := range byWord[w] {
				total += k
			}
			for g, k := range byWord[w] {
				votes[g] += n.rare[w] * k / total
			}
		}
		if k, ok := heaviest(votes, 0); ok {
			next[i] = k
		}
	}
	n.of = next
}
