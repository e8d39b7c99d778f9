package processes_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stateaudit/stateaudit/internal/audit"
	"github.com/stateaudit/stateaudit/internal/config"
)

// TestApply tells the state of a web server from that of a worker.
func TestApply(t *testing.T) {
	root := t.TempDir()
	for name, content := range map[string]string{
		"Procfile": "web: bundle exec puma\nworker: bundle exec sidekiq\n",
		"app/services/seen.rb": `module Seen
  WEB = {}
  JOBS = {}
  BOTH = {}

  def self.web(k) = WEB[k] = true
  def self.job(k) = JOBS[k] = true
  def self.both(k) = BOTH[k] = true
end
`,
		"app/controllers/pages_controller.rb": "class PagesController < ActionController::Base\n  def show\n    Seen.web(1)\n    Seen.both(1)\n    TidyJob.perform_later\n  end\nend\n",
		"app/jobs/tidy_job.rb":                "class TidyJob < ActiveJob::Base\n  def perform\n    Seen.job(1)\n    Seen.both(1)\n  end\nend\n",
	} {
		file := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	r, err := audit.Run(context.Background(), audit.Options{Root: root, Config: &config.Config{}, Offline: true})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"Seen::WEB": "process `web` only", "Seen::JOBS": "process `worker` only", "Seen::BOTH": ""}
	for _, f := range r.Findings {
		says, ok := want[f.Symbol]
		if !ok {
			continue
		}
		delete(want, f.Symbol)
		if says != "" && !strings.Contains(f.Message, says) || says == "" && strings.Contains(f.Message, "only.") {
			t.Errorf("%s: %s", f.Symbol, f.Message)
		}
	}
	for symbol := range want {
		t.Errorf("%s was not found", symbol)
	}
}
