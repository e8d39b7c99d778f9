package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/stateaudit/stateaudit/internal/audit"
	"github.com/stateaudit/stateaudit/internal/checkout"
	"github.com/stateaudit/stateaudit/internal/config"
	"github.com/stateaudit/stateaudit/internal/diff"
	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/unit"
	format "github.com/stateaudit/stateaudit/report"
)

// diffFlags are the flags of diff as given.
type diffFlags struct {
	outputFlags
	scopeFlags
	verdictFlags
	ownerFlags
	base, head string
	mergeBase  bool
}

func newDiff(env Env) *cobra.Command {
	var f diffFlags
	cmd := &cobra.Command{
		Use:   "diff --base REV [PATH...]",
		Short: "Show which findings a change adds, fixes and moves",
		Long: `Show which findings a change adds, fixes and moves.

Both revisions are audited, each in full, and their findings compared by rule,
symbol and path, so that lines that move change nothing. The base is the point
at which the head left REV. The head is the work tree as it is, or the revision
that --head names. Revisions are written to a temporary folder: neither the work
tree nor the index is touched. What is shown lies at or below the PATHs, as with
audit.

The formats table, markdown and json show what was added, fixed and moved; all
others show what was added, at a line that the change touches if there is one.`,
		Example: `  stateaudit diff --base origin/main
  stateaudit diff --base v1.4.0 --head v1.5.0 --format markdown
  stateaudit diff --base origin/main --format github --fail-on warning`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return runDiff(cmd, env, f, args)
		},
	}
	f.outputFlags.define(cmd)
	f.scopeFlags.define(cmd)
	f.verdictFlags.define(cmd)
	f.ownerFlags.define(cmd)
	cmd.Flags().StringVar(&f.base, "base", "", "compare with this `REV`")
	cmd.Flags().StringVar(&f.head, "head", "", "audit this `REV` instead of the work tree")
	cmd.Flags().BoolVar(&f.mergeBase, "merge-base", true, "compare with the common ancestor; --merge-base=false with REV itself")
	_ = cmd.MarkFlagRequired("base") // fails only for a flag that is not defined
	return cmd
}

func runDiff(cmd *cobra.Command, env Env, f diffFlags, args []string) error {
	if err := f.verdictFlags.check(); err != nil {
		return err
	}
	outputs, err := f.outputFlags.check()
	if err != nil {
		return err
	}
	t, err := targetOf(args, cmd.InOrStdin())
	if err != nil {
		return &exit{exitUsage, err}
	}
	if err := f.ownerFlags.check(t.root); err != nil {
		return &exit{exitUsage, err}
	}
	scratch, err := os.MkdirTemp("", "stateaudit-diff-")
	if err != nil {
		return failure(err)
	}
	defer os.RemoveAll(scratch)
	repo, err := diff.Open(cmd.Context(), t.root, f.offline)
	if err != nil {
		return &exit{exitUsage, err}
	}
	before, after, err := f.revisions(cmd.Context(), repo, t.root, scratch)
	if err != nil {
		return &exit{exitUsage, err}
	}
	changed, err := repo.Changed(cmd.Context(), before.Commit, after.Commit)
	if err != nil && !f.quiet { // findings then stand at their declarations
		fmt.Fprintf(cmd.ErrOrStderr(), "stateaudit: which lines were changed is not known: %v\n", err)
	}
	was, is, err := f.auditBoth(cmd, env, t, before, after)
	if err != nil {
		return err
	}
	f.notes = f.notes || f.verbose || f.countNotes()
	d := diff.Compare(was, is, "already in "+before.Name)
	d.Base, d.Head = before.Revision, after.Revision
	narrowDiff(d, t.paths, f.shows)
	shown := diff.AtTheChange(is, changed)
	audit.Narrow(is, t.paths)
	audit.Narrow(shown, t.paths)
	f.ownerFlags.narrow(is)
	f.ownerFlags.narrow(shown)
	if err := f.render(cmd, env, after.root, outputs, func(w io.Writer, as format.Format, o format.Options) error {
		o.Prefix = prefix(t.root) // that of a revision's own folder is that of no repository
		return as.WriteDiff(w, d, shown, o)
	}); err != nil {
		return err
	}
	return f.verdict(is)
}

// revision is one side of a diff: what it is called, and the folder to audit.
type revision struct {
	result.Revision
	root string
	// problems are files below root that the repository could not provide.
	problems []unit.Problem
}

