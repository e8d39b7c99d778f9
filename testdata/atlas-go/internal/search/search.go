// Package search finds products.
package search

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"example.com/atlas/internal/flags"
)

var stopWords = map[string]struct{}{"a": {}, "an": {}, "and": {}, "of": {}, "or": {}, "the": {}}

// Index is the search server.
type Index struct {
	base   string
	client http.Client // want: connection-pool group=client-pool
}

// NewIndex returns the index at base.
func NewIndex(base string) *Index {
	return &Index{base: base, client: http.Client{Timeout: 2 * time.Second}}
}

// Search answers a query.
func (x *Index) Search(w http.ResponseWriter, r *http.Request) {
	var words []string
	for word := range strings.FieldsSeq(strings.ToLower(r.FormValue("q"))) {
		if _, ok := stopWords[word]; !ok {
			words = append(words, word)
		}
	}
	fuzzy := flags.InRollout("fuzzy_search", r.RemoteAddr)
	resp, err := x.client.Get(fmt.Sprintf("%s/products/_search?q=%s&fuzzy=%t", x.base, url.QueryEscape(strings.Join(words, " ")), fuzzy)) // want: blocking-side-effect
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	defer resp.Body.Close()
	_, _ = io.Copy(w, resp.Body)
}

// Throttle lets an address search so many times in a minute.
func Throttle(perMinute int) func(http.Handler) http.Handler {
	var mu sync.Mutex
	searches := map[string][]time.Time{} // want: mutable-singleton group=rate-limiter
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			mu.Lock()
			recent := slices.DeleteFunc(searches[r.RemoteAddr], func(at time.Time) bool {
				return time.Since(at) > time.Minute
			})
			searches[r.RemoteAddr] = append(recent, time.Now())
			over := len(recent) >= perMinute
			mu.Unlock()
			if over {
				http.Error(w, "slow down", http.StatusTooManyRequests)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}
