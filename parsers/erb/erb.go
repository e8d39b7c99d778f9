// Package erb extracts the Ruby code of ERB templates.
//
// The result has the same length and the same line breaks as the template:
// every byte that is not code is blank, so that each position in the Ruby code
// is the position in the template. Tags are separated by semicolons, which take
// the place of the closing delimiter.
package erb

import (
	"bytes"

	"github.com/stateaudit/stateaudit/parsers/internal/lines"
)

// Ruby blanks out everything in an ERB template that is not Ruby code.
func Ruby(template []byte) []byte {
	out := lines.Blank(template)
	for at := 0; ; {
		open := bytes.Index(template[at:], []byte("<%"))
		if open < 0 {
			return out
		}
		start := at + open + 2
		end := bytes.Index(template[start:], []byte("%>"))
		if end < 0 {
			end = len(template) - start
		}
		copyTag(out, template, start, start+end)
		at = min(start+end+2, len(template))
	}
}

// copyTag copies the code between the delimiters, if it is code.
func copyTag(out, template []byte, start, end int) {
	if start >= end || template[start] == '#' || template[start] == '%' {
		return
	}
	for start < end && (template[start] == '=' || template[start] == '-' || template[start] == '|') {
		start++
	}
	stop := end
	if stop > start && (template[stop-1] == '-' || template[stop-1] == '=') {
		stop--
	}
	copy(out[start:stop], template[start:stop])
	if end < len(template) {
		out[end] = ';'
	}
}
