package cli

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strings"

	"golang.org/x/term"
)

// paged shows text that is longer than the terminal in the user's pager, as git does.
// It returns false if the text is still to be written: where there is no terminal, no
// pager, or room enough.
func paged(getenv func(string) string, stream io.Writer, text []byte) bool {
	out, ok := stream.(*os.File)
	if !ok || !term.IsTerminal(int(out.Fd())) {
		return false
	}
	width, height, err := term.GetSize(int(out.Fd()))
	if err != nil || height <= 0 {
		width, height = 80, 24
	}
	words := pagerOf(getenv)
	if len(words) == 0 || rows(text, width) < height {
		return false
	}
	path, err := exec.LookPath(words[0])
	if err != nil {
		return false
	}
	cmd := exec.Command(path, words[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(text), out, os.Stderr
	cmd.Env = os.Environ()
	if getenv("LESS") == "" { // colours and links as they are, and what fits at once
		cmd.Env = append(cmd.Env, "LESS=FRX")
	}
	// From here an interrupt is the pager's: the work is done.
	signal.Ignore(os.Interrupt)
	if cmd.Start() != nil {
		return false
	}
	_ = cmd.Wait() // how the reader leaves is the reader's business
	return true
}

// pagerOf is the command that the user pages with, without words if there is to be
// none.
func pagerOf(getenv func(string) string) []string {
	if getenv("TERM") == "dumb" {
		return nil
	}
	command := "less"
	for _, name := range []string{"STATEAUDIT_PAGER", "PAGER"} {
		if own := getenv(name); own != "" {
			command = own
			break
		}
	}
	words := strings.Fields(command)
	if len(words) > 0 && words[0] == "cat" {
		return nil
	}
	return words
}

// rows is how many rows text takes on a terminal that breaks lines by itself. Escapes
// count as text, which at worst pages a little early.
func rows(text []byte, width int) int {
	n := 0
	for line := range bytes.Lines(text) {
		n += 1 + max(0, len([]rune(string(line)))-2)/max(width, 1)
	}
	return n
}
