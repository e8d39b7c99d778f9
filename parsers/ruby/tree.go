package ruby

import "github.com/stateaudit/stateaudit/parsers/internal/syntax"

// The syntax of a file, as the grammar of Ruby gives it.
type (
	node = syntax.Node
	tree = syntax.Tree
)
