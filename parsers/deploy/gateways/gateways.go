// Package gateways reads the files of proxies and gateways that are configured
// by YAML, JSON or TOML of their own: Traefik, Envoy, Kong, APISIX, Consul, and
// Caddy's JSON. What they call affinity is in package fields.
package gateways

import (
	"strings"

	"github.com/stateaudit/stateaudit/parsers/deploy/caddy"
	"github.com/stateaudit/stateaudit/parsers/deploy/fields"
	"github.com/stateaudit/stateaudit/parsers/deploy/record"
	"github.com/stateaudit/stateaudit/parsers/deploy/tree"
)

// Readers returns one reader for each technology.
func Readers() []record.Reader {
	return []record.Reader{
		reader("traefik", []string{"loadBalancer", "loadbalancer", "stickiness", "entryPoints"}, traefik),
		reader("envoy", []string{"hash_policy", "hashPolicy", "static_resources", "stateful_session"}, envoy),
		reader("kong", []string{"_format_version"}, kong),
		reader("apisix", []string{"hash_on"}, apisix),
		reader("consul", []string{"service-resolver"}, consul),
		reader("caddy", []string{"selection_policy"}, caddyJSON),
	}
}

func reader(name string, marks []string, of func(*record.File, *tree.Node)) record.Reader {
	return record.Reader{
		Name:  name,
		Match: func(path string) bool { return record.YAML(path) || record.Ending(path, ".toml") },
		Marks: marks,
		Read: func(f *record.File) {
			for _, doc := range f.Documents() {
				if doc.Get("apiVersion") == nil { // manifests have their own reader
					of(f, doc)
				}
			}
		},
	}
}

// traefik has services by name, or backends in its first version.
func traefik(f *record.File, doc *tree.Node) {
	for _, top := range []*tree.Node{doc.Get("http", "services"), doc.Get("tcp", "services"), doc.Get("backends")} {
		for _, service := range top.Entries() {
			f.Recognise()
			service.Value.Walk(func(_ []string, p tree.Pair) bool {
				h, ok := fields.Of(p)
				if ok && h.Technology == "traefik" {
					f.Affinity("traefik service "+record.Named(service.Key.Text, "(templated)"), h)
				}
				return !ok
			})
		}
	}
}

// envoy has a hash policy beside the cluster that a route, or a TCP proxy, leads
// to. Only a cluster that hashes goes by it.
func envoy(f *record.File, doc *tree.Node) {
	if doc.Get("static_resources") != nil || doc.Get("resources") != nil {
		f.Recognise()
	}
	spread := spreading(doc)
	doc.Walk(func(_ []string, p tree.Pair) bool {
		cluster := record.Named(p.Value.Str("cluster"), "(any)")
		for _, key := range []string{"hash_policy", "hashPolicy"} {
			if inner, ok := p.Value.Pair(key); ok && !spread[cluster] {
				if h, tied := fields.Of(inner); tied {
					f.Affinity("envoy cluster "+cluster, h)
				}
			}
		}
		h, ok := fields.Of(p)
		if ok && h.Technology == "envoy" {
			f.Affinity("envoy stateful session", h)
			return false
		}
		return true
	})
}

// spreading lists the clusters of a file that do not hash: Envoy goes round the
// endpoints of a cluster that says nothing.
func spreading(doc *tree.Node) map[string]bool {
	out := map[string]bool{}
	list := func(clusters *tree.Node) {
		for _, c := range clusters.Elements() {
			policy := c.Str("lb_policy") + c.Str("lbPolicy")
			chosen := c.Get("load_balancing_policy") != nil || c.Get("loadBalancingPolicy") != nil
			if name := c.Str("name"); name != "" && !chosen && policy != "RING_HASH" && policy != "MAGLEV" && !tree.Open(policy) {
				out[name] = true
			}
		}
	}
	list(doc.Get("static_resources", "clusters"))
	list(doc.Get("staticResources", "clusters"))
	for _, r := range doc.Get("resources").Elements() {
		if strings.HasSuffix(r.Str("@type"), ".Cluster") {
			list(&tree.Node{Kind: tree.List, Items: []*tree.Node{r}})
		}
	}
	return out
}

// kong declares upstreams in a list, by name.
func kong(f *record.File, doc *tree.Node) {
	if doc.Get("_format_version") == nil {
		return
	}
	f.Recognise()
	for _, u := range doc.Get("upstreams").Elements() {
		named(f, "kong upstream ", u, "hash_on")
	}
}

// apisix declares upstreams in a list or inside routes; hash_on counts only with
// the consistent hash.
func apisix(f *record.File, doc *tree.Node) {
	each := func(u *tree.Node, name string) {
		if u.Str("type") != "chash" {
			return
		}
		p, ok := u.Pair("hash_on")
		key := u.Str("key")
		if !ok || key != "" && (strings.Contains(key, "uri") || key == "host" || key == "args") {
			return
		}
		h := fields.Hit{At: p, Kind: map[string]string{"cookie": "cookie", "header": "header", "consumer": "other", "vars": ""}[p.Value.String()]}
		if strings.HasPrefix(key, "remote_addr") {
			h.Kind = "source-ip"
		}
		if h.Kind != "" {
			f.Affinity("apisix upstream "+record.Named(name, "(unnamed)"), h)
		}
	}
	for _, u := range doc.Get("upstreams").Elements() {
		each(u, u.Str("id"))
	}
	for _, r := range doc.Get("routes").Elements() {
		each(r.Get("upstream"), r.Str("uri"))
	}
}

// consul has configuration entries, one a file.
func consul(f *record.File, doc *tree.Node) {
	kind := doc.Str("Kind") + doc.Str("kind")
	if kind != "service-resolver" {
		return
	}
	f.Recognise()
	doc.Walk(func(_ []string, p tree.Pair) bool {
		h, ok := fields.Of(p)
		if ok {
			f.Affinity("consul service "+doc.Str("Name")+doc.Str("name"), h)
		}
		return !ok && !fields.Neutral(p)
	})
}

// caddyJSON is what the Caddyfile is turned into.
func caddyJSON(f *record.File, doc *tree.Node) {
	doc.Walk(func(_ []string, p tree.Pair) bool {
		if p.Key.Text != "selection_policy" {
			return true
		}
		if policy, ok := p.Value.Pair("policy"); ok {
			if kind := caddy.Policy(policy.Value.String()); kind != "" {
				f.Affinity("caddy reverse_proxy", fields.Hit{Kind: kind, At: policy})
			}
		}
		return false
	})
}

func named(f *record.File, subject string, of *tree.Node, key string) {
	p, ok := of.Pair(key)
	if !ok {
		return
	}
	if h, tied := fields.Of(p); tied {
		f.Affinity(subject+record.Named(of.Str("name"), "(unnamed)"), h)
	}
}
