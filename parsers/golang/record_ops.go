package golang

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// writer turns one function's instructions into operations.
type writer struct {
	r       *recorder
	fn      *ssa.Function
	out     unit.Record
	slots   map[ssa.Value]unit.Slot
	results map[ssa.Value][]unit.Slot
	spans   map[*ssa.BasicBlock]unit.Span
	rounds  map[*ssa.BasicBlock]bool // blocks within loops
	at      *ssa.BasicBlock
	sure    bool      // of the block
	pos     token.Pos // of the last operation that has one
}

// endsProcess tells a function that always ends the process: each way through it exits or
// panics, and some way exits. Where something failed it may come back, since nothing was done.
func endsProcess(fn *ssa.Function) bool {
	exits := false
	seen := map[*ssa.BasicBlock]bool{}
	for queue := slices.Clone(fn.Blocks[:min(1, len(fn.Blocks))]); len(queue) > 0; queue = queue[1:] {
		b := queue[0]
		if seen[b] || len(b.Instrs) == 0 {
			continue
		}
		seen[b] = true
		if slices.ContainsFunc(b.Instrs, exitsAt) {
			exits = true
			continue
		}
		if _, back := b.Instrs[len(b.Instrs)-1].(*ssa.Return); back {
			return false
		}
		for i, next := range b.Succs {
			if !failed(b, i) {
				queue = append(queue, next)
			}
		}
	}
	return exits
}

func exitsAt(in ssa.Instruction) bool {
	c, ok := in.(*ssa.Call)
	return ok && exitsProcess(c.Common().StaticCallee())
}

// failed tells the way out of a block that is only taken where an error was had.
func failed(b *ssa.BasicBlock, way int) bool {
	branch, ok := b.Instrs[len(b.Instrs)-1].(*ssa.If)
	if !ok {
		return false
	}
	asked, ok := branch.Cond.(*ssa.BinOp)
	if !ok || !isNil(asked.Y) || !types.Identical(asked.X.Type(), types.Universe.Lookup("error").Type()) {
		return false
	}
	return asked.Op == token.NEQ && way == 0 || asked.Op == token.EQL && way == 1
}

func exitsProcess(fn *ssa.Function) bool {
	if fn == nil || fn.Pkg == nil {
		return false
	}
	switch fn.Pkg.Pkg.Path() + "." + fn.Name() {
	case "os.Exit", "syscall.Exit", "syscall.Exec", "runtime.Goexit", "log.Fatal", "log.Fatalf", "log.Fatalln":
		return true
	}
	return false
}

// body writes all blocks; true if the form of the function was broken.
func (w *writer) body() (broken bool) {
	defer func() {
		if recover() != nil { // as above: of one ill-typed function nothing is kept
			broken = true
		}
	}()
	w.order()
	for _, b := range w.fn.Blocks {
		w.at, w.sure = b, w.certain(b)
		for _, in := range b.Instrs {
			w.instruction(in)
		}
	}
	return false
}

// order numbers the blocks along the dominator tree.
func (w *writer) order() {
	w.spans = map[*ssa.BasicBlock]unit.Span{}
	n := int32(0)
	var number func(b *ssa.BasicBlock)
	number = func(b *ssa.BasicBlock) {
		n++
		from := n
		for _, below := range b.Dominees() {
			number(below)
		}
		w.spans[b] = unit.Span{From: from, To: n}
	}
	for _, b := range w.fn.Blocks {
		if b.Idom() == nil {
			number(b)
		}
	}
	w.rounds = loopBlocks(w.fn)
}

// loopBlocks are the blocks of the natural loops of a function: those from which the head of a
// loop, which dominates them, is come to again.
func loopBlocks(fn *ssa.Function) map[*ssa.BasicBlock]bool {
	in := map[*ssa.BasicBlock]bool{}
	for _, tail := range fn.Blocks {
		for _, head := range tail.Succs {
			if !head.Dominates(tail) {
				continue
			}
			body := map[*ssa.BasicBlock]bool{head: true}
			for queue := []*ssa.BasicBlock{tail}; len(queue) > 0; queue = queue[1:] {
				if b := queue[0]; !body[b] {
					body[b] = true
					queue = append(queue, b.Preds...)
				}
			}
			for b := range body {
				in[b] = true
			}
		}
	}
	return in
}

