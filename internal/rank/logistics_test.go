package rank_test

import (
	"os"
	"slices"
	"testing"

	"github.com/stateaudit/stateaudit/internal/rank"
	"github.com/stateaudit/stateaudit/internal/traffic"
)

const logistics = "../../testdata/logistics-go"

// TestLogisticsGo ranks the platform after the case study that ordered its
// domains by coupling.
func TestLogisticsGo(t *testing.T) {
	r := ranked(t, logistics, nil)
	show(t, r)
	if len(r.Candidates) != 7 {
		t.Fatalf("%d candidates, want 7", len(r.Candidates))
	}
	for _, name := range []string{"tracking", "notifications"} {
		if got := position(t, r, name); got > 2 {
			t.Errorf("%s has rank %d, want 1 or 2", name, got)
		}
	}
	if got := position(t, r, "shipments"); got != len(r.Candidates) {
		t.Errorf("shipments has rank %d, want the last", got)
	}
}

// TestLogisticsGoUnderTraffic orders the same platform by what is really asked
// of it, as the case study did.
func TestLogisticsGoUnderTraffic(t *testing.T) {
	r := ranked(t, logistics, accessLog(t))
	show(t, r)
	first := r.Ordered(rank.ByRelief)[0]
	if first.Domain.Name != "tracking" {
		t.Errorf("%s is first by relief, want tracking", first.Domain.Name)
	}
	if first.Traffic < 0.8 || first.Traffic > 0.95 {
		t.Errorf("tracking takes %.2f of the requests, want most", first.Traffic)
	}
	if r.Traffic.Total != 637 {
		t.Errorf("%d requests counted, want 637: all lines but three", r.Traffic.Total)
	}
	// /healthz is served by the kernel and matches; what nobody serves does not.
	var unserved []string
	for _, u := range r.Traffic.Unmatched {
		unserved = append(unserved, u.Path)
	}
	if want := []string{"/favicon.ico"}; !slices.Equal(unserved, want) {
		t.Errorf("requests that no endpoint takes: %v, want %v", unserved, want)
	}
}

// accessLog reads the platform's log, of which two lines are to be named.
func accessLog(t *testing.T) *rank.Traffic {
	t.Helper()
	file, err := os.Open(logistics + "/traffic.log")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	read, problems, err := traffic.Read("traffic.log", file)
	if err != nil {
		t.Fatal(err)
	}
	var lines []int
	for _, p := range problems {
		lines = append(lines, p.Line)
	}
	if want := []int{134, 403}; !slices.Equal(lines, want) {
		t.Errorf("problems in lines %v, want %v", lines, want)
	}
	return read
}

// TestLogisticsDjango ranks a platform of Django by what is asked of it, after the case
// study that took out what is asked most and shares least before the core.
func TestLogisticsDjango(t *testing.T) {
	const django = "../../testdata/logistics-django"
	file, err := os.Open(django + "/traffic.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	read, problems, err := traffic.Read("traffic.csv", file)
	if err != nil || len(problems) > 0 {
		t.Fatalf("%v %v", err, problems)
	}
	r := ranked(t, django, read)
	show(t, r)
	var got []string
	for _, c := range r.Ordered(rank.ByRelief) {
		got = append(got, c.Domain.Name)
	}
	if want := []string{"tracking", "notifications", "accounts", "documents", "shipments"}; !slices.Equal(got, want) {
		t.Errorf("by relief: %v, want %v", got, want)
	}
	if n := len(r.Traffic.Unmatched); n != 1 {
		t.Errorf("%d paths of the traffic belong to no endpoint, want /favicon.ico alone: %v", n, r.Traffic.Unmatched)
	}
}
