// Package bindings says which place holds each resource of an application in
// production: its cache, sessions, jobs, uploads, limits, flags. A binding is what
// the settings that may be made come to, however the choice is spelled.
//
// A Setting is what one statement may set, under conditions; a Backend is a value
// that production reaches for some outcome of all conditions, with what must hold
// for it (its guard); a User asks for the resource. Every outcome is gone
// through: the last setting whose condition holds counts, and where none does, the
// library's default. Each condition is taken to hold or fail by itself, so that
// two tests of the same variable may be combined in a way that cannot happen: that
// errs towards showing a backend, with its guard.
package bindings

import (
	"cmp"
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// Binding is a resource of an application and what holds it in production.
type Binding struct {
	Resource Resource
	// Subject is what it is set for, as its file names it: config.cache_store, a class.
	Subject  string
	Backends []Backend // in the order in which they are written
	Users    []User    // where known
}

// Backend is one place that production can reach.
type Backend struct {
	Name  string // memory_store
	Where Where
	// Guard is what must hold for it: "unless REDIS_URL is set"; empty if nothing.
	Guard string
	// Omitted says that nothing is set where the default of the library holds.
	Omitted  bool
	Location unit.Location
	Setting  unit.Setting // that chose it; of an omission the kind alone
	Options  []unit.Value
	// From is the place in a file of settings that gives the name, if one does.
	From unit.Location
	// In is the backend of the cache that this one keeps things in.
	In *Backend
}

// Sample is the file to be copied from which the backend is known; "" if none is.
func (b Backend) Sample() string {
	for _, file := range []string{b.From.File, b.Location.File} {
		if sampled(file) {
			return file
		}
	}
	return ""
}

// User is what asks for a resource.
type User struct {
	What     string
	Location unit.Location
}

// Local lists the backends that copies do not share.
func (b Binding) Local() []Backend {
	var out []Backend
	for _, backend := range b.Backends {
		if backend.Where != Elsewhere && backend.Where != shared {
			out = append(out, backend)
		}
	}
	return out
}

// resources says what each kind of setting of code is about.
func resources() map[string]Resource {
	return map[string]Resource{
		unit.SettingCacheStore: Cache, unit.SettingSessionStore: Session, unit.SettingQueueAdapter: Jobs,
		unit.SettingUploadStorage: Upload, unit.SettingStorageChoice: Storage, unit.SettingLimiterStore: Limiter,
		unit.SettingPageCache: PageCache, unit.SettingFlagStore: Flags, unit.SettingBusStore: Bus,
		unit.SettingDatabase: Database, unit.SettingCable: Cable, unit.SettingSecret: Secret,
	}
}

// Of lists the bindings of a program, by application, resource and subject.
func Of(p *program.Program) []Binding {
	f := newFinder(p)
	var out []Binding
	for _, g := range f.groups() {
		out = append(out, f.binding(g))
	}
	out = append(out, f.omitted()...)
	out = append(out, f.unset()...)
	out = append(out, f.attachments()...)
	f.follow(out)
	slices.SortStableFunc(out, func(a, b Binding) int {
		return cmp.Or(cmp.Compare(a.Resource, b.Resource), cmp.Compare(a.Subject, b.Subject))
	})
	return out
}

// finder holds what the bindings of one program are found from.
type finder struct {
	p         *program.Program
	settings  []unit.Setting
	apps      []unit.Setting // applications, by their folder
	services  map[string][]unit.Setting
	values    []unit.Setting // keys of files of settings
	types     map[string]*unit.Type
	constants []*program.Holder
	calls     []site
	deciding  map[string]bool // decisions that are being followed
}

// group is the settings of one thing in one application, in the order in which
// they are made.
type group struct {
	resource Resource
	subject  string
	root     string
	settings []unit.Setting
}

func newFinder(p *program.Program) *finder {
	f := &finder{p: p, services: map[string][]unit.Setting{}, types: map[string]*unit.Type{}, calls: sites(p), deciding: map[string]bool{}}
	for _, t := range p.Types() {
		f.types[t.ID] = t
	}
	for _, h := range p.Holders() {
		if h.Kind == unit.Constant && !h.Test {
			f.constants = append(f.constants, h)
		}
	}
	for _, s := range p.Settings() {
		switch s.Kind {
		case unit.SettingStorageService:
			f.services[s.Subject] = append(f.services[s.Subject], s)
		case unit.SettingValue:
			f.values = append(f.values, s)
		case unit.SettingFramework:
			f.apps = append(f.apps, s)
		}
		f.settings = append(f.settings, s)
	}
	f.settings = unsampled(f.settings)
	f.values = unsampled(f.values)
	return f
}

// root is the folder of the application that a file belongs to.
func (f *finder) root(file string) string {
	best := ""
	for _, a := range f.apps {
		if below(file, a.Subject) && len(a.Subject) > len(best) {
			best = a.Subject
		}
	}
	return best
}

// groups collects the settings that may hold in production.
func (f *finder) groups() []group {
	var out []group
	index := map[string]int{}
	for _, s := range f.settings {
		resource, ok := resources()[s.Kind]
		if !ok || len(s.Choices) == 0 || s.Env != "" && s.Env != unit.EnvProduction {
			continue
		}
		g := group{resource: resource, subject: subject(s), root: f.root(s.Location.File)}
		if f.apart(s.Location.File, g.root) {
			s.When = s.When.Also(unit.Condition{Op: unit.Atom, Text: s.Location.File + " is loaded"})
		}
		key := string(g.resource) + " " + g.subject + " " + g.root
		if single(g, s.Location.File) {
			key += " " + s.Location.File + " " + s.Text
		}
		if _, ok := index[key]; !ok {
			index[key] = len(out)
			out = append(out, g)
		}
		out[index[key]].settings = append(out[index[key]].settings, s)
	}
	for i := range out {
		slices.SortStableFunc(out[i].settings, func(a, b unit.Setting) int { return cmp.Compare(loaded(a), loaded(b)) })
	}
	return out
}

// apart tells the environments of a folder inside an application, an engine most
// often: Rails does not load them, so something else has to.
func (f *finder) apart(file, root string) bool {
	folder, _, ok := strings.Cut("/"+file, "/config/environments/")
	return ok && len(f.apps) > 0 && strings.TrimPrefix(folder, "/") != root
}

// single tells the resources of which each statement in a file makes one of its own.
// What Action Cable is told in code replaces what it was told before.
func single(g group, file string) bool {
	switch g.resource {
	case Limiter:
		return g.subject != "Rack::Attack"
	case Cable:
		return !strings.HasSuffix(file, ".rb")
	}
	return g.resource == PageCache || g.resource == Flags || g.resource == Database
}

// loaded orders files as Rails loads them.
func loaded(s unit.Setting) int {
	file := s.Location.File
	switch {
	case strings.HasSuffix(file, "config/application.rb"), strings.HasSuffix(file, "config/environment.rb"):
		return 0
	case strings.Contains(file, "config/environments/"):
		return 1
	}
	return 2
}

// subject names what a setting is for, alike in all files.
func subject(s unit.Setting) string {
	name := s.Subject
	for _, prefix := range []string{"::", "Rails.application.", "Rails.", "::Rails."} {
		name = strings.TrimPrefix(name, prefix)
	}
	name = strings.Replace(name, "configuration", "config", 1)
	switch s.Kind {
	case unit.SettingCacheStore:
		if own := settingName(s); own != "cache_store" && own != "cache" {
			return name + "." + own
		}
		return "config.cache_store"
	case unit.SettingQueueAdapter:
		if name == "config.active_job" || name == "ActiveJob::Base" {
			return jobsSetting
		}
	case unit.SettingSessionStore:
		if name == "config" || name == "ActionController::Base" {
			return "config.session_store"
		}
	case unit.SettingStorageChoice:
		return "config.active_storage.service"
	case unit.SettingUploadStorage:
		if name == "config" || name == "c" {
			return "CarrierWave"
		}
	}
	return name
}

// jobsSetting is what Active Job is told to use.
const jobsSetting = "config.active_job.queue_adapter"

// settingName is the attribute that a setting assigns.
func settingName(s unit.Setting) string {
	name, _, _ := strings.Cut(s.Text, "=")
	name = strings.TrimSpace(name)
	return name[strings.LastIndexByte(name, '.')+1:]
}

// binding works out what production reaches.
func (f *finder) binding(g group) Binding {
	b := Binding{Resource: g.resource, Subject: g.subject}
	settings := make([]unit.Setting, len(g.settings))
	for i, s := range g.settings {
		s.Choices = f.resolved(s)
		s.When = s.When.Map(f.decided)
		if g.resource == Storage {
			s.Choices = f.kinds(s.Choices, maxMirrors)
		}
		settings[i] = s
	}
	for _, reached := range reach(settings) {
		if reached.setting < 0 {
			if backend, ok := f.fallback(g, reached.guard); ok {
				b.Backends = append(b.Backends, backend)
			}
			continue
		}
		s := settings[reached.setting]
		b.Backends = append(b.Backends, f.backend(g.resource, s, s.Choices[reached.choice], reached.guard))
	}
	if b.Resource == Cache && b.Subject == "config.cache_store" || b.Resource == Jobs {
		b.Users = f.usersOf(b.Resource, g.root)
	}
	return b
}

// backend is a choice as a place.
func (f *finder) backend(r Resource, s unit.Setting, c unit.Choice, guard string) Backend {
	b := Backend{Name: c.Value, Guard: guard, Location: s.Location, Setting: s, Options: c.Options, From: c.From}
	if c.Location.Line != 0 && c.Location.File == s.Location.File && within(c.Location, s.Location) {
		b.Location = c.Location
		if b.Location.Line == s.Location.Line {
			b.Location = s.Location
		}
	}
	if kind, ok := strings.CutPrefix(c.Ref, serviceOf); ok && r == Storage {
		if strings.EqualFold(kind, "disk") {
			b.Where = Disk
		}
		return b
	}
	b.Where = known().place(r, c.Value)
	return b
}

func within(inner, outer unit.Location) bool {
	return inner.Line >= outer.Line && inner.EndLine <= outer.EndLine
}

// fallback is what holds where none of the settings of a group is made.
func (f *finder) fallback(g group, guard string) (Backend, bool) {
	name := known().defaults[g.resource]
	switch {
	case g.resource == Upload:
		name = "file"
	case g.subject != "config.cache_store" && g.resource == Cache, g.subject != jobsSetting && g.resource == Jobs, name == "":
		return Backend{}, false
	}
	s := g.settings[0]
	return Backend{Name: name, Where: known().place(g.resource, name), Guard: guard, Omitted: true, Location: s.Location, Setting: s}, true
}

func below(file, folder string) bool { return folder == "" || strings.HasPrefix(file, folder+"/") }
