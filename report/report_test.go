package report

import (
	"bytes"
	"encoding/xml"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/stateaudit/stateaudit/docs"
	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/unit"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func TestGolden(t *testing.T) {
	for _, c := range []struct {
		file, format string
		r            *result.Result
		o            Options
	}{
		{"table.txt", "table", awkward(), Options{Details: true}},
		{"table-short.txt", "table", awkward(), Options{}},
		{"table-notes-color.txt", "table", awkward(), Options{Notes: true, Color: true}},
		{"table-empty.txt", "table", empty(), Options{}},
		{"table-details.txt", "table", deployed(), Options{Details: true, Context: true}},
		{"result.json", "json", awkward(), Options{}},
		{"empty.json", "json", empty(), Options{}},
		{"result.sarif", "sarif", awkward(), machine()},
		{"suppressed.sarif", "sarif", awkward(), suppressed()},
		{"empty.sarif", "sarif", empty(), Options{}},
		{"github.txt", "github", awkward(), machine()},
		{"github-empty.txt", "github", empty(), Options{}},
		{"gitlab.json", "gitlab", awkward(), machine()},
		{"gitlab-empty.json", "gitlab", empty(), Options{}},
		{"checkstyle.xml", "checkstyle", awkward(), machine()},
		{"checkstyle-empty.xml", "checkstyle", empty(), Options{}},
		{"junit.xml", "junit", awkward(), machine()},
		{"junit-empty.xml", "junit", empty(), machine()},
		{"rdjson.json", "rdjson", awkward(), machine()},
		{"findings.csv", "csv", awkward(), machine()},
		{"markdown.md", "markdown", awkward(), machine()},
		{"markdown-empty.md", "markdown", empty(), Options{}},
		{"compact.txt", "compact", awkward(), Options{}},
	} {
		t.Run(c.file, func(t *testing.T) {
			f, ok := Named(c.format)
			if !ok {
				t.Fatal("no such format")
			}
			var b bytes.Buffer
			if err := f.Write(&b, c.r, c.o); err != nil {
				t.Fatal(err)
			}
			compare(t, filepath.Join("testdata", c.file), b.Bytes())
			switch c.format {
			case "json":
				validate(t, resultSchema(t), b.Bytes())
			case "sarif":
				validate(t, sarifSchemaFile(t), b.Bytes())
			case "checkstyle", "junit":
				wellFormed(t, b.Bytes())
			}
		})
	}
}

func wellFormed(t *testing.T, raw []byte) {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(raw))
	for {
		switch _, err := d.Token(); {
		case err == io.EOF:
			return
		case err != nil:
			t.Fatal(err)
		}
	}
}

// machine is what the command line hands to formats that programs read.
func machine() Options {
	return Options{
		Prefix: "services/my shop",
		Rules: []Rule{
			{Name: "mutable-singleton", Level: result.Warning, Summary: "Reports the only copy.", Doc: "# mutable-singleton\n\nReports the only\ncopy of `state`. Twice.\n\n- a\n- b\n", Tags: []string{"go"}},
			{Name: "connection-pool", Level: result.Note, Summary: "Lists clients", Doc: "Lists clients"},
		},
		Source:     source0,
		Repository: Repository{URI: "https://example.com/shop", Revision: "abc", Branch: "main"},
	}
}

func suppressed() Options {
	o := machine()
	o.Suppressed, o.Category = true, "nightly"
	return o
}

// source0 has two of the files that findings lie in; the others are gone.
func source0(file string) ([]byte, error) {
	switch file {
	case "config/initializers/limiter.rb":
		return []byte("# limits\n\n\nRateLimiter = RateLimiterService.new(store: {})\n"), nil
	case "billing/价格.go":
		return []byte(strings.Repeat("\n", 8) + "价😀格 := 1\n"), nil
	}
	return nil, os.ErrNotExist
}

func compare(t *testing.T, golden string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs (-update rewrites it); got\n%s", golden, got)
	}
}

func resultSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	raw, err := docs.Schemas.ReadFile("result.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return compile(t, raw)
}

func sarifSchemaFile(t *testing.T) *jsonschema.Schema {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", "sarif-2.1.0.schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	return compile(t, raw)
}

func compile(t *testing.T, raw []byte) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("schema", doc); err != nil {
		t.Fatal(err)
	}
	return c.MustCompile("schema")
}

func validate(t *testing.T, schema *jsonschema.Schema, raw []byte) {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(v); err != nil {
		t.Error(err)
	}
}

