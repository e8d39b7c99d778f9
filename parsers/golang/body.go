package golang

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// body reads one function body. Closures get a body of their own that shares
// the bindings of the declared function around them.
type body struct {
	x      *extractor
	fn     *unit.Function
	shared *bindings
	node   ast.Node // *ast.FuncLit of a closure, nil for the declared function
	text   *ast.BlockStmt
	params map[*types.Var]int
	seen   map[string]bool // reads already recorded

	// What holds at the point being read.
	guards []string
	lazy   []string // places known to be empty here
	refuse []string // those of them that are left alone, unseen, where they are not empty
	tx     bool     // inside a function that was handed to a transaction
	begun  bool     // a transaction that this function began is open
	loop   bool
	timed  bool           // in a turn of a loop that waits for time to pass
	failed bool           // only where an error was had
	when   unit.Condition // what configuration must say

	inherited []string        // locks that the function around a closure holds
	given     map[string]bool // locks that this function releases by itself
}

func newBody(x *extractor, fn *unit.Function, sig *types.Signature, recv, params *ast.FieldList) *body {
	b := &body{x: x, fn: fn, params: map[*types.Var]int{}, seen: map[string]bool{}}
	b.shared = newBindings(x, fn)
	if recv != nil && len(recv.List) > 0 && len(recv.List[0].Names) > 0 {
		b.shared.recv, _ = x.Info.Defs[recv.List[0].Names[0]].(*types.Var)
	}
	b.addParams(params)
	return b
}

func (b *body) addParams(list *ast.FieldList) {
	if list == nil {
		return
	}
	i := 0
	for _, f := range list.List {
		for _, n := range f.Names {
			if v, ok := b.x.Info.Defs[n].(*types.Var); ok {
				b.params[v] = i
				b.shared.owner[v] = b.node
				b.fn.Params = append(b.fn.Params, n.Name)
			}
			i++
		}
		if len(f.Names) == 0 {
			i++
			b.fn.Params = append(b.fn.Params, "_")
		}
	}
}

func (b *body) finish() { b.x.unit.Functions = append(b.x.unit.Functions, *b.fn) }

// block reads a whole function body.
func (b *body) block(s *ast.BlockStmt) {
	b.text = s
	if b.node == nil {
		b.shared.block = s
		b.shared.collect(s)
	}
	b.stmts(s.List)
	b.keepsLocked()
}

// stmts reads a list of statements. Locks taken in it are held to its end or
// to their release; what a branch takes does not outlive the branch.
func (b *body) stmts(list []ast.Stmt) {
	for _, s := range list {
		b.stmt(s)
	}
}

// scope reads a nested block and forgets the locks and nil checks made in it.
func (b *body) scope(list []ast.Stmt) {
	guards, lazy, refuse, failed, when := len(b.guards), len(b.lazy), len(b.refuse), b.failed, b.when
	saved := slices.Clone(b.guards)
	b.branch(list)
	b.letGo(saved, list)
	b.guards = saved[:guards]
	b.lazy, b.refuse = b.lazy[:lazy], b.refuse[:refuse]
	b.failed, b.when = failed, when
}

func (b *body) stmt(s ast.Stmt) {
	switch s := s.(type) {
	case *ast.ExprStmt:
		b.statement(s.X)
	case *ast.AssignStmt:
		b.assign(s)
	case *ast.IncDecStmt:
		b.write(s.X, s.Tok.String(), nil)
	case *ast.DeclStmt:
		b.declStmt(s)
	case *ast.SendStmt:
		b.expr(s.Value)
		b.send(s)
	case *ast.GoStmt:
		b.call(s.Call, unit.Dropped, mode{async: true})
	case *ast.DeferStmt:
		b.deferred(s.Call)
	case *ast.ReturnStmt:
		b.returns(s)
	case *ast.BlockStmt:
		b.scope(s.List)
	case *ast.LabeledStmt:
		b.stmt(s.Stmt)
	default:
		b.control(s)
	}
}

// control reads the statements that branch or repeat.
func (b *body) control(s ast.Stmt) {
	switch s := s.(type) {
	case *ast.IfStmt:
		b.ifStmt(s)
	case *ast.ForStmt:
		b.forStmt(s)
	case *ast.RangeStmt:
		b.rangeStmt(s)
	case *ast.SwitchStmt:
		b.optional(s.Init)
		b.optionalExpr(s.Tag)
		b.clauses(s.Body, b.ways(s))
	case *ast.TypeSwitchStmt:
		b.optional(s.Init)
		b.stmt(s.Assign)
		b.clauses(s.Body, nil)
	case *ast.SelectStmt:
		b.clauses(s.Body, nil)
	}
}

