package domains_test

import (
	"context"
	"slices"
	"testing"

	"github.com/stateaudit/stateaudit/internal/audit"
	"github.com/stateaudit/stateaudit/internal/config"
	"github.com/stateaudit/stateaudit/internal/domains"
	"github.com/stateaudit/stateaudit/internal/testtree"
)

// A domain that people have drawn around all of a shop falls into its parts if somebody
// asks; a part of its own and a name that nobody has are refused.
func TestPartsCutsADomainByWhatItRefersTo(t *testing.T) {
	files, part := flatShop()
	files["lib/clock.rb"] = "class Clock\nend\n"
	root := t.TempDir()
	testtree.Write(t, root, files)
	declared := &config.Config{Domains: []config.Domain{{Name: "shop", Paths: []string{"app"}}, {Name: "time", Paths: []string{"lib"}}}}
	out, err := audit.Study(context.Background(), audit.Options{Root: root, Config: declared, Offline: true})
	if err != nil {
		t.Fatal(err)
	}
	m := out.Ranking.Map
	edits, err := m.Parts(out.Ranking.Facts, "shop")
	if err != nil {
		t.Fatal(err)
	}
	if len(edits) != 7 {
		t.Errorf("%d parts beside the first, want the shop's 7: %+v", len(edits), edits)
	}
	for _, e := range edits {
		if slices.ContainsFunc(e.From, func(f string) bool { return part[f] != "" && part[f] != part[e.From[0]] }) {
			t.Errorf("%s is of several parts: %v", e.To, e.From)
		}
	}
	edited, err := out.Edited([]domains.Edit{{From: []string{"shop"}, Split: true}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := len(edited.Map.Domains), len(m.Domains)+len(edits); got != want {
		t.Errorf("%d domains after the split, want %d", got, want)
	}
	for _, name := range []string{"time", "nobody"} {
		if _, err := m.Parts(out.Ranking.Facts, name); err == nil {
			t.Errorf("%s was cut", name)
		}
	}
}
