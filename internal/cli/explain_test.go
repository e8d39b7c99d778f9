package cli

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stateaudit/stateaudit/internal/result"
)

// TestExplainFinding takes an id from an audit, as a reader of the table does.
func TestExplainFinding(t *testing.T) {
	_, out, _ := run("audit", "--offline", "--format", "json", sample("atlas"))
	var r result.Result
	if err := json.Unmarshal([]byte(out), &r); err != nil {
		t.Fatal(err)
	}
	for _, f := range r.Findings {
		if f.Rule != "session-in-process" {
			continue
		}
		code, out, errs := run("explain", "--offline", f.ID[:8], sample("atlas"))
		if code != exitOK {
			t.Fatal(errs)
		}
		for _, e := range f.Evidence {
			if !strings.Contains(out, e.Location.File) {
				t.Errorf("%s is not there:\n%s", e.Location.File, out)
			}
		}
		if !strings.Contains(out, "| SESSION_MIRROR = ") {
			t.Errorf("no source:\n%s", out)
		}
	}
	if code, _, errs := run("explain", "--offline", "00000000", sample("atlas")); code != exitUsage || !strings.Contains(errs, "no finding has this fingerprint") {
		t.Errorf("exit %d: %s", code, errs)
	}
}
