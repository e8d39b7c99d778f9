package facts

import (
	"slices"
	"testing"

	"github.com/stateaudit/stateaudit/internal/unit"
)

func TestUpdateOfTableOrColumn(t *testing.T) {
	text := func(s string) unit.Value { return unit.Value{Kind: unit.Literal, Text: s} }
	for name, c := range map[string]struct {
		chain []link
		want  []string
	}{
		"builder": {[]link{{"Update", []unit.Value{text(`"orders"`)}}}, []string{"orders"}},
		"column":  {[]link{{"Update", []unit.Value{text(`"followers"`), {Kind: unit.Compound}}}, {"Table", []unit.Value{text(`"users"`)}}}, []string{"users"}},
	} {
		if got := (&Facts{}).chainTables(c.chain, library{path: "builder."}); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
