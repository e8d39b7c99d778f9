package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// hostile is a name that tries everything at once: a line end and a workflow
// command, terminal escapes, markup, a mention, and what ends quotes and cells.
const hostile = "\n::error file=x::pwned\r\n##[error]pwned ##vso[task.setvariable]x \x1b]0;title\x07\x1b[2J\u009b2J\u202e<script>alert(1)</script>]]>&<img src=x onerror=y>|`\"'@everyone [a](javascript:b)\x00\xff"

func hostileResult() *result.Result {
	r := empty()
	for _, start := range []string{"", "=", "+", "-", "@", " =", "\t=", "|", "::warning::"} {
		name := start + "cmd()" + hostile
		l := unit.Location{File: name, Line: 1, Column: 1, EndLine: 1, EndColumn: 2}
		r.Findings = append(r.Findings, result.Finding{
			ID: "1", Rule: "mutable-singleton", Category: result.Cache, Level: result.Warning, Message: name, Symbol: name, Language: unit.Go, Domain: name,
			Location: l, Fix: name, Evidence: []result.Evidence{{Kind: result.WriteAt, Phase: result.Serving, Function: name, Location: l, Note: name}},
		})
	}
	r.Errors = []unit.Problem{{File: "::error::" + hostile, Line: 1, Message: hostile}}
	r.Domains = []result.Domain{{Name: hostile, Source: "layout"}}
	r.Candidates = []result.Candidate{{Rank: 1, Domain: hostile, Inputs: map[string]float64{}}}
	r.Summary = result.Summarise(r.Findings)
	r.Complete()
	return r
}

// TestHostileNames writes names of a hostile tree in every format.
func TestHostileNames(t *testing.T) {
	for _, f := range Formats() {
		t.Run(f.Name, func(t *testing.T) {
			var b bytes.Buffer
			if err := f.Write(&b, hostileResult(), Options{Notes: true, Repository: Repository{URI: "https://example.org/a", Revision: "b"}}); err != nil {
				t.Fatal(err)
			}
			harmless(t, f.Name, b.String())
		})
	}
	var b bytes.Buffer
	d := &result.Diff{Added: hostileResult().Findings, Fixed: hostileResult().Findings, Errors: hostileResult().Errors}
	d.Complete()
	for _, name := range []string{"table", "markdown"} {
		f, _ := Named(name)
		b.Reset()
		if err := f.WriteDiff(&b, d, hostileResult(), Options{}); err != nil {
			t.Fatal(err)
		}
		harmless(t, name, b.String())
	}
}

// harmless holds what no output may have in it, whoever reads it, and that formats
// with a syntax keep it.
func harmless(t *testing.T, format, text string) {
	t.Helper()
	for _, r := range text {
		if r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r)) && format != "csv" {
			t.Fatalf("%U is in the output", r)
		}
	}
	for line := range strings.Lines(text) {
		command := strings.HasPrefix(strings.TrimSpace(line), "::")
		if ours := format == "github" && strings.HasPrefix(line, "::warning file="); command && !ours {
			t.Errorf("a command: %q", line)
		}
	}
	switch format {
	case "json", "sarif", "gitlab", "rdjson":
		if !json.Valid([]byte(text)) {
			t.Error("no JSON")
		}
		return
	case "checkstyle", "junit":
		parses(t, text)
		return
	case "csv":
		cells(t, text)
	case "markdown":
		for _, markup := range []string{"<script", "<img", "](javascript"} {
			if strings.Contains(withoutCode(text), markup) {
				t.Errorf("%q is in the output", markup)
			}
		}
	}
	for _, command := range []string{"##[", "##vso["} {
		if strings.Contains(text, command) {
			t.Errorf("%q is in the output", command)
		}
	}
}

func parses(t *testing.T, text string) {
	d := xml.NewDecoder(strings.NewReader(text))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if e, ok := token.(xml.StartElement); ok && (e.Name.Local == "script" || e.Name.Local == "img") {
			t.Errorf("an element of the tree: %v", e.Name)
		}
	}
}

func cells(t *testing.T, text string) {
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		for _, cell := range row {
			if strings.HasPrefix(strings.TrimSpace(cell), "=") || strings.ContainsAny(strings.TrimSpace(cell)[:min(1, len(strings.TrimSpace(cell)))], "+-@|") {
				t.Errorf("a formula: %q", cell)
			}
		}
	}
}

// withoutCode takes out the code spans of Markdown, in which nothing is markup.
func withoutCode(text string) string {
	var b strings.Builder
	escaped := regexp.MustCompile(`\\.`)
	for line := range strings.Lines(text) {
		for i, part := range strings.Split(strings.ReplaceAll(line, "``", "\x00"), "\x00") {
			if i%2 == 0 {
				for k, inner := range strings.Split(part, "`") {
					if k%2 == 0 {
						b.WriteString(escaped.ReplaceAllString(inner, ""))
					}
				}
			}
		}
	}
	return b.String()
}

// TestInertJSONIsTheSame holds that escaping changes no document.
func TestInertJSONIsTheSame(t *testing.T) {
	for _, name := range []string{hostile, "\u009b\U000e0001##[", "a\\##[b", "plain"} {
		raw, err := json.Marshal(name)
		if err != nil {
			t.Fatal(err)
		}
		var before, after string
		if err := errors.Join(json.Unmarshal(raw, &before), json.Unmarshal(inertJSON(raw), &after)); err != nil || before != after {
			t.Errorf("%q became %q: %v", before, after, err)
		}
	}
}
