package domains_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stateaudit/stateaudit/internal/audit"
	"github.com/stateaudit/stateaudit/internal/config"
	"github.com/stateaudit/stateaudit/internal/testtree"
)

// TestDrift moves the code away from declared borders in each of the ways, and holds
// that borders which still fit are told to have moved in none.
func TestDrift(t *testing.T) {
	root := t.TempDir()
	testtree.Write(t, root, map[string]string{
		".keep":                           "",
		"packs/orders/package.yml":        "",
		"packs/orders/app/models/a.rb":    "class Order < ApplicationRecord\nend\n",
		"packs/orders/app/models/b.rb":    "class Line < ApplicationRecord\nend\n",
		"packs/orders/app/services/c.rb":  "class Total\nend\n",
		"packs/billing/package.yml":       "",
		"packs/billing/app/models/d.rb":   "class Bill < ApplicationRecord\nend\n",
		"packs/billing/app/services/e.rb": "class Dun\nend\n",
		"packs/search/package.yml":        "",
		"packs/search/app/services/f.rb":  "class Search\nend\n",
	})
	for name, c := range map[string]struct {
		declared []config.Domain
		want     []string
	}{
		"nothing declared": {nil, nil},
		"all fits":         {[]config.Domain{{Name: "orders", Paths: []string{"packs/orders"}}, {Name: "money", Paths: []string{"packs/billing"}}, {Name: "search", Globs: []string{"packs/search/**"}}}, nil},
		"a domain has come": {[]config.Domain{{Name: "orders", Paths: []string{"packs/orders"}}, {Name: "money", Paths: []string{"packs/billing"}}},
			[]string{"undeclared search  [packs/search/app/services/f.rb]"}},
		"a folder is gone": {[]config.Domain{{Name: "orders", Paths: []string{"packs/orders"}}, {Name: "money", Paths: []string{"packs/billing", "app/money"}, Globs: []string{"lib/money*.rb"}}, {Name: "search", Paths: []string{"packs/search"}}},
			[]string{"unmatched money  [app/money lib/money*.rb]"}},
		"files beside": {[]config.Domain{{Name: "sales", Paths: []string{"packs/orders/app/models"}}, {Name: "money", Paths: []string{"packs/billing"}}, {Name: "search", Paths: []string{"packs/search"}}},
			[]string{"joins sales  [packs/orders/app/services/c.rb]"}},
		"files elsewhere": {[]config.Domain{{Name: "sales", Paths: []string{"packs/orders/app/models"}}, {Name: "money", Paths: []string{"packs/billing", "packs/orders/app/services"}}, {Name: "search", Paths: []string{"packs/search"}}},
			[]string{"leaves money sales [packs/orders/app/services/c.rb]"}},
	} {
		out, err := audit.Study(t.Context(), audit.Options{Root: root, Offline: true, Config: &config.Config{Domains: c.declared}})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		drift, err := out.Drift()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var got []string
		for _, d := range drift {
			got = append(got, fmt.Sprint(d.Kind, " ", d.Domain, " ", d.To, " ", d.Files))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s:\n%q, want\n%q", name, got, c.want)
		}
	}
}
