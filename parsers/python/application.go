package python

import (
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// applicationState are the objects of libraries that are there to keep what an
// application wants to share among requests, each with the name by which all ways to it
// are told.
var applicationState = map[string]string{
	"fastapi.FastAPI.state": "app.state", "fastapi.applications.FastAPI.state": "app.state", "starlette.applications.Starlette.state": "app.state",
	"fastapi.Request.app.state": "app.state", "fastapi.requests.Request.app.state": "app.state", "starlette.requests.Request.app.state": "app.state",
	"fastapi.WebSocket.app.state": "app.state", "fastapi.websockets.WebSocket.app.state": "app.state", "starlette.websockets.WebSocket.app.state": "app.state",
	"starlette.requests.HTTPConnection.app.state": "app.state", "fastapi.requests.HTTPConnection.app.state": "app.state",
	"litestar.Litestar.state": "app.state", "litestar.Request.app.state": "app.state",
	"sanic.Sanic.ctx": "app.ctx", "sanic.Request.app.ctx": "app.ctx", "sanic.request.Request.app.ctx": "app.ctx",
	"flask.Flask": "current_app", "flask.app.Flask": "current_app", "flask.current_app": "current_app", "quart.Quart": "current_app", "quart.current_app": "current_app",
}

// onApplication is the ID under which an attribute of an application is kept, "" for
// attributes of anything else. The configuration is told by itself.
func onApplication(id string) string {
	object, name, ok := cutLast(id)
	at := applicationState[object]
	if !ok || at == "" || name == "config" || name == "state" || strings.HasSuffix(name, ")") || strings.HasSuffix(name, "]") {
		return ""
	}
	return at + "." + name
}

// attributeOf is the dotted name of an attribute of something of a library.
func (r *resolver) attributeOf(on thing, name string) string {
	switch {
	case on.kind == outside:
		return on.id + "." + name
	case on.kind == aValue && strings.Contains(on.typ, ".") && r.classes[on.typ] == nil:
		return strings.TrimPrefix(on.typ, opaque) + "." + name
	}
	return ""
}

// applicationHolders declares what the checkout keeps on an application: where it is set
// while modules are loaded, else where it is set first.
func (r *resolver) applicationHolders() {
	for _, top := range []bool{true, false} {
		for _, fn := range r.order {
			if fn.Test || fn.module.class.skipped() || (fn.Name == topName) != top {
				continue
			}
			for i := range fn.Accesses {
				if a := &fn.Accesses[i]; a.Kind == unit.Write || a.Kind == unit.Init {
					r.applicationHolder(fn, a)
				}
			}
		}
	}
}

func (r *resolver) applicationHolder(fn *function, a *unit.Access) {
	object, name := parent(a.Place)
	if name == "" {
		return
	}
	on := r.walk(object, fn, fn.module)
	if on.kind == aFunction && a.Value != nil {
		r.attributeOfFunction(fn, a, on.id, name)
		return
	}
	id := onApplication(r.attributeOf(on, name))
	if id == "" {
		return
	}
	if a.Value != nil {
		r.given[id] = append(r.given[id], given{a.Value, fn})
	}
	if r.holders[id] != nil {
		return
	}
	h := unit.Holder{ID: id, Symbol: id, Name: name, Kind: unit.Attribute, Owner: strings.TrimSuffix(id, "."+name), Location: a.Location}
	if a.Value != nil && a.Value.Kind != unit.PlaceValue {
		h.Value = *a.Value
	}
	r.declare(h)
}

// onApplication is what an application keeps under a name, if the checkout puts something there.
func (r *resolver) onApplication(id string) (thing, bool) {
	at := onApplication(id)
	h := r.holders[at]
	if at == "" || h == nil {
		return thing{}, false
	}
	return thing{kind: aValue, place: rooted(at), typ: r.typeOf(h)}, true
}

// takesRequests tells a parameter that is a request of Starlette by its name, in a module
// that has to do with it.
func takesRequests(fn *function, n int) bool {
	if n >= len(fn.Params) || fn.Params[n] != "request" {
		return false
	}
	for _, l := range fn.module.loads {
		if first, _, _ := strings.Cut(l, "."); first == "fastapi" || first == "starlette" {
			return true
		}
	}
	return false
}

// attributeOfFunction declares what the checkout keeps on a function: one that stands inside
// another is made anew by each call of that.
func (r *resolver) attributeOfFunction(fn *function, a *unit.Access, function, name string) {
	id := function + "." + name
	r.given[id] = append(r.given[id], given{a.Value, fn})
	if r.holders[id] != nil || r.classes[id] != nil || r.functions[id] != nil {
		return
	}
	h := unit.Holder{ID: id, Symbol: r.symbol(id), Name: name, Kind: unit.ModuleVar, Owner: function, Location: a.Location}
	if a.Value.Kind != unit.PlaceValue {
		h.Value, h.Type = *a.Value, a.Value.Type
	}
	if maker := makerOf(function); maker != "" {
		h.Kind, h.Owner = unit.Captured, maker
	}
	r.declare(h)
}
