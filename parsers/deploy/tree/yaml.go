package tree

import (
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// Fault is a place that could not be read.
type Fault struct {
	Line    int
	Message string
}

// maxRepairs bounds how many lines of a document are given up before the rest
// of it is; bigRepair is the size in bytes above which only one is.
const (
	maxRepairs = 6
	bigRepair  = 256 << 10
)

// YAML reads a stream of YAML or JSON documents. Each document stands alone: a
// malformed one gives a fault that names the line and, as far as it can be read
// without the lines at fault, a node.
func YAML(text string) (docs []*Node, faults []Fault) {
	for _, part := range split(text) {
		root, fault := document(part)
		if fault != nil {
			faults = append(faults, *fault)
		}
		if root != nil {
			docs = append(docs, root)
		}
	}
	return docs, faults
}

// part is one document of a stream and the number of lines before it.
type part struct {
	lines  []string
	before int
	tabs   map[int]int // by line from 1: characters that blanks for tabs added
}

func split(text string) []part {
	text = strings.TrimPrefix(text, "\ufeff")
	var parts []part
	lines := strings.Split(text, "\n")
	start := 0
	for i, l := range lines {
		if l == "---" || strings.HasPrefix(l, "--- ") || strings.HasPrefix(l, "---\r") || strings.HasPrefix(l, "---\t") {
			parts = append(parts, part{lines: lines[start:i], before: start})
			start = i
		}
	}
	return append(parts, part{lines: lines[start:], before: start})
}

// document reads one document. The lines are its own to change.
func document(p part) (*Node, *Fault) {
	var first *Fault
	for try := 0; ; try++ {
		text := strings.Join(p.lines, "\n")
		var doc yaml.Node
		err := unmarshal(text, &doc)
		if err == nil {
			b := builder{part: p, made: map[*yaml.Node]*Node{}, weight: map[*Node]int{}}
			return b.document(&doc), first
		}
		line := faultLine(err, len(p.lines))
		if first == nil {
			first = &Fault{Line: p.before + line, Message: "YAML that does not parse: " + faultText(err)}
		}
		if try == maxRepairs || try == 1 && len(text) > bigRepair {
			return nil, first
		}
		p.repair(line, try == 0)
	}
}

// unmarshal guards against panics of the library on hostile input.
func unmarshal(text string, doc *yaml.Node) (err error) {
	defer func() {
		if recover() != nil {
			err = errBroken{}
		}
	}()
	return yaml.Unmarshal([]byte(text), doc)
}

type errBroken struct{}

func (errBroken) Error() string { return "the YAML library gave up" }

// repair removes the line at fault; or, the first time, writes blanks for tabs
// if that is what the indentation has.
func (p *part) repair(line int, first bool) {
	p.lines = append([]string(nil), p.lines...)
	if first && p.detab() {
		return
	}
	at := line - 1
	for at > 0 && strings.TrimSpace(p.lines[at]) == "" {
		at-- // the library may name a line behind the one at fault
	}
	p.lines[at] = ""
}

func (p *part) detab() bool {
	p.tabs = map[int]int{}
	for i, l := range p.lines {
		rest := strings.TrimLeft(l, " \t")
		indent := l[:len(l)-len(rest)]
		if n := strings.Count(indent, "\t"); n > 0 {
			p.lines[i] = strings.ReplaceAll(indent, "\t", "  ") + rest
			p.tabs[i+1] = n
		}
	}
	return len(p.tabs) > 0
}

func faultLine(err error, n int) int {
	m := regexp.MustCompile(`line (\d+)`).FindStringSubmatch(err.Error())
	if m == nil {
		return 1
	}
	line, _ := strconv.Atoi(m[1])
	return min(max(line, 1), n)
}

// faultText is the error without the line, which counts from its document.
func faultText(err error) string {
	s := strings.TrimPrefix(err.Error(), "yaml: ")
	return regexp.MustCompile(`^(unmarshal errors:\s*)?line \d+: `).ReplaceAllString(s, "")
}

// maxExpanded bounds how many nodes the aliases of a document may stand for
// together: readers walk a tree, in which an alias is what it names, and ten lines
// of aliases of aliases can stand for a billion nodes.
const maxExpanded = 200_000

type builder struct {
	part
	made     map[*yaml.Node]*Node // nil while being made: an alias of itself
	weight   map[*Node]int        // nodes that a node stands for, with itself
	expanded int                  // nodes that aliases stand for so far
	at       position             // where the last column was counted
}

// position is a column of a line, in characters and in bytes.
type position struct{ line, column, bytes int }

func (b *builder) document(doc *yaml.Node) *Node {
	if doc.Kind != yaml.DocumentNode || len(doc.Content) == 0 {
		return nil
	}
	return b.node(doc.Content[0])
}

func (b *builder) node(y *yaml.Node) *Node {
	if y.Kind == yaml.AliasNode {
		return b.alias(y.Alias)
	}
	if n, ok := b.made[y]; ok {
		if n == nil {
			return &Node{}
		}
		return n
	}
	b.made[y] = nil
	n := &Node{Line: b.before + y.Line, Column: b.column(y.Line, y.Column)}
	if strings.HasPrefix(y.Tag, "!") && !strings.HasPrefix(y.Tag, "!!") && len(y.Tag) > 1 {
		n.Tag = y.Tag
	}
	switch y.Kind {
	case yaml.ScalarNode:
		n.Kind, n.Text = Scalar, y.Value
		n.Quoted = y.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0
		n.Block = y.Style&yaml.LiteralStyle != 0
		switch {
		case y.Tag == "!!null":
			n.Kind, n.Text = Null, ""
		case n.Tag != "":
			n.Text = "${" + y.Value + "}" // a function, as of CloudFormation
		}
	case yaml.SequenceNode:
		n.Kind = List
		for _, item := range y.Content {
			n.Items = append(n.Items, b.node(item))
		}
	case yaml.MappingNode:
		n.Kind = Map
		b.pairs(n, y)
	}
	b.made[y] = n
	b.weigh(n)
	return n
}

// alias is what an alias stands for; nothing, if the aliases of the document stand
// for too much by then.
func (b *builder) alias(y *yaml.Node) *Node {
	if y == nil {
		return &Node{}
	}
	n := b.node(y)
	if b.expanded+b.weight[n] > maxExpanded {
		return &Node{}
	}
	b.expanded += b.weight[n]
	return n
}

func (b *builder) weigh(n *Node) {
	w := 1
	for _, item := range n.Items {
		w += b.weight[item]
	}
	for _, p := range n.Pairs {
		w += 1 + b.weight[p.Value]
	}
	b.weight[n] = w
}

func (b *builder) pairs(n *Node, y *yaml.Node) {
	var merged []*Node
	for i := 0; i+1 < len(y.Content); i += 2 {
		key, value := b.node(y.Content[i]), b.node(y.Content[i+1])
		if y.Content[i].Tag == "!!merge" {
			merged = append(merged, value)
			merged = append(merged, value.Items...)
			continue
		}
		n.Pairs = append(n.Pairs, Pair{key, value})
	}
	for _, m := range merged {
		for _, p := range m.Pairs {
			if _, have := n.Pair(p.Key.Text); !have {
				n.Pairs = append(n.Pairs, p)
			}
		}
	}
}

// column turns a column that counts characters into one that counts bytes. It goes
// on from the last one: a line may hold a million nodes.
func (b *builder) column(line, column int) int {
	if line < 1 || line > len(b.lines) {
		return column
	}
	text := b.lines[line-1]
	if b.at.line != line || b.at.column > column {
		b.at = position{line: line, column: 1}
	}
	for b.at.column < column && b.at.bytes < len(text) {
		_, size := utf8.DecodeRuneInString(text[b.at.bytes:])
		b.at.bytes += size
		b.at.column++
	}
	return max(b.at.bytes+1-b.tabs[line], 1)
}
