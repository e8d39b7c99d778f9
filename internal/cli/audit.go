package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/stateaudit/stateaudit/internal/audit"
	"github.com/stateaudit/stateaudit/internal/config"
	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// scopeFlags say what is audited and how; every command that audits has them.
type scopeFlags struct {
	config   string
	noConfig bool
	offline  bool
	exclude  []string
	only     []string
	// confidence is the least that is shown, over what the configuration says.
	confidence string
	quiet      bool
	verbose    bool
	traffic    string // of commands that rank
	cacheFlags
	ranked bool     // the command needs the ranking itself
	stage  string   // what the stages of progress are called by in front
	told   []string // beside the output
}

// verdictFlags turn a result into an exit code.
type verdictFlags struct {
	failOn string
	strict bool
}

// auditFlags are the flags of audit as given.
type auditFlags struct {
	outputFlags
	scopeFlags
	verdictFlags
	baselineFlags
	ownerFlags
}

func newAudit(env Env) *cobra.Command {
	var f auditFlags
	cmd := &cobra.Command{
		Use:   "audit [PATH...]",
		Short: "Audit a checkout and print the inventory of its process state",
		Long: `Audit a checkout and print the inventory of its process state.

PATH is the folder to audit, by default the current one. A folder or file inside
a Go module or a Rails application is audited with all of it, and only what lies
at or below the PATHs is shown; "-" reads them from the standard input. Nothing
in the tree is executed or changed. The table answers in ten lines; --details
lists each finding, and ` + "`stateaudit explain ID`" + ` shows one with its evidence.
What a baseline knows, or a comment beside the code says may stay, is counted and
not listed. On a terminal what is longer than the screen goes through $STATEAUDIT_PAGER,
$PAGER or less; cat stands for none.

Exit codes: 0 the audit ran; 1 with --fail-on, something is at or above the
level, or new; 2 wrong usage or configuration; 3 with --strict, a part could not be
analysed.`,
		Example: `  stateaudit audit
  stateaudit audit --details
  stateaudit audit --format html=report.html
  stateaudit audit --format json -o state.json ~/src/shop
  stateaudit audit --format table --format sarif=state.sarif --fail-on new .
  stateaudit audit app/services lib/throttle.rb
  stateaudit audit --owner @shop/payments
  git diff --name-only main | stateaudit audit -`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return runAudit(cmd, env, f, args)
		},
	}
	f.define(cmd)
	return cmd
}

// rootOf is the folder to audit.
func rootOf(args []string) string {
	if len(args) == 0 {
		return "."
	}
	return args[0]
}

func (f *auditFlags) define(cmd *cobra.Command) {
	f.outputFlags.define(cmd)
	f.scopeFlags.define(cmd)
	f.verdictFlags.define(cmd)
	f.baselineFlags.define(cmd)
	f.ownerFlags.define(cmd)
}

func (f *scopeFlags) define(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.config, "config", "", "read this configuration `FILE` instead of searching for "+config.FileName)
	flags.BoolVar(&f.noConfig, "no-config", false, "read no configuration file")
	flags.BoolVar(&f.offline, "offline", false, "never ask the network for modules")
	flags.StringArrayVar(&f.exclude, "exclude", nil, "leave out what matches this `GLOB`, repeatable")
	flags.StringArrayVar(&f.only, "only", nil, "read only this `LANGUAGE`, repeatable: "+joined(audit.Languages()))
	_ = cmd.RegisterFlagCompletionFunc("only", cobra.FixedCompletions(strings.Split(joined(audit.Languages()), ", "), cobra.ShellCompDirectiveNoFileComp))
	flags.StringVar(&f.confidence, "min-confidence", "", "leave out what is less than `CONFIDENCE`: proven, likely, guessed")
	_ = cmd.RegisterFlagCompletionFunc("min-confidence", cobra.FixedCompletions(config.Confidences(), cobra.ShellCompDirectiveNoFileComp))
	flags.BoolVarP(&f.quiet, "quiet", "q", false, "no progress")
	flags.BoolVarP(&f.verbose, "verbose", "v", false, "show each finding with notes, workloads, what was left out, and the time each stage takes")
	f.cacheFlags.define(cmd)
	cmd.MarkFlagsMutuallyExclusive("config", "no-config")
	cmd.MarkFlagsMutuallyExclusive("quiet", "verbose")
}

func (f *verdictFlags) define(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.failOn, "fail-on", "", "exit with 1 if a finding is at or above `LEVEL`: note, warning, error; or new")
	cmd.Flags().BoolVar(&f.strict, "strict", false, "exit with 3 if a part of the tree could not be analysed")
	_ = cmd.RegisterFlagCompletionFunc("fail-on", cobra.FixedCompletions([]string{"note", "warning", "error", failOnNew}, cobra.ShellCompDirectiveNoFileComp))
}

