package vet_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stateaudit/stateaudit/internal/audit"
	"github.com/stateaudit/stateaudit/internal/config"
	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/vet"
)

// build makes the program.
func build(t testing.TB) string {
	t.Helper()
	bin := filepath.Join(t.TempDir(), "stateaudit")
	if out, err := exec.Command("go", "build", "-o", bin, "github.com/stateaudit/stateaudit/cmd/stateaudit").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return bin
}

// underVet runs go vet with this program in a checkout and reads its findings.
func underVet(t *testing.T, root string, flags ...string) []result.Finding {
	t.Helper()
	args := append([]string{"vet", "-json", "-vettool=" + build(t)}, flags...)
	cmd := exec.Command("go", append(args, "./...")...)
	cmd.Dir = root
	var out, problems bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problems
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s", err, problems.String())
	}
	stream := &out
	if out.Len() == 0 {
		stream = &problems // older go commands
	}
	absolute, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	found, failed, err := vet.Findings(stream, absolute)
	if err != nil || len(failed) > 0 {
		t.Fatalf("%v %v", err, failed)
	}
	return found
}

// TestAgainstAudit compares what go vet says of the Go fixture with what the
// audit says: the same places, apart from those where it is known to differ.
func TestAgainstAudit(t *testing.T) {
	root := filepath.Join("..", "..", "testdata", "atlas-go")
	audited, err := audit.Run(context.Background(), audit.Options{Root: root, Config: &config.Config{}, Offline: true})
	if err != nil {
		t.Fatal(err)
	}
	symbols := func(found []result.Finding) []string {
		var out []string
		for _, f := range found {
			if f.Level != result.Note && f.Language == "go" && f.Rule != "sticky-session" {
				if s := f.Rule + " " + f.Symbol; !slices.Contains(out, s) {
					out = append(out, s)
				}
			}
		}
		slices.Sort(out)
		return out
	}
	want, got := symbols(audited.Findings), symbols(underVet(t, root))
	for _, s := range want {
		if !slices.Contains(got, s) {
			t.Errorf("the audit finds %s, go vet does not", s)
		}
	}
	for _, s := range got {
		if !slices.Contains(want, s) {
			t.Errorf("go vet finds %s, the audit does not", s)
		}
	}
}

// TestRuleFlag asks for one rule only.
func TestRuleFlag(t *testing.T) {
	for _, f := range underVet(t, filepath.Join("..", "..", "testdata", "atlas-go"), "-inprocesslock") {
		if f.Rule != "in-process-lock" {
			t.Errorf("-inprocesslock also reports %s", f.Rule)
		}
	}
}

// TestConvertRefuses names what is wrong with other input.
func TestConvertRefuses(t *testing.T) {
	if _, _, err := vet.Findings(strings.NewReader("FAIL\n"), "."); err == nil || !strings.Contains(err.Error(), "go vet -json") {
		t.Errorf("got %v", err)
	}
	for _, failed := range []string{"", "# example.com/x\n", "# example.com/x\nvet: x.go:3:13: cannot use \"a\"\n", "{}\nvet: x.go:3:13: cannot use \"a\"\n"} {
		if _, _, err := vet.Findings(strings.NewReader(failed), "."); err == nil || !strings.Contains(err.Error(), "fail") {
			t.Errorf("%q: %v", failed, err)
		}
	}
	if found, _, err := vet.Findings(strings.NewReader("# example.com/x\n{}\n"), "."); err != nil || len(found) != 0 {
		t.Errorf("got %v, %v", found, err)
	}
}

// TestIgnored holds that a comment with a reason counts here too, also where the
// finding is told by an importing package.
func TestIgnored(t *testing.T) {
	root := vet.WriteModule(t, map[string]string{
		"go.mod": "module example.com/x\n\ngo 1.22\n",
		"main.go": `package main

import (
	"net/http"

	"example.com/x/hits"
)

func main() {
	http.HandleFunc("/", func(http.ResponseWriter, *http.Request) { hits.All["a"]++; hits.Known["a"]++ })
	http.ListenAndServe(":80", nil)
}
`,
		"hits/hits.go": `package hits

var All = map[string]int{}

//stateaudit:ignore mutable-singleton shown on one machine only
var Known = map[string]int{}
`,
	})
	found := underVet(t, root)
	if len(found) != 1 || found[0].Symbol != "hits.All" || found[0].Location.File != "main.go" {
		t.Errorf("found %+v", found)
	}
}

