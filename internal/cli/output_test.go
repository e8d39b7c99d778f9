package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/stateaudit/stateaudit/docs"
	"github.com/stateaudit/stateaudit/internal/result"
)

// samples lists the checkouts of which the output is tested: those whose
// language has a front end.
func samples() []string { return []string{"atlas-go"} }

// TestFullDisk writes every format to a device without room: the error is told, and
// nothing that a pipeline takes for a report has the exit code of one.
func TestFullDisk(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("this system has no device that is always full")
	}
	defer full.Close()
	root := t.TempDir()
	smallModule(t, root)
	for _, format := range []string{"table", "json", "sarif", "markdown", "html"} {
		if code, _, told := run("audit", "--offline", "--quiet", "--format", format+"=/dev/full", root); code != exitFailure || !strings.Contains(told, "no space left") {
			t.Errorf("%s: exit %d, %q", format, code, told)
		}
	}
	var errs bytes.Buffer
	env := Env{
		Getenv:   func(string) string { return "" },
		Now:      time.Now,
		Width:    func(io.Writer) int { return 0 },
		CacheDir: func() (string, error) { return "", errors.New("none") },
	}
	code := Run(context.Background(), []string{"audit", "--offline", "--quiet", root}, strings.NewReader(""), full, &errs, env)
	if code != exitFailure || !strings.Contains(errs.String(), "no space left") {
		t.Errorf("exit %d, %q", code, errs.String())
	}
}

// run runs the program with a clock that stands still.
func run(args ...string) (code int, stdout, stderr string) {
	var out, errs bytes.Buffer
	env := Env{
		Getenv: func(string) string { return "" },
		Now:    func() time.Time { return time.Unix(0, 0) },
		Width:  func(io.Writer) int { return 0 },
	}
	code = Run(context.Background(), args, strings.NewReader(""), &out, &errs, env)
	return code, out.String(), errs.String()
}

func sample(name string) string { return filepath.Join("..", "..", "testdata", name) }

func TestRealOutputFollowsTheSchema(t *testing.T) {
	for _, name := range []string{"atlas", "atlas-go", "logistics", "logistics-go", "logistics-django"} {
		code, out, errs := run("audit", "--offline", "--format", "json", sample(name))
		if code != exitOK {
			t.Fatalf("%s: exit %d: %s", name, code, errs)
		}
		v, err := jsonschema.UnmarshalJSON(strings.NewReader(out))
		if err != nil {
			t.Fatal(err)
		}
		if err := resultSchema(t).Validate(v); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if root, _ := filepath.Abs(sample(name)); strings.Contains(out, root) {
			t.Errorf("%s: the output names the folder of the checkout", name)
		}
		locationsLieInTheirFiles(t, sample(name), []byte(out))
		ranksWhatItDescribes(t, name, []byte(out))
	}
}

// ranksWhatItDescribes makes sure that the schema had domains, candidates, edges and
// events to be held against, knows every count by name, and that all speak of the
// same domains.
func ranksWhatItDescribes(t *testing.T, name string, out []byte) {
	t.Helper()
	var r result.Result
	if err := json.Unmarshal(out, &r); err != nil {
		t.Fatal(err)
	}
	known, ids, events := map[string]bool{}, map[string]bool{}, 0
	for _, d := range r.Domains {
		known[d.Name] = true
	}
	for _, f := range r.Findings {
		ids[f.ID] = true
	}
	described := describedInputs(t)
	for _, c := range r.Candidates {
		events += len(c.Events)
		if got := slices.Sorted(maps.Keys(c.Inputs)); !slices.Equal(got, described) {
			t.Errorf("%s: %s has the inputs %q, the schema describes %q", name, c.Domain, got, described)
		}
		if !known[c.Domain] || slices.ContainsFunc(c.Blockers, func(id string) bool { return !ids[id] }) {
			t.Errorf("%s: %s is no domain, or one of %q no finding", name, c.Domain, c.Blockers)
		}
	}
	for _, e := range r.Edges {
		if !known[e.From] || !known[e.To] {
			t.Errorf("%s: an edge from %s to %s", name, e.From, e.To)
		}
	}
	if len(r.Candidates) < 2 || len(r.Edges) == 0 || events == 0 {
		t.Errorf("%s: %d candidates, %d edges, %d events", name, len(r.Candidates), len(r.Edges), events)
	}
}

