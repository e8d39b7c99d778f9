package kubernetes

import (
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
	"github.com/stateaudit/stateaudit/parsers/deploy/fields"
	"github.com/stateaudit/stateaudit/parsers/deploy/record"
	"github.com/stateaudit/stateaudit/parsers/deploy/tree"
)

// balanced looks at the fields by which an object ties clients to a pod.
func balanced(f *record.File, o *tree.Node) {
	kind, name := o.Str("kind"), nameOf(o)
	if kind == "CustomResourceDefinition" {
		return // names the fields and sets none
	}
	technology := technologyOf(o.Str("apiVersion"))
	o.Walk(func(path []string, p tree.Pair) bool {
		if len(path) == 1 && (path[0] == "metadata" || path[0] == "data" || path[0] == "status") {
			return false
		}
		h, ok := fields.Of(p)
		if !ok {
			return !fields.Neutral(p)
		}
		tech := technology
		if h.Technology != "" && tech == "kubernetes" {
			tech = h.Technology
		}
		f.Affinity(tech+" "+kind+" "+name, h)
		return false
	})
	if kind == "Service" {
		persistent(f, name, o.Get("metadata", "labels"))
	}
	if kind == "Route" && technology == "openshift" {
		route(f, name, o)
	}
}

// persistent reads the labels by which a service of Istio keeps a client at the
// pod that it met.
func persistent(f *record.File, name string, labels *tree.Node) {
	for label, kind := range map[string]string{"istio.io/persistent-session": "cookie", "istio.io/persistent-session-header": "header"} {
		if p, ok := labels.Pair(label); ok && !p.Value.Off() {
			f.Affinity("istio Service "+name, fields.Hit{Kind: kind, At: p, Open: p.Value.Open()})
		}
	}
}

// route reads a route of OpenShift, whose router sets a cookie unless it is told
// not to.
func route(f *record.File, name string, o *tree.Node) {
	all := o.Get("metadata", "annotations")
	if all.Get("haproxy.router.openshift.io/disable_cookies") != nil || all.Get("router.openshift.io/cookie_name") != nil {
		return
	}
	p, ok := o.Pair("kind")
	if !ok || o.Str("spec", "tls", "termination") == "passthrough" {
		return
	}
	f.Add(unit.Setting{Kind: unit.SettingAffinity, Subject: "openshift Route " + name, Value: "cookie", Origin: unit.Defaulted, Location: f.At(p)})
}

// technologyOf is the tool that an API group belongs to.
func technologyOf(apiVersion string) string {
	group, _, _ := strings.Cut(apiVersion, "/")
	for _, t := range []struct{ part, technology string }{
		{"istio.io", "istio"}, {"traefik", "traefik"}, {"projectcontour", "contour"}, {"gateway.envoyproxy", "envoy-gateway"},
		{"gateway.networking", "gateway-api"}, {"gateway.nginx", "nginx-gateway"}, {"cloud.google", "gcp"}, {"networking.gke", "gcp"},
		{"konghq", "kong"}, {"getambassador", "ambassador"}, {"solo.io", "gloo"}, {"consul.hashicorp", "consul"},
		{"apisix", "apisix"}, {"openshift.io", "openshift"}, {"k8s.nginx.org", "nginx-inc"},
	} {
		if strings.Contains(group, t.part) {
			return t.technology
		}
	}
	return "kubernetes"
}

// annotations looks at what controllers read from the annotations of an object.
func annotations(f *record.File, object string, all *tree.Node) {
	for _, p := range all.Entries() {
		Annotated(f, object, p)
	}
}

// Annotated notes an annotation that ties clients to a pod.
func Annotated(f *record.File, object string, p tree.Pair) {
	technology, kind, open := Annotation(p.Key.Text, p.Value.String())
	if kind == "" {
		return
	}
	s := unit.Setting{Kind: unit.SettingAffinity, Subject: technology + " " + object, Value: kind, Location: f.At(p)}
	if open {
		s.Origin = unit.Unresolved
	}
	f.Add(s)
}

func nameOf(o *tree.Node) string {
	return record.Named(o.Str("metadata", "name"), "(templated)")
}
