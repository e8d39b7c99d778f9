package golang

import (
	"go/types"
	"sort"
	"strings"

	"golang.org/x/tools/go/packages"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// implementations fills in which interfaces of the checkout each type of the
// checkout satisfies, and gives the methods of service implementations their
// role. It needs the types of all packages at once.
func implementations(pkgs []*packages.Package, units []*unit.Unit) {
	var tps []*types.Package
	for _, p := range pkgs {
		tps = append(tps, p.Types)
	}
	Implement(tps, units)
}

type iface struct {
	id        string
	typ       *types.Interface
	generated bool
}

// Implement does the same for packages of which only the types are at hand.
func Implement(pkgs []*types.Package, units []*unit.Unit) {
	generated := map[string]bool{}
	index := map[string]*unit.Type{}
	for _, u := range units {
		for i := range u.Types {
			index[u.Types[i].ID] = &u.Types[i]
			generated[u.Types[i].ID] = u.Types[i].Test
		}
	}
	byMethod := map[string][]iface{}
	eachNamed(pkgs, func(n *types.Named) {
		it, ok := n.Underlying().(*types.Interface)
		if !ok || it.NumMethods() == 0 || n.TypeParams().Len() > 0 {
			return
		}
		first := it.Method(0).Name()
		byMethod[first] = append(byMethod[first], iface{typeID(n), it, generated[typeID(n)]})
	})
	services := map[string]string{}
	eachNamed(pkgs, func(n *types.Named) {
		t := index[typeID(n)]
		if t == nil || types.IsInterface(n) || n.TypeParams().Len() > 0 {
			return
		}
		satisfied(n, t, byMethod, services)
	})
	serviceRoles(units, services)
}

// satisfied finds the interfaces of one type. Implementing a generated server
// interface makes it a service.
func satisfied(n *types.Named, t *unit.Type, byMethod map[string][]iface, services map[string]string) {
	ptr := types.NewPointer(n)
	ms := types.NewMethodSet(ptr)
	t.Implements = nil
	for i := 0; i < ms.Len(); i++ {
		for _, it := range byMethod[ms.At(i).Obj().Name()] {
			if !types.Implements(ptr, it.typ) {
				continue
			}
			t.Implements = append(t.Implements, it.id)
			if isServerInterface(it) {
				for j := 0; j < it.typ.NumMethods(); j++ {
					services[t.ID+"."+it.typ.Method(j).Name()] = "implements " + shortType(it.id)
				}
			}
		}
	}
	sort.Strings(t.Implements)
	if note := embedsUnimplemented(n); note != "" {
		for i := 0; i < n.NumMethods(); i++ {
			if n.Method(i).Exported() {
				services[funcID(n.Method(i))] = note
			}
		}
	}
}

func isServerInterface(it iface) bool {
	return it.generated && (strings.HasSuffix(it.id, "Server") || strings.HasSuffix(it.id, "Handler") || strings.HasSuffix(it.id, "Resolver")) &&
		!strings.Contains(it.id, ".Unsafe")
}

// embedsUnimplemented recognises a gRPC or connect service by the stub that
// generated code asks it to embed.
func embedsUnimplemented(n *types.Named) string {
	st, ok := structOf(n)
	if !ok {
		return ""
	}
	for i := 0; i < st.NumFields(); i++ {
		f := st.Field(i)
		if !f.Embedded() {
			continue
		}
		if strings.HasPrefix(f.Name(), "Unimplemented") {
			return "embeds " + f.Name()
		}
		if c := controllerBase(f.Type(), maxEmbedded); c != "" {
			return "embeds " + c
		}
	}
	return ""
}

// controllerBase recognises the controllers of frameworks that make one for each
// request and call its methods: beego, revel.
func controllerBase(t types.Type, depth int) string {
	n := namedOf(t)
	if n == nil || n.Obj().Pkg() == nil || depth == 0 {
		return ""
	}
	p := n.Obj().Pkg().Path()
	if n.Obj().Name() == "Controller" && (strings.Contains(p, "beego") || strings.Contains(p, "revel")) {
		return shortType(typeID(n))
	}
	st, ok := structOf(t)
	if !ok {
		return ""
	}
	for i := 0; i < st.NumFields(); i++ {
		if f := st.Field(i); f.Embedded() {
			if c := controllerBase(f.Type(), depth-1); c != "" {
				return c
			}
		}
	}
	return ""
}

func serviceRoles(units []*unit.Unit, services map[string]string) {
	for _, u := range units {
		for i := range u.Functions {
			f := &u.Functions[i]
			if note, ok := services[f.ID]; ok && len(f.Roles) == 0 {
				f.Roles, f.RoleNote = []unit.Role{unit.Handler}, note
			}
		}
	}
}

func eachNamed(pkgs []*types.Package, visit func(*types.Named)) {
	for _, p := range pkgs {
		for _, name := range p.Scope().Names() {
			tn, ok := p.Scope().Lookup(name).(*types.TypeName)
			if !ok || tn.IsAlias() {
				continue
			}
			if n, ok := tn.Type().(*types.Named); ok {
				visit(n)
			}
		}
	}
}

// Resolve joins the units of a checkout: calls of interface methods get the
// methods of the types that implement the interface.
func Resolve(units []*unit.Unit) {
	impl := map[string][]string{} // interface ID -> type IDs
	methods := map[string]bool{}
	for _, u := range units {
		for i := range u.Types {
			for _, id := range u.Types[i].Implements {
				impl[id] = append(impl[id], u.Types[i].ID)
			}
		}
		for i := range u.Functions {
			methods[u.Functions[i].ID] = true
		}
	}
	for _, u := range units {
		for i := range u.Functions {
			resolveCalls(&u.Functions[i], impl, methods)
		}
	}
}

func resolveCalls(f *unit.Function, impl map[string][]string, methods map[string]bool) {
	for i := range f.Calls {
		c := &f.Calls[i]
		if c.Callee == "" || methods[c.Callee] {
			continue
		}
		dot := strings.LastIndex(c.Callee, ".")
		if dot < 0 {
			continue
		}
		for _, t := range impl[c.Callee[:dot]] {
			if id := t + c.Callee[dot:]; methods[id] {
				c.Targets = append(c.Targets, id)
			}
		}
	}
}
