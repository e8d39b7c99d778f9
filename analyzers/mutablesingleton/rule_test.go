package mutablesingleton_test

import (
	"testing"

	"github.com/stateaudit/stateaudit/internal/ruletest"
)

// TestConnected asks of one checkout which rule tells each of its places: who is
// connected, what waits and what is a pool are easily taken for each other.
func TestConnected(t *testing.T) {
	ruletest.Folder(t, ruletest.Extract(t, "testdata/go_connected.txtar"), "mutable-singleton", "connection-pool", "in-process-worker")
}

func TestRule(t *testing.T) { ruletest.Archives(t, "testdata", "mutable-singleton") }
