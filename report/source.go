package report

import (
	"net/url"
	"path"
	"strings"
	"unicode/utf16"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// sources reads the audited files that a format has to look into, each once.
type sources struct {
	read  func(file string) ([]byte, error)
	files map[string]*source
}

// source is one file; what could not be read has no lines.
type source struct {
	lines  []string
	hashes []string
}

func newSources(read func(string) ([]byte, error)) *sources {
	return &sources{read: read, files: map[string]*source{}}
}

func (s *sources) file(name string) *source {
	if f, ok := s.files[name]; ok {
		return f
	}
	f := &source{}
	if s.read != nil {
		if content, err := s.read(name); err == nil {
			f.lines = splitLines(content)
			f.hashes = lineHashes(content)
		}
	}
	s.files[name] = f
	return f
}

func splitLines(content []byte) []string {
	lines := strings.Split(string(content), "\n")
	for i, l := range lines {
		lines[i] = strings.TrimSuffix(l, "\r")
	}
	return lines
}

// line returns a line, counted from 1.
func (f *source) line(n int) (string, bool) {
	if n < 1 || n > len(f.lines) {
		return "", false
	}
	return f.lines[n-1], true
}

func (f *source) hash(n int) string {
	if n < 1 || n > len(f.hashes) {
		return ""
	}
	return f.hashes[n-1]
}

// span is a region within one line. Columns start at 1 and the last one is
// excluded; in which unit they count is for the maker to say.
type span struct{ line, column, end int }

// bytesSpan cuts a location to its first line and completes it: code scanning
// shows an alert in a pull request only if every line of its region was changed,
// so that a region must not cover a body. A location that is a whole file becomes
// its first line.
func (f *source) bytesSpan(l unit.Location) span {
	s := span{line: max(l.Line, 1), column: max(l.Column, 1), end: l.EndColumn}
	text, known := f.line(s.line)
	if !known {
		s.end = max(s.end, s.column+1)
		return s
	}
	s.column = min(s.column, len(text)+1)
	if s.end <= s.column || s.end > len(text)+1 {
		s.end = len(text) + 1
	}
	return s
}

// utf16Span is bytesSpan with columns that count UTF-16 units.
func (f *source) utf16Span(l unit.Location) span {
	s := f.bytesSpan(l)
	if text, ok := f.line(s.line); ok {
		s.column, s.end = utf16Units(text[:s.column-1])+1, utf16Units(text[:s.end-1])+1
	}
	return s
}

// maxSnippet is the length in bytes above which a line, which is then hardly
// written by hand, is not shown.
const maxSnippet = 400

// snippet is the text of a span in bytes.
func (f *source) snippet(at span) (string, bool) {
	text, ok := f.line(at.line)
	if !ok || len(text) > maxSnippet || at.end <= at.column {
		return "", false
	}
	return strings.ToValidUTF8(text[at.column-1:at.end-1], "\uFFFD"), true
}

func utf16Units(text string) int {
	n := 0
	for _, r := range text {
		n += max(utf16.RuneLen(r), 1)
	}
	return n
}

// encodePath percent-encodes a slash-separated path as a relative reference.
func encodePath(p string) string {
	segments := strings.Split(p, "/")
	for i, s := range segments {
		segments[i] = strings.ReplaceAll(url.PathEscape(s), ":", "%3A")
	}
	return strings.Join(segments, "/")
}

// path returns the path of a file as it is called from the root of the
// repository, which may lie above the audited folder.
func (o Options) path(file string) string {
	return path.Join(o.Prefix, file)
}
