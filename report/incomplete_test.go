package report

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// TestTableEndsWithWhatFailed holds the last line of the table, which is all that
// many readers see.
func TestTableEndsWithWhatFailed(t *testing.T) {
	for name, c := range map[string]struct {
		problems []unit.Problem
		want     bool
	}{
		"a bug":   {[]unit.Problem{{File: ".", Kind: unit.Bug, Message: "bug in stateaudit: ranking panicked"}}, true},
		"source":  {[]unit.Problem{{File: "a.rb", Line: 1, Message: "syntax error"}}, false},
		"nothing": {nil, false},
	} {
		r := empty()
		r.Errors = c.problems
		var b bytes.Buffer
		if err := writeTable(&b, r, Options{}); err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSpace(b.String()), "\n")
		tail := strings.Join(lines[max(0, len(lines)-3):], "\n")
		if got := strings.Contains(tail, "INCOMPLETE: 1 step of the audit failed"); got != c.want {
			t.Errorf("%s: the last lines say so: %v\n%s", name, got, tail)
		}
	}
}
