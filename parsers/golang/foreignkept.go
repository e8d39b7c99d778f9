package golang

import (
	"fmt"
	"go/token"
	"go/types"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// told is what was found out about code outside the checkout. It is kept from one run to
// the next, so that a package that has changed can be read without the source of what
// it imports.
type told struct {
	Words     map[string]*words  // by the path of a package
	Functions map[string]*answer // by answerKey
}

// recalledForeign answers from what was told before, and knows nothing else.
func recalledForeign(fset *token.FileSet, before told) *Foreign {
	fo := NewForeign(fset)
	fo.kept = true
	if before.Words != nil {
		fo.told.Words = before.Words
	}
	if before.Functions != nil {
		fo.told.Functions = before.Functions
	}
	return fo
}

func newTold() told { return told{Words: map[string]*words{}, Functions: map[string]*answer{}} }

// answer is what was asked of one function, and what came out.
type answer struct {
	Package           string
	Learned, Known    bool
	What              unit.Foreign
	Passes, HandsBack map[int]bool
}

// answerKey names a function in all runs alike.
func answerKey(f *types.Func) string {
	id := funcID(f)
	if f.Pkg() != nil && strings.HasPrefix(id, "interface.") { // a method of a type without a name
		id = fmt.Sprintf("%s %s %x", f.Pkg().Path(), id, signatureKey(f))
	}
	return id
}

// answer returns what is known of a function, after it was worked out unless it was before.
func (fo *Foreign) answer(f *types.Func, known func(*answer) bool, work func(*answer)) *answer {
	key := answerKey(f)
	fo.mu.Lock()
	a := fo.told.Functions[key]
	if a == nil {
		a = &answer{}
		if f.Pkg() != nil {
			a.Package = f.Pkg().Path()
		}
		fo.told.Functions[key] = a
	}
	have := *a
	fo.missed = fo.missed || fo.kept && !known(&have)
	fo.mu.Unlock()
	if fo.kept || known(&have) {
		return &have
	}
	var fresh answer
	work(&fresh)
	fo.mu.Lock()
	defer fo.mu.Unlock()
	a.take(&fresh)
	return &fresh
}

// take adds what another has found out.
func (a *answer) take(b *answer) {
	if b.Learned {
		a.Learned, a.Known, a.What = true, b.Known, b.What
	}
	for nth, v := range b.Passes {
		a.Passes = with(a.Passes, nth, v)
	}
	for nth, v := range b.HandsBack {
		a.HandsBack = with(a.HandsBack, nth, v)
	}
}

// with is a copy of a map with another entry: one that was handed out may be read.
func with(m map[int]bool, key int, value bool) map[int]bool {
	out := map[int]bool{key: value}
	for k, v := range m {
		if k != key {
			out[k] = v
		}
	}
	return out
}

// whether answers a question about one parameter of a function.
func (fo *Foreign) whether(f *types.Func, nth int, of func(*answer) *map[int]bool, work func(f *types.Func, nth int) bool) bool {
	f = f.Origin()
	a := fo.answer(f, func(a *answer) bool { _, known := (*of(a))[nth]; return known }, func(a *answer) {
		*of(a) = map[int]bool{nth: work(f, nth)}
	})
	return (*of(a))[nth]
}
