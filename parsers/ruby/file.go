package ruby

import (
	"sort"
	"strconv"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
	"github.com/stateaudit/stateaudit/parsers/internal/syntax"
)

// file is the unit of one file while it is being filled.
type file struct {
	unit      *unit.Unit
	class     class
	src       string
	lines     []int // offset at which each line starts
	syntax    *tree
	holders   map[string]int
	declared  map[string]bool // holders that stand where they are declared
	types     map[string]int
	functions []*unit.Function
	byID      map[string]*unit.Function
	comments  map[int]*node // by the line on which they end
	depth     int
	web       bool // names a framework whose routes are blocks
	clockwork bool
	settings  map[string]string   // variables behind what a Sinatra application is set to
	asides    [][2]*unit.Function // functions, and copies with what they do outside of production
	following map[string]bool     // locals and methods of the file that are being looked up
	copying   bool                // a block is read a second time, as a function of its own
	looking   bool                // the key that an expression reads is being looked up
	switches  map[string]bool     // what configuration switches on and off in production
	refusing  map[string]refusal  // methods that raise if a condition holds; nil until asked for
	defined   []int               // where something is defined, in order; nil until asked for
	// choice is the arm that is asked for, and arms how many an expression has.
	choice, arms int
}

// newFile prepares the reading of a file.
func newFile(u *unit.Unit, class class, source []byte, parsed *tree) *file {
	f := &file{
		unit: u, class: class, src: string(source), syntax: parsed,
		holders: map[string]int{}, declared: map[string]bool{}, types: map[string]int{},
		byID: map[string]*unit.Function{}, comments: map[int]*node{},
		lines: []int{0},
	}
	for i := 0; i < len(f.src); i++ {
		if f.src[i] == '\n' {
			f.lines = append(f.lines, i+1)
		}
	}
	for _, c := range parsed.Comments {
		f.comments[f.line(max(c.Start, c.End-1))] = c
	}
	u.Files[0].Generated = syntax.Generated(f.src)
	if strings.HasPrefix(f.src, "#!") {
		f.class.tool = true
	}
	return f
}

// read walks the whole file.
func (f *file) read() {
	for _, name := range []string{"sinatra", "Sinatra::", "Grape::", "< Roda", "Padrino::", "Hanami::API", "Cuba.", "Syro"} {
		f.web = f.web || strings.Contains(f.src, name)
	}
	f.clockwork = strings.Contains(f.src, "include Clockwork") || strings.Contains(f.src, "extend Clockwork")
	s := f.top()
	if f.class.view {
		f.returns(s, f.syntax.Root.Kids)
	} else {
		f.statements(s, f.syntax.Root.Kids, unit.Dropped)
	}
	f.settingsFromComments()
	if isRoutes(f.unit.Path) {
		f.routes()
	}
}

// finish hands over what was collected.
func (f *file) finish() {
	f.elsewhere()
	for _, fn := range f.functions {
		if f.worthKeeping(fn) {
			f.unit.Functions = append(f.unit.Functions, *fn)
		}
	}
	f.problems()
}

// worthKeeping drops the tops and bodies in which nothing happens.
func (f *file) worthKeeping(fn *unit.Function) bool {
	if fn.Name != topName && fn.Name != bodyName {
		return true
	}
	if f.class.view || len(fn.Accesses)+len(fn.Calls)+len(fn.Allocs) > 0 {
		return true
	}
	for _, other := range f.functions {
		if other.Outer == fn.ID {
			return true
		}
	}
	return false
}

// problems reports syntax errors, a few of them.
func (f *file) problems() {
	at := f.syntax.Errors
	sort.Ints(at)
	last := 0
	for _, offset := range at {
		if line := f.line(offset); line != last && len(f.unit.Problems) < 3 {
			syntax.GiveUp(f.unit, line, "syntax not understood; the rest of the file is read")
			last = line
		}
	}
	if f.syntax.Cut {
		syntax.GiveUp(f.unit, 0, "nested too deeply, in part not analysed")
	}
	if f.class.view && f.unit.Incomplete && len(f.unit.Problems) > 0 {
		// Code taken out of a template is a guess in many places; a problem
		// for each would hide those of the sources.
		f.unit.Problems = f.unit.Problems[:1]
	}
}

// line is the number of the line that holds an offset.
func (f *file) line(offset int) int {
	return sort.Search(len(f.lines), func(i int) bool { return f.lines[i] > offset })
}

