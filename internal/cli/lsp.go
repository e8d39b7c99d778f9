package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"sync"

	"github.com/spf13/cobra"
	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"

	"github.com/stateaudit/stateaudit/internal/baseline"
	"github.com/stateaudit/stateaudit/internal/result"
)

// editorFlags are the flags of lsp as given.
type editorFlags struct {
	scopeFlags
	baselineFlags
	ownerFlags
}

func newLSP(env Env) *cobra.Command {
	var f editorFlags
	cmd := &cobra.Command{
		Use:   "lsp [PATH]",
		Short: "Serve an editor over the Language Server Protocol, on standard input and output",
		Long: `Serve an editor over the Language Server Protocol, on standard input and output:
diagnostics when a file is opened first and after each save, the evidence on hover, and
actions that insert a comment to ignore a finding or add it to the baseline. The checkout
is the folder that the editor opens, or PATH.`,
		Example: `  stateaudit lsp
  stateaudit lsp --owner @shop/payments`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			s := &editorServer{env: env, flags: f, stderr: cmd.ErrOrStderr(), shown: map[string]bool{}, due: make(chan struct{}, 1), left: make(chan struct{})}
			if len(args) > 0 {
				s.setRoot(args[0])
			}
			return failure(s.serve(cmd.Context(), stdio{cmd.InOrStdin(), cmd.OutOrStdout()}))
		},
	}
	f.quiet = true
	cmd.Flags().StringVar(&f.config, "config", "", "read this configuration `FILE` instead of searching for .stateaudit.yaml")
	cmd.Flags().BoolVar(&f.offline, "offline", false, "never ask the network for modules")
	f.baselineFlags.define(cmd)
	f.ownerFlags.define(cmd)
	f.cacheFlags.define(cmd)
	return cmd
}

// stdio is both streams of the process, which stay open for what follows.
type stdio struct {
	io.Reader
	io.Writer
}

func (stdio) Close() error { return nil }

// editorServer answers an editor and keeps what the last audit found. Audits run
// beside the answers; a save during one asks for one more, never for two.
type editorServer struct {
	protocol.UnimplementedServer
	env    Env
	flags  editorFlags
	stderr io.Writer
	client protocol.Client
	due    chan struct{}
	left   chan struct{} // closed when the editor says that it leaves
	leave  sync.Once

	mu     sync.Mutex
	target target // of the application around the editor's folder, once it is known
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
		s.mu.Lock()
		s.target = t
		s.mu.Unlock()
	}
}

// present is what the last audit found, nil before the first, and where.
func (s *editorServer) present() (*result.Result, target) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.result, s.target
}

// serve answers until the editor leaves. It does not wait for what the editor might
// still say.
func (s *editorServer) serve(ctx context.Context, editor io.ReadWriteCloser) error {
	ctx, stop := context.WithCancel(ctx)
	var work sync.WaitGroup
	defer work.Wait()
	defer stop()
	_, conn, client := protocol.NewServer(ctx, s, jsonrpc2.NewStream(editor))
	s.client = client
	work.Go(func() { s.audits(ctx) })
	select {
	case <-s.left:
		return nil
	case <-ctx.Done():
		return errors.New("interrupted")
	case <-conn.Done():
	}
	if err := conn.Err(); err != nil {
		return fmt.Errorf("talking to the editor: %w", err)
	}
	return nil
}

// Initialize learns the folder, and says what the server can do.
func (s *editorServer) Initialize(_ context.Context, p *protocol.InitializeParams) (*protocol.InitializeResult, error) {
	if _, t := s.present(); t.root == "" {
		s.setRoot(folderOf(p))
	}
	yes, none := true, protocol.TextDocumentSyncKindNone
	return &protocol.InitializeResult{
		Capabilities: protocol.ServerCapabilities{
			TextDocumentSync:       &protocol.TextDocumentSyncOptions{OpenClose: &yes, Change: &none, Save: protocol.Boolean(true)},
			HoverProvider:          protocol.Boolean(true),
			CodeActionProvider:     &protocol.CodeActionOptions{CodeActionKinds: []protocol.CodeActionKind{protocol.CodeActionKindQuickFix}},
			ExecuteCommandProvider: protocol.ExecuteCommandOptions{Commands: []string{acceptCommand}},
		},
		ServerInfo: protocol.ServerInfo{Name: "stateaudit", Version: protocol.NewOptional(version())},
	}, nil
}

