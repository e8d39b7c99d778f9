package inprocesslock_test

import (
	"testing"

	"github.com/stateaudit/stateaudit/internal/ruletest"
)

func TestRule(t *testing.T) { ruletest.Archives(t, "testdata", "in-process-lock") }
