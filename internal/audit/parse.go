package audit

import (
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
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

// parseFiles parses files on all processors. Each goes to the slot of its index,
// so that the order is that of the files.
func parseFiles(ctx context.Context, fe frontend.FrontEnd, tree *checkout.Tree, files []string, o Options) ([]*unit.Unit, []unit.Problem) {
	out := make([]parsed, len(files))
	var next, done atomic.Int64
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(files)) {
		workers.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(files)) && ctx.Err() == nil; i = next.Add(1) - 1 {
				out[i] = parseFile(fe, tree, files[i])
				o.Progress("parsing "+string(fe.Language), int(done.Add(1)), len(files))
			}
		})
	}
	workers.Wait()
	return collect(out)
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

func parseFile(fe frontend.FrontEnd, tree *checkout.Tree, file string) parsed {
	content, problem := tree.Read(file)
	if problem != nil {
		return parsed{problem: problem}
	}
	var p parsed
	p.problem = guard(file, "the parser", func() { p.unit = fe.ParseFile(file, content) })
	return p
}

// guard runs a step of which a bug must not end the audit. A panic becomes a
// problem that names where it arose, without addresses that differ between runs.
func guard(file, what string, step func()) (problem *unit.Problem) {
	defer func() {
		if cause := recover(); cause != nil {
			problem = &unit.Problem{
				File:    file,
				Message: fmt.Sprintf("bug in stateaudit: %s panicked: %v (%s)", what, cause, origin()),
			}
		}
	}()
	step()
	return nil
}

// origin lists the innermost functions of this module that a panic went through.
func origin() string {
	const module = "github.com/stateaudit/stateaudit/"
	callers := make([]uintptr, 64)
	frames := runtime.CallersFrames(callers[:runtime.Callers(0, callers)])
	var places []string
	for more := true; more && len(places) < 3; {
		var frame runtime.Frame
		frame, more = frames.Next()
		if name, ours := strings.CutPrefix(frame.Function, module); ours && !strings.HasPrefix(name, "internal/audit.origin") && !strings.HasPrefix(name, "internal/audit.guard") {
			places = append(places, fmt.Sprintf("%s at %s:%d", name, filepath.Base(frame.File), frame.Line))
		}
	}
	return strings.Join(places, ", from ")
}
