package suppress

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/unit"
)

func TestComments(t *testing.T) {
	for _, c := range []struct {
		name, file, content string
		want                []string // line>target rules "reason"
	}{
		{"above a declaration, over its doc comment", "a.go", "package a\n\n//stateaudit:ignore x one copy\n// doc\n\nvar y int\n", []string{`3>6 [x] "one copy"`}},
		{"behind code", "a.go", "package a\nvar y int // stateaudit:ignore x,z -- why not\n", []string{`2>2 [x z] "why not"`}},
		{"block", "a.go", "package a\nvar y int /* stateaudit:ignore x why */\n", []string{`2>2 [x] "why"`}},
		{"nolint", "a.go", "package a\nvar y int //nolint:gosec,stateaudit // why\n", []string{`2>2 [] "why"`}},
		{"nolint of others", "a.go", "package a\nvar y int //nolint:gosec // stateaudit is fine\n", nil},
		{"in a string", "a.go", "package a\nvar y = \"//stateaudit:ignore x why\"\nvar z = `\n//stateaudit:ignore x why\n`\n", nil},
		{"no reason", "a.go", "package a\n//stateaudit:ignore x\nvar y int\n", []string{`2>3 [x] ""`}},
		{"nothing at all", "a.go", "package a\n//stateaudit:ignore\nvar y int\n", []string{`2>3 [] ""`}},
		{"another word", "a.go", "package a\n//stateaudit:ignored x why\nvar y int\n", nil},
		{"at the end", "a.go", "package a\n//stateaudit:ignore x why", []string{`2>2 [x] "why"`}},
		{"line directive", "a.go", "package a\n//line b.go:100\n//stateaudit:ignore x why\nvar y int\n", []string{`3>4 [x] "why"`}},
		{"ruby above", "a.rb", "class A\r\n  # stateaudit:ignore x: memo of code\r\n  # doc\r\n\r\n  @@y = {}\r\nend\r\n", []string{`2>5 [x] "memo of code"`}},
		{"ruby behind", "a.rb", "Y = {} # stateaudit:ignore x — why\n", []string{`1>1 [x] "why"`}},
		{"ruby string", "a.rb", "y = \"# stateaudit:ignore x why\"\n", nil},
		{"ruby interpolation", "a.rb", "y = \"#{z}\" # stateaudit:ignore x it's fine\n", []string{`1>1 [x] "it's fine"`}},
		{"apostrophe in a string", "a.yaml", "a: \"it's\" # stateaudit:ignore x why\nb: it's # stateaudit:ignore x why\n", []string{`1>1 [x] "why"`, `2>2 [x] "why"`}},
		{"escaped quote", "a.rb", "y = 'don\\'t # stateaudit:ignore x why'\n", nil},
		{"nolint is of Go", "a.rb", "y = 1 #nolint:stateaudit // why\n", nil},
		{"erb", "a.erb", "<p>\n<%# stateaudit:ignore x why -%>\n<%= @@y %>\n", []string{`2>3 [x] "why"`}},
		{"haml", "a.haml", "-# stateaudit:ignore x why\n%p= y\n", []string{`1>2 [x] "why"`}},
		{"slim", "a.slim", "/ stateaudit:ignore x why\np = y\n", []string{`1>2 [x] "why"`}},
		{"yaml", "a.yaml", "spec:\n  sessionAffinity: ClientIP # stateaudit:ignore x why\n", []string{`2>2 [x] "why"`}},
	} {
		var got []string
		for _, f := range Comments(c.file, []byte(c.content)) {
			got = append(got, fmt.Sprintf("%d>%d %v %q", f.Line, f.Target, f.Rules, f.Reason))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestApply(t *testing.T) {
	at := func(line int) unit.Location { return unit.Location{File: "a.go", Line: line} }
	findings := []result.Finding{
		{Rule: "x", Symbol: "covered", Location: at(4)},
		{Rule: "z", Symbol: "other rule", Location: at(4)},
		{Rule: "x", Symbol: "other line", Location: at(5)},
		{Rule: "x", Symbol: "no reason", Location: at(8)},
		{Rule: "z", Symbol: "any rule", Location: at(10)},
		{Rule: "file", Symbol: "whole file", Location: at(0)},
		{Rule: "x", Symbol: "other file", Location: unit.Location{File: "b.go", Line: 4}},
	}
	comments := []Comment{
		{File: "a.go", Line: 3, Target: 4, Rules: []string{"x"}, Reason: "why", Text: "one"},
		{File: "a.go", Line: 7, Target: 8, Rules: []string{"x"}, Text: "two"},
		{File: "a.go", Line: 10, Target: 10, Reason: "why", Text: "three"},
		{File: "a.go", Line: 20, Target: 21, Rules: []string{"file"}, Reason: "why", Text: "four"},
		{File: "a.go", Line: 30, Target: 31, Rules: []string{"x", "y"}, Reason: "why", Text: "five"},
		{File: "a.go", Line: 40, Target: 41, Rules: []string{""}, Text: "six"},
		{File: "a.go", Line: 50, Target: 51, Reason: "why", Text: "five"},
		{File: "a.go", Line: 60, Target: 61, Reason: "why", Text: "seven", Partial: true},
	}
	got := Apply(findings, comments, Options{
		Rules: []string{"x", "z", "file", "comment"},
		Rule:  "comment", Level: result.Warning,
		Suggest:  func(string) string { return "; known are x" },
		Language: func(string) unit.Language { return unit.Go },
	})
	var suppressed, complaints []string
	for _, f := range got {
		switch {
		case f.Suppressed != nil:
			suppressed = append(suppressed, f.Symbol)
			if f.Suppressed.Kind != result.Inline || f.Suppressed.Reason != "why" {
				t.Errorf("%s: %+v", f.Symbol, f.Suppressed)
			}
		case f.Rule == "comment":
			complaints = append(complaints, fmt.Sprintf("%d %s: %s", f.Location.Line, f.Symbol, f.Message))
		}
	}
	if want := []string{"covered", "any rule", "whole file"}; !slices.Equal(suppressed, want) {
		t.Errorf("suppressed %q, want %q", suppressed, want)
	}
	want := []string{
		"7 two: The comment `two` gives no reason, and so ignores nothing; write why the finding may stay after the rule.",
		"30 five: The comment `five` names an unknown rule, \"y\"; known are x.",
		"30 five: The comment `five` matches no finding of x on line 31; remove it.",
		"40 six: The comment `six` names no rule, and so ignores nothing; write the rule and why the finding may stay.",
		"50 five: The comment `five` matches no finding on line 51; remove it.",
	}
	if !slices.Equal(complaints, want) {
		t.Errorf("complaints\n%s\nwant\n%s", strings.Join(complaints, "\n"), strings.Join(want, "\n"))
	}
}

func FuzzComments(f *testing.F) {
	f.Add("a.go", []byte("package a\nvar y int /* stateaudit:ignore x why"))
	f.Add("a.rb", []byte("x = '' # stateaudit:ignore"))
	f.Fuzz(func(t *testing.T, file string, content []byte) {
		lines := strings.Count(string(content), "\n") + 1
		for _, c := range Comments(file, content) {
			if c.Line < 1 || c.Target < c.Line || c.Target > lines || c.Column < 1 || c.EndColumn < c.Column {
				t.Errorf("%+v of %d lines", c, lines)
			}
		}
	})
}
