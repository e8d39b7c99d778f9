package report

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/stateaudit/stateaudit/internal/result"
)

// past is a history with all that one can have.
func past() *result.History {
	all := awkward().Findings
	h := &result.History{
		SchemaVersion: result.SchemaVersion, Tool: result.Tool{Name: "stateaudit", Version: "v1"}, Every: result.Releases, Shallow: true,
		Points: []result.Point{
			{Name: "v0.9", Commit: "a", Date: "2024-01-01", Failure: "git ls-tree: not a \x1btree"},
			{Name: "v1.0", Commit: "b", Date: "2024-02-01", ByLevel: map[string]int{"error": 1, "note": 1}, NotAnalysed: 2},
			{Name: "v1.1", Commit: "c", Date: "2024-03-01", ByLevel: map[string]int{"warning": 1, "note": 2}, Came: 2, Went: 1},
			{Name: "HEAD", Commit: "d", Date: "2024-04-01", ByLevel: map[string]int{"error": 1, "warning": 1, "note": 1}, Came: 1, Went: 1},
		},
		Findings: []result.Lifetime{
			{Finding: all[0], Periods: []result.Period{{Came: "v1.0", Went: "HEAD"}}},
			{Finding: all[1], Periods: []result.Period{{Came: "v1.1"}}},
			{Finding: all[2], Periods: []result.Period{{Came: "v1.0", Went: "v1.1"}, {Came: "HEAD"}}},
		},
		Domains: []result.Growth{
			{Name: "billing", Sizes: []result.Size{{Point: "v1.0", Files: 2, Lines: 40, Findings: 1}, {Point: "HEAD", Files: 5, Lines: 140, Findings: 2}}},
			{Name: "gone", Sizes: []result.Size{{Point: "v1.0", Files: 2, Lines: 30, Findings: 0}, {Point: "v1.1", Files: 2, Lines: 20, Findings: 0}}},
			{Name: "new", Sizes: []result.Size{{Point: "v1.1", Files: 1, Lines: 10, Findings: 0}, {Point: "HEAD", Files: 30, Lines: 1010, Findings: 0}}},
		},
	}
	h.Complete()
	return h
}

func TestHistory(t *testing.T) {
	for file, o := range map[string]Options{"history.txt": {}, "history-notes.txt": {Notes: true}} {
		var b bytes.Buffer
		if err := WriteHistory(&b, past(), o); err != nil {
			t.Fatal(err)
		}
		compare(t, filepath.Join("testdata", file), b.Bytes())
	}
	var page bytes.Buffer
	if err := writeHTML(&page, awkward(), Options{History: past()}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`href="#history"`, "4 revisions: 3 came, 2 went, 2 there now", "could not be audited: git ls-tree: not a \\u001btree", `<span class="soft">since v1.0</span>`, `<td class="n">10 → 1010</td>`} {
		if !strings.Contains(page.String(), want) {
			t.Errorf("the page has no %s", want)
		}
	}
	var b bytes.Buffer
	if err := WriteHistoryJSON(&b, past()); err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(&b)
	if err != nil {
		t.Fatal(err)
	}
	if err := schemaNamed(t, "history.schema.json").Validate(doc); err != nil {
		t.Error(err)
	}
}
