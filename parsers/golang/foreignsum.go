package golang

import (
	"cmp"
	"go/types"
	"slices"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// maxForeignCalls bounds how many calls deep a foreign function is followed.
const maxForeignCalls = 5

// sumKey names a summary: what a function does as far as so many calls show.
// Since each asks only for summaries of fewer calls there are no cycles, and no
// order in which they are asked for makes a difference.
type sumKey struct {
	fn    *types.Func
	calls int
}

// summaryChange is a write into what the receiver, a parameter or a package
// variable leads to.
type summaryChange struct {
	to   ref
	typ  types.Type
	from uint64 // the parameters that what is stored, or its key, is made from
}

// foreignSummary is what a function does, with what it calls.
type foreignSummary struct {
	changes []summaryChange
	unknown map[int]bool // roots that a call which cannot be followed may change
	returns refs         // rooted at the receiver, parameters, package variables
	effects map[unit.ForeignEffect]bool
	kept    map[int]bool // parameters stored in the receiver or a package variable
	called  map[int]bool
	async   map[int]bool
	opaque  bool
	endless bool
	cut     bool // a call was not followed for its depth alone
	calls   int  // how many calls deep it was made
}

func newForeignSummary() *foreignSummary {
	return &foreignSummary{
		unknown: map[int]bool{}, effects: map[unit.ForeignEffect]bool{},
		kept: map[int]bool{}, called: map[int]bool{}, async: map[int]bool{},
	}
}

// unseen is the summary of a function that cannot be read: it may do anything.
func unseen(f *types.Func) *foreignSummary {
	s := newForeignSummary()
	s.opaque = true
	s.unknown[fromReceiver] = true
	for i := range f.Type().(*types.Signature).Params().Len() {
		s.unknown[i] = true
	}
	return s
}

// cutOff is the same for one that is too many calls away.
func cutOff(f *types.Func) *foreignSummary {
	s := unseen(f)
	s.cut = true
	return s
}

// handsOut tells a function that returns something of its receiver's content.
func (s *foreignSummary) handsOut() bool {
	return slices.ContainsFunc(s.returns, func(r ref) bool { return r.root == fromReceiver && (r.deep || r.copied) })
}

func (s *foreignSummary) listed() []unit.ForeignEffect {
	var out []unit.ForeignEffect
	for e := range s.effects {
		out = append(out, e)
	}
	slices.SortFunc(out, func(a, b unit.ForeignEffect) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Path, b.Path))
	})
	return out
}

func (s *foreignSummary) add(c summaryChange) {
	if len(s.changes) < maxFacts && !slices.Contains(s.changes, c) {
		s.changes = append(s.changes, c)
	}
}

// summary says what a function does as far as so many calls show.
func (fo *Foreign) summary(f *types.Func, calls int) *foreignSummary {
	key := sumKey{f, calls}
	fo.mu.Lock()
	s := fo.sums[key]
	if w := fo.whole[f]; s == nil && w != nil && w.calls <= calls {
		s = w
	}
	fo.mu.Unlock()
	if s != nil {
		return s
	}
	s = fo.summarise(f, calls)
	fo.mu.Lock()
	fo.sums[key] = s
	if w := fo.whole[f]; !s.cut && (w == nil || w.calls > calls) {
		s.calls = calls
		fo.whole[f] = s
	}
	fo.mu.Unlock()
	return s
}

func (fo *Foreign) summarise(f *types.Func, calls int) *foreignSummary {
	sig := f.Type().(*types.Signature)
	if s := primitive(f, sig); s != nil {
		return s
	}
	if sig.Recv() != nil && types.IsInterface(sig.Recv().Type()) {
		return fo.implemented(f, sig, calls)
	}
	body := fo.bodyOf(f)
	if body == nil {
		return unseen(f)
	}
	j := &joiner{fo: fo, fn: f, sig: sig, body: body, calls: calls, out: newForeignSummary(), subs: map[int]*foreignSummary{}}
	j.run()
	return j.out
}

// implemented joins the methods of the types that the package of an interface
// declares for it. Where they disagree nothing is known.
func (fo *Foreign) implemented(f *types.Func, sig *types.Signature, calls int) *foreignSummary {
	methods := declaredFor(f, sig)
	if len(methods) == 0 {
		return unseen(f)
	}
	if calls == 0 {
		return cutOff(f)
	}
	var all []*foreignSummary
	for _, m := range methods {
		all = append(all, fo.summary(m.Origin(), calls-1))
	}
	if len(all) == 1 {
		return all[0]
	}
	out := unseen(f)
	out.cut = slices.ContainsFunc(all, func(s *foreignSummary) bool { return s.cut })
	for root := range out.unknown {
		if c, ok := agreed(all, root); ok {
			delete(out.unknown, root)
			if c != nil {
				out.add(*c)
			}
		}
	}
	return out
}

