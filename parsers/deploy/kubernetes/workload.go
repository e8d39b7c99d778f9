package kubernetes

import (
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
	"github.com/stateaudit/stateaudit/parsers/deploy/record"
	"github.com/stateaudit/stateaudit/parsers/deploy/tree"
)

// workload reads how many pods of an object run, and what holds them at one.
func workload(f *record.File, o *tree.Node) {
	name := nameOf(o)
	pod := o.Get("spec", "template", "spec")
	run := unit.Setting{Subject: name, Values: images(pod), Commands: commands(pod)}
	of := func(s unit.Setting) unit.Setting {
		s.Subject, s.Values, s.Commands = run.Subject, run.Values, run.Commands
		return s
	}
	if p, ok := o.Find("spec", "replicas"); ok {
		f.Number(of(unit.Setting{Kind: unit.SettingReplicas}), p)
	}
	single := func(p tree.Pair, why string) {
		f.Add(of(unit.Setting{Kind: unit.SettingSingleCopy, Value: why, Location: f.At(p)}))
	}
	if p, ok := o.Find("spec", "strategy", "type"); ok && p.Value.String() == "Recreate" {
		single(p, "Recreate strategy")
	}
	for _, path := range [][]string{{"nodeName"}, {"nodeSelector", "kubernetes.io/hostname"}} {
		if p, ok := pod.Find(path...); ok && !p.Value.Open() {
			single(p, "pinned host")
		}
	}
	for _, c := range pod.Get("containers").Elements() {
		processes(f, c, of)
		started(f, name, c)
	}
	volumes(f, name, pod, run.Values)
}

// volumes reads what is mounted into a pod and outlives it.
func volumes(f *record.File, name string, pod *tree.Node, made []unit.Value) {
	for _, v := range pod.Get("volumes").Elements() {
		mount := mountPath(pod, v.Str("name"))
		if p, ok := v.Find("persistentVolumeClaim", "claimName"); ok {
			f.Add(unit.Setting{Kind: unit.SettingVolume, Subject: name, Value: mount, Text: "claim " + p.Value.String(), Location: f.At(p), Values: made})
		}
		if p, ok := v.Find("hostPath", "path"); ok {
			f.Add(unit.Setting{Kind: unit.SettingVolume, Subject: name, Value: mount, Location: f.At(p), Values: made})
		}
		for _, shared := range []string{"nfs", "cephfs", "glusterfs", "azureFile"} {
			if p, ok := v.Pair(shared); ok {
				f.Add(unit.Setting{Kind: unit.SettingSharedVolume, Subject: name, Value: mount, Location: f.At(p), Values: made})
			}
		}
	}
}

// mountPath is where the containers of a pod see a volume.
func mountPath(pod *tree.Node, volume string) string {
	for _, c := range pod.Get("containers").Elements() {
		for _, m := range c.Get("volumeMounts").Elements() {
			if m.Str("name") == volume {
				return m.Str("mountPath")
			}
		}
	}
	return ""
}

// claim reads whether a volume can be mounted by the pods of one node only.
func claim(f *record.File, name string, spec *tree.Node) {
	p, ok := spec.Pair("accessModes")
	if !ok {
		return
	}
	for _, mode := range p.Value.Elements() {
		switch mode.String() {
		case "ReadWriteMany", "ReadOnlyMany":
			f.Add(unit.Setting{Kind: unit.SettingSharedVolume, Subject: name, Value: mode.String(), Location: f.At(p)})
			return
		case "ReadWriteOnce", "ReadWriteOncePod":
			f.Add(unit.Setting{Kind: unit.SettingSingleCopy, Subject: name, Value: mode.String() + " volume", Location: f.At(p)})
			return
		}
	}
}

// started notes what a container starts, where that is not left to the image.
func started(f *record.File, name string, container *tree.Node) {
	words, at := "", tree.Pair{}
	for _, key := range []string{"args", "command"} {
		if p, ok := container.Pair(key); ok {
			words, at = strings.TrimSpace(p.Value.Words()+" "+words), p
		}
	}
	if words != "" {
		f.Add(unit.Setting{Kind: unit.SettingProcess, Subject: name, Value: words, Location: f.At(at)})
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

// commands lists what the containers of a pod start, where that is not left to
// the image.
func commands(pod *tree.Node) []string {
	var out []string
	for _, c := range pod.Get("containers").Elements() {
		if words := strings.TrimSpace(c.Get("command").Words() + " " + c.Get("args").Words()); words != "" {
			out = append(out, words)
		}
	}
	return out
}

// processes reads the variable that web servers in Ruby take their number of
// processes from.
func processes(f *record.File, container *tree.Node, of func(unit.Setting) unit.Setting) {
	for _, e := range container.Get("env").Elements() {
		if e.Str("name") != "WEB_CONCURRENCY" {
			continue
		}
		if p, ok := e.Pair("value"); ok {
			f.Number(of(unit.Setting{Kind: unit.SettingProcesses}), p)
		}
	}
}

// knative reads the bounds that a Knative service has as annotations.
func knative(f *record.File, name string, o *tree.Node) {
	all := o.Get("spec", "template", "metadata", "annotations")
	annotations(f, "Service "+name, all)
	for _, prefix := range []string{"autoscaling.knative.dev/", "run.googleapis.com/"} {
		for _, keys := range [][2]string{{"minScale", "maxScale"}, {"min-scale", "max-scale"}} {
			f.Bounds(name, all, prefix+keys[0], prefix+keys[1])
		}
	}
}