// TestRegistered holds that a package which gives a function to one below is looked at
// with a third, whose handlers call it: it tells that itself, and once.
func TestRegistered(t *testing.T) {
	root := vet.WriteModule(t, map[string]string{
		"go.mod":         "module example.com/x\n\ngo 1.22\n",
		"hooks/hooks.go": "package hooks\n\nvar all []func()\n\nfunc Add(f func()) { all = append(all, f) }\n\nfunc Run() {\n\tfor _, f := range all {\n\t\tf()\n\t}\n}\n",
		"web/web.go": `package web

import (
	"net/http"

	"example.com/x/hooks"
)

func init() {
	http.HandleFunc("/", func(http.ResponseWriter, *http.Request) { hooks.Run() })
}

func Path() string { return "/" }
`,
		"plug/plug.go": `package plug

import (
	"example.com/x/hooks"
	"example.com/x/web"
)

var runs = map[string]int{}

func init() { hooks.Add(func() { runs["a"]++ }) }

func Where() string { return web.Path() }
`,
		"main.go": "package main\n\nimport (\n\t\"net/http\"\n\n\t_ \"example.com/x/plug\"\n)\n\nfunc main() { http.ListenAndServe(\":80\", nil) }\n",
	})
	var at []string
	for _, f := range underVet(t, root) {
		if f.Symbol == "plug.runs" {
			at = append(at, f.Location.File)
		}
	}
	if !slices.Equal(at, []string{"plug/plug.go"}) {
		t.Errorf("plug.runs is told in %v", at)
	}
}

// TestChain holds that each counter of a chain of packages is found once: beside its
// own handler, or where the next handler above reaches it, main at the latest.
func TestChain(t *testing.T) {
	const length, last = 30, 20
	root := vet.WriteChain(t, length, 3, func(i int) bool { return i%5 == 0 && i <= last })
	at := map[string][]string{}
	for _, f := range underVet(t, root) {
		if f.Rule == "mutable-singleton" {
			at[f.Symbol] = append(at[f.Symbol], filepath.ToSlash(filepath.Dir(f.Location.File)))
		}
	}
	for i := range length {
		want := "cmd"
		if i <= last {
			want = fmt.Sprintf("p%d", (i+4)/5*5)
		}
		if got := at[fmt.Sprintf("p%d.seen", i)]; len(got) != 1 || got[0] != want {
			t.Errorf("p%d.seen is told in %v, want %s", i, got, want)
		}
	}
	if len(at) != length {
		t.Errorf("%d symbols, want %d: %v", len(at), length, at)
	}
}

// BenchmarkChain compares go vet with this program and without, in chains of packages
// of which no answer is cached. It says how often the time of plain go vet it takes.
func BenchmarkChain(b *testing.B) {
	plain, err := exec.Command("go", "tool", "-n", "vet").Output()
	if err != nil {
		b.Fatal(err)
	}
	tools := []string{strings.TrimSpace(string(plain)), build(b)}
	for _, length := range []int{50, 200} {
		for _, every := range []int{length, 10} {
			b.Run(fmt.Sprintf("%d packages, one of %d serves", length, every), func(b *testing.B) {
				root := vet.WriteChain(b, length, 40, func(i int) bool { return i > 0 && i%every == 0 })
				if out, err := command(root, "build", "./...").CombinedOutput(); err != nil {
					b.Fatalf("%v\n%s", err, out)
				}
				var took [2]time.Duration
				for n := 0; b.Loop(); n++ {
					for i, tool := range tools {
						took[i] += vetted(b, root, tool, n)
					}
				}
				b.ReportMetric(took[0].Seconds()/float64(b.N), "s-plain/op")
				b.ReportMetric(took[1].Seconds()/float64(b.N), "s-ours/op")
				b.ReportMetric(float64(took[1])/float64(took[0]), "times-plain")
			})
		}
	}
}

// vetted runs go vet with a copy of a tool that the cache has not seen.
func vetted(b *testing.B, root, tool string, n int) time.Duration {
	content, err := os.ReadFile(tool)
	if err != nil {
		b.Fatal(err)
	}
	unseen := filepath.Join(b.TempDir(), "tool")
	if err := os.WriteFile(unseen, fmt.Appendf(content, "%s %d %d", b.Name(), n, time.Now().UnixNano()), 0o755); err != nil {
		b.Fatal(err)
	}
	start := time.Now()
	if out, err := command(root, "vet", "-json", "-vettool="+unseen, "./...").CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	return time.Since(start)
}

func command(root string, args ...string) *exec.Cmd {
	cmd := exec.Command("go", args...)
	cmd.Dir = root
	return cmd
}
