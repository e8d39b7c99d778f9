package audit_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stateaudit/stateaudit/internal/audit"
	"github.com/stateaudit/stateaudit/internal/config"
	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/testtree"
)

// TestConfidence audits small checkouts that differ in how the change is reached, or
// in where a setting is known from.
func TestConfidence(t *testing.T) {
	const railsApp = "require 'rails'\nmodule Shop\n  class Application < Rails::Application\n  end\nend\n"
	const goMod = "module example.com/shop\n\ngo 1.25\n"
	for _, c := range []struct {
		name, symbol string
		files        []string
		want         result.Confidence
		doubt        string
	}{
		{"an action changes it", "Visits::SEEN", []string{
			"config/application.rb", railsApp,
			"app/models/visits.rb", "module Visits\n  SEEN = {}\n  def self.note(id) = SEEN[id] = true\nend\n",
			"app/controllers/visits_controller.rb", "class VisitsController < ActionController::Base\n  def show\n    Visits.note(params[:id])\n  end\nend\n",
		}, result.Proven, ""},
		{"nobody is seen to call it", "Visits::SEEN", []string{
			"config/application.rb", railsApp,
			"app/models/visits.rb", "class Visits < ApplicationRecord\n  SEEN = {}\n  def note_arrival\n    SEEN[id] = true\n  end\nend\n",
			"app/models/hooks.rb", "module Hooks\n  NAMES = %w[note_arrival]\nend\n",
		}, result.Likely, "no caller of `Visits#note_arrival` was seen"},
		{"nobody names it", "Visits::SEEN", []string{
			"config/application.rb", railsApp,
			"app/models/visits.rb", "class Visits < ApplicationRecord\n  SEEN = {}\n  def note_arrival\n    SEEN[id] = true\n  end\nend\n",
		}, result.Guessed, "nothing that serves calls `Visits#note_arrival` or spells its name"},
		{"only a name leads to it", "Visits::SEEN", []string{
			"config/application.rb", railsApp,
			"lib/visits.rb", "class Visits\n  SEEN = {}\n  def note_arrival_of(id)\n    SEEN[id] = true\n  end\nend\n",
			"app/controllers/visits_controller.rb", "class VisitsController < ActionController::Base\n  def show\n    tracker_from(params).note_arrival_of(params[:id])\n  end\nend\n",
		}, result.Guessed, "only its name says what runs"},
		{"a handler changes it", "seen", []string{
			"go.mod", goMod,
			"main.go", "package main\n\nimport \"net/http\"\n\nvar seen = map[string]bool{}\n\nfunc main() {\n\thttp.HandleFunc(\"/\", func(w http.ResponseWriter, r *http.Request) { seen[r.URL.Path] = true })\n\thttp.ListenAndServe(\":80\", nil)\n}\n",
		}, result.Proven, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := auditFiles(t, &config.Config{}, c.files...)
			for _, f := range r.Findings {
				if strings.HasSuffix(f.Symbol, c.symbol) {
					if f.Confidence != c.want || !strings.Contains(f.Doubt, c.doubt) || (c.doubt == "") != (f.Doubt == "") {
						t.Errorf("%s: %s (%s), want %s (%s)", f.Symbol, f.Confidence, f.Doubt, c.want, c.doubt)
					}
					return
				}
			}
			t.Errorf("%s is not found in %+v", c.symbol, r.Findings)
		})
	}
}

// TestMinConfidence holds that nothing is left out by default, and what is less than
// asked for otherwise.
func TestMinConfidence(t *testing.T) {
	files := []string{
		"config/application.rb", "require 'rails'\nmodule Shop\n  class Application < Rails::Application\n  end\nend\n",
		"app/models/visits.rb", "class Visits < ApplicationRecord\n  SEEN = {}\n  def note_arrival\n    SEEN[id] = true\n  end\nend\n",
		"app/models/hooks.rb", "module Hooks\n  NAMES = %w[note_arrival]\nend\n",
	}
	for least, want := range map[string]int{"": 1, "guessed": 1, "likely": 1, "proven": 0} {
		n := 0
		for _, f := range auditFiles(t, &config.Config{MinConfidence: least}, files...).Findings {
			if f.Symbol == "Visits::SEEN" {
				n++
			}
		}
		if n != want {
			t.Errorf("with at least %q: %d findings, want %d", least, n, want)
		}
	}
}

// auditFiles audits files given as name and content.
func auditFiles(t *testing.T, c *config.Config, files ...string) *result.Result {
	t.Helper()
	root := t.TempDir()
	for i := 0; i+1 < len(files); i += 2 {
		testtree.Put(t, root, files[i], files[i+1])
	}
	r, err := audit.Run(context.Background(), audit.Options{Root: root, Config: c, Offline: true})
	if err != nil {
		t.Fatal(err)
	}
	return r
}
