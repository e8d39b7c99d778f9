// Package vet runs the rules as go/analysis analyzers: under go vet, in
// golangci-lint, in nogo, in a multichecker.
//
// One hidden analyzer turns a package into a unit, hands it on as a fact (fact.go),
// links it with the units of what it imports, as far as that can matter (need.go),
// and asks the rules. What the imports alone would already show was told there; a
// package tells what it adds.
//
// What needs the whole program is decided as far as a package and its imports
// go: the package of main sees nearly all of it.
package vet

import (
	"go/token"
	"go/types"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/stateaudit/stateaudit/internal/assess"
	"github.com/stateaudit/stateaudit/internal/bindings"
	"github.com/stateaudit/stateaudit/internal/catalog"
	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/rule"
	"github.com/stateaudit/stateaudit/internal/suppress"
	"github.com/stateaudit/stateaudit/internal/unit"
	"github.com/stateaudit/stateaudit/parsers/golang"
)

// DocURL is where the rules are explained.
const DocURL = "https://github.com/stateaudit/stateaudit/blob/main/analyzers/"

// Analyzers makes an analyzer of each rule that concerns Go. They share the work
// of linking.
func Analyzers(rules []rule.Rule) []*analysis.Analyzer {
	var concerned []rule.Rule
	for _, r := range rules {
		for _, lang := range r.Languages {
			if lang == unit.Go {
				concerned = append(concerned, r)
				break
			}
		}
	}
	link := linker(concerned, false)
	var out []*analysis.Analyzer
	for _, r := range concerned {
		out = append(out, analyzer(r, link))
	}
	return out
}

// Combined is one analyzer for all rules.
func Combined(rules []rule.Rule) *analysis.Analyzer {
	link := linker(rules, false)
	a := &analysis.Analyzer{
		Name: "stateaudit", Doc: "reports state that a process keeps and that breaks when a second copy runs",
		URL: "https://github.com/stateaudit/stateaudit", Requires: []*analysis.Analyzer{link},
	}
	notes := a.Flags.Bool("notes", false, "report notes as well")
	a.Run = func(pass *analysis.Pass) (any, error) {
		report(pass, pass.ResultOf[link].([]told), "", *notes)
		return nil, nil
	}
	return a
}

// Verdicts is one analyzer for all rules, for programs that show a diagnostic as an
// issue and nothing more: it gives no related places, which such programs make
// issues of their own, and one diagnostic a line, since they show no second one.
// Whether a nolint comment needs a reason is left to them.
func Verdicts(rules []rule.Rule, notes bool) *analysis.Analyzer {
	link := linker(rules, true)
	return &analysis.Analyzer{
		Name: "stateaudit", Doc: "reports state that a process keeps and that breaks when a second copy runs",
		URL: "https://github.com/stateaudit/stateaudit", Requires: []*analysis.Analyzer{link},
		Run: func(pass *analysis.Pass) (any, error) {
			for _, d := range byLine(pass.Fset, diagnostics(pass.ResultOf[link].([]told), "", notes)) {
				pass.Report(d)
			}
			return nil, nil
		},
	}
}

// Name is the name of a rule's analyzer: an identifier, as go/analysis wants it.
func Name(rule string) string { return strings.ReplaceAll(rule, "-", "") }

func analyzer(r rule.Rule, link *analysis.Analyzer) *analysis.Analyzer {
	a := &analysis.Analyzer{Name: Name(r.Name), Doc: r.Summary(), URL: DocURL + Name(r.Name) + "/rule.md", Requires: []*analysis.Analyzer{link}}
	notes := a.Flags.Bool("notes", false, "report notes as well")
	a.Run = func(pass *analysis.Pass) (any, error) {
		report(pass, pass.ResultOf[link].([]told), r.Name, *notes)
		return nil, nil
	}
	return a
}

// told is a finding and where in this package it is told.
type told struct {
	finding result.Finding
	pos     token.Pos
	end     token.Pos
	related []analysis.RelatedInformation
}

// linker is the hidden analyzer that the others ask. With bare, a nolint comment
// needs no reason.
func linker(rules []rule.Rule, bare bool) *analysis.Analyzer {
	return &analysis.Analyzer{
		Name: "stateauditlink", Doc: "joins a package with what it imports, for the analyzers of stateaudit",
		FactTypes: []analysis.Fact{new(fact)}, ResultType: reflect.TypeOf([]told(nil)), RunDespiteErrors: true,
		Run: func(pass *analysis.Pass) (any, error) { return link(pass, rules, bare) },
	}
}

