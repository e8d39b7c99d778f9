// Package cli is the command line. It alone prints, exits, and reads the
// environment and the clock; what the rest of the program may know of them is
// handed down from here.
//
// Exit codes: 0 the command ran; 1 findings at or above --fail-on; 2 wrong usage
// or configuration; 3 an audit that --strict calls incomplete, or a failure of
// the program itself; 128 and the number of the signal that ended it, such as 130
// for SIGINT. An incomplete audit outranks its findings, since what they leave out
// is unknown.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/term"

	"github.com/stateaudit/stateaudit/internal/config"
	format "github.com/stateaudit/stateaudit/report"
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
	// CacheDir returns the folder in which answers are kept for the next time; nil if
	// there is none, unless a flag names one.
	CacheDir func() (string, error)
	// files knows what is half written when the process has to end.
	files *files
}

// Main runs the program for the process that it is in.
func Main() int {
	tuneMemory()
	page := func(stream io.Writer, text []byte) bool { return paged(os.Getenv, stream, text) }
	env := Env{Getenv: os.Getenv, Now: time.Now, Width: terminalWidth, CacheDir: cacheFolder, files: &files{page: page}}
	return interruptible(env, func(ctx context.Context) int {
		return Run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr, env)
	})
}

// Run runs the program and returns its exit code.
func Run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer, env Env) (code int) {
	defer func() {
		if cause := recover(); cause != nil {
			fmt.Fprintf(stderr, "stateaudit: this is a bug, please report it: %v\n%s", cause, debug.Stack())
			code = exitFailure
		}
	}()
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
		Version:       version(),
		Args:          knownCommand,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetVersionTemplate(versionLine())
	root.SetFlagErrorFunc(suggestFlag)
	root.AddCommand(newAudit(env), newRank(env), newPlan(env), newUseCases(env), newEvents(env), newDomains(env), newBaseline(env), newDiff(env), newHistory(env), newMCP(env), newLSP(env), newConvert(env), newRules(env), newExplain(env), newDoctor(env), newCache(env), newInit(), newVersion(), newManual(env))
	return root
}

// knownCommand refuses a word that is no command, with the one that was meant.
func knownCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if info, err := os.Stat(args[0]); err == nil && info.IsDir() {
		return fmt.Errorf("%q is a folder and no command; to audit it: stateaudit audit %s", args[0], args[0])
	}
	cmd.SuggestionsMinimumDistance = 2
	if meant := cmd.SuggestionsFor(args[0]); len(meant) > 0 {
		return fmt.Errorf("%q is no command; did you mean %q?", args[0], meant[0])
	}
	return fmt.Errorf("%q is no command", args[0])
}

// suggestFlag adds to the complaint about an unknown flag the one that was meant.
func suggestFlag(cmd *cobra.Command, err error) error {
	given, ok := strings.CutPrefix(err.Error(), "unknown flag: --")
	if !ok {
		return err
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, "--"+f.Name) })
	if hint := config.Suggestion("--"+given, names); strings.Contains(hint, "did you mean") {
		return fmt.Errorf("%w%s", err, hint)
	}
	return err
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
		fmt.Fprintf(stderr, "stateaudit: %s\nRun \"%s --help\" for usage.\n", sentence(err), cmd.CommandPath())
		return exitUsage
	}
	if e.cause != nil {
		fmt.Fprintf(stderr, "stateaudit: %s\n", sentence(e.cause))
	}
	return e.code
}

// sentence is an error for a terminal or a log: it may quote names of the audited
// tree. Empty lines go, as cobra has them before its suggestions.
func sentence(err error) string {
	var lines []string
	for line := range strings.Lines(err.Error()) {
		if line = strings.TrimRight(line, "\r\n"); strings.TrimSpace(line) != "" {
			indented := len(line) > len(strings.TrimLeft(line, " \t"))
			line = format.Clean(strings.TrimSpace(line))
			if indented {
				line = "  " + line
			}
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
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
