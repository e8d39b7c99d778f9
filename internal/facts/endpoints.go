package facts

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// endpoints lists the ways in for requests: the routes that are registered, and
// the handlers that a framework finds without a route in the source.
func endpoints(p *program.Program) []Endpoint {
	var out []Endpoint
	routed := map[string]bool{}
	referred := map[string]bool{}
	called := map[string]bool{}
	for _, fn := range p.Functions() {
		if !counts(fn) {
			continue
		}
		for i := range fn.Calls {
			c := &fn.Calls[i]
			if c.Reference {
				referred[c.Callee] = true
			} else if c.Callee != "" {
				called[c.Callee] = true
			}
			for _, e := range registered(p, fn, c) {
				out = append(out, e)
				routed[e.Function.ID] = true
			}
		}
	}
	for _, fn := range p.Functions() {
		if !routed[fn.ID] && unrouted(fn, referred, called) {
			out = append(out, Endpoint{Function: fn, Location: fn.Location})
		}
	}
	out = append(out, railsEndpoints(p)...)
	out = append(out, written(p)...)
	slices.SortStableFunc(out, func(a, b Endpoint) int {
		return cmp.Or(cmp.Compare(a.Function.ID, b.Function.ID), cmp.Compare(a.Pattern, b.Pattern), cmp.Compare(a.Method, b.Method))
	})
	return slices.CompactFunc(out, func(a, b Endpoint) bool {
		return a.Function == b.Function && a.Pattern == b.Pattern && a.Method == b.Method
	})
}

// written lists the routes that the front ends have read.
func written(p *program.Program) []Endpoint {
	var out []Endpoint
	for _, u := range p.Units {
		for _, r := range u.Routes {
			if fn := p.Function(r.Function); fn != nil && counts(fn) {
				out = append(out, Endpoint{Method: r.Method, Pattern: r.Pattern, Function: fn, Location: r.Location})
			}
		}
	}
	return out
}

// unrouted tells handlers without a route: those that are handed to something,
// or that nobody of the checkout calls. A function that merely takes a request
// because a handler passes it on is none. Views are reached through actions.
func unrouted(fn *program.Function, referred, called map[string]bool) bool {
	if !counts(fn) || !fn.HasRole(unit.Handler) || fn.Language != unit.Go || fn.HasRole(unit.Middleware) {
		return false
	}
	if fn.Outer != "" {
		return fn.RoleNote != "" && strings.HasPrefix(fn.RoleNote, "registered")
	}
	return referred[fn.ID] || !called[fn.ID]
}

// registered reads a registration of Go's routers: a call with a pattern and a
// function of the checkout.
func registered(p *program.Program, fn *program.Function, c *unit.Call) []Endpoint {
	if fn.Language != unit.Go || c.Reference || len(c.Args) < 2 || groups(c.Name) {
		return nil
	}
	method, pattern, ok := route(c)
	if !ok {
		return nil
	}
	var out []Endpoint
	for i := len(c.Args) - 1; i >= 1; i-- {
		if h := handlerOf(p, &c.Args[i], 3); h != nil {
			out = append(out, Endpoint{Method: method, Pattern: prefixOf(c.Receiver, 3) + pattern, Function: h, Location: c.Location})
			break // what stands before the handler is middleware
		}
	}
	return out
}

// route reads method and pattern off a registering call.
func route(c *unit.Call) (method, pattern string, ok bool) {
	for _, a := range c.Args[:min(2, len(c.Args)-1)] {
		text, isText := literal(&a)
		if !isText {
			continue
		}
		if m, rest, found := strings.Cut(text, " "); found && isVerb(m) {
			return m, strings.TrimSpace(rest), strings.HasPrefix(strings.TrimSpace(rest), "/")
		}
		if isVerb(text) {
			method = text
			continue
		}
		if strings.HasPrefix(text, "/") || text == "" && isVerb(strings.ToUpper(c.Name)) {
			if method == "" && isVerb(strings.ToUpper(c.Name)) {
				method = strings.ToUpper(c.Name)
			}
			return method, text, true
		}
	}
	return "", "", false
}

func isVerb(s string) bool {
	switch s {
	case "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS":
		return true
	}
	return false
}

// literal is the text of a string literal without its quotes.
func literal(v *unit.Value) (string, bool) {
	if v.Kind != unit.Literal || v.Text == "" {
		return "", false
	}
	if s, err := strconv.Unquote(v.Text); err == nil {
		return s, true
	}
	t := v.Text
	if t[0] == ':' {
		return strings.Trim(t[1:], `"`), true
	}
	if len(t) >= 2 && (t[0] == '\'' || t[0] == '"') && t[len(t)-1] == t[0] {
		return t[1 : len(t)-1], true
	}
	return "", false
}

// handlerOf finds the function of the checkout in an argument, also where it is
// wrapped: wrap(handler), http.HandlerFunc(s.show).
func handlerOf(p *program.Program, v *unit.Value, depth int) *program.Function {
	if v.Kind == unit.Func {
		if f := p.Function(v.Callee); f != nil && counts(f) {
			return f
		}
		return nil
	}
	if depth == 0 {
		return nil
	}
	for i := len(v.Parts) - 1; i >= 0; i-- {
		if h := handlerOf(p, &v.Parts[i], depth-1); h != nil {
			return h
		}
	}
	if v.Kind == unit.New || v.Kind == unit.Result || v.Kind == unit.PlaceValue {
		t := strings.TrimLeft(v.Type, "*")
		if f := p.Function(t + ".ServeHTTP"); f != nil {
			return f
		}
	}
	return nil
}

// prefixOf is what a group of routes puts before its patterns.
func prefixOf(v *unit.Value, depth int) string {
	if v == nil || depth == 0 || v.Kind != unit.Result {
		return ""
	}
	if groups(v.Callee[strings.LastIndexByte(v.Callee, '.')+1:]) {
		prefix := ""
		for i := range v.Parts {
			if text, ok := literal(&v.Parts[i]); ok && strings.HasPrefix(text, "/") {
				prefix = strings.TrimRight(text, "/")
			}
		}
		if len(v.Parts) > 0 {
			prefix = prefixOf(&v.Parts[0], depth-1) + prefix
		}
		return prefix
	}
	return ""
}

// groups tells the methods of routers that put something before the patterns of
// other routes, which may be registered in a function that they are given.
func groups(method string) bool {
	switch method {
	case "Group", "PathPrefix", "Party", "Namespace", "Subrouter":
		return true
	}
	return false
}

// Title names an endpoint as a reader would.
func (e Endpoint) Title() string {
	switch {
	case e.Pattern == "":
		return e.Function.Symbol
	case e.Method == "":
		return e.Pattern
	}
	return e.Method + " " + e.Pattern
}
