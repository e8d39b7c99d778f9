package cli

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// editor is the other end of a server.
type editor struct {
	*wire
	t *testing.T
}

func (e editor) request(id, method string, params any) {
	e.t.Helper()
	raw, err := json.Marshal(params)
	if err != nil {
		e.t.Fatal(err)
	}
	m := message{Method: method, Params: raw}
	if id != "" {
		m.ID = json.RawMessage(id)
	}
	if err := e.write(m); err != nil {
		e.t.Fatal(err)
	}
}

// until reads messages up to the first that is wanted.
func (e editor) until(want func(message, string) bool) string {
	e.t.Helper()
	for {
		m, err := e.read()
		if err != nil {
			e.t.Fatal(err)
		}
		raw, _ := json.Marshal(m)
		if want(m, string(raw)) {
			return string(raw)
		}
	}
}

func (e editor) answerTo(id string) string {
	e.t.Helper()
	return e.until(func(m message, _ string) bool { return string(m.ID) == id })
}

// TestEditor goes through a session: open, look, ignore, save, close.
func TestEditor(t *testing.T) {
	root := t.TempDir()
	source := "package main\n\nimport \"net/http\"\n\nvar hits = map[string]int{}\n\nfunc main() {\n\thttp.HandleFunc(\"/\", func(w http.ResponseWriter, r *http.Request) { hits[r.URL.Path]++ })\n\thttp.ListenAndServe(\":80\", nil)\n}\n"
	file := filepath.Join(root, "main.go")
	write := func(name, text string) {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(filepath.Join(root, "go.mod"), "module example.com/x\n\ngo 1.26\n")
	write(file, source)
	e, done := opened(t, root)
	if got := e.until(published); !strings.Contains(got, `"start":{"line":4,"character":4}`) || !strings.Contains(got, "main.hits") {
		t.Errorf("diagnostics %s", got)
	}
	document := map[string]any{"uri": fileLink(root)("main.go")}
	e.request("2", "textDocument/hover", map[string]any{"textDocument": document, "position": lspPosition{4, 5}})
	if got := e.answerTo("2"); !strings.Contains(got, "evidence") || !strings.Contains(got, "main.go:8") {
		t.Errorf("hover %s", got)
	}
	e.request("3", "textDocument/codeAction", map[string]any{"textDocument": document, "range": lspRange{lspPosition{4, 0}, lspPosition{4, 9}}})
	got := e.answerTo("3")
	if !strings.Contains(got, "//stateaudit:ignore ") || !strings.Contains(got, ` REASON\n`) {
		t.Errorf("action %s", got)
	}
	rule := strings.Fields(strings.SplitN(got, "stateaudit:ignore ", 2)[1])[0]
	write(file, strings.Replace(source, "var hits", "//stateaudit:ignore "+rule+" counted for fun\nvar hits", 1))
	e.request("", "textDocument/didSave", map[string]any{"textDocument": document})
	if got := e.until(published); !strings.Contains(got, `"diagnostics":[]`) {
		t.Errorf("after the comment: %s", got)
	}
	e.request("4", "workspace/unknown", nil)
	if got := e.answerTo("4"); !strings.Contains(got, "-32601") {
		t.Errorf("unknown method: %s", got)
	}
	e.close(done)
}

// TestEditorOfAFolder opens one package of a program. What changes its state lies
// in another, and the audit knows of it.
func TestEditorOfAFolder(t *testing.T) {
	root := t.TempDir()
	for name, text := range map[string]string{
		"go.mod":        "module example.com/x\n\ngo 1.26\n",
		"hits/hits.go":  "package hits\n\nvar ByPath = map[string]int{}\n",
		"cmd/x/main.go": "package main\n\nimport (\n\t\"net/http\"\n\n\t\"example.com/x/hits\"\n)\n\nfunc main() {\n\thttp.HandleFunc(\"/\", func(w http.ResponseWriter, r *http.Request) { hits.ByPath[r.URL.Path]++ })\n\thttp.ListenAndServe(\":80\", nil)\n}\n",
	} {
		name = filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	e, done := opened(t, filepath.Join(root, "hits"))
	if got := e.until(published); !strings.Contains(got, "hits.ByPath") || !strings.Contains(got, "/hits/hits.go") {
		t.Errorf("diagnostics %s", got)
	}
	e.close(done)
}

// opened starts a server and opens a folder in it.
func opened(t *testing.T, folder string) (editor, <-chan int) {
	fromEditor, toServer := io.Pipe()
	fromServer, toEditor := io.Pipe()
	done := make(chan int)
	go func() {
		env := Env{Getenv: func(string) string { return "" }, Now: time.Now, Width: func(io.Writer) int { return 0 }}
		done <- Run(t.Context(), []string{"lsp", "--offline"}, fromEditor, toEditor, io.Discard, env)
	}()
	e := editor{&wire{r: bufio.NewReader(fromServer), w: toServer}, t}
	e.request("1", "initialize", map[string]any{"rootUri": fileLink(folder)(".")})
	if got := e.answerTo("1"); !strings.Contains(got, "hoverProvider") {
		t.Errorf("capabilities %s", got)
	}
	e.request("", "initialized", map[string]any{})
	return e, done
}

func (e editor) close(done <-chan int) {
	e.t.Helper()
	e.request("5", "shutdown", nil)
	e.answerTo("5")
	e.request("", "exit", nil)
	if code := <-done; code != exitOK {
		e.t.Errorf("exit code %d", code)
	}
}

func published(m message, _ string) bool { return m.Method == "textDocument/publishDiagnostics" }
