package golang

import (
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"sort"
	"strings"

	"github.com/stateaudit/stateaudit/internal/frontend"
)

// module is a go.mod and the folder it stands in.
type module struct {
	dir   string // absolute
	rel   string // relative to the root, slash-separated
	gomod string // absolute
	// invented tells that there is no such go.mod, and name is then its path.
	invented bool
	name     string
}

// modulesOf finds the modules of the checkout. If there is none, the root may be
// a folder of a module that begins above.
func modulesOf(in frontend.Input) []module {
	dirs := map[string]bool{}
	for _, f := range in.Files {
		if path.Base(f) == "go.mod" && !isFixture(f) {
			dirs[path.Dir(f)] = true
		}
	}
	var mods []module
	for d := range dirs {
		abs := filepath.Join(in.Root, filepath.FromSlash(d))
		mods = append(mods, module{dir: abs, rel: d, gomod: filepath.Join(abs, "go.mod")})
	}
	if gomod := above(in.Root); len(mods) == 0 && gomod != "" {
		mods = append(mods, module{dir: in.Root, rel: ".", gomod: gomod})
	}
	if m := orphans(in, mods); m != nil {
		mods = append(mods, *m)
	}
	sort.Slice(mods, func(i, j int) bool { return mods[i].rel < mods[j].rel })
	return mods
}

// above finds the go.mod that holds for a folder, as the go command does.
func above(dir string) string {
	for filepath.Dir(dir) != dir {
		dir = filepath.Dir(dir)
		if name := filepath.Join(dir, "go.mod"); fileExists(name) {
			return name
		}
	}
	return ""
}

// isFixture tells a path below a folder that the go tool leaves out as well.
func isFixture(p string) bool {
	for _, part := range strings.Split(path.Dir(p), "/") {
		if part == "testdata" || part == "vendor" || part == "node_modules" || (part != "." && strings.HasPrefix(part, "_")) {
			return true
		}
	}
	return false
}

// modulePath reads the module line of a go.mod.
func modulePath(gomod string) string {
	src, err := os.ReadFile(gomod)
	if err != nil {
		return ""
	}
	m := regexp.MustCompile(`(?m)^module\s+"?([^"\s]+)`).FindSubmatch(src)
	if m == nil {
		return ""
	}
	return string(m[1])
}

// refusedModule names the file of a module that the go command would open though
// it must not be, "" if there is none: its own, and in a workspace those of all.
func (l *loader) refusedModule(m module) string {
	var above []string // folders from the module's up to the root
	for dir := m.rel; ; dir = path.Dir(dir) {
		above = append(above, dir)
		if dir == "." || dir == "/" {
			break
		}
	}
	workspace := slices.ContainsFunc(above, func(dir string) bool {
		return fileExists(filepath.Join(l.root, filepath.FromSlash(dir), "go.work"))
	})
	for _, f := range l.refused {
		dir := path.Dir(f)
		switch path.Base(f) {
		case "go.work", "go.work.sum":
			if slices.Contains(above, dir) {
				return f
			}
		case "go.mod", "go.sum", "modules.txt":
			if workspace || dir == m.rel || dir == path.Join(m.rel, "vendor") {
				return f
			}
		}
	}
	return ""
}

// patterns names the packages of a module: all, or, if folders in it were left
// out as fixtures, one by one, so that the go command loads and fetches nothing
// for those.
func (l *loader) patterns(m module) []string {
	below := func(p string) bool { return m.rel == "." || p == m.rel || strings.HasPrefix(p, m.rel+"/") }
	if !slices.ContainsFunc(l.input.LeftOut, below) {
		return []string{"./..."}
	}
	modules, dirs := map[string]bool{}, map[string]bool{}
	for _, f := range l.input.Files {
		if path.Base(f) == "go.mod" {
			modules[path.Dir(f)] = true
		}
	}
	for _, f := range l.input.Files {
		dir := path.Dir(f)
		if strings.HasSuffix(f, ".go") && !isFixture(f) && below(dir) && moduleOf(dir, modules) == m.rel {
			rel := strings.TrimPrefix(strings.TrimPrefix(dir, m.rel), "/")
			if m.rel == "." {
				rel = dir
			}
			if !passedOver(rel) {
				dirs["./"+rel] = true
			}
		}
	}
	if len(dirs) == 0 {
		return []string{"./..."}
	}
	return slices.Sorted(maps.Keys(dirs))
}

// passedOver tells a folder that "./..." does not match: it, or one around it, begins
// with a dot or an underscore.
func passedOver(rel string) bool {
	return slices.ContainsFunc(strings.Split(rel, "/"), func(dir string) bool {
		return len(dir) > 1 && (dir[0] == '.' || dir[0] == '_')
	})
}

// moduleOf is the innermost folder above one that has a go.mod.
func moduleOf(dir string, modules map[string]bool) string {
	for ; dir != "."; dir = path.Dir(dir) {
		if modules[dir] {
			return dir
		}
	}
	return "."
}

// lowerGoVersion writes a copy of go.mod that asks for no newer Go than this
// one, since a checkout ahead of the user's toolchain can still be read. It
// returns the flag that makes the go command use the copy.
func lowerGoVersion(m module) ([]string, func()) {
	src, err := os.ReadFile(m.gomod)
	if err != nil {
		return nil, nil
	}
	lowered := regexp.MustCompile(`(?m)^go\s+\S+`).ReplaceAll(src, []byte("go "+ownGoVersion()))
	lowered = regexp.MustCompile(`(?m)^toolchain\s+.*$`).ReplaceAll(lowered, nil)
	sum, err := os.ReadFile(filepath.Join(m.dir, "go.sum"))
	if err != nil {
		sum = nil
	}
	return modFile(lowered, sum)
}

// modFile writes a go.mod and go.sum outside the checkout. It returns the flag that
// makes the go command use them.
func modFile(gomod, gosum []byte) (flags []string, cleanup func()) {
	dir, err := os.MkdirTemp("", "stateaudit-gomod")
	if err != nil {
		return nil, nil
	}
	cleanup = func() { os.RemoveAll(dir) }
	for name, content := range map[string][]byte{"go.mod": gomod, "go.sum": gosum} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			cleanup()
			return nil, nil
		}
	}
	return []string{"-modfile=" + filepath.Join(dir, "go.mod")}, cleanup
}

// ownGoVersion is the language version of the running toolchain, as go.mod
// writes it: 1.26.
func ownGoVersion() string {
	m := regexp.MustCompile(`go(\d+\.\d+)`).FindStringSubmatch(runtime.Version())
	if m == nil {
		return "1.24"
	}
	return m[1]
}
