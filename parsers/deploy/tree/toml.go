package tree

import (
	"errors"
	"sort"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// TOML reads a document. A line that does not parse gives a fault and is left
// out; the rest counts.
func TOML(text string) (root *Node, faults []Fault) {
	for range maxRepairs {
		b := newTOML(text)
		line, err := b.read()
		if err == nil {
			return b.root, faults
		}
		faults = append(faults, Fault{Line: line, Message: "TOML that does not parse: " + err.Error()})
		root = b.root
		lines := strings.Split(text, "\n")
		at := min(max(line, 1), len(lines)) - 1
		if strings.TrimSpace(lines[at]) == "" || len(text) > bigRepair {
			break
		}
		lines[at] = strings.Repeat(" ", len(lines[at]))
		text = strings.Join(lines, "\n")
	}
	return root, faults[:min(len(faults), 1)]
}

type tomlBuilder struct {
	text   string
	parser *unstable.Parser
	starts []int // offsets of the lines
	root   *Node
	table  *Node
}

func newTOML(text string) *tomlBuilder {
	b := &tomlBuilder{text: text, parser: &unstable.Parser{}, starts: []int{0}, root: &Node{Kind: Map, Line: 1, Column: 1}}
	for i := range len(text) {
		if text[i] == '\n' {
			b.starts = append(b.starts, i+1)
		}
	}
	b.table = b.root
	return b
}

// read goes through the expressions. The line is that of the error.
func (b *tomlBuilder) read() (line int, err error) {
	defer func() {
		if recover() != nil {
			line, err = 1, errors.New("the TOML library gave up")
		}
	}()
	b.parser.Reset([]byte(b.text))
	for b.parser.NextExpression() {
		b.expression(b.parser.Expression())
	}
	return b.fault(b.parser.Error())
}

func (b *tomlBuilder) fault(err error) (int, error) {
	var where *unstable.ParserError
	if !errors.As(err, &where) {
		return 1, err
	}
	line, _ := b.position(int(b.parser.Range(where.Highlight).Offset))
	return line, errors.New(where.Message)
}

func (b *tomlBuilder) position(offset int) (line, column int) {
	line = sort.Search(len(b.starts), func(i int) bool { return b.starts[i] > offset })
	return line, offset - b.starts[line-1] + 1
}

func (b *tomlBuilder) expression(n *unstable.Node) {
	switch n.Kind {
	case unstable.Table:
		keys := b.keys(n.Key())
		b.table = descend(b.root, keys)
	case unstable.ArrayTable:
		keys := b.keys(n.Key())
		if len(keys) == 0 {
			return
		}
		last := keys[len(keys)-1]
		list := child(descend(b.root, keys[:len(keys)-1]), last, List)
		b.table = &Node{Kind: Map, Line: last.Line, Column: last.Column}
		list.Items = append(list.Items, b.table)
	case unstable.KeyValue:
		b.keyValue(b.table, n)
	}
}

func (b *tomlBuilder) keyValue(table *Node, n *unstable.Node) {
	keys := b.keys(n.Key())
	if len(keys) == 0 {
		return
	}
	last := keys[len(keys)-1]
	into := descend(table, keys[:len(keys)-1])
	into.Pairs = append(into.Pairs, Pair{last, b.value(n.Value(), last)})
}

func (b *tomlBuilder) keys(it unstable.Iterator) []*Node {
	var out []*Node
	for it.Next() {
		n := it.Node()
		k := &Node{Kind: Scalar, Text: string(n.Data)}
		k.Line, k.Column = b.position(int(n.Raw.Offset))
		out = append(out, k)
	}
	return out
}

// value makes a node. Values of which the library does not keep the place stand
// where their key does.
func (b *tomlBuilder) value(n *unstable.Node, key *Node) *Node {
	v := &Node{Kind: Scalar, Text: string(n.Data), Line: key.Line, Column: key.Column}
	if n.Raw.Length > 0 {
		v.Line, v.Column = b.position(int(n.Raw.Offset))
	}
	switch n.Kind {
	case unstable.String:
		v.Quoted = true
	case unstable.Array:
		v.Kind, v.Text = List, ""
		for it := n.Children(); it.Next(); {
			v.Items = append(v.Items, b.value(it.Node(), key))
		}
	case unstable.InlineTable:
		v.Kind, v.Text = Map, ""
		for it := n.Children(); it.Next(); {
			b.keyValue(v, it.Node())
		}
	}
	return v
}

// descend walks to a table and makes what is missing on the way. A list stands
// for its last element, as the format wants it.
func descend(n *Node, keys []*Node) *Node {
	for _, k := range keys {
		n = child(n, k, Map)
		if n.Kind == List && len(n.Items) > 0 {
			n = n.Items[len(n.Items)-1]
		}
	}
	return n
}

func child(n *Node, key *Node, kind Kind) *Node {
	if p, ok := n.Pair(key.Text); ok {
		return p.Value
	}
	made := &Node{Kind: kind, Line: key.Line, Column: key.Column}
	n.Pairs = append(n.Pairs, Pair{key, made})
	return made
}
