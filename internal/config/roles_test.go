package config

import (
	"slices"
	"testing"

	"github.com/stateaudit/stateaudit/internal/catalog"
)

// TestRolesAreKinds compares with the catalogue, which the configuration adds to
// without knowing it.
func TestRolesAreKinds(t *testing.T) {
	kinds := []catalog.Kind{
		catalog.Cache, catalog.Limiter, catalog.Client, catalog.Metrics, catalog.Sync, catalog.Session, catalog.Counter, catalog.Registry,
		catalog.Queue, catalog.Schedule, catalog.Config, catalog.Logger, catalog.Constant, catalog.Database, catalog.Remote,
	}
	for _, k := range kinds {
		if !slices.Contains(Roles(), string(k)) {
			t.Errorf("no role %q", k)
		}
	}
	if len(kinds) != len(Roles()) {
		t.Errorf("%d kinds, %d roles", len(kinds), len(Roles()))
	}
}
