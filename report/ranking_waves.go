package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/stateaudit/stateaudit/internal/rank"
)

// writeWaves writes in which order the candidates come out, and what each step makes
// easier.
func writeWaves(w io.Writer, r Ranked, o Options) error {
	p := newPage(o)
	if why := r.Ranking.NothingToRank(); why != "" {
		p.wrap("", "", "Nothing to rank: "+why+". Domains can be named in .stateaudit.yaml.")
		_, err := p.WriteTo(w)
		return err
	}
	for i, wave := range r.Ranking.Waves() {
		p.wrap("", "", fmt.Sprintf("Wave %d", i+1))
		for _, t := range wave {
			text := fmt.Sprintf("%s: score %.3f", clean(t.Domain.Name), t.Score)
			if len(t.After) > 0 {
				text += fmt.Sprintf(", %.3f after %s", t.Eased, several(t.After, 4))
			}
			p.wrap("  ", "    ", text+tied(r.Ranking.Ties(t.Candidate)))
		}
	}
	p.wrap("", "", "Those of a wave have nothing to do with each other. The second score is without what is shared only with what is out by then.")
	_, err := p.WriteTo(w)
	return err
}

// several lists the first few of some names.
func several(all []string, n int) string {
	return clean(strings.Join(all[:min(n, len(all))], ", ")) + moreThan(len(all), n)
}

// tied says what would keep a candidate one system with others.
func tied(ties []rank.Tie) string {
	var cycles, tables []string
	seen := map[string]bool{}
	for _, t := range ties {
		if t.Cycle() {
			cycles = append(cycles, t.Other)
		}
		for _, name := range t.Tables {
			if !seen[name] {
				seen[name] = true
				tables = append(tables, name)
			}
		}
	}
	var parts []string
	if len(cycles) > 0 {
		parts = append(parts, "it and "+several(cycles, 3)+" wait for each other")
	}
	if len(tables) > 0 {
		parts = append(parts, "others write "+several(tables, 3)+" as well")
	}
	if len(parts) == 0 {
		return ""
	}
	return "; as it is, it would stay one system with others: " + strings.Join(parts, ", and ")
}
