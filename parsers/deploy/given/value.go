// Package given finds out what parameters are given in a checkout: the defaults
// of variables, the arguments of modules, the values of charts, the variables of
// groups. Deployment files leave choices to such parameters; with them, a reader
// sees what holds unless somebody says otherwise at the time of deploying.
package given

import (
	"fmt"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
	"github.com/stateaudit/stateaudit/parsers/deploy/tree"
)

// value is what an expression gives. A value that is known and has no node is
// undefined, or null.
type value struct {
	node    *tree.Node
	known   bool
	because []unit.Reason
	file    string // where the node stands, if it is one of values
}

func text(s string) value {
	return value{node: &tree.Node{Kind: tree.Scalar, Text: s}, known: true}
}

func truth(b bool) value { return text(fmt.Sprint(b)) }

// with is a value that also depends on what others depend on.
func (v value) with(others ...value) value {
	for _, o := range others {
		v.because = append(v.because[:len(v.because):len(v.because)], o.because...)
	}
	return v
}

// defined tells whether there is something, if only an empty text.
func (v value) defined() bool { return v.node != nil && v.node.Kind != tree.Null }

// holds tells whether a value counts as true where a condition is asked.
func (v value) holds() bool {
	if !v.defined() {
		return false
	}
	if v.node.Kind != tree.Scalar {
		return len(v.node.Pairs)+len(v.node.Items) > 0
	}
	switch strings.ToLower(v.node.Text) {
	case "", "false", "no", "off", "0", "none", "null", "~":
		return false
	}
	return true
}

func (v value) text() string { return v.node.String() }

// scope finds what a name with its attributes stands for.
type scope func(path []string) value

// at is the value at a path below a node, with the place as its reason.
func at(root *tree.Node, file string, path []string, name string) value {
	n := root
	for _, key := range path {
		p, ok := n.Pair(key)
		if !ok {
			return value{known: true}
		}
		n = p.Value
	}
	return reasoned(n, file, name)
}

// reasoned is a value with the place that gives it as the reason.
func reasoned(n *tree.Node, file, name string) value {
	v := value{node: n, known: true, file: file}
	if n != nil && n.Kind == tree.Scalar {
		if n.Open() {
			return value{}
		}
		v.because = []unit.Reason{{Text: name + " is " + n.Text, Location: unit.Location{File: file, Line: n.Line, Column: n.Column, EndLine: n.Line, EndColumn: n.Column + len(n.Text)}}}
	}
	return v
}
