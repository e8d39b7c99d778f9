// Package kubernetes reads manifests: what ties clients to a pod, how many pods
// run, and what holds them at one. Helm templates and Kustomize overlays of
// manifests are manifests too.
package kubernetes

import (
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
	"github.com/stateaudit/stateaudit/parsers/deploy/apache"
	"github.com/stateaudit/stateaudit/parsers/deploy/caddy"
	"github.com/stateaudit/stateaudit/parsers/deploy/fields"
	"github.com/stateaudit/stateaudit/parsers/deploy/haproxy"
	"github.com/stateaudit/stateaudit/parsers/deploy/nginx"
	"github.com/stateaudit/stateaudit/parsers/deploy/record"
	"github.com/stateaudit/stateaudit/parsers/deploy/tree"
)

// Reader returns the reader.
func Reader() record.Reader {
	return record.Reader{Name: "kubernetes", Match: record.YAML, Marks: []string{"apiVersion:", "\"apiVersion\"", "kind: Kustomization", "patches"}, Named: named, Read: read}
}

// named tells the names that kustomize looks for.
func named(path string) bool {
	return record.Called("kustomization.yaml", "kustomization.yml")(path)
}

func read(f *record.File) {
	for _, doc := range f.Documents() {
		if kind := doc.Str("kind"); doc.Get("apiVersion") == nil && (kind == "Kustomization" || kind == "" && named(f.Path)) {
			f.Recognise() // which it need not name
			kustomization(f, doc)
			continue
		}
		if doc.Str("kind") == "" || doc.Str("apiVersion") == "" {
			continue
		}
		f.Recognise()
		if items := doc.Get("items"); items != nil && strings.HasSuffix(doc.Str("kind"), "List") {
			for _, item := range items.Elements() {
				object(f, item)
			}
			continue
		}
		if objects := doc.Get("objects"); objects != nil && doc.Str("kind") == "Template" {
			for _, o := range objects.Elements() {
				object(f, o)
			}
			continue
		}
		object(f, doc)
	}
}

// object reads one object of a manifest.
func object(f *record.File, o *tree.Node) {
	kind, name := o.Str("kind"), nameOf(o)
	switch kind {
	case "HelmRelease", "HelmChart", "Application":
		return // values of a chart, which are read as such
	}
	balanced(f, o)
	annotations(f, kind+" "+name, o.Get("metadata", "annotations"))
	switch kind {
	case "Deployment", "StatefulSet", "ReplicaSet", "ReplicationController", "DeploymentConfig", "Rollout":
		workload(f, o)
	case "Service":
		knative(f, name, o)
	case "HorizontalPodAutoscaler":
		f.Bounds(o.Str("spec", "scaleTargetRef", "name"), o.Get("spec"), "minReplicas", "maxReplicas")
	case "ScaledObject":
		f.Bounds(o.Str("spec", "scaleTargetRef", "name"), o.Get("spec"), "minReplicaCount", "maxReplicaCount")
	case "PersistentVolumeClaim":
		claim(f, name, o.Get("spec"))
	case "Kustomization":
		kustomization(f, o)
	case "ConfigMap":
		configMap(f, o.Get("data"))
	}
}

// kustomization sets the number of copies of workloads that stand elsewhere.
func kustomization(f *record.File, o *tree.Node) {
	for _, r := range o.Get("replicas").Elements() {
		if p, ok := r.Pair("count"); ok {
			f.Pair(unit.SettingReplicas, r.Str("name"), p.Value.String(), p)
		}
	}
	for _, list := range []string{"patches", "patchesJson6902"} {
		for _, patch := range o.Get(list).Elements() {
			inline(f, patch.Get("patch"), patch.Get("target"))
		}
	}
	for _, patch := range o.Get("patchesStrategicMerge").Elements() {
		inline(f, patch, nil)
	}
}

// inline reads a patch that a kustomization carries as a text: parts of objects,
// or operations on the target.
func inline(f *record.File, text, target *tree.Node) {
	if text == nil || !strings.Contains(text.Text, "\n") && !strings.Contains(text.Text, "{") {
		return // the name of a file
	}
	before := text.Line
	if !text.Block {
		before--
	}
	f.Embed(text.Text, before, func(inner *record.File) {
		for _, doc := range inner.Documents() {
			switch {
			case doc.Kind == tree.List:
				operations(inner, doc, target)
			case doc.Str("kind") != "":
				object(inner, doc)
			case doc.IsMap() && target != nil:
				// the target names what the patch need not
				for _, key := range []string{"name", "kind"} {
					if p, ok := target.Pair(key); ok && key == "kind" {
						doc.Pairs = append(doc.Pairs, p)
					}
				}
				object(inner, doc)
			}
		}
	})
}

// operations reads a JSON patch: what it sets counts as if it stood in the object.
func operations(f *record.File, list, target *tree.Node) {
	kind, name := target.Str("kind"), record.Named(target.Str("name"), "(patched)")
	if kind == "" {
		kind = "object"
	}
	for _, o := range list.Elements() {
		p, ok := o.Pair("value")
		if word := o.Str("op"); !ok || word != "add" && word != "replace" {
			continue
		}
		steps := strings.Split(o.Str("path"), "/")
		last := strings.NewReplacer("~1", "/", "~0", "~").Replace(steps[len(steps)-1])
		as := tree.Pair{Key: &tree.Node{Kind: tree.Scalar, Text: last, Line: p.Key.Line, Column: p.Key.Column}, Value: p.Value}
		set := &tree.Node{Kind: tree.Map, Pairs: []tree.Pair{as}}
		switch {
		case strings.HasPrefix(o.Str("path"), "/metadata/annotations"):
			annotations(f, kind+" "+name, set)
			annotations(f, kind+" "+name, p.Value)
		case last == "replicas" && len(steps) == 3:
			f.Number(unit.Setting{Kind: unit.SettingReplicas, Subject: name}, p)
		case strings.HasPrefix(o.Str("path"), "/spec"):
			set.Walk(func(_ []string, at tree.Pair) bool {
				h, tied := fields.Of(at)
				if tied {
					if h.At == at && at.Key == as.Key {
						h.At = p
					}
					f.Affinity("kubernetes "+kind+" "+name, h)
				}
				return !tied && !fields.Neutral(at)
			})
		}
	}
}

// configMap reads the files of other technologies that a manifest carries.
func configMap(f *record.File, data *tree.Node) {
	for _, p := range data.Entries() {
		if p.Value.Block {
			Carried(f, p)
		}
	}
}

// Carried reads a text that is the content of a file of another technology, as
// its key says.
func Carried(f *record.File, p tree.Pair) {
	for _, r := range []record.Reader{nginx.Reader(), haproxy.Reader(), caddy.Reader(), apache.Reader()} {
		if r.Wants(p.Key.Text, p.Value.Text) {
			f.Embed(p.Value.Text, p.Value.Line, r.Read)
		}
	}
}
