package golang

import (
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// call writes a call, a go statement or a defer.
func (w *writer) call(in ssa.CallInstruction, value ssa.Value, pos token.Pos, async bool) {
	c := in.Common()
	if b, ok := c.Value.(*ssa.Builtin); ok {
		w.builtin(b.Name(), c, value, pos)
		return
	}
	if w.reflected(c, value, pos) {
		return
	}
	op := unit.Op{Kind: unit.OpCall, Call: &unit.Apply{Async: async}}
	w.callee(&op, c)
	op.Aside = changesUnasked(c, value)
	for _, a := range c.Args {
		op.Args = append(op.Args, w.slot(a))
	}
	if value != nil {
		op.To = w.resultsOf(value)
		if op.Call.Foreign || op.Call.Dynamic {
			op.Call.Out = resultTypes(c.Signature())
			op.Call.Bare = resultsThat(c.Signature(), func(t types.Type) bool { return !leadsToObjects(t, map[types.Type]bool{}) })
			op.Call.Solid = resultsThat(c.Signature(), solid)
		}
	}
	if op.Call.Foreign {
		w.inject(&op, c, pos)
	}
	w.emit(op, pos)
	w.throughMethod(op, c, pos)
	if op.Call.Foreign {
		w.carried(c, value, pos)
	}
}

// throughMethod writes the call that a method of a library's function type, such as
// http.HandlerFunc, makes of the function that it is called on.
func (w *writer) throughMethod(op unit.Op, c *ssa.CallCommon, pos token.Pos) {
	if !op.Call.Foreign || !op.Call.Method || len(c.Args) == 0 {
		return
	}
	if _, ok := c.Args[0].Type().Underlying().(*types.Signature); ok && op.Args[0] != 0 {
		w.emit(unit.Op{Kind: unit.OpCall, Base: op.Args[0], Args: op.Args[1:], Call: &unit.Apply{Dynamic: true, Async: op.Call.Async}}, pos)
	}
}

// callee says what is called, and what code of others does with what it is given.
func (w *writer) callee(op *unit.Op, c *ssa.CallCommon) {
	switch {
	case c.IsInvoke():
		op.Call.Dynamic, op.Base, op.Name = true, w.slot(c.Value), c.Method.Name()
		op.Type = funcID(c.Method)
		if op.Call.Foreign = w.r.x.isExternal(c.Method); op.Call.Foreign {
			w.handed(op, c.Method, c)
		}
	case c.StaticCallee() != nil:
		fn := c.StaticCallee()
		id, own := w.r.functionID(fn)
		op.Name, op.Call.Foreign, op.Call.Method = id, !own, c.Signature().Recv() != nil
		if _, closure := c.Value.(*ssa.MakeClosure); closure {
			op.Call.Dynamic, op.Name, op.Base = true, "", w.slot(c.Value)
			return
		}
		if own {
			w.r.add(fn)
		} else if obj, ok := fn.Object().(*types.Func); ok {
			w.handed(op, obj, c)
		}
	default:
		op.Call.Dynamic, op.Base = true, w.slot(c.Value)
	}
}

// handed describes what a function outside the checkout expects and what it does
// with functions and objects.
func (w *writer) handed(op *unit.Op, f *types.Func, c *ssa.CallCommon) {
	sig := c.Signature()
	p := foreignPart(f)
	op.Call.Hands, op.Call.Note = handsOf(p), p.note
	op.Call.Once = p.once && op.Call.Method
	op.Call.Fills = decodes(f, sig)
	op.Call.Guessed = p.named && !servesRequests(f) && !w.keepsFunction(f, sig)
	if p.inline && op.Call.Hands == unit.HandsNow {
		op.Call.Note = ""
	}
	called, when := calledBack(f)
	n := sig.Params().Len()
	if op.Call.Method {
		op.Call.Ifaces = append(op.Call.Ifaces, nil)
	}
	some := false
	for i := 0; i < n; i++ {
		t := sig.Params().At(i).Type()
		if s, ok := t.Underlying().(*types.Slice); ok && sig.Variadic() && i == n-1 {
			t = s.Elem()
		}
		methods := interfaceMethods(t)
		message := slices.Contains(methods, "ProtoMessage") && !strings.HasPrefix(f.Name(), "Unmarshal")
		if message {
			methods = nil // it is read; Reset is for those that are read into
		}
		if !message && len(methods) == 0 && len(called) > 0 && types.IsInterface(t) {
			methods = called
		}
		if !message && len(methods) == 0 && types.IsInterface(t) && sig.Recv() == nil && f.Signature().Recv() == nil && !standard(f.Pkg()) {
			methods = w.offered(f, handedType(c, i))
		}
		some = some || len(methods) > 0
		op.Call.Ifaces = append(op.Call.Ifaces, methods)
	}
	if !some {
		op.Call.Ifaces = nil
	}
	op.Call.Brief = w.brief(f, sig, op.Call.Method)
	switch {
	case when != unit.HandsNow:
		op.Call.Hands, op.Call.Guessed = when, false
	case op.Call.Hands == unit.HandsNow && !p.life && w.keepsFunction(f, sig):
		op.Call.Hands, op.Call.Note = unit.HandsServes, "kept by "+shortType(funcID(f))
	case op.Call.Hands == unit.HandsNow && !p.life && !p.once && len(called) == 0:
		op.Call.Later = w.later(f, sig, op.Call.Method)
	}
}

// decodes tells a function that puts what it reads into what it is given as any.
func decodes(f *types.Func, sig *types.Signature) bool {
	if !slices.ContainsFunc([]string{"Unmarshal", "Decode", "Bind", "ShouldBind", "Read", "Load", "Parse"}, func(p string) bool { return strings.HasPrefix(f.Name(), p) }) {
		return false
	}
	for i := range sig.Params().Len() {
		if t, ok := sig.Params().At(i).Type().Underlying().(*types.Interface); ok && t.Empty() {
			return true
		}
	}
	return false
}

// handedType is the type of what is handed over as a parameter, not that of the parameter.
func handedType(c *ssa.CallCommon, i int) types.Type {
	if i >= len(c.Args) {
		return types.Typ[types.Invalid]
	}
	if box, ok := c.Args[i].(*ssa.MakeInterface); ok {
		return box.X.Type()
	}
	return c.Args[i].Type()
}

// keepsFunction tells a function that stores one which it is given and does not call
// it itself: it is called when there is something to do.
func (w *writer) keepsFunction(f *types.Func, sig *types.Signature) bool {
	for i := range sig.Params().Len() {
		if _, ok := types.Unalias(sig.Params().At(i).Type()).Underlying().(*types.Signature); !ok {
			continue
		}
		if p, known := w.r.x.learned(f, i); known && p.Kept && !p.Called && !p.Async {
			return true
		}
	}
	return false
}

// brief tells the arguments of which nothing is left behind when a call returns: the
// functions that it calls before it does, what its source is seen to keep nowhere,
// and what is logged.
func (w *writer) brief(f *types.Func, sig *types.Signature, method bool) []bool {
	var out []bool
	logs := logging(f)
	for i := 0; i < sig.Params().Len(); i++ {
		if !logs && !w.passes(f, sig, i) {
			continue
		}
		at := i
		if method {
			at++
		}
		if out == nil {
			out = make([]bool, sig.Params().Len()+1)
		}
		out[at] = true
	}
	return out
}

func (w *writer) passes(f *types.Func, sig *types.Signature, i int) bool {
	if f.Pkg() != nil && f.Pkg().Path() == "sync/atomic" {
		return false // its source puts pointers where no type says so
	}
	if _, ok := types.Unalias(sig.Params().At(i).Type()).Underlying().(*types.Signature); ok {
		p, known := w.r.x.learned(f, i)
		return known && p.Called && !p.Kept && !p.Async
	}
	return w.r.x.Foreign != nil && w.r.x.Foreign.Passes(f, i) && !w.r.x.Foreign.HandsBack(f, i)
}

// standard tells the standard library, which asks no more of an object than the
// documentation says.
func standard(p *types.Package) bool {
	first, _, _ := strings.Cut(p.Path(), "/")
	return !strings.Contains(first, ".")
}

// callers are libraries that call methods of what they are handed as any: by
// package path, up to its version, with what the names of their functions that do so
// begin with, and the methods; without methods, only those of its interfaces. The first
// that fits holds.
var callers = []struct {
	pkg, names string
	methods    []string
	when       unit.Hands
}{
	{"github.com/jessevdk/go-flags", "", []string{"Execute"}, unit.HandsRuns},
	{"github.com/alecthomas/kong", "", []string{"Run", "BeforeApply", "AfterApply"}, unit.HandsRuns},
	{"github.com/google/subcommands", "Register", []string{"SetFlags", "Execute"}, unit.HandsRuns},
	{"net/rpc", "Register", []string{"*"}, unit.HandsServes},
	{"google.golang.org/grpc", "RegisterService", []string{"*"}, unit.HandsServes},
	{"google.golang.org/grpc", "", nil, unit.HandsServes}, // handlers of statistics, resolvers, credentials
	{"storj.io/drpc", "Register", []string{"*"}, unit.HandsServes},
	{"github.com/gorilla/rpc", "Register", []string{"*"}, unit.HandsServes},
	{"github.com/99designs/gqlgen", "", []string{"*"}, unit.HandsServes},
	{"github.com/graph-gophers/graphql-go", "", []string{"*"}, unit.HandsServes},
}

// calledBack lists the methods that a function calls of what it is handed as any, and
// says when.
func calledBack(f *types.Func) ([]string, unit.Hands) {
	for _, c := range callers {
		if f.Pkg() != nil && (f.Pkg().Path() == c.pkg || strings.HasPrefix(f.Pkg().Path(), c.pkg+"/")) && strings.HasPrefix(f.Name(), c.names) {
			return c.methods, c.when
		}
	}
	return nil, unit.HandsNow
}

// resultsOf gives each result of a call a slot.
func (w *writer) resultsOf(v ssa.Value) []unit.Slot {
	t, ok := v.Type().(*types.Tuple)
	if !ok {
		if s := w.slot(v); s != 0 {
			return []unit.Slot{s}
		}
		return nil
	}
	out := make([]unit.Slot, t.Len())
	for i := range out {
		if leadsOn(t.At(i).Type(), 0) {
			out[i] = w.fresh(nil)
		}
	}
	w.results[v] = out
	return out
}

func resultTypes(sig *types.Signature) []string {
	var out []string
	for i := 0; i < sig.Results().Len(); i++ {
		t := sig.Results().At(i).Type()
		switch {
		case types.Identical(t, universeError):
			out = append(out, "-") // nothing that was put in comes back as an error
		case len(interfaceMethods(t)) > 0:
			out = append(out, unit.AnyWith+strings.Join(interfaceMethods(t), ","))
		case types.IsInterface(t):
			out = append(out, "") // any type may come
		case !leadsOn(t, 0):
			out = append(out, "-")
		default:
			out = append(out, pointeeID(t))
		}
	}
	return out
}

// resultsThat tells the results that lead on and of which something holds; nil for none.
func resultsThat(sig *types.Signature, holds func(types.Type) bool) []bool {
	var out []bool
	for i := range sig.Results().Len() {
		if t := sig.Results().At(i).Type(); leadsOn(t, 0) && holds(t) {
			if out == nil {
				out = make([]bool, sig.Results().Len())
			}
			out[i] = true
		}
	}
	return out
}

// solid tells a type of which no value is a function.
func solid(t types.Type) bool {
	switch types.Unalias(t).Underlying().(type) {
	case *types.Signature, *types.Interface, *types.Basic:
		return false
	}
	return true
}

// leadsToObjects tells a type by a value of which something of any type can be reached: through
// an interface, a function or an address of unknown type, however far away.
func leadsToObjects(t types.Type, seen map[types.Type]bool) bool {
	if seen[t] {
		return false
	}
	seen[t] = true
	switch u := types.Unalias(t).Underlying().(type) {
	case *types.Basic:
		return u.Kind() == types.UnsafePointer || u.Kind() == types.Invalid
	case *types.Pointer:
		return leadsToObjects(u.Elem(), seen)
	case *types.Slice:
		return leadsToObjects(u.Elem(), seen)
	case *types.Array:
		return leadsToObjects(u.Elem(), seen)
	case *types.Chan:
		return leadsToObjects(u.Elem(), seen)
	case *types.Map:
		return leadsToObjects(u.Key(), seen) || leadsToObjects(u.Elem(), seen)
	case *types.Struct:
		for f := range u.Fields() {
			if leadsToObjects(f.Type(), seen) {
				return true
			}
		}
		return false
	}
	return true
}

// builtin writes the calls of the language itself.
func (w *writer) builtin(name string, c *ssa.CallCommon, value ssa.Value, pos token.Pos) {
	switch name {
	case "append":
		w.appends(c, value, pos)
	case "delete", "clear", "close":
		elem := w.element(w.slot(c.Args[0]), "", "", pos)
		w.emit(unit.Op{Kind: unit.OpTouch, Base: elem, Name: name}, pos)
	case "copy":
		to, from := w.element(w.slot(c.Args[0]), "", "", pos), w.element(w.slot(c.Args[1]), "", "", pos)
		if from == 0 {
			w.emit(unit.Op{Kind: unit.OpTouch, Base: to, Name: name}, pos)
			return
		}
		got := w.fresh(nil)
		w.emit(unit.Op{Kind: unit.OpLoad, To: []unit.Slot{got}, Base: from, Whole: whole(elemType(c.Args[1].Type()))}, pos)
		w.emit(unit.Op{Kind: unit.OpStore, Base: to, Args: []unit.Slot{got}, Whole: whole(elemType(c.Args[1].Type()))}, pos)
	case "ssa:wrapnilchk":
		if value != nil {
			w.copy(value, c.Args[0])
		}
	}
}

// appends makes a slice that may share its elements with the one appended to:
// with one that is empty it shares nothing.
func (w *writer) appends(c *ssa.CallCommon, value ssa.Value, pos token.Pos) {
	if value == nil || w.slot(value) == 0 {
		return
	}
	s := w.slot(value)
	w.emit(unit.Op{Kind: unit.OpMake, To: []unit.Slot{s}, Type: kindOf(value.Type())}, pos)
	if base := w.slot(c.Args[0]); base != 0 {
		w.emit(unit.Op{Kind: unit.OpCopy, To: []unit.Slot{s}, Base: base}, token.NoPos)
	}
	t := elemType(value.Type())
	if len(c.Args) < 2 || !leadsOn(t, 0) {
		return
	}
	from := w.element(w.slot(c.Args[1]), "", "", pos)
	if from == 0 {
		return
	}
	got := w.fresh(nil)
	w.emit(unit.Op{Kind: unit.OpLoad, To: []unit.Slot{got}, Base: from, Whole: whole(t)}, token.NoPos)
	// The store itself is no change of its own: what becomes of the slice is.
	w.emit(unit.Op{Kind: unit.OpStore, Base: w.element(s, "", "", pos), Args: []unit.Slot{got}, Whole: whole(t), Name: "append"}, token.NoPos)
}
