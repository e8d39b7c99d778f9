package baseline

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/unit"
)

func finding(rule, symbol, file string) result.Finding {
	return result.Finding{Rule: rule, Symbol: symbol, Location: unit.Location{File: file, Line: 1}}
}

func of(findings ...result.Finding) *result.Result { return &result.Result{Findings: findings} }

// lines shows entries as "rule symbol path (reason)".
func lines(entries []Entry) []string {
	var out []string
	for _, e := range entries {
		out = append(out, fmt.Sprintf("%s %s %s (%s)", e.Rule, e.Symbol, e.Path, e.Reason))
	}
	return out
}

func written(t *testing.T, b *Baseline) *Baseline {
	t.Helper()
	raw, err := b.Format()
	if err != nil {
		t.Fatal(err)
	}
	again, err := Parse("x", raw)
	if err != nil {
		t.Fatalf("%v in\n%s", err, raw)
	}
	second, err := again.Format()
	if err != nil || !bytes.Equal(raw, second) {
		t.Fatalf("%v: another file after reading it:\n%s\n%s", err, raw, second)
	}
	return again
}

func TestRoundTrip(t *testing.T) {
	known := finding("r", "a: \"#\" \xff\n", "d/f.go")
	var b Baseline
	if added, gone := b.Update(of(finding("r", "b", "d/g.go"), known), "", "why", false); added != 2 || gone != 0 {
		t.Errorf("%d added, %d gone", added, gone)
	}
	again := written(t, &b)
	if want := []string{"r " + known.Symbol + " d/f.go (why)", "r b d/g.go (why)"}; !reflect.DeepEqual(lines(again.Entries), want) {
		t.Errorf("%q", lines(again.Entries))
	}
	found := []result.Finding{known, finding("r", "new", "d/f.go")}
	found = append(found, finding("r", "b", "d/h.go")) // moved
	a := again.Apply(of(found...), "")
	if a.Known != 2 || len(a.Gone) != 0 || found[1].Suppressed != nil {
		t.Errorf("%+v, %+v", a, found)
	}
	if s := found[0].Suppressed; s == nil || s.Kind != result.InBaseline || s.Reason != "why" {
		t.Errorf("%+v", s)
	}
	if found[2].Suppressed == nil {
		t.Error("what has moved is new")
	}
}

func TestUpdateKeepsReasons(t *testing.T) {
	b := &Baseline{Entries: []Entry{
		{Rule: "r", Symbol: "kept", Path: "f.go", Reason: "reviewed"},
		{Rule: "r", Symbol: "fixed", Path: "f.go", Reason: "reviewed"},
		{Rule: "r", Symbol: "moved", Path: "f.go", Reason: "reviewed"},
	}}
	ignored := finding("r", "ignored", "f.go")
	ignored.Suppressed = &result.Suppression{Kind: result.Inline}
	found := []result.Finding{finding("r", "kept", "f.go"), finding("r", "new", "f.go"), finding("r", "moved", "e.go"), ignored}
	pruned := &Baseline{Entries: append([]Entry(nil), b.Entries...)}
	if added, gone := pruned.Update(of(found...), "", "x", true); added != 0 || gone != 1 {
		t.Errorf("prune: %d added, %d gone", added, gone)
	}
	if want := []string{"r moved e.go (reviewed)", "r kept f.go (reviewed)"}; !reflect.DeepEqual(lines(pruned.Entries), want) {
		t.Errorf("prune: %q", lines(pruned.Entries))
	}
	if added, gone := b.Update(of(found...), "", "x", false); added != 1 || gone != 1 {
		t.Errorf("%d added, %d gone", added, gone)
	}
	if want := []string{"r moved e.go (reviewed)", "r kept f.go (reviewed)", "r new f.go (x)"}; !reflect.DeepEqual(lines(b.Entries), want) {
		t.Errorf("%q", lines(b.Entries))
	}
}

