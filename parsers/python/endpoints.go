package python

import (
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// methodsOf are the methods of HTTP that a decorator lets through, nil for a decorator that
// is about something else.
func methodsOf(c *unit.Call) []string {
	switch c.Name {
	case "get", "post", "put", "patch", "delete", "head", "options":
		return []string{strings.ToUpper(c.Name)}
	case "route", "api_route", "add_url_rule", "add_api_route", "Route", "add_route", "add_resource":
		if given := keyword(c, "methods"); given != nil {
			var out []string
			for i := range given.Parts {
				out = append(out, strings.ToUpper(strings.Trim(given.Parts[i].Text, `"'`)))
			}
			return out
		}
		return []string{"GET"}
	case "websocket":
		return []string{"GET"}
	}
	return nil
}

// pathIn is the path that a call names, and whether it names one.
func pathIn(c *unit.Call) (string, bool) {
	v := keyword(c, "path")
	if v == nil && len(c.Args) > 0 {
		v = &c.Args[0]
	}
	if v == nil || v.Kind != unit.Literal {
		return "", false
	}
	text := plainText(v)
	return segmentsOf(converter.ReplaceAllString(starlette.ReplaceAllString(text, "{$1}"), "{$1}")), text == "" || strings.HasPrefix(text, "/")
}

// decoratedRoute adds the ways in that a decorator says.
func (r *resolver) decoratedRoute(fn *function, d decoration) {
	methods := methodsOf(&d.call)
	path, ok := pathIn(&d.call)
	if !ok || methods == nil || fn.Test {
		return
	}
	holder := ""
	if p := d.call.Receiver; p != nil && p.Place != nil {
		object, _ := parent(*p.Place)
		if on := r.walk(object, fn, fn.module); on.place != nil {
			holder = on.place.Name
		}
	}
	r.addRoutes(fn, methods, path, holder, d.call.Location)
}

// registered is a call that says a way in to a function, or to the methods of a class.
type registered struct {
	in   *function
	call unit.Call
	to   []thing
}

// registersRoute notes a call that names a path and what answers there, before its
// arguments are resolved: a class is no value.
func (r *resolver) registersRoute(fn *function, c *unit.Call) {
	switch c.Name {
	case "add_url_rule", "add_api_route", "add_resource", "Route", "add_route":
	default:
		return
	}
	reg := registered{in: fn, call: *c}
	for _, arg := range c.Args {
		for _, v := range append([]unit.Value{arg}, arg.Parts...) {
			if v.Place == nil {
				continue
			}
			p := *v.Place
			if n := len(p.Path); n > 0 && p.Path[n-1] == ".as_view()" {
				p.Path = p.Path[:n-1]
			}
			if t := r.walk(p, fn, fn.module); t.kind == aFunction || t.kind == aClass {
				reg.to = append(reg.to, t)
			}
		}
	}
	if len(reg.to) > 0 && !fn.Test {
		r.called = append(r.called, reg)
	}
}

// calledRoutes adds the ways in that calls say: add_url_rule, add_api_route, add_resource.
func (r *resolver) calledRoutes() {
	for i := range r.called {
		reg := &r.called[i]
		c := &reg.call
		holder := ""
		if c.Receiver != nil && c.Receiver.Place != nil {
			object, _ := parent(*c.Receiver.Place)
			if on := r.walk(object, reg.in, reg.in.module); on.place != nil {
				holder = on.place.Name
			}
		}
		for i := range c.Args {
			v := &c.Args[i]
			if text := plainText(v); v.Kind != unit.Literal || !strings.HasPrefix(text, "/") {
				continue
			}
			path := segmentsOf(converter.ReplaceAllString(starlette.ReplaceAllString(plainText(v), "{$1}"), "{$1}"))
			for _, to := range reg.to {
				r.routesTo(to, c, path, holder)
			}
		}
	}
}

// routesTo adds the ways in to a function, or to the methods of a class that answer.
func (r *resolver) routesTo(to thing, c *unit.Call, path, holder string) {
	if to.kind == aFunction {
		r.addRoutes(r.functions[to.id], methodsOf(c), path, holder, c.Location)
		return
	}
	for _, verb := range []string{"get", "post", "put", "patch", "delete"} {
		for _, at := range r.classes[to.id].order {
			if fn := r.functions[at+"."+verb]; fn != nil {
				r.addRoutes(fn, []string{strings.ToUpper(verb)}, path, holder, c.Location)
				break
			}
		}
	}
}

func receiverOf(c *unit.Call) string {
	if c.Receiver == nil || c.Receiver.Place == nil {
		return ""
	}
	return c.Receiver.Place.Name
}

func (r *resolver) addRoutes(fn *function, methods []string, path, holder string, at unit.Location) {
	u := fn.module.unit
	for _, prefix := range r.prefixes(holder, 0) {
		pattern := "/" + strings.Trim(strings.Join([]string{prefix, path}, "/"), "/")
		for _, method := range methods {
			route := unit.Route{Method: method, Pattern: pattern, Function: fn.ID, Location: at}
			if !slices.Contains(u.Routes, route) {
				u.Routes = append(u.Routes, route)
			}
		}
	}
}

// prefixes are the paths below which a router or blueprint is reached: its own, behind
// those of whoever takes it over.
func (r *resolver) prefixes(holder string, depth int) []string {
	own := ""
	if h := r.holders[holder]; h != nil {
		for _, key := range []string{"prefix", "url_prefix"} {
			if v := argument(&h.Value, -1, key); v != nil && v.Kind == unit.Literal {
				own = segmentsOf(plainText(v))
			}
		}
	}
	if holder == "" || depth > 4 {
		return []string{own}
	}
	var out []string
	for _, in := range r.takenOverBy(holder) {
		for _, before := range r.prefixes(in.by, depth+1) {
			behind := own
			if in.instead {
				behind = ""
			}
			full := strings.Trim(strings.Join([]string{before, in.prefix, behind}, "/"), "/")
			if full = strings.ReplaceAll(full, "//", "/"); !slices.Contains(out, full) && len(out) < 8 {
				out = append(out, full)
			}
		}
	}
	if len(out) == 0 {
		return []string{own}
	}
	return out
}

// inclusion is a router or blueprint that another one, or the application, takes over.
type inclusion struct {
	by, prefix string
	instead    bool // of the prefix that it has of its own, as Flask does
}

// takenOverBy lists who takes over a router or blueprint.
func (r *resolver) takenOverBy(holder string) []inclusion {
	if r.inclusions == nil {
		r.inclusions = map[string][]inclusion{}
		for _, fn := range r.order {
			for i := range fn.Calls {
				c := &fn.Calls[i]
				if fn.Test || c.Name != "include_router" && c.Name != "register_blueprint" || len(c.Args) == 0 || c.Args[0].Place == nil {
					continue
				}
				in := inclusion{by: receiverOf(c)}
				for _, key := range []string{"prefix", "url_prefix"} {
					if v := keyword(c, key); v != nil && v.Kind == unit.Literal {
						in.prefix, in.instead = segmentsOf(plainText(v)), c.Name == "register_blueprint"
					}
				}
				to := c.Args[0].Place.Name
				r.inclusions[to] = append(r.inclusions[to], in)
			}
		}
	}
	return r.inclusions[holder]
}
