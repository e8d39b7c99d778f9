package golang

import (
	"path"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"

	"github.com/stateaudit/stateaudit/internal/names"
)

// showing are the words by which the folders of programs go that show, or measure, what others
// of the same checkout do.
var showing = []string{"demo", "demos", "example", "examples", "sample", "samples", "bench", "benchmark", "benchmarks", "loadtest"}

// shows tells the folder of a program that is there to show or to measure something.
func shows(folder string) bool {
	return slices.ContainsFunc(strings.Split(folder, "/"), func(part string) bool {
		return slices.ContainsFunc(names.Tokens(part), func(w string) bool { return slices.Contains(showing, w) })
	})
}

// shownOf lists the programs, by their paths, that show or measure what others of the checkout do,
// and the packages that only these import: nobody deploys them. Where all programs lie in such
// folders, they are what there is.
func (l *loader) shownOf(pkgs []*packages.Package) map[string]bool {
	out := map[string]bool{}
	others := false
	for _, p := range pkgs {
		if p.Name != "main" || len(p.CompiledGoFiles) == 0 {
			continue
		}
		if folder := path.Dir(l.packageFile(p)); shows(folder) {
			out[p.PkgPath] = true
		} else {
			others = true
		}
	}
	if !others || len(out) == 0 {
		return nil
	}
	importers := map[string][]string{}
	for _, p := range pkgs {
		for _, imported := range p.Imports {
			importers[imported.PkgPath] = append(importers[imported.PkgPath], p.PkgPath)
		}
	}
	for grown := true; grown; {
		grown = false
		for _, p := range pkgs {
			by := importers[p.PkgPath]
			if !out[p.PkgPath] && len(by) > 0 && !slices.ContainsFunc(by, func(from string) bool { return !out[from] }) {
				out[p.PkgPath], grown = true, true
			}
		}
	}
	return out
}
