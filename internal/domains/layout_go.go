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
		word := bare(subject(path.Dir(f.Path)))
		if word == "" {
			continue
		}
		key := strings.ReplaceAll(names.Key(word), "_", "") // siteinfo and site_info
		groups[key] = append(groups[key], f.Path)
		if spelt[key] == nil {
			spelt[key] = map[string]int{}
		}
		spelt[key][word] += f.Lines
	}
	b.dissolve(groups)
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

// dominant is the share of a program's lines that make a package the program itself
// rather than a domain of it.
const dominant = 0.4

// dissolve takes out the group that most of the program lies in.
func (b *builder) dissolve(groups map[string][]string) {
	total, lines := 0, map[string]int{}
	for _, f := range b.sources {
		if b.language[f.Path] == unit.Go {
			total += f.Lines
		}
	}
	for key, files := range groups {
		for _, f := range files {
			lines[key] += b.lines[f]
		}
	}
	for key, n := range lines {
		if float64(n) > dominant*float64(total) {
			delete(groups, key)
		}
	}
}

// bare takes the technical words off the end of a name: comment_common is about
// comments.
func bare(word string) string {
	words := names.Tokens(word)
	for len(words) > 1 && technical(words[len(words)-1]) {
		words = words[:len(words)-1]
	}
	if len(words) == len(names.Tokens(word)) {
		return word
	}
	return strings.Join(words, "_")
}

// subject is the first part of a folder's path that is no container, layer or
// program, or "".
func subject(dir string) string { return subjectUnless(dir, technical) }

func subjectUnless(dir string, technical func(string) bool) string {
	for i, part := range strings.Split(dir, "/") {
		if i == 0 && outside(dir) {
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

// outside tells the folders of programs and tools, which are no part of a domain.
func outside(dir string) bool {
	first, _, _ := strings.Cut(dir, "/")
	switch first {
	case "cmd", "tools", "scripts", "hack", "examples", "test", "tests", "contrib", "build":
		return true
	}
	return false
}
