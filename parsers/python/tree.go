package python

// maxDepth bounds how deep syntax may be nested. Real code stays below 200;
// what lies deeper is left out and told as a problem.
const maxDepth = 1500

// node is a named node of the syntax tree. The grammar's own nodes live in C
// and cost a call each time something is asked of them; they are copied once,
// and the tree in C is released at once.
type node struct {
	kind  string
	field string
	start int
	end   int
	kids  []*node
}

// tree is the syntax of one file.
type tree struct {
	root     *node
	comments []*node
	errors   []int // offsets at which the grammar gave up
	cut      bool  // something was nested too deeply
}

// child is the first child in a field, or nil.
func (n *node) child(field string) *node {
	if n == nil {
		return nil
	}
	for _, kid := range n.kids {
		if kid.field == field {
			return kid
		}
	}
	return nil
}

// is tells whether the node is there and of one of the kinds.
func (n *node) is(kinds ...string) bool {
	if n == nil {
		return false
	}
	for _, kind := range kinds {
		if n.kind == kind {
			return true
		}
	}
	return false
}
