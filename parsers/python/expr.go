package python

import (
	"slices"
	"strconv"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
	"github.com/stateaudit/stateaudit/parsers/internal/syntax"
)

// eval walks an expression: what it reads and calls is recorded, its value returned.
func (f *file) eval(s *scope, n *node, use unit.Use) unit.Value {
	if n == nil {
		return unit.Value{}
	}
	if f.depth++; f.depth > syntax.MaxDepth/4 {
		f.syntax.Cut = true
		f.depth--
		return unit.Value{}
	}
	defer func() { f.depth-- }()
	switch n.Kind {
	case "identifier", "attribute", "subscript":
		return f.load1(s, n, use)
	case "call":
		return f.call(s, n, use)
	case "assignment":
		return f.assignment(s, n)
	case "augmented_assignment":
		return f.augmented(s, n)
	case "lambda":
		return f.lambda(s, n)
	case "named_expression":
		v := f.eval(s, n.Child("value"), unit.Used)
		f.bindValue(s, n.Child("name"), v)
		return v
	case "string", "concatenated_string":
		return f.stringValue(s, n)
	}
	return f.evalOther(s, n, use)
}

func (f *file) evalOther(s *scope, n *node, use unit.Use) unit.Value {
	switch n.Kind {
	case "integer", "float", "true", "false":
		return unit.Value{Kind: unit.Literal, Type: map[string]string{"integer": "int", "float": "float", "true": "bool", "false": "bool"}[n.Kind], Text: f.short(n)}
	case "none":
		return unit.Value{Kind: unit.Nil, Text: "None"}
	case "ellipsis":
		return unit.Value{Text: "..."}
	case "dictionary", "list", "set", "tuple", "expression_list":
		return f.collectionValue(s, n)
	case "list_comprehension", "set_comprehension", "dictionary_comprehension", "generator_expression":
		return f.comprehension(s, n)
	case "await", "parenthesized_expression":
		var v unit.Value
		for _, kid := range n.Kids {
			v = f.eval(s, kid, use)
		}
		return v
	case "conditional_expression", "boolean_operator":
		return f.chosen(s, n)
	case "comparison_operator", "not_operator":
		var values []unit.Value
		for _, kid := range n.Kids {
			values = append(values, f.eval(s, kid, unit.Checked))
		}
		return unit.Value{Kind: unit.Compound, Type: "bool", Text: f.short(n), Parts: parts(values...)}
	case "yield":
		s.after = true
		if !has(s.fn.Attrs, generator) {
			s.fn.Attrs = append(s.fn.Attrs, generator)
		}
		if s.manager {
			f.returns(s, n)
			return unit.Value{}
		}
	case "pair":
		return f.eval(s, n.Child("value"), unit.Used)
	case "type":
		return unit.Value{}
	}
	var values []unit.Value
	for _, kid := range n.Kids {
		values = append(values, f.eval(s, kid, unit.Used))
	}
	return unit.Value{Kind: unit.Compound, Text: f.short(n), Parts: parts(values...)}
}

// generator is the word among a function's Attrs for one that hands out values as it
// goes on.
const generator = "generator"

func has(list []string, word string) bool {
	for _, have := range list {
		if have == word {
			return true
		}
	}
	return false
}

