package golang

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// What a method of a library is given to keep is told from how long it is kept, and how.
func TestPut(t *testing.T) {
	archive, err := os.ReadFile(filepath.Join("testdata", "put.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	_, units, problems := loaded(t, string(archive), "app")
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	var got []string
	for _, u := range units {
		for _, f := range u.Functions {
			for _, a := range f.Accesses {
				if a.Kind == unit.Invoke && a.Value != nil {
					got = append(got, a.Value.Text)
				}
			}
		}
	}
	if want := []string{`"one"`, `"two"`, `"three"`, `"four"`}; !slices.Equal(got, want) {
		t.Errorf("kept is %v, want %v", got, want)
	}
}
