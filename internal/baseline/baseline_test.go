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
	if c := b.Update(of(finding("r", "b", "d/g.go"), known), Scope{}, Policy{Reason: "why"}); c != (Changes{Added: 2}) {
		t.Errorf("%+v", c)
	}
	again := written(t, &b)
	if want := []string{"r " + known.Symbol + " d/f.go (why)", "r b d/g.go (why)"}; !reflect.DeepEqual(lines(again.Entries), want) {
		t.Errorf("%q", lines(again.Entries))
	}
	found := []result.Finding{known, finding("r", "new", "d/f.go")}
	found = append(found, finding("r", "b", "d/h.go")) // moved
	a := again.Apply(of(found...), Scope{})
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
	if c := pruned.Update(of(found...), Scope{}, Policy{Reason: "x", Prune: true, Force: true}); c != (Changes{Gone: 1}) {
		t.Errorf("prune: %+v", c)
	}
	if want := []string{"r moved e.go (reviewed)", "r kept f.go (reviewed)"}; !reflect.DeepEqual(lines(pruned.Entries), want) {
		t.Errorf("prune: %q", lines(pruned.Entries))
	}
	if c := b.Update(of(found...), Scope{}, Policy{Reason: "x", Force: true}); c != (Changes{Added: 1, Gone: 1}) {
		t.Errorf("%+v", c)
	}
	if want := []string{"r moved e.go (reviewed)", "r kept f.go (reviewed)", "r new f.go (x)"}; !reflect.DeepEqual(lines(b.Entries), want) {
		t.Errorf("%q", lines(b.Entries))
	}
}

// TestPart audits a folder below that of the file.
func TestPart(t *testing.T) {
	b := &Baseline{Entries: []Entry{{Rule: "r", Symbol: "a", Path: "x/f.go"}, {Rule: "r", Symbol: "b", Path: "y/f.go"}, {Rule: "r", Symbol: "c", Path: "y/f.go"}}}
	found := []result.Finding{finding("r", "b", "f.go"), finding("r", "a", "f.go")}
	a := b.Apply(of(found...), Scope{Prefix: "y"})
	if a.Known != 1 || found[0].Suppressed == nil || found[1].Suppressed != nil || len(a.Gone) != 1 || a.Gone[0].Symbol != "c" {
		t.Errorf("%+v, %+v", a, found)
	}
	b.Update(of(finding("r", "b", "f.go")), Scope{Prefix: "y"}, Policy{})
	if want := []string{"r a x/f.go ()", "r b y/f.go ()"}; !reflect.DeepEqual(lines(b.Entries), want) {
		t.Errorf("%q", lines(b.Entries))
	}
}

// TestOnlyWhatWasLookedAt neither tells of nor drops entries of files that an
// audit was not about, and adds none there.
func TestOnlyWhatWasLookedAt(t *testing.T) {
	scope := Scope{Seen: func(file string) bool { return strings.HasPrefix(file, "y/") }}
	b := &Baseline{Entries: []Entry{{Rule: "r", Symbol: "a", Path: "x/f.go"}, {Rule: "r", Symbol: "b", Path: "y/f.go"}}}
	if gone := b.Apply(of(), scope).Gone; len(gone) != 1 || gone[0].Symbol != "b" {
		t.Errorf("gone: %v", gone)
	}
	if c := b.Update(of(finding("r", "new", "x/g.go"), finding("r", "new", "y/g.go")), scope, Policy{Reason: "x"}); c != (Changes{Added: 1, Gone: 1}) {
		t.Errorf("%+v", c)
	}
	if want := []string{"r a x/f.go ()", "r new y/g.go (x)"}; !reflect.DeepEqual(lines(b.Entries), want) {
		t.Errorf("%q", lines(b.Entries))
	}
}

// TestReasonsStay drops no reason that somebody has written unless it is told to.
func TestReasonsStay(t *testing.T) {
	for _, c := range []struct {
		reason string
		policy Policy
		want   Changes
	}{
		{"see ADR 12", Policy{}, Changes{Reasoned: 1}},
		{"see ADR 12", Policy{Prune: true}, Changes{Reasoned: 1}},
		{"see ADR 12", Policy{Prune: true, Force: true}, Changes{Gone: 1}},
		{NotReviewed, Policy{Prune: true}, Changes{Gone: 1}},
		{"", Policy{Prune: true}, Changes{Gone: 1}},
	} {
		b := &Baseline{Entries: []Entry{{Rule: "r", Symbol: "a", Path: "f.go", Reason: c.reason}}}
		if got := b.Update(of(), Scope{}, c.policy); got != c.want || len(b.Entries) != c.want.Reasoned {
			t.Errorf("%q with %+v: %+v, %d left", c.reason, c.policy, got, len(b.Entries))
		}
	}
}

// TestElsewhere reads a baseline of a folder from the root above it.
func TestElsewhere(t *testing.T) {
	b := &Baseline{}
	b.Update(of(finding("r", "a", "f.go")), Scope{}, Policy{Reason: "why"})
	above := b.Under("x/y")
	if a := above.Apply(of(finding("r", "a", "x/y/f.go")), Scope{}); a.Known != 1 {
		t.Errorf("%+v", a)
	}
	if got := written(t, above.From("x/y")); !reflect.DeepEqual(got, b) {
		t.Errorf("%+v, want %+v", got, b)
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
		if got := len(b.Apply(r, Scope{}).Gone) == 0; got != c.want {
			t.Errorf("%s with a problem at %s: not gone %v, want %v", c.entry, c.problem, got, c.want)
		}
		if got := b.Update(r, Scope{}, Policy{Prune: true}); (got.Gone == 0) != c.want || (len(b.Entries) == 1) != c.want {
			t.Errorf("%s with a problem at %s: %d dropped", c.entry, c.problem, got.Gone)
		}
	}
	b := &Baseline{Entries: []Entry{{Rule: "r", Path: "x/a/g.go"}}}
	r := of()
	r.Errors = []unit.Problem{{File: "a/f.go"}}
	if gone := b.Apply(r, Scope{Prefix: "x"}).Gone; len(gone) != 0 {
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
