package report

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stateaudit/stateaudit/internal/result"
)

// disk makes findings of one cause, whose messages differ in one sentence.
func disk(n int) []result.Finding {
	var out []result.Finding
	for i := range n {
		f := findings()[0]
		f.ID, f.Rule, f.Category, f.Group, f.Level, f.Suppressed = fmt.Sprintf("%032d", i), "local-disk-state", result.Other, nil, result.Warning, nil
		f.Symbol, f.Location.Line = fmt.Sprintf("save%d", i), i+1
		f.Message = fmt.Sprintf("`save%d` writes files.", i) + " With two copies on two hosts the other one does not have the file."
		f.Fix = "Put files into object storage."
		out = append(out, f)
	}
	return out
}

func TestFoldSaysEachSentenceOnce(t *testing.T) {
	r := empty()
	r.Findings = disk(24)
	var b bytes.Buffer
	if err := writeTable(&b, r, Options{Details: true, Width: 120}); err != nil {
		t.Fatal(err)
	}
	_, details, _ := strings.Cut(b.String(), "24 places  WARNING")
	for sentence, want := range map[string]int{
		"With two copies on two hosts the other one does not have the file.": 1,
		"fix: Put files into object storage.":                                1,
		"writes files.":                                                      24,
	} {
		if got := strings.Count(details, sentence); got != want {
			t.Errorf("%q is said %d times, want %d", sentence, got, want)
		}
	}
}

// TestWorstFirst ranks what people notice before what is only old, and an error
// before both.
// TestFoldOfSeveralConsequences says each of them once, above the places that share it.
func TestFoldOfSeveralConsequences(t *testing.T) {
	r := empty()
	r.Findings = disk(5)
	for i, does := range []string{"one loses the file.", "one keeps the pictures.", "one loses the file.", "nothing else.", "one keeps the pictures."} {
		r.Findings[i].Message = fmt.Sprintf("`save%d` writes. %s%s", i, twoCopies, does)
	}
	var b bytes.Buffer
	if err := writeTable(&b, r, Options{Details: true}); err != nil {
		t.Fatal(err)
	}
	_, details, _ := strings.Cut(b.String(), "5 places  ")
	for _, does := range []string{"one loses the file.", "one keeps the pictures.", "nothing else."} {
		if n := strings.Count(details, twoCopies+does); n != 1 {
			t.Errorf("%q is said %d times:\n%s", does, n, details)
		}
	}
	if first, second := strings.Index(details, "`save2`"), strings.Index(details, "one keeps the pictures."); first < 0 || first > second {
		t.Errorf("places are apart from what they do:\n%s", details)
	}
}

// TestNarrowPlaces keeps a place on a line of its own where the terminal is narrower
// than it and its level.
func TestNarrowPlaces(t *testing.T) {
	r := empty()
	r.Findings = disk(1)
	r.Findings[0].Location.File = "config/environments/production.rb"
	r.Findings[0].Symbol = "images.remove_uploaded_image_exif"
	var b bytes.Buffer
	if err := writeTable(&b, r, Options{Width: 40, Details: true}); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(b.String()) {
		if line = strings.TrimRight(line, "\n"); textWidth(line) > 40 && len(strings.Fields(line)) > 1 {
			t.Errorf("%d columns: %q", textWidth(line), line)
		}
	}
}

func TestWorstFirst(t *testing.T) {
	of := func(c result.Category, l result.Level, symbol string) result.Finding {
		return result.Finding{Rule: string(c) + symbol, Category: c, Level: l, Symbol: symbol}
	}
	folds := folded([]result.Finding{
		of(result.Cache, result.Warning, "help"), of(result.Cache, result.Warning, "billing"), of(result.Session, result.Warning, "login"),
		of(result.Client, result.Error, "pool"), of(result.Counter, result.Warning, "limit"),
	})
	var got []string
	for _, f := range folds {
		got = append(got, f.findings[0].Symbol)
	}
	if want := []string{"pool", "login", "limit", "billing", "help"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestWorstSaysWhatTwoCopiesDo takes the sentence about that, wherever it stands.
func TestWorstSaysWhatTwoCopiesDo(t *testing.T) {
	for message, want := range map[string]string{
		"`q` waits. What waits in it is taken out by `run`. With two copies queued work is lost.": "queued work is lost.",
		"A request waits. A transaction is open meanwhile.":                                       "A transaction is open meanwhile.",
		"`x` is there. It lives here. Two of them collide.":                                       "Two of them collide.",
		"Nothing more": "Nothing more",
	} {
		if got := consequence(result.Finding{Message: message}); got != want {
			t.Errorf("%q: %q, want %q", message, got, want)
		}
	}
}

func TestAnswerIsShortAndFits(t *testing.T) {
	r := awkward()
	r.Findings = append(disk(24), r.Findings...)
	for _, width := range []int{40, 60, 80, 120} {
		var b bytes.Buffer
		if err := writeTable(&b, r, Options{Width: width}); err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
		if len(lines) > 14 && width >= 80 {
			t.Errorf("%d lines at %d columns", len(lines), width)
		}
		for _, l := range lines {
			if textWidth(l) > width && len(strings.Fields(l)) > 2 {
				t.Errorf("%d columns of %d: %q", textWidth(l), width, l)
			}
		}
	}
}

func TestPlacesLeadToFiles(t *testing.T) {
	o := Options{Color: true, Details: true, Link: func(file string) string { return "file:///src/" + encodePath(file) }}
	var b bytes.Buffer
	if err := writeTable(&b, awkward(), o); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), "\x1b]8;;file:///src/config/initializers/limiter.rb\x1b\\") {
		t.Error("no link")
	}
	if opened, closed := strings.Count(b.String(), "\x1b]8;;file"), strings.Count(b.String(), "\x1b]8;;\x1b\\"); opened != closed {
		t.Errorf("%d links opened, %d closed", opened, closed)
	}
	escapes := regexp.MustCompile(`\x1b(\[[0-9;]*m|\]8;;[^\x1b]*\x1b\\)`).ReplaceAllString(b.String(), "")
	if strings.ContainsRune(escapes, '\x1b') {
		t.Errorf("another escape: %q", escapes)
	}
}

func TestFindingExplained(t *testing.T) {
	r := awkward()
	f := r.Findings[slices.IndexFunc(r.Findings, func(f result.Finding) bool { return f.Rule == "mutable-singleton" })]
	var b bytes.Buffer
	if err := WriteFinding(&b, r, f, machine()); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{shortID(f), "evidence", "fix: ", "stateaudit explain " + f.Rule} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in:\n%s", want, b.String())
		}
	}
}

func TestMarkdownOnATerminal(t *testing.T) {
	var b bytes.Buffer
	text := "# A title\n\nSome `code` in a paragraph that is\nwrapped elsewhere.\n\n```go\nx := 1\n```\n\n- one item\n  that goes on\n- two\n"
	if err := WriteText(&b, text, Options{Width: 40}); err != nil {
		t.Fatal(err)
	}
	want := "A title\n\nSome code in a paragraph that is wrapped\nelsewhere.\n\n    x := 1\n\n  - one item that goes on\n  - two\n\n"
	if b.String() != want {
		t.Errorf("%q", b.String())
	}
}
