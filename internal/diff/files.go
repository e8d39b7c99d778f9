package diff

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strconv"
	"strings"
	"syscall"
)

// blob is a file of a commit.
type blob struct{ mode, hash, path string }

// Checkout writes the files of a commit to a folder, which must be empty, as the
// repository holds them: no filter or conversion touches them. It returns the paths
// of files that the repository names and does not hold, as clones may that have not
// all objects.
//
// A commit is data that anyone may have made. What it names is written below the
// folder or not at all, and links are made last, so that none leads a file astray.
func (r *Repository) Checkout(ctx context.Context, commit, folder string) (missing []string, err error) {
	files, links, err := r.files(ctx, commit)
	if err != nil {
		return nil, err
	}
	tree, err := os.OpenRoot(folder)
	if err != nil {
		return nil, err
	}
	defer tree.Close()
	var names strings.Builder
	all := append(files, links...)
	for _, b := range all {
		names.WriteString(b.hash + "\n")
	}
	from, to := io.Pipe()
	failed := make(chan error, 1)
	go func() {
		err := r.command(ctx, strings.NewReader(names.String()), to, "cat-file", "--batch", "--buffer")
		to.CloseWithError(err)
		failed <- err
	}()
	missing, err = write(tree, all, bufio.NewReaderSize(from, 1<<16))
	from.CloseWithError(err)
	if gitErr := <-failed; err == nil || gitErr != nil && ctx.Err() != nil {
		err = gitErr
	}
	return missing, err
}

// files lists the files and the links of a commit. Submodules are not part of it.
func (r *Repository) files(ctx context.Context, commit string) (files, links []blob, err error) {
	list, err := r.git(ctx, nil, "ls-tree", "-r", "-z", "--full-tree", commit)
	if err != nil {
		return nil, nil, err
	}
	for entry := range strings.SplitSeq(list, "\x00") {
		about, name, _ := strings.Cut(entry, "\t")
		words := strings.Fields(about) // mode, type, hash
		if len(words) != 3 || words[1] != "blob" {
			continue
		}
		b := blob{words[0], words[2], name}
		if b.mode == "120000" {
			links = append(links, b)
		} else {
			files = append(files, b)
		}
	}
	return files, links, nil
}

// write reads the answers of git cat-file --batch, one for each file.
func write(tree *os.Root, all []blob, answers *bufio.Reader) (missing []string, err error) {
	for _, b := range all {
		header, err := answers.ReadString('\n')
		if err != nil {
			return missing, fmt.Errorf("git cat-file: %w", err)
		}
		words := strings.Fields(header) // hash, type, size; or hash, "missing"
		if len(words) != 3 {
			missing = append(missing, b.path)
			continue
		}
		size, err := strconv.ParseInt(words[2], 10, 64)
		if err != nil {
			return missing, fmt.Errorf("git cat-file: %q", header)
		}
		content := io.LimitReader(answers, size)
		unwritten := b.write(tree, content)
		if _, err := io.Copy(io.Discard, content); err != nil {
			return missing, err
		}
		if _, err := answers.Discard(1); err != nil { // the line end after the content
			return missing, err
		}
		if unwritten != nil && !refused(unwritten) {
			return missing, unwritten
		}
		if unwritten != nil {
			missing = append(missing, b.path)
		}
	}
	return missing, nil
}

// refused tells whether it was the name of a file that kept it from being written,
// such as one that leads out of the folder or is too long, and not the disk.
func refused(err error) bool {
	var pathErr *os.PathError
	return errors.As(err, &pathErr) && !errors.Is(err, syscall.ENOSPC)
}

// maxLink bounds the target of a link, in bytes.
const maxLink = 4096

func (b blob) write(tree *os.Root, content io.Reader) error {
	if dir := path.Dir(b.path); dir != "." {
		if err := tree.MkdirAll(dir, 0o700); err != nil {
			return err
		}
	}
	if b.mode == "120000" {
		target, err := io.ReadAll(io.LimitReader(content, maxLink))
		if err != nil {
			return err
		}
		return linkError(b.path, tree.Symlink(string(target), b.path))
	}
	file, err := tree.OpenFile(b.path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(file, content)
	return errors.Join(err, file.Close())
}

// linkError makes the error about a link one about its path, as others are.
func linkError(name string, err error) error {
	var about *os.LinkError
	if errors.As(err, &about) {
		return &os.PathError{Op: about.Op, Path: name, Err: about.Err}
	}
	return err
}
