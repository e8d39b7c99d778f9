package rank_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stateaudit/stateaudit/internal/audit"
	"github.com/stateaudit/stateaudit/internal/config"
	"github.com/stateaudit/stateaudit/internal/testtree"
)

// TestDegenerateTreesHaveNothingToRank holds what is said of programs from which
// nothing can be taken out.
func TestDegenerateTreesHaveNothingToRank(t *testing.T) {
	declared := &config.Config{Domains: []config.Domain{{Name: "orders", Paths: []string{"orders"}}, {Name: "users", Paths: []string{"users"}}}}
	gomod := "module example.com/x\n\ngo 1.22\n"
	for name, c := range map[string]struct {
		files map[string]string
		want  string
	}{
		"one domain": {map[string]string{"go.mod": gomod, "orders/main.go": "package main\n\nfunc main() {}\n"}, "nothing"},
		"library": {map[string]string{
			"go.mod": gomod, "orders/orders.go": "package orders\n\ntype Order struct{ ID int }\n\nfunc Total(o Order) int { return o.ID }\n", "users/users.go": "package users\n\ntype User struct{ ID int }\n\nfunc Age(u User) int { return u.ID }\n",
			"billing/billing.go": "package billing\n\ntype Bill struct{ ID int }\n\nfunc Sum(b Bill) int { return b.ID }\n",
		}, "this is a library or a command-line tool"},
	} {
		root := t.TempDir()
		testtree.Write(t, root, c.files)
		out, err := audit.Study(context.Background(), audit.Options{Root: root, Offline: true, Config: declared})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if why := out.Ranking.NothingToRank(); why == "" || !strings.Contains(why, c.want) {
			t.Errorf("%s: %q, want %q; domains %v", name, why, c.want, len(out.Ranking.Candidates))
		}
	}
}
