package ruby

import (
	"bytes"
	"regexp"
)

// heredocStart matches what opens a text over several lines.
var heredocStart = regexp.MustCompile("<<[~-]?([\"'`]?)([A-Z_a-z][A-Za-z_0-9]*)")

// flattened blanks out the code in texts over several lines that has such a text of
// its own, which the grammar loses its way in. Nothing is moved. It is nil if there
// is none.
func flattened(source []byte) []byte {
	var out []byte
	for from := 0; from < len(source); {
		m := heredocStart.FindSubmatchIndex(source[from:])
		if m == nil {
			break
		}
		name := source[from+m[4] : from+m[5]]
		body, end := heredocBody(source, from+m[0], name)
		if body < 0 {
			from += m[1]
			continue
		}
		for at := body; at < end; at++ {
			stop := nestedCode(source, at, min(len(source), at+maxNested))
			if stop < 0 {
				continue
			}
			if stop > end { // the end was that of the inner text, which has the same name
				if _, end = heredocBody(source, stop, name); end == 0 {
					return out
				}
			}
			if out == nil {
				out = bytes.Clone(source)
			}
			for i := at; i <= stop; i++ {
				if out[i] != '\n' && out[i] != '\r' {
					out[i] = ' '
				}
			}
			at = stop
		}
		from = end
	}
	return out
}

// maxNested bounds how long the code in a text is.
const maxNested = 4000

// heredocBody is where the text begins and ends that a mark on a line opens; -1 if it
// is never closed.
func heredocBody(source []byte, at int, name []byte) (body, end int) {
	newline := bytes.IndexByte(source[at:], '\n')
	if newline < 0 {
		return -1, 0
	}
	body = at + newline + 1
	for start := body; start < len(source); {
		size := bytes.IndexByte(source[start:], '\n')
		if size < 0 {
			size = len(source) - start
		}
		if bytes.Equal(bytes.TrimSpace(source[start:start+size]), name) {
			return body, start
		}
		start += size + 1
	}
	return -1, 0
}

// nestedCode is the end of the code in #{…} at an offset that opens a text over
// several lines, -1 for others.
func nestedCode(source []byte, at, end int) int {
	if source[at] != '#' || at+1 >= end || source[at+1] != '{' {
		return -1
	}
	depth := 0
	for i := at + 1; i < end; i++ {
		switch source[i] {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				if heredocStart.Match(source[at:i]) {
					return i
				}
				return -1
			}
		}
	}
	return -1
}
