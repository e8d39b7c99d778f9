package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/olekukonko/tablewriter/tw"

	"github.com/stateaudit/stateaudit/internal/domains"
)

// WriteDomains lists the domains with their files, tables and ways in.
func WriteDomains(w io.Writer, r Ranked, o Options) error {
	p := newPage(o)
	m := r.Ranking.Map
	if len(m.Domains) == 0 {
		p.wrap("", "", "No domains: "+r.Ranking.NothingToRank()+".")
		_, err := p.WriteTo(w)
		return err
	}
	tables, ways := r.Ranking.Tables(), map[string][]string{}
	for _, e := range r.Ranking.Facts.Endpoints {
		name := m.Of(e.Function.Location.File)
		ways[name] = append(ways[name], e.Title())
	}
	var rows [][]string
	all := append(append([]domains.Domain{}, m.Domains...), m.Kernel)
	for _, d := range all {
		rows = append(rows, []string{
			shortened(d.Name, maxNameWidth), string(d.Source), fmt.Sprint(len(d.Files)), fmt.Sprint(d.Lines),
			fmt.Sprint(len(tables[d.Name])), fmt.Sprint(len(ways[d.Name])), stability(d),
		})
	}
	p.grid([]string{"domain", "from", "files", "lines", "tables", "endpoints", "stable"}, rows, tw.Mapper[int, int]{}, 2)
	for _, d := range all {
		p.line(p.paint(bold, clean(d.Name)))
		p.wrap("  in: ", "      ", strings.Join(d.Paths, ", "))
		if t := tables[d.Name]; len(t) > 0 {
			p.wrap("  tables: ", "      ", strings.Join(t, ", "))
		}
		if w := ways[d.Name]; len(w) > 0 {
			p.wrap("  endpoints: ", "      ", strings.Join(w[:min(len(w), maxProblems)], ", ")+moreThan(len(w), maxProblems))
		}
		if n := len(d.Joined); n > 0 {
			p.wrap("  joined: ", "      ", strings.Join(d.Joined[:min(n, maxProblems)], ", ")+moreThan(n, maxProblems))
		}
	}
	p.line("")
	p.wrap("", "", "The kernel is what belongs to no domain: code that everyone uses. joined: files that no boundary names, by what they refer to. `stateaudit domains --write` puts these domains into .stateaudit.yaml, to be corrected.")
	_, err := p.WriteTo(w)
	return err
}

// WriteDrift tells where declared borders and the code have moved apart, and nothing if
// they have not.
func WriteDrift(w io.Writer, drift []domains.Drift, o Options) error {
	p := newPage(o)
	for _, d := range drift {
		name, files := clean(d.Domain), plural(len(d.Files), "file")
		said := map[domains.DriftKind]string{
			domains.Unmatched:  name + " names what no source file matches: ",
			domains.Undeclared: name + " is no declared domain: " + files + ", ",
			domains.Joins:      files + " that no domain names would lie with " + name + " if none were declared: ",
			domains.Leaves:     files + " of " + name + " would lie with " + clean(d.To) + " if none were declared: ",
		}
		p.wrap("drift: ", "  ", said[d.Kind]+strings.Join(d.Files[:min(len(d.Files), maxProblems)], ", ")+moreThan(len(d.Files), maxProblems))
	}
	_, err := p.WriteTo(w)
	return err
}

// stability is how sure inference is of a domain.
func stability(d domains.Domain) string {
	if d.Source != domains.FromGraph {
		return ""
	}
	return fmt.Sprintf("%.0f %%", 100*d.Stability)
}

func moreThan(n, limit int) string {
	if n <= limit {
		return ""
	}
	return fmt.Sprintf(" and %d more", n-limit)
}

// WriteDomainsJSON writes the domains as the result of an audit has them.
func WriteDomainsJSON(w io.Writer, r Ranked) error { return writeDocument(w, r.Result.Domains) }
