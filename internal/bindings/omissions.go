package bindings

import (
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// omitted lists what each application leaves to the default of Rails: its cache
// and its jobs.
func (f *finder) omitted() []Binding {
	var out []Binding
	for _, app := range f.apps {
		for _, d := range []struct {
			resource      Resource
			kind, subject string
		}{
			{Cache, unit.SettingCacheStore, "config.cache_store"},
			{Jobs, unit.SettingQueueAdapter, "config.active_job.queue_adapter"},
		} {
			if f.set(d.kind, d.subject, app.Subject) {
				continue
			}
			name := known().defaults[d.resource]
			s := unit.Setting{Kind: d.kind, Subject: d.subject, Value: name, Origin: unit.Defaulted, Location: f.commented(d.kind, app), Text: d.subject + " is not set"}
			out = append(out, Binding{
				Resource: d.resource, Subject: d.subject, Users: f.usersOf(d.resource, app.Subject),
				Backends: []Backend{{Name: name, Where: known().place(d.resource, name), Omitted: true, Location: s.Location, Setting: s}},
			})
		}
	}
	return out
}

// unset lists what libraries do that are told nothing: Sinatra draws the key of its
// cookies at each start, and Flipper keeps flags in memory.
func (f *finder) unset() []Binding {
	var out []Binding
	for _, s := range f.settings {
		if s.Kind != unit.SettingSecret || len(s.Choices) > 0 || s.Env != "" && s.Env != unit.EnvProduction || f.set(unit.SettingSecret, s.Subject, f.root(s.Location.File)) {
			continue
		}
		out = append(out, Binding{Resource: Secret, Subject: s.Subject, Backends: []Backend{
			{Name: drawn, Where: known().place(Secret, drawn), Omitted: true, Location: s.Location, Setting: s},
		}})
	}
	if b, ok := f.flipper(); ok {
		out = append(out, b)
	}
	return out
}

// drawn is the choice of a key that each process draws for itself.
const drawn = "drawn_at_boot"

// flipper is where feature flags are that are asked for, if the gem is there without
// an adapter and nothing gives it one.
func (f *finder) flipper() (Binding, bool) {
	b := Binding{Resource: Flags, Subject: "Flipper"}
	var gem *unit.Setting
	for i, s := range f.settings {
		switch {
		case s.Kind == unit.SettingFlagStore:
			return b, false
		case s.Kind != unit.SettingGem || !strings.HasPrefix(s.Subject, "flipper"):
		case s.Subject == "flipper" && strings.HasSuffix(s.Location.File, "Gemfile"):
			gem = &f.settings[i]
		case s.Subject != "flipper" && s.Subject != "flipper-ui" && s.Subject != "flipper-api":
			return b, false // an adapter, which sets itself up
		}
	}
	if gem == nil {
		return b, false
	}
	b.Users = f.usersOf(Flags, "")
	b.Backends = []Backend{{Name: "memory", Where: Memory, Omitted: true, Location: gem.Location, Setting: *gem}}
	return b, len(b.Users) > 0
}

// set tells whether an application sets something for production at all.
func (f *finder) set(kind, name, root string) bool {
	for _, s := range f.settings {
		if s.Kind == kind && len(s.Choices) > 0 && subject(s) == name && f.root(s.Location.File) == root && (s.Env == "" || s.Env == unit.EnvProduction) {
			return true
		}
	}
	return false
}

// commented is where a setting would stand: where a generated file has it
// commented out, or else where the application is defined.
func (f *finder) commented(kind string, app unit.Setting) unit.Location {
	at := app.Location
	for _, s := range f.settings {
		if s.Kind != kind || s.Origin != unit.Defaulted || len(s.Choices) > 0 || f.root(s.Location.File) != app.Subject {
			continue
		}
		if s.Env == unit.EnvProduction {
			return s.Location
		}
		if s.Env == "" && at == app.Location {
			at = s.Location
		}
	}
	return at
}

// attachments lists where models keep files that name their own service, and what
// upload libraries do that nobody tells where to keep files.
func (f *finder) attachments() []Binding {
	out := f.uploaders()
	paperclip := Binding{Resource: Upload, Subject: "Paperclip"}
	for _, s := range f.settings {
		if s.Kind != unit.SettingAttachment || s.Env != "" && s.Env != unit.EnvProduction {
			continue
		}
		when := s.When.Map(f.decided)
		if !when.Possible(unit.EnvProduction) {
			continue
		}
		s.When = unit.Condition{} // where the macro is not reached, there is no file
		switch {
		case len(s.Choices) > 0 && strings.HasSuffix(s.Value, "_attached"):
			out = append(out, f.guarded(group{resource: Storage, subject: s.Subject + "." + s.Value, settings: []unit.Setting{s}}, when))
		case s.Value == "has_attached_file" && len(s.Choices) > 0:
			out = append(out, f.guarded(group{resource: Upload, subject: s.Subject, settings: []unit.Setting{s}}, when))
		case s.Value == "has_attached_file" && !f.uploads("Paperclip"):
			paperclip.Users = append(paperclip.Users, User{s.Subject, s.Location})
			guard := Guard(when)
			if len(paperclip.Backends) == 0 || paperclip.Backends[0].Guard != "" && guard == "" {
				paperclip.Backends = []Backend{{Name: "file", Where: Disk, Guard: guard, Omitted: true, Location: s.Location, Setting: s}}
			}
		}
	}
	if len(paperclip.Backends) > 0 {
		out = append(out, paperclip)
	}
	return out
}

// guarded is the binding of what is there only if a condition holds.
func (f *finder) guarded(g group, when unit.Condition) Binding {
	b := f.binding(g)
	for i := range b.Backends {
		b.Backends[i].Guard = strings.Trim(Guard(when)+", "+b.Backends[i].Guard, ", ")
	}
	return b
}

// Guard writes what must hold in production for a condition to: "unless REDIS_URL is
// set"; "" for one that always does, or never.
func Guard(when unit.Condition) string {
	for _, o := range reach([]unit.Setting{{When: when, Choices: []unit.Choice{{}}}}) {
		if o.setting == 0 {
			return o.guard
		}
	}
	return ""
}

// carrierWave is the class from which the uploaders of CarrierWave are made.
const carrierWave = "CarrierWave::Uploader::Base"

// uploaders lists the uploaders that are told nowhere where to keep files.
func (f *finder) uploaders() []Binding {
	if f.uploads("CarrierWave") {
		return nil
	}
	var out []Binding
	for _, t := range f.p.Types() {
		if t.Test || !f.inherits(t.ID, carrierWave, 0) || f.uploads(t.ID) || f.brought(Upload, t.ID) {
			continue
		}
		if super := f.superOf(t); super != nil && f.inherits(super.ID, carrierWave, 0) {
			continue // told, or shown, where its superclass is
		}
		users := f.mounted(t.ID)
		if len(users) == 0 {
			continue
		}
		s := unit.Setting{Kind: unit.SettingUploadStorage, Subject: t.ID, Origin: unit.Defaulted, Text: t.Name + ".storage is not set", Location: t.Location}
		out = append(out, Binding{
			Resource: Upload, Subject: t.ID, Users: users,
			Backends: []Backend{{Name: "file", Where: Disk, Omitted: true, Location: t.Location, Setting: s}},
		})
	}
	return out
}

// brought tells a class whose modules say where things are kept.
func (f *finder) brought(r Resource, id string) bool {
	return slices.ContainsFunc(known().brings[r], func(module string) bool { return f.inherits(id, module, 0) })
}

// uploads tells whether a subject is told where to keep files in production.
func (f *finder) uploads(name string) bool {
	for _, s := range f.settings {
		if s.Kind == unit.SettingUploadStorage && subject(s) == name && (s.Env == "" || s.Env == unit.EnvProduction) {
			return true
		}
	}
	return false
}

// superOf is the class of the checkout that a class is made from, or nil.
func (f *finder) superOf(t *unit.Type) *unit.Type {
	for _, super := range t.Supers {
		if of := f.types[super]; of != nil && of.Kind == t.Kind {
			return of
		}
	}
	return nil
}

func (f *finder) inherits(id, from string, deep int) bool {
	t := f.types[id]
	if t == nil || deep > maxDeep {
		return false
	}
	for _, super := range t.Supers {
		if strings.TrimPrefix(super, "::") == from || f.inherits(super, from, deep+1) {
			return true
		}
	}
	return false
}

// maxDeep bounds how many superclasses are followed.
const maxDeep = 8

// mounted lists the models that use an uploader, or one made from it.
func (f *finder) mounted(id string) []User {
	var out []User
	for _, s := range f.settings {
		if s.Kind != unit.SettingAttachment || !strings.HasPrefix(s.Value, "mount_uploader") || len(s.Choices) == 0 {
			continue
		}
		name := strings.TrimPrefix(s.Choices[0].Ref, "::")
		if name == id || strings.HasSuffix(id, "::"+name) || f.inherits(name, id, 0) {
			out = append(out, User{s.Subject, s.Location})
		}
	}
	for _, c := range f.calls {
		if c.call.Name == "new" && c.call.Receiver != nil && strings.TrimPrefix(c.call.Receiver.Text, "::") == id {
			out = append(out, User{c.in.Symbol, c.call.Location})
		}
	}
	return out
}
