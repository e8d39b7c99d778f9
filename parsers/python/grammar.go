//go:build cgo

package python

import (
	"context"
	"sync"

	sitter "github.com/smacker/go-tree-sitter"
	grammar "github.com/smacker/go-tree-sitter/python"
)

// unavailable says why no Python can be read; "" if it can.
const unavailable = ""

// symbol is what the grammar says of one of its symbols.
type symbol struct {
	name  string
	named bool
}

// symbols is the grammar's table of symbols, read once.
var symbols = sync.OnceValue(func() []symbol {
	language := grammar.GetLanguage()
	table := make([]symbol, language.SymbolCount())
	for i := range table {
		s := sitter.Symbol(i)
		table[i] = symbol{language.SymbolName(s), language.SymbolType(s) == sitter.SymbolTypeRegular}
	}
	return table
})

// parse reads Python source. It returns nil if the grammar gives no tree at all.
func parse(content []byte) *tree {
	parser := sitter.NewParser()
	defer parser.Close()
	parser.SetLanguage(grammar.GetLanguage())
	parsed, err := parser.ParseCtx(context.Background(), nil, content)
	if err != nil || parsed == nil {
		return nil
	}
	defer parsed.Close()
	cursor := sitter.NewTreeCursor(parsed.RootNode())
	defer cursor.Close()
	c := copier{cursor: cursor, symbols: symbols(), tree: &tree{}}
	c.tree.root = c.copy(0, false)
	return c.tree
}

// copier turns the tree in C into nodes.
type copier struct {
	cursor  *sitter.TreeCursor
	symbols []symbol
	tree    *tree
	chunk   []node
	stack   []*node
}

// copy copies the node under the cursor, or returns nil if it is not named.
func (c *copier) copy(depth int, fielded bool) *node {
	current := c.cursor.CurrentNode()
	id := int(current.Symbol())
	if id < len(c.symbols) && !c.symbols[id].named {
		return nil
	}
	n := c.alloc()
	n.start, n.end = int(current.StartByte()), int(current.EndByte())
	n.kind = c.kind(id, n, current)
	if depth > 0 && fielded {
		n.field = field(c.cursor.CurrentFieldName())
	}
	if n.kind == "comment" {
		c.tree.comments = append(c.tree.comments, n)
		return nil
	}
	if depth >= maxDepth {
		c.tree.cut = true
		return n
	}
	c.copyKids(n, depth)
	return n
}

// kind names a node and notes errors.
func (c *copier) kind(id int, n *node, current *sitter.Node) string {
	if id >= len(c.symbols) {
		c.tree.errors = append(c.tree.errors, n.start)
		return "ERROR"
	}
	if n.start == n.end && current.IsMissing() {
		c.tree.errors = append(c.tree.errors, n.start)
	}
	return c.symbols[id].name
}

// copyKids copies the children of the node under the cursor.
func (c *copier) copyKids(n *node, depth int) {
	if !c.cursor.GoToFirstChild() {
		return
	}
	base, fielded := len(c.stack), hasFields(n.kind)
	for more := true; more; more = c.cursor.GoToNextSibling() {
		if kid := c.copy(depth+1, fielded); kid != nil {
			c.stack = append(c.stack, kid)
		}
	}
	c.cursor.GoToParent()
	n.kids = append([]*node(nil), c.stack[base:]...)
	c.stack = c.stack[:base]
}

// hasFields tells the kinds of node of which children have names. To ask for a
// name costs a call into C, and most nodes stand in lists.
func hasFields(kind string) bool {
	switch kind {
	case "module", "block", "argument_list", "list", "tuple", "set", "dictionary", "string", "concatenated_string", "string_content", "parameters",
		"lambda_parameters", "expression_statement", "parenthesized_expression", "comparison_operator", "conditional_expression", "dotted_name",
		"identifier", "integer", "float", "true", "false", "none", "comment", "expression_list", "pattern_list", "tuple_pattern", "list_pattern",
		"return_statement", "decorator", "with_clause", "delete_statement", "global_statement", "nonlocal_statement", "list_splat", "await":
		return false
	}
	return true
}

// alloc hands out nodes from chunks.
func (c *copier) alloc() *node {
	if len(c.chunk) == 0 {
		c.chunk = make([]node, 512)
	}
	n := &c.chunk[0]
	c.chunk = c.chunk[1:]
	return n
}

// fields are the names of fields that are asked for, so that the copies that come
// from C are not kept.
var fields = [...]string{
	"alias", "alternative", "argument", "arguments", "attribute", "body", "condition", "consequence", "definition", "function", "key", "left", "module_name", "name", "object", "operator", "parameters", "return_type", "right", "subject", "subscript", "superclasses", "type", "value",
}

// field replaces a field name by the same text of the program.
func field(name string) string {
	for i := range fields {
		if fields[i] == name {
			return fields[i]
		}
	}
	return ""
}
