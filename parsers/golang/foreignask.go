package golang

import (
	"bytes"
	"go/ast"
	"go/types"
	"maps"
	"path/filepath"
	"slices"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// asked is what packages of others can ask of an object of which they know no type: the methods
// of the interfaces that they, or what they import, have a word for. Nothing else can be called
// but by reflection on methods.
type asked struct {
	methods map[uint64]bool // by signatureKey
	// loose are methods of interfaces that are written within functions, by name alone.
	loose map[string]bool
	// reflects says that methods are looked up while running.
	reflects bool
}

// words are what one package has a word for, and the packages that it imports.
type words struct {
	Methods  []uint64
	Loose    []string
	Reflects bool
	Imports  []string
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
	if a := fo.asking[p.Path()]; a != nil {
		return a
	}
	a := &asked{methods: map[uint64]bool{}, loose: map[string]bool{}}
	fo.packages[p.Path()] = p
	seen := map[string]bool{p.Path(): true}
	for queue := []string{p.Path()}; len(queue) > 0; queue = queue[1:] {
		w := fo.wordsOf(queue[0])
		for _, key := range w.Methods {
			a.methods[key] = true
		}
		for _, name := range w.Loose {
			a.loose[name] = true
		}
		a.reflects = a.reflects || w.Reflects
		for _, imp := range w.Imports {
			if !seen[imp] {
				seen[imp] = true
				queue = append(queue, imp)
			}
		}
	}
	fo.asking[p.Path()] = a
	return a
}

// wordsOf are those of one package, that fo.packages has unless they are kept.
func (fo *Foreign) wordsOf(path string) *words {
	if w := fo.told.Words[path]; w != nil {
		return w
	}
	if fo.kept {
		fo.missed = true
		return &words{}
	}
	w := fo.listen(fo.packages[path])
	fo.told.Words[path] = w
	return w
}

// listen collects the words of a package from its types and from what was noted of its bodies.
func (fo *Foreign) listen(p *types.Package) *words {
	w, dir := &words{}, ""
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
			if m := it.Method(i); m.Exported() {
				w.Methods = append(w.Methods, signatureKey(m))
			}
		}
	}
	if s := fo.spoken[dir]; s != nil {
		w.Reflects = s.reflects && !isStandard(p.Path())
		w.Loose = slices.Sorted(maps.Keys(s.methods))
	}
	for _, imp := range p.Imports() {
		fo.packages[imp.Path()] = imp
		w.Imports = append(w.Imports, imp.Path())
	}
	return w
}

// offered lists the methods that a function can call of an object of a type which it is handed as
// any: "*" is whatever the object offers.
func (w *writer) offered(f *types.Func, t types.Type) []string {
	n := namedOf(t)
	if s, ok := t.Underlying().(*types.Slice); ok && n == nil {
		n = namedOf(s.Elem())
	}
	if w.r.x.Foreign == nil || f.Pkg() == nil {
		return []string{"*"}
	}
	if _, isStruct := structOf(t); n == nil && !isStruct || types.IsInterface(t) || n != nil && types.IsInterface(n) {
		return []string{"*"}
	}
	a := w.r.x.Foreign.asks(f.Pkg())
	switch {
	case a.reflects && bare(t):
		return waysWithin(t, "", maxEmbedded)
	case a.reflects, n == nil:
		return []string{"*"}
	}
	var out []string
	set := types.NewMethodSet(types.NewPointer(n))
	for i := range set.Len() {
		m := set.At(i).Obj().(*types.Func)
		if !m.Exported() {
			continue
		}
		if a.loose[m.Name()] || a.methods[signatureKey(m)] {
			out = append(out, m.Name())
		}
	}
	return out
}

// bare tells a struct, or a pointer to one, that has no methods itself: who looks for methods by
// name is after those of its fields.
func bare(t types.Type) bool {
	if _, ok := structOf(t); !ok {
		return false
	}
	if _, ok := t.Underlying().(*types.Pointer); !ok {
		t = types.NewPointer(t)
	}
	return types.NewMethodSet(t).Len() == 0
}

// waysWithin lists the ways to fields of a struct that have methods, past those that have none.
func waysWithin(t types.Type, before string, depth int) []string {
	st, ok := structOf(t)
	if !ok || depth == 0 {
		return nil
	}
	var out []string
	for i := range st.NumFields() {
		f := st.Field(i)
		if _, ok := structOf(f.Type()); !ok || !f.Exported() {
			continue
		}
		way := before + fieldID(t, i) + "|" + kindOf(f.Type())
		if bare(f.Type()) {
			out = append(out, waysWithin(f.Type(), way+">", depth-1)...)
		} else {
			out = append(out, unit.AnyWithin+way)
		}
	}
	return out
}
