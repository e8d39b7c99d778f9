package ruby

import "slices"

// refusal is a condition that a method asks before anything else, and what it must be for
// who called the method to go on.
type refusal struct {
	condition *node
	truth     bool
}

// filter is a method or block that runs before the actions of a class and refuses them.
type filter struct {
	refusal
	only, except []string
}

// behind is what holds behind a statement: a guard, something that is raised otherwise, or a
// call of a method of the same file that does.
func (f *file) behind(n *node) (condition *node, truth bool) {
	if condition, truth = guard(n); condition != nil {
		return condition, truth
	}
	if r, ok := f.raised(n, false); ok {
		return r.condition, r.truth
	}
	if n.Is("identifier", "call") && n.Child("receiver") == nil && n.Child("block") == nil {
		if r, ok := f.refusals()[f.sendOf(n).name]; ok {
			return r.condition, r.truth
		}
	}
	return nil, false
}

// raised tells a statement that raises or, where that stops what comes next, answers if a
// condition holds.
func (f *file) raised(n *node, answers bool) (refusal, bool) {
	var then *node
	switch n.Kind {
	case "if_modifier", "unless_modifier":
		then = n.Child("body")
	case "if", "unless":
		if n.Child("alternative") == nil {
			then = n.Child("consequence")
		}
	}
	if then == nil || !f.givesUp(then) && !(answers && f.responds(then)) {
		return refusal{}, false
	}
	return refusal{n.Child("condition"), negated(n)}, true
}

// responds tells a branch that ends with an answer to the request.
func (f *file) responds(branch *node) bool {
	for branch.Is("then", "else", "body_statement", "begin") && len(branch.Kids) > 0 {
		branch = branch.Kids[len(branch.Kids)-1]
	}
	if !branch.Is("call") || branch.Child("receiver") != nil {
		return false
	}
	switch f.text(branch.Child("method")) {
	case "head", "render", "redirect_to", "render_404", "not_found", "send_status":
		return true
	}
	return false
}

// refusals are the methods of the file that raise if a condition holds, by name. A name that
// is defined twice says nothing.
func (f *file) refusals() map[string]refusal {
	if f.refusing == nil {
		f.refusing = map[string]refusal{}
		defined := map[string]int{}
		f.eachMethod(f.syntax.Root, func(name string, body *node) {
			if defined[name]++; defined[name] > 1 {
				delete(f.refusing, name)
			} else if r, ok := f.refusalIn(body, false); ok {
				f.refusing[name] = r
			}
		})
	}
	return f.refusing
}

// eachMethod visits the definitions of methods.
func (f *file) eachMethod(n *node, visit func(name string, body *node)) {
	if n.Is("method", "singleton_method") {
		visit(f.text(n.Child("name")), n.Child("body"))
		return
	}
	for _, kid := range n.Kids {
		f.eachMethod(kid, visit)
	}
}

// refusalIn is the first statement of a body, if it refuses.
func (f *file) refusalIn(body *node, answers bool) (refusal, bool) {
	for body.Is("body_statement", "block_body", "begin", "do_block", "block") && len(body.Kids) > 0 && body.Child("body") == nil {
		body = body.Kids[0]
	}
	if inner := body.Child("body"); body.Is("do_block", "block") && inner != nil {
		return f.refusalIn(inner, answers)
	}
	if body == nil {
		return refusal{}, false
	}
	return f.raised(body, answers)
}

// scanFilters looks for the filters of a class that refuse, which count for the actions
// around them.
func (f *file) scanFilters(b *body, n *node) {
	for _, c := range f.macros(n) {
		switch c.name {
		case "before_action", "before_filter", "prepend_before_action":
		default:
			continue
		}
		only, except, conditional := f.filterOptions(c.args)
		if conditional {
			continue
		}
		for _, r := range f.refusalsOf(n, c) {
			b.filters = append(b.filters, filter{r, only, except})
		}
	}
}

// refusalsOf are the refusals of what a filter names, or of its block.
func (f *file) refusalsOf(class *node, c send) []refusal {
	var out []refusal
	if c.block != nil {
		if r, ok := f.refusalIn(c.block, true); ok {
			out = append(out, r)
		}
	}
	f.eachMethod(class, func(name string, body *node) {
		for _, arg := range c.args {
			if f.symbolText(arg) != name {
				continue
			}
			if r, ok := f.refusalIn(body, true); ok {
				out = append(out, r)
			}
		}
	})
	return out
}

// filterOptions reads only: and except:; conditional says that something else decides.
func (f *file) filterOptions(args []*node) (only, except []string, conditional bool) {
	for _, arg := range args {
		if !arg.Is("pair") {
			continue
		}
		names := f.symbolsOf(arg.Child("value"))
		switch f.text(arg.Child("key")) {
		case "only":
			only = names
		case "except":
			except = names
		default:
			return nil, nil, true
		}
		if len(names) == 0 {
			return nil, nil, true
		}
	}
	return only, except, false
}

// symbolsOf are the symbols of a list, or the one that is given alone.
func (f *file) symbolsOf(n *node) []string {
	if name := f.symbolText(n); name != "" {
		return []string{name}
	}
	var out []string
	if n.Is("array", "symbol_array", "string_array") {
		for _, kid := range n.Kids {
			if kid.Is("bare_symbol", "bare_string") {
				out = append(out, f.text(kid))
			} else if name := f.symbolText(kid); name != "" {
				out = append(out, name)
			}
		}
	}
	return out
}

// filtered is the scope of an action behind the filters of its class. What refuses is no
// action itself.
func (f *file) filtered(s *scope, b *body, name string) *scope {
	if b == nil || b.visibility != "" {
		return s
	}
	for _, by := range b.filters {
		if len(by.only) > 0 && !slices.Contains(by.only, name) || slices.Contains(by.except, name) {
			continue
		}
		s = f.inProduction(s, by.condition, by.truth)
	}
	return s
}
