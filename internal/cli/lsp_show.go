package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path"
	"slices"
	"strings"
	"unicode/utf16"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/unit"
	format "github.com/stateaudit/stateaudit/report"
)

// acceptCommand is the command of the action that adds a finding to the baseline.
const acceptCommand = "stateaudit.addToBaseline"

// maxRelated bounds the places that a diagnostic names; hovering shows all.
const maxRelated = 5

// publish shows a result, and takes away what it no longer has.
func (s *editorServer) publish(ctx context.Context, r *result.Result) {
	_, t := s.present()
	byFile := map[string][]protocol.Diagnostic{}
	for _, f := range r.Findings {
		if f.Suppressed == nil && f.Level.Rank() > 0 {
			byFile[f.Location.File] = append(byFile[f.Location.File], t.diagnostic(f))
		}
	}
	s.mu.Lock()
	s.result = r
	for file := range s.shown {
		if byFile[file] == nil {
			byFile[file] = []protocol.Diagnostic{}
		}
		delete(s.shown, file)
	}
	for file, all := range byFile {
		if len(all) > 0 {
			s.shown[file] = true
		}
	}
	s.mu.Unlock()
	for file, all := range byFile {
		_ = s.client.PublishDiagnostics(ctx, &protocol.PublishDiagnosticsParams{URI: t.address(file), Diagnostics: all})
	}
}

// diagnostic is a finding as editors list it.
func (t target) diagnostic(f result.Finding) protocol.Diagnostic {
	message := strings.ReplaceAll(f.Message, "`", "")
	if len(f.Owners) > 0 {
		message += " Owner: " + strings.Join(f.Owners, " ") + "."
	}
	d := protocol.Diagnostic{
		Range: t.rangeOf(f.Location), Severity: protocol.DiagnosticSeverity(4 - f.Level.Rank()), Code: protocol.String(f.Rule),
		Source: protocol.NewOptional("stateaudit"), Message: protocol.String(message),
	}
	for _, e := range f.Evidence {
		if e.Kind != result.Declaration && e.Location.Line > 0 && len(d.RelatedInformation) < maxRelated {
			d.RelatedInformation = append(d.RelatedInformation, protocol.DiagnosticRelatedInformation{
				Location: protocol.Location{URI: t.address(e.Location.File), Range: t.rangeOf(e.Location)},
				Message:  strings.TrimSpace(string(e.Kind) + " " + e.Function),
			})
		}
	}
	return d
}

// address is that of a file of the checkout.
func (t target) address(file string) uri.URI { return uri.URI(fileLink(t.root)(file)) }

// line is a line of a file of the checkout, or "".
func (t target) line(file string, n int) string {
	tree, err := os.OpenRoot(t.root)
	if err != nil {
		return ""
	}
	defer tree.Close()
	content, err := readSource(tree, file)
	lines := bytes.Split(content, []byte("\n"))
	if err != nil || n < 1 || n > len(lines) {
		return ""
	}
	return strings.TrimSuffix(string(lines[n-1]), "\r")
}

// rangeOf is the first line of a location, in UTF-16 units as editors count.
func (t target) rangeOf(l unit.Location) protocol.Range {
	text := t.line(l.File, max(l.Line, 1))
	start := min(max(l.Column-1, 0), len(text))
	end := len(text)
	if l.EndLine == l.Line && l.EndColumn > l.Column {
		end = min(l.EndColumn-1, len(text))
	}
	at := func(bytes int) protocol.Position {
		return protocol.Position{Line: uint32(max(l.Line, 1) - 1), Character: uint32(len(utf16.Encode([]rune(text[:bytes]))))}
	}
	return protocol.Range{Start: at(start), End: at(max(start, end))}
}

