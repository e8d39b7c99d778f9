package report

import (
	"bytes"
	"context"
	"encoding/json"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/stateaudit/stateaudit/internal/audit"
	"github.com/stateaudit/stateaudit/internal/config"
	"github.com/stateaudit/stateaudit/internal/events"
	"github.com/stateaudit/stateaudit/internal/plan"
	"github.com/stateaudit/stateaudit/internal/rank"
	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/testtree"
)

// Names of domains that try to break out of every format.
const (
	breaking = `or"ders | "x" --> y; \`
	escape   = "bill\x1b[31ming\r\n<b>*`$(rm)` #quot; &amp; [a](b)"
	long     = "通知をとても長い名前のドメインとして数えるとどうなるか notifications and everything else"
)

// hostileShop is a small Rails application whose domains have hostile names.
func hostileShop(t *testing.T) *audit.Outcome {
	t.Helper()
	root := t.TempDir()
	names, err := json.Marshal(map[string]any{"domains": []any{
		map[string]any{"name": breaking, "paths": []string{"app/services/orders", "app/controllers/orders", "app/models/order.rb"}},
		map[string]any{"name": escape, "paths": []string{"app/services/billing", "app/models/invoice.rb"}},
		map[string]any{"name": long, "paths": []string{"app/services/notices", "app/jobs", "app/mailers", "app/models/notice.rb"}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	testtree.Write(t, root, map[string]string{
		".stateaudit.yaml":                            string(names), // YAML reads JSON
		"Gemfile":                                     "gem \"rails\", \"~> 7.1\"\n",
		"config/routes.rb":                            "Rails.application.routes.draw do\n  resources :orders, only: %i[create show], controller: \"orders/orders\"\nend\n",
		"db/schema.rb":                                "ActiveRecord::Schema[7.1].define(version: 1) do\n  create_table \"orders\" do |t|\n    t.string \"email|home\"\n    t.string \"email\"\n    t.decimal \"total\"\n  end\n  create_table \"invoices\" do |t|\n    t.bigint \"order_id\"\n  end\n  create_table \"notices\" do |t|\n    t.string \"text\"\n  end\n  add_foreign_key \"invoices\", \"orders\"\nend\n",
		"app/models/application_record.rb":            "class ApplicationRecord < ActiveRecord::Base\n  primary_abstract_class\nend\n",
		"app/models/order.rb":                         "class Order < ApplicationRecord\n  has_many :invoices\nend\n",
		"app/models/invoice.rb":                       "class Invoice < ApplicationRecord\n  belongs_to :order\nend\n",
		"app/models/notice.rb":                        "class Notice < ApplicationRecord\nend\n",
		"app/jobs/notices/warn_job.rb":                "module Notices\n  class WarnJob < ActiveJob::Base\n    def perform(id)\n      Notice.create!(text: id)\n    end\n  end\nend\n",
		"app/services/notices/tell_[v2].rb":           "module Notices\n  class Tell\n    @recent = {}\n    def self.call(order)\n      @recent[order.id] = order.email\n      Notice.create!(text: order.email)\n      order.total\n    end\n  end\nend\n",
		"app/services/billing/charge.rb":              "module Billing\n  class Charge\n    def self.call(order)\n      ApplicationRecord.transaction do\n        Invoice.create!(order_id: order.id)\n        order.update!(total: 1)\n      end\n      Notices::Tell.call(order)\n      Notices::WarnJob.perform_later(order.id)\n      Invoice.count\n    end\n  end\nend\n",
		"app/controllers/orders/orders_controller.rb": "module Orders\n  class OrdersController < ActionController::Base\n    def create\n      order = Order.create!(total: 2)\n      Billing::Charge.call(order)\n      Notices::Tell.call(order)\n      session[:seen] = 1\n      head :ok\n    end\n\n    def show\n      render json: Billing::Charge.call(Order.find(params[:id]))\n    end\n  end\nend\n",
	})
	c, err := config.Load(filepath.Join(root, ".stateaudit.yaml"), nil)
	if err != nil {
		t.Fatal(err)
	}
	out, err := audit.Study(context.Background(), audit.Options{Root: root, Offline: true, Config: c, Traffic: &rank.Traffic{Requests: []rank.Requests{
		{Method: "POST", Path: "/orders", Count: 9}, {Path: "/\x1b[31m|nowhere", Count: 1},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(out.Ranking.Candidates); n != 3 {
		t.Fatalf("%d candidates, want 3", n)
	}
	return out
}

// TestGoldenRankings writes every page about domains, and checks of each that a
// name of the audited tree can neither command a terminal nor end its format.
func TestGoldenRankings(t *testing.T) {
	out := hostileShop(t)
	for _, c := range rankingPages(t, out) {
		t.Run(c.file, func(t *testing.T) {
			var b bytes.Buffer
			if err := c.write(&b); err != nil {
				t.Fatal(err)
			}
			compare(t, filepath.Join("testdata", "ranking", c.file), b.Bytes())
			for _, r := range b.String() {
				if r != '\n' && !unicode.IsPrint(r) {
					t.Errorf("%q reaches the reader", r)
				}
			}
			if c.check != nil {
				c.check(t, b.String())
			}
		})
	}
}

// rankingPage is a page with the golden file that it is compared with.
type rankingPage struct {
	file  string
	write func(b *bytes.Buffer) error
	check func(t *testing.T, text string)
}

func rankingPages(t *testing.T, out *audit.Outcome) []rankingPage {
	t.Helper()
	ranked := func(o rank.Order) Ranked { return Ranked{Result: out.Result, Ranking: out.Ranking, Order: o} }
	checks := map[string]func(*testing.T, string){"table": fits, "matrix": fits, "json": isJSON, "dot": isDOT, "mermaid": isMermaid}
	ends := map[string]string{"json": ".json", "dot": ".dot", "mermaid": ".mmd"}
	var pages []rankingPage
	for _, f := range RankingFormats() {
		pages = append(pages, rankingPage{f.Name + suffix(ends[f.Name]), func(b *bytes.Buffer) error { return f.Write(b, ranked(rank.ByScore), Options{}) }, checks[f.Name]})
	}
	table := RankingFormats()[0]
	for _, o := range rank.Orders()[1:] {
		pages = append(pages, rankingPage{"table-" + string(o) + ".txt", func(b *bytes.Buffer) error { return table.Write(b, ranked(o), Options{}) }, fits})
	}
	repaired := Ranked{Result: out.Result, Ranking: repairedRanking(t, out), Before: out.Ranking, Order: rank.ByScore}
	pages = append(pages,
		rankingPage{"table-repaired.txt", func(b *bytes.Buffer) error { return table.Write(b, repaired, Options{}) }, fits},
		rankingPage{"domains.txt", func(b *bytes.Buffer) error { return WriteDomains(b, ranked(rank.ByScore), Options{}) }, nil},
		rankingPage{"usecases.txt", func(b *bytes.Buffer) error { return WriteUseCases(b, UseCasesOf(out.Ranking, nil), Options{}) }, fits},
		rankingPage{"usecases.json", func(b *bytes.Buffer) error { return WriteUseCasesJSON(b, UseCasesOf(out.Ranking, nil)) }, isJSON},
		rankingPage{"events.txt", func(b *bytes.Buffer) error { return WriteEvents(b, events.Look(out.Ranking), false, Options{}) }, fits},
		rankingPage{"events.json", func(b *bytes.Buffer) error { return WriteEventsJSON(b, events.Look(out.Ranking)) }, isJSON},
		rankingPage{"domains.json", func(b *bytes.Buffer) error { return WriteDomainsJSON(b, ranked(rank.ByScore)) }, isJSON},
	)
	for file, name := range map[string]string{"breaking": breaking, "long": long} {
		c := out.Ranking.Candidate(name)
		pages = append(pages, rankingPage{"explain-" + file + ".txt", func(b *bytes.Buffer) error {
			return WriteExplanation(b, ranked(rank.ByScore), c, rank.Beside{
				Commits: 12, With: []rank.Count{{Name: escape, N: 7}, {Name: "a", N: 1}}, Owners: []rank.Count{{Name: "@shop/\x1b[31m", N: 3}, {Name: "", N: 1}},
			}, Options{})
		}, nil})
		p := plan.Make(out.Ranking, c, out.Result.Findings, blockersOf(out.Result, name))
		for format, end := range map[string]string{"markdown": ".md", "json": ".json", "schema": ".schema.json"} {
			check := isJSON
			if format == "markdown" {
				check = isMarkdown
			}
			pages = append(pages, rankingPage{"plan-" + file + end, func(b *bytes.Buffer) error { return planFormat(format).Write(b, p, Options{}) }, check})
		}
	}
	return pages
}

func suffix(end string) string {
	if end == "" {
		return ".txt"
	}
	return end
}

func planFormat(name string) PlanFormat {
	for _, f := range PlanFormats() {
		if f.Name == name {
			return f
		}
	}
	return PlanFormat{}
}

func blockersOf(r *result.Result, domain string) []string {
	for _, c := range r.Candidates {
		if c.Domain == domain {
			return c.Blockers
		}
	}
	return nil
}

// repairedRanking ranks as if a table that domains share were repaired.
func repairedRanking(t *testing.T, out *audit.Outcome) *rank.Ranking {
	t.Helper()
	for _, f := range out.Result.Findings {
		if f.Rule == "shared-table" {
			r, err := out.Repaired([]result.Finding{f})
			if err != nil {
				t.Fatal(err)
			}
			return r
		}
	}
	t.Fatal("no table is shared")
	return nil
}

// fits insists on 80 columns.
func fits(t *testing.T, text string) {
	for line := range strings.Lines(text) {
		if n := textWidth(strings.TrimRight(line, "\n")); n > 80 {
			t.Errorf("%d columns: %s", n, line)
		}
	}
}

func isJSON(t *testing.T, text string) {
	if !json.Valid([]byte(text)) {
		t.Error("no JSON")
	}
}

// isDOT insists that each line is one statement of strings as Graphviz scans them:
// a backslash takes the next character with it.
func isDOT(t *testing.T, text string) {
	const s = `"(?:[^"\\]|\\.)*"`
	statement := regexp.MustCompile(`^(?:digraph domains \{|\}|  rankdir=LR;|  node \[.*\];|  ` + s + ` \[label=` + s + `\];|  ` + s + ` -> ` + s + ` \[label=` + s + `[a-z0-9=., ]*\];)$`)
	for line := range strings.Lines(text) {
		if line = strings.TrimSuffix(line, "\n"); !statement.MatchString(line) {
			t.Errorf("no statement: %s", line)
		}
	}
}

