package golang

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/gob"
	"errors"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"io"
	"maps"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"

	"golang.org/x/tools/go/gcexportdata"
	"golang.org/x/tools/go/packages"

	"github.com/stateaudit/stateaudit/internal/frontend"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// What is read of a package depends on its own files, on the types of what it imports,
// and on what code outside the checkout does. So a unit is kept with a digest of those,
// and beside it the types of its package, for the packages that import it: where only
// bodies have changed these are the same, and nothing else has to be read again. Types
// are written without the places of their declarations, which say nothing to importers.

// digest stands for what something was made of.
type digest = [sha256.Size]byte

// keptPackage is what is kept of a package of the checkout.
type keptPackage struct {
	Of     digest
	Unit   []byte           // encoded; nil of a package that could not be read
	Errors []packages.Error // that the parser and the type checker found
	Types  digest           // of what importers see of it
	// Suffered says that there were errors where its imports were read without cgo.
	Suffered bool
}

// keptTypes are the types of a package as export data.
type keptTypes struct {
	Of   digest
	Data []byte
}

// keptTold is what was told about code outside, with a digest of each package that it
// is about.
type keptTold struct {
	Of   map[string]digest
	Told told
}

// keeper keeps the packages of one module from one run to the next.
type keeper struct {
	store   frontend.Store
	module  string // its folder, relative
	root    string
	salt    string            // what all packages depend on
	shown   map[string]bool   // packages that serve nobody
	overlay map[string][]byte // files that are read otherwise than they stand there

	own     map[*packages.Package]bool
	outside map[string]*packages.Package // all others, by path
	sources map[*packages.Package]digest // of their files and of all that they import
	types   map[*packages.Package]digest // of own packages, as importers see them
	listed  map[*packages.Package]int    // how many errors the go command had with one

	suffered map[string]bool // see loader
	needsC   bool            // a package that was kept had errors without cgo

	mu     sync.Mutex
	parsed map[string]digest // files of the checkout
}

// keeperOf returns one for the packages of a module; nil if nothing is to be kept, or
// if it cannot be told what they depend on: code outside that may change unseen, or that
// imports the checkout's.
func (l *loader) keeperOf(m module, pkgs []*packages.Package, cgo *cgoFiles) *keeper {
	if l.input.Kept == nil || l.settings == nil {
		return nil
	}
	k := &keeper{store: l.input.Kept, module: m.rel, root: l.root, shown: l.shown, suffered: l.suffered, own: map[*packages.Package]bool{},
		sources: map[*packages.Package]digest{}, types: map[*packages.Package]digest{}, listed: map[*packages.Package]int{}, outside: map[string]*packages.Package{}, parsed: map[string]digest{}}
	beside := map[string]bool{} // packages that no module's path tells to be the checkout's
	for _, p := range pkgs {
		k.own[p], k.listed[p] = true, len(p.Errors)
		beside[p.PkgPath] = true
	}
	maps.Copy(beside, l.paths)
	maps.DeleteFunc(beside, func(path string, _ bool) bool { return l.belowModule(path) })
	k.salt = fmt.Sprintf("%q %q %v %q", l.modules, slices.Sorted(maps.Keys(beside)), cgo != nil, l.settings)
	settled := true
	packages.Visit(pkgs, nil, func(p *packages.Package) {
		if !k.own[p] {
			k.outside[p.PkgPath] = p
		}
		for _, imported := range p.Imports {
			settled = settled && (k.own[p] || !k.own[imported])
		}
		settled = settled && (len(p.CompiledGoFiles) == 0 || l.settled(p.CompiledGoFiles[0]))
	})
	if !settled {
		return nil
	}
	return k
}

// settled tells a file that lies in the checkout, or changes only with the version of its
// module or of Go.
func (l *loader) settled(name string) bool {
	return below(l.root, name) || below(l.settings["GOROOT"], name) || below(l.settings["GOMODCACHE"], name)
}

// source is a digest of the files of a package and of all that it imports. Files outside
// the checkout are told by their names: they lie in the module cache, or belong to the
// version of Go.
func (k *keeper) source(p *packages.Package) digest {
	if d, known := k.sources[p]; known {
		return d
	}
	h := sha256.New()
	k.files(h, p)
	for _, path := range slices.Sorted(maps.Keys(p.Imports)) {
		d := k.source(p.Imports[path])
		fmt.Fprintf(h, "%q %x\n", path, d)
	}
	d := digest(h.Sum(nil))
	k.sources[p] = d
	return d
}

