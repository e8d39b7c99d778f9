package cli

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"
)

// grace is how long a process that was told to end may take to do so by itself.
// What reads a large tree looks at its context between steps, and some of these
// are long.
const grace = 2 * time.Second

// interruptible runs the program such that SIGINT, SIGTERM and SIGHUP end it with
// 128 and their number, soon, and with nothing left behind.
func interruptible(env Env, run func(ctx context.Context) int) int {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	caught := make(chan os.Signal, 2)
	for _, s := range []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP} {
		if !signal.Ignored(s) { // nohup, and shells that put us into the background
			signal.Notify(caught, s)
		}
	}
	scratch := ownTemp()
	var code atomic.Int32
	go func() {
		code.Store(exitCode(<-caught))
		cancel()
		select {
		case <-caught: // told twice
		case <-time.After(grace):
		}
		env.files.abandon()
		removeTemp(scratch)
		fmt.Fprintln(os.Stderr, "stateaudit: interrupted")
		os.Exit(int(code.Load()))
	}()
	result := run(ctx)
	removeTemp(scratch)
	if by := code.Load(); by != 0 {
		return int(by)
	}
	return result
}

func exitCode(s os.Signal) int32 {
	if number, ok := s.(syscall.Signal); ok {
		return 128 + int32(number)
	}
	return exitFailure
}

// ownTemp makes a folder in which this process and those that it starts keep
// their temporary files, so that one removal takes all of them, whoever made them.
// Without it, each is removed by whoever made it.
func ownTemp() string {
	dir, err := os.MkdirTemp("", "stateaudit-")
	if err != nil {
		return ""
	}
	for _, name := range []string{"TMPDIR", "TMP", "TEMP"} {
		if os.Setenv(name, dir) != nil {
			return dir
		}
	}
	return dir
}

func removeTemp(dir string) {
	if dir != "" {
		_ = os.RemoveAll(dir) // the process ends; there is nobody to tell
	}
}
