package given

import (
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
	"github.com/stateaudit/stateaudit/parsers/deploy/tree"
)

// CloudFormation puts the defaults of a template's parameters in the place of
// references to them, and the branches that its conditions then take in the place
// of choices. A resource whose condition does not hold is left out.
func CloudFormation(file string, doc *tree.Node) *tree.Node {
	t := &template{file: file, doc: doc}
	all := doc.Get("Resources")
	kept := &tree.Node{Kind: tree.Map}
	for _, r := range all.Entries() {
		if c := r.Value.Str("Condition"); c != "" {
			if v := t.condition(c, 0); v.known && !v.holds() {
				continue
			}
		}
		kept.Pairs = append(kept.Pairs, tree.Pair{Key: r.Key, Value: t.node(r.Value, 0)})
	}
	out := *doc
	out.Pairs = nil
	for _, p := range doc.Pairs {
		if p.Key.Text == "Resources" {
			p.Value = kept
		}
		out.Pairs = append(out.Pairs, p)
	}
	return &out
}

type template struct {
	file   string
	doc    *tree.Node
	visits int
}

// Bounds of a template: aliases make a small one a tree without measure.
const (
	maxNested = 60
	maxNodes  = 200_000
)

// intrinsic tells the name and the argument of an intrinsic function, in the short
// form or the long one.
func intrinsic(n *tree.Node) (name string, argument *tree.Node) {
	if n.Tag != "" {
		inner := *n
		inner.Tag = ""
		inner.Text = strings.TrimSuffix(strings.TrimPrefix(n.Text, "${"), "}")
		return strings.TrimPrefix(n.Tag, "!"), &inner
	}
	if n.Kind == tree.Map && len(n.Pairs) == 1 {
		key := n.Pairs[0].Key.Text
		if name, ok := strings.CutPrefix(key, "Fn::"); ok || key == "Ref" || key == "Condition" {
			return name, n.Pairs[0].Value
		}
	}
	return "", nil
}

// node is a copy of a node with what is known.
func (t *template) node(n *tree.Node, depth int) *tree.Node {
	if t.visits++; n == nil || depth > maxNested || t.visits > maxNodes {
		return n
	}
	if name, argument := intrinsic(n); name != "" {
		v := t.call(name, argument, depth+1)
		if !v.known {
			return n
		}
		out := tree.Node{Line: n.Line, Column: n.Column}
		if v.node != nil {
			out = *v.node
			if out.Kind == tree.Scalar {
				out.Line, out.Column = n.Line, n.Column
			}
		}
		out.Because = append(out.Because[:len(out.Because):len(out.Because)], v.because...)
		return &out
	}
	out := *n
	out.Pairs, out.Items = nil, nil
	for _, p := range n.Pairs {
		out.Pairs = append(out.Pairs, tree.Pair{Key: p.Key, Value: t.node(p.Value, depth+1)})
	}
	for _, item := range n.Items {
		out.Items = append(out.Items, t.node(item, depth+1))
	}
	return &out
}

// value of a node that may be a function.
func (t *template) value(n *tree.Node, depth int) value {
	if n == nil || depth > maxNested {
		return value{}
	}
	if name, argument := intrinsic(n); name != "" {
		return t.call(name, argument, depth+1)
	}
	return value{node: t.node(n, depth+1), known: n.Kind != tree.Scalar || !n.Open()}
}

