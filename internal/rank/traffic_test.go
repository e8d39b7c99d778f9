package rank

import (
	"fmt"
	"testing"

	"github.com/stateaudit/stateaudit/internal/facts"
)

func TestTrafficFindsItsEndpoint(t *testing.T) {
	endpoints := []facts.Endpoint{
		{Method: "GET", Pattern: "/orders/{id}"},
		{Method: "GET", Pattern: "/orders/recent"},
		{Method: "POST", Pattern: "/orders"},
		{Pattern: "/static/"},
		{Method: "GET", Pattern: "/files/*path"},
	}
	for _, c := range []struct {
		method, path string
		want         int // index, -1 for none
	}{
		{"GET", "/orders/17", 0},
		{"GET", "/orders/17?full=1", 0},
		{"GET", "/orders/recent", 1},
		{"POST", "/orders", 2},
		{"", "/orders", 2},
		{"DELETE", "/orders", -1},
		{"GET", "/static/a/b.css", 3},
		{"GET", "/files/a/b", 4},
		{"GET", "/orders/17/lines", -1},
		{"GET", "/", -1},
	} {
		traffic := Traffic{Requests: []Requests{{Method: c.method, Path: c.path, Count: 4}}}
		m := traffic.match(endpoints)
		want := make([]float64, len(endpoints))
		if c.want >= 0 {
			want[c.want] = 1
		}
		if got := fmt.Sprint(m.Shares); got != fmt.Sprint(want) || (len(m.Unmatched) == 1) != (c.want < 0) {
			t.Errorf("%s %s: shares %s, unmatched %v, want %v", c.method, c.path, got, m.Unmatched, want)
		}
	}
}

func TestSharesAreOfWhatMatched(t *testing.T) {
	traffic := Traffic{Requests: []Requests{{Path: "/a", Count: 3}, {Path: "/b", Count: 1}, {Path: "/c", Count: 96}}}
	m := traffic.match([]facts.Endpoint{{Pattern: "/a"}, {Pattern: "/b"}})
	if m.Total != 100 || m.Matched != 4 || m.Shares[0] != 0.75 || m.Shares[1] != 0.25 {
		t.Errorf("%+v", m)
	}
}
