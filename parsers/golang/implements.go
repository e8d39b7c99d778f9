package golang

import (
	"go/ast"
	"go/types"
	"slices"
	"sort"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// satisfying notes of a type what it takes to tell, without its package, which
// interfaces it satisfies or who satisfies it.
func satisfying(t *unit.Type, n *types.Named) {
	if it, ok := n.Underlying().(*types.Interface); ok {
		t.Asks = askedMethods(it)
		return
	}
	t.Has, t.Answers = methodKeys(n), embedsUnimplemented(n)
}

// Implement fills in which interfaces among some units each of their types satisfies,
// and gives the methods of service implementations their role.
func Implement(units []*unit.Unit) {
	byMethod := map[uint64][]*unit.Type{}
	for _, u := range units {
		for i := range u.Types {
			if t := &u.Types[i]; len(t.Asks) > 0 {
				byMethod[t.Asks[0].Key] = append(byMethod[t.Asks[0].Key], t)
			}
		}
	}
	services := map[string]string{}
	for _, u := range units {
		for i := range u.Types {
			satisfied(&u.Types[i], byMethod, services)
		}
	}
	serviceRoles(units, services)
}

// satisfied finds the interfaces of one type. Implementing a generated server
// interface makes it a service.
func satisfied(t *unit.Type, byMethod map[uint64][]*unit.Type, services map[string]string) {
	has := map[uint64]bool{}
	for _, key := range t.Has {
		has[key] = true
	}
	t.Implements = nil
	for _, key := range t.Has {
		for _, it := range byMethod[key] {
			if slices.ContainsFunc(it.Asks, func(m unit.Asked) bool { return !has[m.Key] }) {
				continue
			}
			t.Implements = append(t.Implements, it.ID)
			if isServerInterface(it) {
				for _, m := range it.Asks {
					services[t.ID+"."+m.Name] = "implements " + shortType(it.ID)
				}
			}
		}
	}
	sort.Strings(t.Implements)
	if t.Answers != "" {
		for _, id := range t.Methods {
			if ast.IsExported(id[strings.LastIndexByte(id, '.')+1:]) {
				services[id] = t.Answers
			}
		}
	}
}

func isServerInterface(it *unit.Type) bool {
	return it.Test && (strings.HasSuffix(it.ID, "Server") || strings.HasSuffix(it.ID, "Handler") || strings.HasSuffix(it.ID, "Resolver")) &&
		!strings.Contains(it.ID, ".Unsafe")
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
