package golang

import (
	"go/format"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

const skimmed = `package p

import "os"

// A comment with { and "quotes'.
type T struct{ a func() interface{ M() } }

func (t *T) Get(x map[string]struct{}, y interface{ N() }) (z struct{ b int }) {
	s := "}" + ` + "`{`" + ` + string('}') // }
	/* } */
	if s == "" { os.Exit(1) }
	return
}

func assembly(a int) int

func lines(
	a int, // {
	b struct {
		c int
	},
) (
	err error,
) {
	panic("}")
}

func Words(v any) { _ = v.(interface{ Flush() }) }

var table = map[string]struct{ a int }{"a": {1}, "b": {2}}

var (
	counted = [...]string{
		"a", "b",
	}
	short = []int{1, 2, 3}
	made  = func() int { return 1 }()
	of    struct{ n int }
)

var after = &T{a: nil}

func last[K interface{ ~int }](k K) { println(k) }
`

// TestSkim: what is blanked are the bodies and the content of tables, and nothing moves.
func TestSkim(t *testing.T) {
	out := string(skim([]byte(skimmed)))
	if len(out) != len(skimmed) || strings.Count(out, "\n") != strings.Count(skimmed, "\n") {
		t.Fatalf("the text has another length:\n%s", out)
	}
	for _, gone := range []string{"os.Exit", `panic(`, `{1}`, "1, 2, 3", "return 1", "a: nil", "println"} {
		if strings.Contains(out, gone) {
			t.Errorf("%q is still there", gone)
		}
	}
	for _, stays := range []string{"interface{ M() }", "struct{ b int }", "func assembly(a int) int", "c int", "Flush()", `"a", "b",`, "struct{ n int }", "[K interface{ ~int }](k K)"} {
		if !strings.Contains(out, stays) {
			t.Errorf("%q is gone:\n%s", stays, out)
		}
	}
}

// TestSkimDeclaresTheSame: of each file of the standard library that is small enough to be
// quick, the declarations are the same with and without what is blanked.
func TestSkimDeclaresTheSame(t *testing.T) {
	names, err := filepath.Glob(filepath.Join(runtime.GOROOT(), "src", "*", "*.go"))
	if err != nil || len(names) < 100 {
		t.Skipf("no source of the standard library: %v", err)
	}
	for i, name := range names {
		if i%7 != 0 {
			continue
		}
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if want, got := declared(src), declared(skim(src)); want != got {
			t.Errorf("%s declares something else:\n%s\n%s", name, want, got)
		}
	}
}

// declared prints the declarations of a file with their places and no bodies.
func declared(src []byte) string {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "", src, parser.SkipObjectResolution)
	if err != nil {
		return err.Error()
	}
	var b strings.Builder
	for _, d := range f.Decls { // a body is read again from where it stands
		b.WriteString(fset.Position(d.Pos()).String() + " " + fset.Position(d.End()).String() + "\n")
	}
	dropBodies(f)
	for _, d := range f.Decls {
		_ = format.Node(&b, fset, d)
		b.WriteByte('\n')
	}
	return b.String()
}

func FuzzSkim(f *testing.F) {
	f.Add([]byte(skimmed))
	f.Add([]byte("package p\nvar a = \"\nfunc f() { /*"))
	f.Fuzz(func(t *testing.T, src []byte) {
		out := skim(src)
		if len(out) != len(src) {
			t.Fatalf("%d bytes became %d", len(src), len(out))
		}
		fset := token.NewFileSet()
		if _, err := parser.ParseFile(fset, "", src, parser.SkipObjectResolution); err != nil {
			return
		}
		if want, got := declared(src), declared(out); want != got {
			t.Errorf("%q declares something else:\n%s\n%s", src, want, got)
		}
	})
}
