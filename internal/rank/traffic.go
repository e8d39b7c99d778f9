package rank

import (
	"strings"

	"github.com/stateaudit/stateaudit/internal/facts"
)

// Traffic says how often which path was asked for.
type Traffic struct {
	Requests []Requests
}

// Requests are requests for one path.
type Requests struct {
	Method string // empty for any
	Path   string // of a URL, or a route's pattern
	Count  int
}

// TrafficMatch says what traffic was recognised.
type TrafficMatch struct {
	Total, Matched int
	Unmatched      []Requests // in the order of the input
	Shares         []float64  // of all matched requests, by endpoint
}

// match shares the requests out among the endpoints. A request goes to the
// endpoint whose pattern says most about it.
func (t *Traffic) match(endpoints []facts.Endpoint) *TrafficMatch {
	m := &TrafficMatch{Shares: make([]float64, len(endpoints))}
	for _, r := range t.Requests {
		m.Total += r.Count
		best, most := -1, -1
		for i, e := range endpoints {
			if fixed, ok := r.fits(e); ok && fixed > most {
				best, most = i, fixed
			}
		}
		if best < 0 {
			m.Unmatched = append(m.Unmatched, r)
			continue
		}
		m.Matched += r.Count
		m.Shares[best] += float64(r.Count)
	}
	for i := range m.Shares {
		if m.Matched > 0 {
			m.Shares[i] /= float64(m.Matched)
		}
	}
	return m
}

// fits compares requests with an endpoint; fixed counts how much of the pattern
// is not a placeholder.
func (r Requests) fits(e facts.Endpoint) (fixed int, ok bool) {
	if e.Pattern == "" || r.Method != "" && e.Method != "" && r.Method != e.Method {
		return 0, false
	}
	path, _, _ := strings.Cut(r.Path, "?")
	have, want := segments(path), segments(e.Pattern)
	for i, w := range want {
		switch {
		case strings.HasPrefix(w, "*"), strings.HasSuffix(w, "...}"):
			return fixed, true
		case i >= len(have):
			return 0, false
		case w == have[i]:
			fixed += 2
		case !placeholder(w):
			return 0, false
		}
	}
	subtree := strings.HasSuffix(e.Pattern, "/") // everything below, as net/http has it
	if len(have) != len(want) && !subtree {
		return 0, false
	}
	if len(have) == len(want) {
		fixed++
	}
	return fixed, true
}

func segments(path string) []string {
	return strings.FieldsFunc(path, func(r rune) bool { return r == '/' })
}

// placeholder tells {id}, :id and <id>.
func placeholder(segment string) bool {
	return segment[0] == ':' || strings.HasPrefix(segment, "{") && strings.HasSuffix(segment, "}") ||
		strings.HasPrefix(segment, "<") && strings.HasSuffix(segment, ">")
}
