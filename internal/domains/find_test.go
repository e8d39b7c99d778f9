package domains_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/stateaudit/stateaudit/internal/audit"
	"github.com/stateaudit/stateaudit/internal/domains"
	"github.com/stateaudit/stateaudit/internal/testtree"
)

// TestFind compares the domains of files with what archives say under "want":
// "file: domain (source)", or "file: kernel".
func TestFind(t *testing.T) {
	archives, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("%d archives: %v", len(archives), err)
	}
	for _, name := range archives {
		t.Run(filepath.Base(name), func(t *testing.T) {
			root, want := t.TempDir(), ""
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range archive.Files {
				file := filepath.Join(root, filepath.FromSlash(f.Name))
				if f.Name == "want" {
					want = string(f.Data)
				} else if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
					t.Fatal(err)
				} else if err := os.WriteFile(file, f.Data, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			out, err := audit.Study(context.Background(), audit.Options{Root: root, Offline: true})
			if err != nil {
				t.Fatal(err)
			}
			compare(t, out.Ranking.Map, want)
		})
	}
}

// found cuts a checkout of some files, given by path.
func found(t *testing.T, files map[string]string) *domains.Map {
	t.Helper()
	root := t.TempDir()
	testtree.Write(t, root, files)
	out, err := audit.Study(context.Background(), audit.Options{Root: root, Offline: true})
	if err != nil {
		t.Fatal(err)
	}
	return out.Ranking.Map
}

func compare(t *testing.T, m *domains.Map, want string) {
	t.Helper()
	for _, line := range strings.Split(strings.TrimSpace(want), "\n") {
		file, _, _ := strings.Cut(line, ": ")
		got := file + ": " + domains.Kernel
		if i := m.Index(file); i >= 0 {
			got = fmt.Sprintf("%s: %s (%s)", file, m.Domains[i].Name, m.Domains[i].Source)
		}
		if got != line {
			t.Errorf("got %s, want %s", got, line)
		}
	}
}
