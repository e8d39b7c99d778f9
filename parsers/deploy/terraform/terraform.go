// Package terraform reads Terraform and OpenTofu, in HCL and JSON, and jobs of
// Nomad: what ties clients to a copy, and how many copies are asked for.
package terraform

import (
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
	"github.com/stateaudit/stateaudit/parsers/deploy/clouds"
	"github.com/stateaudit/stateaudit/parsers/deploy/compose"
	"github.com/stateaudit/stateaudit/parsers/deploy/fields"
	"github.com/stateaudit/stateaudit/parsers/deploy/kubernetes"
	"github.com/stateaudit/stateaudit/parsers/deploy/record"
	"github.com/stateaudit/stateaudit/parsers/deploy/tree"
)

// Reader returns the reader.
func Reader() record.Reader {
	return record.Reader{Name: "terraform", Match: match, Marks: []string{"resource", "module", "job", "service-resolver", "aws:elasticbeanstalk"}, Named: declared, Read: read}
}

// declared tells the files that only Terraform and Nomad have; HCL is also of others.
func declared(path string) bool {
	return record.Ending(path, ".tf", ".tf.json", ".tofu", ".nomad", ".nomad.hcl")
}

func match(path string) bool {
	return record.Ending(path, ".tf", ".tf.json", ".tofu", ".nomad", ".hcl", ".tfvars") && !record.Ending(path, ".terraform.lock.hcl")
}

func read(f *record.File) {
	if record.Ending(f.Path, ".json") {
		for _, doc := range f.Documents() {
			document(f, doc)
		}
		return
	}
	scopes := []*tree.Scope{nil}
	if known := f.Given.Terraform(f.Path); len(known) > 0 {
		scopes = known
	}
	for _, scope := range scopes {
		f.Variant(func(f *record.File) {
			root, faults := tree.HCL(f.Content, scope)
			for _, fault := range faults {
				f.Problem(fault.Line, fault.Message)
			}
			document(f, root)
		})
	}
}

func document(f *record.File, doc *tree.Node) {
	for _, kind := range doc.Get("resource").Entries() {
		for _, r := range kind.Value.Entries() {
			f.Recognise()
			resource(f, kind.Key.Text, r)
		}
	}
	for _, p := range doc.Entries() {
		switch p.Key.Text {
		case "module":
			for _, m := range p.Value.Entries() {
				f.Recognise()
				tied(f, "terraform module."+m.Key.Text, "", m.Value)
				listed(f, "terraform module."+m.Key.Text, m.Value)
			}
		case "job":
			f.Recognise()
			job(f, p.Value)
		}
	}
	if record.Ending(f.Path, ".tfvars") {
		listed(f, "beanstalk environment", doc)
	}
	if doc.Str("Kind") == "service-resolver" {
		f.Recognise()
		tied(f, "consul service "+doc.Str("Name"), "", doc)
	}
}

// resource reads one resource. One that is made no times is not there.
func resource(f *record.File, kind string, r tree.Pair) {
	if r.Value.Str("count") == "0" {
		return
	}
	address := kind + "." + r.Key.Text
	if clouds.Whole(kind) {
		f.Affinity("terraform "+address, fields.Hit{Kind: "cookie", At: r})
	}
	tied(f, "terraform "+address, kind, r.Value)
	defaulted(f, kind, r)
	options(f, "terraform "+address, r.Value)
	copies(f, kind, r.Key.Text, r.Value)
	if to, ok := clouds.DeadLetter(kind, r.Value); ok {
		f.Queue(address, to, r)
	}
	if kind == "aws_sqs_queue_redrive_policy" {
		f.Add(unit.Setting{Kind: unit.SettingQueue, Subject: address, Value: unit.WithDeadLetter, Text: r.Value.Str("queue_url") + " " + r.Value.Str("redrive_policy", "deadLetterTargetArn"), Location: f.At(r)})
	}
}

