// Package ruletest runs the whole pipeline on small checkouts and compares what
// it finds with what comments in them say that it should.
//
// A checkout is a folder, or a txtar archive (a text file with "-- name --"
// lines). In it a comment at the end of a line announces a finding there:
//
//	var hits = map[string]int{} // want: mutable-singleton group=rate-limiter level=warning
//	@@cache = {} # want: in-process-cache
//
// and a comment "want-below:" announces one on the next line, for lines that can
// carry no comment; group=none announces one that is in no group. What is not announced must not be found: every other line
// of a fixture is a look-alike.
package ruletest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/stateaudit/stateaudit/internal/audit"
	"github.com/stateaudit/stateaudit/internal/config"
	"github.com/stateaudit/stateaudit/internal/result"
)

// Archives audits each txtar archive of a folder as a checkout of its own and
// compares the findings of the rules given; of all rules if none is given.
func Archives(t *testing.T, folder string, rules ...string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.txtar"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no archives in %s: %v", folder, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			Folder(t, Extract(t, file), rules...)
		})
	}
}

// Extract writes an archive into a folder that lives as long as the test.
func Extract(t *testing.T, file string) string {
	t.Helper()
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	for _, f := range archive.Files {
		name := filepath.Join(root, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// Folder audits a checkout and compares the findings of the rules given. It
// returns the result, for what a test wants to ask beyond that.
func Folder(t *testing.T, root string, rules ...string) *result.Result {
	t.Helper()
	r, err := audit.Run(context.Background(), audit.Options{Root: root, Config: &config.Config{}, Offline: true})
	if err != nil {
		t.Fatal(err)
	}
	wanted := func(rule string) bool { return len(rules) == 0 || slices.Contains(rules, rule) }
	var want, got []expectation
	for _, w := range announced(t, root) {
		if wanted(w.rule) {
			want = append(want, w)
		}
	}
	for _, f := range r.Findings {
		if wanted(f.Rule) {
			got = append(got, found(f))
		}
	}
	for _, problem := range Compare(want, got) {
		t.Error(problem)
	}
	return r
}

// expectation is a finding in the terms of a comment. Empty words match all.
type expectation struct {
	file               string
	line               int
	rule, group, level string
	symbol, category   string
}

func found(f result.Finding) expectation {
	e := expectation{file: f.Location.File, line: f.Location.Line, rule: f.Rule, level: string(f.Level), symbol: f.Symbol, category: string(f.Category)}
	if f.Group != nil {
		e.group = string(*f.Group)
	}
	return e
}

func (e expectation) String() string {
	return strings.TrimRight(fmt.Sprintf("%s:%d: %s %s %s", e.file, e.line, e.rule, e.group, e.symbol), " ")
}

// matches tells whether a finding is the one announced.
func (e expectation) matches(f expectation) bool {
	return e.file == f.file && e.line == f.line && e.rule == f.rule &&
		(e.group == "" || e.group == f.group || e.group == "none" && f.group == "") && (e.level == "" || e.level == f.level) && (e.category == "" || e.category == f.category)
}

// Compare lists what was announced and not found, and what was found and not
// announced.
func Compare(want, got []expectation) []string {
	var problems []string
	used := make([]bool, len(got))
	for _, w := range want {
		i := slices.IndexFunc(got, func(g expectation) bool { return w.matches(g) })
		if i < 0 {
			problems = append(problems, "missing "+w.String())
			continue
		}
		used[i] = true
	}
	for i, g := range got {
		if !used[i] {
			problems = append(problems, "unexpected "+g.String())
		}
	}
	sort.Strings(problems)
	return problems
}

// announced reads the comments of all files.
func announced(t *testing.T, root string) []expectation {
	t.Helper()
	comment := regexp.MustCompile(`want(-below)?: ([a-z][a-z-]+)((?: [a-z]+=[a-z-]+)*)`)
	var out []expectation
	err := filepath.WalkDir(root, func(name string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		for i, line := range strings.Split(string(data), "\n") {
			for _, m := range comment.FindAllStringSubmatch(line, -1) {
				e := expectation{file: filepath.ToSlash(rel), line: i + 1, rule: m[2]}
				if m[1] != "" {
					e.line++
				}
				e.words(m[3])
				out = append(out, e)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func (e *expectation) words(text string) {
	for _, w := range strings.Fields(text) {
		key, value, _ := strings.Cut(w, "=")
		switch key {
		case "group":
			e.group = value
		case "level":
			e.level = value
		case "category":
			e.category = value
		}
	}
}