// isMermaid insists that the names stay inside of the quotes of their nodes.
func isMermaid(t *testing.T, text string) {
	statement := regexp.MustCompile(`^(?:graph LR|  d\d+\["\d+\. [^"<>` + "`" + `]*<br/>[0-9.]+"\]|  d\d+ (?:---|-->|-\.->)\|[0-9a-z ]+\| d\d+)$`)
	for line := range strings.Lines(text) {
		if line = strings.TrimSuffix(line, "\n"); !statement.MatchString(line) {
			t.Errorf("no statement: %s", line)
		}
	}
}

// isMarkdown insists that nothing of the audited tree becomes markup.
func isMarkdown(t *testing.T, text string) {
	if markup := regexp.MustCompile("<b>|`\\$\\(|[^\\\\]\\[a\\]").FindString(text); markup != "" {
		t.Errorf("%s reaches the page", markup)
	}
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "| ") && strings.Count(strings.ReplaceAll(line, `\|`, ""), "|") != 4 {
			t.Errorf("no row of three cells: %s", line)
		}
	}
}

// TestRepairedRankingInJSON holds the numbers against the ranking that is shown, not
// the one of the audit.
func TestRepairedRankingInJSON(t *testing.T) {
	out := hostileShop(t)
	repaired := repairedRanking(t, out)
	var b bytes.Buffer
	if err := writeRankingJSON(&b, Ranked{Result: out.Result, Ranking: repaired, Before: out.Ranking, Order: rank.ByScore}, Options{}); err != nil {
		t.Fatal(err)
	}
	var got rankingJSON
	if err := json.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if len(got.Edges) != len(repaired.Edges) || len(repaired.Edges) == len(out.Ranking.Edges) {
		t.Errorf("%d edges, want %d of %d", len(got.Edges), len(repaired.Edges), len(out.Ranking.Edges))
	}
	for i, c := range repaired.Ordered(rank.ByScore) {
		g := got.Candidates[i]
		if g.Domain != c.Domain.Name || g.Rank != i+1 || g.Score != c.Score || g.SharedStateCoupling != c.Coupling || g.Inputs["tableWrittenBoth"] != 0 {
			t.Errorf("%d: %+v, want %s with score %v", i, g, c.Domain.Name, c.Score)
		}
	}
}

