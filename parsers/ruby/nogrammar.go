//go:build !cgo

package ruby

import "github.com/stateaudit/stateaudit/parsers/internal/syntax"

// unavailable says why no Ruby can be read: the grammar is written in C.
var unavailable = syntax.Unavailable("Ruby")

// parse has no grammar to read with.
func parse([]byte) *tree { return nil }
