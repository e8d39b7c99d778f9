package report

import (
	"fmt"
	"strings"

	"github.com/olekukonko/tablewriter/tw"

	"github.com/stateaudit/stateaudit/internal/result"
)

// workloads lists what deployment files say of copies: first what runs a program
// of the checkout, then what is only context.
func (p *page) workloads(all []result.Workload) {
	var tied, context [][]string
	for _, w := range all {
		row := []string{clean(w.Name), clean(copiesOf(w)), clean(w.Environment), clean(place(w.Location))}
		if len(w.Programs) > 0 {
			tied = append(tied, append(row, clean(fmt.Sprintf("%s, by %s", strings.Join(w.Programs, ", "), w.Tie))))
			continue
		}
		context = append(context, append(row, clean(strings.Join(w.Runs, ", "))))
	}
	p.listed([]string{"workload", "copies", "environment", "place", "program"}, tied)
	p.listed([]string{"other workloads", "copies", "environment", "place", "image"}, context)
}

func (p *page) listed(header []string, rows [][]string) {
	if len(rows) > 0 {
		p.grid(header, rows, tw.Mapper[int, int]{}, len(header))
	}
}

func copiesOf(w result.Workload) string {
	switch {
	case w.Kind == result.OneCopy:
		return "1: " + w.Copies
	case w.Copies == "":
		return "open"
	case w.Kind == result.Processes:
		return w.Copies + " processes"
	}
	return w.Copies
}

// leftOut lists what is no part of the audited program, and why.
func (p *page) leftOut(all []result.LeftOut) {
	if len(all) == 0 {
		return
	}
	files := 0
	for _, l := range all {
		files += l.Files
	}
	p.line(fmt.Sprintf("Left out of the program: %s.", plural(files, "file")))
	for _, l := range all {
		folder := clean(l.Folder)
		if folder == "." {
			folder = "beside the code"
		}
		p.line(fmt.Sprintf("  %s: %s, %s", folder, plural(l.Files, "file"), l.Reason))
	}
	p.line("")
}
