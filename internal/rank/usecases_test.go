package rank_test

import (
	"slices"
	"testing"

	"github.com/stateaudit/stateaudit/internal/rank"
)

// useCase finds one by its first title.
func useCase(t *testing.T, all []rank.UseCase, title string) rank.UseCase {
	t.Helper()
	for _, u := range all {
		if u.Titles[0] == title {
			return u
		}
	}
	t.Fatalf("no use case %q", title)
	return rank.UseCase{}
}

func tables(all []rank.Touch) []string {
	var out []string
	for _, touch := range all {
		out = append(out, touch.Table+" of "+touch.Owner)
	}
	return out
}

func TestUseCases(t *testing.T) {
	r := ranked(t, "../../testdata/atlas", nil)
	all := r.UseCases()

	pay := useCase(t, all, "POST /billing/invoices/:id/pay")
	if want := []string{"invoices of billing", "payments of billing", "subscriptions of billing", "users of kernel"}; !slices.Equal(tables(pay.Writes), want) {
		t.Errorf("paying writes %q, want %q", tables(pay.Writes), want)
	}
	if len(pay.Lost) != 1 || pay.Lost[0].Function.Symbol != "Billing::Charge#call" || !slices.Equal(pay.Lost[0].Domains, []string{"kernel", "billing"}) {
		t.Errorf("paying loses %+v", pay.Lost)
	}
	if !slices.Equal(pay.Enters, []string{"auth", "notifications"}) || !slices.Equal(pay.Tells, []string{"notifications"}) {
		t.Errorf("paying enters %q and tells %q", pay.Enters, pay.Tells)
	}

	// What is only asked of another domain is read, and nothing of it is lost.
	search := useCase(t, all, "GET /search")
	if !slices.Equal(tables(search.Reads), []string{"products of catalog"}) || len(search.Lost) > 0 || !slices.Equal(search.Owners(), []string{"search"}) {
		t.Errorf("searching: %+v", search)
	}

	job := useCase(t, all, "Notifications::DeliverJob#perform")
	if job.Kind != rank.JobRun || job.Domain != "notifications" {
		t.Errorf("the job is a %s of %s", job.Kind, job.Domain)
	}
	// Two routes of one action are one use case.
	if u := useCase(t, all, "PATCH /billing/subscription"); !slices.Contains(u.Titles, "PUT /billing/subscription") {
		t.Errorf("changing a subscription: %q", u.Titles)
	}
	for i := range all[1:] {
		if len(all[i].Lost) < len(all[i+1].Lost) {
			t.Errorf("%q stands before %q, which loses more", all[i].Titles, all[i+1].Titles)
		}
	}
}

func TestWrittenTogether(t *testing.T) {
	all := ranked(t, "../../testdata/atlas", nil).UseCases()
	together := rank.WrittenTogether(all)
	if first := together[0]; first.Domains != [2]string{"billing", "kernel"} || first.Whole != 3 || len(first.UseCases) < 4 {
		t.Errorf("first are %+v", first)
	}
	for _, pair := range together {
		if slices.Contains(pair.Domains[:], "search") {
			t.Errorf("search writes nothing of others: %+v", pair)
		}
	}
}

func TestCommonFunctions(t *testing.T) {
	common := ranked(t, "../../testdata/atlas", nil).CommonFunctions()
	find := func(symbol string) *rank.Common {
		for i := range common {
			if common[i].Function.Symbol == symbol {
				return &common[i]
			}
		}
		return nil
	}
	if c := find("Notifications::Notifier.publish"); c == nil || c.Domain != "notifications" || !slices.Contains(c.Runs, "orders") || !slices.Contains(c.Runs, "billing") {
		t.Errorf("the notifier: %+v", c)
	}
	if c := find("Search::Query#call"); c != nil {
		t.Errorf("only searching runs %+v", c)
	}
}

// TestNoDomainsNoUseCases holds that a program without domains has no use cases to tell
// apart.
func TestNoDomainsNoUseCases(t *testing.T) {
	var r rank.Ranking
	if r.UseCases() != nil || r.CommonFunctions() != nil {
		t.Error("use cases out of nothing")
	}
}
