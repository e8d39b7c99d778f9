package golang

import (
	"go/types"
	"strconv"
	"strings"
)

func itoa(n int) string { return strconv.Itoa(n) }

// objectID names a package-level object: import path, dot, name.
func objectID(o types.Object) string {
	if o.Pkg() == nil {
		return o.Name()
	}
	return o.Pkg().Path() + "." + o.Name()
}

// typeID names a declared type without type arguments or pointers.
func typeID(n *types.Named) string {
	if n == nil {
		return ""
	}
	return objectID(n.Origin().Obj())
}

// funcID names a function (path.Name) or method (path.Type.Name).
func funcID(f *types.Func) string {
	f = f.Origin()
	sig, _ := f.Type().(*types.Signature)
	if sig != nil && sig.Recv() != nil {
		if n := namedOf(sig.Recv().Type()); n != nil {
			return typeID(n) + "." + f.Name()
		}
		return "interface." + f.Name()
	}
	return objectID(f)
}

// funcSymbol names a function as a reader would: database.NewAttachment,
// (*Server).Start.
func funcSymbol(f *types.Func) string {
	sig, _ := f.Type().(*types.Signature)
	if sig != nil && sig.Recv() != nil {
		if n := namedOf(sig.Recv().Type()); n != nil {
			return n.Obj().Name() + "." + f.Name()
		}
	}
	if f.Pkg() == nil {
		return f.Name()
	}
	return f.Pkg().Name() + "." + f.Name()
}

// namedOf strips pointers and aliases from a type down to a declared one.
func namedOf(t types.Type) *types.Named {
	t = types.Unalias(t)
	if p, ok := t.(*types.Pointer); ok {
		t = types.Unalias(p.Elem())
	}
	n, _ := t.(*types.Named)
	return n
}

// typeString writes a type with full import paths and no type parameters of the
// declaration: *sync.Map, map[string]*example.com/x.Session.
func typeString(t types.Type) string {
	if t == nil {
		return ""
	}
	return cut(types.TypeString(t, func(p *types.Package) string { return p.Path() }), 160)
}

// elemString is the type of a collection's elements, or of what a pointer or
// channel leads to.
func elemString(t types.Type) string {
	switch u := types.Unalias(t).Underlying().(type) {
	case *types.Map:
		return typeString(u.Elem())
	case *types.Slice:
		return typeString(u.Elem())
	case *types.Array:
		return typeString(u.Elem())
	case *types.Chan:
		return typeString(u.Elem())
	case *types.Pointer:
		return typeString(u.Elem())
	}
	return ""
}

// isReference tells whether a copy of a value still shares its content.
func isReference(t types.Type) bool {
	if t == nil {
		return false
	}
	switch types.Unalias(t).Underlying().(type) {
	case *types.Pointer, *types.Map, *types.Slice, *types.Chan, *types.Interface, *types.Signature:
		return true
	}
	return false
}

// shortType is the last part of a type string: *cache.Cache of *example.com/x/cache.Cache.
func shortType(s string) string {
	if i := strings.LastIndex(s, "/"); i >= 0 {
		return s[i+1:]
	}
	return s
}
