package checkout

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stateaudit/stateaudit/internal/testtree"
)

func look(t *testing.T, root, apart string) Seen {
	t.Helper()
	seen, err := Digest(root, apart)
	if err != nil {
		t.Fatal(err)
	}
	return seen
}

// TestDigestSeesEveryChange makes one change after the other, each of which gives
// another digest than all before.
func TestDigestSeesEveryChange(t *testing.T) {
	root := t.TempDir()
	testtree.Put(t, root, "a.rb", "one")
	testtree.Put(t, root, "b.rb", "one")
	seen := map[[32]byte]string{look(t, root, "").Content: "as it was"}
	for _, c := range []struct {
		what   string
		change func() error
	}{
		{"edited", func() error { testtree.Put(t, root, "a.rb", "two"); return nil }},
		{"renamed", func() error { return os.Rename(filepath.Join(root, "b.rb"), filepath.Join(root, "c.rb")) }},
		{"in a fixture", func() error { testtree.Put(t, root, "testdata/x.go", "package x"); return nil }},
		{"vendored", func() error { testtree.Put(t, root, "vendor/x/x.go", "package x"); return nil }},
		{"Go below node_modules", func() error { testtree.Put(t, root, "node_modules/x/x.go", "package x"); return nil }},
		{"the same size there", func() error { testtree.Put(t, root, "node_modules/x/x.go", "package y"); return nil }},
		{"an empty folder", func() error { return os.Mkdir(filepath.Join(root, "empty"), 0o755) }},
		{"a link", func() error { return os.Symlink("a.rb", filepath.Join(root, "link.rb")) }},
		{"what a link leads to", func() error { return os.WriteFile(filepath.Join(root, "link.rb"), []byte("three"), 0o644) }},
		{"deleted", func() error { return os.Remove(filepath.Join(root, "c.rb")) }},
		{"a file in place of a folder", func() error {
			if err := os.Remove(filepath.Join(root, "empty")); err != nil {
				return err
			}
			testtree.Put(t, root, "empty", "")
			return nil
		}},
	} {
		if err := c.change(); err != nil {
			t.Fatal(err)
		}
		sum := look(t, root, "").Content
		if before, known := seen[sum]; known {
			t.Errorf("%s: as %s", c.what, before)
		}
		if again := look(t, root, "").Content; again != sum {
			t.Errorf("%s: not the same twice", c.what)
		}
		seen[sum] = c.what
	}
}

// TestDigestLeavesOut: what git knows and what lies apart counts for nothing, nor does
// where the tree lies or when it was written.
func TestDigestLeavesOut(t *testing.T) {
	root, other := t.TempDir(), t.TempDir()
	testtree.Put(t, root, "a.rb", "one")
	testtree.Put(t, other, "a.rb", "one")
	was := look(t, root, "")
	if look(t, other, "").Content != was.Content {
		t.Error("where a tree lies counts")
	}
	if err := os.Chtimes(filepath.Join(other, "a.rb"), time.Unix(1, 0), time.Unix(1, 0)); err != nil {
		t.Fatal(err)
	}
	if look(t, other, "").Content != was.Content {
		t.Error("when it was written counts")
	}
	testtree.Put(t, root, ".git/index", "x")
	testtree.Put(t, root, "deep/kept/ab/entry", "x")
	if look(t, root, filepath.Join(root, "deep", "kept")).Content != was.Content {
		t.Error("what lies apart counts")
	}
	if look(t, root, "").Content == was.Content {
		t.Error("nothing lies apart")
	}
}

// TestStampSeesWhatWasTakenBack: the content is what it was, and was another between.
func TestStampSeesWhatWasTakenBack(t *testing.T) {
	root := t.TempDir()
	testtree.Put(t, root, "a.rb", "one")
	was := look(t, root, "")
	if look(t, root, "") != was {
		t.Error("not the same twice")
	}
	time.Sleep(20 * time.Millisecond) // more than file systems divide time into
	testtree.Put(t, root, "a.rb", "two")
	testtree.Put(t, root, "a.rb", "one")
	if now := look(t, root, ""); now.Content != was.Content || now.Stamp == was.Stamp {
		t.Errorf("%v", now)
	}
}
