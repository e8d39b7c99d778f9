package cli

import (
	"errors"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"
)

// TestSignalsEndItCleanly sends signals to a process that waits for its input.
func TestSignalsEndItCleanly(t *testing.T) {
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for s, want := range map[syscall.Signal]int{syscall.SIGINT: 130, syscall.SIGTERM: 143} {
		temp := t.TempDir()
		cmd := exec.Command(program, "audit", "-")
		cmd.Args[0] = "stateaudit" // as which the tests' own program is this one
		cmd.Env = append(os.Environ(), "TMPDIR="+temp)
		if _, err := cmd.StdinPipe(); err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		for tries := 0; len(entries(t, temp)) == 0; tries++ {
			if tries == 3000 {
				t.Fatal("it has made no folder of its own")
			}
			time.Sleep(10 * time.Millisecond)
		}
		if err := errors.Join(cmd.Process.Signal(s), cmd.Process.Signal(s)); err != nil {
			t.Skip(err)
		}
		var failed *exec.ExitError
		if err := cmd.Wait(); !errors.As(err, &failed) || failed.ExitCode() != want {
			t.Errorf("%s: %v, want exit %d", s, err, want)
		}
		if left := entries(t, temp); len(left) != 0 {
			t.Errorf("%s: left %v", s, left)
		}
	}
}

func entries(t *testing.T, dir string) []os.DirEntry {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	return list
}
