// Command recovery measures how well domains are found where folders do not tell:
// it hides the boundaries that a repository has declared, lets them be inferred
// from what refers to what and from the names of files, and compares.
//
//	go run ./internal/bench/recovery [-namespace NAME] CHECKOUT...
//	go run ./internal/bench/recovery -layout CHECKOUT...
//	go run ./internal/bench/recovery -packages -namespace NAME CHECKOUT...
//	go run ./internal/bench/recovery -entry CHECKOUT...
//
// A Ruby file's true domain is the innermost folder with a package.yml around it,
// or else, with -namespace, the folder below one of that name. Domains of fewer
// than eight files are left out. With -layout it is the first folder below
// app/models, app/controllers and so on: the module that people have put it into.
//
// With -packages the packages of a Go checkout are compared and not files: their
// true domain is the folder below one of the name, and they are cut by their
// imports. With -entry it is the one program that reaches them by imports; what
// several reach is left out.
package main

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/audit"
	"github.com/stateaudit/stateaudit/internal/domains"
	"github.com/stateaudit/stateaudit/internal/facts"
)

func main() {
	namespace := flag.String("namespace", "", "folder whose sub-folders are domains")
	packages := flag.Bool("packages", false, "compare the packages of Go, not the files of Ruby")
	layout := flag.Bool("layout", false, "a domain is the first folder below the folders of a Rails application")
	entry := flag.Bool("entry", false, "a domain is what one program of Go alone reaches by imports")
	flag.Parse()
	for _, root := range flag.Args() {
		var s sample
		var err error
		switch {
		case *entry:
			s, err = entryPackages(root)
		case *packages:
			s, err = folderPackages(root, *namespace)
		case *layout:
			s, err = files(root, layoutFolders)
		default:
			s, err = files(root, *namespace)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, root+":", err)
			os.Exit(1)
		}
		s.report(filepath.Base(root))
	}
}

// sample is a repository with its boundaries known and hidden.
type sample struct {
	unit  string // what the nodes are
	nodes []string
	truth []string // by node, "" for those that do not count
	layer []string // by node, the technical folder that it lies in
	graph domains.Graph
}

// report infers and prints how that and some methods that anyone could think of
// compare with the truth.
func (s sample) report(name string) {
	c := domains.Infer(s.graph)
	var want, found, layer, first, one []string
	for i := range s.nodes {
		if s.truth[i] == "" {
			continue
		}
		want = append(want, s.truth[i])
		found = append(found, fmt.Sprint(c.Of[i]))
		layer = append(layer, s.layer[i])
		first = append(first, strings.Join(s.graph.Nodes[i].Subject[:min(1, len(s.graph.Nodes[i].Subject))], ""))
		one = append(one, "")
	}
	random := slices.Clone(want)
	rand.New(rand.NewPCG(1, 1)).Shuffle(len(random), func(i, j int) { random[i], random[j] = random[j], random[i] })
	truth := numbers(want)
	fmt.Printf("%s: %d %s, %d domains\n", name, len(want), s.unit, distinct(truth))
	for _, m := range []struct {
		name string
		got  []string
	}{{"inferred", found}, {"one cluster", one}, {"layer folders", layer}, {"random", random}, {"first word", first}} {
		got := numbers(m.got)
		p, r := bCubed(got, truth)
		fmt.Printf("  %-14s ARI %.2f  B-cubed P %.2f R %.2f F1 %.2f  groups %d\n", m.name, domains.AdjustedRand(got, truth), p, r, 2*p*r/(p+r), distinct(got))
	}
}

// minFiles is how many files a domain must have to count.
const minFiles = 8

// files takes the sources of a Rails application.
func files(root, namespace string) (sample, error) {
	out, err := audit.Study(context.Background(), audit.Options{Root: root, Offline: true})
	if err != nil {
		return sample{}, err
	}
	truth := labels(root, out.Ranking.Facts, namespace)
	if namespace == layoutFolders {
		owning(truth, out.Ranking.Facts)
	}
	s := sample{unit: "files", nodes: slices.Sorted(maps.Keys(truth))}
	for _, f := range s.nodes {
		s.truth = append(s.truth, truth[f])
		s.layer = append(s.layer, layerOf(f))
	}
	s.truth = large(s.truth, minFiles)
	s.graph = hidden(s.nodes, out.Ranking.Facts)
	return s, nil
}

// large leaves out the domains that are too small to say anything.
func large(truth []string, least int) []string {
	size := map[string]int{}
	for _, d := range truth {
		size[d]++
	}
	out := slices.Clone(truth)
	for i, d := range truth {
		if size[d] < least {
			out[i] = ""
		}
	}
	return out
}

