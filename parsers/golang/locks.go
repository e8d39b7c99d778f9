package golang

import (
	"go/ast"
	"go/types"
	"slices"
	"strings"
)

// lockName recognises Lock, RLock, Unlock, RUnlock and TryLock calls without arguments.
func lockName(c *ast.CallExpr) (string, bool) {
	sel, ok := ast.Unparen(c.Fun).(*ast.SelectorExpr)
	if !ok || len(c.Args) != 0 {
		return "", false
	}
	switch sel.Sel.Name {
	case "Lock", "TryLock", "RLock", "Unlock", "RUnlock":
		return sel.Sel.Name, true
	}
	return "", false
}

// locking keeps the list of locks held.
func (b *body) locking(c *ast.CallExpr) bool {
	name, ok := lockName(c)
	if !ok {
		return false
	}
	sel := ast.Unparen(c.Fun).(*ast.SelectorExpr)
	texts := b.lockTexts(sel)
	if name == "RLock" || name == "RUnlock" {
		texts = nil // readers do not keep each other out
	}
	if strings.HasSuffix(name, "Unlock") {
		b.frees(texts)
		b.guards = slices.DeleteFunc(slices.Clone(b.guards), func(g string) bool { return slices.Contains(texts, g) })
	} else {
		b.guards = append(slices.Clone(b.guards), texts...)
	}
	if f := b.calleeFunc(c); f != nil && !b.x.isExternal(f) {
		return false // a lock of the checkout's own making is a call as well
	}
	b.expr(sel.X)
	return true
}

func (b *body) lockTexts(sel *ast.SelectorExpr) []string {
	var out []string
	for _, p := range b.embedded(sel, b.places(sel.X, 0)) {
		out = append(out, placeText(p))
	}
	if len(out) == 0 {
		out = []string{b.x.text(sel.X)}
	}
	return out
}

// letGo notes the locks that a branch has released and that are held before it, unless
// the function is left there: behind it nobody knows.
func (b *body) letGo(before []string, branch []ast.Stmt) {
	if leaves(&ast.BlockStmt{List: branch}) {
		return
	}
	for _, g := range before {
		if !slices.Contains(b.guards, g) {
			b.released(g)
		}
	}
}

// released notes a lock that its function gives back by itself.
func (b *body) released(lock string) {
	if b.given == nil {
		b.given = map[string]bool{}
	}
	b.given[lock] = true
}

// frees notes the locks that are released where they are not known to be held: who
// called has taken them.
func (b *body) frees(locks []string) {
	for _, lock := range locks {
		if !slices.Contains(b.guards, lock) && !slices.Contains(b.fn.Frees, lock) {
			b.fn.Frees = append(b.fn.Frees, lock)
		}
	}
}

// unlocksLater reads a method value that releases a lock: once.Do(mu.Unlock). Who is
// given it releases.
func (b *body) unlocksLater(e ast.Expr) {
	if sel, ok := ast.Unparen(e).(*ast.SelectorExpr); ok && sel.Sel.Name == "Unlock" {
		b.frees(b.lockTexts(sel))
	}
}

// keepsLocked notes the locks that are held still when a function has come to its end:
// its caller has them. What the function, or a closure in it that it runs or defers,
// releases is not among them, nor what it releases for a while: its caller had that before.
func (b *body) keepsLocked() {
	for _, g := range b.guards {
		if g != onceGuard && !b.given[g] && !slices.Contains(b.fn.Frees, g) && !slices.Contains(b.inherited, g) && !slices.Contains(b.fn.Holds, g) {
			b.fn.Holds = append(b.fn.Holds, g)
		}
	}
}

// releasesIn notes the locks that a literal releases which its function runs, starts or
// defers.
func (b *body) releasesIn(lit *ast.FuncLit) {
	ast.Inspect(lit.Body, func(n ast.Node) bool {
		if c, ok := n.(*ast.CallExpr); ok {
			if name, ok := lockName(c); ok && name == "Unlock" {
				b.releasedBy(c)
			}
		}
		return true
	})
}

// literalOf is the literal that a function value is, or that the local variable was
// given which holds it; nil for others.
func (b *body) literalOf(e ast.Expr) *ast.FuncLit {
	switch e := ast.Unparen(e).(type) {
	case *ast.FuncLit:
		return e
	case *ast.Ident:
		if v, ok := b.x.Info.Uses[e].(*types.Var); ok && len(b.shared.values[v]) == 1 {
			lit, _ := ast.Unparen(b.shared.values[v][0].expr).(*ast.FuncLit)
			return lit
		}
	}
	return nil
}

func (b *body) releasedBy(c *ast.CallExpr) {
	for _, text := range b.lockTexts(ast.Unparen(c.Fun).(*ast.SelectorExpr)) {
		b.released(text)
	}
}
