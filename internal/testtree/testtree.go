// Package testtree writes the trees of files that tests audit.
package testtree

import (
	"os"
	"path/filepath"
	"testing"
)

// Write puts files into a folder, each under its slash-separated name.
func Write(t testing.TB, root string, files map[string]string) {
	t.Helper()
	for name, content := range files {
		Put(t, root, name, content)
	}
}

// Put writes one file below a folder and returns where it stands. What it cannot write
// ends the test.
func Put(t testing.TB, root, name, content string) string {
	t.Helper()
	file := filepath.Join(root, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}
