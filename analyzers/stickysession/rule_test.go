package stickysession_test

import (
	"testing"

	"github.com/stateaudit/stateaudit/internal/ruletest"
)

func TestRule(t *testing.T) { ruletest.Archives(t, "testdata", "sticky-session") }
