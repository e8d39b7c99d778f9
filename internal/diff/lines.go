package diff

import (
	"context"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// Lines are the lines that a change adds or rewrites, by file.
type Lines map[string][]span

// span is a range of lines, both ends included.
type span struct{ first, last int }

// Changed returns the lines that differ between a commit and another one, or the
// work tree if head is "". Files are relative to the folder the repository was
// opened by; those outside of it are left out, and so are files that git does
// not know.
func (r *Repository) Changed(ctx context.Context, base, head string) (Lines, error) {
	args := []string{"diff", "--unified=0", "--no-color", "--no-ext-diff", "--no-textconv", "--no-renames", "--ignore-submodules=all", "--src-prefix=a/", "--dst-prefix=b/", base}
	if head != "" {
		args = append(args, head)
	}
	patch, err := r.git(ctx, nil, append(args, "--")...)
	if err != nil {
		return nil, err
	}
	return parsePatch(patch, r.Prefix), nil
}

// parsePatch reads a patch without context lines. A line of the files' own text
// always has a sign before it, so that none can be taken for a header: only the
// first line after "--- " is one.
func parsePatch(patch, prefix string) Lines {
	hunk := regexp.MustCompile(`^@@ -\d+(?:,\d+)? \+(\d+)(?:,(\d+))? @@`)
	lines := Lines{}
	file, left := "", 0 // left are the lines of the hunk that are still to come
	for line := range strings.Lines(patch) {
		line = strings.TrimSuffix(line, "\n")
		if left > 0 && (strings.HasPrefix(line, "+") || strings.HasPrefix(line, "-")) {
			left--
			continue
		}
		if name, ok := strings.CutPrefix(line, "+++ b/"); ok {
			file = strings.TrimSuffix(name, "\t")
		}
		if m := hunk.FindStringSubmatch(line); m != nil {
			first, count := number(m[1], 0), number(m[2], 1)
			left = hunkLines(line)
			if inside, ok := within(file, prefix); ok && count > 0 {
				lines[inside] = append(lines[inside], span{first, first + count - 1})
			}
		}
	}
	return lines
}

// hunkLines is the number of lines that follow the header of a hunk.
func hunkLines(header string) int {
	m := regexp.MustCompile(`^@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@`).FindStringSubmatch(header)
	return number(m[1], 1) + number(m[2], 1)
}

func number(text string, missing int) int {
	if n, err := strconv.Atoi(text); err == nil {
		return n
	}
	return missing
}

func within(file, prefix string) (string, bool) {
	if prefix == "" {
		return file, file != ""
	}
	return strings.CutPrefix(file, prefix+"/")
}

// has tells whether a place lies on lines that were changed.
func (l Lines) has(at unit.Location) bool {
	return slices.ContainsFunc(l[path.Clean(at.File)], func(s span) bool { return s.first <= at.Line && max(at.Line, at.EndLine) <= s.last })
}

// AtTheChange returns a copy of a result in which each finding that counts, and
// whose declaration the change did not touch, stands at evidence that it did:
// reviewers are shown only what lies on changed lines. Writes come first.
func AtTheChange(r *result.Result, changed Lines) *result.Result {
	out := *r
	out.Findings = slices.Clone(r.Findings)
	for i := range out.Findings {
		f := &out.Findings[i]
		if f.Suppressed != nil || changed.has(f.Location) {
			continue
		}
		if e := changed.evidence(*f); e != nil {
			f.Message += fmt.Sprintf(" It is declared at %s:%d.", f.Location.File, f.Location.Line)
			f.Location = e.Location
		}
	}
	result.Sort(out.Findings)
	return &out
}

// evidence is the best piece of evidence on changed lines.
func (l Lines) evidence(f result.Finding) *result.Evidence {
	var best *result.Evidence
	for i, e := range f.Evidence {
		if !l.has(e.Location) {
			continue
		}
		if e.Kind == result.WriteAt {
			return &f.Evidence[i]
		}
		if best == nil {
			best = &f.Evidence[i]
		}
	}
	return best
}
