package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/stateaudit/stateaudit/internal/audit"
	"github.com/stateaudit/stateaudit/internal/rank"
	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/traffic"
	format "github.com/stateaudit/stateaudit/report"
)

// rankFlags are the flags of rank as given.
type rankFlags struct {
	scopeFlags
	pageFlags
	ratchetFlags
	order   string
	format  string
	without []string
	move    []string
	merge   []string
	split   []string
	async   []string
}

// pageFlags say where a page goes and how it looks.
type pageFlags struct {
	output string
	color  string
}

func (f *pageFlags) define(cmd *cobra.Command) {
	cmd.Flags().StringVarP(&f.output, "output", "o", "", "write to `FILE` instead of the standard output")
	cmd.Flags().StringVar(&f.color, "color", "auto", "colour: auto, always, never")
}

func newRank(env Env) *cobra.Command {
	var f rankFlags
	cmd := &cobra.Command{
		Use:   "rank [PATH]",
		Short: "Rank the domains of a checkout as candidates for extraction",
		Long: `Rank the domains of a checkout as candidates for extraction.

score = domain clarity × asynchronous viability ÷ shared-state coupling, each
made of counts of places in the source. docs/ranking.md defines them.`,
		Example: `  stateaudit rank
  stateaudit rank --order relief --traffic access.log
  stateaudit rank --format mermaid -o domains.mmd ~/src/shop`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runRank(cmd, env, f, rootOf(args))
		},
	}
	f.scopeFlags.define(cmd)
	f.pageFlags.define(cmd)
	f.ratchetFlags.define(cmd)
	flags := cmd.Flags()
	flags.StringVar(&f.order, "order", string(rank.ByScore), "sort by `ORDER`: "+joined(rank.Orders()))
	flags.StringVar(&f.format, "format", "table", "output format, `NAME`: "+strings.Join(rankingFormats(), ", "))
	f.defineTraffic(cmd)
	flags.StringArrayVar(&f.without, "without", nil, "rank as if the finding with this `FINGERPRINT` were repaired, repeatable; its first digits are enough")
	flags.StringArrayVar(&f.move, "move", nil, "rank as if a file or folder belonged to a domain, `PATH=DOMAIN`, repeatable; a new name makes a domain")
	flags.StringArrayVar(&f.merge, "merge", nil, "rank as if some domains were the first of them, `A,B`, repeatable")
	flags.StringArrayVar(&f.split, "split", nil, "rank as if a domain, `A`, were cut by what its files refer to, repeatable")
	flags.StringArrayVar(&f.async, "make-async", nil, "rank as if nobody waited for `FUNCTION`, repeatable")
	_ = cmd.RegisterFlagCompletionFunc("order", cobra.FixedCompletions(strings.Split(joined(rank.Orders()), ", "), cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(rankingFormats(), cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func joined[T ~string](words []T) string {
	var out []string
	for _, w := range words {
		out = append(out, string(w))
	}
	return strings.Join(out, ", ")
}

func rankingFormats() []string {
	var out []string
	for _, f := range format.RankingFormats() {
		out = append(out, f.Name)
	}
	return out
}

// check finds what is wrong with the flags before any work is done.
func (f *rankFlags) check() (format.RankingFormat, error) {
	i := slices.IndexFunc(format.RankingFormats(), func(as format.RankingFormat) bool { return as.Name == f.format })
	switch {
	case i < 0:
		return format.RankingFormat{}, fmt.Errorf("--format %q: no such format; known are %s", f.format, strings.Join(rankingFormats(), ", "))
	case !slices.Contains(rank.Orders(), rank.Order(f.order)):
		return format.RankingFormat{}, fmt.Errorf("--order %q: no such order; known are %s", f.order, joined(rank.Orders()))
	}
	return format.RankingFormats()[i], errors.Join(f.ratchetFlags.check(), f.pageFlags.check())
}

func runRank(cmd *cobra.Command, env Env, f rankFlags, root string) error {
	as, err := f.check()
	if err != nil {
		return err
	}
	if f.ratchetFlags.asked() {
		out, err := f.studied(cmd, env, root)
		if err != nil {
			return err
		}
		return f.ratchet(cmd, env, as, format.Ranked{Result: out.Result, Ranking: out.Ranking, Order: rank.Order(f.order)})
	}
	asked := []string{"rank", f.format, f.order, fmt.Sprintf("%q %q %q %q %q", f.without, f.move, f.merge, f.split, f.async)}
	return f.paged(cmd, env, f.pageFlags, root, asked, func() (func(io.Writer, format.Options) error, error) {
		out, err := f.studied(cmd, env, root)
		if err != nil {
			return nil, err
		}
		r := format.Ranked{Result: out.Result, Ranking: out.Ranking, Order: rank.Order(f.order)}
		if err := errors.Join(f.repair(&r, out), f.edit(&r, out)); err != nil {
			return nil, &exit{exitUsage, err}
		}
		return func(w io.Writer, o format.Options) error { return as.Write(w, r, o) }, nil
	})
}

// edit ranks as if the borders that the user asks about were drawn, and calls made
// asynchronous.
func (f *rankFlags) edit(r *format.Ranked, out *audit.Outcome) error {
	var edits []rank.Edit
	for _, m := range f.move {
		from, to, ok := strings.Cut(m, "=")
		if !ok || from == "" || to == "" {
			return fmt.Errorf("--move %q: want PATH=DOMAIN", m)
		}
		edits = append(edits, rank.Edit{From: []string{from}, To: to})
	}
	for _, m := range f.merge {
		names := strings.Split(m, ",")
		if len(names) < 2 {
			return fmt.Errorf("--merge %q: want two domains or more, A,B", m)
		}
		edits = append(edits, rank.Edit{From: names[1:], To: names[0]})
	}
	if len(f.split) > 0 {
		edits = append(edits, rank.Edit{From: f.split, Split: true})
	}
	if len(edits)+len(f.async) == 0 {
		return nil
	}
	if r.Before != nil {
		return errors.New("--without cannot be asked together with --move, --merge, --split and --make-async")
	}
	edited, err := out.Edited(edits, f.async)
	if err != nil {
		return err
	}
	r.Before, r.Ranking = out.Ranking, edited
	r.Changed = slices.Concat(f.move, f.merge, f.split, f.async)
	return nil
}

// repair ranks as if the findings that the user names were repaired.
func (f *rankFlags) repair(r *format.Ranked, out *audit.Outcome) error {
	var findings []result.Finding
	for _, id := range f.without {
		finding, err := named(out.Result.Findings, id)
		if err != nil {
			return fmt.Errorf("--without %s: %w", id, err)
		}
		findings = append(findings, finding)
		r.Repaired = append(r.Repaired, finding.Symbol)
	}
	if len(findings) == 0 {
		return nil
	}
	repaired, err := out.Repaired(findings)
	if err != nil {
		return fmt.Errorf("--without: %w", err)
	}
	r.Before, r.Ranking = out.Ranking, repaired
	return nil
}

// studied audits with progress, and insists on a ranking.
func (f *scopeFlags) studied(cmd *cobra.Command, env Env, root string) (*audit.Outcome, error) {
	t := target{root: root, near: root}
	c, err := f.configuration(t)
	if err != nil {
		return nil, &exit{exitUsage, err}
	}
	f.ranked = true
	out, err := f.study(cmd.Context(), env, cmd.ErrOrStderr(), t, c)
	if err != nil {
		return nil, err
	}
	if out.Ranking == nil {
		return nil, failure(errors.New("ranking failed; `stateaudit audit` lists why under errors"))
	}
	var told []string
	for _, p := range out.Ranking.Map.Problems {
		told = append(told, fmt.Sprintf("stateaudit: %s:%d: %s", format.Clean(p.File), p.Line, format.Clean(p.Message)))
	}
	f.tell(cmd.ErrOrStderr(), told)
	return out, nil
}

func (f *scopeFlags) defineTraffic(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.traffic, "traffic", "", "weigh endpoints by the requests in `FILE`: an access log (common, combined or JSON), or CSV of route,count")
}

// requests reads the traffic file, if there is one. Lines that cannot be read are
// told and left out.
func (f *scopeFlags) requests(stderr io.Writer) (*rank.Traffic, error) {
	if f.traffic == "" {
		return nil, nil
	}
	file, err := os.Open(f.traffic)
	if err != nil {
		return nil, fmt.Errorf("--traffic: %w", err)
	}
	defer file.Close()
	requests, problems, err := traffic.Read(f.traffic, file)
	if err != nil {
		return nil, fmt.Errorf("--traffic: %w", err)
	}
	if !f.quiet {
		for _, p := range problems {
			if p.Line == 0 {
				fmt.Fprintf(stderr, "stateaudit: %s: %s\n", format.Clean(p.File), format.Clean(p.Message))
				continue
			}
			fmt.Fprintf(stderr, "stateaudit: %s:%d: %s\n", format.Clean(p.File), p.Line, format.Clean(p.Message))
		}
	}
	return requests, nil
}

// named finds the finding whose fingerprint begins so.
func named(found []result.Finding, id string) (result.Finding, error) {
	var hits []result.Finding
	for _, f := range found {
		if id != "" && strings.HasPrefix(f.ID, strings.ToLower(id)) {
			hits = append(hits, f)
		}
	}
	switch len(hits) {
	case 0:
		return result.Finding{}, errors.New("no finding has this fingerprint; `stateaudit audit --format json` shows them as id")
	case 1:
		return hits[0], nil
	}
	return result.Finding{}, fmt.Errorf("%d findings begin so", len(hits))
}

// check finds what is wrong with the flags.
func (f *pageFlags) check() error {
	if !slices.Contains([]string{"auto", "always", "never"}, f.color) {
		return fmt.Errorf("--color %q: known are auto, always, never", f.color)
	}
	return writable(f.output)
}

// options are what depends on where a page goes.
func (f *pageFlags) options(cmd *cobra.Command, env Env) format.Options {
	o := format.Options{Width: 80}
	if f.output == "" || f.output == "-" {
		width := env.Width(cmd.OutOrStdout())
		o.Color = colored(f.color, env.Getenv, width > 0)
		o.Terminal = width > 0
		if width > 0 {
			o.Width = min(max(width, 40), 120)
		}
	}
	return o
}

// write writes a page to where it goes.
func (f *pageFlags) write(cmd *cobra.Command, env Env, write func(io.Writer, format.Options) error) error {
	o := f.options(cmd, env)
	return failure(env.files.output(f.output, cmd.OutOrStdout(), func(w io.Writer) error { return write(w, o) }))
}