// TestPart audits a folder below that of the file.
func TestPart(t *testing.T) {
	b := &Baseline{Entries: []Entry{{Rule: "r", Symbol: "a", Path: "x/f.go"}, {Rule: "r", Symbol: "b", Path: "y/f.go"}, {Rule: "r", Symbol: "c", Path: "y/f.go"}}}
	found := []result.Finding{finding("r", "b", "f.go"), finding("r", "a", "f.go")}
	a := b.Apply(of(found...), "y")
	if a.Known != 1 || found[0].Suppressed == nil || found[1].Suppressed != nil || len(a.Gone) != 1 || a.Gone[0].Symbol != "c" {
		t.Errorf("%+v, %+v", a, found)
	}
	b.Update(of(finding("r", "b", "f.go")), "y", "", false)
	if want := []string{"r a x/f.go ()", "r b y/f.go ()"}; !reflect.DeepEqual(lines(b.Entries), want) {
		t.Errorf("%q", lines(b.Entries))
	}
}

// TestUnseen keeps entries of code that could not be analysed, as where modules
// are missing: nobody has fixed anything there.
func TestUnseen(t *testing.T) {
	for _, c := range []struct {
		problem, entry string
		want           bool
	}{
		{"a/f.go", "a/g.go", true},
		{"a/f.go", "a/b/g.go", false},
		{"a/f.go", "a/g.rb", false},
		{"a/f.rb", "a/f.rb", true},
		{"a/f.rb", "a/g.rb", false},
		{"go.mod", "a/g.go", true},
		{"b/go.mod", "a/g.go", false},
		{"a", "a/b/g.rb", true},
		{".", "a/b/g.rb", true},
	} {
		r := of()
		r.Errors = []unit.Problem{{File: c.problem}}
		b := &Baseline{Entries: []Entry{{Rule: "r", Path: c.entry}}}
		if got := len(b.Apply(r, "").Gone) == 0; got != c.want {
			t.Errorf("%s with a problem at %s: not gone %v, want %v", c.entry, c.problem, got, c.want)
		}
		if _, gone := b.Update(r, "", "", true); (gone == 0) != c.want || (len(b.Entries) == 1) != c.want {
			t.Errorf("%s with a problem at %s: %d dropped", c.entry, c.problem, gone)
		}
	}
	b := &Baseline{Entries: []Entry{{Rule: "r", Path: "x/a/g.go"}}}
	r := of()
	r.Errors = []unit.Problem{{File: "a/f.go"}}
	if gone := b.Apply(r, "x").Gone; len(gone) != 0 {
		t.Errorf("below a prefix: %v", gone)
	}
}

func TestParseErrors(t *testing.T) {
	for _, c := range []struct{ content, want string }{
		{"", "b.yaml: the file is empty"},
		{"version: 2\nfindings: []\n", "b.yaml: version 2"},
		{"version: 1\nfinding: []\n", "b.yaml:2: field finding not found"},
		{"version: 1\nfindings:\n  - rule: [\n", "b.yaml:"},
		{"version: 1\nfindings:\n  - rule: r\n    line: 3\n", "b.yaml:4: field line not found"},
		{"version: 1\nfindings:\n  - rule: r\n    symbol: s\n", "rule and path are needed"},
		{"version: 1\nfindings:\n  - rule: r\n    path: ../f.go\n", "entry 1, r at ../f.go: the path is not"},
		{"version: 1\nfindings:\n  - rule: r\n    path: f.go\n    fingerprint: abc\n", "entry 1, r at f.go: the fingerprint"},
		{"<<<<<<< HEAD\nversion: 1\n", "b.yaml:"},
	} {
		if _, err := Parse("b.yaml", []byte(c.content)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v, want %q", c.content, err, c.want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("version: 1\nfindings:\n  - rule: r\n    symbol: s\n    path: f.go\n    fingerprint: " + result.Fingerprint("r", "s", "f.go") + "\n    reason: why\n"))
	f.Add([]byte("version: 1\nfindings: [{rule: &a r}, *a]\n"))
	f.Fuzz(func(t *testing.T, content []byte) {
		b, err := Parse("x", content)
		if err != nil {
			return
		}
		if again := written(t, b); !reflect.DeepEqual(lines(again.Entries), lines(b.Entries)) {
			t.Errorf("%q, then %q", lines(b.Entries), lines(again.Entries))
		}
	})
}