// certain tells a block through which each way to a return leads.
func (w *writer) certain(b *ssa.BasicBlock) bool {
	for _, other := range w.fn.Blocks {
		if len(other.Instrs) == 0 || other == w.fn.Recover {
			continue
		}
		if _, back := other.Instrs[len(other.Instrs)-1].(*ssa.Return); back && !b.Dominates(other) {
			return false
		}
	}
	return true
}

// slot returns the slot of a value, 0 if no object can be reached through it.
func (w *writer) slot(v ssa.Value) unit.Slot {
	if s, ok := w.slots[v]; ok {
		return s
	}
	if v == nil || !leadsOn(v.Type(), 0) || w.r.foreignLogger(v.Type()) {
		return 0
	}
	switch v := v.(type) {
	case *ssa.Const:
		return 0
	case *ssa.Global:
		s := w.fresh(v)
		w.emit(unit.Op{Kind: unit.OpRoot, To: []unit.Slot{s}, Name: v.Pkg.Pkg.Path() + "." + v.Name(), Type: pointeeID(v.Type())}, token.NoPos)
		return s
	case *ssa.Function:
		s := w.fresh(v)
		id, _ := w.r.functionID(v)
		w.r.add(v)
		w.emit(unit.Op{Kind: unit.OpFunc, To: []unit.Slot{s}, Name: id}, token.NoPos)
		return s
	case *ssa.Builtin:
		return 0
	}
	return w.fresh(v)
}

func (w *writer) fresh(v ssa.Value) unit.Slot {
	s := unit.Slot(w.out.Slots)
	w.out.Slots++
	if v != nil {
		w.slots[v] = s
	}
	return s
}

func (w *writer) emit(op unit.Op, pos token.Pos) {
	if !pos.IsValid() {
		pos = w.pos // what nobody wrote by itself stands where what it belongs to does
	}
	if pos.IsValid() {
		w.pos = pos
		p := w.r.x.Fset.Position(pos)
		op.Line, op.Col = int32(p.Line), int32(p.Column)
		if w.out.File == "" {
			w.out.File = w.r.x.rel(p.Filename)
		}
	}
	if op.Kind == unit.OpMake {
		op.Loop = inBodies(w.r.x.loops, pos)
	} else {
		op.Loop = inBodies(w.r.x.turns, pos)
	}
	op.Span, op.Sure, op.Rounds = w.spans[w.at], w.sure, w.rounds[w.at]
	w.out.Ops = append(w.out.Ops, op)
}

// inBodies tells a position within one of the bodies.
func inBodies(bodies []ast.Node, pos token.Pos) bool {
	return pos.IsValid() && slices.ContainsFunc(bodies, func(n ast.Node) bool { return n.Pos() <= pos && pos < n.End() })
}

// leadsOn tells whether a value of the type can lead to an object.
func leadsOn(t types.Type, depth int) bool {
	if depth > 6 {
		return true
	}
	if types.Identical(t, universeError) {
		return false // goes everywhere, and what it leads to is read and shown
	}
	switch u := t.Underlying().(type) {
	case *types.Basic:
		return u.Kind() == types.UnsafePointer
	case *types.Struct:
		for i := 0; i < u.NumFields(); i++ {
			if leadsOn(u.Field(i).Type(), depth+1) {
				return true
			}
		}
		return false
	case *types.Array:
		return leadsOn(u.Elem(), depth+1)
	case *types.Tuple:
		return u.Len() > 0
	}
	return true
}

// whole tells a type whose values have fields or elements of their own.
func whole(t types.Type) bool {
	switch t.Underlying().(type) {
	case *types.Struct, *types.Array:
		return typeString(t) != "reflect.Value"
	}
	return false
}

// kindOf names a type for dispatch: a declared one by its ID.
func kindOf(t types.Type) string {
	if n, ok := types.Unalias(t).(*types.Named); ok {
		return typeID(n)
	}
	return typeString(t)
}