// tied walks what a resource sets, for fields of clouds, of meshes (providers
// for Kubernetes take manifests) and for annotations and tags.
func tied(f *record.File, subject, kind string, of *tree.Node) {
	of.Walk(func(_ []string, p tree.Pair) bool {
		if h, ok := clouds.Of(kind, p); ok {
			f.Affinity(subject, h)
			return false
		}
		if h, ok := fields.Of(p); ok && h.Technology == "" {
			f.Affinity(subject, h)
			return false
		}
		if fields.Neutral(p) {
			return false
		}
		kubernetes.Annotated(f, strings.TrimPrefix(subject, "terraform "), p)
		if p.Key.Text == "tags" || p.Key.Text == "labels" {
			compose.Labels(f, strings.TrimPrefix(subject, "terraform "), p.Value)
		}
		return true
	})
}

// defaulted notes what a provider switches on where nothing is written.
func defaulted(f *record.File, kind string, r tree.Pair) {
	if kind == "azurerm_cdn_frontdoor_origin_group" && r.Value.Get("session_affinity_enabled") == nil {
		f.Add(unit.Setting{Kind: unit.SettingAffinity, Subject: "terraform " + kind + "." + r.Key.Text, Value: "cookie", Origin: unit.Defaulted, Location: f.At(r)})
	}
	if kind == "heroku_app_feature" && r.Value.Str("name") == "http-session-affinity" && !r.Value.Get("enabled").Off() {
		p, _ := r.Value.Pair("name")
		f.Affinity("terraform "+kind+"."+r.Key.Text, fields.Hit{Kind: "cookie", At: p, Open: r.Value.Get("enabled").Open()})
	}
}

// options reads the settings of Elastic Beanstalk, which are blocks of a name
// and a value.
func options(f *record.File, subject string, of *tree.Node) {
	var low, high tree.Pair
	for _, p := range of.Entries() {
		if p.Key.Text != "setting" {
			continue
		}
		option(f, subject, p.Value)
		switch v, _ := p.Value.Pair("value"); p.Value.Str("name") {
		case "MinSize":
			low = v
		case "MaxSize":
			high = v
		}
	}
	if low.Value != nil && high.Value != nil {
		f.Bounds("environment", &tree.Node{Kind: tree.Map, Pairs: []tree.Pair{renamed(low, "MinSize"), renamed(high, "MaxSize")}}, "MinSize", "MaxSize")
	}
}

// renamed is a value under the name that the block around it gives.
func renamed(p tree.Pair, name string) tree.Pair {
	key := *p.Key
	key.Text = name
	return tree.Pair{Key: &key, Value: p.Value}
}

// listed reads settings of Elastic Beanstalk that are handed to a module, as a list of
// objects of a name and a value.
func listed(f *record.File, subject string, of *tree.Node) {
	of.Walk(func(_ []string, p tree.Pair) bool {
		for _, o := range p.Value.Elements() {
			if strings.HasPrefix(o.Str("namespace"), "aws:elasticbeanstalk:") {
				f.Recognise()
				option(f, subject, o)
			}
		}
		return true
	})
}

// option reads one of them.
func option(f *record.File, subject string, of *tree.Node) {
	if name := of.Str("name"); name != "StickinessEnabled" && name != "Stickiness Policy" {
		return
	}
	if v, ok := of.Pair("value"); ok && !v.Value.Off() {
		f.Affinity(subject, fields.Hit{Kind: "cookie", At: v, Open: v.Value.Open()})
	}
}

// numbered says where a resource has its number of copies.
type numbered struct {
	path      []string // to the number, or to the block of the bounds
	low, high string   // of the bounds; empty for a number
}

