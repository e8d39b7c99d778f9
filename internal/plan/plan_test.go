package plan_test

import (
	"context"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stateaudit/stateaudit/internal/audit"
	"github.com/stateaudit/stateaudit/internal/config"
	"github.com/stateaudit/stateaudit/internal/plan"
	"github.com/stateaudit/stateaudit/internal/rank"
	"github.com/stateaudit/stateaudit/internal/ruletest"
)

func studied(t *testing.T, root, domain string) (*audit.Outcome, *rank.Candidate) {
	t.Helper()
	out, err := audit.Study(context.Background(), audit.Options{Root: root, Offline: true})
	if err != nil {
		t.Fatal(err)
	}
	c := out.Ranking.Candidate(domain)
	if c == nil {
		t.Fatalf("%s is no candidate", domain)
	}
	return out, c
}

// event finds an event and lists its attributes with their types.
func event(t *testing.T, all []plan.Event, name string) (plan.Event, map[string]string) {
	t.Helper()
	i := slices.IndexFunc(all, func(e plan.Event) bool { return e.Name == name })
	if i < 0 {
		t.Fatalf("no event %s", name)
	}
	fields := map[string]string{}
	for _, f := range all[i].Payload {
		fields[f.Name] = f.Type
		if personal := f.Name == "order.user.email" || f.Name == "order.user.name"; f.Personal != personal && strings.HasPrefix(f.Name, "order.") {
			t.Errorf("%s: personal is %v", f.Name, f.Personal)
		}
	}
	return all[i], fields
}

// TestOrderCompletion holds the contract of the event against what the mail and
// the feed read of an order: nobody should have to call back.
func TestOrderCompletion(t *testing.T) {
	out, c := studied(t, "../../testdata/atlas", "notifications")
	e, fields := event(t, plan.Events(out.Ranking, c), "order.completed")
	for name, typ := range map[string]string{
		"order.id": "bigint", "order.user.id": "bigint", "order.user.email": "string", "order.total": "decimal", "order.currency": "string",
		"order.line_items.sku": "string", "order.line_items.quantity": "integer",
	} {
		if fields[name] != typ {
			t.Errorf("%s has the type %q, want %q", name, fields[name], typ)
		}
	}
	if len(e.Calls) != 2 || e.Caller != "Orders::OrderCompletionService#call" || e.InTransaction || e.Version != 1 {
		t.Errorf("%+v", e)
	}
	for name := range fields {
		if strings.HasPrefix(name, "feed_") {
			t.Errorf("%s belongs to the consumer itself", name)
		}
	}
}

func TestStepsNameTheirPlaces(t *testing.T) {
	out, c := studied(t, "../../testdata/atlas", "notifications")
	var blockers []string
	for _, rc := range out.Result.Candidates {
		if rc.Domain == "notifications" {
			blockers = rc.Blockers
		}
	}
	p := plan.Make(out.Ranking, c, out.Result.Findings, blockers)
	want := map[string]string{
		"Repair what does not survive a second process": "app/services/notifications/sms_throttle.rb",
		"Move shared memory out of the process":         "app/controllers/notifications/deliveries_controller.rb",
		"Publish events in the place of calls":          "app/services/orders/placement.rb",
		"Cut what the domain asks of others":            "app/services/notifications/order_feed.rb",
		"Part the tables":                               "app/mailers/notifications/order_mailer.rb",
		"Point the routes to the service":               "config/routes.rb",
	}
	for _, s := range p.Steps {
		file, ok := want[s.Title]
		if ok && !slices.ContainsFunc(s.Tasks, func(t plan.Task) bool { return t.Location != nil && t.Location.File == file && t.Location.Line > 0 }) {
			t.Errorf("%s: nothing in %s: %+v", s.Title, file, s.Tasks)
		}
		delete(want, s.Title)
	}
	for title := range want {
		t.Errorf("no step %q", title)
	}
}

func TestGoArguments(t *testing.T) {
	out, c := studied(t, "../../testdata/atlas-go", "notify")
	_, fields := event(t, plan.Events(out.Ranking, c), "order.completed")
	if fields["user"] != "int64" {
		t.Errorf("%v", fields)
	}
}

