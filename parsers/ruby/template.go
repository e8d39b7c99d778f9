package ruby

import (
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
	"github.com/stateaudit/stateaudit/parsers/erb"
	"github.com/stateaudit/stateaudit/parsers/internal/syntax"
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
	source := erb.Ruby(syntax.Clean(content))
	syntax := parse(source)
	if syntax == nil || syntax.Root == nil {
		return nil
	}
	u := &unit.Unit{Language: unit.Ruby, Path: name, Files: []unit.File{{Path: name}}}
	t := &Template{f: newFile(u, class{config: true}, source, syntax)}
	t.divide(syntax.Root)
	return t
}

// divide collects the stretches below the conditions of a node.
func (t *Template) divide(n *node) {
	f := t.f
	switch {
	case n.Is("if", "unless", "elsif"):
		condition := f.condition(n.Child("condition"), maxFollow)
		if negated(n) {
			condition = condition.Negated()
		}
		start, end := n.Child("condition").End, n.End
		if otherwise := n.Child("alternative"); otherwise != nil {
			t.regions = append(t.regions, region{otherwise.Start, n.End, condition.Negated()})
			end = otherwise.Start
		}
		t.regions = append(t.regions, region{start, end, condition})
	case n.Is("case"):
		t.divideCase(n)
	}
	for _, kid := range n.Kids {
		t.divide(kid)
	}
}

// divideCase collects the stretches below the branches of a case.
func (t *Template) divideCase(n *node) {
	rest := unit.Condition{}
	for i, branch := range n.Kids {
		if !branch.Is("when", "else") {
			continue
		}
		end := n.End
		if i+1 < len(n.Kids) {
			end = n.Kids[i+1].Start
		}
		when := rest
		if branch.Is("when") {
			condition := t.f.whenCondition(n.Child("value"), branch)
			when, rest = rest.Also(condition), rest.Also(condition.Negated())
		}
		t.regions = append(t.regions, region{branch.Start, end, when})
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
	if n := within(t.f.syntax.Root, start, end); n != nil {
		return t.f.choices(n, maxFollow)
	}
	return nil
}

// within finds the last outermost node between two offsets.
func within(n *node, start, end int) *node {
	var out *node
	for _, kid := range n.Kids {
		switch {
		case kid.End <= start || kid.Start >= end:
		case kid.Start >= start && kid.End <= end:
			out = kid
		default:
			if inner := within(kid, start, end); inner != nil {
				out = inner
			}
		}
	}
	return out
}
