package analyzers_test

import (
	"context"
	"fmt"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/stateaudit/stateaudit/internal/audit"
	"github.com/stateaudit/stateaudit/internal/config"
	"github.com/stateaudit/stateaudit/internal/testtree"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// example is what a page shows: one or more files below "Reported:" or "Silent:".
type example struct {
	language unit.Language
	reported bool
	files    []file
}

// file is a code block whose first line names it in a comment.
type file struct {
	name, text string
	lines      []int // that a comment says are reported
}

// titles are the headings of the languages.
func titles() map[string]unit.Language {
	return map[string]unit.Language{"Go": unit.Go, "Ruby": unit.Ruby, "Python": unit.Python, "Configuration": unit.Deploy}
}

var (
	named  = regexp.MustCompile(`^(?://|#) (\S+\.\w+)$`)
	marked = regexp.MustCompile(`(?://|#|;) reported$`)
	above  = regexp.MustCompile(`^\s*(?://|#) reported: .`) // of the line above
)

// examples reads those of a page.
func examples(t *testing.T, page string) []example {
	t.Helper()
	_, section, ok := strings.Cut(page, "\n## Examples\n")
	if !ok {
		return nil
	}
	section, _, _ = strings.Cut(section, "\n## ")
	var out []example
	var language unit.Language
	var block *file
	for line := range strings.Lines(section) {
		line = strings.TrimRight(line, "\n")
		switch {
		case block != nil && line == "```":
			last := &out[len(out)-1]
			last.files = append(last.files, *block)
			block = nil
		case block != nil:
			block.add(t, line)
		case strings.HasPrefix(line, "```"):
			if len(out) == 0 || out[len(out)-1].language != language {
				t.Fatalf("%s: a code block without \"Reported:\" or \"Silent:\" before it", language)
			}
			block = &file{}
		case strings.HasPrefix(line, "### "):
			if language = titles()[line[4:]]; language == "" {
				t.Fatalf("%q is no language", line)
			}
		case strings.HasPrefix(line, "Reported:"), strings.HasPrefix(line, "Silent:"):
			out = append(out, example{language: language, reported: line[0] == 'R'})
		}
	}
	return out
}

func (f *file) add(t *testing.T, line string) {
	t.Helper()
	if f.name == "" {
		m := named.FindStringSubmatch(line)
		if m == nil {
			t.Fatalf("the first line of a block names no file: %q", line)
		}
		f.name = m[1]
	}
	f.text += line + "\n"
	switch at := strings.Count(f.text, "\n"); {
	case marked.MatchString(line):
		f.lines = append(f.lines, at)
	case above.MatchString(line):
		f.lines = append(f.lines, at-1)
	}
}

// libraries are the module of examples in Go with what they import.
func libraries(t *testing.T) []file {
	t.Helper()
	archive, err := txtar.ParseFile(filepath.Join("testdata", "libraries.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	var out []file
	for _, f := range archive.Files {
		out = append(out, file{name: f.Name, text: string(f.Data)})
	}
	return out
}

// audit returns the places at which a rule reports something in an example, and those
// that it says are reported.
func (e example) audit(t *testing.T, rule string) (got, want []string) {
	t.Helper()
	root := t.TempDir()
	files := e.files
	if e.language == unit.Go {
		files = append(libraries(t), files...)
	}
	for _, f := range files {
		testtree.Put(t, root, f.name, f.text)
		for _, line := range f.lines {
			want = append(want, place(f.name, line))
		}
	}
	o := audit.Options{Root: root, Offline: true}
	if name := filepath.Join(root, config.FileName); slices.ContainsFunc(files, func(f file) bool { return f.name == config.FileName }) {
		c, err := config.Load(name, audit.RuleNames())
		if err != nil {
			t.Fatal(err)
		}
		o.Config = c
	}
	if e.language == unit.Deploy {
		o.Only = []unit.Language{unit.Deploy}
	}
	r, err := audit.Run(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range r.Errors {
		if p.Kind != unit.LowReach {
			t.Errorf("%s:%d: %s", p.File, p.Line, p.Message)
		}
	}
	for _, f := range r.Findings {
		if f.Rule == rule && f.Suppressed == nil {
			got = append(got, place(f.Location.File, f.Location.Line))
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	return slices.Compact(got), want
}

func place(file string, line int) string { return fmt.Sprintf("%s:%d", path.Clean(file), line) }

// TestExamplesOfPages holds that each page shows, for each language that its rule
// judges, something that is reported and something that is not, and that this is so.
func TestExamplesOfPages(t *testing.T) {
	for _, r := range audit.Rules() {
		t.Run(r.Name, func(t *testing.T) {
			t.Parallel()
			all := examples(t, r.Doc)
			for title, language := range titles() {
				for _, reported := range []bool{true, false} {
					has := slices.ContainsFunc(all, func(e example) bool { return e.language == language && e.reported == reported && len(e.files) > 0 })
					if judged := slices.Contains(r.Languages, language); judged != has {
						t.Errorf("%s: an example (reported: %v): %v, the rule judges it: %v", title, reported, has, judged)
					}
				}
			}
			for i, e := range all {
				got, want := e.audit(t, r.Name)
				if !slices.Equal(got, want) || e.reported != (len(want) > 0) {
					t.Errorf("example %d, %s: reported %q, the page says %q", i+1, e.language, got, want)
				}
			}
		})
	}
}