// asked are the findings on the lines of a file that the editor asks about.
func asked(r *result.Result, t target, file uri.URI, lines protocol.Range) []result.Finding {
	if r == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(r.Findings), func(f result.Finding) bool {
		line := uint32(max(f.Location.Line, 1) - 1)
		return f.Suppressed != nil || line < lines.Start.Line || line > lines.End.Line || !same(t.address(f.Location.File), file)
	})
}

// same tells whether two addresses name one file: editors escape them in ways of
// their own.
func same(a, b uri.URI) bool { return a == b || a.FsPath() == b.FsPath() }

// Hover explains the findings of a line, with all their evidence.
func (s *editorServer) Hover(_ context.Context, p *protocol.HoverParams) (*protocol.Hover, error) {
	r, t := s.present()
	var text bytes.Buffer
	for _, f := range asked(r, t, p.TextDocument.URI, protocol.Range{Start: p.Position, End: p.Position}) {
		_ = format.WriteFinding(&text, r, f, format.Options{Width: 100}) // a buffer cannot fail
		text.WriteByte('\n')
	}
	if text.Len() == 0 {
		return nil, nil
	}
	return &protocol.Hover{Contents: &protocol.MarkupContent{Kind: protocol.MarkupKindPlainText, Value: strings.TrimSpace(text.String())}}, nil
}

// CodeAction offers for each finding of a range to ignore it by a comment above it,
// and to add it to the baseline. The reason is for the user to write: without one
// a comment ignores nothing.
func (s *editorServer) CodeAction(_ context.Context, p *protocol.CodeActionParams) ([]protocol.CommandOrCodeAction, error) {
	r, t := s.present()
	quick := protocol.CodeActionKindQuickFix
	out := []protocol.CommandOrCodeAction{}
	for _, f := range asked(r, t, p.TextDocument.URI, p.Range) {
		id, err := json.Marshal(f.ID)
		if err != nil {
			return nil, err
		}
		named := f.Rule + ": " + f.Symbol
		toBaseline := protocol.Command{Title: "Add to the baseline", Command: acceptCommand, Arguments: []protocol.LSPAny{id}}
		out = append(out,
			&protocol.CodeAction{Title: "Ignore " + named, Kind: &quick, Edit: &protocol.WorkspaceEdit{
				Changes: map[uri.URI][]protocol.TextEdit{p.TextDocument.URI: {t.ignoring(f)}},
			}},
			&protocol.CodeAction{Title: "Add to the baseline " + named, Kind: &quick, Command: toBaseline})
	}
	return out, nil
}

// ignoring is the edit that inserts the comment, indented as what is below it.
func (t target) ignoring(f result.Finding) protocol.TextEdit {
	line := max(f.Location.Line, 1)
	text := t.line(f.Location.File, line)
	indent := text[:len(text)-len(strings.TrimLeft(text, " \t"))]
	at := protocol.Position{Line: uint32(line - 1)}
	return protocol.TextEdit{Range: protocol.Range{Start: at, End: at}, NewText: indent + ignoreComment(f) + "\n"}
}

// ExecuteCommand carries out the command of an action.
func (s *editorServer) ExecuteCommand(ctx context.Context, p *protocol.ExecuteCommandParams) (protocol.LSPAny, error) {
	var id string
	if p.Command != acceptCommand || len(p.Arguments) != 1 || json.Unmarshal(p.Arguments[0], &id) != nil {
		return nil, fmt.Errorf("%w: %q with %d arguments", jsonrpc2.ErrInvalidParams, p.Command, len(p.Arguments))
	}
	return protocol.LSPAny("null"), s.accept(ctx, id)
}

// ignoreComment is the comment in the syntax of the file.
func ignoreComment(f result.Finding) string {
	open := "# "
	switch path.Ext(f.Location.File) {
	case ".go":
		open = "//"
	case ".erb":
		return "<%# stateaudit:ignore " + f.Rule + " REASON %>"
	case ".haml":
		open = "-# "
	case ".slim":
		open = "/ "
	}
	return open + "stateaudit:ignore " + f.Rule + " REASON"
}