func pointeeID(t types.Type) string {
	if p, ok := t.Underlying().(*types.Pointer); ok {
		return kindOf(p.Elem())
	}
	return kindOf(t)
}

func (w *writer) instruction(in ssa.Instruction) {
	switch in := in.(type) {
	case *ssa.Alloc:
		w.make(in, pointeeID(in.Type()), w.capturedID(in.Pos()))
	case *ssa.MakeMap, *ssa.MakeChan, *ssa.MakeSlice:
		v := in.(ssa.Value)
		w.make(v, kindOf(v.Type()), "")
	case *ssa.MakeClosure:
		w.closure(in)
	case *ssa.Store:
		w.store(in)
	case *ssa.MapUpdate:
		elem := w.element(w.slot(in.Map), constKey(in.Key), "", in.Pos())
		w.emit(unit.Op{Kind: unit.OpStore, Base: elem, Args: []unit.Slot{w.slot(in.Value)}, Whole: whole(in.Value.Type())}, in.Pos())
		if k := w.slot(in.Key); k != 0 {
			w.emit(unit.Op{Kind: unit.OpStore, Base: w.keys(w.slot(in.Map), ""), Args: []unit.Slot{k}, Whole: whole(in.Key.Type())}, token.NoPos)
		}
	case *ssa.Send:
		elem := w.element(w.slot(in.Chan), "", "", in.Pos())
		w.emit(unit.Op{Kind: unit.OpStore, Base: elem, Args: []unit.Slot{w.slot(in.X)}, Whole: whole(in.X.Type())}, in.Pos())
	case *ssa.Select:
		w.selects(in)
	case *ssa.Go:
		w.call(in, nil, in.Pos(), true)
	case *ssa.Defer:
		at := len(w.out.Ops)
		w.call(in, nil, in.Pos(), false)
		for i := range w.out.Ops[at:] {
			if call := w.out.Ops[at+i].Call; call != nil {
				call.AtEnd = true
			}
		}
	case *ssa.Return:
		var args []unit.Slot
		for _, v := range in.Results {
			args = append(args, w.slot(v))
		}
		w.emit(unit.Op{Kind: unit.OpReturn, Args: args}, in.Pos())
	case ssa.Value:
		w.value(in)
	}
}

// capturedID finds the holder of a variable that closures share, by its place.
func (w *writer) capturedID(pos token.Pos) string {
	if !pos.IsValid() {
		return ""
	}
	p := w.r.x.Fset.Position(pos)
	return w.r.captured[unit.Location{File: w.r.x.rel(p.Filename), Line: p.Line, Column: p.Column}]
}

func (w *writer) make(v ssa.Value, typ, holder string) {
	if s := w.slot(v); s != 0 {
		w.emit(unit.Op{Kind: unit.OpMake, To: []unit.Slot{s}, Type: typ, Name: holder}, v.Pos())
	}
}

func (w *writer) closure(in *ssa.MakeClosure) {
	fn := in.Fn.(*ssa.Function)
	id, _ := w.r.functionID(fn)
	w.r.add(fn)
	var bound []unit.Slot
	for _, b := range in.Bindings {
		bound = append(bound, w.slot(b))
	}
	w.emit(unit.Op{Kind: unit.OpFunc, To: []unit.Slot{w.slot(in)}, Name: id, Args: bound}, in.Pos())
}

// store also hands a function over that is put into a field of a struct of
// another module: that is how commands, servers and clients are told what to run.
func (w *writer) store(in *ssa.Store) {
	v := w.slot(in.Val)
	w.emit(unit.Op{Kind: unit.OpStore, Base: w.slot(in.Addr), Args: []unit.Slot{v}, Whole: whole(in.Val.Type())}, in.Pos())
	if v == 0 {
		return
	}
	if part, ifaces := w.handedByField(in); part != nil {
		w.emit(unit.Op{Kind: unit.OpCall, Args: []unit.Slot{v}, Name: "<field>", Call: &unit.Apply{
			Foreign: true, Hands: handsOf(*part), Note: part.note, Ifaces: [][]string{ifaces},
		}}, in.Pos())
	}
}

