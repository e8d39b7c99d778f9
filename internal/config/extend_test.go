package config

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/stateaudit/stateaudit/internal/testtree"
)

// written makes files below a new folder, which is the root of a repository.
func written(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	files[".git/HEAD"] = ""
	testtree.Write(t, root, files)
	return root
}

func TestExtends(t *testing.T) {
	root := written(t, map[string]string{
		".stateaudit.yaml":     "exclude: [gen/**]\nminConfidence: likely\nlevels: {connection-pool: note, mutable-singleton: note}\n",
		"conf/shared.yaml":     "exclude: ['*.pb.go']\nweights: {resultUsed: 0.5, droppedInTx: 0.5}\ndomains: [{name: a, paths: [x]}, {name: b, paths: [y]}]\n",
		"app/.stateaudit.yaml": "extends: [../.stateaudit.yaml, ../conf/shared.yaml]\nexclude: [old]\nweights: {resultUsed: 1}\nminConfidence: proven\nlevels: {connection-pool: error}\ndomains: [{name: a, paths: [z]}]\n",
	})
	file := filepath.Join(root, "app", FileName)
	c, err := Load(file, rules())
	if err != nil {
		t.Fatal(err)
	}
	level := func(rule, level string) Level { return Level{Selector{Rules: []string{rule}}, level} }
	shared := filepath.Join(root, "conf", "shared.yaml")
	want := &Config{
		File:          file,
		Exclude:       []Glob{{"gen/**", "app"}, {"*.pb.go", ""}, {"old", ""}},
		Levels:        []Level{level("connection-pool", "note"), level("mutable-singleton", "note"), level("connection-pool", "error")},
		Domains:       []Domain{{Name: "b", File: shared, Paths: []string{"y"}, Line: 3}, {Name: "a", File: file, Paths: []string{"z"}, Line: 6}},
		Weights:       map[string]float64{"resultUsed": 1, "droppedInTx": 0.5},
		MinConfidence: "proven",
	}
	if !reflect.DeepEqual(c, want) {
		t.Errorf("got  %+v\nwant %+v", c, want)
	}
}

// TestExtendsTwice: what two files share counts as often as it is named, and is no
// cycle.
func TestExtendsTwice(t *testing.T) {
	root := written(t, map[string]string{
		".stateaudit.yaml": "extends: [b.yaml, c.yaml]\n", "b.yaml": "extends: d.yaml\nminConfidence: likely\n", "c.yaml": "extends: d.yaml\n", "d.yaml": "minConfidence: proven\n",
	})
	c, err := Load(filepath.Join(root, FileName), rules())
	if err != nil || c.MinConfidence != "proven" {
		t.Errorf("%+v, %v: the later of two files wins", c, err)
	}
}

func TestExtendsRefused(t *testing.T) {
	for _, c := range []struct {
		files map[string]string
		want  string
	}{
		{map[string]string{".stateaudit.yaml": "extends: a.yaml\n", "a.yaml": "# \nextends: b.yaml\n", "b.yaml": "extends: [./a.yaml]\n"}, `b.yaml:1: extends "./a.yaml": the files extend each other: a.yaml, b.yaml, a.yaml`},
		{map[string]string{".stateaudit.yaml": "extends: .stateaudit.yaml\n"}, `the files extend each other: .stateaudit.yaml, .stateaudit.yaml`},
		{map[string]string{".stateaudit.yaml": "extends: a.yaml\n", "a.yaml": "\nexlude: []\n"}, `a.yaml:2: unknown key "exlude"; did you mean "exclude"?`},
		{map[string]string{".stateaudit.yaml": "extends: a.yaml\n", "a.yaml": "\nextends: none/b.yaml\n"}, `a.yaml:2: extends "none/b.yaml": no such file or directory`},
		{map[string]string{".stateaudit.yaml": "extends: ../other.yaml\n"}, `.stateaudit.yaml:1: extends "../other.yaml": `},
		{map[string]string{".stateaudit.yaml": "extends: [a, a, a]\n", "a": "extends: [b, b, b, b]\n", "b": "extends: [c, c, c, c, c]\n", "c": "extends: [d, d, d]", "d": ""}, `more than 64 files are extended`},
	} {
		_, err := Load(filepath.Join(written(t, c.files), FileName), rules())
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v:\n got  %v\n want %s", c.files, err, c.want)
		}
	}
}

// TestExtendsStaysInside: neither a path nor a link leads out of the repository.
func TestExtendsStaysInside(t *testing.T) {
	outside := filepath.Join(t.TempDir(), "secret.yaml")
	if err := os.WriteFile(outside, []byte("minConfidence: likely\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	root := written(t, map[string]string{".stateaudit.yaml": "extends: link.yaml\n"})
	if err := os.Symlink(outside, filepath.Join(root, "link.yaml")); err != nil {
		t.Skip(err)
	}
	if _, err := Load(filepath.Join(root, FileName), rules()); err == nil || !strings.Contains(err.Error(), "leads out of") {
		t.Errorf("link: %v", err)
	}
	rel, err := filepath.Rel(root, outside)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Parse(filepath.Join(root, FileName), []byte("extends: "+filepath.ToSlash(rel)), rules()); err == nil || !strings.Contains(err.Error(), "leads out of") {
		t.Errorf("path: %v", err)
	}
}
