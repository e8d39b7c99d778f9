package python

import (
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// answersNothing notes a place that a statement gives an empty collection, which the next
// one hands out.
func (f *file) answersNothing(s *scope, n, next *node) {
	if !n.Is("expression_statement") || !next.Is("return_statement") || len(n.Kids) != 1 || !n.Kids[0].Is("assignment") || len(next.Kids) != 1 || len(s.fn.Accesses) == 0 {
		return
	}
	i := len(s.fn.Accesses) - 1
	a := &s.fn.Accesses[i]
	out := strings.TrimSpace(f.text(next.Kids[0]))
	if a.Kind == unit.Write && a.Reset && a.Value != nil && a.Value.Kind == unit.Collection && (out == a.Value.Text || out == f.text(n.Kids[0].Child("left"))) {
		f.nothings[s.fn] = append(f.nothings[s.fn], i)
	}
}

// filledWithNothing takes for the filling of a memo what looks like emptying it: where the
// function that fills it finds nothing to put there, and hands nothing out.
func (f *file) filledWithNothing(fn *unit.Function) {
	for _, i := range f.nothings[fn] {
		a := &fn.Accesses[i]
		for j := range fn.Accesses {
			if by := &fn.Accesses[j]; by.Kind == unit.Write && !by.Reset && samePlace(by.Place, a.Place) {
				a.Reset, a.Lazy = false, true
			}
		}
	}
	delete(f.nothings, fn)
}
