package python

import (
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
	"github.com/stateaudit/stateaudit/parsers/internal/syntax"
)

// The names of functions that nobody wrote, and the kind of the type that stands
// for a module until it is resolved.
const (
	topName    = "<module>"
	moduleKind = "module"
	locals     = ".<locals>."
)

// file is the unit of one file while it is being filled.
type file struct {
	unit      *unit.Unit
	class     class
	src       string
	lines     []int // offset at which each line starts
	syntax    *tree
	module    string
	pkg       bool            // an __init__.py
	names     map[string]bool // what the module itself binds
	imported  map[string]string
	stars     []string
	loads     []string // modules that are imported, each once
	holders   map[string]int
	types     map[string]int
	functions []*unit.Function
	byID      map[string]*unit.Function
	comments  map[int]*node // by the line on which they end
	behind    []behind
	nothings  map[*unit.Function][]int // accesses that fill a place with nothing, and hand that out
	depth     int
}

// newFile prepares the reading of a file.
func newFile(u *unit.Unit, class class, source []byte, parsed *tree) *file {
	f := &file{
		unit: u, class: class, src: string(source), syntax: parsed, module: moduleOf(u.Path), pkg: strings.HasSuffix(u.Path, "__init__.py"),
		names: map[string]bool{}, imported: map[string]string{}, holders: map[string]int{}, types: map[string]int{},
		byID: map[string]*unit.Function{}, comments: map[int]*node{}, nothings: map[*unit.Function][]int{}, lines: []int{0},
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
	return f
}

// read walks the whole file.
func (f *file) read() {
	f.bind(f.syntax.Root.Kids, f.names, nil)
	fn := &unit.Function{
		ID: f.module + "." + topName, Symbol: f.unit.Path, Name: topName, Location: f.region(0, len(f.src)),
		Roles: []unit.Role{unit.Initializer}, RoleNote: "top level of a module, runs when it is imported",
	}
	f.addFunction(fn)
	f.statements(&scope{fn: fn, locals: map[string]*local{}}, f.syntax.Root.Kids)
}

// finish hands over what was collected.
func (f *file) finish() {
	f.guarded()
	m := unit.Type{ID: f.module, Name: f.module[strings.LastIndexByte(f.module, '.')+1:], Kind: moduleKind, Location: f.region(0, 0), Test: f.class.skipped()}
	for _, name := range sortedKeys(f.imported) {
		m.Supers = append(m.Supers, name+"="+f.imported[name])
	}
	for _, star := range f.stars {
		m.Supers = append(m.Supers, "*="+star)
	}
	for _, load := range f.loads {
		m.Supers = append(m.Supers, "="+load)
	}
	f.unit.Types = append(f.unit.Types, m)
	for _, fn := range f.functions {
		f.unit.Functions = append(f.unit.Functions, *fn)
	}
	f.problems()
}

func sortedKeys(m map[string]string) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
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
}

// line is the number of the line that holds an offset.
func (f *file) line(offset int) int {
	return sort.Search(len(f.lines), func(i int) bool { return f.lines[i] > offset })
}

// at is the region of a node.
func (f *file) at(n *node) unit.Location { return f.region(n.Start, n.End) }

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
func (f *file) short(n *node) string { return syntax.Shorten(f.text(n), 80) }

// comment is what the comment lines directly above a node say.
func (f *file) comment(n *node) string {
	var parts []string
	for line := f.line(n.Start) - 1; line > 0 && len(parts) < 8; line-- {
		c := f.comments[line]
		if c == nil || strings.TrimSpace(f.src[f.lines[line-1]:c.Start]) != "" {
			break
		}
		parts = append(parts, strings.TrimSpace(strings.TrimLeft(f.text(c), "# ")))
	}
	slices.Reverse(parts)
	return syntax.Shorten(strings.Join(parts, " "), 200)
}

// declare adds a holder, or what is new about one that is there.
func (f *file) declare(h unit.Holder) {
	h.Test = f.class.skipped() || f.unit.Files[0].Generated
	at, seen := f.holders[h.ID]
	if !seen {
		f.holders[h.ID] = len(f.unit.Holders)
		f.unit.Holders = append(f.unit.Holders, h)
		return
	}
	have := &f.unit.Holders[at]
	if have.Type == "" {
		have.Type = h.Type
	}
	if have.Value.Kind == unit.Unknown || have.Value.Kind == unit.Nil && h.Value.Kind != unit.Unknown {
		have.Value = h.Value
	}
}

// addType adds a class.
func (f *file) addType(t unit.Type) {
	if _, seen := f.types[t.ID]; seen {
		return
	}
	f.types[t.ID] = len(f.unit.Types)
	t.Test = f.class.skipped()
	f.unit.Types = append(f.unit.Types, t)
}

// addFunction adds a function under an ID that no other one of the file has.
func (f *file) addFunction(fn *unit.Function) *unit.Function {
	if f.byID[fn.ID] != nil {
		fn.ID += "@" + strconv.Itoa(fn.Location.Line)
	}
	for f.byID[fn.ID] != nil {
		fn.ID += "'"
	}
	fn.Test = f.class.test
	f.byID[fn.ID] = fn
	f.functions = append(f.functions, fn)
	return fn
}

// short symbols: what a reader would call a thing of a module.
func (f *file) symbol(id string) string {
	name := strings.TrimPrefix(id, f.module+".")
	name = strings.ReplaceAll(strings.ReplaceAll(name, locals, "."), "#", ".")
	if strings.Contains(name, ".") && name[0] >= 'A' && name[0] <= 'Z' {
		return name // a class says enough
	}
	return f.module[strings.LastIndexByte(f.module, '.')+1:] + "." + name
}
