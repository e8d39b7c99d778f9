package vet

import (
	"testing"

	"github.com/stateaudit/stateaudit/internal/result"
)

// TestCategoryKeepsSymbol holds that a finding keeps its symbol through the
// protocol, also where its message names another place first.
func TestCategoryKeepsSymbol(t *testing.T) {
	group := result.Group("rate-limiter")
	for _, want := range []result.Finding{
		{Rule: "in-process-worker", Level: result.Warning, Category: "worker", Symbol: "poller.run", Message: "`jobs.Start` starts `poller.run` at boot."},
		{Rule: "mutable-singleton", Level: result.Error, Category: "counter", Group: &group, Symbol: "api/v1.limits", Message: "Nothing quoted."},
	} {
		got, ok := finding(diagnostic{Category: category(want), Posn: "/src/a.go:3:5", Message: message(want)}, "/src")
		if !ok || got.Symbol != want.Symbol || got.Rule != want.Rule || got.Level != want.Level || got.Category != want.Category || got.Message != want.Message {
			t.Errorf("got %+v of %+v", got, want)
		}
		if (got.Group == nil) != (want.Group == nil) || got.Group != nil && *got.Group != *want.Group {
			t.Errorf("group %v of %v", got.Group, want.Group)
		}
	}
	if _, ok := finding(diagnostic{Category: "copylocks", Posn: "/src/a.go:3:5"}, "/src"); ok {
		t.Error("a diagnostic of another analyzer was taken for ours")
	}
}