// TestNarrow holds the promise of 80 columns for all that can be broken.
func TestNarrow(t *testing.T) {
	var b bytes.Buffer
	if err := writeTable(&b, awkward(), Options{Notes: true}); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(b.String()) {
		line = strings.TrimSuffix(line, "\n")
		if textWidth(line) > 80 && len(strings.Fields(line)) > 2 && !strings.Contains(line, strings.Repeat("long", 10)) {
			t.Errorf("%d columns: %s", textWidth(line), line)
		}
		if strings.HasSuffix(line, " ") {
			t.Errorf("trailing blank: %q", line)
		}
		if strings.ContainsRune(line, '\x1b') {
			t.Errorf("escape sequence without colour: %q", line)
		}
	}
}

func empty() *result.Result {
	r := &result.Result{
		SchemaVersion: result.SchemaVersion,
		Tool:          result.Tool{Name: "stateaudit", Version: "test"},
		Root:          ".",
		StartedAt:     "2026-01-02T03:04:05Z",
	}
	r.Complete()
	return r
}

// deployed has workloads that run a program and others, and folders left out.
func deployed() *result.Result {
	r := empty()
	at := func(line int) unit.Location { return unit.Location{File: "k8s/all.yaml", Line: line} }
	r.Workloads = []result.Workload{
		{Name: "shop", Kind: result.Copies, Copies: "2-8", Environment: "production", Programs: []string{"shop"}, Tie: "its image", Location: at(5)},
		{Name: "shop", Kind: result.OneCopy, Copies: "Recreate strategy", Programs: []string{"shop"}, Tie: "its image", Location: at(9)},
		{Name: "helper", Kind: result.Processes, Copies: "3", Runs: []string{"example.org/helper:1"}, Location: at(20)},
		{Name: "open", Kind: result.Copies, Location: at(30)},
	}
	r.Reach = []result.Reach{
		{Entry: "shop", Language: unit.Go, Location: unit.Location{File: "cmd/shop/main.go", Line: 9}, Functions: 120, Reached: 110, Unreached: 8},
		{
			Entry: "belt", Language: unit.Go, Location: unit.Location{File: "cmd/belt/main.go", Line: 12}, Functions: 40, Reached: 6, Unreached: 34, Low: true,
			Behind: []result.Behind{{Call: "example.com/conveyor.Run", Hands: "stations.Line", Functions: 20, Location: unit.Location{File: "cmd/belt/main.go", Line: 14}}},
			Drafts: []result.Draft{{Function: "example.com/shop/stations.*.Work", Brings: 30}},
		},
	}
	r.LeftOut = []result.LeftOut{{Folder: ".", Files: 3, Reason: result.Tests}, {Folder: "examples", Files: 12, Reason: result.Fixtures}, {Folder: "pkg/mocks", Files: 1, Reason: result.Doubles}}
	r.Complete()
	return r
}

// awkward has one of everything that has broken a report before: names that
// carry escape sequences, wide letters, long paths, no evidence, no line.
func awkward() *result.Result {
	r := empty()
	r.DurationMs = 1234
	r.Languages = map[string]result.LanguageStat{
		"ruby": {Files: 12, Packages: 0, Lines: 340, Incomplete: 1},
		"go":   {Files: 1, Packages: 1, Lines: 20},
	}
	r.Findings = findings()
	result.Sort(r.Findings)
	r.Summary = result.Summarise(r.Findings)
	r.Errors = []unit.Problem{
		{File: "app/broken.rb", Line: 3, Message: "syntax error; the rest of the file was read"},
		{File: "data/big.go", Message: "file is larger than 5 MB and was not read"},
	}
	r.Domains = []result.Domain{{Name: "billing", Source: "configuration", Paths: []string{"app/billing"}, Files: 2, Lines: 40, Tables: []string{"invoices"}}}
	r.Candidates = []result.Candidate{{
		Rank: 1, Domain: "billing", Score: 0.5, Inputs: map[string]float64{"files": 2},
		Blockers: []string{r.Findings[0].ID},
		Events: []result.Event{{
			Name: "invoice.paid", Version: 1,
			Payload: []result.EventField{{Name: "email", Type: "string", Personal: true}},
		}},
	}}
	r.Edges = []result.Edge{{From: "billing", To: "shop", Kind: "call", Count: 3, Sync: true}}
	r.Complete()
	return r
}

