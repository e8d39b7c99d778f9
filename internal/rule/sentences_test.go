package rule_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stateaudit/stateaudit/internal/audit"
	"github.com/stateaudit/stateaudit/internal/ruletest"
)

// TestSentencesHaveFacts holds what messages and advice say of state against
// "says:" comments in small checkouts: texts that have to be there, and with an
// exclamation mark, texts that must not. "shows:" does the same with the evidence.
func TestSentencesHaveFacts(t *testing.T) {
	archives, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("no checkouts: %v", err)
	}
	for _, archive := range archives {
		t.Run(filepath.Base(archive), func(t *testing.T) {
			root := ruletest.Extract(t, archive)
			r, err := audit.Run(context.Background(), audit.Options{Root: root, Offline: true})
			if err != nil {
				t.Fatal(err)
			}
			said, shown := map[string]string{}, map[string]string{} // by file:line
			for _, f := range r.Findings {
				at := place(f.Location.File, f.Location.Line)
				said[at] += f.Message + " " + f.Fix + "\n"
				for _, e := range f.Evidence {
					shown[at] += e.Function + ": " + e.Note + "\n"
				}
			}
			says, shows := announced(t, root, "says: "), announced(t, root, "shows: ")
			if len(says)+len(shows) == 0 {
				t.Fatal("nothing is announced")
			}
			hold(t, said, says)
			hold(t, shown, shows)
		})
	}
}

// hold compares texts with what is announced of them, by file and line.
func hold(t *testing.T, texts map[string]string, announced map[string][]string) {
	t.Helper()
	for at, wanted := range announced {
		got := texts[at]
		for _, text := range wanted {
			text, not := strings.CutPrefix(text, "!")
			if got == "" || strings.Contains(got, text) == not {
				t.Errorf("%s: %q is %v in %q", at, text, !not, got)
			}
		}
	}
}

func place(file string, line int) string { return fmt.Sprintf("%s:%d", file, line) }

// announced reads the comments of a checkout that begin with a word, by file and line.
func announced(t *testing.T, root, word string) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	err := filepath.WalkDir(root, func(name string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, name)
		for i, line := range strings.Split(string(content), "\n") {
			if _, texts, ok := strings.Cut(line, word); ok {
				out[place(filepath.ToSlash(rel), i+1)] = strings.Split(texts, "; ")
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
