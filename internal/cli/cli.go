// Package cli is the command line. It alone prints, exits, and reads the
// environment and the clock; what the rest of the program may know of them is
// handed down from here.
//
// Exit codes: 0 the command ran; 1 findings at or above --fail-on; 2 wrong usage
// or configuration; 3 an audit that --strict calls incomplete, or a failure of
// the program itself. An incomplete audit outranks its findings, since what they
// leave out is unknown.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// The exit codes.
const (
	exitOK       = 0
	exitFindings = 1
	exitUsage    = 2
	exitFailure  = 3
)

// Env is what the program may know of the world outside its arguments.
type Env struct {
	Getenv func(string) string
	Now    func() time.Time
	// Width returns the columns of the terminal that a stream leads to, or 0 if
	// it leads elsewhere.
	Width func(stream io.Writer) int
}

// Main runs the program for the process that it is in.
func Main() int {
	tuneMemory()
	env := Env{Getenv: os.Getenv, Now: time.Now, Width: terminalWidth}
	return Run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr, env)
}

// Run runs the program and returns its exit code.
func Run(args []string, stdin io.Reader, stdout, stderr io.Writer, env Env) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	root := newRoot(env)
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	cmd, err := root.ExecuteContextC(ctx)
	return report(cmd, err, stderr)
}

func newRoot(env Env) *cobra.Command {
	root := &cobra.Command{
		Use:   "stateaudit",
		Short: "Find what breaks when a second copy of a process runs, and what to carve out first",
		Example: `  stateaudit audit .
  stateaudit audit --format json -o state.json ~/src/shop
  stateaudit explain mutable-singleton
  stateaudit rank .`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.NoArgs,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.AddCommand(newAudit(env), newRank(env), newPlan(env), newDomains(env), newBaseline(env), newDiff(env), newMCP(env), newLSP(env), newConvert(env), newRules(env), newExplain(env), newInit(), newVersion(), newManual(env))
	return root
}

// exit is an error that knows its exit code. One without a cause says nothing.
type exit struct {
	code  int
	cause error
}

func (e *exit) Error() string {
	if e.cause == nil {
		return fmt.Sprintf("exit %d", e.code)
	}
	return e.cause.Error()
}

func (e *exit) Unwrap() error { return e.cause }

// failure marks an error that is not the user's.
func failure(err error) error {
	if err == nil {
		return nil
	}
	return &exit{exitFailure, err}
}

// report tells the user about an error and turns it into an exit code. Errors
// without a code come from the flags and arguments.
func report(cmd *cobra.Command, err error, stderr io.Writer) int {
	if err == nil {
		return exitOK
	}
	var e *exit
	if !errors.As(err, &e) {
		fmt.Fprintf(stderr, "stateaudit: %v\nRun \"%s --help\" for usage.\n", sentence(err), cmd.CommandPath())
		return exitUsage
	}
	if e.cause != nil {
		fmt.Fprintf(stderr, "stateaudit: %v\n", e.cause)
	}
	return e.code
}

// sentence keeps the first paragraph of an error: cobra adds suggestions and
// usage in lines of their own.
func sentence(err error) string {
	return strings.TrimSpace(strings.ReplaceAll(err.Error(), "\n\n", "\n"))
}

func terminalWidth(stream io.Writer) int {
	f, ok := stream.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return 0
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil || width <= 0 {
		return 80
	}
	return width
}

// memoryAim is how much memory an audit tries to get by with, in bytes.
const memoryAim = 900 << 20

// tuneMemory trades memory for time as long as there is plenty: an audit is
// short, and most of what it allocates it keeps. GOGC and GOMEMLIMIT count more.
func tuneMemory() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(300)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryAim)
	}
}
