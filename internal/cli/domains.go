package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/stateaudit/stateaudit/internal/audit"
	"github.com/stateaudit/stateaudit/internal/config"
	"github.com/stateaudit/stateaudit/internal/rank"
	format "github.com/stateaudit/stateaudit/report"
)

// domainsFlags are the flags of domains as given.
type domainsFlags struct {
	scopeFlags
	pageFlags
	json, write bool
}

func newDomains(env Env) *cobra.Command {
	var f domainsFlags
	cmd := &cobra.Command{
		Use:   "domains [PATH]",
		Short: "List the domains of a checkout, and where their borders come from",
		Long: `List the domains of a checkout with their files, tables and endpoints, and where
their borders come from: the configuration, package.yml, engines, gems and folders,
Go modules, the layout, or what refers to what.

With --write they are put into ` + config.FileName + `, as a draft to be corrected.
Domains that it names already stay as they are: new ones are added, and it is told
where the code has moved away from the borders.`,
		Example: `  stateaudit domains
  stateaudit domains --write ~/src/shop`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runDomains(cmd, env, f, rootOf(args))
		},
	}
	f.scopeFlags.define(cmd)
	f.pageFlags.define(cmd)
	cmd.Flags().BoolVar(&f.write, "write", false, "put the domains into the configuration file")
	cmd.Flags().BoolVar(&f.json, "json", false, "write them as the result of an audit has them")
	cmd.MarkFlagsMutuallyExclusive("write", "json")
	return cmd
}

func runDomains(cmd *cobra.Command, env Env, f domainsFlags, root string) error {
	if err := f.pageFlags.check(); err != nil {
		return err
	}
	out, err := f.studied(cmd, env, root)
	if err != nil {
		return err
	}
	r := format.Ranked{Result: out.Result, Ranking: out.Ranking, Order: rank.ByScore}
	switch {
	case f.write:
		return f.draft(cmd, env, out, root)
	case f.json:
		return f.pageFlags.write(cmd, env, func(w io.Writer, _ format.Options) error { return format.WriteDomainsJSON(w, r) })
	}
	drift, err := out.Drift()
	if err != nil {
		return failure(err)
	}
	return f.pageFlags.write(cmd, env, func(w io.Writer, o format.Options) error {
		return errors.Join(format.WriteDomains(w, r, o), format.WriteDrift(w, drift, o))
	})
}

// draft puts the domains into the configuration file that holds for a root. Where it
// names domains already, those stay as people wrote them: what the code has beside them
// is added, and where both have moved apart is told.
func (f *domainsFlags) draft(cmd *cobra.Command, env Env, out *audit.Outcome, root string) error {
	r := out.Ranking
	if len(r.Map.Domains) == 0 {
		return &exit{exitUsage, errors.New("there are no domains to write: " + r.NothingToRank())}
	}
	file := cmp.Or(f.config, config.Find(root), filepath.Join(root, config.FileName))
	content, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return &exit{exitUsage, err}
	}
	drift, err := out.Drift()
	if err != nil {
		return failure(err)
	}
	drafted := drafts(out, config.PrefixBelow(filepath.Dir(file), root), drift)
	if len(drafted) > 0 {
		text, err := config.AddDomains(content, drafted)
		if err != nil {
			return &exit{exitUsage, fmt.Errorf("%s: %w", shorten(file), err)}
		}
		if err := env.files.write(file, text); err != nil {
			return failure(err)
		}
	}
	said := fmt.Sprintf("wrote %d domains to %s\n", len(drafted), shorten(file))
	if kept := len(r.Map.Domains) - undeclared(out); kept > 0 {
		said = fmt.Sprintf("added %d domains to %s; the %d that it names stay as they are\n", len(drafted), shorten(file), kept)
	}
	if _, err := io.WriteString(cmd.OutOrStdout(), said); err != nil {
		return failure(err)
	}
	return f.pageFlags.write(cmd, env, func(w io.Writer, o format.Options) error { return format.WriteDrift(w, drift, o) })
}

// undeclared counts the domains that no configuration names.
func undeclared(out *audit.Outcome) int {
	n := 0
	for _, d := range out.Ranking.Map.Domains {
		if !d.Configured() {
			n++
		}
	}
	return n
}

// drafts are the domains to be written: all where none is declared, and otherwise those
// that the code has beside the declared ones. Paths are written for the folder of the
// configuration.
func drafts(out *audit.Outcome, prefix string, drift []rank.Drift) []config.Drafted {
	m := out.Ranking.Map
	all := undeclared(out) == len(m.Domains)
	var list []config.Drafted
	for i, d := range m.Domains {
		if !all && !slices.ContainsFunc(drift, func(x rank.Drift) bool { return x.Undeclared() && x.Domain == d.Name }) {
			continue
		}
		paths := m.Cover(i)
		for k, p := range paths {
			paths[k] = filepath.ToSlash(filepath.Join(prefix, filepath.FromSlash(p)))
		}
		list = append(list, config.Drafted{Name: d.Name, Paths: paths})
	}
	return list
}
