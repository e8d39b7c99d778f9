package audit

import (
	"github.com/stateaudit/stateaudit/analyzers"
	"github.com/stateaudit/stateaudit/analyzers/ignorecomment"
	"github.com/stateaudit/stateaudit/internal/checkout"
	"github.com/stateaudit/stateaudit/internal/config"
	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/rule"
	"github.com/stateaudit/stateaudit/internal/suppress"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// Rules lists all rules that a finding can be of: those that are asked of the
// program, and the one about comments that ignore nothing.
func Rules() []rule.Rule { return append(analyzers.Rules(), ignorecomment.Rule()) }

// RuleNames lists the names of all rules.
func RuleNames() []string {
	var names []string
	for _, r := range Rules() {
		names = append(names, r.Name)
	}
	return names
}

// suppressed lets the comments of the files that were read speak of the findings.
// Files that cannot be read any more were problems already.
func suppressed(found []result.Finding, units []*unit.Unit, tree *checkout.Tree) []result.Finding {
	languages := map[string]unit.Language{}
	partial := map[string]bool{}
	var files []string
	for _, u := range units {
		for _, f := range u.Files {
			if _, seen := languages[f.Path]; !seen && !f.Vendored && !f.Generated {
				languages[f.Path] = u.Language
				files = append(files, f.Path)
			}
			partial[f.Path] = partial[f.Path] || u.Incomplete
		}
	}
	complaint := ignorecomment.Rule()
	return suppress.Apply(found, comments(tree, files, partial), suppress.Options{
		Rule:     complaint.Name,
		Level:    complaint.Level,
		Rules:    RuleNames(),
		Suggest:  func(name string) string { return config.Suggestion(name, RuleNames()) },
		Language: func(file string) unit.Language { return languages[file] },
	})
}

func comments(tree *checkout.Tree, files []string, partial map[string]bool) []suppress.Comment {
	var all []suppress.Comment
	for _, file := range files {
		content, problem := tree.Read(file)
		if problem != nil {
			continue
		}
		for _, c := range suppress.Comments(file, content) {
			c.Partial = partial[file]
			all = append(all, c)
		}
	}
	return all
}
