// Package tree is the one form in which readers of deployment files see YAML,
// JSON and TOML: nodes that know where they stand.
//
// A reader asks for keys and gets nodes; it need not know whether an alias, a
// merge key or a template stood there. Nil nodes answer every question with
// nothing, so that a path can be walked without asking at each step.
package tree

import (
	"strconv"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// Kind of a node.
type Kind int

// The kinds.
const (
	Null Kind = iota
	Scalar
	Map
	List
)

// Node is a value of a document.
type Node struct {
	Kind   Kind
	Text   string // of a scalar
	Quoted bool
	Block  bool // a text of its own lines, which start behind Line
	// Line and Column of the first character, from 1; columns count bytes.
	Line, Column int
	Tag          string        // of CloudFormation's functions: "!If"
	Because      []unit.Reason // what a value that was computed depends on
	Pairs        []Pair        // of a map, in the order written; merged ones last
	Items        []*Node       // of a list
}

// Pair is a key of a map and its value, neither of which is nil.
type Pair struct {
	Key   *Node
	Value *Node
}

// Pair finds a key. It takes the last of several, as parsers do.
func (n *Node) Pair(key string) (Pair, bool) {
	if n == nil {
		return Pair{}, false
	}
	for i := len(n.Pairs) - 1; i >= 0; i-- {
		if n.Pairs[i].Key.Text == key {
			return n.Pairs[i], true
		}
	}
	return Pair{}, false
}

// Get follows keys through maps; nil if one is missing.
func (n *Node) Get(keys ...string) *Node {
	for _, k := range keys {
		p, ok := n.Pair(k)
		if !ok {
			return nil
		}
		n = p.Value
	}
	return n
}

// Find follows keys through maps and returns the last pair.
func (n *Node) Find(keys ...string) (Pair, bool) {
	if len(keys) == 0 {
		return Pair{}, false
	}
	return n.Get(keys[:len(keys)-1]...).Pair(keys[len(keys)-1])
}

// String of a scalar; empty for everything else.
func (n *Node) String() string {
	if n == nil || n.Kind != Scalar {
		return ""
	}
	return n.Text
}

// Str is the string at a path of keys.
func (n *Node) Str(keys ...string) string { return n.Get(keys...).String() }

// Words is a text, or the texts of a list with blanks between them, as commands are given.
func (n *Node) Words() string {
	words := []string{n.String()}
	for _, e := range n.Elements() {
		words = append(words, e.String())
	}
	return strings.TrimSpace(strings.Join(words, " "))
}

// Int of a scalar that is a whole number.
func (n *Node) Int() (int, bool) {
	v, err := strconv.Atoi(strings.TrimSpace(n.String()))
	return v, err == nil
}

// IsMap tells whether the node is a map.
func (n *Node) IsMap() bool { return n != nil && n.Kind == Map }

// Elements of a list; a nil node has none.
func (n *Node) Elements() []*Node {
	if n == nil {
		return nil
	}
	return n.Items
}

// Entries of a map; a nil node has none.
func (n *Node) Entries() []Pair {
	if n == nil {
		return nil
	}
	return n.Pairs
}

// Open tells whether a scalar could not be read: a template, a variable or a
// place to be filled in.
func (n *Node) Open() bool {
	return n != nil && n.Kind == Scalar && Open(n.Text)
}

// Open tells whether a text has a template, a variable or a place to be filled
// in.
func Open(text string) bool {
	for _, mark := range []string{hidden, "${", "$(", "{{", "<%", "{%"} {
		if strings.Contains(text, mark) {
			return true
		}
	}
	t := strings.TrimSpace(text)
	return strings.HasPrefix(t, "$") || strings.HasPrefix(t, "<") && strings.HasSuffix(t, ">")
}

// On tells whether a scalar switches something on.
func (n *Node) On() bool { return truth(n) == "true" }

// Off tells whether a scalar switches something off.
func (n *Node) Off() bool { return truth(n) == "false" }

func truth(n *Node) string {
	switch strings.ToLower(strings.TrimSpace(n.String())) {
	case "true", "yes", "on", "1", "enabled":
		return "true"
	case "false", "no", "off", "0", "disabled", "none":
		return "false"
	}
	return ""
}

// maxVisits bounds a walk: aliases make a small file a tree without measure.
const (
	maxVisits = 2_000_000
	maxDepth  = 200
)

// Walk calls visit for every pair below a node, with the keys that lead to it
// (the index of a list's element counts as no key). It goes below a pair only
// if visit says so.
func (n *Node) Walk(visit func(path []string, p Pair) bool) {
	left := maxVisits
	walk(n, nil, &left, visit)
}

func walk(n *Node, path []string, left *int, visit func([]string, Pair) bool) {
	if n == nil || len(path) > maxDepth || *left <= 0 {
		return
	}
	for _, p := range n.Pairs {
		*left--
		at := append(path[:len(path):len(path)], p.Key.Text)
		if visit(at, p) {
			walk(p.Value, at, left, visit)
		}
	}
	for _, item := range n.Items {
		*left--
		walk(item, append(path[:len(path):len(path)], ""), left, visit)
	}
}
