package tree

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// HCL reads a document into the form that its JSON syntax has: the labels of a
// block are keys inside each other. Expressions that need more than the document
// become open scalars. If the document does not parse, its blocks are read one
// by one, so that only those at fault are missing.
//
// With a scope, what it has is put in the place of variables, blocks that are
// made dynamically are there as often as it says, and the nodes say what they
// depend on.
func HCL(text string, scope *Scope) (root *Node, faults []Fault) {
	if line := NestedTooDeeply(text); line > 0 {
		return &Node{Kind: Map, Line: 1, Column: 1}, []Fault{{Line: line, Message: "HCL that is nested too deeply: not read"}}
	}
	root, faults = hclBody(text, 0, scope)
	if len(faults) == 0 {
		return root, nil
	}
	first := faults[:1]
	root = &Node{Kind: Map, Line: 1, Column: 1}
	lines := strings.SplitAfter(text, "\n")
	start := 0
	flush := func(end int) {
		if part, wrong := hclBody(strings.Join(lines[start:end], ""), start, scope); len(wrong) == 0 {
			merge(root, part)
		}
		start = end
	}
	for i := range lines {
		if i > start && blockStart().MatchString(lines[i]) {
			flush(i)
		}
	}
	flush(len(lines))
	return root, first
}

// blockStart is a line that opens a block at the outermost level, as people
// indent it.
func blockStart() *regexp.Regexp { return regexp.MustCompile(`^[a-z_]+ ("[^"]*" ?)*\{`) }

// Scope is what variables stand for.
type Scope struct {
	Context *hcl.EvalContext
	// Because lists what an expression depends on.
	Because func(hcl.Expression) []unit.Reason
}

func hclBody(text string, before int, scope *Scope) (root *Node, faults []Fault) {
	defer func() {
		if recover() != nil {
			root, faults = &Node{Kind: Map}, []Fault{{Line: before + 1, Message: "HCL that does not parse: the HCL library gave up"}}
		}
	}()
	file, diags := hclsyntax.ParseConfig([]byte(text), "", hcl.Pos{Line: before + 1, Column: 1})
	for _, d := range diags {
		if d.Severity == hcl.DiagError {
			f := Fault{Line: before + 1, Message: "HCL that does not parse: " + d.Summary}
			if d.Subject != nil {
				f.Line = d.Subject.Start.Line
			}
			faults = append(faults, f)
		}
	}
	if len(faults) > 0 {
		return &Node{Kind: Map}, faults
	}
	b := hclBuilder{text: text, scope: scope}
	return b.body(file.Body.(*hclsyntax.Body)), nil
}

type hclBuilder struct {
	text    string
	scope   *Scope
	because []unit.Reason // of the block that is being made
}

// body makes a map. Attributes have no order in the library's tree, so all is
// put in the order of the lines.
func (b hclBuilder) body(body *hclsyntax.Body) *Node {
	n := &Node{Kind: Map, Line: body.SrcRange.Start.Line, Column: body.SrcRange.Start.Column, Because: b.because}
	for _, a := range inOrder(body.Attributes) {
		n.Pairs = append(n.Pairs, Pair{key(a.Name, a.NameRange), b.expression(a.Expr, 0)})
	}
	for _, block := range body.Blocks {
		b.block(n, block)
	}
	return n
}

func inOrder(attributes hclsyntax.Attributes) []*hclsyntax.Attribute {
	return slices.SortedFunc(maps.Values(attributes), func(a, b *hclsyntax.Attribute) int {
		return cmp.Compare(a.NameRange.Start.Byte, b.NameRange.Start.Byte)
	})
}

// maxNesting is how deep brackets may be nested. The HCL library calls itself for
// each level, and a stack that overflows cannot be recovered from.
const maxNesting = 1000

// NestedTooDeeply finds the line of the bracket that is one too deep, 0 if there is
// none. Brackets in texts count as well, which matters to no file that people write.
func NestedTooDeeply(text string) int {
	depth, line := 0, 1
	for i := range len(text) {
		switch text[i] {
		case '\n':
			line++
		case '(', '[', '{':
			if depth++; depth > maxNesting {
				return line
			}
		case ')', ']', '}':
			depth = max(depth-1, 0)
		}
	}
	return 0
}

// block puts a block below its type and labels.
func (b hclBuilder) block(into *Node, block *hclsyntax.Block) {
	if block.Type == "dynamic" {
		b.dynamic(into, block)
		return
	}
	keys := []*Node{key(block.Type, block.TypeRange)}
	for i, l := range block.Labels {
		keys = append(keys, key(l, block.LabelRanges[i]))
	}
	last := keys[len(keys)-1]
	for _, k := range keys[:len(keys)-1] {
		into = child(into, k, Map)
	}
	into.Pairs = append(into.Pairs, Pair{last, b.body(block.Body)})
}

