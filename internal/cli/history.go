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
	"time"

	"github.com/spf13/cobra"

	"github.com/stateaudit/stateaudit/internal/audit"
	"github.com/stateaudit/stateaudit/internal/config"
	"github.com/stateaudit/stateaudit/internal/diff"
	"github.com/stateaudit/stateaudit/internal/result"
	format "github.com/stateaudit/stateaudit/report"
)

// historyFlags are the flags of history as given.
type historyFlags struct {
	scopeFlags
	pageFlags
	ownerFlags
	every, since, format string
	number               int
	notes, strict        bool
}

// maxPoints bounds how many revisions one run audits.
const maxPoints = 200

func newHistory(env Env) *cobra.Command {
	var f historyFlags
	cmd := &cobra.Command{
		Use:   "history [PATH...]",
		Short: "Show when findings came and went, and which domains grew",
		Long: `Show when findings came and went, and which domains grew.

Releases (the tags that HEAD descends from, or those of other branches if there are
none) or the last commits of the months are audited, each in full and by the
configuration of the work tree, and HEAD last.
Findings are followed as diff does it. Revisions are written to a temporary folder:
neither the work tree nor the index is touched. What was audited before is answered
from the cache. A revision that cannot be audited is told, and the rest is shown.

Exit codes: 0 the revisions were audited; 2 wrong usage or configuration, or no git
repository; 3 no revision could be audited, or, with --strict, not all of one.`,
		Example: `  stateaudit history
  stateaudit history --every month --since 2024-01
  stateaudit history -n 5 --format json -o history.json app/services`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return runHistory(cmd, env, f, args)
		},
	}
	f.scopeFlags.define(cmd)
	f.pageFlags.define(cmd)
	f.ownerFlags.define(cmd)
	flags := cmd.Flags()
	flags.StringVar(&f.every, "every", "", "go by `STEP`: release, month; by months if there are no releases")
	flags.StringVar(&f.since, "since", "", "begin at this `DATE` (2024-05-31, 2024-05, 2024) or the date of a revision")
	flags.IntVarP(&f.number, "number", "n", 12, "audit the newest `N` revisions")
	flags.StringVar(&f.format, "format", "table", "output format, `NAME`: "+strings.Join(historyFormats(), ", "))
	flags.BoolVar(&f.notes, "notes", false, "also list findings of level note")
	flags.BoolVar(&f.strict, "strict", false, "exit with 3 if a part of a revision could not be analysed")
	_ = cmd.RegisterFlagCompletionFunc("every", cobra.FixedCompletions([]string{result.Releases, result.Months}, cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(historyFormats(), cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func historyFormats() []string { return []string{"table", "json", "html"} }

// check finds what is wrong with the flags before any work is done.
func (f *historyFlags) check() error {
	switch {
	case f.every != "" && f.every != result.Releases && f.every != result.Months:
		return fmt.Errorf("--every %q: known are release, month", f.every)
	case f.number < 1 || f.number > maxPoints:
		return fmt.Errorf("-n %d: a number from 1 to %d is needed", f.number, maxPoints)
	case !slices.Contains(historyFormats(), f.format):
		return fmt.Errorf("--format %q: no such format; known are %s", f.format, strings.Join(historyFormats(), ", "))
	}
	return f.pageFlags.check()
}

func runHistory(cmd *cobra.Command, env Env, f historyFlags, args []string) error {
	if err := f.check(); err != nil {
		return err
	}
	t, err := targetOf(args, cmd.InOrStdin())
	if err == nil {
		err = f.ownerFlags.check(t.root)
	}
	if err != nil {
		return &exit{exitUsage, err}
	}
	repo, err := diff.Open(cmd.Context(), t.root, f.offline)
	if err != nil {
		return &exit{exitUsage, err}
	}
	points, err := f.points(cmd.Context(), repo, cmd.ErrOrStderr())
	if err != nil {
		return &exit{exitUsage, err}
	}
	c, err := f.configuration(t)
	if err != nil {
		return &exit{exitUsage, err}
	}
	audited, err := f.auditAll(cmd, env, t, repo, points, c)
	if err != nil {
		return err
	}
	h := diff.Trace(audited)
	h.Tool = result.Tool{Name: "stateaudit", Version: version()}
	h.Every, h.Shallow = f.every, repo.Shallow(cmd.Context())
	if err := f.pageFlags.write(cmd, env, func(w io.Writer, o format.Options) error {
		o.Notes = f.notes
		switch f.format {
		case "json":
			return format.WriteHistoryJSON(w, h)
		case "html":
			return writeHistoryPage(w, env, t, h, audited, o)
		}
		return format.WriteHistory(w, h, o)
	}); err != nil {
		return err
	}
	return f.verdict(h)
}

// writeHistoryPage writes the page of the newest revision that could be audited, with
// what came before. It has no excerpts, since the work tree may be another one.
func writeHistoryPage(w io.Writer, env Env, t target, h *result.History, all []diff.Audited, o format.Options) error {
	as, _ := format.Named("html")
	o.History, o.Name, o.Terms = h, folderName(t.root), describedTerms()
	o.Rules, o.Prefix, o.Repository = describedRules(), prefix(t.root), repository(env.Getenv)
	for _, a := range slices.Backward(all) {
		if a.Result != nil {
			return as.Write(w, a.Result, o)
		}
	}
	r := &result.Result{}
	r.Complete()
	return as.Write(w, r, o)
}

// points chooses the commits to audit, the oldest first and HEAD last.
func (f *historyFlags) points(ctx context.Context, repo *diff.Repository, stderr io.Writer) ([]diff.Commit, error) {
	head, err := repo.Head(ctx)
	if err != nil {
		return nil, err
	}
	var all []diff.Commit
	if f.every != result.Months {
		var elsewhere bool
		all, elsewhere, err = repo.Releases(ctx)
		switch {
		case errors.Is(err, diff.ErrNoReleases) && f.every == "":
			f.note(stderr, "there are no tags, so that the history goes by months")
			f.every, err = result.Months, nil
		case err == nil && elsewhere:
			f.note(stderr, "HEAD descends from no tag, so that the releases are those of other branches")
		}
	}
	if err == nil && f.every == result.Months {
		all, err = repo.Months(ctx)
	}
	if err != nil {
		return nil, err
	}
	if f.every == "" {
		f.every = result.Releases
	}
	if f.since != "" {
		since, err := repo.Since(ctx, f.since)
		if err != nil {
			return nil, fmt.Errorf("--since: %w", err)
		}
		all = slices.DeleteFunc(all, func(c diff.Commit) bool { return c.At.Before(since) })
	}
	if repo.Shallow(ctx) {
		f.note(stderr, "the clone is shallow, and has only a part of the history; fetch the rest (git fetch --unshallow --tags)")
	}
	if len(all) == 0 || all[len(all)-1].Hash != head.Hash {
		all = append(all, head)
	}
	return all[max(0, len(all)-f.number):], nil
}

func (f *historyFlags) note(stderr io.Writer, text string) {
	if !f.quiet {
		fmt.Fprintln(stderr, "stateaudit: "+text)
	}
}

// auditAll audits one revision after the other, so that only one is on the disk.
func (f *historyFlags) auditAll(cmd *cobra.Command, env Env, t target, repo *diff.Repository, points []diff.Commit, c *config.Config) ([]diff.Audited, error) {
	scratch, err := os.MkdirTemp("", "stateaudit-history-")
	if err != nil {
		return nil, failure(err)
	}
	defer os.RemoveAll(scratch)
	t.listed = true // a path need not be there in all revisions
	var all []diff.Audited
	for i, p := range points {
		f.stage = fmt.Sprintf("%s (%d of %d): ", p.Name, i+1, len(points))
		a := diff.Audited{Point: result.Point{Name: p.Name, Commit: p.Hash, Date: p.At.Format(time.DateOnly)}}
		folder := filepath.Join(scratch, "revision")
		r, err := f.auditOne(cmd, env, t, repo, p, folder, c)
		if cmd.Context().Err() != nil {
			return nil, failure(errors.New("interrupted"))
		}
		if err != nil {
			a.Failure = strings.ReplaceAll(sentence(err), folder, p.Name)
			f.note(cmd.ErrOrStderr(), p.Name+" could not be audited: "+a.Failure)
		}
		a.Result = r
		all = append(all, a)
		if err := os.RemoveAll(folder); err != nil {
			return nil, failure(err)
		}
	}
	return all, nil
}

func (f *historyFlags) auditOne(cmd *cobra.Command, env Env, t target, repo *diff.Repository, p diff.Commit, folder string, c *config.Config) (*result.Result, error) {
	rev, err := checkedOut(cmd.Context(), repo, p.Hash, folder)
	if err != nil {
		return nil, err
	}
	r, err := f.auditedAt(cmd, env, t, rev, c)
	if err != nil {
		return nil, err
	}
	audit.Narrow(r, t.paths)
	f.ownerFlags.narrow(r)
	return r, nil
}

// verdict turns a history into an exit code.
func (f *historyFlags) verdict(h *result.History) error {
	failed, parts := 0, 0
	for _, p := range h.Points {
		if p.Failure != "" {
			failed++
		}
		if p.NotAnalysed > 0 {
			parts++
		}
	}
	switch {
	case failed == len(h.Points):
		return failure(errors.New("no revision could be audited"))
	case f.strict && failed+parts > 0:
		return failure(fmt.Errorf("--strict: %d of %d revisions could not be analysed in full", failed+parts, len(h.Points)))
	}
	return nil
}
