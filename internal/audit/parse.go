package audit

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/stateaudit/stateaudit/internal/checkout"
	"github.com/stateaudit/stateaudit/internal/frontend"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// parsed is what came of one file: a unit, a problem, or both.
type parsed struct {
	unit    *unit.Unit
	problem *unit.Problem
}

// worthKeeping is how many files a language must have for their units to be kept: to
// parse fewer takes no longer than to look them up.
const worthKeeping = 32

// parseFiles parses files on all processors. Each goes to the slot of its index,
// so that the order is that of the files.
func parseFiles(ctx context.Context, fe frontend.FrontEnd, tree *checkout.Tree, files []string, o Options) ([]*unit.Unit, []unit.Problem) {
	var lost []unit.Problem
	var known madeOf
	if fe.Survey != nil {
		p := frontend.Guard(".", "the survey of "+string(fe.Language), func() {
			fe, known = surveyed(fe, files, func(file string) []byte {
				content, _ := tree.Read(file)
				return content
			})
		})
		if p != nil {
			lost = append(lost, *p) // it costs what the files would have said of each other
		}
	}
	var kept *keptUnits
	if len(files) >= worthKeeping {
		kept = o.keptFor(fe, known)
	}
	out := make([]parsed, len(files))
	var next, done atomic.Int64
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(files)) {
		workers.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(files)) && ctx.Err() == nil; i = next.Add(1) - 1 {
				out[i] = parseFile(fe, tree, kept, files[i])
				o.Progress("parsing "+string(fe.Language), int(done.Add(1)), len(files))
			}
		})
	}
	workers.Wait()
	if ctx.Err() == nil {
		kept.keep()
	}
	units, problems := collect(out)
	return units, append(lost, problems...)
}

func collect(all []parsed) ([]*unit.Unit, []unit.Problem) {
	var units []*unit.Unit
	var problems []unit.Problem
	for _, p := range all {
		if p.unit != nil {
			units = append(units, p.unit)
		}
		if p.problem != nil {
			problems = append(problems, *p.problem)
		}
	}
	return units, problems
}

func parseFile(fe frontend.FrontEnd, tree *checkout.Tree, kept *keptUnits, file string) parsed {
	content, problem := tree.Read(file)
	if problem != nil {
		return parsed{problem: problem}
	}
	var p parsed
	p.problem = frontend.Guard(file, "the parser", func() {
		p.unit = kept.parse(file, content, func() *unit.Unit { return fe.ParseFile(file, content) })
	})
	return p
}
