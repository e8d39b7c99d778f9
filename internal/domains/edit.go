package domains

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
)

// Edit is a change of borders that a user asks about.
type Edit struct {
	From []string // files, folders or domains, by name
	To   string   // the domain that they go to
	// Split divides the domains in From by what their files refer to; Map.Parts says how.
	Split bool
}

// Edited is the map after some changes of borders, in turn. A domain that is left
// without files is gone; one that nobody has is new. What is moved is no longer a
// guess.
func (m *Map) Edited(edits []Edit) (*Map, error) {
	of := map[string]string{}
	for _, d := range m.Domains {
		for _, f := range d.Files {
			of[f] = d.Name
		}
	}
	for _, f := range m.Kernel.Files {
		of[f] = Kernel
	}
	for _, e := range edits {
		for _, from := range e.From {
			if !moves(of, from, e.To) {
				return nil, fmt.Errorf("%q is neither a file nor a folder with sources nor a domain", from)
			}
		}
	}
	return m.rebuilt(of), nil
}

// moves gives what a name stands for to a domain, and tells whether that is anything.
func moves(of map[string]string, from, to string) bool {
	clean, found := path.Clean(strings.TrimSuffix(from, "/")), false
	byName := slices.Contains(slices.Collect(maps.Values(of)), from)
	for f, d := range of {
		if byName && d == from || f == clean || strings.HasPrefix(f, clean+"/") {
			of[f], found = to, true
		}
	}
	return found
}

// rebuilt is the map with its files in other domains.
func (m *Map) rebuilt(of map[string]string) *Map {
	out := &Map{Problems: m.Problems, Kernel: Domain{Name: Kernel, Source: m.Kernel.Source, Stability: 1}, byFile: map[string]int{}, lines: m.lines}
	known := map[string]Domain{}
	for _, d := range m.Domains {
		known[d.Name] = d
	}
	members := map[string][]string{}
	for _, f := range slices.Sorted(maps.Keys(of)) {
		members[of[f]] = append(members[of[f]], f)
	}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		files := members[name]
		d, old := known[name]
		if !old {
			d = Domain{Name: name, Source: FromConfig, Stability: 1}
		}
		if !slices.Equal(d.Files, files) {
			d.Files, d.Lines, d.Paths = files, m.count(files), folders(files)
			d.Joined = slices.DeleteFunc(slices.Clone(d.Joined), func(f string) bool { return of[f] != name })
		}
		if name == Kernel {
			out.Kernel.Files, out.Kernel.Lines, out.Kernel.Paths = files, m.count(files), folders(files)
			continue
		}
		for _, f := range files {
			out.byFile[f] = len(out.Domains)
		}
		out.Domains = append(out.Domains, d)
	}
	return out
}

// count adds up the lines of some files.
func (m *Map) count(files []string) int {
	n := 0
	for _, f := range files {
		n += m.lines[f]
	}
	return n
}
