package golang

import (
	"bytes"
	"go/ast"
	"go/types"
	"path/filepath"
	"slices"
)

// asked is what packages of others can ask of an object of which they know no type: the methods
// of the interfaces that they, or what they import, have a word for. Nothing else can be called
// but by reflection on methods.
type asked struct {
	methods map[string][]*types.Signature
	// loose are methods of interfaces that are written within functions, by name alone.
	loose map[string]bool
	// reflects says that methods are looked up while running.
	reflects bool
}

// spoken are the words of one folder that its package's types do not show.
type spoken struct {
	methods  map[string]bool
	reflects bool
}

var (
	interfaceWord = []byte("interface")
	methodWords   = [][]byte{[]byte(".MethodByName("), []byte(".Method(")}
)

// noteAsked remembers what the bodies of a file say of methods before they are dropped.
func (fo *Foreign) noteAsked(name string, src []byte, file *ast.File) {
	reflects := slices.ContainsFunc(methodWords, func(w []byte) bool { return bytes.Contains(src, w) })
	words := map[string]bool{}
	if bytes.Contains(src, interfaceWord) {
		for _, d := range file.Decls {
			if fd, ok := d.(*ast.FuncDecl); ok && fd.Body != nil {
				interfacesIn(fd.Body, words)
			}
		}
	}
	if !reflects && len(words) == 0 {
		return
	}
	fo.mu.Lock()
	defer fo.mu.Unlock()
	dir := filepath.Dir(name)
	s := fo.spoken[dir]
	if s == nil {
		s = &spoken{methods: map[string]bool{}}
		fo.spoken[dir] = s
	}
	s.reflects = s.reflects || reflects
	for w := range words {
		s.methods[w] = true
	}
}

func interfacesIn(body *ast.BlockStmt, words map[string]bool) {
	ast.Inspect(body, func(n ast.Node) bool {
		if it, ok := n.(*ast.InterfaceType); ok && it.Methods != nil {
			for _, m := range it.Methods.List {
				for _, name := range m.Names {
					words[name.Name] = true
				}
			}
		}
		return true
	})
}

// asks returns what the functions of a package can ask of an object.
func (fo *Foreign) asks(p *types.Package) *asked {
	fo.mu.Lock()
	defer fo.mu.Unlock()
	if a := fo.asking[p]; a != nil {
		return a
	}
	a := &asked{methods: map[string][]*types.Signature{}, loose: map[string]bool{}}
	seen := map[*types.Package]bool{p: true}
	for queue := []*types.Package{p}; len(queue) > 0; queue = queue[1:] {
		fo.words(queue[0], a)
		for _, imp := range queue[0].Imports() {
			if !seen[imp] {
				seen[imp] = true
				queue = append(queue, imp)
			}
		}
	}
	fo.asking[p] = a
	return a
}

// words adds those of one package.
func (fo *Foreign) words(p *types.Package, a *asked) {
	dir := ""
	for _, name := range p.Scope().Names() {
		o := p.Scope().Lookup(name)
		if f := fo.fset.File(o.Pos()); dir == "" && f != nil {
			dir = filepath.Dir(f.Name())
		}
		t, ok := o.(*types.TypeName)
		if !ok || !types.IsInterface(t.Type()) {
			continue
		}
		it := t.Type().Underlying().(*types.Interface)
		for i := range it.NumMethods() {
			m := it.Method(i)
			a.methods[m.Name()] = append(a.methods[m.Name()], m.Signature())
		}
	}
	if s := fo.spoken[dir]; s != nil {
		a.reflects = a.reflects || s.reflects && !isStandard(p.Path())
		for w := range s.methods {
			a.loose[w] = true
		}
	}
}

// offered lists the methods that a function can call of an object of a type which it is handed as
// any: "*" is whatever the object offers.
func (w *writer) offered(f *types.Func, t types.Type) []string {
	n := namedOf(t)
	if s, ok := t.Underlying().(*types.Slice); ok && n == nil {
		n = namedOf(s.Elem())
	}
	if w.r.x.Foreign == nil || f.Pkg() == nil || n == nil || types.IsInterface(n) {
		return []string{"*"}
	}
	a := w.r.x.Foreign.asks(f.Pkg())
	if a.reflects {
		return []string{"*"}
	}
	var out []string
	set := types.NewMethodSet(types.NewPointer(n))
	for i := range set.Len() {
		m := set.At(i).Obj().(*types.Func)
		if !m.Exported() {
			continue
		}
		fits := slices.ContainsFunc(a.methods[m.Name()], func(s *types.Signature) bool { return types.Identical(s, m.Signature()) })
		if fits || a.loose[m.Name()] {
			out = append(out, m.Name())
		}
	}
	return out
}
