package ruby

import (
	"slices"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// optionIn lists what a key of a hash of options may be, where the hash is put
// together: by literals, names, merge and what is set by key later. otherwise is
// the choice where the key is in none of them; "" for none.
func (f *file) optionIn(n *node, key, otherwise string, follow int) []unit.Choice {
	out := f.keyIn(n, key, follow)
	if otherwise != "" {
		out = append(out, unit.Choice{Value: otherwise, Origin: unit.Defaulted, Location: f.at(n)})
	}
	return out
}

// keyIn lists the choices for a key, what counts first before the others; none if
// the hash as far as it is seen has no such key.
func (f *file) keyIn(n *node, key string, follow int) []unit.Choice {
	switch {
	case n == nil || follow <= 0:
		return nil
	case n.Is("hash", "argument_list"):
		for _, pair := range n.Kids {
			if pair.Is("pair") && f.symbolText(pair.Child("key")) == key {
				return f.choices(pair.Child("value"), follow)
			}
		}
	case n.Is("parenthesized_statements") && len(n.Kids) == 1:
		return f.keyIn(n.Kids[0], key, follow)
	case n.Is("call"):
		c := f.sendOf(n)
		switch {
		case joinsElements(c.name), c.name == "merge", c.name == "deep_merge":
			var out []unit.Choice
			for _, arg := range c.args {
				out = append(out, f.keyIn(arg, key, follow)...)
			}
			if pair := f.option(c, key); pair != nil {
				out = f.choices(pair, follow)
			}
			return append(out, f.keyIn(c.receiver, key, follow)...)
		case keeps(c.name) && c.receiver != nil:
			return f.keyIn(c.receiver, key, follow)
		case c.receiver == nil && len(c.args) == 0:
			return f.keyInAll(f.results(c.name), key, follow)
		}
	case n.Is("identifier", "constant"):
		made := f.assigned(f.text(n))
		if len(made) == 0 {
			made = f.results(f.text(n))
		}
		return append(f.keyInAll(f.joined(f.text(n), key), key, follow), f.keyInAll(made, key, follow)...)
	}
	return nil
}

func (f *file) keyInAll(list []guarded, key string, follow int) []unit.Choice {
	var out []unit.Choice
	for _, g := range list {
		if g.node != nil && g.node.Is("pair") {
			out = append(out, under(g.when, f.choices(g.node.Child("value"), follow-1))...)
		} else {
			out = append(out, under(g.when, f.keyIn(g.node, key, follow-1))...)
		}
	}
	return out
}

// joined lists what is merged into a hash by name or set in it by the key, the
// last first.
func (f *file) joined(name, key string) []guarded {
	done, ok := f.follows(name + "{}")
	if !ok {
		return nil
	}
	defer done()
	var out []guarded
	f.walk(f.syntax.Root, unit.Condition{}, func(n *node, when unit.Condition) bool {
		switch {
		case n.Is("call"):
			c := f.sendOf(n)
			if c.receiver.Is("identifier", "constant") && f.text(c.receiver) == name && joinsElements(c.name) {
				for _, arg := range c.args {
					if !arg.Is("pair") || f.symbolText(arg.Child("key")) == key {
						out = append(out, guarded{arg, when})
					}
				}
			}
		case n.Is("assignment") && n.Child("left").Is("element_reference"):
			left := n.Child("left")
			if f.text(left.Child("object")) == name && len(left.Kids) == 2 && f.symbolText(left.Kids[1]) == key {
				value := *n.Child("right")
				value.Field = "value"
				out = append(out, guarded{&node{Kind: "pair", Kids: []*node{&value}}, when})
			}
		}
		return true
	})
	slices.Reverse(out)
	return out
}
