package domains

import (
	"cmp"
	"slices"

	"github.com/stateaudit/stateaudit/internal/config"
)

// DriftKind is a way in which declared borders and the code part.
type DriftKind string

// The ways.
const (
	// Unmatched is a path or pattern of a declared domain that no source file matches.
	Unmatched DriftKind = "unmatched"
	// Undeclared is a domain that the code has and the configuration does not name.
	Undeclared DriftKind = "undeclared"
	// Joins are files that no declared domain names, and that would lie in one domain
	// with most of its files if nothing were declared.
	Joins DriftKind = "joins"
	// Leaves are files of a declared domain that would lie with another declared one.
	Leaves DriftKind = "leaves"
)

// Drift is where the borders that people declared and the code have moved apart. What
// people decided is not wrong for that: the code may be.
type Drift struct {
	Kind   DriftKind
	Domain string   // that is declared, or the name of the one that is not
	To     string   // of files that leave: the domain that they would lie in
	Files  []string // sorted; the paths, of what is unmatched
}

// Undeclared tells a domain that the code has and the configuration does not name.
func (d Drift) Undeclared() bool { return d.Kind == Undeclared }

// Drifted compares borders, found with a configuration, with those that would be found
// without it. It is sorted by kind and domain.
func Drifted(in Input, m *Map) ([]Drift, error) {
	if in.Config == nil || len(in.Config.Domains) == 0 {
		return nil, nil
	}
	out := unmatched(in)
	alone := in
	alone.Config = nil
	drawn, err := Find(alone)
	if err != nil {
		return nil, err
	}
	declared := map[string]bool{}
	for _, d := range in.Config.Domains {
		declared[d.Name] = true
	}
	joins, leaves := map[string][]string{}, map[[2]string][]string{}
	joined := map[string]bool{}
	for _, d := range drawn.Domains {
		home := m.mostly(d.Files, declared)
		if declared[d.Name] {
			home = d.Name
		}
		if home == "" {
			continue
		}
		for _, f := range d.Files {
			switch at := m.Of(f); {
			case at == home:
			case declared[at] && m.Domains[m.Index(f)].Source == FromConfig:
				leaves[[2]string{at, home}] = append(leaves[[2]string{at, home}], f)
			default:
				joins[home], joined[f] = append(joins[home], f), true
			}
		}
	}
	for name, files := range joins {
		out = append(out, Drift{Kind: Joins, Domain: name, Files: files})
	}
	for pair, files := range leaves {
		out = append(out, Drift{Kind: Leaves, Domain: pair[0], To: pair[1], Files: files})
	}
	for _, d := range m.Domains {
		if d.Source != FromConfig && !declared[d.Name] && 2*count(d.Files, joined) < len(d.Files) {
			out = append(out, Drift{Kind: Undeclared, Domain: d.Name, Files: d.Files})
		}
	}
	for i := range out {
		slices.Sort(out[i].Files)
	}
	slices.SortFunc(out, func(a, b Drift) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Domain, b.Domain), cmp.Compare(a.To, b.To))
	})
	return out, nil
}

// mostly is the declared domain that most of some files lie in, the first by name of
// equal ones, "" if none lies in any.
func (m *Map) mostly(files []string, declared map[string]bool) string {
	in, best := map[string]int{}, ""
	for _, f := range files {
		if i := m.Index(f); i >= 0 && declared[m.Domains[i].Name] && m.Domains[i].Source == FromConfig {
			in[m.Domains[i].Name]++
		}
	}
	for name, n := range in {
		if best == "" || n > in[best] || n == in[best] && name < best {
			best = name
		}
	}
	return best
}

func count(files []string, in map[string]bool) int {
	n := 0
	for _, f := range files {
		if in[f] {
			n++
		}
	}
	return n
}

// unmatched lists what declared domains name in vain, each path and pattern by itself.
func unmatched(in Input) []Drift {
	b := newBuilder(in)
	var out []Drift
	for _, d := range in.Config.Domains {
		drift := Drift{Kind: Unmatched, Domain: d.Name}
		vain := func(text string, only config.Domain) {
			only.Above = d.Above
			for _, f := range b.sources {
				if b.names(only, f.Path) {
					return
				}
			}
			drift.Files = append(drift.Files, text)
		}
		for _, p := range d.Paths {
			vain(p, config.Domain{Paths: []string{p}})
		}
		for _, g := range d.Globs {
			vain(g, config.Domain{Globs: []string{g}})
		}
		for _, c := range d.Constants {
			vain(c, config.Domain{Constants: []string{c}})
		}
		for _, p := range d.Packages {
			vain(p, config.Domain{Packages: []string{p}})
		}
		if len(drift.Files) > 0 {
			out = append(out, drift)
		}
	}
	return out
}
