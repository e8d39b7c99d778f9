// Package config reads .stateaudit.yaml.
//
// The file is read over its syntax tree and not into a struct, so that every
// complaint names the file and line, and an unknown key is an error with the
// nearest known key beside it: a misspelt setting that is silently ignored
// costs its user an afternoon. The same keys stand in the JSON Schema next to
// this file, which a test compares.
package config

import (
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
)

// FileName is the name of the configuration file.
const FileName = ".stateaudit.yaml"

// Off is the level of a rule that is switched off.
const Off = "off"

// Config is what the user has written. Its zero value is the default.
type Config struct {
	File    string // where it was read from; empty for the default
	Domains []Domain
	// Exclude are files and folders that are not read, Omit findings that are not told.
	Exclude   []Glob
	Omit      []Selector
	Levels    []Level // of several that take a finding the last holds
	Catalogue []Entry
	Weights   map[string]float64 // one of Weights to its number
	Entries   []EntryPoint
	// MinConfidence is the least confidence of what is shown, one of Confidences; empty
	// shows all.
	MinConfidence string
}

// Glob is a pattern of files and folders.
type Glob struct {
	Pattern string
	Above   string // as in Domain
}

// Selector takes findings: those that all of its lists take. A list that is empty
// takes all.
type Selector struct {
	Paths                     []Glob
	Rules, Categories, Groups []string
}

// Level sets the level of findings.
type Level struct {
	Selector
	Level string // note, warning, error or off
}

// Domain is a bounded context that the user names.
type Domain struct {
	Name string
	File string // that it stands in
	// Above is the slash-separated path of the folder of the configuration below the
	// one that paths and globs are written for, "" if it is that one.
	Above     string
	Paths     []string
	Globs     []string
	Constants []string
	Packages  []string
	Line      int
}

// Entry adds a type to the catalogue of well-known types.
type Entry struct {
	Type    string
	Role    string
	Methods []string // those that change it
}

// EntryPoint names functions that something outside the checkout calls.
type EntryPoint struct {
	Function string // a name, in which * stands for any text
	Runs     string // AtBoot or WhileServing
	File     string // that it stands in
	Line     int
}

// When an entry runs.
const (
	WhileServing = "serving" // for each request, message or tick
	AtBoot       = "boot"    // once, when the process starts
)

// Error is a mistake in the configuration.
type Error struct {
	File    string
	Line    int // 0 if no line is to blame
	Message string
}

// Error names file and line as editors understand them.
func (e *Error) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("%s: %s", e.File, e.Message)
	}
	return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Message)
}

// Template is the commented file that init writes.
//
//go:embed template.yaml
var Template string

// Load reads a file, and those that it extends. Rules are the names that levels may
// be set for.
func Load(file string, rules []string) (*Config, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, &Error{File: file, Message: reason(err)}
	}
	return Parse(file, content, rules)
}

// reason is an error of the file system without the name of the file, which stands
// before it already.
func reason(err error) string {
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		err = pathErr.Err
	}
	return err.Error()
}

// Find looks for the file in dir and the folders above, as FindFile does.
func Find(dir string) string { return FindFile(dir, FileName) }

// FindFile looks for a file in dir and the folders above, up to the root of the
// repository: a folder that holds .git. Outside of a repository only dir itself
// is looked at, so that a stray file in a home folder governs nothing. It
// returns "" if there is none.
func FindFile(dir, base string) string {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return ""
	}
	for _, d := range searched(abs) {
		name := filepath.Join(d, base)
		if info, err := os.Stat(name); err == nil && info.Mode().IsRegular() {
			return name
		}
	}
	return ""
}

// searched lists the folders from dir up to the root of its repository.
func searched(dir string) []string {
	var dirs []string
	for d := dir; ; d = filepath.Dir(d) {
		dirs = append(dirs, d)
		if _, err := os.Lstat(filepath.Join(d, ".git")); err == nil {
			return dirs
		}
		if filepath.Dir(d) == d {
			return []string{dir}
		}
	}
}

