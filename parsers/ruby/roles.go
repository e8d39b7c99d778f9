package ruby

import (
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// roles gives functions the roles that Rails, Rack and job libraries make of
// them. Code that the framework loads in order to serve and of which no caller
// can be seen is taken to serve too, unless only the loading of classes calls it.
func (r *resolver) roles(functions []*unit.Function) {
	for _, f := range functions {
		if len(f.Roles) > 0 || f.Test || slices.Contains(f.Attrs, attrAttribute) {
			continue
		}
		if role, note := r.roleOf(f); role != "" {
			f.Roles, f.RoleNote = []unit.Role{role}, note
		}
	}
	r.named(functions)
	r.dropGuesses(functions)
	r.mainLines(functions)
	reached := r.reachable(functions, serves, true)
	atLoad := r.reachable(functions, func(f *unit.Function) bool { return slices.Contains(f.Roles, unit.Initializer) }, true)
	called, settled, elsewhere := queried(functions), r.madeAtLoad(functions, reached), calledElsewhere(functions)
	for _, f := range functions {
		switch {
		case len(f.Roles) > 0 || f.Test || f.Outer != "" || reached[f.ID] || atLoad[f.ID]:
		case elsewhere[f.Name]:
		case !slices.Contains(f.Attrs, "app") || slices.Contains(f.Attrs, attrAttribute):
		case strings.HasPrefix(f.ID, f.Owner+".") && !called[f.Name], settled[f.Owner]:
			// Class methods and the methods of what is made at load are called by
			// name. Where no call is seen, they are there for configuration.
		default:
			f.Roles, f.RoleNote = []unit.Role{unit.Application}, "code of the application, whose callers could not be seen"
		}
	}
	r.unspelled(functions)
}

// helperNote says why the methods of helpers serve.
const helperNote = "view helper"

// mainLines marks the functions with a loop that nothing leaves, in which the process
// of a script stays.
func (r *resolver) mainLines(functions []*unit.Function) {
	own := r.reachable(functions, func(f *unit.Function) bool { return slices.Contains(f.Attrs, attrStarted) }, false)
	for _, f := range functions {
		if own[f.ID] && slices.Contains(f.Attrs, attrMain) {
			f.Attrs = append(f.Attrs, unit.GoesOn)
		}
	}
}

// calledElsewhere lists the names of methods that are called outside of production.
// Where no other call is seen, they do not serve.
func calledElsewhere(functions []*unit.Function) map[string]bool {
	names := map[string]bool{}
	for _, f := range functions {
		for _, attr := range f.Attrs {
			if name, ok := strings.CutPrefix(attr, attrElsewhere); ok {
				names[name] = true
			}
		}
	}
	return names
}

// madeAtLoad lists the classes of which instances are made, but not by anything
// that is seen to serve.
func (r *resolver) madeAtLoad(functions []*unit.Function, reached map[string]bool) map[string]bool {
	made := map[string]bool{}
	for _, f := range functions {
		for _, a := range f.Allocs {
			settled := (a.Kept || !reached[f.ID]) && !r.isModel(a.Type) // rows come from queries
			if before, seen := made[a.Type]; seen {
				settled = settled && before
			}
			made[a.Type] = settled
		}
	}
	return made
}

// queried lists the names of methods that are called on relations: class
// methods of a model may answer.
func queried(functions []*unit.Function) map[string]bool {
	names := map[string]bool{}
	for _, f := range functions {
		for i := range f.Calls {
			if c := &f.Calls[i]; c.External && strings.HasPrefix(c.Callee, "ActiveRecord.") {
				names[c.Name] = true
			}
		}
	}
	return names
}

func serves(f *unit.Function) bool {
	return slices.ContainsFunc(f.Roles, unit.Role.Serves)
}

// dropGuesses takes back the guesses that lead from requests to objects which,
// as far as is known for sure, only the loading of the application makes. What a
// process of its own does with the objects that it makes is no such thing.
func (r *resolver) dropGuesses(functions []*unit.Function) {
	settled := r.madeAtLoad(functions, r.reachable(functions, serves, false))
	own := r.reachable(functions, func(f *unit.Function) bool { return slices.Contains(f.Attrs, attrStarted) }, false)
	requests := r.reachable(functions, func(f *unit.Function) bool { return serves(f) && !own[f.ID] }, false)
	for _, f := range functions {
		if own[f.ID] && !requests[f.ID] {
			continue
		}
		for i := range f.Calls {
			c := &f.Calls[i]
			if !c.Guessed {
				continue
			}
			away := func(id string) bool { return r.functions[id] == nil || settled[r.functions[id].Owner] }
			c.Targets = slices.DeleteFunc(c.Targets, away)
			if away(c.Callee) {
				c.Callee = ""
				if len(c.Targets) > 0 {
					c.Callee = c.Targets[0]
				}
			}
		}
	}
}

// reachable lists the functions that those for which a condition holds may run,
// with or without the calls that are only guessed.
func (r *resolver) reachable(functions []*unit.Function, from func(*unit.Function) bool, guesses bool) map[string]bool {
	seen := map[string]bool{}
	var queue []*unit.Function
	visit := func(id string) {
		if f := r.functions[id]; f != nil && !seen[id] {
			seen[id] = true
			queue = append(queue, f)
		}
	}
	for _, f := range functions {
		if from(f) {
			visit(f.ID)
		}
	}
	for len(queue) > 0 {
		f := queue[0]
		queue = queue[1:]
		for i := range f.Calls {
			if f.Calls[i].Guessed && !guesses {
				continue
			}
			visit(f.Calls[i].Callee)
			for _, id := range f.Calls[i].Targets {
				visit(id)
			}
		}
	}
	return seen
}

// blocksOfMacros lets the blocks serve that class bodies hand to methods of a library:
// it calls them as events, commands or rows come. What a method of the checkout does
// with such a block can be seen.
func (r *resolver) blocksOfMacros(functions []*unit.Function) {
	for _, f := range functions {
		if len(f.Roles) > 0 || f.Test || !slices.Contains(f.Attrs, attrMacro) || len(r.byName[f.Name]) > 0 || !r.leaves(f.Owner) {
			continue
		}
		f.Roles, f.RoleNote = []unit.Role{unit.Application}, "block of "+f.Name
	}
}

// leaves tells a class of which an ancestor is not in the checkout.
func (r *resolver) leaves(class string) bool {
	return slices.ContainsFunc(r.line(class), func(up string) bool { return r.classes[up] == nil })
}

// roleOf tells the role of a method from the class that it belongs to.
func (r *resolver) roleOf(f *unit.Function) (unit.Role, string) {
	if f.Outer != "" && !isMethod(f) || r.classes[f.Owner] == nil {
		return "", ""
	}
	file := r.inFile[f]
	hidden := slices.Contains(f.Attrs, "private") || slices.Contains(f.Attrs, "protected")
	instance := strings.HasPrefix(f.ID, f.Owner+"#")
	line := r.line(f.Owner)
	has := func(names ...string) bool {
		return slices.ContainsFunc(line, func(up string) bool { return slices.Contains(names, up) })
	}
	switch {
	case patches(f.Owner) && strings.Contains(file, "config/initializers/"):
		return unit.Application, "method of a library that the application replaces"
	case instance && !hidden && (has("ActionController::Base", "ActionController::API", "ActionController::Metal", "ApplicationController") || strings.HasSuffix(f.Owner, "Controller") && strings.Contains(file, "app/controllers/")):
		return unit.Handler, "controller action"
	case instance && !hidden && (f.Name == "handle" || f.Name == "call") && has("Hanami::Action", "Lotus::Action"):
		return unit.Handler, "action of Hanami"
	case instance && !hidden && has("GraphQL::Schema::Object", "GraphQL::Schema::Mutation", "GraphQL::Schema::RelayClassicMutation", "GraphQL::Schema::Resolver", "GraphQL::Schema::Subscription"):
		return unit.Handler, "resolver of GraphQL"
	case f.Name == "perform" && (has("ActiveJob::Base", "ApplicationJob", "Sidekiq::Worker", "Sidekiq::Job", "Shoryuken::Worker", "Sneakers::Worker") || strings.HasSuffix(f.Owner, "Job") || strings.HasSuffix(f.Owner, "Worker")):
		return unit.Job, "job"
	case f.Name == "perform" && r.queued(f):
		return unit.Job, "job of Resque"
	case instance && !hidden && has("ActionMailer::Base", "ApplicationMailer"):
		return unit.Handler, "mailer"
	case instance && !hidden && has("ActionCable::Channel::Base", "ApplicationCable::Channel"):
		return unit.Consumer, "channel"
	case instance && f.Name == "call" && len(f.Params) == 1 && strings.TrimLeft(f.Params[0], "_") == "env":
		return unit.Middleware, "Rack middleware or application"
	case instance && !hidden && has("ViewComponent::Base", "Phlex::HTML", "Phlex::SVG", "Cell::ViewModel", "ApplicationComponent"):
		return unit.Handler, "component of a view"
	case strings.Contains(file, "app/helpers/"):
		return unit.Handler, helperNote
	}
	return "", ""
}

// queued tells a class that says in which queue of Resque it waits, by a variable or a
// method of its own, and has a perform.
func (r *resolver) queued(perform *unit.Function) bool {
	if perform.ID != methodID(perform.Owner, "perform", true) {
		return false
	}
	return r.holders[perform.Owner+".@queue"] != nil || r.classMethod(perform.Owner, "queue") != nil
}

// settings says where each Rails application of the checkout is configured.
func (r *resolver) settings() {
	for _, u := range r.units {
		at := slices.IndexFunc(u.Types, func(t unit.Type) bool {
			return slices.ContainsFunc(t.Supers, func(super string) bool { return strings.HasSuffix(super, "Rails::Application") })
		})
		root, ok := strings.CutSuffix("/"+u.Path, "/config/application.rb")
		if at < 0 || !ok {
			continue
		}
		u.Settings = append(u.Settings, unit.Setting{
			Kind: unit.SettingFramework, Subject: strings.TrimPrefix(root, "/"), Value: "rails", Origin: unit.Written,
			Text: "class " + u.Types[at].Name, Location: u.Types[at].Location,
		})
	}
}

// patches tells the classes of Rails and Rack, which serve without the checkout
// calling them.
func patches(owner string) bool {
	for _, library := range []string{"ActionController::", "ActionDispatch::", "ActionView::", "ActionMailer::", "ActiveRecord::", "ActiveJob::", "ActiveStorage::", "ActiveSupport::", "Rack::"} {
		if strings.HasPrefix(owner, library) {
			return true
		}
	}
	return false
}

// named gives the methods that macros name a role of their own, and takes the
// calls that stood for the naming away.
func (r *resolver) named(functions []*unit.Function) {
	for _, f := range functions {
		kept := f.Calls[:0:0]
		for _, c := range f.Calls {
			if !c.Reference || c.As != unit.Application && c.As != unit.Middleware {
				kept = append(kept, c)
				continue
			}
			for _, id := range append([]string{c.Callee}, c.Targets...) {
				m := r.functions[id]
				if m == nil || m.Test {
					continue
				}
				if len(m.Roles) == 0 {
					m.Roles, m.RoleNote = []unit.Role{unit.Application}, c.AsNote
				}
				if c.As == unit.Middleware && !slices.Contains(m.Attrs, unit.EachRequest) {
					m.Attrs = append(m.Attrs, unit.EachRequest)
				}
			}
		}
		if len(kept) < len(f.Calls) {
			f.Calls = kept
		}
	}
}
