package rank_test

import (
	"slices"
	"testing"

	"github.com/stateaudit/stateaudit/internal/rank"
)

func TestBeside(t *testing.T) {
	r := ranked(t, "../../testdata/atlas", nil)
	const charge, order, search = "app/services/billing/charge.rb", "app/models/order.rb", "app/controllers/search/queries_controller.rb"
	wide := []string{charge, order}
	for range 40 { // a commit that touches everything
		wide = append(wide, "README.md")
	}
	b := r.Beside(r.Candidate("billing"), [][]string{
		{charge}, {charge, order}, {order, charge, search}, {order}, {"README.md"}, wide,
	}, func(file string) []string {
		if file == charge {
			return []string{"@shop/money", "@shop/core"}
		}
		return nil
	})
	if b.Commits != 3 {
		t.Errorf("%d commits changed it, want 3", b.Commits)
	}
	if want := []rank.Count{{Name: "orders", N: 2}, {Name: "search", N: 1}}; !slices.Equal(b.With, want) {
		t.Errorf("changed with %v, want %v", b.With, want)
	}
	if n := len(r.Candidate("billing").Domain.Files); !slices.Equal(b.Owners, []rank.Count{{Name: "", N: n - 1}, {Name: "@shop/core", N: 1}, {Name: "@shop/money", N: 1}}) {
		t.Errorf("owned by %v", b.Owners)
	}
	if b := r.Beside(r.Candidate("billing"), nil, nil); b.Commits != 0 || len(b.With)+len(b.Owners) != 0 {
		t.Errorf("without a history: %+v", b)
	}
}