// load1 is a chain of names, attributes and elements that is read.
func (f *file) load1(s *scope, n *node, use unit.Use) unit.Value {
	v := f.inside(s, n)
	place := f.place(s, n)
	if n.Kind == "subscript" && !n.Child("subscript").Is("slice") {
		f.session(s, n.Child("value"), unit.SessionUse{Key: f.keyText(n.Child("subscript")), Read: true, Op: "[]", Location: f.at(n)})
	}
	if n.Kind == "identifier" {
		if v, known := f.lookup(s, f.text(n)); known && v.Place == nil {
			if v.Kind == unit.Literal && len(v.Parts) == 0 {
				v.Parts = []unit.Value{v} // what it is called is another thing
			}
			v.Text = f.short(n)
			return v
		}
	}
	if place == nil {
		v.Text, v.Place = f.short(n), nil
		v.Kind = unit.Compound
		return v
	}
	read := unit.Access{Kind: unit.Read, Location: f.at(n)}
	if key := f.literalText(n.Child("subscript")); key != "" && (len(place.Path) > 1 && place.Path[len(place.Path)-2] == ".config" || place.Name == ">os.environ" || place.Name == ">os" && place.Path[0] == ".environ") {
		read.Key = &unit.Value{Kind: unit.Literal, Text: key}
	}
	f.access(s, read, place)
	if n.Kind == "identifier" {
		if made, known := f.lookup(s, f.text(n)); known && made.Kind == unit.Result {
			made.Text = f.short(n)
			return made // what a local was made from says what it is
		}
	}
	out := unit.Value{Kind: unit.PlaceValue, Text: f.short(n), Place: place}
	if n.Kind == "subscript" && v.Kind == unit.Result {
		out.Parts = parts(v) // a part of what the call has handed out
	}
	return out
}

// inside walks what stands in a chain: the object that is called first, the keys.
func (f *file) inside(s *scope, n *node) unit.Value {
	switch n.Kind {
	case "attribute":
		return f.chain(s, n.Child("object"))
	case "subscript":
		v := f.chain(s, n.Child("value"))
		for _, kid := range n.Kids[1:] {
			f.eval(s, kid, unit.Used)
		}
		return v
	}
	return unit.Value{}
}

// chain walks the object of an attribute or element, of which the whole chain is read.
func (f *file) chain(s *scope, n *node) unit.Value {
	if n.Is("attribute", "subscript") {
		return f.inside(s, n)
	}
	if n.Is("identifier") {
		v, _ := f.lookup(s, f.text(n))
		return v
	}
	return f.eval(s, n, unit.Used)
}

// access records one access of a place. Of parameters and results only changes count.
// behind is a change that is made where other places are known to be empty.
type behind struct {
	fn     *unit.Function
	access int
	empty  []unit.Place
}

// maxBehind bounds how many such changes of a file are looked at.
const maxBehind = 4096

// guarded marks as lazy what is filled behind a flag that the function sets as well: if
// self.loaded: return; self.names[name] = ...; self.loaded = True.
func (f *file) guarded() {
	for _, b := range f.behind {
		change := &b.fn.Accesses[b.access]
		for i := range b.fn.Accesses {
			a := &b.fn.Accesses[i]
			if i != b.access && a.Kind == unit.Write && a.Lazy && !a.Reset && a.Place.Root == change.Place.Root && slices.ContainsFunc(b.empty, func(e unit.Place) bool { return samePlace(e, a.Place) }) {
				change.Lazy = true
			}
		}
	}
}

func (f *file) access(s *scope, a unit.Access, place *unit.Place) {
	if place == nil {
		return
	}
	if place.Root != unit.RootHolder && place.Root != unit.RootReceiver && a.Kind == unit.Read && (place.Root != unit.RootParam || len(place.Path) == 0) {
		return
	}
	if place.Root == unit.RootReceiver && len(place.Path) == 0 && a.Kind == unit.Read {
		return
	}
	if place.Root == unit.RootHolder && len(place.Path) == 0 && a.Kind == unit.Read && strings.HasPrefix(place.Name, ">builtins.") {
		return
	}
	a.Place = *place
	a.Guards = s.guards
	a.Ensure = s.ensure
	if s.isEmpty(*place) || a.Kind != unit.Read && len(place.Path) > 0 && s.isEmpty(unit.Place{Root: place.Root, Name: place.Name, Path: place.Path[:len(place.Path)-1]}) {
		a.Lazy = true // also what is set on an object that has just been made in a place that was empty
	}
	if !a.Lazy && a.Kind != unit.Read && len(s.empty) > 0 && len(f.behind) < maxBehind {
		f.behind = append(f.behind, behind{s.fn, len(s.fn.Accesses), s.empty})
	}
	s.fn.Accesses = append(s.fn.Accesses, a)
}

