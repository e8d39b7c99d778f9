// Package report renders a result. Every format is a view of the same value, in
// a file of its own and on one line of the table below. A format knows no rule
// and reads no environment: what it may depend on comes in Options.
package report

import (
	"io"
	"slices"

	"github.com/stateaudit/stateaudit/internal/result"
)

// Options are what a format may depend on beside the result.
type Options struct {
	// Color allows escape sequences.
	Color bool
	// Notes shows findings of level note one by one instead of their number.
	Notes bool
	// Width is the number of columns to write for; 0 stands for 80.
	Width int
}

// Format is one way to write a result.
type Format struct {
	Name    string
	Summary string
	Write   func(w io.Writer, r *result.Result, o Options) error
}

// Formats lists all formats; the first is the default.
func Formats() []Format {
	return []Format{
		{"table", "groups, categories and findings for reading", writeTable},
		{"json", "everything, as docs/result.schema.json describes it", writeJSON},
	}
}

// Named finds a format.
func Named(name string) (Format, bool) {
	i := slices.IndexFunc(Formats(), func(f Format) bool { return f.Name == name })
	if i < 0 {
		return Format{}, false
	}
	return Formats()[i], true
}

// Names lists the names of the formats.
func Names() []string {
	var names []string
	for _, f := range Formats() {
		names = append(names, f.Name)
	}
	return names
}