func (b *body) optional(s ast.Stmt) {
	if s != nil {
		b.stmt(s)
	}
}

func (b *body) optionalExpr(e ast.Expr) {
	if e != nil {
		b.expr(e)
	}
}

// clauses reads those of a switch or select, each under its condition if there are any.
func (b *body) clauses(block *ast.BlockStmt, ways []unit.Condition) {
	for i, c := range block.List {
		switch c := c.(type) {
		case *ast.CaseClause:
			failed := b.failed
			for _, e := range c.List {
				b.expr(e)
			}
			b.failed = failed || len(c.List) == 1 && b.failedIf(c.List[0], true)
			var way unit.Condition
			if ways != nil {
				way = ways[i]
			}
			b.under(way, func() { b.scope(c.Body) })
			b.failed = failed
		case *ast.CommClause:
			b.optional(c.Comm)
			timed := b.timed
			b.timed = timed || b.loop && b.ticks(c.Comm)
			b.scope(c.Body)
			b.timed = timed
		}
	}
}

// ifStmt remembers what an if proves to be empty: x == nil, !ok after a look-up,
// len(x) == 0. A write to it in the branch is a lazy one.
func (b *body) ifStmt(s *ast.IfStmt) {
	b.optional(s.Init)
	b.check(s.Cond)
	n, refused, failed := len(b.lazy), len(b.refuse), b.failed
	empty := b.emptied(s.Cond)
	b.lazy = append(b.lazy, empty...)
	if b.refusesElse(s) {
		b.refuse = append(b.refuse, empty...)
	}
	b.failed = failed || b.failedIf(s.Cond, true)
	holds := b.condition(s.Cond)
	b.under(holds, func() { b.scope(s.Body.List) })
	b.lazy, b.refuse = b.lazy[:n], b.refuse[:refused]
	b.failed = failed || b.failedIf(s.Cond, false)
	if s.Else != nil {
		b.under(negated(holds), func() { b.stmt(s.Else) })
		b.failed = failed
	} else if leaves(s.Body) {
		full := b.filled(s.Cond)
		b.lazy = append(b.lazy, full...)
		if len(full) > 0 && !b.looksAt(s.Body, s.Cond) {
			b.refuse = append(b.refuse, full...)
		}
	} else {
		b.failed = failed
	}
	if s.Else == nil && b.choosesOther(s.Body) {
		b.when = b.when.Also(negated(holds))
	}
}

// leaves tells whether a block ends by leaving the statements around it.
func leaves(block *ast.BlockStmt) bool {
	if len(block.List) == 0 {
		return false
	}
	switch s := block.List[len(block.List)-1].(type) {
	case *ast.ReturnStmt:
		return true
	case *ast.IfStmt:
		return leaves(s.Body) // what was found had to be converted first
	case *ast.BranchStmt:
		return s.Tok == token.CONTINUE || s.Tok == token.BREAK
	}
	return false
}

// filled lists the places that a condition proves to hold something, so that
// they are empty where it does not hold: ok after a look-up, x != nil.
func (b *body) filled(cond ast.Expr) []string {
	switch c := ast.Unparen(cond).(type) {
	case *ast.Ident:
		return append(b.lookedUp(c), b.placeTexts(c)...)
	case *ast.SelectorExpr:
		return b.placeTexts(c)
	case *ast.BinaryExpr:
		if (c.Op == token.NEQ || c.Op == token.GTR) && isZero(c.Y) {
			return b.looked(lengthOf(c.X))
		}
	}
	return nil
}

// looked names a place whose content was compared, and the container that it
// was looked up in.
func (b *body) looked(e ast.Expr) []string {
	out := b.placeTexts(e)
	if id, ok := ast.Unparen(e).(*ast.Ident); ok {
		out = append(out, b.lookedUp(id)...)
	}
	if x, ok := ast.Unparen(e).(*ast.IndexExpr); ok {
		out = append(out, b.placeTexts(x.X)...)
	}
	return out
}

