package audit_test

import (
	"path/filepath"
	"testing"

	"github.com/stateaudit/stateaudit/internal/ruletest"
)

// TestLogisticsGo holds the platform that is ranked against its comments: what
// it keeps in its memory is in fields of services and never in variables.
func TestLogisticsGo(t *testing.T) {
	ruletest.Folder(t, filepath.Join("..", "..", "testdata", "logistics-go"),
		"mutable-singleton", "in-process-cache", "in-process-lock", "connection-pool", "local-disk-state", "session-in-process", "shared-table")
}
