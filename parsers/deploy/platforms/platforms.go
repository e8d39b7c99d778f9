// Package platforms reads the files by which platforms are told how to run an
// application: Heroku, Cloud Foundry, Fly, Render, App Engine, Railway, Kamal,
// Copilot, DigitalOcean, and services of ECS.
package platforms

import (
	"strconv"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
	"github.com/stateaudit/stateaudit/parsers/deploy/compose"
	"github.com/stateaudit/stateaudit/parsers/deploy/fields"
	"github.com/stateaudit/stateaudit/parsers/deploy/record"
	"github.com/stateaudit/stateaudit/parsers/deploy/tree"
)

// Readers returns one reader for each platform.
func Readers() []record.Reader {
	return []record.Reader{
		{Name: "heroku", Match: named("app.json"), Marks: []string{"formation", "http-session-affinity"}, Read: each(heroku)},
		{Name: "cloudfoundry", Match: like("manifest", ".yml", ".yaml"), Marks: []string{"applications:"}, Read: each(cloudFoundry)},
		{Name: "cloudfoundry", Match: record.YAML, Marks: []string{"sticky_session"}, Read: each(router)},
		{Name: "bosh", Match: record.YAML, Marks: []string{"instance_groups"}, Read: each(bosh)},
		{Name: "fly", Match: like("fly", ".toml"), Named: record.Called("fly.toml"), Read: each(fly)},
		{Name: "render", Match: named("render.yaml", "render.yml"), Named: named("render.yaml", "render.yml"), Read: each(render)},
		{Name: "appengine", Match: like("app", ".yaml", ".yml"), Marks: []string{"runtime:"}, Read: each(appEngine)},
		{Name: "railway", Match: named("railway.json", "railway.toml"), Named: named("railway.json", "railway.toml"), Read: each(railway)},
		{Name: "kamal", Match: like("deploy", ".yml", ".yaml"), Marks: []string{"servers:"}, Read: each(kamal)},
		{Name: "copilot", Match: named("manifest.yml", "manifest.yaml"), Marks: []string{"Web Service"}, Read: each(copilot)},
		{Name: "digitalocean", Match: doFile, Marks: []string{"instance_count", "services:"}, Read: each(digitalOcean)},
		{Name: "ecs", Match: func(path string) bool { return record.Ending(path, ".json") }, Marks: []string{"\"desiredCount\""}, Read: each(ecs)},
	}
}

func named(names ...string) func(string) bool {
	return func(path string) bool {
		for _, n := range names {
			if record.Base(path) == n {
				return true
			}
		}
		return false
	}
}

// like matches a name that starts with a word and ends in an ending:
// fly.toml, fly.production.toml.
func like(word string, endings ...string) func(string) bool {
	return func(path string) bool {
		rest, ok := strings.CutPrefix(record.Base(path), word)
		return ok && record.Ending(path, endings...) && strings.ContainsAny(rest[:1], ".-_")
	}
}

func doFile(path string) bool {
	return record.Within(path, ".do") && record.Ending(path, ".yaml", ".yml")
}

func each(read func(*record.File, *tree.Node)) func(*record.File) {
	return func(f *record.File) {
		for _, doc := range f.Documents() {
			read(f, doc)
		}
	}
}

func replicas(f *record.File, subject string, p tree.Pair) {
	f.Number(unit.Setting{Kind: unit.SettingReplicas, Subject: subject}, p)
}

func heroku(f *record.File, doc *tree.Node) {
	for _, process := range doc.Get("formation").Entries() {
		f.Recognise()
		if p, ok := process.Value.Pair("quantity"); ok {
			replicas(f, process.Key.Text, p)
		}
	}
	for _, feature := range doc.Get("features").Elements() {
		if feature.String() == "http-session-affinity" {
			f.Affinity("heroku feature http-session-affinity", fields.Hit{Kind: "cookie", At: tree.Pair{Key: feature, Value: feature}})
		}
	}
	if p, ok := doc.Find("features", "http-session-affinity"); ok && !p.Value.Off() {
		f.Affinity("heroku feature http-session-affinity", fields.Hit{Kind: "cookie", At: p, Open: p.Value.Open()})
	}
	processes(f, doc.Get("env"))
}

// processes reads the variable that web servers in Ruby take their number of
// processes from.
func processes(f *record.File, env *tree.Node) {
	p, ok := env.Pair("WEB_CONCURRENCY")
	if ok && p.Value.IsMap() {
		p, ok = p.Value.Pair("value")
	}
	if ok {
		f.Number(unit.Setting{Kind: unit.SettingProcesses, Subject: "web"}, p)
	}
}

