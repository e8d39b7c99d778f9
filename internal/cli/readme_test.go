package cli_test

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stateaudit/stateaudit/internal/cli"
)

// TestReadmeOutput holds the output that the README shows against that of the
// command it names: its lines have to come in this order.
func TestReadmeOutput(t *testing.T) {
	root := filepath.Join("..", "..")
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, block, ok := strings.Cut(string(readme), "```text\n")
	block, _, closed := strings.Cut(block, "```")
	if !ok || !closed {
		t.Fatal("the README shows no output")
	}
	var out, problems bytes.Buffer
	env := cli.Env{Getenv: func(string) string { return "" }, Now: time.Now, Width: func(io.Writer) int { return 0 }}
	if code := cli.Run([]string{"audit", filepath.Join(root, "testdata", "atlas")}, strings.NewReader(""), &out, &problems, env); code != 0 {
		t.Fatalf("exit code %d: %s", code, problems.String())
	}
	rest := out.String()
	for _, line := range strings.Split(block, "\n") {
		if line == "" || strings.Contains(line, "…") {
			continue
		}
		i := strings.Index(rest, line+"\n")
		if i < 0 {
			t.Fatalf("not in the output, or not in this order: %q", line)
		}
		rest = rest[i+len(line):]
	}
}
