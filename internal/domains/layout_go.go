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

// layoutGo makes a domain of what packages are called once the names of
// containers and layers are taken away: internal/orders, services/orders/http
// and models/order are all about orders.
func (b *builder) layoutGo() {
	groups := map[string][]string{} // key to files
	spelt := map[string]map[string]int{}
	for _, f := range b.sources {
		if b.language[f.Path] != unit.Go || !b.free(f.Path) {
			continue
		}
		word := subject(path.Dir(f.Path))
		if word == "" {
			continue
		}
		key := names.Key(word)
		groups[key] = append(groups[key], f.Path)
		if spelt[key] == nil {
			spelt[key] = map[string]int{}
		}
		spelt[key][word] += f.Lines
	}
	if len(groups) < 2 {
		return // nothing is told apart; the graph may know more
	}
	for _, key := range slices.Sorted(maps.Keys(groups)) {
		d := b.draft("layout:"+key, mostly(spelt[key]), FromLayout)
		for _, f := range groups[key] {
			b.put(d, f)
		}
	}
}

// subject is the first part of a folder's path that is no container, layer or
// program, or "".
func subject(dir string) string {
	for i, part := range strings.Split(dir, "/") {
		if i == 0 && (part == "cmd" || part == "tools" || part == "scripts" || part == "hack" || part == "examples" || part == "test" || part == "tests" || part == "contrib" || part == "build") {
			return ""
		}
		if part != "." && !technical(part) {
			return part
		}
	}
	return ""
}

// mostly is the word with the largest count, the first in order if there are
// several.
func mostly(count map[string]int) string {
	return slices.MaxFunc(slices.Sorted(maps.Keys(count)), func(x, y string) int {
		return cmp.Or(cmp.Compare(count[x], count[y]), cmp.Compare(y, x))
	})
}
