package frontend

import (
	"fmt"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// Guard runs a step of which a bug must not end the audit. A panic becomes a
// problem that names where it arose, without addresses that differ between runs.
func Guard(file, what string, step func()) (problem *unit.Problem) {
	defer func() {
		if cause := recover(); cause != nil {
			problem = &unit.Problem{
				File:    file,
				Kind:    unit.Bug,
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
		if name, ours := strings.CutPrefix(frame.Function, module); ours && !strings.HasPrefix(name, "internal/frontend.origin") && !strings.HasPrefix(name, "internal/frontend.Guard") {
			places = append(places, fmt.Sprintf("%s at %s:%d", name, filepath.Base(frame.File), frame.Line))
		}
	}
	return strings.Join(places, ", from ")
}
