package traffic

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func FuzzRead(f *testing.F) {
	files, err := filepath.Glob("testdata/*.*")
	if err != nil || len(files) == 0 {
		f.Fatal("no seeds", err)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(content))
	}
	f.Fuzz(func(t *testing.T, content string) {
		traffic, problems, err := Read("fuzz", strings.NewReader(content))
		if (err == nil) != (traffic != nil && len(traffic.Requests) > 0) {
			t.Fatalf("%v with %v", traffic, err)
		}
		if len(problems) > maxNamed+3 {
			t.Errorf("%d problems", len(problems))
		}
		if err != nil {
			return
		}
		total, last := 0, ""
		for _, r := range traffic.Requests {
			if r.Count <= 0 || r.Path == "" || r.Path[0] != '/' || strings.ContainsAny(r.Path, "?#\n") || r.Method != strings.ToUpper(r.Method) {
				t.Errorf("odd requests %+v", r)
			}
			if at := r.Path + "\x00" + r.Method; at <= last {
				t.Errorf("%q stands behind %q", at, last)
			} else {
				last = at
			}
			if total += r.Count; total < 0 {
				t.Fatal("overflow")
			}
		}
	})
}
