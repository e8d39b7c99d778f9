package ruby

import (
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
	"github.com/stateaudit/stateaudit/parsers/erb"
)

// Template is a configuration file in which tags hold Ruby, as ERB runs it before
// Rails reads the file: a value may be what an expression gives, and lines may stand
// below a condition. The nil Template has no tags.
type Template struct {
	f       *file
	regions []region
}

// region is a stretch of the file that is written only if a condition holds.
type region struct {
	start, end int
	when       unit.Condition
}

// ReadTemplate reads the tags of a file. It returns nil if there are none, or if
// what they hold cannot be read.
func ReadTemplate(name string, content []byte) *Template {
	if !strings.Contains(string(content), "<%") {
		return nil
	}
	source := erb.Ruby(clean(content))
	syntax := parse(source)
	if syntax == nil || syntax.root == nil {
		return nil
	}
	u := &unit.Unit{Language: unit.Ruby, Path: name, Files: []unit.File{{Path: name}}}
	t := &Template{f: newFile(u, class{config: true}, source, syntax)}
	t.divide(syntax.root)
	return t
}

// divide collects the stretches below the conditions of a node.
func (t *Template) divide(n *node) {
	f := t.f
	switch {
	case n.is("if", "unless", "elsif"):
		condition := f.condition(n.child("condition"), maxFollow)
		if negated(n) {
			condition = condition.Negated()
		}
		start, end := n.child("condition").end, n.end
		if otherwise := n.child("alternative"); otherwise != nil {
			t.regions = append(t.regions, region{otherwise.start, n.end, condition.Negated()})
			end = otherwise.start
		}
		t.regions = append(t.regions, region{start, end, condition})
	case n.is("case"):
		t.divideCase(n)
	}
	for _, kid := range n.kids {
		t.divide(kid)
	}
}

// divideCase collects the stretches below the branches of a case.
func (t *Template) divideCase(n *node) {
	rest := unit.Condition{}
	for i, branch := range n.kids {
		if !branch.is("when", "else") {
			continue
		}
		end := n.end
		if i+1 < len(n.kids) {
			end = n.kids[i+1].start
		}
		when := rest
		if branch.is("when") {
			condition := t.f.whenCondition(n.child("value"), branch)
			when, rest = rest.Also(condition), rest.Also(condition.Negated())
		}
		t.regions = append(t.regions, region{branch.start, end, when})
	}
}

// When is the condition under which what stands at an offset is written.
func (t *Template) When(at int) unit.Condition {
	out := unit.Condition{}
	if t == nil {
		return out
	}
	for _, r := range t.regions {
		if r.start <= at && at < r.end {
			out = out.Also(r.when)
		}
	}
	return out
}

// Choices are the values that the tag between two offsets may write; nil if nothing
// is known of it.
func (t *Template) Choices(start, end int) []unit.Choice {
	if t == nil {
		return nil
	}
	if n := within(t.f.syntax.root, start, end); n != nil {
		return t.f.choices(n, maxFollow)
	}
	return nil
}

// within finds the last outermost node between two offsets.
func within(n *node, start, end int) *node {
	var out *node
	for _, kid := range n.kids {
		switch {
		case kid.end <= start || kid.start >= end:
		case kid.start >= start && kid.end <= end:
			out = kid
		default:
			if inner := within(kid, start, end); inner != nil {
				out = inner
			}
		}
	}
	return out
}