// folderOf is the folder that an editor has open; without one it is the working
// directory.
func folderOf(p *protocol.InitializeParams) string {
	if p.RootURI != nil && p.RootURI.IsFile() {
		return p.RootURI.FsPath()
	}
	if folders, ok := p.WorkspaceFolders.Get(); ok && len(folders) > 0 && folders[0].URI.IsFile() {
		return folders[0].URI.FsPath()
	}
	if name, ok := p.RootPath.Get(); ok && name != "" {
		return name
	}
	return "."
}

// Initialized begins with the first audit.
func (s *editorServer) Initialized(context.Context, *protocol.InitializedParams) error {
	s.ask()
	return nil
}

// DidSave audits what was saved.
func (s *editorServer) DidSave(context.Context, *protocol.DidSaveTextDocumentParams) error {
	s.ask()
	return nil
}

// DidOpen and DidClose change nothing: what counts is what is saved.
func (s *editorServer) DidOpen(context.Context, *protocol.DidOpenTextDocumentParams) error {
	return nil
}

// DidClose is like DidOpen.
func (s *editorServer) DidClose(context.Context, *protocol.DidCloseTextDocumentParams) error {
	return nil
}

// Shutdown is the editor's word that it is about to leave.
func (s *editorServer) Shutdown(context.Context) error { return nil }

// Exit ends the server.
func (s *editorServer) Exit(context.Context) error {
	s.leave.Do(func() { close(s.left) })
	return nil
}

// ask asks for an audit.
func (s *editorServer) ask() {
	select {
	case s.due <- struct{}{}:
	default: // one is due already
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
		if r, err := s.audit(ctx); err != nil {
			_ = s.client.ShowMessage(ctx, &protocol.ShowMessageParams{Type: protocol.MessageTypeError, Message: "stateaudit: " + err.Error()})
		} else {
			s.publish(ctx, r)
		}
	}
}

// audit is what the audit command does with the same flags.
func (s *editorServer) audit(ctx context.Context) (*result.Result, error) {
	_, t := s.present()
	if err := s.flags.ownerFlags.check(t.root); err != nil {
		return nil, err
	}
	known, err := s.flags.baselineFlags.read(t)
	if err != nil {
		return nil, err
	}
	c, err := s.flags.configuration(t)
	if err != nil {
		return nil, err
	}
	out, err := s.flags.study(ctx, s.env, s.stderr, t, c)
	if err != nil {
		return nil, err
	}
	known.apply(out, t, s.stderr, true)
	s.flags.ownerFlags.narrow(out.Result)
	return out.Result, nil
}

// accept writes a finding into the baseline and shows what is left. The code is as it
// was, so that nothing has to be audited for that.
func (s *editorServer) accept(ctx context.Context, id string) error {
	r, t := s.present()
	if r == nil {
		return errors.New("there is no audit yet")
	}
	f := baselineCommand{scopeFlags: s.flags.scopeFlags, output: s.flags.baseline}
	known, err := f.present(t)
	if err != nil {
		return err
	}
	if err := writable(known.file); err != nil {
		return err
	}
	all := *r
	all.Findings = append([]result.Finding{}, r.Findings...)
	var accepted []result.Finding
	for i := range all.Findings {
		if all.Findings[i].ID == id && all.Findings[i].Suppressed == nil {
			accepted = append(accepted, all.Findings[i])
			all.Findings[i].Suppressed = &result.Suppression{Kind: result.InBaseline, Reason: baseline.NotReviewed}
		}
	}
	if len(accepted) == 0 {
		return fmt.Errorf("there is no finding %s any more", id)
	}
	if err := known.save(s.env, known.Add(accepted, known.prefix, baseline.NotReviewed)); err != nil {
		return err
	}
	s.publish(ctx, &all)
	return nil
}