// describedInputs lists the inputs that the schema describes, sorted.
func describedInputs(t *testing.T) []string {
	t.Helper()
	inputs := describedTerms()
	for name, says := range inputs {
		if says == "" {
			t.Errorf("the schema does not say what %s is", name)
		}
	}
	return slices.Sorted(maps.Keys(inputs))
}

func resultSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	f, err := docs.Schemas.Open("result.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	doc, err := jsonschema.UnmarshalJSON(f)
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("result", doc); err != nil {
		t.Fatal(err)
	}
	return c.MustCompile("result")
}

// locationsLieInTheirFiles also holds that every finding has evidence and an
// identity of its own, and that relations lead somewhere.
func locationsLieInTheirFiles(t *testing.T, root string, out []byte) {
	t.Helper()
	var r result.Result
	if err := json.Unmarshal(out, &r); err != nil {
		t.Fatal(err)
	}
	lines := map[string]int{}
	seen := map[string]bool{}
	for _, f := range r.Findings {
		if seen[f.ID] {
			t.Errorf("%s: the fingerprint of %s is not its own", f.Location.File, f.Symbol)
		}
		seen[f.ID] = true
		if len(f.Evidence) == 0 {
			t.Errorf("%s:%d: no evidence", f.Location.File, f.Location.Line)
		}
		for _, e := range append(f.Evidence, result.Evidence{Location: f.Location}) {
			if n := countLines(t, lines, root, e.Location.File); e.Location.Line > n {
				t.Errorf("%s has no line %d", e.Location.File, e.Location.Line)
			}
		}
	}
	for _, f := range r.Findings {
		for _, id := range f.Related {
			if !seen[id] {
				t.Errorf("%s: related to %s, which is not there", f.Symbol, id)
			}
		}
	}
}

func countLines(t *testing.T, known map[string]int, root, file string) int {
	t.Helper()
	if n, ok := known[file]; ok {
		return n
	}
	content, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(file)))
	if err != nil {
		t.Errorf("%v", err)
	}
	known[file] = bytes.Count(content, []byte("\n")) + 1
	return known[file]
}

func TestSameBytes(t *testing.T) {
	for _, name := range samples() {
		first := ""
		for _, procs := range []int{1, 8, 8} {
			before := runtime.GOMAXPROCS(procs)
			_, out, _ := run("audit", "--offline", "--format", "json", sample(name))
			runtime.GOMAXPROCS(before)
			if first == "" {
				first = out
			}
			if out != first {
				t.Errorf("%s: other output with GOMAXPROCS=%d", name, procs)
			}
		}
	}
}

func TestOutputGoesWhereItIsTold(t *testing.T) {
	dir := t.TempDir()
	a, b := filepath.Join(dir, "a.json"), filepath.Join(dir, "b.txt")
	code, out, errs := run("audit", "--offline", "--format", "json="+a, "--format", "table", "-o", b, "--color", "always", sample("atlas-go"))
	if code != exitOK || out != "" || errs != "" {
		t.Fatalf("exit %d, stdout %q, stderr %q", code, out, errs)
	}
	for file, want := range map[string]string{a: `"schemaVersion": "1"`, b: "break with a second copy"} {
		content, err := os.ReadFile(file)
		if err != nil || !strings.Contains(string(content), want) || strings.Contains(string(content), "\x1b") {
			t.Errorf("%s: %v: %.200s", file, err, content)
		}
	}
	// Before the work: the folder to audit is not even looked for.
	code, _, errs = run("audit", "--offline", "-o", filepath.Join(dir, "none", "x"), sample("nowhere"))
	if code != exitUsage || !strings.Contains(errs, "cannot be written") {
		t.Errorf("exit %d, %s", code, errs)
	}
}

func TestVerdict(t *testing.T) {
	warning := result.Finding{Level: result.Warning}
	suppressed := result.Finding{Level: result.Error, Suppressed: &result.Suppression{}}
	r := &result.Result{Findings: []result.Finding{warning, suppressed}}
	for _, c := range []struct {
		failOn string
		want   int
	}{{"", exitOK}, {"note", exitFindings}, {"warning", exitFindings}, {"error", exitOK}, {failOnNew, exitFindings}} {
		f := verdictFlags{failOn: c.failOn, strict: true}
		if got := report(nil, f.verdict(r), io.Discard); got != c.want {
			t.Errorf("--fail-on %q: exit %d, want %d", c.failOn, got, c.want)
		}
	}
}
