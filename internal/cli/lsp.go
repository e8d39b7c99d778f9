package cli

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"unicode/utf16"

	"github.com/spf13/cobra"

	"github.com/stateaudit/stateaudit/internal/audit"
	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/unit"
	format "github.com/stateaudit/stateaudit/report"
)

func newLSP(env Env) *cobra.Command {
	var f scopeFlags
	cmd := &cobra.Command{
		Use:   "lsp [PATH]",
		Short: "Serve an editor over the Language Server Protocol, on standard input and output",
		Long: `Serve an editor over the Language Server Protocol, on standard input and output:
diagnostics when a file is opened first and after each save, the evidence on hover, and an
action that inserts a comment to ignore a finding. The checkout is the folder that
the editor opens, or PATH.`,
		Example: "  stateaudit lsp",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			s := &editorServer{wire: &wire{r: bufio.NewReader(cmd.InOrStdin()), w: cmd.OutOrStdout()}, env: env, flags: f, stderr: cmd.ErrOrStderr(), shown: map[string]bool{}, due: make(chan struct{}, 1)}
			if len(args) > 0 {
				s.setRoot(args[0])
			}
			return failure(s.serve(cmd.Context()))
		},
	}
	f.quiet = true
	cmd.Flags().StringVar(&f.config, "config", "", "read this configuration `FILE` instead of searching for .stateaudit.yaml")
	cmd.Flags().BoolVar(&f.offline, "offline", false, "never ask the network for modules")
	return cmd
}

// editorServer keeps what the last audit found. Audits run beside the reading of
// messages; a save during one asks for one more, never for two.
type editorServer struct {
	*wire
	env    Env
	flags  scopeFlags
	stderr io.Writer
	target target // of the application around the editor's folder, once it is known
	due    chan struct{}

	mu     sync.Mutex
	result *result.Result
	shown  map[string]bool // files with diagnostics in the editor
}

// setRoot takes the application around a folder: an editor that has a part of it
// open asks about that part, and the other parts are what changes its state.
func (s *editorServer) setRoot(folder string) {
	t, err := targetOf([]string{folder}, nil)
	if err != nil {
		t = target{root: folder, near: folder} // the audit will say what is wrong with it
	}
	if abs, err := filepath.Abs(t.root); err == nil {
		t.root = abs
		s.target = t
	}
}

func (s *editorServer) serve(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	var work sync.WaitGroup
	defer work.Wait()
	defer stop()
	work.Go(func() { s.audits(ctx) })
	for {
		m, err := s.read()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("reading from the editor: %w", err)
		case m.Method == "exit":
			return nil
		}
		if err := s.handle(m); err != nil {
			return fmt.Errorf("writing to the editor: %w", err)
		}
	}
}

func (s *editorServer) handle(m message) error {
	switch m.Method {
	case "initialize":
		s.initialize(m.Params)
		return s.answer(m.ID, map[string]any{
			"capabilities": map[string]any{
				"textDocumentSync":   map[string]any{"openClose": true, "change": 0, "save": true},
				"hoverProvider":      true,
				"codeActionProvider": map[string]any{"codeActionKinds": []string{"quickfix"}},
			},
			"serverInfo": map[string]any{"name": "stateaudit", "version": version()},
		})
	case "initialized", "textDocument/didSave":
		select {
		case s.due <- struct{}{}:
		default: // one is due already
		}
		return nil
	case "textDocument/hover":
		return s.answer(m.ID, s.hover(m.Params))
	case "textDocument/codeAction":
		return s.answer(m.ID, s.actions(m.Params))
	case "shutdown":
		return s.answer(m.ID, nil)
	}
	if len(m.ID) > 0 {
		return s.write(message{ID: m.ID, Error: &rpcError{methodNotFound, "unknown method " + m.Method}})
	}
	return nil
}

func (s *editorServer) initialize(params json.RawMessage) {
	var p struct {
		RootURI  string `json:"rootUri"`
		RootPath string `json:"rootPath"`
	}
	_ = json.Unmarshal(params, &p) // without a root the working directory is audited
	switch u, err := url.Parse(p.RootURI); {
	case s.target.root != "":
	case err == nil && u.Scheme == "file":
		s.setRoot(filepath.FromSlash(u.Path))
	case p.RootPath != "":
		s.setRoot(p.RootPath)
	default:
		s.setRoot(".")
	}
}

// audits audits whenever one is due.
func (s *editorServer) audits(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.due:
		}
		t := s.target
		c, err := s.flags.configuration(t)
		var out *audit.Outcome
		if err == nil {
			out, err = s.flags.study(ctx, s.env, s.stderr, t, c)
		}
		if err != nil {
			_ = s.notify("window/showMessage", map[string]any{"type": 1, "message": "stateaudit: " + err.Error()})
			continue
		}
		s.publish(out.Result)
	}
}

