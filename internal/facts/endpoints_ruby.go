package facts

import (
	"strings"

	"github.com/stateaudit/stateaudit/internal/names"
	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// railsEndpoints lists the routes that lead to an action of the checkout. Public
// methods of controllers that no route leads to are no endpoints where there are
// routes at all.
func railsEndpoints(p *program.Program) []Endpoint {
	var out []Endpoint
	routed, index := false, controllers(p)
	for _, s := range p.Settings() {
		if s.Kind != unit.SettingRoute {
			continue
		}
		routed = true
		controller, action, _ := strings.Cut(s.Subject, "#")
		fn := inherited(p, index[names.Camel(controller)+"Controller"], "#"+action)
		if fn == nil {
			continue
		}
		method, pattern, both := strings.Cut(s.Value, " ")
		if !both {
			method, pattern = "", s.Value
		}
		out = append(out, Endpoint{Method: method, Pattern: pattern, Function: fn, Location: s.Location})
	}
	if routed {
		return out
	}
	for _, fn := range p.Functions() {
		if fn.Language == unit.Ruby && fn.RoleNote == "controller action" && counts(fn) {
			out = append(out, Endpoint{Function: fn, Location: fn.Location})
		}
	}
	return out
}

// controllers finds controllers by name. Engines wrap theirs in a module that
// routes do not name; a name that several end in is left out.
func controllers(p *program.Program) map[string]*unit.Type {
	index, ends := map[string]*unit.Type{}, map[string]*unit.Type{}
	for _, u := range p.Units {
		for i := range u.Types {
			t := &u.Types[i]
			if t.Test || !strings.HasSuffix(t.ID, "Controller") {
				continue
			}
			index[t.ID] = t
			for _, rest, more := strings.Cut(t.ID, "::"); more; _, rest, more = strings.Cut(rest, "::") {
				if have, taken := ends[rest]; taken && (have == nil || have.ID != t.ID) {
					ends[rest] = nil
				} else {
					ends[rest] = t
				}
			}
		}
	}
	for name, t := range ends {
		if index[name] == nil && t != nil {
			index[name] = t
		}
	}
	return index
}
