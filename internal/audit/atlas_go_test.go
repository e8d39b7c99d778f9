package audit_test

import (
	"path/filepath"
	"testing"

	"github.com/stateaudit/stateaudit/internal/ruletest"
)

// TestAtlasGo holds the fixture after the case study, in Go, against its comments.
func TestAtlasGo(t *testing.T) {
	ruletest.Folder(t, filepath.Join("..", "..", "testdata", "atlas-go"))
}
