package audit_test

import (
	"path/filepath"
	"testing"

	"github.com/stateaudit/stateaudit/internal/ruletest"
)

// TestLogisticsDjango holds the platform of Django against its comments: the mirror of
// sessions that a job and requests change, and what else each process has of its own.
func TestLogisticsDjango(t *testing.T) {
	ruletest.Folder(t, filepath.Join("..", "..", "testdata", "logistics-django"),
		"mutable-singleton", "in-process-cache", "in-process-lock", "local-disk-state", "session-in-process", "sticky-session", "nonserializable-session-write", "blocking-side-effect")
}
