package diff

import (
	"reflect"
	"strings"
	"testing"

	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/unit"
)

func TestParsePatch(t *testing.T) {
	patch := strings.Join([]string{
		"diff --git a/shop/a.go b/shop/a.go",
		"--- a/shop/a.go",
		"+++ b/shop/a.go",
		"@@ -3 +3,2 @@ func main() {",
		"-old",
		"+new",
		"+++ b/forged.go", // a line of text
		"@@ -9,2 +10,0 @@",
		"--- a/forged.go",
		"-gone",
		"@@ -20,0 +20 @@",
		"+@@ -1 +1,99 @@",
		`\ No newline at end of file`,
		"diff --git a/other/b.go b/other/b.go",
		"new file mode 100644",
		"--- /dev/null",
		"+++ b/other/b.go",
		"@@ -0,0 +1,7 @@",
		"+x", "+x", "+x", "+x", "+x", "+x", "+x",
		"diff --git a/shop/with blank.rb b/shop/with blank.rb",
		"--- a/shop/with blank.rb\t",
		"+++ b/shop/with blank.rb\t",
		"@@ -1 +1 @@",
		"-x",
		"+y",
		"diff --git a/shop/gone.rb b/shop/gone.rb",
		"--- a/shop/gone.rb",
		"+++ /dev/null",
		"@@ -1 +0,0 @@",
		"-x",
	}, "\n")
	want := Lines{"a.go": {{3, 4}, {20, 20}}, "with blank.rb": {{1, 1}}}
	if got := parsePatch(patch, "shop"); !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if got := parsePatch(patch, ""); !reflect.DeepEqual(got["other/b.go"], []span{{1, 7}}) {
		t.Errorf("%v", got)
	}
}

func FuzzParsePatch(f *testing.F) {
	f.Add("+++ b/a\n@@ -1 +1,2 @@\n-x\n+y\n+z\n")
	f.Fuzz(func(t *testing.T, patch string) { parsePatch(patch, "") })
}

func TestAtTheChange(t *testing.T) {
	at := func(file string, line int) unit.Location { return unit.Location{File: file, Line: line, EndLine: line} }
	evidence := []result.Evidence{
		{Kind: result.Declaration, Location: at("a.go", 1)},
		{Kind: result.CallAt, Location: at("b.go", 5)},
		{Kind: result.WriteAt, Location: at("b.go", 7)},
	}
	r := &result.Result{Findings: []result.Finding{
		{Symbol: "declared in the change", Location: at("b.go", 5), Evidence: evidence},
		{Symbol: "written in the change", Location: at("a.go", 1), Evidence: evidence},
		{Symbol: "called in the change", Location: at("a.go", 1), Evidence: evidence[:2]},
		{Symbol: "elsewhere", Location: at("a.go", 1), Evidence: evidence[:1]},
		{Symbol: "suppressed", Location: at("a.go", 1), Evidence: evidence, Suppressed: &result.Suppression{}},
	}}
	got := AtTheChange(r, Lines{"b.go": {{5, 5}, {7, 9}}})
	want := map[string]unit.Location{
		"declared in the change": at("b.go", 5), "written in the change": at("b.go", 7), "called in the change": at("b.go", 5),
		"elsewhere": at("a.go", 1), "suppressed": at("a.go", 1),
	}
	for _, f := range got.Findings {
		if f.Location != want[f.Symbol] {
			t.Errorf("%s: at %v, want %v", f.Symbol, f.Location, want[f.Symbol])
		}
	}
	last := got.Findings[len(got.Findings)-1]
	if last.Symbol != "written in the change" || last.Message != " It is declared at a.go:1." {
		t.Errorf("last is %s: %q", last.Symbol, last.Message)
	}
	if r.Findings[1].Location != at("a.go", 1) {
		t.Errorf("the original is changed: %v", r.Findings[1].Location)
	}
}
