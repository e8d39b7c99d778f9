// Package record is what a reader of a deployment technology is given and what
// it fills: one file, and the settings seen in it.
//
// A reader says of a place what is set there. Where the file stands (a test, an
// example, a developer's machine) and whether a template decides about the place
// is found out here, the same for all.
package record

import (
	"slices"
	"sort"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
	"github.com/stateaudit/stateaudit/parsers/deploy/fields"
	"github.com/stateaudit/stateaudit/parsers/deploy/given"
	"github.com/stateaudit/stateaudit/parsers/deploy/tree"
)

// Reader reads one technology.
type Reader struct {
	// Name is the technology, as people call it.
	Name string
	// Match tells from the slash-separated path whether the file may be of it.
	Match func(path string) bool
	// Marks are words of which a file of the technology has at least one; none
	// stands for every file that matches.
	Marks []string
	// Named tells from the path alone that a file is of the technology, so that it
	// is worth telling if it cannot be read at all. It may be nil.
	Named func(path string) bool
	Read  func(*File)
}

// Called matches files that have one of the names, templates aside.
func Called(names ...string) func(string) bool {
	return func(path string) bool { return slices.Contains(names, Base(path)) }
}

// Wants tells whether a reader should be asked about a file.
func (r Reader) Wants(path, content string) bool {
	if !r.Match(path) {
		return false
	}
	if r.Named != nil && r.Named(path) {
		return true
	}
	for _, m := range r.Marks {
		if strings.Contains(content, m) {
			return true
		}
	}
	return len(r.Marks) == 0
}

// File is a deployment file and what was seen in it.
type File struct {
	Path    string
	Content string // as it is in the checkout
	Env     string // the environment that its path speaks of
	// Given is what the checkout gives to parameters; nil if nobody asked.
	Given *given.Set

	because  map[int][]unit.Reason // by line: what a template decided it by
	masked   *tree.Masked
	docs     []*tree.Node
	read     bool
	lines    []string
	known    bool
	settings []unit.Setting
	problems []unit.Problem
}

// NewFile starts the record of a file.
func NewFile(path string, content []byte) *File {
	return &File{Path: path, Content: string(content), Env: Environment(path)}
}

// Recognise says that the file is of a technology, so that it counts as read
// and its faults are worth telling.
func (f *File) Recognise() { f.known = true }

// Recognised tells whether a reader has recognised the file.
func (f *File) Recognised() bool { return f.known || len(f.settings) > 0 }

// Settings returns what was seen, in the order of the lines.
func (f *File) Settings() []unit.Setting {
	sort.SliceStable(f.settings, func(i, j int) bool {
		a, b := f.settings[i].Location, f.settings[j].Location
		if a.Line != b.Line {
			return a.Line < b.Line
		}
		return a.Column < b.Column
	})
	return f.settings
}

// Problems returns what could not be read.
func (f *File) Problems() []unit.Problem { return f.problems }

// Problem notes a line that could not be read.
func (f *File) Problem(line int, message string) {
	f.problems = append(f.problems, unit.Problem{File: f.Path, Line: line, Message: message})
}

// Masked is the content without its templates.
func (f *File) Masked() tree.Masked {
	if f.masked == nil {
		text := f.Content
		if filled, ok := f.Given.Template(f.Path, text); ok {
			text = filled.Text
			f.Depends(filled.Because)
		}
		m := tree.Mask(text)
		f.masked = &m
	}
	return *f.masked
}

// Depends says by line what parameters decided.
func (f *File) Depends(because map[int][]unit.Reason) { f.because = because }

// Line returns a line as written, without its end; empty if there is none.
func (f *File) Line(n int) string {
	if f.lines == nil {
		f.lines = strings.Split(f.Content, "\n")
	}
	if n < 1 || n > len(f.lines) {
		return ""
	}
	return strings.TrimRight(f.lines[n-1], "\r")
}

// Lines counts the lines of the file.
func (f *File) Lines() int {
	n := strings.Count(f.Content, "\n")
	if !strings.HasSuffix(f.Content, "\n") && f.Content != "" {
		n++
	}
	return n
}

