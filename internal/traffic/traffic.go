// Package traffic reads how often which path of an application was asked for,
// out of what teams have at hand: access logs, logs in JSON and tables exported
// from a dashboard.
//
// Which of them a file is, its content says. Nobody's log is clean: a line that
// cannot be read is named and passed over, and the rest counts.
package traffic

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/stateaudit/stateaudit/internal/rank"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// Bounds of what is kept and told of a file.
const (
	maxLine  = 1 << 20   // bytes of a line; a longer one is not read
	maxHead  = 256 << 10 // bytes that decide about the format
	maxNamed = 5         // unreadable lines that are named one by one
)

// parse reads one line. It fails with errNoRequest on a line that is as it
// should be but tells of no request, such as a header or a connection that timed
// out.
type parse func(line string) (rank.Requests, error)

var errNoRequest = errors.New("no request in this line")

// formats returns the parsers of all formats, ready for the first line.
func formats() []parse {
	return []parse{jsonLine, logLine, (&table{}).line}
}

// Read reads traffic: an access log in common or combined format, JSON lines as
// nginx and others write them, or CSV of route and count. The name is that of
// the file and only used in messages.
//
// Requests are summed up by method and path, without query strings, and sorted
// by path. Lines that cannot be read become problems, the first few each and
// the others as a number. Read fails if the file cannot be read or no line of it
// tells of a request.
func Read(name string, r io.Reader) (*rank.Traffic, []unit.Problem, error) {
	in := bufio.NewReaderSize(r, maxHead)
	head, err := in.Peek(maxHead)
	f := &file{name: name, tally: newTally(), formats: formats()}
	f.choose(head, err != nil)
	for {
		line, more, err := nextLine(in)
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", name, err)
		}
		if !more {
			break
		}
		f.number++
		f.read(line)
	}
	if len(f.tally.counts) == 0 {
		return nil, f.told(), fmt.Errorf("%s: no requests found; known formats are access logs (common or combined), JSON lines and CSV of route,count", name)
	}
	return &rank.Traffic{Requests: f.tally.requests()}, f.told(), nil
}

// file is a traffic file while it is read.
type file struct {
	name     string
	number   int     // of the line at hand, from 1
	formats  []parse // that it may have; one as soon as that is known
	tally    *tally
	problems []unit.Problem // at most maxNamed
	garbage  int
}

// choose settles for the format that reads most lines of the beginning.
func (f *file) choose(head []byte, whole bool) {
	if end := bytes.LastIndexByte(head, '\n'); !whole && end >= 0 {
		head = head[:end]
	}
	votes := make([]int, len(f.formats))
	trial := formats()
	for line := range strings.Lines(string(head)) {
		if line = clean(line); blank(line) {
			continue
		}
		for i, parse := range trial {
			if _, err := parse(line); err == nil {
				votes[i]++
			}
		}
	}
	best := 0
	for i := range votes {
		if votes[i] > votes[best] {
			best = i
		}
	}
	if votes[best] > 0 {
		f.formats = f.formats[best : best+1]
	}
}

// read takes one line. As long as the format is not known, the first line that
// one can read decides.
func (f *file) read(line []byte) {
	if line == nil {
		f.bad(fmt.Errorf("a line of more than %d bytes", maxLine))
		return
	}
	text := clean(string(line))
	if blank(text) {
		return
	}
	var failed error
	for i, parse := range f.formats {
		r, err := parse(text)
		if err == nil {
			f.formats = f.formats[i : i+1]
			f.tally.add(r)
			return
		}
		if errors.Is(err, errNoRequest) {
			return
		}
		failed = err
	}
	if len(f.formats) > 1 {
		failed = errors.New("neither a line of an access log nor JSON nor CSV of route,count")
	}
	f.bad(failed)
}

func (f *file) bad(err error) {
	f.garbage++
	if len(f.problems) < maxNamed {
		f.problems = append(f.problems, unit.Problem{File: f.name, Line: f.number, Message: "not counted as traffic: " + err.Error()})
	}
}

// told lists what there is to say of a file that has been read.
func (f *file) told() []unit.Problem {
	out := f.problems
	tell := func(format string, args ...any) {
		out = append(out, unit.Problem{File: f.name, Message: fmt.Sprintf(format, args...)})
	}
	if more := f.garbage - len(f.problems); more > 0 {
		tell("%d more of %d lines are not counted as traffic", more, f.number)
	}
	if f.tally.general {
		tell("more different paths than the %d that are kept apart; parts that look like an id are counted as one", maxPaths)
	}
	if f.tally.dropped > 0 {
		tell("%d requests are not counted: more different paths than the %d that are kept apart", f.tally.dropped, maxPaths)
	}
	return out
}

// clean takes away what surrounds the text of a line: its end, a byte order
// mark, the comma between elements of a JSON array.
func clean(line string) string {
	line = strings.TrimSpace(strings.TrimPrefix(line, "\ufeff"))
	if strings.HasSuffix(line, "},") {
		line = line[:len(line)-1]
	}
	return line
}

// blank tells lines that say nothing in any format: empty ones, comments, the
// brackets of a JSON array.
func blank(line string) bool {
	return line == "" || line[0] == '#' || line == "[" || line == "]"
}

// nextLine returns the next line, or nil for one that is too long to be looked
// at; more is false at the end of the file.
func nextLine(in *bufio.Reader) (line []byte, more bool, err error) {
	line = []byte{}
	for {
		part, err := in.ReadSlice('\n')
		more = more || len(part) > 0
		if line != nil {
			line = append(line, part...)
		}
		if len(line) > maxLine {
			line = nil
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF):
			return line, more, nil
		}
		return line, more, err
	}
}