// revisions makes both sides available below a scratch folder.
func (f *diffFlags) revisions(ctx context.Context, repo *diff.Repository, root, scratch string) (before, after revision, err error) {
	after = revision{root: root}
	head := "HEAD"
	if f.head != "" {
		head = f.head
		if after, err = checkedOut(ctx, repo, f.head, filepath.Join(scratch, "head")); err != nil {
			return before, after, err
		}
	}
	base, err := repo.Commit(ctx, f.base)
	if err == nil && f.mergeBase {
		base, err = f.ancestor(ctx, repo, base, head)
	}
	if err != nil {
		return before, after, err
	}
	before, err = checkedOut(ctx, repo, base, filepath.Join(scratch, "base"))
	before.Name = f.base
	return before, after, err
}

func (f *diffFlags) ancestor(ctx context.Context, repo *diff.Repository, base, head string) (string, error) {
	commit, err := repo.Commit(ctx, head)
	if err != nil {
		return "", err
	}
	found, err := repo.MergeBase(ctx, base, commit)
	if err != nil {
		return "", fmt.Errorf("%s and %s: %w (--merge-base=false)", f.base, head, err)
	}
	return found, nil
}

func checkedOut(ctx context.Context, repo *diff.Repository, name, folder string) (revision, error) {
	commit, err := repo.Commit(ctx, name)
	if err != nil {
		return revision{}, err
	}
	if err := os.Mkdir(folder, 0o700); err != nil {
		return revision{}, err
	}
	r := revision{Revision: result.Revision{Name: name, Commit: commit}, root: filepath.Join(folder, filepath.FromSlash(repo.Prefix))}
	missing, err := repo.Checkout(ctx, commit, folder)
	for _, file := range missing {
		if repo.Prefix != "" {
			inside, ok := strings.CutPrefix(file, repo.Prefix+"/")
			if !ok {
				continue
			}
			file = inside
		}
		r.problems = append(r.problems, unit.Problem{File: file, Message: "the repository does not hold the content of this file"})
	}
	return r, err
}

// auditBoth audits both sides by the configuration of the work tree, so that the
// code alone makes the difference.
func (f *diffFlags) auditBoth(cmd *cobra.Command, env Env, t target, before, after revision) (was, is *result.Result, err error) {
	c, err := f.configuration(t)
	if err != nil {
		return nil, nil, &exit{exitUsage, err}
	}
	t.listed = true // a path need not be there in both revisions
	if was, err = f.auditedAt(cmd, env, t, before, c); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", before.Name, err)
	}
	is, err = f.auditedAt(cmd, env, t, after, c)
	return was, is, err
}

// auditedAt audits a copy of the target's root. A revision in which the folder was
// not there, or held nothing to audit, has no findings.
func (f *scopeFlags) auditedAt(cmd *cobra.Command, env Env, t target, rev revision, c *config.Config) (*result.Result, error) {
	copied := rev.root != t.root
	if copied {
		c = c.Moved(t.root, rev.root)
	}
	scope := *f
	scope.like = t.root
	t.root = rev.root
	out, err := scope.study(cmd.Context(), env, cmd.ErrOrStderr(), t, c)
	if copied && (errors.Is(err, audit.ErrNoSource) || errors.Is(err, audit.ErrOtherLanguage) || errors.Is(err, checkout.ErrNotFound)) {
		r := &result.Result{}
		r.Complete()
		return r, nil
	}
	if err != nil {
		return nil, err
	}
	out.Result.Errors = result.SortProblems(append(out.Result.Errors, rev.problems...))
	return out.Result, nil
}

// narrowDiff leaves of a diff what lies at or below some paths and is to be shown.
func narrowDiff(d *result.Diff, paths []string, shows func(result.Finding) bool) {
	elsewhere := func(f result.Finding) bool { return !shows(f) || !audit.Below(f.Location.File, paths) }
	d.Added = slices.DeleteFunc(d.Added, elsewhere)
	d.Fixed = slices.DeleteFunc(d.Fixed, elsewhere)
	d.Ignored = slices.DeleteFunc(d.Ignored, elsewhere)
	d.Moved = slices.DeleteFunc(d.Moved, func(m result.Move) bool {
		return !shows(m.Finding) || !audit.Below(m.From.File, paths) && elsewhere(m.Finding)
	})
	d.Errors, d.BaseErrors = audit.Near(d.Errors, paths), audit.Near(d.BaseErrors, paths)
}
