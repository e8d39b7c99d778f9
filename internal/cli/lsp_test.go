package cli

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"
)

// editor is the other end of a server.
type editor struct {
	protocol.Server
	t      *testing.T
	conn   jsonrpc2.Conn
	screen screen
}

// screen is what the server shows and says.
type screen struct {
	protocol.UnimplementedClient
	shown chan *protocol.PublishDiagnosticsParams
	told  chan string
}

// PublishDiagnostics keeps what the server shows.
func (e *screen) PublishDiagnostics(_ context.Context, p *protocol.PublishDiagnosticsParams) error {
	e.shown <- p
	return nil
}

// ShowMessage keeps what the server says.
func (e *screen) ShowMessage(_ context.Context, p *protocol.ShowMessageParams) error {
	e.told <- p.Message
	return nil
}

// next is what the server shows next.
func (e *editor) next() *protocol.PublishDiagnosticsParams {
	e.t.Helper()
	select {
	case p := <-e.screen.shown:
		return p
	case message := <-e.screen.told:
		e.t.Fatal(message)
	case <-time.After(time.Minute):
		e.t.Fatal("nothing was shown")
	}
	return nil
}

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// served is a program with one finding, at line 5.
const served = "package main\n\nimport \"net/http\"\n\nvar hits = map[string]int{}\n\nfunc main() {\n\thttp.HandleFunc(\"/\", func(w http.ResponseWriter, r *http.Request) { hits[r.URL.Path]++ })\n\thttp.ListenAndServe(\":80\", nil)\n}\n"

// checkoutOf writes files below a new folder.
func checkoutOf(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		put(t, filepath.Join(root, filepath.FromSlash(name)), text)
	}
	return root
}

func put(t *testing.T, name, text string) {
	t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o700), os.WriteFile(name, []byte(text), 0o600)); err != nil {
		t.Fatal(err)
	}
}

// TestEditor goes through a session: open, look, ignore, save, close.
func TestEditor(t *testing.T) {
	root := checkoutOf(t, map[string]string{"go.mod": "module example.com/x\n\ngo 1.26\n", "main.go": served})
	file := filepath.Join(root, "main.go")
	e, done := opened(t, root)
	got := e.next()
	if len(got.Diagnostics) != 1 || got.Diagnostics[0].Range.Start != (protocol.Position{Line: 4, Character: 4}) || !strings.Contains(said(got), "main.hits") {
		t.Fatalf("diagnostics %+v", got)
	}
	if places := got.Diagnostics[0].RelatedInformation; len(places) == 0 || places[0].Location.Range.Start.Line != 7 {
		t.Errorf("places %+v", places)
	}
	document := protocol.TextDocumentIdentifier{URI: uri.File(file)}
	hover := must[*protocol.Hover](t)(e.Hover(t.Context(), &protocol.HoverParams{TextDocumentPositionParams: protocol.TextDocumentPositionParams{TextDocument: document, Position: protocol.Position{Line: 4, Character: 5}}}))
	if text := hover.Contents.(*protocol.MarkupContent).Value; !strings.Contains(text, "evidence") || !strings.Contains(text, "main.go:8") {
		t.Errorf("hover %s", text)
	}
	ignore, _ := e.actions(document)
	edit := ignore.Edit.Changes[document.URI][0]
	if !strings.HasPrefix(edit.NewText, "//stateaudit:ignore ") || !strings.HasSuffix(edit.NewText, " REASON\n") {
		t.Errorf("action %+v", edit)
	}
	put(t, file, strings.Replace(served, "var hits", strings.Replace(edit.NewText, "REASON", "counted for fun", 1)+"var hits", 1))
	if err := e.DidSave(t.Context(), &protocol.DidSaveTextDocumentParams{TextDocument: document}); err != nil {
		t.Fatal(err)
	}
	if got := e.next(); len(got.Diagnostics) != 0 || !same(got.URI, document.URI) {
		t.Errorf("after the comment: %+v", got)
	}
	if _, err := e.conn.Call(t.Context(), "workspace/unknown", map[string]any{}, nil); !errors.Is(err, jsonrpc2.ErrMethodNotFound) {
		t.Errorf("unknown method: %v", err)
	}
	e.close(done)
}

// TestEditorAddsToTheBaseline accepts a finding from the editor: it is gone at once and
// for the command as well, and what the file held stays.
func TestEditorAddsToTheBaseline(t *testing.T) {
	root := checkoutOf(t, map[string]string{
		"go.mod": "module example.com/x\n\ngo 1.26\n", "main.go": served,
		"other.go": "package main\n\nvar other = map[string]int{}\n\nfunc init() { go func() { for { other[\"\"]++ } }() }\n",
	})
	e, done := opened(t, root)
	for range 2 {
		e.next()
	}
	document := protocol.TextDocumentIdentifier{URI: uri.File(filepath.Join(root, "main.go"))}
	_, accept := e.actions(document)
	if _, err := e.ExecuteCommand(t.Context(), &protocol.ExecuteCommandParams{Command: accept.Command.Command, Arguments: accept.Command.Arguments}); err != nil {
		t.Fatal(err)
	}
	left := map[string]int{}
	for range 2 {
		got := e.next()
		left[filepath.Base(got.URI.FsPath())] = len(got.Diagnostics)
	}
	if left["main.go"] != 0 || left["other.go"] != 1 {
		t.Errorf("left %v", left)
	}
	kept, err := os.ReadFile(filepath.Join(root, ".stateaudit-baseline.yaml"))
	if err != nil || strings.Count(string(kept), "fingerprint:") != 1 || !strings.Contains(string(kept), "symbol: main.hits") {
		t.Errorf("%v: %s", err, kept)
	}
	if _, err := e.ExecuteCommand(t.Context(), &protocol.ExecuteCommandParams{Command: accept.Command.Command, Arguments: accept.Command.Arguments}); err == nil {
		t.Error("added twice")
	}
	if err := e.DidSave(t.Context(), &protocol.DidSaveTextDocumentParams{TextDocument: document}); err != nil {
		t.Fatal(err)
	}
	if got := e.next(); filepath.Base(got.URI.FsPath()) != "other.go" || len(got.Diagnostics) != 1 {
		t.Errorf("after the next audit: %+v", got)
	}
	e.close(done)
}

