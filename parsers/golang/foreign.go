package golang

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"slices"
	"sort"
	"sync"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// Foreign learns what functions outside the checkout do, from their own source
// and only when asked. The packages of dependencies are loaded with types but
// without function bodies; a body that matters is read again from the file in
// which the go command found it, checked against those types, reduced to what it
// does with what it is given (foreignbody.go), and joined with what it calls, up
// to some calls deep (foreignsum.go). Nothing of it is executed.
//
// It is safe for parallel use, and what it answers does not depend on the order
// of the questions.
type Foreign struct {
	fset *token.FileSet

	mu      sync.Mutex
	extents map[token.Pos]extent // of function bodies, by the position of the name
	bodies  map[*types.Func]*bodyEntry
	checked map[*types.Package]*sync.Mutex // checking touches the scopes of a package
	sums    map[sumKey]*foreignSummary
	whole   map[*types.Func]*foreignSummary // the shallowest that more calls would not change
	outside map[*types.Package]bool
	clients map[types.Type]bool
	within  map[types.Type]map[any]bool
	spoken  map[string]*spoken // by folder
	asking  map[string]*asked  // by path
	// packages are those of which words are asked, by path.
	packages map[string]*types.Package
	// told is what was answered, for the next time; kept tells that it was answered the
	// last time and is all that there is, and missed that it was not enough.
	told         told
	kept, missed bool
}

// extent is where a function stands in its file, in bytes.
type extent struct{ from, to int }

type bodyEntry struct {
	once sync.Once
	body *foreignBody // nil if it cannot be read
}

// maxForeignBytes bounds the size of a function that is looked at: longer ones are
// tables and generated state machines.
const maxForeignBytes = 64 << 10

// NewForeign returns an empty store for packages of one file set.
func NewForeign(fset *token.FileSet) *Foreign {
	return &Foreign{
		fset:    fset,
		extents: map[token.Pos]extent{}, bodies: map[*types.Func]*bodyEntry{}, checked: map[*types.Package]*sync.Mutex{},
		sums: map[sumKey]*foreignSummary{}, whole: map[*types.Func]*foreignSummary{}, outside: map[*types.Package]bool{}, clients: map[types.Type]bool{},
		within: map[types.Type]map[any]bool{}, spoken: map[string]*spoken{}, asking: map[string]*asked{},
		packages: map[string]*types.Package{}, told: newTold(),
	}
}

// noteBodies remembers where the functions of a file stand, before their bodies
// are dropped.
func (fo *Foreign) noteBodies(file *ast.File) {
	tf := fo.fset.File(file.FileStart)
	if tf == nil {
		return
	}
	fo.mu.Lock()
	defer fo.mu.Unlock()
	for _, d := range file.Decls {
		if fd, ok := d.(*ast.FuncDecl); ok && fd.Body != nil {
			fo.extents[fd.Name.Pos()] = extent{tf.Offset(fd.Pos()), tf.Offset(fd.End())}
		}
	}
}

// bodyOf returns what the body of a function does, or nil if it cannot be known:
// there is none, its file is gone, or it does not fit the types.
func (fo *Foreign) bodyOf(f *types.Func) *foreignBody {
	fo.mu.Lock()
	e := fo.bodies[f]
	if e == nil {
		e = &bodyEntry{}
		fo.bodies[f] = e
	}
	ext, known := fo.extents[f.Pos()]
	fo.mu.Unlock()
	e.once.Do(func() {
		if known && f.Pkg() != nil && f.Scope() != nil && ext.to-ext.from <= maxForeignBytes {
			e.body = fo.read(f, ext)
		}
	})
	return e.body
}

