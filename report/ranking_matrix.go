package report

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/olekukonko/tablewriter/tw"

	"github.com/stateaudit/stateaudit/internal/rank"
)

// writeMatrix writes what each domain uses of each other one. The columns are
// numbered as the rows are, so that names of any length fit.
func writeMatrix(w io.Writer, r Ranked, o Options) error {
	p := newPage(o)
	cs := r.Ranking.Ordered(r.Order)
	header := []string{"#", "uses"}
	for i := range cs {
		header = append(header, strconv.Itoa(i+1))
	}
	var rows [][]string
	for i, from := range cs {
		row := []string{strconv.Itoa(i + 1), shortened(from.Domain.Name, maxNameWidth)}
		for j, to := range cs {
			text := cellText(r.Ranking.Matrix[from.Index][to.Index])
			if i == j {
				text = "·"
			}
			row = append(row, text)
		}
		rows = append(rows, row)
	}
	if gridWidth(header, rows) <= p.width {
		p.grid(header, rows, tw.Mapper[int, int]{}, 2)
	} else {
		p.usesByRow(cs, rows)
	}
	p.wrap("", "", "Each row uses the columns: 3 for three pairs of functions that call and wait, 2a for two that do not wait, 1t for a table that one of both writes, 1h for process memory, 1s for a session key or file.")
	_, err := p.WriteTo(w)
	return err
}

// gridWidth is how many columns of a terminal a grid takes.
func gridWidth(header []string, rows [][]string) int {
	width := 0
	for i, title := range header {
		column := textWidth(title)
		for _, row := range rows {
			column = max(column, textWidth(row[i]))
		}
		width += column + 2
	}
	return width
}

// usesByRow writes a matrix that is too wide as a list for each row.
func (p *page) usesByRow(cs []*rank.Candidate, rows [][]string) {
	for i, row := range rows {
		var uses []string
		for j, text := range row[2:] {
			if text != "" && j != i {
				uses = append(uses, clean(cs[j].Domain.Name)+" "+text)
			}
		}
		if len(uses) > 0 {
			p.wrap(row[0]+" "+row[1]+": ", "    ", strings.Join(uses, ", "))
		}
	}
	p.line("")
}

// cellText writes what a cell counts, the calls first.
func cellText(c rank.Cell) string {
	var parts []string
	for _, k := range []struct {
		n    int
		kind string
	}{{c.Calls, ""}, {c.Async, "a"}, {c.Tables, "t"}, {c.Holders, "h"}, {c.Other, "s"}} {
		if k.n > 0 {
			parts = append(parts, fmt.Sprintf("%d%s", k.n, k.kind))
		}
	}
	return strings.Join(parts, " ")
}
