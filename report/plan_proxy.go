package report

import (
	"bytes"
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/stateaudit/stateaudit/internal/plan"
)

// odd are the characters that are no part of the name of an upstream.
var odd = regexp.MustCompile(`[^a-z0-9_-]+`)

// upstream is the name that a proxy knows the service by.
func upstream(p plan.Plan) string {
	if name := strings.Trim(odd.ReplaceAllString(strings.ToLower(p.Domain), "-"), "-"); name != "" {
		return name
	}
	return "service"
}

// byHand lists the routes that no prefix parts from those of others, as comments.
func byHand(b *bytes.Buffer, p plan.Plan) {
	for _, s := range p.Routing.Single {
		fmt.Fprintf(b, "# not told apart by its path, forward it from the application: %s\n", clean(s))
	}
	if len(p.Routing.Prefixes)+len(p.Routing.Single) == 0 {
		b.WriteString("# no route of the domain is known by its path\n")
	}
}

// writeNginx writes a location for each prefix that is the domain's alone.
func writeNginx(w io.Writer, p plan.Plan, _ Options) error {
	var b bytes.Buffer
	byHand(&b, p)
	for _, prefix := range p.Routing.Prefixes {
		fmt.Fprintf(&b, "location ~ \"%s\" {\n    proxy_pass http://%s;\n}\n", plan.Pattern(prefix), upstream(p))
	}
	_, err := b.WriteTo(w)
	return err
}

// writeEnvoy writes the same for the routes of a virtual host.
func writeEnvoy(w io.Writer, p plan.Plan, _ Options) error {
	var b bytes.Buffer
	byHand(&b, p)
	b.WriteString("routes:\n")
	for _, prefix := range p.Routing.Prefixes {
		fmt.Fprintf(&b, "  - match: {safe_regex: {regex: '%s'}}\n    route: {cluster: %s}\n", plan.Pattern(prefix), upstream(p))
	}
	_, err := b.WriteTo(w)
	return err
}

// writeKong writes the same as a service with its routes.
func writeKong(w io.Writer, p plan.Plan, _ Options) error {
	var b bytes.Buffer
	byHand(&b, p)
	fmt.Fprintf(&b, "_format_version: \"3.0\"\nservices:\n  - name: %s\n    url: http://%s\n    routes:\n", upstream(p), upstream(p))
	for i, prefix := range p.Routing.Prefixes {
		fmt.Fprintf(&b, "      - {name: %s-%d, strip_path: false, paths: ['~%s']}\n", upstream(p), i+1, strings.TrimPrefix(plan.Pattern(prefix), "^"))
	}
	_, err := b.WriteTo(w)
	return err
}