// read parses one function and checks its body in the scope of its declaration,
// where its parameters are.
func (fo *Foreign) read(f *types.Func, ext extent) *foreignBody {
	tf := fo.fset.File(f.Pos())
	if tf == nil {
		return nil
	}
	text := sourceOf(tf, ext)
	if text == nil {
		return nil
	}
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "", text, parser.SkipObjectResolution)
	if err != nil || len(file.Decls) != 1 {
		return nil
	}
	decl, ok := file.Decls[0].(*ast.FuncDecl)
	if !ok || decl.Body == nil || decl.Name.Name != f.Name() {
		return nil
	}
	info := &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{}, Defs: map[*ast.Ident]types.Object{},
		Selections: map[*ast.SelectorExpr]*types.Selection{}, Implicits: map[ast.Node]types.Object{},
	}
	lit := &ast.FuncLit{Type: &ast.FuncType{Func: decl.Type.Func, Params: &ast.FieldList{}, Results: decl.Type.Results}, Body: decl.Body}
	lock := fo.lockOf(f.Pkg())
	lock.Lock()
	err = types.CheckExpr(fset, f.Pkg(), f.Scope().End()-1, lit, info)
	lock.Unlock()
	if err != nil {
		return nil
	}
	return newForeignBody(f, decl, info)
}

// sourceOf reads a part of a file as a file of its own, or nothing if it is not
// the file that was loaded.
func sourceOf(tf *token.File, ext extent) []byte {
	in, err := os.Open(tf.Name())
	if err != nil {
		return nil
	}
	defer in.Close()
	if info, err := in.Stat(); err != nil || info.Size() != int64(tf.Size()) {
		return nil
	}
	const head = "package p\n"
	text := make([]byte, len(head)+ext.to-ext.from)
	copy(text, head)
	if _, err := in.ReadAt(text[len(head):], int64(ext.from)); err != nil {
		return nil
	}
	return text
}

func (fo *Foreign) lockOf(p *types.Package) *sync.Mutex {
	fo.mu.Lock()
	defer fo.mu.Unlock()
	if fo.checked[p] == nil {
		fo.checked[p] = &sync.Mutex{}
	}
	return fo.checked[p]
}

// Learn says what a function outside the checkout does, and whether anything is
// known of it.
func (fo *Foreign) Learn(f *types.Func) (unit.Foreign, bool) {
	a := fo.answer(f.Origin(), func(a *answer) bool { return a.Learned }, func(a *answer) {
		a.What, a.Known = fo.learn(f.Origin())
		a.Learned = true
	})
	return a.What, a.Known
}

func (fo *Foreign) learn(f *types.Func) (unit.Foreign, bool) {
	out := unit.Foreign{ID: funcID(f)}
	sig, ok := f.Type().(*types.Signature)
	if !ok || f.Pkg() == nil {
		return out, false
	}
	s := fo.summary(f, maxForeignCalls)
	out.Receiver = unit.Unchanged
	if sig.Recv() != nil && !answers(f, sig) {
		out.Receiver = fo.receiver(f, sig, s)
	}
	if sig.Recv() != nil {
		out.Client = fo.isClient(sig.Recv().Type()) || fo.onlyClients(f, sig)
	}
	for i := 0; i < sig.Params().Len(); i++ {
		if a := fo.param(sig, i, s); a != (unit.ForeignParam{Nth: i}) {
			out.Params = append(out.Params, a)
		}
	}
	if !logging(f) || !isLevel(f.Name()) {
		out.Effects = s.listed() // a log is this copy's, wherever the library writes it
	}
	out.Opaque = s.opaque
	return out, true
}

// answers tells a method by which a handler or router of a library answers a request, or is handed
// one again: it takes a request, and nothing besides but what went wrong. What it puts down for that
// is about the request; what it keeps of requests, a limiter or a cache, is known by what it is.
func answers(f *types.Func, sig *types.Signature) bool {
	roles, _ := signatureRole(sig)
	if !slices.Contains(roles, unit.Handler) {
		return false
	}
	return f.Name() == "ServeHTTP" || dispatches(sig.Recv().Type()) && takesOnlyRequest(sig)
}