// key is a digest of what decides about a package of the checkout. The types of what it
// imports from the checkout must be known.
func (k *keeper) key(p *packages.Package) digest {
	h := sha256.New()
	fmt.Fprintf(h, "%s %v\n", k.salt, k.shown[p.PkgPath])
	k.files(h, p)
	for _, path := range slices.Sorted(maps.Keys(p.Imports)) {
		imported := p.Imports[path]
		d := k.types[imported]
		if !k.own[imported] {
			d = k.source(imported)
		}
		fmt.Fprintf(h, "%q %x\n", path, d)
	}
	return digest(h.Sum(nil))
}

func (k *keeper) files(h io.Writer, p *packages.Package) {
	fmt.Fprintf(h, "%q %q\n", p.PkgPath, p.Name)
	if p.Module != nil {
		fmt.Fprintf(h, "%q\n", p.Module.GoVersion)
	}
	for _, name := range slices.Concat(p.CompiledGoFiles, p.IgnoredFiles) {
		if !below(k.root, name) {
			fmt.Fprintf(h, "%q\n", name)
			continue
		}
		fmt.Fprintf(h, "%q %x\n", strings.TrimPrefix(name, k.root), k.content(name))
	}
}

// content is a digest of a file of the checkout as it was when it was parsed, or as it
// is if it was not.
func (k *keeper) content(name string) digest {
	k.mu.Lock()
	defer k.mu.Unlock()
	if d, parsed := k.parsed[name]; parsed {
		return d
	}
	if content, instead := k.overlay[name]; instead {
		return sha256.Sum256(content)
	}
	content, err := os.ReadFile(name)
	if err != nil {
		return digest{}
	}
	return sha256.Sum256(content)
}

// noting remembers what was parsed of the files of the checkout.
func (k *keeper) noting(parse parseFunc) parseFunc {
	return func(fset *token.FileSet, name string, src []byte) (*ast.File, error) {
		if below(k.root, name) {
			d := sha256.Sum256(src)
			k.mu.Lock()
			k.parsed[name] = d
			k.mu.Unlock()
		}
		return parse(fset, name, src)
	}
}

// exported writes the types of a package for importers. Nothing of a package whose types
// cannot be written is kept; the writer panics about some that do not type-check.
func exported(p *types.Package) (data []byte, ok bool) {
	defer func() {
		if recover() != nil {
			data, ok = nil, false
		}
	}()
	if p == types.Unsafe || p == nil {
		return nil, false
	}
	var out bytes.Buffer
	if err := gcexportdata.Write(&out, token.NewFileSet(), p); err != nil {
		return nil, false
	}
	return out.Bytes(), true
}

// seen is a digest of what importers see of a package.
func (k *keeper) seen(p *types.Package) digest {
	h := sha256.New()
	shape(h, p, func(path string) string {
		if outside := k.outside[path]; outside != nil {
			return fmt.Sprintf("%x", k.source(outside))
		}
		return ""
	})
	return digest(h.Sum(nil))
}

func (k *keeper) name(what, of string) string {
	return strings.Join([]string{"go", what, k.module, of}, " ")
}

func put[T any](k *keeper, what, of string, content T) {
	var out bytes.Buffer
	if gob.NewEncoder(&out).Encode(content) == nil { // else it is read again the next time
		k.store.Put(k.name(what, of), out.Bytes())
	}
}

func get[T any](k *keeper, what, of string) (content T, ok bool) {
	raw, ok := k.store.Get(k.name(what, of))
	return content, ok && gob.NewDecoder(bytes.NewReader(raw)).Decode(&content) == nil
}

// keep stores what was read of packages with everything that they import.
func (l *loader) keep(k *keeper, todo []*packages.Package, units []*unit.Unit) {
	if k == nil {
		return
	}
	clear(k.sources)                       // now it is known what was parsed
	direct := map[*packages.Package]bool{} // code outside whose types are asked for
	for _, p := range todo {
		for _, imported := range p.Imports {
			direct[imported] = !k.own[imported]
		}
		k.types[p] = k.seen(p.Types)
	}
	of := map[string]digest{}
	var beside []*packages.Package
	for path, p := range k.outside {
		of[path] = k.source(p)
		if direct[p] {
			beside = append(beside, p)
		}
	}
	side(len(beside), func(i int) {
		if data, ok := exported(beside[i].Types); ok {
			put(k, "types", beside[i].PkgPath, keptTypes{k.source(beside[i]), data})
		}
	})
	side(len(todo), func(i int) {
		if data, ok := exported(todo[i].Types); ok {
			k.keepOne(todo[i], units[i], data)
		}
	})
	put(k, "told", "", keptTold{of, l.foreign.told})
	if k.suffered != nil {
		put(k, "cgo", "", true)
	}
}