// check reads a condition: a call that is the whole condition is looked at for
// success only.
func (b *body) check(cond ast.Expr) {
	e := ast.Unparen(cond)
	if u, ok := e.(*ast.UnaryExpr); ok && u.Op == token.NOT {
		e = ast.Unparen(u.X)
	}
	if c, ok := e.(*ast.CallExpr); ok {
		b.call(c, unit.Checked, mode{})
		return
	}
	b.expr(cond)
}

// emptied lists the places that a condition proves empty.
func (b *body) emptied(cond ast.Expr) []string {
	switch c := ast.Unparen(cond).(type) {
	case *ast.BinaryExpr:
		if c.Op == token.LAND || c.Op == token.LOR {
			return append(b.emptied(c.X), b.emptied(c.Y)...)
		}
		if c.Op != token.EQL || !isZero(c.Y) {
			return nil
		}
		return b.looked(lengthOf(c.X))
	case *ast.UnaryExpr:
		if id, ok := ast.Unparen(c.X).(*ast.Ident); ok && c.Op == token.NOT {
			return append(b.lookedUp(id), b.placeTexts(c.X)...)
		}
		if c.Op == token.NOT {
			return b.placeTexts(c.X)
		}
	}
	return nil
}

// lengthOf turns len(x) into x.
func lengthOf(e ast.Expr) ast.Expr {
	if c, ok := ast.Unparen(e).(*ast.CallExpr); ok && len(c.Args) == 1 {
		if id, ok := c.Fun.(*ast.Ident); ok && id.Name == "len" {
			return c.Args[0]
		}
	}
	return e
}

// lookedUp names the container that the flag of a comma-ok look-up speaks of.
func (b *body) lookedUp(ok *ast.Ident) []string {
	v, _ := b.x.Info.Uses[ok].(*types.Var)
	var out []string
	for _, bind := range b.shared.values[v] {
		switch e := ast.Unparen(bind.expr).(type) {
		case *ast.IndexExpr:
			out = append(out, b.placeTexts(e.X)...)
		case *ast.CallExpr:
			if sel, ok := e.Fun.(*ast.SelectorExpr); ok {
				out = append(out, b.placeTexts(sel.X)...)
			}
		}
	}
	return out
}

func (b *body) placeTexts(e ast.Expr) []string {
	var out []string
	for _, p := range b.places(e, 0) {
		out = append(out, placeText(p))
	}
	return out
}

func placeText(p unit.Place) string {
	return string(p.Root) + ":" + p.Name + strings.Join(append([]string{""}, p.Path...), ">")
}

func (b *body) forStmt(s *ast.ForStmt) {
	b.optional(s.Init)
	b.optionalExpr(s.Cond)
	b.optional(s.Post)
	loop, timed := b.loop, b.timed
	lasts := b.lasts(s)
	b.loop = b.loop || lasts && goesOn(s.Body)
	b.timed = b.timed || lasts && b.waitsForTime(s.Body)
	b.scope(s.Body.List)
	b.loop, b.timed = loop, timed
	if !lasts && waits(s.Body) {
		b.attr("waits-in-loop")
	}
	if lasts && goesOn(s.Body) {
		b.attr("endless-loop")
		if b.waitsForSignals(s.Body) {
			b.attr(unit.SignalLoop)
		} else {
			b.turn(s.Body)
		}
		b.x.loops = append(b.x.loops, s.Body)
	}
}

// waitsOnChannel tells the body of a loop that waits for a channel in each turn.
func waitsOnChannel(body *ast.BlockStmt) bool {
	return slices.ContainsFunc(body.List, func(s ast.Stmt) bool {
		switch s := s.(type) {
		case *ast.SelectStmt:
			return true
		case *ast.ExprStmt:
			u, ok := ast.Unparen(s.X).(*ast.UnaryExpr)
			return ok && u.Op == token.ARROW
		}
		return false
	})
}

// waitsForSignals tells the body of a loop that waits in each turn for a signal of the system,
// and else for nothing but the end.
func (b *body) waitsForSignals(body *ast.BlockStmt) bool {
	signals := false
	for _, s := range body.List {
		sel, ok := s.(*ast.SelectStmt)
		if !ok {
			signals = signals || isSignalChannel(b.takenFrom(s))
			continue
		}
		for _, c := range sel.Body.List {
			comm := c.(*ast.CommClause)
			t := b.takenFrom(comm.Comm)
			switch {
			case isSignalChannel(t):
				signals = true
			case t == nil || !endsWith(comm.Body):
				return false
			}
		}
	}
	return signals
}