func findings() []result.Finding {
	limiter, pool := result.RateLimiter, result.ClientPool
	long := "app/services/" + strings.Repeat("long", 20) + "/client.rb"
	all := []result.Finding{
		{
			Rule: "mutable-singleton", Category: result.Counter, Group: &limiter, Level: result.Error, Language: unit.Ruby,
			Symbol: "RateLimiter", Location: at("config/initializers/limiter.rb", 4), Owners: []string{"@shop/payments", "ops@example.org"},
			Message: "`RateLimiter` counts requests in process memory: `RateLimiterService#hit` changes it while serving. Two copies of this process let through twice the limit, and a restart forgets it.",
			Fix:     "Keep the counts in Redis (`INCR` with `EXPIRE`), or use a limiter with a shared store such as rack-attack.",
			Evidence: []result.Evidence{
				evidence(result.Declaration, result.Boot, "", "config/initializers/limiter.rb", 4, ""),
				evidence(result.WriteAt, result.Serving, "RateLimiterService#hit", "app/services/rate_limiter_service.rb", 12, "reached from ApplicationController#throttle"),
				evidence(result.WriteAt, result.Serving, "RateLimiterService#reset", "app/services/rate_limiter_service.rb", 19, ""),
				evidence(result.WriteAt, result.Serving, "RateLimiterService#a", "app/services/rate_limiter_service.rb", 20, ""),
				evidence(result.WriteAt, result.Serving, "RateLimiterService#b", "app/services/rate_limiter_service.rb", 21, ""),
			},
		},
		{
			Rule: "in-process-cache", Category: result.Cache, Level: result.Warning, Language: unit.Go, Domain: "billing",
			Symbol: "billing.价格表\x1b[31m", Location: at("billing/价格.go", 9), Message: "line one\nline two\twith \x07bell and a \"quote\" <tag> | pipe",
			Confidence: result.Likely, Doubt: "it holds unless `CACHE` is set",
			Evidence: []result.Evidence{evidence(result.ConfigAt, result.UnknownPhase, "", "config/environments/production.rb", 0, "nothing sets `cache_store`")},
		},
		{
			Rule: "connection-pool", Category: result.Client, Group: &pool, Level: result.Note, Language: unit.Ruby,
			Symbol: "Payments::Client.pool", Location: at(long, 120), Message: "one pool a process",
		},
		{
			Rule: "in-process-worker", Category: result.Worker, Level: result.Warning, Language: unit.Go,
			Symbol: "queue", Location: at("main.go", 1), Message: "suppressed, and not to be seen",
			Suppressed: &result.Suppression{Kind: result.Inline, Reason: "one copy only"},
		},
		{
			Rule: "in-process-worker", Category: result.Worker, Level: result.Warning, Language: unit.Go,
			Symbol: "", Location: at("main.go", 0), Message: "x",
		},
	}
	for i := range all {
		all[i].ID = result.Fingerprint(all[i].Rule, all[i].Symbol, all[i].Location.File)
	}
	return all
}

func at(file string, line int) unit.Location {
	if line == 0 {
		return unit.Location{File: file}
	}
	return unit.Location{File: file, Line: line, Column: 1, EndLine: line, EndColumn: 10}
}

func evidence(kind result.EvidenceKind, phase result.Phase, function, file string, line int, note string) result.Evidence {
	return result.Evidence{Kind: kind, Phase: phase, Function: function, Location: at(file, line), Note: note}
}

// TestMarkdownKeepsTheDoubts holds that a ranking in Markdown says what the table
// for terminals says of its numbers.
func TestMarkdownKeepsTheDoubts(t *testing.T) {
	r := empty()
	r.Domains = []result.Domain{{Name: "billing", Source: "inferred"}, {Name: "shop", Source: "layout"}, {Name: "kernel", Source: "kernel"}}
	r.Candidates = []result.Candidate{
		{Rank: 1, Domain: "billing", Inputs: map[string]float64{"rankBest": 1, "rankWorst": 3, "restsOnInference": 1}},
		{Rank: 2, Domain: "shop", AsyncViability: 0.25, Inputs: map[string]float64{"rankBest": 2, "rankWorst": 2, "tooFewCrossings": 1}},
	}
	r.Complete()
	var b strings.Builder
	if err := writeMarkdown(&b, r, Options{}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"| `billing` | 0.000 | 1-3\\* |", "| `shop` | 0.000 | 2 | 0.00 | \\~0.25 |",
		"ranks: first and last place", "\\~ too few crossings", "\\* rests on inference", "Nobody has declared these domains",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is not in\n%s", want, b.String())
		}
	}
	r.Candidates, r.Domains[0].Source, r.Domains[1].Source = r.Candidates[:1], "package.yml", "engine"
	r.Candidates[0].Inputs["restsOnInference"] = 0
	b.Reset()
	if err := writeMarkdown(&b, r, Options{}); err != nil {
		t.Fatal(err)
	}
	for _, doubt := range []string{"too few", "inference", "declared", `\*`} {
		if strings.Contains(b.String(), doubt) {
			t.Errorf("%q without a reason in\n%s", doubt, b.String())
		}
	}
}