// dynamic makes a block that an expression decides about. If that is not known,
// the block may be there or not, so it is left out; if it is there several times,
// the first stands for all.
func (b hclBuilder) dynamic(into *Node, block *hclsyntax.Block) {
	each, ok := block.Body.Attributes["for_each"]
	if !ok || len(block.Labels) != 1 || b.scope == nil {
		return
	}
	v, diags := each.Expr.Value(b.scope.Context)
	if diags.HasErrors() || v.IsNull() || !v.IsKnown() || !v.CanIterateElements() {
		return
	}
	name := block.Labels[0]
	if a, ok := block.Body.Attributes["iterator"]; ok {
		if keyword := hcl.ExprAsKeyword(a.Expr); keyword != "" {
			name = keyword
		}
	}
	for it := v.ElementIterator(); it.Next(); {
		k, element := it.Element()
		inner := b.scope.Context.NewChild()
		inner.Variables = map[string]cty.Value{name: cty.ObjectVal(map[string]cty.Value{"key": k, "value": element})}
		b.because = append(b.because[:len(b.because):len(b.because)], b.scope.Because(each.Expr)...)
		b.scope = &Scope{Context: inner, Because: b.scope.Because}
		for _, content := range block.Body.Blocks {
			if content.Type == "content" {
				into.Pairs = append(into.Pairs, Pair{key(block.Labels[0], block.LabelRanges[0]), b.body(content.Body)})
			}
		}
		return
	}
}

func key(name string, r hcl.Range) *Node {
	return &Node{Kind: Scalar, Text: name, Quoted: r.End.Byte-r.Start.Byte == len(name)+2, Line: r.Start.Line, Column: r.Start.Column}
}

// maxExpression bounds how deep an expression is followed.
const maxExpression = 50

func (b hclBuilder) expression(e hclsyntax.Expression, depth int) *Node {
	r := e.Range()
	n := &Node{Line: r.Start.Line, Column: r.Start.Column, Because: b.because}
	if depth > maxExpression {
		return n
	}
	switch x := e.(type) {
	case *hclsyntax.TupleConsExpr:
		n.Kind = List
		for _, item := range x.Exprs {
			n.Items = append(n.Items, b.expression(item, depth+1))
		}
		return n
	case *hclsyntax.ObjectConsExpr:
		n.Kind = Map
		for _, item := range x.Items {
			n.Pairs = append(n.Pairs, Pair{b.objectKey(item.KeyExpr), b.expression(item.ValueExpr, depth+1)})
		}
		return n
	case *hclsyntax.FunctionCallExpr:
		if encodes(x.Name) && len(x.Args) == 1 {
			return b.expression(x.Args[0], depth+1)
		}
	}
	n.Kind = Scalar
	if text, ok := b.literal(e); ok {
		n.Text = text
		if b.scope != nil {
			n.Because = append(n.Because[:len(n.Because):len(n.Because)], b.scope.Because(e)...)
		}
		n.Block = r.End.Line > r.Start.Line
		n.Quoted = !n.Block && r.End.Byte-r.Start.Byte == len(text)+2
		return n
	}
	n.Text = "${" + b.source(r) + "}"
	return n
}

// encodes names the functions whose result says what their argument says.
func encodes(function string) bool {
	return function == "jsonencode" || function == "yamlencode" || function == "tomap" || function == "tolist"
}

func (b hclBuilder) objectKey(e hclsyntax.Expression) *Node {
	k := b.expression(e, maxExpression)
	k.Kind = Scalar
	if text, ok := b.literal(e); ok {
		k.Text = text
	} else {
		k.Text = "${" + b.source(e.Range()) + "}"
	}
	return k
}

func (b hclBuilder) source(r hcl.Range) string {
	start, end := max(r.Start.Byte, 0), min(r.End.Byte, len(b.text))
	if start >= end {
		return ""
	}
	return b.text[start:end]
}

// literal evaluates an expression that needs nothing but the scope.
func (b hclBuilder) literal(e hclsyntax.Expression) (string, bool) {
	var context *hcl.EvalContext
	if b.scope != nil {
		context = b.scope.Context
	}
	v, diags := e.Value(context)
	if diags.HasErrors() || v.IsNull() || !v.IsWhollyKnown() || !v.Type().IsPrimitiveType() {
		return "", false
	}
	v, err := convert.Convert(v, cty.String)
	if err != nil {
		return "", false
	}
	return v.AsString(), true
}

// merge joins two documents; maps under the same key become one.
func merge(into, from *Node) {
	for _, p := range from.Pairs {
		have, ok := into.Pair(p.Key.Text)
		if ok && have.Value.Kind == Map && p.Value.Kind == Map {
			merge(have.Value, p.Value)
			continue
		}
		into.Pairs = append(into.Pairs, p)
	}
}
