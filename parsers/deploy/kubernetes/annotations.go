package kubernetes

import (
	"strings"

	"github.com/stateaudit/stateaudit/parsers/deploy/nginx"
	"github.com/stateaudit/stateaudit/parsers/deploy/tree"
)

// annotation is a key that a controller reads.
type annotation struct {
	key        string
	technology string
	// kind tells what a value, in lower case, ties a client by.
	kind func(value string) string
}

// known lists the annotations by which controllers are told to tie a client to
// a pod. Sources are the controllers' own reference pages.
func known() []annotation {
	return []annotation{
		{"nginx.ingress.kubernetes.io/affinity", "nginx-ingress", only("cookie", "cookie")},
		{"ingress.kubernetes.io/affinity", "nginx-ingress", only("cookie", "cookie")},
		{"nginx.ingress.kubernetes.io/upstream-hash-by", "nginx-ingress", nginx.HashKey},
		{"nginx.org/lb-method", "nginx-inc", nginxMethod},
		{"nginx.com/sticky-cookie-services", "nginx-inc", any("cookie")},
		{"haproxy-ingress.github.io/affinity", "haproxy-ingress", only("cookie", "cookie")},
		{"haproxy-ingress.github.io/balance-algorithm", "haproxy-ingress", only("source", "source-ip")},
		{"ingress.kubernetes.io/balance-algorithm", "haproxy-ingress", only("source", "source-ip")},
		{"haproxy.org/cookie-persistence", "haproxy-ingress", any("cookie")},
		{"haproxy.org/load-balance", "haproxy-ingress", only("source", "source-ip")},
		{"ingress.appscode.com/affinity", "voyager", only("cookie", "cookie")},
		{"alb.ingress.kubernetes.io/target-group-attributes", "aws", attributes("cookie")},
		{"service.beta.kubernetes.io/aws-load-balancer-target-group-attributes", "aws", attributes("source-ip")},
		{"run.googleapis.com/sessionAffinity", "gcp", on("cookie")},
		{"appgw.ingress.kubernetes.io/cookie-based-affinity", "azure", on("cookie")},
		{"traefik.ingress.kubernetes.io/affinity", "traefik", on("cookie")},
		{"traefik.ingress.kubernetes.io/service.sticky", "traefik", on("cookie")},
		{"traefik.ingress.kubernetes.io/service.sticky.cookie", "traefik", on("cookie")},
		{"haproxy.router.openshift.io/balance", "openshift", only("source", "source-ip")},
		{"router.openshift.io/cookie_name", "openshift", any("cookie")},
		{"service.beta.kubernetes.io/do-loadbalancer-sticky-sessions-type", "digitalocean", only("cookies", "cookie")},
		{"load-balancer.hetzner.cloud/http-sticky-sessions", "hetzner", on("cookie")},
		{"service.beta.kubernetes.io/scw-loadbalancer-sticky-sessions", "scaleway", words(map[string]string{"cookie": "cookie", "table": "source-ip"})},
		{"service.beta.kubernetes.io/vultr-loadbalancer-sticky-session-enabled", "vultr", on("cookie")},
		{"service.beta.kubernetes.io/alibaba-cloud-loadbalancer-sticky-session", "alibaba", on("cookie")},
		{"kubernetes.io/elb.session-affinity-mode", "huawei", words(map[string]string{"source_ip": "source-ip", "http_cookie": "cookie", "app_cookie": "cookie"})},
		{"ingress.bluemix.net/sticky-cookie-services", "ibm", any("cookie")},
	}
}

// Annotation tells which controller reads an annotation, and what it then ties a
// client by; empty if nothing, or if it is switched off. An open value that the
// controller would read gives "other" and open.
func Annotation(key, value string) (technology, kind string, open bool) {
	for _, a := range known() {
		if a.key != key {
			continue
		}
		kind = a.kind(strings.ToLower(strings.TrimSpace(value)))
		if kind == "" && tree.Open(value) && !strings.HasPrefix(value, "$") {
			return a.technology, "other", true
		}
		return a.technology, kind, kind != "" && tree.Open(value) && !strings.HasSuffix(key, "hash-by") && !strings.HasSuffix(key, "lb-method")
	}
	if strings.HasPrefix(key, "alb.ingress.kubernetes.io/actions.") {
		return "aws", action(value), false
	}
	if strings.HasPrefix(key, "service.beta.kubernetes.io/linode-loadbalancer-port-") {
		return "linode", linode(value), false
	}
	return "", "", false
}

func only(word, kind string) func(string) string {
	return words(map[string]string{word: kind})
}

func words(kinds map[string]string) func(string) string {
	return func(value string) string { return kinds[value] }
}

func on(kind string) func(string) string {
	return words(map[string]string{"true": kind, "on": kind, "yes": kind, "1": kind})
}

// any takes every value that is not empty and does not switch off.
func any(kind string) func(string) string {
	return func(value string) string {
		switch value {
		case "", "false", "off", "none":
			return ""
		}
		return kind
	}
}

// attributes reads the attributes of a target group of AWS.
func attributes(otherwise string) func(string) string {
	return func(value string) string {
		value = strings.ReplaceAll(value, " ", "")
		switch {
		case !strings.Contains(value, "stickiness.enabled=true"):
			return ""
		case strings.Contains(value, "stickiness.type=source_ip"):
			return "source-ip"
		case strings.Contains(value, "_cookie"):
			return "cookie"
		}
		return otherwise
	}
}

func nginxMethod(value string) string {
	if value == "ip_hash" {
		return "source-ip"
	}
	if key, ok := strings.CutPrefix(value, "hash "); ok {
		return nginx.HashKey(key)
	}
	return ""
}

// action reads the JSON of an action of AWS's controller.
func action(value string) string {
	docs, _ := tree.YAML(value)
	kind := ""
	for _, d := range docs {
		d.Walk(func(_ []string, p tree.Pair) bool {
			if strings.EqualFold(p.Key.Text, "targetGroupStickinessConfig") && (p.Value.Get("enabled").On() || p.Value.Get("Enabled").On()) {
				kind = "cookie"
			}
			return true
		})
	}
	return kind
}

func linode(value string) string {
	docs, _ := tree.YAML(value)
	for _, d := range docs {
		switch d.Str("stickiness") {
		case "table":
			return "source-ip"
		case "http_cookie":
			return "cookie"
		}
	}
	return ""
}
