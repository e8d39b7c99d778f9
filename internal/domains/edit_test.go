package domains_test

import (
	"slices"
	"testing"

	"github.com/stateaudit/stateaudit/internal/domains"
)

func TestEditedMovesFilesFoldersAndDomains(t *testing.T) {
	m := found(t, map[string]string{
		".keep":                            "",
		"packs/a/package.yml":              "",
		"packs/a/app/models/one.rb":        "class One < ApplicationRecord\nend\n",
		"packs/a/app/services/two.rb":      "class Two\nend\n",
		"packs/b/package.yml":              "",
		"packs/b/app/models/three.rb":      "class Three < ApplicationRecord\nend\n",
		"packs/c/package.yml":              "",
		"packs/c/app/services/four.rb":     "class Four\nend\n",
		"app/models/application_record.rb": "class ApplicationRecord < ActiveRecord::Base\nend\n",
	})
	for _, test := range []struct {
		edit domains.Edit
		want map[string]string
	}{
		{domains.Edit{From: []string{"packs/a/app/services/two.rb"}, To: "b"}, map[string]string{"packs/a/app/services/two.rb": "b", "packs/a/app/models/one.rb": "a"}},
		{domains.Edit{From: []string{"packs/a/app/services/"}, To: "new"}, map[string]string{"packs/a/app/services/two.rb": "new"}},
		{domains.Edit{From: []string{"b", "c"}, To: "a"}, map[string]string{"packs/b/app/models/three.rb": "a", "packs/c/app/services/four.rb": "a"}},
		{domains.Edit{From: []string{"packs/c"}, To: domains.Kernel}, map[string]string{"packs/c/app/services/four.rb": domains.Kernel}},
	} {
		got, err := m.Edited([]domains.Edit{test.edit})
		if err != nil {
			t.Fatal(err)
		}
		for file, want := range test.want {
			if d := got.Of(file); d != want {
				t.Errorf("%v: %s is in %s, want %s", test.edit, file, d, want)
			}
		}
		files := slices.Clone(got.Kernel.Files)
		for i, d := range got.Domains {
			files = append(files, d.Files...)
			for _, f := range d.Files {
				if got.Index(f) != i {
					t.Errorf("%v: index of %s is %d, want %d", test.edit, f, got.Index(f), i)
				}
			}
		}
		if len(files) != 5 {
			t.Errorf("%v: %d files, want 5", test.edit, len(files))
		}
	}
	if _, err := m.Edited([]domains.Edit{{From: []string{"nowhere"}, To: "a"}}); err == nil {
		t.Error("a name that stands for nothing is no error")
	}
}
