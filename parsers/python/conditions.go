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
	switch n.Kind {
	case "parenthesized_expression":
		return f.emptyWhen(s, last(n.Kids), truth)
	case "not_operator":
		return f.emptyWhen(s, n.Child("argument"), !truth)
	case "boolean_operator":
		if (f.between(n.Child("left"), n.Child("right")) == "and") == truth {
			return append(f.emptyWhen(s, n.Child("left"), truth), f.emptyWhen(s, n.Child("right"), truth)...)
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
	args := n.Child("arguments")
	if f.text(n.Child("function")) != "hasattr" || args == nil || len(args.Kids) != 2 || truth {
		return nil
	}
	if at := step(f.place(s, args.Kids[0]), "."+f.literalText(args.Kids[1])); at != nil {
		return []unit.Place{base(*at)}
	}
	return nil
}

// emptyCompared reads x is None, k not in x, len(x) == 0.
func (f *file) emptyCompared(s *scope, n *node, truth bool) []unit.Place {
	if len(n.Kids) != 2 {
		return nil
	}
	left, right := n.Kids[0], n.Kids[1]
	op := strings.Join(strings.Fields(f.between(left, right)), " ")
	nothing := right.Kind == "none" || right.Kind == "identifier" && strings.Contains(strings.ToLower(f.text(right)), "missing") || right.Kind == "identifier" && strings.Contains(strings.ToLower(f.text(right)), "sentinel")
	switch {
	case nothing && (op == "is" || op == "==") && truth, nothing && (op == "is not" || op == "!=") && !truth:
		return f.basePlace(s, left)
	case op == "not in" && truth, op == "in" && !truth:
		return f.basePlace(s, right)
	case op == "==" && truth && right.Kind == "integer" && f.text(right) == "0" && left.Kind == "call" && f.text(left.Child("function")) == "len":
		if args := left.Child("arguments"); args != nil && len(args.Kids) == 1 {
			return f.basePlace(s, args.Kids[0])
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
	if left == nil || right == nil || left.End > right.Start {
		return ""
	}
	return strings.TrimSpace(f.src[left.End:right.Start])
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
	end := last(block.Kids)
	return end.Is("return_statement", "raise_statement", "continue_statement", "break_statement")
}

// missed lists the places of which the try of a statement looks up an element.
func (f *file) missed(s *scope, n *node, into *[]unit.Place) {
	if n == nil || n.Is("function_definition", "class_definition", "lambda") {
		return
	}
	if n.Kind == "subscript" || n.Kind == "attribute" {
		*into = append(*into, f.basePlace(s, n)...)
	}
	for _, kid := range n.Kids {
		f.missed(s, kid, into)
	}
}
