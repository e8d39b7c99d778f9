package processes_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stateaudit/stateaudit/internal/audit"
	"github.com/stateaudit/stateaudit/internal/config"
	"github.com/stateaudit/stateaudit/internal/testtree"
)

// TestApply tells the state of a web server from that of a worker.
func TestApply(t *testing.T) {
	root := t.TempDir()
	testtree.Write(t, root, map[string]string{
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
	})
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

// TestApplyToProgramsApart tells programs that a library connects, as by methods of the same names:
// each lives by itself, whether its functions are methods, functions or closures.
func TestApplyToProgramsApart(t *testing.T) {
	root := t.TempDir()
	testtree.Write(t, root, map[string]string{
		"go.mod":           "module example.com/shop\n\ngo 1.24\n",
		"notify/notify.go": "package notify\n\nimport \"net/http\"\n\ntype Plugin interface{ Notify(text string) }\n\nfunc Serve(p Plugin) {\n\thttp.HandleFunc(\"/notify\", func(w http.ResponseWriter, r *http.Request) { p.Notify(r.FormValue(\"text\")) })\n\thttp.ListenAndServe(\":81\", nil)\n}\n",
		"cmd/mail/main.go": "package main\n\nimport (\n\t\"net/http\"\n\n\t\"example.com/shop/notify\"\n)\n\nvar sent = map[string]int{}\n\ntype plugin struct{}\n\nfunc (plugin) Notify(text string) {\n\tsent[text]++\n\tif sent[text] > 3 {\n\t\treturn\n\t}\n\thttp.Get(\"http://mail.example.com\")\n}\n\nfunc main() { notify.Serve(plugin{}) }\n",
		"cmd/chat/main.go": "package main\n\nimport (\n\t\"net/http\"\n\n\t\"example.com/shop/notify\"\n)\n\nvar told = map[string]int{}\n\ntype plugin struct{}\n\nfunc (plugin) Notify(text string) {\n\ttold[text]++\n\tif told[text] > 3 {\n\t\treturn\n\t}\n\thttp.Get(\"http://chat.example.com\")\n}\n\nfunc main() { notify.Serve(plugin{}) }\n",
		"cmd/web/main.go":  "package main\n\nimport \"net/http\"\n\nvar seen = map[string]int{}\n\nfunc main() {\n\thttp.HandleFunc(\"/\", func(w http.ResponseWriter, r *http.Request) {\n\t\tif seen[r.URL.Path]++; seen[r.URL.Path] > 9 {\n\t\t\tw.WriteHeader(429)\n\t\t}\n\t})\n\thttp.ListenAndServe(\":80\", nil)\n}\n",
	})
	r, err := audit.Run(context.Background(), audit.Options{Root: root, Config: &config.Config{}, Offline: true})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"main.sent": "process `mail` only", "main.told": "process `chat` only", "main.seen": "process `web` only"}
	for _, f := range r.Findings {
		if says, ok := want[f.Symbol]; ok {
			delete(want, f.Symbol)
			if !strings.Contains(f.Message, says) {
				t.Errorf("%s: %s", f.Symbol, f.Message)
			}
		}
	}
	for symbol := range want {
		t.Errorf("%s was not found", symbol)
	}
}

// What a package keeps in a variable when it is loaded is run by main, which does not name it.
func TestApplyToWhatIsBuiltWhenLoaded(t *testing.T) {
	root := t.TempDir()
	const loop = "\n\tfor {\n\t\ttime.Sleep(time.Second)\n\t\t"
	testtree.Write(t, root, map[string]string{
		"go.mod": "module example.com/shop\n\ngo 1.24\n",
		"app/app.go": `package app

import "net/http"

var hits = map[string]int{}

func handle(w http.ResponseWriter, r *http.Request) { Note(r.URL.Path) }

// Note counts.
func Note(at string) {
	hits[at]++
	if hits[at] > 100 {
		panic("enough")
	}
}

// Server is made when the package is loaded.
var Server = &http.Server{Addr: ":80", Handler: http.HandlerFunc(handle)}
`,
		"cmd/shop/main.go":  "package main\n\nimport \"example.com/shop/app\"\n\nfunc main() { app.Server.ListenAndServe() }\n",
		"cmd/count/main.go": "package main\n\nimport (\n\t\"time\"\n\n\t\"example.com/shop/app\"\n)\n\nfunc main() {" + loop + "app.Note(\"turn\")\n\t}\n}\n",
		"cmd/other/main.go": "package main\n\nimport (\n\t\"net/http\"\n)\n\nfunc main() {\n\thttp.HandleFunc(\"/\", func(w http.ResponseWriter, r *http.Request) {})\n\thttp.ListenAndServe(\":81\", nil)\n}\n",
	})
	r, err := audit.Run(context.Background(), audit.Options{Root: root, Config: &config.Config{}, Offline: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range r.Findings {
		if f.Symbol == "app.hits" {
			if !strings.Contains(f.Message, "processes `count`, `shop` only") {
				t.Error(f.Message)
			}
			return
		}
	}
	t.Error("app.hits was not found")
}
