package golang

import (
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ssa"
)

// onlyChanged tells what is loaded only to be changed, where it stands: a map that entries are put
// into or taken out of, a number that is added to, a list that is appended to. Asking whether there
// is a map yet tells nothing of what is in it.
func onlyChanged(v ssa.Value) bool {
	load, ok := v.(*ssa.UnOp)
	if !ok || load.Op != token.MUL {
		return false
	}
	refs := 0
	for _, r := range *load.Referrers() {
		if _, ok := r.(*ssa.DebugRef); ok {
			continue
		}
		refs++
		if !changesOnly(load, r) {
			return false
		}
	}
	return refs > 0
}

// changesOnly tells an instruction that changes what was loaded and does nothing else with it.
func changesOnly(load *ssa.UnOp, r ssa.Instruction) bool {
	switch r := r.(type) {
	case *ssa.MapUpdate:
		return r.Map == load && r.Value != load && r.Key != load
	case *ssa.BinOp:
		if r.Op == token.EQL || r.Op == token.NEQ {
			return isNil(r.X) || isNil(r.Y)
		}
		return putBack(load, r)
	case *ssa.Call:
		b, ok := r.Call.Value.(*ssa.Builtin)
		if !ok || len(r.Call.Args) == 0 || r.Call.Args[0] != load {
			return false
		}
		switch b.Name() {
		case "delete", "clear":
			return true
		case "append":
			return (len(r.Call.Args) < 2 || r.Call.Args[1] != load) && putBack(load, r)
		}
	case *ssa.IndexAddr:
		return r.X == load && onlyStoredAt(r)
	}
	return false
}

func isNil(v ssa.Value) bool {
	c, ok := v.(*ssa.Const)
	return ok && c.IsNil()
}

// putBack tells a value that goes back to where the old one came from, and nowhere else.
func putBack(load *ssa.UnOp, v ssa.Value) bool {
	for _, r := range *v.Referrers() {
		if _, ok := r.(*ssa.DebugRef); ok {
			continue
		}
		if st, ok := r.(*ssa.Store); !ok || !samePlace(st.Addr, load.X) {
			return false
		}
	}
	return true
}

// samePlace tells two addresses of one variable, or of one field of what one value points to.
func samePlace(a, b ssa.Value) bool {
	if a == b {
		return true
	}
	at, ok := a.(*ssa.FieldAddr)
	other, is := b.(*ssa.FieldAddr)
	return ok && is && at.Field == other.Field && samePlace(at.X, other.X)
}

func onlyStoredAt(at *ssa.IndexAddr) bool {
	for _, r := range *at.Referrers() {
		switch r := r.(type) {
		case *ssa.DebugRef:
		case *ssa.Store:
			if r.Addr != at {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// changesUnasked tells a call by which a number that is safe for threads is changed, and of which
// nobody takes the answer.
func changesUnasked(c *ssa.CallCommon, value ssa.Value) bool {
	if value != nil && value.Referrers() != nil && len(*value.Referrers()) > 0 {
		return false
	}
	fn := c.StaticCallee()
	if fn == nil {
		return false
	}
	f, ok := fn.Object().(*types.Func)
	return ok && f.Pkg() != nil && f.Pkg().Path() == "sync/atomic"
}