// Documents reads the file as YAML, JSON or TOML, once for all readers.
func (f *File) Documents() []*tree.Node {
	if f.read {
		return f.docs
	}
	f.read = true
	var faults []tree.Fault
	if Ending(f.Path, ".toml") {
		var root *tree.Node
		root, faults = tree.TOML(f.Masked().Text)
		f.docs = []*tree.Node{root}
	} else {
		f.docs, faults = tree.YAML(f.Masked().Text)
	}
	for _, fault := range faults {
		f.Problem(fault.Line, fault.Message)
	}
	return f.docs
}

// Affinity notes that a field ties clients.
func (f *File) Affinity(subject string, h fields.Hit) {
	s := unit.Setting{Kind: unit.SettingAffinity, Subject: subject, Value: h.Kind, Location: f.At(h.At), Because: append(h.Because[:len(h.Because):len(h.Because)], h.At.Value.Because...)}
	if h.Open {
		s.Origin = unit.Unresolved
	}
	f.Add(s)
}

// Queue notes a queue, and where it keeps what its consumer cannot take, if anywhere.
func (f *File) Queue(subject, to string, p tree.Pair) {
	s := unit.Setting{Kind: unit.SettingQueue, Subject: subject, Value: unit.WithDeadLetter, Text: to, Location: f.At(p)}
	if to == "" {
		s.Value = unit.NoDeadLetter
	}
	f.Add(s)
}

// Number notes a count; one that a template or a variable gives is unresolved.
func (f *File) Number(s unit.Setting, p tree.Pair) {
	s.Value, s.Location, s.Because = p.Value.String(), f.At(p), p.Value.Because
	if _, whole := p.Value.Int(); !whole {
		s.Origin = unit.Unresolved
	}
	f.Add(s)
}

// Bounds notes the least and the most copies that an autoscaler runs, if the
// most is written.
func (f *File) Bounds(subject string, of *tree.Node, low, high string) {
	p, ok := of.Pair(high)
	if !ok {
		return
	}
	least := of.Get(low)
	s := unit.Setting{Kind: unit.SettingAutoscaling, Subject: Named(subject, "(templated)"), Value: "1-" + p.Value.String(), Location: f.At(p)}
	if least.String() != "" {
		s.Value = least.String() + "-" + p.Value.String()
	}
	_, whole := p.Value.Int()
	if !whole || least.Open() {
		s.Origin = unit.Unresolved
	}
	f.Add(s)
}

// Add notes a setting at a place of the file, which need only have its line.
// The text as written, the environment and the file are filled in. What a
// template decides becomes unresolved.
func (f *File) Add(s unit.Setting) {
	s.Location.File = f.Path
	line := f.Line(s.Location.Line)
	if s.Location.Column == 0 {
		s.Location.Column = 1 + len(line) - len(strings.TrimLeft(line, " \t"))
		s.Location.EndColumn = 1 + len(strings.TrimRight(line, " \t"))
	}
	if s.Location.EndLine == 0 {
		s.Location.EndLine = s.Location.Line
	}
	if s.Text == "" {
		s.Text = strings.TrimSpace(line)
	}
	if tree.Hidden(s.Value) {
		s.Value = "(templated)"
	}
	if s.Env == "" {
		s.Env = f.Env
	}
	if s.Origin == "" {
		s.Origin = unit.Written
	}
	if s.Kind == unit.SettingAffinity && f.questioned(s.Location.Line) || f.branched(s) {
		s.Origin = unit.Unresolved
	}
	s.Because = distinct(append(s.Because[:len(s.Because):len(s.Because)], f.because[s.Location.Line]...))
	f.settings = append(f.settings, s)
}

// distinct keeps the first of reasons that are the same.
func distinct(all []unit.Reason) []unit.Reason {
	var out []unit.Reason
	for _, r := range all {
		if !slices.Contains(out, r) {
			out = append(out, r)
		}
	}
	return out
}