// declaredFor lists the methods that a call of an interface's method may run, of
// the types that the package of the interface declares.
func declaredFor(f *types.Func, sig *types.Signature) []*types.Func {
	if sig.Recv() == nil || f.Pkg() == nil || isStandard(f.Pkg().Path()) {
		return nil
	}
	named := namedOf(sig.Recv().Type())
	if named == nil {
		return nil
	}
	iface, ok := named.Underlying().(*types.Interface)
	if !ok {
		return nil
	}
	var out []*types.Func
	scope := f.Pkg().Scope()
	for _, name := range scope.Names() {
		if m := implementing(scope.Lookup(name), named, iface, f.Name()); m != nil {
			out = append(out, m)
		}
	}
	return out
}

// agreed tells whether all summaries say the same of a root, and what.
func agreed(all []*foreignSummary, root int) (*summaryChange, bool) {
	var first *summaryChange
	for i, s := range all {
		n := slices.IndexFunc(s.changes, func(c summaryChange) bool { return c.to.root == root })
		switch {
		case n < 0 && (s.unknown[root] || first != nil), n >= 0 && i > 0 && first == nil:
			return nil, false
		case n >= 0 && first == nil:
			c := s.changes[n]
			for _, more := range s.changes {
				if more.to.root == root {
					c.from |= more.from
				}
			}
			first = &c
		}
	}
	return first, true
}

// implementing is the method of a declared type that an interface's call may run.
func implementing(o types.Object, named *types.Named, iface *types.Interface, method string) *types.Func {
	tn, ok := o.(*types.TypeName)
	if !ok || tn.IsAlias() || types.IsInterface(tn.Type()) {
		return nil
	}
	n, ok := tn.Type().(*types.Named)
	if !ok || n.TypeParams().Len() != named.TypeParams().Len() {
		return nil
	}
	if n.TypeParams().Len() > 0 {
		var args []types.Type
		for i := range n.TypeParams().Len() {
			args = append(args, named.TypeParams().At(i))
		}
		inst, err := types.Instantiate(nil, n, args, false)
		if err != nil {
			return nil
		}
		n = inst.(*types.Named)
	}
	ptr := types.NewPointer(n)
	if !types.Implements(ptr, iface) {
		return nil
	}
	obj, _, _ := types.LookupFieldOrMethod(ptr, true, o.Pkg(), method)
	m, _ := obj.(*types.Func)
	if m == nil || types.IsInterface(m.Type().(*types.Signature).Recv().Type()) {
		return nil
	}
	return m
}

// joiner makes the summary of one body.
type joiner struct {
	fo      *Foreign
	fn      *types.Func
	sig     *types.Signature
	body    *foreignBody
	calls   int
	out     *foreignSummary
	subs    map[int]*foreignSummary // of the calls that were looked at
	results []refs                  // what the calls hand out
}

func (j *joiner) run() {
	j.settle()
	for _, c := range j.body.changes {
		j.change(c.to, false, c.typ, j.params(c.value))
	}
	for n := range j.body.calls {
		j.call(&j.body.calls[n], n)
	}
	if j.body.loops {
		j.out.effects[unit.ForeignEffect{Kind: unit.LoopsBeside, Path: -1}] = true
	}
	j.out.endless = j.body.endless
	j.out.returns = j.resolve(j.body.returns)
}

// change notes a write through a value, at what it stems from in the end.
func (j *joiner) change(to refs, deep bool, typ types.Type, from uint64) {
	for _, r := range j.resolve(to) {
		if r.copied || r.hops > 0 && !deep || !j.contains(r.root, typ) {
			continue
		}
		j.out.add(summaryChange{to: ref{root: r.root, deep: r.deep || deep && r.hops == 0}, typ: typ, from: from})
		if r.root == fromReceiver || r.root == fromPackage {
			for i := range j.sig.Params().Len() {
				if from&(1<<i) != 0 {
					j.out.kept[i] = true
				}
			}
		}
	}
}

// params are the parameters among what a value stems from.
func (j *joiner) params(v refs) uint64 {
	var out uint64
	for _, r := range j.resolve(v) {
		if r.root >= 0 && r.root < 64 {
			out |= 1 << r.root
		}
	}
	return out
}

// settle works out what each call hands out, in rounds: results are handed on to
// other calls.
func (j *joiner) settle() {
	j.results = make([]refs, len(j.body.calls))
	for range maxSweep {
		grew := false
		for n := range j.body.calls {
			c := &j.body.calls[n]
			sub := j.sub(c, n)
			if sub == nil {
				continue
			}
			have := j.results[n]
			for _, ret := range sub.returns {
				have = have.with(j.resolve(given(ret.root, c)).through(ret)...)
			}
			grew = grew || len(have) > len(j.results[n])
			j.results[n] = have
		}
		if !grew {
			return
		}
	}
}

