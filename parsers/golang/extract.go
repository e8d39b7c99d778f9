package golang

import (
	"go/ast"
	"go/token"
	"go/types"
	"path"
	"path/filepath"
	"reflect"
	"sort"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// Source is one type-checked package.
type Source struct {
	Root  string // absolute folder that file names are made relative to
	Fset  *token.FileSet
	Files []*ast.File
	Types *types.Package
	Info  *types.Info
	// Local tells the import paths of the checkout's own modules.
	Local func(importPath string) bool
	// SSA is the form of several packages that are read together, and Form this
	// one's part in it; without them the package is read by itself.
	SSA  *program
	Form *ssa.Package
	// Foreign is asked about functions outside the checkout; nil knows nothing.
	Foreign *Foreign
}

// Extract turns one package into a unit. It looks at this package's syntax and
// at the types of its imports only.
func Extract(s Source) *unit.Unit {
	x := &extractor{
		Source: s, unit: &unit.Unit{Language: unit.Go, Name: s.Types.Path()},
		files: map[*ast.File]unit.File{}, closures: map[*ast.FuncLit]string{}, closed: map[*ast.FuncLit]bool{},
		foreign: map[*types.Func]bool{},
	}
	for _, f := range s.Files {
		x.file(f)
	}
	for _, p := range s.Types.Imports() {
		if x.local(p.Path()) {
			x.unit.Imports = append(x.unit.Imports, p.Path())
		}
	}
	sort.Strings(x.unit.Imports)
	for _, f := range s.Files {
		for _, d := range f.Decls {
			x.decl(f, d)
		}
	}
	x.packageInit()
	x.record()
	x.learn()
	sort.SliceStable(x.unit.Functions, func(i, j int) bool { return x.unit.Functions[i].ID < x.unit.Functions[j].ID })
	return x.unit
}

// extractor holds what is shared while one package is read.
type extractor struct {
	Source
	unit  *unit.Unit
	files map[*ast.File]unit.File
	inits []initializer

	closures map[*ast.FuncLit]string // their IDs
	closed   map[*ast.FuncLit]bool   // already read
	foreign  map[*types.Func]bool    // functions outside the checkout that are called
	loops    []ast.Node              // bodies of loops without end
	turns    []ast.Node              // bodies of those that wait on channels
}

func (x *extractor) local(importPath string) bool {
	return importPath == x.Types.Path() || x.Local != nil && x.Local(importPath)
}

// initializer is the value of a package variable.
type initializer struct {
	file  unit.File
	names []*ast.Ident
	value ast.Expr
}

func (x *extractor) file(f *ast.File) {
	rel := x.rel(x.Fset.Position(f.Package).Filename)
	info := unit.File{
		Path:      rel,
		Lines:     x.Fset.File(f.Package).LineCount(),
		Test:      strings.HasSuffix(rel, "_test.go") || isTestPackage(x.Types.Path()),
		Generated: ast.IsGenerated(f),
	}
	x.files[f] = info
	x.unit.Files = append(x.unit.Files, info)
	if x.unit.Path == "" {
		x.unit.Path = path.Dir(rel)
	}
}

// isTestPackage tells packages that only tests import, by the names in use.
func isTestPackage(p string) bool {
	base := path.Base(p)
	switch base {
	case "testutil", "testutils", "testing", "mock", "mocks", "fakes", "testhelpers", "e2e", "integration", "testdata", "testcase", "testsuite":
		return true
	}
	return strings.HasSuffix(base, "_test") || strings.HasSuffix(base, "mock") || strings.HasSuffix(base, "mocks") ||
		strings.Contains(p, "/test/") || strings.Contains(p, "/tests/") || base == "tests" || base == "test"
}

func (x *extractor) rel(name string) string {
	rel, err := filepath.Rel(x.Root, name)
	if err != nil {
		return filepath.ToSlash(name)
	}
	return filepath.ToSlash(rel)
}

func (x *extractor) location(from, to token.Pos) unit.Location {
	a, b := x.Fset.Position(from), x.Fset.Position(to)
	return unit.Location{File: x.rel(a.Filename), Line: a.Line, Column: a.Column, EndLine: b.Line, EndColumn: b.Column}
}

func (x *extractor) decl(f *ast.File, d ast.Decl) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		x.function(f, d)
	case *ast.GenDecl:
		for _, s := range d.Specs {
			switch s := s.(type) {
			case *ast.ValueSpec:
				if d.Tok == token.VAR {
					x.vars(f, d, s)
				}
			case *ast.TypeSpec:
				x.typeSpec(f, d, s)
			}
		}
	}
}

