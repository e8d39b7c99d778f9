package diff

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stateaudit/stateaudit/internal/testtree"
)

func TestChanges(t *testing.T) {
	dir := repository(t, map[string]string{"app/orders.rb": "1\n", "app/mails.rb": "1\n", "other/x.rb": "1\n"})
	testtree.Write(t, dir, map[string]string{"app/orders.rb": "2\n", "app/ü b.rb": "1\n"})
	git(t, dir, "", "add", "-A")
	git(t, dir, "", "commit", "-q", "-m", "two")
	testtree.Write(t, dir, map[string]string{"other/x.rb": "2\n"})
	git(t, dir, "", "commit", "-qam", "three")

	r, err := Open(context.Background(), filepath.Join(dir, "app"), true)
	if err != nil {
		t.Fatal(err)
	}
	got, err := r.Changes(context.Background(), 10)
	if err != nil {
		t.Fatal(err)
	}
	// What lies elsewhere is left out, and so are commits that changed nothing here.
	want := [][]string{{"orders.rb", "ü b.rb"}, {"mails.rb", "orders.rb"}}
	if !slices.EqualFunc(got, want, slices.Equal[[]string]) {
		t.Errorf("%q, want %q", got, want)
	}
	if r, err = Open(context.Background(), dir, true); err != nil {
		t.Fatal(err)
	}
	if got, err := r.Changes(context.Background(), 2); err != nil || len(got) != 2 || !slices.Equal(got[0], []string{"other/x.rb"}) {
		t.Errorf("%q, %v", got, err)
	}
}

// TestChangesOfNothing asks a repository without a commit.
func TestChangesOfNothing(t *testing.T) {
	dir := t.TempDir()
	git(t, dir, "", "init", "-q")
	if err := os.WriteFile(filepath.Join(dir, "a.go"), []byte("package a\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := Open(context.Background(), dir, true)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := r.Changes(context.Background(), 10); err == nil {
		t.Errorf("%q of a repository without a commit", got)
	}
}