// Prefix is the path of a root below the folder that paths are written for: the
// folder of the file, or the one above it that Above names.
func (c *Config) Prefix(root, above string) string {
	if c == nil || c.File == "" {
		return ""
	}
	folder, err := filepath.Abs(filepath.Dir(c.File))
	if err != nil {
		return ""
	}
	for ; above != "" && above != "."; above = path.Dir(above) {
		folder = filepath.Dir(folder)
	}
	return PrefixBelow(folder, root)
}

// To is the slash-separated path from the folder of the file to a root, "" if there is
// no file.
func (c *Config) To(root string) string {
	if c == nil || c.File == "" {
		return ""
	}
	return between(filepath.Dir(c.File), root)
}

// Moved is the same configuration as it holds for a copy of a root.
func (c *Config) Moved(root, copied string) *Config {
	moved := *c
	if c.File != "" {
		moved.File = filepath.Join(copied, filepath.FromSlash(between(root, filepath.Dir(c.File))), filepath.Base(c.File))
	}
	return &moved
}

// between is the slash-separated path from one folder to another.
func between(from, to string) string {
	absFrom, fromErr := filepath.Abs(from)
	absTo, toErr := filepath.Abs(to)
	rel, err := filepath.Rel(absFrom, absTo)
	if errors.Join(fromErr, toErr, err) != nil {
		return filepath.ToSlash(to) // on another disk
	}
	return filepath.ToSlash(rel)
}

// PrefixBelow is the slash-separated path of a root below a folder, or "" if it
// is that folder or lies elsewhere.
func PrefixBelow(folder, root string) string {
	top, topErr := filepath.Abs(folder)
	abs, rootErr := filepath.Abs(root)
	if topErr != nil || rootErr != nil {
		return ""
	}
	rel, err := filepath.Rel(top, abs)
	if err != nil || rel == "." || !filepath.IsLocal(rel) {
		return ""
	}
	return filepath.ToSlash(rel)
}

// Confidences lists what the least confidence can be set to.
func Confidences() []string { return []string{"proven", "likely", "guessed"} }

// levels lists what a rule can be set to.
func levels() []string { return []string{"note", "warning", "error", Off} }

// Categories lists the categories of findings.
func Categories() []string {
	return []string{"cache", "counter", "flag", "registry", "session", "worker", "lock", "client", "config", "metrics", "sync", "other"}
}

// Groups lists the groups of findings.
func Groups() []string {
	return []string{"rate-limiter", "feature-flag", "client-pool", "tenant-config"}
}

// Roles lists what a catalogue entry can be.
func Roles() []string {
	return []string{
		"cache", "limiter", "counter", "registry", "session", "queue", "scheduler", "client",
		"remote", "embedded-database", "config", "constant", "metrics", "sync", "logger",
	}
}

// Weights lists what a weight may be set for: the exponents of the dimensions, and
// what a crossing or a shared resource of each class counts.
func Weights() []string {
	return []string{
		"domainClarity", "asyncViability", "sharedStateCoupling",
		"alreadyAsync", "resultDropped", "attributesOnly", "successOnly", "offRequestPath", "routableEndpoint", "droppedInTx", "resultUsed",
		"holderWrittenBoth", "tableWrittenBoth", "transactionBoth", "holderWrittenRead", "tableReadByOthers", "sessionKeyShared", "tableReadOfOthers", "foreignKeyAcross",
	}
}

// nearest returns the known word closest to a misspelt one, or "".
func nearest(word string, known []string) string {
	best, bestDistance := "", 1+max(1, len(word)/3)
	for _, k := range slices.Sorted(slices.Values(known)) {
		if d := distance(word, k); d < bestDistance {
			best, bestDistance = k, d
		}
	}
	return best
}

// distance is Levenshtein's.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}
