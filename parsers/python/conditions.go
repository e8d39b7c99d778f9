package python

import (
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// emptyWhen lists the places that hold nothing if a condition is true, or false.
func (f *file) emptyWhen(s *scope, n *node, truth bool) []unit.Place {
	if n == nil {
		return nil
	}
	switch n.kind {
	case "parenthesized_expression":
		return f.emptyWhen(s, last(n.kids), truth)
	case "not_operator":
		return f.emptyWhen(s, n.child("argument"), !truth)
	case "boolean_operator":
		if (f.between(n.child("left"), n.child("right")) == "and") == truth {
			return append(f.emptyWhen(s, n.child("left"), truth), f.emptyWhen(s, n.child("right"), truth)...)
		}
	case "comparison_operator":
		return f.emptyCompared(s, n, truth)
	case "call":
		if places := f.emptyHas(s, n, truth); places != nil {
			return places
		}
		fallthrough
	case "identifier", "attribute", "subscript", "named_expression":
		if !truth {
			return f.basePlace(s, n)
		}
	}
	return nil
}

// emptyHas reads hasattr(object, "name").
func (f *file) emptyHas(s *scope, n *node, truth bool) []unit.Place {
	args := n.child("arguments")
	if f.text(n.child("function")) != "hasattr" || args == nil || len(args.kids) != 2 || truth {
		return nil
	}
	if at := step(f.place(s, args.kids[0]), "."+f.literalText(args.kids[1])); at != nil {
		return []unit.Place{base(*at)}
	}
	return nil
}

// emptyCompared reads x is None, k not in x, len(x) == 0.
func (f *file) emptyCompared(s *scope, n *node, truth bool) []unit.Place {
	if len(n.kids) != 2 {
		return nil
	}
	left, right := n.kids[0], n.kids[1]
	op := strings.Join(strings.Fields(f.between(left, right)), " ")
	nothing := right.kind == "none" || right.kind == "identifier" && strings.Contains(strings.ToLower(f.text(right)), "missing") || right.kind == "identifier" && strings.Contains(strings.ToLower(f.text(right)), "sentinel")
	switch {
	case nothing && (op == "is" || op == "==") && truth, nothing && (op == "is not" || op == "!=") && !truth:
		return f.basePlace(s, left)
	case op == "not in" && truth, op == "in" && !truth:
		return f.basePlace(s, right)
	case op == "==" && truth && right.kind == "integer" && f.text(right) == "0" && left.kind == "call" && f.text(left.child("function")) == "len":
		if args := left.child("arguments"); args != nil && len(args.kids) == 1 {
			return f.basePlace(s, args.kids[0])
		}
	}
	return nil
}

// basePlace is the place, or the collection, that an expression looks at.
func (f *file) basePlace(s *scope, n *node) []unit.Place {
	place := f.place(s, n)
	if place == nil {
		return nil
	}
	at := base(*place)
	for len(at.Path) > 0 && slices.Contains([]string{".keys()", ".values()", ".items()"}, at.Path[len(at.Path)-1]) {
		at.Path = at.Path[:len(at.Path)-1]
	}
	if at.Root == unit.RootParam && len(at.Path) == 0 {
		return nil
	}
	return []unit.Place{at}
}

// between is what stands between two operands.
func (f *file) between(left, right *node) string {
	if left == nil || right == nil || left.end > right.start {
		return ""
	}
	return strings.TrimSpace(f.src[left.end:right.start])
}

func last(list []*node) *node {
	if len(list) == 0 {
		return nil
	}
	return list[len(list)-1]
}

// leaves tells a block that does not go on behind itself.
func leaves(block *node) bool {
	if block == nil {
		return false
	}
	end := last(block.kids)
	return end.is("return_statement", "raise_statement", "continue_statement", "break_statement")
}

// missed lists the places of which the try of a statement looks up an element.
func (f *file) missed(s *scope, n *node, into *[]unit.Place) {
	if n == nil || n.is("function_definition", "class_definition", "lambda") {
		return
	}
	if n.kind == "subscript" || n.kind == "attribute" {
		*into = append(*into, f.basePlace(s, n)...)
	}
	for _, kid := range n.kids {
		f.missed(s, kid, into)
	}
}
