package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/stateaudit/stateaudit/internal/audit"
	"github.com/stateaudit/stateaudit/internal/baseline"
	"github.com/stateaudit/stateaudit/internal/config"
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
	file    string
	content []byte // as it was read
	prefix  string // of the root below the folder of the file
	below   string // of the folder of the file below the root, if it lies there
}

// read reads the baseline that holds for a target; nil if there is none.
func (f *baselineFlags) read(t target) (*knownBefore, error) {
	file := f.baseline
	if file == "" && !f.noBaseline {
		file = t.find(baseline.FileName)
	}
	if file == "" {
		return nil, nil
	}
	return readBaseline(file, t.root)
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
	k := placed(b, file, root)
	k.content = content
	k.Baseline = k.Baseline.Under(k.below)
	return k, nil
}

// placed says where a baseline stands to a root. One that is kept elsewhere has
// its paths relative to the root.
func placed(b *baseline.Baseline, file, root string) *knownBefore {
	dir := filepath.Dir(file)
	return &knownBefore{Baseline: b, file: file, prefix: config.PrefixBelow(dir, root), below: config.PrefixBelow(root, dir)}
}

// about tells which entries an audit has looked at: those of files that it has
// read or that are gone, below the paths that the user asked for.
func (k *knownBefore) about(out *audit.Outcome, t target) func(entry string) bool {
	return func(entry string) bool {
		file, ok := within(entry, k.prefix)
		if !ok || !audit.Below(file, t.paths) || k.below != "" && !audit.Below(file, []string{k.below}) {
			return false
		}
		if _, read := slices.BinarySearch(out.Read, file); read {
			return true
		}
		_, err := os.Lstat(filepath.Join(t.root, filepath.FromSlash(file)))
		return errors.Is(err, fs.ErrNotExist)
	}
}

// within is a path as seen from a folder that it lies below.
func within(file, folder string) (string, bool) {
	if folder == "" {
		return file, true
	}
	return strings.CutPrefix(file, folder+"/")
}

// apply keeps what is known out of a result and tells about entries that match
// nothing any more.
func (k *knownBefore) apply(out *audit.Outcome, t target, stderr io.Writer, quiet bool) {
	if k == nil {
		return
	}
	a := k.Apply(out.Result, baseline.Scope{Prefix: k.prefix, Seen: k.about(out, t)})
	if n := len(a.Gone); n > 0 && !quiet {
		fmt.Fprintf(stderr, "stateaudit: %s has %d of findings that are gone; `stateaudit baseline --prune` drops them\n", shorten(k.file), n)
	}
}

// baselineCommand are the flags of baseline as given.
type baselineCommand struct {
	scopeFlags
	output string
	prune  bool
	force  bool
	reason string
}

func newBaseline(env Env) *cobra.Command {
	var f baselineCommand
	cmd := &cobra.Command{
		Use:   "baseline [PATH...]",
		Short: "Write down today's findings, so that audits report only new ones",
		Long: `Write down today's findings, so that audits report only new ones.

The file, ` + baseline.FileName + ` in the audited root, is meant to be committed and
reviewed: each entry has a reason, which is kept when the file is written anew.
Entries of findings that are gone are dropped, if the code was looked at and
nobody has written a reason: --force drops those as well. What is dropped stays in
a backup beside the file. With PATHs, only entries at or below them are touched.
Audits find the file by themselves.`,
		Example: `  stateaudit baseline
  stateaudit baseline --reason "before the second copy, see ADR 12"
  stateaudit baseline --prune`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return runBaseline(cmd, env, f, args)
		},
	}
	f.scopeFlags.define(cmd)
	cmd.Flags().StringVarP(&f.output, "output", "o", "", "write to `FILE` instead of "+baseline.FileName)
	cmd.Flags().BoolVar(&f.prune, "prune", false, "only drop entries of findings that are gone")
	cmd.Flags().BoolVar(&f.force, "force", false, "also drop entries with a reason that somebody has written")
	cmd.Flags().StringVar(&f.reason, "reason", baseline.NotReviewed, "`TEXT` that says why new entries may stay")
	return cmd
}

func runBaseline(cmd *cobra.Command, env Env, f baselineCommand, args []string) error {
	t, err := targetOf(args, cmd.InOrStdin())
	if err != nil {
		return &exit{exitUsage, err}
	}
	known, err := f.present(t)
	if err != nil {
		return &exit{exitUsage, err}
	}
	if err := writable(known.file); err != nil {
		return &exit{exitUsage, err}
	}
	c, err := f.configuration(t)
	if err != nil {
		return &exit{exitUsage, err}
	}
	out, err := f.study(cmd.Context(), env, cmd.ErrOrStderr(), t, c)
	if err != nil {
		return err
	}
	changes := known.Update(out.Result, baseline.Scope{Prefix: known.prefix, Seen: known.about(out, t)},
		baseline.Policy{Reason: f.reason, Prune: f.prune, Force: f.force})
	if err := known.save(env, changes); err != nil {
		return failure(err)
	}
	_, err = fmt.Fprintln(cmd.OutOrStdout(), known.told(changes))
	return failure(err)
}

// save writes the file if it has changed. What loses entries is kept beside it.
func (k *knownBefore) save(env Env, changes baseline.Changes) error {
	content, err := k.Baseline.From(k.below).Format()
	if err != nil || bytes.Equal(content, k.content) {
		return err
	}
	if changes.Gone > 0 {
		if err := env.files.write(backupOf(k.file), k.content); err != nil {
			return fmt.Errorf("nothing was changed: %w", err)
		}
	}
	return env.files.write(k.file, content)
}

func backupOf(file string) string { return file + ".bak" }

// told says what has become of the file.
func (k *knownBefore) told(c baseline.Changes) string {
	text := fmt.Sprintf("wrote %s: %d findings, of which %d are new to it; %d dropped", shorten(k.file), len(k.Entries), c.Added, c.Gone)
	if c.Gone > 0 {
		text += fmt.Sprintf(" (the file as it was: %s)", shorten(backupOf(k.file)))
	}
	if c.Reasoned > 0 {
		text += fmt.Sprintf("; %d of findings that are gone stay for their reasons, which --force drops", c.Reasoned)
	}
	return text
}

// present is the baseline to write: the one that is there, or an empty one.
func (f *baselineCommand) present(t target) (*knownBefore, error) {
	file := f.output
	if file == "" {
		file = t.find(baseline.FileName)
	}
	if file == "" {
		file = filepath.Join(t.root, baseline.FileName)
	}
	known, err := readBaseline(file, t.root)
	if errors.Is(err, fs.ErrNotExist) && !f.prune {
		return placed(&baseline.Baseline{}, file, t.root), nil
	}
	return known, err
}
