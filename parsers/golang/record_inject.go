package golang

import (
	"go/token"
	"go/types"
	"reflect"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// Containers that call constructors by reflection: what one constructor returns is a
// parameter of others, by its type. A record says so with a place for each type, which
// the constructor fills and the others read. Types are compared as they are written, as
// the containers do; names and groups, by which fields of their structs tell things of
// one type apart, are part of the place. That a container only calls a constructor if
// something asks for what it makes is not seen, which errs towards finding more.

// injectors are the functions by which such a container is given something.
var injectors = map[string]injector{
	"go.uber.org/fx.Provide": constructs, "go.uber.org/fx.Invoke": constructs, "go.uber.org/fx.Decorate": constructs, "go.uber.org/fx.Annotate": constructs,
	"go.uber.org/fx.Supply": supplies, "go.uber.org/fx.Replace": supplies, "go.uber.org/fx.Populate": populates,
	"go.uber.org/dig.Container.Provide": constructs, "go.uber.org/dig.Container.Invoke": constructs, "go.uber.org/dig.Container.Decorate": constructs,
	"go.uber.org/dig.Scope.Provide": constructs, "go.uber.org/dig.Scope.Invoke": constructs, "go.uber.org/dig.Scope.Decorate": constructs,
}

// injector says what a container does with what a function of its gives it.
type injector int

const (
	constructs injector = iota + 1 // calls it, and keeps what it returns
	supplies                       // keeps it
	populates                      // puts there what it has of that type
)

// inject writes what a container does with the arguments of a call, and takes those that
// it so follows from the call itself.
func (w *writer) inject(op *unit.Op, c *ssa.CallCommon, pos token.Pos) {
	how := injectors[calleeID(c)]
	if how == 0 {
		return
	}
	var tags annotations
	if calleeID(c) == "go.uber.org/fx.Annotate" {
		tags = annotated(c)
	}
	for k, a := range c.Args {
		for _, v := range handedTo(a) {
			switch _, fn := v.Type().Underlying().(*types.Signature); {
			case how == constructs && fn:
				w.construct(v, tags, pos)
				op.Args[k] = 0
			case how == supplies:
				w.provide(w.slot(v), v.Type(), "", pos)
			case how == populates:
				if p, ok := v.Type().Underlying().(*types.Pointer); ok && w.slot(v) != 0 {
					w.emit(unit.Op{Kind: unit.OpStore, Base: w.slot(v), Args: []unit.Slot{w.injected(p.Elem(), "", pos)}, Whole: whole(p.Elem())}, pos)
				}
			}
		}
	}
}

// calleeID is the function outside that is called, "" for others.
func calleeID(c *ssa.CallCommon) string {
	fn := c.StaticCallee()
	if fn == nil {
		return ""
	}
	obj, ok := fn.Object().(*types.Func)
	if !ok || obj.Pkg() == nil {
		return ""
	}
	return funcID(obj)
}

// handedTo lists what is handed over as an argument of type any, or as several of them.
func handedTo(a ssa.Value) []ssa.Value {
	if box, ok := a.(*ssa.MakeInterface); ok {
		return []ssa.Value{box.X}
	}
	var out []ssa.Value
	for _, v := range elementsOf(a) {
		if box, ok := v.(*ssa.MakeInterface); ok {
			out = append(out, box.X)
		}
	}
	return out
}

// elementsOf lists what is put into the slice that is made for arguments of variable
// number.
func elementsOf(a ssa.Value) []ssa.Value {
	slice, ok := a.(*ssa.Slice)
	if !ok || slice.X.Referrers() == nil {
		return nil
	}
	var out []ssa.Value
	for _, at := range *slice.X.Referrers() {
		index, ok := at.(*ssa.IndexAddr)
		if !ok || index.Referrers() == nil {
			continue
		}
		for _, put := range *index.Referrers() {
			if store, ok := put.(*ssa.Store); ok && store.Addr == index {
				out = append(out, store.Val)
			}
		}
	}
	return out
}

// annotations are tags for the parameters and results of a constructor, in their order, and
// the interfaces as which its first result is known too.
type annotations struct {
	params, results []string
	as              []types.Type
}

func annotated(c *ssa.CallCommon) annotations {
	var out annotations
	for _, a := range c.Args {
		for _, v := range elementsOf(a) {
			if box, ok := v.(*ssa.MakeInterface); ok {
				v = box.X
			}
			call, ok := v.(*ssa.Call)
			if !ok {
				continue
			}
			switch calleeID(call.Common()) {
			case "go.uber.org/fx.ParamTags":
				out.params = texts(call.Common())
			case "go.uber.org/fx.ResultTags":
				out.results = texts(call.Common())
			case "go.uber.org/fx.As":
				for _, arg := range call.Common().Args {
					for _, p := range handedTo(arg) {
						out.as = append(out.as, elemType(p.Type()))
					}
				}
			}
		}
	}
	return out
}

// texts are the constant texts among the arguments of a call.
func texts(c *ssa.CallCommon) []string {
	var out []string
	for _, a := range c.Args {
		for _, v := range elementsOf(a) {
			out = append(out, constKey(v))
		}
	}
	return out
}

func nth(tags []string, i int) string {
	if i < len(tags) {
		return tags[i]
	}
	return ""
}

// construct writes the call of a constructor.
func (w *writer) construct(fn ssa.Value, tags annotations, pos token.Pos) {
	sig := fn.Type().Underlying().(*types.Signature)
	op := unit.Op{Kind: unit.OpCall, Base: w.slot(fn), Call: &unit.Apply{Dynamic: true}}
	for i := range sig.Params().Len() {
		op.Args = append(op.Args, w.injected(sig.Params().At(i).Type(), nth(tags.params, i), pos))
	}
	for i := range sig.Results().Len() {
		to := unit.Slot(0)
		if leadsOn(sig.Results().At(i).Type(), 0) {
			to = w.fresh(nil)
		}
		op.To = append(op.To, to)
	}
	w.emit(op, pos)
	for i, to := range op.To {
		w.provide(to, sig.Results().At(i).Type(), nth(tags.results, i), pos)
		if i == 0 {
			for _, t := range tags.as {
				w.provide(to, t, nth(tags.results, i), pos)
			}
		}
	}
}

// provide puts a value at the place of its type, or, of a struct of several, each field.
func (w *writer) provide(v unit.Slot, t types.Type, tag string, pos token.Pos) {
	if v == 0 {
		return
	}
	if st, several := bundle(t, "Out"); several {
		for i := range st.NumFields() {
			if f := st.Field(i); !f.Embedded() {
				w.provide(w.fieldOf(v, t, i, pos), f.Type(), st.Tag(i), pos)
			}
		}
		return
	}
	group, flat := groupOf(tag)
	switch {
	case group == "":
		w.emit(unit.Op{Kind: unit.OpStore, Base: w.shared(t, tag, pos), Args: []unit.Slot{v}, Whole: whole(t)}, pos)
		return
	case flat:
		t = elemType(t)
		got := w.fresh(nil)
		w.emit(unit.Op{Kind: unit.OpLoad, To: []unit.Slot{got}, Base: w.element(v, "", "", pos), Whole: whole(t)}, pos)
		v = got
	}
	elem := w.element(w.shared(types.NewSlice(t), tag, pos), "", "", pos)
	w.emit(unit.Op{Kind: unit.OpStore, Base: elem, Args: []unit.Slot{v}, Whole: whole(t)}, pos)
}

// injected is what the container has for a parameter: what was provided of its type, or a
// struct of several such things.
func (w *writer) injected(t types.Type, tag string, pos token.Pos) unit.Slot {
	if !leadsOn(t, 0) || w.r.foreignLogger(t) {
		return 0
	}
	st, several := bundle(t, "In")
	if !several {
		at := w.shared(t, tag, pos)
		if group, _ := groupOf(tag); group != "" {
			return at
		}
		got := w.fresh(nil)
		w.emit(unit.Op{Kind: unit.OpLoad, To: []unit.Slot{got}, Base: at, Whole: whole(t)}, pos)
		return got
	}
	made := w.fresh(nil)
	w.emit(unit.Op{Kind: unit.OpMake, To: []unit.Slot{made}, Type: kindOf(t), Key: unit.Injected}, pos)
	for i := range st.NumFields() {
		f := st.Field(i)
		v := unit.Slot(0)
		if !f.Embedded() {
			v = w.injected(f.Type(), st.Tag(i), pos)
		}
		if v == 0 {
			continue
		}
		at := w.fresh(nil)
		w.emit(unit.Op{Kind: unit.OpStep, To: []unit.Slot{at}, Base: made, Field: fieldID(t, i), Type: kindOf(f.Type())}, pos)
		w.emit(unit.Op{Kind: unit.OpStore, Base: at, Args: []unit.Slot{v}, Whole: whole(f.Type())}, pos)
	}
	return made
}

// fieldOf reads a field of a struct; 0 if it leads nowhere.
func (w *writer) fieldOf(v unit.Slot, t types.Type, i int, pos token.Pos) unit.Slot {
	st, _ := structOf(t)
	f := st.Field(i)
	if !leadsOn(f.Type(), 0) || w.r.foreignLogger(f.Type()) {
		return 0
	}
	at, got := w.fresh(nil), w.fresh(nil)
	w.emit(unit.Op{Kind: unit.OpStep, To: []unit.Slot{at}, Base: v, Field: fieldID(t, i), Type: kindOf(f.Type())}, pos)
	w.emit(unit.Op{Kind: unit.OpLoad, To: []unit.Slot{got}, Base: at, Whole: whole(f.Type())}, pos)
	return got
}

// shared is the place of a type in the container, apart for each name and group.
func (w *writer) shared(t types.Type, tag string, pos token.Pos) unit.Slot {
	name := reflect.StructTag(tag).Get("name")
	group, _ := groupOf(tag)
	s := w.fresh(nil)
	w.emit(unit.Op{Kind: unit.OpRoot, To: []unit.Slot{s}, Name: unit.Injected + strings.Join([]string{types.TypeString(t, nil), name, group}, " "), Type: kindOf(t)}, pos)
	return s
}

// groupOf is the group that a tag names, and whether a list joins it by its elements.
func groupOf(tag string) (group string, flat bool) {
	group, rest, _ := strings.Cut(reflect.StructTag(tag).Get("group"), ",")
	return group, strings.Contains(rest, "flatten")
}

// bundle tells a struct of several parameters or results, by what it embeds.
func bundle(t types.Type, embeds string) (*types.Struct, bool) {
	st, ok := t.Underlying().(*types.Struct)
	if !ok {
		return nil, false
	}
	for i := range st.NumFields() {
		f := st.Field(i)
		n := namedOf(f.Type())
		if !f.Embedded() || f.Name() != embeds || n == nil || n.Obj().Pkg() == nil {
			continue
		}
		if p := n.Obj().Pkg().Path(); p == "go.uber.org/fx" || p == "go.uber.org/dig" {
			return st, true
		}
	}
	return nil, false
}