func (w *writer) handedByField(in *ssa.Store) (*part, []string) {
	t := unboxed(in.Val).Type()
	ifaces := interfaceMethods(t)
	if _, fn := t.Underlying().(*types.Signature); !fn && len(ifaces) == 0 {
		return nil, nil
	}
	switch addr := in.Addr.(type) {
	case *ssa.FieldAddr:
		st, ok := structOf(addr.X.Type())
		named := namedOf(addr.X.Type())
		if !ok || named == nil {
			return nil, nil
		}
		return (&body{x: w.r.x}).storedRole(named, st.Field(addr.Field).Name()), ifaces
	case *ssa.Global:
		if !w.r.x.local(addr.Pkg.Pkg.Path()) {
			return &part{role: unit.Handler, note: "kept in " + addr.Pkg.Pkg.Name() + "." + addr.Name()}, ifaces
		}
	}
	return nil, nil
}

// unboxed is the function that is put into a place of interface type: what stands
// there as any is called all the same, once its type has been asked for.
func unboxed(v ssa.Value) ssa.Value {
	if box, ok := v.(*ssa.MakeInterface); ok {
		if _, fn := box.X.Type().Underlying().(*types.Signature); fn {
			return box.X
		}
	}
	return v
}

func handsOf(p part) unit.Hands {
	switch {
	case p.role == unit.Main:
		return unit.HandsRuns
	case p.async || p.role == unit.Background:
		return unit.HandsBeside
	case p.role != "":
		return unit.HandsServes
	}
	return unit.HandsNow
}

// element steps to an element of a collection.
func (w *writer) element(base unit.Slot, key, typ string, pos token.Pos) unit.Slot {
	if base == 0 {
		return 0
	}
	s := w.fresh(nil)
	w.emit(unit.Op{Kind: unit.OpElem, To: []unit.Slot{s}, Base: base, Key: key, Type: typ}, pos)
	return s
}

// keys steps to where the keys of a map are kept. They are apart from its elements: what is
// put under a pointer changes nothing of what that leads to.
func (w *writer) keys(base unit.Slot, typ string) unit.Slot {
	if base == 0 {
		return 0
	}
	s := w.fresh(nil)
	w.emit(unit.Op{Kind: unit.OpElem, To: []unit.Slot{s}, Base: base, Keys: true, Type: typ}, token.NoPos)
	return s
}

func constKey(v ssa.Value) string {
	for {
		switch c := v.(type) {
		case *ssa.MakeInterface:
			v = c.X
			continue
		case *ssa.Const:
			if c.Value != nil && c.Value.Kind() == constant.String {
				return constant.StringVal(c.Value)
			}
		}
		return ""
	}
}

func (w *writer) selects(in *ssa.Select) {
	var to []unit.Slot
	for _, s := range in.States {
		if !s.Pos.IsValid() {
			s.Pos = in.Pos()
		}
		elem := w.element(w.slot(s.Chan), "", "", s.Pos)
		if s.Dir == types.SendOnly {
			w.emit(unit.Op{Kind: unit.OpStore, Base: elem, Args: []unit.Slot{w.slot(s.Send)}, Whole: whole(s.Send.Type())}, s.Pos)
			continue
		}
		got := w.fresh(nil)
		w.emit(unit.Op{Kind: unit.OpLoad, To: []unit.Slot{got}, Base: elem, Takes: true, Whole: whole(elemType(s.Chan.Type()))}, s.Pos)
		to = append(to, got)
	}
	w.results[in] = append([]unit.Slot{0, 0}, to...)
}

func elemType(t types.Type) types.Type {
	switch u := t.Underlying().(type) {
	case *types.Chan:
		return u.Elem()
	case *types.Slice:
		return u.Elem()
	case *types.Map:
		return u.Elem()
	case *types.Array:
		return u.Elem()
	case *types.Pointer:
		return u.Elem()
	}
	return t
}

