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

// leftOut lists the folders of fixtures that were not read.
func (p *page) leftOut(all []result.LeftOut) {
	if len(all) == 0 {
		return
	}
	files := 0
	for _, l := range all {
		files += l.Files
	}
	p.line(fmt.Sprintf("Left out as fixtures or examples: %s in %s.", plural(files, "file"), plural(len(all), "folder")))
	for _, l := range all {
		p.line(fmt.Sprintf("  %s: %s", clean(l.Folder), plural(l.Files, "file")))
	}
	p.line("")
}