// resolve replaces results of calls by what they stem from.
func (j *joiner) resolve(v refs) refs {
	var out refs
	for _, r := range v {
		if r.root > firstCall {
			out = out.with(r)
		} else if n := firstCall - r.root; n < len(j.results) {
			out = out.with(j.results[n].through(r)...)
		}
	}
	return out
}

// given is what a call passes for a root of its callee.
func given(root int, c *foreignCall) refs {
	switch {
	case root == fromReceiver:
		return c.recv
	case root == fromPackage:
		return refs{{root: fromPackage}}
	case root >= 0 && root < len(c.args):
		if sig, ok := c.fn.Type().(*types.Signature); ok && sig.Variadic() && root == sig.Params().Len()-1 {
			var out refs
			for _, a := range c.args[root:] {
				out = out.with(a...)
			}
			return out
		}
		return c.args[root]
	}
	return nil
}

// sub is the summary of a call's callee, or nil if it is of no interest: nothing
// that could be changed is handed to it, and it cannot reach the outside.
func (j *joiner) sub(c *foreignCall, n int) *foreignSummary {
	if s, ok := j.subs[n]; ok {
		return s
	}
	var s *foreignSummary
	switch {
	case c.fn == nil:
	case c.fn.Pkg() == nil:
		s = unseen(c.fn) // error.Error
	case flows(c.fn):
		s = flowing(c.fn)
	case !j.concerned(c) && !j.fo.reachesOut(c.fn.Pkg()):
	case j.calls == 0:
		if s = primitive(c.fn, c.fn.Type().(*types.Signature)); s == nil {
			s = cutOff(c.fn)
		}
	default:
		s = j.fo.summary(c.fn, j.calls-1)
	}
	j.subs[n] = s
	j.out.cut = j.out.cut || s != nil && s.cut
	return s
}

// concerned tells a call that is handed something through which it could make a
// change, or that could hand it back.
func (j *joiner) concerned(c *foreignCall) bool {
	sig := c.fn.Type().(*types.Signature)
	if len(c.recv) > 0 && sig.Recv() != nil && shares(sig.Recv().Type(), 0) {
		return true
	}
	for i, a := range c.args {
		if len(a) > 0 && c.shares[i] {
			return true
		}
	}
	return false
}

func (j *joiner) call(c *foreignCall, n int) {
	if c.fn == nil {
		j.dynamic(c)
		return
	}
	s := j.sub(c, n)
	if s == nil {
		return
	}
	for _, ch := range s.changes {
		if ch.to.root == fromPackage {
			continue // its own variables are its own affair
		}
		j.change(given(ch.to.root, c), ch.to.deep, ch.typ, j.translate(ch.from, c))
	}
	for root := range s.unknown {
		j.mayChange(given(root, c))
	}
	for root := range s.kept {
		for _, r := range j.resolve(given(root, c)) {
			if r.root >= 0 && j.stays(c) {
				j.out.kept[r.root] = true
			}
		}
	}
	j.functions(s, c)
	j.effects(s, c)
	j.out.opaque = j.out.opaque || s.opaque
	if c.async && s.endless {
		j.out.effects[unit.ForeignEffect{Kind: unit.LoopsBeside, Path: -1}] = true
	} else if !c.async {
		j.out.endless = j.out.endless || s.endless
	}
}

// stays tells a call on the receiver's own content, or of a function: what it
// keeps is kept.
func (j *joiner) stays(c *foreignCall) bool {
	if c.recv == nil {
		return true
	}
	return slices.ContainsFunc(j.resolve(c.recv), func(r ref) bool { return r.root < 0 })
}

// mayChange notes what a call that was not followed is handed.
func (j *joiner) mayChange(v refs) {
	for _, r := range j.resolve(v) {
		if !r.copied {
			j.out.unknown[r.root] = true
		}
	}
}

// translate turns parameters of a callee into those of the caller.
func (j *joiner) translate(from uint64, c *foreignCall) uint64 {
	var out uint64
	for i := range len(c.args) {
		if i < 64 && from&(1<<i) != 0 {
			out |= j.params(given(i, c))
		}
	}
	return out
}

// dynamic is the call of a function value: a parameter, or something unseen.
func (j *joiner) dynamic(c *foreignCall) {
	if c.inner {
		return
	}
	param := false
	for _, r := range j.resolve(c.value) {
		if r.root >= 0 {
			param = true
			if c.async {
				j.out.async[r.root] = true
			} else {
				j.out.called[r.root] = true
			}
		}
	}
	j.out.opaque = j.out.opaque || !param
	for _, a := range c.args {
		j.mayChange(a)
	}
}

