package ruby

import (
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// forwarding finds to what the method_missing of each class sends on the message that
// it was called with:
//
//	def method_missing(name, *args) = settings.send(name, *args)
//
// It is found out before calls are resolved, since resolving changes them.
func (r *resolver) forwarding(functions []*unit.Function) {
	found := map[string][]ref{}
	for _, f := range functions {
		if !strings.HasSuffix(f.ID, "#method_missing") && !strings.HasSuffix(f.ID, ".method_missing") {
			continue
		}
		at := r.siteOf(f)
		for i := range f.Calls {
			if c := &f.Calls[i]; sendsOn(c) {
				if on := r.typeOf(at, c.Receiver); on.typ != "" && !slices.Contains(found[f.ID], on) {
					found[f.ID] = append(found[f.ID], on)
				}
			}
		}
	}
	if len(found) > 0 {
		r.forwards, r.out = found, map[string]handed{}
	}
}

// sendsOn tells a call that sends on the message that its function was called with.
func sendsOn(c *unit.Call) bool {
	switch c.Name {
	case "send", "public_send", "__send__", "try":
	default:
		return false
	}
	if c.Receiver == nil || len(c.Args) == 0 {
		return false
	}
	first := c.Args[0].Place
	return first != nil && first.Root == unit.RootParam && first.Name == "0" && len(first.Path) == 0
}

// forwarded finds the method that answers in the place of one that a class lacks.
// Objects that send on to each other are asked once.
func (r *resolver) forwarded(rf ref, name string, asked ...ref) *unit.Function {
	if len(r.forwards) == 0 || name == "new" || name == "method_missing" || name == "respond_to_missing?" || slices.Contains(asked, rf) {
		return nil
	}
	missing := r.ownMethod(rf, "method_missing")
	if missing == nil {
		return nil
	}
	for _, on := range r.forwards[missing.ID] {
		if m := r.ownMethod(on, name); m != nil {
			return m
		}
		if m := r.forwarded(on, name, append(asked, rf)...); m != nil {
			return m
		}
	}
	return nil
}

// anyText stands in the name of a method for what is put in when the program runs.
const anyText = "*"

// namePattern is the name that is put together for a call: "generate_#{format}",
// "change_" + kind, ["change", kind].join("_"). It is empty where nothing of it is written.
func (f *file) namePattern(n *node) string {
	pattern := ""
	switch {
	case n.Is("string", "delimited_symbol"):
		for _, kid := range n.Kids {
			if kid.Is("interpolation") {
				pattern += anyText
			} else {
				pattern += f.text(kid)
			}
		}
	case n.Is("binary") && f.operator(n.Child("left"), n.Child("right")) == "+":
		pattern = f.patternPart(n.Child("left")) + f.patternPart(n.Child("right"))
	case n.Is("call") && n.Child("receiver").Is("array"):
		c := f.sendOf(n)
		if c.name != "join" || len(c.args) != 1 {
			return ""
		}
		var words []string
		for _, kid := range c.receiver.Kids {
			words = append(words, f.patternPart(kid))
		}
		pattern = strings.Join(words, f.symbolText(c.args[0]))
	}
	if strings.Trim(pattern, anyText+"_") == "" || !strings.Contains(pattern, anyText) {
		return ""
	}
	return pattern
}

// patternPart is a text as written, or what stands for one that is worked out.
func (f *file) patternPart(n *node) string {
	if text := f.symbolText(n); text != "" {
		return text
	}
	return anyText
}

// matching lists the methods that an object or class answers with of which the name fits
// a pattern.
func (r *resolver) matching(on ref, pattern string) []string {
	first, last := strings.Index(pattern, anyText), strings.LastIndex(pattern, anyText)
	before, after := pattern[:first], pattern[last+len(anyText):]
	var out []string
	for _, up := range r.line(on.typ) {
		c := r.classes[up]
		if c == nil {
			continue
		}
		for _, id := range c.t.Methods {
			m := r.functions[id]
			if m == nil || id != methodID(up, m.Name, on.class) || slices.Contains(out, id) {
				continue
			}
			if strings.HasPrefix(m.Name, before) && strings.HasSuffix(m.Name, after) && (strings.HasSuffix(after, "=") || !strings.HasSuffix(m.Name, "=")) && len(m.Name) > len(before)+len(after) {
				out = append(out, id)
			}
		}
	}
	if len(out) > maxMatching {
		return nil
	}
	return out
}

// maxMatching bounds how many methods a name that is put together may mean.
const maxMatching = 16

// sentWrites are the changes that setters make which are called by names that are put
// together.
func (r *resolver) sentWrites(f *unit.Function) []unit.Access {
	var out []unit.Access
	for i := range f.Calls {
		c := &f.Calls[i]
		if !strings.Contains(c.Name, anyText) || !strings.HasSuffix(c.Name, "=") || len(c.Args) == 0 {
			continue
		}
		for _, id := range append([]string{c.Callee}, c.Targets...) {
			m := r.functions[id]
			if m == nil || !slices.Contains(m.Attrs, attrAttribute) {
				continue
			}
			if h := r.handedOut(m); h.place != nil && h.place.Root == unit.RootHolder {
				out = append(out, unit.Access{Place: *h.place, Kind: unit.Write, Op: "=", Value: &c.Args[len(c.Args)-1], Location: c.Location})
			}
		}
	}
	return out
}
