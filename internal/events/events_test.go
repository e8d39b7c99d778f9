package events_test

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/stateaudit/stateaudit/internal/audit"
	"github.com/stateaudit/stateaudit/internal/config"
	"github.com/stateaudit/stateaudit/internal/events"
	"github.com/stateaudit/stateaudit/internal/testtree"
)

// TestEvents looks at the programs in testdata and compares what is sent and what is wrong
// with what their last files say.
func TestEvents(t *testing.T) {
	names, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatalf("%d programs: %v", len(names), err)
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			r, want := look(t, name)
			var remarks, sent []string
			for _, m := range r.Remarks {
				remarks = append(remarks, fmt.Sprintf("%s %s %s:%d", m.Fault, m.Subject, m.Location.File, m.Location.Line))
			}
			for _, m := range r.Messages {
				sent = append(sent, m.Title()+": "+strings.Join(m.Fields, " "))
			}
			same(t, "remarks", remarks, want["want"])
			same(t, "messages", sent, want["sent"])
		})
	}
}

// same compares lines without their order, which the pages about them hold.
func same(t *testing.T, what string, got []string, text string) {
	t.Helper()
	want := strings.FieldsFunc(text, func(r rune) bool { return r == '\n' })
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("%s:\n%s\nwant\n%s", what, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// look writes a program out, and returns what is said of it with what should be.
func look(t *testing.T, name string) (events.Report, map[string]string) {
	t.Helper()
	a, err := txtar.ParseFile(name)
	if err != nil {
		t.Fatal(err)
	}
	root := filepath.Join(t.TempDir(), "app")
	want, files := map[string]string{}, map[string]string{}
	for _, f := range a.Files {
		if f.Name == "want" || f.Name == "sent" {
			want[f.Name] = string(f.Data)
			continue
		}
		files[f.Name] = string(f.Data)
	}
	testtree.Write(t, root, files)
	var c *config.Config
	if files[config.FileName] != "" {
		if c, err = config.Load(filepath.Join(root, config.FileName), nil); err != nil {
			t.Fatal(err)
		}
	}
	out, err := audit.Study(context.Background(), audit.Options{Root: root, Offline: true, Config: c})
	if err != nil || out.Ranking == nil {
		t.Fatalf("no ranking: %v", err)
	}
	return events.Look(out.Ranking), want
}
