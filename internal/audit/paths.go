package audit

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// ErrNotRead says that nothing below a path which the user names was read, so
// that no findings there would mean nothing.
var ErrNotRead = errors.New("holds nothing that was read")

// Below tells whether a file is one of some paths or lies below one. No paths
// stand for the whole tree.
func Below(file string, paths []string) bool {
	return len(paths) == 0 || slices.ContainsFunc(paths, func(p string) bool {
		return p == "." || file == p || strings.HasPrefix(file, p+"/")
	})
}

// Covers fails for the first of some paths below which no file was read.
func (o *Outcome) Covers(paths []string) error {
	for _, p := range paths {
		if !slices.ContainsFunc(o.Read, func(f string) bool { return Below(f, []string{p}) }) {
			return fmt.Errorf("%q %w", p, ErrNotRead)
		}
	}
	return nil
}

// filesRead lists the files of which there is a unit, or a problem that says why
// there is none.
func filesRead(units []*unit.Unit, problems []unit.Problem) []string {
	var out []string
	for _, u := range units {
		for _, f := range u.Files {
			out = append(out, f.Path)
		}
	}
	for _, p := range problems {
		out = append(out, p.File)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Narrow leaves of a result what lies at or below some paths. The whole was
// linked, so that verdicts are those of an audit of the whole. The ranking is
// about the whole, and is left out. Problems elsewhere may hide what would be
// found here: one line says how many there are.
func Narrow(r *result.Result, paths []string) {
	if len(paths) == 0 {
		return
	}
	r.Paths = paths
	r.Errors = Near(r.Errors, paths)
	r.Keep(func(f result.Finding) bool { return Below(f.Location.File, paths) })
}

// Near keeps the problems that may concern the paths, and counts the others.
func Near(problems []unit.Problem, paths []string) []unit.Problem {
	if len(paths) == 0 {
		return problems
	}
	var kept []unit.Problem
	for _, p := range problems {
		if concerns(p, paths) {
			kept = append(kept, p)
		}
	}
	if far := len(problems) - len(kept); far > 0 {
		kept = append(kept, unit.Problem{File: ".", Message: fmt.Sprintf(
			"%d places outside of the given paths could not be analysed; what is found here may rest on them (audit the whole to see them)", far)})
	}
	return result.SortProblems(kept)
}

// concerns tells whether a problem is about a path: something below it, the Go
// package that it lies in, or the module or tree around it.
func concerns(p unit.Problem, paths []string) bool {
	if p.File == "." || Below(p.File, paths) {
		return true
	}
	return slices.ContainsFunc(paths, func(shown string) bool {
		switch {
		case path.Base(p.File) == "go.mod":
			return Below(shown, []string{path.Dir(p.File)})
		case path.Ext(p.File) == ".go" && path.Ext(shown) == ".go":
			return path.Dir(p.File) == path.Dir(shown)
		}
		return Below(shown, []string{p.File})
	})
}
