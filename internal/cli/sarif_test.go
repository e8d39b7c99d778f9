package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// sarifLog is the part of a log that these tests look at.
type sarifLog struct {
	Runs []struct {
		Tool struct {
			Driver struct {
				Rules []struct{ ID, HelpURI string }
			}
		}
		Results []struct {
			RuleID              string
			RuleIndex           *int
			PartialFingerprints map[string]string
			Locations           []struct {
				PhysicalLocation struct {
					ArtifactLocation struct{ URI string }
					Region           struct {
						StartLine, EndLine int
						Snippet            struct{ Text string }
					}
				}
			}
			CodeFlows []any
		}
	}
}

func sarifOf(t *testing.T, root string) sarifLog {
	t.Helper()
	code, out, errs := run("audit", "--offline", "--format", "sarif", root)
	if code != exitOK {
		t.Fatalf("exit %d: %s", code, errs)
	}
	var log sarifLog
	if err := json.Unmarshal([]byte(out), &log); err != nil {
		t.Fatal(err)
	}
	return log
}

func TestSARIFOfARealTree(t *testing.T) {
	run := sarifOf(t, sample("atlas-go")).Runs[0]
	for _, r := range run.Tool.Driver.Rules {
		_, path, _ := strings.Cut(r.HelpURI, "/blob/main/")
		if _, err := os.Stat(filepath.Join("..", "..", path)); err != nil {
			t.Errorf("the help of %s leads nowhere: %v", r.ID, err)
		}
	}
	flows := 0
	for _, res := range run.Results {
		at := res.Locations[0].PhysicalLocation
		if !strings.HasPrefix(at.ArtifactLocation.URI, "testdata/atlas-go/") {
			t.Errorf("%s is not a path from the root of the repository", at.ArtifactLocation.URI)
		}
		if at.Region.StartLine != at.Region.EndLine || at.Region.Snippet.Text == "" {
			t.Errorf("%s: region %+v", at.ArtifactLocation.URI, at.Region)
		}
		if res.RuleIndex == nil || run.Tool.Driver.Rules[*res.RuleIndex].ID != res.RuleID {
			t.Errorf("%s: rule %v", res.RuleID, res.RuleIndex)
		}
		flows += len(res.CodeFlows)
	}
	if len(run.Results) < 20 || flows < 10 {
		t.Errorf("%d results, %d code flows", len(run.Results), flows)
	}
}

// TestFingerprintsSurviveLinesAbove inserts 50 lines at the top of every file.
func TestFingerprintsSurviveLinesAbove(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "testdata", "atlas-go")
	if err := os.CopyFS(dir, os.DirFS(sample("atlas-go"))); err != nil {
		t.Fatal(err)
	}
	before := fingerprints(sarifOf(t, dir))
	if err := filepath.WalkDir(dir, func(name string, d os.DirEntry, err error) error {
		if err != nil || filepath.Ext(name) != ".go" {
			return err
		}
		content, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		return os.WriteFile(name, append([]byte(strings.Repeat("// inserted\n", 50)), content...), 0o644)
	}); err != nil {
		t.Fatal(err)
	}
	after := fingerprints(sarifOf(t, dir))
	if len(before) == 0 || strings.Join(before, "\n") != strings.Join(after, "\n") {
		t.Errorf("before\n%s\nafter\n%s", strings.Join(before, "\n"), strings.Join(after, "\n"))
	}
}

func fingerprints(log sarifLog) []string {
	var out []string
	for _, r := range log.Runs[0].Results {
		p := r.PartialFingerprints
		out = append(out, strings.Join([]string{r.RuleID, p["primaryLocationLineHash"], p["stateaudit/v1"]}, " "))
	}
	return out
}