func cloudFoundry(f *record.File, doc *tree.Node) {
	for _, app := range doc.Get("applications").Elements() {
		f.Recognise()
		name := record.Named(app.Str("name"), "application")
		for _, of := range append([]*tree.Node{app}, app.Get("processes").Elements()...) {
			if p, ok := of.Pair("instances"); ok {
				replicas(f, first(of.Str("type"), name), p)
			}
		}
		processes(f, app.Get("env"))
		for _, route := range app.Get("routes").Elements() {
			p, ok := route.Find("options", "loadbalancing")
			if ok && p.Value.String() == "hash" {
				f.Affinity("cloudfoundry application "+name, fields.Hit{Kind: "header", At: p})
			}
		}
	}
}

// bosh reads how many instances a deployment of BOSH has of each group: in its
// manifest, or by operations that change one.
func bosh(f *record.File, doc *tree.Node) {
	for _, group := range doc.Get("instance_groups").Elements() {
		if p, ok := group.Pair("instances"); ok {
			f.Recognise()
			replicas(f, record.Named(group.Str("name"), "group"), p)
		}
	}
	for _, operation := range doc.Elements() {
		rest, ok := strings.CutPrefix(operation.Str("path"), "/instance_groups/name=")
		name, of, _ := strings.Cut(rest, "/")
		if p, set := operation.Pair("value"); ok && set && of == "instances" {
			f.Recognise()
			replicas(f, name, p)
		}
	}
}

// router reads what the router of a Cloud Foundry is told of sticky sessions: as
// properties in a manifest, or by operations that change one.
func router(f *record.File, doc *tree.Node) {
	const subject = "cloudfoundry router"
	tied := func(name string, p tree.Pair) {
		switch name {
		case "sticky_session_cookie_names":
			if len(p.Value.Elements()) > 0 || p.Value.Open() {
				f.Affinity(subject, fields.Hit{Kind: "cookie", At: p, Open: p.Value.Open()})
			}
		case "sticky_sessions_for_auth_negotiate":
			if p.Value.On() || p.Value.Open() {
				f.Affinity(subject, fields.Hit{Kind: "cookie", At: p, Open: p.Value.Open()})
			}
		}
	}
	for _, operation := range doc.Elements() {
		where := operation.Str("path")
		if p, ok := operation.Pair("value"); ok && operation.Str("type") == "replace" {
			name := strings.TrimSuffix(where[strings.LastIndex(where, "/")+1:], "?")
			if name == "-" {
				parts := strings.Split(where, "/")
				name = strings.TrimSuffix(parts[max(len(parts)-2, 0)], "?")
				p.Value = &tree.Node{Kind: tree.List, Items: []*tree.Node{p.Value}}
			}
			tied(name, p)
		}
	}
	doc.Walk(func(_ []string, p tree.Pair) bool {
		tied(p.Key.Text, p)
		return true
	})
}

func fly(f *record.File, doc *tree.Node) {
	if doc.Get("app") == nil && doc.Get("http_service") == nil && doc.Get("services") == nil {
		return
	}
	f.Recognise()
	name := record.Named(doc.Str("app"), "application")
	for _, s := range append([]*tree.Node{doc.Get("http_service")}, doc.Get("services").Elements()...) {
		if p, ok := s.Pair("min_machines_running"); ok && p.Value.String() != "0" && p.Value.String() != "1" {
			replicas(f, name, p)
		}
	}
	processes(f, doc.Get("env"))
	mounts := doc.Get("mounts").Elements()
	if doc.Get("mounts").IsMap() {
		mounts = []*tree.Node{doc.Get("mounts")}
	}
	for _, m := range mounts {
		if p, ok := m.Pair("destination"); ok {
			f.Add(unit.Setting{Kind: unit.SettingVolume, Subject: name, Value: p.Value.String(), Location: f.At(p)})
		}
	}
}

