package report

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/stateaudit/stateaudit/docs"
	"github.com/stateaudit/stateaudit/internal/result"
)

func changed() *result.Diff {
	all := awkward().Findings
	d := &result.Diff{
		SchemaVersion: result.SchemaVersion, Tool: result.Tool{Name: "stateaudit", Version: "test"},
		Base:  result.Revision{Name: "origin/*main*", Commit: "0123456789abcdef"},
		Added: all[:2], Fixed: []result.Finding{all[4]},
		Moved:   []result.Move{{From: at("old.rb", 3), Finding: all[2]}},
		Ignored: []result.Finding{all[3]}, Errors: awkward().Errors,
	}
	d.Complete()
	return d
}

// blind is a diff of which the base was hardly analysed.
func blind() *result.Diff {
	d := &result.Diff{Base: result.Revision{Name: "v1"}, BaseErrors: awkward().Errors}
	d.Complete()
	return d
}

func TestGoldenDiff(t *testing.T) {
	nothing := &result.Diff{SchemaVersion: result.SchemaVersion, Tool: result.Tool{Name: "stateaudit", Version: "test"}}
	nothing.Complete()
	for _, c := range []struct {
		file, format string
		d            *result.Diff
	}{
		{"diff.txt", "table", changed()},
		{"diff.md", "markdown", changed()},
		{"diff.json", "json", changed()},
		{"diff-doubt.txt", "table", blind()},
		{"diff-doubt.md", "markdown", blind()},
		{"diff-empty.txt", "table", nothing},
		{"diff-empty.json", "json", nothing},
	} {
		f, _ := Named(c.format)
		var b bytes.Buffer
		if err := f.WriteDiff(&b, c.d, empty(), machine()); err != nil {
			t.Fatal(err)
		}
		compare(t, filepath.Join("testdata", c.file), b.Bytes())
		if c.format == "json" {
			validate(t, schemaNamed(t, "diff.schema.json"), b.Bytes())
			broken := strings.Replace(b.String(), `"fixed"`, `"mended"`, 1)
			v, err := jsonschema.UnmarshalJSON(strings.NewReader(broken))
			if err != nil || schemaNamed(t, "diff.schema.json").Validate(v) == nil {
				t.Errorf("%v: an unknown field passes", err)
			}
		}
	}
}

func TestDiffInOtherFormats(t *testing.T) {
	f, _ := Named("compact")
	var diff, audit bytes.Buffer
	if err := f.WriteDiff(&diff, changed(), awkward(), Options{}); err != nil {
		t.Fatal(err)
	}
	if err := f.Write(&audit, awkward(), Options{}); err != nil {
		t.Fatal(err)
	}
	if diff.String() != audit.String() || diff.Len() == 0 {
		t.Errorf("%s\nis not\n%s", diff.String(), audit.String())
	}
}

// schemaNamed is one that refers to that of results.
func schemaNamed(t *testing.T, wanted string) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	for _, name := range []string{"result.schema.json", wanted} {
		raw, err := docs.Schemas.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		if err := c.AddResource(doc.(map[string]any)["$id"].(string), doc); err != nil {
			t.Fatal(err)
		}
	}
	return c.MustCompile("https://raw.githubusercontent.com/stateaudit/stateaudit/main/docs/" + wanted)
}
