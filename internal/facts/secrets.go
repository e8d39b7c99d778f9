package facts

import (
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// secrets are the columns that classes of Ruby declare to be kept from readers of
// the database, by the class or module in whose body they say so.
func secrets(p *program.Program) map[string]map[string]bool {
	out := map[string]map[string]bool{}
	for _, fn := range p.Functions() {
		if fn.Language != unit.Ruby || fn.Owner == "" || fn.Test {
			continue
		}
		for i := range fn.Calls {
			for _, column := range declaredSecret(&fn.Calls[i]) {
				if out[fn.Owner] == nil {
					out[fn.Owner] = map[string]bool{}
				}
				out[fn.Owner][column] = true
			}
		}
	}
	return out
}

// declaredSecret lists the attributes and columns that a macro makes secret: those
// of Rails, and of the libraries that encrypt columns.
func declaredSecret(c *unit.Call) []string {
	if c.Receiver != nil && c.Receiver.Text != "self" {
		return nil
	}
	var named []string
	for i := range c.Args {
		if name, ok := literal(&c.Args[i]); ok {
			named = append(named, name)
		}
	}
	switch c.Name {
	case "encrypts", "attr_encrypted", "has_encrypted", "lockbox_encrypts", "vault_attribute", "crypt_keeper", "encrypted_attribute", "kms_attr":
		for _, n := range slices.Clone(named) {
			named = append(named, n+"_ciphertext", "encrypted_"+n)
		}
		return named
	case "has_secure_password":
		if len(named) == 0 {
			named = []string{"password"}
		}
		for _, n := range slices.Clone(named) {
			named = append(named, n+"_digest", n+"_confirmation", n+"_challenge")
		}
		return named
	case "has_secure_token":
		if len(named) == 0 {
			return []string{"token"}
		}
		return named
	}
	return nil
}

// SecretColumn tells whether a model of a table, what it inherits from or what it
// includes, declares a column to be secret.
func (f *Facts) SecretColumn(table, column string) bool {
	for _, m := range f.Models {
		if m.Table == table && f.secretIn(m.Class, column, 0) {
			return true
		}
	}
	return false
}

func (f *Facts) secretIn(class, column string, depth int) bool {
	if f.secrets[class][column] {
		return true
	}
	t := f.Program.Type(class)
	if t == nil || depth > 8 {
		return false
	}
	return slices.ContainsFunc(t.Supers, func(s string) bool {
		name := superName(s)
		if f.Program.Type(name) == nil { // as written inside a namespace
			if i := strings.LastIndex(class, "::"); i >= 0 {
				name = class[:i] + "::" + name
			}
		}
		return name != class && f.secretIn(name, column, depth+1)
	})
}
