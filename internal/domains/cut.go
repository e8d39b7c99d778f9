package domains

import (
	"cmp"
	"maps"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/graph/community"
	"gonum.org/v1/gonum/graph/simple"
)

// How finely entities are cut. One resolution does not fit all: with modularity
// alone, a group is the larger the larger the whole is (Fortunato and Barthélemy
// 2007), and models of a large application ended up in few groups.
const (
	// seeds is how often groups are looked for; the run that agrees best with the
	// others counts.
	seeds = 9
	// inside is the share of all weight that must stay inside groups.
	inside = 0.7
	// perGroup is how many entities a group must have on average.
	perGroup = 5
)

// resolutions are tried in turn. Below the first, the four repositories fell into
// one large group and crumbs.
func resolutions() []float64 { return []float64{0.5, 0.6, 0.7, 0.85, 1, 1.2} }

// cut finds groups among some nodes: the coarsest of which none holds most of the
// program, or finer ones as long as these keep most weight inside and have some
// entities each. It also tells how stable each group is.
func (n *network) cut(among []int) (of []int, stability []float64) {
	weights := n.affinity(among)
	for _, resolution := range resolutions() {
		run, sure := n.louvain(among, weights, resolution)
		if of != nil && !slices.ContainsFunc(groupsOf(of, among), tooLarge(among)) && !goodCut(run, among, weights) {
			break
		}
		of, stability = run, sure
	}
	of, stability = n.split(of, stability, among)
	return n.divide(of, stability, among)
}

// goodCut tells whether groups keep enough weight inside, and are few enough.
func goodCut(of, among []int, weights map[[2]int]float64) bool {
	return within(of, weights) >= inside && len(groupsOf(of, among))*perGroup <= len(among)
}

// within is the share of all weight that lies inside groups.
func within(of []int, weights map[[2]int]float64) float64 {
	all, kept := 0.0, 0.0
	for _, p := range sortedPairs(weights) {
		all += weights[p]
		if of[p[0]] == of[p[1]] {
			kept += weights[p]
		}
	}
	if all == 0 {
		return 0
	}
	return kept / all
}

func sortedPairs(weights map[[2]int]float64) [][2]int {
	return slices.SortedFunc(maps.Keys(weights), func(a, b [2]int) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) })
}

// weighted is a graph in the form that gonum wants, filled in a fixed order.
func weighted(among []int, weights map[[2]int]float64) *simple.WeightedUndirectedGraph {
	g := simple.NewWeightedUndirectedGraph(0, 0)
	for _, i := range among {
		g.AddNode(simple.Node(i))
	}
	for _, p := range sortedPairs(weights) {
		g.SetWeightedEdge(g.NewWeightedEdge(simple.Node(p[0]), simple.Node(p[1]), weights[p]))
	}
	return g
}

// louvain finds groups several times, with fixed seeds, and keeps the run that
// agrees best with the others. Without any weight, and outside of the nodes, the
// group is -1.
func (n *network) louvain(among []int, weights map[[2]int]float64, resolution float64) (of []int, stability []float64) {
	g := weighted(among, weights)
	runs := make([][]int, seeds)
	for seed := range runs {
		runs[seed] = slices.Repeat([]int{-1}, len(n.Nodes))
		if len(weights) == 0 {
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

// The bounds of a group that is a domain: one that holds more entities than this,
// and a larger share of all of them, is looked at again at a finer resolution.
const (
	splitShare = 0.5
	splitSize  = 12
	finest     = 4.0
)

func tooLarge(among []int) func(group []int) bool {
	return func(group []int) bool {
		return len(group) > splitSize && float64(len(group)) > splitShare*float64(len(among))
	}
}

// groupsOf lists the members of each group.
func groupsOf(of, among []int) [][]int {
	var out [][]int
	for _, i := range among {
		for of[i] >= len(out) {
			out = append(out, nil)
		}
		if of[i] >= 0 {
			out[of[i]] = append(out[of[i]], i)
		}
	}
	return out
}

// split takes groups apart that hold most of the program at any resolution.
func (n *network) split(of []int, stability []float64, among []int) ([]int, []float64) {
	for fine := 2.0; fine <= finest; fine *= 2 {
		for _, members := range slices.DeleteFunc(groupsOf(of, among), func(group []int) bool { return !tooLarge(among)(group) }) {
			if parts, sure := n.louvain(members, n.affinity(members), fine); len(sure) > 0 {
				of, stability = renumbered(of, stability, members, parts, sure)
			}
		}
	}
	return of, stability
}

// The bounds of a group that is a giant: it holds more than a fifth of the entities,
// and falls apart into groups that keep most weight inside and are no crumbs.
const (
	giantShare = 0.2
	giantParts = 8
)

// divide takes giants apart that are several clusters of tables. What is one knot
// stays whole.
func (n *network) divide(of []int, stability []float64, among []int) ([]int, []float64) {
	for _, fine := range []float64{1, 1.5, 2} {
		for _, members := range groupsOf(of, among) {
			if len(members) <= splitSize || float64(len(members)) <= giantShare*float64(len(among)) {
				continue
			}
			weights := n.affinity(members)
			parts, sure := n.louvain(members, weights, fine)
			if len(sure) < 2 || within(parts, weights) < inside || len(sure)*giantParts > len(members) {
				continue
			}
			of, stability = renumbered(of, stability, members, parts, sure)
		}
	}
	return of, stability
}

// renumbered puts the parts of a group in its place: the first keeps its number.
func renumbered(of []int, stability []float64, members, parts []int, sure []float64) ([]int, []float64) {
	k, next := of[members[0]], len(stability)
	for _, i := range members {
		if parts[i] > 0 {
			of[i] = next + parts[i] - 1
		}
	}
	stability[k] = sure[0]
	return of, append(stability, sure[1:]...)
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
