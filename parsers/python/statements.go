package python

import (
	"slices"
	"strconv"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
	"github.com/stateaudit/stateaudit/parsers/internal/syntax"
)

// statements walks a block. Behind a branch that does not come back, what it tested
// is known.
func (f *file) statements(s *scope, list []*node) {
	if f.depth++; f.depth > syntax.MaxDepth/8 {
		f.syntax.Cut = true
		f.depth--
		return
	}
	defer func() { f.depth-- }()
	for i, n := range list {
		f.statement(s, n)
		if i+1 < len(list) {
			f.answersNothing(s, n, list[i+1])
		}
		if n.Kind == "if_statement" && leaves(n.Child("consequence")) && n.Child("alternative") == nil {
			if f.inProduction(s, n.Child("condition")) == holds {
				return
			}
			s = s.knowing(f.emptyWhen(s, n.Child("condition"), false))
			if !s.top() {
				s = s.when1(f.short(n.Child("condition")), false)
			}
		}
		if n.Kind == "try_statement" && leaves(n.Child("body")) {
			s = s.knowing(f.missedIn(s, n))
		}
	}
}

func (f *file) statement(s *scope, n *node) {
	switch n.Kind {
	case "expression_statement":
		for _, kid := range n.Kids {
			f.eval(s, kid, unit.Dropped)
		}
	case "function_definition":
		f.function(s, n, nil)
	case "class_definition":
		f.classDefinition(s, n, nil)
	case "decorated_definition":
		f.decorated(s, n)
	case "return_statement":
		f.returns(s, n)
	case "import_statement":
		f.importNames(s, n)
	case "import_from_statement":
		f.importFrom(s, n)
	case "delete_statement":
		f.deletes(s, n)
	case "global_statement", "nonlocal_statement", "pass_statement", "break_statement", "continue_statement", "comment", "future_import_statement":
	default:
		f.control(s, n)
	}
}

// control walks the statements that hold others.
func (f *file) control(s *scope, n *node) {
	switch n.Kind {
	case "if_statement":
		f.ifStatement(s, n)
	case "while_statement":
		f.whileStatement(s, n)
	case "for_statement":
		v := f.eval(s, n.Child("right"), unit.Used)
		f.bindValue(s, n.Child("left"), element(v))
		f.block(s, n.Child("body"))
		f.block(s, n.Child("alternative"))
	case "with_statement":
		f.withStatement(s, n)
	case "try_statement":
		f.tryStatement(s, n)
	case "block", "else_clause", "finally_clause", "module":
		f.statements(s, n.Kids)
	case "match_statement":
		f.eval(s, n.Child("subject"), unit.Used)
		for _, c := range n.Child("body").List() {
			f.block(s, c.Child("consequence"))
		}
	default: // raise, assert, print of Python 2, what could not be parsed
		for _, kid := range n.Kids {
			f.eval(s, kid, unit.Used)
		}
	}
}

func (f *file) block(s *scope, n *node) {
	if n != nil {
		f.statement(s, n)
	}
}

func (f *file) ifStatement(s *scope, n *node) {
	if text := f.text(n.Child("condition")); strings.Contains(text, "__name__") && s.top() {
		f.mainBlock(s, n)
		return
	} else if text == "TYPE_CHECKING" || text == "typing.TYPE_CHECKING" {
		f.block(s, n.Child("consequence"))
		return
	}
	if s.top() {
		f.topBranches(s, n)
		return
	}
	f.branches(s, n, func(s *scope, condition *node, truth bool) *scope {
		return s.knowing(f.emptyWhen(s, condition, truth)).when1(f.short(condition), truth)
	})
}

// branches walks the arms of a conditional, each in the scope in which its condition
// holds and those before it do not. What production is known to pass over is left out.
func (f *file) branches(s *scope, n *node, within func(s *scope, condition *node, truth bool) *scope) {
	rest := s
	for _, arm := range n.Kids {
		condition, body := arm, n.Child("consequence")
		switch {
		case arm.Kind == "else_clause":
			f.block(rest, arm)
			continue
		case arm.Kind == "elif_clause":
			condition, body = arm.Child("condition"), arm.Child("consequence")
		case arm.Field != "condition":
			continue
		}
		f.eval(rest, condition, unit.Checked)
		known := f.inProduction(rest, condition)
		if known != fails {
			f.block(within(rest, condition, true), body)
		}
		if known == holds {
			return
		}
		rest = within(rest, condition, false)
	}
}

// topBranches walks a conditional at the top of a module: what it tests is kept for
// those who read settings.
func (f *file) topBranches(s *scope, n *node) {
	f.branches(s, n, func(s *scope, condition *node, truth bool) *scope { return s.when1(f.short(condition), truth) })
}

// maxWhen bounds the text of the conditions that hold at a place, in bytes. Without it
// the text of n branches in a row grows with the square of n. What is left out are the
// innermost conditions: a setting then counts as made where it may not be, which errs
// towards telling.
const maxWhen = 4096

