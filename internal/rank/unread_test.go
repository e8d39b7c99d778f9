package rank_test

import (
	"context"
	"testing"

	"github.com/stateaudit/stateaudit/internal/audit"
	"github.com/stateaudit/stateaudit/internal/config"
	"github.com/stateaudit/stateaudit/internal/testtree"
)

// TestTablesThatAreNotUnderstood holds that a domain whose statements are computed gets
// no place: its coupling of 1 would only say that nothing was read. One of which a part
// is understood keeps its place, and tells how much is not.
func TestTablesThatAreNotUnderstood(t *testing.T) {
	handler := func(pkg, body string) string {
		return "package " + pkg + "\n\nimport (\n\t\"database/sql\"\n\t\"net/http\"\n)\n\nvar DB *sql.DB\n\nfunc statement(n int) string { return string(rune(n)) }\n\n" + body
	}
	root := t.TempDir()
	testtree.Write(t, root, map[string]string{
		"go.mod":             "module example.com/x\n\ngo 1.22\n",
		"main.go":            "package main\n\nimport (\n\t\"net/http\"\n\n\t\"example.com/x/billing\"\n\t\"example.com/x/orders\"\n\t\"example.com/x/users\"\n)\n\nfunc main() {\n\thttp.HandleFunc(\"/o\", orders.Show)\n\thttp.HandleFunc(\"/b\", billing.Show)\n\thttp.HandleFunc(\"/u\", users.Show)\n\thttp.ListenAndServe(\":80\", nil)\n}\n",
		"orders/orders.go":   handler("orders", "func Show(w http.ResponseWriter, r *http.Request) {\n\tDB.Exec(\"UPDATE orders SET seen = true\")\n}\n"),
		"billing/billing.go": handler("billing", "func Show(w http.ResponseWriter, r *http.Request) {\n\tDB.Query(statement(3))\n}\n"),
		"users/users.go":     handler("users", "func Show(w http.ResponseWriter, r *http.Request) {\n\tDB.Query(\"SELECT * FROM users\")\n\tlist()\n}\n\nfunc list() { DB.Query(statement(4)) }\n"),
	})
	declared := &config.Config{Domains: []config.Domain{{Name: "orders", Paths: []string{"orders"}}, {Name: "billing", Paths: []string{"billing"}}, {Name: "users", Paths: []string{"users"}}}}
	out, err := audit.Study(context.Background(), audit.Options{Root: root, Offline: true, Config: declared})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]struct {
		unread int
		blind  bool
	}{"orders": {0, false}, "billing": {1, true}, "users": {1, false}} {
		c := out.Ranking.Candidate(name)
		if c == nil || len(c.Unread) != want.unread || c.Blind != want.blind {
			t.Errorf("%s: %+v, want %+v", name, c, want)
		}
	}
	if last := out.Ranking.Candidates[2]; last.Domain.Name != "billing" {
		t.Errorf("%s is last", last.Domain.Name)
	}
	if out.Ranking.Candidate("billing").Inputs()["tablesNotUnderstood"] != 1 {
		t.Error("the inputs do not say so")
	}
}
