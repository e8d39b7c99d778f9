package golang

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"testing"
)

// TestSpelling compares the keys of methods with what go/types says of their signatures.
func TestSpelling(t *testing.T) {
	const text = `package shop
type Order struct{}
type Alias = Order
type List[T any] []T
type R struct{}
func (R) A(o Order) error
func (R) B(named Alias) (err error)
func (R) C(o *Order) error
func (R) D(o ...Order) error
func (R) E(o []Order) error
func (R) F(b byte, a any) error
func (R) G(b uint8, a interface{}) error
func (R) H(f func(x int) (y string)) error
func (R) I(f func(int) string) error
func (R) J(f func(int, ...string)) error
func (R) K(f func(int, []string)) error
func (R) L(c <-chan int, m map[string][3]int) error
func (R) M(c chan int, m map[string][3]int) error
func (R) N(c chan int, m map[string][4]int) error
func (R) O(l List[int]) error
func (R) P(l List[string]) error
func (R) Q(s struct{ A int }) error
func (R) S(s struct{ A int "json:\"a\"" }) error
func (R) T(s struct{ Order }) error
func (R) U(s struct{ Order Order }) error
func (R) V(i interface{ Read(p []byte) (int, error) }) error
func (R) W(i interface{ Read(q []byte) (n int, err error) }) error
func (R) X(i interface{ Write([]byte) (int, error) }) error
func (R) Y() (Order, error)
func (R) Z() (error, Order)
func (R) AA(l List[Alias], r rune)
func (R) AB(l List[Order], r int32)
`
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "shop.go", text, 0)
	if err != nil {
		t.Fatal(err)
	}
	conf := types.Config{Error: func(error) {}} // bodies are missing
	pkg, _ := conf.Check("shop", fset, []*ast.File{file}, nil)
	set := types.NewMethodSet(pkg.Scope().Lookup("R").Type())
	alike := func(m *types.Func) uint64 { // under one name
		return signatureKey(types.NewFunc(token.NoPos, pkg, "M", m.Signature()))
	}
	same := 0
	for i := range set.Len() {
		for k := range i {
			a, b := set.At(i).Obj().(*types.Func), set.At(k).Obj().(*types.Func)
			identical := types.Identical(a.Type(), b.Type())
			if identical {
				same++
			}
			if got := alike(a) == alike(b); got != identical {
				t.Errorf("%s and %s: spelled alike %v, identical %v", a, b, got, identical)
			}
			if signatureKey(a) == signatureKey(b) {
				t.Errorf("%s and %s have one key in spite of their names", a.Name(), b.Name())
			}
		}
	}
	if same != 5 {
		t.Errorf("%d pairs are identical, want 5", same)
	}
}
