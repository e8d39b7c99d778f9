package golang

import (
	"path"
	"path/filepath"
	"strings"

	"github.com/stateaudit/stateaudit/internal/frontend"
)

// orphans is a module for the Go files that lie in none, nil if there are none:
// the go command reads no file without a go.mod. It is handed one that is not
// there, so that nothing is written into the checkout.
func orphans(in frontend.Input, mods []module) *module {
	for _, f := range in.Files {
		if strings.HasSuffix(f, ".go") && !isFixture(f) && !belongs(f, mods) {
			return &module{dir: in.Root, rel: ".", gomod: filepath.Join(in.Root, "go.mod"), invented: true}
		}
	}
	return nil
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
	return map[string][]byte{m.gomod: []byte("module checkout.invalid\n\ngo " + ownGoVersion() + "\n")}
}

// explain tells once why packages of an invented module lack types, if some do.
func (l *loader) explain(m module, before int) {
	if m.invented && len(l.problems) > before {
		l.problem(".", 0, "Go files here belong to no module (there is no go.mod): they are read, but nothing is known of other modules that they import")
	}
}
