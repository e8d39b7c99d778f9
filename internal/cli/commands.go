package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/stateaudit/stateaudit/internal/config"
)

func newRules() *cobra.Command {
	return &cobra.Command{
		Use:     "rules",
		Short:   "List the rules with their levels",
		Example: "  stateaudit rules",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			for _, r := range rules() {
				fmt.Fprintf(w, "%s\t%s\t%s\n", r.Name, r.Level, r.Summary())
			}
			return failure(w.Flush())
		},
	}
}

func newExplain() *cobra.Command {
	return &cobra.Command{
		Use:               "explain RULE",
		Short:             "Explain a rule: what it reports, what breaks, how to fix it",
		Example:           "  stateaudit explain mutable-singleton",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: cobra.FixedCompletions(ruleNames(), cobra.ShellCompDirectiveNoFileComp),
		RunE: func(cmd *cobra.Command, args []string) error {
			for _, r := range rules() {
				if r.Name == args[0] {
					_, err := fmt.Fprintln(cmd.OutOrStdout(), strings.TrimSpace(r.Doc))
					return failure(err)
				}
			}
			return fmt.Errorf("unknown rule %q%s", args[0], config.Suggestion(args[0], ruleNames()))
		},
	}
}

func newInit() *cobra.Command {
	var force bool
	cmd := &cobra.Command{
		Use:     "init [FOLDER]",
		Short:   "Write a commented " + config.FileName,
		Example: "  stateaudit init",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			name := filepath.Join(append(args, config.FileName)...)
			if err := create(name, config.Template, force); err != nil {
				return &exit{exitUsage, err}
			}
			_, err := fmt.Fprintf(cmd.OutOrStdout(), "wrote %s\n", name)
			return failure(err)
		},
	}
	cmd.Flags().BoolVar(&force, "force", false, "overwrite the file if there is one")
	return cmd
}

func create(name, content string, overwrite bool) error {
	flags := os.O_WRONLY | os.O_CREATE | os.O_EXCL
	if overwrite {
		flags = os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	}
	f, err := os.OpenFile(name, flags, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s is already there; --force overwrites it", name)
	}
	if err != nil {
		return err
	}
	_, err = f.WriteString(content)
	return errors.Join(err, f.Close())
}

func newVersion() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := fmt.Fprintf(cmd.OutOrStdout(), "stateaudit %s %s %s/%s\n", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return failure(err)
		},
	}
}

// version is what the build has recorded: a tag for installed programs, a
// revision for those built in a checkout.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "(devel)"
	}
	return info.Main.Version
}

// shorten makes a path relative to the working directory if it lies below, for
// messages.
func shorten(name string) string {
	wd, err := os.Getwd()
	if err != nil {
		return name
	}
	rel, err := filepath.Rel(wd, name)
	if err != nil || !filepath.IsLocal(rel) {
		return name
	}
	return rel
}
