package deploy

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/stateaudit/stateaudit/internal/unit"
)

var update = flag.Bool("update", false, "write the wanted settings of the fixtures")

// TestFixtures reads every archive of testdata. Its file "want" lists the
// settings that are to be seen in the others, and nothing else may be seen.
func TestFixtures(t *testing.T) {
	archives, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("no fixtures: %v", err)
	}
	for _, name := range archives {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			var got, want string
			at := -1
			parse := surveyed(archive)
			for i, file := range archive.Files {
				if file.Name == "want" {
					at, want = i, string(file.Data)
					continue
				}
				got += seen(t, file, parse)
			}
			if got == want {
				return
			}
			if !*update {
				t.Errorf("got:\n%s\nwant:\n%s", got, want)
				return
			}
			if at < 0 {
				archive.Files = append(archive.Files, txtar.File{Name: "want"})
				at = len(archive.Files) - 1
			}
			archive.Files[at].Data = []byte(got)
			if err := os.WriteFile(name, txtar.Format(archive), 0o644); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// seen renders the settings and problems of a file, one a line.
func seen(t *testing.T, file txtar.File, parse func(string, []byte) *unit.Unit) string {
	t.Helper()
	fe := FrontEnd()
	if !fe.Match(file.Name) {
		t.Errorf("%s is matched by no reader", file.Name)
		return ""
	}
	u := parse(file.Name, file.Data)
	if u == nil {
		return ""
	}
	var b strings.Builder
	lines := strings.Split(string(file.Data), "\n")
	for _, s := range u.Settings {
		fmt.Fprintf(&b, "%s:%d: %s %q %q", s.Location.File, s.Location.Line, s.Kind, s.Subject, s.Value)
		if s.Origin != unit.Written {
			fmt.Fprintf(&b, " %s", s.Origin)
		}
		if s.Env != "" {
			fmt.Fprintf(&b, " in %s", s.Env)
		}
		for _, v := range s.Values {
			fmt.Fprintf(&b, " of %s", v.Text)
		}
		fmt.Fprintf(&b, " at %s", marked(lines, s.Location))
		for _, r := range s.Because {
			fmt.Fprintf(&b, " as %s (%s:%d)", r.Text, r.Location.File, r.Location.Line)
		}
		b.WriteByte('\n')
	}
	for _, p := range u.Problems {
		fmt.Fprintf(&b, "%s:%d: problem: %s\n", p.File, p.Line, p.Message)
	}
	return b.String()
}

// surveyed is the parser of an archive that knows what its files give to each
// other.
func surveyed(archive *txtar.Archive) func(string, []byte) *unit.Unit {
	fe := FrontEnd()
	var files []string
	content := map[string][]byte{}
	for _, f := range archive.Files {
		if fe.Match(f.Name) {
			files = append(files, f.Name)
			content[f.Name] = f.Data
		}
	}
	return fe.Survey(files, func(name string) []byte { return content[name] })
}

// marked is the text that a location covers on its first line.
func marked(lines []string, l unit.Location) string {
	if l.Line < 1 || l.Line > len(lines) {
		return "nowhere"
	}
	line := lines[l.Line-1]
	end := len(line) + 1
	if l.EndLine == l.Line {
		end = l.EndColumn
	}
	if l.Column < 1 || end < l.Column || end > len(line)+1 {
		return fmt.Sprintf("bad columns %d-%d", l.Column, l.EndColumn)
	}
	return "[" + line[l.Column-1:end-1] + "]"
}