// value writes the instructions that have a value.
func (w *writer) value(in ssa.Value) {
	switch in := in.(type) {
	case *ssa.Call:
		w.call(in, in, in.Pos(), false)
	case *ssa.Phi:
		for _, e := range in.Edges {
			w.copy(in, e)
		}
	case *ssa.ChangeType:
		w.copy(in, in.X)
	case *ssa.ChangeInterface:
		w.fits(in, in.X.Type())
		w.copy(in, in.X)
	case *ssa.Convert:
		w.copy(in, in.X)
	case *ssa.MultiConvert:
		w.copy(in, in.X)
	case *ssa.SliceToArrayPointer:
		w.copy(in, in.X)
	case *ssa.Slice:
		w.copy(in, in.X)
	case *ssa.MakeInterface:
		w.fits(in, in.X.Type())
		w.boxed(in)
	case *ssa.Extract:
		if rs := w.results[in.Tuple]; in.Index < len(rs) && rs[in.Index] != 0 {
			w.copySlot(in, rs[in.Index])
		}
	case *ssa.TypeAssert:
		w.assert(in)
	default:
		w.access(in)
	}
}

// access writes the instructions that step into what a value leads to.
func (w *writer) access(in ssa.Value) {
	switch in := in.(type) {
	case *ssa.FieldAddr:
		if w.inner(in.X.Type(), in.Field) {
			w.copy(in, in.X)
			return
		}
		w.step(in, in.X, in.Field, in.Pos())
	case *ssa.Field:
		if w.inner(in.X.Type(), in.Field) {
			w.copy(in, in.X)
			return
		}
		s := w.fresh(nil)
		w.emit(unit.Op{Kind: unit.OpStep, To: []unit.Slot{s}, Base: w.slot(in.X), Field: fieldID(in.X.Type(), in.Field), Type: kindOf(in.Type())}, in.Pos())
		w.load(in, s, in.Pos())
	case *ssa.IndexAddr:
		if s := w.slot(in); s != 0 {
			w.emit(unit.Op{Kind: unit.OpElem, To: []unit.Slot{s}, Base: w.slot(in.X), Type: pointeeID(in.Type())}, in.Pos())
		}
	case *ssa.Index:
		w.load(in, w.element(w.slot(in.X), "", kindOf(in.Type()), in.Pos()), in.Pos())
	case *ssa.Lookup:
		elem := w.element(w.slot(in.X), constKey(in.Index), kindOf(elemType(in.X.Type())), in.Pos())
		if in.CommaOk {
			got := w.fresh(nil)
			w.results[in] = []unit.Slot{got, 0}
			w.emit(unit.Op{Kind: unit.OpLoad, To: []unit.Slot{got}, Base: elem, Whole: whole(elemType(in.X.Type()))}, in.Pos())
			return
		}
		w.load(in, elem, in.Pos())
	case *ssa.UnOp:
		w.unary(in)
	case *ssa.Next:
		w.next(in)
	}
}

// inner tells an embedded field of a type outside the checkout: it is how the library
// writes its object down, and what is done to it is done to the object.
func (w *writer) inner(t types.Type, field int) bool {
	return promotedInside(w.r.x, t, field)
}

func (w *writer) unary(in *ssa.UnOp) {
	switch in.Op {
	case token.MUL:
		if at, ok := in.X.(*ssa.FieldAddr); ok && w.inner(at.X.Type(), at.Field) {
			w.copy(in, in.X)
			return
		}
		if put := justPut(in); put != nil {
			w.copy(in, put)
			w.emit(unit.Op{Kind: unit.OpLoad, Base: w.slot(in.X), Whole: whole(in.Type()), Aside: onlyChanged(in)}, in.Pos())
			return
		}
		w.load(in, w.slot(in.X), in.Pos())
	case token.ARROW:
		elem := w.element(w.slot(in.X), "", "", in.Pos())
		if in.CommaOk {
			got := w.fresh(nil)
			w.results[in] = []unit.Slot{got, 0}
			w.emit(unit.Op{Kind: unit.OpLoad, To: []unit.Slot{got}, Base: elem, Takes: true, Whole: whole(elemType(in.X.Type()))}, in.Pos())
			return
		}
		if elem != 0 {
			w.load(in, elem, in.Pos())
			w.out.Ops[len(w.out.Ops)-1].Takes = true
		}
	}
}

