package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/stateaudit/stateaudit/internal/domains"
)

// minPackages is how many packages a domain must have to count.
const minPackages = 2

// goPackage is a package as its imports show it.
type goPackage struct {
	dir     string // relative to the root
	program bool
	imports map[string]int // by directory: the files that import it
}

// folderPackages takes the packages of a Go checkout, of which the folders below
// one of a name are the domains.
func folderPackages(root, namespace string) (sample, error) {
	packages, err := readPackages(root)
	if err != nil {
		return sample{}, err
	}
	truth := map[string]string{}
	for dir := range packages {
		truth[dir] = below(dir, namespace)
	}
	return packageSample(packages, truth), nil
}

// entryPackages takes the packages of a Go checkout, and lets each belong to the
// one program that reaches it.
func entryPackages(root string) (sample, error) {
	packages, err := readPackages(root)
	if err != nil {
		return sample{}, err
	}
	return packageSample(packages, owners(packages)), nil
}

// owners gives each package the one program that reaches it, "" if there are
// several or none.
func owners(packages map[string]*goPackage) map[string]string {
	reached := map[string][]string{}
	for _, dir := range slices.Sorted(maps.Keys(packages)) {
		if entry(packages, dir) {
			for _, to := range closure(packages, dir) {
				reached[to] = append(reached[to], dir)
			}
		}
	}
	truth := map[string]string{}
	for dir, by := range reached {
		if len(by) == 1 {
			truth[dir] = by[0]
		}
	}
	return truth
}

// entry tells what is run: a program, or a command that a program registers, which
// is a package right below cmd. A program that does nothing but import such
// commands is none of its own, and neither is one that helps to build.
func entry(packages map[string]*goPackage, dir string) bool {
	p := packages[dir]
	if p == nil || !p.program && path.Base(path.Dir(dir)) != "cmd" {
		return false
	}
	for to := range p.imports {
		if path.Base(path.Dir(to)) == "cmd" && packages[to] != nil {
			return false
		}
	}
	return true
}

// closure lists what a package imports, and what that imports, itself included.
func closure(packages map[string]*goPackage, dir string) []string {
	seen := map[string]bool{dir: true}
	for queue := []string{dir}; len(queue) > 0; queue = queue[1:] {
		for to := range packages[queue[0]].imports {
			if packages[to] != nil && !seen[to] {
				seen[to] = true
				queue = append(queue, to)
			}
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

// packageSample hides the folders of packages. Commands are left out altogether:
// they would give the domains away.
func packageSample(packages map[string]*goPackage, truth map[string]string) sample {
	s := sample{unit: "packages"}
	index := map[string]int{}
	for _, dir := range slices.Sorted(maps.Keys(packages)) {
		if packages[dir].program || slices.Contains(strings.Split(dir, "/"), "cmd") {
			continue
		}
		index[dir] = len(s.nodes)
		s.nodes = append(s.nodes, dir)
		s.truth = append(s.truth, truth[dir])
		s.layer = append(s.layer, strings.Split(dir, "/")[0])
		s.graph.Nodes = append(s.graph.Nodes, domains.Node{Subject: domains.Subject(path.Base(dir))})
	}
	for _, dir := range s.nodes {
		imports := packages[dir].imports
		for _, to := range slices.Sorted(maps.Keys(imports)) {
			if i, ok := index[to]; ok {
				s.graph.Links = append(s.graph.Links, domains.Link{From: index[dir], To: i, Count: imports[to]})
			}
		}
	}
	s.truth = large(s.truth, minPackages)
	return s
}

// readPackages reads which packages a checkout has, by directory, and what they
// import of each other.
func readPackages(root string) (map[string]*goPackage, error) {
	module, err := modulePath(filepath.Join(root, "go.mod"))
	if err != nil {
		return nil, err
	}
	out := map[string]*goPackage{}
	err = filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() {
			if file != root && (name == "vendor" || name == "testdata" || name[0] == '.' || name[0] == '_') {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		rel, err := filepath.Rel(root, filepath.Dir(file))
		if err != nil {
			return err
		}
		return readImports(out, file, filepath.ToSlash(rel), module)
	})
	return out, err
}

// readImports adds a file to the package that it is of.
func readImports(packages map[string]*goPackage, file, dir, module string) error {
	syntax, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
	if err != nil {
		return err
	}
	p := packages[dir]
	if p == nil {
		p = &goPackage{dir: dir, imports: map[string]int{}}
		packages[dir] = p
	}
	p.program = p.program || syntax.Name.Name == "main"
	for _, i := range syntax.Imports {
		name, err := strconv.Unquote(i.Path.Value)
		if err != nil {
			return err
		}
		if inside, ok := strings.CutPrefix(name, module+"/"); ok && inside != dir {
			p.imports[inside]++
		}
	}
	return nil
}

// modulePath reads the name of a module.
func modulePath(file string) (string, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(string(content)) {
		if name, ok := strings.CutPrefix(strings.TrimSpace(line), "module "); ok {
			return strings.Trim(strings.TrimSpace(name), `"`), nil
		}
	}
	return "", os.ErrNotExist
}
