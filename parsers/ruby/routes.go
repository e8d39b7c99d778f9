package ruby

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/names"
	"github.com/stateaudit/stateaudit/internal/unit"
	"github.com/stateaudit/stateaudit/parsers/internal/syntax"
)

// isRoutes tells the files in which Rails is told its routes.
func isRoutes(name string) bool {
	return name == "config/routes.rb" || strings.HasSuffix(name, "/config/routes.rb") ||
		path.Ext(name) == ".rb" && strings.Contains("/"+name, "/config/routes/")
}

// routes records the routes of a file: which action answers which pattern.
// What is computed at load (loops over constants, routes of engines and of
// gems) is passed over.
func (f *file) routes() {
	r := &routeReader{f: f, concerns: map[string]*node{}}
	r.statements(f.syntax.Root, routeScope{})
}

// maxRoutes bounds what one file may say: nested loops are cheap to write.
const maxRoutes = 20000

// routeReader walks the calls of a routes file.
type routeReader struct {
	f        *file
	concerns map[string]*node
	depth    int
	count    int
}

// routeScope is what the calls around a route add to it.
type routeScope struct {
	path       string // begins with a slash, or is empty
	module     string // a/b
	controller string
	// resource is the path of the resources around, up to a member's ID; member
	// and collection blocks add to it.
	member, collection string
	inMember           bool
}

// statements reads every call below a node that is not itself part of another.
func (r *routeReader) statements(n *node, s routeScope) {
	if n == nil || r.depth > 60 {
		return
	}
	r.depth++
	defer func() { r.depth-- }()
	for _, kid := range n.Kids {
		if kid.Is("call") {
			r.call(kid, s)
			continue
		}
		if !kid.Is("method", "class", "module", "lambda", "string", "hash") {
			r.statements(kid, s)
		}
	}
}

// call reads one call of the routing language.
func (r *routeReader) call(n *node, s routeScope) {
	c := r.f.sendOf(n)
	if r.count > maxRoutes {
		return
	}
	switch c.name {
	case "resources", "resource":
		for _, name := range r.names(c) {
			r.resource(c, s, name)
		}
	case "namespace":
		for _, name := range r.names(c) {
			inner := routeScope{path: s.base() + "/" + r.option(c, "path", name), module: join2(s.module, r.option(c, "module", name)), controller: s.controller}
			r.statements(c.block, inner)
		}
	case "scope":
		r.scope(c, s)
	case "member":
		s.inMember = true
		r.statements(c.block, s)
	case "collection":
		s.inMember = false
		s.path, s.member = s.collection, ""
		r.statements(c.block, s)
	case "controller":
		for _, name := range r.names(c) {
			s.controller = name
		}
		r.statements(c.block, s)
	case "concern":
		for _, name := range r.names(c) {
			r.concerns[name] = c.block
		}
	case "concerns":
		for _, name := range r.names(c) {
			r.statements(r.concerns[name], s)
		}
	case "get", "post", "put", "patch", "delete", "match", "root":
		r.verb(c, s)
	default:
		r.statements(c.block, s)
	}
}

// base is the path that a route is added to.
func (s routeScope) base() string {
	if s.inMember {
		return s.member
	}
	return s.path
}

func join2(a, b string) string { return strings.Trim(a+"/"+b, "/") }

// scope reads `scope "/path", module: :m, controller: :c do`.
func (r *routeReader) scope(c send, s routeScope) {
	add := ""
	for _, arg := range c.args {
		if text := r.f.symbolText(arg); text != "" {
			add += "/" + strings.Trim(text, "/")
		}
	}
	if p := r.option(c, "path", ""); p != "" {
		add += "/" + strings.Trim(p, "/")
	}
	s.path, s.inMember = s.base()+strings.TrimSuffix(add, "/"), false
	s.module = join2(s.module, r.option(c, "module", ""))
	s.controller = r.option(c, "controller", s.controller)
	r.statements(c.block, s)
}

// names are the symbols and strings that a call is given.
func (r *routeReader) names(c send) []string {
	var out []string
	for _, arg := range c.args {
		if name := r.f.symbolText(arg); name != "" {
			out = append(out, strings.Trim(name, "/"))
		}
	}
	return out
}

// option is the value of a keyword of a call, if it is a name.
func (r *routeReader) option(c send, key, otherwise string) string {
	if v := r.keyword(c, key); v != nil {
		if name := r.f.symbolText(v); name != "" || v.Is("nil", "string") {
			return strings.Trim(name, "/")
		}
	}
	return otherwise
}

// keyword is the value of a keyword of a call, or nil.
func (r *routeReader) keyword(c send, key string) *node {
	for _, arg := range c.args {
		if arg.Is("pair") && r.f.symbolText(arg.Child("key")) == key {
			return arg.Child("value")
		}
	}
	return nil
}

// list are the names in the value of a keyword, and whether there is one.
func (r *routeReader) list(c send, key string) ([]string, bool) {
	v := r.keyword(c, key)
	if v == nil {
		return nil, false
	}
	if name := r.f.symbolText(v); name != "" {
		return []string{name}, true
	}
	var out []string
	for _, kid := range v.Kids {
		if name := r.f.symbolText(kid); name != "" {
			out = append(out, name)
		}
	}
	return out, true
}

