package cli

import (
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"github.com/stateaudit/stateaudit/internal/config"
	format "github.com/stateaudit/stateaudit/report"
)

// useCaseFlags are the flags of usecases as given.
type useCaseFlags struct {
	scopeFlags
	pageFlags
	domains   []string
	all, json bool
}

func newUseCases(env Env) *cobra.Command {
	var f useCaseFlags
	cmd := &cobra.Command{
		Use:   "usecases [PATH]",
		Short: "List what each endpoint and job reads and writes, and of which domains",
		Long: `List the ways into a program with the tables that each reads and writes before it is
answered, whose these are, which other domains it waits for, and the transactions that
would be lost if the domains were parted. The most costly come first.

Below stand the domains that use cases write for at once, and the functions that use
cases of several domains run.`,
		Example: `  stateaudit usecases
  stateaudit usecases --domain billing ~/src/shop`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runUseCases(cmd, env, f, rootOf(args))
		},
	}
	f.scopeFlags.define(cmd)
	f.pageFlags.define(cmd)
	cmd.Flags().StringArrayVar(&f.domains, "domain", nil, "only those that begin in `DOMAIN` or write for it, repeatable")
	cmd.Flags().BoolVar(&f.all, "all", false, "leave nothing out for length")
	cmd.Flags().BoolVar(&f.json, "json", false, "write all of them for programs")
	return cmd
}

func runUseCases(cmd *cobra.Command, env Env, f useCaseFlags, root string) error {
	if err := f.pageFlags.check(); err != nil {
		return err
	}
	asked := []string{"usecases", fmt.Sprint(f.json, f.all), fmt.Sprintf("%q", f.domains)}
	return f.paged(cmd, env, f.pageFlags, root, asked, func() (func(io.Writer, format.Options) error, error) {
		out, err := f.studied(cmd, env, root)
		if err != nil {
			return nil, err
		}
		var known []string
		for _, d := range out.Ranking.Map.Domains {
			known = append(known, d.Name)
		}
		for _, name := range f.domains {
			if !slices.Contains(known, name) {
				return nil, &exit{exitUsage, fmt.Errorf("--domain: no domain %q in %q%s", name, root, config.Suggestion(name, known))}
			}
		}
		u := format.UseCasesOf(out.Ranking, f.domains)
		u.Every = f.all
		return func(w io.Writer, o format.Options) error {
			if f.json {
				return format.WriteUseCasesJSON(w, u)
			}
			return format.WriteUseCases(w, u, o)
		}, nil
	})
}
