package golang

import (
	"go/ast"
	"go/constant"
	"go/types"
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// transaction follows database transactions that a function begins and ends by
// hand, with methods or with the words of SQL. It is told each call once what the
// call does inside is read: what comes between one that begins and one that ends
// runs in the transaction. What ends it does not: hooks may run behind the commit.
//
// Where it cannot be sure, it takes the transaction to be over.
func (b *body) transaction(c *ast.CallExpr, f *types.Func, call *unit.Call) {
	if f == nil || call.Async || call.Deferred {
		return // a deferred rollback runs when the function is left
	}
	receiver, result := b.handled(c, f)
	begun, ended := b.executed(c, f)
	switch {
	case ended || ends(f.Name()) && (isTransaction(receiver) || b.handsTransaction(c)):
		b.begun, call.Tx = false, b.tx
	case begun || begins(f.Name(), receiver, result):
		b.begun = true
	case lent(receiver) || slices.ContainsFunc(c.Args, func(a ast.Expr) bool { return lent(b.typeOf(a)) }):
		call.Tx = true
	}
}

// lent tells a transaction that somebody else has begun and will end: a call on it,
// or one that is handed it, runs inside.
func lent(t types.Type) bool {
	return isTransaction(t) && calledTransaction(t) && !hasMethod(t, "Begin")
}

// handled is the type of what a method is called on, nil if it is none, and that
// of its first result.
func (b *body) handled(c *ast.CallExpr, f *types.Func) (receiver, result types.Type) {
	if sel, ok := ast.Unparen(c.Fun).(*ast.SelectorExpr); ok && b.x.Info.Selections[sel] != nil {
		receiver = b.typeOf(sel.X)
	}
	sig, ok := f.Type().(*types.Signature)
	if !ok || sig.Results().Len() == 0 {
		return receiver, nil
	}
	return receiver, sig.Results().At(0).Type()
}

// handsTransaction tells whether a transaction is among the arguments.
func (b *body) handsTransaction(c *ast.CallExpr) bool {
	return slices.ContainsFunc(c.Args, func(a ast.Expr) bool { return isTransaction(b.typeOf(a)) })
}

// begins tells a call after which a transaction is open: one that is called so,
// or one that hands out what is nothing but a transaction. A session (xorm) or
// handle (GORM) that can also begin one is none yet, and one that is looked up in
// a context may be missing.
func begins(name string, receiver, result types.Type) bool {
	if startsWith(name, "begin") || startsWith(name, "mustBegin") {
		return isTransaction(result) || isTransaction(receiver)
	}
	return isTransaction(result) && calledTransaction(result) && !hasMethod(result, "Begin") && !strings.Contains(name, "From")
}

// calledTransaction tells types that by their name are transactions, not units of
// work or clients that will begin one.
func calledTransaction(t types.Type) bool {
	name := strings.ToLower(namedOf(t).Obj().Name())
	return strings.Contains(name, "tx") || strings.Contains(name, "transaction")
}

// lendsTransaction tells functions that call what they are given with a transaction.
func lendsTransaction(f *types.Func) bool {
	sig, ok := f.Type().(*types.Signature)
	if !ok {
		return false
	}
	for given := range sig.Params().Variables() {
		callback, ok := given.Type().Underlying().(*types.Signature)
		if !ok {
			continue
		}
		for lent := range callback.Params().Variables() {
			if isTransaction(lent.Type()) && calledTransaction(lent.Type()) {
				return true
			}
		}
	}
	return false
}

// ends tells functions that end a transaction by their names. A session that is
// closed rolls back.
func ends(name string) bool {
	return startsWith(name, "commit") || startsWith(name, "rollback") || name == "Close"
}

func startsWith(name, prefix string) bool {
	return len(name) >= len(prefix) && strings.EqualFold(name[:len(prefix)], prefix)
}

// isTransaction tells types by what they can do, so that wrappers of the checkout
// and drivers nobody listed count too.
func isTransaction(t types.Type) bool {
	return t != nil && namedOf(t) != nil && hasMethod(t, "Commit") && hasMethod(t, "Rollback")
}

func hasMethod(t types.Type, name string) bool {
	found, _, _ := types.LookupFieldOrMethod(t, true, nil, name)
	_, ok := found.(*types.Func)
	return ok
}

// executed tells whether a call executes SQL behind which a transaction is open,
// or over.
func (b *body) executed(c *ast.CallExpr, f *types.Func) (begun, ended bool) {
	if !strings.Contains(f.Name(), "Exec") {
		return false, false
	}
	for _, a := range c.Args {
		tv := b.x.Info.Types[a]
		if tv.Value == nil || tv.Value.Kind() != constant.String {
			continue
		}
		for statement := range strings.SplitSeq(constant.StringVal(tv.Value), ";") {
			begins, ends := transactionControl(strings.Fields(strings.ToUpper(statement)))
			if begins || ends {
				begun, ended = begins, ends
			}
		}
		return begun, ended // the texts behind are values
	}
	return false, false
}

// transactionControl tells statements of SQL that begin or end a transaction, from their
// words. BEGIN also opens blocks of stored procedures.
func transactionControl(words []string) (begins, ends bool) {
	if len(words) == 0 {
		return false, false
	}
	second := ""
	if len(words) > 1 {
		second = words[1]
	}
	switch words[0] {
	case "BEGIN":
		return slices.Contains([]string{"", "TRAN", "TRANSACTION", "WORK", "DEFERRED", "IMMEDIATE", "EXCLUSIVE", "CONCURRENT", "ISOLATION", "READ"}, second), false
	case "START":
		return second == "TRANSACTION", false
	case "COMMIT", "END", "ABORT":
		return false, true
	case "ROLLBACK":
		return false, second != "TO" // a savepoint's
	}
	return false, false
}

// inTx tells whether a call runs inside a transaction. One that is deferred runs
// behind the commit of a transaction that its own function began, a goroutine
// beside it.
func (b *body) inTx(m mode) bool { return !m.async && (b.tx || b.begun && !m.deferred) }

// branch reads statements that may be skipped. A transaction that they end is over
// behind them, unless they leave the function; one that they begin is not open
// behind them.
func (b *body) branch(list []ast.Stmt) {
	before := b.begun
	b.stmts(list)
	b.begun = before && (b.begun || returns(list))
}

func returns(list []ast.Stmt) bool {
	if len(list) == 0 {
		return false
	}
	_, ok := list[len(list)-1].(*ast.ReturnStmt)
	return ok
}
