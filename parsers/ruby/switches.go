package ruby

import (
	"path"
	"regexp"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// switchLine matches a line that switches something on or off: config.assets.compile
// = false. Lines that set it to anything else, or below a condition, match without.
var (
	switchLine = regexp.MustCompile(`^(\s*)config\.([a-z_.]+)\s*=\s*(.*)$`)
	indented   = regexp.MustCompile(`^\s*(?:if|unless|case|else|elsif|when)\b`)
)

// survey reads what production's configuration switches on and off, so that code
// which asks for it can be told from code that production never runs.
func survey(files []string, read func(string) []byte) func(string, []byte) *unit.Unit {
	switches := map[string]bool{}
	unclear := map[string]bool{}
	for _, pass := range []string{"config/application.rb", "config/environments/production.rb"} {
		for _, f := range files {
			if f == pass {
				readSwitches(string(read(f)), switches, unclear)
			}
		}
	}
	for _, f := range files {
		if strings.HasPrefix(f, "config/") && path.Dir(f) == "config/initializers" {
			others := map[string]bool{}
			readSwitches(strings.ReplaceAll(string(read(f)), "Rails.application.config.", "config."), others, unclear)
			for key := range others {
				unclear[key] = true // set a second time, later
			}
		}
	}
	for key := range unclear {
		delete(switches, key)
	}
	return func(name string, content []byte) *unit.Unit { return parseKnowing(name, content, switches) }
}

// readSwitches notes the switches of one file, which override those of before, and
// what it sets in a way that is not plain.
func readSwitches(text string, switches, unclear map[string]bool) {
	conditional := -1 // indentation of the condition that lines stand below
	for line := range strings.Lines(text) {
		indent := len(line) - len(strings.TrimLeft(line, " \t"))
		if indented.MatchString(line) {
			conditional = indent
		} else if strings.TrimSpace(line) == "end" && indent <= conditional {
			conditional = -1
		}
		m := switchLine.FindStringSubmatch(strings.TrimRight(line, "\r\n"))
		if m == nil {
			continue
		}
		value, _, _ := strings.Cut(m[3], "#")
		value = strings.TrimSpace(value)
		if value != "true" && value != "false" || conditional >= 0 && indent > conditional {
			unclear[m[2]] = true
			continue
		}
		switches[m[2]] = value == "true"
		delete(unclear, m[2])
	}
}

// configKey is the key of the application's configuration that an expression reads.
func configKey(text string) (key string, ok bool) {
	text = strings.TrimPrefix(text, "::")
	for _, head := range []string{"Rails.application.config.", "Rails.configuration.", "Rails.application.configuration."} {
		if rest, found := strings.CutPrefix(text, head); found {
			return strings.TrimSuffix(strings.ReplaceAll(rest, "&.", "."), "?"), true
		}
	}
	return "", false
}