// when1 is the scope in which a condition holds, or does not.
func (s *scope) when1(condition string, holds bool) *scope {
	inner := *s
	if len(inner.when) > maxWhen {
		return &inner
	}
	if !holds {
		condition = "not (" + condition + ")"
	}
	if inner.when != "" {
		condition = inner.when + " and " + condition
	}
	inner.when = condition
	return &inner
}

// mainBlock is what a module does when it is started as a script: a function of its
// own, since a process that imports the module does not do it.
func (f *file) mainBlock(s *scope, n *node) {
	fn := f.addFunction(&unit.Function{
		ID: f.module + ".<main>", Symbol: f.unit.Path + " as a script", Name: mainName, Location: f.at(n),
		Roles: []unit.Role{unit.Tool}, RoleNote: "started as a script",
	})
	inner := *s
	inner.fn = fn
	f.block(&inner, n.Child("consequence"))
}

// mainName is the name of the block that runs when a module is started as a script.
const mainName = "<main>"

// whileStatement marks what runs without end: a loop on a constant that nothing leaves.
func (f *file) whileStatement(s *scope, n *node) {
	condition, body := n.Child("condition"), n.Child("body")
	f.eval(s, condition, unit.Checked)
	inner := s.knowing(f.emptyWhen(s, condition, true))
	if f.endless(condition) && !hasBreak(body) {
		if !slices.Contains(s.fn.Attrs, endlessLoop) && s.fn.Name != topName {
			s.fn.Attrs = append(s.fn.Attrs, endlessLoop)
		}
		copied := *inner
		copied.loop = true
		inner = &copied
	}
	f.block(inner, body)
	f.block(s, n.Child("alternative"))
}

// endlessLoop is the word among a function's Attrs for one that does not come back.
const endlessLoop = "endless-loop"

// endless tells a condition that holds until the process is told to stop.
func (f *file) endless(n *node) bool {
	if n.Is("true", "integer") {
		return f.text(n) != "0"
	}
	text := strings.ToLower(f.text(n))
	for _, word := range []string{"stop", "running", "shutdown", "is_alive", "exit", "quit", "terminate", "keep_going", "should_run", "cancel"} {
		if strings.Contains(text, word) {
			return true
		}
	}
	return false
}

// hasBreak tells a loop that is left from inside, but for an exception.
func hasBreak(n *node) bool {
	for _, kid := range n.List() {
		switch kid.Kind {
		case "break_statement", "return_statement":
			return true
		case "while_statement", "for_statement":
			if hasReturn(kid) {
				return true
			}
		case "function_definition", "class_definition", "lambda", "except_clause":
		default:
			if hasBreak(kid) {
				return true
			}
		}
	}
	return false
}

func hasReturn(n *node) bool {
	for _, kid := range n.Kids {
		if kid.Is("return_statement") || !kid.Is("function_definition", "class_definition", "lambda", "except_clause") && hasReturn(kid) {
			return true
		}
	}
	return false
}

// withStatement holds what its items are: locks and transactions are told apart when
// their classes are known.
func (f *file) withStatement(s *scope, n *node) {
	inner := s
	for _, clause := range n.Kids {
		if clause.Kind != "with_clause" {
			continue
		}
		for _, item := range clause.Kids {
			inner = f.withItem(inner, item.Child("value"), strings.HasPrefix(f.text(n), "async"))
		}
	}
	f.block(inner, n.Child("body"))
}

func (f *file) withItem(s *scope, value *node, async bool) *scope {
	if value == nil {
		return s
	}
	var alias *node
	if value.Is("as_pattern") {
		alias, value = value.Child("alias"), value.Kids[0]
	}
	v := f.eval(s, value, unit.Used)
	if text := f.text(value); strings.Contains(text, "atomic") || strings.HasSuffix(text, ".begin()") {
		inner := *s
		inner.tx = true
		s = &inner
	}
	f.entersBlock(s, value, v, async)
	if v.Place != nil {
		s = s.guarded(encode(*v.Place))
	}
	if alias != nil && len(alias.Kids) > 0 {
		f.bindValue(s, alias.Kids[0], v)
	}
	return s
}

// blockMethods are what runs around the block of a with statement.
var blockMethods = map[bool][]string{false: {"__enter__", "__exit__"}, true: {"__aenter__", "__aexit__"}}

// entersBlock notes that the object of a with statement runs its own code around the block.
func (f *file) entersBlock(s *scope, at *node, v unit.Value, async bool) {
	for _, name := range blockMethods[async] {
		if place := step(v.Place, "."+name); place != nil {
			s.fn.Calls = append(s.fn.Calls, unit.Call{Name: name, Result: unit.Dropped, Tx: s.tx, Guards: s.guards, Location: f.at(at), Receiver: &unit.Value{Kind: unit.PlaceValue, Place: place, Text: f.short(at)}})
		}
	}
}

