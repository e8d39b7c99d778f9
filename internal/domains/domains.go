// Package domains cuts a checkout into bounded contexts.
//
// A file belongs to one domain or to the kernel: the code that everyone uses
// and nobody owns. Boundaries come from these sources, the first that names a
// file winning, and every domain says which it came from:
//
//  1. the configuration file;
//  2. package.yml of Packwerk;
//  3. Rails engines and gems inside the repository, and the folders below
//     packs/, components/, engines/ and modules/, and the folders that a framework
//     takes for applications of their own;
//  4. modules of a Go workspace;
//  5. the layout: Go packages and Rails namespaces whose names are not those of
//     technical layers;
//  6. inference: communities in the graph of who names whom (infer.go).
package domains

import (
	"cmp"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/config"
	"github.com/stateaudit/stateaudit/internal/facts"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// Kernel is the name that stands for code which belongs to no domain.
const Kernel = "kernel"

// Source says where a boundary came from.
type Source string

// The sources, from the most to the least trusted.
const (
	FromConfig   Source = "configuration"
	FromPackwerk Source = "package.yml"
	FromEngine   Source = "engine"
	FromGem      Source = "gem"
	FromFolder   Source = "folder"
	FromApp      Source = "application"
	FromModule   Source = "go module"
	FromLayout   Source = "layout"
	FromGraph    Source = "inferred"
)

// Declared tells whether people drew the boundary, rather than a guess.
func (s Source) Declared() bool { return s != FromGraph && s != FromLayout }

// Domain is a bounded context.
type Domain struct {
	Name   string
	Source Source
	Paths  []string // folders or files that it consists of
	Files  []string // sources that are not tests, sorted
	Lines  int
	// Joined lists those of the files that were not named by the boundary but
	// joined it because of what they refer to.
	Joined []string
	// Stability is the share of an inferred domain's pairs of files that stay
	// together over several seeds, 1 for other domains.
	Stability float64
}

// Configured tells whether the configuration file names the domain.
func (d Domain) Configured() bool { return d.Source == FromConfig }

// Map assigns every file to a domain or to the kernel.
type Map struct {
	Domains  []Domain // sorted by name
	Kernel   Domain
	Problems []unit.Problem
	byFile   map[string]int // index in Domains
	lines    map[string]int // by file
}

// Input is what boundaries are found in.
type Input struct {
	Files  []string // all of the checkout, relative to its root, sorted
	Facts  *facts.Facts
	Config *config.Config
	// Prefix is that of the root below the folder that paths of the configuration are
	// written for, by config.Domain.Above; nil stands for none.
	Prefix func(above string) string
}

// Of returns the name of the domain of a file: Kernel for source that belongs
// to none, and "" where there are no domains at all.
func (m *Map) Of(file string) string {
	if i, ok := m.byFile[file]; ok {
		return m.Domains[i].Name
	}
	if len(m.Domains) == 0 {
		return ""
	}
	return Kernel
}

// Index returns the index of the domain of a file, or -1 for the kernel.
func (m *Map) Index(file string) int {
	if i, ok := m.byFile[file]; ok {
		return i
	}
	return -1
}

// Find cuts a checkout into domains. It fails only on a configuration that
// contradicts itself.
func Find(in Input) (*Map, error) {
	b := newBuilder(in)
	if err := b.configured(); err != nil {
		return nil, err
	}
	b.marked()
	b.dropPrograms()
	b.layoutGo()
	b.dropLayers()
	b.inferGo()
	b.layoutRuby()
	if len(b.in.Facts.Models) > 0 {
		b.restRuby()
	}
	b.dropLibraries()
	return b.build(), nil
}

// builder assigns files to domains, step by step. A file that is assigned is
// left alone by the steps that follow.
type builder struct {
	in       Input
	sources  []unit.File // of the units, not tests, not vendored; sorted by path
	language map[string]unit.Language
	lines    map[string]int
	domains  []*draft
	byKey    map[string]*draft
	of       map[string]*draft
	kernel   map[string]bool       // files that are known to be shared code
	units    map[string]*unit.Unit // by file, made when first needed
	problems []unit.Problem
	alive    map[string]bool // files that store rows, take requests or run beside them
	// modelNames are what models of Ruby are about, words joined by underscores.
	modelNames map[string]bool
	// modelWords are their names as they are written, in the singular.
	modelWords map[string]bool
	modelFiles map[string]bool // files of models of Ruby
}

// draft is a domain while it is being found.
type draft struct {
	Domain
	key    string
	joined map[string]bool
}

func newBuilder(in Input) *builder {
	b := &builder{
		in: in, language: map[string]unit.Language{}, lines: map[string]int{},
		byKey: map[string]*draft{}, of: map[string]*draft{}, kernel: map[string]bool{},
	}
	for _, u := range in.Facts.Program.Units {
		if u.Language == unit.Deploy {
			continue
		}
		for _, f := range u.Files {
			if _, seen := b.language[f.Path]; seen || f.Test || f.Vendored || !isSource(f.Path) {
				continue
			}
			b.language[f.Path] = u.Language
			b.lines[f.Path] = f.Lines
			b.sources = append(b.sources, f)
		}
	}
	slices.SortFunc(b.sources, func(x, y unit.File) int { return cmp.Compare(x.Path, y.Path) })
	return b
}

// isSource leaves out lists of dependencies, which front ends read as well.
func isSource(file string) bool {
	base := path.Base(file)
	return base != "Gemfile" && base != "Gemfile.lock" && base != "go.mod"
}

// draft returns the domain with a key, made if it is new.
func (b *builder) draft(key, name string, source Source) *draft {
	d := b.byKey[key]
	if d == nil {
		d = &draft{Domain: Domain{Name: name, Source: source, Stability: 1}, key: key, joined: map[string]bool{}}
		b.byKey[key] = d
		b.domains = append(b.domains, d)
	}
	return d
}

// put assigns a file, unless it belongs elsewhere already.
func (b *builder) put(d *draft, file string) {
	if b.of[file] == nil && !b.kernel[file] {
		b.of[file] = d
	}
}

// free tells whether a file is still to be assigned.
func (b *builder) free(file string) bool { return b.of[file] == nil && !b.kernel[file] }

// build turns the drafts into domains; those without files are dropped.
func (b *builder) build() *Map {
	m := &Map{byFile: map[string]int{}, lines: b.lines, Problems: b.problems, Kernel: Domain{Name: Kernel, Source: "kernel", Stability: 1}}
	for _, f := range b.sources {
		if d := b.of[f.Path]; d != nil {
			d.Files = append(d.Files, f.Path)
			d.Lines += f.Lines
			if d.joined[f.Path] {
				d.Joined = append(d.Joined, f.Path)
			}
		} else {
			m.Kernel.Files = append(m.Kernel.Files, f.Path)
			m.Kernel.Lines += f.Lines
		}
	}
	b.unique()
	slices.SortFunc(b.domains, func(x, y *draft) int { return cmp.Compare(x.Name, y.Name) })
	for _, d := range b.domains {
		if len(d.Files) == 0 {
			continue
		}
		for _, f := range d.Files {
			m.byFile[f] = len(m.Domains)
		}
		if d.Paths = clean(d.Paths); len(d.Paths) == 0 {
			d.Paths = folders(d.Files)
		}
		m.Domains = append(m.Domains, d.Domain)
	}
	m.Kernel.Paths = folders(m.Kernel.Files)
	return m
}

// unique keeps the names of domains apart: two that would be called alike get
// the folder of their first file behind the name.
func (b *builder) unique() {
	count := map[string]int{}
	for _, d := range b.domains {
		if len(d.Files) > 0 {
			count[d.Name]++
		}
	}
	for _, d := range b.domains {
		if len(d.Files) > 0 && (count[d.Name] > 1 || d.Name == Kernel) {
			d.Name += " (" + path.Dir(d.Files[0]) + ")"
		}
	}
}

func clean(paths []string) []string {
	slices.Sort(paths)
	return slices.Compact(paths)
}

// folders lists the folders that files lie in, the outermost ones only; files of
// the top folder stand for themselves.
func folders(files []string) []string {
	var dirs []string
	for _, f := range files {
		d := path.Dir(f)
		if d == "." {
			d = f
		}
		dirs = append(dirs, d)
	}
	dirs = clean(dirs)
	var out []string
	for _, d := range dirs {
		if !slices.ContainsFunc(out, func(o string) bool { return strings.HasPrefix(d, o+"/") }) {
			out = append(out, d)
		}
	}
	return out
}

// Cover lists folders and files that name a domain and nothing else: folders in
// which all source is its own, and single files elsewhere. A configuration made
// of it gives the same domains again.
func (m *Map) Cover(i int) []string {
	foreign := map[string]bool{} // folders that hold source of others
	mark := func(files []string) {
		for _, f := range files {
			for dir := path.Dir(f); ; dir = path.Dir(dir) {
				foreign[dir] = true
				if dir == "." {
					break
				}
			}
		}
	}
	for k, d := range m.Domains {
		if k != i {
			mark(d.Files)
		}
	}
	mark(m.Kernel.Files)
	var out []string
	for _, f := range m.Domains[i].Files {
		at := f
		for dir := path.Dir(f); dir != "." && !foreign[dir]; dir = path.Dir(dir) {
			at = dir
		}
		out = append(out, at)
	}
	return clean(out)
}

// Certain is the map without the files that joined domains by inference: they count
// as the kernel's. It is nil if there are none.
func (m *Map) Certain() *Map {
	if !slices.ContainsFunc(m.Domains, func(d Domain) bool { return len(d.Joined) > 0 }) {
		return nil
	}
	out := &Map{Domains: slices.Clone(m.Domains), Kernel: m.Kernel, Problems: m.Problems, byFile: maps.Clone(m.byFile), lines: m.lines}
	for _, d := range m.Domains {
		for _, f := range d.Joined {
			delete(out.byFile, f)
		}
	}
	return out
}
