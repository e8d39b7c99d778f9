package sharedtable_test

import (
	"testing"

	"github.com/stateaudit/stateaudit/internal/ruletest"
)

func TestArchives(t *testing.T) { ruletest.Archives(t, "testdata", "shared-table") }