// dispatches tells a type that hands requests on: it answers them itself, or is called an
// application in the package of what its handlers take.
func dispatches(recv types.Type) bool {
	named := namedOf(recv)
	if named == nil || named.Obj().Pkg() == nil {
		return false
	}
	if types.NewMethodSet(types.NewPointer(named)).Lookup(named.Obj().Pkg(), "ServeHTTP") != nil {
		return true
	}
	return named.Obj().Name() == "App" && requestTypes["*"+named.Obj().Pkg().Path()+".Ctx"] != ""
}

func takesOnlyRequest(sig *types.Signature) bool {
	for p := range sig.Params().Variables() {
		s := types.TypeString(p.Type(), nil)
		if requestTypes[s] == "" && s != "*net/http.Request" && s != "error" {
			return false
		}
	}
	return true
}

// Passes tells a parameter of a function outside the checkout of which nothing is
// left behind when it returns: it is stored nowhere and no part of what comes back.
func (fo *Foreign) Passes(f *types.Func, nth int) bool {
	return fo.whether(f, nth, func(a *answer) *map[int]bool { return &a.Passes }, fo.passes)
}

func (fo *Foreign) passes(f *types.Func, nth int) bool {
	sig, ok := f.Type().(*types.Signature)
	if !ok || f.Pkg() == nil || nth >= sig.Params().Len() || sig.Recv() != nil && untyped(sig.Params().At(nth).Type()) && givesAnything(sig.Recv().Type()) {
		return false
	}
	s := fo.summary(f, maxForeignCalls)
	return !s.opaque && !s.kept[nth] && !s.unknown[nth] && !slices.ContainsFunc(s.returns, func(r ref) bool { return r.root == nth && !r.copied })
}

// givesAnything tells a type of which some method hands out a value of any type, or of
// one that it is made for: a container. How it keeps its entries is often too clever to
// be followed: the standard library's own map for several threads finds them by the
// address of their first part.
func givesAnything(recv types.Type) bool {
	methods := types.NewMethodSet(recv)
	if _, ok := recv.(*types.Pointer); !ok && !types.IsInterface(recv) {
		methods = types.NewMethodSet(types.NewPointer(recv))
	}
	for m := range methods.Methods() {
		results := m.Obj().Type().(*types.Signature).Results()
		for i := range results.Len() {
			if m.Obj().Exported() && untyped(results.At(i).Type()) {
				return true
			}
		}
	}
	return false
}

// untyped tells a type that says nothing of what it is.
func untyped(t types.Type) bool {
	if _, ok := types.Unalias(t).(*types.TypeParam); ok {
		return true
	}
	i, ok := types.Unalias(t).Underlying().(*types.Interface)
	return ok && i.NumMethods() == 0
}

// receiver tells whether a method changes what it is called on. What merely keeps
// the books of a look-up, moving an entry to the front or counting hits, leaves
// the content as it was: such a method hands out what it found and stores
// nothing of what it was given.
func (fo *Foreign) receiver(f *types.Func, sig *types.Signature, s *foreignSummary) unit.Answer {
	if !shares(sig.Recv().Type(), 0) {
		return unit.Unchanged
	}
	changed, stored := false, false
	for _, c := range s.changes {
		if c.to.root == fromReceiver {
			changed = true
			stored = stored || c.from != 0
		}
	}
	switch {
	case changed && !stored && sig.Params().Len() > 0 && s.handsOut():
		return unit.Unchanged
	case changed:
		return unit.Changed
	case s.unknown[fromReceiver]:
		return unit.NotKnown
	}
	return unit.Unchanged
}

func (fo *Foreign) param(sig *types.Signature, i int, s *foreignSummary) unit.ForeignParam {
	t := sig.Params().At(i).Type()
	out := unit.ForeignParam{Nth: i, Kept: s.kept[i] && shares(t, 0)}
	if _, ok := types.Unalias(t).Underlying().(*types.Signature); ok {
		out.Called, out.Async = s.called[i], s.async[i]
		return out
	}
	if !shares(t, 0) {
		return out
	}
	for _, c := range s.changes {
		if c.to.root == i {
			out.Answer = unit.Changed
			return out
		}
	}
	if s.unknown[i] {
		out.Answer = unit.NotKnown
	}
	return out
}

