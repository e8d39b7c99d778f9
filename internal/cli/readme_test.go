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

// TestReadmeOutput holds the outputs that the README shows against those of the
// commands it names.
func TestReadmeOutput(t *testing.T) {
	readme, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	blocks := strings.Split(string(readme), "```text\n")
	if len(blocks) != 3 {
		t.Fatalf("the README shows %d outputs", len(blocks)-1)
	}
	for i, command := range []string{"audit", "rank"} {
		block, _, closed := strings.Cut(blocks[i+1], "```")
		if !closed {
			t.Fatal("an output in the README has no end")
		}
		shown(t, command, block)
	}
}

// shown runs a command on the fixture: the lines of a block have to come in this
// order.
func shown(t *testing.T, command, block string) {
	t.Helper()
	root := filepath.Join("..", "..")
	var out, problems bytes.Buffer
	env := cli.Env{Getenv: func(string) string { return "" }, Now: time.Now, Width: func(io.Writer) int { return 0 }}
	if code := cli.Run(t.Context(), []string{command, filepath.Join(root, "testdata", "atlas")}, strings.NewReader(""), &out, &problems, env); code != 0 {
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
