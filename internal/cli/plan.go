package cli

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/stateaudit/stateaudit/internal/audit"
	"github.com/stateaudit/stateaudit/internal/config"
	"github.com/stateaudit/stateaudit/internal/plan"
	"github.com/stateaudit/stateaudit/internal/rank"
	format "github.com/stateaudit/stateaudit/report"
)

// planFlags are the flags of plan as given.
type planFlags struct {
	scopeFlags
	pageFlags
	format string
}

func newPlan(env Env) *cobra.Command {
	var f planFlags
	cmd := &cobra.Command{
		Use:   "plan DOMAIN [PATH]",
		Short: "Plan the extraction of a domain: what to repair, events, tables, routes",
		Long: `Plan the extraction of a domain, as an ordered list of work with file and line for
every step: what to repair, which calls become events and what these carry, which
calls stay, which tables to split.`,
		Example: `  stateaudit plan notifications
  stateaudit plan --format schema notifications ~/src/shop`,
		Args: cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runPlan(cmd, env, f, args[0], rootOf(args[1:]))
		},
	}
	f.scopeFlags.define(cmd)
	f.pageFlags.define(cmd)
	cmd.Flags().StringVar(&f.format, "format", "markdown", "output format, `NAME`: "+strings.Join(planFormats(), ", "))
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(planFormats(), cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func planFormats() []string {
	var out []string
	for _, f := range format.PlanFormats() {
		out = append(out, f.Name)
	}
	return out
}

func runPlan(cmd *cobra.Command, env Env, f planFlags, domain, root string) error {
	i := slices.Index(planFormats(), f.format)
	if i < 0 {
		return fmt.Errorf("--format %q: no such format; known are %s", f.format, strings.Join(planFormats(), ", "))
	}
	if err := f.pageFlags.check(); err != nil {
		return err
	}
	return f.paged(cmd, env, f.pageFlags, root, []string{"plan", f.format, domain}, func() (func(io.Writer, format.Options) error, error) {
		out, c, err := f.candidate(cmd, env, domain, root)
		if err != nil {
			return nil, err
		}
		var blockers []string
		for _, rc := range out.Result.Candidates {
			if rc.Domain == domain {
				blockers = rc.Blockers
			}
		}
		p := plan.Make(out.Ranking, c, out.Result.Findings, blockers)
		return func(w io.Writer, o format.Options) error { return format.PlanFormats()[i].Write(w, p, o) }, nil
	})
}

// candidate audits and finds the candidate of a domain.
func (f *scopeFlags) candidate(cmd *cobra.Command, env Env, domain, root string) (*audit.Outcome, *rank.Candidate, error) {
	out, err := f.studied(cmd, env, root)
	if err != nil {
		return nil, nil, err
	}
	if why := out.Ranking.NothingToRank(); why != "" {
		return nil, nil, &exit{exitUsage, errors.New("there are no candidates: " + why)}
	}
	if c := out.Ranking.Candidate(domain); c != nil {
		return out, c, nil
	}
	var names []string
	for _, c := range out.Ranking.Candidates {
		names = append(names, c.Domain.Name)
	}
	return nil, nil, &exit{exitUsage, fmt.Errorf("no domain %q in %q%s", domain, root, config.Suggestion(domain, names))}
}
