// Package ruby reads Ruby sources, and the Ruby in ERB, HAML and Slim views.
//
// A file is read on its own into a unit, and the units of a checkout are joined
// afterwards:
//
//   - tree: the syntax, copied out of tree-sitter at once; no node of the
//     grammar leaves this package, and none outlives the reading of its file;
//   - file: the unit being filled: holders, types and functions by ID;
//   - scope: where a piece of code stands: its function, what self is, the
//     locals, the locks held, the places known to be empty;
//   - evaluation: every expression is walked once and gives a unit.Value;
//     accesses and calls are recorded on the way;
//   - resolution: constants are looked up through lexical nesting and
//     ancestors, calls by the type of their receiver, roles by superclass.
//
// As written in one file, a constant is only a name: `Cache[k] = v` may change a
// hash or call a class method. So until resolved
//
//   - a place whose root is a constant has the name as written there,
//   - a step that is a method call is written ".name" in a path,
//   - superclasses and mixins are written "< Name", "include Name",
//     "extend Name" and "prepend Name".
//
// A block belongs to the function in which it is written, unless it is known to
// run later (a thread, a callback, a macro in a class body, a lambda): then it
// is a function of its own, and the locals that it keeps are captured holders.
//
// Branches are walked one after the other, each with the locals as they were
// before it; afterwards a local stands for what any of them made of it. What runs
// only outside of production is walked and not recorded.
//
// Approximations: loops are walked once; a method that is called on a receiver of
// unknown type is looked up by its name only if the name is rare. Both err
// towards seeing too little of who calls whom, never towards inventing a change.
package ruby

import (
	"bytes"
	"path"
	"strings"

	"github.com/stateaudit/stateaudit/internal/frontend"
	"github.com/stateaudit/stateaudit/internal/unit"
	"github.com/stateaudit/stateaudit/parsers/erb"
	"github.com/stateaudit/stateaudit/parsers/haml"
	"github.com/stateaudit/stateaudit/parsers/internal/syntax"
	"github.com/stateaudit/stateaudit/parsers/slim"
)

// maxSize bounds the files that are read: code that people write stays far
// below, and larger files are data or generated.
const maxSize = 2 << 20

// FrontEnd is the front end for Ruby.
func FrontEnd() frontend.FrontEnd {
	return frontend.FrontEnd{
		Language:  unit.Ruby,
		Match:     match,
		ParseFile: parseFile,
		Survey:    survey,
		Start:     start,
		Resolve:   resolve,

		Unavailable: unavailable,
	}
}

// match tells from a path whether a file holds Ruby.
func match(file string) bool {
	switch path.Ext(file) {
	case ".rb", ".rake", ".ru", ".erb", ".haml", ".slim", ".jbuilder", ".builder", ".rabl", ".thor":
		return true
	}
	switch path.Base(file) {
	case "Rakefile", "Gemfile", "Gemfile.lock":
		return true
	}
	return mayBeProgram(file)
}

// mayBeProgram tells a file that is run by its name alone, as the programs of gems are:
// whether it is Ruby says its first line.
func mayBeProgram(file string) bool {
	if strings.Contains(path.Base(file), ".") {
		return false
	}
	switch path.Base(path.Dir(file)) {
	case "bin", "exe", "script", "scripts":
		return true
	}
	return false
}

// runsRuby tells a program that is started with Ruby.
func runsRuby(content []byte) bool {
	first, _, _ := bytes.Cut(content, []byte("\n"))
	return bytes.HasPrefix(first, []byte("#!")) && bytes.Contains(first, []byte("ruby"))
}

// parseFile turns one file into a unit.
func parseFile(name string, content []byte) *unit.Unit { return parseKnowing(name, content, nil) }

// parseKnowing is parseFile where it is known what configuration switches on and off.
func parseKnowing(name string, content []byte, switches map[string]bool) *unit.Unit {
	if mayBeProgram(name) && !runsRuby(content) {
		return nil
	}
	class := classify(name)
	u := &unit.Unit{
		Language: unit.Ruby,
		Path:     name,
		Files:    []unit.File{{Path: name, Lines: syntax.CountLines(content), Test: class.test, Vendored: class.vendored}},
	}
	switch {
	case class.gems:
		u.Settings = gems(name, content)
	case class.skipped():
	default:
		if why := syntax.Refused(content, maxSize); why != "" {
			syntax.GiveUp(u, 0, why)
			break
		}
		parseInto(u, class, content, switches)
	}
	return u
}

// parseInto fills the unit from Ruby source.
func parseInto(u *unit.Unit, class class, content []byte, switches map[string]bool) {
	source := rubyOf(u.Path, syntax.Clean(content))
	parsed := parse(source)
	if other := flattened(source); other != nil {
		// The grammar tells no error where it takes the rest of the file for the text.
		if again := parse(other); again != nil && (parsed == nil || len(again.Errors) <= len(parsed.Errors)) {
			source, parsed = other, again
		}
	}
	if parsed != nil && len(parsed.Errors) > 0 {
		if other := named(source); other != nil {
			if again := parse(other); again != nil && len(again.Errors) < len(parsed.Errors) {
				source, parsed = other, again
			}
		}
	}
	if parsed == nil || parsed.Root == nil {
		syntax.GiveUp(u, 0, "cannot be parsed as Ruby")
		return
	}
	f := newFile(u, class, source, parsed)
	f.switches = switches
	f.read()
	f.finish()
	if !class.tool {
		u.Spelled = spelled(source)
	}
}

// rubyOf extracts the code of a template.
func rubyOf(name string, content []byte) []byte {
	switch path.Ext(name) {
	case ".erb":
		return erb.Ruby(content)
	case ".haml":
		return haml.Ruby(content)
	case ".slim":
		return slim.Ruby(content)
	}
	if end := bytes.Index(content, []byte("\n__END__\n")); end >= 0 {
		content = content[:end+1]
	}
	return content
}
