package suppress

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// Options are what Apply has to know beside findings and comments.
type Options struct {
	// Rule and Level are those under which comments that do nothing are reported.
	Rule  string
	Level result.Level
	Rules []string // the names of all rules
	// Suggest returns what follows a complaint about an unknown rule.
	Suggest func(name string) string
	// Language of a file.
	Language func(file string) unit.Language
}

// Apply marks the findings that comments speak of as suppressed, and adds those
// about comments that do nothing.
func Apply(findings []result.Finding, comments []Comment, o Options) []result.Finding {
	byFile := map[string][]int{}
	for i, f := range findings {
		byFile[f.Location.File] = append(byFile[f.Location.File], i)
	}
	var reports []result.Finding
	for _, c := range comments {
		for _, complaint := range apply(findings, byFile[c.File], c, o) {
			reports = append(reports, report(c, complaint, o))
		}
	}
	return append(findings, reports...)
}

// apply lets one comment speak and returns what is wrong with it.
func apply(findings []result.Finding, candidates []int, c Comment, o Options) []string {
	var complaints []string
	for _, name := range c.Rules {
		if name == "" {
			complaints = append(complaints, "names no rule, and so ignores nothing; write the rule and why the finding may stay")
			continue
		}
		if !slices.Contains(o.Rules, name) {
			complaints = append(complaints, fmt.Sprintf("names an unknown rule, %q%s", name, o.Suggest(name)))
		}
	}
	switch {
	case len(complaints) > 0 && len(complaints) == len(c.Rules):
		return complaints
	case c.Reason == "":
		return append(complaints, "gives no reason, and so ignores nothing; write why the finding may stay after the rule")
	}
	unused := idle(findings, candidates, c)
	if c.Partial {
		return complaints
	}
	for _, name := range unused {
		if name == "" {
			complaints = append(complaints, fmt.Sprintf("matches no finding on line %d; remove it", c.Target))
		} else if slices.Contains(o.Rules, name) {
			complaints = append(complaints, fmt.Sprintf("matches no finding of %s on line %d; remove it", name, c.Target))
		}
	}
	return complaints
}

// idle suppresses what a comment speaks of and returns the rules of the comment
// that nothing was found for.
func idle(findings []result.Finding, candidates []int, c Comment) []string {
	rules := c.Rules
	if len(rules) == 0 {
		rules = []string{""}
	}
	var unused []string
	for _, name := range rules {
		used := false
		for _, i := range candidates {
			if f := &findings[i]; c.covers(name, f) {
				f.Suppressed = &result.Suppression{Kind: result.Inline, Reason: c.Reason}
				used = true
			}
		}
		if !used {
			unused = append(unused, name)
		}
	}
	return unused
}

// covers tells whether a finding is of a named rule, or of any if that is "", and lies
// where the comment speaks of. A finding about the whole file has no line.
func (c Comment) covers(name string, f *result.Finding) bool {
	line := f.Location.Line
	if name == "" {
		return line == c.Target
	}
	return f.Rule == name && (line == 0 || line == c.Target)
}

func report(c Comment, complaint string, o Options) result.Finding {
	at := unit.Location{File: c.File, Line: c.Line, Column: c.Column, EndLine: c.Line, EndColumn: c.EndColumn}
	return result.Finding{
		Rule: o.Rule, Category: result.Other, Level: o.Level, Language: o.Language(c.File), Location: at,
		Symbol: c.Text, Message: fmt.Sprintf("The comment `%s` %s.", c.Text, strings.TrimRight(complaint, "?.")),
		Fix:      "Write `stateaudit:ignore RULE reason` beside what is to stay, and remove comments that match nothing.",
		Evidence: []result.Evidence{{Kind: result.Declaration, Phase: result.UnknownPhase, Location: at, Note: "the comment"}},
		Related:  []string{},
	}
}
