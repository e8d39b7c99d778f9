package cli

import (
	"encoding/json"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"

	"github.com/stateaudit/stateaudit/docs"
	format "github.com/stateaudit/stateaudit/report"
)

const top = "../.."

// pages returns the texts that tell people how to run the program, by name.
func pages(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	add := func(name string) {
		content, err := os.ReadFile(filepath.Join(top, name))
		if err != nil {
			t.Fatal(err)
		}
		out[name] = string(content)
	}
	add("README.md")
	err := fs.WalkDir(os.DirFS(top), "docs", func(name string, d fs.DirEntry, err error) error {
		if err == nil && path.Ext(name) == ".md" {
			add(name)
		}
		return err
	})
	if err != nil || len(out) < 5 {
		t.Fatalf("%d pages: %v", len(out), err)
	}
	for _, c := range commands(newRoot(Env{})) {
		out[c.CommandPath()+" --help"] = c.Example
	}
	return out
}

func commands(c *cobra.Command) []*cobra.Command {
	all := []*cobra.Command{c}
	for _, sub := range c.Commands() {
		all = append(all, commands(sub)...)
	}
	return all
}

// invocations finds the commands in a text: in lines that begin with one after
// white space and what shells, lists and pipelines put before it.
func invocations(text string) []string {
	line := regexp.MustCompile("(?m)(?:^[ \t]*(?:- )?(?:run: |sh ')?|`)(?:go run \\./cmd/)?stateaudit ([a-z][^\n`']*)")
	var out []string
	for _, m := range line.FindAllStringSubmatch(text, -1) {
		command, _, _ := strings.Cut(m[1], "  ") // an explanation stands apart
		out = append(out, strings.TrimSpace(command))
	}
	return out
}

// words splits as a shell would, as far as the pages need it.
func words(command string) []string {
	var out []string
	for _, m := range regexp.MustCompile(`"([^"]*)"|(\S+)`).FindAllStringSubmatch(command, -1) {
		out = append(out, m[1]+m[2])
	}
	return out
}

// usable says what is wrong with a command, without running it.
func usable(command string) error {
	args := words(command)
	if i := slices.Index(args, "#"); i >= 0 {
		args = args[:i]
	}
	root := newRoot(Env{})
	cmd, rest, err := root.Find(args)
	if err != nil {
		return err
	}
	if err := cmd.ParseFlags(rest); err != nil {
		return err
	}
	if err := cmd.ValidateRequiredFlags(); err != nil {
		return err
	}
	if formats, err := cmd.Flags().GetStringArray("format"); err == nil {
		if _, err := parseOutputs(formats, cmd.Flag("output").Value.String()); err != nil {
			return err
		}
	}
	if f := cmd.Flag("fail-on"); f != nil {
		if err := (&verdictFlags{failOn: f.Value.String()}).check(); err != nil {
			return err
		}
	}
	return cmd.ValidateArgs(cmd.Flags().Args())
}

func TestCommandsInPagesWork(t *testing.T) {
	for name, text := range pages(t) {
		for _, command := range invocations(text) {
			if strings.Contains(command, "RULE") {
				continue
			}
			if err := usable(command); err != nil {
				t.Errorf("%s: stateaudit %s: %v", name, command, err)
			}
		}
	}
	for _, broken := range []string{"audit --formt table", "audit --format tabel", "audti", "diff", "audit --fail-on all", "rank a b"} {
		if usable(broken) == nil {
			t.Errorf("stateaudit %s passes", broken)
		}
	}
}

