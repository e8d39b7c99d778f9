package golang

import (
	"go/parser"
	"go/token"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	xmodule "golang.org/x/mod/module"

	"github.com/stateaudit/stateaudit/internal/frontend"
)

// orphans is a module for the Go files that lie in none, nil if there are none:
// the go command reads no file without a go.mod. It is handed one that is not
// there, so that nothing is written into the checkout.
func orphans(in frontend.Input, mods []module) *module {
	for _, f := range in.Files {
		if strings.HasSuffix(f, ".go") && !isFixture(f) && !belongs(f, mods) {
			return &module{dir: in.Root, rel: ".", gomod: filepath.Join(in.Root, "go.mod"), invented: true, name: ownPath(in)}
		}
	}
	return nil
}

// ownPath is the path by which packages of a checkout without a module import each
// other: in the time of GOPATH, and of dep and glide, the folder said it. It is the one
// behind which most imports name a folder of Go files of the checkout.
func ownPath(in frontend.Input) string {
	folders := map[string]bool{}
	for _, f := range in.Files {
		if strings.HasSuffix(f, ".go") && !isFixture(f) {
			folders[path.Dir(f)] = true
		}
	}
	count := map[string]int{}
	for _, f := range in.Files {
		if !strings.HasSuffix(f, ".go") || isFixture(f) || slices.Contains(in.Refused, f) {
			continue
		}
		syntax, err := parser.ParseFile(token.NewFileSet(), filepath.Join(in.Root, filepath.FromSlash(f)), nil, parser.ImportsOnly)
		if err != nil {
			continue
		}
		for _, i := range syntax.Imports {
			name, _ := strconv.Unquote(i.Path.Value)
			for at := strings.IndexByte(name, '/'); at >= 0; at = next(name, at) {
				if folders[name[at+1:]] && xmodule.CheckPath(name[:at]) == nil {
					count[name[:at]]++
				}
			}
		}
	}
	best := "checkout.invalid"
	for name, n := range count {
		if m := count[best]; n > m || n == m && name < best {
			best = name
		}
	}
	return best
}

// next is the place of the next slash of a path, negative if there is none.
func next(name string, at int) int {
	i := strings.IndexByte(name[at+1:], '/')
	if i < 0 {
		return i
	}
	return at + 1 + i
}

// belongs tells whether a file lies in one of some modules.
func belongs(file string, mods []module) bool {
	for dir := path.Dir(file); ; dir = path.Dir(dir) {
		for _, m := range mods {
			if m.rel == dir {
				return true
			}
		}
		if dir == "." {
			return false
		}
	}
}

// overlay is what the go command takes for files of the module, beside those that
// are there.
func (m module) overlay() map[string][]byte {
	if !m.invented {
		return nil
	}
	return map[string][]byte{m.gomod: []byte("module " + m.name + "\n\ngo " + ownGoVersion() + "\n")}
}

// explain tells once why packages of an invented module lack types, if some do.
func (l *loader) explain(m module, before int) {
	if m.invented && len(l.problems) > before {
		l.problem(".", 0, "Go files here belong to no module (there is no go.mod): they are read, but nothing is known of other modules that they import")
	}
}
