package traffic

import (
	"cmp"
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/rank"
)

// Bounds that keep a log with an id in every path from filling the memory, and
// sums from overflowing.
const (
	maxPaths = 200_000
	maxBytes = 64 << 20 // of all paths together
	maxCount = 1e12     // of one path
)

// tally sums up requests.
type tally struct {
	counts  map[key]int
	bytes   int  // of the paths in counts
	general bool // ids are replaced
	dropped int  // requests for which there was no room
}

type key struct{ path, method string }

func newTally() *tally { return &tally{counts: map[key]int{}} }

// add counts requests. When there are too many different paths, parts that look
// like ids are counted as one from then on, for the earlier ones as well: to
// leave out late paths instead would count routes with ids for less than others.
func (t *tally) add(r rank.Requests) {
	if r.Count == 0 {
		return
	}
	k := key{r.Path, r.Method}
	if t.general {
		k.path = general(k.path)
	}
	_, known := t.counts[k]
	if !known && t.full() && !t.general {
		t.generalise()
		k.path = general(k.path)
		_, known = t.counts[k]
	}
	if !known && t.full() {
		t.dropped = min(t.dropped+r.Count, maxCount)
		return
	}
	t.put(k, r.Count)
}

func (t *tally) full() bool { return len(t.counts) >= maxPaths || t.bytes >= maxBytes }

func (t *tally) put(k key, n int) {
	have, known := t.counts[k]
	if !known {
		// A path is cut out of a line, which need not be kept for it.
		k = key{strings.Clone(k.path), strings.Clone(k.method)}
		t.bytes += len(k.path)
	}
	t.counts[k] = min(have+n, maxCount)
}

func (t *tally) generalise() {
	old := t.counts
	t.counts, t.bytes, t.general = map[key]int{}, 0, true
	for k, n := range old {
		t.put(key{general(k.path), k.method}, n)
	}
}

// general replaces the parts of a path that look like ids.
func general(path string) string {
	parts := strings.Split(path, "/")
	for i, p := range parts {
		if looksLikeID(p) {
			parts[i] = ":id"
		}
	}
	return strings.Join(parts, "/")
}

// looksLikeID tells numbers, UUIDs, hashes and references such as PKG-00172 from
// words: a third of the signs at least are digits. Versions such as v1 are words.
func looksLikeID(part string) bool {
	digits := 0
	for i := range len(part) {
		if part[i] >= '0' && part[i] <= '9' {
			digits++
		}
	}
	version := len(part) == 2 && part[0] == 'v'
	return digits > 0 && 3*digits >= len(part) && !version
}

// requests lists what was summed up, by path and method.
func (t *tally) requests() []rank.Requests {
	out := make([]rank.Requests, 0, len(t.counts))
	for k, n := range t.counts {
		out = append(out, rank.Requests{Method: k.method, Path: k.path, Count: n})
	}
	slices.SortFunc(out, func(a, b rank.Requests) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Method, b.Method))
	})
	return out
}
