package plan

import (
	"regexp"
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/facts"
	"github.com/stateaudit/stateaudit/internal/rank"
)

// Routing says which requests a proxy in front of the monolith hands to the service.
type Routing struct {
	// Prefixes are paths below which everything is the domain's: the segments that vary
	// are written as the framework writes them ("/carts/:id/coupons").
	Prefixes []string `json:"prefixes"`
	// Single are routes that no prefix parts from those of others.
	Single []string `json:"single"`
}

// routing finds the shortest prefixes that are the candidate's alone.
func routing(r *rank.Ranking, c *rank.Candidate) Routing {
	out := Routing{Prefixes: []string{}, Single: []string{}}
	var foreign [][]string
	for _, e := range r.Facts.Endpoints {
		if r.Map.Index(e.Function.Location.File) != c.Index && e.Pattern != "" {
			foreign = append(foreign, segments(e.Pattern))
		}
	}
	for _, e := range c.Endpoints {
		own := segments(e.Pattern)
		prefix := ""
		for n := 1; n <= len(own) && prefix == ""; n++ {
			if !slices.ContainsFunc(own[:n], odd) && !slices.ContainsFunc(foreign, func(f []string) bool { return lies(f, own[:n]) }) {
				prefix = "/" + strings.Join(own[:n], "/")
			}
		}
		switch {
		case prefix == "":
			out.Single = append(out.Single, e.Title())
		case !slices.ContainsFunc(out.Prefixes, func(p string) bool { return covers(segments(p), own) }):
			out.Prefixes = append(out.Prefixes, prefix)
		}
	}
	slices.Sort(out.Prefixes)
	slices.Sort(out.Single)
	out.Prefixes = slices.CompactFunc(out.Prefixes, func(a, b string) bool { return Pattern(a) == Pattern(b) })
	out.Single = slices.Compact(out.Single)
	return out
}

// segments are the parts of a path, without what a framework adds for formats.
func segments(pattern string) []string {
	pattern, _, _ = strings.Cut(pattern, "(")
	return strings.FieldsFunc(pattern, func(r rune) bool { return r == '/' })
}

// varies tells the segments that stand for anything: :id, {id}, <int:pk>, *.
func varies(segment string) bool { return strings.ContainsAny(segment, ":{<*$") }

// plainSegment is what a proxy needs no quoting for.
var plainSegment = regexp.MustCompile(`^[A-Za-z0-9._~@-]+$`)

// odd tells the segments that are neither plain text nor one that varies.
func odd(segment string) bool { return !varies(segment) && !plainSegment.MatchString(segment) }

// lies tells whether a path may lie below a prefix.
func lies(path, prefix []string) bool {
	if len(path) < len(prefix) {
		return len(path) > 0 && strings.HasPrefix(path[len(path)-1], "*") && lies(path, prefix[:len(path)])
	}
	for i, p := range prefix {
		if path[i] != p && !varies(path[i]) && !varies(p) {
			return false
		}
	}
	return true
}

// covers tells whether all that a path stands for lies below a prefix.
func covers(prefix, path []string) bool {
	if len(path) < len(prefix) {
		return false
	}
	for i, p := range prefix {
		if path[i] != p && !varies(p) {
			return false
		}
	}
	return true
}

// Pattern is a prefix as a regular expression of the dialects that proxies share.
func Pattern(prefix string) string {
	var b strings.Builder
	b.WriteByte('^')
	for _, s := range segments(prefix) {
		b.WriteByte('/')
		if varies(s) {
			b.WriteString("[^/]+")
		} else {
			b.WriteString(regexp.QuoteMeta(s))
		}
	}
	b.WriteString("([/.].*)?$")
	return b.String()
}

// routes lists the ways in that move along: prefixes that a proxy can switch at once,
// then what has to be told apart by hand, then what is not ready.
func (m maker) routes(at Routing) Step {
	s := Step{Title: "Point the routes to the service", Why: "A prefix below which nobody else answers is one switch in the proxy, forth and back; `--format nginx`, `envoy` and `kong` write it down. Those that use shared state first need the steps above."}
	ways := map[string]facts.Endpoint{}
	for _, e := range m.candidate.Endpoints {
		ways[e.Title()] = e
	}
	for _, p := range at.Prefixes {
		n := 0
		t := Task{}
		for _, e := range m.candidate.Endpoints {
			if !covers(segments(p), segments(e.Pattern)) {
				continue
			}
			if n++; n == 1 {
				place := e.Location
				t.Location = &place
			}
		}
		t.Text = "everything below " + p + ": " + counted(n, "route")
		s.Tasks = append(s.Tasks, t)
	}
	for _, title := range at.Single {
		s.Tasks = append(s.Tasks, task(title+": others answer below the same path, so let the application forward it", ways[title].Location))
	}
	for _, t := range m.candidate.Crossings {
		if len(t.Others) == 0 && t.Class != rank.Routable {
			s.Tasks = append(s.Tasks, task("first: "+strings.TrimPrefix(t.Name, "endpoint ")+" "+t.Places[0].Note, t.Places[0].Location))
		}
	}
	return s
}
