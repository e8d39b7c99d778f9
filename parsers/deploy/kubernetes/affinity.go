package kubernetes

import (
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
	"github.com/stateaudit/stateaudit/parsers/deploy/nginx"
	"github.com/stateaudit/stateaudit/parsers/deploy/record"
	"github.com/stateaudit/stateaudit/parsers/deploy/tree"
)

// balanced looks at the fields by which an object ties clients to a pod.
func balanced(f *record.File, kind, name string, o *tree.Node) {
	switch kind {
	case "Service":
		if p, ok := o.Find("spec", "sessionAffinity"); ok && (p.Value.String() == "ClientIP" || p.Value.Open()) {
			f.Pair(unit.SettingAffinity, "kubernetes Service "+name, "source-ip", p)
		}
	}
}

// annotations looks at what controllers read from the annotations of an object.
func annotations(f *record.File, object string, all *tree.Node) {
	for _, p := range all.Entries() {
		technology, kind := Annotation(p.Key.Text, p.Value.String())
		if kind == "" {
			continue
		}
		s := unit.Setting{Kind: unit.SettingAffinity, Subject: technology + " " + object, Value: kind, Location: f.At(p)}
		if p.Value.Open() && nginx.HashKey(p.Value.Text) == "" {
			s.Origin = unit.Unresolved
		}
		f.Add(s)
	}
}

// Annotation tells which controller reads an annotation, and what it then ties a
// client by; empty if nothing, or if it is switched off.
func Annotation(key, value string) (technology, kind string) {
	lower := strings.ToLower(strings.TrimSpace(value))
	switch key {
	case "nginx.ingress.kubernetes.io/affinity", "ingress.kubernetes.io/affinity":
		if lower == "cookie" || tree.Open(value) {
			return "nginx-ingress", "cookie"
		}
	case "nginx.ingress.kubernetes.io/upstream-hash-by":
		return "nginx-ingress", nginx.HashKey(value)
	}
	return "", ""
}