// counted lists the resources that run copies of an application.
func counted(kind string) []numbered {
	switch kind {
	case "aws_ecs_service":
		return []numbered{{path: []string{"desired_count"}}}
	case "aws_appautoscaling_target":
		return []numbered{{low: "min_capacity", high: "max_capacity"}}
	case "aws_autoscaling_group":
		return []numbered{{low: "min_size", high: "max_size"}}
	case "aws_apprunner_auto_scaling_configuration_version":
		return []numbered{{low: "min_size", high: "max_size"}}
	case "google_cloud_run_v2_service":
		return []numbered{{path: []string{"template", "scaling"}, low: "min_instance_count", high: "max_instance_count"}}
	case "google_compute_autoscaler", "google_compute_region_autoscaler":
		return []numbered{{path: []string{"autoscaling_policy"}, low: "min_replicas", high: "max_replicas"}}
	case "google_compute_instance_group_manager", "google_compute_region_instance_group_manager":
		return []numbered{{path: []string{"target_size"}}}
	case "azurerm_container_app":
		return []numbered{{path: []string{"template"}, low: "min_replicas", high: "max_replicas"}}
	case "azurerm_monitor_autoscale_setting":
		return []numbered{{path: []string{"profile", "capacity"}, low: "minimum", high: "maximum"}}
	case "azurerm_linux_virtual_machine_scale_set", "azurerm_windows_virtual_machine_scale_set":
		return []numbered{{path: []string{"instances"}}}
	case "kubernetes_deployment", "kubernetes_deployment_v1", "kubernetes_stateful_set", "kubernetes_stateful_set_v1":
		return []numbered{{path: []string{"spec", "replicas"}}}
	case "kubernetes_horizontal_pod_autoscaler", "kubernetes_horizontal_pod_autoscaler_v1", "kubernetes_horizontal_pod_autoscaler_v2":
		return []numbered{{path: []string{"spec"}, low: "min_replicas", high: "max_replicas"}}
	case "heroku_formation":
		return []numbered{{path: []string{"quantity"}}}
	case "cloudfoundry_app":
		return []numbered{{path: []string{"instances"}}}
	}
	return nil
}

func copies(f *record.File, kind, name string, r *tree.Node) {
	if kind == "heroku_formation" {
		name = first(r.Str("type"), name)
	}
	made := images(r)
	for _, c := range counted(kind) {
		if c.high != "" {
			f.Bounds(name, r.Get(c.path...), c.low, c.high)
			continue
		}
		if p, ok := r.Find(c.path...); ok {
			f.Number(unit.Setting{Kind: unit.SettingReplicas, Subject: name, Values: made}, p)
		}
	}
}

// images lists what a workload of the provider for Kubernetes runs.
func images(r *tree.Node) []unit.Value {
	var out []unit.Value
	for _, p := range r.Get("spec", "template", "spec").Entries() {
		if image := p.Value.Str("image"); p.Key.Text == "container" && image != "" && !tree.Open(image) {
			out = append(out, unit.Value{Kind: unit.Literal, Text: image})
		}
	}
	return out
}

// job reads the groups of a job of Nomad.
func job(f *record.File, jobs *tree.Node) {
	for _, j := range jobs.Entries() {
		for _, p := range j.Value.Entries() {
			if p.Key.Text != "group" {
				continue
			}
			for _, g := range p.Value.Entries() {
				if n, ok := g.Value.Pair("count"); ok {
					f.Number(tasks(g.Value, unit.Setting{Kind: unit.SettingReplicas, Subject: g.Key.Text}), n)
				}
			}
		}
		tied(f, "nomad job "+j.Key.Text, "", j.Value)
	}
}

// tasks adds to the setting of a group what its tasks run.
func tasks(group *tree.Node, s unit.Setting) unit.Setting {
	for _, p := range group.Entries() {
		if p.Key.Text != "task" {
			continue
		}
		for _, task := range p.Value.Entries() {
			config := task.Value.Get("config")
			if image := config.Str("image"); image != "" && !tree.Open(image) {
				s.Values = append(s.Values, unit.Value{Kind: unit.Literal, Text: image})
			}
			if command := config.Str("command"); command != "" && !tree.Open(command) {
				s.Commands = append(s.Commands, command)
			}
		}
	}
	return s
}

func first(texts ...string) string {
	for _, t := range texts {
		if t != "" && !tree.Open(t) {
			return t
		}
	}
	return ""
}
