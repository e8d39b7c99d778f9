package ruby

import (
	"regexp"
	"strings"
)

// drawn is the choice of a value that each process draws for itself.
const drawn = "drawn_at_boot"

// draws tells the calls that draw a random value.
func draws(constant, name string) bool {
	switch strings.TrimPrefix(constant, "::") {
	case "SecureRandom", "OpenSSL::Random", "Random":
		return true
	case "Devise":
		return name == "friendly_token"
	case "OpenSSL::PKey::RSA", "OpenSSL::PKey::EC", "Ed25519::SigningKey":
		return name == "generate"
	}
	return false
}

// drawsKey tells a key that is made of so many bits: of a text, the same call reads one.
func (f *file) drawsKey(c send) bool {
	return c.name == "new" && strings.TrimPrefix(f.constantName(c.receiver), "::") == "OpenSSL::PKey::RSA" && len(c.args) > 0 && c.args[0].Is("integer")
}

// reference writes a chain of names and keys that starts at a constant or at a
// configuration file: Settings.cache.store, config_for(cache).store. It is empty
// for other expressions.
func (f *file) reference(n *node, follow int) string {
	if n == nil || follow <= 0 {
		return ""
	}
	switch n.Kind {
	case "constant", "scope_resolution":
		name := f.constantName(n)
		if follow == 1 {
			return name
		}
		if list := f.assigned(name); len(list) == 1 {
			if ref := f.reference(list[0].node, follow-1); strings.HasPrefix(ref, configFor) {
				return ref
			}
		}
		return name
	case "identifier":
		if follow == 1 {
			return ""
		}
		if list := f.assigned(f.text(n)); len(list) == 1 {
			return f.reference(list[0].node, follow-1)
		}
		if list := f.results(f.text(n)); len(list) == 1 {
			return f.reference(list[0].node, follow-1)
		}
	case "element_reference":
		if len(n.Kids) == 2 {
			object := f.reference(n.Child("object"), follow)
			if f.namesEnvironment(n.Kids[1]) {
				return object
			}
			return chain(object, f.symbolText(n.Kids[1]))
		}
	case "call":
		return f.called(f.sendOf(n), follow)
	}
	return ""
}

// configFor begins a reference to a file of settings, which is named in brackets.
const configFor = "config_for("

// settingsFile is the name of the file of settings that a reference begins at, "" for
// others.
func settingsFile(ref string) string {
	name, ok := strings.CutPrefix(ref, configFor)
	if !ok {
		return ""
	}
	name, _, _ = strings.Cut(name, ")")
	return name
}

// yamlFile matches the name of a file of settings in the call that loads it.
var yamlFile = regexp.MustCompile(`["'/](\w+)\.ya?ml(?:\.erb)?["']`)

// called is the reference that a call is: the reading of a file, or of a key.
func (f *file) called(c send, follow int) string {
	switch {
	case c.name == "config_for" && len(c.args) > 0:
		if name := f.symbolText(c.args[0]); name != "" {
			return configFor + name + ")"
		}
	case (strings.HasPrefix(c.name, "load") || strings.HasSuffix(c.name, "load") || strings.HasSuffix(c.name, "load_file")) && c.receiver != nil:
		if m := yamlFile.FindStringSubmatch(f.text(c.n)); m != nil {
			return configFor + m[1] + ")"
		}
	case (c.name == "fetch" || c.name == "[]" || c.name == "dig" || c.name == "get") && len(c.args) > 0:
		out := f.reference(c.receiver, follow)
		for _, arg := range c.args {
			if key := f.symbolText(arg); key != "" {
				out = chain(out, key)
			}
		}
		return out
	case keeps(c.name), opens(c.name):
		return f.reference(c.receiver, follow)
	case len(c.args) == 0 && c.receiver == nil && follow > 1:
		if list := f.results(c.name); len(list) == 1 {
			return f.reference(list[0].node, follow-1)
		}
	case len(c.args) == 0:
		return chain(f.reference(c.receiver, follow), c.name)
	}
	return ""
}

// opens tells the calls behind which the keys of an object of settings are read.
func opens(name string) bool {
	switch name {
	case "new", "instance", "deep_symbolize_keys", "with_indifferent_access", "to_h", "to_hash", "ostruct", "deep_dup", "present?":
		return true
	}
	return false
}

func chain(head, step string) string {
	if head == "" || step == "" {
		return ""
	}
	return head + "." + step
}
