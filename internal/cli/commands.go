package cli

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/stateaudit/stateaudit/internal/config"
	"github.com/stateaudit/stateaudit/internal/rank"
	"github.com/stateaudit/stateaudit/internal/result"
	format "github.com/stateaudit/stateaudit/report"
)

func newRules(env Env) *cobra.Command {
	return &cobra.Command{
		Use:     "rules",
		Short:   "List the rules with their levels",
		Example: "  stateaudit rules",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			f := pageFlags{color: "auto"}
			return f.write(cmd, env, func(w io.Writer, o format.Options) error {
				if o.Terminal {
					return format.WriteRules(w, describedRules(), o)
				}
				t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
				for _, r := range rules() {
					fmt.Fprintf(t, "%s\t%s\t%s\n", r.Name, r.Level, r.Summary())
				}
				return t.Flush()
			})
		},
	}
}

// explainFlags are the flags of explain as given.
type explainFlags struct {
	scopeFlags
	pageFlags
	all bool
}

func newExplain(env Env) *cobra.Command {
	var f explainFlags
	cmd := &cobra.Command{
		Use:   "explain RULE | ID | DOMAIN [PATH]",
		Short: "Explain a rule, a finding, or the score of a domain",
		Long: `Explain a rule: what it reports, what breaks, how to fix it. Or explain one
finding by the beginning of its ID: the way to the change and every place that it
rests on. Or explain the score of a domain: every count that it is made of, with
the places that were counted.`,
		Example: `  stateaudit explain mutable-singleton
  stateaudit explain 592989fe
  stateaudit explain notifications ~/src/shop`,
		Args:              cobra.RangeArgs(1, 2),
		ValidArgsFunction: cobra.FixedCompletions(ruleNames(), cobra.ShellCompDirectiveDefault),
		RunE: func(cmd *cobra.Command, args []string) error {
			for _, r := range rules() {
				if r.Name == args[0] && len(args) == 1 {
					return explainRule(cmd, env, f, r.Doc)
				}
			}
			return explainDomain(cmd, env, f, args[0], rootOf(args[1:]))
		},
	}
	f.scopeFlags.define(cmd)
	f.pageFlags.define(cmd)
	f.defineTraffic(cmd)
	cmd.Flags().BoolVar(&f.all, "all", false, "list every place, not only the first ones")
	return cmd
}

func explainRule(cmd *cobra.Command, env Env, f explainFlags, doc string) error {
	if err := f.pageFlags.check(); err != nil {
		return err
	}
	return f.pageFlags.write(cmd, env, func(w io.Writer, o format.Options) error {
		if o.Terminal {
			return format.WriteText(w, doc, o)
		}
		_, err := fmt.Fprintln(w, strings.TrimSpace(doc))
		return err
	})
}

// isID tells whether an argument can be the beginning of a finding's identity.
// Four digits would name too many, and words of these letters are short.
func isID(arg string) bool {
	return len(arg) >= 6 && len(arg) <= 32 && strings.Trim(strings.ToLower(arg), "0123456789abcdef") == ""
}

// explainFinding shows one finding; shown is false if none is called so.
func explainFinding(cmd *cobra.Command, env Env, f explainFlags, id, root string) (shown bool, err error) {
	t, err := targetOf([]string{root}, cmd.InOrStdin()) // as audit does, so that the ids are the same
	if err != nil {
		return true, &exit{exitUsage, err}
	}
	c, err := f.configuration(t)
	if err != nil {
		return true, &exit{exitUsage, err}
	}
	out, err := f.study(cmd.Context(), env, cmd.ErrOrStderr(), t, c)
	if err != nil {
		return true, err
	}
	r := out.Result
	finding, err := named(r.Findings, id)
	if err != nil {
		if slices.ContainsFunc(r.Candidates, func(c result.Candidate) bool { return c.Domain == id }) {
			return false, nil
		}
		return true, &exit{exitUsage, fmt.Errorf("explain %s: %w", id, err)}
	}
	return true, f.pageFlags.write(cmd, env, func(w io.Writer, o format.Options) error {
		if tree, err := os.OpenRoot(t.root); err == nil {
			defer tree.Close()
			o.Source = func(file string) ([]byte, error) { return readSource(tree, file) }
		}
		if o.Terminal && o.Color {
			o.Link = fileLink(t.root)
		}
		return format.WriteFinding(w, r, finding, o)
	})
}

func explainDomain(cmd *cobra.Command, env Env, f explainFlags, domain, root string) error {
	if err := f.pageFlags.check(); err != nil {
		return err
	}
	if isID(domain) {
		if shown, err := explainFinding(cmd, env, f, domain, root); shown {
			return err
		}
	}
	past := pastOf(cmd.Context(), root)
	return f.paged(cmd, env, f.pageFlags, root, []string{"explain", domain, fmt.Sprint(f.all), past.head}, func() (func(io.Writer, format.Options) error, error) {
		out, c, err := f.candidate(cmd, env, domain, root)
		if err != nil {
			if s := config.Suggestion(domain, ruleNames()); strings.Contains(s, "did you mean") && strings.Contains(domain, "-") {
				return nil, fmt.Errorf("unknown rule or domain %q%s", domain, s)
			}
			return nil, err
		}
		r := format.Ranked{Result: out.Result, Ranking: out.Ranking, Order: rank.ByScore}
		beside := out.Ranking.Beside(c, past.changes(cmd.Context()), past.owners)
		return func(w io.Writer, o format.Options) error {
			o.Notes = f.all
			return format.WriteExplanation(w, r, c, beside, o)
		}, nil
	})
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
	if _, err := os.Lstat(name); err == nil && !overwrite {
		return fmt.Errorf("%s is already there; --force overwrites it", name)
	}
	return (*files)(nil).write(name, []byte(content))
}

func newVersion() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := io.WriteString(cmd.OutOrStdout(), versionLine())
			return failure(err)
		},
	}
}

func versionLine() string {
	return fmt.Sprintf("stateaudit %s %s %s/%s\n", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
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
