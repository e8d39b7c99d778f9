package ruby

import (
	"slices"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// filters tells the directives of Sinatra, beside its routes, whose blocks run on an
// instance for a request.
func filters(name string) bool {
	switch name {
	case "before", "after", "error", "not_found", "helpers":
		return true
	}
	return false
}

// isSinatra tells an application of Sinatra, by whatever classes it descends from it.
func (r *resolver) isSinatra(class string) bool {
	return r.inherits(class, "Sinatra::Base", "Sinatra::Application", "Padrino::Application")
}

// filtersOfApplications gives the blocks that may be filters of Sinatra the role of one
// where their class is an application: its file need not say so.
func (r *resolver) filtersOfApplications(functions []*unit.Function) {
	for _, f := range functions {
		if len(f.Roles) > 0 || !slices.Contains(f.Attrs, attrFilter) || !r.isSinatra(f.Owner) {
			continue
		}
		f.Roles, f.RoleNote = []unit.Role{unit.Handler}, "block of "+f.Name
		if beforeEach(f.Name) {
			f.Attrs = append(f.Attrs, unit.EachRequest)
		}
	}
}

// copiesForRequests takes account of Sinatra handling each request on a copy of the
// application: what such a copy sets in its own variables is gone with the request.
// A variable that initialize sets is shared in what it holds, and one that nothing but
// a request sets is not shared at all.
func (r *resolver) copiesForRequests(functions []*unit.Function) {
	made := map[string]bool{}
	for _, f := range functions {
		for i := range f.Accesses {
			a := &f.Accesses[i]
			if f.Name == "initialize" && setsOwn(a) && (a.Value == nil || a.Value.Kind != unit.Nil) {
				made[a.Place.Path[0]] = true
			}
		}
	}
	for _, f := range functions {
		if f.Name != "initialize" {
			f.Accesses = slices.DeleteFunc(f.Accesses, func(a unit.Access) bool {
				h := r.ofCopy(&a)
				return h != nil && made[h.ID] && setsOwn(&a)
			})
		}
	}
	for _, u := range r.units {
		for i := range u.Holders {
			if h := &u.Holders[i]; h.Kind == unit.Field && !made[h.ID] && r.isSinatra(h.Owner) {
				h.PerRequest = true
			}
		}
	}
}

// setsOwn tells an access that gives a variable of its own object another value.
func setsOwn(a *unit.Access) bool {
	return a.Place.Root == unit.RootReceiver && len(a.Place.Path) == 1 && (a.Kind == unit.Write || a.Kind == unit.Init)
}

// ofCopy is the variable of an application of Sinatra in which an access takes place,
// or nil.
func (r *resolver) ofCopy(a *unit.Access) *unit.Holder {
	if a.Place.Root != unit.RootReceiver || len(a.Place.Path) == 0 {
		return nil
	}
	if h := r.holders[a.Place.Path[0]]; h != nil && h.Kind == unit.Field && r.isSinatra(h.Owner) {
		return h
	}
	return nil
}

// sinatraSetting declares what an application of Sinatra is set to: set :notices, []. All
// requests find it under its name in settings.
func (f *file) sinatraSetting(s *scope, c send) {
	if !f.web || len(c.args) != 2 || s.body == nil {
		return
	}
	name := f.symbolText(c.args[0])
	if name == "" {
		return
	}
	id := s.owner + ".@@" + name
	value := prune(f.glance(s, c.args[1], 2), valueDepth)
	if f.settings == nil {
		f.settings = map[string]string{}
	}
	f.settings[name] = id
	f.declare(unit.Holder{ID: id, Symbol: "settings." + name, Name: name, Kind: unit.Attribute, Owner: s.owner, Type: value.Type, Value: value, Location: f.at(c.args[0]), Comment: f.comment(c.n)}, true)
}