// keepOne stores a package of the checkout, unless something went wrong that may go
// otherwise the next time.
func (k *keeper) keepOne(p *packages.Package, u *unit.Unit, data []byte) {
	if u.Path == "" || len(u.Problems) > 0 {
		return
	}
	text, err := unit.Encode(u)
	if err != nil {
		return
	}
	kept := keptPackage{Of: k.key(p), Unit: text, Types: k.types[p], Suffered: k.suffered[p.PkgPath]}
	for _, e := range p.Errors[k.listed[p]:] {
		if rest, here := strings.CutPrefix(e.Pos, k.root); here {
			e.Pos = elsewhere + rest
		}
		kept.Errors = append(kept.Errors, e)
	}
	put(k, "types", p.PkgPath, keptTypes{kept.Types, data})
	put(k, "package", p.PkgPath, kept)
}

// side does something for some numbers on all processors.
func side(n int, do func(i int)) {
	var all sync.WaitGroup
	gate := make(chan struct{}, runtime.GOMAXPROCS(0))
	for i := range n {
		gate <- struct{}{}
		all.Go(func() {
			defer func() { <-gate }()
			do(i)
		})
	}
	all.Wait()
}

// asKept reads packages as far as possible as they were kept, and tells whether that is
// all.
func (l *loader) asKept(m module, c *checker, pkgs []*packages.Package, cgo *cgoFiles) bool {
	l.recalled, l.keeper = nil, l.keeperOf(m, pkgs, cgo)
	if l.keeper == nil {
		return false
	}
	l.keeper.overlay = c.overlay
	c.parse = l.keeper.noting(c.parse)
	foreign := l.foreign
	var units map[*packages.Package]*unit.Unit
	ok := false
	if bug := frontend.Guard(m.rel, "what is kept", func() { units, ok = l.recall(l.keeper, c, pkgs) }); bug != nil {
		units, ok = nil, false // reading everything will tell whose it is
	}
	if !ok {
		forget(l.keeper, pkgs)
		l.foreign = foreign
	}
	l.recalled = units
	return ok
}

var errNotKept = errors.New("too much of it has changed")

// stillWithC reads packages as with cgo if they were the last time, and it is only code
// outside the checkout that is another with it. What was kept of the checkout must show
// that it still needs that; else nothing is returned.
func (l *loader) stillWithC(ctx context.Context, m module, flags []string, pkgs []*packages.Package) []*packages.Package {
	k := l.keeperOf(m, pkgs, nil)
	if k == nil || len(l.hiddenByC(pkgs)) > 0 {
		return nil
	}
	if _, marked := k.store.Get(k.name("cgo", "")); !marked {
		return nil
	}
	cgo := withCgo(l.root, pkgs, nil)
	if cgo == nil {
		return nil
	}
	for name := range cgo.overlay {
		if inside(l.root, name) {
			return nil
		}
	}
	foreign := l.foreign
	l.onlyKept = true
	again, err := l.loadOnce(ctx, m, flags, cgo)
	l.onlyKept = false
	if err == nil && l.keeper.needsC {
		return again
	}
	l.foreign = foreign
	return nil
}

// forget takes back what a recall has found out about packages.
func forget(k *keeper, pkgs []*packages.Package) {
	packages.Visit(pkgs, nil, func(p *packages.Package) {
		p.Types, p.Syntax, p.TypesInfo = nil, nil, nil
		if k.own[p] {
			p.Errors = p.Errors[:k.listed[p]]
		}
	})
}

// recall fills in the units of packages that are as they were, and reads the others by the
// types of what they import. It is not ok if that does not go without more source: then
// everything has to be read.
func (l *loader) recall(k *keeper, c *checker, pkgs []*packages.Package) (map[*packages.Package]*unit.Unit, bool) {
	r := &recalling{keeper: k, loader: l, checker: c, most: max(4, len(pkgs)/3), imports: map[string]*types.Package{},
		kept: map[*packages.Package]keptPackage{}, data: map[*packages.Package][]byte{}}
	kept := make([]keptPackage, len(pkgs))
	side(len(pkgs), func(i int) { kept[i], _ = get[keptPackage](k, "package", pkgs[i].PkgPath) })
	for i, p := range pkgs {
		r.kept[p] = kept[i]
	}
	c.ask(pkgs)
	ok := true
	packages.Visit(pkgs, nil, func(p *packages.Package) { // imported ones first
		ok = ok && (!k.own[p] || r.one(p))
	})
	if !ok {
		return nil, false
	}
	return r.units(pkgs)
}

