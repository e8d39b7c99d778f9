// Package inprocessworker reports work that lives inside the serving process:
// queues, pools, schedulers and loops.
package inprocessworker

import (
	_ "embed"

	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/rule"
	"github.com/stateaudit/stateaudit/internal/unit"
)

//go:embed rule.md
var doc string

// Rule returns the rule.
func Rule() rule.Rule {
	return rule.Rule{
		Name:       "in-process-worker",
		Level:      result.Warning,
		Categories: []result.Category{result.Worker},
		Languages:  []unit.Language{unit.Go, unit.Ruby, unit.Python},
		Doc:        doc,
		Run:        run,
	}
}

func run(p *rule.Pass) {
	running := endless(p)
	told := map[string]bool{}
	for _, a := range p.Assessments {
		if a.Facts.Answered {
			drainedBy(p, a, running, told) // what its takers do, they do for a request
		}
		if a.State && a.Rule() == p.Name() {
			extra, more := drainedBy(p, a, running, told)
			if a.Lists() && a.Works() && !a.Queues() {
				extra = "" // who looks at it takes nothing out
			}
			if lockedScheduler(p, a) {
				p.ReportHolderAs(result.Note, a, "A distributed lock was seen around what it runs.", more...)
				continue
			}
			p.ReportHolder(a, extra, more...)
		}
	}
	reportLoops(p, running, told)
	reportMainLine(p, running, told)
	reportSchedules(p)
	reportBeats(p)
	reportAdapters(p)
	reportThreads(p)
	reportLeft(p, told)
}