// link extracts the package, hands the unit on, and asks the rules.
func link(pass *analysis.Pass, rules []rule.Rule, bare bool) ([]told, error) {
	if !local(pass) {
		return nil, nil
	}
	below := gather(pass)
	own := golang.Extract(golang.Source{
		Root: root(pass), Fset: pass.Fset, Files: pass.Files, Types: pass.Pkg, Info: pass.TypesInfo,
		Local: func(importPath string) bool { return below[importPath] != nil || importPath == pass.Pkg.Path() },
	})
	mine, err := pack(own)
	if err != nil {
		return nil, err
	}
	mine.Comments = comments(pass, own, bare)
	var out []told
	for _, f := range unignored(judge(pass.Pkg, own, mine, below, rules), append(below.comments(), mine.Comments...), rules) {
		if t, ok := place(pass, f); ok {
			out = append(out, t)
			mine.Told = append(mine.Told, f.ID)
		}
	}
	pass.ExportPackageFact(below.with(mine))
	return out, nil
}

// judge asks the rules about a package and as much of what it imports as can matter
// to it, and leaves out what was told below. What a part alone shows is asked again
// of the whole, which may know better.
func judge(pkg *types.Package, own *unit.Unit, mine *packed, below known, rules []rule.Rule) []result.Finding {
	mine.learn(own, below)
	before := below.told()
	untold := func(units []*unit.Unit) []result.Finding {
		return slices.DeleteFunc(ask(rules, units), func(f result.Finding) bool { return before[f.ID] })
	}
	needed := need(own, pkg.Path(), below)
	found := untold(below.units(needed, own, mine))
	if len(found) == 0 || len(needed) == len(below) {
		return found
	}
	if own, err := unit.Decode(mine.Unit); err == nil { // as it was: asking resolves its calls
		found = untold(below.units(below.paths(), own, mine))
	}
	return found
}

// comments reads the comments of the package that ignore findings.
func comments(pass *analysis.Pass, own *unit.Unit, bare bool) []suppress.Comment {
	if pass.ReadFile == nil {
		return nil
	}
	var out []suppress.Comment
	base := root(pass)
	for _, f := range own.Files {
		if content, err := pass.ReadFile(filepath.Join(base, filepath.FromSlash(f.Path))); err == nil {
			out = append(out, suppress.Comments(f.Path, content)...)
		}
	}
	for i := range out {
		if c := &out[i]; bare && len(c.Rules) == 0 && c.Reason == "" { // only nolint names no rule
			c.Reason = "nolint"
		}
	}
	return out
}

// unignored leaves out the findings that comments ignore with a reason. What is
// wrong with a comment, the audit says.
func unignored(found []result.Finding, all []suppress.Comment, rules []rule.Rule) []result.Finding {
	const complaint = "comment"
	names := []string{}
	for _, r := range rules {
		names = append(names, r.Name)
	}
	found = suppress.Apply(found, all, suppress.Options{
		Rule: complaint, Level: result.Note, Rules: names,
		Suggest:  func(string) string { return "" },
		Language: func(string) unit.Language { return unit.Go },
	})
	return slices.DeleteFunc(found, func(f result.Finding) bool { return f.Suppressed != nil || f.Rule == complaint })
}

// local tells the packages of the main modules. Without module information, as
// under nogo, every package counts whose source is read.
func local(pass *analysis.Pass) bool {
	return pass.Module == nil && len(pass.Files) > 0 && strings.Contains(pass.Pkg.Path(), ".") || pass.Module != nil && pass.Module.Path != "" && pass.Module.Version == ""
}

// ask links units and asks the rules.
func ask(rules []rule.Rule, units []*unit.Unit) []result.Finding {
	golang.Resolve(units)
	prog := program.Link(units, catalog.New(nil))
	src := assess.NewSources(prog)
	in := rule.Input{Program: prog, Sources: src, Assessments: assess.All(prog, src), Bindings: bindings.Of(prog)}
	var found []result.Finding
	for _, r := range rules {
		found = append(found, rule.Run(r, in)...)
	}
	for i := range found {
		found[i].ID = result.Fingerprint(found[i].Rule, found[i].Symbol, found[i].Location.File)
	}
	result.Sort(found)
	return found
}

// root is the folder that paths are made relative to: above the folder of the
// package as many levels as its import path has behind the module's.
func root(pass *analysis.Pass) string {
	if len(pass.Files) == 0 {
		return "."
	}
	dir := filepath.Dir(pass.Fset.Position(pass.Files[0].Package).Filename)
	if pass.Module == nil {
		return dir
	}
	rest := strings.TrimPrefix(strings.TrimPrefix(strings.TrimSuffix(pass.Pkg.Path(), "_test"), pass.Module.Path), "/")
	for rest != "" && rest != "." {
		dir, rest = filepath.Dir(dir), parent(rest)
	}
	return dir
}

func parent(path string) string {
	if i := strings.LastIndexByte(path, '/'); i >= 0 {
		return path[:i]
	}
	return ""
}