// chosen is one of several values: of a conditional, or of and and or.
func (f *file) chosen(s *scope, n *node) unit.Value {
	var values []unit.Value
	inner := s
	for i, kid := range n.Kids {
		use := unit.Used
		if n.Kind == "conditional_expression" && i == 1 {
			use = unit.Checked
		}
		if n.Kind == "boolean_operator" && i == 1 && f.between(n.Kids[0], kid) == "or" {
			inner = s.knowing(f.emptyWhen(s, n.Kids[0], false))
		}
		if v := f.eval(inner, kid, use); n.Kind != "conditional_expression" || i != 1 {
			values = append(values, v)
		}
	}
	place := f.place(s, n)
	v := unit.Value{Kind: unit.Compound, Text: f.short(n), Parts: parts(values...), Place: place}
	for _, part := range values {
		if part.Kind == unit.Collection || part.Kind == unit.New {
			v.Type = part.Type
		}
	}
	return v
}

func (f *file) collectionValue(s *scope, n *node) unit.Value {
	typ := map[string]string{"dictionary": "dict", "expression_list": "tuple"}[n.Kind]
	if typ == "" {
		typ = n.Kind
	}
	v := unit.Value{Kind: unit.Collection, Type: typ, Text: f.short(n)}
	var values []unit.Value
	for _, kid := range n.Kids {
		if kid.Kind == "comment" {
			continue
		}
		if kid.Kind == "pair" {
			f.eval(s, kid.Child("key"), unit.Used)
			inner := f.eval(s, kid.Child("value"), unit.Used)
			key := f.literalText(kid.Child("key"))
			if key == "" {
				key = f.short(kid.Child("key"))
			}
			values = append(values, unit.Value{Kind: unit.Compound, Type: pair, Callee: key, Text: f.short(kid), Parts: parts(inner)})
			continue
		}
		if kid.Is("dictionary_splat") {
			values = append(values, unit.Value{Kind: unit.Compound, Type: splat, Text: f.short(kid), Parts: parts(f.eval(s, last(kid.Kids), unit.Used))})
			continue
		}
		values = append(values, f.eval(s, kid, unit.Used))
	}
	limit := valueParts
	if s.top() {
		limit = 64 // settings are long lists
	}
	if len(values) > limit {
		values = values[:limit]
	}
	for _, part := range values {
		v.Parts = append(v.Parts, prune(part, valueDepth-1))
	}
	return v
}

// pair is the type of a value that stands under a key, which is its Callee: of a
// dictionary, or of a call.
const pair = "pair"

// comprehension walks a comprehension, whose names are its own.
func (f *file) comprehension(s *scope, n *node) unit.Value {
	inner := *s
	inner.locals = map[string]*local{}
	for name, l := range s.locals {
		inner.locals[name] = l
	}
	bound := map[string]bool{}
	for name := range s.names {
		bound[name] = true
	}
	for _, clause := range n.Kids {
		if clause.Kind == "for_in_clause" {
			f.bindTarget(clause.Child("left"), bound)
		}
	}
	if s.names != nil {
		inner.names = bound
	}
	var values []unit.Value
	for _, clause := range n.Kids[min(1, len(n.Kids)):] {
		if clause.Kind == "for_in_clause" {
			v := f.eval(&inner, clause.Child("right"), unit.Used)
			values = append(values, v)
			f.bindLocal(&inner, clause.Child("left"), element(v))
			continue
		}
		f.eval(&inner, clause, unit.Checked)
	}
	if len(n.Kids) > 0 {
		if body := n.Kids[0]; body.Kind == "pair" {
			f.eval(&inner, body.Child("key"), unit.Used)
			values = append(values, f.eval(&inner, body.Child("value"), unit.Used))
		} else {
			values = append(values, f.eval(&inner, body, unit.Used))
		}
	}
	typ := map[string]string{"list_comprehension": "list", "set_comprehension": "set", "dictionary_comprehension": "dict"}[n.Kind]
	return unit.Value{Kind: unit.Compound, Type: typ, Text: f.short(n), Parts: parts(values...)}
}