func render(f *record.File, doc *tree.Node) {
	for _, s := range doc.Get("services").Elements() {
		f.Recognise()
		name := record.Named(s.Str("name"), "application")
		if p, ok := s.Pair("numInstances"); ok {
			replicas(f, name, p)
		}
		f.Bounds(name, s.Get("scaling"), "minInstances", "maxInstances")
		if p, ok := s.Pair("disk"); ok {
			f.Add(unit.Setting{Kind: unit.SettingVolume, Subject: name, Value: p.Value.Str("mountPath"), Location: f.At(p)})
			f.Add(unit.Setting{Kind: unit.SettingSingleCopy, Subject: name, Value: "a disk, with which Render runs one instance", Location: f.At(p)})
		}
		for _, e := range s.Get("envVars").Elements() {
			if p, ok := e.Pair("value"); ok && e.Str("key") == "WEB_CONCURRENCY" {
				f.Number(unit.Setting{Kind: unit.SettingProcesses, Subject: name}, p)
			}
		}
	}
}

func appEngine(f *record.File, doc *tree.Node) {
	if doc.Get("runtime") == nil || doc.Get("resources") != nil && doc.Get("name") != nil {
		return
	}
	f.Recognise()
	name := first(doc.Str("service"), "application")
	if p, ok := doc.Find("network", "session_affinity"); ok && (p.Value.On() || p.Value.Open()) {
		f.Affinity("appengine service "+name, fields.Hit{Kind: "cookie", At: p, Open: p.Value.Open()})
	}
	if p, ok := doc.Find("manual_scaling", "instances"); ok {
		replicas(f, name, p)
	}
	f.Bounds(name, doc.Get("automatic_scaling"), "min_num_instances", "max_num_instances")
	f.Bounds(name, doc.Get("automatic_scaling"), "min_instances", "max_instances")
}

func railway(f *record.File, doc *tree.Node) {
	f.Recognise()
	if p, ok := doc.Find("deploy", "numReplicas"); ok {
		replicas(f, "application", p)
	}
}

// kamal runs a copy on each host of a role.
func kamal(f *record.File, doc *tree.Node) {
	servers, ok := doc.Pair("servers")
	if !ok || doc.Get("image") == nil || doc.Get("service") == nil {
		return
	}
	f.Recognise()
	hosts := func(role string, p tree.Pair) {
		list := p.Value
		if list.IsMap() {
			list = list.Get("hosts")
			compose.Labels(f, role, p.Value.Get("labels"))
		}
		if n := len(list.Elements()); n > 0 {
			f.Add(unit.Setting{Kind: unit.SettingReplicas, Subject: role, Value: strconv.Itoa(n), Text: strconv.Itoa(n) + " hosts of " + role, Location: f.At(p)})
		}
	}
	compose.Labels(f, "web", doc.Get("labels"))
	processes(f, doc.Get("env", "clear"))
	if !servers.Value.IsMap() {
		hosts("web", servers)
		return
	}
	for _, role := range servers.Value.Entries() {
		hosts(role.Key.Text, role)
	}
}

func copilot(f *record.File, doc *tree.Node) {
	if !strings.HasSuffix(doc.Str("type"), "Web Service") {
		return
	}
	f.Recognise()
	name := record.Named(doc.Str("name"), "application")
	if p, ok := doc.Find("http", "stickiness"); ok && (p.Value.On() || p.Value.Open()) {
		f.Affinity("copilot service "+name, fields.Hit{Kind: "cookie", At: p, Open: p.Value.Open()})
	}
	if p, ok := doc.Pair("count"); ok && p.Value.Kind == tree.Scalar {
		replicas(f, name, p)
	}
	if p, ok := doc.Find("count", "range"); ok && strings.Contains(p.Value.String(), "-") {
		f.Add(unit.Setting{Kind: unit.SettingAutoscaling, Subject: name, Value: p.Value.String(), Location: f.At(p)})
	}
}

func digitalOcean(f *record.File, doc *tree.Node) {
	spec := doc
	if inner := doc.Get("spec"); inner != nil {
		spec = inner
	}
	for _, s := range spec.Get("services").Elements() {
		f.Recognise()
		name := record.Named(s.Str("name"), "application")
		if p, ok := s.Pair("instance_count"); ok {
			replicas(f, name, p)
		}
		f.Bounds(name, s.Get("autoscaling"), "min_instance_count", "max_instance_count")
	}
}

// ecs reads what is handed to the command that makes a service.
func ecs(f *record.File, doc *tree.Node) {
	if doc.Get("serviceName") == nil && doc.Get("taskDefinition") == nil {
		return
	}
	if p, ok := doc.Pair("desiredCount"); ok {
		f.Recognise()
		replicas(f, first(doc.Str("serviceName"), "application"), p)
	}
}

func first(texts ...string) string {
	for _, t := range texts {
		if t != "" && !tree.Open(t) {
			return t
		}
	}
	return ""
}