func TestHooksWork(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join(top, ".pre-commit-hooks.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var hooks []struct{ ID, Entry string }
	if err := yaml.Unmarshal(raw, &hooks); err != nil || len(hooks) == 0 {
		t.Fatalf("%d hooks: %v", len(hooks), err)
	}
	for _, h := range hooks {
		_, command, _ := strings.Cut(h.Entry, " ")
		if err := usable(command); err != nil {
			t.Errorf("%s: %v", h.ID, err)
		}
	}
}

// TestEveryCommandIsShown holds that help has an example for each command, and
// the README names it.
func TestEveryCommandIsShown(t *testing.T) {
	readme := strings.Join(invocations(pages(t)["README.md"]), "\n")
	for _, c := range newRoot(Env{}).Commands() {
		switch {
		case c.Hidden || c.Name() == "completion" || c.Name() == "help" || c.Name() == "version":
		case len(invocations(c.Example)) == 0:
			t.Errorf("%s has no example", c.Name())
		case !regexp.MustCompile(`(?m)^` + c.Name() + `\b`).MatchString(readme):
			t.Errorf("the README does not show %s", c.Name())
		}
	}
}

func TestEveryFormatIsDescribed(t *testing.T) {
	var described []string
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z]+)` \\|").FindAllStringSubmatch(pages(t)["docs/formats.md"], -1) {
		described = append(described, m[1])
	}
	if !slices.Equal(described, format.Names()) {
		t.Errorf("described are %q, known %q", described, format.Names())
	}
}

func TestLinksLeadSomewhere(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)#:]+)(?:#[^)]*)?\)`)
	for name, text := range pages(t) {
		for _, m := range link.FindAllStringSubmatch(text, -1) {
			if _, err := os.Stat(filepath.Join(top, path.Dir(name), m[1])); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

// TestRecipesAreYAML also holds that what they say of the action is an input of it.
func TestRecipesAreYAML(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join(top, "action.yml"))
	if err != nil {
		t.Fatal(err)
	}
	var action struct{ Inputs map[string]any }
	if err := yaml.Unmarshal(raw, &action); err != nil {
		t.Fatal(err)
	}
	blocks := 0
	for name, text := range pages(t) {
		for _, m := range regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(text, -1) {
			blocks++
			var recipe any
			if err := yaml.Unmarshal([]byte(m[1]), &recipe); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			for input := range actionInputs(recipe) {
				if _, ok := action.Inputs[input]; !ok {
					t.Errorf("%s: the action has no input %q", name, input)
				}
			}
		}
	}
	if blocks < 5 {
		t.Errorf("%d recipes", blocks)
	}
}

// actionInputs finds what a recipe hands to the action of this project.
func actionInputs(v any) map[string]any {
	out := map[string]any{}
	switch v := v.(type) {
	case map[string]any:
		if uses, _ := v["uses"].(string); strings.HasPrefix(uses, "stateaudit/stateaudit@") {
			with, _ := v["with"].(map[string]any)
			return with
		}
		for _, inner := range v {
			for k := range actionInputs(inner) {
				out[k] = true
			}
		}
	case []any:
		for _, inner := range v {
			for k := range actionInputs(inner) {
				out[k] = true
			}
		}
	}
	return out
}

// TestRulesAreDocumented holds the shape that SARIF, explain and readers rely on.
func TestRulesAreDocumented(t *testing.T) {
	known := schemaCategories(t)
	for _, r := range rules() {
		if !strings.HasPrefix(r.Doc, "# "+r.Name+"\n") {
			t.Errorf("%s: the documentation begins with another title", r.Name)
		}
		if s := r.Summary(); !strings.HasSuffix(s, ".") || len(s) > 1024 {
			t.Errorf("%s: summary %q", r.Name, s)
		}
		for _, section := range []string{"\n## What stays silent\n", "\n## How to fix\n"} {
			if !strings.Contains(r.Doc, section) {
				t.Errorf("%s: no section %q", r.Name, strings.TrimSpace(section))
			}
		}
		for _, c := range r.Categories {
			if !slices.Contains(known, string(c)) {
				t.Errorf("%s: the schema has no category %q", r.Name, c)
			}
		}
		if len(r.Categories) == 0 || len(r.Languages) == 0 || r.Level.Rank() == 0 {
			t.Errorf("%s: %+v", r.Name, r)
		}
	}
}

// schemaCategories are those that outputs may name.
func schemaCategories(t *testing.T) []string {
	t.Helper()
	raw, err := docs.Schemas.ReadFile("result.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var schema struct {
		Defs struct{ Category struct{ Enum []string } } `json:"$defs"`
	}
	if err := json.Unmarshal(raw, &schema); err != nil || len(schema.Defs.Category.Enum) == 0 {
		t.Fatalf("no categories in the schema: %v", err)
	}
	return schema.Defs.Category.Enum
}

// TestPackagesFindTheirFiles holds the packaging against what the program writes
// for it, and against the files of the repository.
func TestPackagesFindTheirFiles(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join(top, ".goreleaser.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	share := t.TempDir()
	if code, _, errs := run("manual", share); code != exitOK {
		t.Fatal(errs)
	}
	sources := regexp.MustCompile(`(?m)\bsrc: (\S+)$`).FindAllStringSubmatch(string(raw), -1)
	if len(sources) < 5 {
		t.Fatalf("%d files are packaged", len(sources))
	}
	for _, m := range sources {
		pattern := filepath.Join(top, m[1])
		if inside, ok := strings.CutPrefix(m[1], "bin/share/"); ok {
			pattern = filepath.Join(share, inside)
		}
		if found, err := filepath.Glob(pattern); err != nil || len(found) == 0 {
			t.Errorf("%s: nothing there (%v)", m[1], err)
		}
	}
}