// functions follows functions that are handed on.
func (j *joiner) functions(s *foreignSummary, c *foreignCall) {
	for root := range s.called {
		for _, r := range j.resolve(given(root, c)) {
			if r.root >= 0 && c.async {
				j.out.async[r.root] = true
			} else if r.root >= 0 {
				j.out.called[r.root] = true
			}
		}
	}
	for root := range s.async {
		for _, r := range j.resolve(given(root, c)) {
			if r.root >= 0 {
				j.out.async[r.root] = true
			}
		}
	}
}

// effects takes over what a callee reaches; the name of a file may come from the
// caller's own parameter.
func (j *joiner) effects(s *foreignSummary, c *foreignCall) {
	for e := range s.effects {
		if c.fn.Name() == "OpenFile" && c.fn.Pkg().Path() == "os" && !c.flags {
			e.Kind = unit.ReadsFile
		}
		if e.Path >= 0 {
			e.Path = j.path(given(e.Path, c))
		}
		j.out.effects[e] = true
	}
}

// path is the first string parameter that a file's name is made from, or -1.
func (j *joiner) path(v refs) int {
	found := -1
	for _, r := range j.resolve(v) {
		if r.root >= 0 && r.root < j.sig.Params().Len() && isText(j.sig.Params().At(r.root).Type()) && (found < 0 || r.root < found) {
			found = r.root
		}
	}
	return found
}

func isText(t types.Type) bool {
	b, ok := types.Unalias(t).Underlying().(*types.Basic)
	return ok && b.Info()&types.IsString != 0
}

// contains tells whether what a root leads to can hold a value of a type: a
// write into a thing of that type is none into what cannot hold it.
func (j *joiner) contains(root int, typ types.Type) bool {
	switch {
	case root == fromPackage:
		return true
	case root == fromReceiver && j.sig.Recv() != nil:
		return j.fo.holds(j.sig.Recv().Type(), typ)
	case root >= 0 && root < j.sig.Params().Len():
		return j.fo.holds(j.sig.Params().At(root).Type(), typ)
	}
	return true
}

// holds tells whether values of one type lead to values of another.
func (fo *Foreign) holds(outer, inner types.Type) bool {
	fo.mu.Lock()
	set := fo.within[outer]
	fo.mu.Unlock()
	if set == nil {
		set = map[any]bool{}
		collectTypes(outer, set, 0)
		fo.mu.Lock()
		fo.within[outer] = set
		fo.mu.Unlock()
	}
	return set[anything] || set[typeKey(inner)] || typeKey(inner) == anything
}

// anything stands for types that say nothing of what they lead to.
const anything = "anything"

// maxTypes bounds how many types are collected below one.
const maxTypes = 400

func collectTypes(t types.Type, set map[any]bool, depth int) {
	key := typeKey(t)
	if set[key] || set[anything] {
		return
	}
	set[key] = true
	if len(set) > maxTypes || depth > 40 {
		set[anything] = true
		return
	}
	switch u := types.Unalias(t).Underlying().(type) {
	case *types.Pointer:
		collectTypes(u.Elem(), set, depth+1)
	case *types.Slice:
		collectTypes(u.Elem(), set, depth+1)
	case *types.Array:
		collectTypes(u.Elem(), set, depth+1)
	case *types.Chan:
		collectTypes(u.Elem(), set, depth+1)
	case *types.Map:
		collectTypes(u.Key(), set, depth+1)
		collectTypes(u.Elem(), set, depth+1)
	case *types.Struct:
		for i := range u.NumFields() {
			collectTypes(u.Field(i).Type(), set, depth+1)
		}
	}
}

// composite is the key of an unnamed type.
type composite struct {
	kind string
	elem any
}

// typeKey tells types apart as far as a write is concerned; instances of one
// generic type are one.
func typeKey(t types.Type) any { return keyOf(t, 3) }

func keyOf(t types.Type, depth int) any {
	if depth == 0 {
		return ""
	}
	switch t := types.Unalias(t).(type) {
	case *types.Named:
		if types.IsInterface(t) {
			return anything
		}
		return t.Origin().Obj()
	case *types.TypeParam, *types.Interface, *types.Signature:
		return anything
	case *types.Basic:
		if t.Kind() == types.UnsafePointer {
			return anything
		}
		return t.Name()
	case *types.Pointer:
		return composite{"pointer", keyOf(t.Elem(), depth-1)}
	case *types.Map:
		return composite{"map", keyOf(t.Elem(), depth-1)}
	case *types.Slice:
		return composite{"slice", keyOf(t.Elem(), depth-1)}
	case *types.Array:
		return composite{"array", keyOf(t.Elem(), depth-1)}
	case *types.Chan:
		return composite{"chan", keyOf(t.Elem(), depth-1)}
	}
	return "struct"
}
