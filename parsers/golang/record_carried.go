package golang

import (
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// What code puts into the context of a request under a key, code behind it takes out by the same
// key: the two are joined by the key, whichever context that is. It errs towards finding more,
// where two servers of a program use one key for different things.

// carriers are the functions by which a context is given a value and asked for it: the number
// of the argument, after the receiver, that is the key; the value follows it, if there is one.
var carriers = map[string]int{
	"context.WithValue":                        1,
	"context.Context.Value":                    0,
	"github.com/gin-gonic/gin.Context.Set":     0,
	"github.com/gin-gonic/gin.Context.Get":     0,
	"github.com/gin-gonic/gin.Context.MustGet": 0,
	"github.com/gin-gonic/gin.Context.Value":   0,
	"github.com/labstack/echo.Context.Set":     0,
	"github.com/labstack/echo.Context.Get":     0,
	"github.com/gofiber/fiber.Ctx.Locals":      0,
}

// carried writes what a call puts into the context of a request, or takes out of it.
func (w *writer) carried(c *ssa.CallCommon, value ssa.Value, pos token.Pos) {
	f := calledFunc(c)
	if f == nil || f.Pkg() == nil {
		return
	}
	at, ok := carriers[withoutVersion(funcID(f))]
	if !ok {
		return
	}
	args := c.Args
	if !c.IsInvoke() && c.Signature().Recv() != nil {
		args = args[1:]
	}
	if at >= len(args) {
		return
	}
	key := keyID(args[at])
	if key == "" {
		return
	}
	bag := w.fresh(nil)
	w.emit(unit.Op{Kind: unit.OpRoot, To: []unit.Slot{bag}, Name: unit.Carried + key}, pos)
	if at+1 < len(args) {
		for _, v := range w.variadic(args[at+1]) {
			if s := w.slot(v); s != 0 {
				w.emit(unit.Op{Kind: unit.OpStore, Base: bag, Args: []unit.Slot{s}}, pos)
			}
		}
	}
	if value == nil || f.Name() == "WithValue" {
		return
	}
	if got := w.resultsOf(value); len(got) > 0 && got[0] != 0 {
		w.emit(unit.Op{Kind: unit.OpLoad, To: got[:1], Base: bag}, pos)
	}
}

// variadic is what stands in a list of arguments of variable number; else the argument itself.
func (w *writer) variadic(v ssa.Value) []ssa.Value {
	slice, ok := v.(*ssa.Slice)
	if !ok {
		return []ssa.Value{v}
	}
	var out []ssa.Value
	for _, r := range *slice.X.Referrers() {
		at, ok := r.(*ssa.IndexAddr)
		if !ok {
			continue
		}
		for _, to := range *at.Referrers() {
			if store, ok := to.(*ssa.Store); ok && store.Addr == at {
				out = append(out, store.Val)
			}
		}
	}
	return out
}

// keyID names a key: a constant or a variable of a package, or a type of which there is but one
// value. Others have no name.
func keyID(v ssa.Value) string {
	if box, ok := v.(*ssa.MakeInterface); ok {
		v = box.X
	}
	switch v := v.(type) {
	case *ssa.Const:
		return types.TypeString(v.Type(), nil) + " " + v.String()
	case *ssa.Global:
		return v.String()
	case *ssa.UnOp:
		if g, ok := v.X.(*ssa.Global); ok && v.Op == token.MUL {
			return g.String()
		}
		if st, ok := structOf(v.Type()); ok && st.NumFields() == 0 {
			return types.TypeString(v.Type(), nil)
		}
	}
	return ""
}

// withoutVersion leaves out of an ID the element of its path that says which major version it is.
func withoutVersion(id string) string {
	for _, version := range []string{"/v2.", "/v3.", "/v4.", "/v5."} {
		if before, after, ok := strings.Cut(id, version); ok {
			return before + "." + after
		}
	}
	return id
}
