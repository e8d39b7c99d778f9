package names

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
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
	for _, w := range []string{"order", "category", "person", "address", "status", "box", "day", "branch", "invoice", "tax", "process", "course", "quiz", "shelf", "movie", "user", "analysis", "business", "key", "bus", "menu", "sku", "api"} {
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

// FuzzInflections inflects anything: what is in a form already stays as it is. Short
// words are left out, of which an s at the end says nothing, and those whose
// plural is spelt like a singular: len, lens, lenses; or like bus and basis.
func FuzzInflections(f *testing.F) {
	for _, w := range []string{"order", "orders", "categories", "wolves", "boxes", "peoples", "datas", "verification", "ication", "completion", "ation", "canvas", "élève", "line_items", "Größe/ärzte"} {
		f.Add(w)
	}
	f.Fuzz(func(t *testing.T, w string) {
		if past := Past(w); past != "" && Past(past) != past {
			t.Errorf("Past(%q) = %q, and of that %q", w, past, Past(past))
		}
		if camel := Camel(w); utf8.ValidString(w) && !utf8.ValidString(camel) {
			t.Errorf("Camel(%q) = %q", w, camel)
		}
		if snake := Snake(w); Snake(snake) != snake {
			t.Errorf("Snake(%q) = %q, and of that %q", w, snake, Snake(snake))
		}
		if len(w) < 3 {
			return
		}
		if one := Singular(w); Singular(one) != one {
			t.Errorf("Singular(%q) = %q, and of that %q", w, one, Singular(one))
		}
		many := Plural(w)
		ambiguous := strings.HasSuffix(many, "is") || strings.HasSuffix(many, "us") || slices.ContainsFunc(irregular(), func(i [2]string) bool { return i[0] == many })
		if !ambiguous && Plural(many) != many {
			t.Errorf("Plural(%q) = %q, and of that %q", w, many, Plural(many))
		}
	})
}
