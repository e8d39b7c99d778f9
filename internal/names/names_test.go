package names

import (
	"strings"
	"testing"
)

func TestTokens(t *testing.T) {
	for in, want := range map[string]string{
		"OrderMailer": "order mailer", "orders_controller.rb": "orders controller rb", "HTTPRoute": "http route",
		"parseURL": "parse url", "order2Line": "order2 line", "": "", "Billing::InvoiceLine": "billing invoice line",
	} {
		if got := strings.Join(Tokens(in), " "); got != want {
			t.Errorf("%s: %q, want %q", in, got, want)
		}
	}
}

func TestTableOf(t *testing.T) {
	for in, want := range map[string]string{
		"LineItem": "line_items", "Category": "categories", "Person": "people", "Address": "addresses", "OrderStatus": "order_statuses",
		"Box": "boxes", "News": "news", "UserData": "user_data", "Day": "days", "Branch": "branches", "Series": "series",
	} {
		if got := TableOf(in); got != want {
			t.Errorf("%s: %q, want %q", in, got, want)
		}
	}
}

func TestSingularUndoesPlural(t *testing.T) {
	for _, w := range []string{"order", "category", "person", "address", "status", "box", "day", "branch", "invoice", "tax", "process", "course", "quiz", "shelf", "movie", "user", "analysis", "business", "key", "bus"} {
		if got := Singular(Plural(w)); got != w {
			t.Errorf("%s: plural %s, singular of that %s", w, Plural(w), got)
		}
		if got := Singular(w); got != w {
			t.Errorf("singular of %s: %s", w, got)
		}
	}
}

func TestCamel(t *testing.T) {
	if got := Camel("billing/line_item"); got != "Billing::LineItem" {
		t.Error(got)
	}
}