func runAudit(cmd *cobra.Command, env Env, f auditFlags, args []string) error {
	outputs, err := f.check()
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
	known, err := f.baselineFlags.read(t)
	if err != nil {
		return &exit{exitUsage, err}
	}
	if f.failOn == failOnNew && known == nil {
		return &exit{exitUsage, errors.New("--fail-on new: there is no baseline to compare with; write one with `stateaudit baseline`")}
	}
	c, err := f.configuration(t)
	if err != nil {
		return &exit{exitUsage, err}
	}
	f.ranked = slices.ContainsFunc(outputs, func(o output) bool { return o.format.Ranked })
	out, err := f.study(cmd.Context(), env, cmd.ErrOrStderr(), t, c)
	if err != nil {
		return err
	}
	f.ranking = out.Ranking
	f.notes = f.notes || f.verbose || f.countNotes()
	f.context = f.verbose
	f.details = f.details || f.notes || f.strict || f.failOn != "" // what fails is named
	known.apply(out, t, cmd.ErrOrStderr(), f.quiet)
	audit.Narrow(out.Result, t.paths)
	f.ownerFlags.narrow(out.Result)
	if err := f.outputFlags.write(cmd, env, t.root, out.Result, outputs); err != nil {
		return err
	}
	return f.verdict(out.Result)
}

// check finds what is wrong with the flags before any work is done.
func (f *auditFlags) check() ([]output, error) {
	if err := f.verdictFlags.check(); err != nil {
		return nil, err
	}
	return f.outputFlags.check()
}

// failOnNew is the level of --fail-on that any finding reaches, if it is new.
const failOnNew = "new"

func (f *verdictFlags) check() error {
	if f.failOn != "" && f.failOn != failOnNew && result.Level(f.failOn).Rank() == 0 {
		return fmt.Errorf("--fail-on %q: no such level; known are note, warning, error, new", f.failOn)
	}
	return nil
}

// configuration reads the file that holds for a target.
func (f *scopeFlags) configuration(t target) (*config.Config, error) {
	file := f.config
	if file == "" && !f.noConfig {
		file = t.find(config.FileName)
	}
	c := &config.Config{}
	if file != "" {
		var err error
		if c, err = config.Load(shorten(file), ruleNames()); err != nil {
			return nil, err
		}
	}
	for _, pattern := range f.exclude {
		c.Exclude = append(c.Exclude, config.Glob{Pattern: pattern})
	}
	if f.confidence != "" {
		if !slices.Contains(config.Confidences(), f.confidence) {
			return nil, fmt.Errorf("--min-confidence %q: no such confidence; known are %s", f.confidence, strings.Join(config.Confidences(), ", "))
		}
		c.MinConfidence = f.confidence
	}
	return c, nil
}

// study runs the audit with progress and times, and keeps the ranking.
func (f *scopeFlags) study(ctx context.Context, env Env, stderr io.Writer, t target, c *config.Config) (*audit.Outcome, error) {
	requests, err := f.requests(stderr)
	if err != nil {
		return nil, &exit{exitUsage, err}
	}
	store := f.cacheFlags.open(env)
	o, err := f.options(t, c, store)
	if err != nil {
		return nil, &exit{exitUsage, err}
	}
	start := env.Now()
	out := &audit.Outcome{Result: &result.Result{SchemaVersion: result.SchemaVersion, Root: "."}}
	if t.nothing {
		if !f.quiet {
			fmt.Fprintln(stderr, "stateaudit: the list of paths is empty: nothing is audited")
		}
		out.Result.Complete()
	} else {
		p := newProgress(env, stderr, f.quiet, f.verbose)
		o.Traffic = requests
		o.Progress = func(stage string, done, total int) { p.update(f.stage+stage, done, total) }
		var known bool
		out, known, err = f.answered(ctx, env, o, store)
		p.finish()
		if known && f.verbose {
			fmt.Fprintln(stderr, "stateaudit: nothing has changed since an earlier audit, which this is the answer of")
		}
		if err == nil && !t.listed {
			err = out.Covers(t.paths)
		}
	}
	switch {
	case errors.Is(err, context.Canceled):
		return nil, failure(errors.New("interrupted"))
	case err != nil:
		return nil, &exit{exitUsage, err}
	}
	r := out.Result
	owned(cmp.Or(f.like, t.root), r)
	r.Tool = result.Tool{Name: "stateaudit", Version: version()}
	r.StartedAt = start.UTC().Format(time.RFC3339)
	r.DurationMs = env.Now().Sub(start).Milliseconds()
	return out, nil
}

// languages reads --only.
func (f *scopeFlags) languages() ([]unit.Language, error) {
	var out []unit.Language
	for _, name := range f.only {
		if !slices.Contains(audit.Languages(), unit.Language(name)) {
			return nil, fmt.Errorf("--only %q: no such language; known are %s", name, joined(audit.Languages()))
		}
		out = append(out, unit.Language(name))
	}
	return out, nil
}

// countNotes tells whether a note can fail the command: it then has to be shown.
func (f *verdictFlags) countNotes() bool {
	return f.failOn == string(result.Note) || f.failOn == failOnNew
}

// verdict turns a result into an exit code.
func (f *verdictFlags) verdict(r *result.Result) error {
	if f.strict && len(r.Errors) > 0 {
		return &exit{exitFailure, fmt.Errorf("--strict: not everything could be analysed; the output lists %d under errors", len(r.Errors))}
	}
	if f.failOn != "" && slices.ContainsFunc(r.Findings, f.fails) {
		return &exit{code: exitFindings}
	}
	return nil
}

func (f *verdictFlags) fails(finding result.Finding) bool {
	return finding.Suppressed == nil && finding.Level.Rank() >= result.Level(f.failOn).Rank()
}
