// Package cloudformation reads templates of AWS CloudFormation and SAM, of Azure
// Resource Manager, and programs of Pulumi that are written in YAML: what ties
// clients to a copy, and how many copies are asked for.
package cloudformation

import (
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
	"github.com/stateaudit/stateaudit/parsers/deploy/clouds"
	"github.com/stateaudit/stateaudit/parsers/deploy/fields"
	"github.com/stateaudit/stateaudit/parsers/deploy/given"
	"github.com/stateaudit/stateaudit/parsers/deploy/record"
	"github.com/stateaudit/stateaudit/parsers/deploy/tree"
)

// Readers returns one reader for each technology.
func Readers() []record.Reader {
	return []record.Reader{
		{Name: "cloudformation", Match: match, Marks: []string{"AWS::"}, Read: each(aws)},
		{Name: "arm", Match: record.YAML, Marks: []string{"deploymentTemplate.json"}, Read: each(arm)},
		{Name: "pulumi", Match: record.YAML, Marks: []string{"runtime:"}, Read: each(pulumi)},
		{Name: "beanstalk", Match: beanstalkFile, Marks: []string{"option_settings"}, Read: each(beanstalk)},
	}
}

func match(path string) bool { return record.YAML(path) || record.Ending(path, ".cfn") }

func beanstalkFile(path string) bool {
	return record.Within(path, ".ebextensions") && record.Ending(path, ".config", ".yaml", ".yml")
}

func each(read func(*record.File, *tree.Node)) func(*record.File) {
	return func(f *record.File) {
		for _, doc := range f.Documents() {
			read(f, doc)
		}
	}
}

func aws(f *record.File, doc *tree.Node) {
	for _, r := range given.CloudFormation(f.Path, doc).Get("Resources").Entries() {
		kind := r.Value.Str("Type")
		if !strings.HasPrefix(kind, "AWS::") {
			continue
		}
		f.Recognise()
		properties := r.Value.Get("Properties")
		tied(f, "cloudformation "+r.Key.Text, kind, properties)
		options(f, "cloudformation "+r.Key.Text, properties.Get("OptionSettings"), "OptionName", "Value")
		if to, ok := clouds.DeadLetter(kind, properties); ok {
			f.Queue(r.Key.Text, to, r)
		}
		switch kind {
		case "AWS::ECS::Service":
			if p, ok := properties.Pair("DesiredCount"); ok {
				f.Number(unit.Setting{Kind: unit.SettingReplicas, Subject: r.Key.Text}, p)
			}
		case "AWS::ApplicationAutoScaling::ScalableTarget":
			f.Bounds(r.Key.Text, properties, "MinCapacity", "MaxCapacity")
		case "AWS::AutoScaling::AutoScalingGroup":
			f.Bounds(r.Key.Text, properties, "MinSize", "MaxSize")
		}
	}
}

// arm reads a template, whose resources may hold resources.
func arm(f *record.File, doc *tree.Node) {
	if !strings.Contains(doc.Str("$schema"), "deploymentTemplate.json") {
		return
	}
	f.Recognise()
	resources(f, given.ARM(f.Path, doc).Get("resources"), 0)
}

func resources(f *record.File, list *tree.Node, depth int) {
	if depth > 20 {
		return
	}
	for _, r := range list.Elements() {
		kind := r.Str("type")
		subject := "azure " + kind[strings.LastIndex(kind, "/")+1:]
		if name := r.Str("name"); name != "" && !strings.HasPrefix(name, "[") {
			subject += " " + name
		}
		if r.Get("condition").Off() {
			continue
		}
		tied(f, subject, kind, r.Get("properties"))
		site(f, subject, kind, r)
		resources(f, r.Get("resources"), depth+1)
	}
}

// site notes the affinity that App Service has where nothing is said of it. Apps
// of functions have none.
func site(f *record.File, subject, kind string, r *tree.Node) {
	p, ok := r.Pair("type")
	if kind != "Microsoft.Web/sites" || !ok || strings.Contains(r.Str("kind"), "functionapp") || r.Get("properties", "clientAffinityEnabled") != nil {
		return
	}
	f.Add(unit.Setting{Kind: unit.SettingAffinity, Subject: subject, Value: "cookie", Origin: unit.Defaulted, Location: f.At(p)})
}

func pulumi(f *record.File, doc *tree.Node) {
	if doc.Get("runtime") == nil {
		return
	}
	for _, r := range doc.Get("resources").Entries() {
		f.Recognise()
		tied(f, "pulumi "+r.Key.Text, r.Value.Str("type"), r.Value.Get("properties"))
		if to, ok := clouds.DeadLetter(r.Value.Str("type"), r.Value.Get("properties")); ok {
			f.Queue(r.Key.Text, to, r)
		}
	}
}

func beanstalk(f *record.File, doc *tree.Node) {
	all := doc.Get("option_settings")
	if all == nil {
		return
	}
	f.Recognise()
	options(f, "beanstalk environment", all, "option_name", "value")
	for _, namespace := range all.Entries() {
		for _, p := range namespace.Value.Entries() {
			option(f, "beanstalk environment", p.Key.Text, p)
		}
		if namespace.Key.Text == "aws:autoscaling:asg" {
			f.Bounds("environment", namespace.Value, "MinSize", "MaxSize")
		}
	}
}

// options reads settings of Elastic Beanstalk that are written as a list of
// names and values.
func options(f *record.File, subject string, list *tree.Node, name, value string) {
	for _, o := range list.Elements() {
		if p, ok := o.Pair(value); ok {
			option(f, subject, o.Str(name), p)
		}
	}
}

func option(f *record.File, subject, name string, p tree.Pair) {
	if name != "StickinessEnabled" && name != "Stickiness Policy" {
		return
	}
	if h, ok := clouds.Of("", tree.Pair{Key: &tree.Node{Kind: tree.Scalar, Text: "StickinessEnabled", Line: p.Key.Line, Column: p.Key.Column}, Value: p.Value}); ok {
		h.At = p
		f.Affinity(subject, h)
	}
}

func tied(f *record.File, subject, kind string, of *tree.Node) {
	of.Walk(func(_ []string, p tree.Pair) bool {
		h, ok := clouds.Of(kind, p)
		if ok {
			f.Affinity(subject, open(h))
		}
		return !ok
	})
}

// open marks what a function of ARM computes.
func open(h fields.Hit) fields.Hit {
	if text := h.At.Value.String(); strings.HasPrefix(text, "[") {
		h.Open = true
	}
	return h
}
