// Package kubernetes reads manifests: what ties clients to a pod, how many pods
// run, and what holds them at one. Helm templates and Kustomize overlays of
// manifests are manifests too.
package kubernetes

import (
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
	"github.com/stateaudit/stateaudit/parsers/deploy/apache"
	"github.com/stateaudit/stateaudit/parsers/deploy/caddy"
	"github.com/stateaudit/stateaudit/parsers/deploy/haproxy"
	"github.com/stateaudit/stateaudit/parsers/deploy/nginx"
	"github.com/stateaudit/stateaudit/parsers/deploy/record"
	"github.com/stateaudit/stateaudit/parsers/deploy/tree"
)

// Reader returns the reader.
func Reader() record.Reader {
	return record.Reader{Name: "kubernetes", Match: record.YAML, Marks: []string{"apiVersion:", "\"apiVersion\""}, Read: read}
}

func read(f *record.File) {
	for _, doc := range f.Documents() {
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
