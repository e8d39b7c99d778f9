package deploy

import (
	"strings"
	"testing"

	"github.com/stateaudit/stateaudit/internal/unit"
)

const service = "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  sessionAffinity: ClientIP\n"

// affinities counts what ties clients to a copy in a file.
func affinities(u *unit.Unit) int {
	n := 0
	if u != nil {
		for _, s := range u.Settings {
			if s.Kind == unit.SettingAffinity {
				n++
			}
		}
	}
	return n
}

// TestBadInput holds that what can be read is read, and that problems name a line.
func TestBadInput(t *testing.T) {
	deployment := "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: x\nspec:\n  replicas: 3\n---\n"
	for name, c := range map[string]struct {
		path, content string
		want          int // affinities
		problem       int // line, 0 for none
	}{
		"malformed among good": {"k8s/a.yaml", service + "---\nkind: [unclosed\n  a: b: c\n---\n" + service, 2, 8},
		"tabs":                 {"k8s/a.yaml", strings.ReplaceAll(service, "  sessionAffinity", "\tsessionAffinity") + "---\n" + service, 2, -1},
		"anchors and merges":   {"k8s/a.yaml", "x: &x\n  sessionAffinity: ClientIP\n---\napiVersion: v1\nkind: Service\nmetadata: {name: w}\nspec: &s\n  sessionAffinity: ClientIP\nother:\n  <<: *s\n", 2, -1},
		"five megabytes":       {"k8s/a.yaml", strings.Repeat(deployment, 60000) + service, 1, 0},
		"broken Terraform":     {"main.tf", "resource \"aws_lb_target_group\" \"a\" {\n  stickiness {\n    type = \"lb_cookie\"\n    enabled = true\n  }\n}\nresource \"x\" \"y\" {\n  a = = 1\n}\n", 1, 8},
		"binary":               {"k8s/a.yaml", "\x00\xff\xfe\x01" + service, -1, -1},
		"empty":                {"haproxy.cfg", "", 0, 0},
	} {
		u := parse(readers(), nil, c.path, []byte(c.content))
		if got := affinities(u); c.want >= 0 && got != c.want {
			t.Errorf("%s: %d affinities, not %d", name, got, c.want)
		}
		switch {
		case c.problem < 0:
		case c.problem == 0 && u != nil && len(u.Problems) > 0:
			t.Errorf("%s: %v", name, u.Problems)
		case c.problem > 0 && (u == nil || len(u.Problems) == 0 || u.Problems[0].Line < c.problem-2 || u.Problems[0].Line > c.problem+2):
			t.Errorf("%s: the problem is not told at line %d: %+v", name, c.problem, u)
		}
	}
}

// TestUnreadableFilesAreTold holds that a file which its name says to be for
// deployment is a problem if nothing in it can be read, and no other is.
func TestUnreadableFilesAreTold(t *testing.T) {
	for _, c := range []struct {
		path, content string
		told          bool
	}{
		{"docker-compose.yml", "services:\n  web: [unclosed\n   a: b: c\n", true},
		{"deploy/compose.prod.yaml", "<<<<<<< HEAD\nimage: a\n=======\n  services: web: {{{\n", true},
		{"infra/vars.tf", "locals {\n  a = = 1\n", true},
		{"job.nomad", "job \"a\" {\n", true},
		{"fly.toml", "app = \"x\"\n[http_service\n", true},
		{"render.yaml", "{\"services\": [", true},
		{"kustomization.yaml", "patches: [", true},
		{"config/other.yml", "key: [\n", false},
		{"other.hcl", "a = = 1\n", false},
	} {
		u := parse(readers(), nil, c.path, []byte(c.content))
		if told := u != nil && len(u.Problems) > 0 && u.Incomplete; told != c.told {
			t.Errorf("%s: told %v, want %v", c.path, told, c.told)
		}
	}
}
