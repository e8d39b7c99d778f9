package report

import (
	"testing"

	"github.com/stateaudit/stateaudit/internal/domains"
	"github.com/stateaudit/stateaudit/internal/rank"
)

// TestWideMatrix holds that a matrix which is wider than the terminal becomes a
// list, without the domains that use nothing.
func TestWideMatrix(t *testing.T) {
	var cs []*rank.Candidate
	for _, name := range []string{"orders", "billing", "mails"} {
		cs = append(cs, &rank.Candidate{Domain: &domains.Domain{Name: name}})
	}
	rows := [][]string{{"1", "orders", "·", "3 1t", "12a"}, {"2", "billing", "1t", "·", ""}, {"3", "mails", "", "", "·"}}
	if got := gridWidth([]string{"#", "uses", "1", "2", "3"}, rows); got != 1+7+2+4+3+10 {
		t.Errorf("width %d", got)
	}
	p := &page{width: 24}
	p.usesByRow(cs, rows)
	want := "1 orders: billing 3 1t,\n    mails 12a\n2 billing: orders 1t\n\n"
	if got := p.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
