package ruby

import (
	"slices"
	"strings"
	"testing"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// TestSwitches says which code production never runs by what its configuration
// switches off: what stands there is not recorded.
func TestSwitches(t *testing.T) {
	production := "config/environments/production.rb"
	code := "class Widget\n  def self.body\n    GUARD\n  end\nend\n"
	guards := map[string]string{
		"modifier":  "FILE if Rails.application.config.assets.compile",
		"statement": "if Rails.configuration.assets.compile\n      FILE\n    end",
		"unless":    "unless !Rails.application.config.assets.compile\n      FILE\n    end",
		"and":       "FILE if ready? && Rails.application.config.assets.compile",
		"ternary":   "Rails.application.config.assets.compile ? FILE : nil",
	}
	write := `File.write("a", "b")`
	for _, c := range []struct {
		name, set string
		runs      bool
	}{
		{"off", "Rails.application.configure do\n  config.assets.compile = false\nend", false},
		{"on", "Rails.application.configure do\n  config.assets.compile = true\nend", true},
		{"by the environment", "Rails.application.configure do\n  config.assets.compile = ENV[\"X\"].present?\nend", true},
		{"below a condition", "Rails.application.configure do\n  if ENV[\"X\"]\n    config.assets.compile = false\n  end\nend", true},
		{"not said", "Rails.application.configure do\nend", true},
	} {
		files := map[string]string{production: c.set, "lib/widget.rb": ""}
		parse := survey([]string{production, "lib/widget.rb"}, func(f string) []byte { return []byte(files[f]) })
		for name, guard := range guards {
			u := parse("lib/widget.rb", []byte(strings.Replace(code, "GUARD", strings.Replace(guard, "FILE", write, 1), 1)))
			runs := false
			for i := range u.Functions {
				runs = runs || slices.ContainsFunc(callNames(u.Functions[i].Calls), func(n string) bool { return n == "write" })
			}
			if runs != c.runs {
				t.Errorf("%s, %s: runs %v", c.name, name, runs)
			}
		}
	}
}

func callNames(calls []unit.Call) []string {
	var out []string
	for i := range calls {
		out = append(out, calls[i].Name)
	}
	return out
}
