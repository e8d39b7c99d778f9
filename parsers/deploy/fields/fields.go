// Package fields knows the fields by which balancers, meshes and gateways are
// told to tie a client to a copy. Many tools share them, in manifests, values of
// charts and files of their own, so that one table serves all of those.
package fields

import (
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
	"github.com/stateaudit/stateaudit/parsers/deploy/tree"
)

// Hit is a field that ties clients.
type Hit struct {
	Kind       string    // source-ip, cookie, header or other
	At         tree.Pair // the field that says so
	Technology string    // the tool that has this field, if only one does
	Open       bool      // a template or variable decides
	Because    []unit.Reason
}

// Of looks at a pair.
func Of(p tree.Pair) (Hit, bool) {
	h := Hit{At: p}
	switch key(p) {
	case "sessionAffinity", "sessionaffinity":
		sessionAffinity(&h)
	case "sessionPersistence":
		sessionPersistence(&h)
	case "consistentHash":
		h.Kind, h.At = consistentHash(p)
	case "sticky":
		h.Technology = "traefik"
		sticky(&h)
	case "stickiness":
		h.Technology = "traefik"
		stickiness(&h)
	case "hashPolicy", "hashpolicy", "hashPolicies", "requestHashPolicies":
		h.Kind, h.At = hashPolicies(p)
	case "loadBalancerPolicy":
		if s, ok := p.Value.Pair("strategy"); ok && s.Value.String() == "Cookie" {
			h.Kind, h.At, h.Technology = "cookie", s, "contour"
		}
	case "loadBalancer", "loadbalancer":
		h.Technology = "ambassador"
		h.Kind, h.At = ambassador(p)
	case "hashOn", "hashon":
		h.Kind, h.At = hashOn(p)
	case "lbPolicy", "lbpolicy", "loadBalancingMethod":
		h.Kind = method(p.Value.String())
	case "sessionState", "sessionstate":
		h.Technology = "envoy"
		h.Kind, h.At = sessionState(p)
	}
	return h, h.Kind != ""
}

// key is a name without the blanks of words, as its own tool writes it in YAML:
// HCL starts it with a capital.
func key(p tree.Pair) string {
	name := strings.ReplaceAll(p.Key.Text, "_", "")
	if name == "" {
		return ""
	}
	return strings.ToLower(name[:1]) + name[1:]
}

// sessionState is of Envoy's filter for stateful sessions, wherever that is
// configured.
func sessionState(p tree.Pair) (string, tree.Pair) {
	name := p.Value.Str("name")
	kind := "cookie"
	switch {
	case !strings.Contains(name, "stateful_session"):
		return "", p
	case strings.Contains(name, "header"):
		kind = "header"
	}
	for _, config := range []string{"typed_config", "typedConfig"} {
		if inner, ok := p.Value.Find(config, "cookie"); ok {
			return kind, inner
		}
	}
	return kind, p
}

// Neutral tells whether a pair is the choice of a balancer that spreads clients
// over the copies: what it says of hashing beside that has no effect.
func Neutral(p tree.Pair) bool {
	switch key(p) {
	case "loadBalancer", "loadbalancer", "loadBalancerPolicy":
	default:
		return false
	}
	for _, name := range []string{"policy", "Policy", "type", "strategy"} {
		if word := p.Value.Str(name); word != "" && !tree.Open(word) {
			return !hashes(word)
		}
	}
	return false
}

// hashes tells whether a policy sends the same client to the same copy, or may.
func hashes(policy string) bool {
	switch strings.ToLower(strings.ReplaceAll(strings.ReplaceAll(policy, "_", ""), "-", "")) {
	case "roundrobin", "random", "leastrequest", "leastconn", "weightedleastrequest", "weightedroundrobin", "passthrough", "unspecified", "simple":
		return false
	}
	return true
}

