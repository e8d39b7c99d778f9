package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/unit"
)

func sarifOf(t *testing.T, r *result.Result, o Options) sarifRun {
	t.Helper()
	var b bytes.Buffer
	if err := writeSARIF(&b, r, o); err != nil {
		t.Fatal(err)
	}
	var log sarifLog
	if err := json.Unmarshal(b.Bytes(), &log); err != nil {
		t.Fatal(err)
	}
	return log.Runs[0]
}

// TestSchemaRefuses makes sure that the validation of the golden files can fail.
func TestSchemaRefuses(t *testing.T) {
	var b bytes.Buffer
	if err := writeSARIF(&b, awkward(), machine()); err != nil {
		t.Fatal(err)
	}
	schema := sarifSchemaFile(t)
	for _, c := range []struct{ old, broken string }{
		{`"level": "error"`, `"level": "fatal"`},
		{`"startLine": 4`, `"startLine": 0`},
		{`"columnKind"`, `"columnSort"`},
		{`services/my%20shop`, `services/my%2`},
	} {
		raw := strings.Replace(b.String(), c.old, c.broken, 1)
		if raw == b.String() {
			t.Fatalf("%s is not in the log", c.old)
		}
		v, err := jsonschema.UnmarshalJSON(strings.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		if schema.Validate(v) == nil {
			t.Errorf("%s passes", c.broken)
		}
	}
}

func TestSARIFLeavesOutSuppressed(t *testing.T) {
	r := awkward()
	r.Findings[0].Suppressed = &result.Suppression{Kind: result.InBaseline, Reason: "known"}
	plain, all := sarifOf(t, r, machine()), sarifOf(t, r, suppressed())
	if len(plain.Results) != len(r.Findings)-2 || len(all.Results) != len(r.Findings) {
		t.Fatalf("%d and %d results of %d", len(plain.Results), len(all.Results), len(r.Findings))
	}
	for i, want := range r.Findings {
		got := all.Results[i]
		switch {
		case want.Suppressed == nil && (len(got.Suppressions) != 0 || got.BaselineState != "new"):
			t.Errorf("%d: %+v, %s", i, got.Suppressions, got.BaselineState)
		case want.Suppressed != nil && want.Suppressed.Kind == result.InBaseline && (got.Suppressions[0].Kind != "external" || got.BaselineState != "unchanged"):
			t.Errorf("%d: %+v, %s", i, got.Suppressions, got.BaselineState)
		case want.Suppressed != nil && want.Suppressed.Kind == result.Inline && (got.Suppressions[0].Kind != "inSource" || got.BaselineState != "new"):
			t.Errorf("%d: %+v, %s", i, got.Suppressions, got.BaselineState)
		}
	}
}

// TestSARIFColumns counts UTF-16 units where a location counts bytes.
func TestSARIFColumns(t *testing.T) {
	r := empty()
	r.Findings = []result.Finding{{
		ID: "1", Rule: "r", Level: result.Note, Message: "m",
		Location: unit.Location{File: "a b:c.go", Line: 1, Column: 9, EndLine: 3, EndColumn: 13},
	}}
	run := sarifOf(t, r, Options{Source: func(string) ([]byte, error) { return []byte("ü😀 \tname = 1\n"), nil }})
	at := run.Results[0].Locations[0].Physical
	want := sarifRegion{StartLine: 1, StartColumn: 6, EndLine: 1, EndColumn: 10}
	if at.Region.Snippet == nil || at.Region.Snippet.Text != "name" {
		t.Errorf("snippet %+v", at.Region.Snippet)
	}
	at.Region.Snippet = nil
	if *at.Region != want || at.Artifact.URI != "a%20b%3Ac.go" {
		t.Errorf("%+v at %q, want %+v", *at.Region, at.Artifact.URI, want)
	}
}

func TestSARIFCodeFlow(t *testing.T) {
	r := empty()
	r.Findings = []result.Finding{{
		ID: "1", Rule: "r", Level: result.Note, Message: "m", Location: at("a.go", 1),
		Evidence: []result.Evidence{
			evidence(result.Declaration, result.Boot, "", "a.go", 1, ""),
			evidence(result.WriteAt, result.Serving, "store", "a.go", 9, "changed"),
			evidence(result.CallAt, result.Serving, "handler", "b.go", 3, "[x](y)"),
			evidence(result.CallAt, result.Serving, "service", "c.go", 4, ""),
			evidence(result.WriteAt, result.Serving, "other", "d.go", 5, ""),
		},
	}}
	run := sarifOf(t, r, Options{})
	var lines []int
	for _, step := range run.Results[0].CodeFlows[0].ThreadFlows[0].Locations {
		lines = append(lines, step.Location.Physical.Region.StartLine)
	}
	if fmt.Sprint(lines) != "[3 4 9]" {
		t.Errorf("steps at lines %v", lines)
	}
	text := run.Results[0].Message.Text
	if !strings.Contains(text, "[changed in `store`](1)") || !strings.Contains(text, `[\[x\](y)](2)`) {
		t.Error(text)
	}
	if n := len(run.Results[0].RelatedLocations); n != 4 {
		t.Errorf("%d related locations: the declaration is where the finding is", n)
	}
}

// TestSARIFLimits has more results than code scanning takes, and then more bytes.
func TestSARIFLimits(t *testing.T) {
	r := empty()
	for i := range maxResults + 10 {
		f := result.Finding{ID: fmt.Sprint(i), Rule: "r", Level: result.Note, Message: "m", Location: at(fmt.Sprintf("%d.go", i), 1)}
		if i >= maxResults {
			f.Level = result.Error
		}
		r.Findings = append(r.Findings, f)
	}
	run := sarifOf(t, r, Options{})
	errors := 0
	for _, got := range run.Results {
		if got.Level == "error" {
			errors++
		}
	}
	if len(run.Results) != maxResults || errors != 10 {
		t.Errorf("%d results, %d errors", len(run.Results), errors)
	}
	n := run.Invocations[0].Notifications
	if len(n) != 1 || !strings.Contains(n[0].Message.Text, "5000 most severe of 5010") {
		t.Errorf("%+v", n)
	}
}

func TestSARIFSize(t *testing.T) {
	s := newSARIF(awkward(), machine())
	full, _ := s.log(s.wanted(), "")
	s.plain = true
	plain, _ := s.log(s.wanted(), "")
	s.bare = true
	bare, _ := s.log(s.wanted(), "")
	if len(full) <= len(plain) || len(plain) <= len(bare) {
		t.Errorf("%d, %d, %d bytes", len(full), len(plain), len(bare))
	}
	if bytes.Contains(plain, []byte("snippet")) || bytes.Contains(bare, []byte("relatedLocations")) {
		t.Error("something was not left out")
	}
	if !strings.Contains(cutText(2, 1, true, true), "Evidence and code snippets") {
		t.Error(cutText(2, 1, true, true))
	}
	if z := zipped(bytes.Repeat([]byte("a"), maxZipped+1)); z == 0 || z > 1<<20 {
		t.Errorf("%d bytes zipped", z)
	}
}

// TestHostileText checks what each format must not pass on as it came.
func TestHostileText(t *testing.T) {
	r := empty()
	r.Findings = []result.Finding{
		{ID: "1", Rule: "r", Level: result.Warning, Symbol: "=cmd()", Message: "a%0A::error::x\n::error::y @team <b> [l](u) `c|d`", Location: at("a,b:c.go", 1)},
		{ID: "1", Rule: "r", Level: result.Warning, Symbol: "s", Message: "odd ` tick", Location: at("a.go", 1)},
	}
	for _, c := range []struct {
		format    string
		want, not []string
	}{
		{"github", []string{"file=a%2Cb%3Ac.go", "a%250A::error::x ::error::y"}, []string{"\n::error"}},
		{"csv", []string{"'=cmd()"}, []string{",=cmd"}},
		{"markdown", []string{"&#64;team &lt;b&gt; \\[l\\](u) `c|d`", "odd ' tick"}, []string{"<b>"}},
		{"gitlab", []string{`"fingerprint": "1"`, `"fingerprint": "1-2"`}, nil},
		{"sarif", []string{`\\[l\\](u)`}, nil},
	} {
		f, _ := Named(c.format)
		var b bytes.Buffer
		if err := f.Write(&b, r, Options{}); err != nil {
			t.Fatal(err)
		}
		for _, s := range c.want {
			if !strings.Contains(b.String(), s) {
				t.Errorf("%s lacks %s:\n%s", c.format, s, b.String())
			}
		}
		for _, s := range c.not {
			if strings.Contains(b.String(), s) {
				t.Errorf("%s has %s:\n%s", c.format, s, b.String())
			}
		}
	}
}