// takenFrom is the type of the channel that a statement takes from, nil for none.
func (b *body) takenFrom(s ast.Stmt) types.Type {
	var e ast.Expr
	switch s := s.(type) {
	case *ast.ExprStmt:
		e = s.X
	case *ast.AssignStmt:
		e = s.Rhs[0]
	}
	if u, ok := ast.Unparen(e).(*ast.UnaryExpr); ok && u.Op == token.ARROW {
		return b.typeOf(u.X)
	}
	return nil
}

func isSignalChannel(t types.Type) bool {
	if t == nil {
		return false
	}
	ch, ok := types.Unalias(t).Underlying().(*types.Chan)
	return ok && typeString(ch.Elem()) == "os.Signal"
}

// endsWith tells statements after which the function is left.
func endsWith(list []ast.Stmt) bool {
	if len(list) == 0 {
		return false
	}
	_, ok := list[len(list)-1].(*ast.ReturnStmt)
	return ok
}

// goesOn tells the body of a loop without a condition that goes on for as long as
// the process does: it is never left, or it waits for something each time round.
func goesOn(body *ast.BlockStmt) bool {
	w := &way{}
	ast.Walk(w, body)
	return w.waits || !w.leaves
}

// waits tells the body of a loop that waits for something in its rounds.
func waits(body *ast.BlockStmt) bool {
	w := &way{}
	ast.Walk(w, body)
	return w.waits
}

// way is what was seen of the body of a loop. Inner is how many statements around
// the present one a break would leave instead of the loop.
type way struct {
	leaves, waits bool
	inner         int
	up            *way
}

// Visit implements ast.Visitor.
func (w *way) Visit(n ast.Node) ast.Visitor {
	switch n := n.(type) {
	case *ast.FuncLit:
		return nil
	case *ast.ReturnStmt:
		w.top().leaves = true
	case *ast.BranchStmt:
		if n.Tok == token.GOTO || n.Tok == token.BREAK && (n.Label != nil || w.inner == 0) {
			w.top().leaves = true
		}
	case *ast.SelectStmt:
		w.top().waits = true
		return &way{inner: w.inner + 1, up: w.top()}
	case *ast.SwitchStmt, *ast.TypeSwitchStmt, *ast.ForStmt, *ast.RangeStmt:
		return &way{inner: w.inner + 1, up: w.top()}
	case *ast.UnaryExpr:
		w.top().waits = w.top().waits || n.Op == token.ARROW
	case *ast.CallExpr:
		if sel, ok := n.Fun.(*ast.SelectorExpr); ok && waitingCalls[sel.Sel.Name] {
			w.top().waits = true
		}
	}
	return w
}

func (w *way) top() *way {
	if w.up != nil {
		return w.up
	}
	return w
}

// waitingCalls are methods that come back when something has happened outside:
// time has passed, somebody has connected or sent. Steps of an iteration are none.
var waitingCalls = map[string]bool{"Sleep": true, "Accept": true, "Wait": true, "Recv": true, "Receive": true, "ReadMessage": true, "FetchMessage": true}

func (b *body) rangeStmt(s *ast.RangeStmt) {
	b.expr(s.X)
	loop, timed := b.loop, b.timed
	if t := b.typeOf(s.X); t != nil {
		if _, ok := types.Unalias(t).Underlying().(*types.Chan); ok {
			if aboutFiles(t) {
				b.attr(unit.FollowsFiles)
			}
			if b.endsWithGroup(s.X) {
				b.attr(unit.WaitsForGroup)
			} else {
				b.attr("endless-loop")
				if isSignalChannel(t) {
					b.attr(unit.SignalLoop)
				}
				b.x.loops = append(b.x.loops, s.Body)
				b.loop = true
				if b.isTimes(s.X) {
					b.timed = true
					b.x.turns = append(b.x.turns, s.Body)
				}
			}
		}
	}
	b.scope(s.Body.List)
	b.loop, b.timed = loop, timed
}