func TestPlanCellStaysOneCell(t *testing.T) {
	if got := planCell("a|b\nc`d`"); got != `a\|b c'd'` {
		t.Error(got)
	}
}

// TestEdgeLabels counts in words that are English.
func TestEdgeLabels(t *testing.T) {
	for _, c := range []struct {
		kind string
		n    int
		want string
	}{
		{"call", 1, "1 call"}, {"message", 3, "3 messages"}, {"table", 2, "2 tables"}, {"holder", 2, "2 holders"},
		{"state", 1, "1 session key or file"}, {"state", 2, "2 session keys or files"},
	} {
		if got := edgeLabel(rank.Edge{Kind: c.kind, Count: c.n}); got != c.want {
			t.Errorf("%s, want %s", got, c.want)
		}
	}
}

func TestShortenedFitsItsWidth(t *testing.T) {
	for _, name := range []string{"orders", long, strings.Repeat("a", 24), strings.Repeat("a", 25), strings.Repeat("通", 12), strings.Repeat("通", 13), "a" + strings.Repeat("通", 12)} {
		short := shortened(name, 24)
		if textWidth(short) > 24 || textWidth(name) <= 24 && short != name || textWidth(name) > 24 && !strings.Contains(short, "…") {
			t.Errorf("%s becomes %s of %d columns", name, short, textWidth(short))
		}
	}
}

// TestTablesNotUnderstoodAreNoNumbers holds that a candidate of which no table was
// understood has question marks where its tables would count, and that it is said why.
func TestTablesNotUnderstoodAreNoNumbers(t *testing.T) {
	out := hostileShop(t)
	out.Ranking.Candidates[2].Blind = true
	var b bytes.Buffer
	if err := writeRanking(&b, Ranked{Result: out.Result, Ranking: out.Ranking, Order: rank.ByScore}, Options{}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), "tables not understood") {
		t.Error("it is not said why")
	}
	if rows := strings.Count(b.String(), " ? "); rows < 2 {
		t.Errorf("%d question marks:\n%s", rows, b.String())
	}
}
