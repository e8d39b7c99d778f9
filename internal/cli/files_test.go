package cli

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
)

func read(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// TestWriteIsWholeOrNothing holds that a report which fails half way leaves what
// was there.
func TestWriteIsWholeOrNothing(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "report")
	f := &files{}
	for _, want := range []string{"first", "second"} {
		if err := f.output(name, nil, func(w io.Writer) error { _, err := io.WriteString(w, want); return err }); err != nil {
			t.Fatal(err)
		}
		if got := read(t, name); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	broken := errors.New("broken")
	err := f.output(name, nil, func(w io.Writer) error { _, _ = io.WriteString(w, "half"); return broken })
	if !errors.Is(err, broken) || read(t, name) != "second" {
		t.Errorf("%v, %q", err, read(t, name))
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 || len(f.pending) != 0 {
		t.Errorf("left: %v, %v", left, f.pending)
	}
}

// TestWriteKeepsWhatAFileIs follows links and keeps modes.
func TestWriteKeepsWhatAFileIs(t *testing.T) {
	dir := t.TempDir()
	name, link := filepath.Join(dir, "report"), filepath.Join(dir, "link")
	if err := errors.Join(os.WriteFile(name, []byte("old"), 0o640), os.Symlink("report", link)); err != nil {
		t.Skip(err)
	}
	if err := (*files)(nil).write(link, []byte("new")); err != nil {
		t.Fatal(err)
	}
	info, err := os.Lstat(link)
	if err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link was replaced: %v, %v", info, err)
	}
	if info, err = os.Stat(name); err != nil || info.Mode().Perm() != 0o640 || read(t, name) != "new" {
		t.Errorf("%v, %v, %q", info.Mode(), err, read(t, name))
	}
	if err := (*files)(nil).write(os.DevNull, []byte("new")); err != nil {
		t.Errorf("a device: %v", err)
	}
}

// TestAbandon removes what is half written when the process has to end.
func TestAbandon(t *testing.T) {
	dir := t.TempDir()
	f := &files{}
	temp, err := beside(filepath.Join(dir, "report"), 0)
	if err != nil {
		t.Fatal(err)
	}
	defer temp.Close()
	f.begin(temp.Name())
	f.abandon()
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
}

func TestWritable(t *testing.T) {
	dir := t.TempDir()
	for name, ok := range map[string]bool{"": true, "-": true, os.DevNull: true, filepath.Join(dir, "new"): true, dir: false, filepath.Join(dir, "none", "new"): false} {
		if err := writable(name); (err == nil) != ok {
			t.Errorf("%q: %v", name, err)
		}
	}
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
}
