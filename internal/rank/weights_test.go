package rank

import (
	"slices"
	"testing"

	"github.com/stateaudit/stateaudit/internal/config"
)

// TestWeightsAreTheClasses compares with the configuration, which names what a
// weight may be set for without knowing this package.
func TestWeightsAreTheClasses(t *testing.T) {
	want := []string{clarityPower, viabilityPower, couplingPower}
	for _, class := range Classes() {
		want = append(want, string(class))
		if _, ok := DefaultWeights()[class]; !ok {
			t.Errorf("%s has no weight", class)
		}
	}
	if got := config.Weights(); !slices.Equal(got, want) {
		t.Errorf("the configuration knows %q, ranking %q", got, want)
	}
}
