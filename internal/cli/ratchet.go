package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"

	"github.com/stateaudit/stateaudit/internal/rank"
	format "github.com/stateaudit/stateaudit/report"
)

// ratchetFlags say which crossings between declared domains may stay.
type ratchetFlags struct {
	baseline string
	update   string
	failOn   string
}

func (f *ratchetFlags) define(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.baseline, "baseline", "", "show which crossings between declared domains are not in `FILE`")
	cmd.Flags().StringVar(&f.update, "write-baseline", "", "write the crossings between declared domains to `FILE`")
	cmd.Flags().StringVar(&f.failOn, "fail-on", "", "`new`: exit with 1 if --baseline shows any")
	cmd.MarkFlagsMutuallyExclusive("baseline", "write-baseline")
	_ = cmd.RegisterFlagCompletionFunc("fail-on", cobra.FixedCompletions([]string{failOnNew}, cobra.ShellCompDirectiveNoFileComp))
}

// asked tells whether crossings are to be written or compared.
func (f *ratchetFlags) asked() bool { return f.baseline != "" || f.update != "" }

func (f *ratchetFlags) check() error {
	switch {
	case f.failOn != "" && f.failOn != failOnNew:
		return fmt.Errorf("--fail-on %q: want %s", f.failOn, failOnNew)
	case f.failOn != "" && f.baseline == "":
		return errors.New("--fail-on new: there is nothing to compare with; name a file with --baseline")
	}
	return nil
}

// crossingsVersion is that of the layout of the file.
const crossingsVersion = 1

// crossingsFile lists what may stay, by the two domains. It holds no lines, so that
// branches that change other places merge.
type crossingsFile struct {
	Version   int                            `yaml:"version"`
	Crossings map[string]map[string][]string `yaml:"crossings"`
}

// ratchet writes or compares the crossings of a ranking.
func (f *rankFlags) ratchet(cmd *cobra.Command, env Env, as format.RankingFormat, r format.Ranked) error {
	if f.update != "" {
		return f.writeCrossings(cmd, env, r.Ranking.Crossings())
	}
	content, err := os.ReadFile(f.baseline)
	if err != nil {
		return &exit{exitUsage, fmt.Errorf("--baseline: %w", err)}
	}
	var known crossingsFile
	d := yaml.NewDecoder(bytes.NewReader(content))
	d.KnownFields(true)
	if err := d.Decode(&known); err != nil && !errors.Is(err, io.EOF) {
		return &exit{exitUsage, fmt.Errorf("--baseline: %s: %w", f.baseline, err)}
	}
	if known.Version != crossingsVersion {
		return &exit{exitUsage, fmt.Errorf("--baseline: %s: version %d of the file is not known; this program reads version %d", f.baseline, known.Version, crossingsVersion)}
	}
	r.Compared = true
	now := map[rank.Crossing]bool{}
	for _, c := range r.Ranking.Crossings() {
		now[rank.Crossing{From: c.From, To: c.To, What: c.What}] = true
		if !slices.Contains(known.Crossings[c.From][c.To], c.What) {
			r.New = append(r.New, c)
		}
	}
	for from, others := range known.Crossings {
		for to, all := range others {
			for _, what := range all {
				if !now[rank.Crossing{From: from, To: to, What: what}] {
					r.Gone++
				}
			}
		}
	}
	if err := f.pageFlags.write(cmd, env, func(w io.Writer, o format.Options) error { return as.Write(w, r, o) }); err != nil {
		return err
	}
	if f.failOn == failOnNew && len(r.New) > 0 {
		return &exit{code: exitFindings}
	}
	return nil
}

func (f *rankFlags) writeCrossings(cmd *cobra.Command, env Env, all []rank.Crossing) error {
	out := crossingsFile{Version: crossingsVersion, Crossings: map[string]map[string][]string{}}
	for _, c := range all {
		if out.Crossings[c.From] == nil {
			out.Crossings[c.From] = map[string][]string{}
		}
		out.Crossings[c.From][c.To] = append(out.Crossings[c.From][c.To], c.What)
	}
	var b bytes.Buffer
	b.WriteString("# Crossings between declared domains that may stay: what leans on what, in which way.\n# `stateaudit rank --baseline` shows what is not in here.\n")
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	if err := errors.Join(e.Encode(out), e.Close()); err != nil {
		return failure(err)
	}
	if err := env.files.write(f.update, b.Bytes()); err != nil {
		return failure(err)
	}
	_, err := fmt.Fprintf(cmd.OutOrStdout(), "wrote %d crossings to %s\n", len(all), shorten(f.update))
	return failure(err)
}
