package report

import (
	"bytes"
	"path/filepath"
	"testing"
)

// TestReach compares what is said of entries with a golden, also where the terminal
// is narrow.
func TestReach(t *testing.T) {
	for file, o := range map[string]Options{"reach.txt": {}, "reach-narrow.txt": {Width: 40}} {
		var b bytes.Buffer
		if err := WriteReach(&b, deployed(), o); err != nil {
			t.Fatal(err)
		}
		compare(t, filepath.Join("testdata", file), b.Bytes())
	}
}
