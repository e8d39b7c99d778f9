package deploy

import (
	"path/filepath"
	"testing"

	"golang.org/x/tools/txtar"
)

// FuzzReaders gives every reader arbitrary bytes under the names of files that it
// reads: none may panic or hang, and problems stay within the file.
func FuzzReaders(f *testing.F) {
	archives, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range archives {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range archive.Files {
			if file.Name != "want" {
				f.Add(file.Name, file.Data)
			}
		}
	}
	all := readers()
	f.Fuzz(func(t *testing.T, name string, content []byte) {
		if len(content) > 1<<16 {
			return
		}
		u := parse(all, nil, filepath.ToSlash(name), content)
		if u == nil {
			return
		}
		lines := u.Files[0].Lines
		for _, s := range u.Settings {
			if s.Location.Line < 0 || s.Location.Line > lines+1 {
				t.Errorf("a setting at line %d of %d", s.Location.Line, lines)
			}
		}
	})
}