// element is a value out of a collection.
func element(v unit.Value) unit.Value {
	out := unit.Value{Text: v.Text}
	if v.Place != nil {
		out.Kind, out.Place = unit.PlaceValue, step(v.Place, "[]")
	} else if v.Kind == unit.Collection && len(v.Parts) > 0 {
		return v.Parts[0]
	}
	return out
}

func (f *file) stringValue(s *scope, n *node) unit.Value {
	var values []unit.Value
	f.interpolated(s, n, &values)
	if len(values) == 0 {
		text := f.text(n)
		f.sql(s, n, text)
		return unit.Value{Kind: unit.Literal, Type: "str", Text: syntax.Shorten(text, 200)}
	}
	if first := n.Kids[0]; first.Is("string_content") || len(n.Kids) > 1 && first.Is("string_start") && n.Kids[1].Is("string_content") {
		if scheme := beginsURL.FindString(strings.TrimLeft(f.text(n), `fFrRbB"'`)); scheme != "" {
			values = append([]unit.Value{{Kind: unit.Literal, Type: "str", Text: scheme}}, values...) // says what is reached, whatever it is put into
		}
	}
	return unit.Value{Kind: unit.Compound, Type: "str", Text: f.short(n), Parts: parts(values...)}
}

func (f *file) interpolated(s *scope, n *node, values *[]unit.Value) {
	for _, kid := range n.Kids {
		switch kid.Kind {
		case "interpolation":
			for _, inner := range kid.Kids {
				if !inner.Is("format_specifier", "type_conversion") {
					*values = append(*values, f.eval(s, inner, unit.Used))
				}
			}
		case "string":
			f.interpolated(s, kid, values)
		}
	}
}

// maxStatement bounds the text of a statement of SQL that is kept.
const maxStatement = 2000

// sql keeps a text that reads like SQL.
func (f *file) sql(s *scope, n *node, text string) {
	plain := strings.TrimSpace(strings.Trim(strings.TrimLeft(text, "rRfFbBuU"), `"'`))
	if len(plain) < 12 {
		return
	}
	upper := strings.ToUpper(plain[:min(len(plain), 12)])
	for _, verb := range []string{"SELECT ", "INSERT INTO", "UPDATE ", "DELETE FROM", "WITH "} {
		if strings.HasPrefix(upper, verb) && strings.Contains(plain, " ") && upper[:6] == plain[:6] {
			s.fn.Statements = append(s.fn.Statements, unit.Statement{Text: plain[:min(len(plain), maxStatement)], Tx: s.tx, Location: f.at(n)})
			return
		}
	}
}

// lambda is a function of its own.
func (f *file) lambda(s *scope, n *node) unit.Value {
	loc := f.at(n)
	fn := f.addFunction(&unit.Function{
		ID: s.fn.ID + locals + "lambda@" + strconv.Itoa(loc.Line) + ":" + strconv.Itoa(loc.Column), Symbol: s.fn.Symbol + " (lambda)", Name: "lambda", Owner: s.owner, Outer: s.fn.ID, Location: loc,
	})
	inner := &scope{fn: fn, outer: s.function(), owner: s.owner, locals: map[string]*local{}, names: map[string]bool{}, global: map[string]bool{}}
	f.parameters(inner, n.Child("parameters"), s, false)
	v := f.eval(inner, n.Child("body"), unit.Returned)
	fn.Returns = append(fn.Returns, prune(v, valueDepth))
	f.access(s, unit.Access{Kind: unit.Read, Location: loc}, rooted(fn.ID))
	return unit.Value{Kind: unit.Func, Callee: fn.ID, Text: f.short(n), Place: rooted(fn.ID)}
}

// function is the scope that functions inside see: a class body is passed over.
func (s *scope) function() *scope {
	for s != nil && s.class != "" {
		s = s.outer
	}
	return s
}
