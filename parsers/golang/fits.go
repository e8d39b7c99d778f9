package golang

import (
	"cmp"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// fitted remembers what was put into an interface, so that it is looked at once.
type fitted struct{ value, into types.Type }

// fits notes, where a value is put into an interface of the checkout, which methods of
// libraries are called by the interface's: those of a library's type, and those that a type of
// the checkout has from one that it embeds.
func (w *writer) fits(in ssa.Value, from types.Type) {
	key := fitted{from, in.Type()}
	if w.r.fitted[key] || strings.HasSuffix(w.r.x.location(in.Pos(), in.Pos()).File, "_test.go") {
		return
	}
	w.r.fitted[key] = true
	it, ok := in.Type().Underlying().(*types.Interface)
	if !ok {
		return
	}
	for i := 0; i < it.NumMethods(); i++ {
		m := it.Method(i)
		if w.r.x.isExternal(m) {
			continue
		}
		obj, _, _ := types.LookupFieldOrMethod(from, true, m.Pkg(), m.Name())
		by, ok := obj.(*types.Func)
		if !ok || funcID(by) == funcID(m) {
			continue
		}
		switch {
		case w.r.x.isExternal(by):
			w.r.x.foreign[by] = true
		case !isAbstract(by):
			continue // a method of the checkout, which is followed
		}
		w.r.x.unit.Fits = append(w.r.x.unit.Fits, unit.Fit{Method: funcID(m), By: funcID(by)})
	}
}

// isAbstract tells a method of an interface.
func isAbstract(f *types.Func) bool {
	sig, ok := f.Type().(*types.Signature)
	return ok && sig.Recv() != nil && types.IsInterface(sig.Recv().Type())
}

// sortFits puts what was noted into an order that does not depend on where it was met first.
func (x *extractor) sortFits() {
	slices.SortFunc(x.unit.Fits, func(a, b unit.Fit) int {
		return cmp.Or(strings.Compare(a.Method, b.Method), strings.Compare(a.By, b.By))
	})
	x.unit.Fits = slices.Compact(x.unit.Fits)
}
