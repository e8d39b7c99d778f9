package golang

import (
	"go/ast"
	"go/token"
	"go/types"
)

// pruned leaves statements that do not type-check out of the bodies of functions, so
// that go/ssa, which takes only well-typed code, still reads the rest of them: one call
// into a module that cannot be had would otherwise hide all that its function does.
// The syntax is changed in place, since types are known by its nodes; restore puts it
// back.
//
// Where the types around it say what a value would be, something unknown of that type
// stands for it, see fill. Else a condition that does not type-check becomes one that
// may go either way, a loop over what is not known one that runs for some time, and a
// return one without values. All err towards finding more. What a statement hides that
// is left out, closures included, is not found.
type pruned struct {
	info  *types.Info
	lost  map[types.Object]bool // variables whose declaration is left out
	undo  []func()
	maybe types.TypeAndValue
	modes modes
	// results are those of the functions around, the innermost last.
	results []*types.Tuple
}

// prune cuts the bodies of functions that are ill-typed only inside.
func prune(files []*ast.File, info *types.Info) *pruned {
	p := &pruned{info: info, lost: map[types.Object]bool{}}
	for _, f := range files {
		for _, d := range f.Decls {
			if fd, ok := d.(*ast.FuncDecl); ok && prunable(fd, info) && !typed(fd.Body, info) {
				p.results = []*types.Tuple{info.Defs[fd.Name].(*types.Func).Signature().Results()}
				p.body(fd.Body)
			}
		}
	}
	return p
}

// prunable tells a function whose signature type-checks. A generic one is built
// wherever it is called, also while its own package is read, and is left alone.
func prunable(fd *ast.FuncDecl, info *types.Info) bool {
	if fd.Body == nil || !typed(fd.Type, info) || fd.Recv != nil && !typed(fd.Recv, info) {
		return false
	}
	fn, ok := info.Defs[fd.Name].(*types.Func)
	if !ok {
		return false
	}
	sig := fn.Signature()
	return sig.TypeParams().Len() == 0 && sig.RecvTypeParams().Len() == 0
}

func (p *pruned) restore() {
	for i := len(p.undo) - 1; i >= 0; i-- {
		p.undo[i]()
	}
}

// body cuts until no more variables are lost: what uses one has to go too.
func (p *pruned) body(b *ast.BlockStmt) {
	for before := -1; before != len(p.lost); {
		before = len(p.lost)
		p.list(&b.List)
	}
}

func (p *pruned) list(at *[]ast.Stmt) {
	old := *at
	var kept []ast.Stmt
	changed := false
	for _, s := range old {
		switch loop, ok := s.(*ast.RangeStmt); {
		case p.keeps(s):
			kept = append(kept, s)
		case ok:
			s := p.rounds(loop)
			p.keeps(s)
			kept, changed = append(kept, s), true
		default:
			p.lose(s)
		}
	}
	if changed || len(kept) != len(old) {
		p.undo = append(p.undo, func() { *at = old })
		*at = kept
	}
}

