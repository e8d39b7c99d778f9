package report

import (
	"cmp"
	"compress/gzip"
	"fmt"
	"slices"

	"github.com/stateaudit/stateaudit/internal/result"
)

// The limits of GitHub code scanning. Of more results it keeps those that it
// takes for the most severe; a larger upload is refused as a whole.
const (
	maxResults = 5000
	maxZipped  = 10 << 20
	maxRelated = 100
	maxSteps   = 1000
	maxNotices = 100
	maxTags    = 10
)

// fit writes the log within the limits: the least important results go first,
// then snippets, then evidence, then more results. What goes is said.
func (s *sarif) fit() ([]byte, error) {
	all := s.wanted()
	keep := min(maxResults, len(all))
	for {
		raw, err := s.log(important(all, keep), cutText(len(all), keep, s.plain, s.bare))
		if err != nil || zipped(raw) <= maxZipped || keep == 0 {
			return raw, err
		}
		switch {
		case !s.plain:
			s.plain = true
		case !s.bare:
			s.bare = true
		default:
			keep /= 2
		}
	}
}

// wanted leaves out what is suppressed, unless it was asked for.
func (s *sarif) wanted() []result.Finding {
	if s.o.Suppressed {
		return s.r.Findings
	}
	active, _ := split(s.r.Findings)
	return active
}

// important keeps the worst findings, and among equals the first ones, in the
// order in which they stand.
func important(all []result.Finding, keep int) []result.Finding {
	if keep >= len(all) {
		return all
	}
	order := make([]int, len(all))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Or(suppressedLast(all[a])-suppressedLast(all[b]), cmp.Compare(all[b].Level.Rank(), all[a].Level.Rank()))
	})
	kept := slices.Sorted(slices.Values(order[:keep]))
	out := make([]result.Finding, keep)
	for i, k := range kept {
		out[i] = all[k]
	}
	return out
}

func suppressedLast(f result.Finding) int {
	if f.Suppressed != nil {
		return 1
	}
	return 0
}

func cutText(all, keep int, plain, bare bool) string {
	text := ""
	if keep < all {
		text = fmt.Sprintf("Only the %d most severe of %d results are here, for the limits of code scanning. ", keep, all)
	}
	switch {
	case bare:
		text += "Evidence and code snippets were left out to keep the file small enough to upload. "
	case plain:
		text += "Code snippets were left out to keep the file small enough to upload. "
	}
	if text == "" {
		return ""
	}
	return text + "The JSON format has everything."
}

// zipped is the size of a log as it is uploaded.
func zipped(raw []byte) int {
	if len(raw) <= maxZipped {
		return len(raw) // compression makes it no larger in a way that matters
	}
	n := counter(0)
	z := gzip.NewWriter(&n)
	// Neither can fail: the writer only counts.
	_, _ = z.Write(raw)
	_ = z.Close()
	return int(n)
}

// counter counts what is written to it.
type counter int

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}
