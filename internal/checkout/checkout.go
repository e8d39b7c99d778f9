// Package checkout lists and reads the files of an audited tree.
//
// A Tree is the sorted list of the regular files below a root, with paths
// relative to it and slash-separated. The tree may be hostile or broken:
// symbolic links to folders are not followed (so no loop can arise and nothing
// outside is read), what cannot be read is a problem and never a failure, and
// no file is read past a limit.
//
// Only a root that is missing or is no folder fails a walk, because then there
// is nothing to audit.
//
// Folders of fixtures and examples are left out, whatever language or format is
// in them, and counted; a root that is one of them, or lies in one, is audited.
package checkout

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// DefaultMaxSize is the size in bytes above which a file is not read. Source
// that people write stays far below; generated tables do not.
const DefaultMaxSize = 5 << 20

// ErrNotFound and ErrNotDir say why a root cannot be walked.
var (
	ErrNotFound = errors.New("no such folder")
	ErrNotDir   = errors.New("not a folder")
)

// Options choose what a walk sees.
type Options struct {
	// Exclude are patterns of what is left out. One that matches a folder leaves out
	// all below.
	Exclude []Glob
	// Apart is a folder that is no part of the checkout though it may lie in it, an
	// absolute path without links, or "".
	Apart string
	// MaxSize limits what Read reads; 0 stands for DefaultMaxSize.
	MaxSize int64
}

// Glob is a pattern on paths relative to a root; "**" matches any number of folders.
type Glob struct {
	Pattern string
	// Prefix is the path of the root below the folder for which the pattern was
	// written, if that lies above. A pattern may be relative to either.
	Prefix string
}

// Tree is a walked checkout.
type Tree struct {
	Root     string   // absolute
	Files    []string // relative, slash-separated, sorted
	Problems []unit.Problem
	// Refused are entries that are neither folders nor readable files: links that
	// leave the checkout, pipes, sockets and devices. They are never opened.
	Refused []string
	LeftOut []LeftOut // sorted by folder
	maxSize int64
}

// LeftOut is a folder of fixtures or examples with the number of files below it.
// They are input of tests, or show others how to begin, and run nowhere.
type LeftOut struct {
	Folder string
	Files  int
}

// Walk lists the files below a root.
func Walk(root string, opts Options) (*Tree, error) {
	abs, err := openRoot(root)
	if err != nil {
		return nil, err
	}
	for _, g := range opts.Exclude {
		if !doublestar.ValidatePattern(g.Pattern) {
			return nil, fmt.Errorf("exclude pattern %q is malformed", g.Pattern)
		}
	}
	t := &Tree{Root: abs, maxSize: opts.MaxSize}
	if t.maxSize <= 0 {
		t.maxSize = DefaultMaxSize
	}
	w := &walker{tree: t, exclude: opts.Exclude, apart: opts.Apart}
	if err := filepath.WalkDir(abs, w.visit); err != nil {
		return nil, fmt.Errorf("walking %q: %w", root, err)
	}
	slices.Sort(t.Files)
	slices.SortFunc(t.LeftOut, func(a, b LeftOut) int { return strings.Compare(a.Folder, b.Folder) })
	return t, nil
}

// openRoot resolves the root, which itself may be a symbolic link.
func openRoot(root string) (string, error) {
	info, err := os.Stat(root)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", fmt.Errorf("%q: %w", root, ErrNotFound)
	case err != nil:
		return "", fmt.Errorf("%q: %w", root, reason(err))
	case !info.IsDir():
		return "", fmt.Errorf("%q: %w", root, ErrNotDir)
	}
	abs, err := filepath.Abs(root)
	if err != nil {
		return "", fmt.Errorf("%q: %w", root, err)
	}
	return filepath.EvalSymlinks(abs)
}

type walker struct {
	tree    *Tree
	exclude []Glob
	apart   string
}

func (w *walker) visit(name string, d fs.DirEntry, err error) error {
	rel, relErr := filepath.Rel(w.tree.Root, name)
	if relErr != nil {
		return relErr
	}
	rel = filepath.ToSlash(rel)
	if err != nil {
		w.problem(rel, err)
		return fs.SkipDir
	}
	if rel == "." {
		return nil
	}
	if d.IsDir() {
		if skipped(d.Name()) || name == w.apart || w.excluded(rel) {
			return fs.SkipDir
		}
		if Fixtures(rel) {
			w.leaveOut(name, rel)
			return fs.SkipDir
		}
		return nil
	}
	switch {
	case !w.readable(name, d):
		w.tree.Refused = append(w.tree.Refused, rel)
	case !w.excluded(rel):
		w.tree.Files = append(w.tree.Files, rel)
	}
	return nil
}

