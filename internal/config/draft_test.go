package config

import (
	"slices"
	"strings"
	"testing"
)

// TestAddDomains holds that what people wrote stays byte for byte, wherever the list
// stands and however it is indented, and that the file then names the new domains too.
func TestAddDomains(t *testing.T) {
	added := []Drafted{{"search", []string{"app/search", "lib/index: old"}}}
	for name, c := range map[string]struct{ in, want string }{
		"nothing":  {"", "\n# Drafted from the checkout; correct what is wrong.\ndomains:\n  - name: search\n"},
		"no list":  {"minConfidence: likely", "minConfidence: likely\n\n# Drafted from the checkout; correct what is wrong.\ndomains:\n  - name: search\n"},
		"the end":  {"domains:\n  - name: a # ours\n    paths: [app/a]\n", "    paths: [app/a]\n  - name: search\n    paths:\n"},
		"no end":   {"domains:\n- name: a\n  paths:\n  - app/a", "  - app/a\n- name: search\n  paths:\n"},
		"middle":   {"domains:\n    - name: a\n      paths: [\n        app/a,\n        app/b]\n# levels as agreed\nlevels:\n  connection-pool: off\n", "app/b]\n    - name: search\n      paths:\n"},
		"a folded": {"domains:\n  - paths:\n      - app/a\n    name: >\n      billing\nexclude: []\n", "      billing\n  - name: search\n"},
	} {
		got, err := AddDomains([]byte(c.in), added)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if !strings.Contains(string(got), c.want) {
			t.Errorf("%s:\n%s", name, got)
		}
		rest := strings.ReplaceAll(string(got), "\n# Drafted from the checkout; correct what is wrong.\ndomains:", "")
		for line := range strings.Lines(c.in) {
			if !strings.Contains(rest, strings.TrimSuffix(line, "\n")) {
				t.Errorf("%s: %q is gone", name, line)
			}
		}
		before, err := Parse("c.yaml", []byte(c.in), rules())
		if err != nil {
			t.Fatal(err)
		}
		after, err := Parse("c.yaml", got, rules())
		if err != nil {
			t.Fatalf("%s: %v\n%s", name, err, got)
		}
		if len(after.Domains) != len(before.Domains)+1 || !slices.Equal(after.Domains[len(before.Domains)].Paths, added[0].Paths) || len(after.Exclude) != len(before.Exclude) {
			t.Errorf("%s: %+v", name, after)
		}
	}
	if _, err := AddDomains([]byte("domains: [{name: a, paths: [b]}]\n"), added); err == nil {
		t.Error("a list in one line is no error")
	}
}
