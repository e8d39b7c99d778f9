package golang

import (
	"context"
	"testing"

	"github.com/stateaudit/stateaudit/internal/frontend"
	"github.com/stateaudit/stateaudit/internal/testtree"
)

// TestFixturesAreNotLoaded holds that packages below folders of fixtures are
// neither loaded nor asked for their modules, and that naming the others one by
// one brings no complaint that "./..." would not have.
func TestFixturesAreNotLoaded(t *testing.T) {
	root := t.TempDir()
	var files []string
	for name, content := range map[string]string{
		"go.mod":           "module example.org/shop\n\ngo 1.24\n",
		"main.go":          "package main\n\nfunc main() {}\n",
		"store/store.go":   "package store\n",
		"windows/only.go":  "//go:build plan9\n\npackage windows\n",
		"examples/main.go": "package main\n\nimport _ \"example.net/nowhere\"\n\nfunc main() {}\n",
		".tools/gen.go":    "package main\n\nfunc main() {}\n",
		"_old/old.go":      "package old\n",
		"tool/go.mod":      "module example.org/tool\n\ngo 1.24\n",
		"tool/tool.go":     "package tool\n",
	} {
		testtree.Put(t, root, name, content)
		if name != "examples/main.go" {
			files = append(files, name)
		}
	}
	units, problems := Load(context.Background(), frontend.Input{Root: root, Files: files, LeftOut: []string{"examples"}, Offline: true})
	var names []string
	for _, u := range units {
		names = append(names, u.Name)
	}
	if len(names) != 3 || names[0] != "example.org/shop" || names[1] != "example.org/shop/store" || names[2] != "example.org/tool" {
		t.Errorf("packages %q", names)
	}
	if len(problems) > 0 {
		t.Errorf("problems %v", problems)
	}
}