// vars records the package variables of one specification.
func (x *extractor) vars(f *ast.File, d *ast.GenDecl, s *ast.ValueSpec) {
	info := x.files[f]
	for i, name := range s.Names {
		obj, ok := x.Info.Defs[name].(*types.Var)
		if !ok || name.Name == "_" {
			continue
		}
		h := unit.Holder{
			ID: objectID(obj), Symbol: x.Types.Name() + "." + name.Name, Name: name.Name, Kind: unit.PackageVar,
			Owner: x.Types.Path(), Type: typeString(obj.Type()), Elem: elemString(obj.Type()),
			Location: x.location(name.Pos(), name.End()), Test: info.Test || info.Generated,
			Comment: comment(s.Doc, s.Comment, d.Doc),
		}
		if v := valueAt(s, i); v != nil {
			h.Value = x.staticValue(v, 0)
		} else {
			h.Value = unit.Value{Kind: unit.Nil}
		}
		x.unit.Holders = append(x.unit.Holders, h)
	}
	for i, v := range s.Values {
		names := s.Names
		if len(s.Values) == len(s.Names) {
			names = s.Names[i : i+1]
		}
		x.inits = append(x.inits, initializer{file: info, names: names, value: v})
	}
}

func valueAt(s *ast.ValueSpec, i int) ast.Expr {
	if i < len(s.Values) {
		return s.Values[i]
	}
	if len(s.Values) == 1 {
		return s.Values[0]
	}
	return nil
}

func comment(groups ...*ast.CommentGroup) string {
	for _, g := range groups {
		if g != nil {
			return cut(strings.Join(strings.Fields(g.Text()), " "), 200)
		}
	}
	return ""
}

func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && s[n]&0xC0 == 0x80 {
		n--
	}
	return s[:n]
}

// typeSpec records a type and, if it is a struct, its fields as holders.
func (x *extractor) typeSpec(f *ast.File, d *ast.GenDecl, s *ast.TypeSpec) {
	obj, ok := x.Info.Defs[s.Name].(*types.TypeName)
	if !ok || obj.IsAlias() {
		return
	}
	named, ok := obj.Type().(*types.Named)
	if !ok {
		return
	}
	info := x.files[f]
	t := unit.Type{
		ID: typeID(named), Name: s.Name.Name, Kind: "named",
		Location: x.location(s.Name.Pos(), s.Name.End()), Test: info.Test || info.Generated,
	}
	switch u := named.Underlying().(type) {
	case *types.Struct:
		t.Kind = "struct"
		x.fields(&t, named, u, s, info)
	case *types.Interface:
		t.Kind = "interface"
	}
	for i := 0; i < named.NumMethods(); i++ {
		t.Methods = append(t.Methods, funcID(named.Method(i)))
	}
	x.unit.Types = append(x.unit.Types, t)
}

func (x *extractor) fields(t *unit.Type, named *types.Named, st *types.Struct, s *ast.TypeSpec, info unit.File) {
	docs := fieldDocs(s)
	for i := 0; i < st.NumFields(); i++ {
		v := st.Field(i)
		if v.Embedded() {
			t.Supers = append(t.Supers, typeString(v.Type()))
		}
		h := unit.Holder{
			ID: t.ID + "." + v.Name(), Symbol: s.Name.Name + "." + v.Name(), Name: v.Name(), Kind: unit.Field,
			Owner: t.ID, Type: typeString(v.Type()), Elem: elemString(v.Type()),
			Location: x.location(v.Pos(), v.Pos()+token.Pos(len(v.Name()))), Test: info.Test || info.Generated,
			Comment: docs[v.Name()],
		}
		t.Fields = append(t.Fields, h.ID)
		x.unit.Holders = append(x.unit.Holders, h)
		if value := tagDefault(st.Tag(i)); value != "" {
			x.unit.Settings = append(x.unit.Settings, unit.Setting{
				Kind: unit.SettingDefault, Subject: h.ID, Value: value, Origin: unit.Defaulted, Text: cut(st.Tag(i), 80), Location: h.Location,
			})
		}
	}
}

