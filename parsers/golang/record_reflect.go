package golang

import (
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// A reflect.Value is taken for what it was made of, and a reflect.Type for a sample of its
// type: registries keep either and make what is asked for by it. That fields and elements
// are reached by it is not seen, which errs towards finding less.

// reflected writes a call of the package reflect by which a program makes objects of types, or
// calls functions, that it does not name; false for any other call.
func (w *writer) reflected(c *ssa.CallCommon, value ssa.Value, pos token.Pos) bool {
	f := calledFunc(c)
	if f == nil || f.Pkg() == nil || f.Pkg().Path() != "reflect" {
		return false
	}
	if value == nil { // with defer and go
		return false
	}
	on := c.Value
	if !c.IsInvoke() {
		if len(c.Args) == 0 {
			return false
		}
		on = c.Args[0]
	}
	switch f.Name() {
	case "ValueOf", "Indirect", "Elem", "Addr", "Interface", "Convert":
		w.same(value, on, pos)
	case "TypeOf", "Type":
		w.another(value, on, unit.Sample, pos)
	case "New", "Zero":
		w.another(value, on, "", pos)
	case "Method", "MethodByName":
		w.methodOf(c, value, on, pos)
	case "Call", "CallSlice":
		w.callHeld(value, on, pos)
	default:
		return c.IsInvoke() // of a reflect.Type: nothing is called of what has the type
	}
	return true
}

func calledFunc(c *ssa.CallCommon) *types.Func {
	if c.IsInvoke() {
		return c.Method
	}
	if fn := c.StaticCallee(); fn != nil {
		f, _ := fn.Object().(*types.Func)
		return f
	}
	return nil
}

// same lets a value be another one; a nil that only says its type is a sample of that.
func (w *writer) same(value, on ssa.Value, pos token.Pos) {
	if typ := saidType(on); typ != "" {
		w.emit(unit.Op{Kind: unit.OpMake, To: []unit.Slot{w.slot(value)}, Type: typ, Key: unit.Sample}, pos)
		return
	}
	w.copySlot(value, w.slot(on))
}

// saidType is the type of a constant that is handed over as any.
func saidType(v ssa.Value) string {
	if box, ok := v.(*ssa.MakeInterface); ok {
		if _, constant := box.X.(*ssa.Const); constant {
			return pointeeID(box.X.Type())
		}
	}
	return ""
}

// another makes an object of the type of one.
func (w *writer) another(value, on ssa.Value, key string, pos token.Pos) {
	if saidType(on) != "" {
		w.same(value, on, pos)
		return
	}
	w.emit(unit.Op{Kind: unit.OpMake, To: []unit.Slot{w.slot(value)}, Base: w.slot(on), Key: key}, pos)
}

// methodOf lets a method that is looked up be called: at once if it is by name, while serving
// if all are gone through, as those do who register them.
func (w *writer) methodOf(c *ssa.CallCommon, value, on ssa.Value, pos token.Pos) {
	w.same(value, on, pos)
	op := unit.Op{Kind: unit.OpCall, Args: []unit.Slot{w.slot(on)}, Name: "<reflect>", Call: &unit.Apply{Foreign: true, Hands: unit.HandsServes, Ifaces: [][]string{{"*"}}}}
	if calledFunc(c).Name() == "MethodByName" {
		op.Call.Hands = unit.HandsNow
		if name := constKey(c.Args[len(c.Args)-1]); name != "" {
			op.Call.Ifaces = [][]string{{name}}
		}
	}
	w.emit(op, pos)
}

// callHeld calls the function that a value is. What it is called with is not followed; its
// results come in a list.
func (w *writer) callHeld(value, on ssa.Value, pos token.Pos) {
	got := w.fresh(nil)
	w.emit(unit.Op{Kind: unit.OpCall, Base: w.slot(on), To: []unit.Slot{got}, Call: &unit.Apply{Dynamic: true}}, pos)
	w.emit(unit.Op{Kind: unit.OpMake, To: []unit.Slot{w.slot(value)}, Type: kindOf(value.Type())}, pos)
	elem := w.element(w.slot(value), "", "", pos)
	w.emit(unit.Op{Kind: unit.OpStore, Base: elem, Args: []unit.Slot{got}}, pos)
}