// endsWithGroup tells a channel that a closure of the same function closes when a group of
// goroutines has come to its end: who takes all from it waits for them.
func (b *body) endsWithGroup(ch ast.Expr) bool {
	id, ok := ast.Unparen(ch).(*ast.Ident)
	if !ok {
		return false
	}
	v, ok := b.x.Info.Uses[id].(*types.Var)
	if _, local := b.shared.owner[v]; !ok || !local || b.shared.block == nil {
		return false
	}
	found := false
	ast.Inspect(b.shared.block, func(n ast.Node) bool {
		if lit, ok := n.(*ast.FuncLit); ok && b.closesAfterGroup(lit, v) {
			found = true
		}
		return !found
	})
	return found
}

func (b *body) closesAfterGroup(lit *ast.FuncLit, ch *types.Var) bool {
	closes, waits := false, false
	ast.Inspect(lit.Body, func(n ast.Node) bool {
		c, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		if id, ok := ast.Unparen(c.Fun).(*ast.Ident); ok && len(c.Args) == 1 {
			_, builtin := b.x.Info.Uses[id].(*types.Builtin)
			arg, isName := ast.Unparen(c.Args[0]).(*ast.Ident)
			closes = closes || builtin && id.Name == "close" && isName && b.x.Info.Uses[arg] == ch
		}
		if f := b.calleeFunc(c); f != nil {
			waits = waits || waitsForGroup(funcID(f))
		}
		return true
	})
	return closes && waits
}

// waitsForGroup tells the methods that come back when a group of goroutines has ended.
func waitsForGroup(id string) bool {
	return id == "sync.WaitGroup.Wait" || id == "golang.org/x/sync/errgroup.Group.Wait"
}

func (b *body) attr(a string) {
	if !slices.Contains(b.fn.Attrs, a) {
		b.fn.Attrs = append(b.fn.Attrs, a)
	}
}

func (b *body) declStmt(s *ast.DeclStmt) {
	d, ok := s.Decl.(*ast.GenDecl)
	if !ok {
		return
	}
	for _, sp := range d.Specs {
		v, ok := sp.(*ast.ValueSpec)
		if !ok {
			continue
		}
		for _, e := range v.Values {
			b.keep(e)
		}
		if len(v.Values) == 0 && v.Type != nil {
			b.alloc(b.typeOf(v.Type), v.Pos(), v.End(), true)
		}
	}
}

func (b *body) returns(s *ast.ReturnStmt) {
	for i, e := range s.Results {
		if c, ok := ast.Unparen(e).(*ast.CallExpr); ok && len(s.Results) == 1 {
			b.call(c, unit.Returned, mode{})
		} else {
			b.keep(e)
		}
		if len(b.fn.Returns) < 8 {
			v := b.value(e, 0)
			v.Nth = i
			b.fn.Returns = append(b.fn.Returns, v)
		}
	}
}

// statement reads an expression that stands alone: a call whose result nobody
// takes, or a receive.
func (b *body) statement(e ast.Expr) {
	if c, ok := ast.Unparen(e).(*ast.CallExpr); ok {
		b.call(c, unit.Dropped, mode{})
		return
	}
	b.expr(e)
}

func (b *body) deferred(c *ast.CallExpr) {
	if name, ok := lockName(c); ok && strings.HasSuffix(name, "Unlock") {
		b.releasedBy(c) // held to the end of the function
		return
	}
	b.call(c, unit.Dropped, mode{deferred: true})
}

func (b *body) typeOf(e ast.Expr) types.Type { return b.x.Info.TypeOf(e) }

// elementOf is the element type of an unnamed slice, array or map.
func elementOf(t types.Type) types.Type {
	switch u := types.Unalias(t).(type) {
	case *types.Slice:
		return u.Elem()
	case *types.Array:
		return u.Elem()
	case *types.Map:
		return u.Elem()
	}
	return nil
}

// alloc notes that an instance of a declared type is made here.
func (b *body) alloc(t types.Type, from, to token.Pos, kept bool) {
	if t == nil {
		return
	}
	if e := elementOf(t); e != nil {
		t, kept = e, false // a collection is about to be filled with such
	}
	n := namedOf(t)
	if n == nil || n.Obj().Pkg() == nil {
		return
	}
	if !kept {
		b.fn.Allocs = append(b.fn.Allocs, unit.Alloc{Type: typeID(n), Value: true, Location: b.x.location(from, to)})
		return
	}
	if _, ok := types.Unalias(t).(*types.Pointer); ok {
		return // var p *T makes none
	}
	b.fn.Allocs = append(b.fn.Allocs, unit.Alloc{Type: typeID(n), Value: !kept, Location: b.x.location(from, to)})
}