func (f *file) tryStatement(s *scope, n *node) {
	for _, part := range n.Kids {
		switch part.Kind {
		case "except_clause", "except_group_clause":
			inner := s
			if head := f.text(part)[:min(len(f.text(part)), 120)]; looksUp(head) {
				inner = s.knowing(f.missedIn(s, n))
			}
			f.block(inner, last(part.Kids))
		case "finally_clause":
			inner := *s
			inner.ensure = true
			f.block(&inner, last(part.Kids))
		case "else_clause":
			f.block(s, part)
		default:
			f.block(s, part)
		}
	}
}

// looksUp tells the head of a clause that is reached when something is not there.
func looksUp(head string) bool {
	head, _, _ = strings.Cut(head, ":")
	for _, name := range []string{"KeyError", "AttributeError", "LookupError", "NameError", "IndexError"} {
		if strings.Contains(head, name) {
			return true
		}
	}
	return false
}

// missedIn lists the places that held nothing if a try came to one of its clauses.
func (f *file) missedIn(s *scope, n *node) []unit.Place {
	for _, part := range n.Kids {
		if part.Kind == "except_clause" && looksUp(f.text(part)[:min(len(f.text(part)), 120)]) {
			var places []unit.Place
			f.missed(s, n.Child("body"), &places)
			return places
		}
	}
	return nil
}

func (f *file) returns(s *scope, n *node) {
	for _, kid := range n.Kids {
		v := f.eval(s, kid, unit.Returned)
		if len(s.fn.Returns) < 8 {
			if s.when != "" {
				s.fn.Attrs = append(s.fn.Attrs, attrWhen+strconv.Itoa(len(s.fn.Returns))+"="+s.when)
			}
			s.fn.Returns = append(s.fn.Returns, prune(v, valueDepth))
		}
	}
}

func (f *file) deletes(s *scope, n *node) {
	list := n.Kids
	if len(list) == 1 && list[0].Is("expression_list", "tuple") {
		list = list[0].Kids
	}
	for _, target := range list {
		switch target.Kind {
		case "subscript":
			f.eval(s, target.Child("value"), unit.Used)
			key := f.eval(s, target.Child("subscript"), unit.Used)
			f.session(s, target.Child("value"), unit.SessionUse{Key: f.keyText(target.Child("subscript")), Op: "delete", Value: unit.Value{Kind: unit.Nil, Text: "None"}, Location: f.at(target)})
			f.access(s, unit.Access{Kind: unit.Modify, Op: "delete", Reset: true, Key: &key, Location: f.at(target)}, f.place(s, target.Child("value")))
		case "attribute", "identifier":
			if target.Kind == "identifier" && !s.global[f.text(target)] {
				continue
			}
			nothing := unit.Value{Kind: unit.Nil, Text: "None"}
			f.access(s, unit.Access{Kind: unit.Write, Op: "=", Reset: true, Value: &nothing, Location: f.at(target)}, f.place(s, target))
		}
	}
}

// importNames reads import a.b as c.
func (f *file) importNames(s *scope, n *node) {
	for _, name := range n.Kids {
		if name.Field != "name" {
			continue
		}
		dotted, alias := name, name.Child("alias")
		if alias != nil {
			dotted = name.Child("name")
		}
		module := f.text(dotted)
		f.load(module)
		first, _, _ := strings.Cut(module, ".")
		if alias != nil {
			f.bindImport(s, f.text(alias), module)
		} else {
			f.bindImport(s, first, first)
		}
	}
}

// importFrom reads from .a import b as c.
func (f *file) importFrom(s *scope, n *node) {
	module := f.absolute(f.text(n.Child("module_name")))
	f.load(module)
	for _, name := range n.Kids {
		switch {
		case name.Kind == "wildcard_import":
			f.stars = append(f.stars, module)
		case name.Field == "name":
			imported, bound := name, name
			if alias := name.Child("alias"); alias != nil {
				imported, bound = name.Child("name"), alias
			}
			f.load(module + "." + f.text(imported))
			f.bindImport(s, f.text(bound), module+"."+f.text(imported))
		}
	}
}

// absolute is the module that an import names. A relative one begins with a slash,
// since its folder is known.
func (f *file) absolute(name string) string {
	dots := len(name) - len(strings.TrimLeft(name, "."))
	if dots == 0 {
		return name
	}
	steps := strings.Split(f.module, ".")
	if !f.pkg {
		steps = steps[:len(steps)-1]
	}
	steps = steps[:max(0, len(steps)-dots+1)]
	return "/" + strings.Trim(strings.Join(append(steps, name[dots:]), "."), ".")
}

func (f *file) load(module string) {
	if !slices.Contains(f.loads, module) {
		f.loads = append(f.loads, module)
	}
}

// bindImport gives a name to what is imported. What a function imports is its own;
// the module has it as well where it names nothing else.
func (f *file) bindImport(s *scope, name, module string) {
	if s.names != nil || s.class != "" {
		s.locals[name] = &local{value: unit.Value{Kind: unit.PlaceValue, Place: rooted(">" + module)}}
		return
	}
	if f.imported[name] == "" {
		f.imported[name] = module
	}
}