// at is the region of a node. A statement that spans lines is cut to its
// first one by its caller where only the beginning counts.
func (f *file) at(n *node) unit.Location {
	return f.region(n.Start, n.End)
}

// region is the location between two offsets.
func (f *file) region(start, end int) unit.Location {
	first, last := f.line(start), f.line(max(start, end))
	return unit.Location{
		File: f.unit.Path, Line: first, Column: start - f.lines[first-1] + 1,
		EndLine: last, EndColumn: max(start, end) - f.lines[last-1] + 1,
	}
}

// text is the source of a node.
func (f *file) text(n *node) string {
	if n == nil {
		return ""
	}
	return f.src[n.Start:n.End]
}

// short is the source of a node cut to its first line and 80 bytes.
func (f *file) short(n *node) string {
	return syntax.Shorten(f.text(n), 80)
}

// comment is what the comment lines directly above a node say.
func (f *file) comment(n *node) string {
	var parts []string
	for line := f.line(n.Start) - 1; line > 0 && len(parts) < 8; line-- {
		c := f.comments[line]
		if c == nil || !f.aloneOnLine(c) {
			break
		}
		parts = append(parts, strings.TrimSpace(strings.TrimLeft(f.text(c), "# ")))
	}
	for i, j := 0, len(parts)-1; i < j; i, j = i+1, j-1 {
		parts[i], parts[j] = parts[j], parts[i]
	}
	return syntax.Shorten(strings.Join(parts, " "), 200)
}

// aloneOnLine tells whether nothing stands before a comment.
func (f *file) aloneOnLine(c *node) bool {
	start := f.lines[f.line(c.Start)-1]
	return strings.TrimSpace(f.src[start:c.Start]) == ""
}

// declare adds a holder. A declaration in a class body or at the top of a file
// takes the place of one that was only seen in use.
func (f *file) declare(h unit.Holder, declaration bool) {
	h.Test = f.class.test || f.class.vendored || f.unit.Files[0].Generated
	if h.Symbol == "" {
		h.Symbol = h.ID
	}
	at, seen := f.holders[h.ID]
	switch {
	case !seen:
		f.holders[h.ID] = len(f.unit.Holders)
		f.unit.Holders = append(f.unit.Holders, h)
	case declaration && !f.declared[h.ID]:
		f.unit.Holders[at] = h
	default:
		have := &f.unit.Holders[at]
		if have.Type == "" {
			have.Type = h.Type
		}
		if !f.declared[h.ID] && have.Value.Kind == unit.Unknown && h.Value.Kind != unit.Unknown {
			have.Value, have.Location = h.Value, h.Location // only read so far: it stands where it is set
		}
		return
	}
	f.declared[h.ID] = declaration
}

// addType adds a class or module, or what is new about one.
func (f *file) addType(id, kind string, at unit.Location) {
	if _, seen := f.types[id]; seen {
		return
	}
	f.types[id] = len(f.unit.Types)
	name := id
	if i := strings.LastIndex(id, "::"); i >= 0 {
		name = id[i+2:]
	}
	f.unit.Types = append(f.unit.Types, unit.Type{ID: id, Name: name, Kind: kind, Location: at, Test: f.class.skipped()})
}

// addSuper notes a superclass or mixin as written.
func (f *file) addSuper(id, how, name string) {
	at, seen := f.types[id]
	if !seen || name == "" {
		return
	}
	t := &f.unit.Types[at]
	super := how + " " + name
	for _, s := range t.Supers {
		if s == super {
			return
		}
	}
	t.Supers = append(t.Supers, super)
}

// addFunction adds a function under an ID that no other one of the file has.
func (f *file) addFunction(fn *unit.Function) *unit.Function {
	if f.byID[fn.ID] != nil {
		fn.ID += "@" + strconv.Itoa(fn.Location.Line) + ":" + strconv.Itoa(fn.Location.Column)
	}
	for f.byID[fn.ID] != nil {
		fn.ID += "'"
	}
	if fn.Symbol == "" {
		fn.Symbol = fn.ID
	}
	fn.Test = f.class.test
	if len(fn.Roles) == 0 {
		fn.Roles = f.class.roles()
		if len(fn.Roles) > 0 {
			fn.RoleNote = "runs in a process of its own"
		}
	}
	if f.class.app {
		fn.Attrs = append(fn.Attrs, "app")
	}
	f.byID[fn.ID] = fn
	f.functions = append(f.functions, fn)
	return fn
}
