package golang

import (
	"go/types"

	"github.com/stateaudit/stateaudit/internal/names"
)

var universeError = types.Universe.Lookup("error").Type()

// logging tells a function outside the checkout that writes what it is given into a
// log, by the shape that loggers have in common: it is called like a level, on a type
// that has several levels, or stands in a package beside them.
func logging(f *types.Func) bool {
	sig, ok := f.Type().(*types.Signature)
	if !ok || f.Pkg() == nil {
		return false
	}
	if sig.Recv() == nil {
		return isLevel(f.Name()) && levels(func(name string) bool {
			_, fn := f.Pkg().Scope().Lookup(name).(*types.Func)
			return fn
		})
	}
	return isLogger(sig.Recv().Type())
}

// isLogger tells a type that has methods for several levels.
func isLogger(t types.Type) bool {
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	named, ok := types.Unalias(t).(*types.Named)
	if !ok {
		return false
	}
	return levels(func(name string) bool {
		m, _, _ := types.LookupFieldOrMethod(types.NewPointer(named), true, named.Obj().Pkg(), name)
		if m == nil && types.IsInterface(named) {
			m, _, _ = types.LookupFieldOrMethod(named, true, named.Obj().Pkg(), name)
		}
		_, fn := m.(*types.Func)
		return fn
	})
}

// levels asks whether at least three levels are there, in whatever spelling.
func levels(has func(name string) bool) bool {
	n := 0
	for _, l := range names.LogLevels {
		if has(l) || has(l+"f") || has(l+"w") || has(l+"ln") {
			n++
		}
	}
	return n >= 3
}

func isLevel(name string) bool {
	level, ok := names.LogLevel(name)
	return ok && level != ""
}

// foreignLogger tells a logger of a library: nothing that is kept leads through one.
func (r *recorder) foreignLogger(t types.Type) bool {
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	named, ok := types.Unalias(t).(*types.Named)
	if !ok || named.Obj().Pkg() == nil || r.x.local(named.Obj().Pkg().Path()) {
		return false
	}
	is, known := r.loggers[named]
	if !known {
		is = isLogger(named)
		r.loggers[named] = is
	}
	return is
}
