package vet

import (
	"fmt"
	"go/token"
	"path/filepath"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// report tells the findings of one rule, or of all.
func report(pass *analysis.Pass, all []told, rule string, notes bool) {
	for _, d := range diagnostics(all, rule, notes) {
		pass.Report(d)
	}
}

func diagnostics(all []told, rule string, notes bool) []analysis.Diagnostic {
	var out []analysis.Diagnostic
	for _, t := range all {
		f := t.finding
		if rule != "" && f.Rule != rule || f.Level == result.Note && !notes {
			continue
		}
		out = append(out, analysis.Diagnostic{
			Pos: t.pos, End: t.end, Category: category(f), URL: DocURL + Name(f.Rule) + "/rule.md",
			Message: message(f), Related: t.related,
		})
	}
	return out
}

// byLine joins the diagnostics of a line, in their order, and drops what is
// related to them.
func byLine(fset *token.FileSet, all []analysis.Diagnostic) []analysis.Diagnostic {
	type line struct {
		file string
		line int
	}
	at := map[line]int{}
	var out []analysis.Diagnostic
	for _, d := range all {
		p := fset.Position(d.Pos)
		key := line{p.Filename, p.Line}
		if i, ok := at[key]; ok {
			out[i].Message += " And on the same line: " + d.Message
			continue
		}
		at[key] = len(out)
		d.Related = nil
		out = append(out, d)
	}
	return out
}

// category packs what the protocol has no fields for: rule, level, category,
// group and symbol, divided by slashes. The symbol comes last, since it alone may
// hold one.
func category(f result.Finding) string {
	group := ""
	if f.Group != nil {
		group = string(*f.Group)
	}
	return strings.Join([]string{f.Rule, string(f.Level), string(f.Category), group, f.Symbol}, "/")
}

// message is the finding in one line, with its level and rule in front: the
// protocol of go vet has no fields for them.
func message(f result.Finding) string {
	return fmt.Sprintf("%s: %s: %s", f.Level, f.Rule, f.Message)
}

// place finds where in this package a finding is told: where its place is
// declared, or where this package adds what decides it.
func place(pass *analysis.Pass, f result.Finding) (told, bool) {
	t := told{finding: f}
	if pos, end, ok := position(pass, f.Location); ok {
		t.pos, t.end = pos, end
	}
	for _, e := range f.Evidence {
		pos, end, ok := position(pass, e.Location)
		if !ok {
			continue
		}
		if t.pos == token.NoPos && (e.Kind == result.WriteAt || e.Kind == result.CallAt) {
			t.pos, t.end = pos, end
			continue
		}
		if note := e.Note; len(t.related) < maxRelated {
			t.related = append(t.related, analysis.RelatedInformation{Pos: pos, End: end, Message: note})
		}
	}
	if t.pos == token.NoPos && len(pass.Files) > 0 {
		// Decided by what this package brings together, written elsewhere.
		t.pos = pass.Files[0].Name.Pos()
		t.finding.Message += fmt.Sprintf(" (%s:%d)", f.Location.File, f.Location.Line)
	}
	return t, t.pos != token.NoPos
}

// maxRelated bounds the places told with a diagnostic.
const maxRelated = 10

// position finds a location among the files of the package.
func position(pass *analysis.Pass, l unit.Location) (pos, end token.Pos, ok bool) {
	if l.Line == 0 {
		return token.NoPos, token.NoPos, false
	}
	for _, file := range pass.Files {
		tf := pass.Fset.File(file.Package)
		name := filepath.ToSlash(tf.Name())
		if !strings.HasSuffix(name, "/"+l.File) && name != l.File || l.Line > tf.LineCount() {
			continue
		}
		pos = tf.LineStart(l.Line) + token.Pos(max(l.Column-1, 0))
		end = pos
		if l.EndLine == l.Line && l.EndColumn > l.Column {
			end = tf.LineStart(l.Line) + token.Pos(l.EndColumn-1)
		}
		return pos, end, true
	}
	return token.NoPos, token.NoPos, false
}
