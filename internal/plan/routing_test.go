package plan_test

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stateaudit/stateaudit/internal/audit"
	"github.com/stateaudit/stateaudit/internal/plan"
	"github.com/stateaudit/stateaudit/internal/rank"
	"github.com/stateaudit/stateaudit/internal/ruletest"
)

// twoPacks is an application in which two packs answer below /orders, wait for each
// other and share a table; a third has nothing to do with them.
func twoPacks(t *testing.T) *audit.Outcome {
	t.Helper()
	out, err := audit.Study(context.Background(), audit.Options{Root: ruletest.Extract(t, "testdata/packs.txtar"), Offline: true})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func made(t *testing.T, out *audit.Outcome, domain string) plan.Plan {
	t.Helper()
	c := out.Ranking.Candidate(domain)
	if c == nil {
		t.Fatalf("no candidate %s", domain)
	}
	return plan.Make(out.Ranking, c, out.Result.Findings, nil)
}

func TestRoutingPartsPrefixesFromRoutesThatOthersShare(t *testing.T) {
	out := twoPacks(t)
	billing, orders := made(t, out, "billing").Routing, made(t, out, "orders").Routing
	if want := []string{"/invoices", "/orders/:order_id/invoices"}; !slices.Equal(billing.Prefixes, want) || len(billing.Single) != 0 {
		t.Errorf("billing: %+v, want %v", billing, want)
	}
	if !slices.Equal(orders.Prefixes, []string{"/orders/:id/edit"}) || !slices.Contains(orders.Single, "POST /orders") || slices.Contains(orders.Prefixes, "/orders") {
		t.Errorf("orders: %+v", orders)
	}
	re := regexp.MustCompile(plan.Pattern("/orders/:order_id/invoices"))
	for path, want := range map[string]bool{"/orders/7/invoices": true, "/orders/7/invoices/3": true, "/orders/7/invoices.json": true, "/orders/7/invoicesx": false, "/orders/7": false, "/x/orders/7/invoices": false} {
		if re.MatchString(path) != want {
			t.Errorf("%s: %v, want %v", path, !want, want)
		}
	}
}

func TestPlanBreaksCyclesAndMovesTables(t *testing.T) {
	p := made(t, twoPacks(t), "billing")
	if !slices.Equal(p.Tied, []string{"orders"}) {
		t.Errorf("tied to %v, want orders", p.Tied)
	}
	text := map[string]string{}
	for _, s := range p.Steps {
		for _, task := range s.Tasks {
			text[s.Title] += task.Text + "\n"
		}
	}
	for title, want := range map[string]string{
		"Break these cycles first":            "billing and orders wait for each other (1 call out, 2 in); turn these around: billing waits for orders in InvoicesController#create → Prices.of",
		"Move the tables while they are used": "backfill",
		"Move the code":                       "packs/billing",
	} {
		if !strings.Contains(text[title], want) {
			t.Errorf("%s: %q, want %q in it", title, text[title], want)
		}
	}
	moving := text["Move the tables while they are used"]
	if a, b := strings.Index(moving, "what writes invoices "), strings.Index(moving, "what writes invoice_lines "); a < 0 || b < 0 || a > b {
		t.Errorf("invoice_lines refer to invoices and come after them:\n%s", moving)
	}
	if p := made(t, twoPacks(t), "feedback"); len(p.Tied) != 0 || slices.ContainsFunc(p.Steps, func(s plan.Step) bool { return strings.HasPrefix(s.Title, "Break") }) {
		t.Errorf("feedback is tied to nobody: %+v", p)
	}
}

func TestWavesPutWhatSharesNothingSideBySide(t *testing.T) {
	r := twoPacks(t).Ranking
	wave := map[string]int{}
	var turns []rank.Turn
	for i, w := range r.Waves() {
		for _, turn := range w {
			wave[turn.Domain.Name] = i
			turns = append(turns, turn)
		}
	}
	if len(turns) != 3 || wave["feedback"] != 0 || wave["billing"] == wave["orders"] {
		t.Errorf("%v", wave)
	}
	for _, turn := range turns {
		if len(turn.After) > 0 && turn.Eased <= turn.Score || len(turn.After) == 0 && turn.Eased != turn.Score {
			t.Errorf("%s: %v, eased to %v after %v", turn.Domain.Name, turn.Score, turn.Eased, turn.After)
		}
	}
}