// labels gives every Ruby source below app or lib its declared domain, "" if there
// is none.
func labels(root string, f *facts.Facts, namespace string) map[string]string {
	truth := map[string]string{}
	packages := map[string]bool{}
	for _, u := range f.Program.Units {
		for _, file := range u.Files {
			if path.Ext(file.Path) != ".rb" || file.Test || file.Vendored || !strings.Contains("/"+file.Path, "/app/") && !strings.Contains("/"+file.Path, "/lib/") {
				continue
			}
			truth[file.Path] = declared(root, file.Path, namespace, packages)
		}
	}
	return truth
}

func declared(root, file, namespace string, packages map[string]bool) string {
	for dir := path.Dir(file); dir != "."; dir = path.Dir(dir) {
		is, known := packages[dir]
		if !known {
			_, err := os.Stat(filepath.Join(root, filepath.FromSlash(dir), "package.yml"))
			is = err == nil
			packages[dir] = is
		}
		if is {
			return dir
		}
	}
	switch namespace {
	case "":
		return ""
	case layoutFolders:
		return belowLayer(file)
	}
	return below(path.Dir(file), namespace)
}

// layoutFolders stands for the folders right below app/models, app/controllers and
// so on in place of a name.
const layoutFolders = "*"

// belowLayer is the first folder below the technical folder of a Rails application
// that a file lies in, "" if there is none. Folders that only say for whom, or how,
// something is answered are looked into.
func belowLayer(file string) string {
	parts := strings.Split(path.Dir("/"+file), "/")
	at := slices.Index(parts, "app")
	for i := at + 2; at >= 0 && i < len(parts); i++ {
		switch parts[i] {
		case "concerns", "api", "v1", "v2", "v3", "admin", "internal", "public", "spi":
			continue
		}
		return strings.Join(domains.Subject(parts[i]), "_")
	}
	return ""
}

// owning keeps the namespaces that have models and stand below several technical
// folders: others are layers of a finer kind. The model that a namespace is called
// after belongs to it.
func owning(truth map[string]string, f *facts.Facts) {
	owns, layers := map[string]bool{}, map[string]map[string]bool{}
	for _, m := range f.Models {
		owns[truth[m.Type.Location.File]] = true
	}
	for file, d := range truth {
		if layers[d] == nil {
			layers[d] = map[string]bool{}
		}
		layers[d][layerOf(file)] = true
	}
	kept := func(d string) bool { return owns[d] && len(layers[d]) > 1 }
	for file, d := range truth {
		if d == "" && path.Base(path.Dir(file)) == "models" {
			d = strings.Join(domains.Subject(file), "_")
		}
		if !kept(d) {
			d = ""
		}
		truth[file] = d
	}
}

// below is the folder inside one of a name, "" if a path has none such.
func below(dir, namespace string) string {
	parts := strings.Split(dir, "/")
	for i := len(parts) - 2; i >= 0; i-- {
		if parts[i] == namespace && (i == 0 || parts[i-1] != "lib") {
			return parts[i+1]
		}
	}
	return ""
}

// hidden is what is left of files when their folders are taken away.
func hidden(files []string, f *facts.Facts) domains.Graph {
	index := map[string]int{}
	var g domains.Graph
	for i, file := range files {
		index[file] = i
		g.Nodes = append(g.Nodes, domains.Node{Subject: domains.Subject(path.Base(file))})
	}
	g.Connect(f, index)
	return g
}

func layerOf(file string) string {
	parts := strings.Split(file, "/")
	for i, p := range parts {
		if p == "app" && i+1 < len(parts)-1 {
			if parts[i+1] == "packs" && i+4 < len(parts) {
				return parts[i+4]
			}
			return parts[i+1]
		}
	}
	return "lib"
}

// numbers gives equal names equal numbers.
func numbers(names []string) []int {
	seen := map[string]int{}
	var out []int
	for _, n := range names {
		if _, ok := seen[n]; !ok {
			seen[n] = len(seen)
		}
		out = append(out, seen[n])
	}
	return out
}

func distinct(of []int) int {
	s := slices.Clone(of)
	slices.Sort(s)
	return len(slices.Compact(s))
}

// bCubed is the mean precision and recall over nodes (Bagga and Baldwin 1998).
func bCubed(got, want []int) (precision, recall float64) {
	for i := range got {
		both, g, w := 0, 0, 0
		for j := range got {
			sameG, sameW := got[i] == got[j], want[i] == want[j]
			if sameG {
				g++
			}
			if sameW {
				w++
			}
			if sameG && sameW {
				both++
			}
		}
		precision += float64(both) / float64(g)
		recall += float64(both) / float64(w)
	}
	n := float64(len(got))
	return precision / n, recall / n
}
