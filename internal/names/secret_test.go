package names

import "testing"

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
		if got := Secret(c.name, c.typ); got != c.want {
			t.Errorf("%s (%s): %v", c.name, c.typ, got)
		}
	}
}
