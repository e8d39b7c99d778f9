package cli

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestEvents(t *testing.T) {
	code, out, errs := run("events", "--offline", sample("atlas"))
	if code != exitOK || !strings.HasPrefix(out, "Messages: ") {
		t.Fatalf("exit %d: %s%s", code, out, errs)
	}
	code, out, errs = run("events", "--offline", "--json", sample("atlas"))
	var got struct {
		Messages []struct {
			Name       string
			Job        bool
			Attributes []string
		}
		Remarks []struct{ Fault, Why string }
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil || code != exitOK || len(got.Messages) == 0 {
		t.Fatalf("exit %d, %v: %s%s", code, err, out, errs)
	}
	for _, r := range got.Remarks {
		if r.Why == "" {
			t.Errorf("%s says not why", r.Fault)
		}
	}
}

func TestNoEvents(t *testing.T) {
	code, out, errs := run("events", "--offline", t.TempDir())
	if code != exitUsage || out != "" {
		t.Errorf("exit %d for an empty folder: %s%s", code, out, errs)
	}
}
