package plan_test

import (
	"context"
	"slices"
	"testing"

	"github.com/stateaudit/stateaudit/internal/audit"
	"github.com/stateaudit/stateaudit/internal/config"
	"github.com/stateaudit/stateaudit/internal/plan"
	"github.com/stateaudit/stateaudit/internal/ruletest"
)

// TestContractsCarryNoSecrets holds contracts against what their consumers read:
// secrets are named as left out and are in no payload.
func TestContractsCarryNoSecrets(t *testing.T) {
	for _, c := range []struct {
		file          string
		domains       []config.Domain
		carried, left []string
	}{
		{"testdata/secrets_rails.txtar",
			[]config.Domain{{Name: "mail", Paths: []string{"app/services/letters", "app/models/letters"}}, {Name: "accounts", Paths: []string{"app/models/accounts", "app/models/concerns", "app/controllers"}}},
			[]string{"account.email", "account.id", "account.password_changed_at", "account.plan", "account.tokens_used"},
			[]string{"account.client_secret", "account.reference", "account.shared", "account.vat"}},
		{"testdata/secrets_go.txtar",
			[]config.Domain{{Name: "mail", Paths: []string{"internal/mail"}}, {Name: "orders", Paths: []string{"internal/orders"}}},
			[]string{"user", "app.title", "app.token_count"},
			[]string{"reset_token", "app.api_key", "app.client_secret"}},
	} {
		out, err := audit.Study(context.Background(), audit.Options{Root: ruletest.Extract(t, c.file), Config: &config.Config{Domains: c.domains}, Offline: true})
		if err != nil {
			t.Fatal(err)
		}
		events := plan.Events(out.Ranking, out.Ranking.Candidate("mail"))
		if len(events) != 1 {
			t.Fatalf("%s: %d events: %+v", c.file, len(events), events)
		}
		var carried []string
		for _, f := range events[0].Payload {
			carried = append(carried, f.Name)
		}
		if !slices.Equal(carried, c.carried) || !slices.Equal(events[0].LeftOut, c.left) {
			t.Errorf("%s: the contract has %q and leaves out %q", c.file, carried, events[0].LeftOut)
		}
	}
}
