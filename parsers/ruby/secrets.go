package ruby

import (
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// sessionSecret is the key of the cookies of Sinatra, which draws one if it is told
// none.
const sessionSecret = "session_secret"

// isSecret tells the names of keys that sign or encrypt what clients bring back.
func isSecret(name string) bool {
	switch {
	case strings.HasSuffix(name, "secret_key_base"), strings.HasSuffix(name, "secret_token"), strings.HasSuffix(name, "secret_key"), strings.HasSuffix(name, "secret"),
		strings.HasSuffix(name, "signing_key"), strings.HasSuffix(name, "encryption_key"), strings.HasSuffix(name, "encryptor_key"):
		return true
	}
	return name == "pepper"
}

// secret records what a key is set to, if a process may draw it.
func (f *file) secret(s *scope, subject string, n, value *node) {
	choices := f.choices(value, maxFollow)
	if subject == sessionSecret || slices.ContainsFunc(choices, func(c unit.Choice) bool { return c.Value == drawn }) {
		f.settingOf(s, unit.SettingSecret, subject, n, choices)
	}
}

// secretCalled records keys that a call is given: set :session_secret, x of Sinatra
// and use Rack::Session::Cookie, secret: x. Sessions that Sinatra is told to keep
// need a key, so that is noted as well.
func (f *file) secretCalled(s *scope, c send) bool {
	first := ""
	if len(c.args) > 0 {
		first = f.symbolText(c.args[0])
	}
	switch {
	case c.name == "set" && first == sessionSecret && len(c.args) > 1:
		f.secret(s, sessionSecret, c.n, c.args[1])
	case f.web && (c.name == "enable" && first == "sessions" || c.name == "set" && first == "sessions" && len(c.args) > 1 && f.text(c.args[1]) == "true"):
		f.keepSetting(s, unit.Setting{Kind: unit.SettingSecret, Subject: sessionSecret}, c.n)
	case c.name == "use" && len(c.args) > 0 && strings.HasPrefix(f.constantName(c.args[0]), "Rack::Session::"):
		if value := f.option(c, "secret"); value != nil {
			f.secret(s, sessionSecret, c.n, value)
		}
		return f.constantName(c.args[0]) == "Rack::Session::Cookie"
	default:
		return false
	}
	return true
}

// assignedOwn records the assignments of which the value is no name of a store.
func (f *file) assignedOwn(s *scope, receiver, name string, n, value *node) bool {
	switch {
	case isSecret(name):
		f.secret(s, receiver+"."+name, n, value)
	case name == "delay_jobs" && receiver == "Delayed::Worker":
		delayed := f.condition(value, maxFollow)
		f.settingOf(s, unit.SettingQueueAdapter, "Delayed::Worker.delay_jobs", n, append(
			under(delayed, f.one(n, "delayed_job")), under(delayed.Negated(), f.one(n, "inline"))...))
	case name == "execution_mode" && strings.HasSuffix(strings.ToLower(receiver), "good_job"), name == "execution_mode" && receiver == "GoodJob":
		choices := f.choices(value, maxFollow)
		for i := range choices {
			choices[i].Value = "good_job_" + choices[i].Value // its threads share a queue in the database
		}
		f.settingOf(s, unit.SettingQueueAdapter, "config.good_job.execution_mode", n, choices)
	case name == "cable" && (strings.HasSuffix(receiver, "action_cable") || strings.HasSuffix(receiver, "ActionCable.server.config")):
		if value.Is("hash") {
			if adapter := f.option(send{args: value.Kids}, "adapter"); adapter != nil {
				f.settingOf(s, unit.SettingCable, receiver, n, f.choices(adapter, maxFollow))
			}
		}
	default:
		return false
	}
	return true
}

// jobsCalled records that jobs are told to run at once.
func (f *file) jobsCalled(s *scope, c send) bool {
	if c.name != "inline!" || !strings.HasSuffix(f.text(c.receiver), "Sidekiq::Testing") || !f.configures(s) {
		return false
	}
	f.settingOf(s, unit.SettingQueueAdapter, "Sidekiq::Testing", c.n, f.one(c.n, "inline"))
	return true
}

// keyDefaults records the defaults that a class of settings gives to its keys, as
// anyway_config has them: attr_config store: :memory.
func (f *file) keyDefaults(s *scope, c send) {
	for _, arg := range c.args {
		pairs := []*node{arg}
		if arg.Is("hash") {
			pairs = arg.Kids
		}
		for _, pair := range pairs {
			if key := f.symbolText(pair.Child("key")); pair.Is("pair") && key != "" {
				f.settingOf(s, unit.SettingValue, key, pair, f.choices(pair.Child("value"), maxFollow))
			}
		}
	}
}
