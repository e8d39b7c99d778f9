package cli

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// TestGitHubFiles holds that workflows and forms are YAML with what GitHub needs of
// them: it tells of a mistake only when it is too late.
func TestGitHubFiles(t *testing.T) {
	dir := filepath.Join("..", "..", ".github")
	ci := yamlFile(t, filepath.Join(dir, "workflows", "ci.yml"))
	if check := ci["jobs"].(map[string]any)["check"].(map[string]any)["steps"].([]any); check[len(check)-1].(map[string]any)["run"] != "./.ci/run" {
		t.Errorf("CI runs %v", check)
	}
	release := yamlFile(t, filepath.Join(dir, "workflows", "release.yml"))["jobs"].(map[string]any)
	if release["release"].(map[string]any)["needs"] != "check" || release["check"].(map[string]any)["uses"] != "./.github/workflows/ci.yml" {
		t.Error("a release does not wait for the tests")
	}
	for _, job := range yamlFile(t, filepath.Join(dir, "workflows", "action.yml"))["jobs"].(map[string]any) {
		if !slices.ContainsFunc(job.(map[string]any)["steps"].([]any), func(step any) bool {
			with, _ := step.(map[string]any)["with"].(map[string]any)
			return step.(map[string]any)["uses"] == "./" && with["version"] == "source"
		}) {
			t.Errorf("the action is not run: %v", job)
		}
	}
	if bot := yamlFile(t, filepath.Join(dir, "dependabot.yml")); bot["version"] != 2 || len(bot["updates"].([]any)) == 0 {
		t.Errorf("%v", bot)
	}
	forms, err := filepath.Glob(filepath.Join(dir, "ISSUE_TEMPLATE", "*.yml"))
	if err != nil || len(forms) < 4 {
		t.Fatalf("%q, %v", forms, err)
	}
	for _, name := range forms {
		form := yamlFile(t, name)
		if filepath.Base(name) == "config.yml" {
			continue
		}
		seen := map[any]bool{}
		for _, item := range form["body"].([]any) {
			id := item.(map[string]any)["id"]
			if id == nil || seen[id] {
				t.Errorf("%s: id %v", name, id)
			}
			seen[id] = true
		}
		if form["name"] == nil || form["description"] == nil || !seen["version"] {
			t.Errorf("%s lacks what a form needs", name)
		}
	}
}

func yamlFile(t *testing.T, name string) map[string]any {
	t.Helper()
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var out map[string]any
	if err := yaml.Unmarshal(content, &out); err != nil || strings.Contains(string(content), "\t") {
		t.Fatalf("%s: %v", name, err)
	}
	return out
}
