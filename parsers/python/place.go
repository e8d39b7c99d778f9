package python

import (
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// place tells which place an expression names, without recording anything. It is
// nil for what is only a value.
func (f *file) place(s *scope, n *node) *unit.Place {
	if n == nil {
		return nil
	}
	switch n.Kind {
	case "identifier":
		v, _ := f.lookup(s, f.text(n))
		return v.Place
	case "attribute":
		return f.attributePlace(s, n)
	case "subscript":
		if n.Child("subscript").Is("slice") {
			return nil // a copy
		}
		object := n.Child("value")
		if object.Is("call") && (f.text(object) == "globals()" || f.text(object) == "vars()") {
			return f.global(f.literalText(n.Child("subscript")))
		}
		return step(f.place(s, object), "[]")
	case "call":
		return f.callPlace(s, n)
	case "await", "parenthesized_expression":
		return f.place(s, last(n.Kids))
	case "named_expression":
		return f.place(s, n.Child("value"))
	case "boolean_operator":
		if left := f.place(s, n.Child("left")); left != nil {
			return left
		}
		return f.place(s, n.Child("right"))
	case "conditional_expression":
		if len(n.Kids) == 3 {
			if p := f.place(s, n.Kids[0]); p != nil {
				return p
			}
			return f.place(s, n.Kids[2])
		}
	}
	return nil
}

// attributePlace is the place of x.name.
func (f *file) attributePlace(s *scope, n *node) *unit.Place {
	object, name := n.Child("object"), f.text(n.Child("attribute"))
	if name == "__class__" {
		return f.classOf(s, object)
	}
	if name == "__dict__" {
		return f.place(s, object)
	}
	return step(f.place(s, object), "."+name)
}

// classOf is the class of an object: of self, the one that the method belongs to.
func (f *file) classOf(s *scope, object *node) *unit.Place {
	p := f.place(s, object)
	if p != nil && p.Root == unit.RootReceiver && len(p.Path) == 0 {
		return rooted(s.owner)
	}
	return nil
}

// callPlace is the place of what a call hands out.
func (f *file) callPlace(s *scope, n *node) *unit.Place {
	function, args := n.Child("function"), n.Child("arguments")
	if f.text(function) == "typing.cast" && args != nil && len(args.Kids) == 2 {
		return f.place(s, args.Kids[1])
	}
	if s.owner != "" && f.nameOf(function) == "__new__" && s.fn.Name == "__new__" {
		return called(rooted(s.owner)) // by which a class makes its objects itself
	}
	if function.Is("identifier") && args != nil {
		switch name := f.text(function); {
		case name == "getattr" && len(args.Kids) >= 2:
			if attr := f.literalText(args.Kids[1]); attr != "" {
				return step(f.place(s, args.Kids[0]), "."+attr)
			}
			if begins := f.beginning(args.Kids[1]); len(begins) >= 3 {
				return step(f.place(s, args.Kids[0]), "."+begins+anyEnd)
			}
			return nil
		case name == "super":
			if s.owner == "" {
				return nil
			}
			return &unit.Place{Root: unit.RootReceiver, Path: []string{superStep}}
		case name == "type" && len(args.Kids) == 1:
			return f.classOf(s, args.Kids[0])
		case name == "cast" && len(args.Kids) == 2:
			return f.place(s, args.Kids[1])
		case (name == "get_object_or_404" || name == "aget_object_or_404") && len(args.Kids) > 0:
			return step(f.place(s, args.Kids[0]), ".objects", ".get()")
		case quiet(name) && !f.names[name] && collection("builtins."+name) == "" && name != "object":
			return nil
		}
	}
	if p := f.queried(s, function, args); p != nil {
		return p
	}
	return called(f.place(s, function))
}

// anyEnd stands for the rest of a name of which only the beginning is known.
const anyEnd = "*"

// beginning is the text with which a string begins that is put together.
func (f *file) beginning(n *node) string {
	switch {
	case n.Is("binary_operator") && len(n.Kids) > 0:
		return f.literalText(n.Kids[0])
	case !n.Is("string"):
		return ""
	}
	for _, kid := range n.Kids {
		if kid.Kind == "string_content" {
			return f.text(kid)
		}
		if kid.Kind == "interpolation" {
			break
		}
	}
	return ""
}

// queried is what a query of SQLAlchemy hands out, as a place behind the model that it is
// about: session.query(Order), select(Order), session.get(Order, 1), session.scalars(…).
func (f *file) queried(s *scope, function, args *node) *unit.Place {
	if args == nil || len(args.Kids) == 0 {
		return nil
	}
	first := args.Kids[0]
	if !function.Is("attribute") {
		if p := f.place(s, function); f.text(function) == "select" && p != nil && strings.HasPrefix(p.Name, ">sql") {
			return step(f.place(s, first), ".objects")
		}
		return nil
	}
	object := f.text(function.Child("object"))
	session := strings.HasSuffix(object, "session") || strings.HasSuffix(object, "Session") || strings.HasSuffix(object, "db") || strings.HasSuffix(object, "session()")
	switch name := f.text(function.Child("attribute")); {
	case name == "select" && object == "db", name == "query" && first.Is("identifier") && isUpper(f.text(first)):
		return step(f.place(s, first), ".objects")
	case session && (name == "get" || name == "get_one" || name == "get_or_404") && len(args.Kids) > 1 && isUpper(f.text(first)):
		return step(f.place(s, first), ".objects", ".get()")
	case session && (name == "scalars" || name == "execute" || name == "exec" || name == "scalar") && (first.Is("call") || first.Is("identifier")):
		p := f.place(s, first)
		if p == nil || len(p.Path) == 0 || !slices.Contains(p.Path, ".objects") {
			return nil
		}
		return step(p, "."+name+"()")
	}
	return nil
}

func isUpper(text string) bool { return text != "" && text[0] >= 'A' && text[0] <= 'Z' }

// superStep leads from an object to itself as one of the classes above.
const superStep = "<super>"

// literalText is the text of a plain string, "" for anything else.
func (f *file) literalText(n *node) string {
	if !n.Is("string") {
		return ""
	}
	out := ""
	for _, kid := range n.Kids {
		switch kid.Kind {
		case "string_content":
			out += f.text(kid)
		case "interpolation":
			return ""
		}
	}
	if len(n.Kids) == 0 {
		return strings.Trim(f.text(n), `"'`)
	}
	return out
}
