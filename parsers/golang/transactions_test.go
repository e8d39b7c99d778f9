package golang_test

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/stateaudit/stateaudit/internal/frontend"
	"github.com/stateaudit/stateaudit/parsers/golang"
)

// statements reads a checkout and tells of each table that a statement inserts
// into whether that happens in a transaction.
func statements(t *testing.T, archive string) map[string]bool {
	t.Helper()
	a, err := txtar.ParseFile(archive)
	if err != nil {
		t.Fatal(err)
	}
	in := frontend.Input{Root: t.TempDir(), Offline: true}
	for _, f := range a.Files {
		if err := os.WriteFile(filepath.Join(in.Root, f.Name), f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
		in.Files = append(in.Files, f.Name)
	}
	units, problems := golang.Load(context.Background(), in)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	found := map[string]bool{}
	for _, u := range units {
		for _, f := range u.Functions {
			for _, s := range f.Statements {
				found[strings.Fields(s.Text)[2]] = s.Tx
			}
		}
	}
	return found
}

func TestStatementsInTransactions(t *testing.T) {
	want := map[string]bool{
		"at_once": true, "kept": true, "earlier": true, "composed": true, "within": true, "inserted": true,
		"before": false, "behind": false, "alone": false, "unrelated": false,
	}
	if got := statements(t, filepath.Join("testdata", "statements.txtar")); !maps.Equal(got, want) {
		t.Errorf("in transactions:\n got %v\nwant %v", got, want)
	}
}
