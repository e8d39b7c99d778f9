package traffic

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/rank"
)

// jsonLine reads one object of a log in JSON. Nobody's keys are the same: nginx
// has what the team wrote into log_format, Caddy and others nest the request in
// an object. So keys are compared without case and signs, an inner one behind
// the outer ones, and the most telling that is there counts.
func jsonLine(line string) (rank.Requests, error) {
	if line[0] != '{' {
		return rank.Requests{}, errors.New("no object in JSON")
	}
	object := map[string]any{}
	if err := decode(line, &object); err != nil {
		return rank.Requests{}, errors.New("no object in JSON")
	}
	fields := map[string]string{}
	flatten("", object, fields, 4)
	r, err := target(fields)
	if err != nil || r.Method != "" {
		return r, err
	}
	if name, ok := first(fields, methodKeys()); ok {
		if m, isMethod := method(name); isMethod {
			r.Method = m
		}
	}
	return r, nil
}

// decode reads JSON, also as nginx writes it unless it is told to escape for
// JSON: a quote in a header becomes \x22 then.
func decode(line string, object *map[string]any) error {
	err := json.Unmarshal([]byte(line), object)
	if err != nil && strings.Contains(line, `\x`) {
		clear(*object)
		err = json.Unmarshal([]byte(strings.ReplaceAll(line, `\x`, `\u00`)), object)
	}
	return err
}

// flatten collects the texts of an object and of those in it.
func flatten(prefix string, object map[string]any, fields map[string]string, depth int) {
	for k, v := range object {
		switch v := v.(type) {
		case string:
			fields[prefix+plain(k)] = v
		case map[string]any:
			if depth > 0 {
				flatten(prefix+plain(k), v, fields, depth-1)
			}
		}
	}
}

// plain is a key without case and signs: request_uri, requestUri and Request-URI
// are one.
func plain(k string) string {
	return strings.Map(func(r rune) rune {
		if r == '_' || r == '-' || r == '.' || r == '@' || r == '$' || r == ' ' {
			return -1
		}
		return r
	}, strings.ToLower(k))
}

// target finds the path and, where it stands with it, the method.
func target(fields map[string]string) (rank.Requests, error) {
	if text, ok := first(fields, lineKeys()); ok {
		r, _, err := requestLine(text)
		if err == nil || errors.Is(err, errNoRequest) {
			return r, err
		}
		if text == "-" || text == "" {
			return r, errNoRequest
		}
	}
	for _, k := range pathKeys() {
		if p, ok := pathOf(fields[k]); ok {
			return rank.Requests{Path: p, Count: 1}, nil
		}
		if r, _, err := requestLine(fields[k]); err == nil {
			return r, nil // a key for a path with "GET /orders" under it
		}
	}
	for _, k := range []string{"log", "message", "msg"} { // a line of a log, wrapped by a collector
		if text := strings.TrimSpace(fields[k]); text != "" {
			if r, err := logLine(text); err == nil || errors.Is(err, errNoRequest) {
				return r, err
			}
		}
	}
	return rank.Requests{}, errors.New("no request, uri or path in this object")
}

// first is the value of the first of the keys that is there.
func first(fields map[string]string, keys []string) (string, bool) {
	i := slices.IndexFunc(keys, func(k string) bool { _, ok := fields[k]; return ok })
	if i < 0 {
		return "", false
	}
	return fields[keys[i]], true
}

// lineKeys are the keys under which a whole request line stands.
func lineKeys() []string {
	return []string{"request", "requestline", "httprequest", "httprequestline", "req"}
}

// pathKeys are the keys under which a path or URL stands, those first that mean
// what the client asked for and not what the server made of it.
func pathKeys() []string {
	return []string{
		"requesturi", "requestpath", "requesturl", "requestrequesturi", "httprequestrequesturl", "httprequesturi", "httprequestpath", "httprequesturl",
		"requestoriginaluri", "originaluri", "originalurl", "originalpath", "urlpath", "urloriginal", "httptarget", "httppath", "httpurl", "httpurldetailspath",
		"httpuri", "httproute", "requri", "reqpath", "requrl", "uri", "uripath", "path", "url", "route", "endpoint", "target", "csuristem", "fullpath",
	}
}

// methodKeys are the keys under which a method stands.
func methodKeys() []string {
	return []string{"requestmethod", "method", "httprequestmethod", "httprequestrequestmethod", "httpmethod", "reqmethod", "verb", "httpverb", "requestverb", "csmethod"}
}
