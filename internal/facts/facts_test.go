package facts_test

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/stateaudit/stateaudit/internal/audit"
	"github.com/stateaudit/stateaudit/internal/facts"
	"github.com/stateaudit/stateaudit/internal/testtree"
)

// TestFacts compares the facts of small applications with what their archives say
// under "want": a line for each function, endpoint and foreign key.
func TestFacts(t *testing.T) {
	archives, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("%d archives: %v", len(archives), err)
	}
	for _, name := range archives {
		t.Run(filepath.Base(name), func(t *testing.T) {
			root, want := unpacked(t, name)
			out, err := audit.Study(context.Background(), audit.Options{Root: root, Offline: true})
			if err != nil {
				t.Fatal(err)
			}
			got := described(out.Ranking.Facts)
			for _, line := range want {
				if !slices.Contains(got, line) {
					t.Errorf("missing: %s", line)
				}
			}
			for _, line := range got {
				if !slices.Contains(want, line) {
					t.Errorf("unexpected: %s", line)
				}
			}
		})
	}
}

func unpacked(t *testing.T, name string) (root string, want []string) {
	t.Helper()
	archive, err := txtar.ParseFile(name)
	if err != nil {
		t.Fatal(err)
	}
	root = t.TempDir()
	for _, f := range archive.Files {
		if f.Name == "want" {
			want = strings.Split(strings.TrimSpace(string(f.Data)), "\n")
			continue
		}
		testtree.Put(t, root, f.Name, string(f.Data))
	}
	return root, want
}

func described(f *facts.Facts) []string {
	byFunction := map[string][]string{}
	for _, u := range f.AllUses() {
		if u.Kind != facts.TableUse && u.Kind != facts.FileUse || strings.Contains(u.Location.File, "third_party") {
			continue
		}
		text := "reads " + u.Name
		if u.Write {
			text = "writes " + u.Name
		}
		if u.Column != "" {
			text += "." + u.Column + " at " + u.Path
		}
		if u.Tx {
			text += " in a transaction"
		}
		symbol, _, _ := strings.Cut(u.Function.Symbol, " (")
		byFunction[symbol] = append(byFunction[symbol], text)
	}
	var out []string
	for fn, uses := range byFunction {
		slices.Sort(uses)
		out = append(out, fn+": "+strings.Join(slices.Compact(uses), ", "))
	}
	for _, e := range f.Endpoints {
		out = append(out, fmt.Sprintf("endpoint %s → %s", e.Title(), e.Function.Symbol))
	}
	for _, u := range f.Unread() {
		if !strings.Contains(u.Location.File, "third_party") {
			out = append(out, fmt.Sprintf("not understood: %s (%s)", u.Function.Symbol, u.Callee))
		}
	}
	for _, k := range f.Schema.Keys {
		out = append(out, fmt.Sprintf("key %s → %s", k.From, k.To))
	}
	return out
}