// Variant reads the file as it is where it is used in one of several ways. What is
// written in one of them is written; a place that another leaves open is not.
func (f *File) Variant(read func(*File)) {
	inner := &File{Path: f.Path, Content: f.Content, Env: f.Env, Given: f.Given}
	read(inner)
	f.known = f.known || inner.known
	for _, s := range inner.settings {
		f.join(s)
	}
	for _, p := range inner.problems {
		if !slices.Contains(f.problems, p) {
			f.problems = append(f.problems, p)
		}
	}
}

// join adds a setting unless the same place has one that says as much.
func (f *File) join(s unit.Setting) {
	for i, have := range f.settings {
		if have.Kind != s.Kind || have.Subject != s.Subject || have.Location != s.Location {
			continue
		}
		if have.Origin == unit.Unresolved && s.Origin != unit.Unresolved {
			f.settings[i] = s
			return
		}
		if have.Value == s.Value || s.Origin == unit.Unresolved {
			return
		}
	}
	f.settings = append(f.settings, s)
}

// Embed lets a reader read a text that stands inside this file: the content of a
// mounted file in a manifest, say. Before is the number of lines above it.
func (f *File) Embed(text string, before int, read func(*File)) {
	inner := &File{Path: f.Path, Content: text, Env: f.Env}
	read(inner)
	for _, s := range inner.Settings() {
		s.Location = unit.Location{Line: s.Location.Line + before}
		f.Add(s)
	}
	for _, p := range inner.problems {
		f.Problem(p.Line+before, p.Message)
	}
	f.known = f.known || inner.known
}

// branched tells whether a number of copies stands in a branch of a template that
// may not be taken, or is of something whose name is not known.
func (f *File) branched(s unit.Setting) bool {
	switch s.Kind {
	case unit.SettingReplicas, unit.SettingAutoscaling, unit.SettingProcesses, unit.SettingSingleCopy:
	default:
		return false
	}
	if s.Subject == "(templated)" && len(f.because[s.Location.Line]) > 0 {
		return true
	}
	for _, c := range f.Masked().Under(s.Location.Line) {
		if word, _, _ := strings.Cut(c, " "); word == "if" || word == "unless" || word == "case" {
			return true
		}
	}
	return false
}

// questioned tells whether a template's condition about affinity itself decides
// whether a line is there. A condition about anything else (is there an ingress
// at all?) says nothing against it.
func (f *File) questioned(line int) bool {
	for _, c := range f.Masked().Under(line) {
		c = strings.ToLower(c)
		for _, word := range []string{"sticky", "stick", "affinity", "session", "cookie", "hash", "persist", "balanc", "algorithm", "lb_"} {
			if strings.Contains(c, word) {
				return true
			}
		}
	}
	return false
}

// At is the place of a pair: its key, and its value if that stands beside it.
func (f *File) At(p tree.Pair) unit.Location {
	loc := unit.Location{File: f.Path, Line: p.Key.Line, Column: p.Key.Column, EndLine: p.Key.Line}
	line := f.Line(p.Key.Line)
	loc.EndColumn = min(p.Key.Column+width(p.Key), len(line)+1)
	if p.Value.Kind == tree.Scalar && p.Value.Line == p.Key.Line {
		loc.EndColumn = max(loc.EndColumn, min(p.Value.Column+width(p.Value), len(line)+1))
	}
	return loc
}

// width of a scalar as written.
func width(n *tree.Node) int {
	if n.Quoted {
		return len(n.Text) + 2
	}
	return len(n.Text)
}

// Pair notes a setting at a pair. An open value makes it unresolved.
func (f *File) Pair(kind, subject, value string, p tree.Pair) {
	s := unit.Setting{Kind: kind, Subject: subject, Value: value, Location: f.At(p)}
	if p.Value.Open() {
		s.Origin = unit.Unresolved
	}
	f.Add(s)
}

// Named returns the name of something that may be written with a template.
func Named(name, otherwise string) string {
	if name == "" || tree.Open(name) {
		return otherwise
	}
	return name
}
