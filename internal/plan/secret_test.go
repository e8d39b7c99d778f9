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

func TestSecret(t *testing.T) {
	for _, c := range []struct {
		name, typ string
		want      bool
	}{
		{"application.client_secret", "string", true}, {"user.password_digest", "string", true}, {"user.reset_password_token", "varchar", true}, {"user.otp_code", "integer", true},
		{"session.session_id", "string", true}, {"user.encrypted_ssn", "text", true}, {"key.private_key", "text", true}, {"webhook.apikey", "string", true}, {"app.clientsecret", "string", true},
		{"user.backup_codes", "text", true}, {"integration.credentials.value", "string", true}, {"value", "config.Secret", true}, {"config", "*auth.AccessToken", true}, {"card.number_ciphertext", "text", true},
		{"user.password_changed_at", "datetime", false}, {"usage.tokens", "integer", false}, {"token.id", "bigint", false}, {"user.has_password", "boolean", false}, {"order.total", "decimal", false},
		{"order.key", "string", false}, {"user.email", "string", false}, {"token_count", "int", false}, {"order.secretary", "string", false}, {"user.opinion", "string", false}, {"place.spinner", "string", false},
	} {
		if got := plan.Secret(c.name, c.typ); got != c.want {
			t.Errorf("%s (%s): %v", c.name, c.typ, got)
		}
	}
}

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
