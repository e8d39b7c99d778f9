package chain

import (
	"slices"
	"testing"

	"github.com/stateaudit/stateaudit/internal/result"
)

func TestLink(t *testing.T) {
	found := []result.Finding{
		{ID: "a", Rule: "nonserializable-session-write", Level: result.Error},
		{ID: "b", Rule: "session-in-process", Level: result.Error},
		{ID: "c", Rule: "sticky-session", Level: result.Warning},
		{ID: "d", Rule: "mutable-singleton", Level: result.Warning},
		{ID: "e", Rule: "nonserializable-session-write", Level: result.Note},
	}
	Link(found)
	for i, want := range [][]string{{"b", "c"}, {"a", "c"}, {"a", "b"}, nil, nil} {
		if !slices.Equal(found[i].Related, want) {
			t.Errorf("%s is related to %v, not %v", found[i].ID, found[i].Related, want)
		}
	}
}