// keeps cuts inside a statement and tells whether what is left of it type-checks.
func (p *pruned) keeps(s ast.Stmt) bool {
	switch s := s.(type) {
	case nil:
		return true
	case *ast.BlockStmt:
		p.list(&s.List)
		return true
	case *ast.LabeledStmt:
		return p.keeps(s.Stmt)
	case *ast.IfStmt:
		return p.branch(s)
	case *ast.ForStmt:
		if !p.keeps(s.Init) || !p.keeps(s.Post) {
			return false
		}
		if s.Cond != nil && !p.fits(s.Cond) && !p.within(s.Cond) {
			p.either(&s.Cond)
		}
		return p.keeps(s.Body)
	case *ast.RangeStmt:
		return p.fits(s.X) && p.fits(s.Key) && p.fits(s.Value) && p.keeps(s.Body)
	case *ast.SwitchStmt:
		return p.keeps(s.Init) && p.fill(&s.Tag, p.tag(s.Body)) && p.keeps(s.Body)
	case *ast.TypeSwitchStmt:
		return p.keeps(s.Init) && p.keeps(s.Assign) && p.keeps(s.Body)
	case *ast.SelectStmt:
		return p.keeps(s.Body)
	case *ast.CaseClause:
		for i := range s.List {
			if !p.fill(&s.List[i], nil) {
				return false
			}
		}
		p.list(&s.Body)
		return true
	case *ast.CommClause:
		if !p.keeps(s.Comm) {
			return false
		}
		p.list(&s.Body)
		return true
	case *ast.ReturnStmt:
		if !p.fits(s) && !p.returned(s) {
			old := s.Results
			p.undo = append(p.undo, func() { s.Results = old })
			s.Results = nil
		}
		return true
	}
	return p.fits(s) || p.statement(s)
}

// tag is the type of what a switch compares, by the first of its cases.
func (p *pruned) tag(body *ast.BlockStmt) types.Type {
	for _, s := range body.List {
		if c, ok := s.(*ast.CaseClause); ok && len(c.List) > 0 {
			return p.info.TypeOf(c.List[0])
		}
	}
	return nil
}

// returned fills what a function gives back.
func (p *pruned) returned(s *ast.ReturnStmt) bool {
	results := p.results[len(p.results)-1]
	if len(s.Results) != results.Len() {
		return false
	}
	for i := range s.Results {
		if !p.fill(&s.Results[i], results.At(i).Type()) {
			return false
		}
	}
	return true
}

// branch keeps both ways of a condition that does not type-check.
func (p *pruned) branch(s *ast.IfStmt) bool {
	if !p.keeps(s.Init) {
		p.lose(s.Init)
		old := s.Init
		p.undo = append(p.undo, func() { s.Init = old })
		s.Init = nil
	}
	if !p.fits(s.Cond) && !p.within(s.Cond) {
		p.either(&s.Cond)
	}
	p.list(&s.Body.List)
	if s.Else != nil && !p.keeps(s.Else) {
		old := s.Else
		p.undo = append(p.undo, func() { s.Else = old })
		s.Else = nil
	}
	return true
}

// either puts a condition in place of one that is not known.
func (p *pruned) either(at *ast.Expr) {
	if p.maybe.Type == nil {
		p.maybe, _ = types.Eval(token.NewFileSet(), nil, token.NoPos, "true")
	}
	old := *at
	id := &ast.Ident{Name: "true", NamePos: old.Pos()}
	p.info.Types[id] = p.maybe
	p.info.Uses[id] = types.Universe.Lookup("true")
	p.undo = append(p.undo, func() {
		*at = old
		delete(p.info.Types, id)
		delete(p.info.Uses, id)
	})
	*at = id
}

// fits tells whether a statement or expression type-checks and uses nothing lost. Of
// closures in it only the type counts: their bodies are cut as well.
func (p *pruned) fits(n ast.Node) bool {
	if n == nil {
		return true
	}
	ok := true
	ast.Inspect(n, func(n ast.Node) bool {
		switch e := n.(type) {
		case *ast.FuncLit:
			if ok = ok && valid(p.info.TypeOf(e)); ok {
				p.results = append(p.results, p.info.TypeOf(e).(*types.Signature).Results())
				p.list(&e.Body.List)
				p.results = p.results[:len(p.results)-1]
			}
			return false
		case *ast.Ident:
			ok = ok && !p.lost[p.info.ObjectOf(e)]
		}
		ok = ok && fits(n, p.info)
		return ok
	})
	return ok
}

// lose notes what a statement that is left out declares.
func (p *pruned) lose(s ast.Stmt) {
	ast.Inspect(s, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			if o := p.info.Defs[id]; o != nil {
				p.lost[o] = true
			}
		}
		return true
	})
}