// tagDefault is what the tag of a field says that it is where nothing sets it, in
// the words of the libraries that read options; "" if it does not say.
func tagDefault(tag string) string {
	for _, key := range []string{"default", "envDefault", "env-default", "defaultValue"} {
		if value, ok := reflect.StructTag(tag).Lookup(key); ok {
			return value
		}
	}
	if _, value, ok := strings.Cut(reflect.StructTag(tag).Get("env"), "default="); ok {
		value, _, _ = strings.Cut(value, ",")
		return value
	}
	return ""
}

func fieldDocs(s *ast.TypeSpec) map[string]string {
	docs := map[string]string{}
	st, ok := s.Type.(*ast.StructType)
	if !ok {
		return docs
	}
	for _, f := range st.Fields.List {
		for _, n := range f.Names {
			docs[n.Name] = comment(f.Doc, f.Comment)
		}
	}
	return docs
}

// function records a declared function or method and its closures.
func (x *extractor) function(f *ast.File, d *ast.FuncDecl) {
	obj, ok := x.Info.Defs[d.Name].(*types.Func)
	if !ok || d.Body == nil {
		return
	}
	info := x.files[f]
	sig := obj.Type().(*types.Signature)
	fn := unit.Function{
		ID: funcID(obj), Name: d.Name.Name, Symbol: funcSymbol(obj), Test: info.Test,
		Location: x.location(d.Name.Pos(), d.Name.End()),
	}
	fn.Location.EndLine = x.Fset.Position(d.End()).Line
	if sig.Recv() != nil {
		fn.Owner = typeID(namedOf(sig.Recv().Type()))
	}
	fn.Roles, fn.RoleNote = declaredRoles(obj, info)
	if info.Generated {
		fn.Attrs = append(fn.Attrs, "generated")
	}
	if errorOnly(sig) {
		fn.Attrs = append(fn.Attrs, unit.ErrorOnly)
	}
	if obj.Name() == "init" && sig.Recv() == nil {
		fn.ID = fn.ID + "@" + path.Base(info.Path) + ":" + itoa(fn.Location.Line)
	}
	b := newBody(x, &fn, sig, d.Recv, d.Type.Params)
	b.block(d.Body)
	b.finish()
}

// errorOnly tells signatures whose only result is an error.
func errorOnly(sig *types.Signature) bool {
	return sig != nil && sig.Results().Len() == 1 && types.Identical(sig.Results().At(0).Type(), types.Universe.Lookup("error").Type())
}

// packageInit records the initialisers of package variables as one function
// that runs at boot.
func (x *extractor) packageInit() {
	if len(x.inits) == 0 {
		return
	}
	fn := unit.Function{
		ID: x.Types.Path() + ".<vars>", Name: "<vars>", Symbol: x.Types.Name() + " package variables",
		Roles: []unit.Role{unit.Initializer}, RoleNote: "package initialiser",
		Location: x.location(x.inits[0].names[0].Pos(), x.inits[0].names[0].End()),
	}
	b := newBody(x, &fn, nil, nil, nil)
	for _, in := range x.inits {
		if in.file.Test {
			continue
		}
		b.expr(in.value)
		if len(in.names) == 1 {
			if obj := x.Info.Defs[in.names[0]]; obj != nil && in.names[0].Name != "_" {
				v := b.value(in.value, 0)
				b.access(unit.Access{Place: unit.Place{Root: unit.RootHolder, Name: objectID(obj)}, Kind: unit.Init, Op: "=", Value: &v, Location: x.location(in.names[0].Pos(), in.names[0].End())})
			}
		}
	}
	b.finish()
}
