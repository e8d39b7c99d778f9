// Package nogo offers the rules as one analyzer under the name that Bazel's nogo
// looks for.
package nogo

import "github.com/stateaudit/stateaudit/analyzers"

// Analyzer reports process state; its flag -notes adds what is harmless.
var Analyzer = analyzers.Combined()
