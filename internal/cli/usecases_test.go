package cli

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

func TestUseCases(t *testing.T) {
	code, out, errs := run("usecases", "--offline", sample("atlas"))
	if code != exitOK || !strings.HasPrefix(out, "Use cases: ") || !strings.Contains(out, "one transaction for kernel, billing: Billing::Charge#call") {
		t.Errorf("exit %d: %s%s", code, out, errs)
	}
	if !strings.Contains(out, "--all shows them") {
		t.Errorf("nothing was left out:\n%s", out)
	}
	if _, all, _ := run("usecases", "--offline", "--all", sample("atlas")); strings.Contains(all, "--all") || len(all) <= len(out) {
		t.Errorf("--all leaves something out:\n%s", all)
	}
}

func TestUseCasesOfADomain(t *testing.T) {
	code, out, errs := run("usecases", "--offline", "--json", "--domain", "search", sample("atlas"))
	var got struct {
		UseCases []struct {
			Domain string
			Titles []string
			Writes []struct{ Table, Domain string }
		}
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil || code != exitOK || len(got.UseCases) == 0 {
		t.Fatalf("exit %d, %v: %s%s", code, err, out, errs)
	}
	for _, u := range got.UseCases {
		if u.Domain != "search" {
			t.Errorf("%q begins in %s", u.Titles, u.Domain)
		}
	}
	if u := got.UseCases[0]; !slices.Contains(u.Titles, "GET /search") || len(u.Writes) != 1 || u.Writes[0].Table != "search_queries" {
		t.Errorf("first is %+v", u)
	}
	if code, _, errs := run("usecases", "--offline", "--domain", "serch", sample("atlas")); code != exitUsage || !strings.Contains(errs, `did you mean "search"?`) {
		t.Errorf("exit %d: %s", code, errs)
	}
}
