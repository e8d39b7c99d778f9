package bindings

import (
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// maxUsers bounds how many users a binding lists.
const maxUsers = 5

// site is a call of Ruby code that is neither a test nor a tool.
type site struct {
	in   *program.Function
	call *unit.Call
}

func sites(p *program.Program) []site {
	var out []site
	for _, f := range p.Functions() {
		if f.Test || f.Language != unit.Ruby {
			continue
		}
		for i := range f.Calls {
			out = append(out, site{f, &f.Calls[i]})
		}
	}
	return out
}

// usersOf lists what asks for a resource below a folder. What counts requests
// counts in the cache, unless it was given a place of its own.
func (f *finder) usersOf(r Resource, root string) []User {
	uses := slices.Clone(known().users[r])
	if r == Cache {
		uses = append(uses, known().users[Limiter]...)
	}
	var out []User
	for _, s := range f.calls {
		if len(out) == maxUsers {
			return out
		}
		if root != "" && !strings.HasPrefix(s.call.Location.File, root+"/") || f.placed(s) || f.own(s) || r == Jobs && f.queuesItself(s) {
			continue
		}
		if what := used(uses, s); what != "" {
			out = append(out, User{what, s.call.Location})
		}
	}
	for _, t := range f.p.Types() {
		if !t.Test && slices.ContainsFunc(uses, func(u use) bool { return u.how == "super" && overlap(u.words, t.Supers) }) {
			out = append(out, User{t.ID, t.Location})
		}
	}
	return out
}

// placed tells a limiter that is given a place of its own to count in.
func (f *finder) placed(s site) bool {
	return slices.ContainsFunc(f.settings, func(set unit.Setting) bool {
		if set.Kind != unit.SettingLimiterStore {
			return false
		}
		return set.Location == s.call.Location || set.Subject == "Rack::Attack" && ofOwner(s, "Rack::Attack")
	})
}

// queuesItself tells a job that is enqueued by an adapter of its own class, or of one that
// it descends from.
func (f *finder) queuesItself(s site) bool {
	if s.call.Receiver == nil {
		return false
	}
	job, _, _ := strings.Cut(strings.TrimPrefix(s.call.Receiver.Text, "::"), ".")
	return slices.ContainsFunc(f.settings, func(set unit.Setting) bool {
		return set.Kind == unit.SettingQueueAdapter && f.types[set.Subject] != nil && (set.Subject == job || f.inherits(job, set.Subject, 0))
	})
}

// own tells a call of a method that the checkout has under that name: it may be
// called like one of a library, and what it does stands in its body.
func (f *finder) own(s site) bool {
	to := f.p.Function(s.call.Callee)
	return to != nil && !s.call.Guessed && to.Name == s.call.Name
}

// used names the way in which a call uses a resource, "" if it does not.
func used(uses []use, s site) string {
	receiver := ""
	if s.call.Receiver != nil {
		receiver = strings.TrimPrefix(s.call.Receiver.Text, "::")
	}
	for _, u := range uses {
		for _, word := range u.words {
			switch {
			case u.how == "receiver" && strings.HasSuffix(receiver, word):
				return word + "." + s.call.Name
			case u.how == "macro" && s.call.Name == word && receiver == "" && s.in.HasRole(unit.Initializer),
				u.how == "call" && s.call.Name == word, u.how == "prefix" && strings.HasPrefix(s.call.Name, word):
				return word
			case u.how == "view" && s.call.Name == word && receiver == "" && s.in.HasRole(unit.Handler):
				return word
			case u.how == "owner" && ofOwner(s, word):
				return word
			}
		}
	}
	return ""
}

// ofOwner tells the calls that set a class up: X.throttle, or throttle in its body.
func ofOwner(s site, owner string) bool {
	switch s.call.Name {
	case "throttle", "track", "blocklist", "filter", "reset":
	default:
		return false
	}
	if s.call.Receiver == nil || s.call.Receiver.Text == "self" {
		return s.in.Owner == owner
	}
	return strings.TrimPrefix(s.call.Receiver.Text, "::") == owner
}

func overlap(a, b []string) bool {
	return slices.ContainsFunc(a, func(x string) bool { return slices.Contains(b, x) })
}
