// Package python reads Python sources.
//
// A file is read on its own into a unit, and the units of a checkout are joined
// afterwards:
//
//   - tree: the syntax, copied out of tree-sitter at once; no node of the grammar
//     leaves this package;
//   - file: the unit being filled: holders, types and functions by ID;
//   - scope: where a piece of code stands: its function, its locals, the locks
//     held, the places known to be empty;
//   - evaluation: every expression is walked once and gives a unit.Value; accesses
//     and calls are recorded on the way;
//   - resolution: names are followed through imports to what declares them, calls
//     to the class of their receiver; roles come from what frameworks are handed.
//
// As written in one file, an imported name is only a name. So until resolved
//
//   - a place that starts at an import has a root ">a.b.name" in the space of
//     imports; one that starts in the module itself has its ID;
//   - a step that is an attribute is ".name", one that is the call of a method
//     ".name()", and one that is the call of what stands before it "()";
//   - the imports of a module are the supers of a type of the kind "module".
//
// The ID of a module is its path with dots. What an import names is looked up by
// the end of that path, since which folders are roots of packages is not written
// anywhere.
//
// Approximations: a local has the value that it was given last, loops are walked
// once, and a method that is called on a receiver of unknown class is looked up by
// its name only if the name is rare. They err towards seeing too little of who
// calls whom; a guess carries phases and never a change.
package python

import (
	"path"

	"github.com/stateaudit/stateaudit/internal/frontend"
	"github.com/stateaudit/stateaudit/internal/unit"
	"github.com/stateaudit/stateaudit/parsers/internal/syntax"
)

// maxSize bounds the files that are read: code that people write stays far below,
// and larger files are data or generated.
const maxSize = 2 << 20

// FrontEnd is the front end for Python.
func FrontEnd() frontend.FrontEnd {
	return frontend.FrontEnd{
		Language:  unit.Python,
		Match:     match,
		ParseFile: parseFile,
		Start:     start,
		Resolve:   resolve,

		Unavailable: unavailable,
	}
}

// match tells from a path whether a file holds Python.
func match(file string) bool { return path.Ext(file) == ".py" }

// parseFile turns one file into a unit.
func parseFile(name string, content []byte) *unit.Unit {
	class := classify(name)
	u := &unit.Unit{
		Language: unit.Python,
		Path:     name,
		Files:    []unit.File{{Path: name, Lines: syntax.CountLines(content), Test: class.test, Vendored: class.vendored}},
	}
	switch {
	case class.skipped():
	default:
		if why := syntax.Refused(content, maxSize); why != "" {
			syntax.GiveUp(u, 0, why)
			break
		}
		parseInto(u, class, syntax.Clean(content))
	}
	return u
}

// parseInto fills the unit from source.
func parseInto(u *unit.Unit, class class, source []byte) {
	parsed := parse(source)
	if parsed == nil || parsed.Root == nil {
		syntax.GiveUp(u, 0, "cannot be parsed as Python")
		return
	}
	f := newFile(u, class, source, parsed)
	f.read()
	f.finish()
}
