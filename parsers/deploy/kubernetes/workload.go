package kubernetes

import (
	"github.com/stateaudit/stateaudit/internal/unit"
	"github.com/stateaudit/stateaudit/parsers/deploy/record"
	"github.com/stateaudit/stateaudit/parsers/deploy/tree"
)

// workload reads how many pods of an object run, and what holds them at one.
func workload(f *record.File, kind string, o *tree.Node) {
	name := record.Named(o.Str("metadata", "name"), "(templated)")
	pod := o.Get("spec", "template", "spec")
	made := images(pod)
	if p, ok := o.Find("spec", "replicas"); ok {
		s := unit.Setting{Kind: unit.SettingReplicas, Subject: name, Value: p.Value.String(), Location: f.At(p), Values: made}
		if p.Value.Open() {
			s.Origin = unit.Unresolved
		}
		f.Add(s)
	}
	if p, ok := o.Find("spec", "strategy", "type"); ok && p.Value.String() == "Recreate" {
		f.Add(unit.Setting{Kind: unit.SettingSingleCopy, Subject: name, Value: "Recreate strategy", Location: f.At(p), Values: made})
	}
	if p, ok := pod.Find("nodeName"); ok && !p.Value.Open() {
		f.Add(unit.Setting{Kind: unit.SettingSingleCopy, Subject: name, Value: "pinned host", Location: f.At(p), Values: made})
	}
	if p, ok := pod.Find("nodeSelector", "kubernetes.io/hostname"); ok && !p.Value.Open() {
		f.Add(unit.Setting{Kind: unit.SettingSingleCopy, Subject: name, Value: "pinned host", Location: f.At(p), Values: made})
	}
	for _, c := range pod.Get("containers").Elements() {
		processes(f, name, c, made)
	}
}

// images lists what the containers of a pod run.
func images(pod *tree.Node) []unit.Value {
	var out []unit.Value
	for _, c := range pod.Get("containers").Elements() {
		if image := c.Str("image"); image != "" {
			out = append(out, unit.Value{Kind: unit.Literal, Text: image})
		}
	}
	return out
}

// processes reads the variable that web servers in Ruby take their number of
// processes from.
func processes(f *record.File, name string, container *tree.Node, made []unit.Value) {
	for _, e := range container.Get("env").Elements() {
		if e.Str("name") != "WEB_CONCURRENCY" {
			continue
		}
		if p, ok := e.Pair("value"); ok {
			f.Add(unit.Setting{Kind: unit.SettingProcesses, Subject: name, Value: p.Value.String(), Location: f.At(p), Values: made})
		}
	}
}

// bounds reads the least and the most copies that an autoscaler runs.
func bounds(f *record.File, target string, o *tree.Node, low, high string) {
	p, ok := o.Find("spec", high)
	if !ok {
		return
	}
	least := o.Str("spec", low)
	if least == "" {
		least = "1"
	}
	s := unit.Setting{Kind: unit.SettingAutoscaling, Subject: record.Named(target, "(templated)"), Value: least + "-" + p.Value.String(), Location: f.At(p)}
	if p.Value.Open() || tree.Open(least) {
		s.Origin = unit.Unresolved
	}
	f.Add(s)
}
