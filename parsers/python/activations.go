package python

import (
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// activates tells the functions of Django that give the thread a language or a time zone,
// by what a reader calls that, and those that take it back.
func activates(callee string) (what string, back bool) {
	switch callee {
	case "django.utils.translation.activate", "django.utils.translation.trans_real.activate":
		return "translation.activate", false
	case "django.utils.timezone.activate":
		return "timezone.activate", false
	case "django.utils.translation.deactivate", "django.utils.translation.deactivate_all":
		return "translation.activate", true
	case "django.utils.timezone.deactivate":
		return "timezone.activate", true
	}
	return "", false
}

// activations records, where no function sets or takes it back afterwards, that a thread
// goes on with the language or the time zone that a request or job has given it. What runs
// around each request sets it for each; jobs have nothing around them.
func (r *resolver) activations(locale bool) {
	around := map[string]bool{"translation.activate": locale}
	for _, fn := range r.order {
		if !has2(fn.Roles, unit.Middleware) {
			continue
		}
		for i := range fn.Calls {
			if what, _ := activates(fn.Calls[i].Callee); what != "" {
				around[what] = true
			}
		}
	}
	for _, fn := range r.order {
		if fn.Test || has2(fn.Roles, unit.Middleware) || has2(fn.Roles, unit.Tool) || strings.HasPrefix(fn.Name, "__") || fn.module.class.skipped() {
			continue
		}
		last := -1
		for i := range fn.Calls {
			what, back := activates(fn.Calls[i].Callee)
			switch {
			case back:
				last = -1
			case what != "" && last >= 0 && (fn.Calls[i].Deferred || r.keptBefore(fn, &fn.Calls[i])):
				last = -1 // the old one is put back
			case what != "":
				last = i
			}
		}
		if last >= 0 && len(fn.Calls[last].Args) > 0 {
			r.activated(fn, &fn.Calls[last], around)
		}
	}
}

// activated declares what a call leaves behind.
func (r *resolver) activated(fn *function, c *unit.Call, around map[string]bool) {
	what, _ := activates(c.Callee)
	if around[what] && !has2(fn.Roles, unit.Job) {
		return
	}
	id := what + "@" + fn.ID
	r.declare(unit.Holder{ID: id, Symbol: what, Name: what, Kind: unit.Attribute, Owner: strings.TrimSuffix(c.Callee, ".activate"), Location: c.Location, PerRequest: true, BetweenJobs: has2(fn.Roles, unit.Job)})
	fn.Accesses = append(fn.Accesses, unit.Access{Place: *rooted(id), Kind: unit.Write, Op: "=", Value: &c.Args[0], Location: c.Location})
}

// keptBefore tells a call before which the function has asked for the old one.
func (r *resolver) keptBefore(fn *function, c *unit.Call) bool {
	for i := range fn.Calls {
		if name := fn.Calls[i].Name; name == "get_language" || name == "get_current_timezone" || name == "get_current_timezone_name" {
			return fn.Calls[i].Location.Line < c.Location.Line
		}
	}
	return false
}