// sessionAffinity is a word in a Service and in Google's resources, and a map in
// Google's custom resources.
func sessionAffinity(h *Hit) {
	p := h.At
	for _, key := range []string{"affinityType", "type"} {
		if inner, ok := p.Value.Pair(key); ok {
			h.At = inner
		}
	}
	if h.At.Value.Open() {
		h.Kind, h.Open = "other", true
		return
	}
	h.Kind = SessionAffinity(h.At.Value.String())
}

// SessionAffinity tells what the words that Kubernetes, Google and Cloudflare
// have for an affinity tie a client by. An affinity that counts the client's
// port among the address holds for one connection and ties nobody.
func SessionAffinity(word string) string {
	switch strings.ToLower(strings.Trim(word, `"'`)) {
	case "clientip", "client_ip", "client_ip_proto", "client_ip_no_destination", "ip_cookie", "source_ip":
		return "source-ip"
	case "generated_cookie", "http_cookie", "strong_cookie_affinity", "cookie":
		return "cookie"
	case "header_field", "header":
		return "header"
	}
	return ""
}

// sessionPersistence of the Gateway API is by cookie unless it says otherwise.
func sessionPersistence(h *Hit) {
	if !h.At.Value.IsMap() {
		return
	}
	h.Kind = "cookie"
	if t, ok := h.At.Value.Pair("type"); ok {
		switch {
		case t.Value.Open():
			h.Open = true
		case t.Value.String() == "Header":
			h.Kind = "header"
		}
	}
}

// consistentHash is of Istio and of Envoy Gateway.
func consistentHash(p tree.Pair) (string, tree.Pair) {
	v := p.Value
	if c, ok := v.Pair("httpCookie"); ok {
		return "cookie", c
	}
	if c, ok := v.Pair("useSourceIp"); ok && c.Value.On() {
		return "source-ip", c
	}
	if c, ok := v.Pair("httpHeaderName"); ok {
		return header(c.Value.String()), c
	}
	if c, ok := v.Pair("httpQueryParameterName"); ok {
		return ofUser(c.Value.String()), c
	}
	if c, ok := v.Pair("type"); ok {
		switch c.Value.String() {
		case "SourceIP":
			return "source-ip", c
		case "Cookie":
			return "cookie", c
		case "Header":
			return header(v.Str("header", "name")), c
		}
	}
	return "", p
}

// sticky is Traefik's: a map with a cookie.
func sticky(h *Hit) {
	c, ok := h.At.Value.Pair("cookie")
	if !ok {
		return
	}
	switch {
	case c.Value.Kind == tree.Null || c.Value.Off():
		return
	case c.Value.Open():
		h.Open = true
	}
	h.Kind, h.At = "cookie", c
}

// stickiness is what Traefik's first version called it.
func stickiness(h *Hit) {
	v := h.At.Value
	if v.IsMap() && v.Get("enabled") == nil && v.Get("type") == nil {
		h.Kind = "cookie"
	}
}

// hashPolicies is of Envoy, Gloo, Contour and Consul: a list, or one of it.
func hashPolicies(p tree.Pair) (string, tree.Pair) {
	list := p.Value.Elements()
	if p.Value.IsMap() {
		list = []*tree.Node{p.Value}
	}
	for _, policy := range list {
		for _, e := range policy.Entries() {
			if kind := hashPolicy(e, policy); kind != "" {
				return kind, e
			}
		}
	}
	return "", p
}

