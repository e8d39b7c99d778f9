package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/stateaudit/stateaudit/internal/baseline"
	"github.com/stateaudit/stateaudit/internal/config"
	"github.com/stateaudit/stateaudit/internal/result"
)

// baselineFlags choose the baseline that holds for an audit.
type baselineFlags struct {
	baseline   string
	noBaseline bool
}

func (f *baselineFlags) define(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.baseline, "baseline", "", "read this baseline `FILE` instead of searching for "+baseline.FileName)
	cmd.Flags().BoolVar(&f.noBaseline, "no-baseline", false, "report also what is in the baseline")
	cmd.MarkFlagsMutuallyExclusive("baseline", "no-baseline")
}

// knownBefore is a baseline as it applies to one root.
type knownBefore struct {
	*baseline.Baseline
	file   string
	prefix string // of the root below the folder of the file
}

// read reads the baseline that holds for a root; nil if there is none.
func (f *baselineFlags) read(root string) (*knownBefore, error) {
	file := f.baseline
	if file == "" && !f.noBaseline {
		file = config.FindFile(root, baseline.FileName)
	}
	if file == "" {
		return nil, nil
	}
	return readBaseline(file, root)
}

func readBaseline(file, root string) (*knownBefore, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	b, err := baseline.Parse(shorten(file), content)
	if err != nil {
		return nil, err
	}
	return &knownBefore{Baseline: b, file: file, prefix: below(file, root)}, nil
}

// below is the path of a root below the folder of a file. A baseline that is
// kept elsewhere has its paths relative to the root.
func below(file, root string) string { return config.PrefixBelow(filepath.Dir(file), root) }

// apply keeps what is known out of a result and tells about entries that match
// nothing any more.
func (k *knownBefore) apply(r *result.Result, stderr io.Writer, quiet bool) {
	if k == nil {
		return
	}
	a := k.Apply(r, k.prefix)
	if n := len(a.Gone); n > 0 && !quiet {
		fmt.Fprintf(stderr, "stateaudit: %s has %d of findings that are gone; `stateaudit baseline --prune` drops them\n", shorten(k.file), n)
	}
}

// baselineCommand are the flags of baseline as given.
type baselineCommand struct {
	scopeFlags
	output string
	prune  bool
	reason string
}

func newBaseline(env Env) *cobra.Command {
	var f baselineCommand
	cmd := &cobra.Command{
		Use:   "baseline [PATH]",
		Short: "Write down today's findings, so that audits report only new ones",
		Long: `Write down today's findings, so that audits report only new ones.

The file, ` + baseline.FileName + ` in PATH, is meant to be committed and reviewed: each
entry has a reason, which is kept when the file is written anew. Entries of
findings that are gone are dropped. Audits find the file by themselves.`,
		Example: `  stateaudit baseline
  stateaudit baseline --reason "before the second copy, see ADR 12"
  stateaudit baseline --prune`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runBaseline(cmd, env, f, rootOf(args))
		},
	}
	f.scopeFlags.define(cmd)
	cmd.Flags().StringVarP(&f.output, "output", "o", "", "write to `FILE` instead of "+baseline.FileName)
	cmd.Flags().BoolVar(&f.prune, "prune", false, "only drop entries of findings that are gone")
	cmd.Flags().StringVar(&f.reason, "reason", "not reviewed yet", "`TEXT` that says why new entries may stay")
	return cmd
}

func runBaseline(cmd *cobra.Command, env Env, f baselineCommand, root string) error {
	known, err := f.present(root)
	if err != nil {
		return &exit{exitUsage, err}
	}
	c, err := f.configuration(root)
	if err != nil {
		return &exit{exitUsage, err}
	}
	r, err := f.audited(cmd.Context(), env, cmd.ErrOrStderr(), root, c)
	if err != nil {
		return err
	}
	added, gone := known.Update(r, known.prefix, f.reason, f.prune)
	content, err := known.Format()
	if err == nil {
		err = os.WriteFile(known.file, content, 0o644)
	}
	if err != nil {
		return failure(err)
	}
	_, err = fmt.Fprintf(cmd.OutOrStdout(), "wrote %s: %d findings, of which %d are new to it; %d dropped\n", shorten(known.file), len(known.Entries), added, gone)
	return failure(err)
}

// present is the baseline to write: the one that is there, or an empty one.
func (f *baselineCommand) present(root string) (*knownBefore, error) {
	file := f.output
	if file == "" {
		file = config.FindFile(root, baseline.FileName)
	}
	if file == "" {
		file = filepath.Join(root, baseline.FileName)
	}
	known, err := readBaseline(file, root)
	if errors.Is(err, fs.ErrNotExist) && !f.prune {
		return &knownBefore{Baseline: &baseline.Baseline{}, file: file, prefix: below(file, root)}, nil
	}
	return known, err
}
