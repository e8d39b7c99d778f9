package rank

import (
	"cmp"
	"maps"
	"slices"
)

// maxFiles is of how many files a commit may be to say that they belong together: one that
// renames something everywhere says nothing. It is the bound of the studies of co-change that
// this follows (Zimmermann et al., 2004).
const maxFiles = 30

// Beside is what history and people say of a border. It is shown and never counted:
// what changes together tells habits of a team as much as borders.
type Beside struct {
	// Commits is how many commits changed the domain, of those that were looked at.
	Commits int
	// With counts those that changed another domain as well, the most common first.
	With []Count
	// Owners counts the files of the domain by who owns them; "" stands for nobody.
	Owners []Count
}

// Count is how often something is the case for a name.
type Count struct {
	Name string
	N    int
}

// Beside looks at the commits that changed the domain of a candidate, each given by its
// files, and asks who owns its files; owners may be nil.
func (r *Ranking) Beside(c *Candidate, commits [][]string, owners func(file string) []string) Beside {
	var b Beside
	with, own := map[string]int{}, map[string]int{}
	for _, files := range commits {
		if len(files) > maxFiles {
			continue
		}
		touched := map[int]bool{}
		for _, f := range files {
			touched[r.Map.Index(f)] = true
		}
		if !touched[c.Index] {
			continue
		}
		b.Commits++
		for d := range touched {
			if d >= 0 && d != c.Index {
				with[r.name(d)]++
			}
		}
	}
	if owners != nil {
		for _, f := range c.Domain.Files {
			names := owners(f)
			if len(names) == 0 {
				own[""]++
			}
			for _, n := range names {
				own[n]++
			}
		}
	}
	b.With, b.Owners = counts(with), counts(own)
	return b
}

// counts orders them, the highest first.
func counts(of map[string]int) []Count {
	var out []Count
	for _, name := range slices.Sorted(maps.Keys(of)) {
		out = append(out, Count{name, of[name]})
	}
	slices.SortStableFunc(out, func(a, b Count) int { return cmp.Compare(b.N, a.N) })
	return out
}
