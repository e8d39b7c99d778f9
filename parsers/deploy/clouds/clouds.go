// Package clouds knows the properties by which the balancers and platforms of
// cloud providers are told to tie a client to a copy. Terraform, CloudFormation,
// ARM, Pulumi and the like name the same properties, each in its own spelling,
// so that one table serves all of those.
package clouds

import (
	"strings"

	"github.com/stateaudit/stateaudit/parsers/deploy/fields"
	"github.com/stateaudit/stateaudit/parsers/deploy/tree"
)

// Key is a property's name without what languages spell differently.
func Key(name string) string {
	return strings.ToLower(strings.ReplaceAll(strings.ReplaceAll(name, "_", ""), "-", ""))
}

// Of looks at a property of a resource. The resource is its type as written, or
// empty if it is not known.
func Of(resource string, p tree.Pair) (fields.Hit, bool) {
	h := fields.Hit{At: p}
	switch Key(p.Key.Text) {
	case "stickiness":
		h.Kind = stickiness(resource, &h)
	case "targetgroupstickinessconfig":
		h.Kind = switched(&h, "cookie", "enabled")
	case "stickinessenabled", "clientaffinityenabled", "sessionaffinityenabled", "sessionaffinitystate", "sessionaffinityenabledstate":
		h.Kind = onOff(&h, "cookie")
	case "cookiebasedaffinity":
		h.Kind = word(&h, map[string]string{"enabled": "cookie"})
	case "sessionaffinity":
		h.Kind = sessionAffinity(&h)
	case "stickysession", "stickysessions":
		h.Kind = stickySessions(&h)
	case "loaddistribution":
		h.Kind = word(&h, map[string]string{"sourceip": "source-ip", "sourceipprotocol": "source-ip"})
	case "persistence":
		if strings.Contains(resource, "lb_pool") {
			h.Kind = typed(&h)
		}
	case "lbcookiestickinesspolicy", "appcookiestickinesspolicy", "lbcookiesessionpersistenceconfiguration", "sessionpersistenceconfiguration":
		if len(p.Value.Elements())+len(p.Value.Entries()) > 0 {
			h.Kind = "cookie"
		}
	case "targetgroupattributes":
		h.Kind = attributes(&h)
	}
	return h, h.Kind != ""
}

// Whole tells whether a resource does nothing but tie clients.
func Whole(resource string) bool {
	switch Key(resource) {
	case "awslbcookiestickinesspolicy", "awsappcookiestickinesspolicy":
		return true
	}
	return false
}

// stickiness is a block. Of a target group it is on unless it says otherwise; in
// an action of a listener it is off unless it says otherwise.
func stickiness(resource string, h *fields.Hit) string {
	if h.At.Value.Kind == tree.Scalar { // of a node balancer
		return word(h, map[string]string{"http_cookie": "cookie", "table": "source-ip"})
	}
	kind := "cookie"
	if strings.HasPrefix(h.At.Value.Str("type"), "source_ip") {
		kind = "source-ip"
	}
	if h.At.Value.Get("enabled") == nil {
		if strings.HasSuffix(resource, "_target_group") && h.At.Value.IsMap() {
			return kind
		}
		return ""
	}
	return switched(h, kind, "enabled")
}

// switched reads the property inside a block that switches it on.
func switched(h *fields.Hit, kind, key string) string {
	for _, p := range h.At.Value.Entries() {
		if Key(p.Key.Text) == key {
			inner := fields.Hit{At: p}
			found := onOff(&inner, kind)
			h.Open, h.Because = inner.Open, p.Value.Because
			return found
		}
	}
	return ""
}

func onOff(h *fields.Hit, kind string) string {
	switch v := h.At.Value; {
	case v.On():
		return kind
	case v.Off() || v.Kind == tree.Null:
		return ""
	case v.Open() || v.Kind != tree.Scalar || strings.HasPrefix(v.Text, "["):
		h.Open = true
		return kind
	}
	return ""
}

func word(h *fields.Hit, kinds map[string]string) string {
	v := h.At.Value
	if v.Open() || v.Kind == tree.Map || strings.HasPrefix(v.String(), "[") {
		h.Open = true
		return "other"
	}
	return kinds[strings.ToLower(v.String())]
}

// sessionAffinity is a word, or a switch.
func sessionAffinity(h *fields.Hit) string {
	v := h.At.Value
	if v.On() {
		return "cookie"
	}
	if v.IsMap() {
		return ""
	}
	if v.Open() {
		h.Open = true
		return "other"
	}
	return fields.SessionAffinity(v.String())
}

// stickySessions is a switch, a word, or a block with a type or an affinity.
func stickySessions(h *fields.Hit) string {
	v := h.At.Value
	if !v.IsMap() {
		if v.On() {
			return "cookie"
		}
		return word(h, map[string]string{"cookie": "cookie", "cookies": "cookie", "table": "source-ip", "sticky": "cookie"})
	}
	for _, p := range v.Entries() {
		switch Key(p.Key.Text) {
		case "type", "affinity":
			inner := fields.Hit{At: p}
			kind := word(&inner, map[string]string{"cookies": "cookie", "cookie": "cookie", "sticky": "cookie"})
			h.Open, h.Because = inner.Open, p.Value.Because
			return kind
		}
	}
	return ""
}

func typed(h *fields.Hit) string {
	for _, p := range h.At.Value.Entries() {
		if Key(p.Key.Text) == "type" {
			inner := fields.Hit{At: p}
			kind := word(&inner, map[string]string{"source_ip": "source-ip", "http_cookie": "cookie", "app_cookie": "cookie"})
			h.Open, h.Because = inner.Open, p.Value.Because
			return kind
		}
	}
	return ""
}

// attributes is a list of keys and values, one of which switches stickiness on.
func attributes(h *fields.Hit) string {
	kind, found := "cookie", ""
	for _, a := range h.At.Value.Elements() {
		value := a.Get("Value")
		if value == nil {
			value = a.Get("value")
		}
		switch a.Str("Key") + a.Str("key") {
		case "stickiness.type":
			if strings.HasPrefix(value.String(), "source_ip") {
				kind = "source-ip"
			}
		case "stickiness.enabled":
			if value == nil {
				continue
			}
			inner := fields.Hit{At: tree.Pair{Key: h.At.Key, Value: value}}
			if found = onOff(&inner, kind); found != "" {
				h.Open, h.Because = inner.Open, append(h.At.Value.Because[:len(h.At.Value.Because):len(h.At.Value.Because)], value.Because...)
				if p, ok := a.Pair("Key"); ok {
					h.At = tree.Pair{Key: p.Key, Value: p.Value}
				}
			}
		}
	}
	if found != "" {
		return kind
	}
	return ""
}