func hashPolicy(e tree.Pair, policy *tree.Node) string {
	switch strings.ReplaceAll(e.Key.Text, "_", "") {
	case "cookie":
		return "cookie"
	case "sourceIp", "sourceip", "sourceIP", "hashSourceIP":
		if e.Value.On() || e.Value.IsMap() {
			return "source-ip"
		}
	case "connectionProperties", "connectionproperties":
		if e.Value.Get("source_ip").On() || e.Value.Get("sourceIp").On() {
			return "source-ip"
		}
	case "header":
		name := e.Value.String()
		if e.Value.IsMap() {
			name = first(e.Value.Str("header_name"), e.Value.Str("headerName"), e.Value.Str("name"))
		}
		return header(name)
	case "headerHashOptions":
		return header(e.Value.Str("headerName"))
	case "SourceIP":
		if e.Value.On() {
			return "source-ip"
		}
	case "field", "Field":
		return consulField(e.Value.String(), first(policy.Str("fieldValue"), policy.Str("field_value"), policy.Str("FieldValue")))
	}
	return ""
}

func consulField(field, value string) string {
	switch field {
	case "cookie":
		return "cookie"
	case "header":
		return header(value)
	case "query_parameter":
		return ofUser(value)
	}
	return ""
}

// ambassador has the affinity beside the policy.
func ambassador(p tree.Pair) (string, tree.Pair) {
	switch p.Value.Str("policy") {
	case "ring_hash", "maglev":
	default:
		return "", p
	}
	for _, e := range p.Value.Entries() {
		switch e.Key.Text {
		case "cookie":
			return "cookie", e
		case "source_ip":
			if e.Value.On() {
				return "source-ip", e
			}
		case "header":
			return header(e.Value.String()), e
		}
	}
	return "", p
}

// hashOn is of Kong and APISIX: a word, or a map with the input.
func hashOn(p tree.Pair) (string, tree.Pair) {
	v := p.Value
	if v.IsMap() {
		for _, e := range v.Entries() {
			switch e.Key.Text {
			case "input":
				return hashWord(e.Value.String()), e
			case "cookie":
				return "cookie", e
			case "header":
				return header(e.Value.String()), e
			}
		}
		return "", p
	}
	return hashWord(v.String()), p
}

func hashWord(word string) string {
	switch strings.ToLower(word) {
	case "ip", "remote_addr":
		return "source-ip"
	case "cookie":
		return "cookie"
	case "consumer", "header", "vars_combinations":
		return "header"
	}
	return ""
}

func method(word string) string {
	switch strings.ToLower(word) {
	case "ip_hash", "iphash", "source_ip_hash", "client_ip_hash":
		return "source-ip"
	case "cookie":
		return "cookie"
	}
	return ""
}

// header tells whether a header is of the client. The host, the path and what is
// asked for are of the request: one client is spread by them.
func header(name string) string {
	switch n := strings.ToLower(name); {
	case ofObject(n):
		return ""
	case n == "" || n == "host" || strings.HasPrefix(n, ":") || strings.Contains(n, "request-id") || strings.Contains(n, "uri") || strings.Contains(n, "path"):
		return ""
	case strings.Contains(n, "forwarded-for") || strings.Contains(n, "real-ip") || strings.Contains(n, "connecting-ip"):
		return "source-ip"
	case n == "cookie":
		return "cookie"
	}
	return "header"
}

// ofObject tells whether a name is that of a thing and not of a client: one client
// asks for many.
func ofObject(name string) bool {
	thing := false
	for _, w := range strings.FieldsFunc(name, func(r rune) bool { return r == '-' || r == '_' || r == '.' }) {
		switch w {
		case "object", "document", "doc", "file", "asset", "image", "video", "media", "content", "item", "product", "key", "shard", "partition",
			"cache", "bucket", "blob", "digest", "hash", "repo", "repository", "build", "model", "trace", "traceparent", "span", "correlation", "etag":
			thing = true
		case "user", "session", "sess", "sid", "client", "account", "customer", "device", "token", "auth", "api", "authorization", "cookie", "player", "member", "visitor":
			return false
		}
	}
	return thing
}

func ofUser(name string) string {
	for _, w := range []string{"sess", "sid", "user", "uid", "token", "client", "account"} {
		if strings.Contains(strings.ToLower(name), w) {
			return "other"
		}
	}
	return ""
}

func first(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}