type lspPosition struct {
	Line      int `json:"line"`
	Character int `json:"character"`
}

type lspRange struct {
	Start lspPosition `json:"start"`
	End   lspPosition `json:"end"`
}

type lspDiagnostic struct {
	Range    lspRange `json:"range"`
	Severity int      `json:"severity"`
	Code     string   `json:"code"`
	Source   string   `json:"source"`
	Message  string   `json:"message"`
}

// publish shows a result, and takes away what it no longer has.
func (s *editorServer) publish(r *result.Result) {
	byFile := map[string][]lspDiagnostic{}
	for _, f := range r.Findings {
		if f.Suppressed == nil && f.Level.Rank() > 0 {
			byFile[f.Location.File] = append(byFile[f.Location.File], lspDiagnostic{
				s.rangeOf(f.Location), 4 - f.Level.Rank(), f.Rule, "stateaudit", strings.ReplaceAll(f.Message, "`", ""),
			})
		}
	}
	s.mu.Lock()
	s.result = r
	for file := range s.shown {
		if byFile[file] == nil {
			byFile[file] = []lspDiagnostic{}
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
		_ = s.notify("textDocument/publishDiagnostics", map[string]any{"uri": fileLink(s.target.root)(file), "diagnostics": all})
	}
}

// line is a line of a file of the checkout, or "".
func (s *editorServer) line(file string, n int) string {
	tree, err := os.OpenRoot(s.target.root)
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
func (s *editorServer) rangeOf(l unit.Location) lspRange {
	text := s.line(l.File, max(l.Line, 1))
	start := min(max(l.Column-1, 0), len(text))
	end := len(text)
	if l.EndLine == l.Line && l.EndColumn > l.Column {
		end = min(l.EndColumn-1, len(text))
	}
	at := func(bytes int) lspPosition {
		return lspPosition{max(l.Line, 1) - 1, len(utf16.Encode([]rune(text[:bytes])))}
	}
	return lspRange{at(start), at(max(start, end))}
}

// asked are the findings on the lines that the editor asks about.
func (s *editorServer) asked(uri string, from, to int) []result.Finding {
	s.mu.Lock()
	r := s.result
	s.mu.Unlock()
	if r == nil {
		return nil
	}
	link := fileLink(s.target.root)
	return slices.DeleteFunc(slices.Clone(r.Findings), func(f result.Finding) bool {
		line := max(f.Location.Line, 1) - 1
		return f.Suppressed != nil || line < from || line > to || link(f.Location.File) != uri
	})
}

type lspPlace struct {
	TextDocument struct {
		URI string `json:"uri"`
	} `json:"textDocument"`
	Position lspPosition `json:"position"`
	Range    lspRange    `json:"range"`
}

// hover explains the findings of a line, with all their evidence.
func (s *editorServer) hover(params json.RawMessage) any {
	var p lspPlace
	if json.Unmarshal(params, &p) != nil {
		return nil
	}
	var text bytes.Buffer
	for _, f := range s.asked(p.TextDocument.URI, p.Position.Line, p.Position.Line) {
		s.mu.Lock()
		r := s.result
		s.mu.Unlock()
		_ = format.WriteFinding(&text, r, f, format.Options{Width: 100}) // a buffer cannot fail
		text.WriteByte('\n')
	}
	if text.Len() == 0 {
		return nil
	}
	return map[string]any{"contents": map[string]any{"kind": "plaintext", "value": strings.TrimSpace(text.String())}}
}

// actions offer to ignore each finding of a range by a comment above it. The
// reason is for the user to write: without one nothing is ignored.
func (s *editorServer) actions(params json.RawMessage) any {
	var p lspPlace
	out := []any{}
	if json.Unmarshal(params, &p) != nil {
		return out
	}
	for _, f := range s.asked(p.TextDocument.URI, p.Range.Start.Line, p.Range.End.Line) {
		line := max(f.Location.Line, 1)
		text := s.line(f.Location.File, line)
		indent := text[:len(text)-len(strings.TrimLeft(text, " \t"))]
		at := lspPosition{line - 1, 0}
		edit := map[string]any{"range": lspRange{at, at}, "newText": indent + ignoreComment(f) + "\n"}
		out = append(out, map[string]any{
			"title": "Ignore " + f.Rule + ": " + f.Symbol, "kind": "quickfix",
			"edit": map[string]any{"changes": map[string]any{p.TextDocument.URI: []any{edit}}},
		})
	}
	return out
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
