// Package frontend is what a language folder under parsers/ offers to the core.
//
// The core walks, opens and limits; a front end matches files by name and turns
// them into units. A front end decides nothing: it records what it saw.
package frontend

import (
	"context"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// FrontEnd is one language or configuration technology.
type FrontEnd struct {
	Language unit.Language
	// Match tells from the slash-separated path, relative to the root, whether
	// the front end reads the file.
	Match func(path string) bool
	// ParseFile turns one file into a unit. It must not panic, hang or fail: what
	// it could not read goes into the unit's Problems. Called in parallel.
	// Nil if the language cannot be read file by file; then Load is set.
	ParseFile func(path string, content []byte) *unit.Unit
	// Survey, if set, looks at those of the matched files that decide about others,
	// as variables do, and returns what to call in place of ParseFile: a unit then
	// depends on these files too. Read returns nil for what cannot be read.
	Survey func(files []string, read func(path string) []byte) func(path string, content []byte) *unit.Unit
	// Load reads all matched files at once (Go, whose types need the module).
	Load func(ctx context.Context, in Input) ([]*unit.Unit, []unit.Problem)
	// Outside tells what beside the files below the root decides what Load returns, as
	// a text that changes when that does. It is not ok if that cannot be told. Nil if
	// nothing else does.
	Outside func(ctx context.Context, in Input) (text string, ok bool)
	// Start is told, before Resolve, with which commands deployment files start
	// processes: what a command names runs for as long as its process. It may be nil.
	Start func(units []*unit.Unit, commands []unit.Setting)
	// Resolve joins the units of the language over the whole checkout: names
	// become IDs of declarations, callers get their callees. It may be nil.
	Resolve func(units []*unit.Unit)
	// Unavailable says why this build of the program cannot read the language; ""
	// if it can.
	Unavailable string
}

// Input is what Load gets.
type Input struct {
	Root    string   // absolute folder of the checkout
	Files   []string // matched files, relative, sorted
	Refused []string // entries that must not be opened, relative
	LeftOut []string // folders left out as fixtures, whose packages are not to be loaded
	Offline bool     // never ask the network for modules
	// Kept, if set, has what was read before, and takes what is read now.
	Kept Store
	// Progress, if set, is told how far a stage has come; 0 of 0 if that is not
	// known. It may be called from several goroutines at once.
	Progress func(stage string, done, total int)
}

// Store keeps texts by name from one audit to the next, for this build of the program
// and one tree. It may lose any of them.
type Store interface {
	Get(name string) ([]byte, bool)
	Put(name string, content []byte)
}
