// Package kubernetes reads manifests: what ties clients to a pod, how many pods
// run, and what holds them at one. Helm templates and Kustomize overlays of
// manifests are manifests too.
package kubernetes

import (
	"strings"

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
	kind := o.Str("kind")
	name := record.Named(o.Str("metadata", "name"), "(templated)")
	balanced(f, kind, name, o)
	annotations(f, kind+" "+name, o.Get("metadata", "annotations"))
	switch kind {
	case "Deployment", "StatefulSet", "ReplicaSet", "ReplicationController", "DeploymentConfig", "Rollout":
		workload(f, kind, o)
	case "HorizontalPodAutoscaler":
		bounds(f, o.Str("spec", "scaleTargetRef", "name"), o, "minReplicas", "maxReplicas")
	case "ScaledObject":
		bounds(f, o.Str("spec", "scaleTargetRef", "name"), o, "minReplicaCount", "maxReplicaCount")
	}
}
