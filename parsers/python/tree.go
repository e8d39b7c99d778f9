package python

import "github.com/stateaudit/stateaudit/parsers/internal/syntax"

// The syntax of a file, as the grammar of Python gives it.
type (
	node = syntax.Node
	tree = syntax.Tree
)
