package domains

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// The bounds of what the layout of Go calls a domain.
const (
	// storeShare is the share of a program's tables that makes a package the layer
	// that stores, and storeTables how many there must be to tell.
	storeShare  = 0.6
	storeTables = 8
	// otherProgram is the share of the endpoints of the largest program below which
	// another one is a tool beside it.
	otherProgram = 0.25
)

// dropLayers frees the files of packages that by what they do are a layer: nearly
// all tables are in one of them.
func (b *builder) dropLayers() {
	count, all := map[*draft]int{}, 0
	for f := range b.in.Facts.Entities {
		if b.language[f] == unit.Go {
			all++
			count[b.of[f]]++
		}
	}
	if all < storeTables {
		return
	}
	for f, d := range b.of {
		if d.Source == FromLayout && b.language[f] == unit.Go && float64(count[d]) >= storeShare*float64(all) {
			delete(b.of, f)
		}
	}
}

// dropPrograms gives to the kernel what only other programs than the one that
// serves reach: command lines, generators, agents.
func (b *builder) dropPrograms() {
	mains, beside := b.programs(), map[string]bool{}
	most := 0
	for _, m := range mains {
		most = max(most, m.endpoints)
	}
	inside := map[string]bool{}
	for _, m := range mains {
		for dir := range m.reached {
			if float64(m.endpoints) >= otherProgram*float64(most) {
				inside[dir] = true
			} else {
				beside[dir] = true
			}
		}
	}
	if most == 0 {
		return // nothing tells which program serves
	}
	for _, f := range b.sources {
		dir := path.Dir(f.Path)
		if b.language[f.Path] == unit.Go && b.free(f.Path) && (beside[dir] && !inside[dir] || migrates(dir)) {
			b.kernel[f.Path] = true
		}
	}
}

// migrates tells folders of steps that change a schema.
func migrates(dir string) bool {
	return slices.ContainsFunc(strings.Split(dir, "/"), func(p string) bool { return p == "migrations" || p == "migration" })
}

// goProgram is a program of the checkout with the packages that it reaches and how
// many endpoints are in these.
type goProgram struct {
	reached   map[string]bool
	endpoints int
}

// programs lists the programs of Go, by what their packages refer to.
func (b *builder) programs() []goProgram {
	next := map[string]map[string]bool{}
	for _, r := range b.in.Facts.References() {
		from, to := path.Dir(r.From), path.Dir(r.To)
		if b.language[r.From] != unit.Go || b.language[r.To] != unit.Go || from == to {
			continue
		}
		if next[from] == nil {
			next[from] = map[string]bool{}
		}
		next[from][to] = true
	}
	mains := map[string]bool{}
	for _, fn := range b.in.Facts.Program.Functions() {
		if fn.Language == unit.Go && !fn.Test && fn.Name == "main" && fn.HasRole(unit.Main) {
			mains[path.Dir(fn.Location.File)] = true
		}
	}
	ways := map[string]int{}
	for _, e := range b.in.Facts.Endpoints {
		ways[path.Dir(e.Function.Location.File)]++
	}
	var out []goProgram
	for _, dir := range slices.Sorted(maps.Keys(mains)) {
		p := goProgram{reached: map[string]bool{dir: true}}
		for queue := []string{dir}; len(queue) > 0; queue = queue[1:] {
			p.endpoints += ways[queue[0]]
			for to := range next[queue[0]] {
				if !p.reached[to] {
					p.reached[to] = true
					queue = append(queue, to)
				}
			}
		}
		out = append(out, p)
	}
	return out
}
