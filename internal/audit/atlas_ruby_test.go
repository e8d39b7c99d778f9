package audit_test

import (
	"path/filepath"
	"testing"

	"github.com/stateaudit/stateaudit/internal/ruletest"
)

// TestAtlasRuby holds the fixture after the case study, a Rails shop with 23
// singletons in four groups, against its comments.
func TestAtlasRuby(t *testing.T) {
	ruletest.Folder(t, filepath.Join("..", "..", "testdata", "atlas"))
}