// TestEditorOfATeam shows what one owner has to do, and who owns it.
func TestEditorOfATeam(t *testing.T) {
	root := checkoutOf(t, map[string]string{
		"go.mod": "module example.com/x\n\ngo 1.26\n", "main.go": served, "CODEOWNERS": "/main.go @shop/payments\n/other.go @shop/search\n", ".git/HEAD": "",
		"other.go": "package main\n\nvar other = map[string]int{}\n\nfunc init() { go func() { for { other[\"\"]++ } }() }\n",
	})
	e, done := opened(t, root, "--owner", "@shop/payments")
	if got := e.next(); !strings.Contains(said(got), "main.hits") || !strings.HasSuffix(said(got), " Owner: @shop/payments.") {
		t.Errorf("diagnostics %+v", got)
	}
	document := protocol.TextDocumentIdentifier{URI: uri.File(filepath.Join(root, "other.go"))}
	if all := must[[]protocol.CommandOrCodeAction](t)(e.CodeAction(t.Context(), &protocol.CodeActionParams{TextDocument: document, Range: protocol.Range{End: protocol.Position{Line: 9}}})); len(all) != 0 {
		t.Errorf("actions for another team: %+v", all)
	}
	e.close(done)
}

// TestEditorOfAFolder opens one package of a program. What changes its state lies
// in another, and the audit knows of it.
func TestEditorOfAFolder(t *testing.T) {
	root := checkoutOf(t, map[string]string{
		"go.mod":        "module example.com/x\n\ngo 1.26\n",
		"hits/hits.go":  "package hits\n\nvar ByPath = map[string]int{}\n",
		"cmd/x/main.go": "package main\n\nimport (\n\t\"net/http\"\n\n\t\"example.com/x/hits\"\n)\n\nfunc main() {\n\thttp.HandleFunc(\"/\", func(w http.ResponseWriter, r *http.Request) { hits.ByPath[r.URL.Path]++ })\n\thttp.ListenAndServe(\":80\", nil)\n}\n",
	})
	e, done := opened(t, filepath.Join(root, "hits"))
	if got := e.next(); !strings.Contains(said(got), "hits.ByPath") || !strings.HasSuffix(string(got.URI), "/hits/hits.go") {
		t.Errorf("diagnostics %+v", got)
	}
	e.close(done)
}

// opened starts a server and opens a folder in it.
func opened(t *testing.T, folder string, flags ...string) (*editor, <-chan int) {
	fromEditor, toServer := io.Pipe()
	fromServer, toEditor := io.Pipe()
	done := make(chan int)
	go func() {
		env := Env{Getenv: func(string) string { return "" }, Now: time.Now, Width: func(io.Writer) int { return 0 }}
		done <- Run(t.Context(), append([]string{"lsp", "--offline"}, flags...), fromEditor, toEditor, io.Discard, env)
	}()
	e := &editor{t: t, screen: screen{shown: make(chan *protocol.PublishDiagnosticsParams, 9), told: make(chan string, 9)}}
	_, e.conn, e.Server = protocol.NewClient(t.Context(), &e.screen, jsonrpc2.NewStream(stdio{fromServer, toServer}))
	p := &protocol.InitializeParams{}
	root := uri.File(folder)
	p.RootURI = &root
	if got := must[*protocol.InitializeResult](t)(e.Initialize(t.Context(), p)); got.Capabilities.HoverProvider != protocol.Boolean(true) {
		t.Errorf("capabilities %+v", got)
	}
	if err := e.Initialized(t.Context(), &protocol.InitializedParams{}); err != nil {
		t.Fatal(err)
	}
	return e, done
}

// actions are those for the first lines of a document: to ignore, and to accept.
func (e *editor) actions(document protocol.TextDocumentIdentifier) (ignore, accept *protocol.CodeAction) {
	e.t.Helper()
	all := must[[]protocol.CommandOrCodeAction](e.t)(e.CodeAction(e.t.Context(), &protocol.CodeActionParams{TextDocument: document, Range: protocol.Range{End: protocol.Position{Line: 4, Character: 9}}}))
	if len(all) != 2 {
		e.t.Fatalf("actions %+v", all)
	}
	return all[0].(*protocol.CodeAction), all[1].(*protocol.CodeAction)
}

func (e *editor) close(done <-chan int) {
	e.t.Helper()
	if err := errors.Join(e.Shutdown(e.t.Context()), e.Exit(e.t.Context())); err != nil {
		e.t.Error(err)
	}
	if code := <-done; code != exitOK {
		e.t.Errorf("exit code %d", code)
	}
}

// said is the text of what is shown first.
func said(p *protocol.PublishDiagnosticsParams) string {
	return string(p.Diagnostics[0].Message.(protocol.String))
}
