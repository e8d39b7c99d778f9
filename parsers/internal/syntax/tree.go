// Package syntax reads source with a grammar of tree-sitter, and holds what front ends
// that read file by file share. The grammars are written in C: their nodes are copied
// once, so that nothing of them is seen outside of this package.
package syntax

import "slices"

// MaxDepth bounds how deep syntax may be nested. Real code stays below 200;
// what lies deeper is left out and told as a problem.
const MaxDepth = 1500

// Node is a named node of the syntax tree. The grammar's own nodes live in C
// and cost a call each time something is asked of them; they are copied once,
// and the tree in C is released at once.
type Node struct {
	Kind  string
	Field string // under which it stands in its parent
	Start int    // offsets in bytes
	End   int
	Kids  []*Node
}

// Tree is the syntax of one file.
type Tree struct {
	Root     *Node
	Comments []*Node
	Errors   []int // offsets at which the grammar gave up
	Cut      bool  // something was nested too deeply
}

// Child is the first child in a field, or nil.
func (n *Node) Child(field string) *Node {
	if n == nil {
		return nil
	}
	for _, kid := range n.Kids {
		if kid.Field == field {
			return kid
		}
	}
	return nil
}

// Is tells whether the node is there and of one of the kinds.
func (n *Node) Is(kinds ...string) bool { return n != nil && slices.Contains(kinds, n.Kind) }

// List are the children of a node that may be missing.
func (n *Node) List() []*Node {
	if n == nil {
		return nil
	}
	return n.Kids
}