func (w *writer) next(in *ssa.Next) {
	rng, ok := in.Iter.(*ssa.Range)
	if !ok || in.IsString {
		return
	}
	elem := w.element(w.slot(rng.X), "", "", in.Pos())
	key, val := w.fresh(nil), w.fresh(nil)
	t := elemType(rng.X.Type())
	w.emit(unit.Op{Kind: unit.OpLoad, To: []unit.Slot{val}, Base: elem, Whole: whole(t)}, in.Pos())
	if m, ok := rng.X.Type().Underlying().(*types.Map); ok {
		w.emit(unit.Op{Kind: unit.OpLoad, To: []unit.Slot{key}, Base: w.keys(w.slot(rng.X), pointeeID(m.Key())), Whole: whole(m.Key())}, token.NoPos)
	}
	w.results[in] = []unit.Slot{0, key, val}
}

// load reads what is kept at a place. Nothing need lead on from there: that it is
// read counts as well.
func (w *writer) load(in ssa.Value, from unit.Slot, pos token.Pos) {
	if from == 0 {
		return
	}
	var to []unit.Slot
	if s := w.slot(in); s != 0 {
		to = []unit.Slot{s}
	}
	w.emit(unit.Op{Kind: unit.OpLoad, To: to, Base: from, Whole: whole(in.Type()), Aside: onlyChanged(in)}, pos)
}

func (w *writer) step(in ssa.Value, base ssa.Value, field int, pos token.Pos) {
	s := w.slot(in)
	w.emit(unit.Op{Kind: unit.OpStep, To: []unit.Slot{s}, Base: w.slot(base), Field: fieldID(base.Type(), field), Type: pointeeID(in.Type())}, pos)
}

func fieldID(t types.Type, i int) string {
	st, ok := structOf(t)
	if !ok || i >= st.NumFields() {
		return "."
	}
	owner := ""
	if n := namedOf(t); n != nil {
		owner = typeID(n)
	}
	return owner + "." + st.Field(i).Name()
}

func (w *writer) copy(in, from ssa.Value) { w.copySlot(in, w.slot(from)) }

func (w *writer) copySlot(in ssa.Value, from unit.Slot) {
	if s := w.slot(in); s != 0 && from != 0 {
		w.emit(unit.Op{Kind: unit.OpCopy, To: []unit.Slot{s}, Base: from}, token.NoPos)
	}
}

// boxed makes a value an interface's. One that leads to nothing still decides
// which methods are called.
func (w *writer) boxed(in *ssa.MakeInterface) {
	if s := w.slot(in.X); s != 0 {
		w.copySlot(in, s)
		return
	}
	if n := namedOf(in.X.Type()); n != nil && n.NumMethods() > 0 {
		w.make(in, kindOf(in.X.Type()), "")
	}
}

func (w *writer) assert(in *ssa.TypeAssert) {
	from := w.slot(in.X)
	to := w.slot(in)
	if in.CommaOk {
		to = w.fresh(nil)
		w.results[in] = []unit.Slot{to, 0}
	}
	if from == 0 || to == 0 {
		return
	}
	op := unit.Op{Kind: unit.OpAssert, To: []unit.Slot{to}, Base: from, Type: pointeeID(in.AssertedType)}
	if m := interfaceMethods(in.AssertedType); types.IsInterface(in.AssertedType) {
		op.Type, op.Call = "", &unit.Apply{Ifaces: [][]string{m}}
	}
	w.emit(op, in.Pos())
}

// interfaceMethods names the methods of an interface type; none for others.
func interfaceMethods(t types.Type) []string {
	it, ok := t.Underlying().(*types.Interface)
	if !ok {
		return nil
	}
	var out []string
	for i := 0; i < it.NumMethods(); i++ {
		out = append(out, it.Method(i).Name())
	}
	return out
}
