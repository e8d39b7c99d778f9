package domains

import (
	"path"
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/facts"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// settle goes over the files of an application once its models, and what is called
// after them, have their domains: what several domains use and what itself has to do
// with none is shared; what only one domain uses is a part of it, and so is what lies
// in a folder of its files.
func (b *builder) settle() {
	use := b.neighbours()
	b.share(use)
	for b.usedByOne(use) || b.foldersOfOne() {
	}
	b.views()
}

// neighbourhood is, by file, who names it and whom it names.
type neighbourhood struct{ from, to map[string][]string }

// neighbours collects the references between files of the application, views
// included. Configuration, tasks and migrations use everything.
func (b *builder) neighbours() neighbourhood {
	out := neighbourhood{map[string][]string{}, map[string][]string{}}
	for _, r := range b.in.Facts.References() {
		if r.From != r.To && b.language[r.From] == unit.Ruby && b.language[r.To] == unit.Ruby && b.application(r.From) && b.application(r.To) {
			out.from[r.To] = append(out.from[r.To], r.From)
			out.to[r.From] = append(out.to[r.From], r.To)
		}
	}
	return out
}

// minSharers is how many domains must use a file for it to be shared.
const minSharers = 3

// share takes out of their domains the files that have nothing to do with them: several
// domains use them, and they name nothing of their own. Helpers that draw a table or a
// dialog came to whoever draws most.
func (b *builder) share(use neighbourhood) {
	var shared []string
	for f, d := range b.of {
		if d.Source != FromGraph && !d.joined[f] || b.alive[f] || facts.IsView(f) || b.language[f] != unit.Ruby {
			continue
		}
		users := map[*draft]bool{}
		for _, from := range use.from[f] {
			if by := b.of[from]; by != nil {
				users[by] = true
			}
		}
		about := slices.ContainsFunc(use.to[f], func(to string) bool { return b.of[to] == d }) || b.calledAfterModel(f)
		if len(users) >= minSharers && !about {
			shared = append(shared, f)
		}
	}
	for _, f := range shared {
		delete(b.of[f].joined, f)
		delete(b.of, f)
		b.kernel[f] = true
	}
}

// calledAfterModel tells whether the name of a file is that of a model, and perhaps a
// word for a layer.
func (b *builder) calledAfterModel(file string) bool {
	return b.modelNames[strings.Join(Subject(file), "_")]
}

// usedByOne lets files join the domain that alone uses them, and tells whether any did.
// Of models that was decided by all that they have to do with.
func (b *builder) usedByOne(use neighbourhood) bool {
	next := map[string]*draft{}
	for _, f := range b.sources {
		if b.language[f.Path] != unit.Ruby || !b.free(f.Path) || !b.application(f.Path) || b.modelFiles[f.Path] || len(use.from[f.Path]) == 0 {
			continue
		}
		if d := b.onlyOne(use.from[f.Path]); d != nil {
			next[f.Path] = d
		}
	}
	return b.join(next)
}

// onlyOne is the domain that all of some files belong to, nil if there is none.
func (b *builder) onlyOne(files []string) *draft {
	d := b.of[files[0]]
	if d == nil || slices.ContainsFunc(files, func(f string) bool { return b.of[f] != d }) {
		return nil
	}
	return d
}

// minSiblings is how many files of a folder must have a domain for it to tell where the
// others belong.
const minSiblings = 2

// foldersOfOne lets files join the domain of those beside them, if all of these belong
// to the same one and the folder is no layer; it tells whether any did.
func (b *builder) foldersOfOne() bool {
	beside := map[string][]string{}
	for _, f := range b.sources {
		if dir := path.Dir(f.Path); b.language[f.Path] == unit.Ruby && b.of[f.Path] != nil && !facts.IsView(f.Path) && telling(dir) {
			beside[dir] = append(beside[dir], f.Path)
		}
	}
	next := map[string]*draft{}
	for _, f := range b.sources {
		siblings := beside[path.Dir(f.Path)]
		if b.language[f.Path] != unit.Ruby || !b.free(f.Path) || !b.application(f.Path) || b.modelFiles[f.Path] || len(siblings) < minSiblings {
			continue
		}
		if d := b.onlyOne(siblings); d != nil {
			next[f.Path] = d
		}
	}
	return b.join(next)
}

// telling tells folders below a layer, or below lib, whose name says what is in them.
func telling(dir string) bool {
	if layer, below := layerOf(dir + "/x"); layer != "" {
		return layer != "views" && below != "" && !technicalNamespace(path.Base(dir))
	}
	_, below, found := strings.Cut("/"+dir, "/lib/")
	return found && below != "" && !technicalNamespace(path.Base(dir))
}

// join assigns files by inference, and tells whether there were any.
func (b *builder) join(next map[string]*draft) bool {
	for f, d := range next {
		b.put(d, f)
		if d.Source != FromGraph {
			d.joined[f] = true
		}
	}
	return len(next) > 0
}