// Fixtures tells whether a folder of a checkout, by its path from the root, holds
// fixtures or examples. An application may have such words for things of its own:
// below app/ they are code.
func Fixtures(rel string) bool {
	switch path.Base(rel) {
	case "testdata", "fixtures", "__fixtures__", "examples":
	default:
		return false
	}
	return !slices.Contains(strings.Split(path.Dir(rel), "/"), "app")
}

// leaveOut counts the files below a folder without a look into them.
func (w *walker) leaveOut(name, rel string) {
	left := LeftOut{Folder: rel}
	// What cannot be read is not counted; there is nothing else to do about it.
	_ = filepath.WalkDir(name, func(_ string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return fs.SkipDir
		case d.IsDir() && skipped(d.Name()):
			return fs.SkipDir
		case d.Type().IsRegular():
			left.Files++
		}
		return nil
	})
	if left.Files > 0 {
		w.tree.LeftOut = append(w.tree.LeftOut, left)
	}
}

func (w *walker) problem(rel string, err error) {
	w.tree.Problems = append(w.tree.Problems, unit.Problem{File: rel, Kind: unit.Unread, Message: "folder could not be read: " + reason(err).Error()})
}

// skipped names the folders that hold no source of the application.
func skipped(name string) bool {
	return name == ".git" || name == "node_modules"
}

// readable accepts regular files and links to regular files inside the root.
// Links that leave the checkout are passed over: a hostile tree could point at
// the auditor's own files.
func (w *walker) readable(name string, d fs.DirEntry) bool {
	if d.Type().IsRegular() {
		return true
	}
	if d.Type()&fs.ModeSymlink == 0 {
		return false
	}
	target, err := filepath.EvalSymlinks(name)
	if err != nil {
		return false
	}
	rel, err := filepath.Rel(w.tree.Root, target)
	if err != nil || !filepath.IsLocal(rel) {
		return false
	}
	info, err := os.Stat(target)
	return err == nil && info.Mode().IsRegular()
}

func (w *walker) excluded(rel string) bool {
	return slices.ContainsFunc(w.exclude, func(g Glob) bool { return g.takes(rel) })
}

// Below tells whether the pattern takes a file or a folder that it lies in.
func (g Glob) Below(file string) bool {
	for ; file != "." && file != "/"; file = path.Dir(file) {
		if g.takes(file) {
			return true
		}
	}
	return false
}

func (g Glob) takes(rel string) bool {
	return match(g.Pattern, rel) || g.Prefix != "" && match(g.Pattern, path.Join(g.Prefix, rel))
}

// match tells whether a pattern takes a path. A pattern without a slash also
// matches the last part of a path, and one that ends in a slash means a folder.
func match(pattern, rel string) bool {
	for len(pattern) > 1 && pattern[len(pattern)-1] == '/' {
		pattern = pattern[:len(pattern)-1]
	}
	if ok, _ := doublestar.Match(pattern, rel); ok {
		return true
	}
	if path.Base(pattern) != pattern {
		return false
	}
	ok, _ := doublestar.Match(pattern, path.Base(rel))
	return ok
}

// Read returns the content of a file of the tree, or the problem that keeps it
// from being read.
func (t *Tree) Read(rel string) ([]byte, *unit.Problem) {
	// The file may have become a pipe since the walk: opening one waits for a writer.
	f, err := os.OpenFile(filepath.Join(t.Root, filepath.FromSlash(rel)), os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, &unit.Problem{File: rel, Kind: unit.Unread, Message: "file could not be read: " + reason(err).Error()}
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, &unit.Problem{File: rel, Kind: unit.Unread, Message: "file could not be read: it is no regular file"}
	}
	content, err := io.ReadAll(io.LimitReader(f, t.maxSize+1))
	if err != nil {
		return nil, &unit.Problem{File: rel, Kind: unit.Unread, Message: "file could not be read: " + reason(err).Error()}
	}
	if int64(len(content)) > t.maxSize {
		return nil, &unit.Problem{File: rel, Kind: unit.Unread, Message: fmt.Sprintf("file is larger than %s and was not read", size(t.maxSize))}
	}
	return content, nil
}

func size(n int64) string {
	if n >= 1<<20 {
		return fmt.Sprintf("%d MB", n>>20)
	}
	return fmt.Sprintf("%d bytes", n)
}

// reason strips the absolute path from an error of the file system, which would
// make output depend on where the checkout lies.
func reason(err error) error {
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		return pathErr.Err
	}
	return err
}
