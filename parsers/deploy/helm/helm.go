// Package helm reads the values of Helm charts: what ties clients to a pod, and
// how many pods run. Values have no fixed names, so those are taken that charts
// have by habit; below something that is not enabled nothing counts.
package helm

import (
	"path"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
	"github.com/stateaudit/stateaudit/parsers/deploy/fields"
	"github.com/stateaudit/stateaudit/parsers/deploy/kubernetes"
	"github.com/stateaudit/stateaudit/parsers/deploy/record"
	"github.com/stateaudit/stateaudit/parsers/deploy/tree"
)

// Readers returns the reader of files of values, and that of manifests which
// carry values for a controller that installs charts.
func Readers() []record.Reader {
	return []record.Reader{
		{Name: "helm", Match: match, Read: read},
		{Name: "helm", Match: record.YAML, Marks: []string{"HelmRelease", "HelmChart", "argoproj.io"}, Read: releases},
	}
}

func match(file string) bool {
	base := record.Base(file)
	if !record.Ending(file, ".yaml", ".yml") {
		return false
	}
	return strings.HasPrefix(base, "values") || strings.HasSuffix(base, "values.yaml") || strings.HasSuffix(base, "values.yml") || record.Within(file, "values")
}

func read(f *record.File) {
	for _, doc := range f.Documents() {
		if doc.Get("apiVersion") == nil {
			values(f, doc, chart(f.Path))
		}
	}
}

// chart is the name of the folder that the values belong to.
func chart(file string) string {
	parts := strings.Split(path.Dir(file), "/")
	for i := len(parts) - 1; i >= 0; i-- {
		switch parts[i] {
		case ".", "helm", "chart", "charts", "deploy", "deployment", "k8s", "kubernetes", "values", "environments", "envs", "infra":
			continue
		}
		if record.Environment(parts[i]+"/x") == "" {
			return parts[i]
		}
	}
	return "application"
}

// releases reads the values in the resources of Flux, of K3s and of Argo CD.
func releases(f *record.File) {
	for _, doc := range f.Documents() {
		name := record.Named(doc.Str("metadata", "name"), "application")
		switch doc.Str("kind") {
		case "HelmRelease":
			f.Recognise()
			values(f, doc.Get("spec", "values"), name)
		case "HelmChart":
			f.Recognise()
			embedded(f, doc.Get("spec", "valuesContent"), name)
		case "Application":
			f.Recognise()
			values(f, doc.Get("spec", "source", "helm", "valuesObject"), name)
			embedded(f, doc.Get("spec", "source", "helm", "values"), name)
		}
	}
}

// embedded reads values that are written as a text.
func embedded(f *record.File, text *tree.Node, name string) {
	if text == nil || !text.Block {
		return
	}
	f.Embed(text.Text, text.Line, func(inner *record.File) {
		for _, doc := range inner.Documents() {
			values(inner, doc, name)
		}
	})
}

// values reads a map of values for a chart.
func values(f *record.File, root *tree.Node, chart string) {
	w := walker{file: f, chart: chart}
	if record.Base(f.Path) == "values.yaml" && record.Within(f.Path, "chart", "charts", "helm") {
		w.origin = unit.Defaulted // the chart's own, for whoever installs it to change
	}
	w.below(root, nil)
}

type walker struct {
	file   *record.File
	chart  string
	origin unit.Origin
}

// maxDepth bounds how deep values are followed.
const maxDepth = 30

func (w walker) below(n *tree.Node, at []string) {
	if len(at) > maxDepth || n.Get("enabled").Off() {
		return
	}
	for _, p := range n.Entries() {
		if w.pair(n, p, at) {
			w.below(p.Value, append(at[:len(at):len(at)], p.Key.Text))
		}
	}
	for _, item := range n.Elements() {
		w.below(item, append(at[:len(at):len(at)], ""))
	}
}

// pair looks at one value; it says whether to look below.
func (w walker) pair(n *tree.Node, p tree.Pair, at []string) bool {
	subject := "values " + w.subject(at)
	if h, ok := fields.Of(p); ok {
		w.file.Affinity("helm "+subject, h)
		return false
	}
	if fields.Neutral(p) {
		return false
	}
	kubernetes.Annotated(w.file, subject, p)
	switch strings.ToLower(p.Key.Text) {
	case "stickysessions", "stickysession", "sticky", "sessionaffinity":
		if p.Value.On() || p.Value.Get("enabled").On() {
			w.file.Affinity("helm "+subject, fields.Hit{Kind: "other", At: p})
			return false
		}
	case "replicacount", "replicas", "numreplicas":
		w.count(n, p, at)
	case "maxreplicas":
		if n.Get("enabled") == nil || n.Get("enabled").On() {
			w.file.Bounds(w.subject(at[:max(len(at)-1, 0)]), n, "minReplicas", p.Key.Text)
		}
	case "web_concurrency":
		w.file.Number(unit.Setting{Kind: unit.SettingProcesses, Subject: w.subject(nil)}, p)
	case "strategy", "updatestrategy":
		if t, ok := p.Value.Pair("type"); ok && t.Value.String() == "Recreate" {
			w.file.Add(unit.Setting{Kind: unit.SettingSingleCopy, Subject: w.subject(at), Value: "Recreate strategy", Location: w.file.At(t)})
		}
	}
	if p.Value.Block {
		kubernetes.Carried(w.file, p)
	}
	return true
}

func (w walker) count(n *tree.Node, p tree.Pair, at []string) {
	if _, whole := p.Value.Int(); !whole {
		return
	}
	s := unit.Setting{Kind: unit.SettingReplicas, Subject: w.subject(at), Origin: w.origin}
	for _, path := range [][]string{{"image"}, {"image", "repository"}, {"image", "name"}} {
		if image := n.Str(path...); image != "" && !tree.Open(image) {
			s.Values = []unit.Value{{Kind: unit.Literal, Text: image}}
		}
	}
	w.file.Number(s, p)
}

// subject names what values are about: the keys that lead to them, or the chart.
func (w walker) subject(at []string) string {
	var names []string
	for _, k := range at {
		if k != "" && !tree.Open(k) {
			names = append(names, k)
		}
	}
	if len(names) == 0 {
		return w.chart
	}
	return strings.Join(names, ".")
}
