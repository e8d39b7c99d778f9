package names

import (
	"slices"
	"strings"
)

// Secret tells attributes that nobody but their owner may know, by their name and
// type: passwords, keys, tokens, one-time codes, and what is encrypted or a digest
// of such. They go into no event, since a broker keeps what it carries and hands it
// to whoever listens. It errs on the side of leaving out: what is left out is named.
func Secret(name, typ string) bool {
	if secretType(typ) {
		return true
	}
	parts := strings.Split(name, ".")
	words := Tokens(parts[len(parts)-1])
	if slices.ContainsFunc(parts[:len(parts)-1], func(p string) bool { return p == "credentials" || p == "secrets" }) {
		return true
	}
	if len(words) == 0 || strings.HasSuffix(strings.Join(words, "_"), "session_id") {
		return len(words) > 0
	}
	if aboutSecrets(words[len(words)-1]) || harmlessType(typ, words) {
		return false
	}
	return slices.ContainsFunc(words, secretWord) || secretPhrase("_"+strings.Join(words, "_")+"_")
}

// aboutSecrets tells the last words of what is only told of a secret: its age,
// its number, the ID of its row.
func aboutSecrets(last string) bool {
	switch last {
	case "at", "on", "id", "ids", "count", "counts", "type", "kind", "name", "expiry", "expires", "ttl", "length", "enabled", "required", "limit", "attempts", "version", "status", "used", "usage", "budget":
		return true
	}
	return false
}

// harmlessType tells values that hold too little to be a secret: flags and times,
// and numbers, unless they are codes that people type.
func harmlessType(typ string, words []string) bool {
	t, _, _ := strings.Cut(strings.ToLower(strings.TrimLeft(typ, "*[]")), "(")
	switch t {
	case "boolean", "bool", "datetime", "timestamp", "timestamptz", "date", "time.time", "time.duration":
		return true
	case "bigint", "integer", "int", "int32", "int64", "uint", "uint32", "uint64", "smallint", "float", "float64", "decimal", "numeric":
		return !slices.ContainsFunc(words, func(w string) bool {
			return slices.Contains([]string{"otp", "totp", "pin", "passcode", "cvv", "cvc", "mfa"}, w)
		})
	}
	return false
}

// secretWord tells words that stand for a secret wherever they occur.
func secretWord(w string) bool {
	switch w {
	case "password", "passwords", "passwd", "passphrase", "passcode", "pwd", "secret", "secrets", "token", "tokens", "jwt", "salt", "otp", "totp", "mfa",
		"credential", "credentials", "pin", "cvv", "cvc", "ciphertext", "encrypted", "seed", "mnemonic", "keystore", "privkey", "apikey", "nonce":
		return true
	}
	// Words that are written in one: clientsecret, accesstoken.
	for _, end := range []string{"password", "passwd", "secret", "token", "apikey", "privatekey", "secretkey"} {
		if strings.HasSuffix(w, end) {
			return true
		}
	}
	return false
}

// secretPhrase tells words that stand for a secret next to each other. The name
// begins and ends with an underscore.
func secretPhrase(name string) bool {
	return slices.ContainsFunc([]string{
		"_api_key_", "_access_key_", "_private_key_", "_signing_key_", "_encryption_key_", "_master_key_", "_license_key_", "_auth_key_", "_hmac_key_", "_ssh_key_", "_session_key_",
		"_session_cookie_", "_backup_code_", "_backup_codes_", "_recovery_code_", "_recovery_codes_", "_verification_code_", "_confirmation_code_", "_auth_code_", "_authorization_code_", "_security_code_", "_security_answer_",
		"_card_number_", "_account_number_enc_", "_enc_iv_", "_pass_hash_", "_bidx_",
	}, func(phrase string) bool { return strings.Contains(name, phrase) })
}

// secretType tells types that are made for secrets: config.Secret, token.AccessToken,
// and columns that the database encrypts.
func secretType(typ string) bool {
	t := strings.TrimLeft(typ, "*[]")
	t = t[strings.LastIndexAny(t, "./")+1:]
	if t == "" || t[0] < 'A' || t[0] > 'Z' {
		return slices.Contains([]string{"encrypted", "ciphertext", "password", "secret"}, strings.ToLower(t))
	}
	words := Tokens(t)
	return slices.ContainsFunc(words, func(w string) bool {
		return slices.Contains([]string{"secret", "password", "passphrase", "credential", "credentials", "token", "encrypted"}, w)
	})
}
