package cli

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestNeovim lets a real client go through a session. It is skipped where there is
// none; .ci/run installs one.
func TestNeovim(t *testing.T) {
	nvim, err := exec.LookPath("nvim")
	if err != nil {
		t.Skip("no Neovim on this machine")
	}
	script, err := filepath.Abs(filepath.Join("testdata", "editor.lua"))
	if err != nil {
		t.Fatal(err)
	}
	// What stands before the second place is as long in UTF-16 as in no other count; the
	// editor tells its columns in bytes.
	source := strings.Replace(served, "var hits = map[string]int{}", "var hits = map[string]int{}\n\nvar /* 𝔘ser */ users = map[string]int{}", 1)
	source = strings.Replace(source, "hits[r.URL.Path]++", "hits[r.URL.Path]++; users[r.Host]++", 1)
	root := checkoutOf(t, map[string]string{"go.mod": "module example.com/x\n\ngo 1.26\n", "main.go": source})
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, nvim, "--headless", "-u", "NONE", "-i", "NONE", "-n", "-c", "luafile "+script)
	cmd.Dir = root
	home := t.TempDir()
	cmd.Env = append(os.Environ(), "XDG_CACHE_HOME="+home, "XDG_STATE_HOME="+home, "XDG_DATA_HOME="+home, "XDG_CONFIG_HOME="+home)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, want := range []string{
		`diagnostic [4, 4, 8, 2, "stateaudit", "`, `diagnostic [6, 18, 23, 2, "stateaudit", "`, "hover ", "main.go:10", "saved ", "accepted 0", "left ",
	} {
		if !strings.Contains(string(out), want) {
			t.Errorf("no %q in %s", want, out)
		}
	}
	kept, err := os.ReadFile(filepath.Join(root, ".stateaudit-baseline.yaml"))
	if err != nil || !strings.Contains(string(kept), "symbol: main.users") || strings.Contains(string(kept), "main.hits") {
		t.Errorf("%v: %s", err, kept)
	}
	text, err := os.ReadFile(filepath.Join(root, "main.go"))
	if err != nil || !strings.Contains(string(text), " counted for fun\nvar hits") {
		t.Errorf("%v: %s", err, text)
	}
}