func TestOneContractForOneName(t *testing.T) {
	declared := &config.Config{Domains: []config.Domain{{Name: "mail", Paths: []string{"internal/mail"}}, {Name: "orders", Paths: []string{"internal/orders"}}}}
	out, err := audit.Study(context.Background(), audit.Options{Root: ruletest.Extract(t, "testdata/contracts.txtar"), Config: declared, Offline: true})
	if err != nil {
		t.Fatal(err)
	}
	events := plan.Events(out.Ranking, out.Ranking.Candidate("mail"))
	if len(events) != 2 || events[0].Name != events[1].Name {
		t.Fatalf("want two publishers of one event: %+v", events)
	}
	for _, e := range events {
		var names []string
		for _, f := range e.Payload {
			names = append(names, f.Name)
		}
		if !slices.Equal(names, []string{"order", "reason"}) {
			t.Errorf("the contract of %s is %v", e.Caller, names)
		}
	}
}

func TestPersonal(t *testing.T) {
	for name, want := range map[string]bool{
		"user.email": true, "order.billing_address": true, "user.name": true, "customer.first_name": true, "patient.date_of_birth": true, "driver.phone_number": true,
		"product.name": false, "order.total": false, "order.id": false, "plan.title": false, "shipment.description": false,
	} {
		if got := plan.Personal(name); got != want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// TestErrorsThatAreLookedAtAreSaid: three spellings of an error that goes to the
// user, and two calls of which nobody looks at it.
func TestErrorsThatAreLookedAtAreSaid(t *testing.T) {
	declared := &config.Config{Domains: []config.Domain{{Name: "billing", Paths: []string{"internal/billing"}}, {Name: "orders", Paths: []string{"internal/orders"}}}}
	out, err := audit.Study(context.Background(), audit.Options{Root: ruletest.Extract(t, "testdata/errors.txtar"), Config: declared, Offline: true})
	if err != nil {
		t.Fatal(err)
	}
	p := plan.Make(out.Ranking, out.Ranking.Candidate("billing"), nil, nil)
	var got []string
	for _, s := range p.Steps {
		if strings.HasPrefix(s.Title, "Publish events") {
			for _, task := range s.Tasks {
				caller, _, _ := strings.Cut(task.Text, " ")
				_, checked, _ := strings.Cut(task.Text, "looks at whether ")
				checked, _, _ = strings.Cut(checked, " succeeded")
				got = append(got, caller+": "+checked)
			}
		}
	}
	slices.Sort(got)
	want := []string{"orders.Bare: ", "orders.Charged: billing.Charge", "orders.Chosen: billing.Both", "orders.Ignored: ", "orders.place: billing.Note"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// An event carries what the call hands over, and one that carries nothing says why.
func TestContractsCarryWhatIsHandedOver(t *testing.T) {
	out, err := audit.Study(context.Background(), audit.Options{Root: ruletest.Extract(t, "testdata/handed.txtar"), Offline: true})
	if err != nil {
		t.Fatal(err)
	}
	events := plan.Events(out.Ranking, out.Ranking.Candidate("letters"))
	for range 20 { // in whatever order the contracts are joined
		if again := plan.Events(out.Ranking, out.Ranking.Candidate("letters")); !reflect.DeepEqual(again, events) {
			t.Fatalf("%+v, and once more %+v", events, again)
		}
	}
	got := map[string]string{}
	for _, e := range events {
		var names []string
		for _, f := range e.Payload {
			names = append(names, f.Name+" "+f.Type)
		}
		got[e.Name] = strings.Join(names, ", ")
		if (len(names) == 0) != (e.NotDerived != "") {
			t.Errorf("%s: payload %v, not derived %q", e.Name, names, e.NotDerived)
		}
	}
	want := map[string]string{
		"member.created": "reader.id bigint", "member.updated": "original_url String", "member.password_updated": "", "member.deleted": "",
	}
	if !maps.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
