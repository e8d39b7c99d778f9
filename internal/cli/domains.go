package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"

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

With --write they are put into ` + config.FileName + `, as a draft to be corrected.`,
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
		return f.draft(cmd, env, r, root)
	case f.json:
		return f.pageFlags.write(cmd, env, func(w io.Writer, _ format.Options) error { return format.WriteDomainsJSON(w, r) })
	}
	return f.pageFlags.write(cmd, env, func(w io.Writer, o format.Options) error { return format.WriteDomains(w, r, o) })
}

// draft appends the domains to the configuration file that holds for a root.
func (f *domainsFlags) draft(cmd *cobra.Command, env Env, r format.Ranked, root string) error {
	if len(r.Ranking.Map.Domains) == 0 {
		return &exit{exitUsage, errors.New("there are no domains to write: " + r.Ranking.NothingToRank())}
	}
	file := f.config
	if file == "" {
		file = config.Find(root)
	}
	if file == "" {
		file = filepath.Join(root, config.FileName)
	}
	content, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return &exit{exitUsage, err}
	}
	c, err := f.configuration(target{root: root, near: root})
	if err != nil {
		return &exit{exitUsage, err}
	}
	if len(c.Domains) > 0 {
		return &exit{exitUsage, fmt.Errorf("%s names domains already; take them out to draft them anew", shorten(c.Domains[0].File))}
	}
	text, err := domainsYAML(r, config.PrefixBelow(filepath.Dir(file), root))
	if err != nil {
		return failure(err)
	}
	if len(content) > 0 && !bytes.HasSuffix(content, []byte("\n")) {
		content = append(content, '\n')
	}
	if err := env.files.write(file, append(content, text...)); err != nil {
		return failure(err)
	}
	_, err = fmt.Fprintf(cmd.OutOrStdout(), "wrote %d domains to %s\n", len(r.Ranking.Map.Domains), shorten(file))
	return failure(err)
}

// domainsYAML writes the domains as a configuration names them. Paths are written
// for the folder of the configuration.
func domainsYAML(r format.Ranked, prefix string) ([]byte, error) {
	type domain struct {
		Name  string   `yaml:"name"`
		Paths []string `yaml:"paths"`
	}
	var list []domain
	for i, d := range r.Ranking.Map.Domains {
		paths := r.Ranking.Map.Cover(i)
		for k, p := range paths {
			paths[k] = filepath.ToSlash(filepath.Join(prefix, filepath.FromSlash(p)))
		}
		list = append(list, domain{d.Name, paths})
	}
	var b bytes.Buffer
	b.WriteString("\n# Drafted from the checkout; correct what is wrong.\n")
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	if err := e.Encode(map[string]any{"domains": list}); err != nil {
		return nil, err
	}
	return b.Bytes(), e.Close()
}