// resource reads `resources :orders` and `resource :session`.
func (r *routeReader) resource(c send, s routeScope, name string) {
	plural := c.name == "resources"
	controller := name
	if !plural {
		controller = names.PluralName(name)
	}
	controller = r.option(c, "controller", controller)
	module := join2(s.module, r.option(c, "module", ""))
	inner := routeScope{path: s.base() + "/" + r.option(c, "path", name), module: s.module}
	inner.path = strings.TrimSuffix(inner.path, "/")
	inner.collection, inner.member = inner.path, inner.path
	if plural {
		inner.member += "/:" + r.option(c, "param", "id")
	}
	for _, action := range r.actions(c, plural) {
		at := inner.collection
		if action.member {
			at = inner.member
		}
		for _, verb := range action.verbs {
			r.add(c.n, verb, at+action.suffix, join2(module, controller)+"#"+action.name)
		}
	}
	r.nested(c, inner, join2(module, controller), name, plural)
}

// nested reads the block of a resource. Routes in it belong to the controller of
// the resource, and other resources hang below one of it.
func (r *routeReader) nested(c send, inner routeScope, controller, name string, plural bool) {
	inner.controller = "/" + controller
	inner.path = inner.member
	if plural {
		inner.path = inner.collection + "/:" + names.SingularName(name) + "_" + r.option(c, "param", "id")
	}
	for _, used := range r.concernsOf(c) {
		r.statements(r.concerns[used], inner)
	}
	r.statements(c.block, inner)
}

func (r *routeReader) concernsOf(c send) []string {
	names, _ := r.list(c, "concerns")
	return names
}

// action is one of the actions that a resource has unless told otherwise.
type action struct {
	name   string
	verbs  []string
	suffix string
	member bool
}

// actions are those of a resource after only: and except:.
func (r *routeReader) actions(c send, plural bool) []action {
	all := []action{
		{"index", []string{"GET"}, "", false}, {"new", []string{"GET"}, "/new", false}, {"create", []string{"POST"}, "", false},
		{"show", []string{"GET"}, "", true}, {"edit", []string{"GET"}, "/edit", true},
		{"update", []string{"PATCH", "PUT"}, "", true}, {"destroy", []string{"DELETE"}, "", true},
	}
	only, limited := r.list(c, "only")
	except, _ := r.list(c, "except")
	return slices.DeleteFunc(all, func(a action) bool {
		return !plural && a.name == "index" || limited && !slices.Contains(only, a.name) || slices.Contains(except, a.name)
	})
}

// verb reads `get "path", to: "controller#action"` and its shorter forms.
func (r *routeReader) verb(c send, s routeScope) {
	verbs := []string{strings.ToUpper(c.name)}
	switch c.name {
	case "match":
		via, _ := r.list(c, "via")
		verbs = nil
		for _, v := range via {
			if v == "all" {
				v = ""
			}
			verbs = append(verbs, strings.ToUpper(v))
		}
	case "root":
		verbs = []string{"GET"}
	}
	inner := s
	switch on := r.option(c, "on", ""); on {
	case "member":
		inner.inMember = true
	case "collection":
		inner.inMember, inner.path = false, s.collection
	}
	for _, t := range r.targets(c) {
		pattern, to := t[0], t[1]
		if c.name == "root" {
			pattern, to = "", cmp.Or(to, pattern)
		}
		at := strings.TrimSuffix(inner.base()+"/"+strings.Trim(strings.ReplaceAll(pattern, "(.:format)", ""), "/"), "/")
		target := r.controllerAction(c, inner, pattern, to)
		for _, verb := range verbs {
			r.add(c.n, verb, at, target)
		}
	}
}

// targets are the patterns of a route, with what `to:` or `=>` says.
func (r *routeReader) targets(c send) [][2]string {
	to := r.option(c, "to", "")
	var out [][2]string
	for _, arg := range c.args {
		if arg.Is("pair") {
			if key := arg.Child("key"); key.Is("string") { // get "x" => "c#a"
				out = append(out, [2]string{r.f.symbolText(key), r.f.symbolText(arg.Child("value"))})
			}
			continue
		}
		if text := r.f.symbolText(arg); text != "" {
			out = append(out, [2]string{text, to})
		}
	}
	if len(out) == 0 && c.name == "root" {
		out = append(out, [2]string{"", to})
	}
	return out
}

// controllerAction names controller and action of a route: as `to:` says, by the
// options of those names, by the resource around and the last part of the
// pattern, or by the pattern alone.
func (r *routeReader) controllerAction(c send, s routeScope, pattern, to string) string {
	if to == "" && c.name == "root" {
		return ""
	}
	controller, act, both := strings.Cut(to, "#")
	if !both {
		controller, act = "", to
	}
	if controller == "" {
		controller = r.option(c, "controller", s.controller)
	}
	if act == "" {
		act = r.option(c, "action", "")
	}
	if controller == "" && strings.Contains(strings.Trim(pattern, "/"), "/") { // get "photos/poll"
		controller, act = path.Dir(strings.Trim(pattern, "/")), cmp.Or(act, path.Base(pattern))
	}
	if act == "" {
		act = path.Base(pattern)
	}
	if rest, ok := strings.CutPrefix(controller, "/"); ok {
		return rest + "#" + act
	}
	if controller == "" || strings.ContainsAny(controller, ":*(") || strings.ContainsAny(act, ":*(") {
		return ""
	}
	return join2(s.module, controller) + "#" + act
}

// add records a route.
func (r *routeReader) add(n *node, verb, pattern, target string) {
	if target == "" || r.count > maxRoutes {
		return
	}
	r.count++
	if pattern == "" {
		pattern = "/"
	}
	r.f.unit.Settings = append(r.f.unit.Settings, unit.Setting{
		Kind: unit.SettingRoute, Subject: target, Value: strings.TrimSpace(verb + " " + pattern), Origin: unit.Written,
		Text: syntax.Shorten(r.f.text(n), 160), Location: r.f.at(r.f.head(n)),
	})
}
