package report

import (
	"bufio"
	"fmt"
	"io"

	"github.com/stateaudit/stateaudit/internal/result"
)

// writeCompact writes a line for each finding as compilers do, which editors and
// problem matchers read.
func writeCompact(w io.Writer, r *result.Result, o Options) error {
	b := bufio.NewWriter(w)
	active, _ := split(r.Findings)
	if !o.Notes {
		active, _ = splitNotes(active)
	}
	for _, f := range active {
		fmt.Fprintf(b, "%s:%d:%d: %s: %s: %s\n", Clean(f.Location.File), max(f.Location.Line, 1), max(f.Location.Column, 1), f.Level, f.Rule, clean(f.Message))
	}
	return b.Flush()
}
