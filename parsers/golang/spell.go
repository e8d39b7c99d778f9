package golang

import (
	"fmt"
	"go/types"
	"hash/fnv"
	"io"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// speller writes types so that two are spelled alike if and only if they are identical,
// in whatever run and from whatever form their packages were read.
type speller struct {
	out io.Writer
	// params are those of the signatures that are being written, outermost first: they are
	// told by their place.
	params []*types.TypeParamList
	// met, if set, is told of each named type that is mentioned.
	met func(*types.Named)
}

// signatureKey stands for the name and the signature of a method, without its receiver
// and the names of its parameters.
func signatureKey(m *types.Func) uint64 {
	h := fnv.New64a()
	io.WriteString(h, m.Id())
	s := speller{out: h}
	s.signature(m.Signature())
	return h.Sum64()
}

func (s *speller) signature(sig *types.Signature) {
	if list := sig.TypeParams(); list.Len() > 0 {
		s.params = append(s.params, list)
		defer func() { s.params = s.params[:len(s.params)-1] }()
		for p := range list.TypeParams() {
			s.text("|")
			s.typ(p.Constraint())
		}
	}
	s.text("(")
	s.tuple(sig.Params())
	if sig.Variadic() {
		s.text("...")
	}
	s.text(")(")
	s.tuple(sig.Results())
	s.text(")")
}

func (s *speller) text(t string) { io.WriteString(s.out, t) }

func (s *speller) tuple(t *types.Tuple) {
	for v := range t.Variables() {
		s.typ(v.Type())
		s.text(",")
	}
}

func (s *speller) typ(t types.Type) {
	switch t := types.Unalias(t).(type) {
	case *types.Basic:
		s.text(types.Typ[t.Kind()].Name()) // byte is uint8
	case *types.Pointer:
		s.text("*")
		s.typ(t.Elem())
	case *types.Slice:
		s.text("[]")
		s.typ(t.Elem())
	case *types.Array:
		fmt.Fprintf(s.out, "[%d]", t.Len())
		s.typ(t.Elem())
	case *types.Map:
		s.text("map[")
		s.typ(t.Key())
		s.text("]")
		s.typ(t.Elem())
	case *types.Chan:
		fmt.Fprintf(s.out, "chan %d ", t.Dir())
		s.typ(t.Elem())
	case *types.Signature:
		s.text("func")
		s.signature(t)
	case *types.Tuple:
		s.tuple(t)
	case *types.Struct:
		s.fields(t)
	case *types.Interface:
		s.methods(t)
	case *types.Union:
		for term := range t.Terms() {
			fmt.Fprintf(s.out, "|%v ", term.Tilde())
			s.typ(term.Type())
		}
	case *types.Named:
		if s.met != nil {
			s.met(t.Origin())
		}
		s.text(objectID(t.Obj()))
		s.text("[")
		for arg := range t.TypeArgs().Types() {
			s.typ(arg)
			s.text(",")
		}
		s.text("]")
	case *types.TypeParam:
		s.param(t)
	}
}

func (s *speller) fields(t *types.Struct) {
	s.text("struct{")
	for i := range t.NumFields() {
		f := t.Field(i)
		fmt.Fprintf(s.out, "%s %v ", f.Id(), f.Embedded())
		s.typ(f.Type())
		fmt.Fprintf(s.out, "%q;", t.Tag(i))
	}
	s.text("}")
}

func (s *speller) methods(t *types.Interface) {
	s.text("interface{")
	for m := range t.Methods() {
		s.text(m.Id())
		s.signature(m.Signature())
		s.text(";")
	}
	for i := range t.NumEmbeddeds() {
		if !t.IsMethodSet() { // what the type may be; methods are there already
			s.text("&")
			s.typ(t.EmbeddedType(i))
		}
	}
	fmt.Fprintf(s.out, "%v}", t.IsComparable())
}

// param tells a parameter by which signature around it declares it and where there.
func (s *speller) param(p *types.TypeParam) {
	for depth := len(s.params) - 1; depth >= 0; depth-- {
		if list := s.params[depth]; p.Index() < list.Len() && list.At(p.Index()) == p {
			fmt.Fprintf(s.out, "$%d.%d", depth, p.Index())
			return
		}
	}
	fmt.Fprintf(s.out, "$%s.%d", p.Obj().Name(), p.Index())
}

// methodKeys are those that the method set of a pointer to a type has, its embedded
// types' included.
func methodKeys(n *types.Named) []uint64 {
	set := types.NewMethodSet(types.NewPointer(n))
	out := make([]uint64, set.Len())
	for i := range set.Len() {
		out[i] = signatureKey(set.At(i).Obj().(*types.Func))
	}
	return out
}

// askedMethods are the methods of an interface that any type may satisfy by having them,
// nil if it asks for something else too.
func askedMethods(it *types.Interface) []unit.Asked {
	if !it.IsMethodSet() {
		return nil
	}
	var out []unit.Asked
	for m := range it.Methods() {
		out = append(out, unit.Asked{Name: m.Name(), Key: signatureKey(m)})
	}
	return out
}

// shape writes what importers of a package can see of it: its exported objects, and what
// types these lead to. Types of packages of which settled knows a text are told by that.
func shape(out io.Writer, p *types.Package, settled func(path string) string) {
	seen := map[*types.Named]bool{}
	var queue []*types.Named
	s := &speller{out: out, met: func(n *types.Named) {
		if !seen[n] {
			seen[n] = true
			queue = append(queue, n)
		}
	}}
	for _, name := range p.Scope().Names() {
		if o := p.Scope().Lookup(name); o.Exported() {
			s.object(o)
		}
	}
	for ; len(queue) > 0; queue = queue[1:] {
		n := queue[0]
		fmt.Fprintf(out, "\ntype %s ", objectID(n.Obj()))
		if n.Obj().Pkg() == nil {
			continue
		}
		if text := settled(n.Obj().Pkg().Path()); text != "" {
			s.text(text)
			continue
		}
		s.declared(n)
	}
}

func (s *speller) object(o types.Object) {
	fmt.Fprintf(s.out, "\n%T %s ", o, o.Name())
	s.typ(o.Type())
	if c, ok := o.(*types.Const); ok {
		s.text(c.Val().ExactString())
	}
}

// declared writes what stands behind the name of a type.
func (s *speller) declared(n *types.Named) {
	if list := n.TypeParams(); list.Len() > 0 {
		s.params = []*types.TypeParamList{list}
		defer func() { s.params = nil }()
		for p := range list.TypeParams() {
			s.text("|")
			s.typ(p.Constraint())
		}
	}
	s.typ(n.Underlying())
	for i := range n.NumMethods() {
		m := n.Method(i)
		s.method(m)
	}
}

// method writes one with the parameters that its receiver gives to those of its type.
func (s *speller) method(m *types.Func) {
	sig := m.Signature()
	before := s.params
	if list := sig.RecvTypeParams(); list.Len() > 0 {
		s.params = []*types.TypeParamList{list}
	}
	_, pointer := types.Unalias(sig.Recv().Type()).(*types.Pointer)
	fmt.Fprintf(s.out, ";%s %v", m.Id(), pointer)
	s.signature(sig)
	s.params = before
}