// recalling is the state of a recall.
type recalling struct {
	*keeper
	loader  *loader
	checker *checker
	kept    map[*packages.Package]keptPackage
	imports map[string]*types.Package // by path, of what is read from export data or checked
	stale   []*packages.Package       // that have to be read anew
	most    int                       // of them
	data    map[*packages.Package][]byte
}

// one takes a package of the checkout as it was kept, or checks it.
func (r *recalling) one(p *packages.Package) bool {
	kept := r.kept[p]
	empty := len(p.CompiledGoFiles) == 0
	if !empty && kept.Of == r.key(p) {
		r.keeper.types[p], r.needsC = kept.Types, r.needsC || kept.Suffered
		for _, e := range kept.Errors {
			if rest, here := strings.CutPrefix(e.Pos, elsewhere); here {
				e.Pos = r.root + rest
			}
			p.Errors = append(p.Errors, e)
		}
		return true
	}
	if !empty {
		if r.stale = append(r.stale, p); len(r.stale) > r.most {
			return false
		}
		for _, imported := range p.Imports {
			if !r.fill(imported) {
				return false
			}
		}
	}
	r.checker.one(p)
	if r.checker.ctx.Err() != nil || p.Types == nil || len(p.Errors) > r.listed[p] {
		return false // it was not read to its end, or what a message says of others may depend on how they were read
	}
	data, ok := exported(p.Types)
	r.imports[p.PkgPath] = p.Types
	r.data[p], r.keeper.types[p] = data, r.seen(p.Types)
	return ok
}

// fill reads the types of a package as they were kept.
func (r *recalling) fill(p *packages.Package) bool {
	if p.PkgPath == "unsafe" {
		p.Types = types.Unsafe
	}
	if p.Types != nil {
		return true
	}
	of := r.keeper.types[p]
	if !r.own[p] {
		of = r.source(p)
	}
	kept, ok := get[keptTypes](r.keeper, "types", p.PkgPath)
	if !ok || kept.Of != of {
		return false
	}
	var err error
	p.Types, err = gcexportdata.Read(bytes.NewReader(kept.Data), r.checker.fset, r.imports, p.PkgPath)
	return err == nil
}

// units reads what is stale, decodes everything else, and keeps what is new.
func (r *recalling) units(pkgs []*packages.Package) (map[*packages.Package]*unit.Unit, bool) {
	out := map[*packages.Package]*unit.Unit{}
	if len(r.stale) > 0 {
		kept, ok := get[keptTold](r.keeper, "told", "")
		if !ok {
			return nil, false
		}
		for _, p := range pkgs {
			r.loader.paths[p.PkgPath] = true
		}
		r.loader.foreign = recalledForeign(r.checker.fset, r.stillTrue(kept))
		fresh := r.loader.read(r.stale)
		if r.loader.foreign.missed {
			return nil, false
		}
		for i, p := range r.stale {
			out[p] = fresh[i]
			r.keepOne(p, fresh[i], r.data[p])
		}
	}
	var known []*packages.Package
	for _, p := range pkgs {
		if out[p] == nil && len(p.CompiledGoFiles) > 0 {
			known = append(known, p)
		}
	}
	units := make([]*unit.Unit, len(known))
	side(len(known), func(i int) {
		if u, err := unit.Decode(r.kept[known[i]].Unit); err == nil {
			units[i] = u
		}
	})
	for i, p := range known {
		if units[i] == nil {
			return nil, false
		}
		out[p] = units[i]
	}
	return out, true
}

// stillTrue is what was told of packages that are as they were.
func (r *recalling) stillTrue(kept keptTold) told {
	same := map[string]bool{"": true} // what belongs to no package
	for path, p := range r.outside {
		same[path] = kept.Of[path] == r.source(p)
	}
	maps.DeleteFunc(kept.Told.Words, func(path string, _ *words) bool { return !same[path] })
	maps.DeleteFunc(kept.Told.Functions, func(_ string, a *answer) bool { return !same[a.Package] })
	return kept.Told
}
