package traffic

import (
	"encoding/csv"
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/stateaudit/stateaudit/internal/rank"
)

// table reads CSV of route,count or method,route,count. A header, if there is
// one, may name the columns in another order and among others.
type table struct {
	method, route, count int // columns by the header; all 0 without one
}

// line reads one row. Rows are lines: no route has a line break in it.
func (t *table) line(line string) (rank.Requests, error) {
	cells, ok := split(line)
	if !ok {
		return rank.Requests{}, errors.New("no row of route,count")
	}
	if t.header(cells) {
		return rank.Requests{}, errNoRequest
	}
	verb, route, count, ok := t.pick(cells)
	if !ok {
		return rank.Requests{}, errors.New("no row of route,count or method,route,count")
	}
	r, err := routed(verb, route)
	if err != nil {
		return r, err
	}
	r.Count, err = number(count)
	return r, err
}

// split cuts a line at commas, else at semicolons or tabs, which spreadsheets
// write where a comma belongs into numbers.
func split(line string) ([]string, bool) {
	for _, comma := range []rune{',', ';', '\t'} {
		if !strings.ContainsRune(line, comma) {
			continue
		}
		cells, err := row(line, comma)
		if err == nil && len(cells) > 1 {
			for i := range cells {
				cells[i] = strings.TrimSpace(cells[i])
			}
			return cells, true
		}
	}
	return nil, false
}

// row cuts a line at a sign that does not stand in quotes.
func row(line string, comma rune) ([]string, error) {
	if !strings.Contains(line, `"`) {
		return strings.Split(line, string(comma)), nil // a reader for each line is slow
	}
	r := csv.NewReader(strings.NewReader(line))
	r.Comma, r.TrimLeadingSpace = comma, true
	return r.Read()
}

// header finds the columns by their names; false if this is no header.
func (t *table) header(cells []string) bool {
	find := func(names ...string) int {
		return slices.IndexFunc(cells, func(c string) bool { return slices.Contains(names, plain(c)) })
	}
	route := find("route", "path", "url", "uri", "endpoint", "pattern", "requestpath", "requesturi", "request", "resource", "page")
	count := find("count", "requests", "hits", "total", "calls", "number", "n", "requestcount", "totalrequests", "count()", "count(*)", "views", "pageviews", "throughput")
	if route < 0 || count < 0 {
		return false
	}
	t.route, t.count, t.method = route, count, find("method", "verb", "httpmethod", "requestmethod")
	return true
}

// pick takes the columns out of a row; method is empty if there is none.
func (t *table) pick(cells []string) (method, route, count string, ok bool) {
	switch {
	case t.route != t.count:
		if max(t.method, t.route, t.count) >= len(cells) {
			return "", "", "", false
		}
		if t.method >= 0 {
			method = cells[t.method]
		}
		return method, cells[t.route], cells[t.count], true
	case len(cells) == 2:
		return "", cells[0], cells[1], true
	case len(cells) == 3:
		return cells[0], cells[1], cells[2], true
	}
	return "", "", "", false
}

// routed reads a route, with its method before it or from a column of its own.
// What a route may end in, as Rails prints it ("(.:format)"), says nothing.
func routed(verb, route string) (rank.Requests, error) {
	if i := strings.IndexByte(route, '('); i > 0 {
		route = route[:i]
	}
	if before, rest, ok := strings.Cut(route, " "); ok && verb == "" {
		verb, route = before, strings.TrimSpace(rest)
	}
	m, ok := method(verb)
	if !ok {
		return rank.Requests{}, errors.New("no method such as GET")
	}
	route, _, _ = strings.Cut(route, " HTTP/")
	p, ok := pathOf(route)
	if !ok {
		return rank.Requests{}, errors.New("no route such as /orders/:id")
	}
	return rank.Requests{Method: m, Path: p}, nil
}

// number reads a count, also as programs export whole numbers: 1234.0, 1.2e6.
func number(text string) (int, error) {
	n, err := strconv.ParseFloat(strings.NewReplacer(",", "", "_", "", " ", "").Replace(text), 64)
	if err != nil || n < 0 || n > maxCount || n != math.Trunc(n) {
		return 0, errors.New("no count of requests")
	}
	return int(n), nil
}
