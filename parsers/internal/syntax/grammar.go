//go:build cgo

package syntax

import (
	"context"
	"sync"

	sitter "github.com/smacker/go-tree-sitter"
)

// Grammar reads the source of one language.
type Grammar struct {
	language *sitter.Language
	fields   map[string]string
	symbols  func() []symbol
}

// symbol is what the grammar says of one of its symbols.
type symbol struct {
	name   string
	named  bool
	listed bool // its children have no names
}

// New makes a grammar ready. Fields are the names of children that are asked for, so
// that the copies of them that come from C are not kept. Lists are the kinds of node
// of which no child has a name: to ask for one costs a call into C, and most nodes
// stand in lists.
func New(language *sitter.Language, fields, lists []string) *Grammar {
	g := &Grammar{language: language, fields: map[string]string{}}
	for _, f := range fields {
		g.fields[f] = f
	}
	listed := map[string]bool{}
	for _, kind := range lists {
		listed[kind] = true
	}
	g.symbols = sync.OnceValue(func() []symbol {
		table := make([]symbol, language.SymbolCount())
		for i := range table {
			s := sitter.Symbol(i)
			name := language.SymbolName(s)
			table[i] = symbol{name, language.SymbolType(s) == sitter.SymbolTypeRegular, listed[name]}
		}
		return table
	})
	return g
}

// Parse reads source. It returns nil if the grammar gives no tree at all.
func (g *Grammar) Parse(content []byte) *Tree {
	parser := sitter.NewParser()
	defer parser.Close()
	parser.SetLanguage(g.language)
	parsed, err := parser.ParseCtx(context.Background(), nil, content)
	if err != nil || parsed == nil {
		return nil
	}
	defer parsed.Close()
	cursor := sitter.NewTreeCursor(parsed.RootNode())
	defer cursor.Close()
	c := copier{cursor: cursor, symbols: g.symbols(), fields: g.fields, tree: &Tree{}}
	c.tree.Root = c.copy(0, false)
	return c.tree
}

// copier turns the tree in C into nodes.
type copier struct {
	cursor  *sitter.TreeCursor
	symbols []symbol
	fields  map[string]string
	tree    *Tree
	chunk   []Node
	stack   []*Node
}

// copy copies the node under the cursor, or returns nil if it is not named.
func (c *copier) copy(depth int, fielded bool) *Node {
	current := c.cursor.CurrentNode()
	id := int(current.Symbol())
	if id < len(c.symbols) && !c.symbols[id].named {
		return nil
	}
	n := c.alloc()
	n.Start, n.End = int(current.StartByte()), int(current.EndByte())
	n.Kind = c.kind(id, n, current)
	if depth > 0 && fielded {
		n.Field = c.fields[c.cursor.CurrentFieldName()]
	}
	if n.Kind == "comment" {
		c.tree.Comments = append(c.tree.Comments, n)
		return nil
	}
	if depth >= MaxDepth {
		c.tree.Cut = true
		if current.NamedChildCount() > 0 {
			n.Kind = "ERROR" // without its parts it is not what its kind promises
		}
		return n
	}
	c.copyKids(n, depth, id >= len(c.symbols) || !c.symbols[id].listed)
	return n
}

// kind names a node and notes errors.
func (c *copier) kind(id int, n *Node, current *sitter.Node) string {
	if id >= len(c.symbols) {
		c.tree.Errors = append(c.tree.Errors, n.Start)
		return "ERROR"
	}
	if n.Start == n.End && current.IsMissing() {
		c.tree.Errors = append(c.tree.Errors, n.Start)
	}
	return c.symbols[id].name
}

// copyKids copies the children of the node under the cursor.
func (c *copier) copyKids(n *Node, depth int, fielded bool) {
	if !c.cursor.GoToFirstChild() {
		return
	}
	base := len(c.stack)
	for more := true; more; more = c.cursor.GoToNextSibling() {
		if kid := c.copy(depth+1, fielded); kid != nil {
			c.stack = append(c.stack, kid)
		}
	}
	c.cursor.GoToParent()
	n.Kids = append([]*Node(nil), c.stack[base:]...)
	c.stack = c.stack[:base]
}

// alloc hands out nodes from chunks.
func (c *copier) alloc() *Node {
	if len(c.chunk) == 0 {
		c.chunk = make([]Node, 512)
	}
	n := &c.chunk[0]
	c.chunk = c.chunk[1:]
	return n
}
