package cli

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/checkout"
	"github.com/stateaudit/stateaudit/internal/config"
)

// target is what a command audits: a root, and what to show of it.
//
// A part of an application cannot be judged alone: who calls it, and whether
// that serves, is written elsewhere. So the root is that of the module or
// application which the paths lie in, and the paths only choose what is shown.
type target struct {
	root string
	// paths are relative to the root and slash-separated; none stands for all.
	paths []string
	// near is where the search for configuration and baseline begins.
	near string
	// listed tells that the paths come from a list that may name anything.
	listed bool
	// nothing tells that the list was empty.
	nothing bool
}

// targetOf finds what the arguments of a command mean.
func targetOf(args []string, stdin io.Reader) (target, error) {
	if len(args) == 0 {
		args = []string{"."}
	}
	t := target{}
	if slices.Contains(args, "-") {
		if len(args) > 1 {
			return t, errors.New(`"-" reads the paths from the standard input, and stands alone`)
		}
		list, err := listOf(stdin)
		if err != nil {
			return t, err
		}
		t.listed = true
		if args = present(list); len(args) == 0 {
			return target{root: ".", near: ".", listed: true, nothing: true}, nil
		}
	}
	return t.around(args)
}

// around completes a target for some paths.
func (t target) around(args []string) (target, error) {
	var found []string
	for _, arg := range args {
		abs, err := resolved(arg)
		if err != nil {
			return t, err
		}
		found = append(found, abs)
	}
	t.near = common(found)
	root, ok := application(t.near)
	if here, err := resolved("."); !ok && t.listed && err == nil {
		root, _ = application(common(append(slices.Clone(found), here)))
	}
	for _, abs := range found {
		rel, err := filepath.Rel(root, abs)
		if err != nil {
			return t, err
		}
		t.paths = append(t.paths, filepath.ToSlash(rel))
	}
	slices.Sort(t.paths)
	t.paths = slices.Compact(t.paths)
	t.root = shorten(root)
	if slices.Contains(t.paths, ".") {
		t.paths = nil
		if len(args) == 1 {
			t.root = args[0] // messages call it what the user does
		}
	}
	return t, nil
}

// maxList bounds a list of paths, in bytes.
const maxList = 64 << 20

// listOf reads paths, one a line or divided by NUL, as git's -z has them.
func listOf(stdin io.Reader) ([]string, error) {
	content, err := io.ReadAll(bufio.NewReader(io.LimitReader(stdin, maxList)))
	if err != nil {
		return nil, fmt.Errorf("reading the list of paths: %w", err)
	}
	sign := "\n"
	if strings.Contains(string(content), "\x00") {
		sign = "\x00"
	}
	var list []string
	for line := range strings.SplitSeq(string(content), sign) {
		if line = strings.TrimRight(line, "\r"); line != "" {
			list = append(list, line)
		}
	}
	return list, nil
}

// present drops what is not there any more: a list of what a change touches also
// names what it deletes.
func present(list []string) []string {
	return slices.DeleteFunc(list, func(name string) bool {
		_, err := os.Stat(name)
		return err != nil
	})
}

// resolved is the absolute path of something that exists, without links.
func resolved(name string) (string, error) {
	abs, err := filepath.Abs(name)
	if err == nil {
		abs, err = filepath.EvalSymlinks(abs)
	}
	var pathErr *fs.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", fmt.Errorf("%q: %w", name, checkout.ErrNotFound)
	case errors.As(err, &pathErr):
		return "", fmt.Errorf("%q: %w", name, pathErr.Err)
	}
	return abs, err
}

// common is the innermost folder that holds all paths.
func common(paths []string) string {
	dir := paths[0]
	if info, err := os.Stat(dir); err == nil && !info.IsDir() {
		dir = filepath.Dir(dir)
	}
	for filepath.Dir(dir) != dir && slices.ContainsFunc(paths, func(p string) bool { return !lies(p, dir) }) {
		dir = filepath.Dir(dir)
	}
	return dir
}

// lies tells whether an absolute path is a folder or lies below it.
func lies(name, dir string) bool {
	rel, err := filepath.Rel(dir, name)
	return err == nil && filepath.IsLocal(rel)
}

// application is the root of the module or application that a folder belongs to:
// the nearest folder above, within the repository, that says it is one; a Go
// workspace around that. A folder that belongs to none, or that its language's
// tools leave out, is a root of its own, which is then not ok.
func application(dir string) (root string, ok bool) {
	own, ok := above(dir, func(d string) bool {
		return slices.ContainsFunc(roots(), func(name string) bool { return isFile(filepath.Join(d, filepath.FromSlash(name))) })
	})
	if !ok {
		if own, ok = above(dir, func(d string) bool { return isFile(filepath.Join(d, "Gemfile")) }); !ok {
			return dir, false
		}
	}
	if isFile(filepath.Join(own, "go.mod")) && !isFile(filepath.Join(own, config.FileName)) {
		if workspace, ok := above(own, func(d string) bool { return isFile(filepath.Join(d, "go.work")) }); ok {
			return workspace, true
		}
	}
	return own, true
}

// roots are the files by which a folder says that it is a module or application.
// Who writes a configuration into a folder means it to be audited as one.
func roots() []string {
	return []string{config.FileName, "go.mod", "go.work", "config/application.rb", "config/environment.rb", "config.ru"}
}

// above finds the nearest folder, from one up to the root of its repository,
// that something is true of. It does not look past a folder that the tools of a
// language leave out, such as testdata.
func above(dir string, is func(dir string) bool) (string, bool) {
	for {
		if is(dir) {
			return dir, true
		}
		name := filepath.Base(dir)
		if _, err := os.Lstat(filepath.Join(dir, ".git")); err == nil || filepath.Dir(dir) == dir || leftOut(name) {
			return "", false
		}
		dir = filepath.Dir(dir)
	}
}

func leftOut(name string) bool {
	return name == "testdata" || name == "vendor" || name == "node_modules" || strings.HasPrefix(name, "_")
}

func isFile(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.Mode().IsRegular()
}

// find looks for a file that governs the target: from where the paths lie up to
// the root, and then on to the root of the repository.
func (t target) find(base string) string {
	top, err := filepath.Abs(t.root)
	if err != nil {
		return ""
	}
	if top, err = filepath.EvalSymlinks(top); err != nil {
		return ""
	}
	for dir, err := filepath.Abs(t.near); err == nil && lies(dir, top) && dir != top; dir = filepath.Dir(dir) {
		if name := filepath.Join(dir, base); isFile(name) {
			return name
		}
	}
	return config.FindFile(t.root, base)
}
