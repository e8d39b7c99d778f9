package python

import (
	"regexp"
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// registration is one line of a URLconf, or the registration of a viewset with a
// router.
type registration struct {
	in       *module
	pattern  string // as a reader would write it, without slashes at its ends
	view     thing  // function or class
	actions  map[string]string
	include  *module
	included string // the router that is included, by its holder
	router   string // the router that a viewset is registered with
	at       unit.Location
}

// registers notes what a call says of routes.
func (r *resolver) registers(fn *function, c *unit.Call, t thing) {
	if fn.Test || t.kind != outside || len(c.Args) < 2 {
		return
	}
	reg := registration{in: fn.module, pattern: plainText(&c.Args[0]), at: c.Location}
	switch {
	case c.Args[0].Kind != unit.Literal:
		return
	case t.id == "django.urls.path" || t.id == "django.conf.urls.path":
		reg.pattern = segmentsOf(converter.ReplaceAllString(reg.pattern, "{$1}"))
	case t.id == "django.urls.re_path" || t.id == "django.conf.urls.url" || t.id == "django.urls.url":
		reg.pattern = segmentsOf(unregular(reg.pattern))
	case c.Name == "register" && c.Receiver.Place != nil && strings.Contains(t.id, "Router"):
		object, _ := parent(*c.Receiver.Place)
		if on := r.walk(object, fn, fn.module); on.place != nil {
			reg.router = on.place.Name
		}
		if c.Args[1].Place == nil || reg.router == "" {
			return
		}
		reg.pattern = segmentsOf(unregular(reg.pattern))
		reg.view = r.walk(*c.Args[1].Place, fn, fn.module)
		r.routed = append(r.routed, reg)
		return
	default:
		return
	}
	r.leads(fn, &reg, &c.Args[1])
	r.routed = append(r.routed, reg)
}

// plainText is a text without its quotes, and what stands before these.
func plainText(v *unit.Value) string { return strings.Trim(strings.TrimLeft(v.Text, "rRbBuU"), `"'`) }

var (
	starlette = regexp.MustCompile(`\{(\w+):\w+\}`)
	converter = regexp.MustCompile(`<(?:\w+:)?(\w+)>`)
	group     = regexp.MustCompile(`\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)`)
	unnamed   = regexp.MustCompile(`\((?:[^()]|\([^()]*\))*\)`)
)

// unregular is a regular expression of a route as a pattern.
func unregular(text string) string {
	text = unnamed.ReplaceAllString(group.ReplaceAllString(text, "{$1}"), "{}")
	text = strings.NewReplacer("^", "", "$", "", `\.`, ".", `\-`, "-", "/?", "/", "{}?", "", ".*", "*", ".+", "*").Replace(text)
	return strings.TrimPrefix(text, `\A`)
}

// segmentsOf is a pattern without slashes at its ends.
func segmentsOf(pattern string) string { return strings.Trim(pattern, "/") }

// leads says what the second argument of a route leads to.
func (r *resolver) leads(fn *function, reg *registration, v *unit.Value) {
	if v.Place == nil {
		return
	}
	p := *v.Place
	if n := len(p.Path); n > 0 && strings.HasSuffix(p.Path[n-1], "()") {
		by := r.walk(uncalled(p), fn, fn.module)
		switch {
		case by.kind == outside && strings.HasSuffix(by.id, ".include"):
			r.includes(fn, reg, v)
		case p.Path[n-1] == ".as_view()":
			p.Path = p.Path[:n-1]
			reg.view = r.walk(p, fn, fn.module)
			reg.actions = actionsOf(v)
		case len(v.Parts) > 0:
			r.leads(fn, reg, &v.Parts[0]) // csrf_exempt(view)
		}
		return
	}
	reg.view = r.walk(p, fn, fn.module)
}

// routerRead notes that the routes of a router are taken over where its urls are read:
// in a list, with include, or as the list itself.
func (r *resolver) routerRead(fn *function, a *unit.Access) {
	n := len(a.Place.Path)
	if fn.Name != topName || fn.Test || n == 0 || a.Place.Path[n-1] != ".urls" {
		return
	}
	p := a.Place
	p.Path = p.Path[:n-1]
	if on := r.walk(p, fn, fn.module); on.kind == aValue && on.place != nil {
		r.routed = append(r.routed, registration{in: fn.module, included: on.place.Name, at: a.Location})
	}
}

// includes reads include("module") and include(module).
func (r *resolver) includes(fn *function, reg *registration, v *unit.Value) {
	if len(v.Parts) == 0 {
		return
	}
	what := &v.Parts[0]
	if what.Kind == unit.Collection && len(what.Parts) > 0 {
		what = &what.Parts[0] // with a namespace
	}
	if what.Kind == unit.Literal {
		reg.include = r.module(strings.Trim(what.Text, `"'`), fn.module)
		return
	}
	if what.Place == nil {
		return
	}
	if t := r.walk(*what.Place, fn, fn.module); t.kind == aModule {
		reg.include = r.modules[t.id]
	}
}

// actionsOf reads as_view({"get": "list"}): methods of HTTP and of the class.
func actionsOf(v *unit.Value) map[string]string {
	if len(v.Parts) == 0 || v.Parts[0].Kind != unit.Collection {
		return nil
	}
	out := map[string]string{}
	for _, p := range v.Parts[0].Parts {
		if p.Type == pair && len(p.Parts) > 0 {
			out[p.Callee] = strings.Trim(p.Parts[0].Text, `"'`)
		}
	}
	return out
}

// routes puts together what the URLconfs say, from those that nobody includes.
func (r *resolver) routes() {
	included, routers := map[*module]bool{}, map[string]bool{}
	for _, reg := range r.routed {
		included[reg.include] = true
		routers[reg.included] = true
	}
	for i := range r.routed {
		reg := &r.routed[i]
		switch {
		case reg.router != "" && !routers[reg.router] && !included[reg.in]:
			r.expand(reg, nil, 0)
		case reg.router == "" && !included[reg.in] && !r.inside(reg):
			r.expand(reg, nil, 0)
		}
	}
}

// inside tells a line that stands in the list of another one.
func (r *resolver) inside(reg *registration) bool {
	return slices.ContainsFunc(r.routed, func(o registration) bool { return o.in == reg.in && surrounds(o.at, reg.at) })
}

func surrounds(outer, inner unit.Location) bool {
	if outer == inner || outer.File != inner.File {
		return false
	}
	starts := outer.Line < inner.Line || outer.Line == inner.Line && outer.Column <= inner.Column
	ends := outer.EndLine > inner.EndLine || outer.EndLine == inner.EndLine && outer.EndColumn >= inner.EndColumn
	return starts && ends
}

// expand follows a line to the functions that answer.
func (r *resolver) expand(reg *registration, prefix []string, depth int) {
	if depth > 6 {
		return
	}
	if reg.pattern != "" {
		prefix = append(slices.Clone(prefix), reg.pattern)
	}
	for i := range r.routed {
		next := &r.routed[i]
		switch {
		case next == reg:
		case reg.include != nil && next.in == reg.include && !r.inside(next) && (next.router == "" || !r.includedIn(next.router)):
			r.expand(next, prefix, depth+1)
		case reg.included != "" && next.router == reg.included:
			r.expand(next, prefix, depth+1)
		case next.in == reg.in && next.router == "" && surrounds(reg.at, next.at) && !r.between(reg, next):
			r.expand(next, prefix, depth+1)
		}
	}
	switch reg.view.kind {
	case aFunction:
		r.routeFunction(reg, prefix)
	case aClass:
		r.routeClass(reg, prefix)
	}
}

// includedIn tells a router that some line includes.
func (r *resolver) includedIn(router string) bool {
	return slices.ContainsFunc(r.routed, func(o registration) bool { return o.included == router })
}

// between tells whether a third line stands between two nested ones.
func (r *resolver) between(outer, inner *registration) bool {
	return slices.ContainsFunc(r.routed, func(o registration) bool {
		return o.in == outer.in && surrounds(outer.at, o.at) && surrounds(o.at, inner.at)
	})
}

func (r *resolver) route(reg *registration, method, function string, path []string) {
	if fn := r.functions[function]; fn != nil && len(fn.Roles) == 0 {
		fn.give(unit.Handler, "a route leads to it")
	}
	m := reg.in.unit
	m.Routes = append(m.Routes, unit.Route{Method: method, Pattern: "/" + strings.Join(path, "/"), Function: function, Location: reg.at})
}

// routeFunction adds the route of a function, for the methods that its decorators let
// through.
func (r *resolver) routeFunction(reg *registration, path []string) {
	fn := r.functions[reg.view.id]
	var methods []string
	for _, d := range fn.decorated {
		switch name := d.by.id[strings.LastIndexByte(d.by.id, '.')+1:]; name {
		case "require_POST":
			methods = append(methods, "POST")
		case "require_GET", "require_safe":
			methods = append(methods, "GET")
		case "require_http_methods", "api_view":
			if len(d.call.Args) > 0 {
				for _, v := range d.call.Args[0].Parts {
					methods = append(methods, strings.ToUpper(strings.Trim(v.Text, `"'`)))
				}
			}
		}
	}
	if len(methods) == 0 {
		methods = []string{""}
	}
	for _, method := range methods {
		r.route(reg, method, fn.ID, path)
	}
}

// routeClass adds the routes of a view that is a class.
func (r *resolver) routeClass(reg *registration, path []string) {
	class := reg.view.id
	if reg.router != "" {
		r.routeViewset(reg, path)
		return
	}
	actions := reg.actions
	if actions == nil {
		actions = map[string]string{"get": "get", "post": "post", "put": "put", "patch": "patch", "delete": "delete"}
	}
	for _, verb := range []string{"get", "post", "put", "patch", "delete"} {
		if name := actions[verb]; name != "" {
			if fn := r.answers(class, name); fn != "" {
				r.route(reg, strings.ToUpper(verb), fn, path)
			}
		}
	}
}

// routeViewset adds the routes that a router makes of a viewset.
func (r *resolver) routeViewset(reg *registration, path []string) {
	class := reg.view.id
	one := append(slices.Clone(path), "{pk}")
	for _, a := range []struct {
		name, verb string
		at         []string
	}{
		{"list", "GET", path}, {"create", "POST", path}, {"retrieve", "GET", one}, {"update", "PUT", one}, {"partial_update", "PATCH", one}, {"destroy", "DELETE", one},
	} {
		if fn := r.answers(class, a.name); fn != "" {
			r.route(reg, a.verb, fn, a.at)
		}
	}
	for _, at := range r.classes[class].order {
		for _, fn := range r.owned[at] {
			for _, d := range fn.decorated {
				if strings.HasSuffix(d.by.id, ".decorators.action") {
					r.routeAction(reg, fn, d, path, one)
				}
			}
		}
	}
}

// routeAction adds the routes of an action of a viewset that has a name of its own.
func (r *resolver) routeAction(reg *registration, fn *function, d decoration, path, one []string) {
	name, methods := fn.Name, []string{"GET"}
	for _, arg := range d.call.Args {
		if arg.Type != pair || len(arg.Parts) == 0 {
			continue
		}
		switch v := arg.Parts[0]; arg.Callee {
		case "detail":
			if strings.Contains(arg.Text, "True") {
				path = one
			}
		case "url_path":
			name = segmentsOf(unregular(plainText(&v)))
		case "methods":
			methods = nil
			for _, m := range v.Parts {
				methods = append(methods, strings.ToUpper(strings.Trim(m.Text, `"'`)))
			}
		}
	}
	for _, method := range methods {
		r.route(reg, method, fn.ID, append(slices.Clone(path), name))
	}
}

// answers is the method of a view that answers: one of the checkout, or what a library
// does in its place, which is then added as a function of the class.
func (r *resolver) answers(class, name string) string {
	for _, at := range r.classes[class].order {
		if fn := r.functions[at+"."+name]; fn != nil {
			return fn.ID
		}
	}
	does, ok := r.ofLibrary(class, name)
	if !ok {
		return ""
	}
	id := class + "." + name
	if slices.ContainsFunc(r.made, func(f made) bool { return f.fn.ID == id }) {
		return id
	}
	c := r.classes[class]
	fn := unit.Function{ID: id, Symbol: c.Name + "." + name, Name: name, Owner: class, Roles: []unit.Role{unit.Handler}, RoleNote: "a view of which the library writes the body", Location: c.Location}
	if model := r.shown(class); model != "" {
		fn.Rows = append(fn.Rows, unit.Row{Type: model, Location: c.Location})
		if does == "writes" && !r.saves(class, name) {
			fn.Rows = append(fn.Rows, unit.Row{Type: model, Write: true, Location: c.Location})
		}
	}
	for _, hook := range hooks(name) {
		for _, at := range c.order {
			if to := r.functions[at+"."+hook]; to != nil {
				fn.Calls = append(fn.Calls, unit.Call{Callee: to.ID, Name: hook, Result: unit.Returned, Location: to.nameAt()})
				break
			}
		}
	}
	r.made = append(r.made, made{c.module, fn})
	return id
}

// made is a function that nobody wrote.
type made struct {
	in *module
	fn unit.Function
}

// saves tells a view that saves in a method of its own what the body of a library, of
// this name, would save.
func (r *resolver) saves(class, name string) bool {
	for _, at := range r.classes[class].order {
		for _, hook := range hooks(name) {
			if r.functions[at+"."+hook] != nil && (strings.HasPrefix(hook, "perform_") || hook == "form_valid") {
				return true
			}
		}
	}
	return false
}

// hooks are the methods that the body of a library calls on its own class.
func hooks(name string) []string {
	common := []string{"get_queryset", "get_serializer_class", "get_object", "get_context_data", "get_permissions", "dispatch"}
	switch name {
	case "create":
		return append(common, "perform_create")
	case "update", "partial_update", "put", "patch":
		return append(common, "perform_update")
	case "destroy", "delete":
		return append(common, "perform_destroy", "form_valid")
	case "post":
		return append(common, "form_valid", "form_invalid", "get_form", "perform_create")
	}
	return common
}

// ofLibrary says what the classes of a library that a view is made from do under a name.
func (r *resolver) ofLibrary(class, name string) (does string, ok bool) {
	for _, above := range r.above(class) {
		last := above[strings.LastIndexByte(above, '.')+1:]
		if strings.HasPrefix(above, "rest_framework") {
			does = restful(last, name)
		} else {
			does = generic(last, name)
		}
		if does != "" {
			return does, true
		}
	}
	return "", false
}

// restful is what the classes of Django REST framework do.
func restful(class, name string) string {
	has := func(words ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(class, w) })
	}
	full := class == "ModelViewSet"
	view := strings.HasSuffix(class, "APIView")
	switch {
	case name == "list" && (full || has("ReadOnlyModelViewSet", "ListModelMixin")), name == "retrieve" && (full || has("ReadOnlyModelViewSet", "RetrieveModelMixin")), name == "get" && view && has("List", "Retrieve"):
		return "reads"
	case name == "create" && (full || has("CreateModelMixin")), name == "post" && view && has("Create"),
		(name == "update" || name == "partial_update") && (full || has("UpdateModelMixin")), (name == "put" || name == "patch") && view && has("Update"),
		name == "destroy" && (full || has("DestroyModelMixin")), name == "delete" && view && has("Destroy"):
		return "writes"
	}
	return ""
}

// generic is what the generic views of Django do.
func generic(class, name string) string {
	switch {
	case !strings.HasSuffix(class, "View") || name != "get" && name != "post" || class == "View":
		return ""
	case name == "post" && (class == "CreateView" || class == "UpdateView" || class == "DeleteView"):
		return "writes"
	case name == "post" && class != "FormView" && !strings.HasPrefix(class, "Log") && !strings.HasPrefix(class, "Password"):
		return ""
	case class == "RedirectView" || class == "TemplateView" || class == "FormView":
		return "answers"
	}
	return "reads"
}
