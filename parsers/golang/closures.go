package golang

import (
	"go/ast"
	"go/types"
	"slices"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// part is what the place where a function value stands makes of it.
type part struct {
	role   unit.Role
	note   string
	inline bool // runs before the statement around it is done
	once   bool // runs at most once in the life of the process
	life   bool // runs once, when the process starts or ends
	tx     bool // runs inside a database transaction
	async  bool
	late   bool // runs when the function around it is left
	named  bool // its role was read off the name of the function that is called
}

func (b *body) closureID(lit *ast.FuncLit) string {
	if id, ok := b.x.closures[lit]; ok {
		return id
	}
	pos := b.x.Fset.Position(lit.Pos())
	id := b.shared.fn.ID + "$" + itoa(pos.Line) + ":" + itoa(pos.Column)
	b.x.closures[lit] = id
	return id
}

// closure reads a function literal as a function of its own and links it to the
// function around it.
func (b *body) closure(lit *ast.FuncLit, p *part) string {
	id := b.closureID(lit)
	if b.x.closed[lit] {
		return id
	}
	b.x.closed[lit] = true
	sig, _ := b.typeOf(lit).(*types.Signature)
	fn := unit.Function{
		ID: id, Name: "func", Outer: b.fn.ID, Owner: b.fn.Owner, Test: b.fn.Test,
		Symbol: b.shared.fn.Symbol + " (closure)", Location: b.x.location(lit.Pos(), lit.Type.End()),
	}
	fn.Location.EndLine = b.x.Fset.Position(lit.End()).Line
	fn.Roles, fn.RoleNote = signatureRole(sig)
	fn.Attrs = append(fn.Attrs, handedBack(sig)...)
	fn.Attrs = append(fn.Attrs, toldOfFiles(sig)...)
	inner := &body{x: b.x, fn: &fn, shared: b.shared, node: lit, params: map[*types.Var]int{}, seen: map[string]bool{}}
	b.applyPart(inner, &fn, p)
	inner.addParams(lit.Type.Params)
	inner.block(lit.Body)
	inner.finish()
	if p != nil && p.inline && !p.late {
		b.begun = b.begun && inner.begun // it may have ended the transaction around it
	}
	return id
}

// applyPart gives a closure its role, or the edge from the function around it.
func (b *body) applyPart(inner *body, fn *unit.Function, p *part) {
	edge := unit.Call{Callee: fn.ID, Name: "func literal", Location: fn.Location, Result: unit.Used, Reference: true, Timed: b.timed}
	if p != nil {
		edge.Reference = !p.inline && !p.async
		edge.Async, edge.Deferred = p.async, p.late
		edge.Tx = p.tx || b.inTx(mode{async: p.async, deferred: p.late})
		if p.role != "" {
			fn.Roles, fn.RoleNote = []unit.Role{p.role}, p.note
		}
		if p.inline {
			fn.Attrs = append(fn.Attrs, "inline")
			inner.guards, inner.lazy, inner.refuse = slices.Clone(b.guards), slices.Clone(b.lazy), slices.Clone(b.refuse)
			inner.inherited = inner.guards
			inner.failed = b.failed && !p.late
			inner.tx, inner.begun, inner.loop, inner.timed = b.tx || p.tx, b.begun && !p.late, b.loop, b.timed
		}
		if p.once {
			inner.guards = append(inner.guards, onceGuard)
		}
	}
	b.fn.Calls = append(b.fn.Calls, edge)
}

// call of a literal: func() { … }(), go func() { … }(), defer func() { … }().
func (b *body) literalPart(m mode) *part {
	if m.async {
		return &part{async: true}
	}
	return &part{inline: true, late: m.deferred}
}

// argumentRole tells what a callee does with a closure that it is given.
func (b *body) argumentRole(f *types.Func, call *unit.Call) *part {
	if f == nil {
		return &part{inline: true}
	}
	if !call.External {
		return nil // the callee's own calls of its parameter tell
	}
	return givenPart(f, call)
}

// givenPart is what a function of others does with one that it is given. In a goroutine it
// does so there.
func givenPart(f *types.Func, call *unit.Call) *part {
	p := foreignPart(f)
	if call.Async && p.inline {
		p.inline, p.async = false, true
	}
	return &p
}

// argumentFunc does the same for a declared function that is handed over by
// name.
func (b *body) argumentFunc(a ast.Expr, f *types.Func, call *unit.Call) {
	target := b.funcRef(a)
	if target == nil || f == nil || !call.External || b.x.isExternal(target) {
		return
	}
	p := givenPart(f, call)
	var guards []string
	if p.once {
		guards = []string{onceGuard}
	}
	b.fn.Calls = append(b.fn.Calls, unit.Call{
		Callee: funcID(target), Name: target.Name(), Async: p.async, Guards: guards, Location: b.x.location(a.Pos(), a.End()),
		Tx:     p.tx || b.inTx(mode{async: p.async}),
		Result: unit.Used, Reference: !p.inline && !p.async, As: p.role, AsNote: p.note,
	})
}

// argumentJob does the same for an object that a scheduler is handed as a job: it
// calls the one method of the interface that it asks for.
func (b *body) argumentJob(a ast.Expr, nth int, f *types.Func, call *unit.Call) {
	if f == nil || !call.External || f.Pkg() == nil || !isSchedule(f.Pkg().Path(), f.Name()) || nth >= f.Signature().Params().Len() {
		return
	}
	methods := interfaceMethods(f.Signature().Params().At(nth).Type())
	t := b.typeOf(a)
	if len(methods) != 1 || t == nil || types.IsInterface(t) {
		return
	}
	obj, _, _ := types.LookupFieldOrMethod(t, true, f.Pkg(), methods[0])
	target, ok := obj.(*types.Func)
	if !ok || b.x.isExternal(target) {
		return
	}
	p := givenPart(f, call)
	b.fn.Calls = append(b.fn.Calls, unit.Call{
		Callee: funcID(target), Name: target.Name(), Location: b.x.location(a.Pos(), a.End()),
		Result: unit.Used, Reference: true, As: p.role, AsNote: p.note,
	})
}

// storedRole tells what becomes of a function that stands in a struct literal
// of a foreign type: a command's Run is a program of its own, a server's hook
// is called while serving.
func (b *body) storedRole(named *types.Named, field string) *part {
	if named == nil || named.Obj().Pkg() == nil || b.x.local(named.Obj().Pkg().Path()) || field == "" {
		return nil
	}
	note := "kept in " + named.Obj().Pkg().Name() + "." + named.Obj().Name() + "." + field
	if commandFields[field] {
		return &part{role: unit.Main, note: note}
	}
	if field == "New" && named.Obj().Name() == "Pool" {
		return &part{inline: true}
	}
	if lifeCycle(field) && asksNothing(fieldType(named, field)) {
		return &part{inline: true, life: true}
	}
	return &part{role: unit.Handler, note: note}
}

func fieldType(named *types.Named, field string) types.Type {
	if st, ok := named.Underlying().(*types.Struct); ok {
		for i := range st.NumFields() {
			if f := st.Field(i); f.Name() == field {
				return f.Type()
			}
		}
	}
	return types.Typ[types.Invalid]
}

// asksNothing tells a type of functions that are given a context at most: what starts or stops
// there is the process. A hook that is given more is called for each of what it is given.
func asksNothing(t types.Type) bool {
	sig, ok := t.Underlying().(*types.Signature)
	if !ok {
		return false
	}
	for i := range sig.Params().Len() {
		if types.TypeString(sig.Params().At(i).Type(), nil) != "context.Context" {
			return false
		}
	}
	return true
}

func (b *body) storedFunc(v ast.Expr, named *types.Named, field string) {
	target := b.funcRef(v)
	p := b.storedRole(named, field)
	if target == nil || p == nil || b.x.isExternal(target) {
		return
	}
	b.fn.Calls = append(b.fn.Calls, unit.Call{
		Callee: funcID(target), Name: target.Name(), Location: b.x.location(v.Pos(), v.End()),
		Result: unit.Used, Reference: true, As: p.role, AsNote: p.note,
	})
}

// commandFields are the fields of command-line libraries (cobra, urfave/cli,
// ff, kong) that hold what a command does.
var commandFields = map[string]bool{
	"Run": true, "RunE": true, "PreRun": true, "PreRunE": true, "PostRun": true, "PostRunE": true, "Exec": true,
	"PersistentPreRun": true, "PersistentPreRunE": true, "PersistentPostRun": true, "PersistentPostRunE": true,
	"Action": true, "Before": true, "After": true, "Args": true, "ValidArgsFunction": true,
}
