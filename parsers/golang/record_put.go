package golang

import (
	"go/token"

	"golang.org/x/tools/go/ssa"
)

// justPut is what a load finds for certain: the value that its own function has put last into the
// same field of a struct of which nobody else has the address yet, or a moment before in
// the same straight line. The field of a copy that is given a slice or map of its own leads to
// that one and no longer to the original's. Nil if it is not certain.
func justPut(load *ssa.UnOp) ssa.Value {
	at, ok := load.X.(*ssa.FieldAddr)
	if !ok {
		return nil
	}
	own, local := at.X.(*ssa.Alloc)
	var last *ssa.Store
	for _, put := range puts(at) {
		switch {
		case before(put, load):
			if last == nil || before(last, put) {
				last = put
			} else if !before(put, last) {
				return nil // on one way this one, on another that
			}
		case !before(load, put) || reaches(put.Block(), load.Block()):
			return nil
		}
	}
	if last == nil || last.Addr == at.X {
		return nil
	}
	if local && unshared(own, load) || !disturbed(last, load) {
		return last.Val
	}
	return nil
}

// puts lists the stores of the function to the same field of the same struct, and to the struct
// as a whole.
func puts(at *ssa.FieldAddr) []*ssa.Store {
	var out []*ssa.Store
	into := func(v ssa.Value) {
		for _, r := range *v.Referrers() {
			if st, ok := r.(*ssa.Store); ok && st.Addr == v {
				out = append(out, st)
			}
		}
	}
	refs := at.X.Referrers()
	if refs == nil {
		return nil
	}
	for _, r := range *refs {
		if f, ok := r.(*ssa.FieldAddr); ok && f.X == at.X && f.Field == at.Field {
			into(f)
		}
	}
	into(at.X)
	return out
}

// before tells an instruction through which each way to another leads.
func before(a, b ssa.Instruction) bool {
	if a.Block() != b.Block() {
		return a.Block().Dominates(b.Block())
	}
	return indexOf(a) < indexOf(b)
}

func indexOf(in ssa.Instruction) int {
	for i, other := range in.Block().Instrs {
		if other == in {
			return i
		}
	}
	return -1
}

// reaches tells whether a way leads from the end of one block to another.
func reaches(from, to *ssa.BasicBlock) bool {
	seen := map[*ssa.BasicBlock]bool{}
	for queue := append([]*ssa.BasicBlock(nil), from.Succs...); len(queue) > 0; queue = queue[1:] {
		b := queue[0]
		if b == to {
			return true
		}
		if !seen[b] {
			seen[b] = true
			queue = append(queue, b.Succs...)
		}
	}
	return false
}

// unshared tells a struct of which only this function has the address when it reads it: what
// hands the address on comes after.
func unshared(own *ssa.Alloc, load ssa.Instruction) bool {
	for _, r := range *own.Referrers() {
		switch r := r.(type) {
		case *ssa.FieldAddr, *ssa.DebugRef:
		case *ssa.Store:
			if r.Addr != own && !before(load, r) {
				return false
			}
		case *ssa.UnOp:
			if r.Op != token.MUL {
				return false
			}
		default:
			if !before(load, r) || reaches(r.Block(), load.Block()) {
				return false
			}
		}
	}
	return true
}

// disturbed tells whether something that others have written may run between two instructions.
func disturbed(from, to ssa.Instruction) bool {
	if from.Block() != to.Block() {
		return true
	}
	for _, in := range from.Block().Instrs[indexOf(from)+1 : indexOf(to)] {
		switch in := in.(type) {
		case *ssa.Call:
			if _, ok := in.Call.Value.(*ssa.Builtin); !ok {
				return true
			}
		case *ssa.Go, *ssa.Defer, *ssa.Select, *ssa.Send, *ssa.Panic, *ssa.RunDefers:
			return true
		}
	}
	return false
}