func (t *template) call(name string, argument *tree.Node, depth int) value {
	if depth > maxNested {
		return value{}
	}
	args := argument.Elements()
	switch {
	case name == "Ref":
		return t.parameter(argument.String())
	case name == "Sub":
		inner, whole := strings.CutPrefix(argument.String(), "${")
		if end := strings.IndexByte(inner, '}'); whole && (end < 0 || end == len(inner)-1) {
			return t.parameter(strings.TrimSuffix(inner, "}"))
		}
	case name == "Condition":
		return t.condition(argument.String(), depth+1)
	case name == "If" && len(args) == 3:
		return choose(t.condition(args[0].String(), depth+1), t.value(args[1], depth+1), t.value(args[2], depth+1))
	case name == "Equals" && len(args) == 2:
		return compared(t.value(args[0], depth+1), t.value(args[1], depth+1), true)
	case name == "Not" && len(args) == 1:
		return negated(t.value(args[0], depth+1))
	case (name == "And" || name == "Or") && len(args) > 0:
		v := t.value(args[0], depth+1)
		for _, a := range args[1:] {
			if name == "And" {
				v = both(v, t.value(a, depth+1))
			} else {
				v = either(v, t.value(a, depth+1))
			}
		}
		return v
	case name == "FindInMap" && len(args) == 3:
		return t.mapped(t.value(args[0], depth+1), t.value(args[1], depth+1), t.value(args[2], depth+1))
	}
	return value{}
}

// parameter is the default of a parameter.
func (t *template) parameter(name string) value {
	if name == "AWS::NoValue" {
		return value{known: true}
	}
	p, ok := t.doc.Get("Parameters", name).Pair("Default")
	if !ok {
		return value{}
	}
	return reasoned(p.Value, t.file, "parameter "+name)
}

func (t *template) condition(name string, depth int) value {
	n := t.doc.Get("Conditions", name)
	if n == nil || depth > maxNested {
		return value{}
	}
	return t.value(n, depth+1)
}

func (t *template) mapped(name, first, second value) value {
	if !name.known || !first.known || !second.known {
		return value{}
	}
	n := t.doc.Get("Mappings", name.text(), first.text(), second.text())
	if n == nil {
		return value{}
	}
	return reasoned(n, t.file, name.text()).with(first, second)
}

// ARM puts the defaults of parameters and what variables are made of in the place
// of expressions.
func ARM(file string, doc *tree.Node) *tree.Node {
	var names scope
	depth := 0
	names = func(path []string) value {
		if len(path) != 2 || depth > 20 {
			return value{}
		}
		depth++
		defer func() { depth-- }()
		switch path[0] {
		case "parameters":
			p, ok := doc.Get("parameters", path[1]).Pair("defaultValue")
			if !ok {
				return value{}
			}
			if inner, is := bracketed(p.Value); is {
				return evaluate(inner, names)
			}
			return reasoned(p.Value, file, "parameter "+path[1])
		case "variables":
			n := doc.Get("variables", path[1])
			if inner, is := bracketed(n); is {
				return evaluate(inner, names)
			}
			return value{node: n, known: n != nil && n.Kind == tree.Scalar}
		}
		return value{}
	}
	visits := 0
	return replaced(doc, names, &visits, 0)
}

// bracketed is the expression of a text that is one.
func bracketed(n *tree.Node) (string, bool) {
	s := n.String()
	if len(s) < 3 || s[0] != '[' || s[1] == '[' || s[len(s)-1] != ']' {
		return "", false
	}
	return s[1 : len(s)-1], true
}

func replaced(n *tree.Node, names scope, visits *int, depth int) *tree.Node {
	if *visits++; n == nil || depth > maxNested || *visits > maxNodes {
		return n
	}
	out := *n
	if inner, is := bracketed(n); is {
		if v := evaluate(inner, names); v.known && v.node != nil && v.node.Kind == tree.Scalar {
			out.Text, out.Because = v.node.Text, append([]unit.Reason{}, v.because...)
		}
		return &out
	}
	out.Pairs, out.Items = nil, nil
	for _, p := range n.Pairs {
		out.Pairs = append(out.Pairs, tree.Pair{Key: p.Key, Value: replaced(p.Value, names, visits, depth+1)})
	}
	for _, item := range n.Items {
		out.Items = append(out.Items, replaced(item, names, visits, depth+1))
	}
	return &out
}