// shares tells whether a copy of a value of the type leads to memory that the
// original leads to as well.
func shares(t types.Type, depth int) bool {
	if depth > 6 {
		return true
	}
	switch u := types.Unalias(t).Underlying().(type) {
	case *types.Basic:
		return u.Kind() == types.UnsafePointer
	case *types.Struct:
		for i := 0; i < u.NumFields(); i++ {
			if shares(u.Field(i).Type(), depth+1) {
				return true
			}
		}
		return false
	case *types.Array:
		return shares(u.Elem(), depth+1)
	}
	return true
}

// isClient tells a type that holds a connection: what its methods change is how
// it talks to a server, and the state is there.
func (fo *Foreign) isClient(t types.Type) bool {
	fo.mu.Lock()
	known, ok := fo.clients[t]
	fo.mu.Unlock()
	if !ok {
		known = holdsConnection(t, 4, map[types.Type]bool{})
		fo.mu.Lock()
		fo.clients[t] = known
		fo.mu.Unlock()
	}
	return known
}

// onlyClients tells a method of an interface that all types which its package
// declares for it are clients: the interface is the library's name for a server.
func (fo *Foreign) onlyClients(f *types.Func, sig *types.Signature) bool {
	methods := declaredFor(f, sig)
	for _, m := range methods {
		if !fo.isClient(m.Type().(*types.Signature).Recv().Type()) {
			return false
		}
	}
	return len(methods) > 0
}

func holdsConnection(t types.Type, depth int, seen map[types.Type]bool) bool {
	t = types.Unalias(t)
	if seen[t] {
		return false
	}
	seen[t] = true
	if n, ok := t.(*types.Named); ok {
		if connections[typeID(n)] {
			return true
		}
		if n.Obj().Pkg() != nil && isStandard(n.Obj().Pkg().Path()) {
			return false
		}
	}
	if depth == 0 {
		return false
	}
	switch u := t.Underlying().(type) {
	case *types.Pointer:
		return holdsConnection(u.Elem(), depth, seen)
	case *types.Slice:
		return holdsConnection(u.Elem(), depth, seen)
	case *types.Array:
		return holdsConnection(u.Elem(), depth, seen)
	case *types.Map:
		return holdsConnection(u.Elem(), depth, seen)
	case *types.Chan:
		return holdsConnection(u.Elem(), depth, seen)
	case *types.Struct:
		for i := 0; i < u.NumFields(); i++ {
			if holdsConnection(u.Field(i).Type(), depth-1, seen) {
				return true
			}
		}
	}
	return false
}

// learned is what is known of an argument of a function outside the checkout.
func (x *extractor) learned(f *types.Func, nth int) (unit.ForeignParam, bool) {
	if x.Foreign == nil {
		return unit.ForeignParam{}, false
	}
	what, ok := x.Foreign.Learn(f)
	if !ok {
		return unit.ForeignParam{}, false
	}
	if sig := f.Type().(*types.Signature); sig.Variadic() {
		nth = min(nth, sig.Params().Len()-1)
	}
	for _, p := range what.Params {
		if p.Nth == nth {
			return p, true
		}
	}
	return unit.ForeignParam{Nth: nth}, true
}

// learn adds to a unit what is known of the functions outside the checkout that
// it calls.
func (x *extractor) learn() {
	if x.Foreign == nil {
		return
	}
	for f := range x.foreign {
		if what, ok := x.Foreign.Learn(f); ok && !what.Plain() {
			x.unit.Foreign = append(x.unit.Foreign, what)
		}
	}
	sort.Slice(x.unit.Foreign, func(i, j int) bool { return x.unit.Foreign[i].ID < x.unit.Foreign[j].ID })
}
