// Package stateaudit_test holds the rules that no single package can hold: who
// may import whom, and who may touch the world outside.
package stateaudit_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/stateaudit/stateaudit"

// layers say what the packages below a folder may import of this module; the
// longest folder that fits counts. Arrows point one way only: nothing imports
// upward, and there is no other way from a rule to syntax than the program.
func layers() map[string][]string {
	vocabulary := []string{"internal/unit"}
	rules := []string{"internal/effects", "internal/unit", "internal/catalog", "internal/program", "internal/result", "internal/assess", "internal/bindings", "internal/rule", "internal/remedy", "internal/names"}
	return map[string][]string{
		"internal/unit":      {},
		"internal/frontend":  vocabulary,
		"internal/checkout":  vocabulary,
		"internal/result":    vocabulary,
		"internal/config":    {},
		"internal/catalog":   vocabulary,
		"internal/remedy":    {"internal/unit", "internal/result"},
		"internal/flow":      vocabulary,
		"internal/program":   {"internal/unit", "internal/catalog", "internal/result", "internal/flow"},
		"internal/assess":    {"internal/effects", "internal/unit", "internal/catalog", "internal/program", "internal/result", "internal/names"},
		"internal/rule":      {"internal/unit", "internal/catalog", "internal/effects", "internal/program", "internal/result", "internal/assess", "internal/bindings", "internal/remedy"},
		"internal/bindings":  {"internal/unit", "internal/program", "internal/names"},
		"internal/replicas":  {"internal/unit", "internal/result", "internal/catalog"},
		"internal/cache":     {},
		"internal/owners":    {},
		"internal/diff":      {"internal/unit", "internal/result"},
		"internal/baseline":  {"internal/unit", "internal/result", "internal/diff"},
		"internal/suppress":  {"internal/unit", "internal/result"},
		"parsers":            {"internal/unit", "internal/frontend", "internal/names", "parsers"},
		"analyzers":          append(rules, "analyzers", "parsers/golang", "internal/vet"),
		"report":             {"internal/unit", "internal/result", "internal/plan", "internal/events", "internal/rank", "internal/domains", "internal/facts"},
		"internal/audit":     append(rules, "internal/facts", "internal/domains", "internal/rank", "internal/plan", "internal/chain", "internal/processes", "internal/replicas", "internal/checkout", "internal/config", "internal/frontend", "internal/baseline", "internal/suppress", "parsers", "analyzers"),
		"internal/ruletest":  append(rules, "internal/audit", "internal/checkout", "internal/config", "internal/frontend", "parsers", "analyzers"),
		"internal/testtree":  {},
		"internal/cli":       append(rules, "internal/vet", "internal/audit", "internal/rank", "internal/plan", "internal/events", "internal/traffic", "internal/config", "internal/baseline", "internal/checkout", "internal/diff", "internal/cache", "internal/owners", "report", "analyzers", "docs"),
		"internal/vet":       append(rules, "parsers/golang", "internal/suppress"),
		"plugin":             {"analyzers"},
		"cmd":                {"internal/cli", "internal/vet", "analyzers"},
		"internal/bench":     {"internal/audit", "internal/domains", "internal/facts", "internal/bench"},
		"internal/effects":   vocabulary,
		"internal/chain":     {"internal/result"},
		"internal/processes": {"internal/unit", "internal/result", "internal/program"},
		"internal/names":     {},
		"internal/facts":     {"internal/unit", "internal/program", "internal/assess", "internal/names"},
		"internal/domains":   {"internal/unit", "internal/config", "internal/program", "internal/assess", "internal/names", "internal/facts"},
		"internal/plan":      {"internal/unit", "internal/result", "internal/names", "internal/program", "internal/facts", "internal/domains", "internal/rank"},
		"internal/events":    {"internal/unit", "internal/effects", "internal/program", "internal/facts", "internal/rank"},
		"internal/rank":      {"internal/unit", "internal/program", "internal/facts", "internal/domains"},
		"internal/traffic":   {"internal/unit", "internal/rank"},
		"docs":               {},
	}
}

func TestLayers(t *testing.T) {
	for file, syntax := range sources(t, parser.ImportsOnly) {
		folder, allowed := layer(path.Dir(file))
		if folder == "" {
			t.Errorf("%s: its folder is in no layer; add it to the table", file)
			continue
		}
		for _, spec := range syntax.Imports {
			imported, _ := strconv.Unquote(spec.Path.Value)
			rel, ours := strings.CutPrefix(imported, module+"/")
			if ours && !slices.ContainsFunc(allowed, func(a string) bool { return below(rel, a) }) {
				t.Errorf("%s imports %s, which %s must not know", file, rel, folder)
			}
		}
	}
}

// layer finds the longest folder in the table that a package lies below.
func layer(dir string) (folder string, allowed []string) {
	for f, a := range layers() {
		if below(dir, f) && len(f) > len(folder) {
			folder, allowed = f, a
		}
	}
	return folder, allowed
}

func below(dir, folder string) bool {
	return dir == folder || strings.HasPrefix(dir, folder+"/")
}

// outside lists what only the command line may use.
func outside() []string {
	return []string{
		"os.Exit", "os.Args", "os.Getenv", "os.LookupEnv", "os.Environ", "os.Getwd", "os.Stdin", "os.Stdout", "os.Stderr",
		"time.Now", "time.Since", "time.Until", "fmt.Print", "fmt.Printf", "fmt.Println", "log.Print", "log.Printf", "log.Println", "log.Fatal", "log.Fatalf",
	}
}

// TestOnlyTheCommandLineTouchesTheWorld also allows the Go front end to read the
// environment, since the go command that it runs is configured by it.
func TestOnlyTheCommandLineTouchesTheWorld(t *testing.T) {
	for file, syntax := range sources(t, parser.SkipObjectResolution) {
		dir := path.Dir(file)
		if below(dir, "internal/cli") || below(dir, "cmd") || below(dir, "internal/bench") {
			continue
		}
		ast.Inspect(syntax, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			pkg, ok := sel.X.(*ast.Ident)
			if !ok {
				return true
			}
			name := pkg.Name + "." + sel.Sel.Name
			if slices.Contains(outside(), name) && !(name == "os.Environ" && below(dir, "parsers/golang")) {
				t.Errorf("%s uses %s, which is for internal/cli", file, name)
			}
			return true
		})
	}
}

// sources parses the files of the module that are not tests.
func sources(t *testing.T, mode parser.Mode) map[string]*ast.File {
	t.Helper()
	files := map[string]*ast.File{}
	fset := token.NewFileSet()
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && name != "." && (d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".")):
			return fs.SkipDir
		case d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		syntax, err := parser.ParseFile(fset, name, nil, mode)
		files[filepath.ToSlash(name)] = syntax
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Fatal("no sources found")
	}
	return files
}
