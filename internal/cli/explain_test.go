package cli

import (
	"encoding/json"
	"path/filepath"
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

// TestExplainBesideTheBorder asks for a domain in a repository with a history and owners,
// and in a folder without.
func TestExplainBesideTheBorder(t *testing.T) {
	files := map[string]string{
		"go.mod":                    "module example.com/x\n\ngo 1.26\n",
		"CODEOWNERS":                "/internal/orders/ @shop/sales\n",
		"cmd/x/main.go":             "package main\n\nimport (\n\t\"net/http\"\n\n\t\"example.com/x/internal/mails\"\n\t\"example.com/x/internal/orders\"\n)\n\nfunc main() {\n\thttp.HandleFunc(\"/orders\", orders.Serve)\n\thttp.HandleFunc(\"/mails\", mails.Serve)\n\thttp.ListenAndServe(\":80\", nil)\n}\n",
		"internal/orders/orders.go": "package orders\n\nimport (\n\t\"net/http\"\n\n\t\"example.com/x/internal/mails\"\n)\n\nfunc Serve(w http.ResponseWriter, r *http.Request) { mails.Send(r.URL.Path) }\n",
		"internal/mails/mails.go":   "package mails\n\nimport \"net/http\"\n\nvar sent = map[string]int{}\n\nfunc Send(to string) { sent[to]++ }\n\nfunc Serve(w http.ResponseWriter, r *http.Request) { Send(\"me\") }\n",
	}
	root := checkoutOf(t, files)
	if code, out, errs := run("explain", "--offline", "orders", root); code != exitOK || strings.Contains(out, "beside the border") && strings.Contains(out, "changed by") {
		t.Errorf("without a history: exit %d: %s%s", code, out, errs)
	}
	git(t, root, "init", "-q")
	for range 2 {
		put(t, filepath.Join(root, "internal/orders/orders.go"), files["internal/orders/orders.go"]+"\n// again\n")
		git(t, root, "add", "-A")
		git(t, root, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "x", "--allow-empty")
	}
	code, out, errs := run("explain", "--offline", "orders", root)
	if code != exitOK || !strings.Contains(out, "changed by 1 commit, together with mails 1") || !strings.Contains(out, "its files belong to @shop/sales 1") {
		t.Errorf("exit %d: %s%s", code, out, errs)
	}
}
