// Command recovery measures how well domains are found where folders do not tell:
// it hides the boundaries that a repository has declared, lets them be inferred
// from what refers to what and from the names of files, and compares.
//
//	go run ./internal/bench/recovery [-namespace NAME] CHECKOUT...
//
// A file's true domain is the innermost folder with a package.yml around it, or
// else, with -namespace, the folder below one of that name. Domains of fewer than
// eight files are left out.
package main

import (
	"context"
	"flag"
	"fmt"
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
	flag.Parse()
	for _, root := range flag.Args() {
		if err := measure(root, *namespace); err != nil {
			fmt.Fprintln(os.Stderr, root+":", err)
			os.Exit(1)
		}
	}
}

// minFiles is how large a domain must be to count.
const minFiles = 8

func measure(root, namespace string) error {
	out, err := audit.Study(context.Background(), audit.Options{Root: root, Offline: true})
	if err != nil {
		return err
	}
	truth := labels(root, out.Ranking.Facts, namespace)
	files := slices.Sorted(maps(truth))
	c := domains.Infer(hidden(files, out.Ranking.Facts))
	var names []string
	var found, layer, first, random, one []int
	for i, f := range files {
		if truth[f] == "" {
			continue
		}
		names = append(names, truth[f])
		found = append(found, c.Of[i])
		layer = append(layer, number(layerOf(f)))
		first = append(first, number(strings.Join(domains.Subject(f)[:1], "")))
		one = append(one, 0)
	}
	want := numbers(names)
	random = slices.Clone(want)
	rand.New(rand.NewPCG(1, 1)).Shuffle(len(random), func(i, j int) { random[i], random[j] = random[j], random[i] })
	fmt.Printf("%s: %d files, %d domains\n", filepath.Base(root), len(names), distinct(want))
	for _, m := range []struct {
		name string
		got  []int
	}{{"inferred", found}, {"one cluster", one}, {"layer folders", layer}, {"random", random}, {"first word", first}} {
		p, r := bCubed(m.got, want)
		fmt.Printf("  %-14s ARI %.2f  B-cubed P %.2f R %.2f F1 %.2f  groups %d\n", m.name, domains.AdjustedRand(m.got, want), p, r, 2*p*r/(p+r), distinct(m.got))
	}
	return nil
}

func maps(m map[string]string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// labels gives every Ruby source below app or lib its declared domain, "" if that
// is too small or there is none.
func labels(root string, f *facts.Facts, namespace string) map[string]string {
	truth, size := map[string]string{}, map[string]int{}
	packages := map[string]bool{}
	for _, u := range f.Program.Units {
		for _, file := range u.Files {
			if path.Ext(file.Path) != ".rb" || file.Test || file.Vendored || !strings.Contains("/"+file.Path, "/app/") && !strings.Contains("/"+file.Path, "/lib/") {
				continue
			}
			truth[file.Path] = declared(root, file.Path, namespace, packages)
			size[truth[file.Path]]++
		}
	}
	for file, d := range truth {
		if size[d] < minFiles {
			truth[file] = ""
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
	if namespace == "" {
		return ""
	}
	parts := strings.Split(path.Dir(file), "/")
	for i := len(parts) - 2; i >= 0; i-- {
		if parts[i] == namespace && i > 0 && parts[i-1] != "lib" {
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
	for _, m := range f.Models {
		if i, ok := index[m.Type.Location.File]; ok {
			g.Nodes[i].Entity = true
		}
	}
	for _, r := range f.References() {
		from, ok := index[r.From]
		to, known := index[r.To]
		if ok && known {
			g.Links = append(g.Links, domains.Link{From: from, To: to, Count: r.Count})
		}
	}
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

var numbered = map[string]int{}

func number(s string) int {
	if _, ok := numbered[s]; !ok {
		numbered[s] = len(numbered)
	}
	return numbered[s]
}

func numbers(names []string) []int {
	var out []int
	for _, n := range names {
		out = append(out, number(n))
	}
	return out
}

func distinct(of []int) int {
	s := slices.Clone(of)
	slices.Sort(s)
	return len(slices.Compact(s))
}

// bCubed is the mean precision and recall over files (Bagga and Baldwin 1998).
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
